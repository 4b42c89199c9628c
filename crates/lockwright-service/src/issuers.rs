//! The keys of identity providers: fetched when somebody brings a token whose claims a role trusts, kept for an hour, asked for anew no more
//! than once a minute.

use std::sync::Arc;
use std::time::Duration;

use lockwright_authn::web_token::ProviderKeys;
use lockwright_model::clock::Timestamp;
use reqwest::Url;
use serde::Deserialize;
use tokio::sync::{Mutex, Semaphore};

use crate::outward::{self, Reach};

/// How long keys are believed.
const KEPT: Duration = Duration::from_secs(3_600);
/// How long after a try there is no other one: who brings tokens of made-up keys makes nobody ask more often.
const PAUSE: Duration = Duration::from_secs(60);
/// A provider that takes longer is not waited for.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The most bytes of an answer.
const MOST_BYTES: usize = 65_536;
/// The most providers whose keys are kept, and so the memory they take.
const MOST_PROVIDERS: u64 = 256;
/// The most providers that are asked at one time.
const AT_ONCE: usize = 16;

/// A provider was not reached, or what it answered can't be used; says which, without its address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unreachable(pub &'static str);

/// What is known of providers' keys.
pub(crate) struct Issuers {
    known: moka::sync::Cache<String, Arc<Mutex<Known>>>,
    asking: Semaphore,
}

#[derive(Default)]
struct Known {
    keys: Option<(Arc<ProviderKeys>, Timestamp)>,
    tried: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

impl Issuers {
    pub(crate) fn new() -> Self {
        Self { known: moka::sync::Cache::new(MOST_PROVIDERS), asking: Semaphore::new(AT_ONCE) }
    }

    /// The keys of an issuer. Those that are kept are enough where they have the key that is asked for, or where a try was made just now.
    pub(crate) async fn keys(&self, issuer: &str, key: Option<&str>, now: Timestamp) -> Result<Arc<ProviderKeys>, Unreachable> {
        let known = self.known.get_with_by_ref(issuer, Arc::default);
        // One try at a time for each: whoever waits finds what the first one was told.
        let mut known = known.lock().await;
        let kept = known.keys.as_ref().filter(|(_, at)| now < at.plus(KEPT)).map(|(keys, _)| Arc::clone(keys));
        let tried_now = known.tried.is_some_and(|at| now < at.plus(PAUSE));
        match kept {
            Some(keys) if tried_now || key.is_none_or(|key| keys.has(key)) => return Ok(keys),
            None if tried_now => return Err(Unreachable("the identity provider was not reached a moment ago")),
            _ => {}
        }
        let Ok(_asking) = self.asking.try_acquire() else { return Err(Unreachable("too many identity providers are being asked")) };
        known.tried = Some(now);
        let keys = Arc::new(fetch(issuer).await?);
        known.keys = Some((Arc::clone(&keys), now));
        Ok(keys)
    }
}

/// Discovery (OpenID Connect Discovery 1.0 §4), then the keys; neither follows a redirect.
async fn fetch(issuer: &str) -> Result<ProviderKeys, Unreachable> {
    let (_, reach) = outward::check(issuer).map_err(|_| Unreachable("the identity provider's address can't be called"))?;
    let place = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let unreadable = Unreachable("the identity provider's configuration can't be read");
    let discovery: Discovery = serde_json::from_slice(&get(&place, reach).await?).map_err(|_| unreadable)?;
    if discovery.issuer != issuer {
        return Err(Unreachable("the identity provider says it is another one"));
    }
    ProviderKeys::read(&get(&discovery.jwks_uri, reach).await?).ok_or(Unreachable("the identity provider's keys can't be read"))
}

/// What stands at an address, which reaches as far as the provider's own and no further inside.
async fn get(address: &str, most: Reach) -> Result<Vec<u8>, Unreachable> {
    let refused = Unreachable("the identity provider's address can't be called");
    let (url, reach): (Url, Reach) = outward::check(address).map_err(|_| refused)?;
    if reach != most {
        return Err(refused);
    }
    let silent = Unreachable("the identity provider did not answer");
    let client = outward::client(reach, TIMEOUT).map_err(|_| silent)?;
    let mut answer = client.get(url).send().await.map_err(|_| silent)?;
    if answer.status().as_u16() != 200 {
        return Err(Unreachable("the identity provider answered with an error"));
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|_| silent)? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(Unreachable("the identity provider's answer is too long"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn e14_keys_stand_where_their_provider_stands_not_on_this_machine_nor_away_from_it() {
        // Nothing answers at either: had it been asked, it would be silent.
        let refused = "the identity provider's address can't be called";
        assert_eq!(get("http://127.0.0.1:1/keys", Reach::World).await.unwrap_err().0, refused);
        assert_eq!(get("https://id.example.org/keys", Reach::Loopback).await.unwrap_err().0, refused);
        assert_ne!(get("http://127.0.0.1:1/keys", Reach::Loopback).await.unwrap_err().0, refused);
    }
}
