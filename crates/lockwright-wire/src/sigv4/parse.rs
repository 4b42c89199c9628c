//! A request's claim: who signed, when, for which scope and over which headers, read and held against the clock.

use std::borrow::Cow;
use std::fmt;

use super::error::{ClaimError, Part};
use super::presigned;
use super::{ALGORITHM, SKEW_SECONDS};
use crate::moment::Moment;
use crate::request::Request;

/// What every scope ends in.
pub(super) const TERMINATOR: &str = "aws4_request";
/// SigV4A's algorithm, known so that it can be refused by its name.
const ASYMMETRIC: &str = "AWS4-ECDSA-P256-SHA256";
/// More signed headers than this is no request of any client, and work that a stranger chooses.
const MAX_SIGNED_HEADERS: usize = 128;
/// The longest access key id of AWS's models.
const MAX_KEY_ID: usize = 128;

/// What a signing key is good for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Scope<'a> {
    /// The day, `YYYYMMDD`.
    pub date: &'a str,
    /// The region, whatever the client calls it.
    pub region: &'a str,
    /// The name the service is signed with, such as `iam`.
    pub service: &'a str,
}

/// How long a presigned request lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PresignedLife {
    /// As long as `X-Amz-Expires` says, as documented ("Authenticating requests: query parameters").
    AsAsked,
    /// Fifteen minutes whatever it says, as STS does it (aws-sdk-go issue 2167): tokens of EKS's kind ask for one minute and are used for
    /// fourteen.
    FifteenMinutes,
}

/// A request's own account of its signature. Not yet believed: [`Claim::verify`] does that, against the very request it was read from.
/// Its Debug shows neither signature nor token.
pub struct Claim<'a> {
    pub(super) request: Request<'a>,
    pub(super) presigned: bool,
    pub(super) credential: Cow<'a, str>,
    /// Names of the signed headers: lower case, sorted, no two alike.
    pub(super) signed_headers: Cow<'a, str>,
    pub(super) signature: Cow<'a, str>,
    pub(super) signed_at: Moment,
    pub(super) session_token: Option<Cow<'a, str>>,
}

/// The parts as found, before any was looked at.
pub(super) struct Parts<'a> {
    /// Whether an algorithm was named; a wrong one was refused before.
    pub(super) algorithm: bool,
    pub(super) credential: Option<Cow<'a, str>>,
    pub(super) signed_headers: Option<Cow<'a, str>>,
    pub(super) signature: Option<Cow<'a, str>>,
    pub(super) date: Option<Result<Moment, ClaimError>>,
    pub(super) session_token: Option<Cow<'a, str>>,
    /// `None` in the header form; the life asked for, if one was, in the presigned form.
    pub(super) presigned: Option<Option<i64>>,
}

impl<'a> Claim<'a> {
    /// Reads the claim of a request, from the Authorization header or the query string, and holds its time against the server's.
    pub fn read(request: Request<'a>, now: Moment, life: PresignedLife) -> Result<Self, ClaimError> {
        let header = request.value("authorization").map_err(|_| ClaimError::Doubled("Authorization"))?;
        let parts = match (header, presigned::parts(&request)?) {
            (Some(_), Some(_)) => return Err(ClaimError::TwoPlaces),
            (Some(value), None) => from_header(&request, value)?,
            (None, Some(parts)) => parts,
            (None, None) => return Err(ClaimError::Missing),
        };
        Self::of(request, parts, now, life)
    }

    /// The access key id, as sent. No signature covers it: it only says whose secret to take, and must name exactly one key.
    pub fn access_key_id(&self) -> &str {
        self.credential.split('/').next().unwrap_or_default()
    }

    /// The scope, as sent.
    pub fn scope(&self) -> Scope<'_> {
        let mut parts = self.credential.split('/').skip(1);
        let mut next = || parts.next().unwrap_or_default();
        Scope { date: next(), region: next(), service: next() }
    }

    /// The scope in one text, as sent: day, region, service and terminator with slashes between.
    pub fn scope_text(&self) -> &str {
        self.credential.split_once('/').map_or("", |(_, scope)| scope)
    }

    /// The session token, as sent.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }

    /// When it was signed, by the client's clock.
    pub fn signed_at(&self) -> Moment {
        self.signed_at
    }

    fn of(request: Request<'a>, parts: Parts<'a>, now: Moment, life: PresignedLife) -> Result<Self, ClaimError> {
        let Parts { algorithm, credential, signed_headers, signature, date, session_token, presigned } = parts;
        let (credential, signed_headers, signature, date) = match (credential, signed_headers, signature, date) {
            (Some(credential), Some(headers), Some(signature), Some(date)) if algorithm => (credential, headers, signature, date?),
            (credential, headers, signature, date) => {
                let absent = [
                    (Part::Algorithm, !algorithm),
                    (Part::Credential, credential.is_none()),
                    (Part::Signature, signature.is_none()),
                    (Part::SignedHeaders, headers.is_none()),
                    (Part::Date, date.is_none()),
                ];
                let absent = absent.into_iter().filter_map(|(part, absent)| absent.then_some(part)).collect();
                return Err(ClaimError::Incomplete(absent, presigned.is_none()));
            }
        };
        let claim = Self {
            request,
            presigned: presigned.is_some(),
            signed_headers: sorted(signed_headers)?,
            credential,
            signature,
            signed_at: date,
            session_token,
        };
        claim.check_credential()?;
        claim.check_time(now, presigned.flatten().filter(|_| life == PresignedLife::AsAsked))?;
        Ok(claim)
    }

    fn check_credential(&self) -> Result<(), ClaimError> {
        let mut parts = self.credential.split('/');
        let mut next = || parts.next().ok_or(ClaimError::Credential);
        let (id, date, region, service, terminator) = (next()?, next()?, next()?, next()?, next()?);
        let word = |text: &str, longest: usize| {
            !text.is_empty() && text.len() <= longest && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        if parts.next().is_some() || !word(id, MAX_KEY_ID) || !word(region, 64) || !word(service, 64) {
            return Err(ClaimError::Credential);
        }
        if terminator != TERMINATOR {
            return Err(ClaimError::Terminator);
        }
        if date.len() != 8 || !self.signed_at.basic().starts_with(date) {
            return Err(ClaimError::ScopeDate);
        }
        Ok(())
    }

    /// Both ends belong to the window: exactly fifteen minutes off is still in time.
    fn check_time(&self, now: Moment, life: Option<i64>) -> Result<(), ClaimError> {
        let at = self.signed_at;
        if at > now.plus(SKEW_SECONDS) {
            return Err(ClaimError::NotYet { at, now });
        }
        match life {
            None if at < now.plus(-SKEW_SECONDS) => Err(ClaimError::Expired { at, now, skew: true }),
            Some(life) if at.plus(life) < now => Err(ClaimError::Expired { at: at.plus(life), now, skew: false }),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Claim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Claim({} at {})", self.credential, self.signed_at)
    }
}

/// Takes an Authorization header apart.
fn from_header<'a>(request: &Request<'a>, value: &'a [u8]) -> Result<Parts<'a>, ClaimError> {
    let text = std::str::from_utf8(value).map_err(|_| ClaimError::Algorithm)?.trim_ascii();
    let (algorithm, rest) = text.split_once(' ').unwrap_or((text, ""));
    match algorithm {
        ALGORITHM => {}
        ASYMMETRIC => return Err(ClaimError::Asymmetric),
        other if other.starts_with("AWS") => return Err(ClaimError::Algorithm),
        // Another scheme altogether, such as Bearer: no token of ours is here.
        _ => return Err(ClaimError::Missing),
    }
    let (mut credential, mut signed_headers, mut signature) = (None, None, None);
    for part in rest.split(',').map(str::trim_ascii) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let (place, name) = match name {
            "Credential" => (&mut credential, "Credential"),
            "SignedHeaders" => (&mut signed_headers, "SignedHeaders"),
            "Signature" => (&mut signature, "Signature"),
            _ => continue,
        };
        if place.replace(Cow::Borrowed(value)).is_some() {
            return Err(ClaimError::Doubled(name));
        }
    }
    let token = request.value("x-amz-security-token").map_err(|_| ClaimError::Doubled("X-Amz-Security-Token"))?;
    // Bytes that are no text are no token of ours; the signature is still checked over what was sent.
    let session_token = token.map(|bytes| String::from_utf8_lossy(bytes.trim_ascii()));
    Ok(Parts { algorithm: true, credential, signed_headers, signature, date: header_date(request)?, session_token, presigned: None })
}

/// `X-Amz-Date`, or else `Date` (AWS, "Elements of a request signature").
fn header_date(request: &Request<'_>) -> Result<Option<Result<Moment, ClaimError>>, ClaimError> {
    let text = |value: &[u8]| std::str::from_utf8(value).unwrap_or_default().trim_ascii().to_owned();
    if let Some(value) = request.value("x-amz-date").map_err(|_| ClaimError::Doubled("X-Amz-Date"))? {
        return Ok(Some(Moment::parse_basic(&text(value)).ok_or(ClaimError::Date)));
    }
    let value = request.value("date").map_err(|_| ClaimError::Doubled("Date"))?;
    Ok(value.map(|value| Moment::parse_header(&text(value)).ok_or(ClaimError::Date)))
}

/// Says what is wrong with an algorithm that was named in the query string.
pub(super) fn check_algorithm(algorithm: &str) -> Result<(), ClaimError> {
    match algorithm {
        ALGORITHM => Ok(()),
        ASYMMETRIC => Err(ClaimError::Asymmetric),
        _ => Err(ClaimError::Algorithm),
    }
}

/// The names as the canonical request has them. Most clients send them so, and nothing is copied; a list in another order is sorted, one
/// with capitals is no client's.
fn sorted(names: Cow<'_, str>) -> Result<Cow<'_, str>, ClaimError> {
    let mut list: Vec<&str> = names.split(';').take(MAX_SIGNED_HEADERS + 1).collect();
    if list.len() > MAX_SIGNED_HEADERS {
        return Err(ClaimError::TooManyHeaders);
    }
    if names.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(ClaimError::Misspelt("SignedHeaders"));
    }
    let ascending = |list: &[&str]| list.is_sorted_by(|a, b| a < b);
    if ascending(&list) {
        return Ok(names);
    }
    list.sort_unstable();
    if ascending(&list) { Ok(Cow::Owned(list.join(";"))) } else { Err(ClaimError::Doubled("SignedHeaders")) }
}
