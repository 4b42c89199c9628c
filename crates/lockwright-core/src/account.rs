//! What is decided about an account itself: alias, password policy, self-service recovery, suspension.

use lockwright_model::account::{Account, AccountState};
use lockwright_model::change::{ChangeSet, Claim, ClaimKey, Key, Record, Version};
use lockwright_model::contact::{AlternateContact, AlternateKind, PrimaryContact};
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::identity::Identity;
use lockwright_model::name::{AccountName, Alias};
use lockwright_model::password_policy::PasswordPolicy;
use serde_json::{Value, json};

use crate::Decided;
use crate::permit::Permit;
use crate::person::SUSPENSION;

/// The account is another one than the permit's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OtherAccount;

/// Gives the account another name (Account API `PutAccountName`).
pub fn set_name(
    permit: &Permit,
    mut account: Account,
    name: AccountName,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, OtherAccount> {
    let mut changes = start(permit, &account)?;
    if name == account.name {
        return Ok(Decided::new(changes, ()));
    }
    let told = Told::new(Service::Account, "PutAccountName", Some(account.id)).request(json!({"accountName": name.as_str()}));
    changes.tell(AuditEvent::new(op, entropy, told));
    account.name = name;
    changes.put(Record::Account(account));
    Ok(Decided::new(changes, ()))
}

/// Sets the alias, or removes it with `None` (`CreateAccountAlias`, `DeleteAccountAlias`). One per account: the old one is freed.
pub fn set_alias(
    permit: &Permit,
    mut account: Account,
    alias: Option<Alias>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, OtherAccount> {
    let mut changes = start(permit, &account)?;
    if alias == account.alias {
        return Ok(Decided::new(ChangeSet::default(), ()));
    }
    if let Some(old) = &account.alias {
        changes.delete(Key::Claim(ClaimKey::Alias(old.key())), Version::NEW);
        tell(&mut changes, "DeleteAccountAlias", &account, json!({"accountAlias": old.as_str()}), op, entropy);
    }
    if let Some(new) = &alias {
        changes.put(Record::Claim(Claim::held(ClaimKey::Alias(new.key()), Identity::Root(account.id))));
        tell(&mut changes, "CreateAccountAlias", &account, json!({"accountAlias": new.as_str()}), op, entropy);
    }
    account.alias = alias;
    changes.put(Record::Account(account));
    Ok(Decided::new(changes, ()))
}

/// Replaces the password policy whole, or removes it with `None` (`UpdateAccountPasswordPolicy`, `DeleteAccountPasswordPolicy`).
pub fn set_password_policy(
    permit: &Permit,
    mut account: Account,
    policy: Option<PasswordPolicy>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, OtherAccount> {
    let mut changes = start(permit, &account)?;
    let name = if policy.is_some() { "UpdateAccountPasswordPolicy" } else { "DeleteAccountPasswordPolicy" };
    let request = policy.as_ref().map_or(Value::Null, policy_request);
    tell(&mut changes, name, &account, request, op, entropy);
    account.password_policy = policy;
    changes.put(Record::Account(account));
    Ok(Decided::new(changes, ()))
}

/// Lets IAM users with a confirmed address reset a forgotten password themselves, or not.
pub fn set_self_service(
    permit: &Permit,
    mut account: Account,
    allowed: bool,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, OtherAccount> {
    let mut changes = start(permit, &account)?;
    account.self_service_recovery = allowed;
    tell(&mut changes, "UpdateSelfServiceRecovery", &account, json!({"allowed": allowed}), op, entropy);
    changes.put(Record::Account(account));
    Ok(Decided::new(changes, ()))
}

/// Replaces the primary contact whole (Account API `PutContactInformation`).
pub fn set_primary_contact(
    permit: &Permit,
    mut account: Account,
    contact: PrimaryContact,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, OtherAccount> {
    let mut changes = start(permit, &account)?;
    changes.tell(AuditEvent::new(op, entropy, Told::new(Service::Account, "PutContactInformation", Some(account.id))));
    account.contacts.primary = Some(contact);
    if !account.contacts.phone_is_verified() {
        account.contacts.verified_phone = None;
    }
    changes.put(Record::Account(account));
    Ok(Decided::new(changes, ()))
}

/// Replaces an alternate contact, or removes it with `None` (Account API `PutAlternateContact`, `DeleteAlternateContact`).
pub fn set_alternate_contact(
    permit: &Permit,
    mut account: Account,
    kind: AlternateKind,
    contact: Option<AlternateContact>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, OtherAccount> {
    let mut changes = start(permit, &account)?;
    if account.contacts.alternate(kind) == contact.as_ref() {
        return Ok(Decided::new(changes, ()));
    }
    let name = if contact.is_some() { "PutAlternateContact" } else { "DeleteAlternateContact" };
    let told = Told::new(Service::Account, name, Some(account.id)).request(json!({"alternateContactType": kind.as_str()}));
    changes.tell(AuditEvent::new(op, entropy, told));
    *account.contacts.alternate_mut(kind) = contact;
    changes.put(Record::Account(account));
    Ok(Decided::new(changes, ()))
}

/// Suspends an account or ends that; either way all sessions of all its people end for good. What was closed before, or under the
/// suspension, is closed after it.
pub fn set_suspended(mut account: Account, suspended: bool, op: &OpContext, entropy: &dyn Entropy) -> Decided<()> {
    let mut changes = ChangeSet::default();
    let name = if suspended { "SuspendAccount" } else { "ResumeAccount" };
    account.state = match account.closed {
        _ if suspended => AccountState::Suspended,
        Some(at) => AccountState::Closed { at },
        None => AccountState::Active,
    };
    account.root.epoch += SUSPENSION;
    tell(&mut changes, name, &account, Value::Null, op, entropy);
    changes.put(Record::Account(account));
    Decided::new(changes, ())
}

fn start(permit: &Permit, account: &Account) -> Result<ChangeSet, OtherAccount> {
    if permit.account() == account.id { Ok(ChangeSet::default()) } else { Err(OtherAccount) }
}

fn policy_request(policy: &PasswordPolicy) -> Value {
    json!({
        "minimumPasswordLength": policy.minimum_length,
        "requireSymbols": policy.require_symbols,
        "requireNumbers": policy.require_numbers,
        "requireUppercaseCharacters": policy.require_uppercase,
        "requireLowercaseCharacters": policy.require_lowercase,
        "allowUsersToChangePassword": policy.allow_users_to_change,
        "maxPasswordAge": policy.max_age_days,
        "passwordReusePrevention": policy.reuse_prevention,
        "hardExpiry": policy.hard_expiry,
    })
}

fn tell(changes: &mut ChangeSet, name: &'static str, account: &Account, request: Value, op: &OpContext, entropy: &dyn Entropy) {
    changes.tell(AuditEvent::new(op, entropy, Told::new(Service::Iam, name, Some(account.id)).request(request)));
}
