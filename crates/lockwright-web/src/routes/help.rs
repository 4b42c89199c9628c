//! The help centre: its front, its articles, its search.

use axum::extract::Path;

use crate::http::{Answer, Refused, Visit};
use crate::page::help::{HelpArticle, HelpHome, HelpSearch};

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

/// What a query finds.
pub(super) async fn search(visit: Visit) -> Answer {
    let query: String = visit.query("q").unwrap_or_default().chars().filter(|c| !c.is_control()).take(MOST).collect();
    visit.page(&HelpSearch::of(&visit.web().help().library(), query.trim(), visit.op.now))
}
