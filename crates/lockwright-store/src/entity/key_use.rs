//! The last use of each access key, by its id.

use lockwright_model::access_key::{AccessKeyId, KeyUse};
use lockwright_model::clock::Timestamp;

use crate::batch::{Must, Step};
use crate::error::StoreError;
use crate::statement::{Row, statements};

statements! {
    /// The last word counts: nodes differ by seconds, and a use that a clock which ran ahead has noted must not stand for ever.
    TOUCH = "INSERT INTO access_key_use (access_key_id, last_used, service, region) VALUES ($1, $2, $3, $4) ON CONFLICT (access_key_id) DO UPDATE SET last_used = $2, service = $3, region = $4";
    DELETE = "DELETE FROM access_key_use WHERE access_key_id = $1";
    GET = "SELECT last_used, service, region FROM access_key_use WHERE access_key_id = $1";
}

/// Notes a use.
pub(crate) fn touch(used: &KeyUse) -> Step {
    let values = vec![used.key.as_str().into(), used.at.into(), used.service.as_str().into(), used.region.as_str().into()];
    Step { statement: &TOUCH, values, must: Must::Anything }
}

/// Forgets the use of a key that is gone.
pub(crate) fn delete(key: &AccessKeyId) -> Step {
    Step { statement: &DELETE, values: vec![key.as_str().into()], must: Must::Anything }
}

/// Reads `last_used, service, region`.
pub(crate) fn read(key: &AccessKeyId, row: Row) -> Result<KeyUse, StoreError> {
    let mut row = row.of("access_key_use");
    let at = Timestamp::from_micros(row.int("last_used")?);
    Ok(KeyUse { key: key.clone(), at, service: row.text("service")?, region: row.text("region")? })
}
