//! `/console/account/contacts`: whom to reach about the account.

use std::borrow::Cow;

use lockwright_model::contact::{AlternateKind, TypedAlternate, TypedPrimary};
use serde::Serialize;

use super::{FieldErrors, Nav, Page, Sample, add};

/// One alternate contact, set or not.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AlternateRow {
    /// The last part of its path: `billing`, `operations`, `security`.
    pub kind: &'static str,
    /// What it is for: `Bills`, `Running matters`, `Security`.
    pub label: &'static str,
    /// Name, title, email and phone; `None`: nobody.
    pub contact: Option<TypedAlternate>,
}

/// The last part of an alternate contact's path, and what it is for.
pub const fn words(kind: AlternateKind) -> (&'static str, &'static str) {
    match kind {
        AlternateKind::Billing => ("billing", "Bills"),
        AlternateKind::Operations => ("operations", "Running matters"),
        AlternateKind::Security => ("security", "Security"),
    }
}

/// `/console/account/contacts`. Posts nothing to `/console/account/contacts/{kind}/remove` and to `/console/account/contact/phone`, `code` to
/// `/console/account/contact/phone/code`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AccountContacts {
    /// The primary contact.
    pub primary: Option<TypedPrimary>,
    /// Where its phone number stands: `unverified`, `pending`, `verified`; empty without one.
    pub phone: &'static str,
    /// The alternate ones, in order.
    pub alternates: Vec<AlternateRow>,
    /// What has to be put right in `code`.
    pub errors: FieldErrors,
}

impl Page for AccountContacts {
    const TEMPLATE: &'static str = "console/account_contacts.html";
    const NAV: Option<Nav> = Some(Nav::Account);

    fn title(&self) -> Cow<'static, str> {
        "Account contacts".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let rows = |contact: Option<TypedAlternate>| {
            AlternateKind::ALL.into_iter().map(move |kind| AlternateRow {
                kind: words(kind).0,
                label: words(kind).1,
                contact: contact.clone(),
            })
        };
        let named =
            |phone, errors| Self { primary: Some(sample_primary()), phone, alternates: rows(Some(sample_alternate())).collect(), errors };
        vec![
            Self { primary: None, phone: "", alternates: rows(None).collect(), errors: FieldErrors::none() },
            named("pending", FieldErrors::one("code", "This is not the code.")),
            named("unverified", FieldErrors::none()),
            named("verified", FieldErrors::none()),
        ]
    }
}

/// `/console/account/contact`: posts the fields of [`TypedPrimary`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PrimaryContactForm {
    /// The contact, or what was typed.
    pub contact: TypedPrimary,
    /// What has to be put right in its fields.
    pub errors: FieldErrors,
}

impl Page for PrimaryContactForm {
    const TEMPLATE: &'static str = "console/account_contact.html";
    const NAV: Option<Nav> = Some(Nav::Account);

    fn title(&self) -> Cow<'static, str> {
        "Primary contact".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let wrong = FieldErrors::one("country_code", "Enter the two letters of the country, like DE or US.");
        vec![
            Self { contact: TypedPrimary::default(), errors: FieldErrors::none() },
            Self { contact: TypedPrimary { country_code: "Portugal".into(), ..sample_primary() }, errors: wrong },
        ]
    }
}

/// `/console/account/contacts/{kind}`: posts the fields of [`TypedAlternate`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AlternateContactForm {
    /// The last part of its path.
    pub kind: &'static str,
    /// What it is for.
    pub label: &'static str,
    /// The contact, or what was typed.
    pub contact: TypedAlternate,
    /// What has to be put right in its fields.
    pub errors: FieldErrors,
}

impl Page for AlternateContactForm {
    const TEMPLATE: &'static str = "console/account_alternate.html";
    const NAV: Option<Nav> = Some(Nav::Account);

    fn title(&self) -> Cow<'static, str> {
        format!("Alternate contact: {}", self.label.to_lowercase()).into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let page = |kind, contact, errors| Self { kind: words(kind).0, label: words(kind).1, contact, errors };
        let wrong = FieldErrors::one("email", "Enter an email address, like name@example.com.");
        vec![
            page(AlternateKind::Billing, TypedAlternate::default(), FieldErrors::none()),
            page(AlternateKind::Security, TypedAlternate { email: "desk@".into(), ..sample_alternate() }, wrong),
        ]
    }
}

fn sample_primary() -> TypedPrimary {
    TypedPrimary {
        full_name: "Ana Lima".into(),
        company_name: "Harbour Works".into(),
        phone: "+351210000000".into(),
        address_line1: "Quay 1".into(),
        city: "Porto".into(),
        postal_code: "4000-001".into(),
        country_code: "PT".into(),
        website_url: "https://example.com".into(),
        ..TypedPrimary::default()
    }
}

fn sample_alternate() -> TypedAlternate {
    TypedAlternate { name: "Bela Novak".into(), title: "Duty desk".into(), email: "desk@example.com".into(), phone: "+351210000001".into() }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<AccountContacts>(out);
    add::<PrimaryContactForm>(out);
    add::<AlternateContactForm>(out);
}
