//! Choices about cookies on every visit: what they allow, what the page asks, how they are kept and taken back.

use axum::http::HeaderMap;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::Response;
use lockwright_model::case::IdentityKind;
use lockwright_model::privacy::{Choice, Purpose};
use lockwright_service::config::Tag;
use lockwright_service::core::privacy::{Held, OptOut, Standing};
use lockwright_service::privacy::Brought;

use super::answer::with_cookie;
use super::consent::{Consent, ESSENTIAL, Functional, Kind, Performance, signal};
use super::cookies::{CHOICE, Jar, REMEMBERED, REMEMBERED_SECONDS};
use super::form::{encode, query_value};
use super::headers;
use super::state::{Site, Web};
use super::visit::Visit;
use crate::page::Page;
use crate::render::{PrivacyBar, Tone};
use crate::routes;

/// Where choices are sent to: when that fails, only what is essential is used until it succeeds (M22).
pub(super) const FORMS: [&str; 3] = ["/privacy/choice", "/privacy/cookies", "/privacy/ads"];

/// How somebody signed in last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Remembered {
    /// The kind of sign-in.
    pub(crate) kind: IdentityKind,
    /// For an IAM user the account, as it was typed.
    pub(crate) account: String,
}

/// Marks a choice as not saved, and takes away what an earlier one allowed.
pub(super) fn unsaved(web: &Web, response: Response) -> Response {
    let jar = web.jar();
    let response = with_cookie(response, jar.set(&CHOICE, web.lockwright().unsaved_choice(), ESSENTIAL));
    with_cookie(response, jar.remove(&REMEMBERED))
}

/// What a request says that is forwarded from another site of the operator's: whether that is served over https is not known here.
pub(crate) fn brought(web: &Web, headers: &HeaderMap) -> Brought {
    let jars = [Jar::new(Site::Public, true), Jar::new(Site::Public, false)];
    let held = jars.iter().find_map(|jar| jar.read(headers, &CHOICE));
    Brought {
        signal: signal(headers),
        held: held.map(|text| web.lockwright().open_choice(&text)).unwrap_or_default(),
        notice: web.notices().cookies.hash,
    }
}

impl Visit {
    /// What is allowed now.
    pub(crate) fn standing(&self) -> &Standing {
        &self.standing
    }

    /// What the browser says about cookies.
    pub(crate) fn brought(&self) -> &Brought {
        &self.arrival.brought
    }

    /// The proof that a purpose is allowed now.
    pub(crate) fn consent<K: Kind>(&self) -> Option<Consent<K>> {
        // Operators' pages set what is essential and nothing else, so they ask nothing.
        Consent::of(&self.standing).filter(|_| self.web.site() == Site::Public)
    }

    /// Keeps the signal of somebody signed in. It counts for this request whether or not it could be kept.
    pub(super) async fn keep_signal(&self) {
        let Some(signed) = self.signed().filter(|_| self.standing.opt_out == Some(OptOut::Signal)) else { return };
        if signed.person.factors().privacy.as_ref().is_some_and(|kept| kept.opted_out.is_some()) {
            return;
        }
        let op = signed.acting(&self.op);
        if let Err(trouble) = self.lockwright().keep_signal(&op, self.brought(), &signed.person.identity()).await {
            tracing::warn!(request = %op.id, %trouble, "an opt-out signal was not kept");
        }
    }

    /// Hands the browser its choice, and takes away what it no longer allows.
    pub(crate) fn give_choice(&self, response: Response, choice: &Choice) -> Response {
        let (jar, lockwright) = (self.web.jar(), self.lockwright());
        let life = lockwright.config().privacy.choice_life.as_secs();
        let response = with_cookie(response, jar.keep(&CHOICE, &lockwright.seal_choice(choice), life, ESSENTIAL));
        if choice.allowed.functional { response } else { with_cookie(response, jar.remove(&REMEMBERED)) }
    }

    /// Takes the choice away: this browser is nobody's again.
    pub(crate) fn take_choice(&self, response: Response) -> Response {
        let jar = self.web.jar();
        with_cookie(with_cookie(response, jar.remove(&CHOICE)), jar.remove(&REMEMBERED))
    }

    /// The page of all choices, with the way back where its address may be told.
    pub(crate) fn preferences(&self, back: &str) -> String {
        let path = back.split('?').next().unwrap_or_default();
        match path.starts_with("/privacy/") || headers::is_secret(path) {
            true => "/privacy/cookies".to_owned(),
            false => format!("/privacy/cookies?back={}", encode(back)),
        }
    }

    /// Remembers how somebody signed in, where that is allowed.
    pub(crate) fn remember(&self, response: Response, last: &Remembered) -> Response {
        let Some(consent) = self.consent::<Functional>() else { return response };
        let value = encode(&format!("{} {}", kind_word(last.kind), last.account));
        with_cookie(response, self.web.jar().keep(&REMEMBERED, &value, REMEMBERED_SECONDS, &consent))
    }

    /// How somebody signed in last; without consent nothing is remembered, whatever the browser still holds.
    pub(crate) fn remembered(&self) -> Option<Remembered> {
        let _: Consent<Functional> = self.consent()?;
        let text = query_value(&format!("v={}", self.arrival.remembered.as_deref()?), "v")?;
        let (kind, account) = text.split_once(' ')?;
        let kind = [IdentityKind::Root, IdentityKind::Iam, IdentityKind::Builder].into_iter().find(|known| kind_word(*known) == kind)?;
        // It is shown again: nothing but what a name can be.
        let plain = account.len() <= 63 && account.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        plain.then(|| Remembered { kind, account: account.to_owned() })
    }

    /// Third parties' scripts that are allowed here now.
    pub(crate) fn tags(&self) -> Vec<&Tag> {
        let tags = self.lockwright().config().privacy.tags.iter();
        tags.filter(|tag| self.web.site() == Site::Public && self.standing.allowed.allows(tag.purpose)).collect()
    }

    /// The frame of third parties' scripts: only those that are allowed, and nothing of ours within their reach.
    pub(crate) fn frame(&self, mut response: Response) -> Response {
        let tags = self.tags();
        let mut origins: Vec<&str> = tags.iter().map(|tag| tag.origin()).collect();
        origins.sort_unstable();
        origins.dedup();
        if let Some(policy) = headers::frame(&origins) {
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
            response.headers_mut().insert("x-frame-options", axum::http::HeaderValue::from_static("SAMEORIGIN"));
        }
        response
    }

    /// What every page says about cookies.
    pub(super) fn bar(&self) -> PrivacyBar {
        let place = self.place();
        let path = place.split('?').next().unwrap_or_default();
        PrivacyBar {
            // The pages of choices ask by themselves.
            ask: self.standing.ask && !FORMS.contains(&path),
            unsaved: self.standing.unsaved.then(|| self.web.notices().contact.clone()),
            signal: self.standing.signal,
            others: !self.lockwright().config().privacy.tags.is_empty(),
            preferences: self.preferences(&place),
            back: place,
            tags: !self.tags().is_empty(),
        }
    }

    /// The page that the browser is on, to be led back to: without what was told there once, and without what leads elsewhere.
    fn place(&self) -> String {
        let (path, query) = self.arrival.place.split_once('?').unwrap_or((&self.arrival.place, ""));
        let foreign = |pair: &str| {
            query_value(&format!("v={}", pair.split_once('=').unwrap_or_default().1), "v")
                .is_none_or(|v| v.contains("//") || v.contains('\\'))
        };
        let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("done=") && !foreign(pair)).collect();
        let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
        local(&format!("{path}{query}"))
    }

    /// What is told after a choice. A browser that was handed one and does not bring it back keeps no cookies (M22).
    pub(super) fn said(&self, word: &str) -> Option<(Tone, &'static str)> {
        if word == "privacy-forgotten" {
            return Some((Tone::Done, "It is forgotten: nothing leads from the records to you any more."));
        }
        let saved = match word {
            "privacy-saved" => "Your choices are saved. You can change them at any time.",
            "privacy-ads-off" => "Opt-out request honoured: cross-context behavioural advertising is off.",
            "privacy-ads-on" => "Your choice is saved: cross-context behavioural advertising is allowed.",
            _ => return None,
        };
        let kept = matches!(self.arrival.brought.held, Held::Choice(_));
        Some(if kept {
            (Tone::Done, saved)
        } else {
            (
                Tone::Stopped,
                "Your choices could not be saved, since this browser kept no cookie. Only essential cookies are used. Allow cookies for \
                 this site and try again from “Cookie preferences” at the foot of the page.",
            )
        })
    }

    /// A page as it leaves: counted where that is allowed, without cookies that no longer are.
    pub(super) fn shown<P: Page>(&self, mut response: Response) -> Response {
        if let Some(consent) = self.consent::<Performance>() {
            self.web.config().counts.count(P::TEMPLATE, self.op.now, &consent);
        }
        if !self.tags().is_empty() {
            response.headers_mut().entry(CONTENT_SECURITY_POLICY).or_insert(headers::around_frame());
        }
        let stale = self.arrival.remembered.is_some() && !self.standing.allowed.allows(Purpose::Functional);
        if stale { with_cookie(response, self.web.jar().remove(&REMEMBERED)) } else { response }
    }
}

/// A path of ours to lead back to, whatever a form says: the page itself, or the nearest one above it.
pub(crate) fn local(text: &str) -> String {
    let (path, query) = text.split_once('?').map_or((text, ""), |(path, query)| (path, query));
    let plain = text.len() <= 1024 && text.starts_with('/') && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    match routes::opened_at(Site::Public, path).filter(|_| plain && !path.contains("//")) {
        Some(page) if page == path && !query.is_empty() => text.to_owned(),
        Some(page) => page,
        None => "/".to_owned(),
    }
}

fn kind_word(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::Root => "root",
        IdentityKind::Iam => "iam",
        IdentityKind::Builder => "builder",
        IdentityKind::Operator => "operator",
    }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn a_form_leads_back_to_pages_of_ours_only() {
        for (typed, led) in [
            ("/signin", "/signin"),
            ("/signin?a=b", "/signin?a=b"),
            ("/security/confirm?back=%2Fsecurity", "/security/confirm?back=%2Fsecurity"),
            ("/recover/case/MZXW6YTBOIMZXW6YTBOIMZXW6Y/code", "/recover/case/MZXW6YTBOIMZXW6YTBOIMZXW6Y"),
            ("https://evil.example/", "/"),
            ("//evil.example/signin", "/"),
            ("/\\evil.example", "/"),
            ("/signin\r\nSet-Cookie: a=b", "/"),
            ("/nowhere", "/"),
            ("", "/"),
            ("javascript:alert(1)", "/"),
        ] {
            assert_eq!(local(typed), led, "{typed:?}");
        }
    }
}
