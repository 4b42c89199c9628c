//! Audit events, by account and time.

use lockwright_model::clock::Timestamp;
use lockwright_model::event::AuditEvent;
use lockwright_model::id::AccountId;

use crate::batch::{Must, Step};
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

statements! {
    INSERT = "INSERT INTO audit_event (account_id, at, event_id, name, body, chooser) VALUES ($1, $2, $3, $4, $5, $6)";
    NEWEST = "SELECT event_id, at, name, body, chooser FROM audit_event WHERE account_id = $1 AND (at, event_id) < ($2, $3) ORDER BY at DESC, event_id DESC LIMIT $4";
    /// Choices about cookies, chooser by chooser, each chooser's in the order of time.
    CHOICES = "SELECT event_id, at, name, body, chooser FROM audit_event WHERE account_id = $1 AND chooser IS NOT NULL AND (chooser, at, event_id) > ($2, $3, $4) ORDER BY chooser, at, event_id LIMIT $5";
    CHOICES_OF = "SELECT event_id, at, name, body, chooser FROM audit_event WHERE account_id = $1 AND chooser = $2 ORDER BY at DESC, event_id DESC LIMIT $3";
    COUNT = "SELECT count(*) FROM audit_event";
}

/// Adds an event; none is ever replaced.
pub(crate) fn insert(event: &AuditEvent) -> Result<Step, StoreError> {
    let values = vec![
        account_key(event.account),
        event.at.into(),
        event.id.as_str().into(),
        event.name.as_str().into(),
        Value::body(&event.record)?,
        event.chooser.as_ref().map(ToString::to_string).into(),
    ];
    Ok(Step { statement: &INSERT, values, must: Must::Insert })
}

/// An account's number; nothing for the installation's own events.
pub(crate) fn account_key(account: Option<AccountId>) -> Value {
    account.map_or_else(String::new, |account| account.to_string()).into()
}

/// Reads `event_id, at, name, body, chooser`.
pub(crate) fn read(account: Option<AccountId>, row: Row) -> Result<AuditEvent, StoreError> {
    let mut row = row.of("audit_event");
    let id = row.key("event_id")?.parse().map_err(|_| row.corrupt("event_id"))?;
    let at = Timestamp::from_micros(row.int("at")?);
    let name = row.text("name")?;
    let record = row.body()?;
    let chooser = row.optional_text("chooser")?.map(|text| text.parse()).transpose().map_err(|_| row.corrupt("chooser"))?;
    Ok(AuditEvent { id, account, at, name, chooser, record })
}
