//! Roles, as an administrator manages them.

use axum::extract::Path;
use lockwright_model::id::AccountId;
use lockwright_model::name::{Path as Place, RoleName};
use lockwright_model::resource::{Resource, ResourceKind, Role};
use lockwright_service::authorize::Aim;
use lockwright_service::core::grant::Grantee;
use lockwright_service::core::role::{Change, Held, MOST_ROLES, MOST_TRUST, NewRole, Refusal, Trust};
use lockwright_service::core::sts::HOUR;
use lockwright_service::policy::document::counted_characters;
use lockwright_service::policy::simulate::Origin;
use lockwright_service::policy::{Document, Kind};
use lockwright_service::roles::RoleError;

use super::console_grants::{answer, grants_card, tags_card};
use super::document::{check_page, laid_out, looked_over, text};
use super::resources::{counted, listed, not_let, role_of};
use crate::http::{Admin, Answer, Form, Refused, go};
use crate::page::document::DocumentEdit;
use crate::page::problem::ProblemKind;
use crate::page::roles::{RoleNew, RoleOffers, RoleRow, RoleShow, Roles, Trusted};
use crate::page::{FieldErrors, Nav, words};

/// The most characters of what a role is for (IAM, `roleDescriptionType`).
const DESCRIPTION: usize = 1_000;
/// What policies call it that a role's sessions end: AWS's console does it by an inline policy.
const END: &str = "iam:PutRolePolicy";

fn create_aim(admin: &Admin) -> Aim<'static> {
    Aim::unnamed("iam:CreateRole", admin.account, "role")
}

fn aim(action: &'static str, role: &Role) -> Aim<'static> {
    Aim::at(action, role.arn()).on_tags(&role.tags)
}

/// By name, a page at a time.
pub(super) async fn list(admin: Admin) -> Answer {
    admin.let_in(&Aim::named("iam:ListRoles", admin.account, "role", "/", "")).await?;
    let [may_create] = admin.offered(&[create_aim(&admin)]).await?;
    let found = listed(&admin, ResourceKind::Role, "/console/roles").await?;
    let row = |role: &Role| RoleRow {
        id: role.id.to_string(),
        name: role.name.to_string(),
        about: role.description.clone().filter(|text| !text.is_empty()),
        trusts: trusted(&role.trust, admin.account),
        created: words::day(role.created),
    };
    let rows = found.rows.iter().filter_map(|resource| if let Resource::Role(role) = resource { Some(row(role)) } else { None });
    admin.member.page(&Roles { rows: rows.collect(), begin: found.begin, more: found.more, may_create }).await
}

/// Whom a trust policy names, in a few words.
fn trusted(document: &str, own: AccountId) -> String {
    let Ok(read) = Document::parse(document, Kind::Trust) else { return String::new() };
    let (root, number) = (own.root_arn(), own.to_string());
    let mut names: Vec<String> = Vec::new();
    for name in read.statements().iter().flat_map(|statement| &statement.principals).flat_map(|clause| &clause.names) {
        let text: &str = &name.name.text;
        let told = match text {
            "*" => "everybody".to_owned(),
            text if text == root || text == number => "this account".to_owned(),
            text => text.strip_prefix("arn:aws:iam::").unwrap_or(text).to_owned(),
        };
        if !names.contains(&told) {
            names.push(told);
        }
    }
    names.join(", ")
}

/// The empty form.
pub(super) async fn form(admin: Admin) -> Answer {
    admin.let_try(create_aim(&admin)).await?;
    admin.member.page(&RoleNew::default()).await
}

/// Shows the trust policy of a new role, or creates the role.
pub(super) async fn create(admin: Admin, form: Form) -> Answer {
    admin.let_try(create_aim(&admin)).await?;
    let typed = |name| form.text(name).trim().to_owned();
    let mut page = RoleNew {
        name: typed("name"),
        description: typed("description"),
        trusted: match form.text("trusted") {
            "own" => Trusted::Own,
            "other" => Trusted::Other,
            "service" => Trusted::Service,
            "document" => Trusted::Document,
            _ => return Err(Refused::new(ProblemKind::BadRequest)),
        },
        account: typed("account"),
        external_id: typed("external_id"),
        mfa: form.ticked("mfa"),
        service: typed("service"),
        document: text(&form),
        ..RoleNew::default()
    };
    let document = match written(&page, admin.account) {
        Ok(document) => document,
        Err(errors) => {
            page.errors = errors;
            return admin.member.again(&page).await;
        }
    };
    let (source, errors) = looked_over(&document, Kind::Trust);
    (page.remarks, page.checked, page.errors) = (source.remarks(), Some(source), errors);
    if form.text("act") == "save" {
        if page.description.chars().count() > DESCRIPTION {
            page.errors.add("description", "Use at most 1,000 characters.");
        }
        match page.name.parse::<RoleName>() {
            Err(rule) => page.errors.add("name", rule.to_string()),
            Ok(name) if page.errors.is_empty() => {
                let new = NewRole {
                    path: Place::default(),
                    name,
                    description: Some(page.description.clone()).filter(|text| !text.is_empty()),
                    trust: Trust { document, pins: Vec::new() },
                    longest_session: HOUR,
                    tags: Vec::new(),
                };
                match admin.member.lockwright().create_role(&admin.member.op, admin.account, &new, None).await {
                    Ok(role) => return go(format!("/console/roles/{}?done=role-created", role.id)),
                    Err(error) => {
                        let field = if matches!(error, RoleError::NameTaken | RoleError::Denied(_)) { "name" } else { "document" };
                        page.errors.add(field, sentence(error, &page.name)?);
                    }
                }
            }
            Ok(_) => {}
        }
    }
    if page.errors.is_empty() { admin.member.page(&page).await } else { admin.member.again(&page).await }
}

/// The trust policy that a choice comes to.
fn written(page: &RoleNew, own: AccountId) -> Result<String, FieldErrors> {
    let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
    let mut conditions: Vec<String> = Vec::new();
    let principal = match page.trusted {
        Trusted::Document => return Ok(page.document.clone()),
        Trusted::Own => format!("{{ \"AWS\": {} }}", quoted(&own.root_arn())),
        Trusted::Other => {
            let number: Result<AccountId, _> = page.account.replace(['-', ' '], "").parse();
            let Ok(number) = number else { return Err(FieldErrors::one("account", "An account number has 12 digits.")) };
            if !page.external_id.is_empty() {
                conditions.push(format!("\"StringEquals\": {{ \"sts:ExternalId\": {} }}", quoted(&page.external_id)));
            }
            if page.mfa {
                conditions.push("\"Bool\": { \"aws:MultiFactorAuthPresent\": \"true\" }".to_owned());
            }
            format!("{{ \"AWS\": {} }}", quoted(&number.root_arn()))
        }
        Trusted::Service => {
            let name = page.service.to_lowercase();
            let spelled = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
            if !spelled || !name.ends_with(".amazonaws.com") || name.starts_with('.') {
                return Err(FieldErrors::one("service", "A service is written like ec2.amazonaws.com."));
            }
            format!("{{ \"Service\": {} }}", quoted(&name))
        }
    };
    let condition = if conditions.is_empty() {
        String::new()
    } else {
        format!(",\n      \"Condition\": {{\n        {}\n      }}", conditions.join(",\n        "))
    };
    Ok(format!(
        "{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {{\n      \"Effect\": \"Allow\",\n      \"Principal\": {principal},\n      \"Action\": \"sts:AssumeRole\"{condition}\n    }}\n  ]\n}}"
    ))
}

/// One role.
pub(super) async fn show(admin: Admin, Path(id): Path<String>) -> Answer {
    let role = role_of(&admin, &id).await?;
    let page = shown(&admin, &role, &Form::default()).await?;
    admin.member.page(&page).await
}

async fn shown(admin: &Admin, role: &Role, typed: &Form) -> Result<RoleShow, Refused> {
    let [trust, settings, end, delete] = admin
        .offered(&[aim("iam:UpdateAssumeRolePolicy", role), aim("iam:UpdateRole", role), aim(END, role), aim("iam:DeleteRole", role)])
        .await?;
    let of = Grantee::Role(role.clone());
    let (source, _) = looked_over(&laid_out(&role.trust), Kind::Trust);
    let in_the_way = [
        counted(role.grants.attached.len(), "attached policy", "attached policies"),
        counted(role.grants.inline.len(), "inline policy", "inline policies"),
    ];
    let or_typed = |name, stored: String| if typed.has(name) { typed.text(name).to_owned() } else { stored };
    Ok(RoleShow {
        path: format!("/console/roles/{}", role.id),
        name: role.name.to_string(),
        arn: role.arn(),
        created: words::at(role.created),
        description: or_typed("description", role.description.clone().unwrap_or_default()),
        minutes: or_typed("minutes", (role.longest_session / 60).to_string()),
        remarks: source.remarks(),
        trust: source,
        grants: grants_card(admin, &of, typed).await?,
        tags: tags_card(admin, &of, typed).await?,
        offers: RoleOffers { trust, settings, end, delete },
        in_the_way: in_the_way.into_iter().flatten().collect(),
        errors: FieldErrors::none(),
    })
}

/// The page again, with what has to be put right.
pub(super) async fn again(admin: &Admin, role: &Role, form: &Form, errors: FieldErrors) -> Answer {
    let page = RoleShow { errors, ..shown(admin, role, form).await? };
    admin.member.again(&page).await
}

fn saved(role: &Role) -> Answer {
    go(format!("/console/roles/{}?done=saved", role.id))
}

/// Changes what the role is for, and how long its sessions last.
pub(super) async fn settings(admin: Admin, Path(id): Path<String>, form: Form) -> Answer {
    let role = role_of(&admin, &id).await?;
    let (description, minutes) = (form.text("description").trim().to_owned(), form.text("minutes").trim().parse::<u32>());
    let minutes = minutes.ok().filter(|minutes| (60..=720).contains(minutes));
    let mut errors = FieldErrors::none();
    if description.chars().count() > DESCRIPTION {
        errors.add("description", "Use at most 1,000 characters.");
    }
    match minutes {
        Some(minutes) if errors.is_empty() => {
            let change = Change::Settings { description: Some(description), longest_session: minutes * 60 };
            match admin.member.lockwright().change_role(&admin.member.op, &role, "iam:UpdateRole", &change).await {
                Ok(_) => return saved(&role),
                Err(error) => errors.add("description", sentence(error, "")?),
            }
        }
        Some(_) => {}
        None => errors.add("minutes", "Choose a number between 60 and 720."),
    }
    again(&admin, &role, &form, errors).await
}

/// Ends all sessions of the role.
pub(super) async fn end_sessions(admin: Admin, Path(id): Path<String>) -> Answer {
    let role = role_of(&admin, &id).await?;
    match admin.member.lockwright().change_role(&admin.member.op, &role, END, &Change::EndSessions).await {
        Ok(_) => go(format!("/console/roles/{}?done=role-sessions", role.id)),
        Err(error) => again(&admin, &role, &Form::default(), FieldErrors::one("confirm", sentence(error, "")?)).await,
    }
}

/// Deletes the role, once its name was typed and nothing is granted to it.
pub(super) async fn delete(admin: Admin, Path(id): Path<String>, form: Form) -> Answer {
    let role = role_of(&admin, &id).await?;
    let text = if form.text("confirm").trim() == role.name.as_str() {
        match admin.member.lockwright().delete_role(&admin.member.op, &role).await {
            Ok(()) => return go("/console/roles?done=role-deleted"),
            Err(error) => sentence(error, "")?,
        }
    } else {
        format!("To delete this role, type its name exactly: {}", role.name)
    };
    again(&admin, &role, &form, FieldErrors::one("confirm", text)).await
}

async fn editor(admin: &Admin, role: &Role, document: String) -> Result<DocumentEdit, Refused> {
    admin.let_try(aim("iam:UpdateAssumeRolePolicy", role)).await?;
    let path = format!("/console/roles/{}", role.id);
    Ok(DocumentEdit {
        nav: Nav::Roles,
        title: format!("Who may take on {}", role.name),
        lead: "Sessions that were begun go on: end them on the role’s page.".to_owned(),
        above: vec![("/console/roles".to_owned(), "Roles".to_owned()), (path.clone(), role.name.to_string())],
        path: format!("{path}/document"),
        name: None,
        description: None,
        most: MOST_TRUST,
        counted: counted_characters(&document),
        document,
        in_force: None,
        checked: None,
        remarks: 0,
        trial: None,
        save: "Save trust policy".to_owned(),
        errors: FieldErrors::none(),
    })
}

/// The editor of the trust policy.
pub(super) async fn trust_form(admin: Admin, Path(id): Path<String>) -> Answer {
    let role = role_of(&admin, &id).await?;
    let page = editor(&admin, &role, laid_out(&role.trust)).await?;
    admin.member.page(&page).await
}

/// Looks the trust policy over, or saves it.
pub(super) async fn trust(admin: Admin, Path(id): Path<String>, form: Form) -> Answer {
    let role = role_of(&admin, &id).await?;
    let document = text(&form);
    let page = editor(&admin, &role, document.clone()).await?;
    let mut page = check_page(&admin, page, role.name.as_str(), Origin::Resource, &form).await?;
    if form.text("act") == "save" && page.errors.is_empty() {
        let change = Change::Trust(Trust { document, pins: Vec::new() });
        match admin.member.lockwright().change_role(&admin.member.op, &role, "iam:UpdateAssumeRolePolicy", &change).await {
            Ok(_) => return saved(&role),
            Err(error) => page.errors.add("document", sentence(error, "")?),
        }
    }
    answer(&admin, &page).await
}

fn sentence(error: RoleError, typed: &str) -> Result<String, Refused> {
    Ok(match error {
        RoleError::Denied(denied) => not_let(&denied),
        RoleError::NameTaken => format!("A role named “{typed}” exists already. Choose another name."),
        RoleError::Malformed(_) => "It is no trust policy yet: look at the lines below.".to_owned(),
        RoleError::NoPrincipal(arn) => format!("There is nobody of this ARN in the account: {arn}"),
        RoleError::Refused(Refusal::TooMany) => format!("There are {MOST_ROLES} roles already. Delete one first."),
        RoleError::Refused(Refusal::TrustTooLong) => format!("At most {MOST_TRUST} characters fit, white space not counted."),
        RoleError::Refused(Refusal::Holds(Held::Profiles)) => {
            "It is in an instance profile. Programs take it out there: RemoveRoleFromInstanceProfile.".to_owned()
        }
        RoleError::Refused(Refusal::Holds(Held::Attached)) => "Policies are still attached to it. Detach them first.".to_owned(),
        RoleError::Refused(Refusal::Holds(Held::Inline)) => "Inline policies still stand in it. Delete them first.".to_owned(),
        RoleError::Refused(Refusal::ServiceLinked) => "A service manages this role: it alone changes it.".to_owned(),
        RoleError::NoRole | RoleError::NoPolicy(_) | RoleError::Refused(Refusal::OtherAccount) => return Err(Refused::not_found()),
        RoleError::Trouble(trouble) => return Err(trouble.into()),
    })
}
