//! What in a text is secret, or tells who somebody is: found by shape and checksum, without a server and without a network.
//!
//! Forms refuse what holds a secret, questions warn before they are posted, and a scanner goes over trees with the same detectors.
//! Our own credentials carry checksums (docs/reference/credential-formats.md), so what is found of them is [`Finding::certain`].
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice))]

mod keys;
mod said;
mod text;
mod tokens;

use std::ops::Range;

/// The most findings that are told of one text: a text with more is no text.
pub const MOST: usize = 256;

/// Something found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// Where it stands, in bytes; always at the border of a character.
    pub span: Range<usize>,
    /// It carries a checksum that fits: no text looks so by accident.
    pub certain: bool,
}

/// What can be found; of two that overlap, the earlier one here is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// A private key in PEM.
    PrivateKey,
    /// A token of Lockwright's: of a session, a link, a case.
    Token,
    /// A saved recovery code.
    RecoveryCode,
    /// The secret of an access key.
    SecretAccessKey,
    /// A password, by what stands before it.
    Password,
    /// A code that works once, by what stands before it.
    Code,
    /// The ID of an access key: no secret, but it names an account, and a secret is seldom far.
    AccessKeyId,
    /// An email address.
    Email,
    /// The number of an account.
    AccountNumber,
}

impl Kind {
    /// Whether whoever reads it can do something with it.
    pub const fn is_secret(self) -> bool {
        !matches!(self, Self::AccessKeyId | Self::Email | Self::AccountNumber)
    }
}

/// Everything found in a text, in its order, without overlaps. Takes time in proportion to the text.
pub fn scan(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    keys::private_keys(text, &mut found);
    keys::access_keys(text, &mut found);
    tokens::tokens(text, &mut found);
    tokens::recovery_codes(text, &mut found);
    said::passwords_and_codes(text, &mut found);
    said::emails(text, &mut found);
    said::account_numbers(text, &mut found);
    // What is longer or more secret hides what stands inside of it.
    found.sort_by_key(|finding| (finding.kind, finding.span.start));
    let mut kept: Vec<Finding> = Vec::new();
    for finding in found {
        if kept.len() < MOST && !kept.iter().any(|other| other.span.start < finding.span.end && finding.span.start < other.span.end) {
            kept.push(finding);
        }
    }
    kept.sort_by_key(|finding| finding.span.start);
    kept
}

/// The kinds of secrets in a text, each once; empty: nothing that could be used.
pub fn secrets(text: &str) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = scan(text).into_iter().map(|finding| finding.kind).filter(|kind| kind.is_secret()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Notes a finding while there is room; every detector stops being listened to after [`MOST`] of its own.
fn note(found: &mut Vec<Finding>, room: &mut usize, kind: Kind, span: Range<usize>, certain: bool) {
    if *room > 0 {
        *room -= 1;
        found.push(Finding { kind, span, certain });
    }
}
