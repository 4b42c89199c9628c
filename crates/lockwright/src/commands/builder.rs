//! `lockwright builder`: asks, and prints the answer.

use lockwright_model::clock::{Clock, SystemClock, Timestamp};
use lockwright_model::setting::RegistrationOff;

use super::{Failure, ask, link_remark};
use crate::cli::{Builder, Common, Registration};
use crate::control::Request;

const LIST: &[&str] = &["BuilderId", "Name", "Email", "Disabled", "Created"];
const SHOW: &[&str] = &["BuilderId", "Name", "Email", "Disabled", "SetPasswordUrl", "ExpiresAt"];
const REGISTRATION: &[&str] = &["Registration", "Until", "Message"];

pub(super) fn run(common: &Common, verb: Builder) -> Result<(), Failure> {
    match verb {
        Builder::Create { name, email } => {
            ask(common, &Request::BuilderCreate { name, email }, SHOW, "")?;
            link_remark();
            Ok(())
        }
        Builder::List(page) => ask(common, &Request::BuilderList { after: page.after, limit: page.limit }, LIST, "No builder IDs yet."),
        Builder::Recover { email } => {
            ask(common, &Request::BuilderRecover { email }, SHOW, "")?;
            link_remark();
            Ok(())
        }
        Builder::Disable { email } => ask(common, &Request::BuilderSetDisabled { email, disabled: true }, SHOW, ""),
        Builder::Enable { email } => ask(common, &Request::BuilderSetDisabled { email, disabled: false }, SHOW, ""),
        Builder::Registration(verb) => registration(common, verb),
    }
}

fn registration(common: &Common, verb: Registration) -> Result<(), Failure> {
    let request = match verb {
        Registration::Show => Request::RegistrationShow,
        Registration::On => Request::RegistrationSet(None),
        Registration::Off { until, message } => {
            let until = until.as_deref().map(|text| moment(text, SystemClock.now())).transpose()?;
            if message.as_ref().is_some_and(|message| message.chars().count() > 500) {
                return Err(Failure::usage("--message: at most 500 characters".to_owned()));
            }
            Request::RegistrationSet(Some(RegistrationOff { until, message }))
        }
    };
    ask(common, &request, REGISTRATION, "")
}

/// A moment, or a span from now.
fn moment(text: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(Timestamp::from_micros(at.as_microsecond()));
    }
    let span = text.parse::<jiff::Span>().ok().and_then(|span| {
        let start = jiff::Timestamp::from_microsecond(now.as_micros()).ok()?.to_zoned(jiff::tz::TimeZone::UTC);
        start.checked_add(span).ok()
    });
    span.map(|at| Timestamp::from_micros(at.timestamp().as_microsecond()))
        .filter(|at| *at > now)
        .ok_or_else(|| Failure::usage("--until: write a moment (2026-12-01T08:00:00Z) or a span from now (\"3 days\")".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn until_takes_a_moment_or_a_span() {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        assert_eq!(moment("2026-12-01T08:00:00Z", now).unwrap().to_rfc3339(), "2026-12-01T08:00:00Z");
        assert_eq!(moment("3 days", now).unwrap().since(now).as_secs(), 3 * 86_400);
        assert_eq!(moment("soon", now).unwrap_err().code, 2);
        assert_eq!(moment("-3 days", now).unwrap_err().code, 2);
    }
}
