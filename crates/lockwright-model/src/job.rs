//! The outbox: what is to be sent, committed with the change it tells of. No job carries a secret.

use serde::{Deserialize, Serialize};

use crate::access_key::AccessKeyId;
use crate::case::{CaseMoment, Channel, IdentityKind};
use crate::change::Version;
use crate::clock::Timestamp;
use crate::context::Source;
use crate::email::EmailAddress;
use crate::factors::Loss;
use crate::id::{AccountId, CaseId, ContactId, JobId, LinkId, SupportId, SystemId};
use crate::identity::Identity;
use crate::name::{AccountName, DeviceName, PersonName, UserName};
use crate::proof::Goal;
use crate::user_credential::{LoginService, UserCredentialId};

/// A job of the outbox.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// When it was made.
    pub created: Timestamp,
    /// When to try next.
    pub due: Timestamp,
    /// Tries so far.
    pub attempts: u32,
    /// Whether it will be tried again.
    pub state: JobState,
    /// What to do.
    pub task: Task,
}

/// Whether a job will be tried again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum JobState {
    /// Waiting for its time.
    Waiting,
    /// Given up; an operator may retry it.
    Dead {
        /// The last failure, without addresses or secrets.
        why: String,
    },
}

/// What a job does.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Task {
    /// Draw a ticket for a case, keep its hash, mail it. Does nothing for a decoy.
    SendTicket {
        /// The case.
        case: CaseId,
    },
    /// Look up what belongs to an address and mail it there. Does nothing when nothing does.
    FindMine {
        /// The address.
        address: EmailAddress,
        /// Who asked.
        source: Source,
    },
    /// Send a notice.
    Notify {
        /// To whom.
        to: Channel,
        /// What happened.
        notice: Notice,
        /// When it happened.
        at: Timestamp,
        /// From where.
        source: Source,
        /// Whose matter it is; the notice then carries a link for "this wasn't me".
        #[serde(default)]
        about: Option<Identity>,
    },
    /// Draw a code for one of a case's further addresses, keep its hash, send it. Does nothing for a decoy.
    SendCode {
        /// The case.
        case: CaseId,
        /// The address.
        channel: Channel,
    },
    /// Draw a link for a recovery contact, keep its hash, mail it.
    AskContact {
        /// The case.
        case: CaseId,
        /// The contact.
        contact: ContactId,
    },
    /// Confirm to a recovery contact that it is one, with the link by which it leaves. Does nothing when it is none any more.
    WelcomeContact {
        /// Whose contact.
        identity: Identity,
        /// Which one.
        contact: ContactId,
    },
    /// Tell somebody that they are a recovery contact no more.
    DismissContact {
        /// The person's address.
        to: EmailAddress,
        /// How the person calls the owner.
        owner: PersonName,
        /// What the owner signs in as.
        kind: IdentityKind,
        /// When.
        at: Timestamp,
    },
    /// Tell the owner that the waiting time of a recovery is half over, or over. Does nothing when the case has moved on.
    Remind {
        /// The case.
        case: CaseId,
        /// Which moment.
        moment: CaseMoment,
    },
    /// Remind somebody to look through their recovery contacts, or to rehearse. Does nothing when that was done meanwhile.
    Review {
        /// Whom.
        identity: Identity,
        /// Of what.
        what: ReviewOf,
    },
    /// Mail the answer to a request to the operators. Does nothing when there is none.
    AnswerSupport {
        /// The request.
        request: SupportId,
    },
    /// Remove an account or builder ID whose time to be taken back is over. Does nothing when it was.
    Remove {
        /// Whose.
        identity: Identity,
        /// Its time was found to be over a day before: a clock that leapt ahead for a while removes nobody.
        confirmed: bool,
    },
    /// Tell another system that the credentials which its login shares were changed.
    TellSystem {
        /// Whose.
        identity: Identity,
        /// Which link; it may have ended meanwhile.
        link: LinkId,
        /// The system.
        system: SystemId,
        /// What the system calls the person.
        login: String,
        /// What was changed.
        what: SharedChange,
        /// When.
        at: Timestamp,
    },
}

/// What is looked through from time to time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReviewOf {
    /// The recovery contacts, yearly (NIST SP 800-63B-4 §4.2.1.3).
    Contacts,
    /// A rehearsal, every six months.
    Drill,
}

/// A change that other systems are told of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SharedChange {
    /// The password.
    Password,
    /// The address that signs in.
    Email,
    /// A second factor was added or removed, or the recovery codes were drawn anew.
    Devices,
    /// The identity was closed by its owner or the host.
    Disabled,
    /// The link itself ended: what the system was given counts no longer.
    Unlinked,
}

/// What a notice tells.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Notice {
    /// A password was changed by its owner, who knew the old one.
    PasswordChanged(Whose),
    /// A forgotten password was replaced.
    PasswordRecovered(Whose),
    /// An administrator or the host replaced it.
    PasswordReset(Whose),
    /// 100 consecutive failures switched the password off until a recovery.
    PasswordDisabled(Whose),
    /// Somebody tried to register with an address that is in use.
    AlreadyRegistered(Whose),
    /// An IAM user asks for help.
    HelpRequested {
        /// The account.
        account: AccountId,
        /// The user.
        user: UserName,
        /// What the two compare.
        caller_code: String,
    },
    /// An address was confirmed.
    AddressConfirmed(Whose),
    /// Welcome, with the account number.
    Registered(Whose),
    /// Something else about a person's factors, recoveries or account.
    Happened {
        /// Whose.
        whose: Whose,
        /// What.
        what: Happening,
    },
}

/// What happened to a person's factors, recoveries or account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Happening {
    /// An MFA device was enrolled.
    DeviceAdded(DeviceName),
    /// An MFA device was removed.
    DeviceRemoved(DeviceName),
    /// An MFA device's clock was set right.
    DeviceResynced(DeviceName),
    /// 100 consecutive failures switched the typed codes off.
    DevicesDisabled,
    /// The password was right, the second factor was not (OWASP MFA).
    SecondFactorFailed,
    /// A new set of recovery codes was shown.
    CodesIssued,
    /// A recovery code was used; so many are left.
    CodeUsed(u8),
    /// An administrator or the host asks for a new enrolment.
    EnrolmentRequired,
    /// An access key was made.
    AccessKeyCreated(AccessKeyId),
    /// An SSH public key was uploaded.
    SshKeyUploaded(UserCredentialId),
    /// A signing certificate was uploaded.
    CertificateUploaded(UserCredentialId),
    /// A service-specific credential was made, or its secret anew.
    ServiceLoginMade(LoginService),
    /// A recovery was finished, and so many access keys from before still sign.
    KeysQuestioned(u8),
    /// Another address was confirmed, shown masked.
    AddressAdded(String),
    /// An address was removed, shown masked.
    AddressRemoved(String),
    /// Somebody was asked to be a recovery contact.
    ContactInvited(PersonName),
    /// A recovery contact accepted.
    ContactAdded(PersonName),
    /// Somebody does not want to be a recovery contact.
    ContactDeclined(PersonName),
    /// A recovery contact was removed by the owner.
    ContactRemoved(PersonName),
    /// A recovery contact left.
    ContactLeft(PersonName),
    /// So many recovery contacts must agree from now on.
    ContactsNeeded(u8),
    /// The recovery contacts were asked to help somebody who says to be the owner.
    ContactsAsked,
    /// A recovery contact refused to help with a recovery.
    ContactRefused(PersonName),
    /// A moment of a recovery.
    Recovery {
        /// What it is to do.
        goal: Goal,
        /// Which moment.
        moment: CaseMoment,
        /// When the waiting time ends.
        release: Option<Timestamp>,
        /// It is a rehearsal.
        drill: bool,
    },
    /// Somebody said "this wasn't me": sessions are ended, recoveries stopped, changes frozen.
    Contained,
    /// The address that signs in was changed; shown masked. The mail to the old one carries a link that undoes it.
    EmailChanged(String),
    /// That change was undone.
    EmailChangeUndone,
    /// The account was closed and can be taken back until then.
    AccountClosed(Timestamp),
    /// It was taken back.
    AccountReopened,
    /// A login of another system was linked.
    LoginLinked(PersonName),
    /// A link was ended.
    LoginUnlinked(PersonName),
    /// A rehearsal ended.
    DrillDone {
        /// What was pretended to be lost.
        lost: Loss,
        /// The way back was walked to its end.
        passed: bool,
    },
    /// Time to look through the recovery contacts.
    ReviewContacts,
    /// Time for a rehearsal.
    ReviewDrill,
}

/// Whom a notice is about, in words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Whose {
    /// The root user of an account.
    Root {
        /// The account.
        account: AccountId,
        /// Its name.
        name: AccountName,
    },
    /// An IAM user.
    User {
        /// The account.
        account: AccountId,
        /// The user's name.
        name: UserName,
    },
    /// The builder ID of the address.
    Builder,
    /// The operator of the address.
    Operator,
}
