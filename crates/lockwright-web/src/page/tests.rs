//! Every sample of every page is a whole, plain, safe document.

use std::collections::HashSet;

use super::*;
use crate::assets::ASSETS;

/// The tags of a document, each with its attributes as written.
fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag)).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = format!(" {name}=\"");
    let (_, rest) = tag.split_once(&start)?;
    rest.split_once('"').map(|(value, _)| value)
}

fn named<'a>(tags: &[&'a str], name: &str) -> Vec<&'a str> {
    tags.iter().copied().filter(|tag| *tag == name || tag.starts_with(&format!("{name} "))).collect()
}

#[test]
fn every_sample_is_a_whole_document() {
    let mut names = HashSet::new();
    for Sample { name, html } in samples() {
        assert!(names.insert(name.clone()), "{name} twice");
        assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">"), "{name}: {html}");
        assert!(html.trim_end().ends_with("</html>"), "{name}");
        let tags = tags(&html);
        assert_eq!(named(&tags, "h1").len(), 1, "{name}: one h1");
        assert_eq!(named(&tags, "main").len(), 1, "{name}: one main");
        assert_eq!(named(&tags, "title").len(), 1, "{name}: one title");
        assert_eq!(named(&tags, "footer").len(), 1, "{name}: a footer");
        // Operators have no way back but the host, and their pages lead nowhere else.
        if name.starts_with("operator") {
            assert!(!html.contains("href=\"/recover") && !html.contains("href=\"/console") && !html.contains("href=\"/signin"), "{name}");
        } else {
            let (_, foot) = html.split_once("<footer class=\"foot\">").unwrap();
            assert!(foot.contains("<a href=\"/recover\">Can’t sign in?</a>"), "{name}: the way back in is on every page");
            let preferences = foot.contains("<a href=\"/privacy/cookies\">Cookie preferences</a>");
            assert!(preferences && foot.contains("<a href=\"/privacy/notice\">Privacy</a>"), "{name}: p21 so are one's choices");
            assert!(!html.contains("/operator"), "{name}: nothing leads to the operators' pages");
        }
        for (open, close) in [
            ("form", "/form"),
            ("section", "/section"),
            ("div", "/div"),
            ("ul", "/ul"),
            ("a", "/a"),
            ("p", "/p"),
            ("dl", "/dl"),
            ("td", "/td"),
        ] {
            assert_eq!(named(&tags, open).len(), named(&tags, close).len(), "{name}: <{open}> is closed");
        }
        assert!(!html.contains("undefined") && !html.contains("{{") && !html.contains("{%") && !html.contains("none>"), "{name}");
    }
    assert!(names.len() > 80);
}

#[test]
fn nothing_is_inline_and_nothing_is_foreign() {
    for Sample { name, html } in samples() {
        let tags = tags(&html);
        assert!(named(&tags, "style").is_empty(), "{name}: no inline style");
        for script in named(&tags, "script") {
            let ours = [ASSETS.script.path.as_str(), ASSETS.passkey.path.as_str()];
            assert!(attribute(script, "src").is_some_and(|path| ours.contains(&path)), "{name}: only our scripts");
        }
        for tag in &tags {
            assert!(attribute(tag, "style").is_none(), "{name}: {tag}");
            assert!(!tag.split(' ').any(|word| word.starts_with("on") && word.contains('=')), "{name}: {tag}");
            for link in ["href", "src", "action"].into_iter().filter_map(|key| attribute(tag, key)) {
                assert!(link.starts_with('/') && !link.starts_with("//") || link.starts_with('#'), "{name}: {link}");
            }
        }
    }
}

#[test]
fn every_field_has_a_label_and_every_id_is_there_once() {
    for Sample { name, html } in samples() {
        let tags = tags(&html);
        let ids: Vec<&str> = tags.iter().filter_map(|tag| attribute(tag, "id")).collect();
        let unique: HashSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name}: {ids:?}");
        let labels: HashSet<&str> = named(&tags, "label").into_iter().filter_map(|tag| attribute(tag, "for")).collect();
        for input in named(&tags, "input") {
            if attribute(input, "type") == Some("hidden") {
                continue;
            }
            let id = attribute(input, "id").unwrap_or_else(|| panic!("{name}: {input} has no id"));
            assert!(labels.contains(id), "{name}: {id} has no label");
            if !matches!(attribute(input, "type"), Some("checkbox" | "radio")) {
                assert!(attribute(input, "autocomplete").is_some(), "{name}: {id} says nothing to password managers");
            }
        }
        for tag in &tags {
            for described in ["aria-describedby", "aria-labelledby"].into_iter().filter_map(|key| attribute(tag, key)) {
                assert!(described.split(' ').all(|id| unique.contains(id)), "{name}: {described}");
            }
            if let Some(target) = attribute(tag, "href").and_then(|href| href.strip_prefix('#')) {
                assert!(unique.contains(target), "{name}: #{target}");
            }
        }
    }
}

#[test]
fn every_form_that_changes_something_is_posted_with_its_token() {
    let mut forms = 0;
    for Sample { name, html } in samples() {
        for form in html.split("<form ").skip(1) {
            let (head, rest) = form.split_once('>').unwrap();
            let body = rest.split_once("</form>").unwrap().0;
            if head.contains("method=\"get\"") {
                // It only asks, and its address stands in the history: nothing secret goes with it.
                assert!(!body.contains("csrf") && !body.contains("type=\"password\"") && body.contains("<button"), "{name}: {head}");
                continue;
            }
            assert!(head.contains("method=\"post\""), "{name}: {head}");
            assert!(attribute(&format!(" {head}"), "action").is_some_and(|path| path.starts_with('/')), "{name}: {head}");
            assert_eq!(body.matches("<input type=\"hidden\" name=\"csrf\" value=\"sample-token\">").count(), 1, "{name}: {head}");
            assert!(body.contains("<button"), "{name}: {head}");
            assert!(!body.contains(" disabled"), "{name}: a disabled button is a question unanswered");
            forms += 1;
        }
    }
    assert!(forms > 80);
}

#[test]
fn a_new_password_comes_with_the_name_it_is_filed_under() {
    for Sample { name, html } in samples() {
        for form in html.split("<form ").skip(1).filter_map(|form| form.split_once("</form>")).map(|(form, _)| form) {
            if form.contains("name=\"again\"") {
                assert!(form.contains("autocomplete=\"username\""), "{name}");
                assert!(form.contains("passwordrules="), "{name}");
            }
        }
    }
}

#[test]
fn what_has_to_be_put_right_is_said_twice() {
    let page = signin::SignInEmail {
        errors: FieldErrors::one("email", "Enter the email address of <your> root user."),
        ..signin::SignInEmail::start(lockwright_model::case::IdentityKind::Root, false)
    };
    let html = render::page(&Shell::sample(), &page);
    assert!(html.contains("<title>Error: Sign in as root user"));
    assert!(html.contains("role=\"alert\" tabindex=\"-1\" autofocus"));
    assert!(html.contains("<a href=\"#email\">Enter the email address of &lt;your&gt; root user.</a>"));
    assert!(html.contains("aria-describedby=\"email-hint email-error\" aria-invalid=\"true\""));
}

#[test]
fn several_sentences_about_one_field_are_all_said_at_the_field() {
    let errors = FieldErrors::one("password", "Use at least 15 characters.").and("password", "Choose a rarer one.");
    let page = recover::CaseSetPassword { errors, ..recover::CaseSetPassword::samples().remove(0) };
    let html = render::page(&Shell::sample(), &page);
    assert!(html.contains("</span>Use at least 15 characters. Choose a rarer one.</p>"));
}

#[test]
fn e07_a_hostile_name_is_inert_in_the_console() {
    let hostile = "\"><img src=x onerror=alert(1)>'";
    let page = console::ConsoleBuilderHome { name: hostile.into(), email: hostile.into(), since: String::new() };
    let shell =
        Shell::new(hostile, hostile).signed_in(SignedIn { label: hostile.into(), ..SignedIn::sample() }).tell(render::Tone::Done, hostile);
    let html = render::page(&shell, &page);
    assert!(!html.contains("<img"));
    let typed = signin::SignInIam { account: hostile.into(), user_name: hostile.into(), ..Default::default() };
    let html = render::page(&shell, &typed);
    assert!(!html.contains("<img"));
    assert!(html.contains("value=\"&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&#39;\""));
}

#[test]
fn the_navigation_shows_what_policies_let_see() {
    let page = console::ConsoleUserHome::samples().remove(0);
    let user = SignedIn { kind: lockwright_model::case::IdentityKind::Iam, sees: render::Sees::default(), ..SignedIn::sample() };
    let html = render::page(&Shell::sample().signed_in(user.clone()), &page);
    assert!(!html.contains("href=\"/console/users\""));
    assert!(html.contains("href=\"/security\""));
    let html = render::page(&Shell::sample().signed_in(SignedIn { must_change: true, ..user }), &page);
    assert!(!html.contains("<nav"));
}

#[test]
fn n_s08_v7_4_4_every_page_of_somebody_signed_in_has_a_button_that_signs_out() {
    let mut pages = 0;
    for Sample { name, html } in samples() {
        let operators = name.starts_with("operator-");
        // Where operators sign in nobody is signed in yet.
        if name.starts_with("public-") || name.starts_with("operator-signin-") {
            continue;
        }
        let action = if operators { "/operator/signout" } else { "/signout" };
        let form = format!("<form method=\"post\" action=\"{action}\"><input type=\"hidden\" name=\"csrf\" value=\"sample-token\">");
        let (_, rest) = html.split_once(&form).unwrap_or_else(|| panic!("{name}: no way to sign out"));
        assert!(rest.split_once("</form>").is_some_and(|(button, _)| button.ends_with(">Sign out</button>")), "{name}");
        pages += 1;
    }
    assert!(pages > 60, "{pages}");
    // Nor is it missing where nothing but one act is possible.
    let bound = Shell::sample().signed_in(SignedIn { must_change: true, ..SignedIn::sample() });
    for page in security::ChangePassword::samples() {
        assert!(render::page(&bound, &page).contains("action=\"/signout\""));
    }
}

#[test]
fn n_p13_v6_2_6_v6_2_7_passwords_are_masked_filled_in_and_pasted() {
    let mut fields = 0;
    for Sample { name, html } in samples() {
        for input in named(&tags(&html), "input") {
            let masked = attribute(input, "type") == Some("password");
            let password = matches!(attribute(input, "name"), Some("password" | "again" | "current"));
            assert_eq!(masked, password, "{name}: {input}");
            if masked {
                let filled = attribute(input, "autocomplete").unwrap_or_default();
                assert!(filled.starts_with("current-password") || filled == "new-password", "{name}: {input}");
                // What cuts or refuses a pasted password; handlers are nowhere (`nothing_is_inline_and_nothing_is_foreign`).
                let hindrances = ["maxlength", "pattern", "readonly", "disabled"];
                let words = input.split(' ').filter_map(|word| word.split('=').next());
                assert_eq!(words.filter(|word| hindrances.contains(word)).count(), 0, "{name}: {input}");
                fields += 1;
            }
        }
    }
    assert!(fields > 20, "{fields}");
    for script in [&ASSETS.script, &ASSETS.passkey] {
        let text = String::from_utf8_lossy(script.bytes);
        for hindrance in ["paste", "beforeinput", "keydown", "keypress", "contextmenu"] {
            assert!(!text.contains(hindrance), "{}: {hindrance}", script.path);
        }
    }
}

#[test]
fn n_p06_n_p07_v6_4_2_nobody_is_asked_a_question_or_given_a_hint() {
    // All that a stranger is asked to fill in: names, addresses, the password, codes, the way a code is sent, and choices about cookies.
    let known = [
        "account",
        "account_name",
        "ads",
        "advertising",
        "again",
        "app_code",
        "code",
        "contact_code",
        "email",
        "first",
        "follow",
        "functional",
        "name",
        "next_code",
        "password",
        "performance",
        "q",
        "recovery_code",
        "second",
        "text",
        "to",
        "topic",
        "user_name",
        "username",
        "way",
    ];
    let mut asked = std::collections::BTreeSet::new();
    for Sample { name, html } in samples() {
        let text = html.to_lowercase();
        for words in ["security question", "secret question", "maiden", "first pet", "password hint", "hint for your password"] {
            assert!(!text.contains(words), "{name}: {words}");
        }
        if name.starts_with("public-") {
            let tags = tags(&html);
            let fields = ["input", "select", "textarea"].into_iter().flat_map(|kind| named(&tags, kind));
            let shown = fields.filter(|tag| attribute(tag, "type") != Some("hidden"));
            asked.extend(shown.filter_map(|tag| attribute(tag, "name")).map(str::to_owned));
        }
    }
    assert_eq!(asked.iter().map(String::as_str).collect::<Vec<_>>(), known, "does a new field ask what others may know?");
}

#[test]
fn n_b08_whoever_gets_an_authenticator_reads_how_to_keep_it_and_what_to_do_when_it_is_lost() {
    let pages = samples();
    let tells = |begin: &str, words: &[&str]| {
        let found: Vec<&Sample> = pages
            .iter()
            .filter(|sample| sample.name.starts_with(begin) && (sample.html.contains("new-password") || !begin.contains("password")))
            .collect();
        assert!(!found.is_empty(), "{begin}");
        for sample in found {
            assert!(words.iter().all(|word| sample.html.contains(word)), "{}", sample.name);
        }
    };
    tells("console-mfa-passkey", &["lend it to nobody", "it stops working at once"]);
    tells("console-mfa-totp", &["lend it to nobody", "it stops working at once"]);
    tells("console-codes-shown", &["keep them away"]);
    tells("public-case-password", &["Keep it in a password manager", "set a new one at once"]);
    tells("console-change-password", &["Keep it in a password manager", "set a new one at once"]);
}
