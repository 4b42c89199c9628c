//! Signed requests to one address that the operator has configured, and to nothing else.

use std::time::Duration;

use lockwright_authn::signature;
use lockwright_model::clock::Timestamp;
use lockwright_model::secret::Secret;
use reqwest::{Client, Url};

use crate::outward;
pub use crate::outward::AddressError as WebhookError;

/// The header that is the same for every try to deliver one thing.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The header with the moment of the try, in seconds since 1970; a part of what is signed.
pub const TIMESTAMP: &str = "lockwright-timestamp";
/// The header with the signature.
pub const SIGNATURE: &str = "lockwright-signature";
/// A try is given up after this long.
const TIMEOUT: Duration = Duration::from_secs(15);

/// One address that takes signed requests.
#[derive(Clone)]
pub struct Webhook {
    client: Client,
    url: Url,
    secret: Secret,
}

/// A request did not arrive; the reason holds no address and no secret.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotDelivered(pub String);

impl Webhook {
    /// Sets it up; connects to nothing yet.
    pub fn new(url: &str, secret: &Secret) -> Result<Self, WebhookError> {
        let (url, reach) = outward::check(url)?;
        let client = outward::client(reach, TIMEOUT)?;
        Ok(Self { client, url, secret: secret.clone() })
    }

    /// Posts a JSON body. `key` is the same for every try to deliver this; an answer of 2xx says that it was taken.
    pub async fn post(&self, body: Vec<u8>, key: &str, now: Timestamp) -> Result<(), NotDelivered> {
        let request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header(IDEMPOTENCY_KEY, key)
            .header(TIMESTAMP, now.as_seconds().to_string())
            .header(SIGNATURE, signature::sign(&self.secret, now, &body))
            .body(body);
        // The body of the answer is not read, so it has no bounds to break.
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(NotDelivered(format!("the webhook answered {}", answer.status().as_u16()))),
            // The library's own text names the address.
            Err(error) if error.is_timeout() => Err(NotDelivered("the webhook did not answer in time".to_owned())),
            Err(error) if error.is_connect() => Err(NotDelivered("the webhook was not reached".to_owned())),
            Err(_) => Err(NotDelivered("the webhook's answer can't be read".to_owned())),
        }
    }
}

/// Whether an address can be a webhook's.
pub fn check_url(url: &str) -> Result<(), WebhookError> {
    outward::check(url).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e14_only_the_world_and_this_machines_loopback_are_called() {
        for good in [
            "https://provider.example.com/hook?x=1",
            "https://93.184.216.34/",
            "https://[2606:4700::1111]/",
            "http://127.0.0.1:9000/hook",
            "http://localhost:9000",
            "http://[::1]:9000",
            "https://127.0.0.1",
        ] {
            assert_eq!(check_url(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("http://provider.example.com/", WebhookError::NotProtected),
            ("http://127.0.0.1.example.com/", WebhookError::NotProtected),
            ("http://93.184.216.34/", WebhookError::NotProtected),
            ("https://10.0.0.1/", WebhookError::NotPublic),
            ("https://169.254.169.254/latest/meta-data", WebhookError::NotPublic),
            ("https://192.168.1.1/", WebhookError::NotPublic),
            ("https://100.64.0.1/", WebhookError::NotPublic),
            ("https://0.0.0.0/", WebhookError::NotPublic),
            ("https://0x0a000001/", WebhookError::NotPublic),
            ("https://[fd00::1]/", WebhookError::NotPublic),
            ("https://[fe80::1]/", WebhookError::NotPublic),
            ("https://[::]/", WebhookError::NotPublic),
            ("https://[::ffff:10.0.0.1]/", WebhookError::NotPublic),
            ("https://[64:ff9b::a00:1]/", WebhookError::NotPublic),
            ("https://[2002:a00:1::]/", WebhookError::NotPublic),
            ("https://user@provider.example.com/", WebhookError::Adorned),
            ("https://provider.example.com/#x", WebhookError::Adorned),
            ("file:///etc/passwd", WebhookError::NotAUrl),
            ("gopher://provider.example.com", WebhookError::NotAUrl),
            ("provider.example.com", WebhookError::NotAUrl),
            ("", WebhookError::NotAUrl),
        ] {
            assert_eq!(check_url(bad), Err(why), "{bad}");
        }
    }
}
