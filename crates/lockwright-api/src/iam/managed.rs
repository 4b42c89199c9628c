//! Managed policies: those of AWS. An account's own come later.

use lockwright_service::authorize::Aim;
use lockwright_service::policy::managed::{self, Managed};
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::moment::Moment;
use lockwright_wire::query::{Constraint, Violations};
use lockwright_wire::xml::Writer;

use super::{Page, arn, encoded};
use crate::ask::Ask;

/// `GetPolicy`.
pub(crate) async fn get(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let text = arn(&ask.input(), "PolicyArn", "policyArn")?.to_owned();
    ask.permitted("GetPolicy", &at("iam:GetPolicy", &text)).await?;
    let policy = find(&text)?;
    Ok(ask.answer(|result| result.element("Policy", |writer| describe(writer, policy))))
}

/// `GetPolicyVersion`: of AWS's policies the version in force alone is kept.
pub(crate) async fn version(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = arn(&input, "PolicyArn", "policyArn")?.to_owned();
    let mut wrong = Violations::default();
    let version = input.text("VersionId")?;
    match version {
        None => wrong.note("versionId", None, Constraint::Required),
        Some(id) if !id.strip_prefix('v').is_some_and(|number| number.starts_with(|c: char| ('1'..='9').contains(&c))) => {
            wrong.note("versionId", Some(id), Constraint::Pattern("v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"));
        }
        Some(_) => {}
    }
    wrong.finish()?;
    ask.permitted("GetPolicyVersion", &at("iam:GetPolicyVersion", &text)).await?;
    let policy = find(&text)?;
    let id = version.unwrap_or_default();
    if id != policy.version {
        let message = format!("Policy {text} version {id} does not exist or is not attachable.");
        return Err(WireError::modelled("NoSuchEntity", 404, message));
    }
    Ok(ask.answer(|result| {
        result.element("PolicyVersion", |writer| {
            writer.text("Document", &encoded(policy.document));
            writer.text("VersionId", policy.version);
            writer.boolean("IsDefaultVersion", true);
            time(writer, "CreateDate", policy.updated);
        });
    }))
}

/// `ListPolicies`, in the order of path and name.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let scope = input.text("Scope")?.unwrap_or("All").to_owned();
    let prefix = input.text("PathPrefix")?.unwrap_or("/").to_owned();
    let attached = input.boolean("OnlyAttached")?.unwrap_or(false);
    let mut wrong = Violations::default();
    if !matches!(scope.as_str(), "All" | "AWS" | "Local") {
        wrong.note("scope", Some(&scope), Constraint::OneOf(&["All", "AWS", "Local"]));
    }
    wrong.finish()?;
    if attached {
        return Err(WireError::of(ErrorKind::ValidationError, "OnlyAttached is not offered by this server yet."));
    }
    let page = Page::read(ask, &input, &format!("ListPolicies {scope} {prefix}"))?;
    ask.permitted("ListPolicies", &Aim::account("iam:ListPolicies")).await?;
    let all = managed::all().iter().filter(|_| scope != "Local").filter(|policy| policy.path().starts_with(&prefix));
    let rest: Vec<&Managed> = all.filter(|policy| page.after.as_deref().is_none_or(|after| policy.arn().as_str() > after)).collect();
    let shown: Vec<&Managed> = rest.iter().copied().take(page.most).collect();
    let more = shown.len() < rest.len();
    let marker = shown.last().filter(|_| more).map(|last| page.marker(ask, &last.arn()));
    Ok(ask.answer(|result| {
        result.list("Policies", shown, describe);
        result.boolean("IsTruncated", more);
        result.optional("Marker", marker.as_deref());
    }))
}

fn at(action: &'static str, arn: &str) -> Aim<'static> {
    Aim { action, resource: arn.to_owned(), keys: Vec::new() }
}

fn find(arn: &str) -> Result<&'static Managed, WireError> {
    managed::find(arn).map_err(|_| WireError::modelled("NoSuchEntity", 404, format!("Policy {arn} was not found.")))
}

fn describe(writer: &mut Writer, policy: &Managed) {
    writer.text("PolicyName", policy.name());
    writer.text("Arn", &policy.arn());
    writer.text("Path", policy.path());
    writer.text("DefaultVersionId", policy.version);
    writer.boolean("IsAttachable", policy.is_attachable());
    time(writer, "CreateDate", policy.created);
    time(writer, "UpdateDate", policy.updated);
}

/// A time as AWS's own data has it.
fn time(writer: &mut Writer, name: &str, text: &str) {
    if let Some(moment) = Moment::parse_parameter(text) {
        writer.timestamp(name, moment);
    }
}
