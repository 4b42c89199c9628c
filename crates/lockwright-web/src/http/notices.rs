//! What is told about cookies and data: the operator's words or ours, with the table of cookies, each as one version.

use lockwright_model::privacy::{NoticeHash, Purpose};
use lockwright_service::config::ServiceConfig;
use sha2::{Digest, Sha256};

use super::cookies::INVENTORY;

const COOKIES: &str = include_str!("../../notices/cookies.txt");
const PRIVACY: &str = include_str!("../../notices/privacy.txt");

/// One notice.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) text: String,
    /// Of all that it says, what is generated included.
    pub(crate) hash: NoticeHash,
}

/// The notices of the installation.
#[derive(Clone, Debug)]
pub(crate) struct Notices {
    pub(crate) cookies: Notice,
    pub(crate) privacy: Notice,
    /// Whom to write to about it.
    pub(crate) contact: String,
}

impl Notices {
    pub(super) fn of(config: &ServiceConfig) -> Self {
        let told = &config.privacy;
        let contact = config.mail_reply_to.as_ref().unwrap_or(&config.mail_from).to_string();
        let mut listed: Vec<[&str; 4]> = Vec::new();
        for fact in INVENTORY {
            listed.push([fact.purpose.word(), fact.what, fact.life, ""]);
        }
        for tag in &told.tags {
            listed.push([tag.purpose.word(), &tag.src, &tag.what, &tag.cookies]);
        }
        let words = |own: &Option<String>, ours: &str| {
            let text = own.as_deref().unwrap_or(ours);
            text.replace("{installation}", &config.installation).replace("{contact}", &contact)
        };
        Self { cookies: notice(words(&told.cookie_notice, COOKIES), &listed), privacy: notice(words(&told.notice, PRIVACY), &[]), contact }
    }
}

/// How often lines are broken and where blanks stand changes nothing of what is said.
fn notice(text: String, listed: &[[&str; 4]]) -> Notice {
    let mut hash = Sha256::new();
    for word in text.split_whitespace().chain(listed.iter().flatten().copied()) {
        hash.update((word.len() as u64).to_be_bytes());
        hash.update(word);
    }
    Notice { text, hash: NoticeHash::from_bytes(hash.finalize().into()) }
}

/// What a purpose is for, in a sentence.
pub(crate) const fn what(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Essential => {
            "They sign you in safely and keep your recovery in your hands. The pages don’t work without them, so they can’t be switched off."
        }
        Purpose::Performance => {
            "We count which pages are opened, by kind of page and day, to see where people get stuck. No name, no address, no device is kept."
        }
        Purpose::Functional => "This browser remembers how you signed in last, and to which account, and offers that first.",
        Purpose::Advertising => "Advertising, and measuring it across sites.",
    }
}
