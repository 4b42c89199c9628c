//! The second step of a sign-in: one page for each way to prove it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use lockwright_model::factors::{DeviceKind, MfaDevice};
use lockwright_model::id::DeviceId;
use lockwright_model::session::SessionScope;
use lockwright_service::factors::{FactorAnswer, FactorRefusal};
use lockwright_service::second_step::{SecondStep as Step, SecondStepError};
use lockwright_service::signin::SignedIn;

use super::signin::{barred, signed_in};
use crate::http::{Answer, Form, Refused, Visit, go, sign_in_path, who};
use crate::page::FieldErrors;
use crate::page::second_step::{OtherWay, SecondStep, SecondStepOver, Way};

const START: &str = "/signin/second-step";
const PASSKEY: &str = "/signin/second-step/passkey";
const RECOVERY_CODE: &str = "/signin/second-step/recovery-code";

/// The way that was used last, or failing that the newest.
pub(super) async fn start(visit: Visit) -> Answer {
    let step = step(&visit).await?;
    let devices = step.person.factors().devices.iter().filter(|device| usable(&step, device));
    let path = match devices.max_by_key(|device| device.last_used.unwrap_or(device.added)) {
        Some(device) if typed(device) => device_path(&device.id),
        Some(_) => PASSKEY.to_owned(),
        None => RECOVERY_CODE.to_owned(),
    };
    go(path)
}

/// A code of one device.
pub(super) async fn device_form(visit: Visit, Path(id): Path<String>) -> Answer {
    let step = step(&visit).await?;
    visit.page(&page(&step, code_of(&step, &id)?))
}

/// Checks a code.
pub(super) async fn device(visit: Visit, Path(id): Path<String>, form: Form) -> Answer {
    let device: DeviceId = id.parse().map_err(|_| Refused::not_found())?;
    let answer = FactorAnswer::Totp { device: Some(&device), code: form.text("code") };
    check(&visit, answer, "code", |step| code_of(step, &id)).await
}

/// Two codes of a device whose clock has gone astray.
pub(super) async fn resync_form(visit: Visit, Path(id): Path<String>) -> Answer {
    let step = step(&visit).await?;
    visit.page(&page(&step, resync_of(&step, &id)?))
}

/// Checks the two, and sets the clock right.
pub(super) async fn resync(visit: Visit, Path(id): Path<String>, form: Form) -> Answer {
    let device: DeviceId = id.parse().map_err(|_| Refused::not_found())?;
    let answer = FactorAnswer::Resync { device: &device, first: form.text("first"), second: form.text("second") };
    check(&visit, answer, "second", |step| resync_of(step, &id)).await
}

/// A passkey.
pub(super) async fn passkey_form(visit: Visit) -> Answer {
    let step = step(&visit).await?;
    visit.page(&page(&step, passkey_of(&step)?))
}

/// Checks a passkey's answer.
pub(super) async fn passkey(visit: Visit, form: Form) -> Answer {
    check(&visit, FactorAnswer::Passkey { response: form.text("response") }, "passkey", passkey_of).await
}

/// A recovery code, or word that there is nothing to use.
pub(super) async fn code_form(visit: Visit) -> Answer {
    let step = step(&visit).await?;
    visit.page(&page(&step, saved_of(&step)))
}

/// Checks a recovery code.
pub(super) async fn code(visit: Visit, form: Form) -> Answer {
    check(&visit, FactorAnswer::RecoveryCode(form.text("recovery_code")), "recovery_code", |step| Ok(saved_of(step))).await
}

/// Signs in, or shows the form again.
async fn check(
    visit: &Visit,
    answer: FactorAnswer<'_>,
    field: &'static str,
    again: impl FnOnce(&Step) -> Result<(String, Way), Refused>,
) -> Answer {
    let cookie = visit.ceremony_cookie();
    match visit.lockwright().finish_second_step(&visit.op, cookie, answer, visit.session()).await {
        Ok(done) => {
            let response = if done.code_used { after_code(visit, &done.signed) } else { signed_in(visit, &done.signed) };
            Ok(visit.end_ceremony(response?))
        }
        Err(SecondStepError::Refused(why)) => {
            let step = step(visit).await?;
            let errors = FieldErrors::one(field, sentence(why, field));
            visit.again(&SecondStep { errors, ..page(&step, again(&step)?) })
        }
        Err(SecondStepError::Wait { until }) => {
            let step = step(visit).await?;
            let page = page(&step, again(&step)?);
            visit.later(until, |wait| SecondStep { wait: Some(wait), ..page })
        }
        Err(SecondStepError::Over) => over(visit, None),
        Err(SecondStepError::Barred(bar)) => over(visit, Some(barred(bar, "second factor"))),
        Err(SecondStepError::Trouble(trouble)) => Err(trouble.into()),
    }
}

/// A recovery code was used up: the person is led to where new ones are made, unless something else comes first.
fn after_code(visit: &Visit, signed: &SignedIn) -> Answer {
    let path = match signed.scope {
        SessionScope::Full => "/security/codes?done=code-used",
        SessionScope::EnrolMfa => "/security/mfa?done=code-used",
        SessionScope::ChangePassword => return signed_in(visit, signed),
    };
    Ok(visit.give_session(go(path)?, &signed.token))
}

fn over(visit: &Visit, barred: Option<String>) -> Answer {
    let response: Response = visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &SecondStepOver { barred })?;
    Ok(visit.end_ceremony(response))
}

fn sentence(why: FactorRefusal, field: &str) -> String {
    match (why, field) {
        (FactorRefusal::Mistyped(typing), _) => typing.to_string(),
        (FactorRefusal::Disabled, _) => "Codes from this device are switched off after 100 wrong tries. Take another way.".into(),
        (_, "second") => "Those two codes don’t follow each other on this device. Wait for two new ones and type both.".into(),
        (_, "passkey") => "That passkey didn’t prove that it is you. Try again, or take another way.".into(),
        (_, "recovery_code") => "That isn’t one of your recovery codes, or it was used before. Try the next one.".into(),
        _ => "That code isn’t right, or was used before. Wait for the next one and type that.".into(),
    }
}

/// The second step that this browser is in; anybody else begins with the password.
async fn step(visit: &Visit) -> Result<Step, Refused> {
    visit.lockwright().second_step(visit.ceremony_cookie()).await?.ok_or(Refused::Go("/signin"))
}

fn page(step: &Step, (here, way): (String, Way)) -> SecondStep {
    let factors = step.person.factors();
    let mut others: Vec<OtherWay> = Vec::new();
    for device in factors.devices.iter().filter(|device| typed(device) && !device.disabled) {
        others.push(OtherWay { path: device_path(&device.id), label: format!("Code from “{}”", device.name) });
    }
    if let Ok((path, Way::Passkey { names, .. })) = passkey_of(step) {
        let names: Vec<String> = names.iter().map(|name| format!("“{name}”")).collect();
        others.push(OtherWay { path, label: format!("Passkey {}", names.join(" or ")) });
    }
    if factors.codes.as_ref().is_some_and(|codes| codes.count() > 0) {
        others.push(OtherWay { path: RECOVERY_CODE.to_owned(), label: "Recovery code".to_owned() });
    }
    others.retain(|other| other.path != here);
    SecondStep {
        who: who(&step.person),
        start_over: sign_in_path(&step.person),
        here,
        way,
        others,
        switched_off: factors.devices.iter().filter(|device| device.disabled).map(|device| device.name.to_string()).collect(),
        owed: factors.devices.is_empty(),
        wait: None,
        errors: FieldErrors::none(),
    }
}

fn code_of(step: &Step, id: &str) -> Result<(String, Way), Refused> {
    let device = device_of(step, id)?;
    Ok((device_path(&device.id), Way::Code { name: device.name.to_string(), resync: format!("{START}/resync/{}", device.id) }))
}

fn resync_of(step: &Step, id: &str) -> Result<(String, Way), Refused> {
    let device = device_of(step, id)?;
    let way = Way::Resync { name: device.name.to_string(), back: device_path(&device.id) };
    Ok((format!("{START}/resync/{}", device.id), way))
}

/// A device with typed codes; one that was removed meanwhile leads back to the choice.
fn device_of<'a>(step: &'a Step, id: &str) -> Result<&'a MfaDevice, Refused> {
    let id: DeviceId = id.parse().map_err(|_| Refused::not_found())?;
    step.person.factors().device(&id).filter(|device| typed(device)).ok_or(Refused::Go(START))
}

fn passkey_of(step: &Step) -> Result<(String, Way), Refused> {
    let options = step.passkey_options.clone().ok_or(Refused::Go(START))?;
    let names = step.person.factors().devices.iter().filter(|device| !typed(device)).map(|device| device.name.to_string());
    Ok((PASSKEY.to_owned(), Way::Passkey { names: names.collect(), options }))
}

fn saved_of(step: &Step) -> (String, Way) {
    let codes = step.person.factors().codes.as_ref().is_some_and(|codes| codes.count() > 0);
    (RECOVERY_CODE.to_owned(), if codes { Way::RecoveryCode } else { Way::Nothing })
}

fn typed(device: &MfaDevice) -> bool {
    matches!(device.kind, DeviceKind::Totp { .. })
}

fn usable(step: &Step, device: &MfaDevice) -> bool {
    if typed(device) { !device.disabled } else { step.passkey_options.is_some() }
}

fn device_path(id: &DeviceId) -> String {
    format!("{START}/device/{id}")
}
