//! `Action` and `NotAction`: a service, a colon, a name, or `*` for everything.

use super::fault::FaultKind;
use super::json::Member;
use super::position::Span;
use super::reading::Reading;
use super::tree::{Clause, Kind, Written};

pub(super) fn read(reading: &mut Reading, statement: Span, given: Option<(bool, &Member<'_>)>) -> Option<Clause> {
    let Some((negated, member)) = given else {
        reading.fault(FaultKind::NoAction, statement);
        return None;
    };
    let node = &member.value;
    let values = reading.texts(node);
    if matches!(&node.value, super::json::Value::List(items) if items.is_empty()) {
        reading.fault(FaultKind::NoAction, node.span);
    }
    for action in &values {
        check(reading, action);
    }
    Some(Clause { negated, values, span: node.span })
}

fn check(reading: &mut Reading, action: &Written) {
    let text = &action.text;
    let kind = match text.split_once(':') {
        None if text == "*" => None,
        None => Some(FaultKind::ActionWithoutService(text.clone())),
        Some((_, name)) if name.contains(':') => Some(FaultKind::ActionColons(text.clone())),
        Some((service, name)) if !is_service(service) || name.is_empty() => Some(FaultKind::ActionService(service.to_owned())),
        Some(_) => None,
    };
    let grants = reading.kind != Kind::Trust || text.get(..4).is_some_and(|service| service.eq_ignore_ascii_case("sts:"));
    if let Some(kind) = kind {
        reading.fault(kind, action.span);
    } else if !grants {
        reading.fault(FaultKind::NotATrustAction(text.clone()), action.span);
    }
}

/// Letters, digits, dots and hyphens, or `*` alone.
fn is_service(text: &str) -> bool {
    text == "*" || (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')))
}
