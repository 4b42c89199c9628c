//! How far a recovery is, for the browser that holds it: what was given, what would still do, who was told, when the waiting time ends.

use lockwright_core::person::Person;
use lockwright_core::recovery::rules::{Opening, RuleBook};
use lockwright_core::recovery::situation::situation;
use lockwright_core::recovery::{self, Refusal};
use lockwright_model::case::{Case, CaseMoment, CaseState, Channel, IdentityKind, MessageWay, Purpose, ToldOf};
use lockwright_model::clock::Timestamp;
use lockwright_model::id::CaseId;
use lockwright_model::proof::{Goal, Proofs};

use crate::Lockwright;
use crate::cases::{CaseError, held};

/// A recovery that gathers proofs, or waits.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Which page family it runs on.
    pub kind: IdentityKind,
    /// What it is to do.
    pub goal: Goal,
    /// What was proven. While it is empty, nothing here tells a decoy from a real case.
    pub proofs: Proofs,
    /// What would do, each by itself, and whether it opens only after the waiting time; told after the first proof.
    pub missing: Vec<(Proofs, bool)>,
    /// The proofs are enough for the waiting time to start.
    pub may_wait: bool,
    /// The waiting time: since when, until when.
    pub waiting: Option<(Timestamp, Timestamp)>,
    /// The owner's channel tried to stop it a second time.
    pub contested: bool,
    /// When it was begun.
    pub begun: Timestamp,
    /// When it ends if nothing more happens.
    pub expires: Timestamp,
    /// The newest code that was sent to a further mailbox, and to a phone: its place among the tickets.
    pub mailbox: Option<Sent>,
    /// The same for a phone.
    pub phone: Option<Sent>,
    /// The recovery contacts were asked.
    pub contacts_asked: bool,
    /// The code to read out to the operators, once they were asked.
    pub caller_code: Option<String>,
    /// The installation's operators help.
    pub operator_help: bool,
    /// Who was told, when, of what.
    pub told: Vec<ToldOf>,
}

/// A code that was sent to a further address.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its place among the case's tickets.
    pub at: usize,
    /// The address as it was typed.
    pub to: Channel,
    /// How it was sent.
    pub way: MessageWay,
}

impl Lockwright {
    /// How far a recovery is, for the browser with this cookie.
    pub async fn progress(&self, id: &CaseId, cookie: &str) -> Result<Progress, CaseError> {
        let holder = held(cookie)?;
        let case = self.load_case(id).await?;
        recovery::standing(&case, Some(holder.hash()), self.now())?;
        let Purpose::Recover { kind, goal, .. } = case.purpose else { return Err(Refusal::NotNow.into()) };
        let person = self.case_person(&case).await?;
        Ok(self.progress_of(&case, person.as_ref(), kind, goal))
    }

    fn progress_of(&self, case: &Case, person: Option<&Person>, kind: IdentityKind, goal: Goal) -> Progress {
        let (gathered, settings) = (&case.gathered, self.config().recovery);
        let (mut missing, mut may_wait) = (Vec::new(), false);
        if let Some(person) = person.filter(|_| !gathered.proofs.is_empty()) {
            let seen = situation(person, settings, self.now());
            let book = RuleBook::PRODUCTION;
            missing = book.missing(&seen, goal, gathered.proofs).iter().map(|way| (way.proofs, way.rule.delay)).collect();
            missing.retain(|(proofs, _)| !proofs.is_empty());
            missing.sort_by_key(|(proofs, delay)| (proofs.iter().count(), *delay));
            missing.dedup_by_key(|(proofs, _)| *proofs);
            let open = matches!(case.state, CaseState::Open { .. });
            may_wait = open && matches!(book.open(&seen, goal, gathered.proofs), Opening::AfterDelay(_));
        }
        let newest = |phone: bool| {
            let fits = |at: &Channel| matches!(at, Channel::Phone(_)) == phone;
            let (at, ticket) = gathered.tickets.iter().enumerate().rfind(|(_, ticket)| fits(&ticket.channel))?;
            Some(Sent { at, to: ticket.channel.clone(), way: ticket.way })
        };
        Progress {
            kind,
            goal,
            proofs: gathered.proofs,
            missing,
            may_wait,
            waiting: match case.state {
                CaseState::Waiting { since, release } => Some((since, release)),
                _ => None,
            },
            contested: gathered.told.iter().any(|told| told.what == CaseMoment::Contested),
            begun: case.created,
            expires: case.expires,
            mailbox: newest(false),
            phone: newest(true),
            contacts_asked: gathered.asked.is_some(),
            caller_code: gathered.operators.as_ref().map(|help| help.caller_code.clone()),
            operator_help: settings.operator_help,
            told: gathered.told.clone(),
        }
    }
}
