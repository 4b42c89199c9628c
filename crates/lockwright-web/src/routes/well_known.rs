//! Addresses that password managers know (W3C "A Well-Known URL for Changing Passwords"). Any other `/.well-known/` is not found.

use crate::http::{Answer, Visit, go};

/// Where a password is changed, or got back.
pub(super) async fn change_password(visit: Visit) -> Answer {
    go(if visit.signed().is_some() { "/security/password" } else { "/recover" })
}
