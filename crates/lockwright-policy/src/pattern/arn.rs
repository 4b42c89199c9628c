//! ARNs and patterns of them: six segments, each matched by itself, so that a star in an account does not reach into the resource.
//!
//! Within the sixth segment `*` passes over `/` and `:`.

use super::{Pattern, Piece, Reads, Sureness, variable};
use crate::evaluate::Context;

/// A resource or an ARN of the request, taken apart once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arn<'a> {
    pub(crate) text: &'a str,
    /// None for what is no ARN, such as `*`.
    segments: Option<[&'a str; 6]>,
}

impl<'a> Arn<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next();
        let segments = match (next(), next(), next(), next(), next(), next()) {
            (Some(a), Some(b), Some(c), Some(d), Some(e), Some(f)) => Some([a, b, c, d, e, f]),
            _ => None,
        };
        Self { text, segments }
    }

    /// The account segment.
    pub(crate) fn account(&self) -> Option<&'a str> {
        self.segments.map(|[_, _, _, _, account, _]| account)
    }
}

/// A pattern of ARNs.
#[derive(Clone, Debug)]
pub(crate) enum ArnPattern {
    /// `*`: also what is no ARN.
    Everything,
    /// Wildcards and variables only in the sixth segment: matched as one text.
    Whole(Pattern),
    /// One pattern a segment.
    Segments(Box<[Pattern; 6]>),
    /// No ARN can fit.
    Nothing,
}

impl ArnPattern {
    /// A value of `Resource` or `NotResource`. Segments that are not written are stars.
    pub(crate) fn resource(text: &str, variables: bool) -> Self {
        Self::parse(text, variables, true)
    }

    /// A value of an ARN operator, which must have all six segments.
    pub(crate) fn condition(text: &str, variables: bool) -> Self {
        Self::parse(text, variables, false)
    }

    fn parse(text: &str, variables: bool, completed: bool) -> Self {
        let reads = Reads { wildcards: true, variables };
        let whole = Pattern::parse(text, reads);
        if whole.is_everything() {
            return Self::Everything;
        }
        let mut parts = segments(text, variables);
        if parts.len() < 6 && !completed {
            return Self::Nothing;
        }
        parts.resize(6, "*");
        let patterns: Vec<Pattern> = parts.iter().map(|part| Pattern::parse(part, reads)).collect();
        if patterns.iter().take(5).all(Pattern::is_literal) {
            return Self::Whole(Pattern::parse(&parts.join(":"), reads));
        }
        match patterns.try_into() {
            Ok(patterns) => Self::Segments(Box::new(patterns)),
            Err(_) => Self::Nothing,
        }
    }

    /// True when the ARN fits. A variable without a value fits nothing.
    pub(crate) fn matches(&self, arn: &Arn<'_>, context: &Context<'_>) -> bool {
        match self {
            Self::Everything => true,
            Self::Whole(pattern) => pattern.matches(arn.text, context),
            Self::Segments(patterns) => match &arn.segments {
                Some(segments) => patterns.iter().zip(segments).all(|(pattern, segment)| pattern.matches(segment, context)),
                None => false,
            },
            Self::Nothing => false,
        }
    }

    /// All patterns in it.
    pub(crate) fn patterns(&self) -> &[Pattern] {
        match self {
            Self::Everything | Self::Nothing => &[],
            Self::Whole(pattern) => core::slice::from_ref(pattern),
            Self::Segments(patterns) => patterns.as_slice(),
        }
    }

    /// True when every variable has a value.
    pub(crate) fn resolves(&self, context: &Context<'_>) -> bool {
        self.patterns().iter().all(|pattern| pattern.resolves(context))
    }

    /// The literal text every match begins with, and what it says about a match.
    pub(crate) fn literal_prefix(&self) -> (String, Sureness) {
        match self {
            Self::Everything => (String::new(), Sureness::Prefix),
            Self::Nothing => (String::new(), Sureness::Unsure),
            Self::Whole(pattern) => (pattern.literal_prefix().to_owned(), pattern.sureness()),
            Self::Segments(patterns) => {
                let mut prefix = String::new();
                for (index, pattern) in patterns.iter().enumerate() {
                    if index > 0 {
                        prefix.push(':');
                    }
                    prefix.push_str(pattern.literal_prefix());
                    if pattern.pieces.iter().any(|piece| !matches!(piece, Piece::Literal(_))) {
                        break;
                    }
                }
                (prefix, Sureness::Unsure)
            }
        }
    }
}

/// The text between colons, at most six; colons within variables do not part.
pub(crate) fn segments(text: &str, variables: bool) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while parts.len() < 5 {
        let rest = text.get(at..).unwrap_or_default();
        let step = if variables && rest.starts_with("${") {
            variable::read(rest).map_or(2, |(_, after)| rest.len() - after.len())
        } else if rest.starts_with(':') {
            parts.push(text.get(start..at).unwrap_or_default());
            start = at + 1;
            1
        } else {
            match rest.chars().next() {
                Some(character) => character.len_utf8(),
                None => break,
            }
        };
        at += step;
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}
