//! `lockwright session`: asks, and prints the answer.

use super::{Failure, ask};
use crate::cli::{Common, Session, Whose};
use crate::control::{Request, Subject};

const LIST: &[&str] = &["Session", "Address", "LastSeen", "Created", "UserAgent"];

pub(super) fn run(common: &Common, verb: Session) -> Result<(), Failure> {
    match verb {
        Session::List(whose) => ask(common, &Request::SessionList(subject(whose)?), LIST, "Nobody is signed in."),
        Session::End(whose) => ask(common, &Request::SessionEnd(subject(whose)?), &["Ended"], ""),
    }
}

fn subject(whose: Whose) -> Result<Subject, Failure> {
    match (whose.account, whose.user, whose.builder, whose.operator) {
        (Some(account), Some(user), None, None) => Ok(Subject::User(account, user)),
        (Some(account), None, None, None) => Ok(Subject::Root(account)),
        (None, None, Some(email), None) => Ok(Subject::Builder(email)),
        (None, None, None, Some(email)) => Ok(Subject::Operator(email)),
        _ => Err(Failure::usage("say whose: --account N, --account N --user NAME, --builder EMAIL, or --operator EMAIL".to_owned())),
    }
}
