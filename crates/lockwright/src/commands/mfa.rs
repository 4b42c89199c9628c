//! `lockwright mfa`: asks, and prints the answer.

use super::{Failure, ask};
use crate::cli::{Common, Mfa, WhoseDevices};
use crate::control::{Request, Subject, WhoseMfa};

const LIST: &[&str] = &["Device", "Name", "Kind", "State", "Added", "LastUsed"];

pub(super) fn run(common: &Common, verb: Mfa) -> Result<(), Failure> {
    match verb {
        Mfa::List(whose) => ask(common, &Request::MfaList(subject(whose)?), LIST, "No MFA devices."),
        Mfa::Reset(whose) => {
            ask(common, &Request::MfaReset(subject(whose)?), &["Identity", "Removed", "NextSignIn"], "")?;
            eprintln!(
                "Until a new device is enrolled, the password alone leads to enrolling one. If it may be known to others, replace it too."
            );
            Ok(())
        }
    }
}

fn subject(whose: WhoseDevices) -> Result<WhoseMfa, Failure> {
    Ok(match (whose.email, whose.account, whose.user, whose.builder) {
        (Some(email), None, None, None) => WhoseMfa::RootEmail(email),
        (None, Some(account), Some(user), None) => WhoseMfa::Of(Subject::User(account, user)),
        (None, Some(account), None, None) => WhoseMfa::Of(Subject::Root(account)),
        (None, None, None, Some(email)) => WhoseMfa::Of(Subject::Builder(email)),
        _ => {
            let say = "say whose: --email ROOT-EMAIL, --account N, --account N --user NAME, or --builder EMAIL";
            return Err(Failure::usage(say.to_owned()));
        }
    })
}
