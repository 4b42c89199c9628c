//! Reads the mails that we wrote ourselves: who, what, and the plain text.

use lockwright_model::clock::Timestamp;
use mail_parser::{Address, MessageParser};

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
    let Some(mail) = MessageParser::default().parse(message.as_bytes()) else { return Mail::default() };
    let name = |address: Option<&Address>| {
        let first = address.and_then(Address::first);
        let written = first.and_then(|first| first.address.as_deref()).unwrap_or_default();
        match first.and_then(|first| first.name.as_deref()) {
            // A phone number is no address, so it reads as a name without one.
            Some(name) if written.is_empty() => name.to_owned(),
            Some(name) => format!("{name} <{written}>"),
            None => written.to_owned(),
        }
    };
    Mail {
        to: name(mail.to()),
        from: name(mail.from()),
        subject: mail.subject().unwrap_or_default().to_owned(),
        text: mail.body_text(0).map(|text| text.replace("\r\n", "\n")).unwrap_or_default(),
    }
}

/// When a mail was written, from the microseconds that its name begins with.
pub(super) fn stored_at(name: &str) -> Option<Timestamp> {
    name.split('-').next()?.parse().ok().map(Timestamp::from_micros)
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
    fn what_is_no_mail_stays_empty() {
        for odd in ["", "\n\n", "=?", "Subject: =?utf-8?b?", "Content-Type: x; boundary=\"\"\n\nabc", "a\n\n--"] {
            let _ = read(odd);
        }
    }

    #[test]
    fn the_name_tells_when() {
        assert_eq!(stored_at("01700000000000000-abc"), Some(Timestamp::from_micros(1_700_000_000_000_000)));
        assert_eq!(stored_at("x-abc"), None);
    }
}
