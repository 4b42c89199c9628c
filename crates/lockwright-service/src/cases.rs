//! Cases as a page sees them: where one stands, and the steps that all purposes share.

use lockwright_core::Decided;
use lockwright_core::person::Person;
use lockwright_core::recovery::{self, CodeOutcome, Refusal};
use lockwright_model::case::{Case, CaseState, IdentityKind, Purpose};
use lockwright_model::change::Record;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::email::EmailAddress;
use lockwright_model::factors::Loss;
use lockwright_model::id::{AccountId, CaseId};
use lockwright_model::identity::Identity;
use lockwright_model::name::PersonName;
use lockwright_model::proof::{Goal, Proof};
use lockwright_model::token::{Code, Token, TokenHash, TokenKind};

use crate::Lockwright;
use crate::commit::decide;
use crate::load::tries_key;
use crate::trouble::{NotCommitted, Trouble};

/// What a case is for, without whom it is about: all that a page may show before the proof.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CaseKind {
    /// A forgotten password.
    Recover(IdentityKind),
    /// A set-password link.
    SetPassword,
    /// A set-password link of an operator; only the operators' pages open it.
    SetOperatorPassword,
    /// A new account.
    RegisterAccount,
    /// A new builder ID.
    RegisterBuilder,
    /// An address of an IAM user.
    ConfirmAddress,
    /// An additional address.
    AddAddress,
    /// The phone number of an account's primary contact.
    ContactPhone,
    /// Another address to sign in with.
    ChangeEmail,
    /// That change is taken back.
    UndoEmail,
    /// An invitation to be a recovery contact.
    InviteContact,
    /// A login shared with another system.
    LinkLogin,
    /// "This wasn't me".
    Disown,
}

/// Where a case stands for the browser that asks.
#[derive(Clone, Debug)]
pub enum CaseStep {
    /// Waiting for the code or the link.
    EnterCode {
        /// When it ends.
        expires: Timestamp,
        /// Whether another ticket can be sent.
        can_resend: bool,
    },
    /// A recovery: the first mail's code was proven, and it opens nothing by itself.
    More,
    /// Proven: the devices are to be removed for this person, who then enrols a new one.
    Reenrol {
        /// Whose.
        person: Box<Person>,
    },
    /// Proven: a password is to be set for this person.
    NewPassword {
        /// Whose.
        person: Box<Person>,
        /// When it ends.
        expires: Timestamp,
    },
    /// Proven: an account or builder ID is to be registered with this address.
    Details {
        /// The verified address.
        address: EmailAddress,
        /// The person's name, for a builder ID.
        name: Option<PersonName>,
        /// When it ends.
        expires: Timestamp,
    },
    /// Proven: an address is to be confirmed.
    Confirm {
        /// The address.
        address: EmailAddress,
    },
    /// Enough is proven, and the waiting time runs.
    Waiting {
        /// When it may be finished.
        release: Timestamp,
    },
    /// Proven: what the link or the code was for can be carried out.
    Act {
        /// When it ends.
        expires: Timestamp,
    },
    /// Completed.
    Done,
}

/// A case as a page sees it.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// What it is for.
    pub kind: CaseKind,
    /// Where it stands, or why it can't go on.
    pub step: Result<CaseStep, Refusal>,
    /// What it pretends to be lost, where it is a rehearsal: for the browser that holds it.
    pub drill: Option<Loss>,
}

/// What a link would do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinkView {
    /// What it is for.
    pub kind: CaseKind,
    /// The systems that change with it, where the link itself changes something of theirs.
    pub shared: Vec<String>,
}

/// Why a step was not taken.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// There is no such case: the same for one that was purged.
    #[error("no such case")]
    Unknown,
    /// The step doesn't follow.
    #[error("the step is refused: {0:?}")]
    Refused(Refusal),
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<lockwright_store::StoreError> for CaseError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for CaseError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

impl From<Refusal> for CaseError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// A case that was opened, with the token for the browser's cookie.
#[derive(Debug)]
pub struct Opened {
    /// The case.
    pub case: CaseId,
    /// For the cookie.
    pub holder: Token,
}

pub(crate) fn kind_of(purpose: &Purpose) -> CaseKind {
    match purpose {
        Purpose::Recover { kind, .. } => CaseKind::Recover(*kind),
        Purpose::SetPassword { subject: Identity::Operator(_), .. } => CaseKind::SetOperatorPassword,
        Purpose::SetPassword { .. } => CaseKind::SetPassword,
        Purpose::RegisterAccount { .. } => CaseKind::RegisterAccount,
        Purpose::RegisterBuilder { .. } => CaseKind::RegisterBuilder,
        Purpose::ConfirmAddress { .. } => CaseKind::ConfirmAddress,
        Purpose::AddAddress { .. } => CaseKind::AddAddress,
        Purpose::ContactPhone { .. } => CaseKind::ContactPhone,
        Purpose::ChangeEmail { .. } => CaseKind::ChangeEmail,
        Purpose::UndoEmail { .. } => CaseKind::UndoEmail,
        Purpose::InviteContact { .. } => CaseKind::InviteContact,
        Purpose::LinkLogin { .. } => CaseKind::LinkLogin,
        Purpose::Disown { .. } => CaseKind::Disown,
    }
}

impl Lockwright {
    /// Where a case stands for the browser with this cookie.
    pub async fn case(&self, id: &CaseId, cookie: &str) -> Result<CaseView, CaseError> {
        let case = self.load_case(id).await?;
        let kind = kind_of(&case.purpose);
        let Some(holder) = Token::parse(TokenKind::Case, cookie) else {
            return Ok(CaseView { kind, step: Err(Refusal::NotYours), drill: None });
        };
        let drill = case.gathered.drill.filter(|_| holder.hash() == case.holder);
        if holder.hash() == case.holder && matches!(case.state, CaseState::Completed { .. }) {
            return Ok(CaseView { kind, step: Ok(CaseStep::Done), drill });
        }
        if let Err(refusal) = recovery::standing(&case, Some(holder.hash()), self.now()) {
            return Ok(CaseView { kind, step: Err(refusal), drill });
        }
        let step = match &case.state {
            CaseState::Open { .. } if case.gathered.proofs.contains(Proof::Email) => Ok(CaseStep::More),
            CaseState::Open { sends, .. } => {
                Ok(CaseStep::EnterCode { expires: case.expires, can_resend: (1..recovery::SENDS).contains(sends) })
            }
            CaseState::Proven { .. } => self.proven_step(&case).await?,
            CaseState::Waiting { release, .. } if self.now() < *release => Ok(CaseStep::Waiting { release: *release }),
            CaseState::Waiting { .. } => self.proven_step(&case).await?,
            CaseState::Completed { .. } | CaseState::Closed { .. } => Err(Refusal::AlreadyDone),
        };
        Ok(CaseView { kind, step, drill })
    }

    async fn proven_step(&self, case: &Case) -> Result<Result<CaseStep, Refusal>, CaseError> {
        let expires = case.expires;
        Ok(match &case.purpose {
            Purpose::RegisterAccount { address } => Ok(CaseStep::Details { address: address.clone(), name: None, expires }),
            Purpose::RegisterBuilder { address, name } => {
                Ok(CaseStep::Details { address: address.clone(), name: Some(name.clone()), expires })
            }
            Purpose::ConfirmAddress { address, .. } => Ok(CaseStep::Confirm { address: address.clone() }),
            Purpose::Recover { .. } | Purpose::SetPassword { .. } => match case.subject() {
                Some(subject) => match self.person(subject).await? {
                    Some(person) if matches!(case.purpose, Purpose::Recover { goal: Goal::Reenrol, .. }) => {
                        Ok(CaseStep::Reenrol { person: Box::new(person) })
                    }
                    Some(person) => Ok(CaseStep::NewPassword { person: Box::new(person), expires }),
                    None => Err(Refusal::Gone),
                },
                None => Err(Refusal::Gone),
            },
            Purpose::AddAddress { .. }
            | Purpose::ContactPhone { .. }
            | Purpose::ChangeEmail { .. }
            | Purpose::UndoEmail { .. }
            | Purpose::InviteContact { .. }
            | Purpose::Disown { .. } => Ok(CaseStep::Act { expires }),
            // It is agreed to on the page of linked logins.
            Purpose::LinkLogin { .. } => Err(Refusal::NotNow),
        })
    }

    /// Tries a typed code. `Ok(Proven)` carries the browser's new cookie.
    pub async fn submit_code(&self, op: &OpContext, id: &CaseId, cookie: &str, typed: &str) -> Result<CodeOutcome, CaseError> {
        self.level(async {
            let holder = held(cookie)?;
            let code = Code::parse(typed);
            let outcome = decide!(self, {
                let case = self.load_case(id).await?;
                let person = self.case_person(&case).await?;
                recovery::try_code(case, person, holder.hash(), code.as_ref(), &self.step(op))?
            });
            Ok(outcome?)
        })
        .await
    }

    /// Asks for a new ticket; the old one dies when the new one is drawn. It counts against the name like a case of its own (O-F03):
    /// past the limit no mail leaves, and the answer is the same.
    pub async fn resend(&self, op: &OpContext, id: &CaseId, cookie: &str) -> Result<(), CaseError> {
        self.level(async {
            let holder = held(cookie)?;
            let outcome = decide!(self, {
                let case = self.load_case(id).await?;
                let name = self.mailed_name(&case).await?;
                let counted = self.count_mail(op, &name).await?;
                let mut decided = recovery::resend(case, holder.hash(), op, self.entropy())?;
                if counted.silent {
                    decided.changes.puts.retain(|record| !matches!(record, Record::Job(_)));
                }
                decided.changes.puts.extend(counted.rows);
                decided
            });
            Ok(outcome?)
        })
        .await
    }

    /// Gives a case up ("use another address").
    pub async fn cancel_case(&self, op: &OpContext, id: &CaseId, cookie: &str) -> Result<(CaseKind, Option<Loss>), CaseError> {
        let holder = held(cookie)?;
        let outcome = decide!(self, {
            let case = self.load_case(id).await?;
            let given_up = (kind_of(&case.purpose), case.gathered.drill);
            let person = self.case_person(&case).await?;
            let decided = recovery::cancel(case, person, holder.hash(), op, self.entropy())?;
            Decided::new(decided.changes, given_up)
        });
        Ok(outcome?)
    }

    /// What a link would open; spends nothing (invariant 10).
    pub async fn look_at_link(&self, id: &CaseId, cookie: &str, link: &str) -> Result<LinkView, CaseError> {
        let token = Token::parse(TokenKind::Link, link).ok_or(CaseError::Unknown)?;
        let case = self.load_case(id).await?;
        recovery::check_link(&case, token.hash(), holder_of(cookie), self.now())?;
        let kind = kind_of(&case.purpose);
        let changes = matches!(kind, CaseKind::ChangeEmail | CaseKind::UndoEmail);
        let shared = match self.case_person(&case).await?.filter(|_| changes) {
            Some(person) => self.shared_with(&person).await?,
            None => Vec::new(),
        };
        Ok(LinkView { kind, shared })
    }

    /// Spends a link; this browser holds the case from now on.
    pub async fn open_link(&self, op: &OpContext, id: &CaseId, cookie: &str, link: &str) -> Result<Token, CaseError> {
        let token = Token::parse(TokenKind::Link, link).ok_or(CaseError::Unknown)?;
        let outcome = decide!(self, {
            let case = self.load_case(id).await?;
            let person = self.case_person(&case).await?;
            recovery::open_link(case, person, token.hash(), holder_of(cookie), &self.step(op))?
        });
        Ok(outcome?)
    }

    /// The name that a case's mails are counted against: the same as when it was opened. A decoy counts by itself, after the same work.
    async fn mailed_name(&self, case: &Case) -> Result<String, Trouble> {
        let decoy = Identity::Root(AccountId::NOBODY);
        Ok(match &case.purpose {
            Purpose::Recover { subject, .. } => match self.person(subject.as_ref().unwrap_or(&decoy)).await? {
                Some(person) => tries_key(&person).as_str().to_owned(),
                None => format!("case {}", case.id),
            },
            Purpose::SetPassword { .. } | Purpose::UndoEmail { .. } | Purpose::LinkLogin { .. } | Purpose::Disown { .. } => {
                format!("case {}", case.id)
            }
            Purpose::RegisterAccount { address } => account_name(address),
            Purpose::RegisterBuilder { address, .. } => builder_name(address),
            Purpose::ConfirmAddress { subject, .. }
            | Purpose::AddAddress { subject, .. }
            | Purpose::ContactPhone { subject, .. }
            | Purpose::ChangeEmail { subject, .. }
            | Purpose::InviteContact { subject, .. } => address_name(subject),
        })
    }

    /// Whom a case is about, as stored now; for a decoy the same is read, and nobody found (invariant 9).
    pub(crate) async fn case_person(&self, case: &Case) -> Result<Option<Person>, Trouble> {
        let decoy = Identity::Root(AccountId::NOBODY);
        let person = self.person(case.subject().unwrap_or(&decoy)).await?;
        Ok(person.filter(|_| case.subject().is_some()))
    }

    /// What the steps of a recovery are decided with.
    pub(crate) fn step<'a>(&'a self, op: &'a OpContext) -> recovery::Step<'a> {
        recovery::Step { key: &self.0.codes, settings: self.config().recovery, op, entropy: self.entropy() }
    }

    pub(crate) async fn load_case(&self, id: &CaseId) -> Result<Case, CaseError> {
        self.store().case(id).await?.ok_or(CaseError::Unknown)
    }
}

/// The name that the mails of an account's registration are counted against.
pub(crate) fn account_name(address: &EmailAddress) -> String {
    format!("signup {}", address.key())
}

/// The name that the mails of a builder ID's registration are counted against.
pub(crate) fn builder_name(address: &EmailAddress) -> String {
    format!("builder signup {}", address.key())
}

/// The name that the mails to an IAM user's own addresses are counted against.
pub(crate) fn address_name(subject: &Identity) -> String {
    format!("address {subject}")
}

/// Which case a cookie's token holds, if it is one.
fn holder_of(cookie: &str) -> Option<TokenHash> {
    Token::parse(TokenKind::Case, cookie).map(|token| token.hash())
}

/// The holder's token from a cookie; anything else holds nothing.
pub(crate) fn held(cookie: &str) -> Result<Token, CaseError> {
    Token::parse(TokenKind::Case, cookie).ok_or(CaseError::Refused(Refusal::NotYours))
}
