//! Somebody signed in who proved lately who they are: for all that a stolen session must not be enough for (ASVS 7.5.1).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use lockwright_model::session::SessionScope;
use lockwright_service::core::session;

use super::answer::Refused;
use super::state::Web;
use super::visit::{Member, Visit};
use crate::routes;

/// Somebody signed in whose last full proof is at most ten minutes old. Anybody else is asked for it first, and comes back to the page of
/// the form; what was typed into it is lost.
pub(crate) struct Confirmed(pub(crate) Member);

impl FromRequestParts<Web> for Confirmed {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Refused> {
        let member = Member::from_request_parts(parts, web).await?;
        lately(&member, parts.uri.path())?;
        Ok(Self(member))
    }
}

/// Somebody signed in, even one who may only enrol a device; not one who must choose a password first.
pub(crate) struct Enroller(pub(crate) Member);

impl FromRequestParts<Web> for Enroller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Refused> {
        let member = Member::of(Visit::from_request_parts(parts, web).await?)?;
        match member.session.scope {
            SessionScope::Full | SessionScope::EnrolMfa => Ok(Self(member)),
            SessionScope::ChangePassword => Err(Refused::Go("/security/password")),
        }
    }
}

/// The same, who also proved lately who they are.
pub(crate) struct ConfirmedEnroller(pub(crate) Member);

impl FromRequestParts<Web> for ConfirmedEnroller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Refused> {
        let Enroller(member) = Enroller::from_request_parts(parts, web).await?;
        lately(&member, parts.uri.path())?;
        Ok(Self(member))
    }
}

fn lately(member: &Member, path: &str) -> Result<(), Refused> {
    if session::confirmed(&member.session, &member.person, member.op.now) {
        return Ok(());
    }
    Err(Refused::Confirm(back(&routes::opened_at(path).unwrap_or_default()).to_owned()))
}

/// Where the way back may lead: a page of the table that needs somebody signed in, and nowhere else.
pub(crate) fn back(path: &str) -> &str {
    let plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_'));
    let inside = ["/security/", "/console/"].iter().any(|start| path.starts_with(start));
    if plain && inside && routes::opened_at(path).as_deref() == Some(path) { path } else { "/security" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e13_the_way_back_leads_to_pages_of_ours_that_need_a_session() {
        for good in ["/security/password", "/security/confirm", "/console/users", "/console/users/AIDAMZXW6YTBOIMZXW6Y"] {
            assert_eq!(back(good), good);
        }
        for other in [
            "",
            "/",
            "//evil.example",
            "https://evil.example/security/",
            "/security//evil.example",
            "/security/nothing",
            "/security/password?x=y",
            "/console/users/..%2f",
            "/console/users/../../signout",
            "/signout",
            "/outbox",
            "/security/password/",
        ] {
            assert_eq!(back(other), "/security", "{other}");
        }
    }
}
