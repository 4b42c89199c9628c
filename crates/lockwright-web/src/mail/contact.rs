//! Letters to recovery contacts: they name the owner as the contact does, and tell nothing else of them.

use lockwright_model::case::IdentityKind;
use lockwright_model::clock::Timestamp;
use lockwright_model::name::PersonName;
use lockwright_service::mail::outgoing::ContactLetter;
use minijinja::value::{Serde, Value};
use serde::Serialize;

use super::{Frame, plain};
use crate::page::words;
use crate::render::render;

#[derive(Serialize)]
struct Letter<'a> {
    #[serde(flatten)]
    frame: Frame,
    what: &'static str,
    owner: String,
    thing: &'static str,
    link: &'a str,
    leave: &'a str,
    until: String,
}

/// Subject and text.
pub(super) fn write(letter: &ContactLetter, owner: &PersonName, kind: IdentityKind, now: Timestamp, frame: Frame) -> String {
    let (what, link, expires) = match letter {
        ContactLetter::Invitation { link, expires } => ("invitation", link.expose(), Some(*expires)),
        ContactLetter::Welcome { leave } => ("welcome", leave.expose(), None),
        ContactLetter::Dismissal => ("dismissal", "", None),
        ContactLetter::Question { link, expires, drill, .. } => {
            (if *drill { "rehearsal" } else { "question" }, link.expose(), Some(*expires))
        }
    };
    let leave = match letter {
        ContactLetter::Question { leave, .. } => leave.expose(),
        _ => "",
    };
    let until = expires.map(|expires| words::until(now, expires)).unwrap_or_default();
    let letter = Letter { frame, what, owner: plain(owner.as_str()), thing: words::thing(kind), link, leave, until };
    render("mail/contact.txt", Value::from(Serde(letter)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use lockwright_model::context::Source;
    use lockwright_model::secret::Secret;
    use lockwright_service::mail::outgoing::OutgoingMail;

    use super::*;
    use crate::mail::{ComposedMail, compose};

    const BASE: &str = "https://access.example.com";

    /// A letter of each kind.
    fn letters(owner: &str, kind: IdentityKind) -> Vec<ComposedMail> {
        let at = Timestamp::from_micros(1_795_440_720_000_000);
        let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
        let source = Source { ip: "192.0.2.17".parse().ok(), agent: agent.into() };
        let link = |path: &str| Secret::new(format!("{BASE}{path}MZXW6YTBOIMZXW6Y/lw_link_sample"));
        let question = |drill| {
            let expires = at.plus(Duration::from_secs(48 * 3600));
            ContactLetter::Question { link: link("/recover/contact/"), expires, drill, leave: link("/contact/leave/") }
        };
        let letters = [
            ContactLetter::Invitation { link: link("/contact/"), expires: at.plus(Duration::from_secs(14 * 86_400)) },
            ContactLetter::Welcome { leave: link("/contact/leave/") },
            ContactLetter::Dismissal,
            question(true),
            question(false),
        ];
        let mail = |letter| OutgoingMail::Contact { letter, owner: owner.parse().unwrap(), kind, at, source: source.clone() };
        letters.into_iter().map(|letter| compose(&mail(letter), "Lockwright", BASE)).collect()
    }

    #[test]
    fn letters_are_short_name_the_owner_and_tell_nothing_else() {
        for kind in [IdentityKind::Root, IdentityKind::Iam, IdentityKind::Builder] {
            for ComposedMail { subject, text, html } in letters("Ana Lima", kind) {
                assert!(subject.contains("Ana Lima") && subject.len() <= 78, "{subject}");
                assert!(text.contains("13:32 UTC on 23 November 2026") && text.contains("on Lockwright"), "{text}");
                assert!(text.contains("builder ID") == (kind == IdentityKind::Builder), "{text}");
                let words = text.split_whitespace().count();
                assert!(words <= 95, "{words} words: {text}");
                assert!(!text.contains("  ") && !text.contains("\n\n\n"), "{text:?}");
                for forbidden in ["<img", "<script", "undefined", "Something went wrong", "1234"] {
                    assert!(!html.contains(forbidden), "{forbidden}: {html}");
                }
            }
        }
    }

    #[test]
    fn x05_a_contact_is_told_who_asks_when_from_where_and_to_call_first() {
        let question = letters("Ana Lima", IdentityKind::Root).pop().unwrap();
        assert!(question.text.contains("Somebody who says they are Ana Lima"), "{}", question.text);
        assert!(question.text.contains("13:32 UTC on 23 November 2026, from 192.0.2.17 (Firefox on Linux)."), "{}", question.text);
        let (call, link) = (question.text.find("Call Ana Lima first").unwrap(), question.text.find("/recover/contact/").unwrap());
        assert!(call < link, "before the link");
    }
}
