//! A case on its way: the code, the link, the new password, and every way it can end.

use axum::extract::Path;
use axum::http::StatusCode;
use lockwright_model::case::{Closure, IdentityKind};
use lockwright_model::clock::Timestamp;
use lockwright_model::factors::Loss;
use lockwright_model::id::CaseId;
use lockwright_model::token::Token;
use lockwright_service::cases::{CaseError, CaseKind as Kind, CaseStep, CaseView};
use lockwright_service::core::person::Person;
use lockwright_service::core::recovery::drill::{Had, takes};
use lockwright_service::core::recovery::{CodeOutcome, Refusal};
use lockwright_service::passwords::NewPasswordError;
use lockwright_service::recovery::{FinishError, StartError};

use super::signin::iam_name_of;
use crate::http::{Answer, Form, Refused, Site, Visit, go, manager_name, rules, sign_in_path, who};
use crate::page::recover::{CaseCode, CaseDone, CaseEnd, CaseEnded, CaseKind, CaseLink, CaseSetPassword, HelpAsked};
use crate::page::signup::{BuilderSignUpPassword, SignUpDetails};
use crate::page::{FieldErrors, PasswordRules, ways, words};

/// Where the case stands.
pub(super) async fn show(visit: Visit, Path(case): Path<String>) -> Answer {
    let (id, view) = match look(&visit, &case).await? {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    match view.step {
        Ok(CaseStep::Done) if view.drill.is_some() => go("/security/readiness?done=rehearsed"),
        Err(refusal) => refused(&visit, Some(view.kind), refusal),
        Ok(_) if view.kind == Kind::AddAddress => go(format!("/security/addresses/case/{id}")),
        Ok(CaseStep::EnterCode { .. }) if view.drill.is_some_and(|loss| takes(loss, Had::SignInMailbox)) => {
            go(format!("/recover/case/{id}/ways"))
        }
        Ok(step) => show_step(&visit, &id, view.drill, view.kind, step).await,
    }
}

/// Reads the id and the case; the inner error is the page for one that isn't there.
async fn look(visit: &Visit, case: &str) -> Result<Result<(CaseId, CaseView), Answer>, Refused> {
    let Ok(id) = case.parse::<CaseId>() else { return Ok(Err(unknown(visit))) };
    match visit.lockwright().case(&id, visit.case_cookie()).await {
        Ok(view) if !belongs_here(visit, view.kind) => Ok(Err(unknown(visit))),
        Ok(view) => Ok(Ok((id, view))),
        Err(error) => Ok(Err(failed(visit, None, error))),
    }
}

/// Operators' links work on the operators' pages only, and no other case does there.
fn belongs_here(visit: &Visit, kind: Kind) -> bool {
    (kind == Kind::SetOperatorPassword) == (visit.web().site() == Site::Operators)
}

async fn show_step(visit: &Visit, id: &CaseId, drill: Option<Loss>, kind: Kind, step: CaseStep) -> Answer {
    let now = visit.op.now;
    match step {
        CaseStep::EnterCode { expires, can_resend } => {
            let resent = visit.query("sent").is_some();
            visit.page(&CaseCode { can_resend, resent, ..code_page(visit, id, drill, kind, expires) })
        }
        CaseStep::More | CaseStep::Waiting { .. } => go(format!("/recover/case/{id}/ways")),
        CaseStep::Reenrol { .. } => go(format!("/recover/case/{id}/reenrol")),
        CaseStep::NewPassword { person, expires } => visit.page(&password_page(visit, id, &person, words::until(now, expires)).await?),
        CaseStep::Details { address, name: None, .. } => visit.page(&SignUpDetails {
            case: id.to_string(),
            email: address.to_string(),
            account_name: String::new(),
            rules: PasswordRules::own(),
            errors: FieldErrors::none(),
        }),
        CaseStep::Details { address, name: Some(name), .. } => visit.page(&BuilderSignUpPassword {
            case: id.to_string(),
            email: address.to_string(),
            name: name.to_string(),
            rules: PasswordRules::own(),
            errors: FieldErrors::none(),
        }),
        // The proof confirms an address in the same breath; one that was cut off in between begins anew.
        CaseStep::Confirm { .. } => refused(visit, Some(kind), Refusal::Expired),
        CaseStep::Act { .. } => refused(visit, Some(kind), Refusal::NotNow),
        CaseStep::Done => refused(visit, Some(kind), Refusal::AlreadyDone),
    }
}

fn code_page(visit: &Visit, id: &CaseId, drill: Option<Loss>, kind: Kind, expires: Timestamp) -> CaseCode {
    let shown = shown_kind(kind);
    let typed = visit.typed(id.as_str()).and_then(|typed| typed.into_iter().next());
    let email = (shown != CaseKind::Iam).then(|| typed.unwrap_or_else(|| "the address you typed".to_owned()));
    let (outbox, rehearsal) = (visit.outbox().is_some(), drill.map(ways::lost));
    CaseCode { outbox, rehearsal, ..CaseCode::new(id.as_str(), shown, email, words::until(visit.op.now, expires)) }
}

async fn password_page(visit: &Visit, id: &CaseId, person: &Person, until: String) -> Result<CaseSetPassword, Refused> {
    Ok(CaseSetPassword {
        case: id.to_string(),
        kind: person.kind(),
        user_name: manager_name(person),
        who: who(person),
        first: person.credential().is_none(),
        rules: rules(person),
        shared: visit.lockwright().shared_with(person).await?,
        until,
        errors: FieldErrors::none(),
    })
}

/// Tries a typed code.
pub(super) async fn code(visit: Visit, Path(case): Path<String>, form: Form) -> Answer {
    let (id, view) = match look(&visit, &case).await? {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let expires = match view.step {
        Ok(CaseStep::EnterCode { expires, .. }) => expires,
        Ok(_) => return go(format!("/recover/case/{id}")),
        Err(refusal) => return refused(&visit, Some(view.kind), refusal),
    };
    let page = code_page(&visit, &id, view.drill, view.kind, expires);
    if form.text("code").trim().is_empty() {
        return visit.again(&CaseCode { errors: FieldErrors::one("code", "Type the code from the mail."), ..page });
    }
    match visit.lockwright().submit_code(&visit.op, &id, visit.case_cookie(), form.text("code")).await {
        Ok(CodeOutcome::Proven(holder)) => proven(&visit, &id, view.kind, &holder).await,
        Ok(CodeOutcome::Wrong { left }) => {
            let tries = if left == 1 { "1 try" } else { &format!("{left} tries") };
            let text = format!("That code doesn’t match. You have {tries} left.");
            visit.again(&CaseCode { errors: FieldErrors::one("code", text), ..page })
        }
        Ok(CodeOutcome::NoTriesLeft) => refused(&visit, Some(view.kind), Refusal::Closed(Closure::TooManyTries)),
        Err(error) => failed(&visit, Some((&id, view.kind)), error),
    }
}

/// The mailbox is proven: the browser gets the case's new cookie. An address to confirm is confirmed at once.
async fn proven(visit: &Visit, id: &CaseId, kind: Kind, holder: &Token) -> Answer {
    if kind == Kind::ChangeEmail {
        return super::email::finish(visit, id, holder).await;
    }
    if kind != Kind::ConfirmAddress {
        return Ok(visit.give_case(go(format!("/recover/case/{id}"))?, holder, None));
    }
    match visit.lockwright().finish_address(&visit.op, id, holder.expose()).await {
        Ok(_) => go(if visit.signed().is_some() { "/security?done=address" } else { "/signin?done=address" }),
        Err(error) => failed(visit, Some((id, kind)), error),
    }
}

/// Asks for a fresh code.
pub(super) async fn resend(visit: Visit, Path(case): Path<String>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return unknown(&visit) };
    match visit.lockwright().resend(&visit.op, &id, visit.case_cookie()).await {
        Ok(()) => go(format!("/recover/case/{id}?sent=1")),
        Err(error) => step_failed(&visit, &id, error).await,
    }
}

/// Gives the case up.
pub(super) async fn cancel(visit: Visit, Path(case): Path<String>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return unknown(&visit) };
    match visit.lockwright().cancel_case(&visit.op, &id, visit.case_cookie()).await {
        Ok((_, Some(_))) => go("/security/readiness?done=rehearsed"),
        Ok((kind, None)) => go(shown_kind(kind).begins_at()),
        Err(error) => step_failed(&visit, &id, error).await,
    }
}

/// Sets the new password.
pub(super) async fn password(visit: Visit, Path(case): Path<String>, form: Form) -> Answer {
    let (id, view) = match look(&visit, &case).await? {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let (person, expires) = match view.step {
        Ok(CaseStep::NewPassword { person, expires }) => (person, expires),
        Ok(_) => return go(format!("/recover/case/{id}")),
        Err(refusal) => return refused(&visit, Some(view.kind), refusal),
    };
    let ended = visit.lockwright().sessions(&person, None).await?.len();
    let (typed, again) = (form.text("password"), form.text("again"));
    match visit.lockwright().finish_recovery(&visit.op, &id, visit.case_cookie(), typed, again).await {
        Ok(()) => visit.page(&CaseDone {
            kind: person.kind(),
            who: who(&person),
            ended: u32::try_from(ended).unwrap_or(u32::MAX),
            notice: !person.addresses().is_empty(),
            sign_in: sign_in_path(&person),
        }),
        Err(FinishError::Password(error)) => {
            let errors = password_errors(error)?;
            let page = password_page(&visit, &id, &person, words::until(visit.op.now, expires)).await?;
            visit.again(&CaseSetPassword { errors, ..page })
        }
        Err(FinishError::Case(error)) => failed(&visit, Some((&id, view.kind)), error),
    }
}

/// What has to be put right in `password` or `again`.
pub(super) fn password_errors(error: NewPasswordError) -> Result<FieldErrors, Refused> {
    let field = if matches!(error, NewPasswordError::Different) { "again" } else { "password" };
    let sentences = error.sentences();
    match error {
        NewPasswordError::Trouble(trouble) => Err(trouble.into()),
        _ => Ok(sentences.into_iter().fold(FieldErrors::none(), |errors, sentence| errors.and(field, sentence))),
    }
}

/// "Ask my administrator", for the name that was typed to open the case.
pub(super) async fn help(visit: Visit, Path(case): Path<String>) -> Answer {
    let typed = visit.typed(&case).unwrap_or_default();
    let [account, user_name] = typed.as_slice() else { return go("/recover/iam") };
    let Some(name) = iam_name_of(account, user_name) else { return go("/recover/iam") };
    match visit.lockwright().ask_for_help(&visit.op, &name).await {
        Ok(asked) => {
            visit.page(&HelpAsked { caller_code: words::code(&asked.caller_code), account: account.clone(), user_name: user_name.clone() })
        }
        Err(StartError::Wait { until }) => visit.later(until, |wait| crate::page::recover::RecoverIam {
            account: account.clone(),
            user_name: user_name.clone(),
            wait: Some(wait),
            errors: FieldErrors::none(),
        }),
        Err(StartError::Trouble(trouble)) => Err(trouble.into()),
    }
}

/// What a link opens: a button, and nothing is spent (invariant 10).
pub(super) async fn link(visit: Visit, Path((case, token)): Path<(String, String)>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return unknown(&visit) };
    match visit.lockwright().look_at_link(&id, visit.case_cookie(), &token).await {
        Ok(view) if !belongs_here(&visit, view.kind) => unknown(&visit),
        Ok(view) => visit.page(&CaseLink { case, token, kind: shown_kind(view.kind), handed: handed(view.kind), shared: view.shared }),
        Err(error) => failed(&visit, None, error),
    }
}

/// Spends a link; this browser goes on.
pub(super) async fn open_link(visit: Visit, Path((case, token)): Path<(String, String)>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return unknown(&visit) };
    let kind = match visit.lockwright().look_at_link(&id, visit.case_cookie(), &token).await {
        Ok(view) if !belongs_here(&visit, view.kind) => return unknown(&visit),
        Ok(view) => view.kind,
        Err(error) => return failed(&visit, None, error),
    };
    if kind == Kind::UndoEmail {
        return super::email::undo(&visit, &id, &token).await;
    }
    match visit.lockwright().open_link(&visit.op, &id, visit.case_cookie(), &token).await {
        Ok(holder) => proven(&visit, &id, kind, &holder).await,
        Err(error) => failed(&visit, None, error),
    }
}

/// A step that was not taken; when the case only stands elsewhere, the browser is led there.
pub(super) async fn step_failed(visit: &Visit, id: &CaseId, error: CaseError) -> Answer {
    let kind = match (&error, visit.lockwright().case(id, visit.case_cookie()).await) {
        (CaseError::Refused(_), Ok(view)) => Some((id, view.kind)),
        _ => None,
    };
    failed(visit, kind, error)
}

/// The one place where a case's error becomes an answer.
pub(super) fn failed(visit: &Visit, known: Option<(&CaseId, Kind)>, error: CaseError) -> Answer {
    match (error, known) {
        (CaseError::Trouble(trouble), _) => Err(trouble.into()),
        (CaseError::Unknown, _) => unknown(visit),
        (CaseError::Refused(Refusal::NotNow | Refusal::NoMoreSends), Some((id, _))) => go(format!("/recover/case/{id}")),
        (CaseError::Refused(refusal), known) => refused(visit, known.map(|known| known.1), refusal),
    }
}

pub(super) fn unknown(visit: &Visit) -> Answer {
    visit.page_with(StatusCode::NOT_FOUND, &CaseEnded::new(CaseEnd::Unknown, None))
}

fn refused(visit: &Visit, kind: Option<Kind>, refusal: Refusal) -> Answer {
    let (why, status) = match refusal {
        Refusal::NotYours | Refusal::NotNow | Refusal::NoMoreSends | Refusal::Replaced | Refusal::OtherWaits | Refusal::PretendedLost => {
            (CaseEnd::Elsewhere, StatusCode::FORBIDDEN)
        }
        Refusal::Frozen(until) => return Err(Refused::frozen(visit.op.now, until)),
        Refusal::Expired => (CaseEnd::Expired, StatusCode::GONE),
        Refusal::AlreadyDone => (CaseEnd::Used, StatusCode::GONE),
        Refusal::Closed(Closure::TooManyTries) => (CaseEnd::TooManyTries, StatusCode::GONE),
        Refusal::Closed(Closure::Stopped | Closure::Refused) => (CaseEnd::Stopped, StatusCode::GONE),
        Refusal::Closed(Closure::Cancelled) | Refusal::Gone => (CaseEnd::Cancelled, StatusCode::GONE),
    };
    // A handed link says nothing of whose it is; it begins anew where one says what one has.
    let kind = kind.filter(|kind| !handed(*kind)).map(shown_kind);
    visit.page_with(status, &CaseEnded::new(why, kind))
}

const fn handed(kind: Kind) -> bool {
    matches!(kind, Kind::SetPassword | Kind::SetOperatorPassword)
}

const fn shown_kind(kind: Kind) -> CaseKind {
    match kind {
        Kind::Recover(IdentityKind::Root) => CaseKind::Root,
        Kind::Recover(IdentityKind::Builder) => CaseKind::Builder,
        Kind::Recover(IdentityKind::Iam | IdentityKind::Operator) | Kind::SetPassword | Kind::SetOperatorPassword => CaseKind::Iam,
        Kind::RegisterAccount => CaseKind::RegisterAccount,
        Kind::RegisterBuilder => CaseKind::RegisterBuilder,
        Kind::ChangeEmail => CaseKind::ChangeEmail,
        Kind::UndoEmail => CaseKind::UndoEmail,
        Kind::ConfirmAddress | Kind::AddAddress | Kind::ContactPhone | Kind::InviteContact | Kind::LinkLogin | Kind::Disown => {
            CaseKind::ConfirmAddress
        }
    }
}
