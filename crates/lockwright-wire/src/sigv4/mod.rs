//! Signature Version 4, the server's half: what a request claims, and whether it holds (AWS, "Signature Version 4 for API requests").
//!
//! Where AWS's pages leave a choice, it is this:
//!
//! - The body is always hashed as it came. `X-Amz-Content-Sha256` is a header like any other; `UNSIGNED-PAYLOAD` exempts nothing (D09).
//! - What may come once and comes twice, or in other letters, is refused before anything is compared (D12).
//! - Header or query string, never both.
//! - `host` and all `x-amz-` headers that were sent must be signed, `x-amz-user-agent` excepted.
//! - Paths are normalised by RFC 3986 and encoded twice, as for every service but S3. A face that tells calls by their path compares the
//!   path as it came, so that no other path's signature fits (D17).
//! - `+` in a query string is a space, as the form means it, so what is signed is what is read.
//! - Any region is good: it only narrows the key. The service is the one that was signed for, and no other.
//! - The access key id is covered by no signature. It names the secret; a key id must never name two.

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
