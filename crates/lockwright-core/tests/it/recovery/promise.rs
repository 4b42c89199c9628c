//! What the rules promise, and the check that holds every starting point against every promise.

use lockwright_core::recovery::rules::{Opening, Protection, RuleBook, SINGLE_HOLDER_OPENINGS, Situation};
use lockwright_model::case::IdentityKind;
use lockwright_model::proof::{Goal, Proofs};

use super::attack::{Attack, Outcome, Start};
use super::defence::{Defence, Siege};
use super::table::{Set, Table, set};
use super::world::{CIRCLES, Circle, Hand, PROTECTIONS, SETTINGS, Setting, Thing, settings};

/// What the rules promise. None of it is read off the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Promise {
    OneThing,
    Listed,
    OneTheft,
    Phished,
    Told,
    PasswordForDevice,
    AccountsLeave,
    AccountsUsers,
    OperatorsByHost,
    AddsNothing,
    Planted,
    Foretold,
    WayBack,
}

impl Promise {
    pub(crate) const ALL: [Self; 13] = [
        Self::OneThing,
        Self::Listed,
        Self::OneTheft,
        Self::Phished,
        Self::Told,
        Self::PasswordForDevice,
        Self::AccountsLeave,
        Self::AccountsUsers,
        Self::OperatorsByHost,
        Self::AddsNothing,
        Self::Planted,
        Self::Foretold,
        Self::WayBack,
    ];

    /// The promise in words.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::OneThing => {
                "Whoever holds one thing, or nothing, completes no recovery and gets past no device: not with time, not by combining cases."
            }
            Self::Listed => "The listed openings are real, each of them.",
            Self::OneTheft => {
                "A stolen phone that reads the mail, all contacts together, all operators together (and the password): nothing opens before a \
                 waiting time. An owner who answers through one channel gets a second one; an owner with two channels stops it each time."
            }
            Self::Phished => {
                "The password with one mailbox, or with one phone, never gets past a device, nor past an enrolment that is owed."
            }
            Self::Told => {
                "Nothing opens before the owner was told through a channel that the attacker does not read, where the owner has one."
            }
            Self::PasswordForDevice => {
                "A device is replaced only with the password (V6.4.4), or by those who have power over the identity."
            }
            Self::AccountsLeave => "Where the account does not let its IAM users recover alone, they set no password alone.",
            Self::AccountsUsers => "Nothing of an IAM user opens by waiting, and only a recovery code or the account replaces a device.",
            Self::OperatorsByHost => "An operator of the installation is helped by the host, and by nothing else.",
            Self::AddsNothing => {
                "These add nothing to anything: a second mailbox, one contact where two are asked, one operator, operators where they may not \
                 help, an administrator for anybody but the account's IAM users."
            }
            Self::Planted => "What an intruder added once opens nothing before the owner, who was told, could take it away.",
            Self::Foretold => "Where nothing leads back, the way back said so before; where it names a way, that way leads back.",
            Self::WayBack => {
                "Nobody keeps the owner out of a way that the rules open: not by wearing out counters, not by cancelling through one channel."
            }
        }
    }
}

/// A promise that does not hold, and where.
pub(crate) struct Broken {
    pub(crate) promise: Promise,
    pub(crate) example: String,
}

/// How much was looked at.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Counts {
    /// Questions to the interpreter: a set of proofs in a situation.
    pub(crate) questions: usize,
    /// Starting points of an attack, each held against the promises.
    pub(crate) attacks: usize,
    /// Different searches among them, and the states they visited.
    pub(crate) attack_searches: usize,
    pub(crate) attack_states: usize,
    /// Starting points of an owner.
    pub(crate) defences: usize,
    /// Different searches among them, and the states they visited.
    pub(crate) defence_searches: usize,
    pub(crate) defence_states: usize,
    /// Starting points at which something leads back without anybody's power.
    pub(crate) ways_back: usize,
}

/// Nobody stands against the owner, or somebody does.
const SIEGES: [Siege; 4] = [
    Siege { worn: false, cancels: false },
    Siege { worn: false, cancels: true },
    Siege { worn: true, cancels: false },
    Siege { worn: true, cancels: true },
];

/// One check of a book.
struct Check<'a> {
    book: &'a RuleBook<'a>,
    table: Table<'a>,
    outcomes: Vec<Option<Outcome>>,
    backs: Vec<Option<bool>>,
    counts: Counts,
}

/// Holds a book against every promise, for hands of at most so many things.
pub(crate) fn check(book: &RuleBook, most: u32) -> Result<Counts, Broken> {
    let (table, counts) = (Table::new(book, most), Counts::default());
    let (outcomes, backs) = (vec![None; SETTINGS * 3 * 256 * 3 * 2], vec![None; SETTINGS * 3 * 256]);
    let mut check = Check { book, table, outcomes, backs, counts };
    let hands: Vec<(Circle, Hand)> = CIRCLES.iter().flat_map(|circle| Hand::all(*circle, most).map(|hand| (*circle, hand))).collect();
    for setting in settings() {
        for protection in PROTECTIONS {
            for (circle, hand) in hands.iter().copied().filter(|(_, hand)| protection == Protection::Device || !hand.holds(Thing::Device)) {
                let place = Place { setting, protection, circle, hand };
                let proofs = hand.proofs(book, circle);
                let kept = check.attacks(&place, proofs).and_then(|()| check.defences(setting, protection, proofs));
                kept.map_err(|promise| Broken { promise, example: format!("{place:?}") })?;
            }
        }
    }
    Ok(Counts { questions: check.table.asked, ..check.counts })
}

/// Where an attacker stands.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "the circle is for the example that is shown")]
struct Place {
    setting: Setting,
    protection: Protection,
    circle: Circle,
    hand: Hand,
}

impl Place {
    fn listed(&self, proofs: Proofs) -> bool {
        SINGLE_HOLDER_OPENINGS.iter().any(|opening| {
            opening.kinds.contains(&self.setting.kind)
                && (!opening.when.unprotected || self.protection == Protection::None)
                && (!opening.when.self_service || self.allowed_alone())
                && proofs.contains(opening.proof)
        })
    }

    fn allowed_alone(&self) -> bool {
        self.setting.kind != IdentityKind::Iam || self.setting.self_service
    }

    /// Things that one theft gets, or one story told to people who trust each other.
    fn one_theft(&self) -> bool {
        let Hand { contacts, operators, administrator, host, .. } = self.hand;
        let stolen_phone = contacts == 0 && operators == 0 && self.hand.only(&[Thing::Mailbox, Thing::SecondMailbox, Thing::Phone]);
        let contacts_only = operators == 0 && self.hand.only(&[]);
        let operators_only = contacts == 0 && self.hand.only(&[Thing::Password]);
        !administrator && !host && (stolen_phone || contacts_only || operators_only)
    }

    /// The password, and one channel that a call or a page gets out of people.
    fn phished(&self) -> bool {
        let Hand { contacts, operators, administrator, host, .. } = self.hand;
        let channel =
            self.hand.only(&[Thing::Password, Thing::Mailbox, Thing::SecondMailbox]) || self.hand.only(&[Thing::Password, Thing::Phone]);
        self.protection != Protection::None && channel && contacts == 0 && operators == 0 && !administrator && !host
    }

    /// The same hand without something that should be worth nothing.
    fn without_the_worthless(&self) -> Vec<Hand> {
        let hand = self.hand;
        let mut lesser = Vec::new();
        if hand.holds(Thing::Mailbox) && hand.holds(Thing::SecondMailbox) {
            lesser.push(Hand { things: hand.things & !(1 << (Thing::SecondMailbox as u8)), ..hand });
        }
        if hand.contacts == 1 && self.circle.threshold > 1 {
            lesser.push(Hand { contacts: 0, ..hand });
        }
        let no_help = !self.setting.operator_help || matches!(self.setting.kind, IdentityKind::Iam | IdentityKind::Operator);
        if hand.operators == 1 || (hand.operators == 2 && no_help) {
            lesser.push(Hand { operators: 0, ..hand });
        }
        if hand.administrator && self.setting.kind != IdentityKind::Iam {
            lesser.push(Hand { administrator: false, ..hand });
        }
        lesser
    }
}

impl Check<'_> {
    fn attacks(&mut self, place: &Place, proofs: Proofs) -> Result<(), Promise> {
        let powers = place.hand.powers();
        let listed = place.listed(proofs.union(powers));
        let situation = place.setting.situation(place.protection, Proofs::EMPTY);
        let power_opens = Goal::ALL.into_iter().any(|goal| self.book.open(&situation, goal, powers) != Opening::Nothing);
        if power_opens && !listed {
            return Err(Promise::OneThing);
        }
        let lesser: Vec<Set> = place.without_the_worthless().into_iter().map(|hand| set(hand.proofs(self.book, place.circle))).collect();
        let Place { setting, protection, .. } = *place;
        for channels in 0..=2 {
            self.counts.attacks += 2;
            let start = Start { setting, protection, has: set(proofs), channels, planted: false };
            let outcome = self.outcome(start);
            if listed && place.hand.count() == 1 && !power_opens && outcome.done[Goal::NewPassword as usize] == 0 {
                return Err(Promise::Listed);
            }
            always(place, &outcome)?;
            if lesser.iter().any(|has| self.outcome(Start { has: *has, ..start }) != outcome) {
                return Err(Promise::AddsNothing);
            }
            if listed {
                continue;
            }
            without_opening(place, &outcome, channels)?;
            if channels > 0 && self.outcome(Start { planted: true, ..start }).done != outcome.done {
                return Err(Promise::Planted);
            }
        }
        Ok(())
    }

    fn outcome(&mut self, start: Start) -> Outcome {
        let place = (start.setting.number * 3 + start.protection as usize) * 256 + usize::from(start.has);
        let place = (place * 3 + usize::from(start.channels)) * 2 + usize::from(start.planted);
        if let Some(found) = self.outcomes[place] {
            return found;
        }
        let (outcome, states) = Attack::search(self.book, &mut self.table, start);
        self.counts.attack_searches += 1;
        self.counts.attack_states += states;
        self.outcomes[place] = Some(outcome);
        outcome
    }

    fn defences(&mut self, setting: Setting, protection: Protection, held: Proofs) -> Result<(), Promise> {
        self.counts.defences += SIEGES.len();
        let place = (setting.number * 3 + protection as usize) * 256 + usize::from(set(held));
        let back = match self.backs[place] {
            Some(back) => back,
            None => self.defence(setting.situation(protection, held))?,
        };
        self.backs[place] = Some(back);
        self.counts.ways_back += usize::from(back);
        Ok(())
    }

    /// Whether somebody who has what is enrolled, and no more, gets back in.
    fn defence(&mut self, situation: Situation) -> Result<bool, Promise> {
        let held = situation.enrolled;
        let [calm, besieged @ ..] = SIEGES.map(|siege| {
            let (back, states) = Defence::search(self.book, situation, held, siege);
            self.counts.defence_searches += 1;
            self.counts.defence_states += states;
            back
        });
        let way = self.book.way_back(&situation, held);
        let in_a_case = |goal| self.book.ways(&situation, goal).into_iter().any(|rule| !rule.outside_case() && held.holds(rule.needs));
        let recovers = Goal::ALL.into_iter().any(in_a_case);
        let signs_in = way.as_ref().is_some_and(|way| way.steps.is_empty());
        if calm != way.is_some() || (calm && !recovers && !signs_in) {
            return Err(Promise::Foretold);
        }
        // Somebody who can sign in but has no way to recover is told so: strangers can wear out a password that nothing replaces.
        if calm && recovers && besieged.contains(&false) {
            return Err(Promise::WayBack);
        }
        Ok(calm)
    }
}

/// What holds whatever somebody has.
fn always(place: &Place, outcome: &Outcome) -> Result<(), Promise> {
    if !place.allowed_alone() && outcome.done[Goal::NewPassword as usize] != 0 {
        return Err(Promise::AccountsLeave);
    }
    if place.setting.kind == IdentityKind::Operator && outcome.done != [0, 0] {
        return Err(Promise::OperatorsByHost);
    }
    if outcome.without_password {
        return Err(Promise::PasswordForDevice);
    }
    if place.setting.kind == IdentityKind::Iam && (outcome.any(&[(true, 0), (true, 1), (true, 2)]) || outcome.without_code) {
        return Err(Promise::AccountsUsers);
    }
    Ok(())
}

/// What holds for hands that hold no listed opening.
fn without_opening(place: &Place, outcome: &Outcome, channels: u8) -> Result<(), Promise> {
    let completed = outcome.done != [0, 0];
    let past_device = outcome.entered && place.protection != Protection::None;
    if place.hand.count() <= 1 && (completed || past_device) {
        return Err(Promise::OneThing);
    }
    if place.phished() && (completed || past_device) {
        return Err(Promise::Phished);
    }
    let at_once = outcome.any(&[(false, 0), (false, 1), (false, 2)]);
    let too_soon = match channels {
        0 => at_once,
        1 => at_once || outcome.any(&[(true, 0), (true, 1)]),
        _ => completed,
    };
    if place.one_theft() && too_soon {
        return Err(Promise::OneTheft);
    }
    if outcome.untold && channels > 0 {
        return Err(Promise::Told);
    }
    Ok(())
}
