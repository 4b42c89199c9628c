//! `/console/account`: the account's name, alias, and the password rules of its IAM users.

use std::borrow::Cow;

use lockwright_model::password_policy::PasswordPolicy;
use serde::Serialize;

use super::{FieldErrors, Nav, Page, Sample, add};

/// `/console/account`. Posts to `/console/account/name` (`name`), `/console/account/alias` (`alias`), `/console/account/alias/remove`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AccountSettings {
    /// The name, or what was typed.
    pub name: String,
    /// The number in groups, from [`super::words::account`].
    pub number: String,
    /// The alias that is set.
    pub alias: Option<String>,
    /// The alias, or what was typed.
    pub typed_alias: String,
    /// Where IAM users sign in, whole.
    pub sign_in_url: String,
    /// The root user's address, whole for the root user, masked for others.
    pub root_email: String,
    /// A password policy is set.
    pub has_policy: bool,
    /// The root user looks, who alone can close it.
    pub is_root: bool,
    /// What has to be put right in `name` or `alias`.
    pub errors: FieldErrors,
}

impl Page for AccountSettings {
    const TEMPLATE: &'static str = "console/account.html";
    const NAV: Option<Nav> = Some(Nav::Account);

    fn title(&self) -> Cow<'static, str> {
        "Account".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let page = Self {
            name: "Example".into(),
            number: "1234-5678-9012".into(),
            alias: None,
            typed_alias: String::new(),
            sign_in_url: "https://access.example.com/signin/iam/123456789012".into(),
            root_email: "ana@example.com".into(),
            has_policy: false,
            is_root: true,
            errors: FieldErrors::none(),
        };
        vec![
            page.clone(),
            Self {
                alias: Some("example-corp".into()),
                typed_alias: "Example".into(),
                sign_in_url: "https://access.example.com/a/example-corp".into(),
                has_policy: true,
                is_root: false,
                errors: FieldErrors::one("alias", "An alias has 3 to 63 lower-case letters, digits and single hyphens."),
                ..page
            },
        ]
    }
}

/// `/console/account/password-policy`. Posts all fields of `UpdateAccountPasswordPolicy` (`minimum_length`, `require_lowercase`,
/// `require_uppercase`, `require_numbers`, `require_symbols`, `max_age_days`, `reuse_prevention`, `allow_users_to_change`,
/// `hard_expiry`) to the same path, nothing to `…/remove`, and `value` (`on` or `off`) to `/console/account/self-service`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PasswordPolicyForm {
    /// A policy is set; else the default rules count.
    pub in_force: bool,
    /// Fewest characters, 6–128, as typed.
    pub minimum_length: String,
    /// Ticked.
    pub require_lowercase: bool,
    /// Ticked.
    pub require_uppercase: bool,
    /// Ticked.
    pub require_numbers: bool,
    /// Ticked.
    pub require_symbols: bool,
    /// Ticked.
    pub allow_users_to_change: bool,
    /// Days until a password expires, 1–1095, as typed; empty: never.
    pub max_age_days: String,
    /// Earlier passwords that can't be used again, 1–24, as typed; empty: not checked.
    pub reuse_prevention: String,
    /// Ticked.
    pub hard_expiry: bool,
    /// IAM users with a confirmed address may reset a forgotten password themselves.
    pub self_service: bool,
    /// What has to be put right in the fields named above.
    pub errors: FieldErrors,
}

impl PasswordPolicyForm {
    /// The form as the policy stands.
    pub fn new(policy: Option<&PasswordPolicy>, self_service: bool) -> Self {
        let fallback = PasswordPolicy { minimum_length: 8, allow_users_to_change: true, ..PasswordPolicy::when_omitted() };
        let shown = policy.unwrap_or(&fallback);
        Self {
            in_force: policy.is_some(),
            minimum_length: shown.minimum_length.to_string(),
            require_lowercase: shown.require_lowercase,
            require_uppercase: shown.require_uppercase,
            require_numbers: shown.require_numbers,
            require_symbols: shown.require_symbols,
            allow_users_to_change: shown.allow_users_to_change,
            max_age_days: shown.max_age_days.map(|days| days.to_string()).unwrap_or_default(),
            reuse_prevention: shown.reuse_prevention.map(|count| count.to_string()).unwrap_or_default(),
            hard_expiry: shown.hard_expiry,
            self_service,
            errors: FieldErrors::none(),
        }
    }
}

impl Page for PasswordPolicyForm {
    const TEMPLATE: &'static str = "console/password_policy.html";
    const NAV: Option<Nav> = Some(Nav::Account);

    fn title(&self) -> Cow<'static, str> {
        "Password rules".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let policy = PasswordPolicy {
            minimum_length: 14,
            require_symbols: true,
            max_age_days: Some(90),
            reuse_prevention: Some(24),
            allow_users_to_change: true,
            ..PasswordPolicy::when_omitted()
        };
        vec![
            Self::new(None, false),
            Self::new(Some(&policy), true),
            Self {
                minimum_length: "5".into(),
                errors: FieldErrors::one("minimum_length", "Choose a number between 6 and 128."),
                ..Self::new(Some(&policy), true)
            },
        ]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<AccountSettings>(out);
    add::<PasswordPolicyForm>(out);
}
