//! SSH public keys, signing certificates and service-specific credentials: added and changed for those whom policies let.

use std::time::Duration;

use lockwright_authn::certificate;
use lockwright_authn::service_secret::ServiceSecret;
use lockwright_authn::ssh_key::{self, SshKey};
use lockwright_core::Decided;
use lockwright_core::permit::Permit;
use lockwright_core::person::Person;
use lockwright_core::user_credential::{self, Refusal};
use lockwright_model::change::UniqueKey;
use lockwright_model::context::OpContext;
use lockwright_model::id::AccountId;
use lockwright_model::identity::{Identity, UserRef};
use lockwright_model::secret::Secret;
use lockwright_model::user_credential::{
    LoginService, Material, ServiceLogin, UserCredential, UserCredentialId, UserCredentialKey, UserCredentialKind, login_key,
};

use crate::Lockwright;
use crate::access_keys::aim_of;
use crate::authorize::{Aim, Denied};
use crate::commit::decide;
use crate::trouble::{NotCommitted, Trouble};

/// The condition key for the service that a login is for.
const SERVICE: &str = "iam:servicespecificcredentialservicename";
/// The condition key for how many days a login is to last.
const AGE: &str = "iam:servicespecificcredentialagedays";
/// Seconds of a day.
const DAY: u64 = 86_400;

/// Why a credential was not added or changed.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// Not permitted.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such owner.
    #[error("no such owner")]
    NoOwner,
    /// The SSH key is in no form that is known, or of another kind than RSA.
    #[error("the SSH key's encoding is not known")]
    Encoding,
    /// The SSH key is too short or too long.
    #[error("the SSH key is too short or too long")]
    KeyLength,
    /// It is not one certificate as PEM text, or its time is over.
    #[error("the certificate is malformed, or its time is over")]
    Malformed,
    /// The certificate's time has not begun.
    #[error("the certificate's time has not begun")]
    NotYet,
    /// Somebody else of the account has the certificate.
    #[error("somebody else has this certificate")]
    TakenCertificate,
    /// Users have no logins of their own for this service.
    #[error("there are no logins of users for this service")]
    NoService,
    /// The decision refused.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<ssh_key::Refused> for CredentialError {
    fn from(refused: ssh_key::Refused) -> Self {
        match refused {
            ssh_key::Refused::Encoding => Self::Encoding,
            ssh_key::Refused::Length => Self::KeyLength,
        }
    }
}

impl From<certificate::Refused> for CredentialError {
    fn from(refused: certificate::Refused) -> Self {
        match refused {
            certificate::Refused::Malformed => Self::Malformed,
            certificate::Refused::NotYet => Self::NotYet,
        }
    }
}

impl From<Refusal> for CredentialError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<NotCommitted> for CredentialError {
    fn from(failure: NotCommitted) -> Self {
        match failure {
            // The only ids that two can come to are those of certificates.
            NotCommitted::Taken(UniqueKey::Id) => Self::TakenCertificate,
            other => Self::Trouble(other.into()),
        }
    }
}

impl From<lockwright_store::StoreError> for CredentialError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

/// A login for a service, and its secret, shown this once.
pub struct LoginMade {
    /// The credential.
    pub credential: UserCredential,
    /// What its owner gives the service: a password, or an API key.
    pub secret: Secret,
}

/// What an act on credentials is about.
struct Owned {
    permit: Permit,
    owner: Person,
}

impl Lockwright {
    /// `UploadSSHPublicKey`
    pub async fn upload_ssh_key(&self, op: &OpContext, owner: &Identity, body: &str) -> Result<(UserCredential, SshKey), CredentialError> {
        let outcome = decide!(self, {
            let Owned { permit, owner } = self.credential_owner(op, owner, "iam:UploadSSHPublicKey", |aim| aim).await?;
            let key = SshKey::parse(body)?;
            let known = self.store().user_credentials_of(&owner.identity()).await?;
            let (id, what) = (UserCredentialId::draw_ssh_key(self.entropy()), Material::SshKey { openssh: key.openssh() });
            let decided = user_credential::add(&permit, owner, &known, id, what, op, self.entropy())?;
            Decided::new(decided.changes, (decided.output, key))
        });
        Ok(outcome?)
    }

    /// `UploadSigningCertificate`. One that the owner has already is the same one, and stays as it is.
    pub async fn upload_certificate(&self, op: &OpContext, owner: &Identity, body: &str) -> Result<UserCredential, CredentialError> {
        let outcome = decide!(self, {
            let Owned { permit, owner } = self.credential_owner(op, owner, "iam:UploadSigningCertificate", |aim| aim).await?;
            let id = certificate::check(body, op.now)?;
            let Some(account) = owner.account_id() else { return Err(CredentialError::NoOwner) };
            let key = UserCredentialKey { account, kind: UserCredentialKind::Certificate, id: id.clone() };
            match self.store().user_credential(&key).await? {
                Some(same) if same.owner == owner.identity() => return Ok(same),
                Some(_) => return Err(CredentialError::TakenCertificate),
                None => {}
            }
            let known = self.store().user_credentials_of(&owner.identity()).await?;
            user_credential::add(&permit, owner, &known, id, Material::Certificate { body: body.to_owned() }, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// `CreateServiceSpecificCredential`: the secret is shown this once.
    pub async fn create_service_login(
        &self,
        op: &OpContext,
        owner: &UserRef,
        service: &str,
        days: Option<u32>,
    ) -> Result<LoginMade, CredentialError> {
        let owner = Identity::User(owner.clone());
        let asked = |aim: Aim<'static>| {
            let aim = aim.with(SERVICE, service.to_lowercase());
            days.into_iter().fold(aim, |aim, days| aim.with(AGE, days.to_string()))
        };
        let outcome = decide!(self, {
            let Owned { permit, owner } = self.credential_owner(op, &owner, "iam:CreateServiceSpecificCredential", &asked).await?;
            let service = LoginService::of_name(service).ok_or(CredentialError::NoService)?;
            let secret = ServiceSecret::draw(self.entropy());
            let login = ServiceLogin {
                service,
                login: self.free_login(&owner, service).await?,
                secret: secret.hash(),
                expires: days.map(|days| op.now.plus(Duration::from_secs(u64::from(days) * DAY))),
            };
            let shown = Secret::new(secret.handed_out(&login).as_str());
            let known = self.store().user_credentials_of(&owner.identity()).await?;
            let id = UserCredentialId::draw_service(self.entropy());
            let decided = user_credential::add(&permit, owner, &known, id, Material::Service(login), op, self.entropy())?;
            Decided::new(decided.changes, LoginMade { credential: decided.output, secret: shown })
        });
        Ok(outcome?)
    }

    /// `ResetServiceSpecificCredential`: the new secret is shown this once.
    pub async fn reset_service_login(&self, op: &OpContext, owner: &UserRef, id: &UserCredentialId) -> Result<LoginMade, CredentialError> {
        let owner = Identity::User(owner.clone());
        let outcome = decide!(self, {
            let action = "iam:ResetServiceSpecificCredential";
            let (Owned { permit, owner }, found) = self.owned(op, &owner, UserCredentialKind::Service, id, action).await?;
            let secret = ServiceSecret::draw(self.entropy());
            let decided = user_credential::reset(&permit, &owner, found.ok_or(Refusal::Unknown)?, secret.hash(), op, self.entropy())?;
            let shown = decided.output.service().map(|login| Secret::new(secret.handed_out(login).as_str())).ok_or(Refusal::Unknown)?;
            Decided::new(decided.changes, LoginMade { credential: decided.output, secret: shown })
        });
        Ok(outcome?)
    }

    /// Switches a credential on or off.
    pub async fn set_user_credential_active(
        &self,
        op: &OpContext,
        owner: &Identity,
        kind: UserCredentialKind,
        id: &UserCredentialId,
        active: bool,
    ) -> Result<(), CredentialError> {
        let action = match kind {
            UserCredentialKind::SshKey => "iam:UpdateSSHPublicKey",
            UserCredentialKind::Certificate => "iam:UpdateSigningCertificate",
            UserCredentialKind::Service => "iam:UpdateServiceSpecificCredential",
        };
        let outcome = decide!(self, {
            let (Owned { permit, owner }, found) = self.owned(op, owner, kind, id, action).await?;
            user_credential::set_active(&permit, &owner, found.ok_or(Refusal::Unknown)?, active, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Deletes a credential.
    pub async fn delete_user_credential(
        &self,
        op: &OpContext,
        owner: &Identity,
        kind: UserCredentialKind,
        id: &UserCredentialId,
    ) -> Result<(), CredentialError> {
        let action = match kind {
            UserCredentialKind::SshKey => "iam:DeleteSSHPublicKey",
            UserCredentialKind::Certificate => "iam:DeleteSigningCertificate",
            UserCredentialKind::Service => "iam:DeleteServiceSpecificCredential",
        };
        let outcome = decide!(self, {
            let (Owned { permit, owner }, found) = self.owned(op, owner, kind, id, action).await?;
            user_credential::delete(&permit, &owner, &found.ok_or(Refusal::Unknown)?, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// The credentials of an owner, of one kind.
    pub async fn user_credentials(
        &self,
        op: &OpContext,
        owner: &Identity,
        kind: UserCredentialKind,
    ) -> Result<Vec<UserCredential>, CredentialError> {
        let action = match kind {
            UserCredentialKind::SshKey => "iam:ListSSHPublicKeys",
            UserCredentialKind::Certificate => "iam:ListSigningCertificates",
            UserCredentialKind::Service => "iam:ListServiceSpecificCredentials",
        };
        let Owned { owner, .. } = self.credential_owner(op, owner, action, |aim| aim).await?;
        let found = self.store().user_credentials_of(&owner.identity()).await?;
        Ok(found.into_iter().filter(|credential| credential.kind() == kind).collect())
    }

    /// `GetSSHPublicKey`
    pub async fn ssh_key(
        &self,
        op: &OpContext,
        owner: &Identity,
        id: &UserCredentialId,
    ) -> Result<(UserCredential, SshKey), CredentialError> {
        let found = self.owned(op, owner, UserCredentialKind::SshKey, id, "iam:GetSSHPublicKey").await?.1.ok_or(Refusal::Unknown)?;
        match &found.what {
            Material::SshKey { openssh } => {
                let key = SshKey::parse(openssh)?;
                Ok((found, key))
            }
            Material::Certificate { .. } | Material::Service(_) => Err(Refusal::Unknown.into()),
        }
    }

    /// The logins for services of an account's users, in the order of their ids, `limit` at most, each with its owner's name. Told to nobody
    /// before the act is allowed.
    pub async fn service_logins(
        &self,
        account: AccountId,
        after: Option<&UserCredentialId>,
        limit: u32,
    ) -> Result<Vec<(UserCredential, String)>, Trouble> {
        let mut found = Vec::new();
        for credential in self.store().user_credentials(account, UserCredentialKind::Service, after, limit).await? {
            let name = match &credential.owner {
                Identity::User(user) => self.store().user(user).await?.map(|user| user.name.to_string()),
                Identity::Root(_) | Identity::Builder(_) | Identity::Operator(_) => None,
            };
            found.push((credential, name.unwrap_or_default()));
        }
        Ok(found)
    }

    /// A login that nobody of the account has for this service: `carla-at-123456789012`, or `carla+1-at-123456789012`, and so on. Whoever
    /// takes it first keeps it, also under another name.
    async fn free_login(&self, owner: &Person, service: LoginService) -> Result<String, CredentialError> {
        let (Some(account), Some(name)) = (owner.account_id(), owner.user_name()) else { return Err(CredentialError::NoOwner) };
        let mut number = 0_u32;
        loop {
            let login = if number == 0 { format!("{name}-at-{account}") } else { format!("{name}+{number}-at-{account}") };
            let taken = self.store().user_credential_by_name(account, UserCredentialKind::Service, &login_key(service, &login)).await?;
            if taken.is_none() {
                return Ok(login);
            }
            number += 1;
        }
    }

    /// The owner as stored now, and the credential of an id if it is theirs, once the act is allowed.
    async fn owned(
        &self,
        op: &OpContext,
        owner: &Identity,
        kind: UserCredentialKind,
        id: &UserCredentialId,
        action: &'static str,
    ) -> Result<(Owned, Option<UserCredential>), CredentialError> {
        let account = owner.account().ok_or(CredentialError::NoOwner)?;
        let key = UserCredentialKey { account, kind, id: id.clone() };
        // Somebody else's is as if it were not there.
        let found = self.store().user_credential(&key).await?.filter(|found| found.owner == *owner);
        let service = found.as_ref().and_then(|found| Some(found.service()?.service));
        let asked = |aim: Aim<'static>| service.into_iter().fold(aim, |aim, service| aim.with(SERVICE, service.name()));
        Ok((self.credential_owner(op, owner, action, asked).await?, found))
    }

    /// The owner as stored now, once the act is allowed.
    async fn credential_owner(
        &self,
        op: &OpContext,
        owner: &Identity,
        action: &'static str,
        asked: impl FnOnce(Aim<'static>) -> Aim<'static>,
    ) -> Result<Owned, CredentialError> {
        let owner = self.person(owner).await?.ok_or(CredentialError::NoOwner)?;
        let (account, aim) = aim_of(action, &owner).ok_or(CredentialError::NoOwner)?;
        let permit = self.permit(op, account, &asked(aim)).await??;
        Ok(Owned { permit, owner })
    }
}
