//! Start-up time and memory, with an empty store and a large one.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::Instant;

use lockwright_core::register;
use lockwright_core::session::SessionLimits;
use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::clock::{Clock, SystemClock};
use lockwright_model::context::{OpContext, SecondFactor, Source};
use lockwright_model::entropy::SystemEntropy;
use lockwright_model::id::RequestId;
use lockwright_model::identity::Principal;
use lockwright_model::session::SessionScope;
use lockwright_store::{Location, Store};

use crate::process::Process;
use crate::report::{Report, median};

const PASSES: usize = 7;
const ACTIVE: u64 = 20_000;
/// Accounts in one ChangeSet while filling.
const BATCH: u64 = 500;

pub(crate) async fn measure(report: &mut Report, program: &Path, accounts: u64) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(".")?;
    let (empty, large) = (folder.path().join("empty"), folder.path().join("large"));
    for data in [&empty, &large] {
        std::fs::DirBuilder::new().mode(0o700).create(data)?;
    }
    // The first run makes keys and schema; it is not counted.
    drop(started(program, &empty)?);
    let begun = Instant::now();
    let tokens = fill(&large, accounts).await?;
    report.stated(
        &format!("Filling {accounts} accounts"),
        format!("{:.0} s, {:.0} bytes an account on disk", begun.elapsed().as_secs_f64(), bytes(&large) as f64 / accounts as f64),
    );
    let (mut small_times, mut large_times, mut small_rss, mut large_rss) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..PASSES {
        let (server, seconds) = started(program, &empty)?;
        small_times.push(seconds);
        small_rss.push(server.rss()?);
        drop(server);
        let (server, seconds) = started(program, &large)?;
        large_times.push(seconds);
        large_rss.push(server.rss()?);
    }
    report.at_most("Start-up to the first answer, empty store", "s", &small_times, 0.2);
    report.at_most(
        &format!("Start-up, {accounts} accounts, times the empty one"),
        "×",
        &[median(&large_times) / median(&small_times)],
        3.0,
    );
    report.at_most("Memory, idle", "MB", &small_rss, 30.0);
    report.stated(&format!("Memory, idle, {accounts} accounts"), format!("{:.1} MB", median(&large_rss)));

    let (server, _) = started(program, &large)?;
    // Two connections' worth of warmth first, so that buffers are not counted as accounts.
    visit(server.at.port(), &tokens[..1000])?;
    let before = server.rss()?;
    visit(server.at.port(), &tokens[1000..])?;
    let each = (server.rss()? - before) * 1e6 / (tokens.len() - 1000) as f64;
    report.stated("Memory, one more active account", format!("{each:.0} bytes, up to the cache's bound"));
    Ok(())
}

/// Makes accounts, and sessions for the first of them; returns the sessions' tokens.
async fn fill(data: &Path, accounts: u64) -> anyhow::Result<Vec<String>> {
    let store = Store::open(Location::Sqlite { path: data.join("lockwright.db") }).await?;
    let op = OpContext {
        id: RequestId::draw(&SystemEntropy),
        now: SystemClock.now(),
        principal: Principal::Host,
        iam_user: None,
        access_key: None,
        second_factor: SecondFactor::Unsaid,
        source: Source::host(),
    };
    let mut tokens = Vec::new();
    let mut made = 0;
    while made < accounts {
        let mut all = ChangeSet::default();
        for number in made..(made + BATCH).min(accounts) {
            let decided = register::host_account("Example".parse()?, format!("root{number}@example.com").parse()?, &op, &SystemEntropy);
            for record in decided.changes.puts {
                match record {
                    Record::Account(account) => {
                        if tokens.len() < ACTIVE as usize {
                            let person = lockwright_core::person::Person::Root(account.clone());
                            let new = lockwright_core::session::open(&person, SessionScope::Full, SessionLimits::MOST, &op, &SystemEntropy);
                            tokens.push(new.token.expose().to_owned());
                            all.put(Record::Session(new.session));
                        }
                        all.put(Record::Account(account));
                    }
                    Record::Case(_) => {}
                    other => {
                        all.put(other);
                    }
                }
            }
            all.events.extend(decided.changes.events);
        }
        store.commit(all).await?;
        made += BATCH;
    }
    store.close().await;
    Ok(tokens)
}

fn bytes(data: &Path) -> u64 {
    std::fs::metadata(data.join("lockwright.db")).map_or(0, |metadata| metadata.len())
}

/// Starts the program and waits for its first answer; it, and the seconds that took.
fn started(program: &Path, data: &Path) -> anyhow::Result<(Process, f64)> {
    let begun = Instant::now();
    let server = Process::lockwright(program, data)?;
    get(server.at.port(), "/signin", "")?;
    Ok((server, begun.elapsed().as_secs_f64()))
}

fn get(port: u16, path: &str, cookie: &str) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    anyhow::ensure!(answer.starts_with("HTTP/1.1 200"), "{}", answer.lines().next().unwrap_or_default());
    Ok(())
}

fn visit(port: u16, tokens: &[String]) -> anyhow::Result<()> {
    for token in tokens {
        get(port, "/console", &format!("lw_session={token}"))?;
    }
    Ok(())
}
