//! Sign-ins per second beside the password hash alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};

use crate::installation::{PASSWORD, open, people, stranger};
use crate::report::Report;

const PASSES: usize = 5;
const SPAN: Duration = Duration::from_secs(5);

pub(crate) async fn measure(report: &mut Report) -> anyhow::Result<()> {
    let threads = std::thread::available_parallelism()?.get();
    let folder = tempfile::tempdir()?;
    let (lockwright, store) = open(folder.path(), threads).await?;
    let names = people(&lockwright, threads * 4).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..PASSES {
        theirs.push(bare(threads)?);
        let done = Arc::new(AtomicU64::new(0));
        let begun = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for name in names.clone() {
            let (lockwright, done) = (lockwright.clone(), Arc::clone(&done));
            tasks.spawn(async move {
                while begun.elapsed() < SPAN {
                    lockwright.sign_in(&stranger(&lockwright), &name, PASSWORD, None).await?;
                    done.fetch_add(1, Ordering::Relaxed);
                }
                anyhow::Ok(())
            });
        }
        while let Some(ended) = tasks.join_next().await {
            ended??;
        }
        ours.push(done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64());
    }
    report.ratio(&format!("Sign-ins, {threads} hashing threads"), "/s", &ours, "RustCrypto argon2", &theirs, 0.9);
    drop(lockwright);
    store.close().await;
    Ok(())
}

/// Hashes per second with the memory reused, on as many threads.
fn bare(threads: usize) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let workers: Vec<_> = (0..threads)
        .map(|_| {
            std::thread::spawn(move || -> anyhow::Result<u64> {
                let params = Params::new(19_456, 2, 1, Some(32)).map_err(|error| anyhow::anyhow!("{error}"))?;
                let mut memory = vec![Block::default(); params.block_count()];
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                let (mut out, mut done) = ([0u8; 32], 0);
                while begun.elapsed() < SPAN {
                    argon2
                        .hash_password_into_with_memory(PASSWORD.as_bytes(), b"sixteen bytes of", &mut out, &mut memory)
                        .map_err(|error| anyhow::anyhow!("{error}"))?;
                    done += 1;
                }
                Ok(done)
            })
        })
        .collect();
    let mut done = 0;
    for worker in workers {
        done += worker.join().map_err(|_| anyhow::anyhow!("a thread ended badly"))??;
    }
    Ok(done as f64 / begun.elapsed().as_secs_f64())
}
