//! `lockwright trail`: asks, and prints the answer.

use super::{Failure, ask};
use crate::cli::{Common, Trail};
use crate::control::Request;

const LIST: &[&str] = &["eventTime", "eventName", "userIdentity/type", "userIdentity/userName", "sourceIPAddress", "errorMessage"];

pub(super) fn run(common: &Common, verb: Trail) -> Result<(), Failure> {
    let Trail::List { account, limit } = verb;
    ask(common, &Request::TrailList { account, limit }, LIST, "No events.")
}
