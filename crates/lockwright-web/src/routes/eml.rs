//! Reads the mails that we wrote ourselves (RFC 5322, 2045–2047): who, what, and the plain text.

use lockwright_model::clock::Timestamp;

/// A mail as the outbox shows it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mail {
    pub(super) to: String,
    pub(super) from: String,
    pub(super) subject: String,
    pub(super) text: String,
}

/// Reads a mail; what can't be read stays empty.
pub(super) fn read(message: &str) -> Mail {
    let message = message.replace("\r\n", "\n");
    let (head, body) = message.split_once("\n\n").unwrap_or((&message, ""));
    let content_type = header(head, "content-type");
    let text = match parameter(&content_type, "boundary") {
        Some(boundary) => plain_part(body, &boundary),
        None => decoded(head, body),
    };
    Mail { to: words(&header(head, "to")), from: words(&header(head, "from")), subject: words(&header(head, "subject")), text }
}

/// When a mail was written, from the microseconds that its name begins with.
pub(super) fn stored_at(name: &str) -> Option<Timestamp> {
    name.split('-').next()?.parse().ok().map(Timestamp::from_micros)
}

/// A header's value, unfolded; empty when it is missing.
fn header(head: &str, name: &str) -> String {
    let mut found = String::new();
    let mut inside = false;
    for line in head.lines() {
        if line.starts_with([' ', '\t']) {
            if inside {
                found.push(' ');
                found.push_str(line.trim());
            }
            continue;
        }
        inside = found.is_empty() && line.split_once(':').is_some_and(|(given, _)| given.eq_ignore_ascii_case(name));
        if inside {
            found.push_str(line.split_once(':').map_or("", |(_, value)| value.trim()));
        }
    }
    found
}

fn parameter(value: &str, name: &str) -> Option<String> {
    let rest = value.split_once(&format!("{name}="))?.1;
    Some(match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or_default().to_owned(),
        None => rest.split([';', ' ']).next().unwrap_or_default().to_owned(),
    })
}

/// The first `text/plain` part.
fn plain_part(body: &str, boundary: &str) -> String {
    let mark = format!("--{boundary}");
    for part in body.split(&mark).skip(1) {
        let part = part.strip_prefix('\n').unwrap_or(part);
        let (head, body) = part.split_once("\n\n").unwrap_or((part, ""));
        if header(head, "content-type").to_ascii_lowercase().starts_with("text/plain") {
            return decoded(head, body);
        }
    }
    String::new()
}

fn decoded(head: &str, body: &str) -> String {
    let bytes = match header(head, "content-transfer-encoding").to_ascii_lowercase().as_str() {
        "base64" => base64(body),
        "quoted-printable" => quoted(body.as_bytes(), false),
        _ => body.as_bytes().to_vec(),
    };
    String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
}

/// Encoded words of a header (RFC 2047); the space between two of them is none.
fn words(value: &str) -> String {
    let mut out = String::new();
    let mut after_word = false;
    for piece in value.split(' ') {
        let word = encoded_word(piece);
        let joined = out.is_empty() || (after_word && word.is_some());
        if !joined {
            out.push(' ');
        }
        after_word = word.is_some();
        out.push_str(word.as_deref().unwrap_or(piece));
    }
    out
}

fn encoded_word(piece: &str) -> Option<String> {
    let inner = piece.strip_prefix("=?")?.strip_suffix("?=")?;
    let mut parts = inner.splitn(3, '?');
    let (_charset, encoding, text) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = match encoding {
        "B" | "b" => base64(text),
        "Q" | "q" => quoted(text.as_bytes(), true),
        _ => return None,
    };
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Quoted-printable (RFC 2045 §6.7); in headers an underscore is a space.
fn quoted(text: &[u8], in_header: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        rest = match rest {
            [] => return out,
            [b'=', b'\n', after @ ..] => after,
            [b'=', high, low, after @ ..] => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
                match (digit(high), digit(low)) {
                    (Some(high), Some(low)) => out.push(high << 4 | low),
                    _ => out.extend([b'=', *high, *low]),
                }
                after
            }
            [b'_', after @ ..] if in_header => {
                out.push(b' ');
                after
            }
            [byte, after @ ..] => {
                out.push(*byte);
                after
            }
        };
    }
}

/// Base64 (RFC 4648 §4); other characters are skipped.
fn base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for value in text.bytes().filter_map(|byte| LETTERS.iter().position(|letter| *letter == byte)) {
        held = (held << 6 | u32::try_from(value).unwrap_or(0)) & 0xfff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits & 0xff).unwrap_or(0));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_in_two_parts_is_read() {
        let message = "From: Lockwright <lockwright@access.example.com>\r\nTo: ana@example.com\r\n\
            Subject: =?utf-8?b?WW91ciBjb2Rl?=\r\n =?utf-8?b?OiDDqQ==?= and more\r\n\
            Content-Type: multipart/alternative;\r\n boundary=\"b1\"\r\n\r\n\
            --b1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
            Caf=C3=A9 is =\r\nopen=3D\r\n\r\n--b1\r\nContent-Type: text/html\r\n\r\n<p>\r\n--b1--\r\n";
        let mail = read(message);
        assert_eq!(mail.subject, "Your code: é and more");
        assert_eq!((mail.to.as_str(), mail.from.as_str()), ("ana@example.com", "Lockwright <lockwright@access.example.com>"));
        assert_eq!(mail.text.trim_end(), "Café is open=");
    }

    #[test]
    fn base64_text_is_read_across_lines() {
        let message = "To: a@example.com\n\n";
        assert_eq!(read(message).text, "");
        let body = "Content-Transfer-Encoding: base64\n\nSGVs\nbG8=\n";
        assert_eq!(read(body).text, "Hello");
    }

    #[test]
    fn what_is_no_mail_stays_empty() {
        for odd in ["", "\n\n", "=?", "Subject: =?utf-8?b?", "Content-Type: x; boundary=\"\"\n\nabc", "a\n\n--"] {
            let _ = read(odd);
        }
        assert_eq!(quoted(b"a=", false), b"a=");
        assert_eq!(quoted(b"a=zz", false), b"a=zz");
    }

    #[test]
    fn the_name_tells_when() {
        assert_eq!(stored_at("01700000000000000-abc"), Some(Timestamp::from_micros(1_700_000_000_000_000)));
        assert_eq!(stored_at("x-abc"), None);
    }
}
