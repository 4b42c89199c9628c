//! A person's own MFA devices: the list, enrolling, renaming, removing.

use axum::extract::Path;
use axum::response::Response;
use lockwright_model::clock::Timestamp;
use lockwright_model::factors::{DeviceKind, EnrolmentReason, MOST_DEVICES, MfaDevice};
use lockwright_model::id::DeviceId;
use lockwright_model::name::DeviceName;
use lockwright_model::token::Token;
use lockwright_service::core::devices::{self, Refusal};
use lockwright_service::core::enrolment::{self, Due, Why};
use lockwright_service::devices::DeviceError;

use super::codes::left;
use super::console::days_left;
use crate::http::{Answer, Confirmed, ConfirmedEnroller, Enroller, Form, Member, Refused, go};
use crate::page::mfa::{DeviceRow, DeviceWord, Mfa, MfaAdd, MfaDevicePage, MfaPasskey, MfaTotp, Owed};
use crate::page::qr::Qr;
use crate::page::{FieldErrors, words};

/// The list; for somebody who owes a device, the way to enrol one.
pub(super) async fn list(Enroller(member): Enroller) -> Answer {
    let now = member.op.now;
    let owed = match enrolment::due(&member.person, member.lockwright().config().sessions.root_grace, now) {
        Due::Now(why) => Some(owed(why)),
        Due::By(_) | Due::No => None,
    };
    let factors = member.person.factors();
    let sessions = member.lockwright().sessions(&member.person, Some(&member.session.token)).await?;
    let page = Mfa {
        devices: factors.devices.iter().map(|device| row(device, now)).collect(),
        full: factors.devices.len() >= MOST_DEVICES,
        owed,
        days_left: days_left(&member),
        codes: left(factors, now),
        taken: factors.taken.as_ref().map(|taken| (taken.name.to_string(), words::day(taken.at))),
        others: sessions.iter().any(|session| !session.this),
    };
    member.page(&page).await
}

fn owed(why: Why) -> Owed {
    match why {
        Why::Grace => Owed::Grace,
        Why::Owed(EnrolmentReason::Recovered) => Owed::Recovered,
        Why::Owed(EnrolmentReason::Administrator) => Owed::Administrator,
        Why::Owed(EnrolmentReason::Host) => Owed::Host,
        Why::Owed(EnrolmentReason::First) => Owed::First,
    }
}

/// A device in a list.
pub(super) fn row(device: &MfaDevice, now: Timestamp) -> DeviceRow {
    let (word, synced) = match device.kind {
        DeviceKind::Totp { .. } => (DeviceWord::App, false),
        DeviceKind::Passkey { verifies_user: true, synced, .. } => (DeviceWord::Passkey, synced),
        DeviceKind::Passkey { verifies_user: false, synced, .. } => (DeviceWord::Key, synced),
    };
    DeviceRow {
        id: device.id.to_string(),
        name: device.name.to_string(),
        word,
        synced,
        added: words::day(device.added),
        last_used: device.last_used.map(|at| words::ago(now, at)),
        off: device.disabled,
    }
}

/// What kind of device, and how it is called.
pub(super) async fn add(ConfirmedEnroller(member): ConfirmedEnroller) -> Answer {
    let page = adding(&member);
    member.page(&page).await
}

fn adding(member: &Member) -> MfaAdd {
    let passkeys = member.lockwright().passkeys(member.person.kind()).is_ok();
    MfaAdd { app: String::new(), key: String::new(), passkeys, alone: !member.is_full(), errors: FieldErrors::none() }
}

fn named(typed: &str) -> Result<DeviceName, String> {
    typed.parse::<DeviceName>().map_err(|rule| rule.to_string())
}

/// What stands against a change, as a sentence; what leads elsewhere, as that.
fn refused(member: &Member, refusal: Refusal) -> Result<&'static str, Refused> {
    match refusal {
        Refusal::TooMany => Ok("You have as many devices as fit. Remove one first."),
        Refusal::NameTaken => Ok("You have a device of this name. Choose another name."),
        Refusal::Ended => Err(Refused::Go("/signin")),
        Refusal::NotConfirmed => Err(Refused::Confirm("/security/mfa/add".to_owned())),
        Refusal::Frozen(until) => Err(Refused::frozen(member.op.now, until)),
        Refusal::Expired => Err(Refused::Go("/security/mfa/add?done=enrol-late")),
        Refusal::Last => Err(Refused::Go("/security/mfa?done=device-last")),
        Refusal::Unknown | Refusal::OtherAccount => Err(Refused::not_found()),
    }
}

/// What an error of a device's pages leads to, where no sentence of its own fits.
pub(super) fn trouble(member: &Member, error: DeviceError) -> Refused {
    match error {
        DeviceError::Trouble(trouble) => trouble.into(),
        DeviceError::Refused(refusal) => refused(member, refusal).map_or_else(|refused| refused, |_| Refused::Go("/security/mfa")),
        DeviceError::Typing(_) | DeviceError::Codes | DeviceError::Key(_) | DeviceError::KeyTaken | DeviceError::NoPasskeys(_) => {
            Refused::Go("/security/mfa/add")
        }
    }
}

/// Begins to enrol an app.
pub(super) async fn start_totp(ConfirmedEnroller(member): ConfirmedEnroller, form: Form) -> Answer {
    let typed = form.text("name");
    let again = async |text: String| {
        let errors = FieldErrors::one("app", text);
        member.again(&MfaAdd { app: typed.to_owned(), errors, ..adding(&member) }).await
    };
    let name = match named(typed) {
        Ok(name) => name,
        Err(rule) => return again(rule).await,
    };
    match member.lockwright().start_totp(&member.op, &member.session, &name).await {
        Ok(token) => Ok(member.visit.give_ceremony(go("/security/mfa/totp")?, &token)),
        Err(DeviceError::Refused(refusal)) => again(refused(&member, refusal)?.to_owned()).await,
        Err(error) => Err(trouble(&member, error)),
    }
}

/// The seed and the form for two codes.
pub(super) async fn totp(Enroller(member): Enroller) -> Answer {
    let page = offered(&member).await?;
    member.page(&page).await
}

async fn offered(member: &Member) -> Result<MfaTotp, Refused> {
    let offer = member.lockwright().totp_offer(&member.op, &member.session, member.visit.ceremony_cookie()).await;
    let offer = offer.map_err(|error| trouble(member, error))?;
    Ok(MfaTotp {
        name: offer.name.to_string(),
        qr: Qr::of(offer.uri.expose()),
        seed: offer.typed.expose().to_owned(),
        alone: !member.is_full(),
        errors: FieldErrors::none(),
    })
}

/// Enrols the app.
pub(super) async fn check_totp(Enroller(member): Enroller, form: Form) -> Answer {
    let (first, second) = (form.text("first"), form.text("second"));
    let cookie = member.visit.ceremony_cookie();
    let first_device = member.person.factors().devices.is_empty();
    let text = match member.lockwright().finish_totp(&member.op, &member.session, cookie, first, second).await {
        Ok(token) => return enrolled(&member, token, first_device),
        Err(DeviceError::Typing(typing)) => typing.to_string(),
        Err(DeviceError::Codes) => {
            "These are not two codes that follow each other. Wait for a new one and type that and the next. If it fails again, \
             check that your phone sets its clock by itself."
                .to_owned()
        }
        Err(error) => return Err(trouble(&member, error)),
    };
    let page = offered(&member).await?;
    member.again(&MfaTotp { errors: FieldErrors::one("first", text), ..page }).await
}

/// The device stands. The first one leads to the recovery codes, which are offered with it (N-R03, N-B02).
fn enrolled(member: &Member, token: Option<Token>, first: bool) -> Answer {
    let path = if first { "/security/codes?done=first-device" } else { "/security/mfa?done=device" };
    let response: Response = member.visit.end_ceremony(go(path)?);
    Ok(match token {
        Some(token) => member.visit.give_session(response, &token),
        None => response,
    })
}

/// A reload of the page that asked the browser: the challenge was for once.
pub(super) async fn passkey(ConfirmedEnroller(_): ConfirmedEnroller) -> Answer {
    go("/security/mfa/add")
}

/// Begins to enrol a passkey or key.
pub(super) async fn start_passkey(ConfirmedEnroller(member): ConfirmedEnroller, form: Form) -> Answer {
    let typed = form.text("name");
    let again = async |text: String| {
        let errors = FieldErrors::one("key", text);
        member.again(&MfaAdd { key: typed.to_owned(), errors, ..adding(&member) }).await
    };
    let name = match named(typed) {
        Ok(name) => name,
        Err(rule) => return again(rule).await,
    };
    match member.lockwright().start_passkey(&member.op, &member.session, &name).await {
        Ok(offer) => {
            let page = MfaPasskey { name: name.to_string(), options: offer.options, failed: None, alone: !member.is_full() };
            Ok(member.visit.give_ceremony(member.page(&page).await?, &offer.token))
        }
        Err(DeviceError::Refused(refusal)) => again(refused(&member, refusal)?.to_owned()).await,
        Err(error) => Err(trouble(&member, error)),
    }
}

/// Enrols it; what fails is asked for anew, with another challenge.
pub(super) async fn finish_passkey(Enroller(member): Enroller, form: Form) -> Answer {
    let (service, cookie) = (member.lockwright(), member.visit.ceremony_cookie());
    let first = member.person.factors().devices.is_empty();
    let name = service.passkey_name(&member.op, &member.session, cookie).await.map_err(|error| trouble(&member, error))?;
    let failed = match service.finish_passkey(&member.op, &member.session, cookie, form.text("response")).await {
        Ok(token) => return enrolled(&member, token, first),
        Err(DeviceError::KeyTaken) => "This key is enrolled already. Use another one.",
        Err(DeviceError::Key(_)) => "Your browser’s answer could not be used. Try again, or use another device.",
        Err(error) => return Err(trouble(&member, error)),
    };
    let offer = service.start_passkey(&member.op, &member.session, &name).await.map_err(|error| trouble(&member, error))?;
    let page = MfaPasskey { name: name.to_string(), options: offer.options, failed: Some(failed), alone: !member.is_full() };
    Ok(member.visit.give_ceremony(member.again(&page).await?, &offer.token))
}

/// One device, to be renamed or removed.
pub(super) async fn show(Confirmed(member): Confirmed, Path(id): Path<String>) -> Answer {
    let page = shown(&member, &id)?;
    member.page(&page).await
}

fn shown(member: &Member, id: &str) -> Result<MfaDevicePage, Refused> {
    let id = device_id(id)?;
    let devices = &member.person.factors().devices;
    let device = member.person.factors().device(&id).ok_or(Refused::not_found())?;
    let last = devices.len() == 1;
    let needed = last && !devices::may_be_without(&member.person, member.lockwright().config().sessions, member.op.now);
    let device = row(device, member.op.now);
    Ok(MfaDevicePage { name: device.name.clone(), device, last, needed, errors: FieldErrors::none() })
}

/// The id in a path.
pub(super) fn device_id(id: &str) -> Result<DeviceId, Refused> {
    id.parse().map_err(|_| Refused::not_found())
}

/// Renames it.
pub(super) async fn rename(Confirmed(member): Confirmed, Path(id): Path<String>, form: Form) -> Answer {
    let typed = form.text("name");
    let page = MfaDevicePage { name: typed.to_owned(), ..shown(&member, &id)? };
    let text = match named(typed) {
        Err(rule) => rule,
        Ok(name) => match member.lockwright().rename_device(&member.op, &member.session, &device_id(&id)?, &name).await {
            Ok(()) => return go("/security/mfa?done=saved"),
            Err(DeviceError::Refused(refusal)) => refused(&member, refusal)?.to_owned(),
            Err(error) => return Err(trouble(&member, error)),
        },
    };
    member.again(&MfaDevicePage { errors: FieldErrors::one("name", text), ..page }).await
}

/// Removes it.
pub(super) async fn remove(Confirmed(member): Confirmed, Path(id): Path<String>) -> Answer {
    let id = device_id(&id)?;
    match member.lockwright().remove_device(&member.op, &member.session, &id).await {
        Ok(()) => go("/security/mfa?done=device-removed"),
        Err(error) => Err(trouble(&member, error)),
    }
}
