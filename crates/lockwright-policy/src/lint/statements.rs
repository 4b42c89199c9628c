//! Rules about what a statement opens, and about texts that will not be read as they look.

use super::Notes;
use crate::document::{Clause, Document, Effect, PrincipalKind, Statement, Version, Written};
use crate::pattern::{Pattern, Reads};

pub(super) fn check(document: &Document, statement: &Statement, notes: &mut Notes) {
    if statement.effect == Effect::Allow {
        openness(statement, notes);
        pass_role(statement, notes);
        anyone(statement, notes);
    }
    covered_actions(&statement.actions, notes);
    if document.version() == Version::Y2008 {
        old_variables(statement, notes);
    }
}

fn openness(statement: &Statement, notes: &mut Notes) {
    let bare = statement.conditions.is_empty();
    let everything = |clause: &Clause| !clause.negated && clause.values.iter().any(|value| matches!(value.text.as_str(), "*" | "*:*"));
    let resources = statement.resources.as_ref();
    if bare && everything(&statement.actions) && resources.is_some_and(everything) {
        let help = "name the actions that are needed";
        notes.warn("allow-everything", statement.actions.span, "every action on every resource is allowed", help);
    }
    if statement.actions.negated {
        let message = "every action but those named is allowed, also those of services still to come";
        notes.warn("allow-not-action", statement.actions.span, message, "with Allow, name the actions in Action; with NotAction, use Deny");
    }
    if let Some(clause) = resources.filter(|clause| clause.negated) {
        let message = "every resource but those named is allowed, also those still to come";
        notes.warn("allow-not-resource", clause.span, message, "with Allow, name the resources in Resource; with NotResource, use Deny");
    }
    if let Some(clause) = statement.principals.as_ref().filter(|clause| clause.negated) {
        let message = "everyone but those named is allowed, also whoever is not signed in";
        notes.warn("allow-not-principal", clause.span, message, "with Allow, name the principals in Principal");
    }
}

/// Passing on any role is as much as having the strongest of them.
fn pass_role(statement: &Statement, notes: &mut Notes) {
    let passes =
        |value: &&Written| matches(&value.text.to_ascii_lowercase(), "iam:passrole") && !matches!(value.text.as_str(), "*" | "*:*");
    if statement.actions.negated || !statement.actions.values.iter().any(|value| passes(&value)) {
        return;
    }
    let limited = statement.conditions.iter().any(|condition| {
        condition.key.text.eq_ignore_ascii_case("iam:PassedToService")
            || condition.key.text.eq_ignore_ascii_case("iam:AssociatedResourceArn")
    });
    let any_role = |value: &&Written| value.text == "*" || value.text.ends_with(":role/*") || value.text.ends_with(":*");
    let resources = statement.resources.iter().flat_map(|clause| &clause.values);
    if let Some(value) = resources.filter(|_| !limited).find(any_role) {
        let message = "every role can be passed on, also one that may do more than its user";
        notes.warn("pass-any-role", value.span, message, "name the roles, or add a condition on iam:PassedToService");
    }
}

fn anyone(statement: &Statement, notes: &mut Notes) {
    let Some(clause) = statement.principals.as_ref().filter(|clause| !clause.negated && statement.conditions.is_empty()) else { return };
    let everyone = |name: &str, kind| name == "*" && matches!(kind, PrincipalKind::Aws | PrincipalKind::Federated);
    if let Some(name) = clause.names.iter().find(|name| everyone(&name.name.text, name.kind)) {
        let message = "everyone is allowed, in every account";
        notes.warn("anyone", name.name.span, message, "name the principals, or add a condition such as aws:PrincipalAccount");
    }
}

/// An action that another one of the same list covers says nothing more.
fn covered_actions(clause: &Clause, notes: &mut Notes) {
    // Lists longer than this are made by programs; every pair of them is too many.
    if clause.values.len() > 500 {
        return;
    }
    let lower: Vec<String> = clause.values.iter().map(|value| value.text.to_ascii_lowercase()).collect();
    for (number, (value, text)) in clause.values.iter().zip(&lower).enumerate() {
        let covers = |(other, pattern): &(usize, &String)| {
            *other != number && matches(pattern, text) && (*other < number || !matches(text, pattern))
        };
        if let Some((other, _)) = lower.iter().enumerate().find(covers)
            && let Some(other) = clause.values.get(other)
        {
            let message = format!("\"{}\" is already covered by \"{}\"", value.text, other.text);
            notes.warn("covered-action", value.span, message, "leave one of the two out");
        }
    }
}

fn old_variables(statement: &Statement, notes: &mut Notes) {
    let resources = statement.resources.iter().flat_map(|clause| &clause.values);
    let values =
        statement.conditions.iter().filter(|condition| condition.operator.takes_variables()).flat_map(|condition| &condition.values);
    for value in resources.chain(values).filter(|value| value.text.contains("${")) {
        let message = "variables are plain text in this version of the language";
        notes.warn("old-variables", value.span, message, "write \"Version\": \"2012-10-17\"");
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    Pattern::parse(pattern, Reads { wildcards: true, variables: false }).matches(text, &crate::evaluate::Context::new())
}
