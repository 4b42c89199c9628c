//! The help centre: its front, its articles, its search.

use axum::extract::Path;

use lockwright_model::change::Rating;

use crate::http::{Answer, Form, Refused, Visit};
use crate::page::help::{HelpArticle, HelpHome, HelpSearch};
use crate::page::problem::ProblemKind;

/// The most letters of a query.
const MOST: usize = 200;

/// All articles by topic.
pub(super) async fn home(visit: Visit) -> Answer {
    visit.page(&HelpHome::of(&visit.web().help().library(), visit.op.now))
}

/// One article.
pub(super) async fn article(visit: Visit, Path(slug): Path<String>) -> Answer {
    let library = visit.web().help().library();
    let article = library.article(&slug).ok_or_else(Refused::not_found)?;
    visit.page(&HelpArticle::of(&library, article, visit.op.now))
}

/// Whether an article helped. It needs no consent and no cookie but the form's own, and keeps nothing of who said it.
pub(super) async fn rate(visit: Visit, Path(slug): Path<String>, form: Form) -> Answer {
    let library = visit.web().help().library();
    let article = library.article(&slug).ok_or_else(Refused::not_found)?;
    let helped = match form.text("helped") {
        "yes" => true,
        "no" => false,
        _ => return Err(Refused::new(ProblemKind::BadRequest)),
    };
    let rating = Rating { article: slug, edition: article.updated, helped };
    visit.lockwright().rate_article(&visit.op, &rating).await?;
    visit.page(&HelpArticle::of(&library, article, visit.op.now).rated(helped))
}

/// What a query finds.
pub(super) async fn search(visit: Visit) -> Answer {
    let query: String = visit.query("q").unwrap_or_default().chars().filter(|c| !c.is_control()).take(MOST).collect();
    visit.page(&HelpSearch::of(&visit.web().help().library(), query.trim(), visit.op.now))
}
