//! What a user, a group or a role is granted, and its tags: cards on its page.

use serde::Serialize;

/// A managed policy that somebody holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PolicyLink {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its page.
    pub href: String,
    /// It is AWS's.
    pub aws: bool,
}

/// A policy that stands in its holder alone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct InlineRow {
    /// Its name.
    pub name: String,
    /// Where it is looked at and changed.
    pub href: String,
}

/// What is offered on the card, each where policies let.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct GrantsOffered {
    /// Managed policies are attached.
    pub attach: bool,
    /// They are detached.
    pub detach: bool,
    /// Inline policies are written.
    pub put: bool,
    /// They are deleted.
    pub delete: bool,
    /// The boundary is set.
    pub bound: bool,
    /// It is taken away.
    pub unbound: bool,
}

/// `part/grants.html`: posts `policy` (a name or an ARN) to `{path}/attach` and `{path}/detach`, `boundary` to `{path}/boundary` (empty: none),
/// `name` to `{path}/inline/delete`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GrantsCard {
    /// The holder's page.
    pub path: String,
    /// The holder's name.
    pub name: String,
    /// Attached policies; `None`: policies don't let see them.
    pub attached: Option<Vec<PolicyLink>>,
    /// Inline policies; `None`: policies don't let see them.
    pub inline: Option<Vec<InlineRow>>,
    /// It can have a boundary: users and roles can.
    pub bounds: bool,
    /// The boundary.
    pub boundary: Option<PolicyLink>,
    /// What is offered.
    pub offers: GrantsOffered,
    /// Names to choose from.
    pub known: Vec<String>,
    /// What was typed to be attached.
    pub typed: String,
    /// What was typed as boundary.
    pub typed_boundary: String,
}

/// `part/tags.html`: posts `key` and `value` to `{path}/tags`, and `take` (a key) to the same.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TagsCard {
    /// The page of whose tags they are.
    pub path: String,
    /// Its name.
    pub name: String,
    /// Keys and values.
    pub rows: Vec<(String, String)>,
    /// Tags can be put.
    pub put: bool,
    /// Tags can be taken away.
    pub take: bool,
    /// What was typed.
    pub key: String,
    /// What was typed.
    pub value: String,
}

impl GrantsCard {
    /// With one of each kind.
    pub(super) fn sample(path: &str, name: &str) -> Self {
        Self {
            path: path.into(),
            name: name.into(),
            attached: Some(vec![
                PolicyLink {
                    name: "ReadOnlyAccess".into(),
                    arn: "arn:aws:iam::aws:policy/ReadOnlyAccess".into(),
                    href: "/console/policies/aws/ReadOnlyAccess".into(),
                    aws: true,
                },
                PolicyLink {
                    name: "deploy-to-staging".into(),
                    arn: "arn:aws:iam::123456789012:policy/teams/deploy-to-staging".into(),
                    href: "/console/policies/ANPAMZXW6YTBOIMZXW6Y".into(),
                    aws: false,
                },
            ]),
            inline: Some(vec![InlineRow { name: "keep-the-boss".into(), href: format!("{path}/inline/document?name=keep-the-boss") }]),
            bounds: path.contains("/users/") || path.contains("/roles/"),
            boundary: None,
            offers: GrantsOffered { attach: true, detach: true, put: true, delete: true, bound: true, unbound: true },
            known: vec!["AdministratorAccess".into(), "ReadOnlyAccess".into(), "deploy-to-staging".into()],
            typed: String::new(),
            typed_boundary: String::new(),
        }
    }

    /// As somebody sees it who may only look, and not at everything.
    pub(super) fn sample_looked_at(path: &str, name: &str) -> Self {
        let sample = Self::sample(path, name);
        let boundary = sample.attached.as_ref().and_then(|attached| attached.first().cloned());
        Self { inline: None, boundary, offers: GrantsOffered::default(), ..sample }
    }
}

impl TagsCard {
    /// With two tags.
    pub(super) fn sample(path: &str, name: &str) -> Self {
        let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let rows = vec![tag("team", "harbour"), tag("cost-centre", "")];
        Self { path: path.into(), name: name.into(), rows, put: true, take: true, key: String::new(), value: String::new() }
    }
}
