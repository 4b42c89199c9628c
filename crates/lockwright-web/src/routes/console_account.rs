//! The account's name, alias and rules.

use lockwright_model::account::Account;
use lockwright_model::name::{AccountName, Alias};
use lockwright_model::password_policy::{PasswordPolicy, PasswordPolicyError};
use lockwright_service::accounts::AccountError;
use lockwright_service::authorize::Aim;
use lockwright_service::core::person::Person;

use crate::http::{Admin, Answer, Form, Refused, go, users_sign_in_path};
use crate::page::account::{AccountSettings, PasswordPolicyForm};
use crate::page::problem::ProblemKind;
use crate::page::{FieldErrors, words};

/// Name, number, alias.
pub(super) async fn show(admin: Admin) -> Answer {
    let page = settings(&admin, &account(&admin).await?);
    admin.member.page(&page).await
}

async fn account(admin: &Admin) -> Result<Account, Refused> {
    Ok(admin.member.lockwright().account(&admin.member.op, admin.account).await?)
}

fn settings(admin: &Admin, account: &Account) -> AccountSettings {
    let is_root = matches!(admin.member.person, Person::Root(_));
    let alias = account.alias.as_ref().map(ToString::to_string);
    AccountSettings {
        name: account.name.to_string(),
        number: words::account(account.id),
        typed_alias: alias.clone().unwrap_or_default(),
        alias,
        sign_in_url: admin.member.visit.web().url(&users_sign_in_path(account)),
        root_email: if is_root { account.root.email.to_string() } else { account.root.email.masked() },
        has_policy: account.password_policy.is_some(),
        is_root,
        errors: FieldErrors::none(),
    }
}

/// Gives the account another name.
pub(super) async fn rename(admin: Admin, form: Form) -> Answer {
    admin.let_try(Aim::account("account:PutAccountName")).await?;
    match form.text("name").parse::<AccountName>() {
        Ok(name) => {
            admin.member.lockwright().set_account_name(&admin.member.op, admin.account, &name).await?;
            go("/console/account?done=saved")
        }
        Err(rule) => {
            let errors = FieldErrors::one("name", rule.to_string());
            let page = AccountSettings { name: form.text("name").to_owned(), errors, ..settings(&admin, &account(&admin).await?) };
            admin.member.again(&page).await
        }
    }
}

/// Sets or changes the alias.
pub(super) async fn set_alias(admin: Admin, form: Form) -> Answer {
    admin.let_try(Aim::account("iam:CreateAccountAlias")).await?;
    let typed = form.text("alias").trim();
    let text = match typed.parse::<Alias>() {
        Ok(alias) => match admin.member.lockwright().set_alias(&admin.member.op, admin.account, Some(&alias)).await {
            Ok(()) => return go("/console/account?done=saved"),
            Err(AccountError::AliasTaken) => "Another account here has this alias. Choose another one.".to_owned(),
            Err(error) => return Err(error.into()),
        },
        Err(rule) => rule.to_string(),
    };
    let errors = FieldErrors::one("alias", text);
    let page = AccountSettings { typed_alias: typed.to_owned(), errors, ..settings(&admin, &account(&admin).await?) };
    admin.member.again(&page).await
}

/// Removes the alias.
pub(super) async fn remove_alias(admin: Admin) -> Answer {
    admin.member.lockwright().set_alias(&admin.member.op, admin.account, None).await?;
    go("/console/account?done=saved")
}

/// The password rules of the account's users.
pub(super) async fn policy(admin: Admin) -> Answer {
    let account = account(&admin).await?;
    let page = PasswordPolicyForm::new(account.password_policy.as_ref(), account.self_service_recovery);
    admin.member.page(&page).await
}

/// Replaces them whole.
pub(super) async fn set_policy(admin: Admin, form: Form) -> Answer {
    admin.let_try(Aim::account("iam:UpdateAccountPasswordPolicy")).await?;
    let mut errors = FieldErrors::none();
    let mut page = PasswordPolicyForm {
        in_force: true,
        minimum_length: form.text("minimum_length").trim().to_owned(),
        require_lowercase: form.ticked("require_lowercase"),
        require_uppercase: form.ticked("require_uppercase"),
        require_numbers: form.ticked("require_numbers"),
        require_symbols: form.ticked("require_symbols"),
        allow_users_to_change: form.ticked("allow_users_to_change"),
        max_age_days: form.text("max_age_days").trim().to_owned(),
        reuse_prevention: form.text("reuse_prevention").trim().to_owned(),
        hard_expiry: form.ticked("hard_expiry"),
        self_service: false,
        errors: FieldErrors::none(),
    };
    // A text that is no number is out of range as well: 0 stands for it.
    let policy = PasswordPolicy {
        minimum_length: page.minimum_length.parse().unwrap_or(0),
        require_symbols: page.require_symbols,
        require_numbers: page.require_numbers,
        require_uppercase: page.require_uppercase,
        require_lowercase: page.require_lowercase,
        allow_users_to_change: page.allow_users_to_change,
        max_age_days: optional(&page.max_age_days),
        reuse_prevention: optional(&page.reuse_prevention),
        hard_expiry: page.hard_expiry,
    };
    match policy.validated() {
        Ok(policy) => {
            admin.member.lockwright().set_password_policy(&admin.member.op, admin.account, Some(&policy)).await?;
            return go("/console/account/password-policy?done=saved");
        }
        Err(PasswordPolicyError::MinimumLength) => errors.add("minimum_length", "Choose a number between 6 and 128."),
        Err(PasswordPolicyError::MaxAge) => errors.add("max_age_days", "Choose a number between 1 and 1095, or leave it empty."),
        Err(PasswordPolicyError::ReusePrevention) => {
            errors.add("reuse_prevention", "Choose a number between 1 and 24, or leave it empty.");
        }
    }
    let account = account(&admin).await?;
    (page.in_force, page.self_service, page.errors) = (account.password_policy.is_some(), account.self_service_recovery, errors);
    admin.member.again(&page).await
}

fn optional<N: std::str::FromStr + Default>(text: &str) -> Option<N> {
    if text.is_empty() { None } else { Some(text.parse().unwrap_or_default()) }
}

/// Back to the default rules.
pub(super) async fn remove_policy(admin: Admin) -> Answer {
    admin.member.lockwright().set_password_policy(&admin.member.op, admin.account, None).await?;
    go("/console/account/password-policy?done=saved")
}

/// Lets users reset a forgotten password themselves, or not.
pub(super) async fn self_service(admin: Admin, form: Form) -> Answer {
    let allowed = match form.text("value") {
        "on" => true,
        "off" => false,
        _ => return Err(Refused::new(ProblemKind::BadRequest)),
    };
    admin.member.lockwright().set_self_service(&admin.member.op, admin.account, allowed).await?;
    go("/console/account/password-policy?done=saved")
}
