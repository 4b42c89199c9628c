//! `lockwright privacy`: asks, and prints the answer.

use lockwright_model::event::AuditEvent;

use super::{Failure, ask};
use crate::cli::{Common, Privacy};
use crate::control::{self, Request};
use crate::output;

const SHOW: &[&str] =
    &["eventTime", "eventName", "requestParameters/how", "requestParameters/purposes", "requestParameters/notice", "eventID"];
/// Records that are fetched at a time.
const PAGE: u32 = 1000;

pub(super) fn run(common: &Common, verb: Privacy) -> Result<(), Failure> {
    match verb {
        Privacy::Show { id } => ask(common, &Request::PrivacyShow { id }, SHOW, "No records."),
        Privacy::Export => export(common),
    }
}

/// One record a line, whatever the output: proof is handed on as it was written.
fn export(common: &Common) -> Result<(), Failure> {
    let mut after: Option<AuditEvent> = None;
    loop {
        let answer = control::ask(common, &Request::PrivacyList { after: after.map(Box::new), limit: PAGE })?;
        let events: Vec<AuditEvent> =
            serde_json::from_value(answer).map_err(|error| Failure::broken(format!("an answer can't be read: {error}")))?;
        for event in &events {
            output::say(&event.record);
        }
        match events.last() {
            Some(last) => after = Some(last.clone()),
            None => return Ok(()),
        }
    }
}
