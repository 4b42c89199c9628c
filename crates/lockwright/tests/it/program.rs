//! Runs the real binary in a data folder of its own; ends only what it started.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// A data folder and, while it runs, the server in it.
pub(crate) struct Program {
    folder: tempfile::TempDir,
    store_url: Option<String>,
    server: Option<Child>,
}

impl Program {
    pub(crate) fn new(store_url: Option<String>) -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), store_url, server: None }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lockwright"));
        command.env_remove("RUST_LOG").env("LOCKWRIGHT_LOG__LEVEL", "warn");
        if let Some(url) = &self.store_url {
            command.env("LOCKWRIGHT_STORE__URL", url);
        }
        command
    }

    /// Starts the server and waits for its greeting.
    pub(crate) fn start(&mut self) {
        let mut command = self.command();
        command.args(["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--data"]).arg(self.data());
        let mut server = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the server starts");
        let out = server.stdout.take().expect("its stdout is piped");
        let greeted = BufReader::new(out).lines().map_while(Result::ok).any(|line| line.contains("Data "));
        if !greeted {
            let output = server.wait_with_output().expect("the server ended");
            panic!("the server did not start: {}", String::from_utf8_lossy(&output.stderr));
        }
        self.server = Some(server);
    }

    /// Starts the server with a stdout that nobody reads, and waits for its control socket.
    pub(crate) fn start_and_hang_up(&mut self) {
        let mut command = self.command();
        command.args(["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--data"]).arg(self.data());
        let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the server starts");
        drop(server.stdout.take());
        while self.ask(&Value::from("RegistrationShow")).is_none() {
            assert!(server.try_wait().expect("its status").is_none(), "the server ended");
            std::thread::yield_now();
        }
        self.server = Some(server);
    }

    /// `kill -9`, and gone.
    pub(crate) fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().expect("the server is ours to kill");
            server.wait().expect("the server ended");
        }
    }

    /// SIGTERM, and gone; the exit status.
    pub(crate) fn terminate(&mut self) -> std::process::ExitStatus {
        let mut server = self.server.take().expect("a running server");
        let told = Command::new("kill").args(["-TERM", &server.id().to_string()]).status().expect("kill runs");
        assert!(told.success());
        server.wait().expect("the server ended")
    }

    /// One connection's question to the running server; `None` when it broke before the answer.
    pub(crate) fn ask(&self, request: &Value) -> Option<Result<Value, Value>> {
        ask(&self.data(), request)
    }

    /// Runs a host command.
    pub(crate) fn host(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).arg("--data").arg(self.data()).output().expect("the command runs")
    }

    /// Runs a host command that must succeed, and reads its JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.host(&[arguments, &["--output", "json"]].concat());
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON on stdout")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Asks over the control socket of a data folder.
pub(crate) fn ask(data: &Path, request: &Value) -> Option<Result<Value, Value>> {
    let mut stream = UnixStream::connect(data.join("control.sock")).ok()?;
    stream.write_all(format!("{request}\n").as_bytes()).ok()?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).ok()?;
    let answer: Value = serde_json::from_str(&line).ok()?;
    match (answer.get("Ok"), answer.get("Err")) {
        (Some(value), _) => Some(Ok(value.clone())),
        (None, Some(error)) => Some(Err(error.clone())),
        (None, None) => None,
    }
}
