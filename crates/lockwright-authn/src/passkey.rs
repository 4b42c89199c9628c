//! Passkeys and security keys: the ceremonies of WebAuthn over text, so that no other room knows the library's types.

mod relying_party;
mod state;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use webauthn_rs::prelude::{
    AuthenticationResult, Credential, PublicKeyCredential, RegisterPublicKeyCredential, SecurityKey, Uuid, WebauthnError,
};

pub use relying_party::{NoPasskeys, RelyingParty};
use state::Ceremony;
pub use state::State;

/// The longest response read, in bytes: a browser's has one to four thousand.
const RESPONSE_MAX: usize = 64 * 1024;

/// What a browser's `navigator.credentials` is asked, as JSON for `parse…OptionsFromJSON`: 256 random bits among it (ASVS V6.7.2), which
/// the library draws itself, from a generator that the operating system seeds.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// `{"publicKey": …}`; for a discoverable sign-in with `"mediation": "conditional"` beside it.
    pub options_json: String,
}

/// A key that was just enrolled.
#[derive(Clone, Debug)]
pub struct NewPasskey {
    /// The authenticator's name for it, base64url without padding; unique in the installation.
    pub credential_id: String,
    /// What later ceremonies need, as JSON. Public: a verifying key and a counter.
    pub key: String,
    /// The authenticator asked for a PIN, finger or face, so it may sign in alone; otherwise it is a second factor and nothing else.
    pub verifies_user: bool,
    /// It may be copied to the person's other devices.
    pub synced: bool,
}

/// A key that has just proved itself.
#[derive(Clone, Debug)]
pub struct UsedPasskey {
    /// Which one.
    pub credential_id: String,
    /// The key's JSON with its new counter, to be stored in its place; `None` when nothing changed.
    pub updated_key: Option<String>,
    /// A key enrolled with user verification has verified its user this time, too.
    pub user_verified: bool,
}

/// Why a ceremony came to nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// The browser's answer is too long, or not what a browser sends.
    #[error("the browser's answer can't be read")]
    Unreadable,
    /// The state or the answer belongs to another person, ceremony, challenge or site.
    #[error("the answer belongs to another ceremony")]
    OtherCeremony,
    /// The key is none of those that may be used here.
    #[error("the key is not enrolled here")]
    UnknownKey,
    /// The authenticator has not verified its user where it must.
    #[error("the authenticator did not verify its user")]
    NotVerified,
    /// The key's counter went backwards or stood still: there may be a copy of it.
    #[error("the key's counter did not advance")]
    Copied,
    /// The signature or another part of the answer is wrong.
    #[error("the key did not prove itself")]
    Unproven,
    /// A key or state read from the store is not one of ours.
    #[error("a stored key can't be read")]
    Stored,
}

impl From<WebauthnError> for Refused {
    fn from(error: WebauthnError) -> Self {
        match error {
            WebauthnError::MismatchedChallenge
            | WebauthnError::InvalidClientDataType
            | WebauthnError::InvalidRPOrigin
            | WebauthnError::InvalidRPIDHash
            | WebauthnError::CredentialCrossOrigin => Self::OtherCeremony,
            WebauthnError::CredentialNotFound => Self::UnknownKey,
            WebauthnError::UserNotVerified => Self::NotVerified,
            WebauthnError::CredentialPossibleCompromise => Self::Copied,
            WebauthnError::ParseBase64Failure(_)
            | WebauthnError::ParseCBORFailure(_)
            | WebauthnError::ParseJSONFailure(_)
            | WebauthnError::ParseNOMFailure
            | WebauthnError::ParseInsufficientBytesAvailable => Self::Unreadable,
            _ => Self::Unproven,
        }
    }
}

/// The user handle of an identity: what a passkey keeps of it. A hash, since anybody with the authenticator can read it (WebAuthn §14.6.1).
pub fn handle_of(identity_text: &str) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::new().chain_update("lockwright passkey user ").chain_update(identity_text).finalize().into();
    let mut handle = [0; 16];
    for (to, from) in handle.iter_mut().zip(digest) {
        *to = from;
    }
    handle
}

/// Which key an answer claims to come from, unproven: for looking up the row to check it with.
pub fn credential_of(response_json: &str) -> Option<String> {
    assertion(response_json).ok().map(|answer| URL_SAFE_NO_PAD.encode(answer.raw_id))
}

impl RelyingParty {
    /// Begins to enrol a key for the identity with this handle. `existing` are its stored keys: an authenticator that holds one is not
    /// enrolled a second time.
    pub fn start_registration(
        &self,
        handle: [u8; 16],
        name: &str,
        display: &str,
        existing: &[String],
    ) -> Result<(Challenge, State), Refused> {
        let exclude = stored(existing)?.into_iter().map(|key| key.cred_id).collect();
        // The library's ceremony for security keys wants user verification where the authenticator has it and takes note of whether it
        // happened; that covers passkeys and plain keys in one. What it asks for the sake of plain keys alone is taken back below.
        let (mut options, state) =
            self.webauthn().start_securitykey_registration(Uuid::from_bytes(handle), name, display, Some(exclude), None, None)?;
        options.public_key.hints = None;
        if let Some(extensions) = &mut options.public_key.extensions {
            // A key that can't verify its user would make a credential that it then refuses to use.
            extensions.cred_protect = None;
        }
        let mut options = serde_json::to_value(&options).map_err(|_| Refused::Stored)?;
        // A passkey signs in without a name only when it can be found without one.
        if let Some(selection) = options.pointer_mut("/publicKey/authenticatorSelection").and_then(Value::as_object_mut) {
            selection.insert("residentKey".into(), "preferred".into());
        }
        Ok((Challenge { options_json: options.to_string() }, State::of(&Ceremony::Registration { handle, state })?))
    }

    /// Enrols the key that the browser answered with: once, for the identity whose ceremony it was (B25). The caller spends the state.
    pub fn finish_registration(&self, state: &State, handle: [u8; 16], response_json: &str) -> Result<NewPasskey, Refused> {
        let Ceremony::Registration { handle: begun_for, state } = state.ceremony()? else { return Err(Refused::OtherCeremony) };
        if begun_for != handle {
            return Err(Refused::OtherCeremony);
        }
        let answer: RegisterPublicKeyCredential = read(response_json)?;
        let key = Credential::from(self.webauthn().finish_securitykey_registration(&answer, &state)?);
        Ok(NewPasskey {
            credential_id: URL_SAFE_NO_PAD.encode(&key.cred_id),
            verifies_user: key.user_verified,
            synced: key.backup_eligible,
            key: serde_json::to_string(&key).map_err(|_| Refused::Stored)?,
        })
    }

    /// Begins to check one of these keys as a second factor.
    pub fn start_authentication(&self, keys: &[String]) -> Result<(Challenge, State), Refused> {
        let keys: Vec<SecurityKey> = stored(keys)?.into_iter().map(SecurityKey::from).collect();
        let (mut options, state) = self.webauthn().start_securitykey_authentication(&keys)?;
        options.public_key.hints = None;
        let options_json = serde_json::to_string(&options).map_err(|_| Refused::Stored)?;
        Ok((Challenge { options_json }, State::of(&Ceremony::Authentication { state })?))
    }

    /// Checks the answer against the identity's keys as stored now: one that was removed since is unknown, and counters of a ceremony that
    /// was finished meanwhile count.
    pub fn finish_authentication(&self, state: &State, response_json: &str, keys: &[String]) -> Result<UsedPasskey, Refused> {
        let Ceremony::Authentication { state } = state.ceremony()? else { return Err(Refused::OtherCeremony) };
        let answer = assertion(response_json)?;
        let key = stored(keys)?.into_iter().find(|key| key.cred_id == answer.raw_id).ok_or(Refused::UnknownKey)?;
        let result = self.webauthn().finish_securitykey_authentication(&answer, &state)?;
        used(key, &result)
    }

    /// Begins a sign-in without a name: the browser offers the passkeys it knows for this site.
    pub fn start_discoverable(&self) -> Result<(Challenge, State), Refused> {
        let (options, state) = self.webauthn().start_discoverable_authentication()?;
        let options_json = serde_json::to_string(&options).map_err(|_| Refused::Stored)?;
        Ok((Challenge { options_json }, State::of(&Ceremony::Discoverable { state })?))
    }

    /// Checks a sign-in without a name against the key found by [`credential_of`] and the handle of the identity it belongs to. On success
    /// the user was verified: two factors in one (NIST SP 800-63B-4 §3.1.7).
    pub fn finish_discoverable(&self, state: &State, response_json: &str, key: &str, handle: [u8; 16]) -> Result<UsedPasskey, Refused> {
        let Ceremony::Discoverable { state } = state.ceremony()? else { return Err(Refused::OtherCeremony) };
        let answer = assertion(response_json)?;
        let key: Credential = serde_json::from_str(key).map_err(|_| Refused::Stored)?;
        if answer.get_user_unique_id() != Some(handle.as_slice()) {
            return Err(Refused::UnknownKey);
        }
        // Whoever finds a security key without a PIN can give it one. What it was at enrolment is what counts (WebAuthn §4, uvInitialized).
        if !key.user_verified {
            return Err(Refused::NotVerified);
        }
        let result = self.webauthn().finish_discoverable_authentication_v2(&answer, state, &key)?;
        used(key, &result)
    }
}

/// The stored key after a proof. The library has looked at the counter the ceremony began with; this one is the counter as stored now.
fn used(mut key: Credential, result: &AuthenticationResult) -> Result<UsedPasskey, Refused> {
    if (key.counter > 0 || result.counter() > 0) && result.counter() <= key.counter {
        return Err(Refused::Copied);
    }
    let changed = key.counter != result.counter() || key.backup_state != result.backup_state();
    key.counter = result.counter();
    key.backup_state = result.backup_state();
    let updated_key = changed.then(|| serde_json::to_string(&key)).transpose().map_err(|_| Refused::Stored)?;
    Ok(UsedPasskey {
        credential_id: URL_SAFE_NO_PAD.encode(&key.cred_id),
        updated_key,
        user_verified: key.user_verified && result.user_verified(),
    })
}

fn stored(keys: &[String]) -> Result<Vec<Credential>, Refused> {
    keys.iter().map(|key| serde_json::from_str(key).map_err(|_| Refused::Stored)).collect()
}

fn assertion(json: &str) -> Result<PublicKeyCredential, Refused> {
    read(json)
}

fn read<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, Refused> {
    if json.len() > RESPONSE_MAX {
        return Err(Refused::Unreadable);
    }
    serde_json::from_str(json).map_err(|_| Refused::Unreadable)
}

#[cfg(test)]
mod tests;
