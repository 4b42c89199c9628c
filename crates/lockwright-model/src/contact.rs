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
    /// The primary contact's phone number, once a code that was sent there came back.
    pub verified_phone: Option<PhoneNumber>,
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
    /// Whether the primary contact's phone number was verified.
    pub fn phone_is_verified(&self) -> bool {
        self.verified_phone.is_some() && self.verified_phone.as_ref() == self.primary.as_ref().and_then(|primary| primary.phone.as_ref())
    }

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
    /// `PhoneNumber`, 1–25 digits, spaces and `( ) + -`, as typed: people call it, nothing of ours does.
    pub phone: String,
}

/// What has to be put right in a contact: the field, by the name that forms use, and a sentence.
pub type WrongFields = Vec<(&'static str, &'static str)>;

/// A primary contact as typed, field by field.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[allow(missing_docs, reason = "the fields of `PrimaryContact`")]
pub struct TypedPrimary {
    pub full_name: String,
    pub company_name: String,
    pub phone: String,
    pub address_line1: String,
    pub address_line2: String,
    pub address_line3: String,
    pub city: String,
    pub state_or_region: String,
    pub district_or_county: String,
    pub postal_code: String,
    pub country_code: String,
    pub website_url: String,
}

impl TypedPrimary {
    /// Reads all fields, or says of each what has to be put right.
    pub fn read(&self) -> Result<PrimaryContact, WrongFields> {
        let mut wrong = WrongFields::new();
        let mut text = |field, typed: &str, most: usize, needed: bool, sentence| match bounded(typed, most) {
            Some(None) if !needed => None,
            Some(Some(text)) => Some(text),
            _ => {
                wrong.push((field, sentence));
                None
            }
        };
        let full_name = text("full_name", &self.full_name, 50, true, "Enter a name of at most 50 characters.");
        let company_name = text("company_name", &self.company_name, 50, false, "Shorten the company’s name to at most 50 characters.");
        let address_line1 = text("address_line1", &self.address_line1, 60, true, "Enter an address of at most 60 characters a line.");
        let address_line2 = text("address_line2", &self.address_line2, 60, false, "Shorten this line to at most 60 characters.");
        let address_line3 = text("address_line3", &self.address_line3, 60, false, "Shorten this line to at most 60 characters.");
        let city = text("city", &self.city, 50, true, "Enter a city of at most 50 characters.");
        let state_or_region = text("state_or_region", &self.state_or_region, 50, false, "Shorten the state to at most 50 characters.");
        let district_or_county =
            text("district_or_county", &self.district_or_county, 50, false, "Shorten the district to at most 50 characters.");
        let postal_code = text("postal_code", &self.postal_code, 20, true, "Enter a postal code of at most 20 characters.");
        let website_url = text("website_url", &self.website_url, 256, false, WEBSITE);
        let country_code = self.country_code.trim().to_ascii_uppercase();
        if country_code.len() != 2 || !country_code.bytes().all(|b| b.is_ascii_uppercase()) {
            wrong.push(("country_code", "Enter the two letters of the country, like DE or US."));
        }
        let phone = self.phone.parse::<PhoneNumber>().ok();
        if phone.is_none() {
            wrong.push(("phone", PHONE));
        }
        if website_url.as_ref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
            wrong.push(("website_url", WEBSITE));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(PrimaryContact {
            full_name: full_name.unwrap_or_default(),
            company_name,
            phone,
            address_line1: address_line1.unwrap_or_default(),
            address_line2,
            address_line3,
            city: city.unwrap_or_default(),
            state_or_region,
            district_or_county,
            postal_code: postal_code.unwrap_or_default(),
            country_code,
            website_url,
        })
    }
}

impl From<&PrimaryContact> for TypedPrimary {
    fn from(contact: &PrimaryContact) -> Self {
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            full_name: contact.full_name.clone(),
            company_name: optional(&contact.company_name),
            phone: contact.phone.as_ref().map(ToString::to_string).unwrap_or_default(),
            address_line1: contact.address_line1.clone(),
            address_line2: optional(&contact.address_line2),
            address_line3: optional(&contact.address_line3),
            city: contact.city.clone(),
            state_or_region: optional(&contact.state_or_region),
            district_or_county: optional(&contact.district_or_county),
            postal_code: contact.postal_code.clone(),
            country_code: contact.country_code.clone(),
            website_url: optional(&contact.website_url),
        }
    }
}

/// An alternate contact as typed, field by field.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[allow(missing_docs, reason = "the fields of `AlternateContact`")]
pub struct TypedAlternate {
    pub name: String,
    pub title: String,
    pub email: String,
    pub phone: String,
}

impl TypedAlternate {
    /// Reads all fields, or says of each what has to be put right.
    pub fn read(&self) -> Result<AlternateContact, WrongFields> {
        let (name, title) = (bounded(&self.name, 64).flatten(), bounded(&self.title, 50).flatten());
        let dialled =
            |text: &String| text.chars().all(|c| c.is_ascii_digit() || " ()+-".contains(c)) && text.contains(|c: char| c.is_ascii_digit());
        let (email, phone) = (self.email.parse::<EmailAddress>().ok(), bounded(&self.phone, 25).flatten().filter(dialled));
        match (name, title, email, phone) {
            (Some(name), Some(title), Some(email), Some(phone)) => Ok(AlternateContact { name, title, email, phone }),
            (name, title, email, phone) => Err([
                ("name", "Enter a name of at most 64 characters.", name.is_none()),
                ("title", "Enter a title of at most 50 characters, like Billing desk.", title.is_none()),
                ("email", "Enter an email address, like name@example.com.", email.is_none()),
                ("phone", "Enter a phone number of at most 25 digits, spaces, brackets and hyphens.", phone.is_none()),
            ]
            .into_iter()
            .filter_map(|(field, sentence, wrong)| wrong.then_some((field, sentence)))
            .collect()),
        }
    }
}

impl From<&AlternateContact> for TypedAlternate {
    fn from(contact: &AlternateContact) -> Self {
        let email = contact.email.to_string();
        Self { name: contact.name.clone(), title: contact.title.clone(), email, phone: contact.phone.clone() }
    }
}

const PHONE: &str = "Enter a phone number with its country code, like +49 30 901820.";
const WEBSITE: &str = "Enter the whole address of the website, beginning with https://, at most 256 characters.";

/// A text of at most so many characters: `None` when it can't be one, `Some(None)` when it is empty.
fn bounded(typed: &str, most: usize) -> Option<Option<String>> {
    let text = typed.trim();
    if text.is_empty() {
        return Some(None);
    }
    (text.chars().count() <= most && !text.chars().any(char::is_control)).then(|| Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> TypedPrimary {
        TypedPrimary {
            full_name: " Ana Lima ".into(),
            phone: "+49 (30) 901820".into(),
            address_line1: "Quay 1".into(),
            city: "Porto".into(),
            postal_code: "4000-001".into(),
            country_code: "pt".into(),
            ..TypedPrimary::default()
        }
    }

    #[test]
    fn a_primary_contact_reads_as_typed_and_shows_again() {
        let read = typed().read().unwrap();
        assert_eq!((read.full_name.as_str(), read.country_code.as_str(), read.company_name.as_deref()), ("Ana Lima", "PT", None));
        assert_eq!(TypedPrimary::from(&read).read().unwrap(), read);
    }

    #[test]
    fn every_wrong_field_is_named_once() {
        let wrong = TypedPrimary::default().read().unwrap_err();
        let fields: Vec<&str> = wrong.iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, ["full_name", "address_line1", "city", "postal_code", "country_code", "phone"]);
        let long = TypedPrimary { company_name: "x".repeat(51), website_url: "javascript:alert(1)".into(), city: "a\nb".into(), ..typed() };
        let fields: Vec<&str> = long.read().unwrap_err().iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, ["company_name", "city", "website_url"]);
        let edge = TypedPrimary { company_name: "x".repeat(50), website_url: format!("https://{}", "a".repeat(248)), ..typed() };
        assert!(edge.read().is_ok());
        let over = TypedPrimary { website_url: format!("https://{}", "a".repeat(249)), ..typed() };
        assert_eq!(over.read().unwrap_err(), [("website_url", WEBSITE)]);
    }

    #[test]
    fn an_alternate_contact_needs_all_four() {
        let good = TypedAlternate { name: "B".into(), title: "Desk".into(), email: "b@example.com".into(), phone: "+4930901820".into() };
        assert_eq!(TypedAlternate::from(&good.read().unwrap()), good);
        let wrong = TypedAlternate { name: "x".repeat(65), phone: "030 x901820".into(), ..TypedAlternate::default() };
        let fields: Vec<&str> = wrong.read().unwrap_err().iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, ["name", "title", "email", "phone"]);
    }
}
