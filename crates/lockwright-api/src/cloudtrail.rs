//! CloudTrail: the account's own trail, looked up.

use std::time::Duration;

use lockwright_model::clock::Timestamp;
use lockwright_model::event::AuditEvent;
use lockwright_model::id::EventId;
use lockwright_service::accounts::AccountError;
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::json::Members;
use serde::Serialize;

use crate::ask::{Ask, broken};

/// How many days back the trail is looked up (AWS).
const LOOKED_BACK_DAYS: i64 = 90;
/// Events of one answer.
const MOST: i32 = 50;
/// What a look-up can ask for.
const KEYS: [&str; 8] = ["EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource", "AccessKeyId"];

/// What an event must say.
struct Attribute<'a> {
    key: &'a str,
    value: &'a str,
}

/// An event as it is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    event_id: String,
    event_name: String,
    read_only: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key_id: Option<String>,
    event_time: i64,
    event_source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    resources: Vec<Resource>,
    cloud_trail_event: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    resource_type: &'static str,
    resource_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    events: Vec<Event>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `LookupEvents`: newest first, from the last 90 days.
pub(crate) async fn lookup_events(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.json.members();
    let attribute = attribute(&input)?;
    let most = input.integer("MaxResults")?.unwrap_or(MOST);
    if !(1..=MOST).contains(&most) {
        return Err(WireError::modelled("InvalidMaxResultsException", 400, format!("MaxResults must be between 1 and {MOST}.")));
    }
    let moment = |name| input.timestamp(name).map(|at| at.map(|at| Timestamp::from_micros(at.as_seconds().saturating_mul(1_000_000))));
    let (from, to) = (moment("StartTime")?, moment("EndTime")?);
    let oldest = Timestamp::from_micros(ask.op.now.as_micros().saturating_sub(LOOKED_BACK_DAYS * 86_400_000_000));
    let span = (from.unwrap_or(oldest).max(oldest), to.unwrap_or(ask.op.now).plus(Duration::from_micros(999_999)));
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(WireError::modelled("InvalidTimeRangeException", 400, "The start time is after the end time."));
    }
    let asked = attribute.as_ref().map_or_else(String::new, |attribute| format!("{}={}", attribute.key, attribute.value));
    let selection = format!("{} LookupEvents {asked} {from:?} {to:?}", ask.account()?);
    let before = match input.text("NextToken")? {
        None => None,
        Some(token) => {
            let opened = ask.lockwright.open_marker(&selection, token).and_then(|mark| place(&mark));
            Some(opened.ok_or_else(|| WireError::modelled("InvalidNextTokenException", 400, "The token is not of this look-up."))?)
        }
    };
    let wanted = |event: &AuditEvent| attribute.as_ref().is_none_or(|attribute| attribute.holds(event));
    let most = usize::try_from(most).unwrap_or(1);
    match ask.lockwright.lookup_events(ask.op, ask.account()?, span, before, wanted, most).await {
        Ok(found) => {
            let next_token = found.next.map(|(at, id)| ask.lockwright.seal_marker(&selection, &format!("{} {id}", at.as_micros())));
            Ok(ask.object(&Answer { events: found.events.iter().map(told).collect(), next_token }))
        }
        Err(AccountError::Trouble(trouble)) => Err(broken(trouble)),
        Err(_) => {
            ask.permitted(&lockwright_service::authorize::Aim::account(ask.action)).await?;
            Err(WireError::of(ErrorKind::AccessDenied, "Access denied."))
        }
    }
}

fn attribute<'v>(input: &Members<'v>) -> Result<Option<Attribute<'v>>, WireError> {
    let wrong = |message: &str| WireError::modelled("InvalidLookupAttributesException", 400, message.to_owned());
    let Some(list) = input.list("LookupAttributes")? else { return Ok(None) };
    let [one] = list else {
        return if list.is_empty() { Ok(None) } else { Err(wrong("One attribute can be looked up at a time.")) };
    };
    let members = one.members();
    let (Some(key), Some(value)) = (members.text("AttributeKey")?, members.text("AttributeValue")?) else {
        return Err(wrong("An attribute has a key and a value."));
    };
    if !KEYS.contains(&key) || value.is_empty() || value.chars().count() > 2_000 {
        return Err(wrong("The key is unknown, or the value is empty or longer than 2000 characters."));
    }
    Ok(Some(Attribute { key, value }))
}

impl Attribute<'_> {
    fn holds(&self, event: &AuditEvent) -> bool {
        match self.key {
            "EventId" => event.id.as_str() == self.value,
            "EventName" => event.name == self.value,
            "ReadOnly" => read_only(event) == self.value,
            "Username" => username(event).as_deref() == Some(self.value),
            "EventSource" => field(event, "/eventSource").as_deref() == Some(self.value),
            "AccessKeyId" => field(event, "/userIdentity/accessKeyId").as_deref() == Some(self.value),
            "ResourceName" => resources(event).iter().any(|resource| resource.resource_name == self.value),
            _ => resources(event).iter().any(|resource| resource.resource_type == self.value),
        }
    }
}

fn told(event: &AuditEvent) -> Event {
    Event {
        event_id: event.id.to_string(),
        event_name: event.name.clone(),
        read_only: read_only(event),
        access_key_id: field(event, "/userIdentity/accessKeyId").filter(|key| !key.is_empty()),
        event_time: event.at.as_seconds(),
        event_source: field(event, "/eventSource").unwrap_or_default(),
        username: username(event),
        resources: resources(event),
        cloud_trail_event: event.record.to_string(),
    }
}

fn field(event: &AuditEvent, pointer: &str) -> Option<String> {
    event.record.pointer(pointer)?.as_str().map(str::to_owned)
}

fn read_only(event: &AuditEvent) -> String {
    event.record.pointer("/readOnly").and_then(|value| value.as_bool()).unwrap_or(false).to_string()
}

/// Who acted: a user's name, a session's, or `root`.
fn username(event: &AuditEvent) -> Option<String> {
    let kind = field(event, "/userIdentity/type")?;
    match kind.as_str() {
        "Root" => Some("root".to_owned()),
        "AssumedRole" | "FederatedUser" => field(event, "/userIdentity/arn")?.rsplit('/').next().map(str::to_owned),
        _ => field(event, "/userIdentity/userName"),
    }
}

/// What the act was done to, as its request named it.
fn resources(event: &AuditEvent) -> Vec<Resource> {
    let named = [
        ("AWS::IAM::User", "/requestParameters/userName"),
        ("AWS::IAM::Group", "/requestParameters/groupName"),
        ("AWS::IAM::Role", "/requestParameters/roleName"),
        ("AWS::IAM::Policy", "/requestParameters/policyArn"),
        ("AWS::IAM::AccessKey", "/requestParameters/accessKeyId"),
        ("AWS::IAM::Role", "/requestParameters/roleArn"),
    ];
    let found = named.into_iter().filter_map(|(kind, pointer)| Some((kind, field(event, pointer)?)));
    found.map(|(resource_type, resource_name)| Resource { resource_type, resource_name }).collect()
}

fn place(mark: &str) -> Option<(Timestamp, EventId)> {
    let (at, id) = mark.split_once(' ')?;
    Some((Timestamp::from_micros(at.parse().ok()?), id.parse().ok()?))
}
