//! `Principal` and `NotPrincipal`: who is spoken of, each name checked for its kind.

use super::fault::FaultKind;
use super::json::{Member, Node, Value};
use super::position::Span;
use super::reading::Reading;
use super::resources::PARTITIONS;
use super::tree::{Kind, PrincipalClause, PrincipalKind, PrincipalName, Written};

/// The outer option is empty after a fault, the inner one where a document names nobody.
#[allow(clippy::option_option, reason = "a fault and an absence that is right are two things")]
pub(super) fn read(reading: &mut Reading, statement: Span, given: Option<(bool, &Member<'_>)>) -> Option<Option<PrincipalClause>> {
    let (negated, member) = match given {
        Some((_, member)) if reading.kind == Kind::Identity => {
            reading.fault(FaultKind::PrincipalForbidden, member.key_span);
            return None;
        }
        Some(given) => given,
        None if reading.kind == Kind::Identity => return Some(None),
        None => {
            reading.fault(FaultKind::NoPrincipal, statement);
            return None;
        }
    };
    let node = &member.value;
    let names = names(reading, node)?;
    if names.is_empty() {
        reading.fault(FaultKind::NoPrincipal, node.span);
    }
    for name in &names {
        if !is_name(name.kind, &name.name.text) {
            let kind = FaultKind::BadPrincipal { kind: name.kind, name: name.name.text.clone() };
            reading.fault(kind, name.name.span);
        }
    }
    Some(Some(PrincipalClause { negated, names, span: node.span }))
}

fn names(reading: &mut Reading, node: &Node<'_>) -> Option<Vec<PrincipalName>> {
    if let Value::Text(text) = &node.value {
        let name = Written { text: text.as_ref().to_owned(), span: node.span };
        if name.text != "*" {
            reading.fault(FaultKind::BadPrincipal { kind: PrincipalKind::Aws, name: name.text }, node.span);
            return None;
        }
        return Some(vec![PrincipalName { kind: PrincipalKind::Aws, name }]);
    }
    let mut names = Vec::new();
    for member in reading.members(node, "\"*\" or an object such as {\"AWS\": …}")? {
        let kinds = [PrincipalKind::Aws, PrincipalKind::Service, PrincipalKind::Federated, PrincipalKind::CanonicalUser];
        let Some(kind) = kinds.into_iter().find(|kind| kind.as_str() == member.key) else {
            reading.fault(FaultKind::UnknownElement(member.key.as_ref().to_owned()), member.key_span);
            continue;
        };
        names.extend(reading.texts(&member.value).into_iter().map(|name| PrincipalName { kind, name }));
    }
    Some(names)
}

fn is_name(kind: PrincipalKind, text: &str) -> bool {
    match kind {
        PrincipalKind::Aws => text == "*" || is_account(text) || is_unique_id(text) || is_principal_arn(text),
        PrincipalKind::Service | PrincipalKind::CanonicalUser => !text.is_empty() && !text.contains(['*', '?']),
        PrincipalKind::Federated => !text.is_empty(),
    }
}

/// Twelve digits.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is left of a principal that was deleted: `AIDA…` or `AROA…`.
fn is_unique_id(text: &str) -> bool {
    let prefixed = text.starts_with("AIDA") || text.starts_with("AROA");
    prefixed && text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn is_principal_arn(text: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next().unwrap_or_default();
    let (arn, partition, service, region, account, name) = (next(), next(), next(), next(), next(), next());
    let kinds: &[&str] = match service {
        "iam" => &["user/", "role/"],
        "sts" => &["assumed-role/", "federated-user/"],
        _ => return false,
    };
    let named = kinds.iter().any(|kind| name.strip_prefix(kind).is_some_and(|rest| !rest.is_empty()));
    let known = named || (service == "iam" && name == "root");
    arn == "arn" && PARTITIONS.contains(&partition) && region.is_empty() && is_account(account) && known && !name.contains(['*', '?'])
}
