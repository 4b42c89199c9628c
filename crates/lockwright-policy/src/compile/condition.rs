//! One condition, compiled: what a key of the request is compared with, and what its absence means.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use core::cmp::Ordering;
use core::net::IpAddr;

use crate::document::{ConditionClause, Operator, Quantifier, Test, Version};
use crate::evaluate::Context;
use crate::pattern::{Arn, ArnPattern, Pattern, Reads};
use crate::value::{Moment, Network, Number, truth};

/// A condition of a statement.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) operator: Operator,
    /// In small letters.
    key: Box<str>,
    /// As it was written.
    pub(crate) written: Box<str>,
    values: Values,
}

/// The policy's values, read once.
#[derive(Clone, Debug)]
enum Values {
    Texts(Box<[Pattern]>),
    Arns(Box<[ArnPattern]>),
    Numbers(Box<[Number]>),
    Moments(Box<[Moment]>),
    Truths(Box<[bool]>),
    /// Base64 as the standard writes it, so that equal bytes are equal texts.
    Bytes(Box<[Box<str>]>),
    Networks(Box<[Network]>),
}

impl Condition {
    pub(crate) fn compile(clause: &ConditionClause, version: Version) -> Self {
        let operator = clause.operator;
        let variables = version == Version::Y2012 && operator.takes_variables();
        let reads = Reads { wildcards: operator.takes_wildcards(), variables };
        let texts = || clause.values.iter().map(|value| value.text.as_str());
        // The document was checked, so every value can be read; one that could not would match nothing.
        let values = match operator.test {
            Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike => {
                Values::Texts(texts().map(|text| Pattern::parse(text, reads)).collect())
            }
            Test::ArnLike => Values::Arns(texts().map(|text| ArnPattern::condition(text, variables)).collect()),
            Test::NumericEquals
            | Test::NumericLessThan
            | Test::NumericLessThanEquals
            | Test::NumericGreaterThan
            | Test::NumericGreaterThanEquals => Values::Numbers(texts().filter_map(Number::parse).collect()),
            Test::DateEquals | Test::DateLessThan | Test::DateLessThanEquals | Test::DateGreaterThan | Test::DateGreaterThanEquals => {
                Values::Moments(texts().filter_map(Moment::parse).collect())
            }
            Test::Bool | Test::Null => Values::Truths(texts().filter_map(truth).collect()),
            Test::BinaryEquals => {
                let bytes = texts().filter_map(|text| STANDARD.decode(text).ok());
                Values::Bytes(bytes.map(|bytes| STANDARD.encode(bytes).into()).collect())
            }
            Test::IpAddress => Values::Networks(texts().filter_map(Network::parse).collect()),
        };
        let written: Box<str> = clause.key.text.as_str().into();
        Self { operator, key: written.to_ascii_lowercase().into(), written, values }
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// True when the condition holds in a context.
    pub(crate) fn holds(&self, context: &Context<'_>) -> bool {
        let given = context.values(&self.key);
        if self.operator.test == Test::Null {
            return matches!(&self.values, Values::Truths(wanted) if wanted.contains(&given.is_empty()));
        }
        let passes = |value: &str| self.matches(value, context) != self.operator.negated;
        match (given, self.operator.quantifier) {
            ([], _) if self.operator.if_exists => true,
            ([], Some(Quantifier::ForAllValues)) => true,
            ([], Some(Quantifier::ForAnyValue)) => false,
            ([], None) => self.operator.negated,
            ([value], _) => passes(value),
            (values, Some(Quantifier::ForAllValues)) => values.iter().all(|value| passes(value)),
            (values, Some(Quantifier::ForAnyValue)) => values.iter().any(|value| passes(value)),
            // Without a quantifier several values are never compared, also not by a negated operator.
            (_, None) => false,
        }
    }

    /// True when one of the policy's values matches one of the request's.
    fn matches(&self, value: &str, context: &Context<'_>) -> bool {
        match &self.values {
            Values::Texts(patterns) if self.operator.test == Test::StringEqualsIgnoreCase => {
                patterns.iter().any(|pattern| pattern.matches_in_any_case(value, context))
            }
            Values::Texts(patterns) => patterns.iter().any(|pattern| pattern.matches(value, context)),
            Values::Arns(patterns) => {
                let arn = Arn::new(value);
                patterns.iter().any(|pattern| pattern.matches(&arn, context))
            }
            Values::Numbers(numbers) => {
                Number::parse(value).is_some_and(|given| numbers.iter().any(|number| self.accepts(given.compare(*number))))
            }
            Values::Moments(moments) => {
                Moment::parse(value).is_some_and(|given| moments.iter().any(|moment| self.accepts(given.cmp(moment))))
            }
            Values::Truths(truths) => truth(value).is_some_and(|given| truths.contains(&given)),
            Values::Bytes(bytes) => bytes.iter().any(|text| **text == *value),
            Values::Networks(networks) => {
                value.parse::<IpAddr>().is_ok_and(|address| networks.iter().any(|network| network.holds(address)))
            }
        }
    }

    /// True when the request's value may stand so to the policy's.
    fn accepts(&self, order: Ordering) -> bool {
        match self.operator.test {
            Test::NumericLessThan | Test::DateLessThan => order.is_lt(),
            Test::NumericLessThanEquals | Test::DateLessThanEquals => order.is_le(),
            Test::NumericGreaterThan | Test::DateGreaterThan => order.is_gt(),
            Test::NumericGreaterThanEquals | Test::DateGreaterThanEquals => order.is_ge(),
            _ => order.is_eq(),
        }
    }

    /// Its own key and those of variables without a default in its values, in small letters and as written.
    pub(crate) fn asked_keys(&self) -> impl Iterator<Item = (&str, &str)> {
        let (texts, arns): (&[Pattern], &[ArnPattern]) = match &self.values {
            Values::Texts(patterns) => (patterns, &[]),
            Values::Arns(patterns) => (&[], patterns),
            _ => (&[], &[]),
        };
        let patterns = texts.iter().chain(arns.iter().flat_map(ArnPattern::patterns));
        core::iter::once((self.key(), &*self.written)).chain(patterns.flat_map(Pattern::needed_keys))
    }
}
