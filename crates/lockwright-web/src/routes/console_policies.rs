//! Managed policies on pages: the account's own and AWS's, their versions, the editor.

use axum::extract::Path;
use lockwright_model::name::{Path as Place, PolicyName};
use lockwright_model::resource::{CustomerPolicy, LinkKind, Resource, ResourceKind};
use lockwright_service::authorize::Aim;
use lockwright_service::core::grant::Grantee;
use lockwright_service::core::policy::{MOST_CHARACTERS, MOST_POLICIES, MOST_VERSIONS, NewPolicy, Refusal};
use lockwright_service::policies::PolicyError;
use lockwright_service::policy::managed::{self, Managed};
use lockwright_service::policy::simulate::Origin;
use lockwright_service::policy::{Kind, document::counted_characters};

use super::console_grants::answer;
use super::document::{check_page, laid_out, looked_over, text};
use super::resources::{PAGE, WANTED, counted, listed, not_let, policy_of};
use crate::http::{Admin, Answer, Form, Refused, encode, go};
use crate::page::document::{DocumentEdit, Trial};
use crate::page::policies::{HolderRow, Policies, PolicyOffers, PolicyRow, PolicyShow, VersionRow};
use crate::page::{FieldErrors, Nav, words};

/// The most characters of what a policy is for (IAM, `policyDescriptionType`).
const DESCRIPTION: usize = 1_000;
/// Both ways to hold a policy.
const USES: [LinkKind; 2] = [LinkKind::Attached, LinkKind::Boundary];

fn list_aim(admin: &Admin) -> Aim<'static> {
    Aim::named("iam:ListPolicies", admin.account, "policy", "/", "")
}

fn create_aim(admin: &Admin) -> Aim<'static> {
    Aim::unnamed("iam:CreatePolicy", admin.account, "policy")
}

/// By name, a page at a time: the account's own, or AWS's.
pub(super) async fn list(admin: Admin) -> Answer {
    admin.let_in(&list_aim(&admin)).await?;
    let [may_create] = admin.offered(&[create_aim(&admin)]).await?;
    let lockwright = admin.member.lockwright();
    let mut used = Vec::new();
    for kind in USES {
        used.extend(lockwright.policies_in_use(admin.account, kind).await?);
    }
    if admin.member.visit.query("by").as_deref() == Some("aws") {
        return admin.member.page(&Policies { may_create, ..of_aws(&admin, &used) }).await;
    }
    let found = listed(&admin, ResourceKind::Policy, "/console/policies").await?;
    let row = |policy: &CustomerPolicy| PolicyRow {
        href: format!("/console/policies/{}", policy.id),
        name: policy.name.to_string(),
        about: policy.description.clone(),
        version: format!("v{}", policy.default),
        updated: words::day(policy.updated),
        in_use: used.contains(&policy.arn()),
    };
    let rows = found.rows.iter().filter_map(|resource| if let Resource::Policy(policy) = resource { Some(row(policy)) } else { None });
    let page = Policies { aws: false, rows: rows.collect(), begin: found.begin, more: found.more, may_create };
    admin.member.page(&page).await
}

fn of_aws(admin: &Admin, used: &[String]) -> Policies {
    let begin = admin.member.visit.query("begin").unwrap_or_default().trim().to_owned();
    let from: usize = admin.member.visit.query("from").and_then(|text| text.parse().ok()).unwrap_or(0);
    let wanted = begin.to_lowercase();
    let mut all: Vec<&Managed> = managed::all().iter().filter(|managed| managed.name().to_lowercase().contains(&wanted)).collect();
    all.sort_by_key(|managed| (!managed.is_attachable(), managed.name()));
    let row = |managed: &&Managed| PolicyRow {
        href: format!("/console/policies/aws/{}", encode(managed.name())),
        name: managed.name().to_owned(),
        about: (managed.path() != "/").then(|| managed.path().to_owned()),
        version: managed.version.to_owned(),
        updated: day(managed.updated),
        in_use: used.contains(&managed.arn()),
    };
    let rows: Vec<PolicyRow> = all.iter().skip(from).take(PAGE).map(row).collect();
    let next = from.saturating_add(PAGE);
    let more = (all.len() > next).then(|| format!("/console/policies?by=aws&begin={}&from={next}", encode(&begin)));
    Policies { aws: true, rows, begin, more, may_create: false }
}

/// `2015-02-06T18:41:18Z` as people read a day.
fn day(time: &str) -> String {
    time.parse::<jiff::Timestamp>()
        .map_or_else(|_| time.to_owned(), |time| words::day(lockwright_model::clock::Timestamp::from_micros(time.as_microsecond())))
}

/// One of the account's own, in the version that the query names, or else the one in force.
pub(super) async fn show(admin: Admin, Path(id): Path<String>) -> Answer {
    let policy = policy_of(&admin, &id).await?;
    let page = shown(&admin, &policy).await?;
    admin.member.page(&page).await
}

async fn shown(admin: &Admin, policy: &CustomerPolicy) -> Result<PolicyShow, Refused> {
    let arn = policy.arn();
    let aim = |action| Aim::policy(action, &arn, Some(policy));
    let asked = admin.member.visit.query("version").and_then(|text| text.parse().ok()).unwrap_or(policy.default);
    let version = policy.versions.iter().find(|version| version.number == asked).ok_or(Refused::not_found())?;
    admin.let_in(&aim("iam:GetPolicyVersion")).await?;
    let [edit, force, delete_version, delete, copy] = admin
        .offered(&[
            aim("iam:CreatePolicyVersion"),
            aim("iam:SetDefaultPolicyVersion"),
            aim("iam:DeletePolicyVersion"),
            aim("iam:DeletePolicy"),
            create_aim(admin),
        ])
        .await?;
    let versions = admin.may(&aim("iam:ListPolicyVersions")).await?.then(|| {
        let row = |known: &lockwright_model::resource::PolicyVersion| VersionRow {
            number: known.number,
            created: words::at(known.created),
            in_force: known.number == policy.default,
            shown: known.number == version.number,
        };
        policy.versions.iter().rev().map(row).collect()
    });
    let (holders, more_holders) = holders(admin, &arn, Some(policy)).await?;
    let (source, _) = looked_over(&laid_out(&version.document), Kind::Identity);
    let several = if more_holders { "who hold it, or more" } else { "who hold it" };
    let in_the_way = [
        counted(holders.as_ref().map_or(0, Vec::len), "who holds it", several),
        counted(policy.versions.len().saturating_sub(1), "version besides the one in force", "versions besides the one in force"),
    ];
    Ok(PolicyShow {
        path: format!("/console/policies/{}", policy.id),
        name: policy.name.to_string(),
        aws: false,
        description: policy.description.clone(),
        created: words::at(policy.created),
        version: if version.number == policy.default {
            format!("v{}, in force", version.number)
        } else {
            format!("v{}, not in force", version.number)
        },
        remarks: source.remarks(),
        source,
        versions,
        holders,
        more_holders,
        copy: format!("/console/policies/new/document?from={}", policy.id),
        offers: PolicyOffers { edit, force, delete_version, delete, copy },
        in_the_way: in_the_way.into_iter().flatten().collect(),
        arn,
        errors: FieldErrors::none(),
    })
}

/// Who holds a policy, for those who may see it, and whether there are more.
async fn holders(admin: &Admin, arn: &str, own: Option<&CustomerPolicy>) -> Result<(Option<Vec<HolderRow>>, bool), Refused> {
    if !admin.may(&Aim::policy("iam:ListEntitiesForPolicy", arn, own)).await? {
        return Ok((None, false));
    }
    let mut found = admin.member.lockwright().policy_holders(admin.account, arn, &USES, None, WANTED).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let row = |grantee: &Grantee| {
        let (kind, href) = match grantee {
            Grantee::User(user) => ("User", format!("/console/users/{}", user.id.user)),
            Grantee::Group(group) => ("Group", format!("/console/groups/{}", group.id)),
            Grantee::Role(role) => ("Role", format!("/console/roles/{}", role.id)),
        };
        let grants = grantee.grants();
        let (attached, bounds) = (grants.attached.iter().any(|held| held == arn), grants.boundary.as_deref() == Some(arn));
        HolderRow { kind, name: grantee.name().to_owned(), href, attached, bounds }
    };
    Ok((Some(found.iter().map(row).collect()), more))
}

async fn again(admin: &Admin, policy: &CustomerPolicy, field: &'static str, text: String) -> Answer {
    let page = PolicyShow { errors: FieldErrors::one(field, text), ..shown(admin, policy).await? };
    admin.member.again(&page).await
}

/// One of AWS's.
pub(super) async fn aws(admin: Admin, Path(name): Path<String>) -> Answer {
    let managed = managed_of(&name)?;
    let arn = managed.arn();
    admin.let_in(&Aim::at("iam:GetPolicyVersion", arn.as_str())).await?;
    let [copy] = admin.offered(&[create_aim(&admin)]).await?;
    let (holders, more_holders) = holders(&admin, &arn, None).await?;
    let (source, _) = looked_over(&laid_out(managed.document), Kind::Identity);
    let page = PolicyShow {
        path: format!("/console/policies/aws/{}", encode(managed.name())),
        name: managed.name().to_owned(),
        arn,
        aws: true,
        description: None,
        created: day(managed.created),
        version: format!("{}, in force", managed.version),
        // AWS answers for what it says.
        remarks: 0,
        source: source.without_remarks(),
        versions: Some(Vec::new()),
        holders,
        more_holders,
        copy: format!("/console/policies/new/document?aws={}", encode(managed.name())),
        offers: PolicyOffers { copy, ..PolicyOffers::default() },
        in_the_way: Vec::new(),
        errors: FieldErrors::none(),
    };
    admin.member.page(&page).await
}

fn managed_of(name: &str) -> Result<&'static Managed, Refused> {
    managed::all().iter().find(|managed| managed.name() == name).ok_or(Refused::not_found())
}

/// Puts a version in force, or deletes it.
pub(super) async fn versions(admin: Admin, Path(id): Path<String>, form: Form) -> Answer {
    let policy = policy_of(&admin, &id).await?;
    let number: u32 = form.text("number").parse().map_err(|_| Refused::not_found())?;
    let (lockwright, op, arn) = (admin.member.lockwright(), &admin.member.op, policy.arn());
    let outcome = match form.text("act") {
        "force" => lockwright.put_policy_version_in_force(op, admin.account, &arn, number).await,
        "delete" => lockwright.delete_policy_version(op, admin.account, &arn, number).await,
        _ => return Err(Refused::not_found()),
    };
    match outcome {
        Ok(()) => saved(&policy),
        Err(error) => again(&admin, &policy, "versions", sentence(error, "")?).await,
    }
}

/// Deletes a policy, once nobody holds it.
pub(super) async fn delete(admin: Admin, Path(id): Path<String>) -> Answer {
    let policy = policy_of(&admin, &id).await?;
    match admin.member.lockwright().delete_policy(&admin.member.op, admin.account, &policy.arn()).await {
        Ok(()) => go("/console/policies?done=policy-deleted"),
        Err(error) => again(&admin, &policy, "delete", sentence(error, "")?).await,
    }
}

fn saved(policy: &CustomerPolicy) -> Answer {
    go(format!("/console/policies/{}?done=saved", policy.id))
}

/// The editor of a new policy; the query may name one whose text it begins with.
pub(super) async fn new_form(admin: Admin) -> Answer {
    admin.let_try(create_aim(&admin)).await?;
    let asked = |name| admin.member.visit.query(name);
    let begun = match (asked("aws"), asked("from")) {
        (Some(name), _) => {
            let managed = managed_of(&name)?;
            admin.let_in(&Aim::at("iam:GetPolicyVersion", managed.arn())).await?;
            laid_out(managed.document)
        }
        (None, Some(id)) => {
            let policy = policy_of(&admin, &id).await?;
            admin.let_in(&Aim::policy("iam:GetPolicyVersion", &policy.arn(), Some(&policy))).await?;
            policy.in_force().map(|version| laid_out(&version.document)).unwrap_or_default()
        }
        (None, None) => "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \"Action\": [],\n      \"Resource\": \"*\"\n    }\n  ]\n}".to_owned(),
    };
    admin.member.page(&new_editor(String::new(), String::new(), begun)).await
}

fn new_editor(name: String, description: String, document: String) -> DocumentEdit {
    DocumentEdit {
        nav: Nav::Policies,
        title: "Create a policy".to_owned(),
        lead: "It does nothing until you attach it to users, groups or roles.".to_owned(),
        above: vec![("/console/policies".to_owned(), "Policies".to_owned())],
        path: "/console/policies/new/document".to_owned(),
        name: Some(name),
        description: Some(description),
        most: MOST_CHARACTERS,
        counted: counted_characters(&document),
        document,
        in_force: None,
        checked: None,
        remarks: 0,
        trial: Some(Trial::default()),
        save: "Create policy".to_owned(),
        errors: FieldErrors::none(),
    }
}

/// Looks a new policy over, tries it, or creates it.
pub(super) async fn create(admin: Admin, form: Form) -> Answer {
    admin.let_try(create_aim(&admin)).await?;
    let (name, description, document) = (form.text("name").trim(), form.text("description").trim(), text(&form));
    let page = new_editor(name.to_owned(), description.to_owned(), document.clone());
    let mut page = check_page(&admin, page, name, Origin::UserManaged, &form).await?;
    if form.text("act") != "save" {
        return answer(&admin, &page).await;
    }
    if description.chars().count() > DESCRIPTION {
        page.errors.add("description", "Use at most 1,000 characters.");
    }
    match name.parse::<PolicyName>() {
        Err(rule) => page.errors.add("name", rule.to_string()),
        Ok(parsed) if page.errors.is_empty() => {
            let description = Some(description.to_owned()).filter(|text| !text.is_empty());
            let new = NewPolicy { path: Place::default(), name: parsed, description, document: document.clone(), tags: Vec::new() };
            match admin.member.lockwright().create_policy(&admin.member.op, admin.account, &new).await {
                Ok(policy) => return go(format!("/console/policies/{}?done=policy-created", policy.id)),
                Err(PolicyError::NameTaken) => page.errors.add("name", sentence(PolicyError::NameTaken, name)?),
                Err(error) => page.errors.add("document", sentence(error, name)?),
            }
        }
        Ok(_) => {}
    }
    answer(&admin, &page).await
}

async fn editor(admin: &Admin, policy: &CustomerPolicy, document: String, in_force: bool) -> Result<DocumentEdit, Refused> {
    admin.let_try(Aim::policy("iam:CreatePolicyVersion", &policy.arn(), Some(policy))).await?;
    let page = new_editor(String::new(), String::new(), document);
    let path = format!("/console/policies/{}", policy.id);
    Ok(DocumentEdit {
        title: format!("Edit {}", policy.name),
        lead: "The text as it is stays among the versions.".to_owned(),
        above: page.above.into_iter().chain([(path.clone(), policy.name.to_string())]).collect(),
        path: format!("{path}/document"),
        name: None,
        description: None,
        in_force: Some(in_force),
        save: "Save as new version".to_owned(),
        ..page
    })
}

/// The editor, with the version in force.
pub(super) async fn edit_form(admin: Admin, Path(id): Path<String>) -> Answer {
    let policy = policy_of(&admin, &id).await?;
    admin.let_in(&Aim::policy("iam:GetPolicyVersion", &policy.arn(), Some(&policy))).await?;
    let document = policy.in_force().map(|version| laid_out(&version.document)).unwrap_or_default();
    let page = editor(&admin, &policy, document, true).await?;
    admin.member.page(&page).await
}

/// Looks the text over, tries it, or saves it as a new version.
pub(super) async fn edit(admin: Admin, Path(id): Path<String>, form: Form) -> Answer {
    let policy = policy_of(&admin, &id).await?;
    let (document, in_force) = (text(&form), form.ticked("in_force"));
    let page = editor(&admin, &policy, document.clone(), in_force).await?;
    let mut page = check_page(&admin, page, policy.name.as_str(), Origin::UserManaged, &form).await?;
    if form.text("act") == "save" && page.errors.is_empty() {
        match admin.member.lockwright().add_policy_version(&admin.member.op, admin.account, &policy.arn(), &document, in_force).await {
            Ok(_) => return saved(&policy),
            Err(error) => page.errors.add("document", sentence(error, "")?),
        }
    }
    answer(&admin, &page).await
}

fn sentence(error: PolicyError, typed: &str) -> Result<String, Refused> {
    Ok(match error {
        PolicyError::Denied(denied) => not_let(&denied),
        PolicyError::NameTaken => format!("A policy named “{typed}” exists already. Choose another name."),
        PolicyError::Malformed(_) => "It is no policy yet: look at the lines below.".to_owned(),
        PolicyError::Refused(Refusal::TooLong) => format!("At most {MOST_CHARACTERS} characters fit, white space not counted."),
        PolicyError::Refused(Refusal::TooMany) => format!("There are {MOST_POLICIES} policies already. Delete one first."),
        PolicyError::Refused(Refusal::TooManyVersions) => {
            format!("{MOST_VERSIONS} versions are kept already. Delete one of them on the policy’s page first; your text stays here.")
        }
        PolicyError::Refused(Refusal::NoVersion) => "That version was deleted meanwhile.".to_owned(),
        PolicyError::Refused(Refusal::InForce) => "The version in force can’t be deleted. Put another one in force first.".to_owned(),
        PolicyError::Refused(Refusal::OtherVersions) => "It has versions besides the one in force. Delete those first.".to_owned(),
        PolicyError::Refused(Refusal::Attached) => "Somebody still holds it. Detach it from all who do first.".to_owned(),
        PolicyError::NoPolicy | PolicyError::Refused(Refusal::OtherAccount | Refusal::TooManyTags) => return Err(Refused::not_found()),
        PolicyError::Trouble(trouble) => return Err(trouble.into()),
    })
}
