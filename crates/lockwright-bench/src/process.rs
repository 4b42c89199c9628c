//! A program of its own beside this one: started, asked what it takes of the machine, and ended with its handle.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// What the kernel counts a process's time in, on every Linux that we know.
const TICKS: f64 = 100.0;

/// This very program, for what is measured in a process of its own.
pub(crate) const OWN: &str = "/proc/self/exe";

/// A running server.
pub(crate) struct Process {
    child: Child,
    /// Where it listens.
    pub(crate) at: SocketAddr,
}

impl Process {
    /// Starts Lockwright on a data folder and waits until it says where it listens.
    pub(crate) fn lockwright(program: &Path, data: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--data"]).arg(data);
        Self::greeted(command.env("LOCKWRIGHT_LOG__LEVEL", "error"))
    }

    /// Starts one of the bare servers of [`crate::hello`].
    pub(crate) fn hello(kind: &str) -> anyhow::Result<Self> {
        let mut command = Command::new(OWN);
        command.args(["--lockwright", "-", "--report", "-", "--hello", kind]);
        Self::greeted(&mut command)
    }

    /// A server that says nothing, at an address that it was told.
    pub(crate) fn told(command: &mut Command, at: SocketAddr) -> anyhow::Result<Self> {
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        Ok(Self { child, at })
    }

    fn greeted(command: &mut Command) -> anyhow::Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let out = child.stdout.take().ok_or_else(|| anyhow::anyhow!("no stdout"))?;
        let port = BufReader::new(out).lines().map_while(Result::ok).find_map(|line| {
            let rest = line.split_once("http://")?.1;
            rest.split_once(':')?.1.split('/').next()?.trim().parse::<u16>().ok()
        });
        let Some(port) = port else {
            let _ = child.kill();
            anyhow::bail!("the server did not greet")
        };
        Ok(Self { child, at: SocketAddr::from(([127, 0, 0, 1], port)) })
    }

    /// Processor time so far, in seconds, of all its threads.
    pub(crate) fn cpu(&self) -> anyhow::Result<f64> {
        cpu_of(&format!("/proc/{}/stat", self.child.id()))
    }

    /// Resident memory in megabytes.
    pub(crate) fn rss(&self) -> anyhow::Result<f64> {
        rss_of(&format!("/proc/{}/status", self.child.id()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cpu_of(path: &str) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(path)?;
    let fields: Vec<f64> =
        stat.rsplit(") ").next().unwrap_or_default().split(' ').skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    Ok(fields.iter().sum::<f64>() / TICKS)
}

/// The resident memory that a `status` file tells, in megabytes.
pub(crate) fn rss_of(path: &str) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(path)?;
    let kib: f64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().strip_suffix(" kB"))
        .ok_or_else(|| anyhow::anyhow!("no VmRSS"))?
        .trim()
        .parse()?;
    Ok(kib * 1024.0 / 1e6)
}
