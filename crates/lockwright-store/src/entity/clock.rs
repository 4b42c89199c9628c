//! The floor under the clock: one row, made by its migration.

use lockwright_model::clock::{ClockFloor, Timestamp};

use crate::batch::{Must, Step};
use crate::error::StoreError;
use crate::statement::{Row, statements};

statements! {
    RAISE = "UPDATE clock_floor SET at = $1 WHERE clock_id = 1 AND accepted = $2 AND at < $1";
    ACCEPT = "UPDATE clock_floor SET at = $1, accepted = accepted + 1 WHERE clock_id = 1";
    GET = "SELECT at, accepted FROM clock_floor WHERE clock_id = 1";
}

/// Raises the floor; does nothing when it is higher, or was set anew meanwhile.
pub(crate) fn raise(floor: ClockFloor) -> Step {
    Step { statement: &RAISE, values: vec![floor.at.into(), floor.accepted.into()], must: Must::Anything }
}

/// Sets the floor anew, upward or downward.
pub(crate) fn accept(at: Timestamp) -> Step {
    Step { statement: &ACCEPT, values: vec![at.into()], must: Must::OneRow }
}

/// Reads `at, accepted`.
pub(crate) fn read(row: Row) -> Result<ClockFloor, StoreError> {
    let mut row = row.of("clock_floor");
    Ok(ClockFloor { at: Timestamp::from_micros(row.int("at")?), accepted: row.int("accepted")? })
}
