//! What somebody shows in a recovery besides the first mail's code, and what follows: waiting, stopping, the devices removed.

use lockwright_core::mfa::FactorProof;
use lockwright_core::person::Person;
use lockwright_core::recovery::drill::{self, Had};
use lockwright_core::recovery::{self, Given, Refusal, Step};
use lockwright_core::{Decided, session::NewSession};
use lockwright_core::{mfa, signin};
use lockwright_model::case::{Case, CaseMoment, Channel, MessageWay};
use lockwright_model::change::Record;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::{OpContext, Source};
use lockwright_model::id::CaseId;
use lockwright_model::identity::Principal;
use lockwright_model::job::Job;
use lockwright_model::proof::Proof;
use lockwright_model::secret::Password;
use lockwright_model::token::{Code, Token, TokenHash};
use lockwright_model::tries::TriesKey;
use lockwright_store::StoreError;

use crate::Lockwright;
use crate::cases::{CaseError, held};
use crate::commit::decide;
use crate::factors::{FactorAnswer, Typing, mfa_key};
use crate::passkey_signin::PasskeyChallenge;
use crate::signin::SignInError;
use crate::trouble::{NotCommitted, Trouble};

/// Why something shown in a recovery was not looked at.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The case can't go on.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// It can't be what was asked for. Not a try.
    #[error(transparent)]
    Mistyped(#[from] Typing),
    /// Too many tries: this one was not looked at.
    #[error("too many tries")]
    Wait {
        /// The next moment a try is looked at.
        until: Timestamp,
    },
}

impl From<StoreError> for EvidenceError {
    fn from(error: StoreError) -> Self {
        Self::Case(error.into())
    }
}

impl From<NotCommitted> for EvidenceError {
    fn from(failure: NotCommitted) -> Self {
        Self::Case(failure.into())
    }
}

impl From<Trouble> for EvidenceError {
    fn from(trouble: Trouble) -> Self {
        Self::Case(trouble.into())
    }
}

impl From<Refusal> for EvidenceError {
    fn from(refusal: Refusal) -> Self {
        Self::Case(refusal.into())
    }
}

impl From<SignInError> for EvidenceError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wait { until } => Self::Wait { until },
            SignInError::Trouble(trouble) => trouble.into(),
            SignInError::Mismatch | SignInError::Barred(_) => Refusal::NotNow.into(),
        }
    }
}

/// What the seal of a challenge in a case is for.
fn passkey_context(id: &CaseId) -> String {
    format!("passkey of case {id}")
}

/// The counter of what is tried in a case. Before the first proof it is the identity's own, shared with sign-in; whoever proved the same
/// has the same one afterwards, so that a stranger can't wear out the owner's (N-T06). A decoy counts by the name that was typed.
fn counter(kind: &'static str, case: &Case, own: Option<TriesKey>) -> TriesKey {
    match own.filter(|_| case.gathered.proofs.is_empty()) {
        Some(own) => own,
        None if case.gathered.proofs.is_empty() => TriesKey::new(kind, &format!("nobody {}", stands_as(case))),
        None => TriesKey::new(kind, &stands_as(case)),
    }
}

/// As whom a case's browser is counted: by the name that was typed, and what was proven of it.
fn stands_as(case: &Case) -> String {
    let name = case.gathered.name.as_ref().map_or_else(|| case.id.to_string(), |name| name.as_str().to_owned());
    if case.gathered.proofs.is_empty() {
        return name;
    }
    let words: Vec<&str> = case.gathered.proofs.iter().map(Proof::word).collect();
    format!("{name} after {}", words.join(" "))
}

impl Lockwright {
    /// Takes the password as a proof of a recovery; nobody's costs the same.
    pub async fn give_password(&self, op: &OpContext, id: &CaseId, cookie: &str, typed: &str) -> Result<Given, EvidenceError> {
        self.level(async {
            let (holder, case, person) = self.looked_at(op, id, cookie).await?;
            drill::pretended(&case, Had::Password)?;
            let Ok(password) = Password::parse(typed) else { return self.nothing_right(op, id, holder.hash()).await };
            let key = match &case.gathered.name {
                Some(name) if case.gathered.proofs.is_empty() => name.clone(),
                _ => counter("password", &case, None),
            };
            let counted = self.take_try(&key, op.now).await?;
            let credential = person.as_ref().and_then(Person::credential);
            let hash = credential.map(|credential| credential.hash.clone());
            let proof = self.prove_hash(&password, hash).await?;
            let given = decide!(self, {
                let case = self.load_case(id).await?;
                let person = self.case_person(&case).await?;
                recovery::give_password(case, person, holder.hash(), proof.as_ref(), &self.step(op))?
            })?;
            match (&given, person) {
                (Given::Accepted(_), _) => self.forgive_given(&key, op.now).await,
                (_, Some(person)) => {
                    let whose = person.identity();
                    let told: Result<(), NotCommitted> = decide!(self, {
                        let person = self.person(&whose).await?;
                        Decided::new(signin::failed(person, whose.account(), &counted, None, op, self.entropy()), ())
                    });
                    told?;
                }
                (_, None) => {}
            }
            Ok(given)
        })
        .await
    }

    /// Takes a device's answer or a saved recovery code as a proof of a recovery. `challenge` is the one that the passkeys were asked.
    pub async fn give_factor(
        &self,
        op: &OpContext,
        id: &CaseId,
        cookie: &str,
        answer: FactorAnswer<'_>,
        challenge: Option<&str>,
    ) -> Result<Given, EvidenceError> {
        answer.readable()?;
        let what = if matches!(answer, FactorAnswer::RecoveryCode(_)) { Proof::RecoveryCode } else { Proof::Device };
        self.factor_given(op, id, cookie, what, |person| self.check_factor(person, answer, challenge, op.now).ok()).await
    }

    /// Asks the passkeys of whom a recovery is about. `None`: there are none, or nothing was proven yet, for the question tells which
    /// there are.
    pub async fn ask_case_passkeys(&self, op: &OpContext, id: &CaseId, cookie: &str) -> Result<Option<PasskeyChallenge>, EvidenceError> {
        let (_, case, person) = self.looked_at(op, id, cookie).await?;
        let Some(person) = person.filter(|_| !case.gathered.proofs.is_empty()) else { return Ok(None) };
        let Some(challenge) = self.ask_passkeys(&person) else { return Ok(None) };
        let sealed = self.seal_challenge(&challenge, &passkey_context(id), op.now);
        Ok(Self::passkey_options(&challenge).zip(sealed).map(|(options, sealed)| PasskeyChallenge { options, sealed }))
    }

    /// Takes a passkey's answer to [`Lockwright::ask_case_passkeys`] as a proof of the same recovery.
    pub async fn give_passkey(
        &self,
        op: &OpContext,
        id: &CaseId,
        cookie: &str,
        sealed: &str,
        answer: &str,
    ) -> Result<Given, EvidenceError> {
        // A challenge that is over, or of another recovery, is answered wrong: the answer tells nobody which.
        let asked = self.open_challenge(sealed, &passkey_context(id), op.now).map(|(challenge, _)| challenge);
        self.give_factor(op, id, cookie, FactorAnswer::Passkey { response: answer }, asked.as_deref()).await
    }

    /// Takes two consecutive codes of any device as a proof: they count even where wrong tries switched single ones off.
    pub async fn give_two_codes(
        &self,
        op: &OpContext,
        id: &CaseId,
        cookie: &str,
        first: &str,
        second: &str,
    ) -> Result<Given, EvidenceError> {
        for code in [first, second] {
            FactorAnswer::Totp { device: None, code }.readable()?;
        }
        self.factor_given(op, id, cookie, Proof::Device, |person| {
            let answers = person.factors().devices.iter().map(|device| FactorAnswer::Worn { device: &device.id, first, second });
            answers.filter_map(|answer| self.check_factor(person, answer, None, op.now).ok()).next()
        })
        .await
    }

    async fn factor_given(
        &self,
        op: &OpContext,
        id: &CaseId,
        cookie: &str,
        what: Proof,
        check: impl Fn(&Person) -> Option<FactorProof>,
    ) -> Result<Given, EvidenceError> {
        self.level(async {
            let (holder, case, person) = self.looked_at(op, id, cookie).await?;
            if what == Proof::RecoveryCode {
                drill::pretended(&case, Had::Codes)?;
            }
            let key = counter("mfa", &case, person.as_ref().map(|person| mfa_key(&person.identity())));
            let counted = self.take_try(&key, op.now).await?;
            let proof = person.as_ref().and_then(check);
            let outcome: Result<Given, EvidenceError> = async {
                let given = decide!(self, {
                    let case = self.load_case(id).await?;
                    let person = self.case_person(&case).await?;
                    recovery::give_factor(case, person, holder.hash(), what, proof.as_ref(), &self.step(op))?
                });
                Ok(given?)
            }
            .await;
            // Only what is right is found to be pretended lost: it was no wrong try.
            if matches!(outcome, Err(EvidenceError::Case(CaseError::Refused(Refusal::PretendedLost)))) {
                self.forgive(&key, op.now).await?;
            }
            let given = outcome?;
            match (&given, person) {
                (Given::Accepted(_), _) => self.forgive_given(&key, op.now).await,
                (Given::Wrong { .. } | Given::NoTriesLeft, Some(person)) => {
                    let whose = person.identity();
                    let told: Result<(), NotCommitted> = decide!(self, {
                        let Some(person) = self.person(&whose).await? else { return Ok(given) };
                        let check = mfa::check(&person, "Failure");
                        Decided::new(mfa::failed(person, check, &counted, op, self.entropy()), ())
                    });
                    told?;
                }
                _ => {}
            }
            Ok(given)
        })
        .await
    }

    /// Sends a code to an address that the person typed, if it is theirs; the answer is the same if not. The output is the code to show
    /// on the page, where it is to be keyed in at the phone.
    pub async fn ask_code(
        &self,
        op: &OpContext,
        id: &CaseId,
        cookie: &str,
        channel: &Channel,
        way: MessageWay,
    ) -> Result<Option<Code>, EvidenceError> {
        self.level(async {
            let holder = held(cookie)?;
            let shown = decide!(self, {
                let case = self.load_case(id).await?;
                let person = self.case_person(&case).await?;
                let counted = self.counted_ask(op, &case).await?;
                counted.onto(recovery::ask_channel(case, person.as_ref(), holder.hash(), channel, way, &self.step(op))?)
            })?;
            Ok(shown)
        })
        .await
    }

    /// Tries a code that was sent to a further address: the ticket at this place of the case.
    pub async fn give_code(&self, op: &OpContext, id: &CaseId, cookie: &str, at: usize, typed: &str) -> Result<Given, EvidenceError> {
        self.level(async {
            let (holder, case, person) = self.looked_at(op, id, cookie).await?;
            let code = match case.gathered.tickets.get(at).map(|ticket| &ticket.channel) {
                Some(Channel::Phone(_)) => Code::parse_digits(typed),
                Some(Channel::Email(_)) => Code::parse(typed),
                None => return Err(Refusal::NotNow.into()),
            };
            let key = counter("codes", &case, person.map(|person| TriesKey::new("codes", &person.identity().to_string())));
            self.take_try(&key, op.now).await?;
            let given = decide!(self, {
                let case = self.load_case(id).await?;
                let person = self.case_person(&case).await?;
                recovery::try_channel_code(case, person, holder.hash(), at, code.as_ref(), &self.step(op))?
            })?;
            if matches!(given, Given::Accepted(_)) {
                self.forgive_given(&key, op.now).await;
            }
            Ok(given)
        })
        .await
    }

    /// Asks the person's recovery contacts; the same for somebody who has none.
    pub async fn ask_contacts(&self, op: &OpContext, id: &CaseId, cookie: &str) -> Result<(), EvidenceError> {
        self.level(async {
            let holder = held(cookie)?;
            let outcome = decide!(self, {
                let case = self.load_case(id).await?;
                let person = self.case_person(&case).await?;
                let counted = self.counted_ask(op, &case).await?;
                counted.onto(recovery::ask_contacts(case, person.as_ref(), holder.hash(), &self.step(op))?)
            });
            Ok(outcome?)
        })
        .await
    }

    /// Tries the code that a recovery contact passed on.
    pub async fn give_contact_code(&self, op: &OpContext, id: &CaseId, cookie: &str, typed: &str) -> Result<Given, EvidenceError> {
        self.level(async {
            let (holder, case, person) = self.looked_at(op, id, cookie).await?;
            let code = Code::parse(typed);
            let key = counter("codes", &case, person.map(|person| TriesKey::new("codes", &person.identity().to_string())));
            self.take_try(&key, op.now).await?;
            let given = decide!(self, {
                let case = self.load_case(id).await?;
                let person = self.case_person(&case).await?;
                recovery::try_contact_code(case, person, holder.hash(), code.as_ref(), &self.step(op))?
            })?;
            if matches!(given, Given::Accepted(_) | Given::Part { .. }) {
                self.forgive_given(&key, op.now).await;
            }
            Ok(given)
        })
        .await
    }

    /// Asks the operators; everybody gets a caller code to read out.
    pub async fn ask_operators(&self, op: &OpContext, id: &CaseId, cookie: &str) -> Result<String, EvidenceError> {
        self.level(async {
            let holder = held(cookie)?;
            let outcome = decide!(self, {
                let case = self.load_case(id).await?;
                recovery::ask_operators(case, holder.hash(), &self.step(op))?
            });
            Ok(outcome?)
        })
        .await
    }

    /// Starts the waiting time of a recovery whose proofs open nothing at once; when it ends.
    pub async fn start_waiting(&self, op: &OpContext, id: &CaseId, cookie: &str) -> Result<Timestamp, EvidenceError> {
        let holder = held(cookie)?;
        let outcome = decide!(self, {
            let case = self.load_case(id).await?;
            let person = self.case_person(&case).await?.ok_or(Refusal::NotNow)?;
            recovery::start_waiting(case, person, holder.hash(), &self.step(op))?
        });
        Ok(outcome?)
    }

    /// Removes the devices; this browser gets a session in which nothing but enrolling is possible.
    pub async fn finish_lost_device(&self, op: &OpContext, id: &CaseId, cookie: &str) -> Result<NewSession, EvidenceError> {
        let holder = held(cookie)?;
        let outcome = decide!(self, {
            let case = self.load_case(id).await?;
            let person = self.case_person(&case).await?.ok_or(Refusal::NotNow)?;
            recovery::finish_reenrol(case, holder.hash(), person, self.config().sessions, &self.step(op))?
        });
        Ok(outcome?)
    }

    /// Tells the owner of a moment of a waiting time, if the case still waits.
    pub(crate) async fn remind(&self, job: &Job, id: &CaseId, moment: CaseMoment) -> Result<(), Trouble> {
        let op = self.op(Principal::Anonymous, Source::host());
        let outcome: Result<(), NotCommitted> = decide!(self, {
            let Some(case) = self.store().case(id).await? else { return Ok(()) };
            let op = OpContext { source: case.source.clone(), ..op.clone() };
            let Some(person) = self.case_person(&case).await? else { return Ok(()) };
            let step = Step { op: &op, ..self.step(&op) };
            let Some(changes) = recovery::remind(case, &person, moment, &step) else { return Ok(()) };
            Decided::new(changes, ())
        });
        tracing::debug!(job = %job.id, "a waiting recovery was told of");
        Ok(outcome?)
    }

    /// The case of the browser that asks, and whom it is about.
    async fn looked_at(&self, op: &OpContext, id: &CaseId, cookie: &str) -> Result<(Token, Case, Option<Person>), EvidenceError> {
        let holder = held(cookie)?;
        let case = self.load_case(id).await?;
        // A stranger's browser takes no try from anybody (A29).
        recovery::standing(&case, Some(holder.hash()), op.now)?;
        let person = self.case_person(&case).await?;
        Ok((holder, case, person))
    }

    /// Forgives the counter of what was just given. The proof is committed and the browser's cookie drawn: whatever happens to the counter,
    /// for instance because others take tries of it at this moment, the browser must get that cookie, or it has lost its case.
    async fn forgive_given(&self, key: &TriesKey, now: Timestamp) {
        if let Err(failure) = self.forgive(key, now).await {
            tracing::warn!(%failure, "a counter of tries was not forgiven after a success");
        }
    }

    /// A text that can't be a password costs a try of the case like any other.
    async fn nothing_right(&self, op: &OpContext, id: &CaseId, holder: TokenHash) -> Result<Given, EvidenceError> {
        let outcome = decide!(self, {
            let case = self.load_case(id).await?;
            recovery::give_password(case, None, holder, None, &self.step(op))?
        });
        Ok(outcome?)
    }

    /// What a browser asks to be sent counts against the name like any other mail; past the limit nothing leaves, and the answer is the
    /// same. Whoever proved something is not counted with strangers.
    async fn counted_ask(&self, op: &OpContext, case: &Case) -> Result<Ask, EvidenceError> {
        let counted = self.count_mail(op, &format!("asks {}", stands_as(case))).await?;
        Ok(Ask { rows: counted.rows, silent: counted.silent })
    }
}

/// A counter's row, to be committed with what it counts.
struct Ask {
    rows: Vec<Record>,
    silent: bool,
}

impl Ask {
    fn onto<T>(self, mut decided: Decided<T>) -> Decided<T> {
        if self.silent {
            decided.changes.puts.retain(|record| !matches!(record, Record::Job(_)));
        }
        decided.changes.puts.extend(self.rows);
        decided
    }
}
