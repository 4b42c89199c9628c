//! A call on its way: who asks for what, and the answers that all operations share.

use std::str::FromStr;

use lockwright_model::context::OpContext;
use lockwright_model::id::AccountId;
use lockwright_model::name::UserName;
use lockwright_model::user::User;
use lockwright_service::Lockwright;
use lockwright_service::authorize::{Aim, Denied};
use lockwright_service::caller::Caller;
use lockwright_service::core::person::Person;
use lockwright_service::trouble::Trouble;
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::json::{self, Value};
use lockwright_wire::moment::Moment;
use lockwright_wire::query::{Constraint, Node, Parameters, Violations};
use lockwright_wire::route::Call;
use lockwright_wire::xml::{self, Writer};
use serde::Serialize;

/// The letters of a name (IAM, `userNameType`).
const NAME: Constraint<'_> = Constraint::Pattern("[\\w+=,.@-]+");

/// A call whose signature holds.
pub(crate) struct Ask<'a> {
    pub(crate) lockwright: &'a Lockwright,
    pub(crate) op: &'a OpContext,
    /// Whose key signed it.
    pub(crate) caller: &'a Caller,
    /// What it is called in policies: `iam:CreateUser`.
    pub(crate) action: &'static str,
    pub(crate) call: &'a Call<'a>,
    /// Its input in the Query protocol; otherwise empty.
    pub(crate) parameters: &'a Parameters<'a>,
    /// Its input in the JSON protocols; otherwise empty.
    pub(crate) json: &'a Value,
}

/// What happened outside of the decision: told in general, and logged with the request's id.
pub(crate) fn broken(trouble: Trouble) -> WireError {
    tracing::error!(%trouble, "a call could not be answered");
    match trouble {
        Trouble::Unavailable(_) | Trouble::Busy { .. } | Trouble::ClockBehind { .. } => {
            WireError::of(ErrorKind::ServiceUnavailable, "The request has failed due to a temporary failure of the server.")
        }
        _ => WireError::of(ErrorKind::InternalFailure, "The request processing has failed because of an unknown error."),
    }
}

/// `NoSuchEntity`, as IAM says it of a user.
pub(crate) fn no_user(name: &str) -> WireError {
    WireError::modelled("NoSuchEntity", 404, format!("The user with name {name} cannot be found."))
}

/// A call that means whoever asks where it names no user, by somebody who is none.
pub(crate) fn unnamed() -> WireError {
    WireError::of(ErrorKind::ValidationError, "Must specify userName when calling with non-User credentials")
}

impl Ask<'_> {
    /// The account that the caller acts in.
    pub(crate) fn account(&self) -> Result<AccountId, WireError> {
        self.caller.account_id().ok_or_else(|| WireError::of(ErrorKind::AccessDenied, "Access denied."))
    }

    /// The input, from its root.
    pub(crate) fn input(&self) -> Node<'_> {
        self.parameters.root()
    }

    /// Refuses what no policy of the caller allows.
    pub(crate) async fn permitted(&self, aim: &Aim<'_>) -> Result<(), WireError> {
        match self.lockwright.may_as(self.op, self.caller, self.account()?, aim).await.map_err(broken)? {
            Ok(()) => Ok(()),
            Err(denied) => Err(self.denied(denied).await),
        }
    }

    /// A denial in AWS's words; the trail keeps it.
    pub(crate) async fn denied(&self, denied: Denied) -> WireError {
        if let Ok(account) = self.account() {
            self.lockwright.note_denied(self.op, account, denied.action).await;
        }
        WireError::of(ErrorKind::AccessDenied, denied.message)
    }

    /// The user of a name in the caller's account, once the act on it is allowed: whether it exists is told to those who may act on it.
    pub(crate) async fn user(&self, action: &'static str, name: &str) -> Result<User, WireError> {
        let found = self.lookup(name).await?;
        self.permitted(&self.aim(action, name, found.as_ref())?).await?;
        found.ok_or_else(|| no_user(name))
    }

    /// The user that is named, or the one who asks, once the call is allowed on it.
    pub(crate) async fn named_or_own(&self) -> Result<User, WireError> {
        match (optional_name(&self.input(), "UserName", "userName", 128)?, self.caller.person()) {
            (Some(text), _) => self.user(self.action, text).await,
            (None, Some(Person::User { user, .. })) => self.user(self.action, user.name.as_str()).await,
            (None, _) => Err(unnamed()),
        }
    }

    /// The user of a name, if there is one: told to nobody before the act on it is allowed.
    pub(crate) async fn lookup(&self, name: &str) -> Result<Option<User>, WireError> {
        let Ok(parsed) = name.parse::<UserName>() else { return Ok(None) };
        self.lockwright.find_user(self.account()?, &parsed).await.map_err(broken)
    }

    /// An act on a user that exists, or does not.
    pub(crate) fn aim(&self, action: &'static str, name: &str, found: Option<&User>) -> Result<Aim<'static>, WireError> {
        let account = self.account()?;
        Ok(found.map_or_else(|| Aim::user(action, account, "/", name), |user| Aim::of(action, user)))
    }

    /// An answer of a JSON service.
    pub(crate) fn object(&self, output: &impl Serialize) -> Reply {
        json::response(self.call.service.protocol(), output, self.op.id.as_str())
    }

    /// An answer with output.
    pub(crate) fn answer(&self, result: impl FnOnce(&mut Writer)) -> Reply {
        xml::response(self.call.service.namespace(), &self.call.operation, self.op.id.as_str(), result)
    }

    /// An answer without.
    pub(crate) fn done(&self) -> Reply {
        xml::empty_response(self.call.service.namespace(), &self.call.operation, self.op.id.as_str())
    }
}

/// A required text of 1 to `most` letters of IAM's alphabet for names.
pub(crate) fn name<'n>(input: &Node<'n>, member: &str, place: &str, most: usize) -> Result<&'n str, WireError> {
    optional_name(input, member, place, most)?.ok_or_else(|| Violations::one(place, None, Constraint::Required))
}

/// The same, where it may be left out.
pub(crate) fn optional_name<'n>(input: &Node<'n>, member: &str, place: &str, most: usize) -> Result<Option<&'n str>, WireError> {
    let Some(text) = input.text(member)? else { return Ok(None) };
    let mut wrong = Violations::default();
    if text.is_empty() {
        wrong.note(place, Some(text), Constraint::MinLength(1));
    }
    if text.chars().count() > most {
        wrong.note(place, Some(text), Constraint::MaxLength(most));
    }
    if !text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter)) {
        wrong.note(place, Some(text), NAME);
    }
    wrong.finish()?;
    Ok(Some(text))
}

/// A name as the model knows it.
pub(crate) fn parsed<T: FromStr>(text: &str, place: &str) -> Result<T, WireError> {
    text.parse().map_err(|_| Violations::one(place, Some(text), NAME))
}

/// One of a few words, where it may be left out.
pub(crate) fn word<'n>(input: &Node<'n>, member: &str, place: &str, words: &[&str]) -> Result<Option<&'n str>, WireError> {
    match input.text(member)? {
        Some(text) if !words.contains(&text) => Err(Violations::one(place, Some(text), Constraint::OneOf(words))),
        other => Ok(other),
    }
}

/// A moment of ours as the wire writes it.
pub(crate) fn moment(at: lockwright_model::clock::Timestamp) -> Moment {
    Moment::from_seconds(at.as_seconds())
}
