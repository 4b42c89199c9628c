//! `/help/start` and `/help/cant-sign-in`: one short tree of questions that ends at the right page or article. It is data; tests hold it.

use std::borrow::Cow;

use serde::Serialize;

use super::{Page, Sample, add};

/// One question, or one answer at the end of a branch.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// Its place under `/help/start/`; empty for the first one.
    pub slug: &'static str,
    /// What is asked, or what it is.
    pub title: &'static str,
    /// One sentence a paragraph.
    pub text: &'static [&'static str],
    /// Where it can go on.
    pub choices: &'static [Choice],
}

/// One way on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Choice {
    /// In the person's own words.
    pub label: &'static str,
    /// What that means, in a few words; may be empty.
    pub about: &'static str,
    /// Another node as `./slug`, or a path of the pages.
    pub to: &'static str,
}

const fn choice(label: &'static str, about: &'static str, to: &'static str) -> Choice {
    Choice { label, about, to }
}

const LOOK: Choice = choice(
    "Let us look what it is",
    "Show us who you are with one code, and we say what stands in your way. Nothing is changed by that.",
    "/recover",
);

/// Where those begin who say that they can’t sign in.
pub const CANT_SIGN_IN: &str = "cant-sign-in";

/// The whole tree.
pub static TREE: &[Node] = &[
    Node {
        slug: "",
        title: "What has happened?",
        text: &["Pick what comes closest. We ask four questions at most, and nothing you choose here changes anything."],
        choices: &[
            choice("I can’t sign in", "", "./cant-sign-in"),
            choice("I forgot something", "A password, a name, a number, or which address it was.", "./forgot"),
            choice("I lost something", "A phone, a key, a mailbox, or nearly everything.", "./lost"),
            choice("Somebody else may be in, or may know something secret", "", "./exposed"),
            choice("I got a message that I don’t understand", "A mail, a call, or a request for help.", "./message"),
            choice("I’m in, and want to change something", "", "./change"),
            choice("I look after other people’s sign-ins", "", "./others"),
            choice("I’m new here", "", "./new"),
        ],
    },
    Node {
        slug: CANT_SIGN_IN,
        title: "What happens when you try to sign in?",
        text: &["Pick what comes closest. Nothing you choose here changes anything."],
        choices: &[
            choice("It says that my name and password don’t match", "", "./no-match"),
            choice("I set a new password, and still can’t get in", "", "./after-reset"),
            choice("It asks for a second step that I can’t do", "A code from an app, a passkey, a security key.", "./second-step"),
            choice("It asks me to add a device first", "", "/help/asked-to-add-a-device"),
            choice("It says that I tried too often", "", "/help/too-many-tries"),
            choice("It says that my sign-in is switched off, suspended, closed or expired", "", "/help/sign-in-switched-off"),
            choice("The mail with the code doesn’t come", "", "/help/mail-does-not-come"),
            choice("The code or the link doesn’t work", "", "/help/mailed-code-or-link-not-accepted"),
            choice("It says that the page has expired, or nothing happens", "", "/help/page-has-expired"),
            choice("I can’t open the sign-in page at all", "", "/help/sign-in-page-does-not-open"),
        ],
    },
    Node {
        slug: "no-match",
        title: "The name and the password don’t match",
        text: &[
            "We never say which of the two is wrong, or strangers could find out who has an account here.",
            "Most often it is the wrong kind of sign-in: the same person can be a root user, an IAM user and have a builder ID, each with a password of its own.",
        ],
        choices: &[
            choice("I may be on the wrong page", "See what each kind needs.", "./kind"),
            choice("I may have the wrong account", "An IAM user signs in to one account, by its number or alias.", "./account"),
            choice("My browser fills the password in by itself", "It may be an old one.", "/help/old-password-filled-in"),
            choice("I forgot the password", "", "/recover"),
            LOOK,
        ],
    },
    Node {
        slug: "kind",
        title: "Which kind of sign-in is yours?",
        text: &[
            "If you opened the account with your email address, you are its root user.",
            "If somebody gave you a user name and an account number or alias, you are an IAM user.",
            "If you signed up alone with a personal address and no account, you have a builder ID.",
        ],
        choices: &[
            choice("Root user", "Email address, then password.", "/signin/root"),
            choice("IAM user", "Account, user name and password.", "/signin/iam"),
            choice("Builder ID", "Personal email address, then password.", "/signin/builder"),
            choice("None of these fits", "Type an address you may have used; what belongs to it is mailed there.", "/recover/find"),
        ],
    },
    Node {
        slug: "account",
        title: "Which account is yours?",
        text: &[
            "The account’s number has twelve digits. Your administrator knows it, and it stands in the mails we sent you.",
            "User names are not unique: yours may exist in another account, too.",
        ],
        choices: &[
            choice("Mail me what belongs to my address", "Account numbers, aliases and user names.", "/recover/find"),
            choice("Sign in again", "", "/signin/iam"),
        ],
    },
    Node {
        slug: "after-reset",
        title: "You set a new password, and still can’t get in",
        text: &[
            "A reset is finished when a page says “Your password is set”. If you only opened the link or typed the code, the old password still counts.",
            "A reset changes one sign-in: the root user’s password is not the IAM user’s, and neither is the builder ID’s.",
        ],
        choices: &[
            choice("I did not see “Your password is set”", "Begin the reset anew; it takes two minutes.", "/recover"),
            choice("I may sign in as another kind than I reset", "", "./kind"),
            choice("I may sign in to another account than I reset", "", "./account"),
            choice("The browser fills in the old password", "", "/help/old-password-filled-in"),
            choice("It wants a second step now", "A reset never takes it away.", "./second-step"),
            choice("None of these", "All causes, one after the other.", "/help/still-locked-out-after-a-reset"),
            LOOK,
        ],
    },
    Node {
        slug: "second-step",
        title: "Which second step is it?",
        text: &["A new password never takes the second step away: otherwise whoever reads your mail could get in."],
        choices: &[
            choice("My codes aren’t accepted", "The clock of the phone may be wrong.", "/help/app-codes-not-accepted"),
            choice("My passkey or key isn’t taken", "", "/help/passkey-does-not-work"),
            choice("I have a new phone", "", "/help/new-phone"),
            choice("I have another device", "Choose it on the page of the second step.", "/signin"),
            choice("I have my recovery codes", "Each works once on the page of the second step.", "/help/recovery-codes"),
            choice("My device is lost or broken", "We show you the ways past it.", "/recover/device"),
            choice("I’m an IAM user", "Your administrator can take the lost device away.", "/recover/iam"),
        ],
    },
    Node {
        slug: "forgot",
        title: "What did you forget?",
        text: &["What can be told is mailed to addresses you confirmed; it is never shown on a page."],
        choices: &[
            choice("The password of a root user", "You sign in with the email address of an account.", "/recover/root"),
            choice("The password of an IAM user", "You sign in with an account and a user name.", "/recover/iam"),
            choice("The password of a builder ID", "You sign in with a personal email address.", "/recover/builder"),
            choice("The account’s number or alias, or my user name", "", "/help/account-number-or-user-name-forgotten"),
            choice("Which email address I used", "", "/help/which-email-address"),
            choice("Which kind of sign-in is mine", "", "/help/which-sign-in-is-yours"),
        ],
    },
    Node {
        slug: "lost",
        title: "What is lost?",
        text: &["The more you still have, the quicker you are back. Pick the one line that fits best."],
        choices: &[
            choice("The phone, app or key of my second step", "", "/recover/device"),
            choice("My old phone: I have a new one", "", "/help/new-phone"),
            choice("The mailbox", "I can’t read the mails any more.", "/help/mailbox-lost"),
            choice("Nearly everything", "Password, mailbox and device.", "/help/everything-lost"),
            choice("The person who had the account", "They left, or can’t be reached.", "/help/person-with-the-account-left"),
            choice("A device that somebody took", "", "/help/device-stolen"),
        ],
    },
    Node {
        slug: "exposed",
        title: "What may somebody else have?",
        text: &["Don’t wait until you are sure: each of these takes minutes, and none locks you out."],
        choices: &[
            choice("My password", "", "/help/password-known-to-somebody"),
            choice("A key of a program", "It was in a repository, a chat or a log.", "/help/access-key-exposed"),
            choice("My phone or my security key", "It was stolen.", "/help/device-stolen"),
            choice("They are signed in, I think", "", "/help/signed-in-elsewhere"),
            choice("Somebody is resetting my password", "", "/help/somebody-else-recovers-your-sign-in"),
        ],
    },
    Node {
        slug: "message",
        title: "What does it say?",
        text: &["We never ask for a password or a code by mail, by phone or in a chat."],
        choices: &[
            choice("A code or a link that I did not ask for", "", "/help/mail-you-did-not-ask-for"),
            choice("Something was changed, and it wasn’t me", "", "/help/mail-you-did-not-ask-for"),
            choice("A recovery has begun, or waits", "", "/help/somebody-else-recovers-your-sign-in"),
            choice("Somebody wants me as a recovery contact, or asks me to help", "", "/help/asked-as-recovery-contact"),
            choice("It comes from another system that shares my sign-in", "", "/help/login-shared-with-another-system"),
        ],
    },
    Node {
        slug: "change",
        title: "What do you want to change?",
        text: &["You are asked to show once more that it is you before anything counts."],
        choices: &[
            choice("My password", "", "/security/password"),
            choice("My email address", "", "/help/change-your-sign-in-address"),
            choice("My devices and recovery codes", "", "/help/second-device"),
            choice("How I get back in one day", "What would happen after a loss.", "/help/rehearse-a-loss"),
            choice("My addresses, my phone", "Where codes and notices go.", "/help/addresses-and-phones"),
            choice("The people who can help me back in", "", "/help/recovery-contacts"),
            choice("The account’s name and contacts", "", "/help/account-name-and-contacts"),
            choice("The keys of my programs", "", "/help/replace-an-access-key"),
            choice("I want to close it", "", "/help/close-an-account"),
        ],
    },
    Node {
        slug: "others",
        title: "What do they need?",
        text: &["You need to be an administrator of the account, or its root user."],
        choices: &[
            choice("A new password", "", "/help/reset-a-users-password"),
            choice("Another device: theirs is lost", "", "/help/user-lost-a-device"),
            choice("Nothing more: they leave", "", "/help/user-leaves"),
            choice("More than they are allowed", "", "/help/find-out-why-access-is-denied"),
            choice("Other rules for passwords", "", "/help/password-rules"),
        ],
    },
    Node {
        slug: "new",
        title: "What do you want?",
        text: &["Both need an email address that you can read."],
        choices: &[
            choice("An account", "For a team or for programs. You become its root user.", "/signup"),
            choice("A builder ID", "For you alone, apart from any account.", "/builder/signup"),
            choice("Somebody gave me a user name", "You are an IAM user, and have an account already.", "/signin/iam"),
            choice("I’m not sure", "", "/help/which-sign-in-is-yours"),
        ],
    },
];

/// The node of a place.
pub fn node(slug: &str) -> Option<&'static Node> {
    TREE.iter().find(|node| node.slug == slug)
}

/// `GET /help/start`, `/help/start/{slug}` and `/help/cant-sign-in`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Troubleshooter {
    title: &'static str,
    first: bool,
    text: &'static [&'static str],
    choices: Vec<Link>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct Link {
    label: &'static str,
    about: &'static str,
    path: String,
}

impl Troubleshooter {
    /// The page of a node.
    pub fn of(node: &'static Node) -> Self {
        let path = |to: &str| to.strip_prefix("./").map_or_else(|| to.to_owned(), |slug| format!("/help/start/{slug}"));
        let choices = node.choices.iter().map(|choice| Link { label: choice.label, about: choice.about, path: path(choice.to) });
        Self { title: node.title, first: node.slug.is_empty(), text: node.text, choices: choices.collect() }
    }
}

impl Page for Troubleshooter {
    const TEMPLATE: &'static str = "public/tree.html";

    fn title(&self) -> Cow<'static, str> {
        self.title.into()
    }

    fn samples() -> Vec<Self> {
        TREE.iter().map(Self::of).collect()
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<Troubleshooter>(out);
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::*;
    use crate::help::HelpCentre;
    use crate::routes::{SURFACE, is_page};

    /// The most questions before something can be done.
    const QUESTIONS: usize = 4;

    /// The longest way from a question to a leaf, and every node and leaf that is seen on the way.
    fn walk(slug: &'static str, asked: usize, seen: &mut BTreeSet<&'static str>) -> usize {
        assert!(asked < 20, "the questions go in a circle at {slug}");
        seen.insert(slug);
        let further =
            node(slug).unwrap_or_else(|| panic!("no question “{slug}”")).choices.iter().map(|choice| match choice.to.strip_prefix("./") {
                Some(next) => walk(next, asked + 1, seen),
                None => {
                    seen.insert(choice.to);
                    asked + 1
                }
            });
        further.max().unwrap_or_default()
    }

    #[test]
    fn m23_at_most_four_questions_and_every_one_is_reached() {
        let mut seen = BTreeSet::new();
        assert_eq!(walk("", 0, &mut seen), QUESTIONS);
        for node in TREE {
            assert!(seen.contains(node.slug), "nothing leads to {}", node.slug);
            assert!((2..=11).contains(&node.choices.len()), "{}", node.slug);
        }
    }

    #[test]
    fn m23_every_leaf_is_a_page_or_an_article() {
        let library = HelpCentre::default().library();
        for to in TREE.iter().flat_map(|node| node.choices).map(|choice| choice.to).filter(|to| !to.starts_with("./")) {
            assert!(is_page(to), "{to}");
            let article = to.strip_prefix("/help/").filter(|slug| !crate::help::RESERVED.contains(slug));
            assert!(article.is_none_or(|slug| library.article(slug).is_some()), "no article {to}");
        }
    }

    #[test]
    fn m2_every_way_in_and_back_in_is_reached_from_the_questions() {
        let mut seen = BTreeSet::new();
        walk("", 0, &mut seen);
        let library = HelpCentre::default().library();
        // What an article leads to counts as well: it is the next thing that is read.
        let articles = seen.iter().filter_map(|to| library.article(to.strip_prefix("/help/")?));
        let led: HashSet<String> = articles
            .flat_map(|article| article.links.iter().cloned().chain(article.flow.as_ref().map(|flow| flow.path.clone())))
            .chain(seen.iter().map(|to| (*to).to_owned()))
            .collect();
        let begins =
            |path: &&str| ["/recover", "/signin", "/signup", "/builder/signup", "/security"].iter().any(|start| path.starts_with(start));
        let steps = |path: &&str| {
            path.contains('{')
                || path.starts_with("/signin/second-step")
                || path.starts_with("/signin/passkey")
                || ["/security/confirm", "/security/closed", "/security/contacts/new", "/security/mfa/totp", "/security/mfa/passkey"]
                    .contains(path)
        };
        for (path, _) in SURFACE.iter().filter(|(path, verbs)| verbs.contains(&"get") && begins(path) && !steps(path)) {
            assert!(led.contains(*path), "no question leads to {path}");
        }
    }

    #[test]
    fn no_question_uses_jargon() {
        for node in TREE {
            let texts =
                node.choices.iter().flat_map(|choice| [choice.label, choice.about]).chain([node.title]).chain(node.text.iter().copied());
            for text in texts {
                let lower = text.to_lowercase();
                for word in ["totp", "webauthn", "authenticat", "credential", "session", "token", "factor", "mfa", "invalid", "error"] {
                    assert!(!lower.contains(word), "{word}: {text}");
                }
            }
        }
    }
}
