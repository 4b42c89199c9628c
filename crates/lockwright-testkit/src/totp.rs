//! An authenticator app in software: RFC 6238 over a seed as a person would type it.

use hmac::{Hmac, KeyInit, Mac};
use lockwright_model::clock::Timestamp;
use sha1::Sha1;

/// One entry of an authenticator app.
#[derive(Clone)]
pub struct SoftTotp {
    seed: Vec<u8>,
    /// How many steps of 30 seconds its clock is ahead.
    pub ahead: i64,
}

impl SoftTotp {
    /// An entry for a seed's bytes.
    pub fn new(seed: impl Into<Vec<u8>>) -> Self {
        Self { seed: seed.into(), ahead: 0 }
    }

    /// An entry for a seed in base32, with or without spaces; no letter but those of base32 counts.
    pub fn typed(base32: &str) -> Self {
        let (mut seed, mut bits, mut held) = (Vec::new(), 0_u32, 0_u32);
        for value in base32.bytes().filter_map(|letter| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter)) {
            bits = bits << 5 | u32::try_from(value).unwrap_or(0);
            held += 5;
            if held >= 8 {
                held -= 8;
                seed.push(u8::try_from(bits >> held & 255).unwrap_or(0));
            }
        }
        Self::new(seed)
    }

    /// The code it shows at a moment.
    pub fn at(&self, now: Timestamp) -> String {
        self.steps_later(now, 0)
    }

    /// The code it shows so many steps after (or before) a moment.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    pub fn steps_later(&self, now: Timestamp, steps: i64) -> String {
        let step = now.as_seconds() / 30 + self.ahead + steps;
        let mac = Hmac::<Sha1>::new_from_slice(&self.seed).expect("any length").chain_update(step.to_be_bytes()).finalize().into_bytes();
        let offset = usize::from(mac[19] & 15);
        let word = mac[offset..offset + 4].iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) & 0x7fff_ffff;
        format!("{:06}", word % 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_6238_the_known_answers() {
        let totp = SoftTotp::typed("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(totp.seed, b"12345678901234567890");
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(totp.at(Timestamp::from_micros(seconds * 1_000_000)), code);
        }
    }
}
