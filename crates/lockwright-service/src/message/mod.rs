//! Messages to phones: texts and calls, through a provider's webhook, or into the outbox folder where none is set.

mod keyed;

use std::path::PathBuf;

use lockwright_model::case::MessageWay;
use lockwright_model::clock::Timestamp;
use lockwright_model::id::JobId;
use lockwright_model::phone::PhoneNumber;
use serde::Serialize;

use crate::config::{MessageConfig, SetUpError};
use crate::mail::{SendError, write_file};
use crate::webhook::Webhook;

pub use keyed::KeyedError;

/// Where a provider reports the digits that were keyed in, below the public URL.
pub const KEYED_PATH: &str = "/hooks/voice";

/// A message in words. It may carry a code, so it exists only between drawing and sending.
pub struct Message {
    /// To whom.
    pub to: PhoneNumber,
    /// How it is said.
    pub way: MessageWay,
    /// What it is.
    pub kind: MessageKind,
    /// What is written or said.
    pub text: String,
    /// Names it: for a call that asks for digits the case that they belong to, else the job.
    pub id: String,
}

/// What a message is, for a provider that treats them differently.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageKind {
    /// It carries a code.
    Code,
    /// It tells that something happened.
    Notice,
    /// A call that asks for digits.
    Call,
}

/// What is posted to the webhook; `docs/guide/running.md` has it for those who write one.
#[derive(Serialize)]
struct Posted<'a> {
    id: &'a str,
    kind: MessageKind,
    way: MessageWay,
    to: &'a PhoneNumber,
    text: &'a str,
    /// How many digits the call asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    digits: Option<u8>,
    /// Where they are reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    callback: Option<String>,
}

/// Sends messages one way.
pub struct Messenger {
    transport: Transport,
    from: String,
    public_url: String,
}

enum Transport {
    Files(PathBuf),
    Webhook(Webhook),
}

impl Messenger {
    /// Sets the configured way up; connects to nothing yet. `from` stands as the sender in the outbox folder.
    pub(crate) fn new(config: &MessageConfig, from: String, public_url: String) -> Result<Self, SetUpError> {
        let transport = match config {
            MessageConfig::Files(folder) => Transport::Files(folder.clone()),
            MessageConfig::Webhook { url, secret } => {
                Transport::Webhook(Webhook::new(url, secret).map_err(|error| SetUpError::Messages(error.to_string()))?)
            }
        };
        Ok(Self { transport, from, public_url })
    }

    /// Sends one message. The job is the idempotency key: a repeated try is recognisable.
    pub(crate) async fn send(&self, message: &Message, now: Timestamp, job: &JobId) -> Result<(), SendError> {
        match &self.transport {
            Transport::Files(folder) => write_file(folder, self.as_file(message).as_bytes(), now, job).await,
            Transport::Webhook(webhook) => {
                let keyed = message.way == MessageWay::Keyed;
                let posted = Posted {
                    id: &message.id,
                    kind: message.kind,
                    way: message.way,
                    to: &message.to,
                    text: &message.text,
                    digits: keyed.then_some(6),
                    callback: keyed.then(|| format!("{}{KEYED_PATH}", self.public_url)),
                };
                let body = serde_json::to_vec(&posted).map_err(|_| SendError("the message can't be put together".to_owned()))?;
                webhook.post(body, job.as_str(), now).await.map_err(|failure| SendError(failure.0))
            }
        }
    }

    /// The form of a mail, so that the outbox shows both alike. Numbers and texts of ours have no line breaks.
    fn as_file(&self, message: &Message) -> String {
        let subject = match message.way {
            MessageWay::Text => "Text message",
            MessageWay::Voice => "Call",
            MessageWay::Keyed => "Call that asks for digits",
        };
        let text: String = message.text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        format!(
            "From: {}\r\nTo: {}\r\nSubject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n",
            self.from, message.to
        )
    }
}
