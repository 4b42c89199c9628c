//! The installation's keys: made on the first run, readable by their owner only, or given from outside.

use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use lockwright_model::entropy::{Entropy, SystemEntropy};
use lockwright_model::secret::KeyBytes;

use super::ConfigError;

/// Reads a key of 64 hexadecimal digits; makes it where `make` allows and it does not exist.
pub(super) fn read(path: &Path, make: bool) -> Result<KeyBytes, ConfigError> {
    let refuse = |why: &str| ConfigError(format!("{}: {why}", path.display()));
    if make && !path.exists() {
        create(path).map_err(|error| refuse(&format!("the key can't be made: {}", error.kind())))?;
    }
    let metadata = std::fs::metadata(path).map_err(|error| refuse(&format!("the key can't be read: {}", error.kind())))?;
    if metadata.mode() & 0o077 != 0 {
        return Err(refuse("the key can be read by others; run `chmod 600` on it, and think about who may have read it"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| refuse(&format!("the key can't be read: {}", error.kind())))?;
    parse(text.trim()).ok_or_else(|| refuse("a key is 64 hexadecimal digits"))
}

fn create(path: &Path) -> std::io::Result<()> {
    let mut bytes = [0u8; 32];
    SystemEntropy.fill(&mut bytes);
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    if let Some(folder) = path.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn parse(text: &str) -> Option<KeyBytes> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(KeyBytes::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn e01_two_first_runs_share_no_key_and_a_second_run_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        let first = read(&a, true).unwrap();
        assert_ne!(first.expose(), read(&b, true).unwrap().expose());
        assert_eq!(first.expose(), read(&a, true).unwrap().expose());
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        read(&path, true).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(read(&path, true).unwrap_err().to_string().contains("can be read by others"));
    }

    #[test]
    fn a_key_that_is_no_key_is_refused_without_quoting_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).unwrap().write_all(b"hunter2").unwrap();
        assert!(!read(&path, false).unwrap_err().to_string().contains("hunter2"));
    }
}
