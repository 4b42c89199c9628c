//! Work behind the requests: sending the outbox, purging what is over, following other nodes' changes.

mod parcels;

use std::sync::Arc;
use std::time::Duration;

use lockwright_core::person::Person;
use lockwright_core::{outbox, recovery};
use lockwright_model::case::{Case, Channel, MessageWay, Purpose};
use lockwright_model::change::{ClaimKey, Key};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::Source;
use lockwright_model::email::EmailAddress;
use lockwright_model::identity::Identity;
use lockwright_model::job::{Job, Notice, ReviewOf, Task, Whose};
use lockwright_store::{Mark, StoreError};

use crate::Lockwright;
use crate::cache::Cache;
use crate::commit::Committed;
use crate::mail::outgoing::{ContactLetter, OutgoingMail, TicketPurpose};
use crate::mail::{ComposeMail, Mailer, SendError};
use crate::message::{Message, MessageKind};
use crate::trouble::Trouble;

use parcels::{Parcel, recover_purpose};

/// Jobs taken in one go.
const BATCH: u32 = 32;
/// Without a nudge the outbox is looked at this often.
const LOOK: Duration = Duration::from_secs(2);
/// What is over is purged this often.
const PURGE: Duration = Duration::from_secs(60);
/// Changes of other nodes are asked for this often; twice late, and the cache is bypassed.
const FOLLOW: Duration = Duration::from_millis(500);

/// How a job ended.
enum Sent {
    Done,
    /// Tried in vain; the reason holds no address and no secret.
    Failed(String),
}

impl Lockwright {
    /// Runs the outbox until the task is dropped. One task is enough: sending is waiting.
    pub async fn run_outbox(self, mailer: Arc<Mailer>, compose: Arc<dyn ComposeMail>) {
        loop {
            // In a task of its own: a mail that makes the writer panic must not keep the others from leaving.
            let (lockwright, mailer, compose) = (self.clone(), Arc::clone(&mailer), Arc::clone(&compose));
            let round = tokio::spawn(async move { lockwright.send_due(&mailer, compose.as_ref()).await });
            match round.await {
                Ok(Ok(BATCH..)) => continue,
                Ok(Ok(_)) => {}
                Ok(Err(trouble)) => tracing::warn!(%trouble, "the outbox was not read"),
                Err(_) => tracing::error!("a mail made the outbox panic; it is tried again later"),
            }
            let _ = tokio::time::timeout(LOOK, self.0.outbox.notified()).await;
        }
    }

    /// Sends what is due now; returns how many jobs it took.
    pub async fn send_due(&self, mailer: &Mailer, compose: &dyn ComposeMail) -> Result<u32, Trouble> {
        let due = self.store().jobs_due(self.now(), BATCH).await?;
        let mut taken = 0;
        for job in due {
            taken += 1;
            let id = job.id.clone();
            // The lease is durable before anything leaves: a crash in between repeats a mail, never loses one.
            match self.commit(outbox::lease(job, self.now())).await {
                Ok(Committed::Done) => {}
                Ok(Committed::Stale) => continue,
                Err(failure) => return Err(failure.into()),
            }
            let Some(job) = self.store().job(&id).await? else { continue };
            let sent = match self.send(&job, mailer, compose).await {
                Ok(sent) => sent,
                Err(trouble) => Sent::Failed(trouble.to_string()),
            };
            let word = if matches!(sent, Sent::Done) { "done" } else { "failed" };
            metrics::counter!("lockwright_mail_jobs_total", "outcome" => word).increment(1);
            let changes = match sent {
                Sent::Done => outbox::done(&job),
                Sent::Failed(why) => {
                    tracing::warn!(job = %job.id, attempts = job.attempts, %why, "a mail was not sent");
                    outbox::failed(job, why, self.now())
                }
            };
            self.commit(changes).await.map_err(Trouble::from)?;
            if let Some(job) = self.store().job(&id).await? {
                self.note_given_up(&job).await?;
            }
        }
        Ok(taken)
    }

    async fn send(&self, job: &Job, mailer: &Mailer, compose: &dyn ComposeMail) -> Result<Sent, Trouble> {
        let mut parcels: Vec<Parcel> = Vec::new();
        let mails = match &job.task {
            Task::SendTicket { case } => match self.store().case(case).await? {
                Some(case) if matches!(case.purpose, Purpose::InviteContact { .. }) => self.invitation(case).await?,
                Some(case) => self.ticket(case).await?,
                None => return Ok(Sent::Done),
            },
            Task::FindMine { address, source } => {
                let found = self.found(address).await?;
                found.into_iter().map(|(to, rows)| (to, OutgoingMail::Found { rows, at: job.created, source: source.clone() })).collect()
            }
            Task::Notify { .. } => {
                parcels.extend(self.notice(job).await?);
                Vec::new()
            }
            Task::SendCode { case, channel } => {
                parcels.extend(self.code(job, case, channel).await?);
                Vec::new()
            }
            Task::AnswerSupport { request } => self.support_answer(request).await?,
            Task::Remove { identity, confirmed } => {
                self.remove_closed(identity, *confirmed).await?;
                return Ok(Sent::Done);
            }
            Task::WelcomeContact { identity, contact } => self.welcome(job, identity, contact).await?,
            Task::DismissContact { to, owner, kind, at } => {
                let (letter, owner, kind, at, source) = (ContactLetter::Dismissal, owner.clone(), *kind, *at, Source::host());
                vec![(to.clone(), OutgoingMail::Contact { letter, owner, kind, at, source })]
            }
            Task::Review { identity, what: ReviewOf::Contacts } => {
                self.remind_of_contacts(job, identity).await?;
                return Ok(Sent::Done);
            }
            Task::AskContact { case, contact } => self.question(case, contact).await?,
            Task::Remind { case, moment } => {
                self.remind(job, case, *moment).await?;
                return Ok(Sent::Done);
            }
            Task::Review { identity, what: ReviewOf::Drill } => {
                self.remind_of_drill(job, identity).await?;
                return Ok(Sent::Done);
            }
            Task::TellSystem { .. } => {
                return Ok(match self.tell_system(job.id.as_str(), &job.task).await? {
                    Ok(()) => Sent::Done,
                    Err(why) => Sent::Failed(why),
                });
            }
        };
        parcels.extend(mails.into_iter().map(|(to, mail)| Parcel {
            to: Channel::Email(to),
            way: MessageWay::Text,
            mail,
            id: job.id.to_string(),
        }));
        for parcel in parcels {
            if let Err(SendError(why)) = self.deliver(parcel, job, mailer, compose).await {
                return Ok(Sent::Failed(why));
            }
        }
        Ok(Sent::Done)
    }

    /// Puts one thing into words and sends it, as a mail or as a message to a phone.
    async fn deliver(&self, parcel: Parcel, job: &Job, mailer: &Mailer, compose: &dyn ComposeMail) -> Result<(), SendError> {
        let (installation, public_url) = (&self.config().installation, &self.config().public_url);
        let Parcel { to, way, mail, id } = parcel;
        match to {
            Channel::Email(to) => mailer.send(&to, compose.compose(&mail, installation, public_url), self.now(), &job.id).await,
            Channel::Phone(to) => {
                let kind = match mail {
                    OutgoingMail::Ticket { .. } => MessageKind::Code,
                    OutgoingMail::Call { .. } => MessageKind::Call,
                    OutgoingMail::Notice { .. }
                    | OutgoingMail::Contact { .. }
                    | OutgoingMail::SupportAnswer { .. }
                    | OutgoingMail::Found { .. } => MessageKind::Notice,
                };
                let text = compose.compose_text(&mail, way, installation, public_url);
                mailer.send_message(&Message { to, way, kind, text, id }, self.now(), &job.id).await
            }
        }
    }

    /// Draws the ticket, commits its hash, then yields the mail. Nothing for a decoy.
    async fn ticket(&self, case: Case) -> Result<Vec<(EmailAddress, OutgoingMail)>, Trouble> {
        let (at, source) = (case.created, case.source.clone());
        let purpose = match &case.purpose {
            Purpose::RegisterAccount { address } => {
                if let Some(mails) = self.taken(&ClaimKey::RootEmail(address.key()), None, at, &source).await? {
                    return Ok(mails);
                }
                TicketPurpose::RegisterAccount
            }
            Purpose::RegisterBuilder { address, name } => {
                if let Some(mails) = self.taken(&ClaimKey::BuilderEmail(address.key()), None, at, &source).await? {
                    return Ok(mails);
                }
                TicketPurpose::RegisterBuilder { name: name.clone() }
            }
            Purpose::ChangeEmail { subject, address, .. } => {
                let Some(person) = self.person(subject).await? else { return Ok(Vec::new()) };
                if let Some(key) = person.email_claim(address)
                    && let Some(mails) = self.taken(&key, Some(subject), at, &source).await?
                {
                    return Ok(mails);
                }
                TicketPurpose::ChangeEmail(person.whose())
            }
            Purpose::UndoEmail { subject, .. } => {
                let Some(person) = self.person(subject).await? else { return Ok(Vec::new()) };
                TicketPurpose::UndoEmail {
                    whose: person.whose(),
                    address: person.primary_email().map(EmailAddress::masked).unwrap_or_default(),
                }
            }
            Purpose::Recover { subject: Some(subject), goal, .. } => {
                let Some(person) = self.person(subject).await? else { return Ok(Vec::new()) };
                let Some(purpose) = recover_purpose(*goal, person.whose()) else { return Ok(Vec::new()) };
                purpose
            }
            Purpose::ConfirmAddress { subject, .. } => match self.person(subject).await?.map(|person| person.whose()) {
                Some(Whose::User { account, name }) => TicketPurpose::ConfirmAddress { account, user: name },
                _ => return Ok(Vec::new()),
            },
            Purpose::Recover { subject: None, .. }
            | Purpose::AddAddress { .. }
            | Purpose::ContactPhone { .. }
            | Purpose::SetPassword { .. }
            | Purpose::LinkLogin { .. }
            | Purpose::InviteContact { .. }
            | Purpose::Disown { .. } => {
                return Ok(Vec::new());
            }
        };
        let id = case.id.clone();
        let Some(decided) = recovery::issue(case, &self.0.codes, self.now(), self.entropy()) else { return Ok(Vec::new()) };
        match self.commit(decided.changes).await {
            Ok(Committed::Done) => {}
            // The case moved on; the next try of the job looks again.
            Ok(Committed::Stale) => return Err(Trouble::Contended),
            Err(failure) => return Err(failure.into()),
        }
        let issued = decided.output;
        let link = Some(self.ticket_url(&id, &issued.link));
        Ok(vec![(issued.to, OutgoingMail::Ticket { purpose, code: issued.code, link, expires: issued.expires, at, source })])
    }

    /// What is mailed instead of a ticket for an address that somebody else signs in with: a word to its owner. `None`: it is free, or
    /// `own`. One that was given up and is only kept for a while gets no mail at all: there is nobody whom it would help.
    async fn taken(
        &self,
        key: &ClaimKey,
        own: Option<&Identity>,
        at: Timestamp,
        source: &Source,
    ) -> Result<Option<Vec<(EmailAddress, OutgoingMail)>>, StoreError> {
        match self.store().claim(key).await?.filter(|claim| Some(&claim.owner) != own) {
            None => Ok(None),
            Some(claim) if claim.expires.is_some() => Ok(Some(Vec::new())),
            Some(claim) => Ok(self.person(&claim.owner).await?.map(|owner| already(&owner, at, source))),
        }
    }

    /// Purges what is over until the task is dropped.
    pub async fn run_purge(self) {
        loop {
            if let Err(trouble) = self.keep_clock_floor().await {
                tracing::warn!(%trouble, "the floor under the clock was not kept");
            }
            match self.store().purge(self.now()).await {
                Ok(0) => {}
                Ok(rows) => tracing::debug!(rows, "purged what is over"),
                Err(error) => tracing::warn!(%error, "nothing was purged"),
            }
            tokio::time::sleep(PURGE).await;
        }
    }

    /// Follows other nodes' commits until the task is dropped; needed where several nodes share one database.
    pub async fn run_follow(self) {
        let mut mark = Mark::START;
        loop {
            let looked = tokio::time::timeout(FOLLOW * 2, self.store().changes_since(mark)).await;
            mark = followed(&self.0.cache, mark, looked.ok());
            tokio::time::sleep(FOLLOW).await;
        }
    }
}

/// Tells the owner of an address that somebody wanted to register with it: at the address as verified, not as typed (A01).
fn already(owner: &Person, at: Timestamp, source: &Source) -> Vec<(EmailAddress, OutgoingMail)> {
    let notice = OutgoingMail::Notice { notice: Notice::AlreadyRegistered(owner.whose()), at, source: source.clone(), link: None };
    owner.addresses().into_iter().map(|to| (to, notice.clone())).collect()
}

/// Drops what other nodes wrote from the cache, and yields the mark to ask with next. `None`: no answer in time.
fn followed(cache: &Cache, mark: Mark, looked: Option<Result<(Vec<Key>, Mark), StoreError>>) -> Mark {
    match looked {
        Some(Ok((keys, next))) => {
            cache.forget(&keys);
            cache.set_bypass(false);
            next
        }
        // Cut off for longer than changes are kept: nobody knows what is stale, so nothing is kept.
        Some(Err(StoreError::MarkTooOld)) => {
            cache.set_bypass(true);
            cache.clear();
            Mark::START
        }
        Some(Err(_)) | None => {
            cache.set_bypass(true);
            mark
        }
    }
}

mod contacts;

#[cfg(test)]
mod tests;
