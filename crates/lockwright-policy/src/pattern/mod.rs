//! Patterns: texts with `*`, `?` and variables, matched in time that never explodes and without allocating.
//!
//! `*` and `?` count UTF-16 units, as AWS's own matcher does. A variable's value is taken literally: a `*` in a tag is a star, no wildcard.
//! Without `?` and variables a match is linear in pattern and text; with them it takes at most their product.

mod arn;
mod variable;

pub(crate) use arn::{Arn, ArnPattern, segments};
use variable::Variable;
pub(crate) use variable::{check_variables, keys_of};

use crate::evaluate::Context;

/// One piece of a pattern. Literals are never empty and never beside each other; nor are two `Many`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(Box<str>),
    /// `?`
    One,
    /// `*`
    Many,
    Variable(Variable),
}

/// What in a text is read as more than itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reads {
    pub(crate) wildcards: bool,
    pub(crate) variables: bool,
}

/// A pattern, parsed once.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pieces: Box<[Piece]>,
    /// Neither `?` nor a variable.
    plain: bool,
}

impl Pattern {
    /// Parses a text that [`check_variables`] has passed; what it would not pass is taken literally.
    pub(crate) fn parse(text: &str, reads: Reads) -> Self {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            let after = rest.get(character.len_utf8()..).unwrap_or_default();
            let special = match character {
                '*' if reads.wildcards => Some(Piece::Many),
                '?' if reads.wildcards => Some(Piece::One),
                '$' if reads.variables && after.starts_with('{') => match variable::read(rest) {
                    Ok((variable::Read::Escaped(escaped), after)) => {
                        literal.push(escaped);
                        rest = after;
                        continue;
                    }
                    Ok((variable::Read::Variable(variable), after)) => {
                        flush(&mut literal, &mut pieces);
                        pieces.push(Piece::Variable(variable));
                        rest = after;
                        continue;
                    }
                    Err(_) => None,
                },
                _ => None,
            };
            rest = after;
            match special {
                None => literal.push(character),
                Some(piece) => {
                    flush(&mut literal, &mut pieces);
                    if piece != Piece::Many || pieces.last() != Some(&Piece::Many) {
                        pieces.push(piece);
                    }
                }
            }
        }
        flush(&mut literal, &mut pieces);
        let plain = pieces.iter().all(|piece| matches!(piece, Piece::Literal(_) | Piece::Many));
        Self { pieces: pieces.into(), plain }
    }

    /// True when the whole text fits. A variable without a value fits nothing.
    pub(crate) fn matches(&self, text: &str, context: &Context<'_>) -> bool {
        let mut rest = text;
        let mut pieces: &[Piece] = &self.pieces;
        while let Some((first, tail)) = pieces.split_first() {
            let literal = match first {
                Piece::Literal(literal) => literal,
                Piece::Variable(variable) => match variable.value(context) {
                    Some(value) => value,
                    None => return false,
                },
                Piece::One | Piece::Many => break,
            };
            match rest.strip_prefix(literal) {
                Some(after) => rest = after,
                None => return false,
            }
            pieces = tail;
        }
        match pieces {
            [] => rest.is_empty(),
            [Piece::Many] => true,
            _ if self.plain => stars(pieces, rest),
            _ => self.resolves(context) && units(pieces, rest, context),
        }
    }

    /// True when the whole text is the same but for the case of its letters, each made small by itself.
    pub(crate) fn matches_in_any_case(&self, text: &str, context: &Context<'_>) -> bool {
        // Both must be ASCII: the Kelvin sign becomes a small ASCII letter when made small.
        if let [Piece::Literal(literal)] = &*self.pieces
            && literal.is_ascii()
            && text.is_ascii()
        {
            return literal.eq_ignore_ascii_case(text);
        }
        let texts = self.pieces.iter().map(|piece| piece.text(context).unwrap_or_default());
        self.resolves(context) && texts.flat_map(str::chars).flat_map(char::to_lowercase).eq(text.chars().flat_map(char::to_lowercase))
    }

    /// True when every variable has a value.
    pub(crate) fn resolves(&self, context: &Context<'_>) -> bool {
        self.plain || self.pieces.iter().all(|piece| piece.text(context).is_some())
    }

    /// The keys of its variables that have no default, in small letters and as written.
    pub(crate) fn needed_keys(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Variable(variable) if variable.default.is_none() => Some((variable.key(), &*variable.written)),
            _ => None,
        })
    }

    /// The literal text that every match begins with.
    pub(crate) fn literal_prefix(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Literal(literal)) => literal,
            _ => "",
        }
    }

    /// How a text that begins with the literal prefix is known to match.
    pub(crate) fn sureness(&self) -> Sureness {
        match &*self.pieces {
            [] | [Piece::Literal(_)] => Sureness::Whole,
            [Piece::Many] | [Piece::Literal(_), Piece::Many] => Sureness::Prefix,
            _ => Sureness::Unsure,
        }
    }

    fn is_literal(&self) -> bool {
        self.sureness() == Sureness::Whole
    }

    /// Only `*`.
    fn is_everything(&self) -> bool {
        matches!(&*self.pieces, [Piece::Many])
    }
}

/// What the literal prefix of a pattern says about a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sureness {
    /// The text is the prefix.
    Whole,
    /// The text begins with the prefix.
    Prefix,
    /// The text begins with the prefix, and must still be matched.
    Unsure,
}

impl Piece {
    /// The literal text of a piece; none for a variable without a value, empty for wildcards.
    fn text<'v>(&'v self, context: &'v Context<'_>) -> Option<&'v str> {
        match self {
            Self::Literal(literal) => Some(literal),
            Self::Variable(variable) => variable.value(context),
            Self::One | Self::Many => Some(""),
        }
    }
}

fn flush(literal: &mut String, pieces: &mut Vec<Piece>) {
    if !literal.is_empty() {
        pieces.push(Piece::Literal(core::mem::take(literal).into()));
    }
}

/// Matches pieces that begin with `*` and hold only stars and literals: each literal is taken where it first stands.
fn stars(pieces: &[Piece], text: &str) -> bool {
    let mut rest = text;
    for (index, piece) in pieces.iter().enumerate() {
        let Piece::Literal(literal) = piece else { continue };
        if index + 1 == pieces.len() {
            return rest.ends_with(&**literal);
        }
        match rest.split_once(&**literal) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

/// Matches any pieces, unit by unit, going back only to the last star.
fn units(pieces: &[Piece], text: &str, context: &Context<'_>) -> bool {
    let mut pattern = Tokens { pieces, literal: "".encode_utf16(), context };
    let mut text = text.encode_utf16();
    let mut last_star = None;
    loop {
        let mut ahead = pattern.clone();
        let fits = match ahead.next() {
            Some(Token::Many) => {
                last_star = Some((ahead.clone(), text.clone()));
                true
            }
            Some(wanted) => match (wanted, text.next()) {
                (_, None) => return false,
                (Token::Unit(wanted), Some(unit)) => wanted == unit,
                (Token::One | Token::Many, Some(_)) => true,
            },
            None if text.clone().next().is_none() => return true,
            None => false,
        };
        if fits {
            pattern = ahead;
            continue;
        }
        let Some((after_star, passed)) = &mut last_star else { return false };
        if passed.next().is_none() {
            return false;
        }
        pattern = after_star.clone();
        text = passed.clone();
    }
}

#[derive(Clone, Copy)]
enum Token {
    Unit(u16),
    One,
    Many,
}

/// The units of a pattern whose variables all have values.
#[derive(Clone)]
struct Tokens<'p> {
    pieces: &'p [Piece],
    literal: core::str::EncodeUtf16<'p>,
    context: &'p Context<'p>,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            if let Some(unit) = self.literal.next() {
                return Some(Token::Unit(unit));
            }
            let (first, tail) = self.pieces.split_first()?;
            self.pieces = tail;
            match first {
                Piece::One => return Some(Token::One),
                Piece::Many => return Some(Token::Many),
                literal => self.literal = literal.text(self.context).unwrap_or_default().encode_utf16(),
            }
        }
    }
}

#[cfg(test)]
mod tests;
