//! A picture of a text that a camera reads (ISO/IEC 18004), as PNG.

use fast_qr::{ECL, QRBuilder};
use png::{BitDepth, ColorType, Encoder};

/// White around it, in modules: the standard asks for four.
const QUIET: usize = 4;
/// The side of a module, in pixels.
const PIXELS: usize = 6;

/// Draws it; `None` for a text that doesn't fit any.
pub(crate) fn png(text: &str) -> Option<Vec<u8>> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let modules = code.size + 2 * QUIET;
    let side = modules * PIXELS;
    let dark = |row: usize, column: usize| {
        let inside = |at: usize| at.checked_sub(QUIET).filter(|at| *at < code.size);
        inside(row).zip(inside(column)).is_some_and(|(row, column)| code[row][column].value())
    };
    let mut lines = Vec::with_capacity(side * side.div_ceil(8));
    for row in 0..modules {
        // A bit a pixel, 1 is white; what is left of the last byte is not looked at.
        let mut line = vec![0_u8; side.div_ceil(8)];
        for pixel in (0..side).filter(|pixel| !dark(row, pixel / PIXELS)) {
            if let Some(byte) = line.get_mut(pixel / 8) {
                *byte |= 0x80 >> (pixel % 8);
            }
        }
        lines.extend(std::iter::repeat_n(line, PIXELS).flatten());
    }
    let (mut picture, side) = (Vec::new(), u32::try_from(side).ok()?);
    let mut encoder = Encoder::new(&mut picture, side, side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    encoder.write_header().ok()?.write_image_data(&lines).ok()?;
    Some(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_a_png_with_three_eyes_and_white_around() {
        let picture = png("otpauth://totp/Lockwright:phone?secret=MZXW6YTBOIMZXW6YTBOIMZXW6YTBOIMZ&issuer=Lockwright").unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(picture)).read_info().unwrap();
        let mut lines = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut lines).unwrap();
        assert_eq!((info.width, info.color_type, info.bit_depth), (info.height, ColorType::Grayscale, BitDepth::One));
        let modules = info.width as usize / PIXELS;
        let dark = |row: usize, column: usize| {
            let pixel = (column * PIXELS) + PIXELS / 2;
            lines[row * PIXELS * info.line_size + pixel / 8] & (0x80 >> (pixel % 8)) == 0
        };
        let far = modules - QUIET - 7;
        for (row, column) in [(QUIET, QUIET), (far, QUIET), (QUIET, far)] {
            assert!(dark(row, column) && !dark(row + 1, column + 1) && dark(row + 3, column + 3), "{row} {column}");
        }
        assert!((0..modules).all(|at| !dark(0, at) && !dark(at, QUIET - 1) && !dark(modules - 1, at)));
        assert!(png(&"x".repeat(5000)).is_none());
    }
}
