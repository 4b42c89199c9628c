//! Password hashing on threads of its own with a bounded queue, so that a sign-in storm can't starve other requests.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lockwright_authn::hasher::{Hasher, Verdict, Workspace};
use lockwright_authn::strength;
use lockwright_model::credential::Credential;
use lockwright_model::entropy::SystemEntropy;
use lockwright_model::secret::{Password, PasswordHash};
use tokio::sync::oneshot;

use crate::config::{ServiceConfig, SetUpError};
use crate::trouble::Trouble;

type Work = Box<dyn FnOnce(&Hasher, &mut Workspace) + Send>;

/// The hashing threads.
pub struct HashPool {
    queue: SyncSender<Work>,
}

/// What to tell a client that finds the queue full.
const RETRY_AFTER: Duration = Duration::from_secs(2);

impl HashPool {
    /// Starts the threads; they end when the pool is dropped.
    pub fn start(config: &ServiceConfig) -> Result<Self, SetUpError> {
        let hasher = Arc::new(Hasher::new(config.pepper.clone(), config.hash)?);
        let (queue, work) = sync_channel::<Work>(config.hash_queue.max(1));
        let work = Arc::new(Mutex::new(work));
        for number in 0..config.hash_threads.max(1) {
            let (hasher, work) = (Arc::clone(&hasher), Arc::clone(&work));
            std::thread::Builder::new().name(format!("hash-{number}")).spawn(move || run(&hasher, &work))?;
        }
        Ok(Self { queue })
    }

    async fn ask<T: Send + 'static>(&self, work: impl FnOnce(&Hasher, &mut Workspace) -> T + Send + 'static) -> Result<T, Trouble> {
        const BUSY: Trouble = Trouble::Busy { retry_after: RETRY_AFTER };
        let (answer, answered) = oneshot::channel();
        let boxed: Work = Box::new(move |hasher, workspace| {
            // Nobody waits any more when the client has gone: the work is saved.
            if !answer.is_closed() {
                let _ = answer.send(work(hasher, workspace));
            }
        });
        match self.queue.try_send(boxed) {
            Ok(()) => answered.await.map_err(|_| BUSY),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                metrics::counter!("lockwright_hash_queue_full_total").increment(1);
                Err(BUSY)
            }
        }
    }

    /// Hashes a new password.
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, Trouble> {
        self.ask(move |hasher, workspace| hasher.hash(&password, &SystemEntropy, workspace)).await
    }

    /// Checks a password; without a hash the same work is done for nobody.
    pub async fn verify(&self, password: Password, hash: Option<PasswordHash>) -> Result<Verdict, Trouble> {
        self.ask(move |hasher, workspace| match hash {
            Some(hash) => hasher.verify(&password, &hash, workspace),
            None => {
                hasher.verify_nobody(&password, workspace);
                Verdict::Mismatch
            }
        })
        .await
    }

    /// What would make a refused password better; here, since at worst it takes as long as a hash.
    pub async fn advise(&self, password: Password, words: Vec<String>) -> Result<Vec<String>, Trouble> {
        self.ask(move |_, _| {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            strength::strength(&password, &strength::Context { words: &words }).advice
        })
        .await
    }

    /// Whether a password is among the last `remember` ones.
    pub async fn reused(&self, password: Password, credential: Credential, remember: u8) -> Result<bool, Trouble> {
        self.ask(move |hasher, workspace| strength::reused(hasher, &password, &credential, remember, workspace)).await
    }
}

fn run(hasher: &Hasher, work: &Mutex<Receiver<Work>>) {
    let mut workspace = Workspace::default();
    loop {
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(work) => work(hasher, &mut workspace),
            Err(_) => return,
        }
    }
}
