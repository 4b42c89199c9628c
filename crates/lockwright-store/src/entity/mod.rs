//! The rows: one file an entity, its statements beside the code that binds and reads them.

pub(crate) mod account;
pub(crate) mod builder;
pub(crate) mod case;
pub(crate) mod ceremony;
pub(crate) mod claim;
pub(crate) mod clock;
pub(crate) mod count;
pub(crate) mod event;
pub(crate) mod help;
pub(crate) mod job;
pub(crate) mod key_use;
pub(crate) mod keys;
pub(crate) mod link;
pub(crate) mod operator;
pub(crate) mod rating;
pub(crate) mod resource;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod support;
pub(crate) mod system;
pub(crate) mod tries;
pub(crate) mod usage;
pub(crate) mod user;
pub(crate) mod user_credential;

use crate::statement::Statement;

/// Every statement of every entity.
pub(crate) fn statements() -> impl Iterator<Item = &'static Statement> {
    [
        account::ALL,
        builder::ALL,
        case::ALL,
        ceremony::ALL,
        claim::ALL,
        clock::ALL,
        count::ALL,
        event::ALL,
        help::ALL,
        job::ALL,
        key_use::ALL,
        link::ALL,
        operator::ALL,
        rating::ALL,
        resource::ALL,
        session::ALL,
        settings::ALL,
        support::ALL,
        system::ALL,
        tries::ALL,
        usage::ALL,
        user::ALL,
        user_credential::ALL,
        crate::check::ALL,
        crate::schema::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}
