//! Unique ids of IAM's things: four letters of kind, then sixteen of base32. Never given twice, so that a name that is used again names
//! something else (attack C18).

use super::base32::encode80;

/// What a unique id stands for (IAM user guide, "Understanding unique ID prefixes").
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UniqueKind {
    /// `AIDA`.
    User,
    /// `AROA`.
    Role,
    /// `AGPA`.
    Group,
    /// `ANPA`.
    ManagedPolicy,
    /// `ANVA`.
    PolicyVersion,
    /// `AIPA`.
    InstanceProfile,
    /// `ASCA`.
    Certificate,
    /// `APKA`.
    PublicKey,
}

impl UniqueKind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::User,
        Self::Role,
        Self::Group,
        Self::ManagedPolicy,
        Self::PolicyVersion,
        Self::InstanceProfile,
        Self::Certificate,
        Self::PublicKey,
    ];

    /// The four letters its ids begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::User => "AIDA",
            Self::Role => "AROA",
            Self::Group => "AGPA",
            Self::ManagedPolicy => "ANPA",
            Self::PolicyVersion => "ANVA",
            Self::InstanceProfile => "AIPA",
            Self::Certificate => "ASCA",
            Self::PublicKey => "APKA",
        }
    }

    /// The kind of an id; `None` for a text that is none.
    pub fn of(id: &str) -> Option<Self> {
        let (prefix, rest) = id.split_at_checked(4)?;
        super::base32::decode80(rest)?;
        Self::ALL.into_iter().find(|kind| kind.prefix() == prefix)
    }
}

/// The unique id of ten drawn bytes.
pub fn unique_id(kind: UniqueKind, drawn: &[u8; 10]) -> String {
    let bits = drawn.iter().fold(0, |bits, byte| bits << 8 | u128::from(*byte));
    format!("{}{}", kind.prefix(), encode80(bits))
}
