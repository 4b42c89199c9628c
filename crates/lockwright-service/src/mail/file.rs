//! Mail as `.eml` files in a folder: what an installation without an SMTP server does, and what `/outbox` shows.

use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use lockwright_model::clock::Timestamp;
use lockwright_model::id::JobId;

use super::SendError;

/// One file of the outbox folder.
#[derive(Clone, Debug)]
pub struct StoredMail {
    /// The file's name without `.eml`; sorts by time.
    pub name: String,
    /// The message as sent (RFC 5322).
    pub message: String,
}

/// The most files that are listed.
const LISTED: usize = 200;
/// A file that is larger is none of ours.
const MAX_BYTES: u64 = 1 << 20;

/// Makes the folder, open to its owner only.
pub(super) fn prepare(folder: &Path) -> std::io::Result<()> {
    if !folder.is_dir() {
        std::fs::DirBuilder::new().mode(0o700).recursive(true).create(folder)?;
    }
    Ok(())
}

/// Writes one mail whole: into a hidden file first, then renamed, so that a reader never sees half of one.
pub(crate) async fn write(folder: &Path, message: &[u8], now: Timestamp, job: &JobId) -> Result<(), SendError> {
    let name = format!("{:017}-{}", now.as_micros(), job.as_str().to_ascii_lowercase());
    let (folder, message) = (folder.to_owned(), message.to_vec());
    let written = tokio::task::spawn_blocking(move || -> std::io::Result<()> {
        let path = |name: &str| folder.join(format!("{name}.eml"));
        // One job may send several mails in the same instant.
        let free = (2..).map(|number| format!("{name}-{number}"));
        let name = std::iter::once(name.clone()).chain(free).find(|name| !path(name).exists()).unwrap_or_default();
        let (hidden, open) = (folder.join(format!(".{name}")), path(&name));
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&hidden)?;
        file.write_all(&message)?;
        file.sync_all()?;
        std::fs::rename(&hidden, &open)
    });
    match written.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(SendError(format!("the outbox folder can't be written: {}", error.kind()))),
        Err(_) => Err(SendError("the outbox folder can't be written".to_owned())),
    }
}

/// The newest mails of a folder, newest first.
pub async fn list(folder: PathBuf) -> std::io::Result<Vec<StoredMail>> {
    let work = move || -> std::io::Result<Vec<StoredMail>> {
        let mut names: Vec<String> = std::fs::read_dir(&folder)?
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".eml").map(str::to_owned))
            .filter(|name| is_name(name))
            .collect();
        names.sort_unstable_by(|a, b| b.cmp(a));
        names.truncate(LISTED);
        Ok(names.into_iter().filter_map(|name| load(&folder, name)).collect())
    };
    tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other)?
}

/// One mail by its name.
pub async fn read(folder: PathBuf, name: String) -> Option<StoredMail> {
    if !is_name(&name) {
        return None;
    }
    tokio::task::spawn_blocking(move || load(&folder, name)).await.ok()?
}

fn load(folder: &Path, name: String) -> Option<StoredMail> {
    let path = folder.join(format!("{name}.eml"));
    let metadata = std::fs::symlink_metadata(&path).ok()?;
    if !metadata.is_file() || metadata.len() > MAX_BYTES {
        return None;
    }
    let message = String::from_utf8_lossy(&std::fs::read(&path).ok()?).into_owned();
    Some(StoredMail { name, message })
}

/// Only names that [`write`] makes: digits, a hyphen, a job id. Nothing that could leave the folder.
fn is_name(name: &str) -> bool {
    name.len() < 64 && !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f04_a_name_never_leaves_the_folder() {
        for name in ["../secret", "/etc/passwd", "..", "a/b", "a\0b", "", ".hidden"] {
            assert!(!is_name(name), "{name:?}");
        }
        assert!(is_name("01700000000000000-abcdefghijklmnopqrstuvwxyz"));
    }
}
