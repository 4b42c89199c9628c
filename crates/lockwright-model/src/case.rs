//! A case: one registration, one recovery, or one address to confirm, from the first question to its end.

use serde::{Deserialize, Serialize};

use crate::change::Version;
use crate::clock::Timestamp;
use crate::context::Source;
use crate::email::EmailAddress;
use crate::factors::Loss;
use crate::id::{CaseId, ContactId, DeviceId, OperatorId, SystemId};
use crate::identity::Identity;
use crate::job::Notice;
use crate::name::PersonName;
use crate::phone::PhoneNumber;
use crate::proof::{Goal, Proofs};
use crate::secret::CodeHash;
use crate::token::TokenHash;
use crate::tries::TriesKey;

/// A case. A decoy (no subject) has the same shape, lives as long, and can never be proven.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Case {
    /// Its id; names it, opens nothing.
    pub id: CaseId,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// What it is for.
    pub purpose: Purpose,
    /// The browser that may go on with it; replaced when the case is proven, so that a cookie planted before is worthless (A26).
    pub holder: TokenHash,
    /// When it was opened.
    pub created: Timestamp,
    /// When it ends if nothing more happens.
    pub expires: Timestamp,
    /// Who opened it.
    pub source: Source,
    /// How far it is.
    pub state: CaseState,
    /// What was gathered, where one proof of the mailbox may not be enough.
    #[serde(default)]
    pub gathered: Gathered,
}

/// What a case is for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Purpose {
    /// A forgotten password or a lost device; the first ticket is mailed to `address`.
    Recover {
        /// Which page family it runs on.
        kind: IdentityKind,
        /// What it is to do.
        #[serde(default)]
        goal: Goal,
        /// Whose password; `None`: a decoy.
        subject: Option<Identity>,
        /// Where the ticket goes; `None`: nowhere.
        address: Option<EmailAddress>,
    },
    /// A set-password link handed over by an administrator or the host.
    SetPassword {
        /// Whose password.
        subject: Identity,
        /// The subject's epoch when it was handed over: what ends the sessions ends the link too, and so does a newer link.
        epoch: u64,
    },
    /// A new account; nothing exists until the code was entered.
    RegisterAccount {
        /// The address to verify; it becomes the root user's.
        address: EmailAddress,
    },
    /// A new builder ID.
    RegisterBuilder {
        /// The address to verify.
        address: EmailAddress,
        /// The person's name.
        name: PersonName,
    },
    /// An IAM user confirms an own address.
    ConfirmAddress {
        /// The user.
        subject: Identity,
        /// The address.
        address: EmailAddress,
    },
    /// Somebody confirms an additional address of their own.
    AddAddress {
        /// Whose.
        subject: Identity,
        /// The address.
        channel: Channel,
        /// How the code reaches a phone.
        #[serde(default)]
        way: MessageWay,
    },
    /// Somebody confirms the phone number of an account's primary contact.
    ContactPhone {
        /// The account's root user.
        subject: Identity,
        /// The number.
        number: PhoneNumber,
    },
    /// A root user or builder ID changes the address it signs in with; nothing changes until the new one is confirmed.
    ChangeEmail {
        /// Whose.
        subject: Identity,
        /// The new address.
        address: EmailAddress,
        /// The subject's epoch when it was asked for: what ends the sessions ends the change too, and so does another change.
        epoch: u64,
    },
    /// The link in the notice to the old address, which takes the change back.
    UndoEmail {
        /// Whose.
        subject: Identity,
        /// The address that comes back.
        old: EmailAddress,
        /// When that one had taken the place of another; `None`: it was the one of the registration.
        since: Option<Timestamp>,
    },
    /// Somebody is asked to be a recovery contact.
    InviteContact {
        /// Whose contact.
        subject: Identity,
        /// Which one.
        contact: ContactId,
        /// Where the invitation goes.
        address: EmailAddress,
    },
    /// Somebody shares a login of another system: that system proves it, then the person agrees.
    LinkLogin {
        /// Whose.
        subject: Identity,
        /// The system.
        system: SystemId,
        /// What the system calls the person; `None` until it has proved the login.
        login: Option<String>,
    },
    /// The link in a notice for somebody who says "this wasn't me". Its holder is the link itself.
    Disown {
        /// Whose.
        subject: Identity,
        /// The address that the notice went to.
        channel: Channel,
        /// What it told.
        notice: Box<Notice>,
    },
}

/// Where a message can go.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Channel {
    /// A mailbox.
    Email(EmailAddress),
    /// A phone.
    Phone(PhoneNumber),
}

impl Channel {
    /// The address with most of it hidden.
    pub fn masked(&self) -> String {
        match self {
            Self::Email(address) => address.masked(),
            Self::Phone(number) => number.masked(),
        }
    }

    /// The form that is compared.
    pub fn key(&self) -> String {
        match self {
            Self::Email(address) => address.key(),
            Self::Phone(number) => number.to_string(),
        }
    }
}

/// What a recovery has gathered so far.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Gathered {
    /// What was proven.
    pub proofs: Proofs,
    /// When the first proof was given.
    pub first: Option<Timestamp>,
    /// The counter of the name that was typed to open the case, so that a decoy's tries count like anybody's.
    pub name: Option<TriesKey>,
    /// The addresses that proved something: their proof lasts as long as they belong to the person.
    pub proved: Vec<Channel>,
    /// Wrong codes by all methods besides the first mail's; a fresh code does not reset it (NIST SP 800-63B-4 §3.1.3.2).
    pub wrong: u8,
    /// The device that wrong tries had switched off and that proved itself nevertheless: a new password switches it on again.
    pub worn: Option<DeviceId>,
    /// Codes that were sent to further addresses.
    pub tickets: Vec<ChannelTicket>,
    /// When the recovery contacts were asked; the same for somebody who has none.
    pub asked: Option<Timestamp>,
    /// Recovery contacts who were asked.
    pub contacts: Vec<ContactAsk>,
    /// The operators' help.
    pub operators: Option<OperatorHelp>,
    /// Operators who want it stopped; two different ones stop it.
    pub objections: Vec<OperatorId>,
    /// A rehearsal: pretends this loss, changes nothing.
    pub drill: Option<Loss>,
    /// Who was told, when and of what, for the case's page.
    pub told: Vec<ToldOf>,
}

/// A code that was sent to a further address.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChannelTicket {
    /// Where it went.
    pub channel: Channel,
    /// How it was said.
    pub way: MessageWay,
    /// Keyed hash of the code; `None` until it is drawn.
    pub code: Option<CodeHash>,
    /// When it stops working: 10 minutes by phone, an hour by mail (NIST SP 800-63B-4 §4.2.1.2).
    pub expires: Timestamp,
    /// How many were sent.
    pub sends: u8,
    /// Wrong codes so far; a fresh code does not reset it.
    #[serde(default)]
    pub wrong: u8,
    /// [`MessageWay::Keyed`]: the digits on the page were keyed in at the phone.
    #[serde(default)]
    pub keyed: bool,
}

/// How a code reaches a phone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageWay {
    /// In writing.
    #[default]
    Text,
    /// Spoken in a call.
    Voice,
    /// A call in which the digits shown on the page are keyed in.
    Keyed,
}

/// A recovery contact who was asked to help.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ContactAsk {
    /// Which contact.
    pub contact: ContactId,
    /// Hash of the token in the mailed link; `None` until it is drawn.
    pub link: Option<TokenHash>,
    /// What the contact said.
    pub answer: Option<ContactAnswer>,
    /// Keyed hash of the code that the contact passes on; drawn when the contact approves.
    pub code: Option<CodeHash>,
    /// The person typed that code.
    pub given: bool,
    /// When the link stops working, or after an approval the code (NIST SP 800-63B-4 §4.2.1.3).
    pub expires: Timestamp,
}

/// What a recovery contact said.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContactAnswer {
    /// Knows the person and approves.
    Approved,
    /// Does not: told to the owner.
    Refused,
}

/// Help by two operators.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OperatorHelp {
    /// Six digits that the caller reads out; shows that both speak of the same case, opens nothing.
    pub caller_code: String,
    /// When it was asked for.
    pub asked: Timestamp,
    /// Who opened it, after the caller had read out the code.
    pub opened: Option<(OperatorId, Timestamp)>,
    /// Who approved it: another one.
    pub approved: Option<(OperatorId, Timestamp)>,
    /// Who refused it.
    pub refused: Option<(OperatorId, Timestamp)>,
}

/// One line of who was told.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ToldOf {
    /// When.
    pub at: Timestamp,
    /// Of what.
    pub what: CaseMoment,
    /// How many addresses.
    pub addresses: u8,
}

/// A moment of a recovery that its owner is told of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseMoment {
    /// The first proof was given.
    Started,
    /// The waiting time began.
    Waiting,
    /// Half of the waiting time is over.
    Half,
    /// The waiting time is over.
    Released,
    /// It was carried out.
    Completed,
    /// It was stopped.
    Cancelled,
    /// A second try to stop it through the same channel.
    Contested,
}

/// The kinds of sign-in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentityKind {
    /// The root user of an account.
    Root,
    /// An IAM user.
    Iam,
    /// A builder ID.
    Builder,
    /// An operator of the installation.
    Operator,
}

/// How far a case is. Transitions consume it (`lockwright-core`); a closed or completed case never reopens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum CaseState {
    /// Waiting for proof of the mailbox.
    Open {
        /// The ticket that counts; a resend replaces it.
        ticket: Option<Ticket>,
        /// Wrong codes so far; a fresh code does not reset it (NIST SP 800-63B-4 §3.1.3.2).
        wrong: u8,
        /// Tickets sent or being sent.
        sends: u8,
    },
    /// Proof was given; the holder may finish until the case expires.
    Proven {
        /// When.
        at: Timestamp,
    },
    /// Enough was proven for what must not be done at once: the owner may stop it until the time is over.
    Waiting {
        /// Since when.
        since: Timestamp,
        /// When it may be finished.
        release: Timestamp,
    },
    /// Done.
    Completed {
        /// When.
        at: Timestamp,
    },
    /// Ended without effect.
    Closed {
        /// When.
        at: Timestamp,
        /// Why.
        why: Closure,
    },
}

/// Why a case ended without effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Closure {
    /// Too many wrong codes.
    TooManyTries,
    /// The person began anew or the administrator withdrew it.
    Cancelled,
    /// The owner stopped it, or said "this wasn't me".
    Stopped,
    /// An operator, or two recovery contacts, refused it.
    Refused,
}

/// What was mailed or handed over, as kept: hashes only.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ticket {
    /// Hash of the link's token.
    pub link: TokenHash,
    /// Keyed hash of the typed code; `None` for a handed link.
    pub code: Option<CodeHash>,
    /// When it stops working.
    pub expires: Timestamp,
}

impl Case {
    /// Whom it is about; a decoy and a registration are about nobody.
    pub fn subject(&self) -> Option<&Identity> {
        match &self.purpose {
            Purpose::Recover { subject, .. } => subject.as_ref(),
            Purpose::SetPassword { subject, .. }
            | Purpose::ConfirmAddress { subject, .. }
            | Purpose::AddAddress { subject, .. }
            | Purpose::ContactPhone { subject, .. }
            | Purpose::ChangeEmail { subject, .. }
            | Purpose::UndoEmail { subject, .. }
            | Purpose::InviteContact { subject, .. }
            | Purpose::LinkLogin { subject, .. }
            | Purpose::Disown { subject, .. } => Some(subject),
            Purpose::RegisterAccount { .. } | Purpose::RegisterBuilder { .. } => None,
        }
    }
}
