//! Signature Version 4, the server's half: what a request claims, and whether it holds (AWS, "Signature Version 4 for API requests").

mod canonical;
mod error;
mod key;
mod parse;
mod presigned;
mod verify;

pub use error::{ClaimError, Part, VerifyError};
pub use key::SigningKey;
pub use parse::{Claim, PresignedLife, Scope};
pub use verify::Verified;

/// The algorithm that is accepted.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// How far a client's clock may be off, either way (aws-behaviour §12: IAM and STS say 15 minutes).
pub const SKEW_SECONDS: i64 = 15 * 60;
/// The longest life a presigned request may ask for: a week, as long as a signing key lives.
pub const MAX_PRESIGNED_SECONDS: i64 = 7 * 24 * 60 * 60;

#[cfg(test)]
mod tests;
