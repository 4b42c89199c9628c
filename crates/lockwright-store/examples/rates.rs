//! Commits and reads a second, ours beside the bare engine's in one run: `cargo run --release -p lockwright-store --example rates`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use lockwright_model::change::{ChangeSet, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::Source;
use lockwright_model::identity::Identity;
use lockwright_model::secret::Secret;
use lockwright_model::session::{Session, SessionScope};
use lockwright_model::token::TokenHash;
use lockwright_model::tries::{Tries, TriesKey};
use lockwright_store::{Location, Store};
use lockwright_testkit::postgres::PgCluster;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_postgres::types::ToSql;

const SPAN: Duration = Duration::from_secs(3);
const ROUNDS: usize = 3;
const TABLE: &str =
    "CREATE TABLE bare (id TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, expires INTEGER NOT NULL, body TEXT NOT NULL)";
const INSERT: &str = "INSERT INTO bare (id, version, expires, body) VALUES (?1, 1, ?2, ?3)";

static NEXT: AtomicU64 = AtomicU64::new(0);

fn next() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn tries() -> ChangeSet {
    let key = TriesKey::new("bench", &next().to_string());
    let at = Timestamp::from_micros(1);
    let row = Tries { key, version: Version::NEW, count: 1, since: at, last: at, expires: at };
    ChangeSet { puts: vec![Record::Tries(row)], ..ChangeSet::default() }
}

fn session(n: u64) -> Session {
    let mut token = [0; 32];
    token[..8].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    Session {
        token: TokenHash::from_bytes(token),
        version: Version::NEW,
        owner: Identity::Root("123456789012".parse().unwrap_or_else(|_| unreachable!("twelve digits"))),
        epoch: 1,
        created: Timestamp::from_micros(1),
        last_seen: Timestamp::from_micros(1),
        expires: Timestamp::from_micros(1),
        idle_seconds: 3_600,
        source: Source::host(),
        scope: SessionScope::Full,
        second_factor: None,
        confirmed: Timestamp::default(),
    }
}

/// Runs `tasks` loops of `work` for a while and returns how often a second it was done.
async fn rate<F, W>(tasks: usize, work: W) -> f64
where
    F: Future<Output = ()> + Send,
    W: Fn() -> F + Clone + Send + 'static,
{
    let stop = Arc::new(AtomicBool::new(false));
    let mut running = JoinSet::new();
    #[allow(clippy::disallowed_methods, reason = "measures a duration")]
    let begun = Instant::now();
    for _ in 0..tasks {
        let (work, stop) = (work.clone(), Arc::clone(&stop));
        running.spawn(async move {
            let mut done = 0_u32;
            while !stop.load(Ordering::Relaxed) {
                work().await;
                done += 1;
            }
            done
        });
    }
    tokio::time::sleep(SPAN).await;
    stop.store(true, Ordering::Relaxed);
    let done: u32 = running.join_all().await.into_iter().sum();
    f64::from(done) / begun.elapsed().as_secs_f64()
}

type Waiting = (u64, oneshot::Sender<()>);

/// The least that a group-committing writer thread can be.
fn bare_writer(path: &Path) -> mpsc::Sender<Waiting> {
    let connection = bare(path);
    let (queue, mut work) = mpsc::channel::<Waiting>(4_096);
    std::thread::spawn(move || {
        while let Some(first) = work.blocking_recv() {
            let mut group = vec![first];
            while group.len() < 512
                && let Ok(more) = work.try_recv()
            {
                group.push(more);
            }
            connection.execute_batch("BEGIN IMMEDIATE").expect("begins");
            for (n, _) in &group {
                insert(&connection, *n);
            }
            connection.execute_batch("COMMIT").expect("commits");
            for (_, reply) in group {
                let _ = reply.send(());
            }
        }
    });
    queue
}

fn bare(path: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).expect("opens");
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).expect("is in WAL mode");
    connection.execute_batch("PRAGMA synchronous = FULL").expect("flushes");
    connection.execute_batch(TABLE).expect("makes the table");
    connection
}

fn insert(connection: &rusqlite::Connection, n: u64) {
    let key = TriesKey::new("bench", &n.to_string());
    let body = format!("{{\"key\":\"{}\",\"count\":1,\"since\":1,\"last\":1,\"expires\":1}}", key.as_str());
    let mut statement = connection.prepare_cached(INSERT).expect("prepares");
    statement.execute((key.as_str(), 1, body)).expect("inserts");
}

fn report(what: &str, mut bare: Vec<f64>, mut ours: Vec<f64>) {
    bare.sort_by(f64::total_cmp);
    ours.sort_by(f64::total_cmp);
    let (bare, ours) = (bare[bare.len() / 2], ours[ours.len() / 2]);
    println!("{what:<44} bare {bare:>9.0}/s   ours {ours:>9.0}/s   ratio {:.2}", ours / bare);
}

#[tokio::main]
async fn main() {
    sqlite_commits(64).await;
    sqlite_one_client().await;
    for tasks in [1, 16] {
        reads(tasks).await;
    }
    for tasks in [64, 1] {
        postgres_commits(tasks).await;
    }
}

async fn sqlite_commits(tasks: usize) {
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let folder = tempfile::tempdir().expect("a folder");
        let queue = bare_writer(&folder.path().join("bare.db"));
        bare.push(
            rate(tasks, move || {
                let queue = queue.clone();
                async move {
                    let (reply, answer) = oneshot::channel();
                    queue.send((next(), reply)).await.expect("the writer lives");
                    answer.await.expect("the writer answers");
                }
            })
            .await,
        );
        let store = Store::open(Location::Sqlite { path: folder.path().join("ours.db") }).await.expect("opens");
        ours.push(commits(&store, tasks).await);
        store.close().await;
    }
    report(&format!("SQLite, {tasks} writers, single rows"), bare, ours);
}

async fn commits(store: &Store, tasks: usize) -> f64 {
    let store = store.clone();
    rate(tasks, move || {
        let store = store.clone();
        async move { store.commit(tries()).await.expect("commits") }
    })
    .await
}

async fn sqlite_one_client() {
    let (mut bare_rates, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let folder = tempfile::tempdir().expect("a folder");
        let connection = bare(&folder.path().join("bare.db"));
        let mut done = 0_u32;
        #[allow(clippy::disallowed_methods, reason = "measures a duration")]
        let begun = Instant::now();
        while begun.elapsed() < SPAN {
            insert(&connection, next());
            done += 1;
        }
        bare_rates.push(f64::from(done) / begun.elapsed().as_secs_f64());
        let store = Store::open(Location::Sqlite { path: folder.path().join("ours.db") }).await.expect("opens");
        ours.push(commits(&store, 1).await);
        store.close().await;
    }
    report("SQLite, 1 client, single rows", bare_rates, ours);
}

async fn reads(tasks: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ours.db");
    let store = Store::open(Location::Sqlite { path: path.clone() }).await.expect("opens");
    let puts = (0..10_000).map(|n| Record::Session(session(n))).collect();
    store.commit(ChangeSet { puts, ..ChangeSet::default() }).await.expect("commits");
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let path = path.clone();
        bare.push(
            tokio::task::spawn_blocking(move || {
                let connection = rusqlite::Connection::open(path).expect("opens");
                let mut done = 0_u32;
                #[allow(clippy::disallowed_methods, reason = "measures a duration")]
                let begun = Instant::now();
                while begun.elapsed() < SPAN {
                    let token = session(next() % 10_000).token;
                    let mut statement = connection.prepare_cached("SELECT body FROM session WHERE token = ?1").expect("prepares");
                    let _body: String = statement.query_row([&token.as_bytes()[..]], |row| row.get(0)).expect("finds");
                    done += 1;
                }
                f64::from(done) / begun.elapsed().as_secs_f64()
            })
            .await
            .expect("runs"),
        );
        let store = store.clone();
        ours.push(
            rate(tasks, move || {
                let store = store.clone();
                async move {
                    store.session(&session(next() % 10_000).token).await.expect("answers").expect("finds");
                }
            })
            .await,
        );
    }
    report(&format!("SQLite, {tasks} readers of sessions (bare: 1)"), bare, ours);
}

async fn postgres_commits(tasks: usize) {
    let cluster = PgCluster::shared();
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(bare_postgres(&cluster.database(), tasks).await);
        let store = Store::open(Location::Postgres { url: Secret::new(cluster.database()) }).await.expect("opens");
        ours.push(commits(&store, tasks).await);
        store.close().await;
    }
    report(&format!("PostgreSQL, {tasks} writers, row and change"), bare, ours);
}

/// The same two rows as ours, over as many connections: `BEGIN` and both inserts sent at once, then `COMMIT`.
async fn bare_postgres(url: &str, tasks: usize) -> f64 {
    let (idle, connections) = mpsc::channel(16);
    for n in 0..16 {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("connects");
        tokio::spawn(connection);
        if n == 0 {
            let tables =
                format!("{}; CREATE TABLE told (at BIGINT, row_keys TEXT, PRIMARY KEY (at, row_keys))", TABLE.replace("INTEGER", "BIGINT"));
            client.batch_execute(&tables).await.expect("makes the tables");
        }
        let row = client.prepare("INSERT INTO bare (id, version, expires, body) VALUES ($1, 1, $2, $3)").await.expect("prepares");
        let told = client
            .prepare("INSERT INTO told (at, row_keys) VALUES (CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT), $1) ON CONFLICT DO NOTHING")
            .await
            .expect("prepares");
        idle.send((client, row, told)).await.expect("there is room");
    }
    let connections = Arc::new(tokio::sync::Mutex::new(connections));
    rate(tasks, move || {
        let (idle, connections) = (idle.clone(), Arc::clone(&connections));
        async move {
            let (client, row, told) = connections.lock().await.recv().await.expect("a connection");
            let key = TriesKey::new("bench", &next().to_string()).as_str().to_owned();
            let body = format!("{{\"key\":\"{key}\",\"count\":1,\"since\":1,\"last\":1,\"expires\":1}}");
            let keys = format!("[[\"tries\",\"{key}\"]]");
            let (first, second): ([&(dyn ToSql + Sync); 3], [&(dyn ToSql + Sync); 1]) = ([&key, &1_i64, &body], [&keys]);
            let (begun, one, two) =
                tokio::join!(client.batch_execute("BEGIN"), client.execute(&row, &first), client.execute(&told, &second));
            begun.and(one.and(two)).expect("inserts");
            client.batch_execute("COMMIT").await.expect("commits");
            idle.send((client, row, told)).await.expect("there is room");
        }
    })
    .await
}
