//! The finders: one question each, answered with whole rows.

use lockwright_model::access_key::{AccessKeyId, KeyUse};
use lockwright_model::account::Account;
use lockwright_model::builder::Builder;
use lockwright_model::case::Case;
use lockwright_model::ceremony::Ceremony;
use lockwright_model::change::{Claim, ClaimKey, RatingCount};
use lockwright_model::clock::{ClockFloor, Timestamp};
use lockwright_model::event::AuditEvent;
use lockwright_model::help::HelpRequest;
use lockwright_model::id::{AccountId, BuilderId, CaseId, ChoiceId, EventId, HelpId, JobId, OperatorId, SupportId, SystemId};
use lockwright_model::identity::{Identity, UserRef};
use lockwright_model::job::Job;
use lockwright_model::operator::Operator;
use lockwright_model::resource::{Holder, LinkKind, Resource, ResourceKey, ResourceKind};
use lockwright_model::session::Session;
use lockwright_model::setting::Settings;
use lockwright_model::support::SupportRequest;
use lockwright_model::system::LinkedSystem;
use lockwright_model::token::TokenHash;
use lockwright_model::tries::{Tries, TriesKey};
use lockwright_model::usage::{PrincipalUse, UseReport};
use lockwright_model::user::User;
use lockwright_model::user_credential::{UserCredential, UserCredentialId, UserCredentialKey, UserCredentialKind};

use crate::entity::{
    account, builder, case, ceremony, claim, clock, event, help, job, key_use, link, operator, rating, resource, session, settings,
    support, system, tries, usage, user, user_credential,
};
use crate::error::StoreError;
use crate::statement::{Row, Statement, Value};
use crate::store::Store;

impl Store {
    async fn one<T>(
        &self,
        statement: &'static Statement,
        values: Vec<Value>,
        read: impl Fn(Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.backend.row(statement, values).await?.map(read).transpose()
    }

    async fn many<T>(
        &self,
        statement: &'static Statement,
        values: Vec<Value>,
        read: impl Fn(Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.backend.query(statement, values).await?.into_iter().map(read).collect()
    }

    /// An account by its number.
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.one(&account::BY_ID, account::key(id), account::read).await
    }

    /// Accounts in the order of their numbers, those after `after`.
    pub async fn accounts(&self, after: Option<AccountId>, limit: u32) -> Result<Vec<Account>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        self.many(&account::PAGE, vec![after.into(), limit.into()], account::read).await
    }

    /// Who claims a value.
    pub async fn claim(&self, key: &ClaimKey) -> Result<Option<Claim>, StoreError> {
        self.one(&claim::BY_KEY, claim::key(key), |row| claim::read(key, row)).await
    }

    /// An IAM user by account and id.
    pub async fn user(&self, id: &UserRef) -> Result<Option<User>, StoreError> {
        self.one(&user::BY_ID, user::key(id), user::read).await
    }

    /// An IAM user by account and [`lockwright_model::name::UserName::key`].
    pub async fn user_by_name(&self, account: AccountId, name_key: &str) -> Result<Option<User>, StoreError> {
        self.one(&user::BY_NAME, vec![account.to_string().into(), name_key.into()], user::read).await
    }

    /// The IAM users of an account in the order of their name keys, those after `after_name_key`.
    pub async fn users(&self, account: AccountId, after_name_key: Option<&str>, limit: u32) -> Result<Vec<User>, StoreError> {
        let values = vec![account.to_string().into(), after_name_key.unwrap_or_default().into(), limit.into()];
        self.many(&user::PAGE, values, user::read).await
    }

    /// The IAM users of the whole installation with this confirmed address ([`lockwright_model::email::EmailAddress::key`]).
    pub async fn users_by_email(&self, email_key: &str, limit: u32) -> Result<Vec<User>, StoreError> {
        self.many(&user::BY_EMAIL, vec![email_key.into(), limit.into()], user::read).await
    }

    /// The members of an account's built-in administrators group in the order of their name keys.
    pub async fn administrators(&self, account: AccountId, limit: u32) -> Result<Vec<User>, StoreError> {
        self.many(&user::ADMINISTRATORS, vec![account.to_string().into(), limit.into()], user::read).await
    }

    /// A group, a policy, a role or another thing of an account.
    pub async fn resource(&self, key: &ResourceKey) -> Result<Option<Resource>, StoreError> {
        self.one(&resource::BY_ID, resource::key(key), resource::read).await
    }

    /// One of them by its name's key.
    pub async fn resource_by_name(&self, account: AccountId, kind: ResourceKind, name_key: &str) -> Result<Option<Resource>, StoreError> {
        self.one(&resource::BY_NAME, vec![account.to_string().into(), kind.as_str().into(), name_key.into()], resource::read).await
    }

    /// Those of one kind of an account in the order of their name keys, those after `after_name_key`.
    pub async fn resources(
        &self,
        account: AccountId,
        kind: ResourceKind,
        after_name_key: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Resource>, StoreError> {
        let values = vec![account.to_string().into(), kind.as_str().into(), after_name_key.unwrap_or_default().into(), limit.into()];
        self.many(&resource::PAGE, values, resource::read).await
    }

    /// How many of one kind an account has.
    pub async fn count_resources(&self, account: AccountId, kind: ResourceKind) -> Result<u64, StoreError> {
        self.count(&resource::COUNT_IN, &[account.to_string().into(), kind.as_str().into()]).await
    }

    /// An SSH public key, a signing certificate or a service-specific credential.
    pub async fn user_credential(&self, key: &UserCredentialKey) -> Result<Option<UserCredential>, StoreError> {
        self.one(&user_credential::BY_ID, user_credential::key(key), user_credential::read).await
    }

    /// The one of an account with this [`UserCredential::name_key`].
    pub async fn user_credential_by_name(
        &self,
        account: AccountId,
        kind: UserCredentialKind,
        name_key: &str,
    ) -> Result<Option<UserCredential>, StoreError> {
        let values = vec![account.to_string().into(), kind.as_str().into(), name_key.into()];
        self.one(&user_credential::BY_NAME, values, user_credential::read).await
    }

    /// All that belong to a user or root user; quotas keep them few.
    pub async fn user_credentials_of(&self, owner: &Identity) -> Result<Vec<UserCredential>, StoreError> {
        let Some(account) = owner.account() else { return Ok(Vec::new()) };
        self.many(&user_credential::BY_OWNER, vec![account.to_string().into(), owner.to_string().into()], user_credential::read).await
    }

    /// Those of one kind in an account, in the order of their ids, those after `after`.
    pub async fn user_credentials(
        &self,
        account: AccountId,
        kind: UserCredentialKind,
        after: Option<&UserCredentialId>,
        limit: u32,
    ) -> Result<Vec<UserCredential>, StoreError> {
        let after = after.map_or("", UserCredentialId::as_str);
        let values = vec![account.to_string().into(), kind.as_str().into(), after.into(), limit.into()];
        self.many(&user_credential::PAGE, values, user_credential::read).await
    }

    /// How many users an account has.
    pub async fn count_users(&self, account: AccountId) -> Result<u64, StoreError> {
        self.count(&user::COUNT_IN, &[account.to_string().into()]).await
    }

    /// Who holds something of an account (a group's or a role's id, a policy's ARN), in the order of their texts, those after `after`.
    pub async fn holders(
        &self,
        account: AccountId,
        target: &str,
        kind: LinkKind,
        after: Option<&Holder>,
        limit: u32,
    ) -> Result<Vec<Holder>, StoreError> {
        let after = after.map(ToString::to_string).unwrap_or_default();
        let values = vec![account.to_string().into(), target.into(), kind.as_str().into(), after.into(), limit.into()];
        self.many(&link::HOLDERS, values, link::read).await
    }

    /// How many hold something of an account.
    pub async fn count_holders(&self, account: AccountId, target: &str, kind: LinkKind) -> Result<u64, StoreError> {
        self.count(&link::COUNT, &[account.to_string().into(), target.into(), kind.as_str().into()]).await
    }

    /// What of an account is held in this way by anybody, each once, in the order of the texts, those after `after`.
    pub async fn held(&self, account: AccountId, kind: LinkKind, after: Option<&str>, limit: u32) -> Result<Vec<String>, StoreError> {
        let values = vec![account.to_string().into(), kind.as_str().into(), after.unwrap_or_default().into(), limit.into()];
        self.many(&link::TARGETS, values, link::read_target).await
    }

    /// A builder ID.
    pub async fn builder(&self, id: &BuilderId) -> Result<Option<Builder>, StoreError> {
        self.one(&builder::BY_ID, builder::key(id), builder::read).await
    }

    /// Builder IDs in the order of their ids, those after `after`.
    pub async fn builders(&self, after: Option<&BuilderId>, limit: u32) -> Result<Vec<Builder>, StoreError> {
        let after = after.map_or("", BuilderId::as_str);
        self.many(&builder::PAGE, vec![after.into(), limit.into()], builder::read).await
    }

    /// An operator.
    pub async fn operator(&self, id: &OperatorId) -> Result<Option<Operator>, StoreError> {
        self.one(&operator::BY_ID, operator::key(id), operator::read).await
    }

    /// Operators in the order of their ids, those after `after`.
    pub async fn operators(&self, after: Option<&OperatorId>, limit: u32) -> Result<Vec<Operator>, StoreError> {
        let after = after.map_or("", OperatorId::as_str);
        self.many(&operator::PAGE, vec![after.into(), limit.into()], operator::read).await
    }

    /// A registered system.
    pub async fn system(&self, id: &SystemId) -> Result<Option<LinkedSystem>, StoreError> {
        self.one(&system::BY_ID, system::key(id), system::read).await
    }

    /// Registered systems in the order of their ids, those after `after`.
    pub async fn systems(&self, after: Option<&SystemId>, limit: u32) -> Result<Vec<LinkedSystem>, StoreError> {
        let after = after.map_or("", SystemId::as_str);
        self.many(&system::PAGE, vec![after.into(), limit.into()], system::read).await
    }

    /// Who has confirmed this additional address ([`lockwright_model::email::EmailAddress::key`] or a phone number).
    pub async fn owners_of_address(&self, address_key: &str, limit: u32) -> Result<Vec<Identity>, StoreError> {
        // The owner stands behind the address and a space; `!` is the sign after the space.
        let values = vec!["address".into(), format!("{address_key} ").into(), format!("{address_key}!").into(), limit.into()];
        self.many(&claim::BETWEEN, values, claim::read_owner).await
    }

    /// A ceremony by its token's hash.
    pub async fn ceremony(&self, token: &TokenHash) -> Result<Option<Ceremony>, StoreError> {
        self.one(&ceremony::BY_TOKEN, ceremony::key(token), ceremony::read).await
    }

    /// A session by its token's hash.
    pub async fn session(&self, token: &TokenHash) -> Result<Option<Session>, StoreError> {
        self.one(&session::BY_TOKEN, session::key(token), session::read).await
    }

    /// The sessions of somebody, the last seen first.
    pub async fn sessions_of(&self, owner: &Identity, limit: u32) -> Result<Vec<Session>, StoreError> {
        self.many(&session::BY_OWNER, vec![owner.to_string().into(), limit.into()], session::read).await
    }

    /// A case.
    pub async fn case(&self, id: &CaseId) -> Result<Option<Case>, StoreError> {
        self.one(&case::BY_ID, case::key(id), case::read).await
    }

    /// The cases about somebody, the latest to end first.
    pub async fn cases_of(&self, subject: &Identity, limit: u32) -> Result<Vec<Case>, StoreError> {
        self.many(&case::BY_SUBJECT, vec![subject.to_string().into(), limit.into()], case::read).await
    }

    /// The cases for which operators were asked under this caller code.
    pub async fn cases_by_caller_code(&self, caller_code: &str, limit: u32) -> Result<Vec<Case>, StoreError> {
        self.many(&case::BY_CALLER_CODE, vec![caller_code.into(), limit.into()], case::read).await
    }

    /// All cases for which operators were asked, in the order of their ids, those after `after`.
    pub async fn cases_for_operators(&self, after: Option<&CaseId>, limit: u32) -> Result<Vec<Case>, StoreError> {
        let after = after.map_or("", CaseId::as_str);
        self.many(&case::FOR_OPERATORS, vec![after.into(), limit.into()], case::read).await
    }

    /// A help request of an account.
    pub async fn help(&self, account: AccountId, id: &HelpId) -> Result<Option<HelpRequest>, StoreError> {
        self.one(&help::BY_ID, help::key(account, id), help::read).await
    }

    /// The help requests of an account, the newest first.
    pub async fn helps(&self, account: AccountId, limit: u32) -> Result<Vec<HelpRequest>, StoreError> {
        self.many(&help::NEWEST, vec![account.to_string().into(), limit.into()], help::read).await
    }

    /// The newest help request of a user that still waits.
    pub async fn open_help_of(&self, user: &UserRef) -> Result<Option<HelpRequest>, StoreError> {
        self.one(&help::OPEN_OF, user::key(user), help::read).await
    }

    /// A request to the operators.
    pub async fn support(&self, id: &SupportId) -> Result<Option<SupportRequest>, StoreError> {
        self.one(&support::BY_ID, support::key(id), support::read).await
    }

    /// The requests to the operators that wait, the oldest first.
    pub async fn supports_open(&self, limit: u32) -> Result<Vec<SupportRequest>, StoreError> {
        self.many(&support::OPEN, vec![limit.into()], support::read).await
    }

    /// Those that were dealt with, the latest first.
    pub async fn supports_ended(&self, limit: u32) -> Result<Vec<SupportRequest>, StoreError> {
        self.many(&support::ENDED, vec![limit.into()], support::read).await
    }

    /// What people said of articles, the newest edition of each first.
    pub async fn ratings(&self, limit: u32) -> Result<Vec<RatingCount>, StoreError> {
        self.many(&rating::ALL_RATINGS, vec![limit.into()], rating::read).await
    }

    /// A counter.
    pub async fn tries(&self, key: &TriesKey) -> Result<Option<Tries>, StoreError> {
        self.one(&tries::BY_KEY, tries::key(key), tries::read).await
    }

    /// The installation's switches; the defaults, as [`lockwright_model::change::Version::NEW`], when none was ever set.
    pub async fn settings(&self) -> Result<Settings, StoreError> {
        Ok(self.one(&settings::GET, settings::key(), settings::read).await?.unwrap_or_default())
    }

    /// When an access key was last used; `None`: never.
    pub async fn key_use(&self, key: &AccessKeyId) -> Result<Option<KeyUse>, StoreError> {
        self.one(&key_use::GET, vec![key.as_str().into()], |row| key_use::read(key, row)).await
    }

    /// What a principal of an account last tried, in the order of the actions.
    pub async fn uses_of(&self, account: AccountId, principal: &str) -> Result<Vec<PrincipalUse>, StoreError> {
        self.many(&usage::OF, vec![account.to_string().into(), principal.into()], |row| usage::read(account, principal, row)).await
    }

    /// A report on last uses that was asked for.
    pub async fn use_report(&self, account: AccountId, id: &str) -> Result<Option<UseReport>, StoreError> {
        self.one(&usage::REPORT, usage::report_key(account, id), usage::read_report).await
    }

    /// The floor under the clock.
    pub async fn clock_floor(&self) -> Result<ClockFloor, StoreError> {
        Ok(self.one(&clock::GET, Vec::new(), clock::read).await?.unwrap_or_default())
    }

    /// Waiting jobs whose time has come, the longest due first.
    pub async fn jobs_due(&self, now: Timestamp, limit: u32) -> Result<Vec<Job>, StoreError> {
        self.many(&job::DUE, vec![now.into(), limit.into()], job::read).await
    }

    /// Jobs, waiting or given up, in the order of their ids, those after `after`.
    pub async fn jobs(&self, after: Option<&JobId>, limit: u32) -> Result<Vec<Job>, StoreError> {
        let after = after.map_or("", JobId::as_str);
        self.many(&job::PAGE, vec![after.into(), limit.into()], job::read).await
    }

    /// A job.
    pub async fn job(&self, id: &JobId) -> Result<Option<Job>, StoreError> {
        self.one(&job::BY_ID, job::key(id), job::read).await
    }

    /// Audit events of an account, or with `None` the installation's own; the newest first, those before `before`.
    pub async fn events(
        &self,
        account: Option<AccountId>,
        before: Option<(Timestamp, EventId)>,
        limit: u32,
    ) -> Result<Vec<AuditEvent>, StoreError> {
        let (at, id) = before.map_or((i64::MAX, "~".to_owned()), |(at, id)| (at.as_micros(), id.to_string()));
        let values = vec![event::account_key(account), at.into(), id.into(), limit.into()];
        self.many(&event::NEWEST, values, |row| event::read(account, row)).await
    }

    /// Events about choices, chooser by chooser, each chooser's in the order of time, those after `after`.
    pub async fn choices(&self, after: Option<&AuditEvent>, limit: u32) -> Result<Vec<AuditEvent>, StoreError> {
        let chooser = after.and_then(|event| event.chooser.as_ref()).map_or("", ChoiceId::as_str);
        let (at, id) = after.map_or((i64::MIN, ""), |event| (event.at.as_micros(), event.id.as_str()));
        let values = vec![event::account_key(None), chooser.into(), at.into(), id.into(), limit.into()];
        self.many(&event::CHOICES, values, |row| event::read(None, row)).await
    }

    /// Events about the choices of one chooser, the newest first.
    pub async fn choices_of(&self, chooser: &ChoiceId, limit: u32) -> Result<Vec<AuditEvent>, StoreError> {
        let values = vec![event::account_key(None), chooser.as_str().into(), limit.into()];
        self.many(&event::CHOICES_OF, values, |row| event::read(None, row)).await
    }
}
