//! The table of results: medians, ratios, limits, and what was measured on what.

use std::fmt::Write as _;
use std::path::Path;

/// One figure held against its limit.
struct Line {
    what: String,
    ours: String,
    peer: String,
    ratio: String,
    limit: String,
    met: Option<bool>,
}

/// The lines so far.
pub(crate) struct Report {
    lines: Vec<Line>,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self { lines: Vec::new() }
    }

    /// A rate held against a peer's: the median of the ratios pass by pass.
    pub(crate) fn ratio(&mut self, what: &str, unit: &str, ours: &[f64], peer: &str, theirs: &[f64], at_least: f64) {
        let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
        let ratio = median(&ratios);
        let line = Line {
            what: what.to_owned(),
            ours: format!("{} {unit}", number(median(ours))),
            peer: format!("{peer}: {} {unit}", number(median(theirs))),
            ratio: format!("{ratio:.2} ({:.2}–{:.2})", least(&ratios), most(&ratios)),
            limit: format!("≥ {at_least}"),
            met: Some(ratio >= at_least),
        };
        self.add(line);
    }

    /// A figure that must not pass a limit.
    pub(crate) fn at_most(&mut self, what: &str, unit: &str, ours: &[f64], limit: f64) {
        let value = median(ours);
        let line = Line {
            what: what.to_owned(),
            ours: format!("{} {unit} ({}–{})", number(value), number(least(ours)), number(most(ours))),
            peer: "–".to_owned(),
            ratio: "–".to_owned(),
            limit: format!("≤ {} {unit}", number(limit)),
            met: Some(value <= limit),
        };
        self.add(line);
    }

    /// A figure that must reach a limit.
    pub(crate) fn at_least(&mut self, what: &str, unit: &str, ours: &[f64], limit: f64) {
        let value = median(ours);
        let line = Line {
            what: what.to_owned(),
            ours: format!("{} {unit} ({}–{})", number(value), number(least(ours)), number(most(ours))),
            peer: "–".to_owned(),
            ratio: "–".to_owned(),
            limit: format!("≥ {} {unit}", number(limit)),
            met: Some(value >= limit),
        };
        self.add(line);
    }

    /// A figure that is stated.
    pub(crate) fn stated(&mut self, what: &str, value: String) {
        self.add(Line {
            what: what.to_owned(),
            ours: value,
            peer: "–".to_owned(),
            ratio: "–".to_owned(),
            limit: "stated".to_owned(),
            met: None,
        });
    }

    fn add(&mut self, line: Line) {
        eprintln!("{}: {} | {} | ratio {} | limit {}", line.what, line.ours, line.peer, line.ratio, line.limit);
        self.lines.push(line);
    }

    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut text = String::from(HEAD);
        let day = std::process::Command::new("date").args(["-u", "+%Y-%m-%d"]).output()?;
        writeln!(text, "Measured on {}, on {}.\n", String::from_utf8_lossy(&day.stdout).trim(), machine())?;
        text.push_str("| What | Lockwright | Peer in the same run | Ratio (range) | Limit | Met |\n|---|---|---|---|---|---|\n");
        for line in &self.lines {
            let met = match line.met {
                Some(true) => "yes",
                Some(false) => "**no**",
                None => "–",
            };
            writeln!(text, "| {} | {} | {} | {} | {} | {met} |", line.what, line.ours, line.peer, line.ratio, line.limit)?;
        }
        text.push_str(FOOT);
        std::fs::write(path, text)?;
        Ok(())
    }
}

const HEAD: &str = "# Performance\n\nWritten by `cargo xtask bench`. Both sides of a ratio run in one process or one after the other on the same machine, several passes in turn;\nfigures are medians, ratios are taken pass by pass. Absolute figures don't repeat elsewhere; ratios should.\n\n";

const FOOT: &str = "\n## How it was measured\n\n\
- *Sign-ins*: the service's whole sign-in (count the try, look the name up, verify, open the session, audit event), embedded store on disk, as many tasks as keep the hashing threads busy; \
the peer is RustCrypto `argon2` alone with its memory reused, on as many threads, same parameters.\n\
- *Commits*: one ChangeSet with one row of about 200 bytes and an index, acknowledged after the fsync; the peer is rusqlite alone with the same row, WAL, `synchronous=FULL`.\n\
- *PostgreSQL*: a ChangeSet with two such rows; the peer is tokio-postgres alone, `BEGIN; INSERT; INSERT; COMMIT` sent without waiting on as many connections. \
Ours waits once before `COMMIT`, to see that every row was at the version it should be. Private cluster, `fsync=on`.\n\
- *Policy decision*: one thread, an allow by the second-last of as many statements on one action and as many resources, no conditions; the peer is iam-rs, \
whose policy is parsed beforehand as well. That a decision allocates nothing is counted by a test of the crate.\n\
- *Page*: `GET /console` of a signed-in builder ID with the session looked up and the page rendered; the peer is an axum route that answers \"hello\" in the same process. Load by `wrk` on the same machine. An administrator's pages also read the waiting help requests from the store; they are not in this figure.\n\
- *Signed calls*: `wrk` with 64 connections on the same machine sends one signed call again and again to the program itself; the key is looked up, the signature checked, and for GetUser \
the policies decide and the user is read from the store. The peers are bare hyper and an axum route that read the same body and answer \"hello\", each in a process of its own. Processor time is the server's, as the kernel counts it.\n\
- *CreateUser*: the service's act without the wire, administrators of 128 accounts permitted by policy, acknowledged after the fsync, with its audit event.\n\
- *Growth*: the same store filled with more accounts of 5000 users each; ListUsers and GetUser by `wrk` with one connection.\n\
- *Storm*: `wrk` with 8 connections while 200 tasks sign in without pause, as many hashing threads as processors, in one process.\n\
- *Principals*: in a process of its own, resident memory before and after ever other principals call.\n\
- *SeaweedFS, moto*: from PyPI, started beside; the same signed call by `wrk`.\n\
- *Known or unknown*: Welch's t between calls with names that exist and names that don't, in turn, the slowest twentieth of each side left out. \
Below 4.5 no difference was found (dudect's rule); it does not prove that there is none.\n\
- *Account create*: one host command of the release build in an own process, from its start to its end, three commits with their fsync in the server; what a test suite does before each test.\n\
- *Start-up*: from the process's start to the first answered request.\n\
- *Memory*: `VmRSS`. An active account is one whose session, account and cache entries are in memory.\n\
\n## Policies and signatures, measured apart\n\
\n\
Measured on 2026-11-24 on 2 processors, outside the run above; no ranges were kept. The limits of decisions are 500 ns at 50 statements and 1000 ns at 500.\n\
\n\
| What | Lockwright | Peers in the same run |\n\
|---|---|---|\n\
| A policy decision, allowed by the last but one of 50 statements | 160 ns, no allocation | rustfs-policy 0.0.3: 4332 ns; iam-rs 0.8: 35487 ns |\n\
| The same of 500 statements | 194 ns, no allocation | rustfs-policy 0.0.3: 43746 ns; iam-rs 0.8: 452827 ns |\n\
| A signature read and verified, with the day's key at hand | 1.38 µs | – |\n\
| The same, the key derived | 2.72 µs | – |\n\
| `lockwright account create` with an administrator and an access key, the whole command beside a running server (limit 50 ms) | 8 ms (3–24, on a busy machine) | – |\n\
| 1000000 policy cases, decided by a second reading of the rules too | no difference | – |\n\
| 100000 signatures of random requests | no difference | aws-sigv4 |\n\
| Fuzzed for 220 s each, counters on: policy documents, SigV4 headers, presigned queries, bodies, session tokens | 2.1, 3.3, 1.4, 4.3 and 26.9 million inputs, no finding, at most 32 MB | – |\n\
\n\
`cargo xtask bench decisions` measures the decisions beside iam-rs again, `cargo run --release -p lockwright-wire --example nanoseconds` the signatures,\n\
`-p lockwright-policy --example differential` asks the million cases, `-p lockwright-wire --example oracle` signs and verifies. rustfs-policy is no dependency of this repository.\n";

fn machine() -> String {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let model = std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            text.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split(": ").nth(1)).map(str::to_owned)
        })
        .unwrap_or_else(|| "an unnamed processor".to_owned());
    format!("{processors} processors ({model}), shared with other work")
}

pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn number(value: f64) -> String {
    match value {
        v if v >= 1000.0 => format!("{v:.0}"),
        v if v >= 10.0 => format!("{v:.1}"),
        v => format!("{v:.3}"),
    }
}
