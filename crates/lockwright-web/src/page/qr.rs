//! A picture of a text that a camera reads (ISO/IEC 18004), as the path of an inline SVG.

use fast_qr::{ECL, QRBuilder};
use serde::Serialize;

/// White around it, in modules: the standard asks for four.
const QUIET: usize = 4;

/// The picture. It shows a secret, so it has no Debug.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Qr {
    /// The side of the whole square, in modules.
    pub side: usize,
    /// The dark modules, for the `d` of a path.
    pub path: String,
}

impl Qr {
    /// Draws it; `None` for a text that doesn't fit any.
    pub fn of(text: &str) -> Option<Self> {
        let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
        let mut path = String::new();
        for row in 0..code.size {
            for column in 0..code.size {
                if code[row][column].value() {
                    path.push_str(&format!("M{} {}h1v1h-1z", column + QUIET, row + QUIET));
                }
            }
        }
        Some(Self { side: code.size + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_square_with_its_three_eyes_and_white_around() {
        let qr = Qr::of("otpauth://totp/Lockwright:ana?secret=MZXW6YTBOIMZXW6YTBOIMZXW6YTBOIMZ&issuer=Lockwright").unwrap();
        let far = qr.side - QUIET - 7;
        for (x, y) in [(QUIET, QUIET), (far, QUIET), (QUIET, far)] {
            assert!(qr.path.contains(&format!("M{x} {y}h1v1h-1z")), "{x} {y}");
            assert!(!qr.path.contains(&format!("M{} {}h1v1h-1z", x + 1, y + 1)), "the ring of an eye is white");
        }
        assert!(!qr.path.contains(&format!("M{} ", QUIET - 1)));
        assert!(Qr::of(&"x".repeat(5000)).is_none());
    }
}
