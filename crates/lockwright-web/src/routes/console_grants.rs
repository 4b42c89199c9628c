//! What a user, a group or a role is granted: attached policies, inline ones, the boundary; and tags.

use axum::extract::Path;
use lockwright_model::name::PolicyName;
use lockwright_model::resource::{ResourceKind, Tag};
use lockwright_service::authorize::Aim;
use lockwright_service::core::grant::{Grantee, MOST_ATTACHED, Refusal};
use lockwright_service::core::tag::{self, MOST_TAGS};
use lockwright_service::grants::{GrantError, GranteeRef};
use lockwright_service::policy::managed;
use lockwright_service::policy::simulate::Origin;
use lockwright_service::resources::NoPolicy;
use lockwright_service::roles::TagError;

use super::document::{check_page, laid_out, text};
use super::resources::{group_of, not_let, role_of};
use super::{console_groups, console_roles, console_users};
use crate::http::{Admin, Answer, Form, Refused, encode, go};
use crate::page::document::{DocumentEdit, Trial};
use crate::page::grants::{GrantsCard, GrantsOffered, InlineRow, PolicyLink, TagsCard};
use crate::page::{FieldErrors, Nav};

/// Own policies whose names a page offers.
const KNOWN: u32 = 100;

/// Whoever is named by a path, for those who may look at them.
async fn grantee(admin: &Admin, holder: &str, id: &str) -> Result<Grantee, Refused> {
    Ok(match holder {
        "users" => Grantee::User(console_users::user_of(admin, id).await?),
        "groups" => Grantee::Group(group_of(admin, id).await?),
        "roles" => Grantee::Role(role_of(admin, id).await?),
        _ => return Err(Refused::not_found()),
    })
}

/// The page of a grantee.
fn page_of(of: &Grantee) -> String {
    match of {
        Grantee::User(user) => format!("/console/users/{}", user.id.user),
        Grantee::Group(group) => format!("/console/groups/{}", group.id),
        Grantee::Role(role) => format!("/console/roles/{}", role.id),
    }
}

/// The page again, with what has to be put right.
async fn again(admin: &Admin, of: &Grantee, form: &Form, errors: FieldErrors) -> Answer {
    match of {
        Grantee::User(user) => console_users::again(admin, user, form, errors).await,
        Grantee::Group(group) => console_groups::again(admin, group, form, errors).await,
        Grantee::Role(role) => console_roles::again(admin, role, form, errors).await,
    }
}

fn saved(of: &Grantee) -> Answer {
    go(format!("{}?done=saved", page_of(of)))
}

/// An act as policies name it on this kind of grantee: `iam:Put…Policy` on a user is `iam:PutUserPolicy`.
macro_rules! act {
    ($of:expr, $before:literal, $after:literal) => {
        match $of {
            Grantee::User(_) => concat!("iam:", $before, "User", $after),
            Grantee::Group(_) => concat!("iam:", $before, "Group", $after),
            Grantee::Role(_) => concat!("iam:", $before, "Role", $after),
        }
    };
}

/// The card of what somebody is granted.
pub(super) async fn grants_card(admin: &Admin, of: &Grantee, typed: &Form) -> Result<GrantsCard, Refused> {
    let aim = |action| Aim::grantee(action, of);
    let bounds = !matches!(of, Grantee::Group(_));
    let [attach, detach, put, delete, bound, unbound] = admin
        .offered(&[
            aim(act!(of, "Attach", "Policy")),
            aim(act!(of, "Detach", "Policy")),
            aim(act!(of, "Put", "Policy")),
            aim(act!(of, "Delete", "Policy")),
            aim(act!(of, "Put", "PermissionsBoundary")),
            aim(act!(of, "Delete", "PermissionsBoundary")),
        ])
        .await?;
    let offers = GrantsOffered { attach, detach, put, delete, bound: bound && bounds, unbound: unbound && bounds };
    let (path, grants) = (page_of(of), of.grants());
    let attached = if admin.may(&aim(act!(of, "ListAttached", "Policies"))).await? {
        let mut links = Vec::with_capacity(grants.attached.len());
        for arn in &grants.attached {
            links.push(link(admin, arn).await?);
        }
        Some(links)
    } else {
        None
    };
    let inline = admin.may(&aim(act!(of, "List", "Policies"))).await?.then(|| {
        let row = |name: &PolicyName| InlineRow {
            name: name.to_string(),
            href: format!("{path}/inline/document?name={}", encode(name.as_str())),
        };
        grants.inline.iter().map(|policy| row(&policy.name)).collect()
    });
    let boundary = match &grants.boundary {
        Some(arn) => Some(link(admin, arn).await?),
        None => None,
    };
    let known = if offers.attach || offers.bound { known(admin).await? } else { Vec::new() };
    let (typed, typed_boundary) = (typed.text("policy").to_owned(), typed.text("boundary").to_owned());
    Ok(GrantsCard { path, name: of.name().to_owned(), attached, inline, bounds, boundary, offers, known, typed, typed_boundary })
}

/// A policy by its ARN, with its page.
async fn link(admin: &Admin, arn: &str) -> Result<PolicyLink, Refused> {
    let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
    let (aws, href) = match managed::find(arn) {
        Ok(managed) => (true, format!("/console/policies/aws/{}", encode(managed.name()))),
        Err(_) => {
            let own = admin.member.lockwright().find_policy(admin.account, arn).await?;
            (false, own.map_or("/console/policies".to_owned(), |policy| format!("/console/policies/{}", policy.id)))
        }
    };
    Ok(PolicyLink { name, arn: arn.to_owned(), href, aws })
}

/// Names that can be attached: AWS's, and of the account's own those that somebody may see.
async fn known(admin: &Admin) -> Result<Vec<String>, Refused> {
    let aws = managed::all().iter().filter(|managed| managed.is_attachable()).map(|managed| managed.name().to_owned());
    let mut names: Vec<String> = Vec::new();
    if admin.may(&Aim::named("iam:ListPolicies", admin.account, "policy", "/", "")).await? {
        let own = admin.member.lockwright().policies(admin.account, None, KNOWN).await?;
        names.extend(own.iter().map(|policy| policy.name.to_string()));
    }
    names.extend(aws);
    Ok(names)
}

/// The ARN of what was typed: an ARN, or the name of a policy. Of a name that nobody has it is the one it would have, and the service says so to
/// those who may ask.
async fn arn_of(admin: &Admin, typed: &str) -> Result<String, Refused> {
    let typed = typed.trim();
    if typed.starts_with("arn:") {
        return Ok(typed.to_owned());
    }
    let guess = format!("arn:aws:iam::{}:policy/{typed}", admin.account);
    let Ok(name) = typed.parse::<PolicyName>() else { return Ok(guess) };
    if let Some(own) = admin.member.lockwright().find_resource(admin.account, ResourceKind::Policy, &name.key()).await? {
        return Ok(own.arn());
    }
    let aws = managed::all().iter().find(|managed| managed.is_attachable() && managed.name().eq_ignore_ascii_case(typed));
    Ok(aws.map_or(guess, managed::Managed::arn))
}

/// Attaches a managed policy.
pub(super) async fn attach(admin: Admin, Path((holder, id)): Path<(String, String)>, form: Form) -> Answer {
    let of = grantee(&admin, &holder, &id).await?;
    let arn = arn_of(&admin, form.text("policy")).await?;
    match admin.member.lockwright().attach_policy(&admin.member.op, &GranteeRef::from(&of), &arn).await {
        Ok(()) => saved(&of),
        Err(error) => again(&admin, &of, &form, FieldErrors::one("policy", sentence(error)?)).await,
    }
}

/// Detaches one.
pub(super) async fn detach(admin: Admin, Path((holder, id)): Path<(String, String)>, form: Form) -> Answer {
    let of = grantee(&admin, &holder, &id).await?;
    match admin.member.lockwright().detach_policy(&admin.member.op, &GranteeRef::from(&of), form.text("policy")).await {
        Ok(()) => saved(&of),
        Err(error) => again(&admin, &of, &Form::default(), FieldErrors::one("grants", sentence(error)?)).await,
    }
}

/// Sets the boundary, or takes it away.
pub(super) async fn bound(admin: Admin, Path((holder, id)): Path<(String, String)>, form: Form) -> Answer {
    let of = grantee(&admin, &holder, &id).await?;
    if matches!(of, Grantee::Group(_)) {
        return Err(Refused::not_found());
    }
    let arn = match form.text("boundary").trim() {
        "" => None,
        typed => Some(arn_of(&admin, typed).await?),
    };
    match admin.member.lockwright().set_boundary(&admin.member.op, &GranteeRef::from(&of), arn.as_deref()).await {
        Ok(()) => saved(&of),
        Err(error) => {
            let field = if arn.is_some() { "boundary" } else { "grants" };
            again(&admin, &of, &form, FieldErrors::one(field, sentence(error)?)).await
        }
    }
}

/// Deletes an inline policy.
pub(super) async fn delete_inline(admin: Admin, Path((holder, id)): Path<(String, String)>, form: Form) -> Answer {
    let of = grantee(&admin, &holder, &id).await?;
    let name = form.text("name").parse::<PolicyName>().map_err(|_| Refused::not_found())?;
    match admin.member.lockwright().delete_policy_in(&admin.member.op, &GranteeRef::from(&of), &name).await {
        Ok(()) => saved(&of),
        Err(error) => again(&admin, &of, &Form::default(), FieldErrors::one("grants", sentence(error)?)).await,
    }
}

/// The editor of an inline policy: of the one that is named, or of a new one.
pub(super) async fn inline_form(admin: Admin, Path((holder, id)): Path<(String, String)>) -> Answer {
    let of = grantee(&admin, &holder, &id).await?;
    let page = match admin.member.visit.query("name") {
        None => {
            admin.let_try(Aim::grantee(act!(&of, "Put", "Policy"), &of)).await?;
            editor(&of, true, String::new(), String::new())
        }
        Some(name) => {
            admin.let_in(&Aim::grantee(act!(&of, "Get", "Policy"), &of)).await?;
            let policy = of.grants().inline.iter().find(|policy| policy.name.as_str() == name).ok_or(Refused::not_found())?;
            editor(&of, false, name, laid_out(&policy.document))
        }
    };
    // A new one is looked over once somebody asks for it.
    let page = if page.document.is_empty() { page } else { check_page(&admin, page, "", origin(&of), &Form::default()).await? };
    admin.member.page(&page).await
}

/// Looks an inline policy over, tries it, or saves it.
pub(super) async fn inline(admin: Admin, Path((holder, id)): Path<(String, String)>, form: Form) -> Answer {
    let of = grantee(&admin, &holder, &id).await?;
    admin.let_try(Aim::grantee(act!(&of, "Put", "Policy"), &of)).await?;
    let (name, document) = (form.text("name").trim().to_owned(), text(&form));
    let fresh = of.grants().inline.iter().all(|policy| policy.name.as_str() != name);
    let page = editor(&of, fresh, name.clone(), document.clone());
    let mut page = check_page(&admin, page, &name, origin(&of), &form).await?;
    let parsed = name.parse::<PolicyName>();
    if form.text("act") == "save" && page.errors.is_empty() {
        match &parsed {
            Ok(name) => match admin.member.lockwright().put_policy(&admin.member.op, &GranteeRef::from(&of), name, &document).await {
                Ok(()) => return saved(&of),
                Err(error) => page.errors.add("document", sentence(error)?),
            },
            Err(rule) => page.errors.add("name", rule.to_string()),
        }
    }
    answer(&admin, &page).await
}

/// An editor again: with a status that says whether something has to be put right.
pub(super) async fn answer(admin: &Admin, page: &DocumentEdit) -> Answer {
    if page.errors.is_empty() { admin.member.page(page).await } else { admin.member.again(page).await }
}

const fn origin(of: &Grantee) -> Origin {
    match of {
        Grantee::User(_) => Origin::User,
        Grantee::Group(_) => Origin::Group,
        Grantee::Role(_) => Origin::Role,
    }
}

fn editor(of: &Grantee, fresh: bool, name: String, document: String) -> DocumentEdit {
    let (nav, label) = match of {
        Grantee::User(_) => (Nav::Users, "Users"),
        Grantee::Group(_) => (Nav::Groups, "Groups"),
        Grantee::Role(_) => (Nav::Roles, "Roles"),
    };
    let page = page_of(of);
    let list = page.rsplit_once('/').map(|(list, _)| list.to_owned()).unwrap_or_default();
    DocumentEdit {
        nav,
        title: if fresh { "Write an inline policy".to_owned() } else { format!("Inline policy {name}") },
        lead: format!("It stands in {} alone and goes with it.", of.name()),
        above: vec![(list, label.to_owned()), (page.clone(), of.name().to_owned())],
        path: format!("{page}/inline/document"),
        name: Some(name),
        description: None,
        counted: 0,
        document,
        most: of.most_characters(),
        in_force: None,
        checked: None,
        remarks: 0,
        trial: Some(Trial::default()),
        save: "Save policy".to_owned(),
        errors: FieldErrors::none(),
    }
}

/// What is said where nothing was granted or taken.
pub(super) fn sentence(error: GrantError) -> Result<String, Refused> {
    Ok(match error {
        GrantError::Denied(denied) => not_let(&denied),
        GrantError::NoPolicy(NoPolicy::Unknown) => "There is no policy like that here. Take a name from the list of policies.".to_owned(),
        GrantError::NoPolicy(NoPolicy::NotAttachable) => {
            "Only roles of AWS’s services can have that policy. Choose another one.".to_owned()
        }
        GrantError::Malformed(_) => "It is no policy yet: look at the lines below.".to_owned(),
        GrantError::Refused(Refusal::TooLong(most)) => {
            format!(
                "All inline policies together may have {most} characters, white space not counted. Make one of them a policy of the account, and attach it."
            )
        }
        GrantError::Refused(Refusal::TooMany) => format!("{MOST_ATTACHED} policies are attached already. Detach one first."),
        GrantError::Refused(Refusal::ServiceLinked) => "A service manages this role: it alone says what the role may do.".to_owned(),
        GrantError::Refused(Refusal::Unknown) => "It was taken away meanwhile.".to_owned(),
        GrantError::Nobody | GrantError::Refused(Refusal::OtherAccount) => return Err(Refused::not_found()),
        GrantError::Trouble(trouble) => return Err(trouble.into()),
    })
}

/// The card of somebody's tags; `None`: policies don't let see them.
pub(super) async fn tags_card(admin: &Admin, of: &Grantee, typed: &Form) -> Result<Option<TagsCard>, Refused> {
    let (see, tags, put, take) = match of {
        Grantee::User(user) => ("iam:ListUserTags", &user.tags, "iam:TagUser", "iam:UntagUser"),
        Grantee::Role(role) => ("iam:ListRoleTags", &role.tags, "iam:TagRole", "iam:UntagRole"),
        Grantee::Group(_) => return Ok(None),
    };
    if !admin.may(&Aim::grantee(see, of)).await? {
        return Ok(None);
    }
    let [put, take] = admin.offered(&[Aim::grantee(put, of), Aim::grantee(take, of)]).await?;
    let rows = tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect();
    let (key, value) = (typed.text("key").to_owned(), typed.text("value").to_owned());
    Ok(Some(TagsCard { path: page_of(of), name: of.name().to_owned(), rows, put, take, key, value }))
}

/// Puts a tag, or takes one away.
pub(super) async fn tags(admin: Admin, Path((holder, id)): Path<(String, String)>, form: Form) -> Answer {
    let of = grantee(&admin, &holder, &id).await?;
    let (lockwright, op, on) = (admin.member.lockwright(), &admin.member.op, GranteeRef::from(&of));
    let outcome = if form.has("take") {
        lockwright.take_tags(op, &on, &[form.text("take").to_owned()]).await
    } else {
        let (key, value) = (form.text("key").trim().to_owned(), form.text("value").trim().to_owned());
        if tag::is_reserved(&key) {
            let rule = "Keys that begin with aws: are AWS’s own. Choose another key.";
            return again(&admin, &of, &form, FieldErrors::one("key", rule)).await;
        }
        if key.is_empty()
            || key.chars().count() > 128
            || value.chars().count() > 256
            || ![&key, &value].into_iter().all(|t| tag::is_spelled(t))
        {
            let rule = "A key has 1 to 128 letters, digits, blanks or _ . : / = + - @; a value up to 256 of them.";
            return again(&admin, &of, &form, FieldErrors::one("key", rule)).await;
        }
        lockwright.put_tags(op, &on, &[Tag { key, value }]).await
    };
    let text = match outcome {
        Ok(()) => return saved(&of),
        Err(TagError::Grant(error)) => sentence(error)?,
        Err(TagError::Refused(tag::Refusal::TooMany)) => format!("{MOST_TAGS} tags are there already. Remove one first."),
        Err(TagError::Refused(tag::Refusal::OtherAccount | tag::Refusal::NotForThisKind)) => return Err(Refused::not_found()),
    };
    let field = if form.has("take") { "tags" } else { "key" };
    again(&admin, &of, &form, FieldErrors::one(field, text)).await
}
