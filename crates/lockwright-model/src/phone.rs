//! Phone numbers as E.164 writes them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A phone number that can be called or sent a message: `+` and 8 to 15 digits (ITU-T E.164).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// A text is not a phone number with its country code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a phone number with its country code")]
pub struct PhoneError;

impl PhoneNumber {
    /// The number, `+` and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number with most of it hidden: `+49•••17`.
    pub fn masked(&self) -> String {
        let digits: Vec<char> = self.0.chars().collect();
        let (head, tail) = (digits.iter().take(3), digits.iter().skip(digits.len().saturating_sub(2)));
        format!("{}•••{}", head.collect::<String>(), tail.collect::<String>())
    }
}

impl FromStr for PhoneNumber {
    type Err = PhoneError;

    /// Reads a number as people write it: spaces, hyphens, dots, slashes and brackets are dropped, `00` counts as `+`.
    fn from_str(text: &str) -> Result<Self, PhoneError> {
        if text.len() > 64 {
            return Err(PhoneError);
        }
        let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}')).collect();
        let digits = plain.strip_prefix('+').or_else(|| plain.strip_prefix("00")).ok_or(PhoneError)?;
        let well_formed = (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        if well_formed { Ok(Self(format!("+{digits}"))) } else { Err(PhoneError) }
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = PhoneError;

    fn try_from(text: String) -> Result<Self, PhoneError> {
        text.parse()
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_as_people_write_it() {
        for text in ["+49 (30) 901820", "0049-30-901820", "+49.30/901820"] {
            assert_eq!(text.parse::<PhoneNumber>().unwrap().as_str(), "+4930901820", "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in
            ["", "+", "030 901820", "+0301234567", "+4930", "+12345678901234567", "+49x30901820", "+49 30 901820\r\n", "+٤٩٣٠٩٠١٨٢٠"]
        {
            assert!(text.parse::<PhoneNumber>().is_err(), "{text:?}");
        }
        assert!("+1".repeat(1_000_000).parse::<PhoneNumber>().is_err());
    }

    #[test]
    fn a_number_is_masked_in_debug() {
        assert_eq!(format!("{:?}", "+4930901820".parse::<PhoneNumber>().unwrap()), "PhoneNumber(+49•••20)");
    }
}
