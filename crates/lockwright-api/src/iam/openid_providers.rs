//! Identity providers that speak OpenID Connect.

use lockwright_model::identity_provider::OpenIdProvider;
use lockwright_model::resource::{Resource, ResourceKind};
use lockwright_service::authorize::Aim;
use lockwright_service::core::identity_provider::{Change, MOST_CLIENTS, NewOpenId};
use lockwright_service::core::resource::Refusal;
use lockwright_service::resource_changes::ResourceError;
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::query::{Constraint, Node, Violations};

use super::resources::{self, OpenIdProvider as Providers, Thing, invalid};
use crate::ask::{Ask, broken, moment};
use crate::tags;

/// The most thumbprints of one (AWS).
const MOST_THUMBPRINTS: usize = 5;

/// `CreateOpenIDConnectProvider`. Without thumbprints none are noted, where AWS looks them up: keys are fetched over TLS that the system's
/// own roots vouch for, so none is ever needed.
pub(crate) async fn create(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let url = match input.text("Url")? {
        None => return Err(Violations::one("url", None, Constraint::Required)),
        Some("") => return Err(Violations::one("url", Some(""), Constraint::MinLength(1))),
        Some(url) if url.chars().count() > 255 => return Err(Violations::one("url", None, Constraint::MaxLength(255))),
        Some(url) => url,
    };
    let (clients, thumbprints, tags) = (clients(&input)?, thumbprints(&input)?.unwrap_or_default(), tags::tags(ask, &input)?);
    let name = ask.lockwright.issuer_name(url).ok_or_else(|| invalid("Invalid Open ID Connect Provider URL"))?;
    let arn = format!("arn:aws:iam::{}:oidc-provider/{name}", ask.account()?);
    ask.permitted(&Aim::at(ask.action, arn).bringing_tags(&tags)).await?;
    few_enough(&thumbprints)?;
    let new = NewOpenId { name, clients, thumbprints, tags };
    match ask.lockwright.create_openid_provider(ask.op, ask.account()?, &new).await {
        Ok(provider) => Ok(ask.answer(|result| {
            result.text("OpenIDConnectProviderArn", &provider.arn());
            tags::describe(result, &provider.tags);
        })),
        Err(ResourceError::NameTaken) => {
            Err(WireError::modelled("EntityAlreadyExists", 409, format!("Provider with url {url} already exists.")))
        }
        Err(error) => Err(failed(ask, error).await),
    }
}

/// `GetOpenIDConnectProvider`.
pub(crate) async fn get(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let Some(provider) = provider_of(resources::named::<Providers>(ask).await?) else { return Err(Providers::missing("")) };
    Ok(ask.answer(|result| {
        result.text("Url", provider.name.as_str());
        result.texts("ClientIDList", provider.clients.iter().map(String::as_str));
        result.texts("ThumbprintList", provider.thumbprints.iter().map(String::as_str));
        result.timestamp("CreateDate", moment(provider.created));
        tags::describe(result, &provider.tags);
    }))
}

/// `ListOpenIDConnectProviders`: all of them, as AWS has it.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    ask.permitted(&Aim::account(ask.action)).await?;
    let found = ask.lockwright.resources(ask.account()?, ResourceKind::OpenIdProvider, None, super::READ).await.map_err(broken)?;
    Ok(ask.answer(|result| {
        result.list("OpenIDConnectProviderList", found, |writer, provider| writer.text("Arn", &provider.arn()));
    }))
}

/// `DeleteOpenIDConnectProvider`: one that is not there is no fault.
pub(crate) async fn delete(ask: &Ask<'_>) -> Result<Reply, WireError> {
    match resources::delete::<Providers>(ask).await {
        Err(error) if error.code(ask.call.service.protocol()) == "NoSuchEntity" => Ok(ask.done()),
        other => other,
    }
}

/// `AddClientIDToOpenIDConnectProvider`.
pub(crate) async fn add_client(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    Providers::named_in(&input)?;
    change(ask, Change::AddClient(client(&input)?)).await
}

/// `RemoveClientIDFromOpenIDConnectProvider`.
pub(crate) async fn remove_client(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    Providers::named_in(&input)?;
    change(ask, Change::RemoveClient(client(&input)?)).await
}

/// `UpdateOpenIDConnectProviderThumbprint`.
pub(crate) async fn update_thumbprints(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    Providers::named_in(&input)?;
    let thumbprints = thumbprints(&input)?.ok_or_else(|| Violations::one("thumbprintList", None, Constraint::Required))?;
    change(ask, Change::Thumbprints(thumbprints)).await
}

async fn change(ask: &Ask<'_>, change: Change) -> Result<Reply, WireError> {
    let found = resources::named::<Providers>(ask).await?;
    if let Change::Thumbprints(thumbprints) = &change {
        few_enough(thumbprints)?;
    }
    match ask.lockwright.change_openid_provider(ask.op, &found.key(), ask.action, &change).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error).await),
    }
}

async fn failed(ask: &Ask<'_>, error: ResourceError) -> WireError {
    match error {
        ResourceError::Refused(Refusal::TooMany(most))
            if most == MOST_CLIENTS as u64 && ask.call.operation != "CreateOpenIDConnectProvider" =>
        {
            WireError::modelled("LimitExceeded", 409, format!("Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {most}"))
        }
        error => resources::failed::<Providers>(ask, error).await,
    }
}

fn client(input: &Node<'_>) -> Result<String, WireError> {
    let text = input.text("ClientID")?.ok_or_else(|| Violations::one("clientID", None, Constraint::Required))?;
    let mut wrong = Violations::default();
    check_client(&mut wrong, "clientID", text);
    wrong.finish()?;
    Ok(text.to_owned())
}

fn clients(input: &Node<'_>) -> Result<Vec<String>, WireError> {
    let mut wrong = Violations::default();
    let texts: Vec<&str> = input.texts("ClientIDList")?.unwrap_or_default().into_iter().flatten().collect();
    for (at, text) in texts.iter().enumerate() {
        check_client(&mut wrong, &format!("clientIDList.{}.member", at + 1), text);
    }
    wrong.finish()?;
    Ok(texts.into_iter().map(str::to_owned).collect())
}

fn check_client(wrong: &mut Violations, place: &str, text: &str) {
    if text.is_empty() {
        wrong.note(place, Some(text), Constraint::MinLength(1));
    }
    if text.chars().count() > 255 {
        wrong.note(place, None, Constraint::MaxLength(255));
    }
}

fn thumbprints(input: &Node<'_>) -> Result<Option<Vec<String>>, WireError> {
    let Some(texts) = input.texts("ThumbprintList")? else { return Ok(None) };
    let mut wrong = Violations::default();
    for (at, text) in texts.iter().flatten().enumerate() {
        let place = format!("thumbprintList.{}.member", at + 1);
        if text.chars().count() < 40 {
            wrong.note(&place, Some(text), Constraint::MinLength(40));
        }
        if text.chars().count() > 40 {
            wrong.note(&place, None, Constraint::MaxLength(40));
        }
    }
    wrong.finish()?;
    Ok(Some(texts.into_iter().flatten().map(str::to_owned).collect()))
}

fn few_enough(thumbprints: &[String]) -> Result<(), WireError> {
    if thumbprints.len() > MOST_THUMBPRINTS {
        return Err(WireError::modelled("InvalidInput", 400, format!("Thumbprint list must contain at most {MOST_THUMBPRINTS} entries.")));
    }
    if thumbprints.iter().any(|text| !text.bytes().all(|b| b.is_ascii_hexdigit())) {
        return Err(WireError::modelled("InvalidInput", 400, "A thumbprint has 40 hexadecimal digits."));
    }
    Ok(())
}

fn provider_of(resource: Resource) -> Option<OpenIdProvider> {
    if let Resource::OpenIdProvider(provider) = resource { Some(provider) } else { None }
}
