//! Signing keys of the day: derived from a secret once for a scope, not for each call.

use std::sync::Arc;

use lockwright_model::access_key::AccessKeyId;
use lockwright_wire::sigv4::{Scope, SigningKey};

/// So many are kept. One takes about 200 bytes.
const KEPT: u64 = 20_000;

/// Derived keys by key id and scope. An id names one secret for ever, so none is ever wrong; whether the key may sign is asked before.
#[derive(Debug)]
pub(crate) struct SigningKeys(moka::sync::Cache<(AccessKeyId, String), Arc<SigningKey>>);

impl Default for SigningKeys {
    fn default() -> Self {
        Self(moka::sync::Cache::new(KEPT))
    }
}

impl SigningKeys {
    /// The signing key of a secret for a scope. `None`: the secret can't be one.
    pub(crate) fn derive(&self, id: &AccessKeyId, secret: &str, scope: &Scope<'_>) -> Option<Arc<SigningKey>> {
        // A region is whatever the client says: a long one is not kept.
        let name = format!("{}/{}/{}", scope.date, scope.region, scope.service);
        // Two temporary keys may have the same id: theirs are not kept either.
        if name.len() > 128 || id.is_temporary() {
            return SigningKey::derive(secret, scope).map(Arc::new);
        }
        let place = (id.clone(), name);
        if let Some(key) = self.0.get(&place) {
            return Some(key);
        }
        let key = Arc::new(SigningKey::derive(secret, scope)?);
        self.0.insert(place, Arc::clone(&key));
        Some(key)
    }
}
