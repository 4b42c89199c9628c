//! A real SMTP server for tests: `e2e/smtp_server.py` on a free port of the loopback, gone with the test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tempfile::TempDir;

/// What a test says when the Python environment was not set up.
const MISSING: &str = "The SMTP server of the tests is not installed: `cargo xtask setup` installs it.";

/// How the server speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SmtpMode {
    /// Without TLS.
    Plain,
    /// TLS from the first byte, with a certificate that it signed itself.
    Tls,
    /// STARTTLS, required, with the same kind of certificate.
    StartTls,
}

/// A mail as the server took it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TakenMail {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// The message, with CRLF line ends.
    pub content: String,
}

/// A running server.
#[derive(Debug)]
pub struct SmtpServer {
    /// Its port on 127.0.0.1.
    pub port: u16,
    child: Child,
    mails: Receiver<TakenMail>,
    _folder: TempDir,
}

impl SmtpServer {
    /// Starts a server.
    ///
    /// # Panics
    /// When it is not installed, or does not start.
    pub fn start(mode: SmtpMode) -> Self {
        let e2e = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e");
        let python = e2e.join(".venv/bin/python3");
        assert!(python.exists(), "{MISSING}");
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("no temporary folder: {error}"));
        let mut command = Command::new(python);
        command.arg(e2e.join("smtp_server.py")).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        match mode {
            SmtpMode::Plain => command.arg("plain"),
            SmtpMode::Tls => command.args(["tls", "0"]).args(certificate(folder.path())),
            SmtpMode::StartTls => command.args(["starttls", "0"]).args(certificate(folder.path())),
        };
        let mut child = command.spawn().unwrap_or_else(|error| panic!("the SMTP server did not start: {error}"));
        let mut lines = BufReader::new(child.stdout.take().unwrap_or_else(|| panic!("no output"))).lines().map_while(Result::ok);
        let port = lines.next().and_then(|line| line.strip_prefix("ready ")?.parse().ok());
        let port = port.unwrap_or_else(|| panic!("the SMTP server did not start; its own words stand above"));
        let (sender, mails) = channel();
        std::thread::spawn(move || {
            for mail in lines.filter_map(|line| read(&line)) {
                if sender.send(mail).is_err() {
                    return;
                }
            }
        });
        Self { port, child, mails, _folder: folder }
    }

    /// The next mail; the server says so before it thanks the sender, so a mail that was sent is here at once.
    pub fn next(&self) -> Option<TakenMail> {
        self.mails.recv_timeout(Duration::from_secs(20)).ok()
    }

    /// Stops the server and yields the mails that nobody has read.
    pub fn stop(mut self) -> Vec<TakenMail> {
        self.end();
        self.mails.iter().collect()
    }

    fn end(&mut self) {
        // Its input ends, and it goes.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.end();
    }
}

fn read(line: &str) -> Option<TakenMail> {
    let mail: serde_json::Value = serde_json::from_str(line).ok()?;
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    Some(TakenMail {
        from: text(&mail["from"])?,
        to: mail["to"].as_array()?.iter().filter_map(text).collect(),
        content: text(&mail["content"])?,
    })
}

/// A certificate for this machine that nobody but itself has signed, and its key.
fn certificate(folder: &Path) -> [PathBuf; 2] {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output();
    assert!(made.is_ok_and(|made| made.status.success()), "openssl did not make a certificate");
    [certificate, key]
}
