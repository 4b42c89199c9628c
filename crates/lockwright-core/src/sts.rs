//! Temporary credentials: how long they may last, what goes on from one session to the next, and what the trail keeps.

use std::time::Duration;

use lockwright_model::change::ChangeSet;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::id::AccountId;
use lockwright_model::resource::{Role, Tag};
use lockwright_model::temporary::{Bearer, Temporary};
use serde_json::{Value, json};

use crate::Decided;

/// The shortest (AWS, `DurationSeconds`).
pub const SHORTEST: u32 = 900;
/// How long a role's session lasts when nobody says, and at most when it was taken on from another role's.
pub const HOUR: u32 = 3_600;
/// How long a user's own session, or one of whom they vouch for, lasts when nobody says.
pub const HALF_A_DAY: u32 = 43_200;
/// The longest of these. A root user's last [`HOUR`] at most.
pub const LONGEST: u32 = 129_600;
/// The most characters of the policies and ARNs that are passed with a request (aws-behaviour §6).
pub const PASSED_CHARACTERS: usize = 2_048;

/// Why no role is taken on, though policies let.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// Longer than the role's sessions may last.
    LongerThanRole,
    /// Longer than an hour, from another role's session.
    LongerThanChained,
    /// Another name is behind the session already.
    OtherSource,
    /// A tag of the request goes on from the session before, and can't be changed.
    TagGoesOn,
}

/// What is asked for when a role is taken on. Texts were checked against their shapes before.
#[derive(Clone, Debug, Default)]
pub struct Taking {
    /// What the session is called.
    pub session: String,
    /// How long, in seconds.
    pub seconds: Option<u32>,
    /// A document that bounds the session.
    pub policy: Option<String>,
    /// Managed policies that do likewise.
    pub policy_arns: Vec<String>,
    /// Tags of the session.
    pub tags: Vec<Tag>,
    /// Keys of those that go on.
    pub transitive: Vec<String>,
    /// Who is behind it.
    pub source_identity: Option<String>,
}

/// Somebody an identity provider vouches for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WebIdentity {
    /// The provider's ARN.
    pub provider: String,
    /// The issuer, as its tokens say it.
    pub issuer: String,
    /// Whom the token was for.
    pub audience: String,
    /// Whom it speaks of.
    pub subject: String,
}

/// The session of a role. `from` is the session that it is taken on from, if the caller has one of a role.
pub fn take_on(role: &Role, taking: Taking, from: Option<&Temporary>, op: &OpContext) -> Result<Temporary, Refusal> {
    let seconds = taking.seconds.unwrap_or(HOUR);
    if seconds > role.longest_session {
        return Err(Refusal::LongerThanRole);
    }
    if from.is_some() && seconds > HOUR {
        return Err(Refusal::LongerThanChained);
    }
    let before = from.and_then(|from| from.source_identity.clone());
    let source_identity = match (before, taking.source_identity) {
        (Some(before), Some(now)) if before != now => return Err(Refusal::OtherSource),
        (before, now) => before.or(now),
    };
    let mut tags = taking.tags;
    let mut transitive = taking.transitive;
    for tag in from.into_iter().flat_map(going_on) {
        if tags.iter().any(|own| own.key.eq_ignore_ascii_case(&tag.key)) {
            return Err(Refusal::TagGoesOn);
        }
        transitive.push(tag.key.clone());
        tags.push(tag.clone());
    }
    Ok(Temporary {
        bearer: Bearer::Role {
            account: role.account,
            id: role.id.clone(),
            arn: role.arn(),
            name: role.name.to_string(),
            session: taking.session,
        },
        issued: op.now,
        expires: op.now.plus(Duration::from_secs(u64::from(seconds))),
        epoch: role.epoch,
        origin: None,
        policy: taking.policy,
        policy_arns: taking.policy_arns,
        mfa: None,
        by_host: false,
        tags,
        transitive,
        source_identity,
    })
}

/// The tags of a session that go on into the next one.
fn going_on(from: &Temporary) -> impl Iterator<Item = &Tag> {
    from.tags.iter().filter(|tag| from.transitive.iter().any(|key| key.eq_ignore_ascii_case(&tag.key)))
}

/// What the trail keeps of credentials that were given out: who asked for what, never the credentials. `accounts` are those whose trails
/// keep it.
pub fn told(
    name: &'static str,
    accounts: &[AccountId],
    request: &Value,
    key: &str,
    temporary: &Temporary,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<()> {
    let mut response = json!({"credentials": {"accessKeyId": key, "expiration": temporary.expires.to_rfc3339()}});
    if let (Some(map), Some(id), Some(arn)) = (response.as_object_mut(), temporary.user_id(), temporary.arn()) {
        match &temporary.bearer {
            Bearer::Role { .. } => map.insert("assumedRoleUser".into(), json!({"assumedRoleId": id, "arn": arn})),
            _ => map.insert("federatedUser".into(), json!({"federatedUserId": id, "arn": arn})),
        };
    }
    let mut changes = ChangeSet::default();
    for account in accounts {
        let told = Told::new(Service::Sts, name, Some(*account)).request(request.clone()).response(response.clone());
        changes.tell(AuditEvent::new(op, entropy, told));
    }
    Decided::new(changes, ())
}

/// The same where an identity provider vouches for who asked, whom the trail tells by what their token says.
pub fn told_of_web_identity(
    account: AccountId,
    request: &Value,
    key: &str,
    temporary: &Temporary,
    identity: &WebIdentity,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<()> {
    let mut decided = told("AssumeRoleWithWebIdentity", &[account], request, key, temporary, op, entropy);
    let WebIdentity { provider, audience, subject, .. } = identity;
    let actor = json!({
        "type": "WebIdentityUser", "principalId": format!("{provider}:{audience}:{subject}"), "userName": subject,
        "identityProvider": provider,
    });
    for record in decided.changes.events.iter_mut().filter_map(|event| event.record.as_object_mut()) {
        record.insert("userIdentity".into(), actor.clone());
    }
    decided
}
