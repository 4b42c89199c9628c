//! Choices about cookies and advertising: the first layer's buttons, the two pages of choices, the notices, one's own records.

use axum::http::HeaderValue;
use lockwright_model::privacy::{Allowed, How, Purpose};
use lockwright_service::core::privacy::{OptOut, Wish};
use lockwright_service::privacy::ChoiceError;
use serde_json::{Value, json};

use crate::http::cookies::INVENTORY;
use crate::http::{Answer, Form, Notice, Refused, Visit, go, local, plain, purpose_text};
use crate::page::privacy::{AdvertisingChoice, CookieChoices, Item, NoticePage, Present, PurposeRow, blocks};
use crate::page::problem::ProblemKind;
use crate::page::{FieldErrors, words};

/// A button of the first layer; leads back to the page it stands on.
pub(super) async fn choose(visit: Visit, form: Form) -> Answer {
    let back = local(form.text("back"));
    let (allowed, how) = match form.text("choice") {
        "accept" => (Allowed::EVERYTHING, How::Accept),
        "decline" => (Allowed::NOTHING, How::Decline),
        "customize" => return go(visit.preferences(&back)),
        _ => return Err(Refused::new(ProblemKind::BadRequest)),
    };
    save(&visit, Wish { allowed, how, follow: None }, &back, "privacy-saved").await
}

/// One purpose at a time.
pub(super) async fn form(visit: Visit) -> Answer {
    let standing = visit.standing();
    let kept = visit.signed().map(|signed| signed.person.factors().privacy.clone());
    let life = visit.lockwright().config().privacy.choice_life;
    let present = standing.choice.as_ref().map(|choice| Present {
        at: words::at(choice.at),
        until: words::at(choice.at.plus(life)),
        id: choice.id.to_string(),
    });
    visit.page(&CookieChoices {
        back: visit.query("back").map(|back| local(&back)).unwrap_or_default(),
        purposes: purposes(&visit),
        present,
        follows: kept.as_ref().map(|kept| kept.as_ref().is_some_and(|kept| kept.follows.is_some())),
        linked: kept.flatten().is_some(),
    })
}

/// Saves what was ticked.
pub(super) async fn save_form(visit: Visit, form: Form) -> Answer {
    let ticked = |purpose: Purpose| form.ticked(purpose.word());
    let allowed = Allowed {
        performance: ticked(Purpose::Performance),
        functional: ticked(Purpose::Functional),
        // Where an opt-out counts there is no box: what was allowed despite it stays so.
        advertising: ticked(Purpose::Advertising),
    };
    let follow = visit.signed().map(|_| form.ticked("follow"));
    let back = if form.text("back").is_empty() { "/privacy/cookies".to_owned() } else { local(form.text("back")) };
    save(&visit, Wish { allowed, how: How::Customize, follow }, &back, "privacy-saved").await
}

/// Cross-context behavioural advertising.
pub(super) async fn ads_form(visit: Visit) -> Answer {
    visit.page(&ads_page(&visit))
}

/// Saves that choice alone; the others stay as they were.
pub(super) async fn ads(visit: Visit, form: Form) -> Answer {
    let (advertising, word) = match form.text("ads") {
        "allow" => (true, "privacy-ads-on"),
        "deny" => (false, "privacy-ads-off"),
        _ => {
            let errors = FieldErrors::one("ads", "Choose “Allow” or “Don’t allow”.");
            return visit.again(&AdvertisingChoice { errors, ..ads_page(&visit) });
        }
    };
    let before = visit.standing().choice.as_ref().map_or(Allowed::NOTHING, |choice| choice.allowed);
    save(&visit, Wish { allowed: Allowed { advertising, ..before }, how: How::Advertising, follow: None }, "/privacy/ads", word).await
}

fn ads_page(visit: &Visit) -> AdvertisingChoice {
    let standing = visit.standing();
    AdvertisingChoice {
        allowed: match (standing.opt_out, &standing.choice) {
            (Some(_), _) => Some(false),
            (None, choice) => choice.as_ref().map(|choice| choice.allowed.advertising),
        },
        signal: standing.signal,
        honoured: standing.opt_out.is_some(),
        person: visit.signed().is_some(),
        errors: FieldErrors::none(),
    }
}

async fn save(visit: &Visit, wish: Wish, back: &str, word: &str) -> Answer {
    let person = visit.signed().map(|signed| signed.person.identity());
    match visit.lockwright().choose(&visit.op, visit.brought(), person.as_ref(), wish).await {
        Ok(choice) => {
            let joint = if back.contains('?') { '&' } else { '?' };
            Ok(visit.give_choice(go(format!("{back}{joint}done={word}"))?, &choice))
        }
        Err(ChoiceError::Wait { until }) => Err(Refused::too_many(visit.op.now, until)),
        Err(ChoiceError::Trouble(trouble)) => Err(trouble.into()),
    }
}

/// Cuts the link between somebody and the records.
pub(super) async fn forget(visit: Visit) -> Answer {
    if let Some(signed) = visit.signed() {
        visit.lockwright().forget_choices(&signed.acting(&visit.op), &signed.person.identity()).await?;
    }
    Ok(visit.take_choice(go("/privacy/cookies?done=privacy-forgotten")?))
}

/// One's own records: those under the name that the browser holds, and those that the person's row leads to.
pub(super) async fn receipts(visit: Visit) -> Answer {
    let kept = visit.signed().and_then(|signed| signed.person.factors().privacy.as_ref()).map(|kept| kept.id.clone());
    let held = visit.brought().held.choice().map(|choice| choice.id.clone());
    let mut ids: Vec<_> = [kept, held].into_iter().flatten().collect();
    ids.dedup();
    let mut receipts: Vec<Value> = Vec::new();
    for id in &ids {
        receipts.extend(visit.lockwright().receipts(id).await?.into_iter().map(|event| event.record));
    }
    let mut response = plain("application/json", json!({ "receipts": receipts }).to_string());
    let file = HeaderValue::from_static("attachment; filename=\"privacy-receipts.json\"");
    response.headers_mut().insert(axum::http::header::CONTENT_DISPOSITION, file);
    Ok(response)
}

/// The cookie notice, with the table of all there are.
pub(super) async fn cookie_notice(visit: Visit) -> Answer {
    notice(&visit, &visit.web().notices().cookies, true)
}

/// The privacy notice.
pub(super) async fn privacy_notice(visit: Visit) -> Answer {
    notice(&visit, &visit.web().notices().privacy, false)
}

fn notice(visit: &Visit, notice: &Notice, cookies: bool) -> Answer {
    let purposes = if cookies { purposes(visit) } else { Vec::new() };
    visit.page(&NoticePage { cookies, blocks: blocks(&notice.text), purposes, version: notice.hash.short() })
}

/// The frame of third parties' scripts that are allowed now. It stands in a sandbox, so it asks for no script of ours and gets none.
pub(super) async fn tags(visit: Visit) -> Answer {
    let tags = visit.tags();
    if tags.is_empty() {
        return Err(Refused::not_found());
    }
    // The addresses are configuration's, checked to be plain.
    let scripts: String = tags.iter().map(|tag| format!("<script async src=\"{}\"></script>", tag.src)).collect();
    let document =
        format!("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Tags</title>{scripts}</head><body></body></html>");
    Ok(visit.frame(plain("text/html; charset=utf-8", document)))
}

/// That Global Privacy Control is honoured here (W3C "Global Privacy Control" §4).
pub(super) async fn gpc() -> Answer {
    Ok(plain("application/json", json!({"gpc": true, "lastUpdate": "2026-11-24T00:00:00Z"}).to_string()))
}

/// Every purpose with what is set for it: the same table that cookies are set by.
fn purposes(visit: &Visit) -> Vec<PurposeRow> {
    let standing = visit.standing();
    let chosen = standing.choice.as_ref().map_or(Allowed::NOTHING, |choice| choice.allowed);
    let opt_out = standing.opt_out.map(|opt_out| match opt_out {
        OptOut::Signal => "signal",
        OptOut::Person => "person",
    });
    let row = |purpose: Purpose| {
        let ours = INVENTORY.iter().filter(|fact| fact.purpose == purpose).map(|fact| Item {
            name: fact.name(visit.web().jar()).to_owned(),
            who: None,
            what: fact.what.trim().to_owned(),
            life: fact.life.to_owned(),
        });
        let tags = visit.lockwright().config().privacy.tags.iter().filter(|tag| tag.purpose == purpose).map(|tag| Item {
            name: tag.src.clone(),
            who: Some(tag.who.clone()),
            what: tag.what.clone(),
            life: tag.cookies.clone(),
        });
        PurposeRow {
            word: purpose.word(),
            what: purpose_text(purpose),
            allowed: chosen.allows(purpose),
            opt_out: opt_out.filter(|_| purpose == Purpose::Advertising),
            items: ours.chain(tags).collect(),
        }
    };
    Purpose::ALL.into_iter().map(row).collect()
}
