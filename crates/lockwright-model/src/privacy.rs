//! What people chose about cookies and advertising, and for which notice they chose it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::{ChoiceId, IdError, hex, unhex32};

/// What a cookie or a tag is for. Nothing is set without one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Without it the pages don't work. It asks nobody, and can't be switched off.
    Essential,
    /// Counting how pages are used.
    Performance,
    /// Remembering what makes the next visit easier.
    Functional,
    /// Advertising, across contexts too.
    Advertising,
}

impl Purpose {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Essential, Self::Performance, Self::Functional, Self::Advertising];

    /// Those that are asked about.
    pub const ASKED: [Self; 3] = [Self::Performance, Self::Functional, Self::Advertising];

    /// Its word, in forms, programs and the trail.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Essential => "essential",
            Self::Performance => "performance",
            Self::Functional => "functional",
            Self::Advertising => "advertising",
        }
    }

    /// The purpose of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.word() == word)
    }
}

/// Which purposes are allowed besides the essential one. What is not said is not allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Allowed {
    /// [`Purpose::Performance`]
    pub performance: bool,
    /// [`Purpose::Functional`]
    pub functional: bool,
    /// [`Purpose::Advertising`]
    pub advertising: bool,
}

impl Allowed {
    /// Only what is essential.
    pub const NOTHING: Self = Self { performance: false, functional: false, advertising: false };
    /// All that is asked about.
    pub const EVERYTHING: Self = Self { performance: true, functional: true, advertising: true };

    /// Whether a purpose is allowed.
    pub const fn allows(self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::Essential => true,
            Purpose::Performance => self.performance,
            Purpose::Functional => self.functional,
            Purpose::Advertising => self.advertising,
        }
    }
}

/// How somebody chose.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// The button that accepts all.
    Accept,
    /// The button that declines all.
    Decline,
    /// One purpose at a time.
    Customize,
    /// The page about advertising alone.
    Advertising,
}

impl How {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Accept, Self::Decline, Self::Customize, Self::Advertising];

    /// Its word, in the cookie and the trail.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::Customize => "customize",
            Self::Advertising => "advertising",
        }
    }

    /// The way of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.word() == word)
    }
}

/// SHA-256 of all that a notice says, the list of cookies and tags included: a choice counts for the notice that was read (P24).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NoticeHash([u8; 32]);

impl NoticeHash {
    /// Wraps a digest.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The version that people see: the first 8 bytes in hexadecimal.
    pub fn short(&self) -> String {
        self.to_string().chars().take(16).collect()
    }
}

impl fmt::Display for NoticeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl FromStr for NoticeHash {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        unhex32(text).map(Self)
    }
}

impl TryFrom<String> for NoticeHash {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<NoticeHash> for String {
    fn from(hash: NoticeHash) -> Self {
        hash.to_string()
    }
}

/// One choice, as its browser keeps it and as the trail proves it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Choice {
    /// Under what name the trail knows whoever chose: a drawn one, which says nothing of the person.
    pub id: ChoiceId,
    /// What was allowed.
    pub allowed: Allowed,
    /// Advertising was allowed though a signal said no, on the page that told so.
    pub despite_signal: bool,
    /// The notice that was read.
    pub notice: NoticeHash,
    /// When.
    pub at: Timestamp,
    /// How.
    pub how: How,
}

/// What a person keeps of its choices, in its own row: whoever deletes the person deletes the link to the trail's name with it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PersonChoices {
    /// The name in the trail.
    pub id: ChoiceId,
    /// The choice that follows the person over browsers; `None`: the person did not ask for that.
    pub follows: Option<Choice>,
    /// The person opted out of advertising then, by a signal or by saying so while signed in (11 CCR 7025(c)(1)).
    pub opted_out: Option<Timestamp>,
}
