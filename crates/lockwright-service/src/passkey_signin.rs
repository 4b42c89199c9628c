//! Signing in with a passkey alone: no name, no password. Nothing is stored for a browser that only asks.

use lockwright_authn::passkey::credential_of;
use lockwright_core::person::Bar;
use lockwright_core::signin::{self, Alone};
use lockwright_core::tries::{SOURCE_FAILURES, Wait};
use lockwright_model::case::IdentityKind;
use lockwright_model::change::{ChangeSet, ClaimKey, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::identity::Identity;
use lockwright_model::token::Token;
use lockwright_model::tries::{Tries, TriesKey};
use lockwright_store::StoreError;

use crate::Lockwright;
use crate::commit::decide;
use crate::factors::mfa_key;
use crate::load::source_key;
use crate::signin::SignedIn;
use crate::trouble::{NotCommitted, Trouble};

/// A challenge to whoever has a passkey.
#[derive(Clone, Debug)]
pub struct PasskeyChallenge {
    /// JSON for `navigator.credentials.get`.
    pub options: String,
    /// To be sent back with the answer: the challenge, sealed. It opens nothing without a passkey.
    pub sealed: String,
}

/// Why a passkey did not sign in.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// It is not known here, or did not prove itself, or the challenge is too old or was answered before: nothing says which.
    #[error("the passkey doesn't sign in")]
    Refused,
    /// Too many failures from this network.
    #[error("too many tries")]
    Wait {
        /// The next moment a try is looked at.
        until: Timestamp,
    },
    /// The passkey is right, but something else bars the way.
    #[error("sign-in is barred")]
    Barred(Bar),
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<Wait> for PasskeyError {
    fn from(wait: Wait) -> Self {
        Self::Wait { until: wait.until }
    }
}

impl From<StoreError> for PasskeyError {
    fn from(error: StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for PasskeyError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

/// Whose pages ask: each has a relying party of its own, and takes nobody else (ASVS V8.4.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Door {
    Public,
    Operators,
}

impl Door {
    /// What the seal of a challenge is for.
    const fn context(self) -> &'static str {
        match self {
            Self::Public => "passkey sign-in",
            Self::Operators => "operator passkey sign-in",
        }
    }

    const fn party(self) -> IdentityKind {
        match self {
            Self::Public => IdentityKind::Root,
            Self::Operators => IdentityKind::Operator,
        }
    }

    fn takes(self, owner: &Identity) -> bool {
        (self == Self::Operators) == matches!(owner, Identity::Operator(_))
    }
}

impl Lockwright {
    /// Draws a challenge; `None` where passkeys don't work. It lives ten minutes and is kept by the browser, sealed: looking at a sign-in
    /// page leaves no row behind (E11).
    pub fn ask_any_passkey(&self, now: Timestamp) -> Option<PasskeyChallenge> {
        self.ask_passkey_at(Door::Public, now)
    }

    /// The same on the operators' pages.
    pub fn ask_operator_passkey(&self, now: Timestamp) -> Option<PasskeyChallenge> {
        self.ask_passkey_at(Door::Operators, now)
    }

    fn ask_passkey_at(&self, door: Door, now: Timestamp) -> Option<PasskeyChallenge> {
        let (challenge, state) = self.relying_party(door.party()).ok()?.start_discoverable().ok()?;
        let sealed = self.seal_challenge(state.as_text(), door.context(), now)?;
        Some(PasskeyChallenge { options: challenge.options_json, sealed })
    }

    /// Signs in whoever's passkey answered. `previous` is the session the browser already has; it ends.
    pub async fn sign_in_with_passkey(
        &self,
        op: &OpContext,
        sealed: &str,
        response: &str,
        previous: Option<&Token>,
    ) -> Result<SignedIn, PasskeyError> {
        self.passkey_at(Door::Public, op, sealed, response, previous).await
    }

    /// Signs in the operator whose passkey answered.
    pub async fn sign_in_operator_with_passkey(
        &self,
        op: &OpContext,
        sealed: &str,
        response: &str,
        previous: Option<&Token>,
    ) -> Result<SignedIn, PasskeyError> {
        self.passkey_at(Door::Operators, op, sealed, response, previous).await
    }

    async fn passkey_at(
        &self,
        door: Door,
        op: &OpContext,
        sealed: &str,
        response: &str,
        previous: Option<&Token>,
    ) -> Result<SignedIn, PasskeyError> {
        let source_key = source_key(op);
        SOURCE_FAILURES.check(self.store().tries(&source_key).await?.as_ref(), op.now)?;
        let outcome = self.level(self.try_passkey(door, op, sealed, response, previous)).await;
        let word = match &outcome {
            Ok(_) => "signed_in",
            Err(PasskeyError::Refused) => "mismatch",
            Err(PasskeyError::Wait { .. }) => "wait",
            Err(PasskeyError::Barred(_)) => "barred",
            Err(PasskeyError::Trouble(_)) => "trouble",
        };
        metrics::counter!("lockwright_passkey_sign_ins_total", "outcome" => word).increment(1);
        if matches!(outcome, Err(PasskeyError::Refused)) {
            self.count_source(source_key, op.now).await;
        }
        outcome
    }

    async fn try_passkey(
        &self,
        door: Door,
        op: &OpContext,
        sealed: &str,
        response: &str,
        previous: Option<&Token>,
    ) -> Result<SignedIn, PasskeyError> {
        let (state, expires) = self.open_challenge(sealed, door.context(), op.now).ok_or(PasskeyError::Refused)?;
        let credential = credential_of(response).ok_or(PasskeyError::Refused)?;
        let owner = self.store().claim(&ClaimKey::Passkey(credential)).await?.map(|claim| claim.owner);
        let owner = owner.filter(|owner| door.takes(owner)).ok_or(PasskeyError::Refused)?;
        let person = self.person(&owner).await?.ok_or(PasskeyError::Refused)?;
        let proof = self.check_passkey_alone(&person, &state, response).ok_or(PasskeyError::Refused)?;
        // Its first and only count: an answer to a challenge counts once, on every node (B25).
        let key = TriesKey::new("challenge", sealed);
        let challenge = Tries { key, version: Version::NEW, count: 1, since: op.now, last: op.now, expires };
        let outcome = decide!(self, {
            if self.store().tries(&challenge.key).await?.is_some() {
                return Err(PasskeyError::Refused);
            }
            let person = self.person(&owner).await?.ok_or(PasskeyError::Refused)?;
            let counted = self.store().tries(&mfa_key(&owner)).await?;
            let previous = match previous {
                Some(token) => self.store().session(&token.hash()).await?,
                None => None,
            };
            let (challenge, limits) = (challenge.clone(), self.config().sessions);
            signin::with_passkey(person, &proof, challenge, counted, previous.as_ref(), limits, op, self.entropy())
        });
        match outcome? {
            Alone::SignedIn(new) => Ok(SignedIn { token: new.token, scope: new.session.scope }),
            Alone::Barred(bar) => Err(PasskeyError::Barred(bar)),
            Alone::Refused => Err(PasskeyError::Refused),
        }
    }

    /// Counts a failure of a network; when many fail at once the count gives way. What was answered to the try is answered all the same
    /// when it can't be written.
    pub(crate) async fn count_source(&self, key: TriesKey, now: Timestamp) {
        let counted = async {
            let mut changes = ChangeSet::default();
            changes.put(Record::Tries(SOURCE_FAILURES.count(self.store().tries(&key).await.map_err(Trouble::from)?, key, now)));
            self.commit(changes).await
        };
        match counted.await {
            Ok(_) | Err(NotCommitted::Taken(_)) => {}
            Err(failure) => tracing::warn!(%failure, "a failed try was not counted against its network"),
        }
    }
}
