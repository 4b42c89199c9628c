//! Service-specific credentials, of the caller where no user is named.

use lockwright_model::secret::Secret;
use lockwright_model::user_credential::{LoginService, UserCredential, UserCredentialKind};
use lockwright_service::authorize::Aim;
use lockwright_service::core::user_credential::word as status;
use lockwright_service::user_credentials::LoginMade;
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::query::{Constraint, Node, Violations};
use lockwright_wire::xml::Writer;

use super::Page;
use super::user_credentials::{self, Owner, failed, id_of, name_most};
use crate::ask::{Ask, broken, moment};

const KIND: UserCredentialKind = UserCredentialKind::Service;
/// The most days that a credential can be made for: a hundred years and some.
const MOST_DAYS: i32 = 36_600;

/// `CreateServiceSpecificCredential`: the secret is shown this once.
pub(crate) async fn create(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let service = service(&input)?.ok_or_else(|| Violations::one("serviceName", None, Constraint::Required))?;
    let days = days(&input)?;
    let owner = Owner::named(ask, name_most(KIND)).await?;
    match ask.lockwright.create_service_login(ask.op, owner.user()?, service, days).await {
        Ok(made) => Ok(answer(ask, &owner, &made)),
        Err(error) => Err(failed(ask, error, &owner.name, KIND, service).await),
    }
}

/// `ResetServiceSpecificCredential`: the new secret is shown this once.
pub(crate) async fn reset(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let text = id_of(ask, KIND)?;
    let owner = Owner::of(ask, name_most(KIND)).await?;
    let id = owner.id(ask, KIND, &text).await?;
    match ask.lockwright.reset_service_login(ask.op, owner.user()?, &id).await {
        Ok(made) => Ok(answer(ask, &owner, &made)),
        Err(error) => Err(failed(ask, error, &owner.name, KIND, &text).await),
    }
}

/// `ListServiceSpecificCredentials`, in the order of their ids: of one user, or with `AllUsers` of all.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let filter = service(&input)?.filter(|name| !name.is_empty()).map(str::to_owned);
    let all = input.boolean("AllUsers")? == Some(true);
    if all {
        return list_all(ask, filter.as_deref()).await;
    }
    let owner = Owner::of(ask, name_most(KIND)).await?;
    let page = Page::read(ask, &input, &format!("{} {} {}", ask.action, owner.identity, filter.as_deref().unwrap_or_default()))?;
    let found = match ask.lockwright.user_credentials(ask.op, &owner.identity, KIND).await {
        Ok(found) => found,
        Err(error) => return Err(failed(ask, error, &owner.name, KIND, "").await),
    };
    let wanted = wanted(filter.as_deref())?;
    let found = found.into_iter().filter(|credential| is_for(credential, wanted)).map(|credential| (credential, owner.name.clone()));
    let cut = page.cut(ask, found.collect(), |(credential, _)| credential.id.to_string());
    Ok(ask.answer(|result| cut.write(result, |result, shown| list_of(result, ask, shown))))
}

async fn list_all(ask: &Ask<'_>, filter: Option<&str>) -> Result<Reply, WireError> {
    let input = ask.input();
    let page = Page::read(ask, &input, &format!("{} * {}", ask.action, filter.unwrap_or_default()))?;
    let account = ask.account()?;
    ask.permitted(&Aim::user(ask.action, account, "/", "*")).await?;
    if !input.member("UserName").is_absent() {
        let message = "Cannot list credentials for all users if a username is given";
        return Err(WireError::modelled("InvalidInput", 400, message));
    }
    let wanted = wanted(filter)?;
    let read = |after: Option<String>, limit| async move {
        let after = after.and_then(|after| after.parse().ok());
        ask.lockwright.service_logins(account, after.as_ref(), limit).await.map_err(broken)
    };
    let found = page.fill(read, |(credential, _)| credential.id.to_string(), |(credential, _)| is_for(credential, wanted)).await?;
    let cut = page.end(ask, found, |(credential, _)| credential.id.to_string());
    Ok(ask.answer(|result| cut.write(result, |result, shown| list_of(result, ask, shown))))
}

/// `UpdateServiceSpecificCredential`.
pub(crate) async fn update(ask: &Ask<'_>) -> Result<Reply, WireError> {
    user_credentials::update(ask, KIND).await
}

/// `DeleteServiceSpecificCredential`.
pub(crate) async fn delete(ask: &Ask<'_>) -> Result<Reply, WireError> {
    user_credentials::delete(ask, KIND).await
}

/// The name of a service, as it was typed: whether there is one is told later.
fn service<'n>(input: &Node<'n>) -> Result<Option<&'n str>, WireError> {
    match input.text("ServiceName")? {
        Some(text) if text.len() > 256 => Err(Violations::one("serviceName", None, Constraint::MaxLength(256))),
        Some(text) if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b)) => {
            Err(Violations::one("serviceName", None, Constraint::Pattern("[\\w.-]*")))
        }
        other => Ok(other),
    }
}

fn wanted(filter: Option<&str>) -> Result<Option<LoginService>, WireError> {
    let Some(name) = filter else { return Ok(None) };
    let message = || format!("No such service {name} is supported for Service Specific Credentials");
    LoginService::of_name(name).map(Some).ok_or_else(|| WireError::modelled("NoSuchEntity", 404, message()))
}

fn is_for(credential: &UserCredential, wanted: Option<LoginService>) -> bool {
    wanted.is_none_or(|wanted| credential.service().is_some_and(|login| login.service == wanted))
}

fn days(input: &Node<'_>) -> Result<Option<u32>, WireError> {
    let Some(days) = input.integer("CredentialAgeDays")? else { return Ok(None) };
    let shown = days.to_string();
    let one = |constraint| Err(Violations::one("credentialAgeDays", Some(&shown), constraint));
    match u32::try_from(days) {
        Ok(days @ 1..) if days <= MOST_DAYS.unsigned_abs() => Ok(Some(days)),
        Ok(1..) => one(Constraint::Max(i64::from(MOST_DAYS))),
        _ => one(Constraint::Min(1)),
    }
}

fn answer(ask: &Ask<'_>, owner: &Owner, made: &LoginMade) -> Reply {
    ask.answer(|result| {
        result.element("ServiceSpecificCredential", |writer| {
            describe(writer, ask, &owner.name, &made.credential, Some(&made.secret));
        });
    })
}

fn list_of(result: &mut Writer, ask: &Ask<'_>, shown: Vec<(UserCredential, String)>) {
    result.list("ServiceSpecificCredentials", shown, |writer, (credential, user)| describe(writer, ask, &user, &credential, None));
}

/// A credential: a user name and a password for some services, an alias and an API key for others.
fn describe(writer: &mut Writer, ask: &Ask<'_>, user: &str, credential: &UserCredential, secret: Option<&Secret>) {
    writer.text("UserName", user);
    writer.text("Status", status(credential, ask.op.now));
    if let Some(login) = credential.service() {
        let (public, private) = match login.service.key_prefix() {
            None => ("ServiceUserName", "ServicePassword"),
            Some(_) => ("ServiceCredentialAlias", "ServiceCredentialSecret"),
        };
        writer.text(public, &login.login);
        writer.optional(private, secret.map(Secret::expose));
        writer.text("ServiceName", login.service.name());
        if let Some(expires) = login.expires {
            writer.timestamp("ExpirationDate", moment(expires));
        }
    }
    writer.text("ServiceSpecificCredentialId", credential.id.as_str());
    writer.timestamp("CreateDate", moment(credential.created));
}
