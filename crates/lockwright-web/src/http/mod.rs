//! What every request passes before a page sees it, and every answer after: address, cookies, forms, headers, problems.

mod admin;
mod answer;
mod arrival;
mod choices;
mod client;
mod confirmed;
pub mod consent;
pub mod cookies;
mod form;
mod gate;
mod guard;
mod headers;
mod notices;
mod outer;
mod people;
mod state;
mod statistics;
mod visit;

pub(crate) use admin::Admin;
pub(crate) use answer::{Answer, Refused, go, plain};
pub(crate) use choices::{Remembered, brought, local};
pub(crate) use confirmed::{Confirmed, ConfirmedEnroller, Enroller, back};
pub(crate) use form::{Form, encode};
pub(crate) use gate::{Gate, Who, gate};
pub(crate) use guard::guard_post;
pub(crate) use notices::{Notice, what as purpose_text};
pub(crate) use outer::outer;
pub(crate) use people::{manager_name, rules, sign_in_path, users_sign_in_path, who};
pub use state::WebConfig;
pub(crate) use state::{Site, Web};
pub use statistics::PageCounts;
pub(crate) use visit::{Member, Visit};
