//! Every mail is short, says one thing, and stays inert whatever names it carries.

use std::str::FromStr;
use std::time::Duration;

use lockwright_model::case::{CaseMoment, MessageWay};
use lockwright_model::factors::Loss;
use lockwright_model::job::Happening;
use lockwright_model::name::DeviceName;
use lockwright_model::proof::Goal;
use lockwright_model::token::Code;
use lockwright_service::core::disown;

use super::*;

const BASE: &str = "https://access.example.com";
/// As long as a real one.
const TOKEN: &str = "lw_link_mzxw6ytboimzxw6ytboimzxw6ytboimzxw6ytboimzxw6ytboimz_abcdef";

fn source() -> Source {
    Source { ip: "192.0.2.17".parse().ok(), agent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0".into() }
}

/// Everything that can happen.
fn happenings(at: Timestamp) -> Vec<Happening> {
    let name = || "Free money http://spam.example".parse().unwrap();
    let device = || DeviceName::from_str("Ana’s phone").unwrap();
    let mut all = vec![
        Happening::DeviceAdded(device()),
        Happening::DeviceRemoved("www.spam.example".parse().unwrap()),
        Happening::DeviceResynced(device()),
        Happening::DevicesDisabled,
        Happening::SecondFactorFailed,
        Happening::CodesIssued,
        Happening::CodeUsed(0),
        Happening::CodeUsed(1),
        Happening::CodeUsed(9),
        Happening::EnrolmentRequired,
        Happening::AccessKeyCreated("AKIARZPUZDIKCI2FM6E2".parse().unwrap()),
        Happening::SshKeyUploaded("APKAQAAAAAAAAAAAAAAA".parse().unwrap()),
        Happening::CertificateUploaded("U5KUGKDUDZWY5PRHBP6Y6QVHTFEXQLEH".parse().unwrap()),
        Happening::ServiceLoginMade(lockwright_model::user_credential::LoginService::CodeCommit),
        Happening::KeysQuestioned(1),
        Happening::KeysQuestioned(2),
        Happening::AddressAdded("b•••@example.com".into()),
        Happening::AddressRemoved("+49•••17".into()),
        Happening::ContactInvited(name()),
        Happening::ContactDeclined(name()),
        Happening::ContactAdded(name()),
        Happening::ContactRemoved(name()),
        Happening::ContactLeft(name()),
        Happening::ContactsNeeded(1),
        Happening::ContactsNeeded(3),
        Happening::ContactsAsked,
        Happening::ContactRefused(name()),
        Happening::Contained,
        Happening::EmailChanged("b•••@example.com".into()),
        Happening::EmailChangeUndone,
        Happening::AccountClosed(at),
        Happening::AccountReopened,
        Happening::LoginLinked(name()),
        Happening::LoginUnlinked(name()),
        Happening::ReviewContacts,
        Happening::ReviewDrill,
    ];
    for lost in [Loss::Password, Loss::Mailbox, Loss::Phone, Loss::Devices, Loss::Codes, Loss::PasswordAndDevices, Loss::Everything] {
        all.extend([true, false].map(|passed| Happening::DrillDone { lost, passed }));
    }
    let release = Some(at.plus(Duration::from_secs(72 * 3600)));
    for goal in Goal::ALL {
        for drill in [false, true] {
            use CaseMoment::{Cancelled, Completed, Contested, Half, Released, Started, Waiting};
            let moments = [Started, Waiting, Half, Released, Completed, Cancelled, Contested];
            all.extend(moments.map(|moment| Happening::Recovery { goal, moment, release, drill }));
        }
    }
    all
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
        TicketPurpose::LostDevice(root()),
        TicketPurpose::AddAddress(user()),
        TicketPurpose::ContactPhone(root()),
    ];
    let tickets = tickets.into_iter().map(|purpose| OutgoingMail::Ticket {
        link: (!matches!(purpose, TicketPurpose::AddAddress(_) | TicketPurpose::ContactPhone(_)))
            .then(|| Secret::new(format!("{BASE}/recover/link/MZXW6YTBOIMZXW6YTBOIMZXW6Y/lw_link_sample"))),
        purpose,
        code: Code::parse("AB34XY").unwrap(),
        expires: at.plus(std::time::Duration::from_secs(3600)),
        at,
        source: source(),
    });
    let mut notices = vec![Notice::HelpRequested { account, user: "ana".parse().unwrap(), caller_code: "481207".into() }];
    for whose in [&root, &user, &|| Whose::Builder, &|| Whose::Operator] as [&dyn Fn() -> Whose; 4] {
        notices.extend([
            Notice::PasswordChanged(whose()),
            Notice::PasswordRecovered(whose()),
            Notice::PasswordReset(whose()),
            Notice::PasswordDisabled(whose()),
            Notice::AlreadyRegistered(whose()),
            Notice::AddressConfirmed(whose()),
            Notice::Registered(whose()),
        ]);
        notices.extend(happenings(at).into_iter().map(|what| Notice::Happened { whose: whose(), what }));
    }
    let rows = vec![
        FoundRow::Root { account, name: "Example".parse().unwrap(), alias: "example-corp".parse().ok(), sign_in: None },
        FoundRow::User { account, name: "Example".parse().unwrap(), alias: None, user: "ana".parse().unwrap() },
        FoundRow::Builder { name: "Ana Lima".parse().unwrap(), sign_in: "ana@example.net".parse().ok() },
    ];
    let link = |notice: &Notice| disown::answers(notice).then(|| Secret::new(format!("{BASE}/notice/{TOKEN}")));
    let notices = notices.into_iter().map(|notice| OutgoingMail::Notice { link: link(&notice), notice, at, source: source() });
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
fn m3_what_was_found_says_which_address_signs_in() {
    let found = mails().into_iter().find(|mail| matches!(mail, OutgoingMail::Found { .. })).unwrap();
    let text = compose(&found, "Lockwright", BASE).text;
    assert!(text.contains("Sign in with this address: https://access.example.com/signin/root"), "{text}");
    assert!(text.contains("Sign in with ana@example.net: https://access.example.com/signin/builder"), "{text}");
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
    let mail = compose(&OutgoingMail::Notice { notice, at: Timestamp::default(), source, link: None }, "<b>Bold\r\nBcc: x</b>", BASE);
    assert!(!mail.subject.contains(['\r', '\n']));
    assert!(mail.text.contains(hostile), "a name is never a template");
    assert!(mail.html.contains("&quot;quoted&quot; &amp; &#39;more&#39; ${x} {{ 7*7 }}"));
    assert!(!mail.html.contains("<b>") && !mail.html.contains("<img"));
}

#[test]
fn n_r25_every_notice_says_how_to_disown_it_and_whom_to_reach() {
    let mut links = 0;
    for mail in mails() {
        let OutgoingMail::Notice { notice, link, .. } = &mail else { continue };
        let text = compose(&mail, "Lockwright", BASE).text;
        match link {
            Some(link) => {
                links += 1;
                assert!(text.contains("If this wasn’t you, say so here. It ends all sessions, stops recoveries"), "{text}");
                assert!(text.contains(&format!("\n\n{}\n", link.expose())), "{text}");
            }
            None => assert!(text.to_lowercase().contains("\n\nif "), "{text}"),
        }
        if !matches!(notice, Notice::AlreadyRegistered(_)) {
            assert!(text.ends_with("To reach whoever runs Lockwright, answer this mail.\n"), "{text}");
        }
    }
    assert!(links > 60, "{links}");
}

#[test]
fn o_f12_a_notice_of_a_new_password_says_that_it_was_reset_and_holds_neither_it_nor_a_code() {
    let account: AccountId = "123456789012".parse().unwrap();
    let notice = Notice::PasswordRecovered(Whose::Root { account, name: "Example".parse().unwrap() });
    let mail = compose(&OutgoingMail::Notice { notice, at: Timestamp::default(), source: source(), link: None }, "Lockwright", BASE);
    assert_eq!(mail.subject, "Your root password was reset");
    assert!(!mail.text.contains("    "), "no code: {}", mail.text);
}

#[test]
fn a_message_to_a_phone_is_one_text_that_every_phone_shows() {
    for (installation, base) in [
        ("Lockwright", BASE),
        ("Лавка", "https://lavka.example.com"),
        ("The Extraordinarily Long-Winded Company for Access and Recovery", "https://access.extraordinarily-long-winded.example.com:8443"),
    ] {
        for mail in mails().into_iter().filter(|mail| !matches!(mail, OutgoingMail::Found { .. })) {
            let text = phone::compose(&mail, MessageWay::Text, installation, base);
            assert!((20..=160).contains(&text.chars().count()), "{}: {text}", text.len());
            assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && !b"[]{}~^|\\`".contains(&byte)), "{text}");
            match mail {
                OutgoingMail::Ticket { .. } => assert!(text.starts_with("AB34XY is your code to "), "{text}"),
                // The cases of a place with a long address can say so in the mail only.
                OutgoingMail::Notice { link: Some(_), .. } if installation == "Lockwright" => {
                    assert!(text.ends_with(&format!(" Not you? {BASE}/notice/{TOKEN}")), "{text}");
                }
                _ => {}
            }
        }
    }
}

#[test]
fn a_spoken_code_is_said_sign_by_sign_and_twice_and_a_call_that_asks_for_digits_says_none() {
    let purpose = TicketPurpose::AddAddress(Whose::Builder);
    let (at, code) = (Timestamp::default(), Code::parse("234567").unwrap());
    let ticket = OutgoingMail::Ticket { purpose: purpose.clone(), code, link: None, expires: at, at, source: source() };
    let spoken = phone::compose(&ticket, MessageWay::Voice, "Lockwright", BASE);
    assert_eq!(spoken.matches("2. 3. 4. 5. 6. 7.").count(), 2, "{spoken}");
    let call = phone::compose(&OutgoingMail::Call { purpose }, MessageWay::Keyed, "Lockwright", BASE);
    assert!(call.contains("key in the six digits") && !call.bytes().any(|byte| byte.is_ascii_digit()), "{call}");
}
