//! Whom to reach about an account: the primary contact and the alternate ones (Account API `ContactInformation`, `AlternateContact`).

use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::phone::PhoneNumber;

/// An account's contacts.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactDetails {
    /// The primary contact.
    pub primary: Option<PrimaryContact>,
    /// For bills.
    pub billing: Option<AlternateContact>,
    /// For running matters.
    pub operations: Option<AlternateContact>,
    /// For security matters.
    pub security: Option<AlternateContact>,
}

/// Which of the alternate contacts (Account API `AlternateContactType`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AlternateKind {
    /// For bills.
    Billing,
    /// For running matters.
    Operations,
    /// For security matters.
    Security,
}

impl AlternateKind {
    /// All of them, in the order of pages.
    pub const ALL: [Self; 3] = [Self::Billing, Self::Operations, Self::Security];

    /// The Account API's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Billing => "BILLING",
            Self::Operations => "OPERATIONS",
            Self::Security => "SECURITY",
        }
    }
}

impl ContactDetails {
    /// One of the alternate contacts.
    pub fn alternate(&self, kind: AlternateKind) -> Option<&AlternateContact> {
        match kind {
            AlternateKind::Billing => self.billing.as_ref(),
            AlternateKind::Operations => self.operations.as_ref(),
            AlternateKind::Security => self.security.as_ref(),
        }
    }

    /// The place of one of the alternate contacts.
    pub fn alternate_mut(&mut self, kind: AlternateKind) -> &mut Option<AlternateContact> {
        match kind {
            AlternateKind::Billing => &mut self.billing,
            AlternateKind::Operations => &mut self.operations,
            AlternateKind::Security => &mut self.security,
        }
    }

    /// The alternate contacts that are set.
    pub fn alternates(&self) -> impl Iterator<Item = (AlternateKind, &AlternateContact)> {
        AlternateKind::ALL.into_iter().filter_map(|kind| Some((kind, self.alternate(kind)?)))
    }
}

/// Who an account belongs to. Texts are as typed, without control characters; lengths are the Account API's.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PrimaryContact {
    /// `FullName`, 1–50 characters.
    pub full_name: String,
    /// `CompanyName`, up to 50 characters.
    pub company_name: Option<String>,
    /// `PhoneNumber`.
    pub phone: Option<PhoneNumber>,
    /// `AddressLine1`, 1–60 characters.
    pub address_line1: String,
    /// `AddressLine2`, up to 60 characters.
    pub address_line2: Option<String>,
    /// `AddressLine3`, up to 60 characters.
    pub address_line3: Option<String>,
    /// `City`, 1–50 characters.
    pub city: String,
    /// `StateOrRegion`, up to 50 characters.
    pub state_or_region: Option<String>,
    /// `DistrictOrCounty`, up to 50 characters.
    pub district_or_county: Option<String>,
    /// `PostalCode`, 1–20 characters.
    pub postal_code: String,
    /// `CountryCode`, two capital letters (ISO 3166-1).
    pub country_code: String,
    /// `WebsiteUrl`, up to 256 characters.
    pub website_url: Option<String>,
}

/// Somebody else to reach about an account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AlternateContact {
    /// `Name`, 1–64 characters.
    pub name: String,
    /// `Title`, 1–50 characters.
    pub title: String,
    /// `EmailAddress`.
    pub email: EmailAddress,
    /// `PhoneNumber`.
    pub phone: PhoneNumber,
}
