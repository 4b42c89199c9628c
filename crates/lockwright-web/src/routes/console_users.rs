//! IAM users, as an administrator manages them.

use std::sync::Arc;

use axum::extract::Path;
use lockwright_model::email::EmailAddress;
use lockwright_model::id::{GroupId, UserId};
use lockwright_model::identity::{Identity, UserRef};
use lockwright_model::name::{GroupName, UserName};
use lockwright_model::secret::Secret;
use lockwright_model::user::User;
use lockwright_service::authorize::Aim;
use lockwright_service::core::grant::Grantee;
use lockwright_service::core::group::Refusal;
use lockwright_service::core::person::Person;
use lockwright_service::core::user::ADMINISTRATORS;
use lockwright_service::groups::GroupError;
use lockwright_service::users::{GiveAccess, Handed, UserError};

use super::access_keys::card;
use super::case::password_errors;
use super::console_grants::{grants_card, tags_card};
use super::console_groups::sentence as group_sentence;
use super::mfa::{device_id, row};
use super::readiness::page_of_user;
use super::resources::not_let;
use crate::http::{Admin, Answer, Confirmed, Form, Refused, encode, go, users_sign_in_path};
use crate::page::course::Course;
use crate::page::problem::ProblemKind;
use crate::page::user::{ConsoleAccess, Give, GroupLink, SecretKind, UserNew, UserOffers, UserRow, UserSecret, UserShow, Users};
use crate::page::{FieldErrors, PasswordRules, words};

/// Users on one page.
const PAGE: usize = 50;

/// By name, a page at a time.
pub(super) async fn list(admin: Admin) -> Answer {
    let (member, now) = (&admin.member, admin.member.op.now);
    let after = member.visit.query("after").and_then(|text| text.parse::<UserName>().ok()).map(|name| name.key());
    let limit = u32::try_from(PAGE + 1).unwrap_or(u32::MAX);
    let mut users = member.lockwright().users(&member.op, admin.account, after.as_deref(), limit).await?;
    let more = users.len() > PAGE;
    users.truncate(PAGE);
    let more = users.last().filter(|_| more).map(|user| format!("/console/users?after={}", encode(user.name.as_str())));
    let rows = users.iter().map(|user| UserRow {
        id: user.id.user.to_string(),
        name: user.name.to_string(),
        access: access_of(user),
        last_sign_in: user.last_sign_in.map(|at| words::ago(now, at)),
        administrator: user.administrator,
        disabled: user.disabled,
    });
    let [may_create] = admin.offered(&[create_aim(&admin)]).await?;
    member.page(&Users { rows: rows.collect(), more, may_create }).await
}

fn create_aim(admin: &Admin) -> Aim<'static> {
    Aim::unnamed("iam:CreateUser", admin.account, "user")
}

fn access_of(user: &User) -> ConsoleAccess {
    match user.login_profile.as_ref().map(|profile| &profile.credential) {
        None => ConsoleAccess::None,
        Some(None) => ConsoleAccess::LinkOut,
        Some(Some(credential)) if credential.disabled => ConsoleAccess::SwitchedOff,
        Some(Some(credential)) if credential.must_change => ConsoleAccess::MustChange,
        Some(Some(_)) => ConsoleAccess::Password,
    }
}

/// The empty form.
pub(super) async fn form(admin: Admin) -> Answer {
    admin.let_try(create_aim(&admin)).await?;
    admin.member.page(&UserNew::start(policy_rules(&admin))).await
}

fn policy_rules(admin: &Admin) -> PasswordRules {
    PasswordRules::iam(admin.state.password_policy.as_ref())
}

/// Creates a user; what was drawn for it is shown once, in this answer.
pub(super) async fn create(admin: Admin, form: Form) -> Answer {
    admin.let_try(create_aim(&admin)).await?;
    let member = &admin.member;
    let (mode, access) = given(&form)?;
    let page = UserNew {
        name: form.text("name").to_owned(),
        email: form.text("email").trim().to_owned(),
        administrator: form.ticked("administrator"),
        mode,
        must_change: form.ticked("must_change"),
        ..UserNew::start(policy_rules(&admin))
    };
    let mut errors = FieldErrors::none();
    let name = page.name.parse::<UserName>().inspect_err(|rule| errors.add("name", rule.to_string())).ok();
    let email = match page.email.as_str() {
        "" => None,
        text => text.parse::<EmailAddress>().inspect_err(|_| errors.add("email", "Enter an email address, like name@example.com.")).ok(),
    };
    let Some(name) = name.filter(|_| errors.is_empty()) else { return member.again(&UserNew { errors, ..page }).await };
    let made = member.lockwright().create_user(&member.op, admin.account, &name, page.administrator, access).await;
    let (user, handed) = match made {
        Ok(made) => made,
        Err(UserError::NameTaken) => {
            let errors = FieldErrors::one("name", format!("A user named “{name}” exists already. Choose another name."));
            return member.again(&UserNew { errors, ..page }).await;
        }
        Err(error @ UserError::TooMany) => {
            let errors = FieldErrors::one("name", format!("Nobody was added: {error}. Delete a user who is no longer needed."));
            return member.again(&UserNew { errors, ..page }).await;
        }
        Err(UserError::Password(error)) => return member.again(&UserNew { errors: password_errors(error)?, ..page }).await,
        Err(error) => return Err(error.into()),
    };
    if let Some(email) = email {
        ask_to_confirm(&admin, &user, email).await;
    }
    hand_over(&admin, &user, handed, page.must_change, true).await
}

/// Mails the new user a link to confirm the address. The user exists whatever comes of it.
async fn ask_to_confirm(admin: &Admin, user: &User, email: EmailAddress) {
    let member = &admin.member;
    if let Err(error) = member.lockwright().invite_address(&member.op, &user.id, email).await {
        tracing::warn!(request = %member.op.id, %error, "a new user's address was not mailed to");
    }
}

/// How console access is given, from the form.
fn given(form: &Form) -> Result<(Give, GiveAccess), Refused> {
    let must_change = form.ticked("must_change");
    Ok(match form.text("mode") {
        "link" => (Give::Link, GiveAccess::Link),
        "generated" => (Give::Generated, GiveAccess::Generated { must_change }),
        "typed" => (Give::Typed, GiveAccess::Typed { password: Secret::new(form.text("password")), must_change }),
        "none" => (Give::None, GiveAccess::None),
        _ => return Err(Refused::new(ProblemKind::BadRequest)),
    })
}

/// Shows what is shown once; with nothing to show, the user's page.
pub(super) async fn hand_over(admin: &Admin, user: &User, handed: Handed, must_change: bool, created: bool) -> Answer {
    let member = &admin.member;
    let (kind, secret, until) = match handed {
        Handed::Nothing => return go(format!("/console/users/{}?done={}", user.id.user, if created { "created" } else { "saved" })),
        Handed::Password(password) => (SecretKind::Password, password, None),
        Handed::Link { url, expires } => (SecretKind::Link, url, Some(words::until(member.op.now, expires))),
    };
    let page = UserSecret {
        user_id: user.id.user.to_string(),
        user_name: user.name.to_string(),
        kind,
        secret: secret.expose().to_owned(),
        until,
        must_change,
        sign_in_url: member.visit.web().url(&users_sign_in_path(&admin.state)),
        created,
    };
    member.page(&page).await
}

/// One user's ways back, as an administrator sees them.
pub(super) async fn readiness(admin: Admin, Path(id): Path<String>) -> Answer {
    let user = user_of(&admin, &id).await?;
    admin.let_in(&Aim::of("iam:ListMFADevices", &user)).await?;
    let (member, lockwright) = (&admin.member, admin.member.lockwright());
    let account = admin.state.clone();
    let (name, back) = (user.name.to_string(), format!("/console/users/{}", user.id.user));
    let person = Person::User { account: Arc::new(account), user };
    let found = lockwright.readiness(&person).await?;
    member.page(&page_of_user(&person, name, back, &found, lockwright.config().recovery, member.op.now)).await
}

/// One user.
pub(super) async fn show(admin: Admin, Path(id): Path<String>) -> Answer {
    let user = user_of(&admin, &id).await?;
    let page = shown(&admin, &user, &Form::default()).await?;
    admin.member.page(&page).await
}

pub(super) async fn user_of(admin: &Admin, id: &str) -> Result<User, Refused> {
    Ok(admin.member.lockwright().user_by_id(&admin.member.op, &reference(admin, id)?).await?)
}

fn reference(admin: &Admin, id: &str) -> Result<UserRef, Refused> {
    let user = id.parse::<UserId>().map_err(|_| Refused::not_found())?;
    Ok(UserRef { account: admin.account, user })
}

async fn shown(admin: &Admin, user: &User, typed: &Form) -> Result<UserShow, Refused> {
    let (member, now) = (&admin.member, admin.member.op.now);
    let (account, aim) = (&admin.state, |action| Aim::of(action, user));
    let open_help = match member.lockwright().open_help_of(&member.op, &user.id).await {
        Ok(open) => open,
        Err(UserError::Denied) => None,
        Err(error) => return Err(error.into()),
    };
    let offers = offers(admin, user).await?;
    let groups = if admin.may(&aim("iam:ListGroupsForUser")).await? {
        let groups = member.lockwright().groups_of(user).await?;
        Some(groups.iter().map(|group| GroupLink { id: group.id.to_string(), name: group.name.to_string() }).collect())
    } else {
        None
    };
    let of = Grantee::User(user.clone());
    let credential = user.login_profile.as_ref().and_then(|profile| profile.credential.as_ref());
    let person = Person::User { account: Arc::new(account.clone()), user: user.clone() };
    let recoveries = member.lockwright().recoveries_of(&person).await?;
    let keys = if admin.may(&aim("iam:ListAccessKeys")).await? {
        card(member, &person, format!("/console/users/{}/access-keys", user.id.user), true).await?
    } else {
        None
    };
    Ok(UserShow {
        id: user.id.user.to_string(),
        name: user.name.to_string(),
        arn: user.arn(),
        created: words::at(user.created),
        email: user.email.as_ref().map(ToString::to_string),
        access: access_of(user),
        password_changed: credential.map(|credential| words::ago(now, credential.changed)),
        last_sign_in: user.last_sign_in.map(|at| words::ago(now, at)),
        administrator: user.administrator,
        disabled: user.disabled,
        is_self: member.identity() == Identity::User(user.id.clone()),
        keys,
        grants: grants_card(admin, &of, typed).await?,
        groups,
        typed_group: typed.text("group").to_owned(),
        tags: tags_card(admin, &of, typed).await?,
        offers,
        devices: user.factors.devices.iter().map(|device| row(device, now)).collect(),
        enrolment_owed: user.factors.enrolment.is_some(),
        devices_taken: user.factors.enrolment.as_ref().is_some_and(|owed| owed.taken),
        open_help: open_help.map(|help| help.id.to_string()),
        recovering: recoveries.first().map(|first| Course::of(&first.course, now)),
        sign_in_url: member.visit.web().url(&users_sign_in_path(account)),
        mode: Give::Link,
        must_change: true,
        rules: PasswordRules::iam(account.password_policy.as_ref()),
        errors: FieldErrors::none(),
    })
}

async fn offers(admin: &Admin, user: &User) -> Result<UserOffers, Refused> {
    let aim = |action| Aim::of(action, user);
    let give = if user.login_profile.is_some() { "iam:UpdateLoginProfile" } else { "iam:CreateLoginProfile" };
    let mark = if user.administrator { "iam:RemoveUserFromGroup" } else { "iam:AddUserToGroup" };
    let [password, remove, see_devices, devices, groups, administrator, disable, delete] = admin
        .offered(&[
            aim(give),
            aim("iam:DeleteLoginProfile"),
            aim("iam:ListMFADevices"),
            aim("iam:DeactivateMFADevice"),
            Aim::unnamed("iam:AddUserToGroup", admin.account, "group"),
            Aim::group(mark, admin.account, ADMINISTRATORS),
            aim("iam:UpdateUser"),
            aim("iam:DeleteUser"),
        ])
        .await?;
    Ok(UserOffers { password, remove, see_devices, devices, groups, administrator, disable, delete })
}

/// The page again, with what has to be put right.
pub(super) async fn again(admin: &Admin, user: &User, form: &Form, errors: FieldErrors) -> Answer {
    let page = UserShow { errors, ..shown(admin, user, form).await? };
    admin.member.again(&page).await
}

/// Puts a user into a group.
pub(super) async fn join(admin: Admin, Path(id): Path<String>, form: Form) -> Answer {
    let user = user_of(&admin, &id).await?;
    let (typed, lockwright) = (form.text("group").trim(), admin.member.lockwright());
    let group = match typed.parse::<GroupName>() {
        Ok(name) => lockwright.find_group(admin.account, &name).await?,
        Err(_) => None,
    };
    let text = match group {
        Some(group) => match lockwright.add_to_group(&admin.member.op, &group.id, &user.id).await {
            Ok(()) => return saved(&user.id),
            Err(error) => group_sentence(error, user.name.as_str())?,
        },
        // Whether a group is there is told to those who may put somebody into it.
        None => match lockwright.may(&admin.member.op, admin.account, &Aim::group("iam:AddUserToGroup", admin.account, typed)).await? {
            Ok(()) if typed.eq_ignore_ascii_case(ADMINISTRATORS) => {
                "Make the user an administrator under “Administrator” below.".to_owned()
            }
            Ok(()) => format!("There is no group named “{typed}” in this account."),
            Err(denied) => not_let(&denied),
        },
    };
    again(&admin, &user, &form, FieldErrors::one("group", text)).await
}

/// Takes a user out of a group.
pub(super) async fn leave(admin: Admin, Path(id): Path<String>, form: Form) -> Answer {
    let user = user_of(&admin, &id).await?;
    let group = form.text("group").parse::<GroupId>().map_err(|_| Refused::not_found())?;
    match admin.member.lockwright().remove_from_group(&admin.member.op, &group, &user.id).await {
        Ok(()) | Err(GroupError::Refused(Refusal::NoMember)) => saved(&user.id),
        Err(error) => again(&admin, &user, &Form::default(), FieldErrors::one("groups", group_sentence(error, "")?)).await,
    }
}

/// Gives a user a new password or link.
pub(super) async fn give_password(admin: Admin, Path(id): Path<String>, form: Form) -> Answer {
    let user = user_of(&admin, &id).await?;
    let (mode, access) = given(&form)?;
    let must_change = form.ticked("must_change");
    match admin.member.lockwright().set_access(&admin.member.op, &user.id, access, None).await {
        Ok(handed) => hand_over(&admin, &user, handed, must_change, false).await,
        Err(UserError::Password(error)) => {
            let page = UserShow { mode, must_change, errors: password_errors(error)?, ..shown(&admin, &user, &form).await? };
            admin.member.again(&page).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes console access away.
pub(super) async fn remove_access(admin: Admin, Path(id): Path<String>) -> Answer {
    let id = reference(&admin, &id)?;
    admin.member.lockwright().set_access(&admin.member.op, &id, GiveAccess::None, None).await?;
    saved(&id)
}

/// Switches sign-in off.
pub(super) async fn disable(admin: Admin, Path(id): Path<String>) -> Answer {
    let id = reference(&admin, &id)?;
    admin.member.lockwright().set_user_disabled(&admin.member.op, &id, true).await?;
    saved(&id)
}

/// Switches sign-in on.
pub(super) async fn enable(admin: Admin, Path(id): Path<String>) -> Answer {
    let id = reference(&admin, &id)?;
    admin.member.lockwright().set_user_disabled(&admin.member.op, &id, false).await?;
    saved(&id)
}

/// Puts a user into the administrators group, or takes it out.
pub(super) async fn administrator(admin: Admin, Path(id): Path<String>, form: Form) -> Answer {
    let id = reference(&admin, &id)?;
    let on = match form.text("value") {
        "on" => true,
        "off" => false,
        _ => return Err(Refused::new(ProblemKind::BadRequest)),
    };
    admin.member.lockwright().set_administrator(&admin.member.op, &id, on).await?;
    saved(&id)
}

/// Ends all sessions of a user.
pub(super) async fn end_sessions(admin: Admin, Path(id): Path<String>) -> Answer {
    let id = reference(&admin, &id)?;
    admin.member.lockwright().end_user_sessions(&admin.member.op, &id).await?;
    saved(&id)
}

/// Takes one device away.
pub(super) async fn deactivate(_: Confirmed, admin: Admin, Path((id, device)): Path<(String, String)>) -> Answer {
    let (id, device) = (reference(&admin, &id)?, device_id(&device)?);
    admin.member.lockwright().deactivate_device(&admin.member.op, &id, &device).await?;
    saved(&id)
}

/// Takes all devices away; a new one is owed.
pub(super) async fn require_enrolment(_: Confirmed, admin: Admin, Path(id): Path<String>) -> Answer {
    let id = reference(&admin, &id)?;
    admin.member.lockwright().require_enrolment(&admin.member.op, &id).await?;
    saved(&id)
}

/// Deletes a user, once its name was typed.
pub(super) async fn delete(admin: Admin, Path(id): Path<String>, form: Form) -> Answer {
    let user = user_of(&admin, &id).await?;
    if form.text("confirm").trim() != user.name.as_str() {
        let errors = FieldErrors::one("confirm", format!("To delete this user, type its name exactly: {}", user.name));
        let page = UserShow { errors, ..shown(&admin, &user, &form).await? };
        return admin.member.again(&page).await;
    }
    admin.member.lockwright().delete_user(&admin.member.op, &user.id).await?;
    go("/console/users?done=deleted")
}

fn saved(id: &UserRef) -> Answer {
    go(format!("/console/users/{}?done=saved", id.user))
}
