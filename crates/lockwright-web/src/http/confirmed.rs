//! Somebody signed in who proved lately who they are: for all that a stolen session must not be enough for (ASVS 7.5.1).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use lockwright_model::session::SessionScope;
use lockwright_service::core::session;

use super::answer::Refused;
use super::state::{Site, Web};
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
    let site = member.visit.web().site();
    Err(Refused::Confirm(back(site, &routes::opened_at(site, path).unwrap_or_default())))
}

/// Where the way back may lead: a page of the site's table that needs somebody signed in, and nowhere else.
pub(crate) fn back(site: Site, path: &str) -> String {
    let plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_'));
    let inside = path.strip_prefix(site.base()).is_some_and(|path| ["/security/", "/console/"].iter().any(|start| path.starts_with(start)));
    let ours = plain && inside && routes::opened_at(site, path).as_deref() == Some(path);
    if ours { path.to_owned() } else { site.path("/security") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e13_the_way_back_leads_to_pages_of_ours_that_need_a_session() {
        for good in ["/security/password", "/security/confirm", "/console/users", "/console/users/AIDAMZXW6YTBOIMZXW6Y"] {
            assert_eq!(back(Site::Public, good), good);
        }
        assert_eq!(back(Site::Operators, "/operator/security/password"), "/operator/security/password");
        for other in ["/security/password", "/operator/signin"] {
            assert_eq!(back(Site::Operators, other), "/operator/security", "{other}");
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
            assert_eq!(back(Site::Public, other), "/security", "{other}");
            assert_eq!(back(Site::Operators, other), "/operator/security", "{other}");
        }
    }
}
