//! Puts mails into words for the service, which sends them.

use lockwright_model::case::MessageWay;
use lockwright_service::mail::outgoing::OutgoingMail;
use lockwright_service::mail::{ComposeMail, ComposedMail};

use crate::mail;

/// Writes all mails of the installation.
#[derive(Clone, Copy, Debug, Default)]
pub struct MailWriter;

impl ComposeMail for MailWriter {
    fn compose(&self, mail: &OutgoingMail, installation: &str, public_url: &str) -> ComposedMail {
        let mail::ComposedMail { subject, text, html } = mail::compose(mail, installation, public_url);
        ComposedMail { subject, text, html }
    }

    fn compose_text(&self, mail: &OutgoingMail, way: MessageWay, installation: &str, public_url: &str) -> String {
        mail::phone::compose(mail, way, installation, public_url)
    }
}
