//! SSH public keys as users upload them: RSA, in OpenSSH's form or as PEM.

use der::asn1::{AnyRef, BitString, UintRef};
use der::pem::LineEnding;
use der::{Decode, Encode, EncodePem, SecretDocument};
use md5::{Digest, Md5};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfo, SubjectPublicKeyInfoRef};
use ssh_key::public::{KeyData, RsaPublicKey};
use ssh_key::{Mpint, PublicKey};

/// The fewest bits of a key, and the most (AWS).
const BITS: std::ops::RangeInclusive<u32> = 2_048..=16_384;
/// What begins a PEM text.
const PEM: &str = "-----BEGIN ";

/// An SSH public key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SshKey(RsaPublicKey);

/// Why a text is no key that is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// It is in no form that is known, or of another kind than RSA.
    #[error("the key's encoding is not known")]
    Encoding,
    /// It is shorter or longer than a key may be.
    #[error("the key is too short or too long")]
    Length,
}

impl SshKey {
    /// Reads `ssh-rsa …`, with a comment or without, `BEGIN PUBLIC KEY` (RFC 5280) or `BEGIN RSA PUBLIC KEY` (RFC 8017).
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let text = text.trim();
        let key = if text.starts_with(PEM) { of_pem(text) } else { of_openssh(text) }.ok_or(Refused::Encoding)?;
        if BITS.contains(&key.key_size()) { Ok(Self(key)) } else { Err(Refused::Length) }
    }

    /// In OpenSSH's form, without a comment.
    pub fn openssh(&self) -> String {
        self.public().to_openssh().unwrap_or_default()
    }

    /// As a PEM text, `BEGIN PUBLIC KEY`.
    pub fn pem(&self) -> String {
        self.written_as_pem().unwrap_or_default()
    }

    /// The MD5 of the key as SSH sends it, in hexadecimal with colons: what AWS calls its fingerprint. It tells keys apart for people and
    /// proves nothing.
    pub fn fingerprint(&self) -> String {
        let digest = Md5::digest(self.public().to_bytes().unwrap_or_default());
        digest.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
    }

    fn public(&self) -> PublicKey {
        PublicKey::new(KeyData::Rsa(self.0.clone()), "")
    }

    fn written_as_pem(&self) -> Option<String> {
        let (modulus, exponent) = (self.0.n().as_positive_bytes()?, self.0.e().as_positive_bytes()?);
        let key = pkcs1::RsaPublicKey { modulus: UintRef::new(modulus).ok()?, public_exponent: UintRef::new(exponent).ok()? };
        let algorithm = AlgorithmIdentifierRef { oid: pkcs1::ALGORITHM_OID, parameters: Some(AnyRef::NULL) };
        let subject_public_key = BitString::from_bytes(&key.to_der().ok()?).ok()?;
        SubjectPublicKeyInfo { algorithm, subject_public_key }.to_pem(LineEnding::LF).ok()
    }
}

fn of_openssh(text: &str) -> Option<RsaPublicKey> {
    match PublicKey::from_openssh(text).ok()?.key_data() {
        KeyData::Rsa(key) => Some(key.clone()),
        _ => None,
    }
}

fn of_pem(text: &str) -> Option<RsaPublicKey> {
    let (label, document) = SecretDocument::from_pem(text).ok()?;
    let bytes = document.as_bytes();
    let key = match label {
        "PUBLIC KEY" => {
            let info = SubjectPublicKeyInfoRef::from_der(bytes).ok()?;
            (info.algorithm.oid == pkcs1::ALGORITHM_OID).then_some(())?;
            pkcs1::RsaPublicKey::from_der(info.subject_public_key.as_bytes()?).ok()?
        }
        "RSA PUBLIC KEY" => pkcs1::RsaPublicKey::from_der(bytes).ok()?,
        _ => return None,
    };
    let number = |digits: UintRef<'_>| Mpint::from_positive_bytes(digits.as_bytes());
    RsaPublicKey::new(number(key.public_exponent), number(key.modulus)).ok()
}

#[cfg(test)]
mod tests;
