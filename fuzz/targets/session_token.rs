//! A session token, as whoever brings it has changed it: it opens when it is the one that was made, and never otherwise. What would stand in
//! one is read as any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lockwright_authn::seal::SealKey;
use lockwright_model::access_key::AccessKeyId;
use lockwright_model::entropy::Entropy;
use lockwright_model::secret::{KeyBytes, Sealed};
use lockwright_model::temporary::Temporary;

/// The same nonce each time, so that a run can be had again.
#[derive(Debug)]
struct Nothing;

impl Entropy for Nothing {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

fuzz_target!(|data: &[u8]| {
    let _ = serde_json::from_slice::<Temporary>(data);
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = text.parse::<AccessKeyId>().map(|id| id.account());
    let key = SealKey::new(KeyBytes::new([1; 32]));
    let genuine = key.seal(b"what the token says", "session token of ASIAQAAAAAAAAAAAAAAA", &Nothing);
    let opened = key.open(&Sealed::from_text(text), "session token of ASIAQAAAAAAAAAAAAAAA");
    assert_eq!(opened.is_some(), text == genuine.as_text());
    assert!(key.open(&Sealed::from_text(text), "session token of ASIAQBBBBBBBBBBBBBBB").is_none());
});
