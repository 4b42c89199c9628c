//! `lockwright policy`: asks why and who, and looks documents over.

use std::io::Read;
use std::path::Path;

use lockwright_service::policy::Kind;
use lockwright_service::policy::lint::{Severity, check};
use serde_json::{Value, json};

use super::{Failure, ask};
use crate::cli::{Common, Output, Policy, PolicyKind};
use crate::control::{self, Request};
use crate::output;

const STATEMENTS: &[&str] = &["Decides", "Effect", "Policy", "Stands", "Statement", "Line", "Verdict"];
const WHO: &[&str] = &["Principal", "Can", "DependsOn"];
/// The longest document that is looked over, in bytes.
const MOST_BYTES: u64 = 1_048_576;

pub(super) fn run(common: &Common, verb: Policy) -> Result<(), Failure> {
    match verb {
        Policy::Why { account, principal, action, resource, context } => {
            let answer = control::ask(common, &Request::PolicyWhy { account, principal, action, resource, context })?;
            if common.output == Output::Json {
                output::print(common.output, &answer, &[], "");
                return Ok(());
            }
            output::say(answer["Sentence"].as_str().unwrap_or_default());
            output::print(common.output, &answer["Statements"], STATEMENTS, "No statement speaks of this action.");
            let missing: Vec<&str> = answer["MissingKeys"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            if !missing.is_empty() {
                output::say(format_args!("Not known here: {}. Give them with --context KEY=VALUE.", missing.join(", ")));
            }
            Ok(())
        }
        Policy::Who { account, action, resource } => {
            ask(common, &Request::PolicyWho { account, action, resource }, WHO, "Nobody of this account can.")
        }
        Policy::Lint { file, kind } => lint(common, &file, kind),
    }
}

fn lint(common: &Common, file: &Path, kind: PolicyKind) -> Result<(), Failure> {
    let name = if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() };
    let text = read(file).map_err(|error| Failure::usage(format!("{name} can't be read: {error}")))?;
    let kind = match kind {
        PolicyKind::Identity => Kind::Identity,
        PolicyKind::Resource => Kind::Resource,
        PolicyKind::Trust => Kind::Trust,
    };
    let told = check(&text, kind);
    let word = |severity| if severity == Severity::Error { "error" } else { "warning" };
    match common.output {
        Output::Json => {
            let told = told.iter().map(|told| {
                json!({
                    "Severity": word(told.severity), "Code": told.code, "Message": told.message, "Help": told.help,
                    "Line": told.position.line, "Column": told.position.column,
                })
            });
            output::print(common.output, &told.collect(), &[], "");
        }
        Output::Table if told.is_empty() => output::say(format_args!("{name}: nothing to say.")),
        Output::Table => told.iter().for_each(|told| output::say(told.render(&text, &name))),
    }
    match told.iter().filter(|told| told.severity == Severity::Error).count() {
        0 => Ok(()),
        1 => Err(Failure::refused(format!("{name} is no policy: 1 error"))),
        errors => Err(Failure::refused(format!("{name} is no policy: {errors} errors"))),
    }
}

/// The whole text, if it is one and not too long.
fn read(file: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    let read = if file == Path::new("-") {
        std::io::stdin().take(MOST_BYTES + 1).read_to_string(&mut text)?
    } else {
        std::fs::File::open(file)?.take(MOST_BYTES + 1).read_to_string(&mut text)?
    };
    if read as u64 > MOST_BYTES {
        return Err(std::io::Error::other("it has more than 1 MiB"));
    }
    Ok(text)
}
