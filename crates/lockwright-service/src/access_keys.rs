//! Access keys: made and changed for those whom policies let; and whose signature a request may carry.

use std::sync::Arc;
use std::time::Duration;

use lockwright_authn::secret_key::SecretKey;
use lockwright_core::access_key::{self, Refusal};
use lockwright_core::person::Person;
use lockwright_model::access_key::{AccessKey, AccessKeyId, KeyUse};
use lockwright_model::change::{ChangeSet, ClaimKey, Touch};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::{OpContext, SecondFactor};
use lockwright_model::id::AccountId;
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::secret::{KeyBytes, Sealed};
use lockwright_model::temporary::Temporary;

use crate::Lockwright;
use crate::authorize::{Aim, Denied};
use crate::caller::Caller;
use crate::commit::decide;
use crate::known::Known;
use crate::trouble::{NotCommitted, Trouble};

/// A use is noted this often: AWS's own reports know no more.
pub(crate) const NOTED: Duration = Duration::from_secs(15 * 60);

/// Why an access key was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Not permitted.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such owner.
    #[error("no such owner")]
    NoOwner,
    /// The decision refused.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<Refusal> for KeyError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<NotCommitted> for KeyError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

impl From<lockwright_store::StoreError> for KeyError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

/// Whose key a request is signed with.
#[derive(Debug)]
pub struct Signer {
    /// Who acts, as of at most one commit ago.
    pub caller: Caller,
    /// What their session token says, where the key is a temporary one.
    pub temporary: Option<Arc<Temporary>>,
    held: Held,
}

/// How the secret of a key is held.
#[derive(Debug)]
enum Held {
    /// Sealed in its owner's row, with which the keys of the day that were derived from it are kept.
    Sealed(AccessKeyId, Sealed, Arc<Known>),
    /// It came with the session token.
    Open(SecretKey),
}

/// Why a key signs nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoSigner {
    /// It is unknown or inactive, its session token is another one's, or its owner may not act.
    Unknown,
    /// Its time is over.
    Expired,
}

impl Signer {
    /// The circumstances of a request, with the signer acting. `key` is the one it is signed with.
    pub fn acting(&self, key: AccessKeyId, op: OpContext) -> OpContext {
        let second_factor = match &self.temporary {
            None => SecondFactor::Unsaid,
            Some(temporary) => temporary.mfa.map_or(SecondFactor::Absent, SecondFactor::Shown),
        };
        let (principal, iam_user) = match &self.caller {
            Caller::Person(person) => (Principal::Signed(person.identity()), person.iam_user()),
            Caller::Role { temporary, .. } | Caller::Federated { temporary, .. } => {
                (Principal::Assumed(Arc::clone(temporary)), op.iam_user)
            }
        };
        OpContext { principal, iam_user, access_key: Some(key), second_factor, ..op }
    }

    /// What [`Signer::keep_day_key`] kept for a day, region and service. It is gone with any change of the key's owner.
    pub fn day_key(&self, scope: &str) -> Option<KeyBytes> {
        match &self.held {
            Held::Sealed(key, _, known) => known.day_key(key, scope),
            Held::Open(_) => None,
        }
    }

    /// Keeps what was derived from the secret for a day, region and service. To be called once a signature held: what a stranger asks
    /// for in somebody's name takes no room of theirs.
    pub fn keep_day_key(&self, scope: &str, signing: KeyBytes) {
        if let Held::Sealed(key, _, known) = &self.held {
            known.keep_day_key(key, scope, signing);
        }
    }
}

/// Access keys for a page.
#[derive(Debug)]
pub struct KeysSeen {
    /// Each, and its last use.
    pub keys: Vec<(AccessKey, Option<KeyUse>)>,
    /// Policies let who looks switch them off and on.
    pub may_change: bool,
    /// Policies let who looks delete them.
    pub may_delete: bool,
    /// Policies let who looks make another.
    pub may_create: bool,
}

fn secret_context(id: &AccessKeyId) -> String {
    format!("secret of {id}")
}

/// An act on a root user or an IAM user; others have no ARN.
pub(crate) fn aim_of(action: &'static str, owner: &Person) -> Option<(AccountId, Aim<'static>)> {
    match owner {
        Person::Root(account) => Some((account.id, Aim::at(action, account.id.root_arn()))),
        Person::User { account, user } => Some((account.id, Aim::of(action, user))),
        Person::Builder(_) | Person::Operator(_) => None,
    }
}

impl Lockwright {
    /// Whoever an access key, with its session token if it is a temporary one, signs for now, and the secret.
    pub async fn signer(&self, id: &AccessKeyId, token: Option<&str>, now: Timestamp) -> Result<Result<Signer, NoSigner>, Trouble> {
        match (id.is_temporary(), token) {
            (true, Some(token)) => Box::pin(self.temporary_signer(id, token, now)).await,
            (false, None) => Ok(self.lasting_signer(id).await?.ok_or(NoSigner::Unknown)),
            (true, None) | (false, Some(_)) => Ok(Err(NoSigner::Unknown)),
        }
    }

    async fn temporary_signer(&self, id: &AccessKeyId, token: &str, now: Timestamp) -> Result<Result<Signer, NoSigner>, Trouble> {
        let Some((secret, temporary)) = self.open_session_token(id, token) else { return Ok(Err(NoSigner::Unknown)) };
        if temporary.expires <= now {
            return Ok(Err(NoSigner::Expired));
        }
        let caller = self.bearer(&temporary, now).await?;
        Ok(caller.map(|caller| Signer { caller, temporary: Some(temporary), held: Held::Open(secret) }).ok_or(NoSigner::Unknown))
    }

    async fn lasting_signer(&self, id: &AccessKeyId) -> Result<Option<Signer>, Trouble> {
        let owner = match self.0.cache.owner_of(id) {
            Some(owner) => owner,
            None => {
                let claim = Box::pin(async { self.store().claim(&ClaimKey::AccessKey(id.clone())).await }).await?;
                let Some(claim) = claim else { return Ok(None) };
                self.0.cache.note_owner(id, &claim.owner);
                claim.owner
            }
        };
        let known = match self.known_here(&owner) {
            Some(known) => known,
            None => match Box::pin(self.known(&owner)).await? {
                Some(known) => known,
                None => return Ok(None),
            },
        };
        let person = &known.person;
        // A key that was deleted is no longer in its owner's row, whatever the cache knows of whose it was.
        let Some(key) = person.keys().iter().find(|key| key.id == *id && key.active) else { return Ok(None) };
        if person.bar().is_some() || person.closed().is_some() {
            return Ok(None);
        }
        let caller = Caller::Person(Arc::clone(person));
        let held = Held::Sealed(id.clone(), key.secret.clone(), Arc::clone(&known));
        Ok(Some(Signer { caller, temporary: None, held }))
    }

    /// The secret to check a signature with. `None`: it can't be opened.
    pub fn secret_of(&self, signer: &Signer) -> Option<SecretKey> {
        match &signer.held {
            Held::Open(secret) => Some(secret.clone()),
            Held::Sealed(id, sealed, _) => {
                let Some(plain) = self.unseal(sealed, &secret_context(id)) else {
                    tracing::error!(key = %id, "the secret of an access key could not be opened");
                    return None;
                };
                std::str::from_utf8(&plain).ok().map(SecretKey::from_stored)
            }
        }
    }

    /// Notes that a key was used, at most every 15 minutes. A mark that can't be written is no reason to refuse the request.
    pub async fn note_key_use(&self, id: &AccessKeyId, now: Timestamp, service: &str, region: &str) {
        if id.is_temporary() || !self.0.cache.worth_noting(id, now, NOTED) {
            return;
        }
        let mut changes = ChangeSet::default();
        changes.touches.push(Touch::KeyUsed(KeyUse { key: id.clone(), at: now, service: service.to_owned(), region: region.to_owned() }));
        if let Err(failure) = Box::pin(self.commit(changes)).await {
            tracing::warn!(%failure, "the last use of an access key was not written");
        }
    }

    /// Makes an access key; its secret is shown this once.
    pub async fn create_access_key(&self, op: &OpContext, owner: &Identity) -> Result<(AccessKey, SecretKey), KeyError> {
        let made = decide!(self, {
            let person = self.key_owner(op, owner, "iam:CreateAccessKey").await?;
            let account = person.account_id().ok_or(KeyError::NoOwner)?;
            let id = AccessKeyId::draw(account, self.entropy());
            let secret = SecretKey::draw(&id, self.entropy());
            let sealed = self.seal(secret.expose().as_bytes(), &secret_context(&id));
            let decided = access_key::create(person, id, sealed, self.signers_question(op).await?, op, self.entropy())?;
            lockwright_core::Decided::new(decided.changes, (decided.output, secret))
        });
        Ok(made?)
    }

    /// Switches a key on or off.
    pub async fn set_access_key_active(&self, op: &OpContext, owner: &Identity, id: &AccessKeyId, active: bool) -> Result<(), KeyError> {
        let outcome = decide!(self, {
            let person = self.key_owner(op, owner, "iam:UpdateAccessKey").await?;
            access_key::set_active(person, id, active, self.signers_question(op).await?, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Says that a key which a recovery left in question is its owner's.
    pub async fn keep_access_key(&self, op: &OpContext, owner: &Identity, id: &AccessKeyId) -> Result<(), KeyError> {
        let outcome = decide!(self, {
            let person = self.key_owner(op, owner, "iam:UpdateAccessKey").await?;
            access_key::keep(person, id, self.signers_question(op).await?, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// The keys of somebody who looks at themselves, or is looked at by an administrator, for a page.
    pub async fn keys_seen(&self, op: &OpContext, owner: &Person) -> Result<KeysSeen, Trouble> {
        let mut keys = Vec::with_capacity(owner.keys().len());
        for key in owner.keys() {
            keys.push((key.clone(), self.store().key_use(&key.id).await?));
        }
        let may = async |action| match aim_of(action, owner) {
            Some((account, aim)) => Ok::<bool, Trouble>(self.may(op, account, &aim).await?.is_ok()),
            None => Ok(false),
        };
        let (may_change, may_delete) = (may("iam:UpdateAccessKey").await?, may("iam:DeleteAccessKey").await?);
        Ok(KeysSeen { keys, may_change, may_delete, may_create: may("iam:CreateAccessKey").await? })
    }

    /// Deletes a key.
    pub async fn delete_access_key(&self, op: &OpContext, owner: &Identity, id: &AccessKeyId) -> Result<(), KeyError> {
        let outcome = decide!(self, {
            let person = self.key_owner(op, owner, "iam:DeleteAccessKey").await?;
            access_key::delete(person, id, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// The keys of an owner; their secrets stay sealed.
    pub async fn access_keys(&self, op: &OpContext, owner: &Identity) -> Result<Vec<AccessKey>, KeyError> {
        Ok(self.key_owner(op, owner, "iam:ListAccessKeys").await?.keys().to_vec())
    }

    /// When a key was last used, and whose it is. `None`: there is no such key in this account.
    pub async fn access_key_last_used(
        &self,
        op: &OpContext,
        account: AccountId,
        id: &AccessKeyId,
    ) -> Result<Option<(Person, Option<KeyUse>)>, KeyError> {
        let claim = self.store().claim(&ClaimKey::AccessKey(id.clone())).await?;
        let owner = match claim {
            Some(claim) if claim.owner.account() == Some(account) => self.person(&claim.owner).await?,
            _ => None,
        };
        let aim = owner.as_ref().and_then(|owner| aim_of("iam:GetAccessKeyLastUsed", owner)).map(|(_, aim)| aim);
        self.may(op, account, &aim.unwrap_or_else(|| Aim::account("iam:GetAccessKeyLastUsed"))).await??;
        let Some(owner) = owner else { return Ok(None) };
        Ok(Some((owner, self.store().key_use(id).await?)))
    }

    /// Since when the key that signed the request is in question. It is read after the key that the act is about, so that a recovery which
    /// ends meanwhile is seen either here or by the commit.
    pub(crate) async fn signers_question(&self, op: &OpContext) -> Result<Option<Timestamp>, KeyError> {
        let Some(id) = &op.access_key else { return Ok(None) };
        let signer = match &op.principal {
            Principal::Signed(signer) => Some(signer),
            // A role's session is worth what the keys of whoever took it on are.
            Principal::Assumed(temporary) => temporary.origin.as_ref().map(|(signer, _)| signer),
            Principal::Host | Principal::Anonymous => None,
        };
        let Some(signer) = signer else { return Ok(None) };
        let signer = self.person(signer).await?.ok_or(KeyError::NoOwner)?;
        if id.is_temporary() {
            // With which key a session began is not kept: while one of its owner's is in question, so is what the session does.
            return Ok(signer.keys().iter().filter_map(|key| key.questioned).max());
        }
        let key = signer.keys().iter().find(|key| key.id == *id).ok_or(Refusal::Unknown)?;
        Ok(key.questioned)
    }

    /// The owner of keys as stored now, once the act is allowed.
    async fn key_owner(&self, op: &OpContext, owner: &Identity, action: &'static str) -> Result<Person, KeyError> {
        let person = self.person(owner).await?.ok_or(KeyError::NoOwner)?;
        let (account, aim) = aim_of(action, &person).ok_or(KeyError::NoOwner)?;
        self.permit(op, account, &aim).await??;
        Ok(person)
    }
}
