//! Rows of the help centre: requests to the operators, and what people say of articles.

use std::time::Duration;

use lockwright_model::change::{ChangeSet, Rating, Record, Touch};
use lockwright_model::support::{SupportRequest, SupportState};
use lockwright_store::Store;

use crate::sample::{at, operator, support};

pub(crate) async fn requests_to_the_operators_wait_oldest_first_and_go_90_days_after_their_end(store: &Store) {
    let mut changes = ChangeSet::default();
    for (n, created) in [(1, 30), (2, 10), (3, 20)] {
        changes.put(Record::Support(SupportRequest { created: at(created), ..support(n) }));
    }
    store.commit(changes).await.unwrap();
    let ids = |rows: &[SupportRequest]| rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>();
    let open = store.supports_open(10).await.unwrap();
    assert_eq!(ids(&open), [support(2).id, support(3).id, support(1).id]);
    assert_eq!(store.supports_open(1).await.unwrap().len(), 1);
    let mut changes = ChangeSet::default();
    changes.put(Record::Support(SupportRequest { state: SupportState::Closed { at: at(40), by: operator(1).id }, ..open[0].clone() }));
    store.commit(changes).await.unwrap();
    assert_eq!(ids(&store.supports_open(10).await.unwrap()), [support(3).id, support(1).id]);
    assert_eq!(ids(&store.supports_ended(10).await.unwrap()), [support(2).id]);
    let days = |days: u64| at(40).plus(Duration::from_secs(days * 86_400));
    store.purge(days(89)).await.unwrap();
    assert!(store.support(&support(2).id).await.unwrap().is_some());
    store.purge(days(90)).await.unwrap();
    assert!(store.support(&support(2).id).await.unwrap().is_none());
    assert!(store.support(&support(1).id).await.unwrap().is_some(), "what waits stays");
}

pub(crate) async fn words_about_an_article_are_counted_by_edition(store: &Store) {
    for (article, edition, helped) in [("a", 1, true), ("a", 1, false), ("a", 1, true), ("a", 2, true), ("b", 1, false)] {
        let rating = Rating { article: article.into(), edition: at(edition), helped };
        store.commit(ChangeSet { touches: vec![Touch::ArticleRated(rating)], ..ChangeSet::default() }).await.unwrap();
    }
    let counts = store.ratings(10).await.unwrap();
    let rows: Vec<_> = counts.iter().map(|row| (row.article.as_str(), row.edition, row.helped, row.not)).collect();
    assert_eq!(rows, [("a", at(2), 1, 0), ("a", at(1), 2, 1), ("b", at(1), 0, 1)]);
}
