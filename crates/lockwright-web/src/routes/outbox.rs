//! `/outbox`: mails and messages that were kept instead of sent. Only for a browser on this machine, only while no mail server or no
//! webhook is set.

use std::path::{Path, PathBuf};

use axum::extract::Path as InPath;
use lockwright_service::mail;

use super::eml;
use crate::http::{Answer, Refused, Visit};
use crate::page::outbox::{Outbox, OutboxMail, OutboxRow};
use crate::page::problem::ProblemKind;
use crate::page::words;

/// Mails that the list shows.
const LISTED: usize = 50;

/// Newest first.
pub(super) async fn list(visit: Visit) -> Answer {
    let folder = folder(&visit)?;
    let mails = mail::list_files(folder).await.map_err(|_| Refused::new(ProblemKind::Unavailable))?;
    let rows = mails.iter().take(LISTED).map(|stored| {
        let mail = eml::read(&stored.message);
        OutboxRow {
            id: stored.name.clone(),
            to: mail.to,
            subject: mail.subject,
            at: eml::stored_at(&stored.name).map(|at| words::ago(visit.op.now, at)).unwrap_or_default(),
        }
    });
    let (kept, messages) = (visit.outbox().is_some(), visit.message_outbox().is_some());
    visit.page(&Outbox { rows: rows.collect(), older: mails.len() > LISTED, mails: kept, messages })
}

fn folder(visit: &Visit) -> Result<PathBuf, Refused> {
    visit.outbox().or(visit.message_outbox()).map(Path::to_owned).ok_or(Refused::not_found())
}

/// One mail.
pub(super) async fn show(visit: Visit, InPath(name): InPath<String>) -> Answer {
    let folder = folder(&visit)?;
    let stored = mail::read_file(folder, name).await.ok_or(Refused::not_found())?;
    let mail = eml::read(&stored.message);
    let at = eml::stored_at(&stored.name).map(words::at).unwrap_or_default();
    visit.page(&OutboxMail::new(mail.to, mail.from, mail.subject, at, &mail.text, &visit.lockwright().config().public_url))
}
