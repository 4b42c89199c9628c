//! What a test suite does before every test: an account with an administrator and an access key, by one host command.

use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::process::Process;
use crate::report::Report;

const PASSES: usize = 50;

pub(crate) fn measure(report: &mut Report, program: &Path) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(".")?;
    let data = folder.path().join("data");
    std::fs::DirBuilder::new().mode(0o700).create(&data)?;
    let server = Process::lockwright(program, &data)?;
    let mut times = Vec::new();
    for number in 0..PASSES {
        let email = format!("root{number}@example.com");
        let begun = Instant::now();
        let ended = Command::new(program)
            .args(["account", "create", "--name", "Example", "--email", &email, "--admin-user", "boss", "--access-key"])
            .args(["--output", "json", "--data"])
            .arg(&data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        times.push(begun.elapsed().as_secs_f64());
        anyhow::ensure!(ended.success(), "no account was made");
    }
    drop(server);
    report.at_most("`lockwright account create` with an administrator and an access key, the whole command", "s", &times, 0.05);
    Ok(())
}
