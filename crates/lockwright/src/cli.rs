//! The command line: `lockwright NOUN VERB`. Help, completions and man pages derive from here.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use lockwright_model::email::EmailAddress;
use lockwright_model::id::{AccountId, ChoiceId, JobId, SystemId};
use lockwright_model::name::{AccountName, PersonName, UserName};

/// Gets the right person back in, and nobody else: sign-in, credentials and recovery for accounts you host yourself.
#[derive(Parser, Debug)]
#[command(name = "lockwright", version, propagate_version = true, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) noun: Option<Noun>,
}

/// What every command takes.
#[derive(Args, Debug, Clone)]
pub(crate) struct Common {
    /// The data folder
    #[arg(long, global = true, value_name = "DIR", default_value = "lockwright-data")]
    pub(crate) data: PathBuf,
    /// The configuration file; without it DIR/lockwright.toml is read where it exists
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// How answers are printed
    #[arg(long, global = true, value_enum, default_value_t = Output::Table)]
    pub(crate) output: Output,
}

/// How answers are printed.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Output {
    /// For people
    Table,
    /// For programs
    Json,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Noun {
    /// Run the server; what `lockwright` without a command does
    Serve(Serve),
    /// Accounts and their root users
    #[command(subcommand)]
    Account(Account),
    /// IAM users of an account
    #[command(subcommand)]
    User(User),
    /// Print a profile for AWS clients on this host, ready for ~/.aws/config
    AwsConfig {
        #[command(flatten)]
        of: OfUser,
        /// What the profile is called
        #[arg(long, value_name = "NAME", default_value = "lockwright", value_parser = word)]
        profile: String,
        /// The region that is signed for: any will do
        #[arg(long, value_name = "NAME", default_value = "us-east-1", value_parser = word)]
        region: String,
    },
    /// Print temporary credentials of a user as JSON, for the `credential_process` of AWS clients on this host
    Credentials(OfUser),
    /// Policies: why somebody may do something, who can, and what is wrong with a document
    #[command(subcommand)]
    Policy(Policy),
    /// Builder IDs
    #[command(subcommand)]
    Builder(Builder),
    /// Operators of the installation, who help locked-out people on the pages of the admin listener
    #[command(subcommand)]
    Operator(Operator),
    /// MFA devices
    #[command(subcommand)]
    Mfa(Mfa),
    /// Signed-in browsers
    #[command(subcommand)]
    Session(Session),
    /// Other systems whose logins share credentials with identities here
    #[command(subcommand)]
    System(System),
    /// The outbox
    #[command(subcommand)]
    Mail(Mail),
    /// Records of choices about cookies and advertising
    #[command(subcommand)]
    Privacy(Privacy),
    /// The audit trail
    #[command(subcommand)]
    Trail(Trail),
    /// The machine's clock, and the floor under it
    #[command(subcommand)]
    Clock(Clock),
    /// The configuration
    #[command(subcommand)]
    Config(Config),
    /// The help centre
    #[command(subcommand)]
    Help(HelpCentre),
    /// Write a backup of the embedded store, while the server runs or not
    Backup {
        /// A file that does not exist yet
        file: PathBuf,
    },
    /// Make a data folder from a backup; sessions, links and codes of the backup are dead in it
    Restore {
        /// The backup
        file: PathBuf,
    },
    /// Check the installation: keys, configuration, stored data, mail
    Doctor,
    /// Print a completion script
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write man pages into a folder
    Man {
        /// The folder
        folder: PathBuf,
    },
}

/// Flags of `lockwright serve`.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct Serve {
    /// Where to listen for browsers and clients
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// Where to listen for /operator, /healthz, /readyz and /metrics
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) admin_listen: Option<SocketAddr>,
    /// The origin that people see; links in mails carry it
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Account {
    /// Make an account and print a single-use link that sets its root password
    Create {
        /// The account's name
        #[arg(long)]
        name: AccountName,
        /// The root user's email
        #[arg(long)]
        email: EmailAddress,
        /// Create an IAM user in the administrators group too
        #[arg(long, value_name = "NAME")]
        admin_user: Option<UserName>,
        /// Make an access key: the administrator's, or without one the root user's, which is bad practice
        #[arg(long)]
        access_key: bool,
    },
    /// List accounts
    List(Page<AccountId>),
    /// Show one account
    Show(WhichAccount),
    /// Print a single-use link that sets a new root password
    Recover(WhichAccount),
    /// Suspend an account: nobody of it signs in
    Suspend(WhichAccount),
    /// End a suspension
    Resume(WhichAccount),
    /// Close an account: everybody of it is signed out, and its root user can take it back for 90 days
    Close(WhichAccount),
    /// Take a closed account back
    Reopen(WhichAccount),
}

/// An account by number or root email.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(crate) struct WhichAccount {
    /// The account's number
    #[arg(long)]
    pub(crate) account: Option<AccountId>,
    /// The root user's email
    #[arg(long)]
    pub(crate) email: Option<EmailAddress>,
}

/// A user of an account.
#[derive(Args, Debug)]
pub(crate) struct OfUser {
    /// The account's number
    #[arg(long)]
    pub(crate) account: AccountId,
    /// The user's name
    #[arg(long)]
    pub(crate) user: UserName,
}

/// A page of a list.
#[derive(Args, Debug)]
pub(crate) struct Page<T: std::str::FromStr + Clone + Send + Sync + 'static>
where
    T::Err: std::error::Error + Send + Sync,
{
    /// Begin after this one
    #[arg(long)]
    pub(crate) after: Option<T>,
    /// The most rows
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) limit: u32,
}

#[derive(Subcommand, Debug)]
pub(crate) enum User {
    /// Create an IAM user
    Create {
        /// The account's number
        #[arg(long)]
        account: AccountId,
        /// The user's name
        #[arg(long)]
        name: UserName,
        /// Put it into the administrators group
        #[arg(long)]
        administrator: bool,
        /// How it gets into the console
        #[arg(long, value_enum, default_value_t = AccessKind::Link)]
        access: AccessKind,
        /// Make an access key and print its secret, this once
        #[arg(long)]
        access_key: bool,
        /// Attach a policy managed by AWS; can be given more than once
        #[arg(long = "policy", value_name = "ARN")]
        policies: Vec<String>,
    },
    /// List the IAM users of an account
    List {
        /// The account's number
        #[arg(long)]
        account: AccountId,
        #[command(flatten)]
        page: Page<UserName>,
    },
    /// Give a user a new password or a link to set one; ends the user's sessions
    ResetPassword {
        /// The account's number
        #[arg(long)]
        account: AccountId,
        /// The user's name
        #[arg(long)]
        name: UserName,
        /// What it gets
        #[arg(long, value_enum, default_value_t = AccessKind::Link)]
        access: AccessKind,
    },
}

#[derive(Subcommand, Debug)]
pub(crate) enum Policy {
    /// Say which statement of which policy allows or denies somebody something
    Why {
        /// The account's number
        #[arg(long)]
        account: AccountId,
        /// A user's name, or the ARN of a user or a role
        #[arg(long, value_name = "NAME|ARN")]
        principal: String,
        /// The action, such as iam:CreateUser
        #[arg(long)]
        action: String,
        /// The ARN of what it is done to
        #[arg(long, default_value = "*")]
        resource: String,
        /// A condition key of the request and its value; can be given more than once
        #[arg(long = "context", value_name = "KEY=VALUE", value_parser = pair)]
        context: Vec<(String, String)>,
    },
    /// List who of an account can do something
    Who {
        /// The account's number
        #[arg(long)]
        account: AccountId,
        /// The action, such as iam:CreateUser
        #[arg(long)]
        action: String,
        /// The ARN of what it is done to
        #[arg(long, default_value = "*")]
        resource: String,
    },
    /// Look a policy document over: what keeps it from being one, and what it likely doesn't mean; needs no server
    Lint {
        /// The file; - for standard input
        file: PathBuf,
        /// What it stands on
        #[arg(long, value_enum, default_value_t = PolicyKind::Identity)]
        kind: PolicyKind,
    },
}

/// What a policy stands on.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PolicyKind {
    /// A user, a group or a role
    Identity,
    /// A resource
    Resource,
    /// A role, as its trust policy
    Trust,
}

/// What can stand in AWS's configuration file as it is.
fn word(text: &str) -> Result<String, String> {
    let spelled = !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.@-".contains(letter));
    if spelled { Ok(text.to_owned()) } else { Err("write it with letters, digits and _.@- alone".to_owned()) }
}

/// `KEY=VALUE`.
fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// How a user gets into the console.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AccessKind {
    /// A single-use link to set a password
    Link,
    /// A generated password that must be changed at the next sign-in
    Generated,
    /// No console access
    None,
}

#[derive(Subcommand, Debug)]
pub(crate) enum System {
    /// Register a system and print its secret, once
    Add {
        /// What people call it
        #[arg(long)]
        name: PersonName,
        /// Where signed events are delivered: https, or http to this machine
        #[arg(long, value_name = "URL", value_parser = outside)]
        webhook: String,
        /// The page that people know it by, where linking goes on
        #[arg(long, value_name = "URL", value_parser = outside)]
        page: String,
    },
    /// List the registered systems
    List,
    /// Give a system another secret; the old one counts no longer
    NewSecret {
        /// The system
        id: SystemId,
    },
    /// Remove a system; links with it count no longer
    Remove {
        /// The system
        id: SystemId,
    },
}

#[derive(Subcommand, Debug)]
pub(crate) enum Builder {
    /// Make a builder ID and print a single-use link that sets its password
    Create {
        /// The person's name
        #[arg(long)]
        name: PersonName,
        /// The person's email
        #[arg(long)]
        email: EmailAddress,
    },
    /// List builder IDs
    List(Page<lockwright_model::id::BuilderId>),
    /// Print a single-use link that sets a new password
    Recover {
        /// The builder ID's email
        #[arg(long)]
        email: EmailAddress,
    },
    /// Switch a builder ID's sign-in off
    Disable {
        /// The builder ID's email
        #[arg(long)]
        email: EmailAddress,
    },
    /// Switch a builder ID's sign-in on
    Enable {
        /// The builder ID's email
        #[arg(long)]
        email: EmailAddress,
    },
    /// Registration on the page /builder/signup: off, on, or shown
    #[command(subcommand)]
    Registration(Registration),
}

#[derive(Subcommand, Debug)]
pub(crate) enum Operator {
    /// Make an operator and print a single-use link that sets its password; a device is enrolled at the first sign-in
    Create {
        /// The person's name
        #[arg(long)]
        name: PersonName,
        /// The person's email
        #[arg(long)]
        email: EmailAddress,
        /// What it may do
        #[arg(long, value_enum)]
        role: RoleKind,
    },
    /// List operators
    List(Page<lockwright_model::id::OperatorId>),
    /// Switch an operator's sign-in off; its sessions end at once
    Disable(WhichOperator),
    /// Switch an operator's sign-in on
    Enable(WhichOperator),
    /// Print a single-use link that sets a new password; the devices stay
    ResetPassword(WhichOperator),
    /// Remove an operator's devices and print a single-use link that sets a new password, with which a new one is enrolled
    ResetMfa(WhichOperator),
    /// Give an operator another role; its sessions end at once
    SetRole {
        #[command(flatten)]
        which: WhichOperator,
        /// What it may do from now on
        #[arg(long, value_enum)]
        role: RoleKind,
    },
    /// Remove an operator
    Delete(WhichOperator),
}

/// An operator by email.
#[derive(Args, Debug)]
pub(crate) struct WhichOperator {
    /// The operator's email
    #[arg(long)]
    pub(crate) email: EmailAddress,
}

/// What an operator may do.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RoleKind {
    /// Opens recoveries for people who call
    Support,
    /// Opens and approves them, never both of one, and sees how ready the installation is
    Security,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Registration {
    /// Switch it off; takes effect at once
    Off {
        /// When it opens again by itself: a moment (2026-12-01T08:00:00Z) or a span from now ("3 days")
        #[arg(long)]
        until: Option<String>,
        /// What the page says besides
        #[arg(long)]
        message: Option<String>,
    },
    /// Switch it on; takes effect at once
    On,
    /// Say whether it is open
    Show,
}

/// Whose sessions.
#[derive(Args, Debug)]
#[group(required = true, multiple = true)]
pub(crate) struct Whose {
    /// The account's number: its root user, or with --user an IAM user
    #[arg(long, conflicts_with = "builder")]
    pub(crate) account: Option<AccountId>,
    /// An IAM user's name
    #[arg(long, requires = "account")]
    pub(crate) user: Option<UserName>,
    /// A builder ID's email
    #[arg(long)]
    pub(crate) builder: Option<EmailAddress>,
    /// An operator's email
    #[arg(long, conflicts_with_all = ["account", "builder"])]
    pub(crate) operator: Option<EmailAddress>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Mfa {
    /// List the MFA devices of an identity
    List(WhoseDevices),
    /// Remove all MFA devices of an identity: its sessions end, and a new device is enrolled at the next sign-in
    Reset(WhoseDevices),
}

/// Whose devices.
#[derive(Args, Debug)]
#[group(required = true, multiple = true)]
pub(crate) struct WhoseDevices {
    /// A root user's email
    #[arg(long, conflicts_with_all = ["account", "builder"])]
    pub(crate) email: Option<EmailAddress>,
    /// The account's number: its root user, or with --user an IAM user
    #[arg(long, conflicts_with = "builder")]
    pub(crate) account: Option<AccountId>,
    /// An IAM user's name
    #[arg(long, requires = "account")]
    pub(crate) user: Option<UserName>,
    /// A builder ID's email
    #[arg(long)]
    pub(crate) builder: Option<EmailAddress>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Session {
    /// List the living sessions of an identity
    List(Whose),
    /// End all sessions of an identity
    End(Whose),
}

#[derive(Subcommand, Debug)]
pub(crate) enum Mail {
    /// List mails that wait or were given up
    List(Page<JobId>),
    /// Try one again now
    Retry {
        /// The mail's id, from `lockwright mail list`
        id: JobId,
    },
}

#[derive(Subcommand, Debug)]
pub(crate) enum Trail {
    /// List events, newest first
    List {
        /// The account's number; without it, the installation's own events
        #[arg(long)]
        account: Option<AccountId>,
        /// The most events
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
}

#[derive(Subcommand, Debug)]
pub(crate) enum Privacy {
    /// Show the records under one drawn name, newest first
    Show {
        /// The drawn name, as a person sees it under "Cookie preferences"
        id: ChoiceId,
    },
    /// Print all records as proof, one JSON object a line
    Export,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Clock {
    /// Say how the clock stands to the latest moment that was ever seen
    Show,
    /// Say that the clock is right though it stands below its floor; everybody signs in afresh
    Accept,
}

#[derive(Subcommand, Debug)]
pub(crate) enum HelpCentre {
    /// Write the whole help centre into one HTML file that needs no network
    Export {
        /// Where to; what stands there is replaced
        file: PathBuf,
    },
}

#[derive(Subcommand, Debug)]
pub(crate) enum Config {
    /// Say whether the configuration would be accepted
    Check,
    /// Print the configuration in effect, secrets left out
    Print,
    /// Print the reference of all settings as Markdown
    Reference,
}

/// An address of another system.
fn outside(url: &str) -> Result<String, String> {
    lockwright_service::webhook::check_url(url).map(|()| url.to_owned()).map_err(|error| error.to_string())
}
