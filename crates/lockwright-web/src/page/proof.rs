//! `GET /recover/case/{case}/show/{what}`: one thing that shows who somebody is, on a page of its own.

use std::borrow::Cow;

use lockwright_model::case::MessageWay;
use serde::Serialize;

use super::{FieldErrors, Page, Sample, add};

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Where a code is to be sent.
    Address,
    /// The code that was sent there.
    Code,
    /// A saved recovery code.
    RecoveryCode,
    /// The password.
    Password,
    /// A code of an authenticator app.
    App,
    /// A passkey or security key.
    Passkey,
    /// The recovery contacts.
    Contacts,
    /// The operators of the installation.
    Operators,
}

impl What {
    /// Each of them.
    pub const ALL: [Self; 8] =
        [Self::Address, Self::Code, Self::RecoveryCode, Self::Password, Self::App, Self::Passkey, Self::Contacts, Self::Operators];

    /// Its word in paths.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Code => "code",
            Self::RecoveryCode => "recovery-code",
            Self::Password => "password",
            Self::App => "app",
            Self::Passkey => "passkey",
            Self::Contacts => "contacts",
            Self::Operators => "operators",
        }
    }

    /// What its page is called, and the link to it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Address => "Another address or phone of yours",
            Self::Code => "Type the code",
            Self::RecoveryCode => "A recovery code",
            Self::Password => "Your password",
            Self::App => "Your authenticator app",
            Self::Passkey => "Your passkey or security key",
            Self::Contacts => "Your recovery contacts",
            Self::Operators => "Help from people",
        }
    }

    /// The one of a path.
    pub fn of_path(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.path() == word)
    }

    /// The field that an error belongs to.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Address | Self::Operators => "to",
            Self::Code => "code",
            Self::RecoveryCode => "recovery_code",
            Self::Password => "password",
            Self::App => "app_code",
            Self::Passkey => "passkey",
            Self::Contacts => "contact_code",
        }
    }
}

/// A question to the passkeys.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PasskeyAsked {
    /// JSON for `navigator.credentials.get`.
    pub options: String,
    /// The challenge, sealed; it goes back with the answer.
    pub sealed: String,
}

/// How far the contacts are.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ContactsState {
    /// When they were asked.
    pub at: String,
    /// Codes of theirs that were typed.
    pub given: usize,
    /// How many approved.
    pub approved: usize,
}

/// One thing to show. Posts to the case's own paths, which the template names.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CaseProof {
    /// The case's id.
    pub case: String,
    /// What is asked for.
    pub what: What,
    /// It is a rehearsal: what is pretended to be lost.
    pub rehearsal: Option<&'static str>,
    /// Where a code goes, as typed.
    pub to: String,
    /// How it is said.
    pub way: MessageWay,
    /// The place of the code in the case.
    pub at: usize,
    /// The digits to key in, shown once.
    pub digits: Option<String>,
    /// Messages to phones leave this machine, or can be looked at on it.
    pub phones: bool,
    /// Calls in which digits are keyed in are possible.
    pub keyed: bool,
    /// The question to the passkeys.
    pub passkey: Option<PasskeyAsked>,
    /// How far the contacts are, once they were asked.
    pub contacts: Option<ContactsState>,
    /// What to read out to an operator, once they were asked.
    pub caller_code: Option<String>,
    /// How long the waiting time is.
    pub delay: String,
    /// What was done last: a sentence.
    pub said: Option<&'static str>,
    /// What has to be put right.
    pub errors: FieldErrors,
}

impl CaseProof {
    /// An empty page of a case.
    pub fn new(case: &str, what: What) -> Self {
        Self {
            case: case.to_owned(),
            what,
            rehearsal: None,
            to: String::new(),
            way: MessageWay::Text,
            at: 0,
            digits: None,
            phones: true,
            keyed: false,
            passkey: None,
            contacts: None,
            caller_code: None,
            delay: "3 days".to_owned(),
            said: None,
            errors: FieldErrors::none(),
        }
    }
}

impl Page for CaseProof {
    const TEMPLATE: &'static str = "public/case_proof.html";

    fn title(&self) -> Cow<'static, str> {
        self.what.title().into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let page = |what| Self::new("4T7K2M", what);
        let phone = Self { to: "+44 7700 900123".into(), keyed: true, ..page(What::Code) };
        let mut samples: Vec<Self> = What::ALL
            .into_iter()
            .filter(|what| *what != What::Passkey)
            .map(|what| Self { to: "ana@example.org".into(), ..page(what) })
            .collect();
        samples.extend([
            Self { keyed: true, way: MessageWay::Voice, ..page(What::Address) },
            Self { way: MessageWay::Voice, ..phone.clone() },
            Self { way: MessageWay::Keyed, digits: Some("482 913".into()), ..phone.clone() },
            Self { way: MessageWay::Keyed, errors: FieldErrors::one("code", "The digits have not come in yet."), ..phone },
            Self { rehearsal: Some("your phone"), ..page(What::RecoveryCode) },
            Self {
                errors: FieldErrors::one("recovery_code", "That isn’t one of your codes. You have 9 tries left."),
                ..page(What::RecoveryCode)
            },
            Self { passkey: Some(PasskeyAsked { options: r#"{"publicKey":{}}"#.into(), sealed: "sealed".into() }), ..page(What::Passkey) },
            Self {
                contacts: Some(ContactsState { at: "13:32 UTC on 23 November 2026".into(), given: 1, approved: 2 }),
                said: Some("That counts. Another contact’s code is needed too."),
                ..page(What::Contacts)
            },
            Self { caller_code: Some("482 913".into()), ..page(What::Operators) },
        ]);
        samples
    }
}

/// All samples.
pub fn samples(out: &mut Vec<Sample>) {
    add::<CaseProof>(out);
}
