//! Help by two operators: finding the recovery of somebody who calls, opening it, approving or refusing it, objecting to it.

use lockwright_core::Decided;
use lockwright_core::permit::OperatorPermit;
use lockwright_core::person::Person;
use lockwright_core::recovery::operators::{self, NoHelp};
use lockwright_core::recovery::{self, Refusal};
use lockwright_core::tries::{CALLER_CODES, Wait};
use lockwright_model::case::{Case, CaseMoment, IdentityKind, Purpose};
use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::{OpContext, Source};
use lockwright_model::id::{CaseId, OperatorId};
use lockwright_model::proof::{Goal, Proofs};
use lockwright_model::tries::TriesKey;

use crate::Lockwright;
use crate::authorize::NotOperator;
use crate::commit::decide;
use crate::trouble::{NotCommitted, Trouble};
use crate::ways::{self, Course};

/// Cases that have the same caller code, at most.
const SAME_CODE: u32 = 5;
/// Cases that a list looks through, and that it shows.
const LOOKED_THROUGH: u32 = 1000;
const LISTED: usize = 100;
/// The longest reason that is kept.
const REASON: usize = 200;

/// Why an operator does not get further.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// Not an operator, or not one who may.
    #[error("not permitted")]
    Denied,
    /// There is no such recovery, or this operator may not see it: the same answer.
    #[error("no such recovery")]
    Unknown,
    /// The step does not follow.
    #[error("the step is refused: {0:?}")]
    Refused(NoHelp),
    /// Too many codes that led nowhere.
    #[error("too many tries")]
    Wait {
        /// The next moment a code is looked at.
        until: Timestamp,
    },
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<NotOperator> for OperatorError {
    fn from(_: NotOperator) -> Self {
        Self::Denied
    }
}

impl From<NoHelp> for OperatorError {
    fn from(refusal: NoHelp) -> Self {
        match refusal {
            NoHelp::NotSecurity => Self::Denied,
            other => Self::Refused(other),
        }
    }
}

impl From<Wait> for OperatorError {
    fn from(wait: Wait) -> Self {
        Self::Wait { until: wait.until }
    }
}

impl From<lockwright_store::StoreError> for OperatorError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for OperatorError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

/// What an operator did with a recovery.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OperatorAct {
    /// The operator's name; the id of one who was removed.
    pub by: String,
    /// It was the one who looks.
    pub own: bool,
    /// When; `None`: only the trail knows.
    pub at: Option<Timestamp>,
}

/// How far a recovery is, as operators see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HelpStage {
    /// Asked for, not opened yet.
    Asked,
    /// Opened; another operator is to approve it.
    Opened,
    /// Approved; the person has to go on.
    Approved,
    /// The waiting time runs.
    Waiting {
        /// Until then.
        release: Timestamp,
    },
    /// The person may finish it.
    Ready,
    /// An operator refused it.
    Refused,
    /// It ended.
    Ended,
}

/// A recovery as an operator sees it.
#[derive(Clone, Debug)]
pub struct HelpView {
    /// The case.
    pub case: CaseId,
    /// Which kind of sign-in.
    pub kind: IdentityKind,
    /// What it would do.
    pub goal: Goal,
    /// Whose it is; `None`: nobody's, or it is not to be seen in this list.
    pub person: Option<Person>,
    /// When it began.
    pub created: Timestamp,
    /// Where.
    pub source: Source,
    /// What was proven.
    pub proofs: Proofs,
    /// When it ends by itself.
    pub expires: Timestamp,
    /// How it went on.
    pub course: Course,
    /// How far it is.
    pub stage: HelpStage,
    /// Its owner tried twice to stop it through the same channel.
    pub contested: bool,
    /// Who opened it.
    pub opened: Option<OperatorAct>,
    /// Who approved it.
    pub approved: Option<OperatorAct>,
    /// Who refused it.
    pub refused: Option<OperatorAct>,
    /// Who wants it stopped.
    pub objections: Vec<OperatorAct>,
    /// What stands in the way of this operator's help.
    pub hindrance: Option<NoHelp>,
    /// This operator is asked for something.
    pub asks: bool,
}

impl HelpView {
    /// Whether it goes on.
    pub fn live(&self) -> bool {
        self.stage.live()
    }
}

impl HelpStage {
    fn live(self) -> bool {
        !matches!(self, Self::Refused | Self::Ended)
    }
}

impl Lockwright {
    /// The recoveries with this caller code. Each look is told in the trail; codes that lead nowhere are counted against the operator.
    pub async fn look_up_recovery(&self, op: &OpContext, typed: &str) -> Result<Vec<HelpView>, OperatorError> {
        let found = decide!(self, {
            let permit = self.operator_permit(op).await??;
            let key = TriesKey::new("caller", permit.operator().id.as_str());
            let row = self.store().tries(&key).await?;
            CALLER_CODES.check(row.as_ref(), op.now)?;
            let mut found = Vec::new();
            let mut changes = ChangeSet::default();
            for case in self.store().cases_by_caller_code(&operators::digits(typed), SAME_CODE).await? {
                if recovery::standing(&case, None, op.now).is_ok() {
                    let person = self.subject_of(&case).await?;
                    lockwright_core::register::merge(&mut changes, operators::looked(&case, person.as_ref(), &permit, &self.step(op)));
                    found.push(self.view(case, person, &permit, op).await?);
                }
            }
            if found.is_empty() {
                changes.put(Record::Tries(CALLER_CODES.count(row, key, op.now)));
            }
            Decided::new(changes, found)
        });
        Ok(found?)
    }

    /// The recoveries that operators are asked about: for role security all that were opened or are contested, for others those they
    /// opened and the contested ones. The flag: there may be more. No name is loaded, so nothing is told in the trail.
    pub async fn recoveries_for_operator(&self, op: &OpContext) -> Result<(Vec<HelpView>, bool), OperatorError> {
        let permit = self.operator_permit(op).await??;
        let (mut cases, all) = self.seen_cases(&permit).await?;
        cases.sort_by_key(|case| (!asks(case, &permit, op.now), !stage(case, op.now).live(), std::cmp::Reverse(case.created)));
        let more = !all || cases.len() > LISTED;
        cases.truncate(LISTED);
        let mut views = Vec::with_capacity(cases.len());
        for case in cases {
            views.push(self.view(case, None, &permit, op).await?);
        }
        Ok((views, more))
    }

    /// How many of them ask something of this operator.
    pub async fn recoveries_asking(&self, op: &OpContext) -> Result<usize, OperatorError> {
        let permit = self.operator_permit(op).await??;
        let (cases, _) = self.seen_cases(&permit).await?;
        Ok(cases.iter().filter(|case| asks(case, &permit, op.now)).count())
    }

    /// The cases that an operator sees without a caller code. The flag: all were looked through.
    async fn seen_cases(&self, permit: &OperatorPermit) -> Result<(Vec<Case>, bool), Trouble> {
        let (mut after, mut looked, mut cases) = (None, 0, Vec::new());
        loop {
            let page = self.store().cases_for_operators(after.as_ref(), 100).await?;
            looked += u32::try_from(page.len()).unwrap_or(u32::MAX);
            let Some(last) = page.last().map(|case| case.id.clone()) else { return Ok((cases, true)) };
            cases.extend(page.into_iter().filter(|case| sees(case, permit)));
            after = Some(last);
            if looked >= LOOKED_THROUGH {
                return Ok((cases, false));
            }
        }
    }

    /// One of them; the look is told in the trail.
    pub async fn recovery_for_operator(&self, op: &OpContext, id: &CaseId) -> Result<HelpView, OperatorError> {
        let view = decide!(self, {
            let (permit, case) = self.seen_case(op, id).await?;
            let person = self.subject_of(&case).await?;
            let changes = operators::looked(&case, person.as_ref(), &permit, &self.step(op));
            Decided::new(changes, self.view(case, person, &permit, op).await?)
        });
        Ok(view?)
    }

    /// Opens the help for a caller; `typed` is what the caller read out.
    pub async fn open_recovery_help(&self, op: &OpContext, id: &CaseId, typed: &str) -> Result<(), OperatorError> {
        // A code for one case is as good a guess as one for any.
        let key = {
            let permit = self.operator_permit(op).await??;
            TriesKey::new("caller", permit.operator().id.as_str())
        };
        CALLER_CODES.check(self.store().tries(&key).await?.as_ref(), op.now)?;
        let mut wrong = None;
        let outcome = decide!(self, {
            let permit = self.operator_permit(op).await??;
            let case = self.store().case(id).await?.filter(|case| case.gathered.operators.is_some()).ok_or(OperatorError::Unknown)?;
            let person = self.subject_of(&case).await?.ok_or(OperatorError::Unknown)?;
            match operators::operator_opens(case, &person, &permit, typed, &self.step(op)) {
                Ok(decided) => decided,
                Err(NoHelp::OtherCode) => {
                    wrong = Some(NoHelp::OtherCode);
                    let mut changes = ChangeSet::default();
                    changes.put(Record::Tries(CALLER_CODES.count(self.store().tries(&key).await?, key.clone(), op.now)));
                    Decided::new(changes, ())
                }
                Err(refusal) => return Err(refusal.into()),
            }
        });
        outcome?;
        wrong.map_or(Ok(()), |refusal| Err(refusal.into()))
    }

    /// Approves what another operator opened.
    pub async fn approve_recovery_help(&self, op: &OpContext, id: &CaseId) -> Result<(), OperatorError> {
        let outcome = decide!(self, {
            let (permit, case) = self.seen_case(op, id).await?;
            let person = self.subject_of(&case).await?.ok_or(OperatorError::Unknown)?;
            operators::operator_approves(case, person, &permit, &self.step(op))?
        });
        Ok(outcome?)
    }

    /// Refuses what another operator opened.
    pub async fn refuse_recovery_help(&self, op: &OpContext, id: &CaseId, reason: &str) -> Result<(), OperatorError> {
        let reason: String = reason.chars().filter(|letter| !letter.is_control()).take(REASON).collect();
        let outcome = decide!(self, {
            let (permit, case) = self.seen_case(op, id).await?;
            let person = self.subject_of(&case).await?.ok_or(OperatorError::Unknown)?;
            operators::operator_refuses(case, person, &permit, reason.trim(), &self.step(op))?
        });
        Ok(outcome?)
    }

    /// Says that a recovery should be stopped; whether that was the second word, and it is.
    pub async fn object_to_recovery(&self, op: &OpContext, id: &CaseId) -> Result<bool, OperatorError> {
        let outcome = decide!(self, {
            let (permit, case) = self.seen_case(op, id).await?;
            let person = self.subject_of(&case).await?.ok_or(OperatorError::Unknown)?;
            operators::operator_objects(case, person, &permit, &self.step(op))?
        });
        Ok(outcome?.is_some())
    }

    async fn seen_case(&self, op: &OpContext, id: &CaseId) -> Result<(OperatorPermit, Case), OperatorError> {
        let permit = self.operator_permit(op).await??;
        let case = self.store().case(id).await?.filter(|case| sees(case, &permit)).ok_or(OperatorError::Unknown)?;
        Ok((permit, case))
    }

    async fn subject_of(&self, case: &Case) -> Result<Option<Person>, Trouble> {
        Ok(match case.subject() {
            Some(subject) => self.person(subject).await?,
            None => None,
        })
    }

    async fn view(&self, case: Case, person: Option<Person>, permit: &OperatorPermit, op: &OpContext) -> Result<HelpView, Trouble> {
        let hindrance = person.as_ref().and_then(|person| operators::may_help(&case, person, permit, &self.step(op)).err());
        let (kind, goal) = match &case.purpose {
            Purpose::Recover { kind, goal, .. } => (*kind, *goal),
            _ => (IdentityKind::Root, Goal::default()),
        };
        let (contested, asks) = (contested(&case), asks(&case, permit, op.now));
        let stage = stage(&case, op.now);
        let course = ways::course(&case);
        let help = case.gathered.operators;
        let act = async |by: Option<(OperatorId, Option<Timestamp>)>| match by {
            Some((id, at)) => Ok(Some(self.act(&id, at, permit).await?)),
            None => Ok::<_, Trouble>(None),
        };
        let timed = |by: Option<(OperatorId, Timestamp)>| by.map(|(id, at)| (id, Some(at)));
        let (opened, approved, refused) = help.map_or((None, None, None), |help| (help.opened, help.approved, help.refused));
        let mut objections = Vec::new();
        for id in &case.gathered.objections {
            objections.push(self.act(id, None, permit).await?);
        }
        Ok(HelpView {
            course,
            case: case.id,
            kind,
            goal,
            person,
            created: case.created,
            source: case.source,
            proofs: case.gathered.proofs,
            expires: case.expires,
            stage,
            contested,
            opened: act(timed(opened)).await?,
            approved: act(timed(approved)).await?,
            refused: act(timed(refused)).await?,
            objections,
            hindrance,
            asks,
        })
    }

    async fn act(&self, id: &OperatorId, at: Option<Timestamp>, permit: &OperatorPermit) -> Result<OperatorAct, Trouble> {
        let by = self.store().operator(id).await?.map_or_else(|| id.to_string(), |operator| operator.name.to_string());
        Ok(OperatorAct { by, own: *id == permit.operator().id, at })
    }
}

/// Whether an operator sees a case without its caller code.
fn sees(case: &Case, permit: &OperatorPermit) -> bool {
    let opened = case.gathered.operators.as_ref().and_then(|help| help.opened.as_ref());
    contested(case) || opened.is_some_and(|(opener, _)| permit.is_security() || *opener == permit.operator().id)
}

/// Whether an operator is asked for something: to decide what another one opened, or whether a contested one is to be stopped.
fn asks(case: &Case, permit: &OperatorPermit, now: Timestamp) -> bool {
    let own = &permit.operator().id;
    let stage = stage(case, now);
    let opened = case.gathered.operators.as_ref().and_then(|help| help.opened.as_ref());
    let decides = permit.is_security() && stage == HelpStage::Opened && opened.is_some_and(|(opener, _)| opener != own);
    decides || (contested(case) && stage.live() && !case.gathered.objections.contains(own))
}

fn contested(case: &Case) -> bool {
    case.gathered.told.iter().any(|told| told.what == CaseMoment::Contested)
}

fn stage(case: &Case, now: Timestamp) -> HelpStage {
    use lockwright_model::case::{CaseState, Closure};
    let help = case.gathered.operators.as_ref();
    match (&case.state, recovery::standing(case, None, now)) {
        (CaseState::Closed { why: Closure::Refused, .. }, _) => HelpStage::Refused,
        (_, Err(Refusal::AlreadyDone | Refusal::Closed(_) | Refusal::Expired)) => HelpStage::Ended,
        (CaseState::Waiting { release, .. }, _) if now < *release => HelpStage::Waiting { release: *release },
        (CaseState::Waiting { .. } | CaseState::Proven { .. }, _) => HelpStage::Ready,
        _ if help.is_some_and(|help| help.refused.is_some()) => HelpStage::Refused,
        _ if help.is_some_and(|help| help.approved.is_some()) => HelpStage::Approved,
        _ if help.is_some_and(|help| help.opened.is_some()) => HelpStage::Opened,
        _ => HelpStage::Asked,
    }
}
