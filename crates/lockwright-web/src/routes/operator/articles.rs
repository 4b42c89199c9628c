//! The help centre's articles: what the operator's folder would change, and the button that shows it to everybody.

use axum::extract::Path;

use super::home::is_security;
use super::recoveries::refused;
use crate::http::{Answer, Member, Refused, go};
use crate::page::operator_articles::{OperatorArticle, OperatorArticles};

/// What the folder holds beside what is shown.
pub(super) async fn list(member: Member) -> Answer {
    let ratings = member.lockwright().ratings(&member.op).await.map_err(refused)?;
    let page = OperatorArticles::of(member.visit.web().help(), &ratings, is_security(&member));
    member.page(&page).await
}

/// One article as it would be.
pub(super) async fn show(member: Member, Path(slug): Path<String>) -> Answer {
    let url = member.lockwright().config().public_url.clone();
    let page = OperatorArticle::of(&member.visit.web().help().preview(), &slug, &url).ok_or_else(Refused::not_found)?;
    member.page(&page).await
}

/// Shows the folder to everybody.
pub(super) async fn publish(member: Member) -> Answer {
    member.visit.web().help().publish();
    go("/operator/articles?done=articles")
}
