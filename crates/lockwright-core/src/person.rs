//! One of the three kinds of identity with its stored state, so that a rule is written once for all of them.

use lockwright_model::account::{Account, AccountState};
use lockwright_model::builder::Builder;
use lockwright_model::case::IdentityKind;
use lockwright_model::change::{Key, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::credential::Credential;
use lockwright_model::email::EmailAddress;
use lockwright_model::id::AccountId;
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::job::Whose;
use lockwright_model::password_policy::PasswordPolicy;
use lockwright_model::user::User;

/// An identity as stored.
#[derive(Clone, PartialEq, Debug)]
pub enum Person {
    /// The root user of an account.
    Root(Account),
    /// An IAM user, with its account.
    User {
        /// The account.
        account: Account,
        /// The user.
        user: User,
    },
    /// A builder ID.
    Builder(Builder),
}

/// Why somebody who proved the password still can't come in. Told only after the proof.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bar {
    /// The operator suspended the account.
    AccountSuspended,
    /// An administrator (or for a builder ID, the operator) switched sign-in off.
    Disabled,
    /// The password has expired and only an administrator may set a new one (`HardExpiry`).
    ExpiredHard,
}

/// What a suspension adds to a root user's epoch. The upper half counts suspensions, which end the sessions of all the account's
/// people for good; the lower half what ends the root user's own.
pub(crate) const SUSPENSION: u64 = 1 << 32;

impl Person {
    /// Whom it is.
    pub fn identity(&self) -> Identity {
        match self {
            Self::Root(account) => Identity::Root(account.id),
            Self::User { user, .. } => Identity::User(user.id.clone()),
            Self::Builder(builder) => Identity::Builder(builder.id.clone()),
        }
    }

    /// Which kind of sign-in it uses.
    pub fn kind(&self) -> IdentityKind {
        match self {
            Self::Root(_) => IdentityKind::Root,
            Self::User { .. } => IdentityKind::Iam,
            Self::Builder(_) => IdentityKind::Builder,
        }
    }

    /// The account whose trail tells of it.
    pub fn account_id(&self) -> Option<AccountId> {
        self.identity().account()
    }

    /// The same circumstances, with this person acting.
    pub fn acting(&self, op: &OpContext) -> OpContext {
        OpContext { principal: Principal::Signed(self.identity()), user_name: self.user_name(), ..op.clone() }
    }

    /// The user's name, for the trail.
    pub fn user_name(&self) -> Option<String> {
        match self {
            Self::User { user, .. } => Some(user.name.to_string()),
            Self::Root(_) | Self::Builder(_) => None,
        }
    }

    /// The password as kept.
    pub fn credential(&self) -> Option<&Credential> {
        match self {
            Self::Root(account) => account.root.credential.as_ref(),
            Self::User { user, .. } => user.login_profile.as_ref().and_then(|profile| profile.credential.as_ref()),
            Self::Builder(builder) => builder.credential.as_ref(),
        }
    }

    fn credential_mut(&mut self) -> Option<&mut Credential> {
        match self {
            Self::Root(account) => account.root.credential.as_mut(),
            Self::User { user, .. } => user.login_profile.as_mut().and_then(|profile| profile.credential.as_mut()),
            Self::Builder(builder) => builder.credential.as_mut(),
        }
    }

    /// Sessions of another epoch are ended.
    pub fn epoch(&self) -> u64 {
        match self {
            Self::Root(account) => account.root.epoch,
            Self::User { account, user } => (account.root.epoch & !(SUSPENSION - 1)) + user.epoch,
            Self::Builder(builder) => builder.epoch,
        }
    }

    /// Ends all its sessions.
    pub fn end_sessions(&mut self) {
        match self {
            Self::Root(account) => account.root.epoch += 1,
            Self::User { user, .. } => user.epoch += 1,
            Self::Builder(builder) => builder.epoch += 1,
        }
    }

    /// Replaces the password and ends all sessions. An IAM user without a login profile gets none (`false`).
    pub fn replace_credential(&mut self, credential: Credential) -> bool {
        match self {
            Self::Root(account) => account.root.credential = Some(credential),
            Self::User { user, .. } => match user.login_profile.as_mut() {
                Some(profile) => profile.credential = Some(credential),
                None => return false,
            },
            Self::Builder(builder) => builder.credential = Some(credential),
        }
        self.end_sessions();
        true
    }

    /// Switches the password off until a recovery.
    pub fn disable_credential(&mut self) {
        if let Some(credential) = self.credential_mut() {
            credential.disabled = true;
        }
    }

    /// Puts a re-hash of the same password in place; neither its age nor its sessions change.
    pub(crate) fn rehash(&mut self, hash: lockwright_model::secret::PasswordHash) {
        if let Some(credential) = self.credential_mut() {
            credential.hash = hash;
        }
    }

    /// Notes a completed sign-in; `false` when this kind keeps no note.
    pub(crate) fn note_sign_in(&mut self, now: Timestamp) -> bool {
        match self {
            Self::User { user, .. } => {
                user.last_sign_in = Some(now);
                true
            }
            Self::Root(_) | Self::Builder(_) => false,
        }
    }

    /// Its verified addresses: where tickets and notices go.
    pub fn addresses(&self) -> Vec<EmailAddress> {
        match self {
            Self::Root(account) => vec![account.root.email.clone()],
            Self::User { user, .. } => user.email.iter().cloned().collect(),
            Self::Builder(builder) => vec![builder.email.clone()],
        }
    }

    /// Whether it may replace a forgotten password without an administrator.
    pub fn may_recover_alone(&self) -> bool {
        match self {
            Self::Root(account) => account.state == AccountState::Active,
            Self::User { account, user } => {
                account.state == AccountState::Active
                    && account.self_service_recovery
                    && user.email.is_some()
                    && user.login_profile.is_some()
                    && !user.disabled
            }
            Self::Builder(builder) => !builder.disabled,
        }
    }

    /// Whether the password, or the access it belongs to, was replaced after this moment: what was asked for before is void (A17).
    pub fn replaced_since(&self, moment: Timestamp) -> bool {
        let access = match self {
            Self::User { user, .. } => user.login_profile.as_ref().map(|profile| profile.created),
            Self::Root(_) | Self::Builder(_) => None,
        };
        self.credential().map(|credential| credential.changed).max(access).is_some_and(|replaced| replaced > moment)
    }

    /// What bars it whatever the password.
    pub fn bar(&self) -> Option<Bar> {
        match self {
            Self::Root(account) | Self::User { account, .. } if account.state == AccountState::Suspended => Some(Bar::AccountSuspended),
            Self::User { user, .. } if user.disabled => Some(Bar::Disabled),
            Self::Builder(builder) if builder.disabled => Some(Bar::Disabled),
            _ => None,
        }
    }

    /// The account password policy; it binds IAM users only.
    pub fn password_policy(&self) -> Option<&PasswordPolicy> {
        match self {
            Self::User { account, .. } => account.password_policy.as_ref(),
            Self::Root(_) | Self::Builder(_) => None,
        }
    }

    /// Whether the password is older than the account's policy allows.
    pub fn password_expired(&self, now: Timestamp) -> bool {
        match (self.password_policy().and_then(|policy| policy.max_age_days), self.credential()) {
            (Some(days), Some(credential)) => now.since(credential.changed).as_secs() >= u64::from(days) * 86_400,
            _ => false,
        }
    }

    /// Whom a notice is about.
    pub fn whose(&self) -> Whose {
        match self {
            Self::Root(account) => Whose::Root { account: account.id, name: account.name.clone() },
            Self::User { account, user } => Whose::User { account: account.id, name: user.name.clone() },
            Self::Builder(_) => Whose::Builder,
        }
    }

    /// Words that its password must not be (ASVS 6.2.11).
    pub fn context_words(&self) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for address in self.addresses() {
            words.extend(address.as_str().split('@').next().map(str::to_owned));
            words.push(address.to_string());
        }
        match self {
            Self::Root(account) => words.push(account.name.to_string()),
            Self::User { account, user } => {
                words.push(account.name.to_string());
                words.extend(account.alias.as_ref().map(ToString::to_string));
                words.push(user.name.to_string());
            }
            Self::Builder(builder) => words.push(builder.name.to_string()),
        }
        words
    }

    /// The row that carries it, to be put.
    pub fn record(self) -> Record {
        match self {
            Self::Root(account) => Record::Account(account),
            Self::User { user, .. } => Record::User(user),
            Self::Builder(builder) => Record::Builder(builder),
        }
    }

    /// The row that carries it and the version read, to be expected.
    pub fn row(&self) -> (Key, Version) {
        match self {
            Self::Root(account) => (Key::Account(account.id), account.version),
            Self::User { user, .. } => (Key::User(user.id.clone()), user.version),
            Self::Builder(builder) => (Key::Builder(builder.id.clone()), builder.version),
        }
    }
}
