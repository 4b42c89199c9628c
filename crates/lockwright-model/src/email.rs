//! Email addresses: as written for mailing, as a key for comparing.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An email address that can be mailed to and compared.
///
/// The local part is ASCII (an international local part can't be told from a look-alike, and few servers accept one);
/// the domain is IDNA-normalised to its ASCII form. Plus-addressing counts as a different address, as it does at AWS.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress {
    written: String,
}

/// Why a text is not an email address we accept; one answer, since the person's next step is the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not an email address")]
pub struct EmailError;

impl EmailAddress {
    /// The longest address, in bytes (RFC 5321 §4.5.3.1.3 less the brackets).
    pub const MAX_LEN: usize = 254;

    /// The address as mail is sent to it: local part as typed, domain in ASCII and lower case.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The form that is compared and kept unique: all lower case.
    pub fn key(&self) -> String {
        self.written.to_ascii_lowercase()
    }

    /// The mailbox that the address leads to: the key without what stands after a plus (RFC 5233), which its reader chooses at will.
    pub fn mailbox(&self) -> String {
        let key = self.key();
        match key.split_once('@').map(|(local, domain)| (local.split_once('+'), domain)) {
            Some((Some((before, _)), domain)) if !before.is_empty() => format!("{before}@{domain}"),
            _ => key,
        }
    }

    /// The address with most of it hidden: `a•••@example.com`. For pages that a signed-in owner sees.
    pub fn masked(&self) -> String {
        match self.written.split_once('@') {
            Some((local, domain)) => format!("{}•••@{domain}", local.chars().take(1).collect::<String>()),
            None => String::new(),
        }
    }
}

impl FromStr for EmailAddress {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let text = text.trim_matches(' ');
        if text.len() > Self::MAX_LEN {
            return Err(EmailError);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError)?;
        let local_ok = !local.is_empty()
            && local.len() <= 64
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b));
        if !local_ok {
            return Err(EmailError);
        }
        let domain = ascii_domain(domain).ok_or(EmailError)?;
        let written = format!("{local}@{domain}");
        if written.len() > Self::MAX_LEN {
            return Err(EmailError);
        }
        Ok(Self { written })
    }
}

/// The domain in lower-case ASCII; `None` when it isn't a host name mail can be sent to.
fn ascii_domain(domain: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii_strict(domain).ok()?;
    // RUSTSEC-2024-0421: a punycode label that decodes to plain ASCII would make two spellings of one domain.
    let (unicode, decoded) = idna::domain_to_unicode(&ascii);
    decoded.ok()?;
    if idna::domain_to_ascii_strict(&unicode).ok()? != ascii {
        return None;
    }
    let labels = ascii.split('.').all(|label| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    });
    (labels && !ascii.is_empty() && ascii.len() <= 253).then_some(ascii)
}

impl TryFrom<String> for EmailAddress {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.written
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmailAddress({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> String {
        text.parse::<EmailAddress>().unwrap().key()
    }

    #[test]
    fn case_and_outer_spaces_do_not_make_another_address() {
        assert_eq!(key(" Ana@Example.COM "), "ana@example.com");
        assert_ne!(key("ana+x@example.com"), key("ana@example.com"));
    }

    #[test]
    fn what_stands_after_a_plus_is_the_same_mailbox() {
        let mailbox = |text: &str| text.parse::<EmailAddress>().unwrap().mailbox();
        assert_eq!(mailbox("Ana+x+y@Example.com"), mailbox("ana@example.com"));
        assert_ne!(mailbox("+ana@example.com"), mailbox("+bela@example.com"));
    }

    #[test]
    fn a01_lists_breaks_and_doubles_are_refused() {
        for text in [
            "",
            "a",
            "@",
            "a@",
            "@b",
            "a@b@c",
            "a@b,c@d",
            "a@b;c@d",
            "[\"a@b.c\"]",
            "a@b.c\r\nBcc: d@e.f",
            "a@b.c\n",
            "a b@c.d",
            "a@b c",
            "<a@b.c>",
            "a@b.c>",
            "a..b@c.d",
            ".a@c.d",
            "a@-b.c",
            "a@b..c",
            "a@b.",
            "\u{430}na@example.com",
            "a@b.c\0",
        ] {
            assert!(text.parse::<EmailAddress>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a13_no_two_spellings_of_one_domain() {
        assert_eq!(key("a@b\u{fc}cher.example"), key("a@xn--bcher-kva.example"));
        assert_eq!(key("a@B\u{dc}CHER.example"), key("a@xn--bcher-kva.example"));
        for spoof in ["a@xn--example-.com", "a@xn--a.example", "a@xn--.example"] {
            assert!(spoof.parse::<EmailAddress>().is_err(), "{spoof}");
        }
    }

    #[test]
    fn an_address_is_masked_in_debug() {
        let address: EmailAddress = "ana@example.com".parse().unwrap();
        assert_eq!(format!("{address:?}"), "EmailAddress(a•••@example.com)");
    }

    #[test]
    fn too_long_is_refused() {
        assert!(format!("{}@example.com", "a".repeat(65)).parse::<EmailAddress>().is_err());
        assert!(format!("a@{}.com", "b".repeat(300)).parse::<EmailAddress>().is_err());
    }
}
