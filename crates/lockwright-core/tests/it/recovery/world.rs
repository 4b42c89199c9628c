//! Everything a search begins with: whose identity it is, what is enrolled, and what somebody holds.

use std::time::Duration;

use lockwright_core::recovery::rules::{Approval, Protection, RuleBook, Situation};
use lockwright_model::case::IdentityKind;
use lockwright_model::clock::Timestamp;
use lockwright_model::proof::{Proof, Proofs};

/// Whose identity, and what its account and the installation allow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    /// Its number among them all.
    pub(crate) number: usize,
    pub(crate) kind: IdentityKind,
    pub(crate) self_service: bool,
    pub(crate) operator_help: bool,
}

/// Each kind.
pub(crate) const KINDS: [IdentityKind; 4] = [IdentityKind::Root, IdentityKind::Iam, IdentityKind::Builder, IdentityKind::Operator];

/// How many settings there are.
pub(crate) const SETTINGS: usize = KINDS.len() * 4;

/// Each setting.
pub(crate) fn settings() -> impl Iterator<Item = Setting> {
    (0..SETTINGS).map(|number| Setting { number, kind: KINDS[number / 4], self_service: number & 1 != 0, operator_help: number & 2 != 0 })
}

impl Setting {
    pub(crate) fn situation(self, protection: Protection, enrolled: Proofs) -> Situation {
        let Self { kind, self_service, operator_help, .. } = self;
        Situation { kind, protection, self_service, operator_help, enrolled }
    }
}

/// Each protection.
pub(crate) const PROTECTIONS: [Protection; 3] = [Protection::None, Protection::Device, Protection::Owed];

/// What can be enrolled or held, recovery contacts apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Thing {
    Mailbox,
    SecondMailbox,
    Phone,
    Password,
    Device,
    Sheet,
}

impl Thing {
    pub(crate) const ALL: [Self; 6] = [Self::Mailbox, Self::SecondMailbox, Self::Phone, Self::Password, Self::Device, Self::Sheet];

    fn proof(self) -> Proof {
        match self {
            Self::Mailbox | Self::SecondMailbox => Proof::Email,
            Self::Phone => Proof::Phone,
            Self::Password => Proof::Password,
            Self::Device => Proof::Device,
            Self::Sheet => Proof::RecoveryCode,
        }
    }
}

/// An identity's recovery contacts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Circle {
    /// How many must approve.
    pub(crate) threshold: u8,
    /// How many there are.
    pub(crate) people: u8,
    /// One more, whose mailbox is the identity's own.
    pub(crate) own_mailbox: bool,
}

/// Each circle up to the bound of three people.
pub(crate) const CIRCLES: [Circle; 7] = [
    Circle { threshold: 1, people: 0, own_mailbox: false },
    Circle { threshold: 1, people: 0, own_mailbox: true },
    Circle { threshold: 1, people: 1, own_mailbox: false },
    Circle { threshold: 1, people: 2, own_mailbox: false },
    Circle { threshold: 2, people: 1, own_mailbox: true },
    Circle { threshold: 2, people: 2, own_mailbox: false },
    Circle { threshold: 2, people: 3, own_mailbox: false },
];

/// What somebody holds, and whom he can talk into helping.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Hand {
    /// A bit for each [`Thing`].
    pub(crate) things: u8,
    pub(crate) contacts: u8,
    pub(crate) operators: u8,
    pub(crate) administrator: bool,
    pub(crate) host: bool,
}

impl Hand {
    pub(crate) fn holds(self, thing: Thing) -> bool {
        self.things & (1 << (thing as u8)) != 0
    }

    pub(crate) fn only(self, things: &[Thing]) -> bool {
        self.things & !things.iter().fold(0, |bits, thing| bits | 1 << (*thing as u8)) == 0
    }

    /// How many things that is.
    pub(crate) fn count(self) -> u32 {
        let powers = u32::from(self.administrator) + u32::from(self.host);
        self.things.count_ones() + u32::from(self.contacts) + u32::from(self.operators) + powers
    }

    /// Each hand of at most so many things.
    pub(crate) fn all(circle: Circle, most: u32) -> impl Iterator<Item = Self> {
        (0..1 << Thing::ALL.len())
            .flat_map(move |things| (0..=circle.people).map(move |contacts| (things, contacts)))
            .flat_map(|(things, contacts)| (0..=2).map(move |operators| (things, contacts, operators)))
            .flat_map(|(things, contacts, operators)| {
                [(false, false), (false, true), (true, false), (true, true)].into_iter().map(move |(administrator, host)| Self {
                    things,
                    contacts,
                    operators,
                    administrator,
                    host,
                })
            })
            .filter(move |hand| hand.count() <= most)
    }

    /// What can be proved with it in a case. Whoever approves does so twice, in case that helps.
    pub(crate) fn proofs(self, book: &RuleBook, circle: Circle) -> Proofs {
        let things: Proofs = Thing::ALL.into_iter().filter(|thing| self.holds(*thing)).map(Thing::proof).collect();
        let mut approvals = Vec::new();
        if circle.own_mailbox && self.holds(Thing::Mailbox) {
            approvals.push(Approval { by: u8::MAX, own_mailbox: true });
        }
        approvals.extend((0..self.contacts).flat_map(|by| [Approval { by, own_mailbox: false }; 2]));
        let operators: Vec<u8> = (0..self.operators).flat_map(|operator| [operator; 2]).collect();
        things.union(book.contacts(circle.threshold, &approvals)).union(book.operators(&operators))
    }

    /// The power over the identity that is exercised outside a case.
    pub(crate) fn powers(self) -> Proofs {
        let powers = [(self.administrator, Proof::Administrator), (self.host, Proof::Host)];
        powers.into_iter().filter_map(|(held, proof)| held.then_some(proof)).collect()
    }
}

/// The moment at which every search stands; what happened before is counted back from here.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_micros(0).plus(Duration::from_secs(1000 * 86_400))
}

/// So many waiting times ago.
pub(crate) fn ago(waits: u32) -> Timestamp {
    let days = 1000 - 3 * u64::from(waits);
    Timestamp::from_micros(0).plus(Duration::from_secs(days * 86_400))
}
