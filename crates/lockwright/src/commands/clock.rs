//! `lockwright clock`: asks, and prints the answer.

use super::{Failure, ask};
use crate::cli::{Clock, Common};
use crate::control::Request;

const SHOW: &[&str] = &["Clock", "Floor", "State", "BehindSeconds", "Accepted"];

pub(super) fn run(common: &Common, verb: &Clock) -> Result<(), Failure> {
    match verb {
        Clock::Show => ask(common, &Request::ClockShow, SHOW, ""),
        Clock::Accept => ask(common, &Request::ClockAccept, SHOW, ""),
    }
}
