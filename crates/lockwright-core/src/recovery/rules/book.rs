//! The one interpreter of the rule table and its guards.

use std::time::Duration;

use lockwright_model::case::IdentityKind;
use lockwright_model::clock::Timestamp;
use lockwright_model::proof::{Goal, Proof, Proofs};

use super::{CANCEL_MEMORY, COOLING, Guard, Guards, RULES, Rule, SINGLE_HOLDER_OPENINGS, SingleHolder, UNDO, When};

/// Rules with their guards.
#[derive(Clone, Copy, Debug)]
pub struct RuleBook<'a> {
    rules: &'a [Rule],
    guards: Guards,
}

/// What the rules look at besides the proofs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Situation {
    /// Whose recovery.
    pub kind: IdentityKind,
    /// Whether a device stands before the password.
    pub protection: Protection,
    /// An IAM user's account lets its users recover alone.
    pub self_service: bool,
    /// The installation allows operators to help.
    pub operator_help: bool,
    /// What the identity has that serves a recovery (see [`RuleBook::serves_from`]), its password included.
    pub enrolled: Proofs,
}

/// Whether a device stands before the password.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Protection {
    /// No device (AAL1). A root user whose grace time is over counts here until the first device stands.
    None,
    /// At least one device is enrolled.
    Device,
    /// Devices were removed by a recovery, an administrator or the host, and no new one stands yet. So is an operator without a device.
    Owed,
}

/// What a set of proofs opens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opening<'a> {
    /// Nothing yet.
    Nothing,
    /// The goal, now.
    AtOnce(&'a Rule),
    /// The goal, after the waiting time.
    AfterDelay(&'a Rule),
}

/// What a rule still lacks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Missing<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// What would fulfil it.
    pub proofs: Proofs,
}

/// A way back to being signed in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WayBack<'a> {
    /// The recoveries to go through, one after the other.
    pub steps: Vec<&'a Rule>,
    /// How many waiting times that takes.
    pub waits: usize,
}

/// How something came to the identity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// The identity was registered with it.
    Registered,
    /// It was added.
    Added,
    /// It took the place of another address, which can undo the change.
    Changed,
}

/// A recovery contact's word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Approval<C> {
    /// The contact's mailbox in its canonical form: two contacts who read the same one are one.
    pub by: C,
    /// That mailbox is also one of the identity's own addresses.
    pub own_mailbox: bool,
}

/// What a cancel does to a waiting case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CancelEffect {
    /// It ends.
    Closes,
    /// It goes on, and is marked: a second channel, or two operators, may still close it.
    Contests,
}

/// What proofs do at sign-in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SignIn {
    /// Not enough.
    Refused,
    /// Signed in.
    Full,
    /// Signed in for enrolling a device, and for nothing else.
    EnrolOnly,
}

impl RuleBook<'static> {
    /// The rules as they are.
    pub const PRODUCTION: Self = Self { rules: RULES, guards: Guards::ALL };
}

impl<'a> RuleBook<'a> {
    /// Other rules, or fewer guards: for finding out what would go wrong with them.
    pub const fn altered(rules: &'a [Rule], guards: Guards) -> Self {
        Self { rules, guards }
    }

    /// What these proofs open. A rule that opens at once comes before one that waits, else the first in the table.
    pub fn open(&self, situation: &Situation, goal: Goal, proofs: Proofs) -> Opening<'a> {
        let met = || self.applicable(situation, goal).filter(|rule| proofs.holds(rule.needs));
        if let Some(rule) = met().find(|rule| !self.waits(rule)) {
            return Opening::AtOnce(rule);
        }
        met().next().map_or(Opening::Nothing, Opening::AfterDelay)
    }

    /// The rules that the identity can fulfil with what it has, and with those who have power over it.
    pub fn ways(&self, situation: &Situation, goal: Goal) -> Vec<&'a Rule> {
        let standing = Proofs::of(&[Proof::Operators, Proof::Administrator, Proof::Host]);
        let reach = situation.enrolled.union(standing);
        self.applicable(situation, goal).filter(|rule| reach.holds(rule.needs)).collect()
    }

    /// What is still needed in a case with these proofs, for each rule that the identity can fulfil in a case.
    pub fn missing(&self, situation: &Situation, goal: Goal, proofs: Proofs) -> Vec<Missing<'a>> {
        let ways = self.ways(situation, goal).into_iter().filter(|rule| !rule.outside_case());
        ways.map(|rule| Missing { rule, proofs: rule.needs.minus(proofs) }).collect()
    }

    /// Whether the owner is to be told everywhere now that a case's proofs grow: at the first one, unless it opens by itself.
    pub fn tells(&self, situation: &Situation, goal: Goal, before: Proofs, after: Proofs) -> bool {
        let alone = matches!(self.open(situation, goal, after), Opening::AtOnce(_));
        self.guards.on(Guard::ToldFirst) && before.is_empty() && !after.is_empty() && !alone
    }

    /// What these proofs do at sign-in. While enrolment is owed, whoever only has the password could be somebody who waited for that
    /// moment: only what would take a device away gets to enrol one, and so does the browser that finished a [`Goal::Reenrol`].
    pub fn sign_in(&self, situation: &Situation, proofs: Proofs) -> SignIn {
        let second = match situation.protection {
            Protection::None => true,
            Protection::Device => proofs.meets(Proofs::of(&[Proof::Device, Proof::RecoveryCode])),
            Protection::Owed if !self.guards.on(Guard::OwedTakesAsMuch) => true,
            Protection::Owed => matches!(self.open(situation, Goal::Reenrol, proofs), Opening::AtOnce(_)),
        };
        match situation.protection {
            _ if !second || !proofs.contains(Proof::Password) => SignIn::Refused,
            Protection::Owed => SignIn::EnrolOnly,
            Protection::None | Protection::Device => SignIn::Full,
        }
    }

    /// The quickest way to be signed in for somebody who still has `held` (and finds help from whom it names), in as few steps as
    /// possible; no steps: sign-in itself. `None`: nothing leads back.
    pub fn way_back(&self, situation: &Situation, held: Proofs) -> Option<WayBack<'a>> {
        let with_password = || {
            let (rule, wait) = self.best(situation, Goal::NewPassword, held)?;
            let mut way = self.enter(situation, held.with(Proof::Password))?;
            way.steps.insert(0, rule);
            way.waits += wait;
            Some(way)
        };
        [self.enter(situation, held), with_password()].into_iter().flatten().min_by_key(|way| (way.waits, way.steps.len()))
    }

    /// Signed in with the password as it is: at once, or with a device replaced.
    fn enter(&self, situation: &Situation, held: Proofs) -> Option<WayBack<'a>> {
        if self.sign_in(situation, held) != SignIn::Refused {
            return Some(WayBack { steps: Vec::new(), waits: 0 });
        }
        let (rule, waits) = self.best(situation, Goal::Reenrol, held).filter(|_| held.contains(Proof::Password))?;
        Some(WayBack { steps: vec![rule], waits })
    }

    fn best(&self, situation: &Situation, goal: Goal, held: Proofs) -> Option<(&'a Rule, usize)> {
        match self.open(situation, goal, held) {
            Opening::Nothing => None,
            Opening::AtOnce(rule) => Some((rule, 0)),
            Opening::AfterDelay(rule) => Some((rule, 1)),
        }
    }

    /// From when on something of the identity serves a recovery. At sign-in a device or recovery code works at once.
    pub fn serves_from(&self, origin: Origin, since: Timestamp) -> Timestamp {
        match origin {
            _ if !self.guards.on(Guard::Cooling) => since,
            Origin::Registered => since,
            Origin::Added => since.plus(COOLING),
            Origin::Changed => since.plus(UNDO),
        }
    }

    /// What the contacts' approvals prove, where the person asked for `threshold` of them.
    pub fn contacts<C: PartialEq>(&self, threshold: u8, approvals: &[Approval<C>]) -> Proofs {
        let own = |approval: &Approval<C>| approval.own_mailbox && self.guards.on(Guard::ContactNotOwnMailbox);
        let counted = approvals.iter().filter(|approval| !own(approval)).map(|approval| &approval.by);
        let people = self.people(counted, Guard::DifferentContacts);
        let enough = if self.guards.on(Guard::ContactThreshold) { usize::from(threshold).max(1) } else { 1 };
        let enough_alone = if self.guards.on(Guard::TwoContactsAlone) { 2 } else { 1 };
        match people {
            _ if people < enough => Proofs::EMPTY,
            _ if people < enough_alone => Proofs::of(&[Proof::Contacts]),
            _ => Proofs::of(&[Proof::ContactsTwo]),
        }
    }

    /// What the operators' approvals prove.
    pub fn operators<O: PartialEq>(&self, approvals: &[O]) -> Proofs {
        if self.people(approvals.iter(), Guard::DifferentOperators) < 2 { Proofs::EMPTY } else { Proofs::of(&[Proof::Operators]) }
    }

    /// When a recovery that starts waiting now may be finished; `None`: another one waits. `waiting`: how many cases of the identity
    /// wait, or may be finished after they waited, whatever their goal. Two at once would need two cancels, and the second counts less.
    pub fn wait(&self, waiting: usize, delay: Duration, now: Timestamp) -> Option<Timestamp> {
        (waiting == 0 || !self.guards.on(Guard::OneWaiting)).then(|| now.plus(delay))
    }

    /// What a cancel through a channel does. `earlier`: the channels that closed cases of this identity before, and when; `here`: those
    /// that contested this one. Nobody can keep the owner out with one channel, and two channels that agree always stop a case.
    pub fn cancel<C: PartialEq>(&self, earlier: &[(C, Timestamp)], here: &[C], by: &C, now: Timestamp) -> CancelEffect {
        if !self.guards.on(Guard::Cancel) {
            return CancelEffect::Contests;
        }
        let before = earlier.iter().any(|(channel, at)| channel == by && now < at.plus(CANCEL_MEMORY));
        let alone = !here.iter().any(|channel| channel != by);
        if before && alone && self.guards.on(Guard::SecondCancelContests) { CancelEffect::Contests } else { CancelEffect::Closes }
    }

    /// Whether the right password counts in a case with these proofs. One that wrong tries switched off is not looked at first: a case
    /// has tries of its own only for somebody who has proved something. A recovery completed with it switches it on again.
    pub fn password_counts(&self, switched_off: bool, given: Proofs) -> bool {
        !switched_off || (self.guards.on(Guard::WornPasswordCounts) && !given.is_empty())
    }

    /// How many consecutive codes of a device count as the device; `None`: it counts no more.
    pub fn device_codes(&self, switched_off: bool) -> Option<u8> {
        match switched_off {
            false => Some(1),
            true => self.guards.on(Guard::WornDeviceCounts).then_some(2),
        }
    }

    /// The openings of this identity for whoever holds one thing.
    pub fn single_holder_openings(&self, situation: &Situation) -> Vec<&'static SingleHolder> {
        let concerns = |opening: &&SingleHolder| opening.kinds.contains(&situation.kind) && self.holds(opening.when, situation);
        SINGLE_HOLDER_OPENINGS.iter().filter(concerns).collect()
    }

    fn applicable(&self, situation: &Situation, goal: Goal) -> impl Iterator<Item = &'a Rule> {
        self.rules.iter().filter(move |rule| rule.goal == goal && rule.kinds.contains(&situation.kind) && self.holds(rule.when, situation))
    }

    fn holds(&self, when: When, situation: &Situation) -> bool {
        let leave = situation.kind != IdentityKind::Iam || situation.self_service;
        (!when.unprotected || !self.protected(situation))
            && (!when.self_service || leave)
            && (!when.operator_help || situation.operator_help)
    }

    fn protected(&self, situation: &Situation) -> bool {
        match situation.protection {
            Protection::None => false,
            Protection::Device => true,
            Protection::Owed => self.guards.on(Guard::ProtectedWhileOwed),
        }
    }

    fn waits(&self, rule: &Rule) -> bool {
        rule.delay && self.guards.on(Guard::Delay)
    }

    fn people<P: PartialEq>(&self, approvals: impl Iterator<Item = P>, different: Guard) -> usize {
        let mut people: Vec<P> = Vec::new();
        for person in approvals {
            if !self.guards.on(different) || !people.contains(&person) {
                people.push(person);
            }
        }
        people.len()
    }
}
