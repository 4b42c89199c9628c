//! Host commands: asked as data, carried out by the running server over a Unix socket, or directly where none runs.

mod client;
mod credentials;
mod execute;
mod mfa;
pub(crate) mod server;

use lockwright_model::email::EmailAddress;
use lockwright_model::event::AuditEvent;
use lockwright_model::id::{AccountId, BuilderId, ChoiceId, JobId, OperatorId, SystemId};
use lockwright_model::name::{AccountName, PersonName, UserName};
use lockwright_model::operator::OperatorRole;
use lockwright_model::setting::RegistrationOff;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use client::ask;

/// What the host asks for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    AccountCreate {
        name: AccountName,
        email: EmailAddress,
        #[serde(default)]
        admin_user: Option<UserName>,
        #[serde(default)]
        access_key: bool,
    },
    AccountList {
        after: Option<AccountId>,
        limit: u32,
    },
    AccountShow(Which),
    AccountRecover(Which),
    AccountSuspend(Which),
    AccountResume(Which),
    AccountClose(Which),
    AccountReopen(Which),
    UserCreate {
        account: AccountId,
        name: UserName,
        administrator: bool,
        access: Access,
        #[serde(default)]
        access_key: bool,
        #[serde(default)]
        policies: Vec<String>,
    },
    UserList {
        account: AccountId,
        after: Option<UserName>,
        limit: u32,
    },
    UserResetPassword {
        account: AccountId,
        name: UserName,
        access: Access,
    },
    AwsEndpoint {
        account: AccountId,
        user: UserName,
    },
    Credentials {
        account: AccountId,
        user: UserName,
    },
    PolicyWhy {
        account: AccountId,
        principal: String,
        action: String,
        resource: String,
        context: Vec<(String, String)>,
    },
    PolicyWho {
        account: AccountId,
        action: String,
        resource: String,
    },
    BuilderCreate {
        name: PersonName,
        email: EmailAddress,
    },
    BuilderList {
        after: Option<BuilderId>,
        limit: u32,
    },
    BuilderRecover {
        email: EmailAddress,
    },
    BuilderSetDisabled {
        email: EmailAddress,
        disabled: bool,
    },
    OperatorCreate {
        name: PersonName,
        email: EmailAddress,
        role: OperatorRole,
    },
    OperatorList {
        after: Option<OperatorId>,
        limit: u32,
    },
    OperatorSetDisabled {
        email: EmailAddress,
        disabled: bool,
    },
    OperatorResetPassword {
        email: EmailAddress,
    },
    OperatorResetMfa {
        email: EmailAddress,
    },
    OperatorSetRole {
        email: EmailAddress,
        role: OperatorRole,
    },
    OperatorDelete {
        email: EmailAddress,
    },
    RegistrationSet(Option<RegistrationOff>),
    RegistrationShow,
    MfaList(WhoseMfa),
    MfaReset(WhoseMfa),
    SessionList(Subject),
    SessionEnd(Subject),
    SystemAdd {
        name: PersonName,
        webhook: String,
        page: String,
    },
    SystemList,
    SystemNewSecret {
        id: SystemId,
    },
    SystemRemove {
        id: SystemId,
    },
    MailList {
        after: Option<JobId>,
        limit: u32,
    },
    MailRetry {
        id: JobId,
    },
    TrailList {
        account: Option<AccountId>,
        limit: u32,
    },
    PrivacyShow {
        id: ChoiceId,
    },
    PrivacyList {
        after: Option<Box<AuditEvent>>,
        limit: u32,
    },
    ClockShow,
    ClockAccept,
    Backup {
        file: std::path::PathBuf,
    },
    Check,
}

/// An account by number or root email.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Which {
    Id(AccountId),
    Email(EmailAddress),
}

/// Whom a session command means.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Subject {
    Root(AccountId),
    User(AccountId, UserName),
    Builder(EmailAddress),
    Operator(EmailAddress),
}

/// Whose devices a command means.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum WhoseMfa {
    RootEmail(EmailAddress),
    Of(Subject),
}

/// How a user gets into the console.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Access {
    Link,
    Generated,
    None,
}

/// The answer: data for the terminal, or one line that says why not.
pub(crate) type Answer = Result<Value, Refused>;

/// Why a host command was not carried out.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Refused {
    /// One line: what, why, what to do.
    pub(crate) message: String,
}

/// A request or answer is never longer, in bytes.
const MAX_BYTES: u64 = 64 << 20;
