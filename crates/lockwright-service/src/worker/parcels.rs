//! What is on its way to an address of somebody: a notice with its link, a code.

use lockwright_authn::codes;
use lockwright_core::recovery::{self, IssuedCode};
use lockwright_core::{address, disown};
use lockwright_model::case::{Channel, MessageWay, Purpose};
use lockwright_model::id::CaseId;
use lockwright_model::job::{Job, Task, Whose};
use lockwright_model::proof::Goal;
use lockwright_model::secret::Secret;
use lockwright_model::token::{Token, TokenKind};

use crate::Lockwright;
use crate::commit::Committed;
use crate::mail::outgoing::{OutgoingMail, TicketPurpose};
use crate::trouble::{NotCommitted, Trouble};

/// One thing on its way.
pub(super) struct Parcel {
    pub(super) to: Channel,
    pub(super) way: MessageWay,
    pub(super) mail: OutgoingMail,
    /// Names a message to a phone.
    pub(super) id: String,
}

impl Lockwright {
    /// A notice; where saying "this wasn't me" helps, with a link for it, of which the hash is kept first.
    pub(super) async fn notice(&self, job: &Job) -> Result<Option<Parcel>, Trouble> {
        let Task::Notify { to, notice, at, source, about } = &job.task else { return Ok(None) };
        let mut link = None;
        if let Some(subject) = about.as_ref().filter(|_| disown::answers(notice)) {
            // The same at each try of the job: a mail that comes twice has one link.
            let bytes = codes::bind(&self.config().sealing_key, "notice", &[job.id.as_str().as_bytes()]);
            let token = Token::from_bytes(TokenKind::Link, &bytes);
            if self.store().case(&disown::case_id(token.hash())).await?.is_none() {
                let kept = disown::issue(token.hash(), subject.clone(), to.clone(), notice.clone(), *at, source.clone());
                match self.commit(kept).await {
                    // Taken: another worker was faster, with the same link.
                    Ok(Committed::Done) | Err(NotCommitted::Taken(_)) => {}
                    Ok(Committed::Stale) => return Err(Trouble::Contended),
                    Err(failure) => return Err(failure.into()),
                }
            }
            link = Some(Secret::new(format!("{}/notice/{}", self.config().public_url, token.expose())));
        }
        let mail = OutgoingMail::Notice { notice: notice.clone(), at: *at, source: source.clone(), link };
        Ok(Some(Parcel { to: to.clone(), way: MessageWay::Text, mail, id: job.id.to_string() }))
    }

    /// Draws the code for an address, commits its hash, then yields what is sent. Nothing for a decoy.
    pub(super) async fn code(&self, job: &Job, id: &CaseId, channel: &Channel) -> Result<Option<Parcel>, Trouble> {
        let Some(case) = self.store().case(id).await? else { return Ok(None) };
        let Some(subject) = case.subject().cloned() else { return Ok(None) };
        let Some(person) = self.person(&subject).await? else { return Ok(None) };
        let (at, source) = (case.created, case.source.clone());
        let (key, now, chance) = (&self.0.codes, self.now(), self.entropy());
        let (purpose, decided) = match &case.purpose {
            Purpose::AddAddress { .. } => (Some(TicketPurpose::AddAddress(person.whose())), address::issue(case, key, now, chance)),
            Purpose::ContactPhone { .. } => (Some(TicketPurpose::ContactPhone(person.whose())), address::issue(case, key, now, chance)),
            Purpose::Recover { goal, .. } => {
                let purpose = recover_purpose(*goal, person.whose());
                (purpose, recovery::issue_channel(case, Some(&person), channel, key, now, chance))
            }
            _ => (None, None),
        };
        let Some((purpose, decided)) = purpose.zip(decided) else { return Ok(None) };
        match self.commit(decided.changes).await {
            Ok(Committed::Done) => {}
            // The case moved on; the next try of the job looks again.
            Ok(Committed::Stale) => return Err(Trouble::Contended),
            Err(failure) => return Err(failure.into()),
        }
        let IssuedCode { to, way, code, expires } = decided.output;
        let (mail, name) = match code {
            Some(code) => (OutgoingMail::Ticket { purpose, code, link: None, expires, at, source }, job.id.to_string()),
            // What is keyed in comes back with the name of the call.
            None => (OutgoingMail::Call { purpose }, id.to_string()),
        };
        Ok(Some(Parcel { to, way, mail, id: name }))
    }
}

/// What a code for a recovery opens. The host is an operator's only way back.
pub(super) fn recover_purpose(goal: Goal, whose: Whose) -> Option<TicketPurpose> {
    Some(match (goal, whose) {
        (_, Whose::Operator) => return None,
        (Goal::Reenrol, whose) => TicketPurpose::LostDevice(whose),
        (Goal::NewPassword, Whose::Root { account, name }) => TicketPurpose::RootPassword { account, name },
        (Goal::NewPassword, Whose::User { account, name }) => TicketPurpose::UserPassword { account, user: name },
        (Goal::NewPassword, Whose::Builder) => TicketPurpose::BuilderPassword,
    })
}
