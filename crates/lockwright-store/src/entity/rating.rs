//! What people said of articles: two counters an edition.

use lockwright_model::change::{Rating, RatingCount};
use lockwright_model::clock::Timestamp;

use crate::batch::{Must, Step};
use crate::error::StoreError;
use crate::statement::{Row, statements};

statements! {
    ADD = "INSERT INTO article_rating (article, edition, helped, not_helped) VALUES ($1, $2, $3, $4) \
           ON CONFLICT (article, edition) DO UPDATE SET helped = article_rating.helped + excluded.helped, \
           not_helped = article_rating.not_helped + excluded.not_helped";
    ALL_RATINGS = "SELECT article, edition, helped, not_helped FROM article_rating ORDER BY article, edition DESC LIMIT $1";
    COUNT = "SELECT count(*) FROM article_rating";
}

/// Counts one.
pub(crate) fn add(rating: &Rating) -> Step {
    let values = vec![rating.article.as_str().into(), rating.edition.into(), rating.helped.into(), (!rating.helped).into()];
    Step { statement: &ADD, values, must: Must::Anything }
}

/// Reads `article, edition, helped, not_helped`.
pub(crate) fn read(row: Row) -> Result<RatingCount, StoreError> {
    let mut row = row.of("article_rating");
    Ok(RatingCount {
        article: row.key("article")?,
        edition: Timestamp::from_micros(row.int("edition")?),
        helped: u64::try_from(row.int("helped")?).unwrap_or(0),
        not: u64::try_from(row.int("not_helped")?).unwrap_or(0),
    })
}
