//! What keeps people out, as a short tree of questions.

use axum::extract::Path;

use crate::http::{Answer, Refused, Visit};
use crate::page::tree::{CANT_SIGN_IN, Troubleshooter, node};

/// The first question.
pub(super) async fn start(visit: Visit) -> Answer {
    show(&visit, "")
}

/// The question that those who can’t sign in begin with.
pub(super) async fn cant_sign_in(visit: Visit) -> Answer {
    show(&visit, CANT_SIGN_IN)
}

/// A further one, or an answer.
pub(super) async fn go_on(visit: Visit, Path(slug): Path<String>) -> Answer {
    show(&visit, &slug)
}

fn show(visit: &Visit, slug: &str) -> Answer {
    visit.page(&Troubleshooter::of(node(slug).ok_or_else(Refused::not_found)?))
}
