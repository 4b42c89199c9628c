//! A mail or message with all that its words need. It may carry a secret, so it exists only between drawing and sending; it is never stored.

use lockwright_model::case::IdentityKind;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::Source;
use lockwright_model::email::EmailAddress;
use lockwright_model::id::AccountId;
use lockwright_model::job::{Notice, Whose};
use lockwright_model::name::{AccountName, Alias, PersonName, UserName};
use lockwright_model::secret::Secret;
use lockwright_model::token::Code;

/// What is mailed, or sent to a phone.
#[derive(Clone, Debug)]
pub enum OutgoingMail {
    /// A code, and mostly a link.
    Ticket {
        /// What they open.
        purpose: TicketPurpose,
        /// The code to type.
        code: Code,
        /// The whole URL of the link; `None`: the code alone, to be typed where it was asked for.
        link: Option<Secret>,
        /// When both stop working.
        expires: Timestamp,
        /// When it was asked for.
        at: Timestamp,
        /// From where it was asked.
        source: Source,
    },
    /// A call in which the digits on the page are keyed in: the call itself carries no secret.
    Call {
        /// What they open.
        purpose: TicketPurpose,
    },
    /// Something happened.
    Notice {
        /// What.
        notice: Notice,
        /// When.
        at: Timestamp,
        /// From where.
        source: Source,
        /// The whole URL of "this wasn't me", where saying so helps.
        link: Option<Secret>,
    },
    /// A letter to a recovery contact, who learns how it calls the owner and nothing else of them.
    Contact {
        /// What it says.
        letter: ContactLetter,
        /// How the contact calls the owner.
        owner: PersonName,
        /// What the owner signs in as.
        kind: IdentityKind,
        /// When it was asked for.
        at: Timestamp,
        /// From where it was asked.
        source: Source,
    },
    /// An operator's answer to a request.
    SupportAnswer {
        /// The answer.
        answer: String,
        /// What was asked.
        asked: String,
        /// When.
        at: Timestamp,
    },
    /// What belongs to the address, asked for by "find my account".
    Found {
        /// One line each; never empty.
        rows: Vec<FoundRow>,
        /// When it was asked.
        at: Timestamp,
        /// From where.
        source: Source,
    },
}

/// What a mailed ticket opens.
#[derive(Clone, Debug)]
pub enum TicketPurpose {
    /// A new root password.
    RootPassword {
        /// The account.
        account: AccountId,
        /// Its name.
        name: AccountName,
    },
    /// A new password for an IAM user.
    UserPassword {
        /// The account.
        account: AccountId,
        /// The user's name.
        user: UserName,
    },
    /// A new password for a builder ID.
    BuilderPassword,
    /// A new account.
    RegisterAccount,
    /// A new builder ID.
    RegisterBuilder {
        /// The person's name.
        name: PersonName,
    },
    /// An IAM user's own address.
    ConfirmAddress {
        /// The account.
        account: AccountId,
        /// The user's name.
        user: UserName,
    },
    /// A way past a lost MFA device.
    LostDevice(Whose),
    /// An additional address.
    AddAddress(Whose),
    /// The phone number of an account's primary contact.
    ContactPhone(Whose),
    /// Another address to sign in with.
    ChangeEmail(Whose),
    /// The way back of such a change, mailed to the address before it; by link alone.
    UndoEmail {
        /// Whose.
        whose: Whose,
        /// The address that signs in now, masked.
        address: String,
    },
}

/// What somebody is told who is a recovery contact, or is asked to be one.
#[derive(Clone, Debug)]
pub enum ContactLetter {
    /// The question whether the person wants to be one.
    Invitation {
        /// The whole URL of the link.
        link: Secret,
        /// When it stops working.
        expires: Timestamp,
    },
    /// The person is one from now on.
    Welcome {
        /// The whole URL of the link by which the person leaves.
        leave: Secret,
    },
    /// The person is none any more.
    Dismissal,
    /// Somebody who says to be the owner asks for help.
    Question {
        /// The whole URL of the link.
        link: Secret,
        /// When it stops working.
        expires: Timestamp,
        /// It is a rehearsal.
        drill: bool,
        /// The whole URL of the link by which the person leaves.
        leave: Secret,
    },
}

/// One thing that belongs to an address.
#[derive(Clone, Debug)]
pub enum FoundRow {
    /// The address is a root user's.
    Root {
        /// The account.
        account: AccountId,
        /// Its name.
        name: AccountName,
        /// Its alias.
        alias: Option<Alias>,
        /// The address that signs in, when it is another one than the mail goes to.
        sign_in: Option<EmailAddress>,
    },
    /// The address is an IAM user's.
    User {
        /// The account.
        account: AccountId,
        /// Its name.
        name: AccountName,
        /// Its alias.
        alias: Option<Alias>,
        /// The user's name.
        user: UserName,
    },
    /// The address is a builder ID's.
    Builder {
        /// The person's name.
        name: PersonName,
        /// The address that signs in, when it is another one than the mail goes to.
        sign_in: Option<EmailAddress>,
    },
}
