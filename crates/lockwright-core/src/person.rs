//! One of the kinds of identity with its stored state, so that a rule is written once for all of them.

use std::sync::Arc;

use lockwright_model::access_key::AccessKey;
use lockwright_model::account::{Account, AccountState};
use lockwright_model::builder::Builder;
use lockwright_model::case::{Channel, IdentityKind};
use lockwright_model::change::{ClaimKey, Key, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::credential::Credential;
use lockwright_model::email::EmailAddress;
use lockwright_model::event::IamUser;
use lockwright_model::factors::{DeviceKind, Factors};
use lockwright_model::id::AccountId;
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::job::Whose;
use lockwright_model::operator::Operator;
use lockwright_model::password_policy::PasswordPolicy;
use lockwright_model::proof::Goal;
use lockwright_model::user::User;

use crate::recovery::rules::{Origin, RuleBook};

/// An identity as stored.
#[derive(Clone, PartialEq, Debug)]
pub enum Person {
    /// The root user of an account.
    Root(Account),
    /// An IAM user, with its account.
    User {
        /// The account.
        account: Arc<Account>,
        /// The user.
        user: User,
    },
    /// A builder ID.
    Builder(Builder),
    /// An operator of the installation.
    Operator(Operator),
}

/// Why somebody who proved the password still can't come in. Told only after the proof.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bar {
    /// The operator suspended the account.
    AccountSuspended,
    /// An administrator (or for a builder ID the operator, for an operator the host) switched sign-in off.
    Disabled,
    /// The password has expired and only an administrator may set a new one (`HardExpiry`).
    ExpiredHard,
    /// The root user closed the account; only the root user still comes in, to take it back.
    AccountClosed,
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
            Self::Operator(operator) => Identity::Operator(operator.id.clone()),
        }
    }

    /// Which kind of sign-in it uses.
    pub fn kind(&self) -> IdentityKind {
        match self {
            Self::Root(_) => IdentityKind::Root,
            Self::User { .. } => IdentityKind::Iam,
            Self::Builder(_) => IdentityKind::Builder,
            Self::Operator(_) => IdentityKind::Operator,
        }
    }

    /// The account whose trail tells of it.
    pub fn account_id(&self) -> Option<AccountId> {
        self.identity().account()
    }

    /// Its ARN; builder IDs and operators have none.
    pub fn arn(&self) -> Option<String> {
        match self {
            Self::Root(account) => Some(account.id.root_arn()),
            Self::User { user, .. } => Some(user.arn()),
            Self::Builder(_) | Self::Operator(_) => None,
        }
    }

    /// The same circumstances, with this person acting.
    pub fn acting(&self, op: &OpContext) -> OpContext {
        OpContext { principal: Principal::Signed(self.identity()), iam_user: self.iam_user(), ..op.clone() }
    }

    /// An IAM user's name and ARN, for the trail.
    pub fn iam_user(&self) -> Option<IamUser> {
        match self {
            Self::User { user, .. } => Some(IamUser::from(user)),
            Self::Root(_) | Self::Builder(_) | Self::Operator(_) => None,
        }
    }

    /// An IAM user's name.
    pub fn user_name(&self) -> Option<String> {
        match self {
            Self::User { user, .. } => Some(user.name.to_string()),
            Self::Root(_) | Self::Builder(_) | Self::Operator(_) => None,
        }
    }

    /// The password as kept.
    pub fn credential(&self) -> Option<&Credential> {
        match self {
            Self::Root(account) => account.root.credential.as_ref(),
            Self::User { user, .. } => user.login_profile.as_ref().and_then(|profile| profile.credential.as_ref()),
            Self::Builder(builder) => builder.credential.as_ref(),
            Self::Operator(operator) => operator.credential.as_ref(),
        }
    }

    fn credential_mut(&mut self) -> Option<&mut Credential> {
        match self {
            Self::Root(account) => account.root.credential.as_mut(),
            Self::User { user, .. } => user.login_profile.as_mut().and_then(|profile| profile.credential.as_mut()),
            Self::Builder(builder) => builder.credential.as_mut(),
            Self::Operator(operator) => operator.credential.as_mut(),
        }
    }

    /// Sessions of another epoch are ended.
    pub fn epoch(&self) -> u64 {
        match self {
            Self::Root(account) => account.root.epoch,
            Self::User { account, user } => (account.root.epoch & !(SUSPENSION - 1)) + user.epoch,
            Self::Builder(builder) => builder.epoch,
            Self::Operator(operator) => operator.epoch,
        }
    }

    /// Ends all its sessions.
    pub fn end_sessions(&mut self) {
        match self {
            Self::Root(account) => account.root.epoch += 1,
            Self::User { user, .. } => user.epoch += 1,
            Self::Builder(builder) => builder.epoch += 1,
            Self::Operator(operator) => operator.epoch += 1,
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
            Self::Operator(operator) => operator.credential = Some(credential),
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
            Self::Root(_) | Self::Builder(_) | Self::Operator(_) => false,
        }
    }

    /// What it can prove itself with, how it is reached, what is under way for it.
    pub fn factors(&self) -> &Factors {
        match self {
            Self::Root(account) => &account.root.factors,
            Self::User { user, .. } => &user.factors,
            Self::Builder(builder) => &builder.factors,
            Self::Operator(operator) => &operator.factors,
        }
    }

    /// The same, to be changed; the row is to be put afterwards.
    pub fn factors_mut(&mut self) -> &mut Factors {
        match self {
            Self::Root(account) => &mut account.root.factors,
            Self::User { user, .. } => &mut user.factors,
            Self::Builder(builder) => &mut builder.factors,
            Self::Operator(operator) => &mut operator.factors,
        }
    }

    /// The verified address that it signs in with, or for an IAM user the first one confirmed.
    pub fn primary_email(&self) -> Option<&EmailAddress> {
        match self {
            Self::Root(account) => Some(&account.root.email),
            Self::User { user, .. } => user.email.as_ref(),
            Self::Builder(builder) => Some(&builder.email),
            Self::Operator(operator) => Some(&operator.email),
        }
    }

    /// The claim that an address of this kind of identity stands under when it signs in; IAM users sign in with none.
    pub fn email_claim(&self, address: &EmailAddress) -> Option<ClaimKey> {
        match self {
            Self::Root(_) => Some(ClaimKey::RootEmail(address.key())),
            Self::User { .. } => None,
            Self::Builder(_) => Some(ClaimKey::BuilderEmail(address.key())),
            Self::Operator(_) => Some(ClaimKey::OperatorEmail(address.key())),
        }
    }

    /// Puts another address in the place of the one it signs in with, which is returned. The claims are the caller's.
    pub(crate) fn replace_email(&mut self, address: EmailAddress) -> Option<EmailAddress> {
        match self {
            Self::Root(account) => Some(std::mem::replace(&mut account.root.email, address)),
            Self::User { user, .. } => user.email.replace(address),
            Self::Builder(builder) => Some(std::mem::replace(&mut builder.email, address)),
            Self::Operator(operator) => Some(std::mem::replace(&mut operator.email, address)),
        }
    }

    /// Its access keys; builder IDs and operators have none.
    pub fn keys(&self) -> &[AccessKey] {
        match self {
            Self::Root(account) => &account.root.keys,
            Self::User { user, .. } => &user.keys,
            Self::Builder(_) | Self::Operator(_) => &[],
        }
    }

    /// The same, to be changed; `None`: it can have none.
    pub(crate) fn keys_mut(&mut self) -> Option<&mut Vec<AccessKey>> {
        match self {
            Self::Root(account) => Some(&mut account.root.keys),
            Self::User { user, .. } => Some(&mut user.keys),
            Self::Builder(_) | Self::Operator(_) => None,
        }
    }

    /// Every claim that may stand for it: its address, its account's alias, additional addresses, passkeys, access keys.
    pub fn claims(&self) -> Vec<ClaimKey> {
        let factors = self.factors();
        let extra =
            factors.emails.iter().map(|email| email.address.key()).chain(factors.phones.iter().map(|phone| phone.number.to_string()));
        let extra = extra.map(|key| ClaimKey::Address(key, self.identity().to_string()));
        let passkeys = factors.devices.iter().filter_map(|device| match &device.kind {
            DeviceKind::Passkey { credential, .. } => Some(ClaimKey::Passkey(credential.clone())),
            DeviceKind::Totp { .. } => None,
        });
        let alias = match self {
            Self::Root(account) => account.alias.as_ref().map(|alias| ClaimKey::Alias(alias.key())),
            Self::User { .. } | Self::Builder(_) | Self::Operator(_) => None,
        };
        let own = self.primary_email().and_then(|email| self.email_claim(email));
        let keys = self.keys().iter().map(|key| ClaimKey::AccessKey(key.id.clone()));
        own.into_iter().chain(alias).chain(extra).chain(passkeys).chain(keys).collect()
    }

    /// When its owner closed it, or the account it belongs to; it can be taken back for a while.
    pub fn closed(&self) -> Option<Timestamp> {
        match self {
            Self::Root(account) => account.closed,
            Self::User { account, .. } => account.closed,
            Self::Builder(builder) => builder.closed,
            Self::Operator(_) => None,
        }
    }

    /// All its verified email addresses, the one it signs in with first.
    pub fn addresses(&self) -> Vec<EmailAddress> {
        let extra = self.factors().emails.iter().map(|email| &email.address);
        self.primary_email().into_iter().chain(extra).cloned().collect()
    }

    /// Everywhere it is reached: every email address and every phone (NIST SP 800-63B-4 §4.6).
    pub fn channels(&self) -> Vec<Channel> {
        let phones = self.factors().phones.iter().map(|phone| Channel::Phone(phone.number.clone()));
        self.addresses().into_iter().map(Channel::Email).chain(phones).collect()
    }

    /// Whether a code sent to this address proves anything for a recovery now: confirmed, and not newly so.
    pub fn serves_recovery(&self, channel: &Channel, now: Timestamp) -> bool {
        self.channel_serves_from(channel).is_some_and(|from| now >= from)
    }

    /// From when on a code sent to this address proves anything for a recovery; `None`: it is none of its addresses.
    pub fn channel_serves_from(&self, channel: &Channel) -> Option<Timestamp> {
        let factors = self.factors();
        let (origin, since) = match channel {
            Channel::Email(address) if self.primary_email() == Some(address) => match (self, factors.email_changed) {
                (_, None) => (Origin::Registered, Timestamp::default()),
                // An IAM user's own address was confirmed like any further one, and nobody can undo it.
                (Self::User { .. }, Some(at)) => (Origin::Added, at),
                (_, Some(at)) => (Origin::Changed, at),
            },
            Channel::Email(address) => (Origin::Added, factors.emails.iter().find(|email| email.address == *address)?.since),
            Channel::Phone(number) => (Origin::Added, factors.phones.iter().find(|phone| phone.number == *number)?.since),
        };
        Some(RuleBook::PRODUCTION.serves_from(origin, since))
    }

    /// Whether a recovery without an administrator is begun for it at all; what it then takes, the rules say.
    pub fn may_recover(&self, goal: Goal) -> bool {
        let protected = self.factors().protected();
        let reachable = match self {
            Self::Root(_) | Self::Builder(_) => true,
            Self::User { account, user } => {
                let allowed = goal == Goal::Reenrol || account.self_service_recovery;
                allowed && user.login_profile.is_some() && (protected || user.email.is_some())
            }
            // The host is an operator's only way back.
            Self::Operator(_) => false,
        };
        // Without a device there is none to lose.
        reachable && self.bar().is_none() && (protected || goal == Goal::NewPassword)
    }

    /// Whether the password, or the access it belongs to, was replaced after this moment: what was asked for before is void (A17).
    /// One in the future was made by a clock that has been put right since, and voids nothing.
    pub fn replaced_since(&self, moment: Timestamp, now: Timestamp) -> bool {
        let access = match self {
            Self::User { user, .. } => user.login_profile.as_ref().map(|profile| profile.created),
            Self::Root(_) | Self::Builder(_) | Self::Operator(_) => None,
        };
        self.credential()
            .map(|credential| credential.changed)
            .max(access)
            .is_some_and(|replaced| replaced > moment && !crate::of_another_clock(replaced, now))
    }

    /// What bars it whatever the password.
    pub fn bar(&self) -> Option<Bar> {
        match self {
            Self::Root(account) if account.state == AccountState::Suspended => Some(Bar::AccountSuspended),
            Self::User { account, .. } if account.state == AccountState::Suspended => Some(Bar::AccountSuspended),
            Self::User { user, .. } if user.disabled => Some(Bar::Disabled),
            Self::Builder(builder) if builder.disabled => Some(Bar::Disabled),
            Self::Operator(operator) if operator.disabled => Some(Bar::Disabled),
            Self::User { account, .. } if matches!(account.state, AccountState::Closed { .. }) => Some(Bar::AccountClosed),
            _ => None,
        }
    }

    /// The account password policy; it binds IAM users only.
    pub fn password_policy(&self) -> Option<&PasswordPolicy> {
        match self {
            Self::User { account, .. } => account.password_policy.as_ref(),
            Self::Root(_) | Self::Builder(_) | Self::Operator(_) => None,
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
            Self::Operator(_) => Whose::Operator,
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
            Self::Operator(operator) => words.push(operator.name.to_string()),
        }
        words
    }

    /// The row that carries it, to be put.
    pub fn record(self) -> Record {
        match self {
            Self::Root(account) => Record::Account(account),
            Self::User { user, .. } => Record::User(user),
            Self::Builder(builder) => Record::Builder(builder),
            Self::Operator(operator) => Record::Operator(operator),
        }
    }

    /// The row that carries it and the version read, to be expected.
    pub fn row(&self) -> (Key, Version) {
        match self {
            Self::Root(account) => (Key::Account(account.id), account.version),
            Self::User { user, .. } => (Key::User(user.id.clone()), user.version),
            Self::Builder(builder) => (Key::Builder(builder.id.clone()), builder.version),
            Self::Operator(operator) => (Key::Operator(operator.id.clone()), operator.version),
        }
    }
}
