//! Saved recovery codes: 130 random bits in readable groups, with a checksum that tells a typing mistake from a wrong code.

use std::fmt;

use lockwright_model::entropy::{Entropy, draw};
use lockwright_model::token::{Code, TokenHash};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

const RANDOM: usize = 26;
const CHECK: usize = 6;
const GROUP: usize = 4;

/// A recovery code in plain (N-R02 asks for 64 random bits; it has 130). Zeroed when dropped, silent in Debug.
#[derive(Clone)]
pub struct RecoveryCode(Zeroizing<String>);

/// What was typed can't be any recovery code: a letter is missing, mixed up or doubled. It says nothing about which codes exist.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Mistyped {
    /// Too few or too many characters.
    #[error("A recovery code has {} characters. Count the groups once more.", RecoveryCode::LEN)]
    Length,
    /// A character that no code has.
    #[error("Recovery codes have no 0, 1, I or O, and nothing but letters and digits. Look at your saved code once more.")]
    Character,
    /// The checksum is not that of the rest.
    #[error("There is a typing mistake. Compare what you typed with your saved code.")]
    Checksum,
}

impl RecoveryCode {
    /// The number of characters, without the hyphens between the groups.
    pub const LEN: usize = RANDOM + CHECK;

    /// Draws a new code.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        let random = Zeroizing::new(draw::<RANDOM>(entropy).map(|byte| byte & 31));
        let residue = random.iter().chain(&[0; CHECK]).fold(1, |state, value| extend(state, *value)) ^ FINAL;
        let check = (0..CHECK).rev().map(|at| u8::try_from((residue >> (5 * at)) & 31).unwrap_or(0));
        let letters =
            random.iter().copied().chain(check).filter_map(|value| Code::ALPHABET.get(usize::from(value)).copied().map(char::from));
        // Written into its full length at once: a string that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(Self::LEN));
        text.extend(letters);
        Self(text)
    }

    /// Reads what was typed: case, spaces, hyphens and full-width forms don't matter.
    pub fn parse(typed: &str) -> Result<Self, Mistyped> {
        if typed.len() > 512 {
            return Err(Mistyped::Length);
        }
        let mut text = Zeroizing::new(String::with_capacity(typed.len()));
        let dash = |c: char| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
        text.extend(typed.nfkc().filter(|c| !c.is_whitespace() && !dash(*c)).map(|c| c.to_ascii_uppercase()));
        let mut state = 1;
        for letter in text.bytes() {
            let value = Code::ALPHABET.iter().position(|known| *known == letter).ok_or(Mistyped::Character)?;
            state = extend(state, u8::try_from(value).unwrap_or(0));
        }
        match () {
            () if text.len() != Self::LEN => Err(Mistyped::Length),
            () if state != FINAL => Err(Mistyped::Checksum),
            () => Ok(Self(text)),
        }
    }

    /// The code as the person sees it, once: eight groups of four.
    pub fn grouped(&self) -> Zeroizing<String> {
        let mut grouped = Zeroizing::new(String::with_capacity(Self::LEN * 5 / 4));
        for (at, letter) in self.0.chars().enumerate() {
            if at > 0 && at % GROUP == 0 {
                grouped.push('-');
            }
            grouped.push(letter);
        }
        grouped
    }

    /// What is kept of it: SHA-256. A plain hash is enough from 112 bits up (N-L03, ASVS V6.5.2).
    pub fn hash(&self) -> TokenHash {
        TokenHash::from_bytes(Sha256::new().chain_update("lockwright recovery code ").chain_update(self.0.as_bytes()).finalize().into())
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode")
    }
}

/// What a right code leaves behind (BIP 350).
const FINAL: u32 = 0x2bc8_30a3;

/// The checksum of BIP 173: a BCH code over 32 letters that catches any four wrong ones, hence every single one and every swapped pair.
fn extend(state: u32, value: u8) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = state >> 25;
    let shifted = ((state & 0x01ff_ffff) << 5) ^ u32::from(value);
    GENERATOR.iter().enumerate().filter(|(bit, _)| (top >> bit) & 1 == 1).fold(shifted, |state, (_, term)| state ^ term)
}

#[cfg(test)]
mod tests;
