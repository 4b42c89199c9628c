//! Private keys in PEM; access keys, with their secrets by checksum or by looks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use lockwright_model::access_key::AccessKeyId;
use sha2::{Digest, Sha256};

use crate::text::runs;
use crate::{Finding, Kind, MOST, note};

/// The most of a text that one private key takes.
const LONGEST_KEY: usize = 16 * 1024;
/// The most ids whose secrets are looked for.
const IDS: usize = 32;
/// The letters of a secret, and those of them before its checksum.
const SECRET: usize = 40;
const RANDOM: usize = 34;

pub(crate) fn private_keys(text: &str, found: &mut Vec<Finding>) {
    let mut room = MOST;
    let mut over = 0;
    for (start, begin) in text.match_indices("-----BEGIN ") {
        let Some(rest) = text.get(start + begin.len()..).filter(|_| start >= over) else { continue };
        let label = rest.bytes().take(64).position(|byte| byte == b'-').and_then(|end| rest.get(..end)).unwrap_or_default();
        if !label.ends_with("PRIVATE KEY") {
            continue;
        }
        let most = (0..=rest.len().min(LONGEST_KEY)).rev().find(|end| rest.is_char_boundary(*end)).unwrap_or(0);
        let rest = rest.get(..most).unwrap_or_default();
        let closed = rest.find("-----END ").and_then(|at| Some(at + 9 + rest.get(at + 9..)?.find("-----")? + 5));
        over = start + begin.len() + closed.unwrap_or(rest.len());
        note(found, &mut room, Kind::PrivateKey, start..over, false);
    }
}

pub(crate) fn access_keys(text: &str, found: &mut Vec<Finding>) {
    let mut room = MOST;
    let mut ids: Vec<AccessKeyId> = Vec::new();
    for (span, run) in runs(text, |byte| byte.is_ascii_alphanumeric()).filter(|(_, run)| run.len() == 20) {
        if let Ok(id) = run.parse::<AccessKeyId>() {
            if ids.len() < IDS && !ids.contains(&id) {
                ids.push(id);
            }
            note(found, &mut room, Kind::AccessKeyId, span, false);
        }
    }
    let mut room = MOST;
    for (span, run) in runs(text, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')).filter(|(_, run)| run.len() == SECRET)
    {
        // What is written in one case, as hashes and paths are, is hardly chance.
        if !looks_drawn(run) {
            continue;
        }
        let certain = ids.iter().any(|id| belongs(id, run));
        note(found, &mut room, Kind::SecretAccessKey, span, certain);
    }
}

/// 40 letters of base64's alphabet drawn by chance have, but once in some thousands, all three sorts and few repeated ones.
fn looks_drawn(run: &str) -> bool {
    let mut seen = [false; 128];
    for byte in run.bytes() {
        if let Some(place) = seen.get_mut(usize::from(byte)) {
            *place = true;
        }
    }
    let any = |test: fn(&u8) -> bool| run.bytes().any(|byte| test(&byte));
    let distinct = seen.iter().filter(|seen| **seen).count();
    any(u8::is_ascii_lowercase) && any(u8::is_ascii_uppercase) && any(u8::is_ascii_digit) && distinct >= 18
}

/// Whether a secret is the one of an id, by its checksum (docs/reference/credential-formats.md).
fn belongs(id: &AccessKeyId, secret: &str) -> bool {
    let Some((random, check)) = secret.split_at_checked(RANDOM) else { return false };
    let parts: [&[u8]; 5] = [b"lockwright-secret-access-key-v1", &[0], id.as_str().as_bytes(), &[0], random.as_bytes()];
    let hash = parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize();
    STANDARD_NO_PAD.encode(hash).get(..check.len()) == Some(check)
}
