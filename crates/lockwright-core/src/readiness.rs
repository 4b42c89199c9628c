//! "If you lost this today": for each thing a person could lose the way back and how long it takes, and what to do about the weak spots.
//!
//! Nothing here knows a rule: it asks the same [`RuleBook`] that decides the recoveries.

use std::time::Duration;

use lockwright_model::case::{Channel, IdentityKind};
use lockwright_model::clock::Timestamp;
use lockwright_model::factors::{DeviceKind, Loss, RecoveryCodes};
use lockwright_model::proof::{Goal, Proof, Proofs};

use crate::person::Person;
use crate::recovery::RecoverySettings;
use crate::recovery::drill::{Had, REHEARSE, last, takes};
use crate::recovery::rules::{Protection, Rule, RuleBook, SignIn, WayBack};
use crate::recovery::situation::{codes_serve_from, contact_serves_from, device_serves_from, enrolled, protection, situation};

/// How long recovery contacts go without being looked through (NIST SP 800-63B-4 §4.2.1.3).
pub const REVIEW: Duration = Duration::from_secs(365 * 86_400);
/// So few recovery codes left are worth a word.
const FEW_CODES: usize = 3;

/// What a person sees of the own readiness.
#[derive(Clone, PartialEq, Debug)]
pub struct Readiness {
    /// One line for each thing that could be lost.
    pub lines: Vec<Line>,
    /// Whoever holds one of these alone gets in: the person is told.
    pub openings: Vec<Proof>,
    /// What is weak, the gravest first; the first one's remedy is the next thing to do.
    pub concerns: Vec<Concern>,
    /// When the last thing that was added lately begins to serve; `None`: all serves already.
    pub cooling_until: Option<Timestamp>,
    /// What serves a recovery today.
    pub serves: Proofs,
}

/// The way back from one loss.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// What would be lost.
    pub loss: Loss,
    /// The way back; `None`: there is none, and that is said plainly.
    pub way: Option<Way>,
}

/// A way back, by whose doing.
#[derive(Clone, PartialEq, Debug)]
pub struct Way {
    /// The recoveries to go through; none: sign-in goes on as it is.
    pub steps: Vec<Rule>,
    /// How long the waiting times take; zero: minutes.
    pub waits: Duration,
    /// It needs others than the person and the recovery contacts.
    pub help: Option<Help>,
}

/// Whose help a way needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Help {
    /// An administrator of the account.
    Administrator,
    /// Two operators of the installation.
    Operators,
}

/// What is weak about the ways back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Concern {
    /// Losing this one thing leaves no way back at all: a single point of failure.
    NoWayFrom(Loss),
    /// Losing this one thing leaves only the operators' help.
    OnlyOperatorsFrom(Loss),
    /// Whoever reads the mailbox gets in, for there is no second factor.
    MailboxOpens,
    /// A mailbox for recoveries is run by the very installation that it would be needed for: a loop.
    MailboxInside,
    /// The root user has access keys: whoever finds one can do everything, and no policy bounds it.
    RootKeys,
    /// One phone is both the only device and the only number.
    OnePhone,
    /// There is no set of recovery codes, or hardly any is left.
    FewCodes,
    /// There is one device only.
    OneDevice,
    /// Some recovery contacts name this person as theirs: if all lose access at once, none can help.
    MutualContacts,
    /// All mailboxes are with one provider.
    OneProvider,
    /// The recovery contacts were not looked through for a year.
    OldContacts,
    /// No way back was rehearsed for half a year, and there is one to rehearse.
    NoDrill,
}

/// What only the shell around the decisions knows.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The host of the installation's own address, in lower case.
    pub host: String,
    /// How many of the person's contacts name the person as theirs.
    pub mutual_contacts: usize,
}

/// Looks at a person's ways back.
pub fn readiness(person: &Person, settings: RecoverySettings, surroundings: &Surroundings, now: Timestamp) -> Readiness {
    let lines = lines(person, settings, now);
    let openings = RuleBook::PRODUCTION.single_holder_openings(&situation(person, settings, now));
    let mut concerns = concerns(person, &lines, settings, surroundings, now);
    concerns.sort_unstable();
    concerns.dedup();
    Readiness {
        openings: openings.into_iter().map(|opening| opening.proof).collect(),
        concerns,
        cooling_until: cooling_until(person, now),
        serves: enrolled(person, now),
        lines,
    }
}

/// Everything this person could lose, each with the way back from it.
pub(crate) fn lines(person: &Person, settings: RecoverySettings, now: Timestamp) -> Vec<Line> {
    losses(person).into_iter().map(|loss| Line { loss, way: way_from(person, loss, settings, now) }).collect()
}

/// What this person could lose, in the order of the page.
pub fn losses(person: &Person) -> Vec<Loss> {
    let factors = person.factors();
    let has = [
        (Loss::Password, person.credential().is_some()),
        (Loss::Mailbox, person.primary_email().is_some()),
        (Loss::Phone, !factors.phones.is_empty() || factors.devices.iter().any(|device| matches!(device.kind, DeviceKind::Totp { .. }))),
        (Loss::Devices, !factors.devices.is_empty()),
        (Loss::Codes, factors.codes.as_ref().is_some_and(|codes| codes.count() > 0)),
        (Loss::PasswordAndDevices, person.credential().is_some() && !factors.devices.is_empty()),
        (Loss::Everything, true),
    ];
    has.into_iter().filter(|(_, has)| *has).map(|(loss, _)| loss).collect()
}

/// The quickest way back from a loss with what serves at this moment.
pub fn way_from(person: &Person, loss: Loss, settings: RecoverySettings, now: Timestamp) -> Option<Way> {
    let situation = situation(person, settings, now);
    let (left, signing_in) = left(person, loss, now);
    if RuleBook::PRODUCTION.sign_in(&situation, signing_in) != SignIn::Refused {
        return Some(Way { steps: Vec::new(), waits: Duration::ZERO, help: None });
    }
    let way = |held: Proofs, help: Option<Help>| {
        let WayBack { steps, waits } = RuleBook::PRODUCTION.way_back(&situation, held)?;
        let waits = settings.delay * u32::try_from(waits).unwrap_or(u32::MAX);
        Some(Way { steps: steps.into_iter().copied().collect(), waits, help })
    };
    let alone = way(left, None);
    let administrator = || (person.kind() == IdentityKind::Iam).then(|| way(left.with(Proof::Administrator), Some(Help::Administrator)))?;
    let operators = || settings.operator_help.then(|| way(left.with(Proof::Operators), Some(Help::Operators)))?;
    alone.or_else(administrator).or_else(operators)
}

/// What is left of a person's proofs after a loss: what serves a recovery, and what besides works at sign-in, where nothing has to wait.
fn left(person: &Person, loss: Loss, now: Timestamp) -> (Proofs, Proofs) {
    let mut after = person.clone();
    let primary = person.primary_email().cloned().map(Channel::Email);
    let factors = after.factors_mut();
    factors.devices.retain(|device| !takes(loss, Had::device(device)));
    factors.phones.retain(|_| !takes(loss, Had::Phone));
    factors.emails.retain(|_| !takes(loss, Had::OtherMailbox));
    factors.codes = factors.codes.take().filter(|_| !takes(loss, Had::Codes));
    let (password, mailbox) = (!takes(loss, Had::Password), !takes(loss, Had::SignInMailbox));
    let mut proofs = enrolled(&after, now);
    if !password {
        proofs = proofs.without(Proof::Password);
    }
    let other_mailbox = || {
        let mut others =
            after.channels().into_iter().filter(|channel| matches!(channel, Channel::Email(_)) && Some(channel) != primary.as_ref());
        others.any(|channel| after.serves_recovery(&channel, now))
    };
    if !mailbox && !other_mailbox() {
        proofs = proofs.without(Proof::Email);
    }
    let factors = after.factors();
    let mut signing_in = proofs;
    if factors.devices.iter().any(|device| !device.disabled) {
        signing_in = signing_in.with(Proof::Device);
    }
    if factors.codes.as_ref().is_some_and(|codes| codes.count() > 0) {
        signing_in = signing_in.with(Proof::RecoveryCode);
    }
    (proofs, signing_in)
}

fn concerns(person: &Person, lines: &[Line], settings: RecoverySettings, surroundings: &Surroundings, now: Timestamp) -> Vec<Concern> {
    let factors = person.factors();
    let mut found = Vec::new();
    for line in lines {
        // Everything at once is no single point.
        match &line.way {
            None if line.loss != Loss::Everything => found.push(Concern::NoWayFrom(line.loss)),
            Some(Way { help: Some(Help::Operators), .. }) if line.loss != Loss::Everything => {
                found.push(Concern::OnlyOperatorsFrom(line.loss))
            }
            _ => {}
        }
    }
    let protected = protection(person) != Protection::None;
    let codes = factors.codes.as_ref().map_or(0, RecoveryCodes::count);
    let addresses = person.addresses();
    let domains: Vec<&str> = addresses.iter().filter_map(|address| address.as_str().rsplit('@').next()).collect();
    let inside = |domain: &str| domain == surroundings.host || surroundings.host.ends_with(&format!(".{domain}"));
    let same = domains.first().is_some_and(|first| domains.iter().all(|domain| domain == first));
    let reviewed = factors.contacts.reviewed.max(factors.accepted().filter_map(|contact| contact.since).max());
    let holds = [
        (Concern::MailboxOpens, !protected && !addresses.is_empty()),
        (Concern::MailboxInside, domains.iter().any(|domain| inside(domain))),
        (Concern::RootKeys, person.kind() == IdentityKind::Root && !person.keys().is_empty()),
        (Concern::OnePhone, factors.phones.len() == 1 && only_typed_codes(person)),
        (Concern::FewCodes, protected && codes < FEW_CODES),
        (Concern::OneDevice, factors.devices.len() == 1),
        (Concern::MutualContacts, surroundings.mutual_contacts > 0 && surroundings.mutual_contacts == factors.accepted().count()),
        (Concern::OneProvider, addresses.len() > 1 && same),
        (Concern::NoDrill, rehearsal_due(person, lines, settings, now)),
        (Concern::OldContacts, factors.accepted().count() > 0 && reviewed.is_none_or(|at| now >= at.plus(REVIEW))),
    ];
    found.extend(holds.into_iter().filter(|(_, holds)| *holds).map(|(concern, _)| concern));
    found
}

/// What the way back from a loss begins with, where the person can rehearse it alone: without operators, without an administrator. Where
/// a lost device leaves sign-in open, it is the device's replacement.
pub fn rehearsal(person: &Person, line: &Line, settings: RecoverySettings, now: Timestamp) -> Option<Goal> {
    let way = line.way.as_ref().filter(|way| way.help.is_none())?;
    let replaces = || {
        let (held, _) = left(person, line.loss, now);
        let ways = RuleBook::PRODUCTION.ways(&situation(person, settings, now), Goal::Reenrol);
        ways.iter().any(|rule| !rule.outside_case() && held.holds(rule.needs))
    };
    let lost = person.factors().devices.iter().any(|device| takes(line.loss, Had::device(device)));
    way.steps.first().map(|rule| rule.goal).or_else(|| (lost && replaces()).then_some(Goal::Reenrol))
}

fn rehearsal_due(person: &Person, lines: &[Line], settings: RecoverySettings, now: Timestamp) -> bool {
    let due = last(person).is_none_or(|at| now >= at.plus(REHEARSE));
    due && rehearsable(person, lines, settings, now)
}

/// Whether somebody with a device can rehearse a way back alone.
pub(crate) fn rehearsable(person: &Person, lines: &[Line], settings: RecoverySettings, now: Timestamp) -> bool {
    protection(person) == Protection::Device && lines.iter().any(|line| rehearsal(person, line, settings, now).is_some())
}

/// The only devices are apps that show codes, and a single one at that.
fn only_typed_codes(person: &Person) -> bool {
    let devices = &person.factors().devices;
    devices.len() == 1 && devices.iter().all(|device| matches!(device.kind, DeviceKind::Totp { .. }))
}

fn cooling_until(person: &Person, now: Timestamp) -> Option<Timestamp> {
    let factors = person.factors();
    let channels = person.channels();
    let from = channels.iter().filter_map(|channel| person.channel_serves_from(channel));
    let from = from.chain(factors.devices.iter().map(device_serves_from));
    let from = from.chain(factors.codes.iter().map(codes_serve_from));
    let from = from.chain(factors.contacts.people.iter().filter_map(contact_serves_from));
    from.filter(|from| *from > now).max()
}
