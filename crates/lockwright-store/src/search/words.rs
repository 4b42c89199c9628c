//! Words: how texts and queries are taken apart, which mean the same, and which one a mistyped one may be.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

/// The most words of a query that are looked at.
const MOST_WORDS: usize = 16;
/// The most words that one mistyped word is taken for.
const MOST_GUESSES: usize = 3;
/// A longer word is nobody's.
const LONGEST: usize = 40;

/// What must be known of the language.
#[derive(Clone, Debug, Default)]
pub struct Language {
    /// Words that say nothing about what is looked for.
    pub ignored: Vec<String>,
    /// Words and phrases that mean the same, a set each.
    pub synonyms: Vec<Vec<String>>,
}

/// A part of a query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Term {
    /// A whole word.
    Word(String),
    /// The beginning of one.
    Begins(String),
}

impl fmt::Display for Term {
    /// In quotes, so that no letter of it means anything to FTS5. Words have letters and digits only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => write!(f, "\"{word}\""),
            Self::Begins(word) => write!(f, "\"{word}\"*"),
        }
    }
}

#[derive(Debug)]
pub(super) struct Vocabulary {
    ignored: HashSet<String>,
    /// By the first word: the whole phrase, and the number of its set.
    synonyms: HashMap<String, Vec<(Vec<String>, usize)>>,
    /// Every word that occurs, with the number of texts it occurs in.
    known: BTreeMap<String, u32>,
    stems: HashSet<String>,
    /// While the index is built: the words of each text.
    documents: HashMap<i64, HashMap<String, u32>>,
}

impl Vocabulary {
    pub(super) fn new(language: Language) -> Self {
        let mut synonyms: HashMap<String, Vec<(Vec<String>, usize)>> = HashMap::new();
        for (set, phrases) in language.synonyms.iter().enumerate() {
            for phrase in phrases {
                let phrase: Vec<String> = split(phrase).map(|word| singular(&word).to_owned()).collect();
                if let Some(first) = phrase.first() {
                    synonyms.entry(first.clone()).or_default().push((phrase, set));
                }
            }
        }
        // The longest phrase that fits is the one that is meant.
        synonyms.values_mut().for_each(|phrases| phrases.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len())));
        let ignored = language.ignored.iter().flat_map(|word| split(word)).collect();
        Self { ignored, synonyms, known: BTreeMap::new(), stems: HashSet::new(), documents: HashMap::new() }
    }

    /// Takes a text in; returns it as it is to be indexed: plain words, and a mark wherever one of several that mean the same stands.
    pub(super) fn learn(&mut self, document: i64, text: &str) -> String {
        let words: Vec<String> = split(text).collect();
        let seen = self.documents.entry(document).or_default();
        for word in &words {
            let count = seen.entry(word.clone()).or_default();
            if *count == 0 {
                *self.known.entry(word.clone()).or_default() += 1;
                self.stems.insert(singular(word).to_owned());
            }
            *count += 1;
        }
        let marks = self.marks(&words);
        words.into_iter().chain(marks.into_iter().map(|(_, _, mark)| mark)).collect::<Vec<_>>().join(" ")
    }

    /// The words that tell most of a text: often in it, seldom elsewhere.
    pub(super) fn telling(&self, document: i64, most: usize) -> Vec<String> {
        let Some(words) = self.documents.get(&document) else { return Vec::new() };
        let all = self.documents.len() as f64;
        let weight = |(word, count): (&String, &u32)| {
            let texts = f64::from(self.known.get(word).copied().unwrap_or(1));
            (word.clone(), (1.0 + f64::from(*count).ln()) * (all / texts).ln())
        };
        let telling = words.iter().filter(|(word, _)| word.len() > 2 && !self.ignored.contains(*word)).map(weight);
        // A word of this text alone leads to no other.
        let mut telling: Vec<(String, f64)> = telling.filter(|(word, _)| self.known.get(word).is_some_and(|texts| *texts > 1)).collect();
        telling.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        telling.into_iter().take(most).map(|(word, _)| word).collect()
    }

    /// What was needed only while building.
    pub(super) fn forget_documents(&mut self) {
        self.documents = HashMap::new();
    }

    /// What a query asks for: for each word that says something, all that may be meant by it.
    pub(super) fn asked(&self, query: &str) -> Vec<Vec<Term>> {
        let typed: Vec<String> = split(query).take(MOST_WORDS).collect();
        let mut asked: Vec<Vec<Term>> = Vec::with_capacity(typed.len());
        let mut meant = Vec::with_capacity(typed.len());
        for word in &typed {
            let told = self.known.contains_key(word) || self.stems.contains(singular(word));
            let asks = !self.ignored.contains(word);
            if told || !asks || self.means(word) {
                asked.push(if told && asks { vec![Term::Word(word.clone())] } else { Vec::new() });
                meant.push(word.clone());
                continue;
            }
            let next = self.known.range(word.clone()..).next();
            let begins = word.chars().count() >= 3 && next.is_some_and(|(known, _)| known.starts_with(word.as_str()));
            let guesses = self.guesses(word);
            meant.push(guesses.first().unwrap_or(word).clone());
            let guesses = guesses.into_iter().filter(|guess| !self.ignored.contains(guess)).map(Term::Word);
            asked.push(begins.then(|| Term::Begins(word.clone())).into_iter().chain(guesses).collect());
        }
        for (at, words, mark) in self.marks(&meant) {
            let span = asked.get_mut(at..at + words).unwrap_or_default();
            // Words that say nothing alone may say something together.
            if let (true, Some(first)) = (span.iter().all(Vec::is_empty), span.first_mut()) {
                first.push(Term::Word(mark));
                continue;
            }
            span.iter_mut().filter(|word| !word.is_empty()).for_each(|word| word.push(Term::Word(mark.clone())));
        }
        asked.retain(|word| !word.is_empty());
        // Nothing but words that say nothing: then they are all there is.
        if asked.is_empty() {
            asked.extend(typed.into_iter().filter(|word| self.known.contains_key(word)).map(|word| vec![Term::Word(word)]));
        }
        asked
    }

    fn means(&self, word: &str) -> bool {
        self.synonyms.contains_key(singular(word))
    }

    /// Where phrases stand that have others of the same meaning: the first word, how many they are, and the mark of their set.
    fn marks(&self, words: &[String]) -> Vec<(usize, usize, String)> {
        let words: Vec<&str> = words.iter().map(|word| singular(word)).collect();
        let mut marks = Vec::new();
        let mut at = 0;
        while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty()) {
            let fits = |phrase: &Vec<String>| rest.len() >= phrase.len() && phrase.iter().zip(rest).all(|(a, b)| a == b);
            let found = rest.first().and_then(|first| self.synonyms.get(*first)).into_iter().flatten().find(|(phrase, _)| fits(phrase));
            let length = found.map_or(1, |(phrase, _)| phrase.len());
            // No word of a language, and not one that a stemmer would change.
            marks.extend(found.map(|(_, set)| (at, length, format!("zq{set}qz"))));
            at += length;
        }
        marks
    }

    /// The known words nearest to one that is not known.
    fn guesses(&self, word: &str) -> Vec<String> {
        let letters: Vec<char> = word.chars().collect();
        let most = match letters.len() {
            0..=3 => return Vec::new(),
            4..=7 => 1,
            _ => 2,
        };
        let near = self.known.iter().filter_map(|(known, texts)| {
            let other: Vec<char> = known.chars().collect();
            let distance = distance(&letters, &other, most)?;
            // People seldom mistype how a word begins.
            Some((distance, other.first() != letters.first(), std::cmp::Reverse(*texts), known))
        });
        let mut near: Vec<_> = near.collect();
        near.sort();
        let nearest = near.first().map_or(0, |guess| guess.0);
        near.into_iter().filter(|guess| guess.0 == nearest).take(MOST_GUESSES).map(|guess| guess.3.clone()).collect()
    }
}

/// The words of a text in small letters. An apostrophe belongs to its word: “can’t” is one.
fn split(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’')))
        .map(|word| word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>())
        .filter(|word| !word.is_empty() && word.chars().count() <= LONGEST)
}

/// Without the `s` of several.
fn singular(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(one) if one.len() >= 3 && !one.ends_with('s') => one,
        _ => word,
    }
}

/// How many letters must be added, left out, changed, or changed over with the next; `None` when it is more than `most`.
fn distance(a: &[char], b: &[char], most: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX / 2);
            let mut least = (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                least = least.min(at(&before, j - 1) + 1);
            }
            row.push(least);
        }
        if row.iter().min().is_some_and(|least| *least > most) {
            return None;
        }
        before = last;
        last = row;
    }
    last.last().copied().filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(a: &str, b: &str, most: usize) -> Option<usize> {
        distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>(), most)
    }

    #[test]
    fn letters_left_out_added_changed_or_swapped_are_counted() {
        assert_eq!(between("password", "password", 2), Some(0));
        assert_eq!(between("pasword", "password", 2), Some(1));
        assert_eq!(between("passwrod", "password", 2), Some(1), "swapped");
        assert_eq!(between("pasphrase", "passphrase", 1), Some(1));
        assert_eq!(between("phone", "device", 2), None);
        assert_eq!(between("", "ab", 2), Some(2));
    }

    #[test]
    fn words_are_taken_apart_at_what_is_no_letter() {
        assert_eq!(split("I can’t log-in!  2FA's “x”").collect::<Vec<_>>(), ["i", "cant", "log", "in", "2fas", "x"]);
        assert_eq!(split(&"a".repeat(41)).count(), 0);
        assert_eq!([singular("codes"), singular("pass"), singular("is"), singular("lost")], ["code", "pass", "is", "lost"]);
    }
}
