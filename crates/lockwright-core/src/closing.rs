//! Closing an account or a builder ID, taking it back within 90 days, and removing it when they are over.

use std::time::Duration;

use lockwright_model::account::AccountState;
use lockwright_model::case::Channel;
use lockwright_model::change::{ChangeSet, ClaimKey, Key, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::help::HelpRequest;
use lockwright_model::identity::Identity;
use lockwright_model::job::{Happening, Notice, SharedChange, Task};
use lockwright_model::resource::{Holder, Resource};
use lockwright_model::session::Session;
use lockwright_model::user::User;
use lockwright_model::user_credential::UserCredential;
use serde_json::json;

use crate::Decided;
use crate::links;
use crate::outbox;
use crate::person::{Person, SUSPENSION};
use crate::session;
use crate::shared;
use crate::user_credential;

/// How long something closed can be taken back; until then its address stays taken.
pub const WAY_BACK: Duration = Duration::from_secs(90 * 86_400);
/// Between finding that the time is over and removing anything: a clock that leapt ahead has been put right by then.
pub const SECOND_LOOK: Duration = Duration::from_secs(24 * 3600);

/// Why nothing is closed or taken back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The session has ended, or its owner has not proven lately who they are (ASVS 7.5.1).
    NotConfirmed,
    /// Only root users and builder IDs close anything.
    NotThis,
    /// The name that was typed is another one.
    OtherName,
    /// Somebody said "this wasn't me": nothing is changed until then.
    Frozen {
        /// Until when.
        until: Timestamp,
    },
    /// It is closed already.
    Closed,
    /// It is not closed, or its time is over.
    NotClosed,
}

/// The name that its owner types to close it.
pub fn name(person: &Person) -> Option<&str> {
    match person {
        Person::Root(account) => Some(account.name.as_str()),
        Person::Builder(builder) => Some(builder.name.as_str()),
        Person::User { .. } | Person::Operator(_) => None,
    }
}

/// Until when something closed can be taken back.
pub fn until(closed: Timestamp) -> Timestamp {
    closed.plus(WAY_BACK)
}

/// Closes what is one's own. Everybody of it is signed out; only its owner signs in again, to take it back.
pub fn close(person: Person, session: &Session, typed: &str, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<Timestamp>, Refusal> {
    if !session::alive(session, &person, op.now) || !session::confirmed(session, &person, op.now) {
        return Err(Refusal::NotConfirmed);
    }
    if let Some(until) = person.factors().frozen_for(op.now) {
        return Err(Refusal::Frozen { until });
    }
    if name(&person).ok_or(Refusal::NotThis)? != typed.trim() {
        return Err(Refusal::OtherName);
    }
    shut(person, op, entropy)
}

/// Closes it on the host's word.
pub fn shut(mut person: Person, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<Timestamp>, Refusal> {
    if person.closed().is_some() {
        return Err(Refusal::Closed);
    }
    match &mut person {
        Person::Root(account) => {
            account.closed = Some(op.now);
            // A suspension is the stronger of the two: what is closed under it is closed when it ends.
            if account.state == AccountState::Active {
                account.state = AccountState::Closed { at: op.now };
            }
            account.root.epoch += SUSPENSION;
        }
        Person::Builder(builder) => {
            builder.closed = Some(op.now);
            builder.epoch += 1;
        }
        Person::User { .. } | Person::Operator(_) => return Err(Refusal::NotThis),
    }
    let until = until(op.now);
    let mut changes = ChangeSet::default();
    changes.tell(AuditEvent::new(op, entropy, told(&person, "CloseAccount", "CloseBuilderId")));
    let removal = Task::Remove { identity: person.identity(), confirmed: false };
    changes.put(outbox::job_at(removal, until, op, entropy));
    shared::tell(&mut changes, &mut person, SharedChange::Disabled, op, entropy);
    tell(&mut changes, &person, Happening::AccountClosed(until), op, entropy);
    changes.put(person.record());
    Ok(Decided::new(changes, until))
}

/// Takes it back. Nobody's session comes back with it, and its owner's goes on.
pub fn reopen(mut person: Person, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, Refusal> {
    person.closed().filter(|closed| op.now < until(*closed)).ok_or(Refusal::NotClosed)?;
    match &mut person {
        Person::Root(account) => {
            account.closed = None;
            if account.state != AccountState::Suspended {
                account.state = AccountState::Active;
            }
        }
        Person::Builder(builder) => builder.closed = None,
        Person::User { .. } | Person::Operator(_) => return Err(Refusal::NotThis),
    }
    let mut changes = ChangeSet::default();
    changes.tell(AuditEvent::new(op, entropy, told(&person, "ReopenAccount", "ReopenBuilderId")));
    tell(&mut changes, &person, Happening::AccountReopened, op, entropy);
    changes.put(person.record());
    Ok(Decided::new(changes, ()))
}

/// What is done next about something whose removal was planned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Nothing: it was taken back, or is removed.
    Nothing,
    /// Look again then.
    Look(Timestamp),
    /// Its time is over: look once more a day later, before anything is removed.
    Confirm(Timestamp),
    /// Remove it.
    Remove,
}

/// Decides about a planned removal.
pub fn next(person: Option<&Person>, confirmed: bool, now: Timestamp) -> Next {
    let Some((person, closed)) = person.and_then(|person| Some((person, person.closed()?))) else { return Next::Nothing };
    let until = until(closed);
    let suspended = matches!(person, Person::Root(account) if account.state == AccountState::Suspended);
    match () {
        () if now < until => Next::Look(until),
        // Nothing of what the operator has suspended is removed behind their back.
        () if suspended => Next::Look(now.plus(SECOND_LOOK)),
        () if !confirmed => Next::Confirm(now.plus(SECOND_LOOK)),
        () => Next::Remove,
    }
}

/// Plans the next look at a removal.
pub fn plan(identity: Identity, confirmed: bool, at: Timestamp, op: &OpContext, entropy: &dyn Entropy) -> Decided<()> {
    let mut changes = ChangeSet::default();
    changes.put(outbox::job_at(Task::Remove { identity, confirmed }, at, op, entropy));
    Decided::new(changes, ())
}

/// Something of an account that goes before the account itself, with the claims that stand for it.
#[derive(Clone, Debug)]
pub struct Part {
    /// A user of it.
    pub user: User,
    /// What the store holds of the user's claims.
    pub claims: Vec<ClaimKey>,
    /// The user's SSH public keys, signing certificates and service-specific credentials.
    pub credentials: Vec<UserCredential>,
}

/// Removes some users, help requests, groups, policies, roles and what else has a name in an account whose removal goes on at once. What
/// others hold comes after them: groups and instance profiles before roles, and all of them before policies.
pub fn remove_parts(
    owner: &Person,
    users: Vec<Part>,
    helps: Vec<HelpRequest>,
    resources: Vec<Resource>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<()> {
    let mut changes = plan(owner.identity(), true, op.now, op, entropy).changes;
    // It was not taken back meanwhile.
    changes.expect.push(owner.row());
    for Part { user, claims, credentials } in users {
        let request = json!({"userName": user.name.as_str()});
        changes.tell(AuditEvent::new(op, entropy, Told::new(Service::Iam, "DeleteUser", Some(user.id.account)).request(request)));
        free(&mut changes, claims);
        links::let_go_of_all(&mut changes, &user);
        credentials.iter().for_each(|credential| user_credential::remove(&mut changes, credential));
        changes.delete(Key::User(user.id), user.version);
    }
    for help in helps {
        changes.delete(Key::Help(help.user.account, help.id), help.version);
    }
    for resource in resources {
        let (key, version) = (resource.key(), resource.version());
        match &resource {
            Resource::Group(group) => links::let_go_of_grants(&mut changes, group.account, &Holder::Group(group.id.clone()), &group.grants),
            Resource::Role(role) => links::let_go_of_grants(&mut changes, role.account, &Holder::Role(role.id.clone()), &role.grants),
            Resource::InstanceProfile(profile) => {
                if let Some(role) = &profile.role {
                    links::put_down(&mut changes, profile.account, &profile.id, role);
                }
            }
            Resource::Policy(_) | Resource::OpenIdProvider(_) | Resource::ServerCertificate(_) | Resource::Device(_) => {}
        }
        changes.delete(Key::Resource(key), version);
    }
    Decided::new(changes, ())
}

/// Removes what is left: the account with its root user and the root user's certificates, or the builder ID. Its events stay; its address is
/// free.
pub fn remove(owner: Person, claims: Vec<ClaimKey>, credentials: &[UserCredential], op: &OpContext, entropy: &dyn Entropy) -> Decided<()> {
    let mut changes = ChangeSet::default();
    changes.tell(AuditEvent::new(op, entropy, told(&owner, "RemoveAccount", "RemoveBuilderId")));
    free(&mut changes, claims);
    credentials.iter().for_each(|credential| user_credential::remove(&mut changes, credential));
    let (key, version) = owner.row();
    changes.delete(key, version);
    Decided::new(changes, ())
}

/// Frees claims, so that what they stood for is nobody's.
pub(crate) fn free(changes: &mut ChangeSet, claims: Vec<ClaimKey>) {
    for claim in claims {
        changes.delete(Key::Claim(claim), Version::NEW);
    }
}

/// Tells the owner at every address, and an account's alternate contacts.
fn tell(changes: &mut ChangeSet, person: &Person, what: Happening, op: &OpContext, entropy: &dyn Entropy) {
    outbox::tell(changes, person, what.clone(), op, entropy);
    let Person::Root(account) = person else { return };
    let notice = Notice::Happened { whose: person.whose(), what };
    let mut to: Vec<Channel> = account.contacts.alternates().map(|(_, contact)| Channel::Email(contact.email.clone())).collect();
    to.sort();
    to.dedup();
    for to in to.into_iter().filter(|to| !person.channels().contains(to)) {
        // It is not their account: they are told, and stop nothing.
        changes.put(outbox::notice_to(to, None, notice.clone(), op, entropy));
    }
}

fn told(person: &Person, account: &'static str, builder: &'static str) -> Told {
    let told = match person {
        Person::Builder(row) => Told::new(Service::Signin, builder, None).request(json!({"builderId": row.id.as_str()})),
        _ => Told::new(Service::Account, account, person.account_id()),
    };
    told.about(person.identity(), person.iam_user())
}
