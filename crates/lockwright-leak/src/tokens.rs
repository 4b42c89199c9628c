//! Our own tokens and saved recovery codes.

use lockwright_model::token::{Code, Token, TokenKind};

use crate::text::{before, runs};
use crate::{Finding, Kind, MOST, note};

const KINDS: [TokenKind; 5] = [TokenKind::Session, TokenKind::Browser, TokenKind::Case, TokenKind::Link, TokenKind::Ceremony];
/// The sealed session tokens of temporary keys begin so, and are longer than any other.
const SEALED: &str = "lw_session_";
const SEALED_LEAST: usize = 80;
/// Groups of a recovery code, and letters of a group.
const GROUPS: usize = 8;
const GROUP: usize = 4;

pub(crate) fn tokens(text: &str, found: &mut Vec<Finding>) {
    let mut room = MOST;
    for (span, run) in runs(text, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
        let Some(at) = run.find("lw_") else { continue };
        let Some(token) = run.get(at..) else { continue };
        let certain = KINDS.iter().any(|kind| Token::parse(*kind, token).is_some());
        if certain || (token.starts_with(SEALED) && token.len() >= SEALED_LEAST) {
            note(found, &mut room, Kind::Token, span.start + at..span.end, certain);
        }
    }
}

/// Eight groups of four letters of the codes' alphabet, with one hyphen or space between two.
pub(crate) fn recovery_codes(text: &str, found: &mut Vec<Finding>) {
    let mut room = MOST;
    let mut groups = 0;
    let mut start = 0;
    let mut last = 0;
    for (span, run) in runs(text, |byte| byte.is_ascii_alphanumeric()) {
        let fits = run.len() == GROUP && run.bytes().all(|byte| Code::ALPHABET.contains(&byte.to_ascii_uppercase()));
        let joined = groups > 0 && span.start == last + 1 && matches!(before(text, span.start, 1), b"-" | b" ");
        groups = match (fits, joined) {
            (true, true) => groups + 1,
            (true, false) => 1,
            (false, _) => 0,
        };
        if groups == 1 {
            start = span.start;
        }
        last = span.end;
        // Four-letter words in a row are a sentence; a code has digits.
        if groups == GROUPS && text.as_bytes().get(start..last).is_some_and(|code| code.iter().any(u8::is_ascii_digit)) {
            note(found, &mut room, Kind::RecoveryCode, start..last, false);
            groups = 0;
        }
    }
}
