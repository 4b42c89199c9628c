//! RFC 4648 base32 of 80 bits: sixteen letters, no padding.

const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The sixteen letters of the low 80 bits of a number.
pub(super) fn encode80(bits: u128) -> String {
    let letter = |at: u32| LETTERS.get(((bits >> (75 - 5 * at)) & 31) as usize).map_or('A', |byte| char::from(*byte));
    (0..16).map(letter).collect()
}

/// The 80 bits of sixteen letters.
pub(super) fn decode80(text: &str) -> Option<u128> {
    if text.len() != 16 {
        return None;
    }
    text.bytes().try_fold(0, |bits, byte| {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        Some(bits << 5 | u128::from(value))
    })
}
