//! How hard a password is to guess, and what would make it harder: advice while choosing, never a refusal (N-P12).

use lockwright_model::secret::Password;
use zeroize::Zeroizing;
use zxcvbn::feedback::{Suggestion, Warning};

use crate::strength::Context;

/// The part of a password that is estimated: the work grows with the square of its length, which an attacker chooses.
const ESTIMATED_CHARS: usize = 48;
/// The most context words that are looked for, and the most characters of one.
const WORDS: (usize, usize) = (16, 64);

/// An estimate with advice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Strength {
    /// From 0 (guessed at once) to 4 (very hard to guess).
    pub score: u8,
    /// Sentences that say what would help; empty when nothing is needed.
    pub advice: Vec<String>,
}

/// Estimates a password with the zxcvbn method, on its first 48 characters; at worst that takes as long as hashing it.
pub fn strength(password: &Password, context: &Context<'_>) -> Strength {
    let start: Zeroizing<String> = Zeroizing::new(password.expose().chars().take(ESTIMATED_CHARS).map(one_of_alike).collect());
    let estimate = zxcvbn::zxcvbn(&start, &bounded(context));
    let advice = estimate.feedback().map_or_else(Vec::new, |feedback| {
        let sentences = feedback.warning().map(reason).into_iter().chain(feedback.suggestions().iter().map(|s| suggestion(*s)));
        sentences.map(str::to_owned).collect()
    });
    Strength { score: u8::from(estimate.score()), advice }
}

fn bounded<'a>(context: &Context<'a>) -> Vec<&'a str> {
    context.words.iter().take(WORDS.0).filter(|word| word.chars().count() <= WORDS.1).copied().collect()
}

/// One of the signs that stand for the same letter (`p@ssw0rd`). zxcvbn tries every mixture of them: with all kinds in one password, a
/// third of a second of work for an attacker to choose.
const fn one_of_alike(c: char) -> char {
    match c {
        '{' | '[' | '<' => '(',
        '|' => '!',
        other => other,
    }
}

const fn reason(warning: Warning) -> &'static str {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess => {
            "Patterns on the keyboard are guessed early."
        }
        Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => "Repeating a piece adds little.",
        Warning::ThisIsATop10Password | Warning::ThisIsATop100Password | Warning::ThisIsACommonPassword => "Many people use this password.",
        Warning::ThisIsSimilarToACommonlyUsedPassword => "This is close to a password that many people use.",
        Warning::SequencesLikeAbcAreEasyToGuess => "Runs such as abc or 6543 are guessed early.",
        Warning::RecentYearsAreEasyToGuess => "Recent years are guessed early.",
        Warning::AWordByItselfIsEasyToGuess => "One word alone is found in a dictionary.",
        Warning::DatesAreOftenEasyToGuess => "Dates are guessed early.",
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess | Warning::CommonNamesAndSurnamesAreEasyToGuess => "Names are guessed early.",
    }
}

const fn suggestion(suggestion: Suggestion) -> &'static str {
    match suggestion {
        Suggestion::UseAFewWordsAvoidCommonPhrases => "Use a few unrelated words rather than a known phrase.",
        Suggestion::NoNeedForSymbolsDigitsOrUppercaseLetters => "Symbols, digits and capitals are welcome but not needed.",
        Suggestion::AddAnotherWordOrTwo => "Add another word or two; unusual ones are better.",
        Suggestion::CapitalizationDoesntHelpVeryMuch => "A capital at the start helps little.",
        Suggestion::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase => "All capitals are nearly as easy to guess as none.",
        Suggestion::ReversedWordsArentMuchHarderToGuess => "A word backwards is nearly as easy to guess.",
        Suggestion::PredictableSubstitutionsDontHelpVeryMuch => "Writing @ for a or 0 for o helps little.",
        Suggestion::UseALongerKeyboardPatternWithMoreTurns => "Unrelated words are better than a pattern on the keyboard.",
        Suggestion::AvoidRepeatedWordsAndCharacters => "Use different words instead of repeating one.",
        Suggestion::AvoidSequences => "Leave out runs of neighbouring letters or digits.",
        Suggestion::AvoidRecentYears => "Leave out recent years.",
        Suggestion::AvoidYearsThatAreAssociatedWithYou | Suggestion::AvoidDatesAndYearsThatAreAssociatedWithYou => {
            "Leave out dates and years that have to do with you."
        }
    }
}

#[cfg(test)]
mod tests;
