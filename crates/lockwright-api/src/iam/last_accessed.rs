//! Which services somebody could reach, and when that was last tried.

use std::collections::BTreeSet;

use lockwright_model::clock::Timestamp;
use lockwright_model::usage::PrincipalUse;
use lockwright_service::authorize::Aim;
use lockwright_service::core::grant::Grantee;
use lockwright_service::policy::managed;
use lockwright_service::usage::{Tries, UsesSeen};
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::query::{Constraint, Violations};
use lockwright_wire::route::Service;
use lockwright_wire::xml::Writer;

use super::{Page, arn};
use crate::ask::{Ask, broken, moment, word};
use crate::operations::OPERATIONS;

/// The services whose calls come here, by their namespaces, as AWS calls them.
const SERVICES: [(Service, &str, &str); 4] = [
    (Service::Account, "account", "AWS Account Management"),
    (Service::CloudTrail, "cloudtrail", "AWS CloudTrail"),
    (Service::Iam, "iam", "AWS Identity and Access Management"),
    (Service::Sts, "sts", "AWS Security Token Service"),
];
/// The most services of one call (IAM, `serviceNamespaceListType`).
const MOST_SERVICES: usize = 200;

fn unknown(what: &str) -> WireError {
    WireError::modelled("NoSuchEntity", 404, format!("{what} cannot be found."))
}

/// `GenerateServiceLastAccessedDetails`: what is found can be fetched at once, by whoever asked.
pub(crate) async fn generate(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = arn(&input, "Arn", "arn")?;
    let granularity = word(&input, "Granularity", "granularity", &["SERVICE_LEVEL", "ACTION_LEVEL"])?;
    let account = ask.account()?;
    ask.permitted(&Aim::at(ask.action, text)).await?;
    let grantee = ask.lockwright.grantee_at(account, text).await.map_err(broken)?;
    if grantee.is_none() && managed::find(text).is_err() && ask.lockwright.find_policy(account, text).await.map_err(broken)?.is_none() {
        return Err(unknown(&format!("ARN {text}")));
    }
    let owner = ask.caller.user_id().unwrap_or_default();
    let id = ask.lockwright.ask_report(ask.op, account, text, granularity == Some("ACTION_LEVEL"), &owner).await.map_err(broken)?;
    Ok(ask.answer(|result| result.text("JobId", &id)))
}

/// The report that the input names.
async fn seen(ask: &Ask<'_>) -> Result<UsesSeen, WireError> {
    let input = ask.input();
    let id = input.text("JobId")?.ok_or_else(|| Violations::one("jobId", None, Constraint::Required))?;
    if id.len() < 36 {
        return Err(Violations::one("jobId", Some(id), Constraint::MinLength(36)));
    }
    if id.len() > 36 {
        return Err(Violations::one("jobId", None, Constraint::MaxLength(36)));
    }
    ask.permitted(&Aim::account(ask.action)).await?;
    let owner = ask.caller.user_id().unwrap_or_default();
    let seen = ask.lockwright.report_of_uses(ask.op, ask.account()?, id, &owner).await.map_err(broken)?;
    seen.ok_or_else(|| unknown(&format!("Job {id}")))
}

fn job(result: &mut Writer, seen: &UsesSeen) {
    result.text("JobStatus", "COMPLETED");
    result.timestamp("JobCreationDate", moment(seen.report.created));
    result.timestamp("JobCompletionDate", moment(seen.report.created));
}

/// The last try of a service by somebody.
fn last<'u>(tries: &'u Tries, namespace: &str) -> Option<&'u PrincipalUse> {
    tries.uses.iter().filter(|used| of_service(used, namespace)).max_by_key(|used| used.at)
}

fn of_service(used: &PrincipalUse, namespace: &str) -> bool {
    used.action.split_once(':').is_some_and(|(service, _)| service == namespace)
}

/// `GetServiceLastAccessedDetails`: of every service that the policies grant and this server knows.
pub(crate) async fn details(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let page = Page::read(ask, &input, &format!("{} {}", ask.action, input.text("JobId")?.unwrap_or_default()))?;
    let seen = seen(ask).await?;
    let granted = SERVICES.into_iter().filter(|(_, namespace, _)| seen.granting.iter().any(|each| each.policy.grants_service(namespace)));
    let cut = page.cut(ask, granted.collect(), |(_, namespace, _)| (*namespace).to_owned());
    Ok(ask.answer(|result| {
        job(result, &seen);
        result.text("JobType", if seen.report.actions { "ACTION_LEVEL" } else { "SERVICE_LEVEL" });
        cut.write(result, |result, shown| {
            result.list("ServicesLastAccessed", shown, |writer, (service, namespace, name)| {
                describe(writer, &seen, service, namespace, name)
            });
        });
    }))
}

fn describe(writer: &mut Writer, seen: &UsesSeen, service: Service, namespace: &str, name: &str) {
    let tries: Vec<(&Tries, &PrincipalUse)> =
        seen.entities.iter().filter_map(|tries| last(tries, namespace).map(|used| (tries, used))).collect();
    writer.text("ServiceName", name);
    writer.text("ServiceNamespace", namespace);
    if let Some((by, used)) = tries.iter().max_by_key(|(_, used)| used.at) {
        writer.timestamp("LastAuthenticated", moment(used.at));
        writer.text("LastAuthenticatedEntity", &by.who.arn());
        writer.text("LastAuthenticatedRegion", &used.region);
    }
    writer.integer("TotalAuthenticatedEntities", i64::try_from(tries.len()).unwrap_or(i64::MAX));
    if seen.report.actions {
        let names = OPERATIONS.iter().filter(|offered| offered.service == service).map(|offered| offered.name);
        writer.list("TrackedActionsLastAccessed", names, |writer, name| {
            let action = format!("{namespace}:{name}");
            let uses = seen.entities.iter().flat_map(|tries| tries.uses.iter().map(move |used| (tries, used)));
            writer.text("ActionName", name);
            if let Some((by, used)) = uses.filter(|(_, used)| used.action == action).max_by_key(|(_, used)| used.at) {
                writer.text("LastAccessedEntity", &by.who.arn());
                writer.timestamp("LastAccessedTime", moment(used.at));
                writer.text("LastAccessedRegion", &used.region);
            }
        });
    }
}

/// `GetServiceLastAccessedDetailsWithEntities`: who tried a service, the last one first.
pub(crate) async fn entities(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let namespace = input.text("ServiceNamespace")?.ok_or_else(|| Violations::one("serviceNamespace", None, Constraint::Required))?;
    namespaced(namespace, "serviceNamespace")?;
    let page = Page::read(ask, &input, &format!("{} {} {namespace}", ask.action, input.text("JobId")?.unwrap_or_default()))?;
    let seen = seen(ask).await?;
    let tried = seen.entities.iter().map(|tries| (&tries.who, last(tries, namespace).map(|used| used.at)));
    let cut = page.cut(ask, tried.collect(), |(who, at)| {
        let age = u64::MAX - at.map_or(0, |at: Timestamp| u64::try_from(at.as_micros()).unwrap_or(0));
        format!("{age:020} {}", who.holder())
    });
    Ok(ask.answer(|result| {
        job(result, &seen);
        cut.write(result, |result, shown| {
            result.list("EntityDetailsList", shown, |writer, (who, at)| {
                writer.element("EntityInfo", |writer| {
                    let (kind, id) = kind_and_id(who);
                    writer.text("Arn", &who.arn());
                    writer.text("Name", who.name());
                    writer.text("Type", kind);
                    writer.text("Id", id);
                    writer.text("Path", who.path().as_str());
                });
                if let Some(at) = at {
                    writer.timestamp("LastAuthenticated", moment(at));
                }
            });
        });
    }))
}

/// `ListPoliciesGrantingServiceAccess`.
pub(crate) async fn policies(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = arn(&input, "Arn", "arn")?;
    let nodes = input.list("ServiceNamespaces")?.unwrap_or_default();
    if nodes.is_empty() || nodes.len() > MOST_SERVICES {
        let rule = if nodes.is_empty() { Constraint::Required } else { Constraint::MaxLength(MOST_SERVICES) };
        return Err(Violations::one("serviceNamespaces", None, rule));
    }
    let mut namespaces = BTreeSet::new();
    for node in &nodes {
        let namespace = node.as_text()?.unwrap_or_default();
        namespaced(namespace, "serviceNamespaces.member")?;
        namespaces.insert(namespace.to_ascii_lowercase());
    }
    ask.permitted(&Aim::at(ask.action, text)).await?;
    let account = ask.account()?;
    let grantee = ask.lockwright.grantee_at(account, text).await.map_err(broken)?.ok_or_else(|| unknown(&format!("ARN {text}")))?;
    let granting = ask.lockwright.policies_granting(account, &grantee).await.map_err(broken)?;
    Ok(ask.answer(|result| {
        result.list("PoliciesGrantingServiceAccess", &namespaces, |writer, namespace| {
            writer.text("ServiceNamespace", namespace);
            let those = granting.iter().filter(|each| each.policy.grants_service(namespace));
            writer.list("Policies", those, |writer, each| {
                writer.text("PolicyName", &each.name);
                writer.text("PolicyType", if each.arn.is_some() { "MANAGED" } else { "INLINE" });
                match &each.arn {
                    Some(arn) => writer.text("PolicyArn", arn),
                    None => {
                        writer.optional("EntityType", each.owner.as_ref().map(|owner| kind_and_id(owner).0));
                        writer.optional("EntityName", each.owner.as_ref().map(Grantee::name));
                    }
                }
            });
        });
        result.boolean("IsTruncated", false);
    }))
}

fn kind_and_id(who: &Grantee) -> (&'static str, &str) {
    match who {
        Grantee::User(user) => ("USER", user.id.user.as_str()),
        Grantee::Role(role) => ("ROLE", role.id.as_str()),
        Grantee::Group(group) => ("GROUP", group.id.as_str()),
    }
}

fn namespaced(text: &str, place: &str) -> Result<(), WireError> {
    let fits = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if fits { Ok(()) } else { Err(Violations::one(place, Some(text), Constraint::Pattern("[\\w-]*"))) }
}
