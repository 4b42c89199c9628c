//! The Security Token Service.

use lockwright_model::access_key::AccessKeyId;
use lockwright_model::secret::Secret;
use lockwright_service::authorize::{Aim, Denied};
use lockwright_service::core::sts::{LONGEST, Refusal, SHORTEST, Taking};
use lockwright_service::sts::{Credentials, Mfa, StsError};
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::query::{Constraint, Node, Violations};
use lockwright_wire::xml::Writer;

use crate::ask::{Ask, broken, moment, name};
use crate::iam::arn;
use crate::tags;

/// The letters of a session's name, a source identity, a federated user (STS, `roleSessionNameType`).
pub(crate) const NAMES: &str = "[\\w+=,.@-]*";
/// The letters of an external id (STS, `externalIdType`).
const EXTERNAL: &str = "[\\w+=,.@:\\/-]*";
/// The longest that a role's session can last, in seconds: twelve hours.
pub(crate) const LONGEST_ROLE: u32 = 43_200;

/// `GetCallerIdentity`: needs no permission, and no policy takes it away.
pub(crate) async fn caller_identity(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let account = ask.account()?;
    let (id, arn) = (ask.caller.user_id().unwrap_or_default(), ask.caller.arn().unwrap_or_default());
    Ok(ask.answer(|result| {
        result.text("Arn", &arn);
        result.text("UserId", &id);
        result.text("Account", &account.to_string());
    }))
}

/// `GetAccessKeyInfo`: the account that stands in an id, whether or not there is such a key.
pub(crate) async fn access_key_info(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let id = name(&ask.input(), "AccessKeyId", "accessKeyId", 128)?.to_owned();
    ask.permitted(&Aim::account("sts:GetAccessKeyInfo")).await?;
    let account = id.parse::<AccessKeyId>().ok().and_then(|id| id.account());
    let account = account.ok_or_else(|| WireError::of(ErrorKind::ValidationError, "Invalid Access Key ID."))?;
    Ok(ask.answer(|result| result.text("Account", &account.to_string())))
}

/// `GetSessionToken`.
pub(crate) async fn session_token(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let (seconds, factor) = (seconds(&input, LONGEST)?, factor(&input)?);
    match ask.lockwright.session_token(ask.op, ask.caller, seconds, factor.as_ref()).await {
        Ok(given) => Ok(ask.answer(|result| credentials(result, &given))),
        Err(error) => Err(failed(ask, error).await),
    }
}

/// `GetFederationToken`.
pub(crate) async fn federation_token(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let named = text(&input, "Name", "name", (2, 32), NAMES, "")?.ok_or_else(|| Violations::one("name", None, Constraint::Required))?;
    let seconds = seconds(&input, LONGEST)?;
    let taking = Taking { policy: policy(&input)?, policy_arns: policy_arns(&input)?, tags: tags::tags(ask, &input)?, ..Taking::default() };
    match ask.lockwright.federation_token(ask.op, ask.caller, named, seconds, taking).await {
        Ok(given) => Ok(ask.answer(|result| {
            credentials(result, &given);
            result.element("FederatedUser", |writer| {
                writer.text("FederatedUserId", &given.temporary.user_id().unwrap_or_default());
                writer.text("Arn", &given.temporary.arn().unwrap_or_default());
            });
            result.integer("PackedPolicySize", i64::try_from(given.packed()).unwrap_or(i64::MAX));
        })),
        Err(error) => Err(failed(ask, error).await),
    }
}

/// `AssumeRole`.
pub(crate) async fn assume_role(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let role = arn(&input, "RoleArn", "roleArn")?;
    let session = text(&input, "RoleSessionName", "roleSessionName", (2, 64), NAMES, "")?;
    let external = text(&input, "ExternalId", "externalId", (2, 1224), EXTERNAL, ":/")?;
    let taking = Taking {
        session: session.ok_or_else(|| Violations::one("roleSessionName", None, Constraint::Required))?.to_owned(),
        seconds: seconds(&input, LONGEST_ROLE)?,
        policy: policy(&input)?,
        policy_arns: policy_arns(&input)?,
        tags: tags::tags(ask, &input)?,
        transitive: if input.member("TransitiveTagKeys").is_absent() {
            Vec::new()
        } else {
            tags::keys(&input, "TransitiveTagKeys", "transitiveTagKeys")?
        },
        source_identity: text(&input, "SourceIdentity", "sourceIdentity", (2, 64), NAMES, "")?.map(str::to_owned),
    };
    let factor = factor(&input)?;
    match ask.lockwright.assume_role(ask.op, ask.caller, role, external, factor.as_ref(), taking).await {
        Ok(given) => Ok(ask.answer(|result| {
            credentials(result, &given);
            result.element("AssumedRoleUser", |writer| {
                writer.text("AssumedRoleId", &given.temporary.user_id().unwrap_or_default());
                writer.text("Arn", &given.temporary.arn().unwrap_or_default());
            });
            result.optional("SourceIdentity", given.temporary.source_identity.as_deref());
            if given.temporary.policy.is_some() || !given.temporary.policy_arns.is_empty() || !given.temporary.tags.is_empty() {
                result.integer("PackedPolicySize", i64::try_from(given.packed()).unwrap_or(i64::MAX));
            }
        })),
        Err(error) => Err(failed(ask, error).await),
    }
}

pub(crate) fn credentials(result: &mut Writer, given: &Credentials) {
    result.element("Credentials", |writer| {
        writer.text("AccessKeyId", given.id.as_str());
        writer.text("SecretAccessKey", given.secret.expose());
        writer.text("SessionToken", given.token.expose());
        writer.timestamp("Expiration", moment(given.temporary.expires));
    });
}

/// `DurationSeconds`.
pub(crate) fn seconds(input: &Node<'_>, longest: u32) -> Result<Option<u32>, WireError> {
    let Some(seconds) = input.integer("DurationSeconds")? else { return Ok(None) };
    let shown = seconds.to_string();
    match u32::try_from(seconds) {
        Ok(seconds) if seconds > longest => Err(Violations::one("durationSeconds", Some(&shown), Constraint::Max(i64::from(longest)))),
        Ok(seconds) if seconds >= SHORTEST => Ok(Some(seconds)),
        _ => Err(Violations::one("durationSeconds", Some(&shown), Constraint::Min(i64::from(SHORTEST)))),
    }
}

/// A second factor: both members or none.
fn factor(input: &Node<'_>) -> Result<Option<Mfa>, WireError> {
    let (serial, code) = (input.text("SerialNumber")?, input.text("TokenCode")?);
    if let Some(serial) = serial {
        let spelled = serial.chars().all(|letter| letter.is_ascii_alphanumeric() || "_+=/:,.@-".contains(letter));
        if !(9..=256).contains(&serial.len()) || !spelled {
            return Err(Violations::one("serialNumber", Some(serial), Constraint::Pattern("[\\w+=/:,.@-]*")));
        }
    }
    match (serial, code) {
        (Some(serial), Some(code)) if code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) => {
            Ok(Some(Mfa { serial: serial.to_owned(), code: Secret::new(code) }))
        }
        // The code is not repeated: it may be right for something else.
        (_, Some(code)) if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) => {
            Err(Violations::one("tokenCode", None, Constraint::Pattern("[\\d]*")))
        }
        (None, None) => Ok(None),
        _ => Err(WireError::of(ErrorKind::ValidationError, "MFA requires both the serial number and the token code.")),
    }
}

/// A text of so many letters and digits, and the given signs beside those of a name.
pub(crate) fn text<'n>(
    input: &Node<'n>,
    member: &str,
    place: &str,
    (least, most): (usize, usize),
    pattern: &'static str,
    signs: &str,
) -> Result<Option<&'n str>, WireError> {
    let Some(text) = input.text(member)? else { return Ok(None) };
    let mut wrong = Violations::default();
    let length = text.chars().count();
    if length < least {
        wrong.note(place, Some(text), Constraint::MinLength(least));
    }
    if length > most {
        wrong.note(place, Some(text), Constraint::MaxLength(most));
    }
    if !text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter) || signs.contains(letter)) {
        wrong.note(place, Some(text), Constraint::Pattern(pattern));
    }
    wrong.finish()?;
    Ok(Some(text))
}

pub(crate) fn policy(input: &Node<'_>) -> Result<Option<String>, WireError> {
    match input.text("Policy")? {
        Some("") => Err(Violations::one("policy", Some(""), Constraint::MinLength(1))),
        Some(text) if text.chars().count() > 2_048 => Err(Violations::one("policy", None, Constraint::MaxLength(2_048))),
        other => Ok(other.map(str::to_owned)),
    }
}

pub(crate) fn policy_arns(input: &Node<'_>) -> Result<Vec<String>, WireError> {
    let nodes = input.list("PolicyArns")?.unwrap_or_default();
    if nodes.len() > 10 {
        return Err(Violations::one("policyArns", None, Constraint::MaxLength(10)));
    }
    nodes.iter().map(|node| arn(node, "arn", "policyArns.member.arn").map(str::to_owned)).collect()
}

async fn failed(ask: &Ask<'_>, error: StsError) -> WireError {
    let denied = async |message: String| ask.denied(Denied { action: ask.action, message }).await;
    match error {
        StsError::Denied(refused) => ask.denied(refused).await,
        StsError::RootTakesNoRole => denied("Roles may not be assumed by root accounts.".to_owned()).await,
        StsError::WithSession => denied(format!("Cannot call {} with session credentials", ask.call.operation)).await,
        StsError::Refused(Refusal::OtherSource) => denied("The source identity of a session can't be changed.".to_owned()).await,
        StsError::WrongFactor | StsError::Wait => {
            denied("MultiFactorAuthentication failed with invalid MFA one time pass code. ".to_owned()).await
        }
        other => said(other),
    }
}

/// Why no credentials were given out, where it is nothing that the trail keeps.
pub(crate) fn said(error: StsError) -> WireError {
    let invalid = |message: &str| WireError::of(ErrorKind::ValidationError, message.to_owned());
    match error {
        StsError::Refused(Refusal::LongerThanRole) => {
            invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
        }
        StsError::Refused(Refusal::LongerThanChained) => {
            invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
        }
        StsError::Refused(Refusal::TagGoesOn) => WireError::modelled(
            "InvalidParameterValue",
            400,
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
        ),
        StsError::Duration { longest } => invalid(&format!("The requested DurationSeconds must be between {SHORTEST} and {longest}.")),
        StsError::Malformed(malformed) => WireError::modelled("MalformedPolicyDocument", 400, malformed.aws_message()),
        StsError::NoPolicy(arn) => WireError::modelled("NoSuchEntity", 404, format!("Policy {arn} does not exist or is not attachable.")),
        StsError::TooLong(percent) => {
            let message = format!("Packed size of session policies consumes {percent}% of allotted space.");
            WireError::modelled("PackedPolicyTooLarge", 400, message)
        }
        StsError::Trouble(trouble) => broken(trouble),
        StsError::Denied(_)
        | StsError::RootTakesNoRole
        | StsError::WithSession
        | StsError::Refused(Refusal::OtherSource)
        | StsError::WrongFactor
        | StsError::Wait => WireError::of(ErrorKind::AccessDenied, "Access denied."),
    }
}
