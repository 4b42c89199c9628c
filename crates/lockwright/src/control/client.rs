//! Asking: the running server where there is one, else the store itself under its exclusive lock.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use lockwright_model::clock::SystemClock;
use lockwright_model::entropy::SystemEntropy;
use lockwright_service::Lockwright;
use lockwright_store::Store;

use super::{Answer, MAX_BYTES, Refused, Request, execute};
use crate::cli::{Common, Serve};
use crate::commands::Failure;
use crate::config::Config;

/// Asks for one host command.
pub(crate) fn ask(common: &Common, request: &Request) -> Result<serde_json::Value, Failure> {
    let answer = match UnixStream::connect(Config::socket(&common.data)) {
        Ok(stream) => over(stream, request)?,
        Err(_) => directly(common, request)?,
    };
    answer.map_err(|refused| Failure::refused(refused.message))
}

fn over(mut stream: UnixStream, request: &Request) -> Result<Answer, Failure> {
    let lost = |error: std::io::Error| Failure::broken(format!("the running server did not answer: {error}"));
    let mut line = serde_json::to_vec(request).map_err(|error| Failure::broken(error.to_string()))?;
    line.push(b'\n');
    stream.write_all(&line).map_err(lost)?;
    let mut answer = String::new();
    BufReader::new(stream).take(MAX_BYTES).read_line(&mut answer).map_err(lost)?;
    serde_json::from_str(&answer).map_err(|_| Failure::broken("the running server gave no answer; is it another version?".to_owned()))
}

fn directly(common: &Common, request: &Request) -> Result<Answer, Failure> {
    if !common.data.is_dir() {
        return Err(Failure::usage(format!("{} does not exist; `lockwright serve --data DIR` makes it", common.data.display())));
    }
    let config = Config::load(common, &Serve::default())?;
    // The request crosses as JSON here too, so that both ways read the same thing.
    let text = serde_json::to_string(request).map_err(|error| Failure::broken(error.to_string()))?;
    let request: Request = serde_json::from_str(&text).map_err(|error| Failure::broken(error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| Failure::broken(error.to_string()))?;
    runtime.block_on(async move {
        let store = Store::open(config.location()).await.map_err(Failure::from)?;
        let lockwright = Lockwright::new(config.service, store.clone(), Arc::new(SystemClock), Arc::new(SystemEntropy))
            .map_err(|error| Failure::broken(error.to_string()))?;
        lockwright.read_clock_floor().await.map_err(|trouble| Failure::broken(trouble.to_string()))?;
        let answer = execute::execute(&lockwright, request).await;
        drop(lockwright);
        store.close().await;
        Ok(answer)
    })
}

impl From<serde_json::Error> for Refused {
    fn from(error: serde_json::Error) -> Self {
        Self { message: format!("not a request: {error}") }
    }
}
