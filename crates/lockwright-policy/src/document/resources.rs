//! `Resource` and `NotResource`: ARNs as AWS takes them, or `*`.

use super::fault::FaultKind;
use super::json::{Member, Value};
use super::position::Span;
use super::reading::Reading;
use super::tree::{Clause, Kind, Version, Written};
use crate::pattern;

/// How the resources of IAM begin, as AWS lists them to its callers.
pub(super) const IAM_KINDS: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// Kinds that came after that list.
const LATER_IAM_KINDS: [&str; 3] = ["root", "delegation-request/", "role-template/"];

pub(super) const PARTITIONS: [&str; 8] = ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];

/// The outer option is empty after a fault, the inner one where a document has no resources.
#[allow(clippy::option_option, reason = "a fault and an absence that is right are two things")]
pub(super) fn read(reading: &mut Reading, statement: Span, given: Option<(bool, &Member<'_>)>) -> Option<Option<Clause>> {
    let (negated, member) = match given {
        Some((_, member)) if reading.kind == Kind::Trust => {
            reading.fault(FaultKind::ResourceForbidden, member.key_span);
            return None;
        }
        Some(given) => given,
        None if reading.kind == Kind::Trust => return Some(None),
        None => {
            reading.fault(FaultKind::NoResource, statement);
            return None;
        }
    };
    let node = &member.value;
    let values = reading.texts(node);
    if matches!(&node.value, Value::List(items) if items.is_empty()) {
        reading.fault(FaultKind::NoResource, node.span);
    }
    for resource in &values {
        check(reading, resource);
    }
    Some(Some(Clause { negated, values, span: node.span }))
}

fn check(reading: &mut Reading, resource: &Written) {
    let text = &resource.text;
    if reading.version == Version::Y2012
        && let Err(bad) = pattern::check_variables(text)
    {
        reading.fault(FaultKind::BadVariable(bad.to_owned()), resource.span);
        return;
    }
    if let Some(kind) = fault_of(text, reading.version == Version::Y2012) {
        reading.fault(kind, resource.span);
    }
}

fn fault_of(text: &str, variables: bool) -> Option<FaultKind> {
    if text == "*" {
        return None;
    }
    let mut parts = pattern::segments(text, variables).into_iter();
    let arn = parts.next();
    if arn != Some("arn") || parts.len() == 0 {
        return Some(FaultKind::ResourceNotArn(text.to_owned()));
    }
    let partition = parts.next().unwrap_or_default();
    if partition != "*" && !PARTITIONS.contains(&partition) {
        return Some(FaultKind::ResourcePartition(partition.to_owned()));
    }
    let service = parts.next().unwrap_or_default();
    if service.is_empty() || service.contains(['*', '?', '$']) {
        return Some(FaultKind::ResourceService(text.to_owned()));
    }
    let region = parts.next();
    let account = parts.next();
    let resource = parts.next();
    if resource.is_none() && (region == Some("") || account == Some("")) {
        return Some(FaultKind::ResourceSegments(text.to_owned()));
    }
    if service != "iam" {
        return None;
    }
    if region.is_some_and(|region| !region.is_empty() && region != "*") {
        return Some(FaultKind::ResourceRegion(text.to_owned()));
    }
    let kind = resource?;
    let known = IAM_KINDS.iter().chain(&LATER_IAM_KINDS).any(|known| kind.starts_with(known));
    let head = kind.split('/').next().unwrap_or_default();
    let open = head.contains(['*', '?', '$', '}']);
    (!known && !open).then(|| FaultKind::ResourceKind(head.to_owned()))
}
