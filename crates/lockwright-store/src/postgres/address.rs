//! Where the server is, and whether it may be spoken to without TLS.

use std::net::IpAddr;

use lockwright_model::secret::Secret;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::error::StoreError;

/// Reads a server's address. Until the store speaks TLS, a server on another machine needs an explicit `sslmode=disable`.
pub(super) fn parse(url: &Secret) -> Result<Config, StoreError> {
    // The parser's own words may repeat a part of the address.
    let mut config: Config = url
        .expose()
        .parse()
        .map_err(|_| StoreError::Refused("the PostgreSQL address can't be read; it looks like postgres://user:password@host/database"))?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(StoreError::Refused("the PostgreSQL address names no host"));
    }
    match config.get_ssl_mode() {
        SslMode::Disable => {}
        SslMode::Prefer if here(&config) => {}
        SslMode::Prefer => {
            return Err(StoreError::Refused(
                "the PostgreSQL server is on another machine and this version can't speak TLS to it: reach it through a Unix socket or \
                 an encrypted tunnel, or write sslmode=disable into the address to accept a readable connection",
            ));
        }
        _ => return Err(StoreError::Refused("the PostgreSQL address asks for TLS, which this version can't speak")),
    }
    if config.get_application_name().is_none() {
        config.application_name("lockwright");
    }
    Ok(config)
}

/// Whether every host of the address is this machine.
fn here(config: &Config) -> bool {
    let named = config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
    });
    named && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(url: &str) -> bool {
        parse(&Secret::new(url)).is_ok()
    }

    #[test]
    fn a_server_elsewhere_is_not_spoken_to_in_the_open_unless_told() {
        for here in ["postgres://a:b@localhost/d", "postgres://a@127.0.0.1:5433/d", "host=/run/postgresql user=a", "postgres://a@[::1]/d"] {
            assert!(accepted(here), "{here}");
        }
        for there in ["postgres://a:b@db.example/d", "host=localhost,10.0.0.2 user=a", "host=localhost hostaddr=10.0.0.2 user=a", "user=a"]
        {
            assert!(!accepted(there), "{there}");
        }
        assert!(accepted("postgres://a:b@db.example/d?sslmode=disable"));
        assert!(!accepted("postgres://a:b@localhost/d?sslmode=require"), "TLS that was asked for is not left out");
    }

    #[test]
    fn an_address_is_never_repeated_in_an_error() {
        for url in ["postgres://me:hunter2@db.example/d", "postgres://me:hunter2@[broken", "password=hunter2 nonsense"] {
            let error = parse(&Secret::new(url)).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }
}
