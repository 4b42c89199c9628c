//! Whom a statement speaks of, compiled, and how closely it names a principal.

use crate::document::{PrincipalClause, PrincipalKind, is_account};
use crate::evaluate::Principal;

/// How closely a statement names the principal: what it grants to an account must still be granted within the account, what it grants
/// to a role is still bounded by what bounds the role, and what it grants to exactly this user or session needs nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// The principal's account.
    Account,
    /// Everyone.
    Everyone,
    /// The role of a session, or the user a federated session came from.
    Role,
    /// Exactly this principal.
    Direct,
}

#[derive(Clone, Debug)]
pub(crate) struct Principals {
    negated: bool,
    names: Box<[Name]>,
}

#[derive(Clone, Debug)]
enum Name {
    Everyone,
    Account(Box<str>),
    Arn {
        arn: Box<str>,
        id: Option<Box<str>>,
    },
    Id(Box<str>),
    Service(Box<str>),
    Federated(Box<str>),
    /// Named, but never met here.
    Canonical,
}

impl Principals {
    pub(crate) fn compile(clause: &PrincipalClause) -> Self {
        let names = clause.names.iter().map(|name| Name::compile(name.kind, &name.name.text)).collect();
        Self { negated: clause.negated, names }
    }

    /// Binds ARNs to the ids their principals have now, so that a principal made later under the same name is another.
    pub(crate) fn pin(&mut self, id_of: &mut impl FnMut(&str) -> Option<String>) {
        for name in &mut self.names {
            if let Name::Arn { arn, id } = name {
                *id = id_of(arn).map(Into::into);
            }
        }
    }

    /// How closely the principal is named; none when the statement does not speak of it.
    pub(crate) fn reach(&self, principal: &Principal<'_>) -> Option<Reach> {
        let reach = self.names.iter().filter_map(|name| name.reach(principal)).max();
        match (self.negated, reach) {
            (false, reach) => reach,
            (true, Some(_)) => None,
            (true, None) => Some(Reach::Everyone),
        }
    }
}

impl Name {
    fn compile(kind: PrincipalKind, text: &str) -> Self {
        match kind {
            PrincipalKind::Aws if text == "*" => Self::Everyone,
            PrincipalKind::Aws if is_account(text) => Self::Account(text.into()),
            PrincipalKind::Aws if text.starts_with("arn:") => match text.strip_suffix(":root").and_then(|rest| rest.rsplit(':').next()) {
                Some(account) => Self::Account(account.into()),
                None => Self::Arn { arn: text.into(), id: None },
            },
            PrincipalKind::Aws => Self::Id(text.into()),
            PrincipalKind::Service => Self::Service(text.into()),
            PrincipalKind::Federated => Self::Federated(text.into()),
            PrincipalKind::CanonicalUser => Self::Canonical,
        }
    }

    fn reach(&self, principal: &Principal<'_>) -> Option<Reach> {
        match self {
            Self::Everyone => Some(Reach::Everyone),
            Self::Account(account) => (principal.account() == Some(account)).then_some(Reach::Account),
            Self::Arn { arn, id: pinned } => {
                let same_id = |id: &str| pinned.as_deref().is_none_or(|pinned| pinned == id);
                match *principal {
                    Principal::User { arn: user, id } => (**arn == *user && same_id(id)).then_some(Reach::Direct),
                    Principal::Session { arn: session, role, id } => {
                        let direct = (**arn == *session).then_some(Reach::Direct);
                        direct.or((**arn == *role && same_id(role_id(id))).then_some(Reach::Role))
                    }
                    Principal::FederatedUser { arn: federated, parent, .. } => {
                        let direct = (**arn == *federated).then_some(Reach::Direct);
                        direct.or((**arn == *parent).then_some(Reach::Role))
                    }
                    _ => None,
                }
            }
            Self::Id(wanted) => match *principal {
                Principal::User { id, .. } => (**wanted == *id).then_some(Reach::Direct),
                Principal::Session { id, .. } => (**wanted == *role_id(id)).then_some(Reach::Role),
                _ => None,
            },
            Self::Service(wanted) => matches!(principal, Principal::Service { name } if **wanted == **name).then_some(Reach::Direct),
            Self::Federated(wanted) => matches!(principal, Principal::Federated { provider } if **wanted == **provider || &**wanted == "*")
                .then_some(Reach::Direct),
            Self::Canonical => None,
        }
    }
}

/// The part of a session's id that is the role's.
fn role_id(id: &str) -> &str {
    id.split_once(':').map_or(id, |(role, _)| role)
}
