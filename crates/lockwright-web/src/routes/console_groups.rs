//! Groups of IAM users, as an administrator manages them.

use axum::extract::Path;
use lockwright_model::id::UserId;
use lockwright_model::identity::UserRef;
use lockwright_model::name::{GroupName, Path as Place, UserName};
use lockwright_model::resource::{Group, Resource, ResourceKind};
use lockwright_service::authorize::Aim;
use lockwright_service::core::grant::Grantee;
use lockwright_service::core::group::{Held, MOST_GROUPS, MOST_OF_USER, Refusal};
use lockwright_service::core::user::ADMINISTRATORS;
use lockwright_service::groups::GroupError;

use super::console_grants::grants_card;
use super::resources::{PAGE, WANTED, counted, group_of, listed, not_let};
use crate::http::{Admin, Answer, Form, Refused, go};
use crate::page::groups::{GroupNew, GroupOffers, GroupRow, GroupShow, Groups, MemberRow};
use crate::page::{FieldErrors, words};

fn create_aim(admin: &Admin) -> Aim<'static> {
    Aim::unnamed("iam:CreateGroup", admin.account, "group")
}

/// By name, a page at a time.
pub(super) async fn list(admin: Admin) -> Answer {
    admin.let_in(&Aim::group("iam:ListGroups", admin.account, "")).await?;
    let [may_create] = admin.offered(&[create_aim(&admin)]).await?;
    let found = listed(&admin, ResourceKind::Group, "/console/groups").await?;
    let row = |group: &Group| GroupRow {
        id: group.id.to_string(),
        name: group.name.to_string(),
        path: (group.path != Place::default()).then(|| group.path.to_string()),
        policies: group.grants.attached.len() + group.grants.inline.len(),
        created: words::day(group.created),
    };
    let rows = found.rows.iter().filter_map(|resource| if let Resource::Group(group) = resource { Some(row(group)) } else { None });
    admin.member.page(&Groups { rows: rows.collect(), begin: found.begin, more: found.more, may_create }).await
}

/// The empty form.
pub(super) async fn form(admin: Admin) -> Answer {
    admin.let_try(create_aim(&admin)).await?;
    admin.member.page(&GroupNew::default()).await
}

/// Creates a group.
pub(super) async fn create(admin: Admin, form: Form) -> Answer {
    let typed = form.text("name").trim();
    let text = match typed.parse::<GroupName>() {
        Ok(name) => match admin.member.lockwright().create_group(&admin.member.op, admin.account, &Place::default(), &name).await {
            Ok(group) => return go(format!("/console/groups/{}?done=group-created", group.id)),
            Err(GroupError::Denied(denied)) => {
                admin.let_try(create_aim(&admin)).await?;
                not_let(&denied)
            }
            Err(error) => sentence(error, typed)?,
        },
        Err(rule) => {
            admin.let_try(create_aim(&admin)).await?;
            rule.to_string()
        }
    };
    admin.member.again(&GroupNew { name: typed.to_owned(), errors: FieldErrors::one("name", text) }).await
}

/// One group.
pub(super) async fn show(admin: Admin, Path(id): Path<String>) -> Answer {
    let group = group_of(&admin, &id).await?;
    let page = shown(&admin, &group, &Form::default()).await?;
    admin.member.page(&page).await
}

async fn shown(admin: &Admin, group: &Group, typed: &Form) -> Result<GroupShow, Refused> {
    let aim = |action| Aim::at(action, group.arn());
    let [add, remove, rename, delete] =
        admin.offered(&[aim("iam:AddUserToGroup"), aim("iam:RemoveUserFromGroup"), aim("iam:UpdateGroup"), aim("iam:DeleteGroup")]).await?;
    let after = admin.member.visit.query("after").and_then(|text| text.parse::<UserId>().ok());
    let mut members = admin.member.lockwright().members(group, after.as_ref(), WANTED).await?;
    let more = members.len() > PAGE;
    members.truncate(PAGE);
    let path = format!("/console/groups/{}", group.id);
    let several = if more { "members or more" } else { "members" };
    let in_the_way = [
        counted(members.len(), "member", several),
        counted(group.grants.attached.len(), "attached policy", "attached policies"),
        counted(group.grants.inline.len(), "inline policy", "inline policies"),
    ];
    Ok(GroupShow {
        name: group.name.to_string(),
        arn: group.arn(),
        created: words::at(group.created),
        more: members.last().filter(|_| more).map(|last| format!("{path}?after={}", last.id.user)),
        members: members.iter().map(|user| MemberRow { id: user.id.user.to_string(), name: user.name.to_string() }).collect(),
        grants: grants_card(admin, &Grantee::Group(group.clone()), typed).await?,
        offers: GroupOffers { add, remove, rename, delete },
        typed_user: typed.text("user").to_owned(),
        typed_name: if typed.has("name") { typed.text("name").to_owned() } else { group.name.to_string() },
        in_the_way: in_the_way.into_iter().flatten().collect(),
        path,
        errors: FieldErrors::none(),
    })
}

/// The page again, with what has to be put right.
pub(super) async fn again(admin: &Admin, group: &Group, form: &Form, errors: FieldErrors) -> Answer {
    let page = GroupShow { errors, ..shown(admin, group, form).await? };
    admin.member.again(&page).await
}

fn saved(group: &Group) -> Answer {
    go(format!("/console/groups/{}?done=saved", group.id))
}

/// Puts a user into the group.
pub(super) async fn add(admin: Admin, Path(id): Path<String>, form: Form) -> Answer {
    let group = group_of(&admin, &id).await?;
    let typed = form.text("user").trim();
    let lockwright = admin.member.lockwright();
    let user = match typed.parse::<UserName>() {
        Ok(name) => lockwright.find_user(admin.account, &name).await?,
        Err(_) => None,
    };
    // One that is not there gets an id that nobody has, so that the act is decided before anything is told.
    let id = match user {
        Some(user) => user.id,
        None => UserRef { account: admin.account, user: UserId::draw(lockwright.entropy()) },
    };
    match lockwright.add_to_group(&admin.member.op, &group.id, &id).await {
        Ok(()) => saved(&group),
        Err(error) => again(&admin, &group, &form, FieldErrors::one("user", sentence(error, typed)?)).await,
    }
}

/// Takes a user out of the group.
pub(super) async fn remove(admin: Admin, Path(id): Path<String>, form: Form) -> Answer {
    let group = group_of(&admin, &id).await?;
    let user = form.text("user").parse::<UserId>().map_err(|_| Refused::not_found())?;
    let user = UserRef { account: admin.account, user };
    match admin.member.lockwright().remove_from_group(&admin.member.op, &group.id, &user).await {
        Ok(()) | Err(GroupError::Refused(Refusal::NoMember)) => saved(&group),
        Err(error) => again(&admin, &group, &Form::default(), FieldErrors::one("members", sentence(error, "")?)).await,
    }
}

/// Gives the group another name.
pub(super) async fn rename(admin: Admin, Path(id): Path<String>, form: Form) -> Answer {
    let group = group_of(&admin, &id).await?;
    let typed = form.text("name").trim();
    let text = match typed.parse::<GroupName>() {
        Ok(name) => match admin.member.lockwright().update_group(&admin.member.op, admin.account, &group.id, None, Some(&name)).await {
            Ok(()) => return saved(&group),
            Err(error) => sentence(error, typed)?,
        },
        Err(rule) => rule.to_string(),
    };
    again(&admin, &group, &form, FieldErrors::one("name", text)).await
}

/// Deletes the group, once nothing belongs to it.
pub(super) async fn delete(admin: Admin, Path(id): Path<String>) -> Answer {
    let group = group_of(&admin, &id).await?;
    match admin.member.lockwright().delete_group(&admin.member.op, admin.account, &group.id).await {
        Ok(()) => go("/console/groups?done=group-deleted"),
        Err(error) => again(&admin, &group, &Form::default(), FieldErrors::one("delete", sentence(error, "")?)).await,
    }
}

pub(super) fn sentence(error: GroupError, typed: &str) -> Result<String, Refused> {
    Ok(match error {
        GroupError::Denied(denied) => not_let(&denied),
        GroupError::NoUser => format!("There is no user named “{typed}” in this account."),
        GroupError::NameTaken if typed.eq_ignore_ascii_case(ADMINISTRATORS) => {
            format!("The name “{typed}” is kept for this account’s administrators. Choose another one.")
        }
        GroupError::NameTaken => format!("A group named “{typed}” exists already. Choose another name."),
        GroupError::Refused(Refusal::TooMany) => format!("There are {MOST_GROUPS} groups already. Delete one first."),
        GroupError::Refused(Refusal::TooManyOfUser) => format!("The user is in {MOST_OF_USER} groups already. Take them out of one first."),
        GroupError::Refused(Refusal::Holds(Held::Members)) => "Somebody is still in it. Take its members out first.".to_owned(),
        GroupError::Refused(Refusal::Holds(Held::Attached)) => "Policies are still attached to it. Detach them first.".to_owned(),
        GroupError::Refused(Refusal::Holds(Held::Inline)) => "Inline policies still stand in it. Delete them first.".to_owned(),
        GroupError::NoGroup | GroupError::Refused(Refusal::OtherAccount | Refusal::BuiltIn | Refusal::NoMember) => {
            return Err(Refused::not_found());
        }
        GroupError::Trouble(trouble) => return Err(trouble.into()),
    })
}
