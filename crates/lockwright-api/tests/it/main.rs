//! Signed calls against a whole installation, without a network.

mod account;
mod attacks;
mod caller;
mod groups;
mod logging;
mod paging;
mod permissions;
mod policies;
mod trail;
