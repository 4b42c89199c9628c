//! Signed calls against a whole installation, without a network.

mod attacks;
mod caller;
mod cloudtrail;
mod logging;
mod paging;
mod permissions;
mod simulate;
mod sts;
mod trail;
