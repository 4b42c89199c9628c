//! The data file and its companions on disk: modes, lock, flushing.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// Readable and writable by the owner alone.
const OWN: u32 = 0o600;

/// The file beside `path` whose name ends in `suffix`.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// A held lock file. It is let go of by name, not by closing the file: a child process that was being started meanwhile has the same
/// open file until it runs its own program, and would go on holding what was only closed.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // If this fails, closing the file still lets go of it.
        let _ = self.0.unlock();
    }
}

/// Takes the lock file beside a data file; the lock goes with what is returned, and with the process.
pub(super) fn lock(path: &Path) -> Result<Lock, StoreError> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(OWN).open(beside(path, ".lock"))?;
    file.set_permissions(Permissions::from_mode(OWN))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Makes the data file when there is none, and takes it and its companions away from everybody else. SQLite gives the companions
/// that it makes later the mode of the data file.
pub(super) fn prepare(path: &Path) -> Result<(), StoreError> {
    match create(path) {
        Ok(_) | Err(StoreError::Exists(_)) => {}
        Err(error) => return Err(error),
    }
    for suffix in ["", "-wal", "-shm", "-journal"] {
        match fs::set_permissions(beside(path, suffix), Permissions::from_mode(OWN)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Makes a new, empty file of mode 0600 under any umask.
pub(super) fn create(path: &Path) -> Result<File, StoreError> {
    match OpenOptions::new().read(true).write(true).create_new(true).mode(OWN).open(path) {
        Ok(file) => {
            file.set_permissions(Permissions::from_mode(OWN))?;
            Ok(file)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(StoreError::Exists(path.to_owned())),
        Err(error) => Err(error.into()),
    }
}

/// Gives a finished file its name, unless that is taken, and makes both survive a power cut.
pub(super) fn publish(finished: &Path, name: &Path) -> Result<(), StoreError> {
    File::open(finished)?.sync_all()?;
    match fs::hard_link(finished, name) {
        Ok(()) => fs::remove_file(finished)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(StoreError::Exists(name.to_owned())),
        // Some file systems have no hard links; there, a moment remains in which another writer could slip in.
        Err(_) if name.try_exists()? => return Err(StoreError::Exists(name.to_owned())),
        Err(_) => fs::rename(finished, name)?,
    }
    flush_folder(name)
}

/// Makes the names in a file's folder survive a power cut.
pub(super) fn flush_folder(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(File::open(folder)?.sync_all()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_let_go_of_is_free_even_while_a_starting_child_has_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.db");
        let held = lock(&path).unwrap();
        let inherited = held.0.try_clone().unwrap();
        assert!(matches!(lock(&path), Err(StoreError::Locked)));
        drop(held);
        lock(&path).unwrap();
        drop(inherited);
    }
}
