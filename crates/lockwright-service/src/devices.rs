//! MFA devices and recovery codes as their owner manages them: enrolling in a ceremony, renaming, removing, a new set of codes.

use lockwright_authn::passkey::{NewPasskey, NoPasskeys, Refused, State, handle_of};
use lockwright_authn::recovery_code::RecoveryCode;
use lockwright_authn::totp::{self, ENROL_WINDOW, Seed, TypedCode};
use lockwright_core::Decided;
use lockwright_core::devices::{self, Refusal};
use lockwright_core::person::Person;
use lockwright_model::ceremony::{CEREMONY_LIFE, Ceremony, CeremonyPurpose};
use lockwright_model::change::{ChangeSet, Record, UniqueKey, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::factors::{CODES, DeviceKind, MfaDevice};
use lockwright_model::id::DeviceId;
use lockwright_model::identity::Identity;
use lockwright_model::name::DeviceName;
use lockwright_model::secret::Secret;
use lockwright_model::session::Session;
use lockwright_model::token::{Token, TokenKind};
use lockwright_store::StoreError;

use crate::Lockwright;
use crate::commit::decide;
use crate::factors::{Typing, mfa_key};
use crate::trouble::{NotCommitted, Trouble};

/// Why a device or the recovery codes were not changed.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// The decision.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// What was typed can't be a code.
    #[error(transparent)]
    Typing(#[from] Typing),
    /// The two codes don't follow each other, or are not of this time.
    #[error("the two codes don't belong together")]
    Codes,
    /// The browser's answer enrols nothing.
    #[error("the key was not enrolled: {0}")]
    Key(Refused),
    /// Somebody has enrolled this key before.
    #[error("the key is enrolled already")]
    KeyTaken,
    /// Passkeys don't work under the installation's address.
    #[error(transparent)]
    NoPasskeys(#[from] NoPasskeys),
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<Refusal> for DeviceError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Refused> for DeviceError {
    fn from(refused: Refused) -> Self {
        Self::Key(refused)
    }
}

impl From<StoreError> for DeviceError {
    fn from(error: StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for DeviceError {
    fn from(failure: NotCommitted) -> Self {
        match failure {
            NotCommitted::Taken(UniqueKey::Claim) => Self::KeyTaken,
            other => Self::Trouble(other.into()),
        }
    }
}

/// An authenticator app that is being enrolled, for its page. Carries a secret, so it has no Debug.
pub struct TotpOffer {
    /// What its owner calls it.
    pub name: DeviceName,
    /// The seed for typing, in groups.
    pub typed: Secret,
    /// The seed for a camera: an `otpauth` URI.
    pub uri: Secret,
}

/// A key that is being enrolled: what the browser is asked.
#[derive(Clone, Debug)]
pub struct PasskeyOffer {
    /// For the ceremony's cookie.
    pub token: Token,
    /// JSON for `navigator.credentials.create`.
    pub options: String,
}

impl Lockwright {
    /// Begins to enrol an authenticator app; the token is for the ceremony's cookie.
    pub async fn start_totp(&self, op: &OpContext, session: &Session, name: &DeviceName) -> Result<Token, DeviceError> {
        let person = self.owner(session).await?;
        devices::may_add(&person, session, name, op.now)?;
        let (owner, device) = (person.identity(), DeviceId::draw(self.entropy()));
        let seed = self.seal_seed(&owner, &device, &Seed::draw(self.entropy()));
        self.begin(op, session, CeremonyPurpose::EnrolTotp { owner, device, name: name.clone(), seed }).await
    }

    /// What the page of an enrolment under way shows; the same each time, until it ends.
    pub async fn totp_offer(&self, op: &OpContext, session: &Session, cookie: &str) -> Result<TotpOffer, DeviceError> {
        let ceremony = self.ceremony_of(op, session, cookie).await?;
        let (_, name, seed) = self.totp_of(&ceremony, &session.owner)?;
        let person = self.owner(session).await?;
        let uri = seed.otpauth_uri(&self.config().installation, &account_name(&person));
        Ok(TotpOffer { name, typed: Secret::new(seed.grouped().as_str()), uri: Secret::new(uri.as_str()) })
    }

    /// Enrols the app once it showed two consecutive codes. The first device ends all sessions, and this browser goes on under the token.
    pub async fn finish_totp(
        &self,
        op: &OpContext,
        session: &Session,
        cookie: &str,
        first: &str,
        second: &str,
    ) -> Result<Option<Token>, DeviceError> {
        let ceremony = self.ceremony_of(op, session, cookie).await?;
        let (id, name, seed) = self.totp_of(&ceremony, &session.owner)?;
        let (first, second) = TypedCode::parse(first).zip(TypedCode::parse(second)).ok_or(Typing::Code)?;
        let matched = totp::check_two(&seed, &first, &second, op.now, ENROL_WINDOW, None).ok_or(DeviceError::Codes)?;
        let CeremonyPurpose::EnrolTotp { seed: sealed, .. } = &ceremony.purpose else { return Err(Refusal::Expired.into()) };
        let kind = DeviceKind::Totp { seed: sealed.clone(), drift: matched.drift, last_step: Some(matched.step) };
        self.add_device(op, session, &ceremony, id, name, kind).await
    }

    /// Begins to enrol a passkey or security key.
    pub async fn start_passkey(&self, op: &OpContext, session: &Session, name: &DeviceName) -> Result<PasskeyOffer, DeviceError> {
        let person = self.owner(session).await?;
        devices::may_add(&person, session, name, op.now)?;
        let owner = person.identity();
        let keys: Vec<String> = person
            .factors()
            .devices
            .iter()
            .filter_map(|device| match &device.kind {
                DeviceKind::Passkey { key, .. } => Some(key.clone()),
                DeviceKind::Totp { .. } => None,
            })
            .collect();
        let account = account_name(&person);
        let (challenge, state) =
            self.relying_party(person.kind())?.start_registration(handle_of(&owner.to_string()), &account, &account, &keys)?;
        let purpose = CeremonyPurpose::EnrolPasskey { owner, name: name.clone(), challenge: state.as_text().to_owned() };
        Ok(PasskeyOffer { token: self.begin(op, session, purpose).await?, options: challenge.options_json })
    }

    /// The name of the key that is being enrolled in this browser.
    pub async fn passkey_name(&self, op: &OpContext, session: &Session, cookie: &str) -> Result<DeviceName, DeviceError> {
        match self.ceremony_of(op, session, cookie).await?.purpose {
            CeremonyPurpose::EnrolPasskey { name, .. } => Ok(name),
            _ => Err(Refusal::Expired.into()),
        }
    }

    /// Enrols the key that the browser answered with: once, in the session that asked (B25).
    pub async fn finish_passkey(
        &self,
        op: &OpContext,
        session: &Session,
        cookie: &str,
        response: &str,
    ) -> Result<Option<Token>, DeviceError> {
        let ceremony = self.ceremony_of(op, session, cookie).await?;
        let CeremonyPurpose::EnrolPasskey { owner, name, challenge } = &ceremony.purpose else { return Err(Refusal::Expired.into()) };
        let state = State::from_text(challenge.as_str());
        let NewPasskey { credential_id, key, verifies_user, synced } =
            self.relying_party(owner.kind())?.finish_registration(&state, handle_of(&owner.to_string()), response)?;
        let kind = DeviceKind::Passkey { credential: credential_id, key, verifies_user, synced };
        self.add_device(op, session, &ceremony, DeviceId::draw(self.entropy()), name.clone(), kind).await
    }

    /// Gives a device another name.
    pub async fn rename_device(&self, op: &OpContext, session: &Session, id: &DeviceId, name: &DeviceName) -> Result<(), DeviceError> {
        let outcome = decide!(self, {
            let (person, session) = self.standing(session).await?;
            devices::rename(person, &session, id, name.clone(), op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Removes a device.
    pub async fn remove_device(&self, op: &OpContext, session: &Session, id: &DeviceId) -> Result<(), DeviceError> {
        let outcome = decide!(self, {
            let (person, session) = self.standing(session).await?;
            devices::remove(person, &session, id, self.config().sessions, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Draws a new set of recovery codes; they are returned this once, in readable groups.
    pub async fn issue_codes(&self, op: &OpContext, session: &Session) -> Result<Vec<Secret>, DeviceError> {
        let codes: Vec<RecoveryCode> = (0..CODES).map(|_| RecoveryCode::draw(self.entropy())).collect();
        let outcome = decide!(self, {
            let (person, session) = self.standing(session).await?;
            let hashes = codes.iter().map(RecoveryCode::hash).collect();
            devices::issue_codes(person, &session, hashes, op, self.entropy())?
        });
        let () = outcome?;
        Ok(codes.iter().map(|code| Secret::new(code.grouped().as_str())).collect())
    }

    async fn add_device(
        &self,
        op: &OpContext,
        session: &Session,
        ceremony: &Ceremony,
        id: DeviceId,
        name: DeviceName,
        kind: DeviceKind,
    ) -> Result<Option<Token>, DeviceError> {
        let device = MfaDevice { id, name, added: op.now, last_used: None, disabled: false, kind, place: None };
        let outcome = decide!(self, {
            let (person, session) = self.standing(session).await?;
            // It may have been spent meanwhile.
            let ceremony = self.store().ceremony(&ceremony.token).await?.ok_or(Refusal::Expired)?;
            let counted = self.store().tries(&mfa_key(&session.owner)).await?;
            devices::add(person, &session, &ceremony, device.clone(), counted, self.config().sessions, op, self.entropy())?
        });
        Ok(outcome?.session.map(|new| new.token))
    }

    async fn owner(&self, session: &Session) -> Result<Person, DeviceError> {
        Ok(self.person(&session.owner).await?.ok_or(Refusal::Ended)?)
    }

    /// The owner and the session as stored now.
    async fn standing(&self, session: &Session) -> Result<(Person, Session), DeviceError> {
        let person = self.owner(session).await?;
        let session = self.store().session(&session.token).await?.ok_or(Refusal::Ended)?;
        Ok((person, session))
    }

    async fn begin(&self, op: &OpContext, session: &Session, purpose: CeremonyPurpose) -> Result<Token, DeviceError> {
        let token = Token::draw(TokenKind::Ceremony, self.entropy());
        let ceremony = Ceremony {
            token: token.hash(),
            version: Version::NEW,
            session: Some(session.token),
            created: op.now,
            expires: op.now.plus(CEREMONY_LIFE),
            source: op.source.clone(),
            purpose,
        };
        let outcome: Result<(), NotCommitted> = decide!(self, {
            let mut changes = ChangeSet::default();
            changes.put(Record::Ceremony(ceremony.clone()));
            Decided::new(changes, ())
        });
        outcome?;
        Ok(token)
    }

    /// The ceremony of a cookie, while it belongs to this session and lasts.
    async fn ceremony_of(&self, op: &OpContext, session: &Session, cookie: &str) -> Result<Ceremony, DeviceError> {
        let token = Token::parse(TokenKind::Ceremony, cookie).ok_or(Refusal::Expired)?;
        let ceremony = self.store().ceremony(&token.hash()).await?.ok_or(Refusal::Expired)?;
        let stands = ceremony.session == Some(session.token) && within(&ceremony, op.now);
        if stands { Ok(ceremony) } else { Err(Refusal::Expired.into()) }
    }

    fn totp_of(&self, ceremony: &Ceremony, owner: &Identity) -> Result<(DeviceId, DeviceName, Seed), DeviceError> {
        match &ceremony.purpose {
            CeremonyPurpose::EnrolTotp { owner: begun_for, device, name, seed } if begun_for == owner => {
                let seed = self.open_seed(owner, device, seed).ok_or(Refusal::Expired)?;
                Ok((device.clone(), name.clone(), seed))
            }
            _ => Err(Refusal::Expired.into()),
        }
    }
}

fn within(ceremony: &Ceremony, now: Timestamp) -> bool {
    now < ceremony.expires
}

/// How an authenticator lists the account: by what one signs in with.
fn account_name(person: &Person) -> String {
    match person {
        Person::User { account, user } => format!("{} ({})", user.name, account.id),
        Person::Root(account) => format!("{} (root)", account.root.email),
        Person::Builder(builder) => builder.email.to_string(),
        Person::Operator(operator) => operator.email.to_string(),
    }
}
