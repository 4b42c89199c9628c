//! Access keys on a page: their owner's own, or a user's as an administrator sees them.

use std::borrow::Cow;

use serde::Serialize;

use super::{Nav, Page, Sample, add};

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

/// `part/access_keys.html`: posts `act` (`deactivate`, `activate`, `delete` or `keep`) to `{path}/{id}`, and nothing to `{path}`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct KeyCard {
    /// At least one, where none can be made.
    pub rows: Vec<KeyRow>,
    /// Where it posts to.
    pub path: String,
    /// Policies let who looks switch them off and on.
    pub may_change: bool,
    /// They are the root user's, which is bad practice and said so.
    pub of_root: bool,
    /// Policies let who looks delete them.
    pub may_delete: bool,
    /// Another can be made here.
    pub may_create: bool,
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
            of_root: may_change && !path.starts_with("/console/"),
            may_delete: may_change,
            may_create: may_change && path.starts_with("/console/"),
        }
    }
}

/// After a key was made for a user: shown once. Has no Debug, since it carries a secret.
#[derive(Clone, Serialize)]
pub struct AccessKeySecret {
    /// The user's unique id.
    pub user_id: String,
    /// The user's name.
    pub user_name: String,
    /// The key's id.
    pub id: String,
    /// The secret.
    pub secret: String,
}

impl Page for AccessKeySecret {
    const TEMPLATE: &'static str = "console/access_key.html";
    const NAV: Option<Nav> = Some(Nav::Users);

    fn title(&self) -> Cow<'static, str> {
        format!("New access key for {}", self.user_name).into()
    }

    fn samples() -> Vec<Self> {
        vec![Self {
            user_id: "AIDAMZXW6YTBOIMZXW6Y".into(),
            user_name: "ana".into(),
            id: "AKIARZPUZDIKCI2FM6E2".into(),
            secret: "this-is-a-sample-and-no-secret-of-anyone".into(),
        }]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<AccessKeySecret>(out);
}
