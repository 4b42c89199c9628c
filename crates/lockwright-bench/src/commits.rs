//! Durable commits per second beside the bare drivers.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use lockwright_model::change::{ChangeSet, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::entropy::SystemEntropy;
use lockwright_model::id::{CaseId, JobId};
use lockwright_model::job::{Job, JobState, Task};
use lockwright_model::secret::Secret;
use lockwright_store::{Location, Store};
use lockwright_testkit::postgres::PgCluster;

use crate::report::Report;

const PASSES: usize = 5;
const SPAN: Duration = Duration::from_secs(2);
const MANY: usize = 64;
const CONNECTIONS: usize = 8;

fn changes() -> ChangeSet {
    let mut changes = ChangeSet::default();
    changes.put(Record::Job(Job {
        id: JobId::draw(&SystemEntropy),
        version: Version::NEW,
        created: Timestamp::from_micros(1_700_000_000_000_000),
        due: Timestamp::from_micros(1_700_000_000_000_000),
        attempts: 0,
        state: JobState::Waiting,
        task: Task::SendTicket { case: CaseId::draw(&SystemEntropy) },
    }));
    changes
}

/// A row of the same size for the bare drivers.
fn row() -> (String, String) {
    let id = JobId::draw(&SystemEntropy).to_string();
    let body = format!(
        r#"{{"id":"{id}","created":1700000000000000,"due":1700000000000000,"attempts":0,"state":"Waiting","task":{{"SendTicket":{{"case":"{id}"}}}}}}"#
    );
    (id, body)
}

/// Two rows, as most decisions write at least: one alone would be no transaction.
fn two_rows() -> ChangeSet {
    let mut both = changes();
    both.puts.extend(changes().puts);
    both
}

async fn through_store(store: &Store, clients: usize, changes: fn() -> ChangeSet) -> anyhow::Result<f64> {
    let done = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..clients {
        let (store, done) = (store.clone(), Arc::clone(&done));
        tasks.spawn(async move {
            while begun.elapsed() < SPAN {
                store.commit(changes()).await?;
                done.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64())
}

pub(crate) async fn sqlite(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(".")?;
    let store = Store::open(Location::Sqlite { path: folder.path().join("ours.db") }).await?;
    let (mut many, mut one, mut bare_many, mut bare_one) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for pass in 0..PASSES {
        many.push(through_store(&store, MANY, changes).await?);
        bare_many.push(grouped(&folder.path().join(format!("many{pass}.db")))?);
        one.push(through_store(&store, 1, changes).await?);
        bare_one.push(single(&folder.path().join(format!("one{pass}.db")))?);
    }
    store.close().await;
    report.ratio(&format!("Commits, SQLite, {MANY} writers"), "/s", &many, "rusqlite, one writer thread, grouped", &bare_many, 0.3);
    report.ratio("Commits, SQLite, 1 writer", "/s", &one, "rusqlite, one writer", &bare_one, 0.5);
    Ok(())
}

fn open_bare(path: &Path) -> anyhow::Result<rusqlite::Connection> {
    let connection = rusqlite::Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE job (id TEXT PRIMARY KEY, version INTEGER NOT NULL, due INTEGER NOT NULL, body TEXT NOT NULL); CREATE INDEX job_due ON job (due);",
    )?;
    Ok(connection)
}

const INSERT: &str = "INSERT INTO job (id, version, due, body) VALUES (?1, 1, 1700000000000000, ?2)";

fn single(path: &Path) -> anyhow::Result<f64> {
    let connection = open_bare(path)?;
    let (begun, mut done) = (Instant::now(), 0u64);
    while begun.elapsed() < SPAN {
        let (id, body) = row();
        connection.prepare_cached(INSERT)?.execute((&id, &body))?;
        done += 1;
    }
    Ok(done as f64 / begun.elapsed().as_secs_f64())
}

type Asked = (String, String, SyncSender<()>);

/// One writer thread that commits what waits in one transaction; 64 client threads.
fn grouped(path: &Path) -> anyhow::Result<f64> {
    let connection = open_bare(path)?;
    let (ask, asked) = sync_channel::<Asked>(MANY);
    let writer = std::thread::spawn(move || write(&connection, &asked));
    let begun = Instant::now();
    let clients: Vec<_> = (0..MANY)
        .map(|_| {
            let ask = ask.clone();
            std::thread::spawn(move || {
                let (answer, answered) = sync_channel(1);
                let mut done = 0u64;
                while begun.elapsed() < SPAN {
                    let (id, body) = row();
                    if ask.send((id, body, answer.clone())).is_err() || answered.recv().is_err() {
                        break;
                    }
                    done += 1;
                }
                done
            })
        })
        .collect();
    drop(ask);
    let done: u64 = clients.into_iter().filter_map(|client| client.join().ok()).sum();
    let rate = done as f64 / begun.elapsed().as_secs_f64();
    writer.join().map_err(|_| anyhow::anyhow!("the writer ended badly"))??;
    Ok(rate)
}

fn write(connection: &rusqlite::Connection, asked: &Receiver<Asked>) -> anyhow::Result<()> {
    while let Ok(first) = asked.recv() {
        let batch: Vec<Asked> = std::iter::once(first).chain(asked.try_iter()).collect();
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for (id, body, _) in &batch {
            connection.prepare_cached(INSERT)?.execute((id, body))?;
        }
        connection.execute_batch("COMMIT")?;
        for (_, _, answer) in batch {
            let _ = answer.send(());
        }
    }
    Ok(())
}

pub(crate) async fn postgres(report: &mut Report) -> anyhow::Result<()> {
    let cluster = PgCluster::start("").map_err(|why| anyhow::anyhow!(why))?;
    let store = Store::open(Location::Postgres { url: Secret::new(cluster.database()) }).await?;
    let bare = cluster.database();
    let (client, connection) = tokio_postgres::connect(&bare, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute("CREATE TABLE job (id TEXT PRIMARY KEY, version BIGINT NOT NULL, due BIGINT NOT NULL, body TEXT NOT NULL); CREATE INDEX job_due ON job (due);").await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..PASSES {
        ours.push(through_store(&store, CONNECTIONS, two_rows).await?);
        theirs.push(pipelined(&bare).await?);
    }
    store.close().await;
    report.ratio(&format!("Commits, PostgreSQL, {CONNECTIONS} writers"), "/s", &ours, "tokio-postgres, pipelined", &theirs, 0.7);
    Ok(())
}

async fn pipelined(url: &str) -> anyhow::Result<f64> {
    let done = Arc::new(AtomicU64::new(0));
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        let begin = client.prepare("BEGIN").await?;
        let insert = client.prepare("INSERT INTO job (id, version, due, body) VALUES ($1, 1, 1700000000000000, $2)").await?;
        let commit = client.prepare("COMMIT").await?;
        clients.push((client, begin, insert, commit));
    }
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for (client, begin, insert, commit) in clients {
        let done = Arc::clone(&done);
        tasks.spawn(async move {
            while begun.elapsed() < SPAN {
                let ((id, body), (other, same)) = (row(), row());
                let values: [[&(dyn tokio_postgres::types::ToSql + Sync); 2]; 2] = [[&id, &body], [&other, &same]];
                tokio::try_join!(
                    client.execute(&begin, &[]),
                    client.execute(&insert, &values[0]),
                    client.execute(&insert, &values[1]),
                    client.execute(&commit, &[])
                )?;
                done.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64())
}
