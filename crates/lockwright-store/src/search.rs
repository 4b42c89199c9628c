//! A search over texts, in memory: SQLite's FTS5 beside whichever engine holds the rows. It knows nothing of what the texts are.
//!
//! Small on purpose: everything is handed over at once and never changes; who has other texts builds another index.

mod words;

use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use crate::error::StoreError;
pub use words::Language;
use words::{Term, Vocabulary};

/// One text, in the parts that count differently.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// What it is called: counts most.
    pub title: String,
    /// What people say who look for it.
    pub phrases: String,
    /// What it says, in short.
    pub summary: String,
    /// All of it.
    pub text: String,
}

/// How much a word counts in title, phrases, summary and text.
const WEIGHTS: &str = "8.0, 5.0, 3.0, 1.0";
/// The words of a text by which others like it are found.
const TELLING: usize = 16;

const TABLE: &str = "CREATE VIRTUAL TABLE document USING fts5(title, phrases, summary, body, content='', tokenize='porter unicode61')";
const INSERT: &str = "INSERT INTO document (rowid, title, phrases, summary, body) VALUES (?1, ?2, ?3, ?4, ?5)";

/// The index.
#[derive(Debug)]
pub struct Index {
    /// Queries take well under a millisecond, so waiting for one another is cheaper than more connections.
    connection: Mutex<Connection>,
    ranked: String,
    vocabulary: Vocabulary,
    telling: Vec<Vec<String>>,
}

impl Index {
    /// Reads the texts.
    pub fn new(documents: &[Document], language: Language) -> Result<Self, StoreError> {
        let mut connection = Connection::open_in_memory()?;
        let mut vocabulary = Vocabulary::new(language);
        let transaction = connection.transaction()?;
        transaction.execute_batch(TABLE)?;
        {
            let mut insert = transaction.prepare(INSERT)?;
            for (at, document) in (0_i64..).zip(documents) {
                let parts = [&document.title, &document.phrases, &document.summary, &document.text];
                let [title, phrases, summary, body] = parts.map(|part| vocabulary.learn(at, part));
                insert.execute((at, title, phrases, summary, body))?;
            }
        }
        transaction.commit()?;
        let telling = (0_i64..).zip(documents).map(|(at, _)| vocabulary.telling(at, TELLING)).collect();
        vocabulary.forget_documents();
        let ranked = format!("SELECT rowid FROM document WHERE document MATCH ?1 ORDER BY bm25(document, {WEIGHTS}), rowid LIMIT ?2");
        Ok(Self { connection: Mutex::new(connection), ranked, vocabulary, telling })
    }

    /// The texts that fit best, by their places; a mistyped word is taken for the nearest ones that occur.
    ///
    /// First those of which title, phrases or summary have all that was typed, then those that have anything of it.
    pub fn search(&self, query: &str, most: usize) -> Result<Vec<usize>, StoreError> {
        let asked = self.vocabulary.asked(query);
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let all = asked.iter().map(|word| format!("({})", any(std::slice::from_ref(word)))).collect::<Vec<_>>().join(" AND ");
        let mut found = self.ranked(&format!("{{title phrases summary}} : ({all})"), most)?;
        for other in self.ranked(&any(&asked), most)? {
            if found.len() < most && !found.contains(&other) {
                found.push(other);
            }
        }
        Ok(found)
    }

    /// The texts most like the one at this place, the nearest first, without it.
    pub fn like(&self, at: usize, most: usize) -> Result<Vec<usize>, StoreError> {
        let words = self.telling.get(at).into_iter().flatten().map(|word| vec![Term::Word(word.clone())]).collect::<Vec<_>>();
        let mut found = self.ranked(&any(&words), most.saturating_add(1))?;
        found.retain(|other| *other != at);
        found.truncate(most);
        Ok(found)
    }

    fn ranked(&self, expression: &str, most: usize) -> Result<Vec<usize>, StoreError> {
        if expression.is_empty() {
            return Ok(Vec::new());
        }
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut statement = connection.prepare_cached(&self.ranked)?;
        let rows = statement.query_map((expression, i64::try_from(most).unwrap_or(i64::MAX)), |row| row.get::<_, i64>(0))?;
        let found = rows.collect::<Result<Vec<i64>, _>>()?;
        Ok(found.into_iter().filter_map(|at| usize::try_from(at).ok()).collect())
    }
}

/// Any of these terms, in FTS5's words.
fn any(words: &[Vec<Term>]) -> String {
    words.iter().flatten().map(Term::to_string).collect::<Vec<_>>().join(" OR ")
}

#[cfg(test)]
mod tests;
