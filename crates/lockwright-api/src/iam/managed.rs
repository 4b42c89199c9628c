//! Managed policies: those of AWS. An account's own come later.

use lockwright_service::authorize::Aim;
use lockwright_service::policy::managed::{self, Managed};
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::moment::Moment;
use lockwright_wire::percent::encoded;
use lockwright_wire::query::{Constraint, Violations};
use lockwright_wire::xml::Writer;

use super::{Page, arn};
use crate::ask::{Ask, word};

/// `GetPolicy`.
pub(crate) async fn get(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let text = arn(&ask.input(), "PolicyArn", "policyArn")?.to_owned();
    ask.permitted(&at("iam:GetPolicy", &text)).await?;
    let policy = find(&text)?;
    Ok(ask.answer(|result| result.element("Policy", |writer| describe(writer, policy))))
}

/// `GetPolicyVersion`: of AWS's policies the version in force alone is kept.
pub(crate) async fn version(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = arn(&input, "PolicyArn", "policyArn")?.to_owned();
    let id = input.text("VersionId")?.ok_or_else(|| Violations::one("versionId", None, Constraint::Required))?;
    if !id.strip_prefix('v').is_some_and(|number| number.starts_with(|c: char| ('1'..='9').contains(&c))) {
        return Err(Violations::one("versionId", Some(id), Constraint::Pattern("v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?")));
    }
    ask.permitted(&at("iam:GetPolicyVersion", &text)).await?;
    let policy = find(&text)?;
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

/// `ListPolicies`, in the order of the ARNs.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let scope = word(&input, "Scope", "scope", &["All", "AWS", "Local"])?.unwrap_or("All");
    let usage = word(&input, "PolicyUsageFilter", "policyUsageFilter", &["PermissionsPolicy", "PermissionsBoundary"])?;
    let prefix = input.text("PathPrefix")?.unwrap_or("/");
    if input.boolean("OnlyAttached")?.unwrap_or(false) {
        return Err(WireError::of(ErrorKind::ValidationError, "OnlyAttached is not offered by this server yet."));
    }
    let page = Page::read(ask, &input, &format!("ListPolicies {scope} {} {prefix}", usage.unwrap_or_default()))?;
    ask.permitted(&Aim::account("iam:ListPolicies")).await?;
    // Accounts have no policies of their own yet, and nobody has a permissions boundary.
    let none = scope == "Local" || usage == Some("PermissionsBoundary");
    let all: Vec<&Managed> = managed::all().iter().filter(|policy| !none && policy.path().starts_with(prefix)).collect();
    let cut = page.cut(ask, all, |policy| policy.arn());
    Ok(ask.answer(|result| cut.write(result, |result, shown| result.list("Policies", shown, describe))))
}

fn at(action: &'static str, arn: &str) -> Aim<'static> {
    Aim::at(action, arn)
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
