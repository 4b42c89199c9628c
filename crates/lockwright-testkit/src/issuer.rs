//! An OpenID Connect issuer for tests: a real HTTP server on the loopback with keys of its own.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A running issuer.
pub struct Issuer {
    address: SocketAddr,
    rsa: RsaKeyPair,
    p256: EcdsaKeyPair,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// What it answers under a path: a status, headers, a body.
    pages: Mutex<Vec<(String, u16, String, String)>>,
    requests: AtomicU16,
    over: AtomicBool,
}

/// The id of its RSA key.
pub const RSA: &str = "rsa-1";
/// The id of its key on P-256.
pub const P256: &str = "p256-1";

impl Issuer {
    /// Listens on a free port.
    ///
    /// # Panics
    /// When there is none, or keys can't be drawn.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|error| panic!("no port: {error}"));
        let address = listener.local_addr().unwrap_or_else(|error| panic!("no port: {error}"));
        let shared = Arc::new(Shared::default());
        let server = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if server.over.load(Ordering::SeqCst) {
                    return;
                }
                drop(answer(&server, stream));
            }
        });
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap_or_else(|error| panic!("{error}"));
        let p256 = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap_or_else(|error| panic!("{error}"));
        let issuer = Self { address, rsa, p256, shared };
        let discovery = json!({"issuer": issuer.url(), "jwks_uri": format!("{}/keys", issuer.url())});
        issuer.shows("/.well-known/openid-configuration", 200, "", &discovery.to_string());
        issuer.shows("/keys", 200, "", &issuer.keys().to_string());
        issuer
    }

    /// Its URL, and so the `iss` of its tokens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its keys as it publishes them.
    pub fn keys(&self) -> Value {
        // Its DER has one shape at 2048 bits: nine bytes, the modulus, and an exponent of three bytes at the end.
        let der = self.rsa.public_key().as_ref();
        let (n, e) = (&der[9..265], &der[der.len() - 3..]);
        let point = self.p256.public_key().as_ref();
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({"keys": [
            {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": RSA, "n": text(n), "e": text(e)},
            {"kty": "EC", "use": "sig", "alg": "ES256", "kid": P256, "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..])},
        ]})
    }

    /// Answers so under a path from now on.
    pub fn shows(&self, path: &str, status: u16, headers: &str, body: &str) {
        let mut pages = self.shared.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.retain(|(known, ..)| known != path);
        pages.push((path.to_owned(), status, headers.to_owned(), body.to_owned()));
    }

    /// How many requests came.
    pub fn requests(&self) -> u16 {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// A token with these claims, signed with the key of an id, which is said to be another one's where `said` is.
    pub fn token(&self, key: &str, said: &str, claims: &Value) -> String {
        let alg = if key == P256 { "ES256" } else { "RS256" };
        self.signed(key, &json!({"alg": alg, "typ": "JWT", "kid": said}), claims)
    }

    /// The same, with a header of its own.
    ///
    /// # Panics
    /// When it can't be signed.
    pub fn signed(&self, key: &str, header: &Value, claims: &Value) -> String {
        let signed = unsigned(header, claims);
        let signature = if key == P256 {
            let signature = self.p256.sign(&SystemRandom::new(), signed.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
            signature.as_ref().to_vec()
        } else {
            let mut signature = vec![0; self.rsa.public_modulus_len()];
            let drawn = self.rsa.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature);
            drawn.unwrap_or_else(|error| panic!("{error}"));
            signature
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Tokens that a stranger makes who takes the public RSA key for a shared secret, in each form it is known in.
    pub fn with_public_key_as_secret(&self, claims: &Value) -> Vec<String> {
        let encoded = self.keys()["keys"][0]["n"].as_str().unwrap_or_default().to_owned();
        let modulus = URL_SAFE_NO_PAD.decode(&encoded).unwrap_or_default();
        let signed = unsigned(&json!({"alg": "HS256", "typ": "JWT", "kid": RSA}), claims);
        let token = |secret: &[u8]| {
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
        };
        [&modulus, encoded.as_bytes(), self.rsa.public_key().as_ref()].map(token).to_vec()
    }
}

/// The part of a token that is signed.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

fn answer(shared: &Shared, mut stream: TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    while line.trim() != "" {
        line.clear();
        reader.read_line(&mut line)?;
    }
    shared.requests.fetch_add(1, Ordering::SeqCst);
    let page = shared.pages.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|(known, ..)| *known == path).cloned();
    let (_, status, headers, body) = page.unwrap_or((path, 404, String::new(), String::new()));
    write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}", body.len())
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}
