//! Identity tokens of OpenID Connect providers (RFC 7515, 7517, 7519): read without belief, then held against the provider's keys.
//!
//! RS256 and ES256, and nothing else: with no code for `none` or for shared keys there is none to be talked into (RFC 8725 §3.1).

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The most bytes of a token (STS, `clientTokenType`).
const MOST_BYTES: usize = 20_000;
/// The most keys of a provider that are looked at.
const MOST_KEYS: usize = 100;

/// Why a text is no token that could be believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unreadable {
    /// Not three parts of base64url, or not the JSON they should be.
    #[error("the token is not a well-formed JSON Web Token")]
    Malformed,
    /// An algorithm that is not taken.
    #[error("the token is signed with an algorithm that is not accepted")]
    Algorithm,
    /// A claim that every identity token has is not there.
    #[error("the token lacks a required claim")]
    Claims,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Algorithm {
    Rs256,
    Es256,
}

/// What a token says. Not to be believed before [`WebToken::is_signed_by`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claims {
    /// Who issued it (`iss`).
    pub issuer: String,
    /// Whom it speaks of (`sub`).
    pub subject: String,
    /// Whom it is for (`aud`); never empty.
    pub audiences: Vec<String>,
    /// Until when it counts (`exp`), in seconds since 1970.
    pub expires: i64,
    /// From when on it counts (`nbf`).
    pub not_before: Option<i64>,
    /// When it was issued (`iat`).
    pub issued: i64,
    /// How whom it speaks of was recognised (`amr`).
    pub methods: Vec<String>,
}

/// A token as read. Its Debug shows no part of it.
pub struct WebToken {
    signed: String,
    signature: Vec<u8>,
    algorithm: Algorithm,
    key: Option<String>,
    claims: Claims,
}

impl std::fmt::Debug for WebToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebToken")
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Body {
    iss: String,
    sub: String,
    aud: OneOrMore,
    exp: f64,
    nbf: Option<f64>,
    iat: f64,
    #[serde(default)]
    amr: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl WebToken {
    /// Reads a token.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        if text.len() > MOST_BYTES {
            return Err(Unreadable::Malformed);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Unreadable::Malformed)?;
        let (header, body) = signed.split_once('.').ok_or(Unreadable::Malformed)?;
        let header: Header = part(header).ok_or(Unreadable::Malformed)?;
        let algorithm = match header.alg.as_str() {
            "RS256" => Algorithm::Rs256,
            "ES256" => Algorithm::Es256,
            _ => return Err(Unreadable::Algorithm),
        };
        // What the signer calls critical, and we don't know, must not be passed over (RFC 7515 §4.1.11).
        if header.crit.is_some() {
            return Err(Unreadable::Malformed);
        }
        let body: Body = part(body).ok_or(Unreadable::Claims)?;
        let audiences = match body.aud {
            OneOrMore::One(one) => vec![one],
            OneOrMore::More(more) => more,
        };
        if audiences.is_empty() || body.sub.is_empty() {
            return Err(Unreadable::Claims);
        }
        let claims = Claims {
            issuer: body.iss,
            subject: body.sub,
            audiences,
            expires: seconds(body.exp)?,
            not_before: body.nbf.map(seconds).transpose()?,
            issued: seconds(body.iat)?,
            methods: body.amr,
        };
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Unreadable::Malformed)?;
        Ok(Self { signed: signed.to_owned(), signature, algorithm, key: header.kid, claims })
    }

    /// What it says.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The key that it says it was signed with.
    pub fn key_id(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Whether one of these keys signed it: the one it names, or any where it names none.
    pub fn is_signed_by(&self, keys: &ProviderKeys) -> bool {
        let named = |key: &&Key| self.key.is_none() || key.id == self.key;
        keys.0.iter().filter(named).any(|key| key.signed(self))
    }
}

/// The public keys of a provider that can sign tokens.
#[derive(Clone, Debug)]
pub struct ProviderKeys(Vec<Key>);

#[derive(Clone, Debug)]
struct Key {
    id: Option<String>,
    public: Public,
}

#[derive(Clone, Debug)]
enum Public {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct RawKey {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl ProviderKeys {
    /// Reads a JSON Web Key Set; keys of kinds that sign nothing here are passed over. `None`: it is none.
    pub fn read(json: &[u8]) -> Option<Self> {
        let set: KeySet = serde_json::from_slice(json).ok()?;
        Some(Self(set.keys.into_iter().take(MOST_KEYS).filter_map(key).collect()))
    }

    /// Whether there is a key of this id.
    pub fn has(&self, id: &str) -> bool {
        self.0.iter().any(|key| key.id.as_deref() == Some(id))
    }
}

impl Key {
    fn signed(&self, token: &WebToken) -> bool {
        let signed = token.signed.as_bytes();
        match (&self.public, token.algorithm) {
            (Public::Rsa { n, e }, Algorithm::Rs256) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, signed, &token.signature).is_ok()
            }
            (Public::P256(point), Algorithm::Es256) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, &token.signature).is_ok()
            }
            _ => false,
        }
    }
}

fn key(value: Value) -> Option<Key> {
    let raw: RawKey = serde_json::from_value(value).ok()?;
    if raw.usage.as_deref().is_some_and(|usage| usage != "sig") {
        return None;
    }
    let is = |algorithm: &str| raw.alg.as_deref().is_none_or(|alg| alg == algorithm);
    let bytes = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_deref()?).ok();
    let public = match (raw.kty.as_str(), raw.crv.as_deref()) {
        ("RSA", _) if is("RS256") => Public::Rsa { n: bytes(&raw.n)?, e: bytes(&raw.e)? },
        ("EC", Some("P-256")) if is("ES256") => {
            let (x, y) = (bytes(&raw.x)?, bytes(&raw.y)?);
            if x.len() != 32 || y.len() != 32 {
                return None;
            }
            Public::P256([&[4], x.as_slice(), y.as_slice()].concat())
        }
        _ => return None,
    };
    Some(Key { id: raw.kid, public })
}

fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// A moment of a token; RFC 7519 lets it have a fraction.
fn seconds(at: f64) -> Result<i64, Unreadable> {
    if !(0.0..=1e12).contains(&at) {
        return Err(Unreadable::Claims);
    }
    #[expect(clippy::cast_possible_truncation, reason = "within the bounds that were just checked")]
    Ok(at as i64)
}
