//! Logins shared with other systems: registering a system, linking, ending a link, telling of changes.

use lockwright_authn::signature;
use lockwright_core::shared::{self, Refusal};
use lockwright_model::case::{Case, CaseState, Purpose};
use lockwright_model::change::Version;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::draw;
use lockwright_model::factors::LinkedLogin;
use lockwright_model::id::{CaseId, LinkId, SystemId};
use lockwright_model::identity::Identity;
use lockwright_model::job::{JobState, SharedChange, Task};
use lockwright_model::name::PersonName;
use lockwright_model::secret::Secret;
use lockwright_model::session::Session;
use lockwright_model::system::LinkedSystem;
use lockwright_model::token::{Token, TokenKind};
use serde::{Deserialize, Serialize};

use crate::Lockwright;
use crate::commit::{Committed, decide};
use crate::host::{HostError, must_be_host};
use crate::trouble::{NotCommitted, Trouble};
use crate::webhook::{NotDelivered, Webhook, check_url};

/// Where a system gives the proof of a login back, below the public URL.
pub const LINK_PATH: &str = "/hooks/link";
/// The field of the address by which the person brings the token to the other system.
pub const LINK_FIELD: &str = "lockwright_link";
/// How far a system's clock may be from ours, in seconds.
const SKEW: u64 = 300;
/// The most systems of an installation.
const MOST_SYSTEMS: u32 = 100;

/// Why a link is not made or ended.
#[derive(Debug, thiserror::Error)]
pub enum SharedError {
    /// There is no such system.
    #[error("no such system")]
    NoSystem,
    /// The decision refuses it.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The request of a system is not signed with its secret, or not lately.
    #[error("not signed")]
    NotSigned,
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<lockwright_store::StoreError> for SharedError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for SharedError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

impl From<Refusal> for SharedError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// A system that was registered, with its secret, which is shown this once.
#[derive(Debug)]
pub struct Registered {
    /// The system.
    pub system: LinkedSystem,
    /// The key of its signatures.
    pub secret: Secret,
}

/// A link as a page shows it.
#[derive(Clone, Debug)]
pub struct Linked {
    /// The link.
    pub link: LinkedLogin,
    /// The system; `None`: it is registered no more.
    pub system: Option<LinkedSystem>,
}

/// A link that the other side has proved and the person has yet to agree to.
#[derive(Clone, Debug)]
pub struct Offered {
    /// The case.
    pub case: CaseId,
    /// The system.
    pub system: LinkedSystem,
    /// What it calls the person.
    pub login: String,
}

/// All that the page of linked logins shows.
#[derive(Clone, Debug)]
pub struct LinkedView {
    /// What is linked.
    pub linked: Vec<Linked>,
    /// What waits for the person's word.
    pub offered: Vec<Offered>,
    /// What could be linked.
    pub others: Vec<LinkedSystem>,
}

/// What a system posts to [`LINK_PATH`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Proof {
    /// The system's id.
    system: SystemId,
    /// What the person brought along.
    link: String,
    /// What the system calls the person.
    login: String,
}

/// What a system is told.
#[derive(Serialize)]
struct Event<'a> {
    /// The same for every try to deliver it.
    id: &'a str,
    kind: &'static str,
    system: &'a SystemId,
    link: &'a LinkId,
    login: &'a str,
    what: SharedChange,
    at: String,
}

impl Lockwright {
    /// Registers a system; its secret comes back once.
    pub async fn add_system(&self, op: &OpContext, name: &PersonName, webhook: &str, page: &str) -> Result<Registered, HostError> {
        must_be_host(op)?;
        for url in [webhook, page] {
            check_url(url).map_err(|error| HostError::Refused(error.to_string()))?;
        }
        if self.store().systems(None, MOST_SYSTEMS).await?.len() >= MOST_SYSTEMS as usize {
            return Err(HostError::Refused(format!("at most {MOST_SYSTEMS} systems can be registered")));
        }
        let secret = self.draw_secret();
        let id = SystemId::draw(self.entropy());
        let system = LinkedSystem {
            version: Version::NEW,
            name: name.clone(),
            webhook: webhook.to_owned(),
            page: page.to_owned(),
            secret: self.seal_secret(&id, &secret),
            created: op.now,
            id,
        };
        let outcome = decide!(self, { shared::add_system(system.clone(), op, self.entropy()) });
        outcome?;
        Ok(Registered { system, secret })
    }

    /// The registered systems.
    pub async fn systems(&self, op: &OpContext) -> Result<Vec<LinkedSystem>, HostError> {
        must_be_host(op)?;
        Ok(self.store().systems(None, MOST_SYSTEMS).await?)
    }

    /// Gives a system another secret.
    pub async fn new_system_secret(&self, op: &OpContext, id: &SystemId) -> Result<Registered, HostError> {
        must_be_host(op)?;
        let secret = self.draw_secret();
        let outcome = decide!(self, {
            let system = self.store().system(id).await?.ok_or(HostError::NotFound)?;
            shared::new_secret(system, self.seal_secret(id, &secret), op, self.entropy())
        });
        outcome?;
        Ok(Registered { system: self.store().system(id).await?.ok_or(HostError::NotFound)?, secret })
    }

    /// Removes a system.
    pub async fn remove_system(&self, op: &OpContext, id: &SystemId) -> Result<(), HostError> {
        must_be_host(op)?;
        let outcome = decide!(self, {
            let system = self.store().system(id).await?.ok_or(HostError::NotFound)?;
            shared::remove_system(&system, op, self.entropy())
        });
        Ok(outcome?)
    }

    /// What is linked, what waits for the person's word, what could be linked.
    pub async fn linked_logins(&self, owner: &Identity) -> Result<LinkedView, Trouble> {
        let systems = self.store().systems(None, MOST_SYSTEMS).await?;
        let known = |id: &SystemId| systems.iter().find(|system| system.id == *id).cloned();
        let person = self.person(owner).await?;
        let links = person.as_ref().map(|person| person.factors().linked.clone()).unwrap_or_default();
        let unlinked = person.as_ref().and_then(|person| person.factors().unlinked);
        let now = self.now();
        let cases = self.cases_of(owner).await?;
        let stands = |case: &&Case| {
            now < case.expires && matches!(case.state, CaseState::Proven { .. }) && unlinked.is_none_or(|at| at < case.created)
        };
        let offered = cases.iter().filter(stands).filter_map(|case| match &case.purpose {
            Purpose::LinkLogin { system, login: Some(login), .. } => {
                Some(Offered { case: case.id.clone(), system: known(system)?, login: login.clone() })
            }
            _ => None,
        });
        let others = systems.iter().filter(|system| !links.iter().any(|link| link.system == system.id)).cloned().collect();
        let linked = links.iter().map(|link| Linked { system: known(&link.system), link: link.clone() }).collect();
        Ok(LinkedView { linked, offered: offered.collect(), others })
    }

    /// The names of the systems that change together with this person's credentials.
    pub async fn shared_with(&self, person: &lockwright_core::person::Person) -> Result<Vec<String>, Trouble> {
        let mut names = Vec::new();
        for link in &person.factors().linked {
            if let Some(system) = self.store().system(&link.system).await? {
                names.push(system.name.to_string());
            }
        }
        Ok(names)
    }

    /// Begins a link; returns where the person goes with it.
    pub async fn start_link(&self, op: &OpContext, session: &Session, id: &SystemId) -> Result<Secret, SharedError> {
        let system = self.store().system(id).await?.ok_or(SharedError::NoSystem)?;
        let outcome = decide!(self, {
            let person = self.person(&session.owner).await?.ok_or(SharedError::Refused(Refusal::Gone))?;
            shared::start(&person, &system, op, self.entropy())?
        });
        let started = outcome?;
        let between = if system.page.contains('?') { '&' } else { '?' };
        // Base32, underscores and a dot: nothing that an address would have to escape.
        Ok(Secret::new(format!("{}{between}{LINK_FIELD}={}.{}", system.page, started.case, started.token.expose())))
    }

    /// A system proves a login: the body, and the two headers with its moment and signature.
    pub async fn prove_link(&self, at: &str, signed: &str, body: &[u8]) -> Result<(), SharedError> {
        let proof: Proof = serde_json::from_slice(body).map_err(|_| SharedError::NotSigned)?;
        let system = self.store().system(&proof.system).await?.ok_or(SharedError::NotSigned)?;
        let secret = self.open_secret(&system).ok_or(SharedError::NotSigned)?;
        let sent: i64 = at.parse().map_err(|_| SharedError::NotSigned)?;
        if sent.abs_diff(self.now().as_seconds()) > SKEW || !signature::fits(&secret, at, body, signed) {
            return Err(SharedError::NotSigned);
        }
        let gone = || SharedError::Refused(Refusal::Gone);
        let (case, token) = proof.link.split_once('.').ok_or_else(gone)?;
        let id: CaseId = case.parse().map_err(|_| gone())?;
        let token = Token::parse(TokenKind::Link, token).ok_or_else(gone)?;
        let outcome = decide!(self, {
            let case = self.store().case(&id).await?.ok_or_else(gone)?;
            shared::prove(case, &system.id, token.hash(), &proof.login, self.now())?
        });
        Ok(outcome?)
    }

    /// The person agrees to a link that the other side has proved.
    pub async fn finish_link(&self, op: &OpContext, session: &Session, id: &CaseId) -> Result<(), SharedError> {
        let gone = || SharedError::Refused(Refusal::Gone);
        let outcome = decide!(self, {
            let case = self.store().case(id).await?.ok_or_else(gone)?;
            let Purpose::LinkLogin { system, .. } = &case.purpose else { return Err(gone()) };
            let system = self.store().system(system).await?.ok_or(SharedError::NoSystem)?;
            let person = self.person(&session.owner).await?.ok_or_else(gone)?;
            shared::link(case, person, &system, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Ends a link.
    pub async fn unlink(&self, op: &OpContext, session: &Session, link: &LinkId) -> Result<(), SharedError> {
        let gone = || SharedError::Refused(Refusal::Gone);
        let outcome = decide!(self, {
            let person = self.person(&session.owner).await?.ok_or_else(gone)?;
            let known = person.factors().linked.iter().find(|known| known.id == *link).ok_or_else(gone)?;
            let system = self.store().system(&known.system).await?;
            shared::unlink(person, link, system.as_ref(), op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Tells a system of a change; the reason of a failure holds no address and no secret.
    pub(crate) async fn tell_system(&self, id: &str, task: &Task) -> Result<Result<(), String>, Trouble> {
        let Task::TellSystem { identity, link, system, login, what, at } = task else { return Ok(Ok(())) };
        // A system that was removed is told nothing any more.
        let Some(known) = self.store().system(system).await? else { return Ok(Ok(())) };
        let Some(secret) = self.open_secret(&known) else { return Ok(Err("the system's secret can't be opened".to_owned())) };
        let event = Event { id, kind: "credentials_changed", system, link, login, what: *what, at: at.to_rfc3339() };
        let Ok(body) = serde_json::to_vec(&event) else { return Ok(Err("the event can't be put together".to_owned())) };
        let sent = match Webhook::new(&known.webhook, &secret) {
            Ok(webhook) => webhook.post(body, id, self.now()).await,
            Err(error) => Err(NotDelivered(error.to_string())),
        };
        if sent.is_ok() {
            self.note_delivery(identity, link, *at, Some(self.now())).await?;
        }
        Ok(sent.map_err(|NotDelivered(why)| why))
    }

    /// Notes that a system could not be told, once its job was given up.
    pub(crate) async fn note_given_up(&self, job: &lockwright_model::job::Job) -> Result<(), Trouble> {
        match (&job.state, &job.task) {
            (JobState::Dead { .. }, Task::TellSystem { identity, link, at, .. }) => self.note_delivery(identity, link, *at, None).await,
            _ => Ok(()),
        }
    }

    async fn note_delivery(&self, identity: &Identity, link: &LinkId, of: Timestamp, taken: Option<Timestamp>) -> Result<(), Trouble> {
        for _ in 0..3 {
            let Some(person) = self.person(identity).await? else { return Ok(()) };
            match self.commit(shared::delivered(person, link, of, taken)).await {
                Ok(Committed::Done) => return Ok(()),
                Ok(Committed::Stale) => {}
                Err(failure) => return Err(failure.into()),
            }
        }
        Ok(())
    }

    fn draw_secret(&self) -> Secret {
        let bytes: [u8; 32] = draw(self.entropy());
        Secret::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    fn seal_secret(&self, id: &SystemId, secret: &Secret) -> lockwright_model::secret::Sealed {
        self.0.seal.seal(secret.expose().as_bytes(), &format!("system {id}"), self.entropy())
    }

    fn open_secret(&self, system: &LinkedSystem) -> Option<Secret> {
        let plain = self.0.seal.open(&system.secret, &format!("system {}", system.id))?;
        std::str::from_utf8(&plain).ok().map(Secret::new)
    }
}
