//! What a hurt constraint means, by its name.

use lockwright_model::change::{Conflict, UniqueKey};

/// How SQLite names every foreign key that is hurt.
pub(crate) const FOREIGN: &str = "FOREIGN KEY";

/// A constraint's name, the columns by which SQLite names it, and what it means when it is hurt.
static CONSTRAINTS: &[(&str, &str, Conflict)] = &[
    ("claim_pkey", "claim.kind, claim.value", Conflict::Taken(UniqueKey::Claim)),
    ("iam_user_name", "iam_user.account_id, iam_user.name_key", Conflict::Taken(UniqueKey::UserName)),
    ("iam_resource_name", "iam_resource.account_id, iam_resource.kind, iam_resource.name_key", Conflict::Taken(UniqueKey::ResourceName)),
    // These rows are named by what they are about, not by a drawn id: somebody else was first, so reload and decide again.
    ("settings_pkey", "settings.settings_id", Conflict::Stale),
    ("tries_pkey", "tries.tries_key", Conflict::Stale),
    // Whoever decided that the login is free had not seen the one that took it.
    ("user_credential_name", "user_credential.account_id, user_credential.kind, user_credential.name_key", Conflict::Stale),
    // A link is in its holder's row too: who decided that it is new had not read that row as it is now.
    ("iam_link_pkey", "iam_link.account_id, iam_link.target, iam_link.link, iam_link.holder", Conflict::Stale),
    // What is to be held is gone, or what is to go is held by now.
    ("iam_link_to", FOREIGN, Conflict::Stale),
];

/// What it means that the constraint of this name was hurt. Every other unique constraint is a row's own id.
pub(crate) fn conflict(name: &str) -> Conflict {
    let found = CONSTRAINTS.iter().find(|(constraint, columns, _)| *constraint == name || *columns == name);
    found.map_or(Conflict::Taken(UniqueKey::Id), |(_, _, conflict)| conflict.clone())
}
