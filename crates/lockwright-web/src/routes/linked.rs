//! Logins shared with other systems.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use lockwright_model::clock::Timestamp;
use lockwright_model::factors::Delivery;
use lockwright_model::id::{CaseId, LinkId, SystemId};
use lockwright_service::core::shared::Refusal;
use lockwright_service::shared::{Linked, SharedError};

use crate::http::{Answer, Confirmed, Form, Member, Refused, Web, go, plain};
use crate::page::linked::{LeaveForSystem, LinkedLogins, LinkedRow, OfferedRow, SystemRow, Told};
use crate::page::words;

/// What is linked, what waits, what could be.
pub(super) async fn show(member: Member) -> Answer {
    let page = shown(&member).await?;
    member.page(&page).await
}

async fn shown(member: &Member) -> Result<LinkedLogins, Refused> {
    let view = member.lockwright().linked_logins(&member.identity()).await?;
    let now = member.op.now;
    Ok(LinkedLogins {
        linked: view.linked.into_iter().map(|linked| row(linked, now)).collect(),
        offered: view
            .offered
            .into_iter()
            .map(|offer| OfferedRow { case: offer.case.to_string(), system: offer.system.name.to_string(), login: offer.login })
            .collect(),
        others: view
            .others
            .into_iter()
            .map(|system| SystemRow { id: system.id.to_string(), name: system.name.to_string(), page: system.page })
            .collect(),
        trouble: None,
    })
}

fn row(linked: Linked, now: Timestamp) -> LinkedRow {
    let (name, page) = match linked.system {
        Some(system) => (system.name.to_string(), Some(system.page)),
        None => ("A system that is registered no more".to_owned(), None),
    };
    LinkedRow {
        id: linked.link.id.to_string(),
        system: name,
        page,
        login: linked.link.login,
        since: words::day(linked.link.since),
        told: match linked.link.told {
            None => Told::Nothing,
            Some(Delivery { taken: Some(at), .. }) => Told::Taken { at: words::ago(now, at) },
            Some(Delivery { at, given_up: true, .. }) => Told::GivenUp { since: words::ago(now, at) },
            Some(Delivery { at, .. }) => Told::Waiting { since: words::ago(now, at) },
        },
    }
}

/// Begins a link.
pub(super) async fn start(Confirmed(member): Confirmed, form: Form) -> Answer {
    let id = form.text("system").parse::<SystemId>().map_err(|_| Refused::not_found())?;
    let view = member.lockwright().linked_logins(&member.identity()).await?;
    let system = view.others.iter().find(|system| system.id == id).ok_or(Refused::not_found())?;
    match member.lockwright().start_link(&member.op, &member.session, &id).await {
        Ok(url) => member.page(&LeaveForSystem { system: system.name.to_string(), url: url.expose().to_owned() }).await,
        Err(error) => failed(&member, error).await,
    }
}

/// Agrees to what the other side has proved.
pub(super) async fn agree(Confirmed(member): Confirmed, form: Form) -> Answer {
    let id = form.text("case").parse::<CaseId>().map_err(|_| Refused::not_found())?;
    match member.lockwright().finish_link(&member.op, &member.session, &id).await {
        Ok(()) => go("/security/linked?done=saved"),
        Err(error) => failed(&member, error).await,
    }
}

/// Ends a link.
pub(super) async fn end(Confirmed(member): Confirmed, Path(id): Path<String>) -> Answer {
    let id = id.parse::<LinkId>().map_err(|_| Refused::not_found())?;
    match member.lockwright().unlink(&member.op, &member.session, &id).await {
        Ok(()) => go("/security/linked?done=saved"),
        Err(error) => failed(&member, error).await,
    }
}

async fn failed(member: &Member, error: SharedError) -> Answer {
    let text = match error {
        SharedError::Trouble(trouble) => return Err(trouble.into()),
        SharedError::Refused(Refusal::Frozen(until)) => {
            format!("Somebody said “this wasn’t me” about your sign-in. Nothing can be changed until {}.", words::at(until))
        }
        SharedError::Refused(Refusal::TooMany) => "You have ten linked logins, which is the most. Unlink one first.".to_owned(),
        SharedError::Refused(Refusal::AlreadyLinked) => {
            "You are linked with this system already. Unlink it first to use another login there.".to_owned()
        }
        SharedError::Refused(Refusal::NotProven) => {
            "The other system hasn’t told us yet who you are there. Go on there, then come back.".to_owned()
        }
        SharedError::Refused(Refusal::Gone) | SharedError::NoSystem | SharedError::NotSigned => {
            "That took too long, or was ended. Begin anew.".to_owned()
        }
        SharedError::Refused(Refusal::NotForThisKind) => return Err(Refused::not_found()),
    };
    let page = LinkedLogins { trouble: Some(text), ..shown(member).await? };
    member.again(&page).await
}

/// A system gives the proof of a login back. No browser sends this, so its signature stands in for a form's token.
pub(super) async fn prove(axum::extract::State(web): axum::extract::State<Web>, headers: HeaderMap, body: axum::body::Bytes) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (at, signed) = (text(lockwright_service::webhook::TIMESTAMP), text(lockwright_service::webhook::SIGNATURE));
    let (status, word) = match web.lockwright().prove_link(at, signed, &body).await {
        Ok(()) => (StatusCode::OK, "{\"taken\":true}"),
        Err(SharedError::NotSigned) => (StatusCode::UNAUTHORIZED, "{\"taken\":false,\"why\":\"not signed\"}"),
        Err(SharedError::Trouble(trouble)) => {
            tracing::warn!(%trouble, "a system's proof was not taken");
            (StatusCode::SERVICE_UNAVAILABLE, "{\"taken\":false,\"why\":\"try again\"}")
        }
        Err(SharedError::NoSystem | SharedError::Refused(_)) => (StatusCode::GONE, "{\"taken\":false,\"why\":\"gone\"}"),
    };
    let mut response = plain("application/json", word);
    *response.status_mut() = status;
    response
}
