//! Closing what is one's own, and the one page that is left then.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use lockwright_model::clock::Timestamp;
use lockwright_model::session::SessionScope;
use lockwright_service::closing::ClosingError;
use lockwright_service::core::closing::{self, Refusal};
use lockwright_service::core::person::Person;

use crate::http::{Answer, Confirmed, Form, Member, Refused, Visit, Web, go};
use crate::page::closing::{Close, Closed};
use crate::page::{FieldErrors, words};

/// What happens, and the field for the name.
pub(super) async fn form(Confirmed(member): Confirmed) -> Answer {
    let page = page(&member)?;
    member.page(&page).await
}

fn page(member: &Member) -> Result<Close, Refused> {
    let number = match &member.person {
        Person::Root(account) => Some(words::account(account.id)),
        Person::User { .. } | Person::Builder(_) | Person::Operator(_) => None,
    };
    Ok(Close {
        kind: member.person.kind(),
        name: closing::name(&member.person).ok_or(Refused::not_found())?.to_owned(),
        number,
        until: words::at(closing::until(member.op.now)),
        typed: String::new(),
        errors: FieldErrors::none(),
    })
}

/// Closes it; everybody is signed out, this browser too.
pub(super) async fn close(Confirmed(member): Confirmed, form: Form) -> Answer {
    let page = Close { typed: form.text("name").to_owned(), ..page(&member)? };
    let wrong = |text: String| Close { errors: FieldErrors::one("name", text), ..page.clone() };
    match member.lockwright().close(&member.op, &member.session, form.text("name")).await {
        Ok(_) => go("/signin?done=closed"),
        Err(ClosingError::Refused(Refusal::OtherName)) => {
            member.again(&wrong("That is another name. Type it as it stands above.".to_owned())).await
        }
        Err(ClosingError::Refused(Refusal::Frozen { until })) => {
            let until = words::at(until);
            let text = format!("Somebody told us “this wasn’t me”, so nothing about your sign-in changes until {until}. Try again then.");
            member.again(&wrong(text)).await
        }
        Err(error) => refused(error),
    }
}

/// Somebody signed in who has closed what is theirs.
pub(super) struct Closer(Member, Timestamp);

impl FromRequestParts<Web> for Closer {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Refused> {
        let member = Member::even_closed(Visit::from_request_parts(parts, web).await?)?;
        match (member.session.scope, member.person.closed()) {
            (SessionScope::ChangePassword, _) => Err(Refused::Go("/security/password")),
            (SessionScope::EnrolMfa, _) => Err(Refused::Go("/security/mfa")),
            (SessionScope::Full, Some(closed)) => Ok(Self(member, closed)),
            (SessionScope::Full, None) => Err(Refused::Go("/security")),
        }
    }
}

/// Until when it can be taken back.
pub(super) async fn closed(Closer(member, closed): Closer) -> Answer {
    let until = Some(closing::until(closed)).filter(|until| member.op.now < *until);
    let name = closing::name(&member.person).unwrap_or_default();
    let what = match &member.person {
        Person::Root(account) => format!("{name} ({})", words::account(account.id)),
        Person::User { .. } | Person::Builder(_) | Person::Operator(_) => name.to_owned(),
    };
    let page = Closed { kind: member.person.kind(), what, closed: words::at(closed), until: until.map(words::at) };
    member.page(&page).await
}

/// Takes it back.
pub(super) async fn reopen(Closer(member, _): Closer) -> Answer {
    match member.lockwright().reopen(&member.op, &member.session).await {
        Ok(()) => go("/console?done=reopened"),
        Err(ClosingError::Refused(Refusal::NotClosed)) => go("/security/closed"),
        Err(error) => refused(error),
    }
}

fn refused(error: ClosingError) -> Answer {
    match error {
        ClosingError::Trouble(trouble) => Err(trouble.into()),
        ClosingError::Refused(Refusal::NotConfirmed) => Err(Refused::Confirm("/security/close".to_owned())),
        ClosingError::Refused(Refusal::Closed | Refusal::NotClosed) => go("/security/closed"),
        // The other refusals have their words on the page of the form.
        ClosingError::Refused(Refusal::NotThis | Refusal::OtherName | Refusal::Frozen { .. }) => Err(Refused::not_found()),
    }
}
