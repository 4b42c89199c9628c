//! Whom to reach about the account: the primary contact and the alternate ones.

use axum::extract::Path;
use lockwright_model::contact::{AlternateKind, TypedAlternate, TypedPrimary, WrongFields};
use lockwright_service::accounts::AccountError;
use lockwright_service::authorize::Aim;
use lockwright_service::contact_phone::PhoneError;
use lockwright_service::core::contact_phone::{Entered, Status};

use crate::http::{Admin, Answer, Form, Refused, go};
use crate::page::account_contacts::{AccountContacts, AlternateContactForm, AlternateRow, PrimaryContactForm, words};
use crate::page::{FieldErrors, words as say};

/// All of them.
pub(super) async fn show(admin: Admin) -> Answer {
    let page = contacts(&admin, FieldErrors::none()).await?;
    admin.member.page(&page).await
}

async fn contacts(admin: &Admin, errors: FieldErrors) -> Result<AccountContacts, Refused> {
    let account = admin.member.lockwright().account(&admin.member.op, admin.account).await?;
    let alternates = AlternateKind::ALL.into_iter().map(|kind| {
        let (path, label) = words(kind);
        AlternateRow { kind: path, label, contact: account.contacts.alternate(kind).map(TypedAlternate::from) }
    });
    let primary = account.contacts.primary.as_ref().map(TypedPrimary::from);
    let phone = match admin.member.lockwright().contact_phone_status(admin.account).await.map_err(AccountError::from)? {
        _ if primary.as_ref().is_none_or(|primary| primary.phone.is_empty()) => "",
        Status::Unverified => "unverified",
        Status::Pending => "pending",
        Status::Verified => "verified",
    };
    Ok(AccountContacts { primary, phone, alternates: alternates.collect(), errors })
}

/// Sends a code to the primary contact's phone number.
pub(super) async fn send_phone_code(admin: Admin) -> Answer {
    admin.let_try(Aim::account("account:SendPhoneNumberVerification")).await?;
    match admin.member.lockwright().ask_contact_phone(&admin.member.op, admin.account).await {
        Ok(()) => go("/console/account/contacts"),
        Err(error) => phone_again(&admin, error).await,
    }
}

/// Takes the code.
pub(super) async fn phone_code(admin: Admin, form: Form) -> Answer {
    admin.let_try(Aim::account("account:VerifyPhoneNumber")).await?;
    match admin.member.lockwright().enter_contact_phone_code(&admin.member.op, admin.account, form.text("code")).await {
        Ok(Entered::Verified) => go("/console/account/contacts?done=saved"),
        Ok(Entered::Wrong) => {
            let errors =
                FieldErrors::one("code", "This is not the code that was sent. Look at the newest message, or have another one sent.");
            admin.member.again(&contacts(&admin, errors).await?).await
        }
        Err(error) => phone_again(&admin, error).await,
    }
}

async fn phone_again(admin: &Admin, error: PhoneError) -> Answer {
    let sentence = match error {
        PhoneError::Account(error) => frozen(error)?,
        PhoneError::Wait { until } => format!("Too many codes were sent. Try again {}.", say::at(until)),
        // The number was changed or confirmed in another window, or the code is over: the page shows how it stands.
        PhoneError::Refused(_) => return go("/console/account/contacts"),
    };
    admin.member.again(&contacts(admin, FieldErrors::one("code", sentence)).await?).await
}

/// The primary contact's form.
pub(super) async fn primary(admin: Admin) -> Answer {
    let account = admin.member.lockwright().account(&admin.member.op, admin.account).await?;
    let contact = account.contacts.primary.as_ref().map(TypedPrimary::from).unwrap_or_default();
    admin.member.page(&PrimaryContactForm { contact, errors: FieldErrors::none() }).await
}

/// Replaces it whole.
pub(super) async fn set_primary(admin: Admin, form: Form) -> Answer {
    admin.let_try(Aim::account("account:PutContactInformation")).await?;
    let text = |name| form.text(name).to_owned();
    let typed = TypedPrimary {
        full_name: text("full_name"),
        company_name: text("company_name"),
        phone: text("phone"),
        address_line1: text("address_line1"),
        address_line2: text("address_line2"),
        address_line3: text("address_line3"),
        city: text("city"),
        state_or_region: text("state_or_region"),
        district_or_county: text("district_or_county"),
        postal_code: text("postal_code"),
        country_code: text("country_code"),
        website_url: text("website_url"),
    };
    let errors = match typed.read() {
        Ok(contact) => match admin.member.lockwright().set_primary_contact(&admin.member.op, admin.account, &contact).await {
            Ok(()) => return go("/console/account/contacts?done=saved"),
            Err(error) => FieldErrors::one("full_name", frozen(error)?),
        },
        Err(wrong) => errors(wrong),
    };
    admin.member.again(&PrimaryContactForm { contact: typed, errors }).await
}

fn kind_of(path: &str) -> Result<AlternateKind, Refused> {
    AlternateKind::ALL.into_iter().find(|kind| words(*kind).0 == path).ok_or(Refused::not_found())
}

/// An alternate contact's form.
pub(super) async fn alternate(admin: Admin, Path(kind): Path<String>) -> Answer {
    let kind = kind_of(&kind)?;
    let account = admin.member.lockwright().account(&admin.member.op, admin.account).await?;
    let contact = account.contacts.alternate(kind).map(TypedAlternate::from).unwrap_or_default();
    let (path, label) = words(kind);
    admin.member.page(&AlternateContactForm { kind: path, label, contact, errors: FieldErrors::none() }).await
}

/// Replaces it whole.
pub(super) async fn set_alternate(admin: Admin, Path(kind): Path<String>, form: Form) -> Answer {
    admin.let_try(Aim::account("account:PutAlternateContact")).await?;
    let kind = kind_of(&kind)?;
    let text = |name| form.text(name).to_owned();
    let typed = TypedAlternate { name: text("name"), title: text("title"), email: text("email"), phone: text("phone") };
    let errors = match typed.read() {
        Ok(contact) => {
            let lockwright = admin.member.lockwright();
            match lockwright.set_alternate_contact(&admin.member.op, admin.account, kind, Some(&contact)).await {
                Ok(()) => return go("/console/account/contacts?done=saved"),
                Err(error) => FieldErrors::one("name", frozen(error)?),
            }
        }
        Err(wrong) => errors(wrong),
    };
    let (path, label) = words(kind);
    admin.member.again(&AlternateContactForm { kind: path, label, contact: typed, errors }).await
}

/// Removes it.
pub(super) async fn remove_alternate(admin: Admin, Path(kind): Path<String>) -> Answer {
    let kind = kind_of(&kind)?;
    match admin.member.lockwright().set_alternate_contact(&admin.member.op, admin.account, kind, None).await {
        Ok(()) => go("/console/account/contacts?done=saved"),
        Err(AccountError::Frozen { .. }) => go("/console/account/contacts?done=frozen"),
        Err(error) => Err(error.into()),
    }
}

fn errors(wrong: WrongFields) -> FieldErrors {
    wrong.into_iter().fold(FieldErrors::none(), |errors, (field, sentence)| errors.and(field, sentence))
}

fn frozen(error: AccountError) -> Result<String, Refused> {
    match error {
        AccountError::Frozen { until } => {
            let until = say::at(until);
            Ok(format!("You told us “this wasn’t me”, so nothing is changed until {until}. Try again then."))
        }
        other => Err(other.into()),
    }
}
