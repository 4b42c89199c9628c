//! `lockwright backup` and `lockwright restore`: copies of the embedded store, out and in.

use std::path::Path;

use serde_json::json;

use super::{Failure, ask};
use crate::cli::{Common, Serve};
use crate::config::Config;
use crate::control::Request;
use crate::output;

pub(super) fn backup(common: &Common, file: &Path) -> Result<(), Failure> {
    // The server may run in another folder: it gets the whole path.
    let file = std::path::absolute(file).map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?;
    ask(common, &Request::Backup { file }, &["File"], "")?;
    eprintln!("Keep the keys folder too, apart from the backup: without it no password of the backup can be checked.");
    Ok(())
}

pub(super) fn restore(common: &Common, file: &Path) -> Result<(), Failure> {
    let config = Config::load(common, &Serve::default())?;
    if !config.is_embedded() {
        return Err(Failure::usage(
            "the rows are in PostgreSQL: restore with its own tools, then end sessions with `lockwright session end` and look at the access keys".to_owned(),
        ));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| Failure::broken(error.to_string()))?;
    runtime.block_on(lockwright_store::restore(file, &config.data.join("lockwright.db")))?;
    output::print(common.output, &json!({"Data": config.data}), &["Data"], "");
    eprintln!("Everybody signs in afresh; links and codes of the backup are dead, and every access key is inactive.");
    Ok(())
}
