//! Recovery contacts: the owner's list, the invitation's answer, leaving, and who depends on whom.

pub mod question;

use lockwright_authn::codes;
use lockwright_core::contacts::{self, Draft, Refusal};
use lockwright_core::person::Person;
use lockwright_core::tries::{ADDRESS_MAILS, CONTACT_MAILS, Wait};
use lockwright_core::{Decided, recovery, session};
use lockwright_model::case::{Case, IdentityKind, Purpose};
use lockwright_model::change::{ClaimKey, Record};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::factors::Contact;
use lockwright_model::id::{CaseId, ContactId};
use lockwright_model::identity::Identity;
use lockwright_model::job::Task;
use lockwright_model::name::PersonName;
use lockwright_model::secret::Secret;
use lockwright_model::session::Session;
use lockwright_model::token::{Token, TokenKind};
use lockwright_model::tries::TriesKey;

use crate::Lockwright;
use crate::cases::CaseError;
use crate::commit::decide;
use crate::trouble::{NotCommitted, Trouble};

/// The most identities of one address that are looked at for loops.
const LOOKED_AT: u32 = 20;

/// Why the owner's change was not made.
#[derive(Debug, thiserror::Error)]
pub enum ContactError {
    /// The session has ended, or its owner was not confirmed lately.
    #[error("the session is not confirmed")]
    Unconfirmed,
    /// The rules refuse it.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// Too many invitations.
    #[error("too many invitations")]
    Wait {
        /// When the next one is sent.
        until: Timestamp,
    },
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<lockwright_store::StoreError> for ContactError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for ContactError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

impl From<Refusal> for ContactError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Wait> for ContactError {
    fn from(wait: Wait) -> Self {
        Self::Wait { until: wait.until }
    }
}

/// What somebody sees who was asked to be a contact, or is one: whose, as they know them, and nothing else.
#[derive(Clone, Debug)]
pub struct Asked {
    /// How the contact calls the owner.
    pub owner: PersonName,
    /// What the owner signs in as.
    pub kind: IdentityKind,
    /// Until when it can be answered; `None`: as long as they are a contact.
    pub expires: Option<Timestamp>,
}

impl Asked {
    fn by(person: &Person, contact: &Contact, expires: Option<Timestamp>) -> Self {
        Self { owner: contact.owner.clone(), kind: person.kind(), expires }
    }
}

impl Lockwright {
    /// Names somebody and mails the invitation. A mailbox that strangers have filled gets no more; that looks the same.
    pub async fn invite_contact(&self, op: &OpContext, session: &Session, draft: Draft) -> Result<ContactId, ContactError> {
        let outcome = decide!(self, {
            let person = self.confirmed_owner(op, session).await?;
            let mailbox = draft.address.mailbox();
            let mut decided = contacts::invite(person, draft.clone(), op, self.entropy())?;
            self.count_invitation(&mut decided, op, session, &mailbox).await?;
            decided
        });
        Ok(outcome?)
    }

    /// Mails an invitation anew.
    pub async fn invite_contact_again(&self, op: &OpContext, session: &Session, id: &ContactId) -> Result<(), ContactError> {
        let outcome = decide!(self, {
            let person = self.confirmed_owner(op, session).await?;
            let known = person.factors().contacts.people.iter().find(|known| known.id == *id).ok_or(Refusal::Unknown)?;
            let mailbox = known.address.mailbox();
            let mut decided = contacts::invite_again(person, id, op, self.entropy())?;
            self.count_invitation(&mut decided, op, session, &mailbox).await?;
            decided
        });
        Ok(outcome?)
    }

    /// Removes a contact, or takes an invitation back.
    pub async fn remove_contact(&self, op: &OpContext, session: &Session, id: &ContactId) -> Result<(), ContactError> {
        let outcome = decide!(self, { contacts::remove(self.confirmed_owner(op, session).await?, id, op, self.entropy())? });
        Ok(outcome?)
    }

    /// Sets how many contacts must agree.
    pub async fn set_contacts_threshold(&self, op: &OpContext, session: &Session, threshold: u8) -> Result<(), ContactError> {
        let outcome = decide!(self, { contacts::set_threshold(self.confirmed_owner(op, session).await?, threshold, op, self.entropy())? });
        Ok(outcome?)
    }

    /// The owner has looked through the list.
    pub async fn review_contacts(&self, op: &OpContext, session: &Session) -> Result<(), ContactError> {
        let outcome = decide!(self, { contacts::review(self.confirmed_owner(op, session).await?, op, self.entropy())? });
        Ok(outcome?)
    }

    /// The owner of a session that counts now and was confirmed lately, as stored (ASVS 7.5.1).
    async fn confirmed_owner(&self, op: &OpContext, session: &Session) -> Result<Person, ContactError> {
        let owner = self.living_owner(session, op.now).await?.filter(|(stored, person)| session::confirmed(stored, person, op.now));
        owner.map(|(_, person)| person).ok_or(ContactError::Unconfirmed)
    }

    /// Counts an invitation against its owner, who is told when it was too many, and against the mailbox, silently.
    async fn count_invitation<T>(
        &self,
        decided: &mut Decided<T>,
        op: &OpContext,
        session: &Session,
        mailbox: &str,
    ) -> Result<(), ContactError> {
        let owner = TriesKey::new("mails", &format!("contacts {}", session.owner));
        let row = self.store().tries(&owner).await?;
        CONTACT_MAILS.check(row.as_ref(), op.now)?;
        decided.changes.put(Record::Tries(CONTACT_MAILS.count(row, owner, op.now)));
        let mailbox = TriesKey::new("mails", &format!("contact {mailbox}"));
        let row = self.store().tries(&mailbox).await?;
        if ADDRESS_MAILS.check(row.as_ref(), op.now).is_err() {
            let leaves = |record: &Record| matches!(record, Record::Job(job) if matches!(job.task, Task::SendTicket { .. }));
            decided.changes.puts.retain(|record| !leaves(record));
        }
        decided.changes.put(Record::Tries(ADDRESS_MAILS.count(row, mailbox, op.now)));
        Ok(())
    }

    /// What an invitation's link shows; spends nothing (invariant 10).
    pub async fn look_at_invitation(&self, id: &CaseId, link: &str) -> Result<Asked, CaseError> {
        let token = Token::parse(TokenKind::Link, link).ok_or(CaseError::Unknown)?;
        let (case, person) = self.invitation_of(id).await?;
        let contact = contacts::check_invitation(&case, &person, token.hash(), self.now())?;
        Ok(Asked::by(&person, contact, Some(case.expires)))
    }

    /// The person invited accepts.
    pub async fn accept_invitation(&self, op: &OpContext, id: &CaseId, link: &str) -> Result<Asked, CaseError> {
        let token = Token::parse(TokenKind::Link, link).ok_or(CaseError::Unknown)?;
        let outcome = decide!(self, {
            let (case, person) = self.invitation_of(id).await?;
            let asked = Asked::by(&person, contacts::check_invitation(&case, &person, token.hash(), op.now)?, None);
            Decided::new(contacts::accept(case, person, token.hash(), op, self.entropy())?.changes, asked)
        });
        Ok(outcome?)
    }

    /// The person invited does not want to.
    pub async fn decline_invitation(&self, op: &OpContext, id: &CaseId, link: &str) -> Result<Asked, CaseError> {
        let token = Token::parse(TokenKind::Link, link).ok_or(CaseError::Unknown)?;
        let outcome = decide!(self, {
            let (case, person) = self.invitation_of(id).await?;
            let asked = Asked::by(&person, contacts::check_invitation(&case, &person, token.hash(), op.now)?, None);
            Decided::new(contacts::decline(case, person, token.hash(), op, self.entropy())?.changes, asked)
        });
        Ok(outcome?)
    }

    async fn invitation_of(&self, id: &CaseId) -> Result<(Case, Person), CaseError> {
        let case = self.load_case(id).await?;
        let Purpose::InviteContact { subject, .. } = &case.purpose else { return Err(CaseError::Unknown) };
        let person = self.person(subject).await?.ok_or(CaseError::Refused(recovery::Refusal::Gone))?;
        Ok((case, person))
    }

    /// What the link shows by which a contact leaves; spends nothing (invariant 10).
    pub async fn look_at_leaving(&self, id: &ContactId, link: &str) -> Result<Asked, CaseError> {
        let person = self.owner_of_contact(id, link).await?;
        let contact = person.factors().accepted().find(|known| known.id == *id).ok_or(CaseError::Unknown)?;
        Ok(Asked::by(&person, contact, None))
    }

    /// A contact leaves.
    pub async fn leave_as_contact(&self, op: &OpContext, id: &ContactId, link: &str) -> Result<Asked, CaseError> {
        let outcome = decide!(self, {
            let person = self.owner_of_contact(id, link).await?;
            let contact = person.factors().accepted().find(|known| known.id == *id).ok_or(CaseError::Unknown)?;
            let asked = Asked::by(&person, contact, None);
            Decided::new(contacts::leave(person, id, op, self.entropy()).ok_or(CaseError::Unknown)?.changes, asked)
        });
        Ok(outcome?)
    }

    /// Whose contact it is, for somebody with the right link; the same answer for a wrong one and for one who is no contact any more.
    async fn owner_of_contact(&self, id: &ContactId, link: &str) -> Result<Person, CaseError> {
        let given = Token::parse(TokenKind::Link, link).ok_or(CaseError::Unknown)?;
        let claim = self.store().claim(&ClaimKey::Contact(id.clone())).await?.ok_or(CaseError::Unknown)?;
        if self.leaving_token(&claim.owner, id).hash() != given.hash() {
            return Err(CaseError::Unknown);
        }
        self.person(&claim.owner).await?.ok_or(CaseError::Unknown)
    }

    /// The token of the link by which a contact leaves. It is worked out and never stored: it lasts as long as the contact, every mail can
    /// carry it, and without the installation's key nobody has it.
    fn leaving_token(&self, owner: &Identity, contact: &ContactId) -> Token {
        let parts = [owner.to_string(), contact.to_string()];
        let bytes = codes::bind(&self.config().sealing_key, "contact-leave", &[parts[0].as_bytes(), parts[1].as_bytes()]);
        Token::from_bytes(TokenKind::Link, &bytes)
    }

    /// The whole URL of that link.
    pub(crate) fn leaving_url(&self, owner: &Identity, contact: &ContactId) -> Secret {
        let token = self.leaving_token(owner, contact);
        Secret::new(format!("{}/contact/leave/{contact}/{}", self.config().public_url, token.expose()))
    }

    /// The contacts whose own contact this person is: if all of them lose access at once, none can help another. For the owner's eyes
    /// only; each of them invited the person, who accepted, so nothing is told that the person doesn't know.
    pub async fn mutual_contacts(&self, person: &Person) -> Result<Vec<ContactId>, Trouble> {
        let own: Vec<String> = person.addresses().iter().map(lockwright_model::email::EmailAddress::mailbox).collect();
        let mut mutual = Vec::new();
        for contact in person.factors().accepted() {
            for identity in self.identities_at(&contact.address.key()).await? {
                let Some(other) = self.person(&identity).await? else { continue };
                if other.factors().accepted().any(|theirs| own.contains(&theirs.address.mailbox())) {
                    mutual.push(contact.id.clone());
                    break;
                }
            }
        }
        Ok(mutual)
    }

    /// Who is reached at an address, at most [`LOOKED_AT`] of each kind.
    async fn identities_at(&self, address: &str) -> Result<Vec<Identity>, Trouble> {
        let mut identities = Vec::new();
        for key in [ClaimKey::RootEmail(address.to_owned()), ClaimKey::BuilderEmail(address.to_owned())] {
            identities.extend(self.store().claim(&key).await?.filter(|claim| claim.expires.is_none()).map(|claim| claim.owner));
        }
        identities.extend(self.store().users_by_email(address, LOOKED_AT).await?.into_iter().map(|user| Identity::User(user.id)));
        identities.extend(self.store().owners_of_address(address, LOOKED_AT).await?);
        Ok(identities)
    }
}
