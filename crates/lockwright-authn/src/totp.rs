//! Time-based one-time passwords (RFC 6238): SHA-1, six digits, 30 seconds, as every authenticator app computes them.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use lockwright_model::clock::Timestamp;
use lockwright_model::entropy::{Entropy, draw};
use lockwright_model::id::base32;
use sha1::Sha1;
use subtle::{ConditionallySelectable, ConstantTimeEq};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Seconds in a time step (N-O05, ASVS V6.5.5).
pub const STEP_SECONDS: u64 = 30;
/// How far from the server's time, in steps, the second of two enrolment codes may lie.
pub const ENROL_WINDOW: u64 = 2;
/// The same for a device whose clock has gone astray: a day either way.
pub const RESYNC_WINDOW: u64 = 24 * 60 * 60 / STEP_SECONDS;
/// Steps accepted before and after the expected one: a code is typed late, a clock is a little off (RFC 6238 §5.2; N-O04).
const LEEWAY: i64 = 1;
const DIGITS: usize = 6;

/// What a server and an authenticator app share: 160 random bits (B29; N-O05). Zeroed when dropped, silent in Debug.
#[derive(Clone)]
pub struct Seed(Zeroizing<[u8; Self::LEN]>);

impl Seed {
    /// Its length in bytes, that of SHA-1's result (RFC 4226 §4).
    pub const LEN: usize = 20;

    /// Draws a new seed.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(draw(entropy)))
    }

    /// Wraps a seed that was unsealed; `None` when it has another length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The bytes themselves; call it only to seal them.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The seed in base32 (RFC 4648), for programs.
    pub fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(base32(self.as_bytes()))
    }

    /// The seed for typing into an app: base32 in groups of four.
    pub fn grouped(&self) -> Zeroizing<String> {
        let text = self.base32();
        let mut grouped = Zeroizing::new(String::with_capacity(text.len() * 5 / 4));
        for (at, letter) in text.chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                grouped.push(' ');
            }
            grouped.push(letter);
        }
        grouped
    }

    /// The seed for an app's camera: an `otpauth` URI that names the installation and whose account it is.
    pub fn otpauth_uri(&self, installation: &str, label: &str) -> Zeroizing<String> {
        let (issuer, label) = (encoded(installation), encoded(label));
        let secret = self.base32();
        let uri = format!(
            "otpauth://totp/{issuer}:{label}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}",
            *secret
        );
        Zeroizing::new(uri)
    }

    /// The code of a step (RFC 4226 §5.3).
    fn code(&self, step: u64) -> u32 {
        // A key is padded to the block with zeros (RFC 2104); doing it here leaves no error that can't happen.
        let mut block = Zeroizing::new([0; 64]);
        for (to, from) in block.iter_mut().zip(self.as_bytes()) {
            *to = *from;
        }
        let mac = Hmac::<Sha1>::new((&*block).into()).chain_update(step.to_be_bytes()).finalize().into_bytes();
        let offset = usize::from(mac.last().map_or(0, |last| last & 15));
        let word = mac.iter().skip(offset).take(4).fold(0, |word, byte| (word << 8) | u32::from(*byte));
        (word & 0x7fff_ffff) % 10_u32.pow(6)
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed")
    }
}

/// Percent-encodes for a URI. A colon parts issuer and label, so in either it becomes a space.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes().map(|byte| if byte == b':' { b' ' } else { byte }) {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Six digits that a person typed. Silent in Debug.
#[derive(Clone)]
pub struct TypedCode(Zeroizing<u32>);

impl TypedCode {
    /// Reads what was typed: spaces and hyphens are dropped, full-width digits narrowed; `None` when it can't be a code.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > 64 {
            return None;
        }
        let digits: Zeroizing<String> = Zeroizing::new(
            typed.nfkc().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')).collect(),
        );
        let well_formed = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        well_formed.then(|| digits.parse().ok().map(|code| Self(Zeroizing::new(code))))?
    }
}

impl fmt::Debug for TypedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedCode")
    }
}

/// The step that the server's clock is in (ASVS V6.5.8).
pub fn step_at(now: Timestamp) -> u64 {
    u64::try_from(now.as_seconds()).unwrap_or(0) / STEP_SECONDS
}

/// Whether a code is right now, give or take a step around the device's known drift; the step it belongs to, to be kept as `last_step`.
///
/// A code of that step or an earlier one is refused, so no code counts twice (B07; N-O03, ASVS V6.5.1).
pub fn check(seed: &Seed, typed: &TypedCode, now: Timestamp, drift_steps: i64, last_step: Option<u64>) -> Option<u64> {
    let expected = step_at(now).saturating_add_signed(drift_steps);
    let (mut found, mut step) = (0_u8, 0_u64);
    // Every step is computed and compared whatever the others said. Of two steps with the same code the later one counts: otherwise the
    // same digits would be right a second time.
    for offset in -LEEWAY..=LEEWAY {
        let candidate = expected.saturating_add_signed(offset);
        let fresh = u8::from(last_step.is_none_or(|last| candidate > last));
        let matches = seed.code(candidate).ct_eq(&typed.0) & fresh.into();
        step.conditional_assign(&candidate, matches);
        found |= matches.unwrap_u8();
    }
    (found == 1).then_some(step)
}

/// Where a device's clock was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Matched {
    /// The step of the second code, to be kept as the last one used.
    pub step: u64,
    /// How many steps the device is ahead of the server (behind, if negative).
    pub drift: i64,
}

/// Finds two consecutive codes, the second at most `window_steps` from the server's time: enrolment ([`ENROL_WINDOW`]) or resync
/// ([`RESYNC_WINDOW`]). Both must be later than the last step used, so that codes overheard earlier don't move the clock.
pub fn check_two(
    seed: &Seed,
    first: &TypedCode,
    second: &TypedCode,
    now: Timestamp,
    window_steps: u64,
    last_step: Option<u64>,
) -> Option<Matched> {
    let present = step_at(now);
    let earliest = present.saturating_sub(window_steps.saturating_add(1));
    let codes: Zeroizing<Vec<(u64, u32)>> =
        Zeroizing::new((earliest..=present.saturating_add(window_steps)).map(|step| (step, seed.code(step))).collect());
    let matching = codes.iter().zip(codes.iter().skip(1)).filter(|((before, one), (_, two))| {
        let both = one.ct_eq(&first.0) & two.ct_eq(&second.0);
        bool::from(both) && last_step.is_none_or(|last| *before > last)
    });
    // By a rare chance two places fit; the one nearest to the server's time is likelier.
    let (_, (step, _)) = matching.min_by_key(|(_, (step, _))| step.abs_diff(present))?;
    Some(Matched { step: *step, drift: step.checked_signed_diff(present)? })
}

#[cfg(test)]
mod tests;
