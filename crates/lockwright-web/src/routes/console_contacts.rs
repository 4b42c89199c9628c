//! Whom to reach about the account: the primary contact and the alternate ones.

use axum::extract::Path;
use lockwright_model::contact::{AlternateKind, TypedAlternate, TypedPrimary, WrongFields};
use lockwright_service::accounts::AccountError;
use lockwright_service::authorize::Aim;

use crate::http::{Admin, Answer, Form, Refused, go};
use crate::page::account_contacts::{AccountContacts, AlternateContactForm, AlternateRow, PrimaryContactForm, words};
use crate::page::{FieldErrors, words as say};

/// All of them.
pub(super) async fn show(admin: Admin) -> Answer {
    let account = admin.member.lockwright().account(&admin.member.op, admin.account).await?;
    let alternates = AlternateKind::ALL.into_iter().map(|kind| {
        let (path, label) = words(kind);
        AlternateRow { kind: path, label, contact: account.contacts.alternate(kind).map(TypedAlternate::from) }
    });
    let page = AccountContacts { primary: account.contacts.primary.as_ref().map(TypedPrimary::from), alternates: alternates.collect() };
    admin.member.page(&page).await
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
