//! Names that people choose: account names, account aliases, user names, display names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text breaks the rule of the name it should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct NameError(&'static str);

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $check:expr, $rule:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The rule, in words for the person who types one.
            pub const RULE: &'static str = $rule;

            /// The name as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The form that is compared: lower case.
            pub fn key(&self) -> String {
                self.0.to_lowercase()
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                let check: fn(&str) -> bool = $check;
                let text = text.trim_matches(' ');
                if check(text) { Ok(Self(text.to_owned())) } else { Err(NameError($rule)) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// A policy's name (IAM `policyNameType`).
    PolicyName,
    |text| !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b)),
    "1 to 128 letters and digits, and + = , . @ _ -."
);

name!(
    /// A group's name, unique among the groups of its account without regard to case (IAM `groupNameType`).
    GroupName,
    |text| !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b)),
    "1 to 128 letters and digits, and + = , . @ _ -."
);

name!(
    /// A role's name, unique among the roles of its account without regard to case (IAM `roleNameType`).
    RoleName,
    |text| !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b)),
    "1 to 64 letters and digits, and + = , . @ _ -."
);

name!(
    /// An instance profile's name, unique among those of its account without regard to case (IAM `instanceProfileNameType`).
    InstanceProfileName,
    |text| !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b)),
    "1 to 128 letters and digits, and + = , . @ _ -."
);

name!(
    /// A server certificate's name, unique among those of its account without regard to case (IAM `serverCertificateNameType`).
    ServerCertificateName,
    |text| !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b)),
    "1 to 128 letters and digits, and + = , . @ _ -."
);

name!(
    /// The URL of an identity provider that speaks OpenID Connect, without `https://`: so ARNs and condition keys have it.
    IssuerName,
    |text| !text.is_empty() && text.len() <= 255 && text.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\^`{|}*?#@".contains(&b)),
    "1 to 255 letters of a URL, without its scheme."
);

name!(
    /// A virtual MFA device's name (IAM `virtualMFADeviceName`): with its path, what fits into a serial number of 256 characters.
    VirtualDeviceName,
    |text| !text.is_empty() && text.len() <= 226 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b)),
    "1 to 226 letters and digits, and + = , . @ _ -."
);

name!(
    /// Where a user, group, role, policy or virtual MFA device stands in its account (IAM `pathType`).
    Path,
    |text| text == "/"
        || (text.len() <= 512 && text.starts_with('/') && text.ends_with('/') && text.len() > 2 && text.bytes().all(|b| matches!(b, b'!'..=b'~'))),
    "A path begins and ends with /."
);

impl Default for Path {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

name!(
    /// An account's name (Account API `PutAccountName`).
    AccountName,
    |text| !text.is_empty() && text.len() <= 50 && text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'<' && b != b'>'),
    "An account name has 1 to 50 letters, digits, spaces or signs, without < and >."
);

name!(
    /// An account alias: unique in the installation, usable instead of the account number.
    Alias,
    |text| {
        (3..=63).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-')
            && !text.contains("--")
            && (text.len() != 12 || text.bytes().any(|b| !b.is_ascii_digit()))
    },
    "An alias has 3 to 63 lower-case letters, digits and single hyphens, does not begin or end with a hyphen, and is not a 12-digit number."
);

name!(
    /// An IAM user's name, unique in its account without regard to case.
    UserName,
    |text| !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b)),
    "A user name has 1 to 64 letters, digits or + = , . @ _ -"
);

name!(
    /// A person's name, as a builder ID carries it.
    PersonName,
    |text| !text.is_empty() && text.chars().count() <= 100 && !text.chars().any(|c| c.is_control() || c == '<' || c == '>'),
    "A name has 1 to 100 characters, without < and >."
);

name!(
    /// What somebody calls an MFA device.
    DeviceName,
    |text| !text.is_empty() && text.chars().count() <= 64 && !text.chars().any(|c| c.is_control() || c == '<' || c == '>'),
    "A device’s name has 1 to 64 characters, without < and >."
);

impl DeviceName {
    /// What a virtual MFA device is called among its owner's: its own name, cut to fit. A number above 1 tells it from others of that name.
    pub fn of_virtual(name: &VirtualDeviceName, number: usize) -> Self {
        let cut: String = name.as_str().chars().take(60).collect();
        Self(if number > 1 { format!("{cut} {number}") } else { cut })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_follows_awss_pattern() {
        for good in ["abc", "a-b-c", "example-corp1", "0ab"] {
            assert!(good.parse::<Alias>().is_ok(), "{good}");
        }
        for bad in ["ab", "-abc", "abc-", "a--b", "Abc", "123456789012", "a_b", ""] {
            assert!(bad.parse::<Alias>().is_err(), "{bad}");
        }
    }

    #[test]
    fn user_names_compare_without_case() {
        let (a, b): (UserName, UserName) = ("Ana".parse().unwrap(), "ANA".parse().unwrap());
        assert_eq!(a.key(), b.key());
        assert!("a b".parse::<UserName>().is_err());
        assert!("\u{430}na".parse::<UserName>().is_err(), "a Cyrillic look-alike is not a user name");
    }

    #[test]
    fn e07_names_hold_no_markup_and_no_breaks() {
        assert!("<script>".parse::<PersonName>().is_err());
        assert!("Ana\r\nBcc: x@example.com".parse::<PersonName>().is_err());
        assert!("a<b".parse::<AccountName>().is_err());
    }
}
