//! Temporary credentials that the host's command line hands out for a user, so that no program on the host keeps a secret that lasts.

use std::time::Duration;

use lockwright_core::sts::HOUR;
use lockwright_model::context::OpContext;
use lockwright_model::id::AccountId;
use lockwright_model::name::UserName;
use lockwright_model::temporary::{Bearer, Temporary};
use serde_json::json;

use crate::Lockwright;
use crate::caller::may_act;
use crate::host::{HostError, Whom, must_be_host};
use crate::sts::{Credentials, StsError};

impl From<StsError> for HostError {
    fn from(error: StsError) -> Self {
        match error {
            StsError::Trouble(trouble) => Self::Trouble(trouble),
            other => Self::Refused(other.to_string()),
        }
    }
}

impl Lockwright {
    /// Credentials of a user for an hour, as if the user had signed in, but without a second factor. Whoever can open the data folder could
    /// make a key that lasts as well; these end by themselves, and with the user's sessions.
    pub async fn host_credentials(&self, op: &OpContext, account: AccountId, name: &UserName) -> Result<Credentials, HostError> {
        must_be_host(op)?;
        let person = self.whom(&Whom::User(account, name.clone())).await?;
        if !may_act(&person) {
            return Err(HostError::Refused(
                "the user is switched off, or the account is suspended or closed: nothing it signs counts".to_owned(),
            ));
        }
        let temporary = Temporary {
            bearer: Bearer::Own(person.identity()),
            issued: op.now,
            expires: op.now.plus(Duration::from_secs(u64::from(HOUR))),
            epoch: person.epoch(),
            origin: None,
            policy: None,
            policy_arns: Vec::new(),
            mfa: None,
            by_host: true,
            tags: Vec::new(),
            transitive: Vec::new(),
            source_identity: None,
        };
        let given = self.give_out(account, temporary)?;
        let request = json!({"userName": person.user_name(), "durationSeconds": HOUR});
        self.tell_given("GetSessionToken", &[account], &request, &given, op).await?;
        Ok(given)
    }
}
