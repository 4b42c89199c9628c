//! `lockwright mail`: asks, and prints the answer.

use super::{Failure, ask};
use crate::cli::{Common, Mail};
use crate::control::Request;

const LIST: &[&str] = &["Id", "Mail", "To", "State", "Attempts", "Due", "Why"];

pub(super) fn run(common: &Common, verb: Mail) -> Result<(), Failure> {
    match verb {
        Mail::List(page) => {
            ask(common, &Request::MailList { after: page.after, limit: page.limit }, LIST, "The outbox is empty: every mail has left.")
        }
        Mail::Retry { id } => ask(common, &Request::MailRetry { id }, &["Id", "State"], ""),
    }
}
