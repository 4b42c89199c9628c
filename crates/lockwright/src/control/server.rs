//! The control socket of a running server: a file only its owner can open, and only the same user (or root) is answered.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use lockwright_service::Lockwright;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

use super::{Answer, MAX_BYTES, Refused, Request, execute};

/// Binds the socket. The caller holds the store's lock, so that a file left by a crash is nobody's.
pub(crate) fn bind(path: &Path) -> std::io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // The folder is 0700 already; the file's own mode is the second door.
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Answers host commands until the task is dropped.
pub(crate) async fn run(listener: UnixListener, lockwright: Lockwright) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let lockwright = lockwright.clone();
                tokio::spawn(async move {
                    if let Err(error) = answer(stream, &lockwright).await {
                        tracing::debug!(%error, "a host command broke off");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the control socket refused a connection");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

async fn answer(stream: UnixStream, lockwright: &Lockwright) -> std::io::Result<()> {
    let peer = stream.peer_cred()?.uid();
    let own = rustix::process::geteuid().as_raw();
    let (read, mut write) = stream.into_split();
    let answer = if peer == own || peer == 0 {
        let mut line = String::new();
        BufReader::new(read.take(MAX_BYTES)).read_line(&mut line).await?;
        match serde_json::from_str::<Request>(&line) {
            Ok(request) => execute::execute(lockwright, request).await,
            Err(error) => Err(error.into()),
        }
    } else {
        tracing::warn!(peer, "another user knocked at the control socket");
        Answer::Err(Refused { message: "only the user that runs the server may do this".to_owned() })
    };
    let mut text = serde_json::to_vec(&answer)?;
    text.push(b'\n');
    write.write_all(&text).await
}
