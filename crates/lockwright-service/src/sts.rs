//! Temporary credentials: given out, and read back from whoever brings them.

use std::sync::Arc;
use std::time::Duration;

use lockwright_authn::secret_key::SecretKey;
use lockwright_core::mfa;
use lockwright_core::person::Person;
use lockwright_core::sts::{self, HALF_A_DAY, HOUR, LONGEST, PASSED_CHARACTERS, Refusal, SHORTEST, Taking};
use lockwright_model::access_key::AccessKeyId;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::{OpContext, SecondFactor};
use lockwright_model::id::AccountId;
use lockwright_model::name::RoleName;
use lockwright_model::resource::Role;
use lockwright_model::secret::{Sealed, Secret};
use lockwright_model::temporary::{Bearer, Temporary};
use lockwright_policy::{Kind, Malformed, Policy};
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use crate::Lockwright;
use crate::authorize::{Aim, Denied};
use crate::caller::Caller;
use crate::commit::decide;
use crate::factors::{FactorAnswer, FactorError, mfa_key};
use crate::trouble::{NotCommitted, Trouble};

/// So that a scanner knows a session token without a look-up.
const TOKEN: &str = "lw_session_";

/// The most bytes of a session token: what is longer is not even opened (attack C21).
const MOST_TOKEN_BYTES: usize = 8_192;

/// Temporary credentials, shown this once.
#[derive(Debug)]
pub struct Credentials {
    /// The access key's id: `ASIA…`.
    pub id: AccessKeyId,
    /// Its secret.
    pub secret: SecretKey,
    /// The session token that goes with it.
    pub token: Secret,
    /// What they stand for.
    pub temporary: Arc<Temporary>,
}

/// A second factor as programs show it.
#[derive(Clone, Debug)]
pub struct Mfa {
    /// The device's serial number: `arn:aws:iam::123456789012:mfa/` and its id.
    pub serial: String,
    /// Its code.
    pub code: Secret,
}

/// Why no temporary credentials were given out.
#[derive(Debug, thiserror::Error)]
pub enum StsError {
    /// Not permitted.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Roles are for others.
    #[error("a root user takes on no role")]
    RootTakesNoRole,
    /// Temporary credentials give out none of this kind.
    #[error("not with session credentials")]
    WithSession,
    /// The decision refused.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// Shorter or longer than such credentials last; the longest in seconds.
    #[error("they last from 900 to {longest} seconds")]
    Duration {
        /// In seconds.
        longest: u32,
    },
    /// A document can't be read.
    #[error("the policy document is malformed")]
    Malformed(Malformed),
    /// A managed policy that was passed is not there.
    #[error("there is no such policy: {0}")]
    NoPolicy(String),
    /// All that was passed is longer than it may be, in percent of that.
    #[error("the policies that were passed are too long")]
    TooLong(usize),
    /// The second factor is not right, or there is no such device.
    #[error("the second factor is not right")]
    WrongFactor,
    /// Too many tries.
    #[error("too many tries")]
    Wait,
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<Refusal> for StsError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<NotCommitted> for StsError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

impl From<lockwright_store::StoreError> for StsError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<FactorError> for StsError {
    fn from(error: FactorError) -> Self {
        match error {
            FactorError::Refused(_) => Self::WrongFactor,
            FactorError::Wait { .. } => Self::Wait,
            FactorError::Trouble(trouble) => Self::Trouble(trouble),
        }
    }
}

/// What a session token holds.
#[derive(Serialize, Deserialize)]
struct Held {
    secret: String,
    of: Temporary,
}

fn token_context(id: &AccessKeyId) -> String {
    format!("session token of {id}")
}

/// A role that is named by its ARN: whose it is, and its name.
pub(crate) fn role_at(arn: &str) -> Option<(AccountId, RoleName)> {
    let (account, place) = arn.strip_prefix("arn:aws:iam::")?.split_once(":role/")?;
    Some((account.parse().ok()?, place.rsplit('/').next()?.parse().ok()?))
}

impl Credentials {
    /// How much of a session token's room is used, in percent (`PackedPolicySize`).
    pub fn packed(&self) -> usize {
        percent_of_token(self.token.expose().len())
    }
}

fn percent_of_token(bytes: usize) -> usize {
    (bytes * 100).div_ceil(MOST_TOKEN_BYTES)
}

impl Lockwright {
    /// Whoever brings temporary credentials, if the token was made for this key here. Whether they still sign is [`Lockwright::bearer`]'s to
    /// say.
    pub(crate) fn open_session_token(&self, id: &AccessKeyId, token: &str) -> Option<(SecretKey, Arc<Temporary>)> {
        let sealed = token.strip_prefix(TOKEN).filter(|_| token.len() <= MOST_TOKEN_BYTES)?;
        let plain = self.unseal(&Sealed::from_text(sealed), &token_context(id))?;
        let held: Held = serde_json::from_slice(&plain).ok()?;
        Some((SecretKey::from_stored(&held.secret), Arc::new(held.of)))
    }

    pub(crate) fn give_out(&self, account: AccountId, temporary: Temporary) -> Result<Credentials, StsError> {
        let passed = temporary.policy.iter().chain(&temporary.policy_arns).map(|text| text.chars().count()).sum::<usize>();
        if passed > PASSED_CHARACTERS {
            return Err(StsError::TooLong((passed * 100).div_ceil(PASSED_CHARACTERS)));
        }
        let id = AccessKeyId::draw_temporary(account, self.entropy());
        let secret = SecretKey::draw(&id, self.entropy());
        let held = Zeroizing::new(json!({"secret": secret.expose(), "of": &temporary}).to_string());
        let token = Secret::new(format!("{TOKEN}{}", self.seal(held.as_bytes(), &token_context(&id)).as_text()));
        if token.expose().len() > MOST_TOKEN_BYTES {
            return Err(StsError::TooLong(percent_of_token(token.expose().len())));
        }
        Ok(Credentials { id, secret, token, temporary: Arc::new(temporary) })
    }

    /// `GetSessionToken`: needs no permission, and a key that lasts.
    pub async fn session_token(
        &self,
        op: &OpContext,
        caller: &Caller,
        seconds: Option<u32>,
        factor: Option<&Mfa>,
    ) -> Result<Credentials, StsError> {
        let person = own(op, caller)?;
        let expires = expires(person, seconds, op.now)?;
        let mfa = self.show_factor(op, person, factor).await?;
        let account = person.account_id().ok_or(StsError::WithSession)?;
        let temporary = Temporary {
            bearer: Bearer::Own(person.identity()),
            issued: op.now,
            expires,
            epoch: person.epoch(),
            origin: None,
            policy: None,
            policy_arns: Vec::new(),
            mfa,
            by_host: false,
            tags: Vec::new(),
            transitive: Vec::new(),
            source_identity: None,
        };
        let given = self.give_out(account, temporary)?;
        let request = json!({"serialNumber": factor.map(|mfa| mfa.serial.as_str()), "durationSeconds": seconds});
        self.tell_given("GetSessionToken", &[account], &request, &given, op).await?;
        Ok(given)
    }

    /// `GetFederationToken`: whoever a user vouches for; what they may do is what both the user's and the passed policies allow.
    pub async fn federation_token(
        &self,
        op: &OpContext,
        caller: &Caller,
        name: &str,
        seconds: Option<u32>,
        taking: Taking,
    ) -> Result<Credentials, StsError> {
        let person = own(op, caller)?;
        let expires = expires(person, seconds, op.now)?;
        let account = person.account_id().ok_or(StsError::WithSession)?;
        let aim = Aim::at("sts:GetFederationToken", format!("arn:aws:sts::{account}:federated-user/{name}")).bringing_tags(&taking.tags);
        self.decided(op, caller, account, &aim, None).await??;
        self.readable(account, &taking).await?;
        let temporary = Temporary {
            bearer: Bearer::Federated { parent: person.identity(), name: name.to_owned() },
            issued: op.now,
            expires,
            epoch: person.epoch(),
            origin: None,
            policy: taking.policy,
            policy_arns: taking.policy_arns,
            mfa: None,
            by_host: false,
            tags: taking.tags,
            transitive: Vec::new(),
            source_identity: None,
        };
        let given = self.give_out(account, temporary)?;
        self.tell_given("GetFederationToken", &[account], &json!({"name": name, "durationSeconds": seconds}), &given, op).await?;
        Ok(given)
    }

    /// `AssumeRole`: the role's trust policy lets, and in another account the caller's own too. A role that is not there answers like one
    /// that trusts somebody else.
    pub async fn assume_role(
        &self,
        op: &OpContext,
        caller: &Caller,
        arn: &str,
        external_id: Option<&str>,
        factor: Option<&Mfa>,
        taking: Taking,
    ) -> Result<Credentials, StsError> {
        if matches!(caller.person(), Some(Person::Root(_))) {
            return Err(StsError::RootTakesNoRole);
        }
        let mut op = op.clone();
        if let (Some(person), Some(mfa)) = (caller.person(), factor)
            && let Some(at) = self.show_factor(&op, person, Some(mfa)).await?
        {
            op.second_factor = SecondFactor::Shown(at);
        }
        let role = match role_at(arn) {
            Some((account, name)) => self.find_role(account, &name).await?.filter(|role| role.arn() == arn),
            None => None,
        };
        let Some(role) = role else {
            let account = caller.account_id().ok_or(StsError::WithSession)?;
            // Whatever the caller's policies say: what is not there trusts nobody.
            let nobody = Arc::new(Policy::parse(NOBODY, Kind::Trust).map_err(StsError::Malformed)?);
            let denied = self.decided(&op, caller, account, &Aim::at("sts:AssumeRole", arn), Some(&nobody)).await?;
            return Err(denied.err().map_or(StsError::RootTakesNoRole, StsError::Denied));
        };
        self.trusted(&op, caller, &role, external_id, &taking).await?;
        self.readable(role.account, &taking).await?;
        let from = match caller {
            Caller::Role { temporary, .. } => Some(temporary.as_ref()),
            Caller::Person(_) | Caller::Federated { .. } => None,
        };
        let request = json!({
            "roleArn": arn, "roleSessionName": taking.session, "externalId": external_id, "durationSeconds": taking.seconds,
            "sourceIdentity": taking.source_identity, "serialNumber": factor.map(|mfa| mfa.serial.as_str()),
        });
        let mut temporary = sts::take_on(&role, taking, from, &op)?;
        temporary.origin = match caller {
            Caller::Person(person) => Some((person.identity(), person.epoch())),
            Caller::Role { temporary, .. } => temporary.origin.clone(),
            Caller::Federated { parent, .. } => Some((parent.identity(), parent.epoch())),
        };
        if let (SecondFactor::Shown(at), Caller::Person(_)) = (op.second_factor, caller) {
            temporary.mfa = Some(at);
        }
        let given = self.give_out(role.account, temporary)?;
        let own = caller.account_id().filter(|own| *own != role.account);
        let trails: Vec<AccountId> = own.into_iter().chain([role.account]).collect();
        self.tell_given("AssumeRole", &trails, &request, &given, &op).await?;
        Ok(given)
    }

    /// The role's trust policy, and the caller's own, let: also that the session has tags, and a name behind it.
    async fn trusted(
        &self,
        op: &OpContext,
        caller: &Caller,
        role: &Role,
        external_id: Option<&str>,
        taking: &Taking,
    ) -> Result<(), StsError> {
        let trust = Policy::parse(&role.trust, Kind::Trust).map_err(StsError::Malformed)?;
        // Somebody who was made later under a trusted name has another id, which nobody has trusted (attack C18).
        let trust = Arc::new(trust.pinned(|arn| role.pins.iter().find(|pin| pin.arn == arn).map(|pin| pin.id.clone().unwrap_or_default())));
        let mut actions = vec!["sts:AssumeRole"];
        if !taking.tags.is_empty() {
            actions.push("sts:TagSession");
        }
        if taking.source_identity.is_some() {
            actions.push("sts:SetSourceIdentity");
        }
        for action in actions {
            let mut aim = Aim::at(action, role.arn())
                .on_tags(&role.tags)
                .bringing_tags(&taking.tags)
                .with("sts:rolesessionname", taking.session.as_str())
                .with_all("sts:transitivetagkeys", taking.transitive.iter().map(String::as_str));
            if let Some(external) = external_id {
                aim = aim.with("sts:externalid", external);
            }
            if let Some(source) = &taking.source_identity {
                aim = aim.with("sts:sourceidentity", source.as_str());
            }
            self.decided(op, caller, role.account, &aim, Some(&trust)).await??;
        }
        Ok(())
    }

    /// What is passed with a request can be read, and is there.
    pub(crate) async fn readable(&self, account: AccountId, taking: &Taking) -> Result<(), StsError> {
        if let Some(policy) = &taking.policy {
            Policy::parse(policy, Kind::Identity).map_err(StsError::Malformed)?;
        }
        for arn in &taking.policy_arns {
            if self.attachable(account, arn).await?.is_err() {
                return Err(StsError::NoPolicy(arn.clone()));
            }
        }
        Ok(())
    }

    /// Spends a second factor that a program shows; `None`: none is shown.
    async fn show_factor(&self, op: &OpContext, person: &Person, factor: Option<&Mfa>) -> Result<Option<Timestamp>, StsError> {
        let Some(factor) = factor else { return Ok(None) };
        let account = person.account_id().ok_or(StsError::WrongFactor)?;
        let known = person.factors().devices.iter().find(|device| device.serial(account) == factor.serial);
        let device = &known.ok_or(StsError::WrongFactor)?.id;
        let answer = FactorAnswer::Totp { device: Some(device), code: factor.code.expose() };
        let identity = person.identity();
        match self.try_factor(op, person, answer, None).await? {
            Ok(checked) => {
                let outcome: Result<bool, NotCommitted> = decide!(self, {
                    let mut person = self.person(&identity).await?.ok_or(StsError::WrongFactor)?;
                    let counted = self.store().tries(&mfa_key(&identity)).await?;
                    let mut changes = lockwright_model::change::ChangeSet::default();
                    let spent = mfa::spend(&mut person, &checked.proof, op.now).is_ok();
                    if spent {
                        mfa::forgive(&mut changes, counted, op.now);
                        changes.tell(lockwright_model::event::AuditEvent::new(op, self.entropy(), mfa::check(&person, "Success")));
                        changes.put(person.record());
                    }
                    lockwright_core::Decided::new(changes, spent)
                });
                if outcome? { Ok(Some(op.now)) } else { Err(StsError::WrongFactor) }
            }
            Err((_, counted)) => {
                let outcome: Result<(), NotCommitted> = decide!(self, {
                    let person = self.person(&identity).await?.ok_or(StsError::WrongFactor)?;
                    let told = mfa::check(&person, "Failure");
                    lockwright_core::Decided::new(mfa::failed(person, told, &counted, op, self.entropy()), ())
                });
                outcome?;
                Err(StsError::WrongFactor)
            }
        }
    }

    /// Writes into the trails of these accounts what was given out: nothing is that the trail does not know of.
    pub(crate) async fn tell_given(
        &self,
        name: &'static str,
        accounts: &[AccountId],
        request: &serde_json::Value,
        given: &Credentials,
        op: &OpContext,
    ) -> Result<(), StsError> {
        let outcome: Result<(), NotCommitted> =
            decide!(self, { sts::told(name, accounts, request, given.id.as_str(), &given.temporary, op, self.entropy()) });
        Ok(outcome?)
    }
}

/// Trusts nobody.
const NOBODY: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}}"#;

/// Whoever signs with a key that lasts.
fn own<'c>(op: &OpContext, caller: &'c Caller) -> Result<&'c Person, StsError> {
    let lasts = op.access_key.as_ref().is_some_and(|key| !key.is_temporary());
    caller.person().filter(|_| lasts).ok_or(StsError::WithSession)
}

fn expires(person: &Person, seconds: Option<u32>, now: Timestamp) -> Result<Timestamp, StsError> {
    let (default, longest) = if matches!(person, Person::Root(_)) { (HOUR, HOUR) } else { (HALF_A_DAY, LONGEST) };
    let seconds = seconds.unwrap_or(default);
    if !(SHORTEST..=longest).contains(&seconds) {
        return Err(StsError::Duration { longest });
    }
    Ok(now.plus(Duration::from_secs(u64::from(seconds))))
}
