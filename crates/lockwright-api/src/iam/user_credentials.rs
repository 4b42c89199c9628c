//! What SSH public keys, signing certificates and service-specific credentials have in common: whose they are, and why nothing was done.

use lockwright_model::identity::{Identity, UserRef};
use lockwright_model::user_credential::{UserCredentialId, UserCredentialKind};
use lockwright_service::authorize::Aim;
use lockwright_service::core::person::Person;
use lockwright_service::core::user_credential::Refusal;
use lockwright_service::user_credentials::CredentialError;
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::query::{Constraint, Node, Violations};

use crate::ask::{Ask, broken, name, no_user, optional_name, unnamed, word};

/// What a root user is called where a name must stand.
const ROOT: &str = "root";

/// Whose credentials are meant. That the act is allowed is asked by the service, which knows the credential: a policy may speak of it.
pub(crate) struct Owner {
    pub(crate) identity: Identity,
    /// As it is shown.
    pub(crate) name: String,
    aim: Aim<'static>,
}

impl Owner {
    /// The user that the input must name.
    pub(crate) async fn named(ask: &Ask<'_>, most: usize) -> Result<Self, WireError> {
        let text = name(&ask.input(), "UserName", "userName", most)?.to_owned();
        Self::of_name(ask, &text).await
    }

    /// The user that is named, or whoever asks.
    pub(crate) async fn of(ask: &Ask<'_>, most: usize) -> Result<Self, WireError> {
        let input = ask.input();
        match (optional_name(&input, "UserName", "userName", most)?, ask.caller.person()) {
            (Some(text), _) => Self::of_name(ask, text).await,
            (None, Some(Person::User { user, .. })) => Self::of_name(ask, user.name.as_str()).await,
            (None, Some(Person::Root(account))) => {
                let aim = Aim::at(ask.action, account.id.root_arn());
                Ok(Self { identity: Identity::Root(account.id), name: ROOT.to_owned(), aim })
            }
            (None, _) => Err(unnamed()),
        }
    }

    async fn of_name(ask: &Ask<'_>, text: &str) -> Result<Self, WireError> {
        let found = ask.lookup(text).await?;
        let aim = ask.aim(ask.action, text, found.as_ref())?;
        match found {
            Some(user) => Ok(Self { name: user.name.to_string(), identity: Identity::User(user.id), aim }),
            // Whether it exists is told to those who may act on it.
            None => Err(ask.permitted(&aim).await.err().unwrap_or_else(|| no_user(text))),
        }
    }

    /// The IAM user; a root user is none.
    pub(crate) fn user(&self) -> Result<&UserRef, WireError> {
        match &self.identity {
            Identity::User(user) => Ok(user),
            Identity::Root(_) | Identity::Builder(_) | Identity::Operator(_) => Err(no_user(&self.name)),
        }
    }

    /// What is refused of anybody's, once the act is allowed at all.
    pub(crate) async fn refused(&self, ask: &Ask<'_>, otherwise: WireError) -> WireError {
        ask.permitted(&self.aim).await.err().unwrap_or(otherwise)
    }

    /// A credential's id; one that can't be any is of none.
    pub(crate) async fn id(&self, ask: &Ask<'_>, kind: UserCredentialKind, text: &str) -> Result<UserCredentialId, WireError> {
        match text.parse() {
            Ok(id) => Ok(id),
            Err(_) => Err(self.refused(ask, none_of(kind, text)).await),
        }
    }
}

/// `Update…` of any kind: switches a credential on or off.
pub(crate) async fn update(ask: &Ask<'_>, kind: UserCredentialKind) -> Result<Reply, WireError> {
    let (text, most) = (id_of(ask, kind)?, name_most(kind));
    let to = status(&ask.input())?.to_owned();
    let owner = owner_of(ask, kind, most).await?;
    let id = owner.id(ask, kind, &text).await?;
    if to == "Expired" {
        let message = "Operation does not support status Expired";
        return Err(owner.refused(ask, WireError::modelled("InvalidInput", 400, message)).await);
    }
    match ask.lockwright.set_user_credential_active(ask.op, &owner.identity, kind, &id, to == "Active").await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, &owner.name, kind, &text).await),
    }
}

/// `Delete…` of any kind.
pub(crate) async fn delete(ask: &Ask<'_>, kind: UserCredentialKind) -> Result<Reply, WireError> {
    let text = id_of(ask, kind)?;
    let owner = owner_of(ask, kind, name_most(kind)).await?;
    let id = owner.id(ask, kind, &text).await?;
    match ask.lockwright.delete_user_credential(ask.op, &owner.identity, kind, &id).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, &owner.name, kind, &text).await),
    }
}

/// Operations on SSH public keys must name their user, the others mean the caller where they don't.
async fn owner_of(ask: &Ask<'_>, kind: UserCredentialKind, most: usize) -> Result<Owner, WireError> {
    match kind {
        UserCredentialKind::SshKey => Owner::named(ask, most).await,
        UserCredentialKind::Certificate | UserCredentialKind::Service => Owner::of(ask, most).await,
    }
}

/// The most characters of a user's name in inputs.
pub(crate) const fn name_most(kind: UserCredentialKind) -> usize {
    match kind {
        UserCredentialKind::SshKey | UserCredentialKind::Service => 64,
        UserCredentialKind::Certificate => 128,
    }
}

/// The required id of a credential of a kind.
pub(crate) fn id_of(ask: &Ask<'_>, kind: UserCredentialKind) -> Result<String, WireError> {
    let (member, place, least) = match kind {
        UserCredentialKind::SshKey => ("SSHPublicKeyId", "sSHPublicKeyId", 20),
        UserCredentialKind::Certificate => ("CertificateId", "certificateId", 24),
        UserCredentialKind::Service => ("ServiceSpecificCredentialId", "serviceSpecificCredentialId", 20),
    };
    let Some(text) = ask.input().text(member)?.map(str::to_owned) else { return Err(Violations::one(place, None, Constraint::Required)) };
    let mut wrong = Violations::default();
    if text.len() < least {
        wrong.note(place, Some(&text), Constraint::MinLength(least));
    }
    if text.len() > 128 {
        wrong.note(place, None, Constraint::MaxLength(128));
    }
    if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        wrong.note(place, None, Constraint::Pattern("[\\w]+"));
    }
    wrong.finish()?;
    Ok(text)
}

/// A required text of a key or a certificate.
pub(crate) fn material<'n>(input: &Node<'n>, member: &str, place: &str) -> Result<&'n str, WireError> {
    let one = |constraint| Err(Violations::one(place, None, constraint));
    match input.text(member)? {
        None => one(Constraint::Required),
        Some("") => one(Constraint::MinLength(1)),
        Some(text) if text.chars().count() > 16_384 => one(Constraint::MaxLength(16_384)),
        Some(text) if !text.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}')) => {
            one(Constraint::Pattern("[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"))
        }
        Some(text) => Ok(text),
    }
}

/// A required status.
fn status<'n>(input: &Node<'n>) -> Result<&'n str, WireError> {
    let words = &["Active", "Inactive", "Expired"];
    word(input, "Status", "status", words)?.ok_or_else(|| Violations::one("status", None, Constraint::Required))
}

/// `NoSuchEntity`, as IAM says it of a credential.
pub(crate) fn none_of(kind: UserCredentialKind, id: &str) -> WireError {
    let message = match kind {
        UserCredentialKind::SshKey => format!("The Public Key with id {id} cannot be found."),
        UserCredentialKind::Certificate => format!("The Certificate with id {id} cannot be found."),
        UserCredentialKind::Service => format!("No such credential {id} exists"),
    };
    WireError::modelled("NoSuchEntity", 404, message)
}

/// Why nothing was done. `what` is the credential's id, or of a service its name.
pub(crate) async fn failed(ask: &Ask<'_>, error: CredentialError, user: &str, kind: UserCredentialKind, what: &str) -> WireError {
    let modelled = |code: &'static str, status: u16, message: &str| WireError::modelled(code, status, message.to_owned());
    match error {
        CredentialError::Denied(denied) => ask.denied(denied).await,
        CredentialError::NoOwner => no_user(user),
        CredentialError::Encoding => modelled("UnrecognizedPublicKeyEncoding", 400, "Invalid public key uploaded."),
        CredentialError::KeyLength => modelled("InvalidPublicKey", 400, "Invalid body for public key"),
        // What was sent is long, and its sender has it.
        CredentialError::Malformed => modelled("MalformedCertificate", 400, "The certificate is malformed, or its time is over."),
        CredentialError::NotYet => modelled("InvalidCertificate", 400, "The certificate's time has not begun."),
        CredentialError::TakenCertificate => modelled("DuplicateCertificate", 409, "Duplicate certificate uploaded."),
        CredentialError::NoService => {
            modelled("NoSuchEntity", 404, &format!("No such service {what} is supported for Service Specific Credentials"))
        }
        CredentialError::Refused(Refusal::Duplicate) => modelled("DuplicateSSHPublicKey", 400, "Duplicate SSH public key uploaded."),
        CredentialError::Refused(Refusal::Unknown | Refusal::NotForThisOwner) => none_of(kind, what),
        CredentialError::Refused(Refusal::TooMany(most)) => {
            let quota = match kind {
                UserCredentialKind::SshKey => "SSHPublicKeysPerUser",
                UserCredentialKind::Certificate => "CertificatesPerUser",
                UserCredentialKind::Service => "ContextSpecificCredentialsPerUserPerContext",
            };
            modelled("LimitExceeded", 409, &format!("Cannot exceed quota for {quota}: {most}"))
        }
        CredentialError::Refused(Refusal::Frozen(until)) => WireError::of(
            ErrorKind::AccessDenied,
            format!(
                "Credentials can be added and activated again from {}, because somebody answered a notice with \"this wasn't me\".",
                until.to_rfc3339()
            ),
        ),
        CredentialError::Trouble(trouble) => broken(trouble),
    }
}
