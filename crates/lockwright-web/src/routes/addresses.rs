//! Where a person is reached: the list, adding an email address or a phone, removing one.

use axum::extract::Path;
use lockwright_model::case::{Channel, MessageWay};
use lockwright_model::clock::Timestamp;
use lockwright_model::email::EmailAddress;
use lockwright_model::factors::MOST_ADDRESSES;
use lockwright_model::id::CaseId;
use lockwright_model::phone::PhoneNumber;
use lockwright_model::token::Code;
use lockwright_service::addresses::{AddressAsked, AddressError, AddressView};
use lockwright_service::core::address::{Entered, Refusal};
use lockwright_service::core::recovery::TICKET_LIFE;
use lockwright_service::recovery::StartError;

use super::case::failed;
use super::recover::no_address;
use crate::http::{Answer, Confirmed, Form, Member, Refused, go};
use crate::page::addresses::{AddressCode, AddressRow, Addresses, CodeWay};
use crate::page::{FieldErrors, words};

const LIST: &str = "/security/addresses";

/// The list.
pub(super) async fn list(member: Member) -> Answer {
    let page = page(&member);
    member.page(&page).await
}

fn page(member: &Member) -> Addresses {
    let (person, lockwright) = (&member.person, member.lockwright());
    let factors = person.factors();
    let primary = person.primary_email().cloned().map(Channel::Email);
    let row = |channel: Channel| {
        let primary = primary.as_ref() == Some(&channel);
        let since = match &channel {
            Channel::Email(_) if primary => factors.email_changed,
            Channel::Email(address) => factors.emails.iter().find(|email| email.address == *address).map(|email| email.since),
            Channel::Phone(number) => factors.phones.iter().find(|phone| phone.number == *number).map(|phone| phone.since),
        };
        AddressRow {
            id: lockwright.address_id(&channel),
            shown: channel.masked(),
            phone: matches!(channel, Channel::Phone(_)),
            primary,
            since: since.map(words::day),
            serves_from: person.channel_serves_from(&channel).filter(|from| member.op.now < *from).map(words::at),
        }
    };
    Addresses {
        rows: person.channels().into_iter().map(row).collect(),
        emails_full: factors.emails.len() >= MOST_ADDRESSES,
        phones_full: factors.phones.len() >= MOST_ADDRESSES,
        phones: lockwright.calls_back() || member.visit.message_outbox().is_some(),
        keyed: lockwright.calls_back(),
        email: String::new(),
        phone: String::new(),
        way: "text",
        errors: FieldErrors::none(),
    }
}

/// Sends a code to an email address.
pub(super) async fn add_email(Confirmed(member): Confirmed, form: Form) -> Answer {
    let page = Addresses { email: form.text("email").to_owned(), ..page(&member) };
    let Ok(address) = page.email.parse::<EmailAddress>() else {
        return member.again(&Addresses { errors: no_address(), ..page }).await;
    };
    let typed = address.to_string();
    ask(&member, page, "email", Channel::Email(address), MessageWay::Text, &typed).await
}

/// Sends a code to a phone, or has it called.
pub(super) async fn add_phone(Confirmed(member): Confirmed, form: Form) -> Answer {
    let (way, word) = match form.text("way") {
        "voice" => (MessageWay::Voice, "voice"),
        "keyed" if member.lockwright().calls_back() => (MessageWay::Keyed, "keyed"),
        _ => (MessageWay::Text, "text"),
    };
    let page = Addresses { phone: form.text("phone").to_owned(), way: word, ..page(&member) };
    if !page.phones {
        return Err(Refused::not_found());
    }
    let Ok(number) = page.phone.parse::<PhoneNumber>() else {
        let errors = FieldErrors::one("phone", "Enter the number with its country code, like +49 30 901820.");
        return member.again(&Addresses { errors, ..page }).await;
    };
    let typed = page.phone.trim().to_owned();
    ask(&member, page, "phone", Channel::Phone(number), way, &typed).await
}

async fn ask(member: &Member, page: Addresses, field: &'static str, channel: Channel, way: MessageWay, typed: &str) -> Answer {
    let wrong = |text: &'static str| Addresses { errors: FieldErrors::one(field, text), ..page.clone() };
    match member.lockwright().ask_address(&member.op, &member.session, &channel, way).await {
        Ok(AddressAsked { case, holder, digits }) => {
            let digits = digits.as_ref().map_or("", Code::expose);
            let response = go(format!("{LIST}/case/{case}"))?;
            Ok(member.visit.give_case(response, &holder, Some((case.as_str(), &[typed, digits]))))
        }
        Err(AddressError::Refused(Refusal::Known)) => member.again(&wrong("This is one of your addresses already.")).await,
        Err(AddressError::Refused(Refusal::Full)) => member.again(&wrong("You have as many as fit. Remove one first.")).await,
        Err(AddressError::Refused(refusal)) => Err(refused(member, refusal)),
        Err(AddressError::Start(StartError::Wait { until })) => member.visit.later(until, |wait| {
            let text = format!("That was asked very often. Nothing was sent this time. You can ask again in {wait}.");
            Addresses { errors: FieldErrors::one(field, text), ..page.clone() }
        }),
        Err(AddressError::Start(StartError::Trouble(trouble))) => Err(trouble.into()),
    }
}

fn refused(member: &Member, refusal: Refusal) -> Refused {
    match refusal {
        Refusal::NotConfirmed => Refused::Confirm(LIST.to_owned()),
        Refusal::Frozen(until) => Refused::frozen(member.op.now, until),
        Refusal::NotThis | Refusal::Known | Refusal::Full | Refusal::Unknown => Refused::not_found(),
    }
}

/// The page for the code.
pub(super) async fn show(member: Member, Path(case): Path<String>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return Err(Refused::not_found()) };
    match member.lockwright().address_case(&id, member.visit.case_cookie()).await {
        Ok(view) => {
            let resent = member.visit.query("sent").is_some();
            member.page(&AddressCode { resent, ..code_page(&member, &id, &view) }).await
        }
        Err(error) => failed(&member.visit, None, error),
    }
}

fn code_page(member: &Member, id: &CaseId, view: &AddressView) -> AddressCode {
    let typed = member.visit.typed(id.as_str()).unwrap_or_default();
    let digits = typed.get(1).filter(|digits| !digits.is_empty());
    let (way, outbox) = match (&view.channel, view.way) {
        (Channel::Email(_), _) => (CodeWay::Mail, member.visit.outbox()),
        (Channel::Phone(_), MessageWay::Text) => (CodeWay::Text, member.visit.message_outbox()),
        (Channel::Phone(_), MessageWay::Voice) => (CodeWay::Voice, member.visit.message_outbox()),
        (Channel::Phone(_), MessageWay::Keyed) => (CodeWay::Keyed, None),
    };
    let life = if way == CodeWay::Mail { TICKET_LIFE } else { lockwright_service::core::recovery::PHONE_CODE_LIFE };
    let until: Timestamp = view.code_expires.unwrap_or(member.op.now.plus(life));
    AddressCode {
        case: id.to_string(),
        address: typed.first().cloned().unwrap_or_else(|| view.channel.masked()),
        way,
        digits: digits.map(|digits| words::code(digits)),
        until: words::until(member.op.now, until),
        can_resend: view.can_resend,
        resent: false,
        not_yet: false,
        outbox: outbox.is_some(),
        errors: FieldErrors::none(),
    }
}

/// Tries the code.
pub(super) async fn code(member: Member, Path(case): Path<String>, form: Form) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return Err(Refused::not_found()) };
    let cookie = member.visit.case_cookie();
    let view = match member.lockwright().address_case(&id, cookie).await {
        Ok(view) => view,
        Err(error) => return failed(&member.visit, None, error),
    };
    let page = code_page(&member, &id, &view);
    let typed = form.text("code");
    if page.way != CodeWay::Keyed && typed.trim().is_empty() {
        return member.again(&AddressCode { errors: FieldErrors::one("code", "Type the code."), ..page }).await;
    }
    match member.lockwright().enter_address_code(&member.op, &member.session, &id, cookie, typed).await {
        Ok(Entered::Added) => go(format!("{LIST}?done=address-added")),
        Ok(Entered::NotYet) => member.again(&AddressCode { not_yet: true, ..page }).await,
        Ok(Entered::Wrong { left }) => {
            let tries = if left == 1 { "1 try" } else { &format!("{left} tries") };
            let text = format!("That code doesn’t match. You have {tries} left.");
            member.again(&AddressCode { errors: FieldErrors::one("code", text), ..page }).await
        }
        Ok(Entered::NoTriesLeft) => go(format!("{LIST}/case/{id}")),
        Err(error) => failed(&member.visit, None, error),
    }
}

/// Sends another code.
pub(super) async fn resend(member: Member, Path(case): Path<String>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return Err(Refused::not_found()) };
    let cookie = member.visit.case_cookie();
    let view = match member.lockwright().address_case(&id, cookie).await {
        Ok(view) => view,
        Err(error) => return failed(&member.visit, None, error),
    };
    let page = code_page(&member, &id, &view);
    match member.lockwright().resend_address_code(&member.op, &id, cookie).await {
        Ok(digits) => {
            let response = go(format!("{LIST}/case/{id}?sent=1"))?;
            let digits = digits.as_ref().map_or("", Code::expose);
            Ok(member.visit.retype(response, id.as_str(), &[&page.address, digits]))
        }
        Err(AddressError::Start(StartError::Wait { until })) => member.visit.later(until, |wait| {
            let text = format!("That was asked very often. Nothing was sent this time. You can ask again in {wait}.");
            AddressCode { errors: FieldErrors::one("code", text), ..page }
        }),
        Err(AddressError::Start(StartError::Trouble(trouble))) => Err(trouble.into()),
        Err(AddressError::Refused(_)) => go(format!("{LIST}/case/{id}")),
    }
}

/// Removes an address.
pub(super) async fn remove(Confirmed(member): Confirmed, Path(id): Path<String>) -> Answer {
    match member.lockwright().remove_address(&member.op, &member.session, &id).await {
        Ok(()) => go(format!("{LIST}?done=address-removed")),
        // It is gone: by another tab, say.
        Err(AddressError::Refused(Refusal::Unknown)) => go(LIST),
        Err(AddressError::Refused(refusal)) => Err(refused(&member, refusal)),
        Err(AddressError::Start(StartError::Trouble(trouble))) => Err(trouble.into()),
        Err(AddressError::Start(StartError::Wait { .. })) => go(LIST),
    }
}
