//! Every mail is short, says one thing, and stays inert whatever names it carries.

use lockwright_model::secret::Secret;
use lockwright_model::token::Code;

use super::*;

const BASE: &str = "https://access.example.com";

fn source() -> Source {
    Source { ip: "192.0.2.17".parse().ok(), agent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0".into() }
}

fn mails() -> Vec<OutgoingMail> {
    let at = Timestamp::from_micros(1_795_440_720_000_000);
    let account: AccountId = "123456789012".parse().unwrap();
    let root = || Whose::Root { account, name: "Example".parse().unwrap() };
    let user = || Whose::User { account, name: "ana".parse().unwrap() };
    let tickets = [
        TicketPurpose::RootPassword { account, name: "Example".parse().unwrap() },
        TicketPurpose::UserPassword { account, user: "ana".parse().unwrap() },
        TicketPurpose::BuilderPassword,
        TicketPurpose::RegisterAccount,
        TicketPurpose::RegisterBuilder { name: "Free money http://spam.example".parse().unwrap() },
        TicketPurpose::ConfirmAddress { account, user: "ana".parse().unwrap() },
        TicketPurpose::ChangeEmail(root()),
        TicketPurpose::ChangeEmail(Whose::Builder),
        TicketPurpose::UndoEmail { whose: root(), address: "a•••@example.org".into() },
        TicketPurpose::UndoEmail { whose: Whose::Builder, address: "a•••@example.org".into() },
    ];
    let tickets = tickets.into_iter().map(|purpose| OutgoingMail::Ticket {
        purpose,
        code: Code::parse("AB34XY").unwrap(),
        link: Secret::new(format!("{BASE}/recover/link/MZXW6YTBOIMZXW6YTBOIMZXW6Y/lw_link_sample")),
        expires: at.plus(std::time::Duration::from_secs(3600)),
        at,
        source: source(),
    });
    let mut notices = vec![Notice::HelpRequested { account, user: "ana".parse().unwrap(), caller_code: "481207".into() }];
    for whose in [&root, &user, &|| Whose::Builder] as [&dyn Fn() -> Whose; 3] {
        notices.extend([
            Notice::PasswordChanged(whose()),
            Notice::PasswordRecovered(whose()),
            Notice::PasswordReset(whose()),
            Notice::PasswordDisabled(whose()),
            Notice::AlreadyRegistered(whose()),
            Notice::AddressConfirmed(whose()),
            Notice::Registered(whose()),
        ]);
    }
    let rows = vec![
        FoundRow::Root { account, name: "Example".parse().unwrap(), alias: "example-corp".parse().ok() },
        FoundRow::User { account, name: "Example".parse().unwrap(), alias: None, user: "ana".parse().unwrap() },
        FoundRow::Builder { name: "Ana Lima".parse().unwrap() },
    ];
    let notices = notices.into_iter().map(|notice| OutgoingMail::Notice { notice, at, source: source() });
    tickets.chain(notices).chain([OutgoingMail::Found { rows, at, source: source() }]).collect()
}

#[test]
fn every_mail_says_what_when_and_where_in_few_words() {
    for mail in mails() {
        let ComposedMail { subject, text, html } = compose(&mail, "Lockwright", BASE);
        assert!(!subject.is_empty() && subject.len() <= 78, "{subject}");
        assert!(text.contains("13:32 UTC on 23 November 2026, from 192.0.2.17 (Firefox on Linux)."), "{text}");
        assert!(text.to_lowercase().contains("if "), "{text}");
        let words = text.split_whitespace().count();
        assert!(words <= 95, "{words} words: {text}");
        assert!(!text.contains("  \n") && !text.contains("\n\n\n"), "{text:?}");
        for part in html.split("href=\"").skip(1) {
            assert!(part.starts_with(BASE), "{part}");
        }
        for forbidden in ["<img", "<script", "<link", "url(", "undefined", "Something went wrong"] {
            assert!(!html.contains(forbidden), "{forbidden}: {html}");
        }
        assert!(!text.contains("{{") && !text.contains("spam.example"), "{text}");
    }
}

#[test]
fn a_ticket_carries_its_code_and_link_in_text_and_html() {
    let mail = compose(&mails()[0], "Lockwright", BASE);
    let link = format!("{BASE}/recover/link/MZXW6YTBOIMZXW6YTBOIMZXW6Y/lw_link_sample");
    assert!(mail.text.contains("\n    AB3 4XY\n") && mail.text.contains(&format!("\n{link}\n")), "{}", mail.text);
    assert!(mail.html.contains(">AB3 4XY</p>") && mail.html.contains(&format!("<a href=\"{link}\"")), "{}", mail.html);
    assert!(!mail.subject.contains("AB3"), "a locked phone shows subjects");
    assert!(mail.text.contains("for 60 minutes (until 14:32 UTC)"));
}

#[test]
fn e07_e08_hostile_names_are_inert() {
    let account: AccountId = "123456789012".parse().unwrap();
    assert_eq!(called(account, "http://evil.example/"), "account 1234-5678-9012");
    assert_eq!(plain("a\r\nBcc: b@example.com\0"), "a  Bcc: b@example.com");
    let hostile = "\"quoted\" & 'more' ${x} {{ 7*7 }}";
    let notice = Notice::PasswordChanged(Whose::Root { account, name: hostile.parse().unwrap() });
    let source = Source { ip: None, agent: "<img src=x>\r\nBcc: x@example.com".into() };
    let mail = compose(&OutgoingMail::Notice { notice, at: Timestamp::default(), source }, "<b>Bold\r\nBcc: x</b>", BASE);
    assert!(!mail.subject.contains(['\r', '\n']));
    assert!(mail.text.contains(hostile), "a name is never a template");
    assert!(mail.html.contains("&quot;quoted&quot; &amp; &#39;more&#39; ${x} {{ 7*7 }}"));
    assert!(!mail.html.contains("<b>") && !mail.html.contains("<img"));
}
