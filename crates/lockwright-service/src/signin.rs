//! Signing in with a password: the first step, and the only one for somebody without a device.

use lockwright_authn::hasher::Verdict;
use lockwright_core::person::Bar;
use lockwright_core::signin::{self, Outcome, PasswordProof};
use lockwright_core::tries::{self, SOURCE_FAILURES, Wait};
use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::email::EmailAddress;
use lockwright_model::name::UserName;
use lockwright_model::secret::{Password, PasswordHash};
use lockwright_model::session::SessionScope;
use lockwright_model::token::Token;
use lockwright_model::tries::{Tries, TriesKey};

use crate::Lockwright;
use crate::commit::{AGAIN, Committed, decide};
pub use crate::load::AccountName;
use crate::load::{Found, source_key};
use crate::trouble::{NotCommitted, Trouble};

/// What a person types to say who they are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SignInName {
    /// The root user's email.
    Root(EmailAddress),
    /// An IAM user.
    Iam {
        /// The account, by number or alias.
        account: AccountName,
        /// The user's name.
        user: UserName,
    },
    /// A builder ID's email.
    Builder(EmailAddress),
    /// An operator's email; only the operators' own pages ask for it.
    Operator(EmailAddress),
}

/// A completed sign-in.
#[derive(Debug)]
pub struct SignedIn {
    /// For the cookie.
    pub token: Token,
    /// What the session may do.
    pub scope: SessionScope,
}

/// What the right password led to.
#[derive(Debug)]
pub enum Entered {
    /// Signed in.
    SignedIn(SignedIn),
    /// A second factor is owed: the token is for the ceremony's cookie.
    SecondFactor(Token),
}

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The name and the password don't belong together; nothing says which of them, or whether the name exists.
    #[error("the name and the password don't match")]
    Mismatch,
    /// Too many tries: this one was not looked at.
    #[error("too many tries")]
    Wait {
        /// The next moment a try is looked at.
        until: Timestamp,
    },
    /// The password is right, but something else bars the way.
    #[error("sign-in is barred")]
    Barred(Bar),
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<Wait> for SignInError {
    fn from(wait: Wait) -> Self {
        Self::Wait { until: wait.until }
    }
}

impl From<lockwright_store::StoreError> for SignInError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for SignInError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

/// How often a try is taken anew when others of the same name take theirs: several browsers of one person at once are no attack.
const TAKES: u8 = 12;

impl Lockwright {
    /// Signs in. `previous` is the session the browser already has; it ends.
    ///
    /// A name that does not exist costs the same reads, the same hash and the same commits as one that does (invariant 9).
    pub async fn sign_in(&self, op: &OpContext, name: &SignInName, typed: &str, previous: Option<&Token>) -> Result<Entered, SignInError> {
        let outcome = self.try_sign_in(op, name, typed, previous).await;
        let word = match &outcome {
            Ok(Entered::SignedIn(_)) => "signed_in",
            Ok(Entered::SecondFactor(_)) => "second_factor",
            Err(SignInError::Mismatch) => "mismatch",
            Err(SignInError::Wait { .. }) => "wait",
            Err(SignInError::Barred(_)) => "barred",
            Err(SignInError::Trouble(_)) => "trouble",
        };
        metrics::counter!("lockwright_sign_ins_total", "outcome" => word).increment(1);
        outcome
    }

    async fn try_sign_in(&self, op: &OpContext, name: &SignInName, typed: &str, previous: Option<&Token>) -> Result<Entered, SignInError> {
        // What can't be a password can't match: the same for everybody, so it needs no count.
        let password = Password::parse(typed).map_err(|_| SignInError::Mismatch)?;
        let source_key = source_key(op);
        SOURCE_FAILURES.check(self.store().tries(&source_key).await?.as_ref(), op.now)?;
        let found = self.find(name).await?;
        let counted = self.take_try(&found.tries, op.now).await?;

        let Some(proof) = self.prove_password(&found, &password).await? else {
            return self.sign_in_failed(op, name, &counted, source_key).await;
        };
        let mut first = Some(found);
        let outcome = decide!(self, {
            let found = match first.take() {
                Some(found) => found,
                None => self.find(name).await?,
            };
            let person = found.person.ok_or(SignInError::Mismatch)?;
            // The counter may have moved, or been forgotten, since it was taken; what is forgiven is the row as it stands.
            let row = self.store().tries(&found.tries).await?;
            let previous = match previous {
                Some(token) => self.store().session(&token.hash()).await?,
                None => None,
            };
            let challenge = self.ask_passkeys(&person);
            signin::complete(person, &proof, row, previous.as_ref(), challenge, self.config().sessions, op, self.entropy())
        })?;
        match outcome {
            Outcome::SignedIn(new) => Ok(Entered::SignedIn(SignedIn { token: new.token, scope: new.session.scope })),
            Outcome::SecondFactor(token) => Ok(Entered::SecondFactor(token)),
            Outcome::Barred(bar) => Err(SignInError::Barred(bar)),
            Outcome::Mismatch => self.sign_in_failed(op, name, &counted, source_key).await,
        }
    }

    /// Takes one try of a counter: durable before the password is looked at.
    pub(crate) async fn take_try(&self, key: &TriesKey, now: Timestamp) -> Result<Tries, SignInError> {
        for _ in 0..TAKES {
            let mut row = tries::take(self.store().tries(key).await?, key.clone(), now)?;
            let mut changes = ChangeSet::default();
            changes.put(Record::Tries(row.clone()));
            match self.commit(changes).await {
                Ok(Committed::Done) => {
                    row.version.0 += 1;
                    return Ok(row);
                }
                // Somebody else took a try of the same name: look again.
                Ok(Committed::Stale) | Err(NotCommitted::Taken(_)) => {}
                Err(failure) => return Err(failure.into()),
            }
        }
        Err(SignInError::Wait { until: now.plus(std::time::Duration::from_secs(1)) })
    }

    /// A counter as it stands, forgiven: to be committed with what ends its count.
    pub(crate) async fn forgiven(&self, key: &TriesKey, now: Timestamp) -> Result<Option<Record>, Trouble> {
        Ok(self.store().tries(key).await?.map(|row| Record::Tries(tries::forgive(row, now))))
    }

    /// Forgives a counter as it stands, after a success.
    pub(crate) async fn forgive(&self, key: &TriesKey, now: Timestamp) -> Result<(), NotCommitted> {
        decide!(self, {
            let mut changes = ChangeSet::default();
            changes.puts.extend(self.forgiven(key, now).await?);
            lockwright_core::Decided::new(changes, ())
        })
    }

    /// Checks a typed password against whom the name means; nobody costs the same, nor does a password that is switched off.
    async fn prove_password(&self, found: &Found, password: &Password) -> Result<Option<PasswordProof>, Trouble> {
        let credential = found.person.as_ref().and_then(|person| person.credential());
        self.prove_hash(password, credential.filter(|credential| !credential.disabled).map(|credential| credential.hash.clone())).await
    }

    /// Checks a typed password against a hash; none costs the same.
    pub(crate) async fn prove_hash(&self, password: &Password, hash: Option<PasswordHash>) -> Result<Option<PasswordProof>, Trouble> {
        match (self.0.hashing.verify(password.clone(), hash.clone()).await?, hash) {
            (Verdict::Match { needs_rehash }, Some(hash)) => {
                let rehash = if needs_rehash { Some(self.0.hashing.hash(password.clone()).await?) } else { None };
                Ok(Some(PasswordProof { hash, rehash }))
            }
            _ => Ok(None),
        }
    }

    async fn sign_in_failed(
        &self,
        op: &OpContext,
        name: &SignInName,
        counted: &Tries,
        source_key: TriesKey,
    ) -> Result<Entered, SignInError> {
        let mut left = AGAIN;
        decide!(self, {
            let found = self.find(name).await?;
            // A count per network is approximate; when many fail at once it gives way, so that no failure goes untold.
            let source = if left > 0 {
                Some(SOURCE_FAILURES.count(self.store().tries(&source_key).await?, source_key.clone(), op.now))
            } else {
                None
            };
            left = left.saturating_sub(1);
            lockwright_core::Decided::new(signin::failed(found.person, found.account, counted, source, op, self.entropy()), ())
        })?;
        Err(SignInError::Mismatch)
    }
}
