//! New passwords: what they must fulfil, and changing one that is known.

use lockwright_authn::hasher::Verdict;
use lockwright_authn::strength::{self, Context, Rule, Weakness};
use lockwright_core::person::Person;
use lockwright_core::signin::PasswordProof;
use lockwright_core::{Decided, password, session};
use lockwright_model::change::ChangeSet;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::credential::Credential;
use lockwright_model::entropy::Entropy;
use lockwright_model::identity::UserRef;
use lockwright_model::password_policy::PasswordPolicy;
use lockwright_model::secret::{Password, PasswordHash, PasswordInputError};
use lockwright_model::session::Session;
use lockwright_model::token::Token;
use lockwright_model::tries::Tries;

use crate::Lockwright;
use crate::commit::decide;
use crate::load::tries_key;
use crate::signin::SignInError;
use crate::trouble::{NotCommitted, Trouble};
use crate::users::NoUser;

/// Fewest characters of a root, builder-ID or operator password, with a device or without (NIST SP 800-63B-4 §3.1.1.2 asks for 15 where it
/// is the only factor, and for 8 beside another). A device may be removed later, and nobody knows then how long the password is.
pub const OWN_MINIMUM: usize = 15;

/// Why a new password is not taken. Each has a sentence for the person.
#[derive(Debug, thiserror::Error)]
pub enum NewPasswordError {
    /// The two fields differ.
    #[error("The two passwords differ. Type the same one twice.")]
    Different,
    /// It can't be a password at all.
    #[error(transparent)]
    Input(#[from] PasswordInputError),
    /// It is too weak; all reasons at once.
    #[error("the password is too weak")]
    Weak {
        /// The rules it breaks.
        weaknesses: Vec<Weakness>,
        /// What would make it harder to guess (zxcvbn), in sentences.
        advice: Vec<String>,
    },
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl NewPasswordError {
    /// The sentences to show, in order; none for outside trouble.
    pub fn sentences(&self) -> Vec<String> {
        match self {
            Self::Different => vec![self.to_string()],
            Self::Input(PasswordInputError::Empty) => vec!["Type a new password.".to_owned()],
            Self::Input(PasswordInputError::TooLong) => vec!["Use at most 256 characters.".to_owned()],
            Self::Input(PasswordInputError::Control) => {
                vec!["Remove line breaks and other control characters from the password.".to_owned()]
            }
            Self::Weak { weaknesses, advice } => weaknesses.iter().map(ToString::to_string).chain(advice.iter().cloned()).collect(),
            Self::Trouble(_) => Vec::new(),
        }
    }
}

/// A password that fulfils the rules, with its hash.
pub(crate) struct Accepted {
    pub(crate) hash: PasswordHash,
}

/// Whose rules a new password must fulfil.
pub(crate) struct Requirements<'a> {
    pub(crate) policy: Policy<'a>,
    pub(crate) words: Vec<String>,
    pub(crate) credential: Option<&'a Credential>,
}

/// Which rules.
#[derive(Clone, Copy)]
pub(crate) enum Policy<'a> {
    Own,
    Account(Option<&'a PasswordPolicy>),
}

impl<'a> Requirements<'a> {
    pub(crate) fn of(person: &'a Person) -> Self {
        let policy = match person {
            Person::User { account, .. } => Policy::Account(account.password_policy.as_ref()),
            Person::Root(_) | Person::Builder(_) | Person::Operator(_) => Policy::Own,
        };
        Self { policy, words: person.context_words(), credential: person.credential() }
    }

    fn remembered(&self) -> Option<u8> {
        match self.policy {
            Policy::Own => None,
            Policy::Account(policy) => policy.and_then(|policy| policy.reuse_prevention),
        }
    }
}

/// Why somebody signed in did not prove it anew.
#[derive(Debug, thiserror::Error)]
pub enum PresentError {
    /// The present password is not right, or the session has ended.
    #[error("the present password doesn't match")]
    Mismatch,
    /// Too many tries.
    #[error("too many tries")]
    Wait {
        /// The next moment a try is looked at.
        until: Timestamp,
    },
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<lockwright_store::StoreError> for PresentError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for PresentError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

impl From<SignInError> for PresentError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wait { until } => Self::Wait { until },
            SignInError::Trouble(trouble) => Self::Trouble(trouble),
            SignInError::Mismatch | SignInError::Barred(_) => Self::Mismatch,
        }
    }
}

/// Why a known password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The present password was not proven.
    #[error(transparent)]
    Present(#[from] PresentError),
    /// The account's policy leaves it to the administrator, or no policy lets a program do it.
    #[error("an administrator changes this password")]
    NotAllowed,
    /// Somebody said "this wasn't me".
    #[error("nothing is changed for now")]
    Frozen {
        /// Until when.
        until: Timestamp,
    },
    /// The new password is not taken.
    #[error(transparent)]
    New(#[from] NewPasswordError),
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<lockwright_store::StoreError> for ChangePasswordError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for ChangePasswordError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

impl From<NoUser> for ChangePasswordError {
    fn from(none: NoUser) -> Self {
        match none {
            NoUser::Denied => Self::NotAllowed,
            NoUser::Trouble(trouble) => Self::Trouble(trouble),
        }
    }
}

impl From<password::Refusal> for ChangePasswordError {
    fn from(refusal: password::Refusal) -> Self {
        match refusal {
            password::Refusal::NotAllowed => Self::NotAllowed,
            password::Refusal::Frozen(until) => Self::Frozen { until },
            password::Refusal::Mismatch => PresentError::Mismatch.into(),
        }
    }
}

impl Lockwright {
    /// Checks a new password against the rules and hashes it; before the decision, never between load and commit.
    pub(crate) async fn accept(&self, typed: &str, again: &str, needs: &Requirements<'_>) -> Result<Accepted, NewPasswordError> {
        let password = Password::parse(typed)?;
        if Password::parse(again).map_or(true, |again| again.expose() != password.expose()) {
            return Err(NewPasswordError::Different);
        }
        let mut words: Vec<&str> = needs.words.iter().map(String::as_str).collect();
        words.push(&self.config().installation);
        let rule = match needs.policy {
            Policy::Own => Rule::OwnerChosen { minimum: OWN_MINIMUM },
            Policy::Account(policy) => Rule::AccountPolicy(policy),
        };
        let mut weaknesses = strength::check(&password, rule, &Context { words: &words }, &self.0.blocklist);
        if let (true, Some(remembered), Some(credential)) = (weaknesses.is_empty(), needs.remembered(), needs.credential)
            && self.0.hashing.reused(password.clone(), credential.clone(), remembered).await?
        {
            weaknesses.push(Weakness::Reused { remembered });
        }
        if !weaknesses.is_empty() {
            let words = words.into_iter().map(str::to_owned).collect();
            return Err(NewPasswordError::Weak { weaknesses, advice: self.0.hashing.advise(password, words).await? });
        }
        Ok(Accepted { hash: self.0.hashing.hash(password).await? })
    }

    /// Changes a known password; this browser goes on under the token returned, every other session ends.
    pub async fn change_password(
        &self,
        op: &OpContext,
        session: &Session,
        present: &str,
        new: &str,
        again: &str,
    ) -> Result<Token, ChangePasswordError> {
        let person = self.person(&session.owner).await?.ok_or(PresentError::Mismatch)?;
        if !password::allowed(&person, session) {
            return Err(ChangePasswordError::NotAllowed);
        }
        let proof = self.prove_present(op, session, &person, present).await?;
        another(present, new)?;
        let accepted = self.accept(new, again, &Requirements::of(&person)).await?;
        let outcome = decide!(self, {
            let person = self.person(&session.owner).await?.ok_or(PresentError::Mismatch)?;
            let session = self.store().session(&session.token).await?.ok_or(PresentError::Mismatch)?;
            password::change(person, &session, &proof, accepted.hash.clone(), self.config().sessions, op, self.entropy())?
        });
        Ok(outcome?.token)
    }

    /// Changes the known password of an IAM user who asks with an access key; every session ends. It counts like a sign-in.
    pub async fn change_password_by_key(&self, op: &OpContext, id: &UserRef, present: &str, new: &str) -> Result<(), ChangePasswordError> {
        let (_, person) = self.permitted_person(op, id, "iam:ChangePassword").await?;
        let proof = self.prove_known(op, &person, present, password::failed).await?;
        another(present, new)?;
        let accepted = self.accept(new, new, &Requirements::of(&person)).await?;
        let outcome = decide!(self, {
            let (permit, person) = self.permitted_person(op, id, "iam:ChangePassword").await?;
            password::change_by_key(&permit, person, &proof, accepted.hash.clone(), op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Checks the present password of somebody signed in, before what a stolen session must not be enough for (ASVS 7.5.1).
    /// It counts like a sign-in, and a right one starts the count anew.
    pub(crate) async fn prove_present(
        &self,
        op: &OpContext,
        session: &Session,
        person: &Person,
        typed: &str,
    ) -> Result<PasswordProof, PresentError> {
        self.prove_password_again(op, session, person, typed, password::failed).await
    }

    /// The same, with what tells of a wrong one.
    pub(crate) async fn prove_password_again(
        &self,
        op: &OpContext,
        session: &Session,
        person: &Person,
        typed: &str,
        failed: fn(Person, &Tries, &OpContext, &dyn Entropy) -> ChangeSet,
    ) -> Result<PasswordProof, PresentError> {
        if !session::alive(session, person, op.now) {
            return Err(PresentError::Mismatch);
        }
        self.prove_known(op, person, typed, failed).await
    }

    /// The same, of somebody who needs no session for it.
    async fn prove_known(
        &self,
        op: &OpContext,
        person: &Person,
        typed: &str,
        failed: fn(Person, &Tries, &OpContext, &dyn Entropy) -> ChangeSet,
    ) -> Result<PasswordProof, PresentError> {
        let typed = Password::parse(typed).map_err(|_| PresentError::Mismatch)?;
        let key = tries_key(person);
        let counted = self.take_try(&key, op.now).await?;
        let hash = person.credential().filter(|credential| !credential.disabled).map(|credential| credential.hash.clone());
        match (self.0.hashing.verify(typed, hash.clone()).await?, hash) {
            (Verdict::Match { .. }, Some(hash)) => {
                self.forgive(&key, op.now).await?;
                Ok(PasswordProof { hash, rehash: None })
            }
            _ => {
                let told = decide!(self, {
                    let person = self.person(&person.identity()).await?.ok_or(PresentError::Mismatch)?;
                    Decided::new(failed(person, &counted, op, self.entropy()), ())
                });
                told?;
                Err(PresentError::Mismatch)
            }
        }
    }
}

/// The same again would leave a password that somebody else set, or that has expired, in use.
fn another(present: &str, new: &str) -> Result<(), NewPasswordError> {
    match Password::parse(new).ok().zip(Password::parse(present).ok()) {
        Some((new, present)) if new.expose() == present.expose() => {
            Err(NewPasswordError::Weak { weaknesses: vec![Weakness::Reused { remembered: 1 }], advice: Vec::new() })
        }
        _ => Ok(()),
    }
}
