//! "This wasn't me": the link in a notice, and what it contains.
//!
//! The link opens nothing and asks no password. It ends all sessions, stops recoveries, and freezes every change for a day.

use std::time::Duration;

use lockwright_model::case::{Case, CaseState, Channel, Closure, Gathered, Purpose};
use lockwright_model::change::{ChangeSet, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::{OpContext, Source};
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::Canceller;
use lockwright_model::id::CaseId;
use lockwright_model::identity::Identity;
use lockwright_model::job::{Happening, Notice};
use lockwright_model::token::TokenHash;

use crate::Decided;
use crate::outbox;
use crate::person::Person;
use crate::recovery::rules::{CANCEL_MEMORY, CancelEffect, RuleBook};
use crate::recovery::{self, Refusal, Step, Stopped};

/// How long the link works.
pub const LIFE: Duration = Duration::from_secs(14 * 86_400);
/// How long nothing can be changed.
pub const FREEZE: Duration = Duration::from_secs(24 * 3600);

/// The case behind a link, which is found by the link alone, so that the link fits into a text message.
pub fn case_id(link: TokenHash) -> CaseId {
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(link.as_bytes()) {
        *to = *from;
    }
    CaseId::of(&bytes)
}

/// Keeps what a notice's link is for; only its hash.
pub fn issue(link: TokenHash, subject: Identity, channel: Channel, notice: Notice, at: Timestamp, source: Source) -> ChangeSet {
    let case = Case {
        id: case_id(link),
        version: Version::NEW,
        purpose: Purpose::Disown { subject, channel, notice: Box::new(notice) },
        holder: link,
        created: at,
        expires: at.plus(LIFE),
        source,
        state: CaseState::Open { ticket: None, wrong: 0, sends: 0 },
        gathered: Gathered::default(),
    };
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case));
    changes
}

/// What "this wasn't me" did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disowned {
    /// Everything is stopped.
    Contained {
        /// Nothing can be changed until then.
        until: Timestamp,
    },
    /// This address stopped something before, and does so again only later: nobody keeps the owner out with one address (B1).
    Again {
        /// From when on it does.
        from: Timestamp,
    },
}

/// "This wasn't me". `recoveries` are the person's cases: those that gathered something, or wait, are stopped as by a cancel.
pub fn disown(
    case: Case,
    link: TokenHash,
    mut person: Person,
    recoveries: Vec<Case>,
    step: &Step<'_>,
) -> Result<Decided<Disowned>, Refusal> {
    let (op, entropy) = (step.op, step.entropy);
    recovery::standing(&case, Some(link), op.now)?;
    let channel = match &case.purpose {
        Purpose::Disown { subject, channel, .. } if *subject == person.identity() => channel.clone(),
        _ => return Err(Refusal::Gone),
    };
    let by = Canceller::Channel(channel);
    let earlier = recovery::cancels(&person, op.now);
    let mut changes = recovery::complete(case, op);
    let told = Told::new(Service::Signin, "NoticeDisowned", person.account_id()).about(person.identity(), person.iam_user());
    changes.tell(AuditEvent::new(op, entropy, told));
    let stopped = recovery::stop(&mut changes, &mut person, recoveries, &by, step);
    if RuleBook::PRODUCTION.cancel(&earlier, &[], &by, op.now) == CancelEffect::Contests {
        if stopped != Stopped::default() {
            changes.put(person.record());
        }
        let last = earlier.iter().filter(|(earlier, _)| *earlier == by).map(|(_, at)| at.plus(CANCEL_MEMORY)).max();
        return Ok(Decided::new(changes, Disowned::Again { from: last.unwrap_or(op.now) }));
    }
    let until = op.now.plus(FREEZE);
    person.end_sessions();
    person.factors_mut().frozen_until = person.factors().frozen_for(op.now).max(Some(until));
    // What was asked for before is void, and this address stops nothing more for a while, even if nothing waited.
    if stopped.closed == 0 {
        recovery::remember(&mut person, by, op.now);
    }
    outbox::tell(&mut changes, &person, Happening::Contained, op, entropy);
    changes.put(person.record());
    Ok(Decided::new(changes, Disowned::Contained { until }))
}

/// "This was me": the link is done with.
pub fn own(mut case: Case, link: TokenHash, op: &OpContext) -> Result<Decided<()>, Refusal> {
    recovery::standing(&case, Some(link), op.now)?;
    if !matches!(case.purpose, Purpose::Disown { .. }) {
        return Err(Refusal::Gone);
    }
    case.state = CaseState::Closed { at: op.now, why: Closure::Cancelled };
    let mut changes = ChangeSet::default();
    changes.put(Record::Case(case));
    Ok(Decided::new(changes, ()))
}

/// Whether a notice carries a link for "this wasn't me".
///
/// Not where saying so would hinder its owner: a password that somebody guesses at, or knows without the second factor, is to be changed,
/// which the link would stop for a day. Nor where nothing happened, or where somebody else is to be asked.
pub fn answers(notice: &Notice) -> bool {
    match notice {
        Notice::PasswordChanged(_) | Notice::PasswordRecovered(_) | Notice::AddressConfirmed(_) => true,
        Notice::PasswordReset(_)
        | Notice::PasswordDisabled(_)
        | Notice::AlreadyRegistered(_)
        | Notice::HelpRequested { .. }
        | Notice::Registered(_) => false,
        Notice::Happened { what, .. } => match what {
            Happening::DevicesDisabled
            | Happening::SecondFactorFailed
            | Happening::EnrolmentRequired
            | Happening::Contained
            | Happening::DrillDone { .. }
            | Happening::ReviewContacts
            | Happening::ReviewDrill => false,
            Happening::Recovery { drill, .. } => !drill,
            Happening::DeviceAdded(_)
            | Happening::DeviceRemoved(_)
            | Happening::DeviceResynced(_)
            | Happening::CodesIssued
            | Happening::CodeUsed(_)
            | Happening::AccessKeyCreated(_)
            | Happening::SshKeyUploaded(_)
            | Happening::CertificateUploaded(_)
            | Happening::ServiceLoginMade(_)
            | Happening::KeysQuestioned(_)
            | Happening::AddressAdded(_)
            | Happening::AddressRemoved(_)
            | Happening::ContactInvited(_)
            | Happening::ContactAdded(_)
            | Happening::ContactDeclined(_)
            | Happening::ContactRemoved(_)
            | Happening::ContactLeft(_)
            | Happening::ContactsNeeded(_)
            | Happening::ContactsAsked
            | Happening::ContactRefused(_)
            | Happening::EmailChanged(_)
            | Happening::EmailChangeUndone
            | Happening::AccountClosed(_)
            | Happening::AccountReopened
            | Happening::LoginLinked(_)
            | Happening::LoginUnlinked(_) => true,
        },
    }
}
