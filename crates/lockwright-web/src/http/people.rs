//! How a person is named on pages, and what follows from their kind: rules for a new password, where to sign in.

use lockwright_model::account::Account;
use lockwright_service::core::person::Person;

use crate::page::{PasswordRules, words};

/// `Root user of Example (1234-5678-9012)`, `ana in Example (1234-5678-9012)`, `Ana Lima`
pub(crate) fn label(person: &Person) -> String {
    match person {
        Person::Root(account) => format!("Root user of {}", named(account)),
        Person::User { account, user } => format!("{} in {}", user.name, named(account)),
        Person::Builder(builder) => builder.name.to_string(),
        Person::Operator(operator) => operator.name.to_string(),
    }
}

/// `root user of Example (1234-5678-9012)`, `IAM user ana in Example (1234-5678-9012)`, `builder ID ana@example.com`
pub(crate) fn who(person: &Person) -> String {
    match person {
        Person::Root(account) => format!("root user of {}", named(account)),
        Person::User { account, user } => format!("IAM user {} in {}", user.name, named(account)),
        Person::Builder(builder) => format!("builder ID {}", builder.email),
        Person::Operator(operator) => format!("operator {}", operator.email),
    }
}

/// What password managers file the password under.
pub(crate) fn manager_name(person: &Person) -> String {
    match person {
        Person::Root(account) => account.root.email.to_string(),
        Person::User { user, .. } => user.name.to_string(),
        Person::Builder(builder) => builder.email.to_string(),
        Person::Operator(operator) => operator.email.to_string(),
    }
}

/// The rules for a new password.
pub(crate) fn rules(person: &Person) -> PasswordRules {
    match person {
        Person::User { account, .. } => PasswordRules::iam(account.password_policy.as_ref()),
        Person::Root(_) | Person::Builder(_) | Person::Operator(_) => PasswordRules::own(),
    }
}

/// The page this person signs in on.
pub(crate) fn sign_in_path(person: &Person) -> String {
    match person {
        Person::Root(_) => "/signin/root".to_owned(),
        Person::User { account, .. } => users_sign_in_path(account),
        Person::Builder(_) => "/signin/builder".to_owned(),
        Person::Operator(_) => "/operator/signin".to_owned(),
    }
}

/// The page an account's IAM users sign in on.
pub(crate) fn users_sign_in_path(account: &Account) -> String {
    match &account.alias {
        Some(alias) => format!("/a/{alias}"),
        None => format!("/signin/iam/{}", account.id),
    }
}

fn named(account: &Account) -> String {
    format!("{} ({})", account.name, words::account(account.id))
}
