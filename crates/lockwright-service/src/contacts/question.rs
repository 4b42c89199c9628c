//! A recovery contact is asked to help: what it sees, and its one answer.

use lockwright_core::person::Person;
use lockwright_core::{Decided, recovery};
use lockwright_model::case::{Case, ContactAnswer, IdentityKind};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::{OpContext, Source};
use lockwright_model::id::CaseId;
use lockwright_model::name::PersonName;
use lockwright_model::token::{Code, Token, TokenHash, TokenKind};

use crate::Lockwright;
use crate::cases::CaseError;
use crate::commit::decide;

/// What a contact sees who is asked to help: whom it knows, and who asks from where.
#[derive(Clone, Debug)]
pub struct Question {
    /// How the contact calls the owner.
    pub owner: PersonName,
    /// What the owner signs in as.
    pub kind: IdentityKind,
    /// When the contacts were asked.
    pub asked: Timestamp,
    /// Where the recovery was begun.
    pub source: Source,
    /// When link and code stop working.
    pub expires: Timestamp,
    /// It is a rehearsal.
    pub drill: bool,
}

/// What an answer led to.
#[derive(Debug)]
pub struct Answered {
    /// The question.
    pub question: Question,
    /// What the contact reads out to the person; shown once. `None`: it refused, and the owner is told.
    pub code: Option<Code>,
}

impl Lockwright {
    /// What a question's link shows; spends nothing (invariant 10).
    pub async fn look_at_question(&self, id: &CaseId, link: &str) -> Result<Question, CaseError> {
        let token = Token::parse(TokenKind::Link, link).ok_or(CaseError::Unknown)?;
        let (case, person) = self.question_of(id).await?;
        question(&case, &person, token.hash(), self.now())
    }

    /// A contact answers, once.
    pub async fn answer_question(&self, op: &OpContext, id: &CaseId, link: &str, answer: ContactAnswer) -> Result<Answered, CaseError> {
        let token = Token::parse(TokenKind::Link, link).ok_or(CaseError::Unknown)?;
        let outcome = decide!(self, {
            let (case, person) = self.question_of(id).await?;
            let question = question(&case, &person, token.hash(), op.now)?;
            let decided = recovery::contact_answers(case, &person, token.hash(), answer, &self.0.codes, &self.step(op))?;
            Decided::new(decided.changes, Answered { question, code: decided.output })
        });
        Ok(outcome?)
    }

    /// The case and its subject; a decoy has none, and asks nobody.
    async fn question_of(&self, id: &CaseId) -> Result<(Case, Person), CaseError> {
        let case = self.load_case(id).await?;
        let subject = case.subject().cloned().ok_or(CaseError::Unknown)?;
        let person = self.person(&subject).await?.ok_or(CaseError::Refused(recovery::Refusal::Gone))?;
        Ok((case, person))
    }
}

fn question(case: &Case, person: &Person, link: TokenHash, now: Timestamp) -> Result<Question, CaseError> {
    let contact = recovery::check_ask(case, Some(person), link, now)?;
    let expires = case.gathered.contacts.iter().find(|ask| ask.contact == contact.id).map_or(case.expires, |ask| ask.expires);
    Ok(Question {
        owner: contact.owner.clone(),
        kind: person.kind(),
        asked: case.gathered.asked.unwrap_or(case.created),
        source: case.source.clone(),
        expires,
        drill: case.gathered.drill.is_some(),
    })
}
