//! Requests of users who can't sign in, as an administrator answers them.

use axum::extract::Path;
use lockwright_model::clock::Timestamp;
use lockwright_model::help::{HelpRequest, HelpState};
use lockwright_model::id::HelpId;
use lockwright_model::identity::Identity;
use lockwright_service::users::{GiveAccess, UserError};

use super::console_users::hand_over;
use crate::http::{Admin, Answer, Form, Refused, go};
use crate::page::console::{HelpRequests, HelpRow, HelpShow};
use crate::page::problem::ProblemKind;
use crate::page::words;

/// Requests that a page shows.
const LISTED: u32 = 100;

/// Those that wait, oldest first; then the others, newest first.
pub(super) async fn list(admin: Admin) -> Answer {
    let (member, now) = (&admin.member, admin.member.op.now);
    let helps = member.lockwright().helps(&member.op, admin.account, LISTED).await?;
    let row = |request: &HelpRequest| HelpRow {
        id: request.id.to_string(),
        user_name: request.user_name.to_string(),
        asked: words::ago(now, request.created),
        outcome: outcome(now, &request.state),
    };
    let (open, past): (Vec<_>, Vec<_>) = helps.iter().partition(|request| request.state == HelpState::Open);
    let page = HelpRequests { open: open.into_iter().rev().map(row).collect(), past: past.into_iter().map(row).collect() };
    member.page(&page).await
}

fn outcome(now: Timestamp, state: &HelpState) -> Option<String> {
    let (what, at, by) = match state {
        HelpState::Open => return None,
        HelpState::Answered { at, by } => ("Answered", at, by),
        HelpState::Dismissed { at, by } => ("Dismissed", at, by),
    };
    let who = match by {
        Some(Identity::Root(_)) => "the root user",
        Some(Identity::User(_) | Identity::Builder(_) | Identity::Operator(_)) => "an administrator",
        None => "the host",
    };
    Some(format!("{what} by {who}, {}", words::ago(now, *at)))
}

/// One request.
pub(super) async fn show(admin: Admin, Path(id): Path<String>) -> Answer {
    let (member, now) = (&admin.member, admin.member.op.now);
    let request = member.lockwright().help(&member.op, admin.account, &parsed(&id)?).await?;
    // The user may be deleted; the request still tells what happened.
    let last_sign_in = match member.lockwright().user_by_id(&member.op, &request.user).await {
        Ok(user) => user.last_sign_in,
        Err(UserError::Denied) => None,
        Err(error) => return Err(error.into()),
    };
    let page = HelpShow {
        id: request.id.to_string(),
        user_id: request.user.user.to_string(),
        user_name: request.user_name.to_string(),
        asked: words::ago(now, request.created),
        asked_at: words::at(request.created),
        address: request.source.ip_text(),
        device: words::device(&request.source.agent),
        caller_code: words::code(&request.caller_code),
        outcome: outcome(now, &request.state),
        last_sign_in: last_sign_in.map(|at| words::ago(now, at)),
    };
    member.page(&page).await
}

/// Gives the user a link or a password, and closes the request with it.
pub(super) async fn answer(admin: Admin, Path(id): Path<String>, form: Form) -> Answer {
    let (member, help) = (&admin.member, parsed(&id)?);
    let access = match form.text("mode") {
        "link" => GiveAccess::Link,
        "generated" => GiveAccess::Generated { must_change: true },
        _ => return Err(Refused::new(ProblemKind::BadRequest)),
    };
    let request = member.lockwright().help(&member.op, admin.account, &help).await?;
    let user = member.lockwright().user_by_id(&member.op, &request.user).await?;
    match member.lockwright().set_access(&member.op, &user.id, access, Some(&help)).await {
        Ok(handed) => hand_over(&admin, &user, handed, true, false).await,
        Err(UserError::HelpDone) => go(format!("/console/help/{help}?done=help-done")),
        Err(error) => Err(error.into()),
    }
}

/// Puts a request aside.
pub(super) async fn dismiss(admin: Admin, Path(id): Path<String>) -> Answer {
    let (member, help) = (&admin.member, parsed(&id)?);
    match member.lockwright().dismiss_help(&member.op, admin.account, &help).await {
        Ok(()) => go("/console/help?done=dismissed"),
        Err(UserError::HelpDone) => go(format!("/console/help/{help}?done=help-done")),
        Err(error) => Err(error.into()),
    }
}

fn parsed(id: &str) -> Result<HelpId, Refused> {
    id.parse().map_err(|_| Refused::not_found())
}
