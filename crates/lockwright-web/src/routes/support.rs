//! A request to whoever runs the installation.

use lockwright_model::email::EmailAddress;
use lockwright_model::support::SupportTopic;
use lockwright_service::support::SupportError;

use crate::http::{Answer, Form, Visit};
use crate::page::FieldErrors;
use crate::page::support::{self, Support, SupportAsked};

/// The longest text.
const MOST: usize = 4_000;

/// The form.
pub(super) async fn form(visit: Visit) -> Answer {
    visit.page(&Support::default())
}

/// Takes a request.
pub(super) async fn ask(visit: Visit, form: Form) -> Answer {
    let text = form.text("text").trim().replace("\r\n", "\n");
    let page = Support { topic: form.text("topic").to_owned(), email: form.text("email").trim().to_owned(), text, ..Support::default() };
    let topic = SupportTopic::ALL.into_iter().find(|topic| support::value(*topic) == page.topic);
    let email = page.email.parse::<EmailAddress>().ok();
    let mut errors = FieldErrors::none();
    if topic.is_none() {
        errors.add("topic-sign-in", "Choose what it is about.");
    }
    if email.is_none() {
        errors.add("email", "Enter your email address, such as ana@example.com.");
    }
    if page.text.is_empty() {
        errors.add("text", "Write in a few words what happened.");
    } else if page.text.chars().count() > MOST {
        errors.add("text", "Write less: 4,000 characters at most.");
    }
    let (Some(topic), Some(email), true) = (topic, email, errors.is_empty()) else {
        // What holds a secret is not sent back over the wire either.
        let text = if lockwright_service::leak::secrets(&page.text).is_empty() { page.text.clone() } else { String::new() };
        return visit.again(&Support { errors, text, ..page });
    };
    match visit.lockwright().ask_support(&visit.op, topic, &email, &page.text).await {
        Ok(id) => visit.page(&SupportAsked { id: id.to_string(), email: page.email }),
        Err(SupportError::Secret(kinds)) => {
            let errors = FieldErrors::one("text", support::secrets(&kinds));
            visit.again(&Support { errors, text: String::new(), ..page })
        }
        Err(SupportError::Wait { until }) => visit.later(until, |wait| Support { wait: Some(wait), ..page }),
        Err(SupportError::Trouble(trouble)) => Err(trouble.into()),
    }
}
