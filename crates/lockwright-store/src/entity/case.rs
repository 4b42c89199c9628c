//! Cases: registrations, recoveries and addresses to confirm.

use std::time::Duration;

use lockwright_model::case::{Case, CaseMoment, Purpose};
use lockwright_model::change::Version;
use lockwright_model::id::CaseId;

use crate::batch::Step;
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

/// How long a case is kept after its end, so that a late click gets a truthful page.
pub(crate) const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

statements! {
    INSERT = "INSERT INTO recovery_case (case_id, version, expires, body, subject, caller_code) VALUES ($1, 1, $2, $3, $4, $5)";
    UPDATE = "UPDATE recovery_case SET version = version + 1, expires = $3, body = $4, subject = $5, caller_code = $6 WHERE case_id = $1 AND version = $2";
    DELETE = "DELETE FROM recovery_case WHERE case_id = $1 AND version = $2";
    EXPECT = "UPDATE recovery_case SET version = version WHERE case_id = $1 AND version = $2";
    ABSENT = "INSERT INTO recovery_case (case_id, version, expires, body) VALUES ($1, 0, 0, '')";
    /// The newest by their time of ending; a subject has few.
    BY_SUBJECT = "SELECT case_id, version, body FROM recovery_case WHERE subject = $1 ORDER BY expires DESC, case_id LIMIT $2";
    /// Six digits are not unique: whoever asks looks at what the caller says of the case.
    BY_CALLER_CODE = "SELECT case_id, version, body FROM recovery_case WHERE caller_code = $1 ORDER BY case_id LIMIT $2";
    FOR_OPERATORS = "SELECT case_id, version, body FROM recovery_case WHERE caller_code IS NOT NULL AND case_id > $1 ORDER BY case_id LIMIT $2";
    BY_ID = "SELECT case_id, version, body FROM recovery_case WHERE case_id = $1";
    PURGE = "DELETE FROM recovery_case WHERE case_id IN (SELECT case_id FROM recovery_case WHERE expires <= $1 ORDER BY expires LIMIT $2) AND expires <= $1";
    CLEAR = "DELETE FROM recovery_case";
    COUNT = "SELECT count(*) FROM recovery_case";
}

/// Inserts or replaces.
pub(crate) fn put(row: &Case) -> Result<Step, StoreError> {
    // The links of notices are many, and each is found by itself: they must not crowd out what goes on for somebody.
    let subject = row.subject().filter(|_| !matches!(row.purpose, Purpose::Disown { .. })).map(ToString::to_string);
    // A contested recovery is put before the operators, too; nobody reads that word out as six digits.
    let contested = row.gathered.told.iter().any(|told| told.what == CaseMoment::Contested).then(|| "contested".to_owned());
    let caller_code = row.gathered.operators.as_ref().map(|help| help.caller_code.clone()).or(contested);
    Ok(Step::put(&INSERT, &UPDATE, key(&row.id), row.version, [row.expires.into(), Value::body(row)?, subject.into(), caller_code.into()]))
}

/// The values that name a row.
pub(crate) fn key(id: &CaseId) -> Vec<Value> {
    vec![id.as_str().into()]
}

/// Reads `case_id, version, body`.
pub(crate) fn read(row: Row) -> Result<Case, StoreError> {
    let mut row = row.of("recovery_case");
    let id = row.key("case_id")?;
    let version = Version(row.int("version")?);
    let case = Case { version, ..row.body()? };
    row.same(case.id.as_str() == id)?;
    Ok(case)
}
