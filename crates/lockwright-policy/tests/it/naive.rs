//! A second evaluator that shares nothing with the first: straight over JSON values, slow and simple, one rule after the other.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use serde_json::Value;

/// Who asks, by what a policy can see of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Who {
    pub(crate) kind: &'static str,
    pub(crate) account: &'static str,
    pub(crate) arn: &'static str,
    /// The role's ARN, or the federated user's parent.
    pub(crate) above: &'static str,
    pub(crate) id: &'static str,
}

/// A request with all that speaks of it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) who: Who,
    pub(crate) action: &'static str,
    pub(crate) resource: &'static str,
    /// Keys in small letters.
    pub(crate) context: BTreeMap<String, Vec<String>>,
    pub(crate) identity: Rc<Vec<Value>>,
    pub(crate) boundary: Option<Rc<Value>>,
    pub(crate) session: Option<Rc<Vec<Value>>>,
    pub(crate) resource_policy: Option<Rc<Value>>,
    pub(crate) is_trust: bool,
}

/// `allowed`, or who denies and how: `deny identity`, `silent session`.
pub(crate) fn decide(case: &Case) -> String {
    let source = if case.is_trust { "trust" } else { "resource" };
    let session = case.session.as_deref().map(Vec::as_slice).unwrap_or_default();
    let resource = case.resource_policy.as_deref().map(std::slice::from_ref).unwrap_or_default();
    let boundary = case.boundary.as_deref().map(std::slice::from_ref).unwrap_or_default();
    for (name, policies) in [(source, resource), ("identity", &case.identity), ("boundary", boundary), ("session", session)] {
        if policies.iter().any(|policy| !matching(case, policy, "Deny").is_empty()) {
            return format!("deny {name}");
        }
    }
    let allowed_by = |policies: &[Value]| policies.iter().any(|policy| !matching(case, policy, "Allow").is_empty());
    let named: Vec<&str> = resource.iter().flat_map(|policy| matching(case, policy, "Allow")).collect();
    let same_account =
        owner(case) == case.who.account && !case.who.account.is_empty() || owner(case).is_empty() && case.who.account.is_empty();
    let stateless = ["service", "provider", "anonymous"].contains(&case.who.kind);
    if named.is_empty() && (stateless || case.is_trust || !same_account) {
        return format!("silent {source}");
    }
    if stateless || (same_account && named.contains(&"self")) {
        return "allowed".to_owned();
    }
    let granted = same_account && (named.contains(&"above") || named.contains(&"everyone"));
    if !granted && case.who.kind != "root" && !allowed_by(&case.identity) {
        return "silent identity".to_owned();
    }
    if case.boundary.is_some() && !allowed_by(boundary) {
        return "silent boundary".to_owned();
    }
    if case.session.is_none() && case.who.kind == "federated" || case.session.is_some() && !allowed_by(session) {
        return "silent session".to_owned();
    }
    "allowed".to_owned()
}

fn owner(case: &Case) -> &str {
    let account = case.resource.split(':').nth(4).unwrap_or("");
    if account.len() == 12 && account.chars().all(|c| c.is_ascii_digit()) { account } else { case.who.account }
}

/// How each statement of an effect that applies names the principal.
fn matching<'c>(case: &'c Case, policy: &'c Value, effect: &str) -> Vec<&'static str> {
    let new = policy["Version"] == "2012-10-17";
    let statements = match &policy["Statement"] {
        Value::Array(statements) => statements.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut found = Vec::new();
    for statement in statements {
        if statement["Effect"] != effect {
            continue;
        }
        let Some(named) = principal(case, statement) else { continue };
        let action = case.action.to_lowercase();
        let named_action = |key: &str| texts(&statement[key]).iter().any(|text| glob(&plain(&text.to_lowercase()), &action));
        let action_fits = if statement["Action"].is_null() { !named_action("NotAction") } else { named_action("Action") };
        if action_fits && resource_fits(case, statement, new, effect) && conditions_hold(case, statement, new) {
            found.push(named);
        }
    }
    found
}

fn principal(case: &Case, statement: &Value) -> Option<&'static str> {
    let find = |clause: &Value| -> Option<&'static str> {
        let mut best = None;
        let names: Vec<(String, String)> = match clause {
            Value::String(star) => vec![("AWS".to_owned(), star.clone())],
            Value::Object(kinds) => {
                kinds.iter().flat_map(|(kind, names)| texts(names).into_iter().map(move |name| (kind.clone(), name))).collect()
            }
            _ => vec![],
        };
        let rank = ["account", "everyone", "above", "self"];
        for (kind, name) in names {
            let reach = reach(&case.who, &kind, &name);
            if let Some(reach) = reach
                && best.is_none_or(|best| rank.iter().position(|r| *r == reach) > rank.iter().position(|r| *r == best))
            {
                best = Some(reach);
            }
        }
        best
    };
    if !statement["Principal"].is_null() {
        find(&statement["Principal"])
    } else if !statement["NotPrincipal"].is_null() {
        if find(&statement["NotPrincipal"]).is_some() { None } else { Some("everyone") }
    } else {
        Some("self")
    }
}

fn reach(who: &Who, kind: &str, name: &str) -> Option<&'static str> {
    let account = name.strip_prefix("arn:aws:iam::").and_then(|rest| rest.strip_suffix(":root")).unwrap_or(name);
    match kind {
        "Service" => (who.kind == "service" && who.arn == name).then_some("self"),
        "Federated" => (who.kind == "provider" && who.arn == name).then_some("self"),
        _ if name == "*" => Some("everyone"),
        _ if account.len() == 12 => (who.account == account).then_some("account"),
        _ if !name.starts_with("arn:") => match who.kind {
            "user" => (who.id == name).then_some("self"),
            "session" => who.id.starts_with(&format!("{name}:")).then_some("above"),
            _ => None,
        },
        _ if ["service", "provider", "anonymous", "root"].contains(&who.kind) => None,
        _ if name == who.arn => Some("self"),
        _ => (name == who.above).then_some("above"),
    }
}

fn resource_fits(case: &Case, statement: &Value, new: bool, effect: &str) -> bool {
    let fits = |text: &String| arn_glob(case, text, case.resource, new, true);
    if !statement["Resource"].is_null() {
        return texts(&statement["Resource"]).iter().any(|text| fits(text) == Some(true));
    }
    if statement["NotResource"].is_null() {
        return true;
    }
    let results: Vec<Option<bool>> = texts(&statement["NotResource"]).iter().map(fits).collect();
    !results.contains(&Some(true)) && (effect == "Deny" || !results.contains(&None))
}

/// None when a variable has no value.
fn arn_glob(case: &Case, pattern: &str, arn: &str, new: bool, completed: bool) -> Option<bool> {
    let tokens = expand(case, pattern, new, true)?;
    if !tokens.is_empty() && tokens.iter().all(|token| *token == Token::Many) {
        return Some(true);
    }
    let mut parts: Vec<Vec<Token>> = vec![vec![]];
    for token in tokens {
        if token == Token::Unit(58, false) && parts.len() < 6 {
            parts.push(vec![]);
        } else {
            parts.last_mut().unwrap().push(token);
        }
    }
    if parts.len() < 6 && !completed {
        return Some(false);
    }
    parts.resize(6, vec![Token::Many]);
    let segments: Vec<&str> = arn.splitn(6, ':').collect();
    Some(segments.len() == 6 && parts.iter().zip(segments).all(|(part, segment)| glob(part, segment)))
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token {
    /// The unit, and whether a variable brought it.
    Unit(u16, bool),
    One,
    Many,
}

fn units(text: &str, brought: bool) -> Vec<Token> {
    text.encode_utf16().map(|unit| Token::Unit(unit, brought)).collect()
}

fn plain(text: &str) -> Vec<Token> {
    let token = |unit| match unit {
        42 => Token::Many,
        63 => Token::One,
        unit => Token::Unit(unit, false),
    };
    text.encode_utf16().map(token).collect()
}

fn expand(case: &Case, text: &str, new: bool, wild: bool) -> Option<Vec<Token>> {
    let read = |text: &str| if wild { plain(text) } else { units(text, false) };
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${").filter(|_| new) {
        tokens.extend(read(&rest[..at]));
        let end = at + rest[at..].find('}').unwrap();
        let inner = &rest[at + 2..end];
        rest = &rest[end + 1..];
        if ["*", "?", "$"].contains(&inner) {
            tokens.extend(units(inner, true));
            continue;
        }
        let (key, default) = match inner.split_once(',') {
            Some((key, default)) => (key, Some(default.trim().trim_matches('\''))),
            None => (inner, None),
        };
        let values = case.context.get(&key.to_lowercase()).cloned().unwrap_or_default();
        match (values.as_slice(), default) {
            ([value], _) => tokens.extend(units(value, true)),
            (_, Some(default)) => tokens.extend(units(default, true)),
            (_, None) => return None,
        }
    }
    tokens.extend(read(rest));
    Some(tokens)
}

fn glob(pattern: &[Token], text: &str) -> bool {
    let text: Vec<u16> = text.encode_utf16().collect();
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for token in pattern {
        let mut next = vec![false; text.len() + 1];
        for at in 0..=text.len() {
            next[at] = match token {
                Token::Many => reached[..=at].contains(&true),
                Token::One => at > 0 && reached[at - 1],
                Token::Unit(unit, _) => at > 0 && reached[at - 1] && text[at - 1] == *unit,
            };
        }
        reached = next;
    }
    reached[text.len()]
}

fn conditions_hold(case: &Case, statement: &Value, new: bool) -> bool {
    let Some(operators) = statement["Condition"].as_object() else { return true };
    operators.iter().all(|(operator, keys)| keys.as_object().unwrap().iter().all(|(key, values)| holds(case, operator, key, values, new)))
}

fn holds(case: &Case, operator: &str, key: &str, policy: &Value, new: bool) -> bool {
    let given = case.context.get(&key.to_lowercase()).cloned().unwrap_or_default();
    let policy = texts(policy);
    let (quantifier, rest) = operator.split_once(':').unwrap_or(("", operator));
    if rest == "Null" {
        return policy.contains(&given.is_empty().to_string());
    }
    let name = rest.strip_suffix("IfExists").unwrap_or(rest);
    let negated = name.contains("Not");
    let name = name.replace("Not", "");
    if given.is_empty() {
        return rest.ends_with("IfExists") || quantifier == "ForAllValues" || (quantifier.is_empty() && negated);
    }
    let one = |given: &String| policy.iter().any(|policy| compares(case, &name, policy, given, new)) != negated;
    match quantifier {
        "ForAllValues" => given.iter().all(one),
        "ForAnyValue" => given.iter().any(one),
        _ => given.len() == 1 && one(&given[0]),
    }
}

fn compares(case: &Case, name: &str, policy: &str, given: &str, new: bool) -> bool {
    let exact = |policy: &str, given: &str| {
        expand(case, policy, new, false).is_some_and(|tokens| tokens.len() == given.encode_utf16().count() && glob(&tokens, given))
    };
    let ordered = |name: &str, policy: Option<i64>, given: Option<i64>| {
        let (Some(policy), Some(given)) = (policy, given) else { return false };
        match name {
            "Equals" => given == policy,
            "LessThan" => given < policy,
            "LessThanEquals" => given <= policy,
            "GreaterThan" => given > policy,
            "GreaterThanEquals" => given >= policy,
            other => panic!("{other}"),
        }
    };
    if let Some(name) = name.strip_prefix("Numeric") {
        // The cases hold whole numbers and halves.
        let number = |text: &str| text.parse::<f64>().ok().map(|number| (number * 2.0) as i64);
        return ordered(name, number(policy), number(given));
    }
    if let Some(name) = name.strip_prefix("Date") {
        return ordered(name, moment(policy), moment(given));
    }
    match name {
        "StringEquals" | "BinaryEquals" => exact(policy, given),
        "StringEqualsIgnoreCase" => {
            let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
            let Some(tokens) = expand(case, policy, new, false) else { return false };
            let units: Vec<u16> = tokens.iter().map(|token| if let Token::Unit(unit, _) = token { *unit } else { panic!() }).collect();
            lower(&String::from_utf16(&units).unwrap()) == lower(given)
        }
        "StringLike" => expand(case, policy, new, true).is_some_and(|tokens| glob(&tokens, given)),
        "Bool" => policy == given.to_lowercase(),
        "ArnEquals" | "ArnLike" => arn_glob(case, policy, given, new, false) == Some(true),
        "IpAddress" => network(policy, given),
        other => panic!("{other}"),
    }
}

/// The moments the cases hold.
pub(crate) const MOMENTS: [(&str, i64); 5] =
    [("2026-01-01T00:00:00Z", 4), ("2026-01-01", 4), ("1767225600", 4), ("2025-12-31T23:00:00-02:00", 5), ("1970-01-01T00:00Z", 1)];

fn moment(text: &str) -> Option<i64> {
    MOMENTS.iter().find(|(known, _)| *known == text).map(|(_, order)| *order)
}

fn network(policy: &str, given: &str) -> bool {
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => address.octets().iter().map(|byte| format!("{byte:08b}")).collect::<String>(),
        IpAddr::V6(address) => address.octets().iter().map(|byte| format!("{byte:08b}")).collect::<String>(),
    };
    let (network, length) = policy.split_once('/').unwrap_or((policy, "999"));
    let Ok(given) = given.parse::<IpAddr>() else { return false };
    let (network, given) = (bits(network.parse().unwrap()), bits(given));
    let length = length.parse::<usize>().unwrap().min(network.len());
    network.len() == given.len() && network[..length] == given[..length]
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        Value::Null => vec![],
        other => vec![other.to_string()],
    }
}
