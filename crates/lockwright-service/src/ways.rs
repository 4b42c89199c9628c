//! What a recovery has and lacks, as its own page shows it; and the recoveries of a person that are under way, as the owner sees them.

use lockwright_core::person::Person;
use lockwright_core::recovery::{self, Refusal, Stopped};
use lockwright_model::case::{Case, CaseState, Channel, ContactAnswer, MessageWay, ToldOf};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::factors::{Canceller, DeviceKind, Loss};
use lockwright_model::id::CaseId;
use lockwright_model::proof::{Goal, Proofs};
use lockwright_model::session::Session;

use crate::Lockwright;
use crate::cases::{CaseError, held};
use crate::commit::decide;
use crate::trouble::Trouble;

/// A code that was asked for, at its place in the case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AskedCode {
    /// Its place, for [`Lockwright::give_code`].
    pub at: usize,
    /// Where it goes, as the person typed it.
    pub channel: Channel,
    /// How it is said.
    pub way: MessageWay,
}

/// How far the recovery contacts are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ContactsAsked {
    /// When they were asked.
    pub at: Timestamp,
    /// Codes of theirs that were typed in.
    pub given: usize,
    /// Who has approved; 0 until something is proven.
    pub approved: usize,
}

/// How a recovery went on in time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Course {
    /// When it was begun.
    pub began: Timestamp,
    /// When something was proven first.
    pub proven: Option<Timestamp>,
    /// From when to when it waits.
    pub waits: Option<(Timestamp, Timestamp)>,
    /// When it was enough without a waiting time.
    pub enough: Option<Timestamp>,
    /// When it was finished or stopped.
    pub ended: Option<Timestamp>,
    /// Who was told, of what and when.
    pub told: Vec<ToldOf>,
}

/// What a recovery has and lacks. Until something is proven it is the same for everybody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ways {
    /// What it is to do.
    pub goal: Goal,
    /// What this rehearsal pretends to be lost; `None`: it is in earnest.
    pub drill: Option<Loss>,
    /// What was proven.
    pub given: Proofs,
    /// What is still missing, and whether it then opens only after the waiting time. Empty until something is proven.
    pub missing: Vec<(Proofs, bool)>,
    /// The proofs are enough for the waiting time to start.
    pub may_wait: bool,
    /// The codes that can be typed now.
    pub codes: Vec<AskedCode>,
    /// The contacts were asked.
    pub contacts: Option<ContactsAsked>,
    /// What to read out to an operator, once they were asked.
    pub caller_code: Option<String>,
    /// Operators help with recoveries here, and this is one that they can help with.
    pub operators: bool,
    /// Which kinds of devices there are, once something is proven.
    pub devices: Devices,
    /// How it went on.
    pub course: Course,
    /// When the case ends.
    pub expires: Timestamp,
    /// How long the browser that holds it is to remember it, where it goes on for days; `None`: as long as it is open.
    pub keep: Option<Timestamp>,
}

/// Which kinds of devices somebody has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Devices {
    /// Apps that show codes.
    pub apps: bool,
    /// Passkeys and security keys.
    pub passkeys: bool,
}

/// A recovery that somebody has begun and that is not over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Underway {
    /// What it is to do.
    pub goal: Goal,
    /// How it went on.
    pub course: Course,
    /// A session of the owner's had stopped another one before, and tried to stop this one: another channel, or two operators, must agree.
    pub contested: bool,
}

/// Why an owner's word had no effect.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// The session is over.
    #[error("the session is over")]
    Ended,
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<lockwright_store::StoreError> for StopError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<crate::trouble::NotCommitted> for StopError {
    fn from(failure: crate::trouble::NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

/// How a case went on in time.
pub(crate) fn course(case: &Case) -> Course {
    let open = Course {
        began: case.created,
        proven: case.gathered.first,
        waits: None,
        enough: None,
        ended: None,
        told: case.gathered.told.clone(),
    };
    match case.state {
        CaseState::Open { .. } => open,
        CaseState::Waiting { since, release } => Course { waits: Some((since, release)), ..open },
        CaseState::Proven { at } => Course { enough: Some(at), ..open },
        CaseState::Completed { at } | CaseState::Closed { at, .. } => Course { ended: Some(at), ..open },
    }
}

impl Lockwright {
    /// What a recovery has and lacks, for the browser that holds it.
    pub async fn ways(&self, op: &OpContext, id: &CaseId, cookie: &str) -> Result<Ways, CaseError> {
        let holder = held(cookie)?;
        let case = self.load_case(id).await?;
        recovery::standing(&case, Some(holder.hash()), op.now)?;
        let person = self.case_person(&case).await?.filter(|_| !case.gathered.proofs.is_empty());
        let waits = match case.state {
            CaseState::Waiting { .. } => true,
            CaseState::Open { .. } => false,
            CaseState::Proven { .. } | CaseState::Completed { .. } | CaseState::Closed { .. } => return Err(Refusal::NotNow.into()),
        };
        let lacks = recovery::lacks(&case, person.as_ref(), &self.step(op))?;
        let codes = case.gathered.tickets.iter().enumerate().filter(|(_, ticket)| op.now < ticket.expires);
        let codes = codes.map(|(at, ticket)| AskedCode { at, channel: ticket.channel.clone(), way: ticket.way }).collect();
        let asks = &case.gathered.contacts;
        let said = |answer: ContactAnswer| asks.iter().filter(|ask| ask.answer == Some(answer)).count();
        let contacts = case.gathered.asked.map(|at| ContactsAsked {
            at,
            given: asks.iter().filter(|ask| ask.given).count(),
            approved: if person.is_some() { said(ContactAnswer::Approved) } else { 0 },
        });
        let has = |kind: fn(&DeviceKind) -> bool| {
            person.as_ref().is_some_and(|person| person.factors().devices.iter().any(|device| kind(&device.kind)))
        };
        // Operators open it before it ends, and decide as long after that; then its waiting time begins, whoever looks.
        let decided = recovery::GATHERING_LIFE + self.config().recovery.delay + recovery::RELEASED_LIFE;
        let keep = match case.gathered.operators {
            Some(_) if !waits => Some(case.expires.plus(decided)),
            Some(_) => Some(case.expires),
            None => (waits || contacts.is_some()).then_some(case.expires),
        };
        Ok(Ways {
            keep,
            goal: lacks.goal,
            drill: case.gathered.drill,
            given: case.gathered.proofs,
            missing: lacks.missing,
            may_wait: lacks.may_wait && !waits,
            codes,
            contacts,
            operators: self.config().recovery.operator_help && case.gathered.drill.is_none(),
            devices: Devices {
                apps: has(|kind| matches!(kind, DeviceKind::Totp { .. })),
                passkeys: has(|kind| matches!(kind, DeviceKind::Passkey { .. })),
            },
            course: course(&case),
            expires: case.expires,
            caller_code: case.gathered.operators.map(|help| help.caller_code),
        })
    }

    /// The recoveries of a person that gathered something or wait, the newest first: what its owner sees, and whoever answers for it.
    pub async fn recoveries_of(&self, person: &Person) -> Result<Vec<Underway>, Trouble> {
        let now = self.now();
        let cases = self.cases_of(&person.identity()).await?;
        let mut found: Vec<Underway> = cases
            .iter()
            .filter_map(|case| {
                let goal = recovery::goal_under_way(case, person, now)?;
                let here = |under: &&lockwright_model::factors::Underway| under.case == case.id;
                let contested =
                    person.factors().underway.iter().find(here).is_some_and(|under| under.contested_by.contains(&Canceller::Session));
                Some(Underway { goal, course: course(case), contested })
            })
            .collect();
        found.sort_by_key(|one| std::cmp::Reverse(one.course.began));
        Ok(found)
    }

    /// "This wasn't me", said in a browser that is signed in: stops the owner's recoveries. It needs no password, and opens nothing.
    pub async fn stop_own_recoveries(&self, op: &OpContext, session: &Session) -> Result<Stopped, StopError> {
        let outcome = decide!(self, {
            let (_, person) = self.living_owner(session, op.now).await?.ok_or(StopError::Ended)?;
            let cases = self.cases_of(&person.identity()).await?;
            recovery::stop_recoveries(person, cases, Canceller::Session, &self.step(op))
        });
        Ok(outcome?)
    }
}
