//! A provider of texts and calls for tests: a real HTTP server on the loopback that checks every signature by itself.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

/// The secret that both sides know.
pub const SECRET: &str = "of a test: 0123456789abcdef0123456789abcdef";

/// A message as the provider took it.
#[derive(Clone, PartialEq, Debug)]
pub struct TakenMessage {
    /// The idempotency key.
    pub key: String,
    /// Seconds since 1970, as they were signed.
    pub at: String,
    /// The body.
    pub body: serde_json::Value,
}

impl TakenMessage {
    /// A field of the body that is text.
    pub fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }
}

/// A running provider.
#[derive(Debug)]
pub struct Provider {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    secret: Mutex<String>,
    taken: Mutex<Vec<TakenMessage>>,
    keys: Mutex<BTreeSet<String>>,
    /// What it answers.
    status: AtomicU16,
    /// How many requests came, whatever became of them.
    requests: AtomicU16,
    /// How many of them were not signed as they must be.
    forged: AtomicU16,
    over: AtomicBool,
}

impl Provider {
    /// Listens on a free port, knowing [`SECRET`].
    ///
    /// # Panics
    /// When there is none.
    pub fn start() -> Self {
        let provider = Self::listening();
        provider.knows(SECRET);
        provider
    }

    /// Learns the secret that requests are signed with from now on.
    pub fn knows(&self, secret: &str) {
        secret.clone_into(&mut self.shared.secret.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Listens on a free port; what comes before it knows a secret is forged.
    ///
    /// # Panics
    /// When there is none.
    pub fn listening() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|error| panic!("no port: {error}"));
        let address = listener.local_addr().unwrap_or_else(|error| panic!("no port: {error}"));
        let shared = Arc::new(Shared {
            secret: Mutex::default(),
            taken: Mutex::default(),
            keys: Mutex::default(),
            status: AtomicU16::new(200),
            requests: AtomicU16::new(0),
            forged: AtomicU16::new(0),
            over: AtomicBool::new(false),
        });
        let server = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if server.over.load(Ordering::SeqCst) {
                    return;
                }
                let _ = server.answer(stream);
            }
        });
        Self { address, shared }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}/lockwright?for=tests", self.address)
    }

    /// What it answers from now on; only 2xx takes a message.
    pub fn answers(&self, status: u16) {
        self.shared.status.store(status, Ordering::SeqCst);
    }

    /// How many requests came, whatever became of them.
    pub fn requests(&self) -> u16 {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// The messages that were taken since, each once; all requests must have been signed.
    ///
    /// # Panics
    /// When one was not.
    pub fn take(&self) -> Vec<TakenMessage> {
        assert_eq!(self.shared.forged.load(Ordering::SeqCst), 0, "a request was not signed as it must be");
        std::mem::take(&mut *self.shared.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        // Wakes it up, so that it sees that it is over.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn answer(&self, stream: TcpStream) -> std::io::Result<()> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let mut reader = BufReader::new(stream);
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 || line == "\r\n" {
                break;
            }
            head.push(line.trim_end().to_owned());
        }
        let header = |name: &str| {
            let found = head.iter().filter_map(|line| line.split_once(": ")).find(|pair| pair.0.eq_ignore_ascii_case(name));
            found.map(|pair| pair.1.to_owned()).unwrap_or_default()
        };
        let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
        reader.read_exact(&mut body)?;
        let (key, at) = (header("idempotency-key"), header("lockwright-timestamp"));
        let status = self.status.load(Ordering::SeqCst);
        let secret = self.secret.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if header("lockwright-signature") != sign(&secret, &at, &body) || key.is_empty() {
            self.forged.fetch_add(1, Ordering::SeqCst);
        } else if (200..300).contains(&status) && self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone()) {
            let body = serde_json::from_slice(&body).unwrap_or_default();
            self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(TakenMessage { key, at, body });
        }
        let location = if (300..400).contains(&status) { "location: http://127.0.0.1:1/elsewhere\r\n" } else { "" };
        let mut stream = reader.into_inner();
        write!(stream, "HTTP/1.1 {status} X\r\n{location}content-length: 0\r\nconnection: close\r\n\r\n")
    }
}

/// The signature of a body, as a provider computes it from the guide: HMAC-SHA-256 (RFC 2104) over the moment, a dot and the body.
pub fn sign(secret: &str, at: &str, body: &[u8]) -> String {
    let mut key = [0u8; 64];
    for (to, from) in key.iter_mut().zip(secret.bytes()) {
        *to = from;
    }
    let inner = Sha256::new().chain_update(key.map(|byte| byte ^ 0x36)).chain_update(at).chain_update(b".").chain_update(body).finalize();
    let outer = Sha256::new().chain_update(key.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize();
    outer.iter().fold("v1=".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}
