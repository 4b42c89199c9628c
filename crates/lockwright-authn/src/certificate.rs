//! X.509 certificates that users upload to sign requests with.

use lockwright_model::clock::Timestamp;
use lockwright_model::user_credential::UserCredentialId;
use sha1::{Digest, Sha1};
use x509_parser::pem::Pem;

/// Why a text is no certificate that is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// It is not one certificate as PEM text, or its time is over.
    #[error("the certificate is malformed, or its time is over")]
    Malformed,
    /// Its time has not begun.
    #[error("the certificate's time has not begun")]
    NotYet,
}

/// The id of a certificate that is in its time. Nobody vouches for it: whoever uploads it says whose it is, so its signature proves nothing.
pub fn check(text: &str, now: Timestamp) -> Result<UserCredentialId, Refused> {
    let mut blocks = Pem::iter_from_buffer(text.as_bytes());
    let (Some(Ok(pem)), None) = (blocks.next(), blocks.next()) else { return Err(Refused::Malformed) };
    if pem.label != "CERTIFICATE" {
        return Err(Refused::Malformed);
    }
    let (rest, certificate) = x509_parser::parse_x509_certificate(&pem.contents).map_err(|_| Refused::Malformed)?;
    if !rest.is_empty() || certificate.public_key().parsed().is_err() {
        return Err(Refused::Malformed);
    }
    let (validity, now) = (certificate.validity(), now.as_seconds());
    if now > validity.not_after.timestamp() {
        return Err(Refused::Malformed);
    }
    if now < validity.not_before.timestamp() {
        return Err(Refused::NotYet);
    }
    Ok(UserCredentialId::of_certificate(&Sha1::digest(&pem.contents).into()))
}

#[cfg(test)]
mod tests;
