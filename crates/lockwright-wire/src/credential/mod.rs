//! The forms of credentials: access key ids that tell their account, secrets that tell their id, unique ids that tell their kind.
//!
//! The forms with worked examples are in `docs/reference/credential-formats.md`. Nothing here draws chance: the caller hands in the bytes.

mod access_key;
mod base32;
mod secret;
mod unique;

pub use access_key::{AccessKeyId, AccessKeyKind};
pub use secret::{SecretAccessKey, is_pair};
pub use unique::{UniqueKind, unique_id};

#[cfg(test)]
mod tests;
