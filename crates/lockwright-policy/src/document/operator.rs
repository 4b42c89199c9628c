//! Condition operators: their names taken apart into what is compared, whether it is negated, and how many values are looked at.

use core::fmt;

/// `ForAllValues:` or `ForAnyValue:` before an operator's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// Every value of the request's key must pass; true when there is none.
    ForAllValues,
    /// One value of the request's key must pass; false when there is none.
    ForAnyValue,
}

/// What an operator compares, apart from negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// The same text.
    StringEquals,
    /// The same text when both are in small letters.
    StringEqualsIgnoreCase,
    /// Text with `*` and `?`.
    StringLike,
    /// The same number.
    NumericEquals,
    /// A smaller number.
    NumericLessThan,
    /// A smaller number, or the same.
    NumericLessThanEquals,
    /// A greater number.
    NumericGreaterThan,
    /// A greater number, or the same.
    NumericGreaterThanEquals,
    /// The same moment.
    DateEquals,
    /// An earlier moment.
    DateLessThan,
    /// An earlier moment, or the same.
    DateLessThanEquals,
    /// A later moment.
    DateGreaterThan,
    /// A later moment, or the same.
    DateGreaterThanEquals,
    /// The same truth value.
    Bool,
    /// The same bytes, written as base64.
    BinaryEquals,
    /// An address within a network.
    IpAddress,
    /// An ARN, its six segments compared one by one. AWS treats `ArnEquals` and `ArnLike` alike.
    ArnLike,
    /// Whether the key is absent.
    Null,
}

/// One condition operator.
///
/// ```
/// use lockwright_policy::document::{Operator, Quantifier, Test};
///
/// let operator = Operator::parse("ForAnyValue:StringNotLikeIfExists").unwrap();
/// assert_eq!(operator.quantifier, Some(Quantifier::ForAnyValue));
/// assert_eq!(operator.test, Test::StringLike);
/// assert!(operator.negated && operator.if_exists);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operator {
    /// How many of the request's values must pass.
    pub quantifier: Option<Quantifier>,
    /// What is compared.
    pub test: Test,
    /// True for the `Not…` forms: none of the policy's values may match, and an absent key passes.
    pub negated: bool,
    /// True with the ending `IfExists`: an absent key passes.
    pub if_exists: bool,
    name: &'static str,
}

/// Every name without quantifier and ending.
const NAMES: [(&str, Test, bool); 27] = [
    ("StringEquals", Test::StringEquals, false),
    ("StringNotEquals", Test::StringEquals, true),
    ("StringEqualsIgnoreCase", Test::StringEqualsIgnoreCase, false),
    ("StringNotEqualsIgnoreCase", Test::StringEqualsIgnoreCase, true),
    ("StringLike", Test::StringLike, false),
    ("StringNotLike", Test::StringLike, true),
    ("NumericEquals", Test::NumericEquals, false),
    ("NumericNotEquals", Test::NumericEquals, true),
    ("NumericLessThan", Test::NumericLessThan, false),
    ("NumericLessThanEquals", Test::NumericLessThanEquals, false),
    ("NumericGreaterThan", Test::NumericGreaterThan, false),
    ("NumericGreaterThanEquals", Test::NumericGreaterThanEquals, false),
    ("DateEquals", Test::DateEquals, false),
    ("DateNotEquals", Test::DateEquals, true),
    ("DateLessThan", Test::DateLessThan, false),
    ("DateLessThanEquals", Test::DateLessThanEquals, false),
    ("DateGreaterThan", Test::DateGreaterThan, false),
    ("DateGreaterThanEquals", Test::DateGreaterThanEquals, false),
    ("Bool", Test::Bool, false),
    ("BinaryEquals", Test::BinaryEquals, false),
    ("IpAddress", Test::IpAddress, false),
    ("NotIpAddress", Test::IpAddress, true),
    ("ArnEquals", Test::ArnLike, false),
    ("ArnNotEquals", Test::ArnLike, true),
    ("ArnLike", Test::ArnLike, false),
    ("ArnNotLike", Test::ArnLike, true),
    ("Null", Test::Null, false),
];

impl Operator {
    /// Reads a name as it stands in a policy. Names are written exactly as AWS lists them; `Null` takes no `IfExists`.
    pub fn parse(text: &str) -> Option<Self> {
        let (quantifier, rest) = if let Some(rest) = text.strip_prefix("ForAllValues:") {
            (Some(Quantifier::ForAllValues), rest)
        } else if let Some(rest) = text.strip_prefix("ForAnyValue:") {
            (Some(Quantifier::ForAnyValue), rest)
        } else {
            (None, text)
        };
        let bare = rest.strip_suffix("IfExists");
        let wanted = bare.unwrap_or(rest);
        let &(name, test, negated) = NAMES.iter().find(|(name, ..)| *name == wanted)?;
        let if_exists = bare.is_some();
        (!(if_exists && test == Test::Null)).then_some(Self { quantifier, test, negated, if_exists, name })
    }

    /// The known name nearest to one that is not known, for a hint: the same letters in another case.
    pub(crate) fn meant_by(text: &str) -> Option<String> {
        let lower = text.to_ascii_lowercase();
        let (before, rest) = lower.split_once(':').unwrap_or(("", &lower));
        let before =
            ["", "ForAllValues:", "ForAnyValue:"].into_iter().find(|known| known.trim_end_matches(':').eq_ignore_ascii_case(before))?;
        let (bare, after) = rest.strip_suffix("ifexists").map_or((rest, ""), |bare| (bare, "IfExists"));
        let (name, ..) = NAMES.iter().find(|(name, ..)| name.eq_ignore_ascii_case(bare))?;
        Some(format!("{before}{name}{after}"))
    }

    /// True for the operators whose values may hold policy variables.
    pub(crate) fn takes_variables(self) -> bool {
        matches!(self.test, Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike | Test::ArnLike)
    }

    /// True for the operators in whose values `*` and `?` stand for other characters.
    pub(crate) fn takes_wildcards(self) -> bool {
        matches!(self.test, Test::StringLike | Test::ArnLike)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = match self.quantifier {
            Some(Quantifier::ForAllValues) => "ForAllValues:",
            Some(Quantifier::ForAnyValue) => "ForAnyValue:",
            None => "",
        };
        let after = if self.if_exists { "IfExists" } else { "" };
        write!(f, "{before}{}{after}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMES, Operator};

    #[test]
    fn every_name_is_read_and_written_back() {
        for (name, test, negated) in NAMES {
            for before in ["", "ForAllValues:", "ForAnyValue:"] {
                for after in ["", "IfExists"] {
                    let text = format!("{before}{name}{after}");
                    let operator = Operator::parse(&text);
                    if name == "Null" && after == "IfExists" {
                        assert_eq!(operator, None);
                        continue;
                    }
                    let operator = operator.unwrap();
                    assert_eq!((operator.test, operator.negated, operator.if_exists), (test, negated, !after.is_empty()));
                    assert_eq!(operator.to_string(), text);
                    assert_eq!(Operator::meant_by(&text.to_ascii_uppercase()), Some(text));
                }
            }
        }
    }

    #[test]
    fn a_name_aws_does_not_list_is_no_operator() {
        for text in [
            "",
            "stringEquals",
            "StringEqual",
            "ForAllValues:",
            "IfExists",
            "BoolNot",
            "ForAnyValue:ForAllValues:Bool",
            "BoolIfExistsIfExists",
        ] {
            assert_eq!(Operator::parse(text), None, "{text}");
        }
    }
}
