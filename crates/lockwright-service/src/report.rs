//! The credential report: who of an account can sign in with what, and since when.

use std::sync::Arc;

use lockwright_core::person::Person;
use lockwright_model::access_key::AccessKey;
use lockwright_model::clock::Timestamp;
use lockwright_model::credential::Credential;
use lockwright_model::id::AccountId;
use lockwright_model::identity::Identity;
use lockwright_model::password_policy::PasswordPolicy;
use lockwright_model::user_credential::UserCredentialKind;
use lockwright_store::StoreError;

use crate::Lockwright;
use crate::trouble::Trouble;

/// Users that are read in one go.
const READ: u32 = 200;
/// The columns, in AWS's order.
const COLUMNS: [&str; 22] = [
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
];
/// There is no such thing, or it was never used.
const NONE: &str = "N/A";
/// A day, in microseconds.
const DAY: i64 = 86_400_000_000;

impl Lockwright {
    /// The credential report of an account as of now, as CSV: the root user, then the users by name. Told to nobody before the act is allowed.
    pub async fn credential_report(&self, account: AccountId) -> Result<String, Trouble> {
        let mut rows = vec![COLUMNS.map(str::to_owned).to_vec()];
        if let Some(root) = self.person(&Identity::Root(account)).await? {
            rows.push(self.report_row(&root, None).await?);
            let Person::Root(state) = root else { return Ok(String::new()) };
            let mut after: Option<String> = None;
            loop {
                let users = self.store().users(account, after.as_deref(), READ).await?;
                let ended = users.len() < READ as usize;
                after = users.last().map(|user| user.name.key());
                for user in users {
                    let person = Person::User { account: Arc::new(state.clone()), user };
                    rows.push(self.report_row(&person, state.password_policy.as_ref()).await?);
                }
                if ended {
                    break;
                }
            }
        }
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
        for row in rows {
            // Into memory: it can't fail.
            let _ = writer.write_record(row);
        }
        let text = writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
        Ok(text.trim_end_matches('\n').to_owned())
    }

    async fn report_row(&self, person: &Person, policy: Option<&PasswordPolicy>) -> Result<Vec<String>, StoreError> {
        let (name, arn, created, used, root) = match person {
            Person::User { user, .. } => (user.name.to_string(), user.arn(), user.created, user.last_sign_in, false),
            Person::Root(account) => ("<root_account>".to_owned(), account.id.root_arn(), account.created, None, true),
            Person::Builder(_) | Person::Operator(_) => return Ok(Vec::new()),
        };
        let credential = person.credential();
        let mut row = vec![name, arn, created.to_rfc3339(), credential.is_some().to_string()];
        row.push(match (credential, used) {
            (None, _) if !root => NONE.to_owned(),
            (Some(_), Some(used)) => used.to_rfc3339(),
            // A root user always has a password at AWS: programs read a time there, or this.
            (_, None) | (None, Some(_)) => "no_information".to_owned(),
        });
        row.push(credential.map_or_else(|| NONE.to_owned(), |credential| credential.changed.to_rfc3339()));
        row.push(if root { "not_supported".to_owned() } else { next_rotation(credential, policy) });
        row.push((!person.factors().devices.is_empty()).to_string());
        let keys = person.keys();
        for at in 0..2 {
            row.extend(self.report_key(keys.get(at)).await?);
        }
        let mut certificates = self.store().user_credentials_of(&person.identity()).await?;
        certificates.retain(|credential| credential.kind() == UserCredentialKind::Certificate);
        certificates.sort_by_key(|certificate| certificate.created);
        for at in 0..2 {
            row.extend(match certificates.get(at) {
                Some(certificate) => [certificate.active.to_string(), certificate.created.to_rfc3339()],
                None => ["false".to_owned(), NONE.to_owned()],
            });
        }
        Ok(row)
    }

    async fn report_key(&self, key: Option<&AccessKey>) -> Result<[String; 5], StoreError> {
        let none = || NONE.to_owned();
        let Some(key) = key else { return Ok(["false".to_owned(), none(), none(), none(), none()]) };
        let used = self.store().key_use(&key.id).await?;
        let (active, made) = (key.active.to_string(), key.created.to_rfc3339());
        Ok(match used {
            Some(used) => [active, made, used.at.to_rfc3339(), used.region, used.service],
            None => [active, made, none(), none(), none()],
        })
    }
}

/// When a password must be another one by the account's rules.
fn next_rotation(credential: Option<&Credential>, policy: Option<&PasswordPolicy>) -> String {
    match (credential, policy.and_then(|policy| policy.max_age_days)) {
        (Some(credential), Some(days)) => {
            Timestamp::from_micros(credential.changed.as_micros().saturating_add(i64::from(days) * DAY)).to_rfc3339()
        }
        _ => NONE.to_owned(),
    }
}
