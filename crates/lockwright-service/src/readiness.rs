//! Readiness: a person's ways back, with what only the store knows, and what stands in the way of a person who proved something.

use lockwright_core::obstacle::{self, Obstacle};
use lockwright_core::person::Person;
use lockwright_core::readiness::{self, Readiness, Surroundings};
use lockwright_core::recovery::{self, Refusal};
use lockwright_model::case::CaseState;
use lockwright_model::id::CaseId;

use crate::Lockwright;
use crate::cases::{CaseError, held};
use crate::load::tries_key;
use crate::trouble::Trouble;

impl Lockwright {
    /// For each thing a person could lose the way back, and what is weak.
    pub async fn readiness(&self, person: &Person) -> Result<Readiness, Trouble> {
        let surroundings = Surroundings { host: self.host().to_owned(), mutual_contacts: self.mutual_contacts(person).await?.len() };
        Ok(readiness::readiness(person, self.config().recovery, &surroundings, self.now()))
    }

    /// What stands between the subject of a recovery and being signed in; only for the browser that has proved something in it.
    pub async fn obstacles(&self, id: &CaseId, cookie: &str) -> Result<(Person, Vec<Obstacle>), CaseError> {
        let holder = held(cookie)?;
        let case = self.load_case(id).await?;
        recovery::standing(&case, Some(holder.hash()), self.now())?;
        let proved = !case.gathered.proofs.is_empty() || matches!(case.state, CaseState::Proven { .. });
        let subject = case.subject().filter(|_| proved).ok_or(CaseError::Refused(Refusal::NotNow))?;
        let person = self.person(subject).await?.ok_or(CaseError::Refused(Refusal::Gone))?;
        let tries = self.store().tries(&tries_key(&person)).await?;
        let found = obstacle::obstacles(&person, tries.as_ref(), self.now());
        Ok((person, found))
    }

    /// The host name that people see in the installation's address.
    fn host(&self) -> &str {
        let url = self.config().public_url.as_str();
        let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
        authority.split(['/', ':', '?']).next().unwrap_or_default()
    }
}
