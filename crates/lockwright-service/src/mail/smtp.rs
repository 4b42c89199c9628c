//! Mail over SMTP: TLS or STARTTLS with the certificate checked, a login where the server asks for one.

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::SendError;
use crate::config::{SetUpError, SmtpConfig, SmtpSecurity};

/// A pooled connection to an SMTP server.
pub(super) struct Smtp(AsyncSmtpTransport<Tokio1Executor>);

impl Smtp {
    pub(super) fn new(config: &SmtpConfig) -> Result<Self, SetUpError> {
        let tls = || TlsParameters::new(config.host.clone()).map_err(|error| SetUpError::Mail(format!("TLS for the SMTP server: {error}")));
        let security = match config.security {
            SmtpSecurity::Tls => Tls::Wrapper(tls()?),
            SmtpSecurity::StartTls => Tls::Required(tls()?),
            SmtpSecurity::None if is_loopback(&config.host) => Tls::None,
            SmtpSecurity::None => {
                return Err(SetUpError::Mail("an SMTP server on another machine needs TLS or STARTTLS".to_owned()));
            }
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port)
            .tls(security)
            .timeout(Some(config.timeout));
        if let Some((user, password)) = &config.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
        }
        Ok(Self(builder.build()))
    }

    pub(super) async fn send(&self, message: Message) -> Result<(), SendError> {
        // The library's own text may quote the server, and the server the address: only the kind of failure is kept.
        self.0.send(message).await.map(drop).map_err(|error| {
            let code = error.status().map_or_else(String::new, |code| format!(" (code {code})"));
            let kind = if error.is_permanent() {
                "the SMTP server refused the mail"
            } else if error.is_transient() {
                "the SMTP server put the mail off"
            } else if error.is_timeout() {
                "the SMTP server did not answer in time"
            } else if error.is_tls() || names_certificate(&error) {
                "the SMTP server's TLS certificate was not accepted"
            } else {
                "the SMTP server was not reached"
            };
            SendError(format!("{kind}{code}"))
        })
    }
}

/// Whether a refused certificate stands behind an error; the library calls it a broken connection.
fn names_certificate(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = error.downcast_ref::<rustls::Error>().or_else(|| inner?.downcast_ref());
        if matches!(tls, Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        next = error.source();
    }
    false
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
