//! Why a signature is refused, each reason with the code AWS gives it.

use std::fmt;

use crate::error::{ErrorKind, WireError};
use crate::moment::Moment;

/// A part every signed request has, in the words of AWS's messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// The algorithm's name, in the query string.
    Algorithm,
    /// Access key id and scope.
    Credential,
    /// The names of the headers that were signed.
    SignedHeaders,
    /// The signature itself.
    Signature,
    /// When it was signed.
    Date,
}

/// Why a request's claim can't be read or can't hold whatever the secret is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ClaimError {
    /// Nothing of a signature is there.
    Missing,
    /// Signed with SigV4A, whose asymmetric keys this server does not have.
    Asymmetric,
    /// Signed with something else than `AWS4-HMAC-SHA256`.
    Algorithm,
    /// Parts of the signature stand in the header and in the query string.
    TwoPlaces,
    /// The named header, parameter or part came twice (attack D12).
    Doubled(&'static str),
    /// A parameter of the signature is written in other letters than AWS's (attack D12).
    Misspelt(&'static str),
    /// Parts are missing; the flag says whether the header was used.
    Incomplete(Vec<Part>, bool),
    /// The credential is not id, date, region, service and terminator with slashes between.
    Credential,
    /// The date is not in the basic form of ISO 8601.
    Date,
    /// `X-Amz-Expires` is not a number between 1 and a week.
    Expires,
    /// More signed headers than any request has.
    TooManyHeaders,
    /// The scope ends in something else than `aws4_request`.
    Terminator,
    /// The day of the scope is not the day of the request.
    ScopeDate,
    /// Signed too long ago.
    Expired {
        /// When it was signed, or until when it was to live.
        at: Moment,
        /// The server's time.
        now: Moment,
        /// Whether [`super::SKEW_SECONDS`] were added; a life that was asked for has no such grace.
        skew: bool,
    },
    /// Signed in the future.
    NotYet {
        /// When it was signed.
        at: Moment,
        /// The server's time.
        now: Moment,
    },
}

/// Why a claim that could be read does not hold.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum VerifyError {
    /// A header that must be signed is not: `host`, or an `x-amz-` header that was sent.
    #[error("'{0}' must be a 'SignedHeader' in the AWS Authorization.")]
    Unsigned(String),
    /// A header was signed and is not there.
    #[error("'{0}' is named in 'SignedHeaders' and was not sent.")]
    Absent(String),
    /// The signature is another one.
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method."
    )]
    Mismatch,
}

impl ClaimError {
    /// The row of the error table.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Missing => ErrorKind::MissingAuthenticationToken,
            Self::Terminator | Self::ScopeDate | Self::Expired { .. } | Self::NotYet { .. } => ErrorKind::SignatureDoesNotMatch,
            _ => ErrorKind::IncompleteSignature,
        }
    }
}

impl fmt::Display for ClaimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("Request is missing Authentication Token"),
            Self::Asymmetric => {
                f.write_str("Unsupported AWS 'algorithm': SigV4A (AWS4-ECDSA-P256-SHA256). Sign with AWS4-HMAC-SHA256 and one region.")
            }
            Self::Algorithm => f.write_str("Unsupported AWS 'algorithm'. Sign with AWS4-HMAC-SHA256."),
            Self::TwoPlaces => f.write_str("The signature is in the Authorization header and in the query string. Use one of them."),
            Self::Doubled(name) => write!(f, "'{name}' was given more than once."),
            Self::Misspelt(name) => write!(f, "'{name}' is written differently."),
            Self::Incomplete(parts, header) => incomplete(f, parts, *header),
            Self::Credential => {
                f.write_str("Credential must have 5 elements with slashes between: key id, date, region, service and 'aws4_request'.")
            }
            Self::Date => f.write_str("Date must be in ISO-8601 'basic format', for example 20150830T123600Z."),
            Self::Expires => f.write_str("X-Amz-Expires must be a number of seconds between 1 and 604800."),
            Self::TooManyHeaders => f.write_str("'SignedHeaders' names too many headers."),
            Self::Terminator => f.write_str("Credential should be scoped with a valid terminator: 'aws4_request'."),
            Self::ScopeDate => f.write_str("Date in Credential scope does not match the date of the request."),
            Self::Expired { at, now, skew } => {
                let earliest = if *skew { now.plus(-super::SKEW_SECONDS) } else { *now };
                write!(f, "Signature expired: {} is now earlier than {}", at.basic(), earliest.basic())?;
                if *skew { write!(f, " ({} - 15 min.)", now.basic()) } else { Ok(()) }
            }
            Self::NotYet { at, now } => {
                let latest = now.plus(super::SKEW_SECONDS).basic();
                write!(f, "Signature not yet current: {} is still later than {latest} ({} + 15 min.)", at.basic(), now.basic())
            }
        }
    }
}

/// One sentence for each missing part, as AWS puts them one after the other.
fn incomplete(f: &mut fmt::Formatter<'_>, parts: &[Part], header: bool) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(" ")?;
        }
        match (part, header) {
            (Part::Date, true) => {
                f.write_str("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")?;
            }
            (_, true) => write!(f, "Authorization header requires '{part:?}' parameter.")?,
            (_, false) => write!(f, "AWS query-string parameters must include 'X-Amz-{part:?}'.")?,
        }
    }
    Ok(())
}

impl std::error::Error for ClaimError {}

impl From<ClaimError> for WireError {
    fn from(error: ClaimError) -> Self {
        Self::of(error.kind(), error.to_string())
    }
}

impl From<VerifyError> for WireError {
    fn from(error: VerifyError) -> Self {
        Self::of(ErrorKind::SignatureDoesNotMatch, error.to_string())
    }
}
