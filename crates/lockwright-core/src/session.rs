//! Sessions: made after a proof, alive within their limits, ended all at once by their owner's epoch.

use std::time::Duration;

use lockwright_model::change::Version;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::session::{Session, SessionScope};
use lockwright_model::token::{Token, TokenKind};

use crate::person::Person;

/// The limits of sessions, each configurable downwards only, and how long a root user may do without a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SessionLimits {
    /// A root session ends after this long without a request.
    pub root_idle: Duration,
    /// A root session ends after this long whatever happens.
    pub root_absolute: Duration,
    /// Other sessions end after this long without a request.
    pub idle: Duration,
    /// Other sessions end after this long whatever happens.
    pub absolute: Duration,
    /// A root user without a device may do nothing but enrol one from this long after the account was made.
    pub root_grace: Duration,
}

impl SessionLimits {
    /// Root 1 h / 12 h, others 8 h / 24 h (NIST SP 800-63B-4 §2.2.3 bounds AAL2 at 24 h).
    pub const MOST: Self = Self {
        root_idle: Duration::from_secs(3600),
        root_absolute: Duration::from_secs(12 * 3600),
        idle: Duration::from_secs(8 * 3600),
        absolute: Duration::from_secs(24 * 3600),
        root_grace: Duration::from_secs(35 * 86_400),
    };

    /// These limits, none above [`SessionLimits::MOST`].
    #[must_use]
    pub fn bounded(self) -> Self {
        Self {
            root_idle: self.root_idle.min(Self::MOST.root_idle),
            root_absolute: self.root_absolute.min(Self::MOST.root_absolute),
            idle: self.idle.min(Self::MOST.idle),
            absolute: self.absolute.min(Self::MOST.absolute),
            root_grace: self.root_grace,
        }
    }
}

/// How long a full proof counts for changing factors, addresses, contacts and email; a sign-in counts as one (ASVS 7.5.1).
pub const CONFIRMED_FOR: Duration = Duration::from_secs(600);

/// A session that was just made, with the token for the browser's cookie.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// For the cookie, and nowhere else.
    pub token: Token,
    /// The row.
    pub session: Session,
}

/// Makes a session for somebody who proved who they are. The token is new each time (ASVS 7.2.4).
pub fn open(person: &Person, scope: SessionScope, limits: SessionLimits, op: &OpContext, entropy: &dyn Entropy) -> NewSession {
    let limits = limits.bounded();
    let (idle, absolute) = match person {
        Person::Root(_) | Person::Operator(_) => (limits.root_idle, limits.root_absolute),
        Person::User { .. } | Person::Builder(_) => (limits.idle, limits.absolute),
    };
    let token = Token::draw(TokenKind::Session, entropy);
    let session = Session {
        token: token.hash(),
        version: Version::NEW,
        owner: person.identity(),
        epoch: person.epoch(),
        created: op.now,
        last_seen: op.now,
        expires: op.now.plus(absolute),
        idle_seconds: idle.as_secs(),
        source: op.source.clone(),
        scope,
        second_factor: None,
        confirmed: op.now,
    };
    NewSession { token, session }
}

/// The same session under a new token, after something that changes what it is worth; not a moment longer, and no stronger, than before.
pub fn renew(keep: &Session, person: &Person, limits: SessionLimits, op: &OpContext, entropy: &dyn Entropy) -> NewSession {
    let mut new = open(person, keep.scope, limits, op, entropy);
    new.session.created = keep.created;
    new.session.expires = keep.expires.min(new.session.expires);
    new.session.second_factor = keep.second_factor;
    new.session.confirmed = keep.confirmed;
    new
}

/// Whether its owner proved everything that a sign-in asks for lately enough, a device among it where one stands (N-B03, O-M07).
pub fn confirmed(session: &Session, owner: &Person, now: Timestamp) -> bool {
    let highest = owner.factors().devices.is_empty() || session.second_factor.is_some();
    highest && now < session.confirmed.plus(CONFIRMED_FOR)
}

/// Whether a session still counts for its owner as stored now.
pub fn alive(session: &Session, owner: &Person, now: Timestamp) -> bool {
    session.owner == owner.identity()
        && session.epoch == owner.epoch()
        && owner.bar().is_none()
        && now < session.expires
        && now < session.last_seen.plus(Duration::from_secs(session.idle_seconds))
}

/// Whether the last-seen mark is worth writing: once a minute.
pub fn worth_touching(session: &Session, now: Timestamp) -> bool {
    now.since(session.last_seen) >= Duration::from_secs(60)
}
