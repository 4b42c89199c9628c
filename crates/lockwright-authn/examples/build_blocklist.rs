//! Builds `data/common-passwords.bin` from lists with one password a line; `data/README.md` says which.
//!
//! `cargo run --release -p lockwright-authn --example build_blocklist -- OUT MINIMUM=FILE...`, where `MINIMUM` is the fewest
//! characters that make an entry of that file worth keeping. The same lists give the same bytes.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use xorf::BinaryFuse16;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let out = args.next().ok_or("usage: build_blocklist OUT MINIMUM=FILE...")?;
    let mut keys = BTreeSet::new();
    for arg in args {
        let (minimum, file) = arg.split_once('=').ok_or("a list is named as MINIMUM=FILE")?;
        let minimum: usize = minimum.parse()?;
        let before = keys.len();
        for line in fs::read(file)?.split(|byte| *byte == b'\n') {
            // A few lines of such lists are not UTF-8: nobody can type them.
            let Ok(line) = std::str::from_utf8(line) else { continue };
            let folded: String = line.trim_end_matches('\r').chars().flat_map(char::to_lowercase).nfc().collect();
            if folded.chars().count() >= minimum {
                let digest: [u8; 32] = Sha256::digest(folded.as_bytes()).into();
                keys.insert(u64::from_be_bytes(*digest.first_chunk().ok_or("SHA-256 is shorter than 8 bytes")?));
            }
        }
        println!("{file}: {} new entries", keys.len() - before);
    }
    let keys: Vec<u64> = keys.into_iter().collect();
    let filter = BinaryFuse16::try_from(&keys)?;
    let mut bytes = b"LWBL\x01\0\0\0".to_vec();
    bytes.extend(u32::try_from(keys.len())?.to_le_bytes());
    bytes.extend(filter.descriptor.seed.to_le_bytes());
    bytes.extend(filter.descriptor.segment_length.to_le_bytes());
    bytes.extend(filter.descriptor.segment_count_length.to_le_bytes());
    bytes.extend(filter.fingerprints.iter().flat_map(|fingerprint| fingerprint.to_le_bytes()));
    fs::write(&out, &bytes)?;
    println!("{out}: {} entries, {} bytes", keys.len(), bytes.len());
    Ok(())
}
