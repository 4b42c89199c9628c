//! `Condition`: operators, their keys, and values each operator can read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::fault::FaultKind;
use super::json::{Node, Value};
use super::operator::{Operator, Test};
use super::reading::Reading;
use super::tree::{ConditionClause, Version, Written};
use crate::pattern;
use crate::value::{Moment, Network, Number, truth};

pub(super) fn read(reading: &mut Reading, node: &Node<'_>) -> Vec<ConditionClause> {
    let mut conditions = Vec::new();
    for member in reading.members(node, "an object of condition operators").unwrap_or_default() {
        let Some(operator) = Operator::parse(&member.key) else {
            // AWS overlooks an operator it does not know when nothing hangs on it.
            if !matches!(&member.value.value, Value::Object(keys) if keys.is_empty()) {
                reading.fault(FaultKind::UnknownOperator(member.key.as_ref().to_owned()), member.key_span);
            }
            continue;
        };
        for key in reading.members(&member.value, "an object of condition keys").unwrap_or_default() {
            let values = values(reading, &key.value);
            for value in &values {
                check(reading, operator, value);
            }
            let key = Written { text: key.key.as_ref().to_owned(), span: key.key_span };
            conditions.push(ConditionClause { operator, operator_span: member.key_span, key, values });
        }
    }
    conditions
}

/// Texts, numbers and truth values, one or a list of them.
fn values(reading: &mut Reading, node: &Node<'_>) -> Vec<Written> {
    match &node.value {
        Value::List(items) => items.iter().filter_map(|item| scalar(reading, item)).collect(),
        _ => scalar(reading, node).into_iter().collect(),
    }
}

fn scalar(reading: &mut Reading, node: &Node<'_>) -> Option<Written> {
    let text = match &node.value {
        Value::Text(text) => text.as_ref(),
        Value::Number(text) => text,
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Null | Value::List(_) | Value::Object(_) => {
            reading.fault(FaultKind::Shape("a text, a number or a truth value"), node.span);
            return None;
        }
    };
    Some(Written { text: text.to_owned(), span: node.span })
}

fn check(reading: &mut Reading, operator: Operator, value: &Written) {
    let text = &value.text;
    let readable = match operator.test {
        Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike | Test::ArnLike => {
            if reading.version == Version::Y2012
                && let Err(bad) = pattern::check_variables(text)
            {
                reading.fault(FaultKind::BadVariable(bad.to_owned()), value.span);
            }
            true
        }
        Test::NumericEquals
        | Test::NumericLessThan
        | Test::NumericLessThanEquals
        | Test::NumericGreaterThan
        | Test::NumericGreaterThanEquals => Number::parse(text).is_some(),
        Test::DateEquals | Test::DateLessThan | Test::DateLessThanEquals | Test::DateGreaterThan | Test::DateGreaterThanEquals => {
            Moment::parse(text).is_some()
        }
        Test::Bool | Test::Null => truth(text).is_some(),
        Test::BinaryEquals => STANDARD.decode(text).is_ok(),
        Test::IpAddress => Network::parse(text).is_some(),
    };
    if !readable {
        reading.fault(FaultKind::BadValue { operator: operator.to_string(), value: text.clone() }, value.span);
    }
}
