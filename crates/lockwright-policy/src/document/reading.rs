//! Reads the top of a document and its statements, going on after a fault so that all of them are told at once.

use std::collections::HashSet;

use super::fault::{Fault, FaultKind, Malformed};
use super::json::{self, Member, Node, Value, offset};
use super::position::{Position, Positions, Span};
use super::tree::{Effect, Kind, Statement, Version, Written};
use super::{Document, MAX_BYTES, actions, conditions, principals, resources};

/// Faults kept: a hostile document does not fill memory with them.
const MAX_FAULTS: usize = 100;

/// What the readers of one document share.
pub(super) struct Reading {
    pub(super) kind: Kind,
    pub(super) version: Version,
    faults: Vec<Fault>,
}

impl Reading {
    pub(super) fn fault(&mut self, kind: FaultKind, span: Span) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault::new(kind, span));
        }
    }

    /// A text, and nothing else.
    pub(super) fn text(&mut self, node: &Node<'_>) -> Option<Written> {
        let Value::Text(text) = &node.value else {
            self.fault(FaultKind::Shape("a text in quotes"), node.span);
            return None;
        };
        Some(Written { text: text.as_ref().to_owned(), span: node.span })
    }

    /// One text or a list of texts.
    pub(super) fn texts(&mut self, node: &Node<'_>) -> Vec<Written> {
        match &node.value {
            Value::List(items) => items.iter().filter_map(|item| self.text(item)).collect(),
            Value::Text(_) => self.text(node).into_iter().collect(),
            _ => {
                self.fault(FaultKind::Shape("a text or a list of texts"), node.span);
                Vec::new()
            }
        }
    }

    /// The members of an object.
    pub(super) fn members<'n, 't>(&mut self, node: &'n Node<'t>, expected: &'static str) -> Option<&'n [Member<'t>]> {
        match &node.value {
            Value::Object(members) => Some(members),
            _ => {
                self.fault(FaultKind::Shape(expected), node.span);
                None
            }
        }
    }
}

pub(super) fn read(bytes: &[u8], kind: Kind) -> Result<Document, Malformed> {
    if bytes.len() > MAX_BYTES {
        let span = Span { start: offset(MAX_BYTES), end: offset(bytes.len()) };
        return Err(Malformed::new(placed(Fault::new(FaultKind::TooLong, span), bytes), Vec::new()));
    }
    let text = match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let start = offset(error.valid_up_to());
            let fault = Fault::new(FaultKind::NotUtf8, Span { start, end: start + 1 });
            return Err(Malformed::new(placed(fault, bytes), Vec::new()));
        }
    };
    let node = json::read(text).map_err(|fault| Malformed::new(placed(fault, bytes), Vec::new()))?;
    let mut reading = Reading { kind, version: Version::Y2008, faults: Vec::new() };
    let document = reading.document(&node, text);
    reading.faults.sort_by_key(|fault| fault.span.start);
    let mut positions = Positions::new(text);
    for fault in &mut reading.faults {
        fault.position = positions.of(fault.span.start);
    }
    let mut faults = reading.faults.into_iter();
    match (faults.next(), document) {
        (None, Some(document)) => Ok(document),
        (Some(first), _) => Err(Malformed::new(first, faults.collect())),
        (None, None) => Err(Malformed::new(placed(Fault::new(FaultKind::NoStatement, node.span), bytes), Vec::new())),
    }
}

fn placed(mut fault: Fault, bytes: &[u8]) -> Fault {
    fault.position = Position::in_bytes(fault.span.start, bytes);
    fault
}

impl Reading {
    fn document(&mut self, node: &Node<'_>, text: &str) -> Option<Document> {
        let members = self.members(node, "an object with Version and Statement")?;
        let mut version_written = false;
        let mut statements = None;
        // The version comes first: it says what the texts after and before it mean.
        if let Some(member) = members.iter().find(|member| member.key == "Version") {
            version_written = true;
            self.version = self.version(&member.value);
        }
        for member in members {
            match member.key.as_ref() {
                "Version" => {}
                // It means nothing to a decision, but a text it is.
                "Id" => drop(self.text(&member.value)),
                "Statement" => statements = Some(self.statements(&member.value, text)),
                other => self.fault(FaultKind::UnknownElement(other.to_owned()), member.key_span),
            }
        }
        let Some(statements) = statements else {
            self.fault(FaultKind::NoStatement, node.span);
            return None;
        };
        self.sids(&statements);
        Some(Document { kind: self.kind, version: self.version, version_written, statements })
    }

    fn version(&mut self, node: &Node<'_>) -> Version {
        match self.text(node) {
            Some(written) if written.text == "2012-10-17" => Version::Y2012,
            Some(written) if written.text == "2008-10-17" => Version::Y2008,
            Some(written) => {
                self.fault(FaultKind::UnknownVersion(written.text), node.span);
                Version::Y2012
            }
            None => Version::Y2012,
        }
    }

    fn statements(&mut self, node: &Node<'_>, text: &str) -> Vec<Statement> {
        let items = match &node.value {
            Value::List(items) => items.as_slice(),
            _ => core::slice::from_ref(node),
        };
        if items.is_empty() {
            self.fault(FaultKind::NoStatement, node.span);
        }
        let mut positions = Positions::new(text);
        items.iter().filter_map(|item| self.statement(item, &mut positions)).collect()
    }

    fn statement(&mut self, node: &Node<'_>, positions: &mut Positions<'_>) -> Option<Statement> {
        let members = self.members(node, "an object, a statement,")?;
        let mut sid = None;
        let mut effect = None;
        let mut conditions = Vec::new();
        let mut parts = Parts::default();
        for member in members {
            let value = &member.value;
            match member.key.as_ref() {
                "Sid" => sid = self.text(value),
                "Effect" => effect = Some(self.effect(value)),
                "Principal" => parts.principal = Some(member),
                "NotPrincipal" => parts.not_principal = Some(member),
                "Action" => parts.action = Some(member),
                "NotAction" => parts.not_action = Some(member),
                "Resource" => parts.resource = Some(member),
                "NotResource" => parts.not_resource = Some(member),
                "Condition" => conditions = conditions::read(self, value),
                other => self.fault(FaultKind::UnknownElement(other.to_owned()), member.key_span),
            }
        }
        if effect.is_none() {
            self.fault(FaultKind::NoEffect, node.span);
        }
        let principals = self.one_of("Principal and NotPrincipal", parts.principal, parts.not_principal);
        let actions = self.one_of("Action and NotAction", parts.action, parts.not_action);
        let resources = self.one_of("Resource and NotResource", parts.resource, parts.not_resource);
        let principals = principals::read(self, node.span, principals);
        let actions = actions::read(self, node.span, actions);
        let resources = resources::read(self, node.span, resources);
        Some(Statement {
            sid,
            effect: effect??,
            principals: principals?,
            actions: actions?,
            resources: resources?,
            conditions,
            span: node.span,
            start: positions.of(node.span.start + 1),
            end: positions.of(node.span.end),
        })
    }

    fn effect(&mut self, node: &Node<'_>) -> Option<Effect> {
        let written = self.text(node)?;
        match written.text.as_str() {
            "Allow" => Some(Effect::Allow),
            "Deny" => Some(Effect::Deny),
            _ => {
                self.fault(FaultKind::UnknownEffect(written.text), written.span);
                None
            }
        }
    }

    /// The one of two that is given, and whether it is the negated one.
    fn one_of<'n, 't>(
        &mut self,
        pair: &'static str,
        plain: Option<&'n Member<'t>>,
        negated: Option<&'n Member<'t>>,
    ) -> Option<(bool, &'n Member<'t>)> {
        if let (Some(_), Some(second)) = (plain, negated) {
            self.fault(FaultKind::Both(pair), second.key_span);
        }
        plain.map(|member| (false, member)).or(negated.map(|member| (true, member)))
    }

    /// Letters and digits only, where the document is IAM's own; other services' documents may hold more. Each only once.
    fn sids(&mut self, statements: &[Statement]) {
        let mut seen = HashSet::new();
        for sid in statements.iter().filter_map(|statement| statement.sid.as_ref()).filter(|sid| !sid.text.is_empty()) {
            if self.kind != Kind::Resource && !sid.text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                self.fault(FaultKind::SidCharacters(sid.text.clone()), sid.span);
            }
            if !seen.insert(sid.text.as_str()) {
                self.fault(FaultKind::DuplicateSid(sid.text.clone()), sid.span);
            }
        }
    }
}

/// The members of a statement that come in pairs.
#[derive(Default)]
struct Parts<'n, 't> {
    principal: Option<&'n Member<'t>>,
    not_principal: Option<&'n Member<'t>>,
    action: Option<&'n Member<'t>>,
    not_action: Option<&'n Member<'t>>,
    resource: Option<&'n Member<'t>>,
    not_resource: Option<&'n Member<'t>>,
}
