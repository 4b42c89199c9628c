//! Mail over a real SMTP server: it arrives, it is encrypted or it stays, and nothing in it gives orders.

use std::time::Duration;

use lockwright_model::entropy::SystemEntropy;
use lockwright_model::id::JobId;
use lockwright_service::config::{MailConfig, ServiceConfig, SmtpConfig, SmtpSecurity};
use lockwright_service::mail::{ComposedMail, Mailer, SendError};
use lockwright_testkit::smtp::{SmtpMode, SmtpServer};

use crate::house::{ANA, House, NEW, root};
use lockwright_model::proof::Goal;

fn over(port: u16, host: &str, security: SmtpSecurity) -> ServiceConfig {
    let mut config = crate::house::config(std::path::Path::new("/nowhere"));
    config.mail = MailConfig::Smtp(SmtpConfig { host: host.to_owned(), port, security, login: None, timeout: Duration::from_secs(20) });
    config
}

async fn send(config: &ServiceConfig, mail: ComposedMail) -> Result<(), SendError> {
    let mailer = Mailer::new(config).unwrap();
    let now = lockwright_model::clock::Timestamp::from_micros(1_800_000_000_000_000);
    mailer.send(&ANA.parse().unwrap(), mail, now, &JobId::draw(&SystemEntropy)).await
}

fn mail(text: &str) -> ComposedMail {
    ComposedMail { subject: "Hello".to_owned(), text: text.to_owned(), html: format!("<p>{text}</p>") }
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_with_mail_from_a_real_server() {
    let server = SmtpServer::start(SmtpMode::Plain);
    let house = House::memory().await;
    house.account(ANA).await;
    let opened = house.lockwright.start_recovery(&house.anyone(), &root(ANA), Goal::NewPassword).await.unwrap();
    let config = over(server.port, "127.0.0.1", SmtpSecurity::None);
    let mailer = Mailer::new(&config).unwrap();
    assert_eq!(house.lockwright.send_due(&mailer, &Telling).await.unwrap(), 1);
    let taken = server.next().unwrap();
    assert_eq!((taken.from.as_str(), taken.to.as_slice()), ("lockwright@example.com", [ANA.to_owned()].as_slice()), "A11");
    let code = taken.content.lines().find_map(|line| line.strip_prefix("Code: ")).unwrap();
    let holder = house.prove(&opened, code).await;
    house.lockwright.finish_recovery(&house.anyone(), &opened.case, holder.expose(), NEW, NEW).await.unwrap();
    assert_eq!(house.lockwright.send_due(&mailer, &Telling).await.unwrap(), 1);
    assert!(server.next().unwrap().content.contains("Something happened"));
    house.session(&root(ANA), NEW).await;
}

/// Writes the code where a test can read it.
struct Telling;

impl lockwright_service::mail::ComposeMail for Telling {
    fn compose(&self, outgoing: &lockwright_service::mail::outgoing::OutgoingMail, _: &str, _: &str) -> ComposedMail {
        match outgoing {
            lockwright_service::mail::outgoing::OutgoingMail::Ticket { code, .. } => mail(&format!("Code: {}", code.expose())),
            _ => mail("Something happened"),
        }
    }

    fn compose_text(
        &self,
        _: &lockwright_service::mail::outgoing::OutgoingMail,
        _: lockwright_model::case::MessageWay,
        _: &str,
        _: &str,
    ) -> String {
        "Something happened".to_owned()
    }
}

#[tokio::test]
async fn e08_a_certificate_that_nobody_vouches_for_is_refused() {
    for (mode, security) in [(SmtpMode::Tls, SmtpSecurity::Tls), (SmtpMode::StartTls, SmtpSecurity::StartTls)] {
        for host in ["localhost", "127.0.0.1"] {
            let server = SmtpServer::start(mode);
            let refused = send(&over(server.port, host, security), mail("secret")).await.unwrap_err();
            assert!(refused.0.contains("certificate"), "{mode:?} {host}: {refused}");
            assert_eq!(server.stop(), [], "{mode:?} {host}");
        }
    }
}

#[tokio::test]
async fn e08_a_server_without_tls_gets_nothing_when_tls_is_configured() {
    for security in [SmtpSecurity::Tls, SmtpSecurity::StartTls] {
        let server = SmtpServer::start(SmtpMode::Plain);
        send(&over(server.port, "127.0.0.1", security), mail("secret")).await.unwrap_err();
        assert_eq!(server.stop(), [], "{security:?}");
    }
    for host in ["mail.example.com", "192.0.2.25", "10.0.0.1", "0.0.0.0"] {
        assert!(Mailer::new(&over(25, host, SmtpSecurity::None)).is_err(), "{host}: no TLS only on the loopback");
    }
}

#[tokio::test]
async fn e08_line_breaks_and_dots_in_a_mail_give_no_orders() {
    let server = SmtpServer::start(SmtpMode::Plain);
    let mut config = over(server.port, "127.0.0.1", SmtpSecurity::None);
    config.installation = "Lock\r\nBcc: eve@example.com".to_owned();
    assert!(Mailer::new(&config).is_err());
    let order = "\r\n.\r\nMAIL FROM:<eve@example.com>\r\nRCPT TO:<eve@example.com>\r\nDATA\r\n.\r\n.leading\r\nQUIT";
    config.mail_reply_to = Some("help@example.com".parse().unwrap());
    config.installation = "Lock \"<wright>, eve@example.com".to_owned();
    let hostile =
        ComposedMail { subject: format!("Hi\r\nBcc: eve@example.com\r\n\r\n{order}"), text: order.to_owned(), html: order.to_owned() };
    send(&config, hostile).await.unwrap();
    let taken = server.next().unwrap();
    assert_eq!(taken.to, [ANA]);
    let (head, body) = taken.content.split_once("\r\n\r\n").unwrap();
    for line in head.lines().filter(|line| !line.starts_with([' ', '\t'])) {
        let name = line.split(':').next().unwrap_or_default();
        assert!(["From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type"].contains(&name), "{line}");
    }
    assert!(head.contains("Reply-To: help@example.com\r\n"), "{head}");
    assert!(body.contains(".leading") && body.contains("MAIL FROM"), "the text itself arrives whole");
    assert_eq!(server.stop(), [], "one mail, not two");
}
