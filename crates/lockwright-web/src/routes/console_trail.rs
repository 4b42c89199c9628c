//! The account's recent events.

use lockwright_model::clock::Timestamp;
use lockwright_model::event::AuditEvent;
use lockwright_model::id::EventId;
use serde_json::Value;

use crate::http::{Admin, Answer};
use crate::page::console::{Trail, TrailRow};
use crate::page::words;

/// Events on one page.
const PAGE: usize = 50;

/// Newest first, a page at a time.
pub(super) async fn show(admin: Admin) -> Answer {
    let member = &admin.member;
    let before = member.visit.query("before").and_then(|text| mark(&text));
    let limit = u32::try_from(PAGE + 1).unwrap_or(u32::MAX);
    let mut events = member.lockwright().events(&member.op, Some(admin.account), before, limit).await?;
    let more = events.len() > PAGE;
    events.truncate(PAGE);
    let more = events.last().filter(|_| more).map(|event| format!("/console/trail?before={}-{}", event.at.as_micros(), event.id));
    member.page(&Trail { rows: events.iter().map(row).collect(), more }).await
}

/// `1700000000000000-MZXW6YTBOIMZXW6YTBOIMZXW6Y`
fn mark(text: &str) -> Option<(Timestamp, EventId)> {
    let (micros, id) = text.split_once('-')?;
    Some((Timestamp::from_micros(micros.parse().ok()?), id.parse().ok()?))
}

fn row(event: &AuditEvent) -> TrailRow {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    TrailRow {
        at: words::at(event.at),
        what: words::event(&event.name).to_owned(),
        name: event.name.clone(),
        who: who(&event.record["userIdentity"]),
        address: text(&event.record["sourceIPAddress"]),
        refused: event.record["errorMessage"].as_str().map(str::to_owned),
        record: serde_json::to_string_pretty(&event.record).unwrap_or_default(),
    }
}

fn who(identity: &Value) -> String {
    let name = identity["userName"].as_str().or(identity["principalId"].as_str()).unwrap_or_default();
    match identity["type"].as_str() {
        Some("Root") => "Root user".to_owned(),
        Some("IAMUser") => format!("IAM user {name}"),
        Some("AssumedRole" | "FederatedUser") => {
            let arn = identity["arn"].as_str().unwrap_or_default();
            arn.split_once('/').map_or_else(|| name.to_owned(), |(_, named)| named.replace('/', ", session "))
        }
        Some("IdentityCenterUser") => "A builder ID".to_owned(),
        Some("AWSService") if identity["invokedBy"] == "operator.lockwright" => "An operator of this installation".to_owned(),
        Some("AWSService") => "The host".to_owned(),
        _ => "Nobody signed in".to_owned(),
    }
}
