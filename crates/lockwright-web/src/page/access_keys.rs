//! Access keys on a page: their owner's own, or a user's as an administrator sees them.

use serde::Serialize;

/// One access key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct KeyRow {
    /// Its id.
    pub id: String,
    /// When it was made, from [`super::words::day`].
    pub created: String,
    /// When it last signed, from [`super::words::ago`].
    pub last_used: Option<String>,
    /// It signs.
    pub active: bool,
    /// Its owner got back in on that day, and nobody has said since whose it is.
    pub questioned: Option<String>,
}

/// `part/access_keys.html`: posts `act` (`deactivate` or `keep`) to `{path}/{id}`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct KeyCard {
    /// At least one.
    pub rows: Vec<KeyRow>,
    /// Where it posts to.
    pub path: String,
    /// Policies let who looks switch them off.
    pub may_change: bool,
    /// They are the root user's, which is bad practice and said so.
    pub of_root: bool,
}

impl KeyCard {
    /// One that is in question, and one that is off.
    pub(super) fn sample(path: &str, may_change: bool) -> Self {
        let row = |id: &str, last_used: Option<&str>, active, questioned: Option<&str>| KeyRow {
            id: id.into(),
            created: "2 March 2026".into(),
            last_used: last_used.map(str::to_owned),
            active,
            questioned: questioned.map(str::to_owned),
        };
        Self {
            rows: vec![
                row("AKIARZPUZDIKCI2FM6E2", Some("yesterday"), true, Some("24 November 2026")),
                row("AKIAQAAAAAAAAAAAAAAA", None, false, None),
            ],
            path: path.into(),
            may_change,
            of_root: may_change,
        }
    }
}
