//! `lockwright system`: asks, and prints the answer.

use super::{Failure, ask};
use crate::cli::{Common, System};
use crate::control::Request;

const LIST: &[&str] = &["SystemId", "Name", "Page", "Webhook", "Created"];
const ADDED: &[&str] = &["SystemId", "Name", "Page", "Webhook", "Secret", "ProofUrl"];

pub(super) fn run(common: &Common, verb: System) -> Result<(), Failure> {
    match verb {
        System::Add { name, webhook, page } => {
            ask(common, &Request::SystemAdd { name, webhook, page }, ADDED, "")?;
            secret_remark();
            Ok(())
        }
        System::List => ask(common, &Request::SystemList, LIST, "No system shares logins yet."),
        System::NewSecret { id } => {
            ask(common, &Request::SystemNewSecret { id }, ADDED, "")?;
            secret_remark();
            Ok(())
        }
        System::Remove { id } => ask(common, &Request::SystemRemove { id }, &["SystemId", "Removed"], ""),
    }
}

fn secret_remark() {
    eprintln!("The secret is shown this once. Hand it to the system's operators: it signs what the two sides send each other.");
}
