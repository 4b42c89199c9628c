//! What is secret by what is said before it; addresses and account numbers.

use crate::text::{before, runs};
use crate::{Finding, Kind, MOST, note};

const PASSWORDS: [&str; 8] = ["password", "passwort", "passphrase", "passcode", "passwd", "pwd", "kennwort", "secret"];
const CODES: [&str; 5] = ["code", "otp", "pin", "token", "2fa"];
/// What follows “password:” where somebody tells of one and not what it is.
const TOLD_OF: [&str; 18] = [
    "i",
    "not",
    "no",
    "none",
    "forgot",
    "forgotten",
    "unknown",
    "lost",
    "wrong",
    "reset",
    "expired",
    "it",
    "my",
    "the",
    "is",
    "was",
    "new",
    "old",
];
/// The most bytes of what is said.
const LONGEST: usize = 200;

pub(crate) fn passwords_and_codes(text: &str, found: &mut Vec<Finding>) {
    let mut room = MOST;
    for (span, run) in runs(text, |byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        if run.len() > 40 {
            continue;
        }
        // `DB_PASSWORD`, `my_pwd`: the last part counts.
        let word = run.rsplit('_').next().unwrap_or_default().to_ascii_lowercase();
        let (password, code) = (PASSWORDS.contains(&word.as_str()), CODES.contains(&word.as_str()));
        let Some(rest) = text.get(span.end..).filter(|_| password || code) else { continue };
        let Some((named, from)) = value(rest) else { continue };
        let line = rest.get(from..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let first = line.split_whitespace().next().unwrap_or_default();
        let taken = if code && is_code(first) {
            Some(first)
        } else if password {
            said(line, first, named)
        } else {
            None
        };
        let Some(taken) = taken else { continue };
        let end = (0..=taken.len().min(LONGEST)).rev().find(|end| taken.is_char_boundary(*end)).unwrap_or(0);
        let at = span.end + from;
        let kind = if password { Kind::Password } else { Kind::Code };
        note(found, &mut room, kind, at..at + end, false);
    }
}

/// Where what is said begins: after a sign such as `:`, or after “is”. A sign names a value; “is” may begin any sentence.
fn value(rest: &str) -> Option<(bool, usize)> {
    let bytes = rest.as_bytes();
    let spaces =
        |from: usize| from + bytes.iter().skip(from).take(8).take_while(|byte| matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'`')).count();
    let at = spaces(0);
    match bytes.get(at)? {
        b':' | b'=' => {
            let after = at + 1 + bytes.iter().skip(at + 1).take(2).take_while(|byte| matches!(byte, b'=' | b'>')).count();
            Some((true, spaces(after)))
        }
        _ => ["is ", "was ", "is: "]
            .iter()
            .find(|word| rest.get(at..).is_some_and(|rest| rest.starts_with(**word)))
            .map(|word| (false, spaces(at + word.len()))),
    }
}

fn said<'a>(line: &'a str, first: &'a str, named: bool) -> Option<&'a str> {
    let plain = first.trim_end_matches(['.', ',', ';', '!', '?', '"', '\'', '`', ')']);
    let drawn = plain.len() >= 4 && plain.bytes().any(|byte| byte.is_ascii_alphabetic()) && {
        let signs =
            plain.bytes().any(|byte| byte.is_ascii_digit() || (byte.is_ascii_punctuation() && !matches!(byte, b'-' | b'\'' | b'/')));
        signs || plain.bytes().skip(1).any(|byte| byte.is_ascii_uppercase()) && plain.bytes().any(|byte| byte.is_ascii_lowercase())
    };
    if drawn {
        return Some(plain);
    }
    let line = line.trim_end();
    let tells = TOLD_OF.contains(&plain.to_ascii_lowercase().as_str());
    (named && !tells && plain.chars().any(char::is_alphanumeric) && line.chars().count() >= 6).then_some(line)
}

/// Six to eight digits, or six letters and digits.
fn is_code(first: &str) -> bool {
    let plain = first.trim_end_matches(['.', ',', ';', '!', '?', '"', '\'', '`', ')']);
    let digits = plain.bytes().filter(u8::is_ascii_digit).count();
    (6..=8).contains(&plain.len()) && digits == plain.len()
        || plain.len() == 6 && digits > 0 && plain.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

pub(crate) fn emails(text: &str, found: &mut Vec<Finding>) {
    let mut room = MOST;
    let takes = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-' | b'@');
    for (span, run) in runs(text, takes) {
        let mut parts = run.split('@');
        let (Some(local), Some(domain), None) = (parts.next(), parts.next(), parts.next()) else { continue };
        let local = local.trim_start_matches(['.', '-']);
        let domain = domain.trim_end_matches(['.', '-', '_', '+', '%']);
        let whole = domain
            .rsplit_once('.')
            .is_some_and(|(name, top)| !name.is_empty() && top.len() >= 2 && top.bytes().all(|b| b.is_ascii_alphabetic()));
        if local.is_empty() || local.len() > 64 || !whole {
            continue;
        }
        let start = span.start + run.find('@').unwrap_or(0) - local.len();
        note(found, &mut room, Kind::Email, start..start + local.len() + 1 + domain.len(), false);
    }
}

/// Twelve digits, or three groups of four.
pub(crate) fn account_numbers(text: &str, found: &mut Vec<Finding>) {
    let mut room = MOST;
    for (span, run) in runs(text, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b' ' | b'_')) {
        // Words beside it belong to the same run: look at each group with its neighbours.
        let mut groups: Vec<(usize, &str, u8)> = Vec::with_capacity(2);
        for (inner, group) in runs(run, |byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            let sign = before(run, inner.start, 1).first().copied().unwrap_or_default();
            let digits = |length: usize| group.len() == length && group.bytes().all(|byte| byte.is_ascii_digit());
            let start = span.start + inner.start;
            if digits(12) {
                note(found, &mut room, Kind::AccountNumber, start..start + 12, false);
            }
            if !digits(4) {
                groups.clear();
                continue;
            }
            let follows = groups.last().is_some_and(|(at, last, _)| at + last.len() + 1 == start);
            if !follows {
                groups.clear();
            }
            groups.push((start, group, sign));
            if let [(first, ..), (_, _, one), (_, _, two)] = groups.as_slice()
                && one == two
            {
                note(found, &mut room, Kind::AccountNumber, *first..start + 4, false);
            }
            if groups.len() == 3 {
                groups.clear();
            }
        }
    }
}
