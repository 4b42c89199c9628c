//! Secrets of service-specific credentials: drawn here, shown once, kept as a hash (docs/reference/credential-formats.md).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockwright_model::entropy::{Entropy, draw};
use lockwright_model::token::TokenHash;
use lockwright_model::user_credential::ServiceLogin;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// 60 characters of base64: 360 random bits. Zeroed when dropped, silent in Debug.
#[derive(Clone)]
pub struct ServiceSecret(Zeroizing<String>);

impl ServiceSecret {
    /// Draws a new one.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(STANDARD.encode(*Zeroizing::new(draw::<45>(entropy)))))
    }

    /// What is kept of it. A plain hash is enough from 112 bits up (ASVS 6.5.2).
    pub fn hash(&self) -> TokenHash {
        TokenHash::from_bytes(Sha256::digest(self.0.as_bytes()).into())
    }

    /// As it is handed out: the password itself, or an API key that holds the login and the password.
    pub fn handed_out(&self, login: &ServiceLogin) -> Zeroizing<String> {
        match login.service.key_prefix() {
            None => self.0.clone(),
            Some(prefix) => {
                let both = Zeroizing::new(format!("{}:{}", login.login, *self.0));
                let encoded = Zeroizing::new(STANDARD.encode(both.as_bytes()));
                Zeroizing::new(format!("{prefix}{}", *encoded))
            }
        }
    }
}

impl fmt::Debug for ServiceSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceSecret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lockwright_model::entropy::SeededEntropy;
    use lockwright_model::user_credential::LoginService;

    fn login(service: LoginService, secret: &ServiceSecret) -> ServiceLogin {
        ServiceLogin { service, login: "carla-at-123456789012".to_owned(), secret: secret.hash(), expires: None }
    }

    #[test]
    fn a_password_has_sixty_characters_and_an_api_key_holds_login_and_password() {
        let secret = ServiceSecret::draw(&SeededEntropy::new(5));
        let password = secret.handed_out(&login(LoginService::CodeCommit, &secret));
        assert_eq!(password.len(), 60);
        for (service, prefix) in [(LoginService::Bedrock, "ABSK"), (LoginService::CloudWatch, "APIAACWM")] {
            let key = secret.handed_out(&login(service, &secret));
            let held = STANDARD.decode(key.strip_prefix(prefix).unwrap()).unwrap();
            assert_eq!(String::from_utf8(held).unwrap(), format!("carla-at-123456789012:{}", *password));
        }
    }

    #[test]
    fn what_is_kept_is_the_sha_256_and_nothing_shows_the_secret() {
        let secret = ServiceSecret::draw(&SeededEntropy::new(6));
        let hash: [u8; 32] = Sha256::digest(secret.0.as_bytes()).into();
        assert_eq!(secret.hash(), TokenHash::from_bytes(hash));
        assert_eq!(format!("{secret:?}"), "ServiceSecret");
    }
}
