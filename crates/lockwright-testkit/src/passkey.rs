//! An authenticator and its browser in software: answers WebAuthn's options with what a real pair would send, or with what an attacker might.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockwright_model::entropy::{Entropy, draw};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// One credential of an authenticator (ES256). The fields are what its hardware and browser would decide.
#[derive(Clone)]
pub struct SoftPasskey {
    /// Where the browser is.
    pub origin: String,
    /// The user touches it.
    pub present: bool,
    /// It asks for a PIN, finger or face.
    pub verifies_user: bool,
    /// It may be copied to other devices.
    pub synced: bool,
    /// Counts each use; synced ones leave it at zero.
    pub counts: bool,
    /// The number of uses so far.
    pub counter: u32,
    /// What the site told it about whose it is.
    pub user_handle: Option<Vec<u8>>,
    credential_id: Vec<u8>,
    key: SigningKey,
}

impl SoftPasskey {
    /// A key that verifies its user and counts, in a browser at `origin`.
    pub fn new(origin: &str, entropy: &dyn Entropy) -> Self {
        let key = std::iter::repeat_with(|| draw::<32>(entropy)).find_map(|bytes| SigningKey::from_slice(&bytes).ok());
        Self {
            origin: origin.to_owned(),
            present: true,
            verifies_user: true,
            synced: false,
            counts: true,
            counter: 0,
            user_handle: None,
            credential_id: draw::<32>(entropy).to_vec(),
            key: key.expect("almost every 32 bytes are a key"),
        }
    }

    /// Its name, as the site stores it.
    pub fn credential_id(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.credential_id)
    }

    /// Answers `navigator.credentials.create(options)`: `RegistrationResponseJSON`.
    pub fn register(&mut self, options_json: &str) -> String {
        let options: Value = serde_json::from_str(options_json).expect("options are JSON");
        let options = &options["publicKey"];
        self.user_handle = Some(unbase64(&options["user"]["id"]));
        let mut data = self.authenticator_data(&options["rp"]["id"], 0x40);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential_id.len()).expect("32 bytes").to_be_bytes());
        data.extend(&self.credential_id);
        data.extend(self.cose_key());
        // {"fmt": "none", "attStmt": {}, "authData": bytes} in CBOR.
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        attestation.extend(u16::try_from(data.len()).expect("a few hundred bytes").to_be_bytes());
        attestation.extend(data);
        let response = json!({
            "attestationObject": URL_SAFE_NO_PAD.encode(attestation),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(self.client_data("webauthn.create", &options["challenge"])),
            "transports": ["usb"],
        });
        self.credential(response)
    }

    /// Answers `navigator.credentials.get(options)`: `AuthenticationResponseJSON`.
    pub fn sign(&mut self, options_json: &str) -> String {
        let options: Value = serde_json::from_str(options_json).expect("options are JSON");
        let options = &options["publicKey"];
        self.counter += u32::from(self.counts);
        let data = self.authenticator_data(&options["rpId"], 0);
        let client_data = self.client_data("webauthn.get", &options["challenge"]);
        let signature: Signature = self.key.sign(&[data.as_slice(), &Sha256::digest(&client_data)].concat());
        let (r, s) = signature.split_bytes();
        let response = json!({
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
            "signature": URL_SAFE_NO_PAD.encode(der_signature(&r, &s)),
            "userHandle": self.user_handle.as_ref().map(|handle| URL_SAFE_NO_PAD.encode(handle)),
        });
        self.credential(response)
    }

    fn credential(&self, response: Value) -> String {
        let id = self.credential_id();
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} }).to_string()
    }

    fn client_data(&self, kind: &str, challenge: &Value) -> Vec<u8> {
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false }).to_string().into_bytes()
    }

    fn authenticator_data(&self, rp_id: &Value, more_flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(rp_id.as_str().expect("the options name the site")).to_vec();
        let synced = if self.synced { 0x18 } else { 0 };
        data.push(u8::from(self.present) | u8::from(self.verifies_user) << 2 | synced | more_flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// {1: 2, 3: -7, -1: 1, -2: x, -3: y} in CBOR: an elliptic key for ES256 on P-256.
    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_bytes();
        let (x, y) = point[1..].split_at(32);
        [b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20", x, b"\x22\x58\x20", y].concat()
    }
}

/// Two numbers as an ECDSA signature in DER, right or not.
pub fn der_signature(r: &[u8], s: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| {
        let digits = &bytes[bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1)..];
        let sign = if digits[0] & 0x80 == 0 { &[][..] } else { &[0] };
        [&[0x02, length(sign.len() + digits.len())], sign, digits].concat()
    };
    let both = [number(r), number(s)].concat();
    [&[0x30, length(both.len())], both.as_slice()].concat()
}

fn length(bytes: usize) -> u8 {
    u8::try_from(bytes).ok().filter(|length| *length < 128).expect("short numbers")
}

fn unbase64(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().expect("a text")).expect("base64url")
}
