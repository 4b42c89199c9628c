//! Lockwright's own tokens, `lw_<kind>_<random>_<checksum>`, and the short codes that a person types.
//!
//! A scanner recognises a token by its shape and checksum without asking the server, and a token of the wrong kind never parses.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::entropy::{Entropy, draw};
use crate::id::{IdError, base32, hex, unhex32};

/// What a token opens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenKind {
    /// A signed-in browser.
    Session,
    /// A browser before sign-in; forms are bound to it.
    Browser,
    /// The browser that holds a case.
    Case,
    /// A mailed or handed link.
    Link,
    /// A ceremony under way in a browser.
    Ceremony,
}

impl TokenKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Browser => "browser",
            Self::Case => "case",
            Self::Link => "link",
            Self::Ceremony => "ceremony",
        }
    }
}

/// A token in plain: 256 random bits. Zeroed when dropped, silent in Debug.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// Draws a new token.
    pub fn draw(kind: TokenKind, entropy: &dyn Entropy) -> Self {
        Self::from_bytes(kind, &draw::<32>(entropy))
    }

    /// The token of 32 bytes that nobody can guess: drawn ones, or a keyed hash.
    pub fn from_bytes(kind: TokenKind, bytes: &[u8; 32]) -> Self {
        let stem = format!("lw_{}_{}", kind.word(), base32(bytes).to_ascii_lowercase());
        let checksum = checksum(&stem);
        Self(Zeroizing::new(format!("{stem}_{checksum}")))
    }

    /// Reads a token of the given kind; `None` for another kind, another shape, or a wrong checksum.
    pub fn parse(kind: TokenKind, text: &str) -> Option<Self> {
        if text.len() > 96 {
            return None;
        }
        let (stem, given) = text.rsplit_once('_')?;
        let random = stem.strip_prefix("lw_")?.strip_prefix(kind.word())?.strip_prefix('_')?;
        let well_formed = random.len() == 52 && random.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'));
        (well_formed && given == checksum(stem)).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The token's text; call it only to hand it out.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is kept of it: SHA-256. A plain hash is enough from 112 bits up (ASVS 6.5.2).
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

fn checksum(stem: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(stem.as_bytes()).into();
    let mut text = base32(&digest).to_ascii_lowercase();
    text.truncate(6);
    text
}

/// SHA-256 of a [`Token`]; compared in constant time.
#[derive(Clone, Copy, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Wraps 32 bytes read from the store.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash's bytes, as stored.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The name under which a person sees it: the first 8 bytes in hexadecimal.
    pub fn short(&self) -> String {
        hex(&self.0).chars().take(16).collect()
    }
}

impl TryFrom<String> for TokenHash {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        unhex32(&text).map(Self)
    }
}

impl From<TokenHash> for String {
    fn from(hash: TokenHash) -> Self {
        hex(&hash.0)
    }
}

impl PartialEq for TokenHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for TokenHash {}

impl std::hash::Hash for TokenHash {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash")
    }
}

/// A code that a person types: 6 characters of a 32-letter alphabet without look-alikes, 30 bits (ASVS 6.5.4 asks for 20); for a phone
/// six digits, the least that NIST SP 800-63B-4 §3.1.3.2 allows.
#[derive(Clone)]
pub struct Code(Zeroizing<String>);

impl Code {
    /// Characters that are not taken for one another: no 0, 1, I, O. Each stands for 5 bits.
    pub const ALPHABET: &'static [u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    /// The number of characters in a code.
    pub const LEN: usize = 6;

    /// Draws a new code.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        let letters = draw::<{ Self::LEN }>(entropy);
        let text = letters.iter().filter_map(|b| Self::ALPHABET.get(usize::from(b & 31))).map(|b| char::from(*b)).collect();
        Self(Zeroizing::new(text))
    }

    /// Draws a code for a phone: six digits, which can be spoken in any language and keyed in.
    pub fn draw_digits(entropy: &dyn Entropy) -> Self {
        // 64 bits: what the remainder favours is beyond measure.
        let number = u64::from_be_bytes(draw(entropy)) % 1_000_000;
        Self(Zeroizing::new(format!("{number:06}")))
    }

    /// Reads what was typed: spaces and hyphens are dropped, letters raised, full-width forms narrowed; `None` when it can't be a code.
    pub fn parse(typed: &str) -> Option<Self> {
        Self::read(typed, |byte| Self::ALPHABET.contains(&byte))
    }

    /// Reads a typed code of a phone, with the same leniency.
    pub fn parse_digits(typed: &str) -> Option<Self> {
        Self::read(typed, |byte| byte.is_ascii_digit())
    }

    fn read(typed: &str, allowed: impl Fn(u8) -> bool) -> Option<Self> {
        if typed.len() > 64 {
            return None;
        }
        let text: String = typed.nfkc().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
        let well_formed = text.len() == Self::LEN && text.bytes().all(allowed);
        well_formed.then(|| Self(Zeroizing::new(text)))
    }

    /// The code's text; call it only to hand it out.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    /// Chance that counts what is drawn of it.
    struct Counted(SeededEntropy, std::sync::atomic::AtomicUsize);

    impl Entropy for Counted {
        fn fill(&self, bytes: &mut [u8]) {
            self.1.fetch_add(bytes.len(), std::sync::atomic::Ordering::Relaxed);
            self.0.fill(bytes);
        }
    }

    #[test]
    fn n_s01_v7_2_3_a_token_is_256_random_bits_and_all_of_them_are_in_it() {
        let chance = Counted(SeededEntropy::new(3), Default::default());
        let token = Token::draw(TokenKind::Session, &chance);
        assert_eq!(chance.1.into_inner(), 32);
        // Of 256 bits, each makes another token.
        let bytes: [u8; 32] = draw(&SeededEntropy::new(3));
        assert_eq!(Token::from_bytes(TokenKind::Session, &bytes).expose(), token.expose());
        for bit in 0..256 {
            let mut other = bytes;
            other[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(Token::from_bytes(TokenKind::Session, &other).hash(), token.hash(), "bit {bit}");
        }
    }

    #[test]
    fn a_token_parses_as_its_own_kind_only() {
        let token = Token::draw(TokenKind::Link, &SeededEntropy::new(1));
        assert!(Token::parse(TokenKind::Link, token.expose()).is_some());
        for other in [TokenKind::Session, TokenKind::Browser, TokenKind::Case, TokenKind::Ceremony] {
            assert!(Token::parse(other, token.expose()).is_none());
        }
    }

    #[test]
    fn one_changed_letter_breaks_the_checksum() {
        let token = Token::draw(TokenKind::Session, &SeededEntropy::new(2));
        let text = token.expose();
        for at in 11..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
            assert!(Token::parse(TokenKind::Session, std::str::from_utf8(&bytes).unwrap()).is_none(), "letter {at}");
        }
    }

    #[test]
    fn a20_blank_and_odd_tokens_never_parse() {
        for text in ["", " ", "0", "null", "undefined", "lw_link__", "lw_link_a_b", "[]"] {
            assert!(Token::parse(TokenKind::Link, text).is_none());
            assert!(Code::parse(text).is_none());
        }
    }

    #[test]
    fn a25_a_huge_token_is_refused_by_its_length() {
        assert!(Token::parse(TokenKind::Link, &"1".repeat(1_000_000)).is_none());
        assert!(Code::parse(&"1".repeat(1_000_000)).is_none());
    }

    #[test]
    fn a_phones_code_is_six_digits() {
        for seed in 0..50 {
            let code = Code::draw_digits(&SeededEntropy::new(seed));
            assert!(code.expose().len() == 6 && code.expose().bytes().all(|byte| byte.is_ascii_digit()));
            assert_eq!(Code::parse_digits(code.expose()).unwrap().expose(), code.expose());
        }
        assert_eq!(Code::parse_digits(" 48 12-07 ").unwrap().expose(), "481207");
        assert!(Code::parse_digits("48120A").is_none() && Code::parse_digits("48120").is_none());
    }

    #[test]
    fn a_code_forgives_case_spaces_and_width() {
        let code = Code::parse("ab3-4xy").unwrap();
        assert_eq!(code.expose(), "AB34XY");
        assert_eq!(Code::parse(" \u{ff21}\u{ff22}3 4 x y ").unwrap().expose(), "AB34XY");
        assert!(Code::parse("AB34X").is_none());
        assert!(Code::parse("AB34XI").is_none(), "I is not in the alphabet");
    }
}
