//! The only room that mints permits: every act in an account is decided by policies, from what is stored now.

use std::sync::Arc;

use lockwright_core::permit::{OperatorPermit, Permit};
use lockwright_core::person::Person;
use lockwright_model::change::ChangeSet;
use lockwright_model::context::{OpContext, SecondFactor};
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::id::AccountId;
use lockwright_model::identity::Principal;
use lockwright_model::secret::Sealed;
use lockwright_model::user::User;
use lockwright_policy::{Action, Context, Decision, Policies, Policy, Request, decide, managed};

use crate::Lockwright;
use crate::trouble::Trouble;

/// The principal may not do this. The same answer for an account that does not exist.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not permitted")]
pub struct Denied {
    /// What was to be done, such as `iam:CreateUser`.
    pub action: &'static str,
    /// What AWS says of it, for programs: who may not do what on what, and for want of which policy.
    pub message: String,
}

/// The principal does not act as an operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NotOperator;

/// What is to be done, and on what.
#[derive(Clone, Debug)]
pub struct Aim<'a> {
    /// `iam:CreateUser`
    pub action: &'static str,
    /// The ARN, or `*`.
    pub resource: String,
    /// Condition keys that belong to this request alone, such as `iam:PolicyARN`.
    pub keys: Vec<(&'static str, &'a str)>,
}

impl Aim<'_> {
    /// An act on the whole account.
    pub fn account(action: &'static str) -> Self {
        Self { action, resource: "*".to_owned(), keys: Vec::new() }
    }

    /// An act on the users of an account, all of them.
    pub fn users(action: &'static str, account: AccountId) -> Self {
        Self { action, resource: format!("arn:aws:iam::{account}:user/"), keys: Vec::new() }
    }

    /// An act on one user of an account, which may not exist.
    pub fn user(action: &'static str, account: AccountId, path: &str, name: &str) -> Self {
        Self { action, resource: format!("arn:aws:iam::{account}:user{path}{name}"), keys: Vec::new() }
    }

    /// An act on a user that exists.
    pub fn of(action: &'static str, user: &User) -> Self {
        Self { action, resource: user.arn(), keys: Vec::new() }
    }

    /// An act on a group of an account.
    pub fn group(action: &'static str, account: AccountId, name: &str) -> Self {
        Self { action, resource: format!("arn:aws:iam::{account}:group/{name}"), keys: Vec::new() }
    }
}

/// What is attached to the built-in administrators group.
pub const ADMINISTRATOR_ACCESS: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

impl Lockwright {
    /// Decides, from what is stored now, whether the principal may do this in the account.
    pub(crate) async fn permit(&self, op: &OpContext, account: AccountId, aim: &Aim<'_>) -> Result<Result<Permit, Denied>, Trouble> {
        let signed = match &op.principal {
            Principal::Host => return Ok(Ok(Permit::granted(account))),
            Principal::Anonymous => None,
            // What is closed is not administered, only taken back.
            Principal::Signed(identity) => {
                self.person(identity).await?.filter(|person| person.bar().is_none() && person.closed().is_none())
            }
        };
        Ok(self.decided(op, signed.as_ref(), account, aim).map(|()| Permit::granted(account)))
    }

    /// Whether the principal may do this, with AWS's words where not: asked before an act is looked at any closer.
    pub async fn may(&self, op: &OpContext, account: AccountId, aim: &Aim<'_>) -> Result<Result<(), Denied>, Trouble> {
        Ok(self.permit(op, account, aim).await?.map(|_| ()))
    }

    /// Notes in the account's trail that a program was denied an action.
    pub async fn note_denied(&self, op: &OpContext, account: AccountId, action: &'static str) {
        let (service, name) = action.split_once(':').unwrap_or(("", action));
        let service = if service == "sts" { Service::Sts } else { Service::Iam };
        let told = Told::new(service, name, Some(account)).failed("AccessDenied");
        let mut changes = ChangeSet::default();
        changes.tell(AuditEvent::new(op, self.entropy(), told));
        if let Err(failure) = self.commit(changes).await {
            tracing::warn!(request = %op.id, %failure, "a denied call was not written into the trail");
        }
    }

    /// Where a list goes on, opaque, and of worth only for the same selection of the same list.
    pub fn seal_marker(&self, selection: &str, after: &str) -> String {
        self.seal(after.as_bytes(), &format!("marker {selection}")).as_text().to_owned()
    }

    /// Opens what [`Lockwright::seal_marker`] sealed; `None`: it is of another list, or of nobody's making.
    pub fn open_marker(&self, selection: &str, marker: &str) -> Option<String> {
        let plain = self.unseal(&Sealed::from_text(marker), &format!("marker {selection}"))?;
        String::from_utf8(plain.to_vec()).ok()
    }

    /// The decision itself: policies of the principal, the principal's and the request's condition keys.
    pub(crate) fn decided(&self, op: &OpContext, signed: Option<&Person>, account: AccountId, aim: &Aim<'_>) -> Result<(), Denied> {
        let anonymous = || Denied { action: aim.action, message: format!("User: anonymous is not authorized to perform: {}", aim.action) };
        let action = Action::parse(aim.action).ok_or_else(anonymous)?;
        let (own, arn, id);
        let principal = match signed {
            Some(Person::Root(state)) => {
                own = state.id.to_string();
                lockwright_policy::Principal::Root { account: &own }
            }
            Some(Person::User { user, .. }) => {
                (arn, id) = (user.arn(), user.id.user.to_string());
                lockwright_policy::Principal::User { arn: &arn, id: &id }
            }
            Some(Person::Builder(_) | Person::Operator(_)) | None => return Err(anonymous()),
        };
        let Some(policies) = self.policies_of(signed) else { return Err(anonymous()) };
        let mut context = Context::of(&principal);
        let (now, seconds) = (op.now.to_rfc3339(), op.now.as_seconds().to_string());
        context.insert("aws:currenttime", now.as_str());
        context.insert("aws:epochtime", seconds.as_str());
        let ip = op.source.ip.map(|ip| ip.to_string());
        if let Some(ip) = &ip {
            context.insert("aws:sourceip", ip.as_str());
        }
        // AWS's console signs with temporary credentials, which always say one or the other; a key that lasts says nothing.
        let age;
        match op.second_factor {
            SecondFactor::Unsaid => {}
            SecondFactor::Absent => context.insert("aws:multifactorauthpresent", "false"),
            SecondFactor::Shown(at) => {
                age = op.now.since(at).as_secs().to_string();
                context.insert("aws:multifactorauthpresent", "true");
                context.insert("aws:multifactorauthage", age.as_str());
            }
        }
        context.insert("aws:useragent", op.source.agent.as_str());
        context.insert("aws:viaawsservice", "false");
        context.insert("aws:requestedregion", "us-east-1");
        for (key, value) in &aim.keys {
            context.insert(*key, *value);
        }
        let owner = account.to_string();
        let request = Request::new(&action, &aim.resource, &principal, &context).owned_by(&owner);
        match decide(&request, &Policies { identity: &policies, ..Policies::none() }) {
            Decision::Allowed => Ok(()),
            Decision::Denied(denial) => Err(Denied { action: aim.action, message: denial.aws_message(&request) }),
        }
    }

    /// The identity policies of a principal, compiled. `None`: one of them can't be read, and nobody knows what it would deny.
    fn policies_of(&self, signed: Option<&Person>) -> Option<Vec<Arc<Policy>>> {
        let Some(Person::User { user, .. }) = signed else { return Some(Vec::new()) };
        let group = user.administrator.then_some(ADMINISTRATOR_ACCESS);
        let attached = group.into_iter().chain(user.grants.attached.iter().map(String::as_str));
        let attached = attached.map(|arn| self.0.cache.compiled(managed::find(arn).ok()?.document));
        attached.chain(user.grants.inline.iter().map(|policy| self.0.cache.compiled(&policy.document))).collect()
    }

    /// Decides, from what is stored now, whether the principal acts as an operator.
    pub(crate) async fn operator_permit(&self, op: &OpContext) -> Result<Result<OperatorPermit, NotOperator>, Trouble> {
        let signed = match &op.principal {
            Principal::Signed(identity) => self.person(identity).await?,
            Principal::Host | Principal::Anonymous => None,
        };
        Ok(OperatorPermit::mint(&op.principal, signed).ok_or(NotOperator))
    }
}
