//! The help centre's search over a thousand articles: the shipped ones, told in as many variations as it takes.

use std::hint::black_box;
use std::time::Instant;

use anyhow::ensure;
use lockwright_service::search::{Document, Index, Language};
use lockwright_web::help::HelpCentre;

use crate::report::Report;

const ARTICLES: usize = 1_000;
const PASSES: usize = 21;
/// A plain one, a mistyped one (every known word is looked at), and one of many words.
const QUERIES: [&str; 3] =
    ["lost my phone", "authentcator coed recoverry", "i set a new password and still cant sign in to my account at work today"];

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let library = HelpCentre::default().library();
    let documents: Vec<Document> = (0..ARTICLES)
        .zip(library.articles().iter().cycle())
        .map(|(number, article)| Document {
            title: format!("{} {number}", article.title),
            phrases: article.phrases.join("; "),
            summary: article.summary.clone(),
            // Words of its own, so that the vocabulary grows as it would.
            text: format!("{} office{number} desk{} house{}", article.text, number * 7, number * 13),
        })
        .collect();
    let index = Index::new(&documents, Language::default())?;
    let mut milliseconds = Vec::new();
    for _ in 0..PASSES {
        for query in QUERIES {
            let begun = Instant::now();
            let found = black_box(index.search(black_box(query), 12)?);
            milliseconds.push(begun.elapsed().as_secs_f64() * 1e3);
            ensure!(!found.is_empty(), "{query}");
        }
    }
    report.at_most("A search among 1,000 articles of help", "ms", &milliseconds, 10.0);
    Ok(())
}
