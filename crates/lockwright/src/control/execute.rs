//! Carries a host command out.

use lockwright_model::account::{Account, AccountState};
use lockwright_model::builder::Builder;
use lockwright_model::case::Channel;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::{OpContext, Source};
use lockwright_model::id::AccountId;
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::job::{Job, JobState, Task};
use lockwright_model::operator::Operator;
use lockwright_model::system::LinkedSystem;
use lockwright_model::user::User;
use lockwright_service::Lockwright;
use lockwright_service::access_keys::KeyError;
use lockwright_service::accounts::AccountError;
use lockwright_service::core::access_key::Refusal;
use lockwright_service::core::closing;
use lockwright_service::grants::{GrantError, GranteeRef};
use lockwright_service::host::{HostError, LinkForHost, Whom};
use lockwright_service::policy::explain::Can;
use lockwright_service::shared::{LINK_PATH, Registered};
use lockwright_service::users::{GiveAccess, Handed, UserError};
use lockwright_service::why::WhyError;
use serde_json::{Value, json};

use super::{Access, Answer, Refused, Request, Subject, Which};
use super::{credentials, mfa};

/// Carries a request out as the host.
pub(super) async fn execute(lockwright: &Lockwright, request: Request) -> Answer {
    let op = lockwright.op(Principal::Host, Source::host());
    run(lockwright, &op, request).await
}

async fn run(lockwright: &Lockwright, op: &OpContext, request: Request) -> Answer {
    match request {
        Request::AccountCreate { name, email, admin_user, access_key } => {
            let (id, link) = lockwright.create_account(op, &name, &email).await?;
            let mut answer = with_link(json!({"AccountId": id.to_string(), "AccountName": name.as_str(), "Email": email.as_str()}), &link);
            let mut owner = Identity::Root(id);
            if let Some(user) = admin_user {
                let (created, _) = lockwright.create_user(op, id, &user, true, GiveAccess::None).await?;
                put(&mut answer, "UserName", created.name.as_str());
                owner = Identity::User(created.id);
            }
            if access_key {
                give_key(lockwright, op, &owner, &mut answer).await?;
            }
            Ok(answer)
        }
        Request::AccountList { after, limit } => Ok(lockwright.accounts(op, after, limit).await?.iter().map(account).collect()),
        Request::AccountShow(which) => Ok(account(&find(lockwright, op, which).await?)),
        Request::AccountRecover(which) => {
            let found = find(lockwright, op, which).await?;
            let link = lockwright.recovery_link(op, &Whom::Root(found.id)).await?;
            Ok(with_link(json!({"AccountId": found.id.to_string()}), &link))
        }
        Request::AccountSuspend(which) => set_suspended(lockwright, op, which, true).await,
        Request::AccountResume(which) => set_suspended(lockwright, op, which, false).await,
        Request::AccountClose(which) => {
            let found = find(lockwright, op, which).await?;
            lockwright.close_account(op, found.id).await?;
            state(lockwright, op, found.id).await
        }
        Request::AccountReopen(which) => {
            let found = find(lockwright, op, which).await?;
            lockwright.reopen_account(op, found.id).await?;
            state(lockwright, op, found.id).await
        }
        Request::UserCreate { account, name, administrator, access, access_key, policies } => {
            for arn in &policies {
                lockwright_service::policy::managed::find(arn).map_err(|error| Refused { message: error.to_string() })?;
            }
            let (created, handed) = lockwright.create_user(op, account, &name, administrator, give(access)).await?;
            let mut answer = with_handed(user(&created), &handed);
            for arn in &policies {
                lockwright.attach_policy(op, &GranteeRef::User(created.id.clone()), arn).await?;
            }
            if access_key {
                give_key(lockwright, op, &Identity::User(created.id), &mut answer).await?;
            }
            Ok(answer)
        }
        Request::UserList { account, after, limit } => {
            // Of an account that isn't there, an empty list would say that it has no users.
            lockwright.account(op, account).await?;
            let after = after.map(|name| name.key());
            Ok(lockwright.users(op, account, after.as_deref(), limit).await?.iter().map(user).collect())
        }
        Request::UserResetPassword { account, name, access } => {
            let found = lockwright.user(op, account, &name).await?;
            let handed = lockwright.set_access(op, &found.id, give(access), None).await?;
            Ok(with_handed(json!({"AccountId": account.to_string(), "UserName": name.as_str()}), &handed))
        }
        Request::AwsEndpoint { account, user } => credentials::endpoint(lockwright, op, account, &user).await,
        Request::Credentials { account, user } => credentials::give(lockwright, op, account, &user).await,
        Request::PolicyWhy { account, principal, action, resource, context } => {
            let arn = if principal.starts_with("arn:") {
                principal
            } else {
                let name = principal.parse().map_err(|_| Refused { message: "a principal is a user's name or an ARN".to_owned() })?;
                lockwright.user(op, account, &name).await?.arn()
            };
            let why = lockwright.why(op, account, &arn, &action, &resource, &context).await?;
            let statements: Vec<Value> = why
                .statements()
                .into_iter()
                .map(|told| {
                    json!({
                        "Decides": told.decides, "Effect": told.effect, "Policy": told.policy, "Stands": told.stands,
                        "Statement": told.statement, "Line": told.line, "Verdict": told.verdict,
                    })
                })
                .collect();
            Ok(json!({
                "Principal": arn, "Action": action, "Resource": resource, "Decision": why.decision().as_str(),
                "Sentence": why.sentence(), "Statements": statements, "MissingKeys": why.explanation.missing,
            }))
        }
        Request::PolicyWho { account, action, resource } => {
            // Of an account that isn't there, an empty list would say that nobody can.
            lockwright.account(op, account).await?;
            let able = lockwright.who_can(op, account, &action, &resource).await?;
            Ok(able
                .iter()
                .map(|able| {
                    let (can, explanation) = match &able.can {
                        Can::Now(explanation) => ("yes", explanation),
                        Can::Perhaps(explanation) => ("perhaps", explanation),
                    };
                    json!({"Principal": able.subject.arn, "Can": can, "DependsOn": explanation.missing.join(", ")})
                })
                .collect())
        }
        Request::BuilderCreate { name, email } => {
            let (id, link) = lockwright.create_builder(op, &name, &email).await?;
            Ok(with_link(json!({"BuilderId": id.as_str(), "Name": name.as_str(), "Email": email.as_str()}), &link))
        }
        Request::BuilderList { after, limit } => Ok(lockwright.builders(op, after.as_ref(), limit).await?.iter().map(builder).collect()),
        Request::BuilderRecover { email } => {
            let link = lockwright.recovery_link(op, &Whom::Builder(email.clone())).await?;
            Ok(with_link(json!({"Email": email.as_str()}), &link))
        }
        Request::BuilderSetDisabled { email, disabled } => {
            lockwright.set_builder_disabled(op, &email, disabled).await?;
            Ok(json!({"Email": email.as_str(), "Disabled": disabled}))
        }
        Request::OperatorCreate { name, email, role } => {
            let (id, link) = lockwright.create_operator(op, &name, &email, role).await?;
            Ok(with_link(json!({"OperatorId": id.as_str(), "Name": name.as_str(), "Email": email.as_str(), "Role": role}), &link))
        }
        Request::OperatorList { after, limit } => Ok(lockwright.operators(op, after.as_ref(), limit).await?.iter().map(operator).collect()),
        Request::OperatorSetDisabled { email, disabled } => {
            lockwright.set_operator_disabled(op, &email, disabled).await?;
            Ok(json!({"Email": email.as_str(), "Disabled": disabled}))
        }
        Request::OperatorResetPassword { email } => {
            let link = lockwright.reset_operator_password(op, &email).await?;
            Ok(with_link(json!({"Email": email.as_str()}), &link))
        }
        Request::OperatorResetMfa { email } => {
            let link = lockwright.reset_operator_mfa(op, &email).await?;
            Ok(with_link(json!({"Email": email.as_str()}), &link))
        }
        Request::OperatorSetRole { email, role } => {
            lockwright.set_operator_role(op, &email, role).await?;
            Ok(json!({"Email": email.as_str(), "Role": role}))
        }
        Request::OperatorDelete { email } => {
            lockwright.delete_operator(op, &email).await?;
            Ok(json!({"Email": email.as_str(), "Deleted": true}))
        }
        Request::RegistrationSet(off) => {
            lockwright.set_builder_registration(op, off.as_ref()).await?;
            registration(lockwright).await
        }
        Request::RegistrationShow => registration(lockwright).await,
        Request::SessionList(subject) => {
            let lines = lockwright.sessions_for_host(op, &whom(subject)).await?;
            Ok(lines
                .into_iter()
                .map(|line| {
                    json!({
                        "Session": line.id, "Created": line.created.to_rfc3339(), "LastSeen": line.last_seen.to_rfc3339(),
                        "Address": line.source.ip_text(), "UserAgent": line.source.agent,
                    })
                })
                .collect())
        }
        Request::MfaList(whose) => mfa::list(lockwright, op, whose).await,
        Request::MfaReset(whose) => mfa::reset(lockwright, op, whose).await,
        Request::SessionEnd(subject) => {
            lockwright.end_sessions_for_host(op, &whom(subject)).await?;
            Ok(json!({"Ended": true}))
        }
        Request::SystemAdd { name, webhook, page } => {
            Ok(with_secret(lockwright, &lockwright.add_system(op, &name, &webhook, &page).await?))
        }
        Request::SystemList => Ok(lockwright.systems(op).await?.iter().map(system).collect()),
        Request::SystemNewSecret { id } => Ok(with_secret(lockwright, &lockwright.new_system_secret(op, &id).await?)),
        Request::SystemRemove { id } => {
            lockwright.remove_system(op, &id).await?;
            Ok(json!({"SystemId": id.as_str(), "Removed": true}))
        }
        Request::MailList { after, limit } => Ok(lockwright.jobs(op, after.as_ref(), limit).await?.iter().map(job).collect()),
        Request::MailRetry { id } => {
            lockwright.retry_job(op, &id).await?;
            Ok(json!({"Id": id.as_str(), "State": "waiting"}))
        }
        Request::TrailList { account, limit } => {
            Ok(lockwright.events(op, account, None, limit).await?.into_iter().map(|event| event.record).collect())
        }
        Request::PrivacyShow { id } => {
            Ok(lockwright.receipts(&id).await.map_err(AccountError::from)?.into_iter().map(|event| event.record).collect())
        }
        Request::PrivacyList { after, limit } => Ok(json!(lockwright.all_receipts(op, after.as_deref(), limit).await?)),
        Request::ClockShow => Ok(clock(lockwright, None)),
        Request::ClockAccept => {
            let accepted = lockwright.accept_clock(op).await?;
            Ok(clock(lockwright, Some(accepted)))
        }
        Request::Backup { file } => {
            lockwright.backup(op, &file).await?;
            Ok(json!({"File": file}))
        }
        Request::Check => check(lockwright, op).await,
    }
}

/// Makes an access key and puts it into the answer: its secret is shown this once.
async fn give_key(lockwright: &Lockwright, op: &OpContext, owner: &Identity, answer: &mut Value) -> Result<(), Refused> {
    let (key, secret) = lockwright.create_access_key(op, owner).await?;
    put(answer, "AccessKeyId", key.id.as_str());
    put(answer, "SecretAccessKey", secret.expose());
    Ok(())
}

fn put(answer: &mut Value, name: &str, value: &str) {
    if let Some(map) = answer.as_object_mut() {
        map.insert(name.into(), json!(value));
    }
}

async fn find(lockwright: &Lockwright, op: &OpContext, which: Which) -> Result<Account, Refused> {
    match which {
        Which::Id(id) => Ok(lockwright.account(op, id).await?),
        Which::Email(email) => Ok(lockwright.account_by_email(op, &email).await?),
    }
}

async fn set_suspended(lockwright: &Lockwright, op: &OpContext, which: Which, suspended: bool) -> Answer {
    let found = find(lockwright, op, which).await?;
    lockwright.set_account_suspended(op, found.id, suspended).await?;
    state(lockwright, op, found.id).await
}

async fn state(lockwright: &Lockwright, op: &OpContext, id: AccountId) -> Answer {
    let found = lockwright.account(op, id).await?;
    Ok(json!({"AccountId": id.to_string(), "State": state_word(found.state), "ReopenUntil": reopen_until(&found)}))
}

fn reopen_until(account: &Account) -> Option<String> {
    account.closed.map(|closed| closing::until(closed).to_rfc3339())
}

async fn registration(lockwright: &Lockwright) -> Answer {
    let state = lockwright.builder_registration().await.map_err(HostError::from)?;
    Ok(match state {
        Ok(()) => json!({"Registration": "open"}),
        Err(off) => json!({"Registration": "off", "Until": time(off.until), "Message": off.message}),
    })
}

fn clock(lockwright: &Lockwright, accepted: Option<bool>) -> Value {
    let state = lockwright.clock_state();
    json!({
        "Clock": state.clock.to_rfc3339(),
        "Floor": state.floor.to_rfc3339(),
        "State": if state.behind.is_some() { "behind" } else { "in order" },
        "BehindSeconds": state.behind.map(|behind| behind.as_secs()),
        "Accepted": accepted,
    })
}

async fn check(lockwright: &Lockwright, op: &OpContext) -> Answer {
    let problems = lockwright.check_store(op).await?;
    let counts = lockwright.counts(op).await?;
    let rows = json!({
        "accounts": counts.accounts, "users": counts.users, "builders": counts.builders, "sessions": counts.sessions,
        "cases": counts.cases, "helps": counts.helps, "tries": counts.tries, "claims": counts.claims,
        "jobs": counts.jobs_waiting + counts.jobs_dead, "events": counts.events,
    });
    let roots = lockwright.roots_without_device(op).await?;
    let clock = clock(lockwright, None);
    Ok(json!({"Problems": problems, "Rows": rows, "DeadMails": counts.jobs_dead, "RootsWithoutMfa": roots, "Clock": clock}))
}

pub(super) fn whom(subject: Subject) -> Whom {
    match subject {
        Subject::Root(account) => Whom::Root(account),
        Subject::User(account, name) => Whom::User(account, name),
        Subject::Builder(email) => Whom::Builder(email),
        Subject::Operator(email) => Whom::Operator(email),
    }
}

fn give(access: Access) -> GiveAccess {
    match access {
        Access::Link => GiveAccess::Link,
        Access::Generated => GiveAccess::Generated { must_change: true },
        Access::None => GiveAccess::None,
    }
}

fn account(account: &Account) -> Value {
    json!({
        "AccountId": account.id.to_string(),
        "AccountName": account.name.as_str(),
        "Alias": account.alias.as_ref().map(|alias| alias.as_str()),
        "Email": account.root.email.as_str(),
        "State": state_word(account.state),
        "RootPassword": account.root.credential.as_ref().map_or("none", |credential| if credential.disabled { "disabled" } else { "set" }),
        "ReopenUntil": reopen_until(account),
        "Created": account.created.to_rfc3339(),
    })
}

fn user(user: &User) -> Value {
    json!({
        "AccountId": user.id.account.to_string(),
        "UserName": user.name.as_str(),
        "UserId": user.id.user.as_str(),
        "Administrator": user.administrator,
        "Disabled": user.disabled,
        "ConsoleAccess": user.login_profile.is_some(),
        "LastSignIn": time(user.last_sign_in),
        "Created": user.created.to_rfc3339(),
    })
}

fn builder(builder: &Builder) -> Value {
    json!({
        "BuilderId": builder.id.as_str(),
        "Name": builder.name.as_str(),
        "Email": builder.email.as_str(),
        "Disabled": builder.disabled,
        "Created": builder.created.to_rfc3339(),
    })
}

fn system(system: &LinkedSystem) -> Value {
    json!({
        "SystemId": system.id.as_str(),
        "Name": system.name.as_str(),
        "Page": system.page,
        "Webhook": system.webhook,
        "Created": system.created.to_rfc3339(),
    })
}

fn with_secret(lockwright: &Lockwright, registered: &Registered) -> Value {
    let mut value = system(&registered.system);
    if let Some(map) = value.as_object_mut() {
        map.insert("Secret".to_owned(), json!(registered.secret.expose()));
        let url = lockwright.config().public_url.trim_end_matches('/');
        map.insert("ProofUrl".to_owned(), json!(format!("{url}{LINK_PATH}")));
    }
    value
}

fn operator(operator: &Operator) -> Value {
    let mfa = match operator.factors.devices.len() {
        0 => "not enrolled yet".to_owned(),
        1 => "1 device".to_owned(),
        more => format!("{more} devices"),
    };
    json!({
        "OperatorId": operator.id.as_str(),
        "Name": operator.name.as_str(),
        "Email": operator.email.as_str(),
        "Role": operator.role,
        "Mfa": mfa,
        "Disabled": operator.disabled,
        "Created": operator.created.to_rfc3339(),
    })
}

fn job(job: &Job) -> Value {
    let (what, to) = match &job.task {
        Task::SendTicket { .. } => ("ticket", None),
        Task::FindMine { address, .. } => ("find my account", Some(address.to_string())),
        Task::Notify { to: Channel::Email(to), .. } => ("notice", Some(to.to_string())),
        Task::Notify { to: Channel::Phone(to), .. } => ("notice", Some(to.to_string())),
        Task::SendCode { channel, .. } => ("code", Some(channel.key())),
        Task::AskContact { .. } => ("question to a recovery contact", None),
        Task::WelcomeContact { .. } => ("confirmation for a recovery contact", None),
        Task::DismissContact { to, .. } => ("notice to a recovery contact", Some(to.to_string())),
        Task::Remind { .. } => ("waiting time", None),
        Task::Review { .. } => ("review", None),
        Task::AnswerSupport { .. } => ("answer to a request", None),
        Task::Remove { .. } => ("removal of what was closed", None),
        Task::TellSystem { .. } => ("linked system", None),
    };
    let (state, why) = match &job.state {
        JobState::Waiting => ("waiting", None),
        JobState::Dead { why } => ("dead", Some(why)),
    };
    json!({
        "Id": job.id.as_str(), "Mail": what, "To": to, "State": state, "Attempts": job.attempts,
        "Due": job.due.to_rfc3339(), "Why": why,
    })
}

fn state_word(state: AccountState) -> &'static str {
    match state {
        AccountState::Active => "active",
        AccountState::Suspended => "suspended",
        AccountState::Closed { .. } => "closed",
    }
}

fn time(moment: Option<Timestamp>) -> Option<String> {
    moment.map(Timestamp::to_rfc3339)
}

fn with_link(mut value: Value, link: &LinkForHost) -> Value {
    if let Some(map) = value.as_object_mut() {
        map.insert("SetPasswordUrl".into(), json!(link.url.expose()));
        map.insert("ExpiresAt".into(), json!(link.expires.to_rfc3339()));
    }
    value
}

fn with_handed(mut value: Value, handed: &Handed) -> Value {
    match (handed, value.as_object_mut()) {
        (Handed::Link { url, expires }, _) => {
            return with_link(value, &LinkForHost { url: url.clone(), expires: *expires });
        }
        (Handed::Password(password), Some(map)) => {
            map.insert("Password".into(), json!(password.expose()));
        }
        _ => {}
    }
    value
}

impl From<HostError> for Refused {
    fn from(error: HostError) -> Self {
        Self { message: error.to_string() }
    }
}

impl From<AccountError> for Refused {
    fn from(error: AccountError) -> Self {
        let message = match error {
            AccountError::Denied => "there is no such account".to_owned(),
            other => other.to_string(),
        };
        Self { message }
    }
}

impl From<GrantError> for Refused {
    fn from(error: GrantError) -> Self {
        Self { message: error.to_string() }
    }
}

impl From<WhyError> for Refused {
    fn from(error: WhyError) -> Self {
        Self { message: error.to_string() }
    }
}

impl From<KeyError> for Refused {
    fn from(error: KeyError) -> Self {
        let message = match error {
            KeyError::Refused(Refusal::TooMany) => "there are two access keys already; delete one first".to_owned(),
            other => other.to_string(),
        };
        Self { message }
    }
}

impl From<UserError> for Refused {
    fn from(error: UserError) -> Self {
        let message = match error {
            UserError::Denied => "there is no such account or user".to_owned(),
            other => other.to_string(),
        };
        Self { message }
    }
}
