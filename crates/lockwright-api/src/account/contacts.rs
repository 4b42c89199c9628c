//! Whom to reach about an account: the primary contact with its phone number, and the alternate ones.

use lockwright_model::contact::{AlternateContact, AlternateKind, PrimaryContact, TypedAlternate, TypedPrimary, WrongFields};
use lockwright_service::authorize::Aim;
use lockwright_service::contact_phone::PhoneError;
use lockwright_service::core::contact_phone::{Entered, Refusal, Status};
use lockwright_wire::error::{ErrorKind, Field, Reply, WireError};
use serde::Serialize;

use super::shape::{Shape, wrong};
use super::{done, failed, missing, own};
use crate::ask::{Ask, broken};

const KINDS: [&str; 3] = ["BILLING", "OPERATIONS", "SECURITY"];

/// What `GetAlternateContact` tells.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Alternate<'a> {
    alternate_contact_type: &'static str,
    name: &'a str,
    title: &'a str,
    email_address: String,
    phone_number: &'a str,
}

/// `ContactInformation`; what is not known is left out.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Primary<'a> {
    full_name: &'a str,
    address_line1: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_line2: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_line3: Option<&'a str>,
    city: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_or_region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    district_or_county: Option<&'a str>,
    postal_code: &'a str,
    country_code: &'a str,
    phone_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    company_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    website_url: Option<&'a str>,
}

impl<'a> Primary<'a> {
    fn of(contact: &'a PrimaryContact) -> Self {
        Self {
            full_name: &contact.full_name,
            address_line1: &contact.address_line1,
            address_line2: contact.address_line2.as_deref(),
            address_line3: contact.address_line3.as_deref(),
            city: &contact.city,
            state_or_region: contact.state_or_region.as_deref(),
            district_or_county: contact.district_or_county.as_deref(),
            postal_code: &contact.postal_code,
            country_code: &contact.country_code,
            phone_number: contact.phone.as_ref().map(|phone| phone.as_str()).unwrap_or_default(),
            company_name: contact.company_name.as_deref(),
            website_url: contact.website_url.as_deref(),
        }
    }
}

fn any(_: char) -> bool {
    true
}

fn kind_of(word: &str) -> AlternateKind {
    AlternateKind::ALL.into_iter().find(|kind| kind.as_str() == word).unwrap_or(AlternateKind::Billing)
}

/// `GetAlternateContact`.
pub(crate) async fn get_alternate(ask: &Ask<'_>) -> Result<Reply, WireError> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer<'a> {
        alternate_contact: Alternate<'a>,
    }
    let mut shape = Shape::of(ask);
    let (named, kind) = (shape.account_id(false), kind_of(shape.word("AlternateContactType", &KINDS)));
    shape.finish()?;
    let account = own(ask, named)?;
    ask.permitted(&Aim::alternate_contact(ask.action, account, kind)).await?;
    let contacts = ask.lockwright.contacts_of(account).await.map_err(broken)?;
    let contact = contacts.alternate(kind).ok_or_else(no_alternate)?;
    let AlternateContact { name, title, email, phone } = contact;
    let alternate = Alternate { alternate_contact_type: kind.as_str(), name, title, email_address: email.to_string(), phone_number: phone };
    Ok(ask.object(&Answer { alternate_contact: alternate }))
}

/// `PutAlternateContact`.
pub(crate) async fn put_alternate(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let mut shape = Shape::of(ask);
    let (named, kind) = (shape.account_id(false), kind_of(shape.word("AlternateContactType", &KINDS)));
    let digits = |c: char| c.is_ascii_digit() || c.is_whitespace() || "()+-".contains(c);
    let typed = TypedAlternate {
        name: shape.required("Name", 1, 64, "", any).to_owned(),
        title: shape.required("Title", 1, 50, "", any).to_owned(),
        email: shape.required("EmailAddress", 1, 254, "", any).trim().to_owned(),
        phone: shape.required("PhoneNumber", 1, 25, "[\\s0-9()+-]+", digits).to_owned(),
    };
    shape.finish()?;
    let account = own(ask, named)?;
    ask.permitted(&Aim::alternate_contact(ask.action, account, kind)).await?;
    let contact = typed.read().map_err(|fields| all_wrong(&fields, ""))?;
    ask.lockwright.set_alternate_contact(ask.op, account, kind, Some(&contact)).await.map_err(failed)?;
    Ok(done(ask))
}

/// `DeleteAlternateContact`.
pub(crate) async fn delete_alternate(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let mut shape = Shape::of(ask);
    let (named, kind) = (shape.account_id(false), kind_of(shape.word("AlternateContactType", &KINDS)));
    shape.finish()?;
    let account = own(ask, named)?;
    ask.permitted(&Aim::alternate_contact(ask.action, account, kind)).await?;
    if ask.lockwright.contacts_of(account).await.map_err(broken)?.alternate(kind).is_none() {
        return Err(no_alternate());
    }
    ask.lockwright.set_alternate_contact(ask.op, account, kind, None).await.map_err(failed)?;
    Ok(done(ask))
}

fn no_alternate() -> WireError {
    missing("No contact of the inputted alternate contact type found.")
}

/// `GetContactInformation`.
pub(crate) async fn get_primary(ask: &Ask<'_>) -> Result<Reply, WireError> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer<'a> {
        contact_information: Primary<'a>,
        verification_status: &'static str,
    }
    let mut shape = Shape::of(ask);
    let named = shape.account_id(false);
    shape.finish()?;
    let account = own(ask, named)?;
    ask.permitted(&Aim::of_account(ask.action, account)).await?;
    let contacts = ask.lockwright.contacts_of(account).await.map_err(broken)?;
    let primary = contacts.primary.as_ref().ok_or_else(|| missing("The account has no contact information."))?;
    let status = ask.lockwright.contact_phone_status(account).await.map_err(broken)?;
    Ok(ask.object(&Answer { contact_information: Primary::of(primary), verification_status: word(status) }))
}

/// `PutContactInformation`: replaces it whole.
pub(crate) async fn put_primary(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let mut shape = Shape::of(ask);
    let named = shape.account_id(false);
    shape.within("ContactInformation", "ContactInformation.");
    let digits = |c: char| c.is_ascii_digit() || c.is_whitespace() || "()+-".contains(c);
    let optional = |shape: &mut Shape<'_>, name, most| shape.optional(name, 1, most, "", any).unwrap_or_default().to_owned();
    let typed = TypedPrimary {
        full_name: shape.required("FullName", 1, 50, "", any).to_owned(),
        company_name: optional(&mut shape, "CompanyName", 50),
        phone: shape.required("PhoneNumber", 1, 20, "[+][\\s0-9()-]+", digits).to_owned(),
        address_line1: shape.required("AddressLine1", 1, 60, "", any).to_owned(),
        address_line2: optional(&mut shape, "AddressLine2", 60),
        address_line3: optional(&mut shape, "AddressLine3", 60),
        city: shape.required("City", 1, 50, "", any).to_owned(),
        state_or_region: optional(&mut shape, "StateOrRegion", 50),
        district_or_county: optional(&mut shape, "DistrictOrCounty", 50),
        postal_code: shape.required("PostalCode", 1, 20, "", any).to_owned(),
        country_code: shape.required("CountryCode", 2, 2, "", any).to_owned(),
        website_url: optional(&mut shape, "WebsiteUrl", 256),
    };
    shape.finish()?;
    let account = own(ask, named)?;
    ask.permitted(&Aim::of_account(ask.action, account)).await?;
    let contact = typed.read().map_err(|fields| all_wrong(&fields, "ContactInformation."))?;
    ask.lockwright.set_primary_contact(ask.op, account, &contact).await.map_err(failed)?;
    Ok(done(ask))
}

/// What `SendPhoneNumberVerification` and `VerifyPhoneNumber` tell.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PhoneAnswer {
    status: &'static str,
}

/// `SendPhoneNumberVerification`: a code to the primary contact's phone number.
pub(crate) async fn send_phone_code(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let mut shape = Shape::of(ask);
    let named = shape.account_id(false);
    shape.finish()?;
    let account = own(ask, named)?;
    ask.permitted(&Aim::of_account(ask.action, account)).await?;
    ask.lockwright.ask_contact_phone(ask.op, account).await.map_err(phone_failed)?;
    Ok(ask.object(&PhoneAnswer { status: word(Status::Pending) }))
}

/// `VerifyPhoneNumber`.
pub(crate) async fn verify_phone(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let mut shape = Shape::of(ask);
    let named = shape.account_id(false);
    let code = shape.required("Otp", 6, 6, "[a-zA-Z0-9]{6}", |c| c.is_ascii_alphanumeric());
    shape.finish()?;
    let account = own(ask, named)?;
    ask.permitted(&Aim::of_account(ask.action, account)).await?;
    match ask.lockwright.enter_contact_phone_code(ask.op, account, code).await.map_err(phone_failed)? {
        Entered::Verified => Ok(ask.object(&PhoneAnswer { status: word(Status::Verified) })),
        Entered::Wrong => Err(wrong("Otp", "This is not the code that was sent, or it stopped working.")),
    }
}

const fn word(status: Status) -> &'static str {
    match status {
        Status::Unverified => "UNVERIFIED",
        Status::Pending => "PENDING",
        Status::Verified => "VERIFIED",
    }
}

fn phone_failed(error: PhoneError) -> WireError {
    match error {
        PhoneError::Account(error) => failed(error),
        PhoneError::Wait { .. } => WireError::modelled("TooManyRequestsException", 429, "Too many codes were sent. Try again later."),
        PhoneError::Refused(Refusal::NoNumber) => missing("The account has no contact information with a phone number."),
        PhoneError::Refused(Refusal::NothingAsked) => missing("No code is on its way: ask for one first."),
        PhoneError::Refused(Refusal::Verified) => WireError::modelled("ConflictException", 409, "The phone number is verified already."),
        PhoneError::Refused(Refusal::OtherAccount) => WireError::of(ErrorKind::AccessDenied, "Access denied."),
    }
}

/// What the service does not take, by the names of the members.
fn all_wrong(fields: &WrongFields, place: &str) -> WireError {
    let named = |field: &str| match field {
        "email" => "EmailAddress".to_owned(),
        "phone" => "PhoneNumber".to_owned(),
        other => other.split('_').map(capital).collect(),
    };
    let fields: Vec<Field> = fields
        .iter()
        .map(|(field, sentence)| Field { name: format!("{place}{}", named(field)), message: (*sentence).to_owned() })
        .collect();
    let sentences: Vec<String> = fields.iter().map(|field| format!("{}: {}", field.name, field.message)).collect();
    WireError::of(ErrorKind::ValidationError, sentences.join(" ")).at(fields)
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| format!("{}{}", first.to_ascii_uppercase(), letters.as_str())).unwrap_or_default()
}
