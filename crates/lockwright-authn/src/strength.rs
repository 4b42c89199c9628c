//! What a new password must fulfil, and advice on a better one.

use std::collections::HashSet;
use std::fmt;

use lockwright_model::credential::Credential;
use lockwright_model::password_policy::PasswordPolicy;
use lockwright_model::secret::Password;
use zeroize::Zeroizing;

pub use crate::advice::{Strength, strength};
pub use crate::blocklist::Blocklist;
use crate::blocklist::folded;
use crate::hasher::{Hasher, Verdict, Workspace};

/// The symbols that AWS counts in `RequireSymbols`.
const SYMBOLS: &str = "!@#$%^&*()_+-=[]{}|'";
/// AWS's longest password of an IAM user.
const LONGEST: usize = 128;
/// A context word shorter than this counts only when it is the whole password: it stands in too many others by chance.
const WORD_MIN: usize = 4;
/// Fewer characters than this beside context words, and the password is little more than those words.
const BESIDE_MIN: usize = 6;

/// Whose rule a new password must meet.
#[derive(Clone, Copy, Debug)]
pub enum Rule<'a> {
    /// A root user's or builder ID's own choice: a length and no composition rules (NIST SP 800-63B-4 §3.1.1.2; N-P01, N-P04).
    OwnerChosen {
        /// Fewest characters: 15 when the password is the only factor, 8 beside another.
        minimum: usize,
    },
    /// An IAM user's password under the account's policy; `None`: AWS's default (8–128 characters, three of four classes, not a name or email).
    AccountPolicy(Option<&'a PasswordPolicy>),
}

impl Rule<'static> {
    /// The rule for an owner with or without a second factor.
    pub const fn owner(second_factor: bool) -> Self {
        Self::OwnerChosen { minimum: if second_factor { 8 } else { 15 } }
    }
}

/// Words close to this person or installation, barred from the password (ASVS V6.1.2, V6.2.11).
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// Email and its local part, account name, alias, user name, the installation's name.
    pub words: &'a [&'a str],
}

/// Why a password can't be set. Displayed as a sentence for the person who chose it (N-P11).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Weakness {
    /// Too few characters.
    TooShort {
        /// The fewest that are enough.
        minimum: usize,
    },
    /// Too many characters.
    TooLong {
        /// The most that fit.
        maximum: usize,
    },
    /// On a list of passwords that too many people use.
    Common,
    /// Is a name or address of this person or installation.
    IsContext,
    /// Is little more than such a name.
    ContainsContext,
    /// One short piece over and over, or a straight run of neighbours.
    Guessable {
        /// What to do about it.
        suggestion: String,
    },
    /// The policy asks for a symbol.
    MissingSymbol,
    /// The policy asks for a digit.
    MissingNumber,
    /// The policy asks for an upper-case letter.
    MissingUppercase,
    /// The policy asks for a lower-case letter.
    MissingLowercase,
    /// Fewer than three of AWS's four classes.
    TooFewClasses,
    /// A character outside U+0020–U+00FF.
    NotInCharset,
    /// One of the passwords used before; found with [`reused`].
    Reused {
        /// How many earlier ones the policy remembers.
        remembered: u8,
    },
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { minimum } => write!(f, "Use at least {minimum} characters. A few unrelated words work well."),
            Self::TooLong { maximum } => write!(f, "Use at most {maximum} characters."),
            Self::Common => f.write_str("Many people use this password, so it is among the first that get tried. Choose another one."),
            Self::IsContext => {
                f.write_str("This is a name or an address that belongs to you or this site. Choose something that can't be looked up.")
            }
            Self::ContainsContext => {
                f.write_str("This is little more than a name or an address. Add a few unrelated words, or leave the name out.")
            }
            Self::Guessable { suggestion } => f.write_str(suggestion),
            Self::MissingSymbol => write!(f, "Add at least one of these symbols: {}", spaced(SYMBOLS)),
            Self::MissingNumber => f.write_str("Add at least one digit (0–9)."),
            Self::MissingUppercase => f.write_str("Add at least one upper-case letter (A–Z)."),
            Self::MissingLowercase => f.write_str("Add at least one lower-case letter (a–z)."),
            Self::TooFewClasses => {
                write!(f, "Mix at least three of these: upper-case letters, lower-case letters, digits, symbols ({})", spaced(SYMBOLS))
            }
            Self::NotInCharset => f.write_str("Use only letters, digits, spaces and signs of the Latin alphabets (up to ÿ)."),
            Self::Reused { remembered: 1 } => f.write_str("This is the password you have now. Choose a different one."),
            Self::Reused { remembered } => {
                write!(f, "You have used this password before. Choose one that differs from the last {remembered}.")
            }
        }
    }
}

fn spaced(symbols: &str) -> String {
    symbols.chars().map(String::from).collect::<Vec<_>>().join(" ")
}

/// All that stands against a new password; empty: it may be set (as far as [`reused`] agrees).
pub fn check(password: &Password, rule: Rule<'_>, context: &Context<'_>, blocklist: &Blocklist) -> Vec<Weakness> {
    let mut found = Vec::new();
    match rule {
        Rule::OwnerChosen { minimum } => {
            if password.chars() < minimum {
                found.push(Weakness::TooShort { minimum });
            }
            found.extend(guessable(password, blocklist));
        }
        Rule::AccountPolicy(policy) => account_policy(password, policy, &mut found),
    }
    if blocklist.contains(password) {
        found.push(Weakness::Common);
    }
    found.extend(from_context(password, rule, context));
    found
}

fn account_policy(password: &Password, policy: Option<&PasswordPolicy>, found: &mut Vec<Weakness>) {
    let text = password.expose();
    let minimum = policy.map_or(8, |policy| usize::from(policy.minimum_length));
    if password.chars() < minimum {
        found.push(Weakness::TooShort { minimum });
    }
    if password.chars() > LONGEST {
        found.push(Weakness::TooLong { maximum: LONGEST });
    }
    if text.chars().any(|c| !('\u{20}'..='\u{ff}').contains(&c)) {
        found.push(Weakness::NotInCharset);
    }
    let symbol = text.chars().any(|c| SYMBOLS.contains(c));
    let number = text.chars().any(|c| c.is_ascii_digit());
    let upper = text.chars().any(|c| c.is_ascii_uppercase());
    let lower = text.chars().any(|c| c.is_ascii_lowercase());
    match policy {
        Some(policy) => {
            let asked = [
                (policy.require_symbols && !symbol, Weakness::MissingSymbol),
                (policy.require_numbers && !number, Weakness::MissingNumber),
                (policy.require_uppercase && !upper, Weakness::MissingUppercase),
                (policy.require_lowercase && !lower, Weakness::MissingLowercase),
            ];
            found.extend(asked.into_iter().filter(|(missing, _)| *missing).map(|(_, weakness)| weakness));
        }
        None if [symbol, number, upper, lower].into_iter().filter(|has| *has).count() < 3 => found.push(Weakness::TooFewClasses),
        None => {}
    }
}

/// The password is a barred word, or (an owner's) such words with little beside them. What counts is the whole password, so a long
/// sentence may mention a name (N-P10).
fn from_context(password: &Password, rule: Rule<'_>, context: &Context<'_>) -> Option<Weakness> {
    let text = folded(password.expose());
    let words: Vec<_> = context.words.iter().map(|word| folded(word.trim())).filter(|word| !word.is_empty()).collect();
    if words.iter().any(|word| **word == *text) {
        return Some(Weakness::IsContext);
    }
    if matches!(rule, Rule::AccountPolicy(_)) {
        return None;
    }
    let (text, mut words) = (plain(&text), words.iter().map(|word| plain(word)).collect::<Vec<_>>());
    // The longest first: an email goes before its local part.
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    let mut rest = text.clone();
    for word in words.iter().filter(|word| word.chars().count() >= WORD_MIN) {
        rest = Zeroizing::new(rest.replace(word.as_str(), ""));
    }
    (rest.len() < text.len() && rest.chars().count() < BESIDE_MIN).then_some(Weakness::ContainsContext)
}

/// Letters and digits alone: `acme-corp` is `Acme Corp`.
fn plain(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.chars().filter(|c| c.is_alphanumeric()).collect())
}

/// A long password that carries a short one's secret: a repeated piece, or a run such as `abcdefghijklmno` (N-P10's repetitive and sequential ones).
fn guessable(password: &Password, blocklist: &Blocklist) -> Option<Weakness> {
    let text = folded(password.expose());
    let letters: Zeroizing<Vec<char>> = Zeroizing::new(text.chars().collect());
    let distinct = letters.iter().collect::<HashSet<_>>().len();
    let repeated = (1..=letters.len() / 2).find(|period| letters.iter().zip(letters.iter().skip(*period)).all(|(a, b)| a == b));
    let weak_piece = repeated
        .is_some_and(|period| period < 8 || blocklist.contains_text(&Zeroizing::new(letters.iter().take(period).collect::<String>())));
    if weak_piece || distinct < 4 {
        let suggestion = "Repeating a piece adds little. Put different, unrelated words after it.".to_owned();
        return Some(Weakness::Guessable { suggestion });
    }
    let step = |a: char, b: char| match (a, b) {
        ('9', '0') => 1,
        ('0', '9') => -1,
        _ => i64::from(u32::from(b)) - i64::from(u32::from(a)),
    };
    let mut steps = letters.iter().zip(letters.iter().skip(1)).map(|(a, b)| step(*a, *b));
    let first = steps.next()?;
    (first.abs() == 1 && steps.all(|next| next == first)).then(|| Weakness::Guessable {
        suggestion: "A run of neighbouring letters or digits is among the first guesses. Choose a few unrelated words.".to_owned(),
    })
}

/// Whether a password is among the last `remember` ones, the present one included (AWS `PasswordReusePrevention`).
pub fn reused(hasher: &Hasher, password: &Password, credential: &Credential, remember: u8, workspace: &mut Workspace) -> bool {
    let kept = std::iter::once(&credential.hash).chain(&credential.previous).take(usize::from(remember));
    kept.into_iter().any(|hash| matches!(hasher.verify(password, hash, workspace), Verdict::Match { .. }))
}

#[cfg(test)]
mod tests;
