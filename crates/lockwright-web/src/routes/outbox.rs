//! `/outbox`: mail that was kept instead of sent. Only for a browser on this machine, only while no mail server is set.

use axum::extract::Path;
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
    let folder = visit.outbox().ok_or(Refused::not_found())?.to_owned();
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
    visit.page(&Outbox { rows: rows.collect(), older: mails.len() > LISTED })
}

/// One mail.
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Answer {
    let folder = visit.outbox().ok_or(Refused::not_found())?.to_owned();
    let stored = mail::read_file(folder, name).await.ok_or(Refused::not_found())?;
    let mail = eml::read(&stored.message);
    let at = eml::stored_at(&stored.name).map(words::at).unwrap_or_default();
    visit.page(&OutboxMail::new(mail.to, mail.from, mail.subject, at, &mail.text, &visit.lockwright().config().public_url))
}
