//! Server certificates: read from PEM, held against their private keys and against those who signed them.

use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _,
};
use lockwright_model::secret::Secret;
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use zeroize::Zeroizing;

/// Why a certificate is not kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unfit {
    /// Not one certificate in PEM.
    #[error("the certificate can't be read")]
    Certificate,
    /// Not a private key in PEM without a password: RSA of 2048 to 8192 bits, or on P-256, P-384 or P-521.
    #[error("the private key can't be read")]
    Key,
    /// The private key belongs to another certificate.
    #[error("the private key does not belong to the certificate")]
    OtherKey,
    /// Not certificates in PEM, or one that did not sign what stands before it.
    #[error("the chain does not lead on from the certificate")]
    Chain,
    /// It does not count yet, or no longer.
    #[error("the certificate does not count now")]
    NotNow,
}

/// Until when a certificate counts, in seconds since 1970: once it counts `now`, the key belongs to it, and each of the chain signed what
/// stands before it. Whether anybody trusts the last one is for those who meet the certificate.
pub fn check(certificate: &str, key: &Secret, chain: Option<&str>, now: i64) -> Result<i64, Unfit> {
    let own = certificates(certificate).ok_or(Unfit::Certificate)?;
    let [own] = own.as_slice() else { return Err(Unfit::Certificate) };
    let leaf = parsed(own).ok_or(Unfit::Certificate)?;
    if public_half(key).ok_or(Unfit::Key)? != leaf.public_key().subject_public_key.data.as_ref() {
        return Err(Unfit::OtherKey);
    }
    let span = leaf.validity();
    if !(span.not_before.timestamp()..=span.not_after.timestamp()).contains(&now) {
        return Err(Unfit::NotNow);
    }
    let expires = span.not_after.timestamp();
    if let Some(chain) = chain {
        let chain = certificates(chain).ok_or(Unfit::Chain)?;
        let mut last = leaf;
        for der in &chain {
            let next = parsed(der).ok_or(Unfit::Chain)?;
            if last.issuer().as_raw() != next.subject().as_raw() || last.verify_signature(Some(next.public_key())).is_err() {
                return Err(Unfit::Chain);
            }
            last = next;
        }
    }
    Ok(expires)
}

/// The certificates of a text, at least one and nothing else, as DER.
fn certificates(text: &str) -> Option<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    for pem in Pem::iter_from_buffer(text.as_bytes()) {
        let pem = pem.ok().filter(|pem| pem.label == "CERTIFICATE")?;
        found.push(pem.contents);
    }
    (!found.is_empty()).then_some(found)
}

fn parsed(der: &[u8]) -> Option<X509Certificate<'_>> {
    X509Certificate::from_der(der).ok().filter(|(rest, _)| rest.is_empty()).map(|(_, certificate)| certificate)
}

/// The public half of a private key, as certificates have it.
fn public_half(key: &Secret) -> Option<Vec<u8>> {
    let mut der = None;
    for pem in Pem::iter_from_buffer(key.expose().as_bytes()) {
        let pem = pem.ok()?;
        // OpenSSL writes the parameters of a curve before the key.
        let contents = Zeroizing::new(pem.contents);
        if matches!(pem.label.as_str(), "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY") {
            der = Some(contents);
        }
    }
    let der = der?;
    if let Ok(pair) = RsaKeyPair::from_pkcs8(&der).or_else(|_| RsaKeyPair::from_der(&der)) {
        return Some(pair.public_key().as_ref().to_vec());
    }
    let curves = [&ECDSA_P256_SHA256_ASN1_SIGNING, &ECDSA_P384_SHA384_ASN1_SIGNING, &ECDSA_P521_SHA512_ASN1_SIGNING];
    let pair = curves.into_iter().find_map(|curve| EcdsaKeyPair::from_private_key_der(curve, &der).ok())?;
    Some(pair.public_key().as_ref().to_vec())
}
