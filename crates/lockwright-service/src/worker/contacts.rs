//! What the outbox does for recovery contacts: invitations, confirmations, farewells, the yearly reminder.

use lockwright_core::person::Person;
use lockwright_core::{contacts, recovery};
use lockwright_model::case::{Case, Purpose};
use lockwright_model::change::{ChangeSet, Key};
use lockwright_model::context::{OpContext, Source};
use lockwright_model::email::EmailAddress;
use lockwright_model::id::{CaseId, ContactId};
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::job::Job;
use lockwright_model::secret::Secret;

use crate::Lockwright;
use crate::commit::Committed;
use crate::mail::outgoing::{ContactLetter, OutgoingMail};
use crate::trouble::Trouble;

type Mails = Vec<(EmailAddress, OutgoingMail)>;

impl Lockwright {
    /// Draws an invitation's link, commits its hash, then yields the mail.
    pub(super) async fn invitation(&self, case: Case) -> Result<Mails, Trouble> {
        let Purpose::InviteContact { subject, .. } = &case.purpose else { return Ok(Vec::new()) };
        let Some(person) = self.person(subject).await? else { return Ok(Vec::new()) };
        let (id, at, source) = (case.id.clone(), case.created, case.source.clone());
        let Some(decided) = contacts::draw_invitation(case, &person, self.now(), self.entropy()) else { return Ok(Vec::new()) };
        self.commit_drawn(decided.changes).await?;
        let drawn = decided.output;
        let link = Secret::new(format!("{}/contact/{id}/{}", self.config().public_url, drawn.link.expose()));
        let letter = ContactLetter::Invitation { link, expires: drawn.expires };
        Ok(vec![(drawn.to, OutgoingMail::Contact { letter, owner: drawn.owner, kind: person.kind(), at, source })])
    }

    /// Draws the link of a question to a contact, commits its hash, then yields the mail. Nothing for a decoy.
    pub(super) async fn question(&self, id: &CaseId, contact: &ContactId) -> Result<Mails, Trouble> {
        let Some(case) = self.store().case(id).await? else { return Ok(Vec::new()) };
        let Some(subject) = case.subject().cloned() else { return Ok(Vec::new()) };
        let Some(person) = self.person(&subject).await? else { return Ok(Vec::new()) };
        let Some(known) = person.factors().accepted().find(|known| known.id == *contact) else { return Ok(Vec::new()) };
        let (at, source, drill) = (case.gathered.asked.unwrap_or(case.created), case.source.clone(), case.gathered.drill.is_some());
        let Some(decided) = recovery::issue_ask(case, Some(&person), contact, self.now(), self.entropy()) else { return Ok(Vec::new()) };
        self.commit_drawn(decided.changes).await?;
        let drawn = decided.output;
        let link = Secret::new(format!("{}/recover/contact/{id}/{}", self.config().public_url, drawn.link.expose()));
        let letter = ContactLetter::Question { link, expires: drawn.expires, drill, leave: self.leaving_url(&subject, contact) };
        Ok(vec![(drawn.to, OutgoingMail::Contact { letter, owner: known.owner.clone(), kind: person.kind(), at, source })])
    }

    /// Confirms to a contact that it is one, and how to leave.
    pub(super) async fn welcome(&self, job: &Job, identity: &Identity, id: &ContactId) -> Result<Mails, Trouble> {
        let Some(person) = self.person(identity).await? else { return Ok(Vec::new()) };
        let Some(contact) = person.factors().accepted().find(|known| known.id == *id) else { return Ok(Vec::new()) };
        let letter = ContactLetter::Welcome { leave: self.leaving_url(identity, id) };
        let (owner, kind, at, source) = (contact.owner.clone(), person.kind(), job.created, Source::host());
        Ok(vec![(contact.address.clone(), OutgoingMail::Contact { letter, owner, kind, at, source })])
    }

    /// Reminds somebody to look through the contacts, once: the reminder's job goes in the same commit.
    pub(super) async fn remind_of_contacts(&self, job: &Job, identity: &Identity) -> Result<(), Trouble> {
        let Some(person) = self.person(identity).await? else { return Ok(()) };
        let op: OpContext = self.op(Principal::Host, Source::host());
        let Some(changes) = contacts::remind(&person, &op, self.entropy()) else { return Ok(()) };
        self.commit_reminder(changes, &person, job).await
    }

    /// Commits a reminder for a person as loaded, and takes its job away with it.
    pub(crate) async fn commit_reminder(&self, mut changes: ChangeSet, person: &Person, job: &Job) -> Result<(), Trouble> {
        changes.expect.push(person.row());
        changes.delete(Key::Job(job.id.clone()), job.version);
        self.commit_drawn(changes).await
    }

    /// Commits what a job drew; what moved on meanwhile is looked at again by its next try.
    async fn commit_drawn(&self, changes: ChangeSet) -> Result<(), Trouble> {
        match self.commit(changes).await {
            Ok(Committed::Done) => Ok(()),
            Ok(Committed::Stale) => Err(Trouble::Contended),
            Err(failure) => Err(failure.into()),
        }
    }
}
