//! Making a data file from a backup, without bringing dead credentials back to life.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{backup, blocking, connection, files};
use crate::entity::{case, ceremony, job, session};
use crate::error::StoreError;
use crate::schema;

/// Makes the new data file `to` from a backup.
///
/// The backup is checked first. In the copy all sessions, ceremonies, all cases (and with them every link and unspent code) and all jobs
/// that would mail a ticket are removed, and all access keys, SSH public keys, signing certificates and service-specific credentials are
/// inactive, because what ended after the backup was made must stay ended.
pub async fn restore(backup: &Path, to: &Path) -> Result<(), StoreError> {
    let (backup, to) = (backup.to_owned(), to.to_owned());
    blocking(move || {
        // A log that was left beside another data file of this name would be read into the restored one.
        for suffix in ["", "-wal", "-journal"] {
            let path = files::beside(&to, suffix);
            if path.try_exists()? {
                return Err(StoreError::Exists(path));
            }
        }
        let _lock = files::lock(&to)?;
        let from = open(&backup)?;
        backup::copy(&from, &to, bury)
    })
    .await
}

fn open(path: &Path) -> Result<Connection, StoreError> {
    if !path.is_file() {
        return Err(StoreError::BadBackup("there is no such file"));
    }
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    let found = connection::schema_version(&connection).map_err(|_| StoreError::BadBackup("it is no Lockwright database"))?;
    if found > schema::known() {
        return Err(StoreError::SchemaTooNew { found, known: schema::known() });
    }
    if !connection::integrity(&connection).is_ok_and(|problems| problems.is_empty()) {
        return Err(StoreError::BadBackup("it is damaged"));
    }
    Ok(connection)
}

/// Where the access keys stand in the body of each kind of identity that can have some.
const ACCESS_KEYS: [(&str, &str); 2] = [("account", "root.keys"), ("iam_user", "keys")];
/// The first schema with credentials of users in rows of their own; a backup from before has none.
const USER_CREDENTIALS: i64 = 6;
/// Where the factors stand in each kind of identity's body.
const FACTORS: [(&str, &str); 4] = [("account", "root.factors"), ("iam_user", "factors"), ("builder", "factors"), ("operator", "factors")];

/// Where the epoch stands in each kind of row whose temporary credentials may still be out: sessions are gone, but these are stored nowhere.
const EPOCHS: [(&str, &str); 3] = [("account", "root.epoch"), ("iam_user", "epoch"), ("iam_resource", "epoch")];
/// How far epochs leap: further than any could have come since the backup.
const LEAP: u64 = 1 << 32;

fn bury(copy: &Connection) -> Result<(), StoreError> {
    copy.execute_batch("PRAGMA secure_delete = ON; BEGIN IMMEDIATE")?;
    for statement in [&session::CLEAR, &ceremony::CLEAR, &case::CLEAR, &job::CLEAR_TICKETS] {
        connection::execute(copy, statement, &[])?;
    }
    for (table, factors) in FACTORS {
        // A recovery code that was spent after the backup must stay spent: the whole set goes, and its owner draws another.
        copy.execute_batch(&format!(
            "UPDATE {table} SET body = json_set(body, '$.{factors}.codes', json('null'), '$.{factors}.underway', json('[]')) \
             WHERE json_type(body, '$.{factors}.codes') = 'object' OR json_array_length(body, '$.{factors}.underway') > 0"
        ))?;
    }
    for (table, keys) in ACCESS_KEYS {
        // Which of them were deleted or switched off after the backup, nobody can tell: all are off until somebody says otherwise.
        copy.execute_batch(&format!(
            "UPDATE {table} SET body = json_set(body, '$.{keys}', \
             (SELECT json_group_array(json_set(value, '$.active', json('false'))) FROM json_each(body, '$.{keys}'))) \
             WHERE json_array_length(body, '$.{keys}') > 0"
        ))?;
    }
    if connection::schema_version(copy)? >= USER_CREDENTIALS {
        copy.execute_batch("UPDATE user_credential SET body = json_set(body, '$.active', json('false'))")?;
    }
    for (table, epoch) in EPOCHS {
        copy.execute_batch(&format!(
            "UPDATE {table} SET body = json_set(body, '$.{epoch}', json_extract(body, '$.{epoch}') + {LEAP}) \
             WHERE json_type(body, '$.{epoch}') = 'integer'"
        ))?;
    }
    copy.execute_batch("COMMIT; VACUUM")?;
    Ok(())
}
