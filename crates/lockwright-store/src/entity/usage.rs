//! The last try of each action by each principal, and the reports that were asked for.

use lockwright_model::clock::Timestamp;
use lockwright_model::id::AccountId;
use lockwright_model::usage::{PrincipalUse, UseReport};

use crate::batch::{Must, Step};
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

statements! {
    /// The last word counts, as with access keys.
    TOUCH = "INSERT INTO principal_use (account_id, principal_id, action, last_used, region) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, principal_id, action) DO UPDATE SET last_used = $4, region = $5";
    OF = "SELECT action, last_used, region FROM principal_use WHERE account_id = $1 AND principal_id = $2 ORDER BY action";
    PURGE = "DELETE FROM principal_use WHERE (account_id, principal_id, action) IN (SELECT account_id, principal_id, action FROM principal_use WHERE last_used <= $1 ORDER BY last_used LIMIT $2) AND last_used <= $1";
    ASK = "INSERT INTO use_report (account_id, report_id, created, body) VALUES ($1, $2, $3, $4)";
    REPORT = "SELECT report_id, account_id, body FROM use_report WHERE account_id = $1 AND report_id = $2";
    PURGE_REPORTS = "DELETE FROM use_report WHERE (account_id, report_id) IN (SELECT account_id, report_id FROM use_report WHERE created <= $1 ORDER BY created LIMIT $2) AND created <= $1";
}

/// Notes a try.
pub(crate) fn touch(used: &PrincipalUse) -> Step {
    let key = [used.account.to_string().into(), used.principal.as_str().into(), used.action.as_str().into()];
    let values = key.into_iter().chain([used.at.into(), used.region.as_str().into()]).collect();
    Step { statement: &TOUCH, values, must: Must::Anything }
}

/// Keeps a report that was asked for.
pub(crate) fn ask(report: &UseReport) -> Result<Step, StoreError> {
    let mut values = report_key(report.account, &report.id);
    values.extend([report.created.into(), Value::body(report)?]);
    Ok(Step { statement: &ASK, values, must: Must::Insert })
}

/// The values that name a report.
pub(crate) fn report_key(account: AccountId, id: &str) -> Vec<Value> {
    vec![account.to_string().into(), id.into()]
}

/// Reads `action, last_used, region`.
pub(crate) fn read(account: AccountId, principal: &str, row: Row) -> Result<PrincipalUse, StoreError> {
    let mut row = row.of("principal_use");
    let (action, at) = (row.key("action")?, Timestamp::from_micros(row.int("last_used")?));
    Ok(PrincipalUse { account, principal: principal.to_owned(), action, at, region: row.text("region")? })
}

/// Reads `report_id, account_id, body`.
pub(crate) fn read_report(row: Row) -> Result<UseReport, StoreError> {
    let mut row = row.of("use_report");
    let (id, account) = (row.key("report_id")?, row.text("account_id")?);
    let report: UseReport = row.body()?;
    row.same(report.id == id && report.account.to_string() == account)?;
    Ok(report)
}
