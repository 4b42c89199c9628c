//! Rules about conditions that hold at other times than they seem to.

use super::Notes;
use crate::document::{ConditionClause, Effect, Quantifier, Statement, Test};
use crate::keys::{self, Key, KeyType};

pub(super) fn check(statement: &Statement, notes: &mut Notes) {
    for condition in statement.conditions.iter().take(super::MAX_DIAGNOSTICS) {
        let key = keys::find(&condition.key.text);
        unknown_key(condition, key, notes);
        if let Some(key) = key {
            counted(condition, key, notes);
            wrong_operator(condition, key, notes);
        }
        wildcard_text(condition, notes);
        no_values(condition, notes);
        match statement.effect {
            Effect::Allow => all_of_nothing(statement, condition, notes),
            Effect::Deny => absent_device(condition, notes),
        }
    }
}

/// Keys of AWS itself, IAM and STS are all known; those of other services and of identity providers are not.
fn unknown_key(condition: &ConditionClause, known: Option<&Key>, notes: &mut Notes) {
    let text = &condition.key.text;
    let ours = ["aws:", "iam:", "sts:"].iter().any(|prefix| text.get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix)));
    if known.is_none() && ours {
        notes.warn("unknown-key", condition.key.span, format!("no request has the key \"{text}\""), "look for a typing mistake");
    } else if !text.contains(':') {
        let help = "keys begin with a service, as in aws:username";
        notes.warn("unknown-key", condition.key.span, format!("no request has the key \"{text}\""), help);
    }
}

/// Whether the operator looks at as many values as the key has.
fn counted(condition: &ConditionClause, key: &Key, notes: &mut Notes) {
    let operator = condition.operator;
    if operator.test == Test::Null {
        return;
    }
    if key.many && operator.quantifier.is_none() {
        let message = format!("{} can have several values, and {operator} holds for none of them then", key.name);
        notes.warn("many-values", condition.operator_span, message, format!("write ForAnyValue:{operator} or ForAllValues:{operator}"));
    }
    if !key.many && operator.quantifier.is_some() {
        let message = format!("{} has one value; an absent one then passes ForAllValues", key.name);
        notes.warn("one-value", condition.operator_span, message, "leave the quantifier out");
    }
}

fn wrong_operator(condition: &ConditionClause, key: &Key, notes: &mut Notes) {
    let is_text = matches!(condition.operator.test, Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike);
    let (wanted, wrong) = match key.of {
        KeyType::Address => ("IpAddress", is_text),
        KeyType::Date => ("the Date operators", is_text),
        KeyType::Number => ("the Numeric operators", is_text),
        KeyType::Bool | KeyType::Arn | KeyType::Text => return,
    };
    if wrong {
        let message = format!("{} compares {} letter by letter", condition.operator, key.name);
        notes.warn("operator-for-key", condition.operator_span, message, format!("use {wanted}"));
    }
}

fn wildcard_text(condition: &ConditionClause, notes: &mut Notes) {
    if !matches!(condition.operator.test, Test::StringEquals | Test::StringEqualsIgnoreCase) {
        return;
    }
    for value in &condition.values {
        let outside = value.text.replace("${*}", "").replace("${?}", "");
        if outside.contains(['*', '?']) {
            let message = format!("{} takes * and ? as themselves", condition.operator);
            notes.warn("wildcard-is-text", value.span, message, "use StringLike, or ${*} if a star is meant");
        }
    }
}

fn no_values(condition: &ConditionClause, notes: &mut Notes) {
    if condition.values.is_empty() {
        let message = "a comparison with nothing: the operator never matches, and its negation always does";
        notes.warn("no-values", condition.key.span, message, "name a value, or leave the condition out");
    }
}

/// `ForAllValues` passes a request that brings no value at all.
fn all_of_nothing(statement: &Statement, condition: &ConditionClause, notes: &mut Notes) {
    let demanded = |other: &ConditionClause| {
        other.operator.test == Test::Null
            && other.key.text.eq_ignore_ascii_case(&condition.key.text)
            && other.values.iter().all(|value| value.text.eq_ignore_ascii_case("false"))
    };
    let loose = condition.operator.quantifier == Some(Quantifier::ForAllValues) && condition.operator.test != Test::Null;
    if loose && !statement.conditions.iter().any(demanded) {
        let message = format!("a request without {} passes", condition.key.text);
        notes.warn("all-of-nothing", condition.operator_span, message, format!("add \"Null\": {{\"{}\": \"false\"}}", condition.key.text));
    }
}

/// Requests made with long-term keys do not hold the key at all.
fn absent_device(condition: &ConditionClause, notes: &mut Notes) {
    let is_false = condition.values.iter().any(|value| value.text.eq_ignore_ascii_case("false"));
    let operator = condition.operator;
    if condition.key.text.eq_ignore_ascii_case("aws:MultiFactorAuthPresent")
        && operator.test == Test::Bool
        && !operator.if_exists
        && is_false
    {
        let message = "requests made with access keys hold no aws:MultiFactorAuthPresent, so they are not denied";
        notes.warn("absent-device", condition.operator_span, message, "use BoolIfExists");
    }
}
