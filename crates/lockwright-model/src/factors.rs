//! What an identity can prove itself with besides its password, how it is reached, and what is under way for it.
//!
//! It is part of the identity's row: a change of a factor is a change of the identity, under its one version.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::case::Channel;
use crate::clock::Timestamp;
use crate::email::EmailAddress;
use crate::id::{AccountId, CaseId, ContactId, DeviceId, LinkId, SystemId};
use crate::name::{DeviceName, PersonName};
use crate::phone::PhoneNumber;
use crate::privacy::PersonChoices;
use crate::proof::Goal;
use crate::resource::device_serial;
use crate::secret::Sealed;
use crate::token::TokenHash;

/// The most MFA devices of one identity (AWS's limit).
pub const MOST_DEVICES: usize = 8;
/// Recovery codes in a set.
pub const CODES: usize = 10;
/// The most recovery contacts of one identity.
pub const MOST_CONTACTS: usize = 5;
/// The most additional addresses of each kind.
pub const MOST_ADDRESSES: usize = 5;

/// Changes are never frozen for longer: an hour more than they are, for clocks that differ.
pub const LONGEST_FREEZE: Duration = Duration::from_secs(25 * 3600);

/// Everything about an identity that is neither its name nor its password.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Factors {
    /// MFA devices, at most [`MOST_DEVICES`].
    pub devices: Vec<MfaDevice>,
    /// The present set of recovery codes.
    pub codes: Option<RecoveryCodes>,
    /// Confirmed email addresses besides the one it signs in with.
    pub emails: Vec<ExtraEmail>,
    /// Confirmed phone numbers.
    pub phones: Vec<Phone>,
    /// Recovery contacts.
    pub contacts: Contacts,
    /// When the present sign-in address took the place of another; `None`: it is the one of the registration.
    pub email_changed: Option<Timestamp>,
    /// Nothing but enrolling a device is possible after sign-in.
    pub enrolment: Option<EnrolmentOwed>,
    /// The last device that an administrator or the host took away; forgotten when another one is enrolled.
    pub taken: Option<TakenDevice>,
    /// The owner said "this wasn't me": no credential changes until then.
    pub frozen_until: Option<Timestamp>,
    /// Recoveries whose waiting time runs; at most one a goal.
    pub underway: Vec<Underway>,
    /// Who stopped a recovery lately, newest last. What was opened before is void.
    pub cancels: Vec<Cancel>,
    /// Results of rehearsals, newest last.
    pub drills: Vec<Drill>,
    /// When the present half year until the reminder of a rehearsal began.
    pub rehearse_from: Option<Timestamp>,
    /// Logins of other systems that share these credentials.
    pub linked: Vec<LinkedLogin>,
    /// When one was last unlinked: what was begun before can't be finished.
    pub unlinked: Option<Timestamp>,
    /// What it chose about cookies and advertising, where that follows it over browsers.
    pub privacy: Option<PersonChoices>,
}

/// An MFA device.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MfaDevice {
    /// Names it in forms.
    pub id: DeviceId,
    /// What its owner calls it.
    pub name: DeviceName,
    /// When it was enrolled.
    pub added: Timestamp,
    /// The last time it proved anything.
    pub last_used: Option<Timestamp>,
    /// Typed codes are switched off after 100 consecutive failures, until it is enrolled anew or proves itself in a recovery (NIST SP
    /// 800-63B-4 §3.2.2, N-T03).
    pub disabled: bool,
    /// How it proves.
    pub kind: DeviceKind,
    /// Its place below `mfa/` in its serial number, where it was made as a virtual MFA device by a program; `None`: its id stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

impl MfaDevice {
    /// The serial number that programs know it by.
    pub fn serial(&self, account: AccountId) -> String {
        device_serial(account, self.place.as_deref().unwrap_or(self.id.as_str()))
    }
}

/// How an MFA device proves itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    /// A time-based one-time password (RFC 6238).
    Totp {
        /// The seed, sealed for this identity and device.
        seed: Sealed,
        /// How far the device's clock is ahead of ours, in steps of 30 seconds.
        drift: i64,
        /// The last step that was accepted; no earlier or equal one is again (NIST SP 800-63B-4 §3.1.4.2).
        last_step: Option<u64>,
    },
    /// A passkey or security key (WebAuthn).
    Passkey {
        /// Its credential id, base64url.
        credential: String,
        /// The public key with its counter, as `lockwright-authn` wrote it.
        key: String,
        /// It verifies its user (PIN, fingerprint, face), so it signs in without a password.
        verifies_user: bool,
        /// It may be synced between devices (backup eligible).
        synced: bool,
    },
}

/// A set of recovery codes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RecoveryCodes {
    /// When it was shown.
    pub since: Timestamp,
    /// SHA-256 of each code; `None` once it was spent.
    pub left: Vec<Option<TokenHash>>,
}

/// A confirmed email address besides the one it signs in with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ExtraEmail {
    /// The address.
    pub address: EmailAddress,
    /// When it was confirmed.
    pub since: Timestamp,
}

/// A confirmed phone number.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Phone {
    /// The number.
    pub number: PhoneNumber,
    /// When it was confirmed.
    pub since: Timestamp,
}

/// Recovery contacts and how many of them must agree.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Contacts {
    /// How many of the people must agree; 0 until the first one accepts. It never falls by what a contact does: when one leaves, it may
    /// be more than there are.
    pub threshold: u8,
    /// The people, at most [`MOST_CONTACTS`].
    pub people: Vec<Contact>,
    /// When the list was last changed or looked through by its owner.
    pub reviewed: Option<Timestamp>,
}

/// A recovery contact: somebody trusted, who needs no account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Contact {
    /// Names it in forms and links.
    pub id: ContactId,
    /// How the owner calls the person.
    pub name: PersonName,
    /// Where the person is reached.
    pub address: EmailAddress,
    /// How the person calls the owner: all that it is told of whom it is asked to help.
    pub owner: PersonName,
    /// When the invitation was sent.
    pub invited: Timestamp,
    /// The invitation that counts; one that was sent before is void.
    pub invitation: CaseId,
    /// When the person accepted; `None`: not yet, and so without effect.
    pub since: Option<Timestamp>,
}

/// Enrolling a device is the only thing possible after the next sign-in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EnrolmentOwed {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub why: EnrolmentReason,
    /// Devices were taken away for it: the password of before is no longer enough.
    #[serde(default)]
    pub taken: bool,
}

/// Why enrolment is owed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EnrolmentReason {
    /// A recovery removed the devices.
    Recovered,
    /// An administrator asked for it.
    Administrator,
    /// The host's command line removed the devices.
    Host,
    /// The first device of an operator.
    First,
}

/// A device that somebody else took away.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TakenDevice {
    /// How it was called.
    pub name: DeviceName,
    /// When.
    pub at: Timestamp,
}

/// A recovery whose waiting time runs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Underway {
    /// The case.
    pub case: CaseId,
    /// What it would do.
    pub goal: Goal,
    /// Since when it waits.
    pub since: Timestamp,
    /// When it may be finished.
    pub release: Timestamp,
    /// Channels that tried to stop it after they had stopped another one: one more, or two operators, must decide.
    #[serde(default)]
    pub contested_by: Vec<Canceller>,
}

/// Somebody stopped a recovery.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cancel {
    /// Through what.
    pub by: Canceller,
    /// When.
    pub at: Timestamp,
}

/// Through what a recovery was stopped.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Canceller {
    /// A link in a message to this address.
    Channel(Channel),
    /// A signed-in browser.
    Session,
    /// Two operators.
    Operators,
}

/// The result of a rehearsal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Drill {
    /// What was pretended to be lost.
    pub lost: Loss,
    /// When it ended.
    pub at: Timestamp,
    /// The way back was walked to its end.
    pub passed: bool,
}

/// What somebody can lose, for readiness and rehearsals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// The password is forgotten.
    Password,
    /// The mailbox of the sign-in address.
    Mailbox,
    /// The phone: its number and the devices on it.
    Phone,
    /// The MFA devices.
    Devices,
    /// The sheet with the recovery codes.
    Codes,
    /// Password and devices together.
    PasswordAndDevices,
    /// All but the people one trusts.
    Everything,
}

impl Loss {
    /// Each of them.
    pub const ALL: [Self; 7] =
        [Self::Password, Self::Mailbox, Self::Phone, Self::Devices, Self::Codes, Self::PasswordAndDevices, Self::Everything];

    /// Its stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Mailbox => "mailbox",
            Self::Phone => "phone",
            Self::Devices => "devices",
            Self::Codes => "codes",
            Self::PasswordAndDevices => "password_and_devices",
            Self::Everything => "everything",
        }
    }

    /// The loss of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|loss| loss.word() == word)
    }
}

/// A login of another system that shares these credentials.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LinkedLogin {
    /// Names it in forms and events.
    pub id: LinkId,
    /// The system.
    pub system: SystemId,
    /// What the system calls the person.
    pub login: String,
    /// Since when.
    pub since: Timestamp,
    /// The last change that the system was told of, and how that went.
    pub told: Option<Delivery>,
}

/// How telling another system went.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Delivery {
    /// When the change was made.
    pub at: Timestamp,
    /// When the system took it; `None`: not yet.
    pub taken: Option<Timestamp>,
    /// Given up after this many tries.
    pub given_up: bool,
}

impl Factors {
    /// Whether a second factor is asked for, or would be as soon as enrolment is done: mail alone opens nothing then.
    pub fn protected(&self) -> bool {
        !self.devices.is_empty() || self.enrolment.is_some()
    }

    /// Whether credentials must not be changed now.
    pub fn frozen(&self, now: Timestamp) -> bool {
        self.frozen_for(now).is_some()
    }

    /// Until when credentials must not be changed. A moment further ahead than a freeze lasts was set by a clock that has been put right.
    pub fn frozen_for(&self, now: Timestamp) -> Option<Timestamp> {
        self.frozen_until.filter(|until| now < *until && until.since(now) <= LONGEST_FREEZE)
    }

    /// A device by its id.
    pub fn device(&self, id: &DeviceId) -> Option<&MfaDevice> {
        self.devices.iter().find(|device| device.id == *id)
    }

    /// The contacts who have accepted.
    pub fn accepted(&self) -> impl Iterator<Item = &Contact> {
        self.contacts.people.iter().filter(|contact| contact.since.is_some())
    }
}

impl RecoveryCodes {
    /// How many are left.
    pub fn count(&self) -> usize {
        self.left.iter().flatten().count()
    }
}
