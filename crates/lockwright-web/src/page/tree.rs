//! `/help/cant-sign-in`: a short tree of questions over what really keeps people out. The tree is data; a test holds its links.

use std::borrow::Cow;

use serde::Serialize;

use super::{Page, Sample, add};

/// One question, or one answer at the end of a branch.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// Its place under `/help/cant-sign-in/`; empty for the first one.
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

/// The whole tree.
pub static TREE: &[Node] = &[
    Node {
        slug: "",
        title: "What happens when you try to sign in?",
        text: &["Pick what comes closest. Nothing you choose here changes anything."],
        choices: &[
            choice("It says that my name and password don’t match", "", "./no-match"),
            choice("I set a new password, and still can’t get in", "", "./after-reset"),
            choice("It asks for a second step that I can’t do", "A code from an app, a passkey, a security key.", "./second-step"),
            choice("It says that I tried too often", "", "./too-often"),
            choice("It says that my sign-in is switched off, suspended, closed or expired", "", "./barred"),
            choice("The mail with the code doesn’t come", "", "./no-mail"),
            choice("It says that the page has expired, or nothing happens", "", "./page"),
            choice("I can’t open the sign-in page at all", "", "./unreachable"),
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
            choice("My browser fills the password in by itself", "It may be an old one.", "./filled"),
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
        slug: "filled",
        title: "The browser may fill in an old password",
        text: &[
            "After a reset, browsers and password managers keep the old password until you tell them.",
            "Empty the field, press “Show”, and type the new one by hand. When it works, let the browser save it.",
        ],
        choices: &[choice("Sign in again", "", "/signin"), LOOK],
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
            choice("The browser fills in the old password", "", "./filled"),
            choice("It wants a second step now", "A reset never takes it away.", "./second-step"),
            LOOK,
        ],
    },
    Node {
        slug: "second-step",
        title: "The second step",
        text: &["A new password never takes the second step away: otherwise whoever reads your mail could get in."],
        choices: &[
            choice("My codes aren’t accepted", "The clock of the phone may be wrong.", "./clock"),
            choice("I have another device", "Choose it on the page of the second step.", "/signin"),
            choice("I have my recovery codes", "Each works once on the page of the second step.", "/signin"),
            choice("My device is lost or broken", "We show you the ways past it.", "/recover/device"),
            choice("I’m an IAM user", "Your administrator can take the lost device away.", "/recover/iam"),
        ],
    },
    Node {
        slug: "clock",
        title: "Codes that aren’t accepted",
        text: &[
            "The app counts time. If the phone’s clock is wrong by more than half a minute, its codes are wrong, too.",
            "Let the phone set its clock by itself, wait for a fresh code, and use each code once.",
            "If that can’t be done, choose “My codes aren’t accepted” on the page of the second step, and type two codes in a row: we learn how far the clock is off.",
        ],
        choices: &[choice("Sign in again", "", "/signin"), choice("It still doesn’t work", "", "/recover/device")],
    },
    Node {
        slug: "too-often",
        title: "Too many tries",
        text: &[
            "After five wrong passwords each try has to wait, two seconds first and 15 minutes at most. The page says how long.",
            "After 100 wrong ones in a row the password is switched off, before somebody guesses it. You were mailed about it.",
            "Setting a new password works at any time, and ends the waiting.",
        ],
        choices: &[choice("Set a new password", "", "/recover"), choice("I’ll wait and sign in", "", "/signin")],
    },
    Node {
        slug: "barred",
        title: "Your password is right, but something else is in the way",
        text: &[
            "Switched off: an administrator of your account switched your sign-in off. Only they can switch it on.",
            "Suspended: whoever runs this installation suspended the account. Only they can lift that.",
            "Closed: the root user closed the account, and can take it back for 90 days by signing in.",
            "Expired: in your account, only an administrator can replace an expired password.",
        ],
        choices: &[
            choice("Ask my administrator", "They see your request at once.", "/recover/iam"),
            choice("I’m the root user of a closed account", "Sign in to take it back.", "/signin/root"),
        ],
    },
    Node {
        slug: "no-mail",
        title: "The mail doesn’t come",
        text: &[
            "Give it five minutes, and look in the spam folder. Only the newest mail works.",
            "We write to the address as it was confirmed. For an address that belongs to nobody, no mail is sent, and the page looks the same.",
            "At most five mails an hour go to one address.",
        ],
        choices: &[
            choice("I may have used another address", "Try each; what belongs to it is mailed there.", "/recover/find"),
            choice("I can’t get into that mailbox any more", "Begin, and choose “I can’t read that mail”.", "/recover"),
            choice("I’m an IAM user without a confirmed address", "Ask your administrator.", "/recover/iam"),
        ],
    },
    Node {
        slug: "page",
        title: "The page has expired, or nothing happens",
        text: &[
            "A form works for a while and in one browser. If the page stood open for long, open it anew.",
            "The pages need cookies of their own, nothing else. Private windows and blockers sometimes refuse them.",
            "A computer whose clock is wrong by hours or more can’t keep a sign-in. Set it right.",
        ],
        choices: &[choice("Open the sign-in page anew", "", "/signin"), LOOK],
    },
    Node {
        slug: "unreachable",
        title: "The sign-in page can’t be opened",
        text: &[
            "If you read this, the installation is there. Some networks, at work say, let only some addresses through.",
            "Try another network, such as your phone’s. If that works, tell whoever looks after the first one.",
        ],
        choices: &[choice("Open the sign-in page", "", "/signin")],
    },
];

/// The node of a place.
pub fn node(slug: &str) -> Option<&'static Node> {
    TREE.iter().find(|node| node.slug == slug)
}

/// `GET /help/cant-sign-in` and `/help/cant-sign-in/{slug}`.
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
        let path = |to: &str| to.strip_prefix("./").map_or_else(|| to.to_owned(), |slug| format!("/help/cant-sign-in/{slug}"));
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
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_branch_leads_somewhere_and_every_node_is_reached_in_few_steps() {
        let mut reached = HashSet::from([""]);
        let mut edge = vec![""];
        for _ in 0..4 {
            let next: Vec<&str> = edge
                .iter()
                .flat_map(|slug| node(slug).unwrap().choices)
                .filter_map(|choice| choice.to.strip_prefix("./"))
                .filter(|slug| node(slug).is_some() && reached.insert(slug))
                .collect();
            edge = next;
        }
        let all: HashSet<&str> = TREE.iter().map(|node| node.slug).collect();
        assert_eq!(reached, all);
        for choice in TREE.iter().flat_map(|node| node.choices) {
            match choice.to.strip_prefix("./") {
                Some(slug) => assert!(node(slug).is_some(), "{slug}"),
                None => assert!(crate::routes::is_page(choice.to), "{}", choice.to),
            }
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
