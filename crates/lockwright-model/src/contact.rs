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
