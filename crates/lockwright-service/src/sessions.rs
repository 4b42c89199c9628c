//! Sessions: who a cookie belongs to, the list on the security page, ending them.

use std::sync::Arc;

use lockwright_core::person::Person;
use lockwright_core::{session, signin};
use lockwright_model::change::{ChangeSet, Touch};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::{OpContext, SecondFactor, Source};
use lockwright_model::identity::Identity;
use lockwright_model::session::Session;
use lockwright_model::token::{Token, TokenHash, TokenKind};

use crate::Lockwright;
use crate::commit::decide;
use crate::trouble::Trouble;

/// A request that comes with a living session.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The session.
    pub session: Arc<Session>,
    /// Its owner, as of at most one commit ago.
    pub person: Person,
}

impl Signed {
    /// The same circumstances, with this session's owner acting.
    pub fn acting(&self, op: &OpContext) -> OpContext {
        let second_factor = self.session.second_factor.map_or(SecondFactor::Absent, SecondFactor::Shown);
        OpContext { second_factor, ..self.person.acting(op) }
    }
}

/// One line of the sessions list.
#[derive(Clone, Debug)]
pub struct SessionLine {
    /// Names it in forms; opens nothing.
    pub id: String,
    /// Where it was made.
    pub source: Source,
    /// When it was made.
    pub created: Timestamp,
    /// Last request, to the minute.
    pub last_seen: Timestamp,
    /// Whether it is the one that asks.
    pub this: bool,
}

/// The most sessions that a list shows.
const LISTED: u32 = 200;

impl Lockwright {
    /// Who a cookie's token belongs to; `None` for a token that is dead, unknown, or not a token.
    pub async fn authenticate(&self, cookie: &str) -> Result<Option<Signed>, Trouble> {
        let Some(token) = Token::parse(TokenKind::Session, cookie) else { return Ok(None) };
        let Some(session) = self.session_cached(&token.hash()).await? else { return Ok(None) };
        let Some(known) = self.known(&session.owner).await? else { return Ok(None) };
        let person = (*known.person).clone();
        let now = self.now();
        if !session::alive(&session, &person, now) {
            return Ok(None);
        }
        if session::worth_touching(&session, now) {
            let mut changes = ChangeSet::default();
            changes.touches.push(Touch::SessionSeen(session.token, now));
            // A mark that can't be written is no reason to refuse the request (static stability).
            if let Err(failure) = self.commit(changes).await {
                tracing::warn!(%failure, "the last-seen mark was not written");
            }
        }
        Ok(Some(Signed { session, person }))
    }

    /// The living sessions of a person, newest use first.
    pub async fn sessions(&self, person: &Person, this: Option<&TokenHash>) -> Result<Vec<SessionLine>, Trouble> {
        let now = self.now();
        let sessions = self.store().sessions_of(&person.identity(), LISTED).await?;
        Ok(sessions
            .into_iter()
            .filter(|session| session::alive(session, person, now))
            .map(|session| SessionLine {
                id: session.token.short(),
                this: this == Some(&session.token),
                source: session.source,
                created: session.created,
                last_seen: session.last_seen,
            })
            .collect())
    }

    /// Signs out: the token is dead on the server (ASVS 7.4.1).
    pub async fn sign_out(&self, op: &OpContext, session: &Session) -> Result<(), Trouble> {
        let token = session.token;
        let outcome = decide!(self, {
            let Some(session) = self.store().session(&token).await? else { return Ok(()) };
            lockwright_core::Decided::new(signin::sign_out(&session, op, self.entropy()), ())
        });
        Ok(outcome?)
    }

    /// Ends one of the owner's sessions by its listed id; ending one that is gone is no mistake.
    pub async fn end_session(&self, op: &OpContext, owner: &Identity, id: &str) -> Result<(), Trouble> {
        let sessions = self.store().sessions_of(owner, LISTED).await?;
        match sessions.iter().find(|session| session.token.short() == id) {
            Some(session) => self.sign_out(op, session).await,
            None => Ok(()),
        }
    }

    /// Ends all other sessions of the owner; this browser goes on under the token returned. `None`: this session was ended meanwhile,
    /// and nothing was done.
    pub async fn end_other_sessions(&self, op: &OpContext, session: &Session) -> Result<Option<Token>, Trouble> {
        let token = session.token;
        let outcome = decide!(self, {
            let Some(person) = self.person(&session.owner).await? else { return Ok(None) };
            let Some(keep) = self.store().session(&token).await? else { return Ok(None) };
            match signin::end_others(person, &keep, self.config().sessions, op, self.entropy()) {
                Ok(decided) => decided,
                Err(signin::Ended) => return Ok(None),
            }
        });
        Ok(Some(outcome?.token))
    }

    /// Ends all sessions of an identity (host command line).
    pub(crate) async fn end_all_sessions(&self, op: &OpContext, owner: &Identity) -> Result<bool, Trouble> {
        let outcome = decide!(self, {
            let Some(person) = self.person(owner).await? else { return Ok(false) };
            signin::end_all(person, op, self.entropy())
        });
        outcome?;
        Ok(true)
    }
}
