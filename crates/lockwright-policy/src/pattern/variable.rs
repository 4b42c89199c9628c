//! Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, and the escapes `${*}`, `${?}`, `${$}`.

use crate::evaluate::Context;

/// A variable of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    /// In small letters, as the context is asked.
    key: Box<str>,
    /// As it was written.
    pub(crate) written: Box<str>,
    pub(crate) default: Option<Box<str>>,
}

impl Variable {
    /// The one value of the key, or else the default. A key with several values has no value here.
    pub(crate) fn value<'v>(&'v self, context: &'v Context<'_>) -> Option<&'v str> {
        context.single(&self.key).or(self.default.as_deref())
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }
}

/// What stands behind `${`.
pub(crate) enum Read {
    Escaped(char),
    Variable(Variable),
}

/// Reads the variable a text begins with, and gives what comes after it. The error is the text that is no variable.
pub(crate) fn read(text: &str) -> Result<(Read, &str), &str> {
    let bad = || text.get(..text.find('}').map_or(text.len(), |end| end + 1)).unwrap_or(text);
    let inner = text.strip_prefix("${").ok_or_else(bad)?;
    let end = inner.find([',', '}']).ok_or_else(bad)?;
    let (key, rest) = inner.split_at(end);
    if let Some(after) = rest.strip_prefix('}') {
        if let Some(escaped @ ('*' | '?' | '$')) = single(key) {
            return Ok((Read::Escaped(escaped), after));
        }
        return Ok((Read::Variable(variable(key, None).ok_or_else(bad)?), after));
    }
    let quoted = rest.get(1..).unwrap_or_default().trim_start().strip_prefix('\'').ok_or_else(bad)?;
    let (default, rest) = quoted.split_once('\'').ok_or_else(bad)?;
    let after = rest.trim_start().strip_prefix('}').ok_or_else(bad)?;
    Ok((Read::Variable(variable(key, Some(default)).ok_or_else(bad)?), after))
}

fn single(text: &str) -> Option<char> {
    let mut characters = text.chars();
    let first = characters.next()?;
    characters.next().is_none().then_some(first)
}

fn variable(key: &str, default: Option<&str>) -> Option<Variable> {
    let key = key.trim();
    let sound = !key.is_empty() && !key.contains(['$', '{', '*', '?', '\'']);
    sound.then(|| Variable { key: key.to_ascii_lowercase().into(), written: key.into(), default: default.map(Into::into) })
}

/// The first `${` of a text that begins no variable.
pub(crate) fn check_variables(text: &str) -> Result<(), &str> {
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (_, after) = read(rest.get(at..).unwrap_or_default())?;
        rest = after;
    }
    Ok(())
}

/// The keys of all variables in a text, as they are written.
pub(crate) fn keys_of(text: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let Ok((found, after)) = read(rest.get(at..).unwrap_or_default()) else { break };
        if let Read::Variable(variable) = found {
            keys.push(variable.written.into());
        }
        rest = after;
    }
    keys
}
