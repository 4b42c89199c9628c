//! Calls of programs: signed and over the wire beside bare servers, each in a process of its own, and the service's own acts without the wire.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use lockwright_model::context::Source;
use lockwright_model::id::AccountId;
use lockwright_model::identity::{Identity, Principal};
use lockwright_service::Lockwright;
use lockwright_service::users::GiveAccess;

use crate::installation::{host, open};
use crate::process::Process;
use crate::report::{Report, median};
use crate::wrk::{self, Load, Signed};

const PASSES: usize = 5;
/// How long one pass makes users.
const SPAN: Duration = Duration::from_secs(3);
/// Users are spread over so many accounts: one has a quota.
pub(crate) const ACCOUNTS: usize = 128;

/// A load, and the processor time of the server for each request in microseconds.
struct Measured {
    load: Load,
    cpu: f64,
}

fn measured(server: &Process, script: &str) -> anyhow::Result<Measured> {
    let before = server.cpu()?;
    let load = wrk::load(server.at, script, 64, 4)?;
    Ok(Measured { load, cpu: (server.cpu()? - before) * 1e6 / load.count })
}

/// An account of a running program, with an administrator's key.
pub(crate) fn key(program: &Path, data: &Path) -> anyhow::Result<(String, String)> {
    let mut command = Command::new(program);
    command.args(["account", "create", "--name", "Harbour", "--email", "root@example.com", "--admin-user", "boss", "--access-key"]);
    let output = command.args(["--output", "json", "--data"]).arg(data).output()?;
    let told: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let text = |name: &str| told[name].as_str().map(str::to_owned).with_context(|| format!("no {name} in the answer"));
    Ok((text("AccessKeyId")?, text("SecretAccessKey")?))
}

/// Over the wire: a call that asks no policy and one that does, each beside bare servers that take the same request.
pub(crate) fn over_the_wire(report: &mut Report, program: &Path) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let ours = Process::lockwright(program, &data)?;
    let (hyper, axum) = (Process::hello("hyper")?, Process::hello("axum")?);
    let (key, secret) = key(program, &data)?;
    for (name, service, body) in [
        ("GetCallerIdentity", "sts", "Action=GetCallerIdentity&Version=2011-06-15"),
        ("GetUser", "iam", "Action=GetUser&Version=2010-05-08&UserName=boss"),
    ] {
        let call = Signed { service, body, key: &key, secret: &secret };
        let servers = [&hyper, &axum, &ours];
        let mut passes: [Vec<Measured>; 3] = Default::default();
        for _ in 0..PASSES {
            for (server, pass) in servers.into_iter().zip(&mut passes) {
                pass.push(measured(server, &wrk::script(folder.path(), server.at, &call)?)?);
            }
        }
        let each = |server: usize, of: fn(&Measured) -> f64| -> Vec<f64> { passes[server].iter().map(of).collect() };
        let rate = |measured: &Measured| measured.load.rate;
        let p99 = |measured: &Measured| measured.load.p99;
        let cpu = |measured: &Measured| measured.cpu;
        let signed = format!("Signed {name}");
        if name == "GetCallerIdentity" {
            report.ratio(&signed, "/s", &each(2, rate), "bare hyper", &each(0, rate), 0.6);
            let times: Vec<f64> = each(2, p99).iter().zip(each(0, p99)).map(|(ours, theirs)| ours / theirs).collect();
            report.at_most(&format!("{signed}, p99, times bare hyper's"), "×", &times, 3.0);
        } else {
            report.at_least(&signed, "/s", &each(2, rate), 20_000.0);
        }
        report.stated(
            &format!("{signed}, beside"),
            format!("bare hyper {:.0} /s, axum {:.0} /s", median(&each(0, rate)), median(&each(1, rate))),
        );
        report.stated(
            &format!("{signed}, the server's processor time a call"),
            format!("{:.1} µs; bare hyper {:.1}, axum {:.1}", median(&each(2, cpu)), median(&each(0, cpu)), median(&each(1, cpu))),
        );
    }
    Ok(())
}

/// `CreateUser` without the wire.
pub(crate) async fn users(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(".")?;
    let (lockwright, _store) = open(folder.path(), 1).await?;
    let makers = makers(&lockwright, "first").await?;
    for (clients, limit) in [(1, 2_000.0), (64, 15_000.0)] {
        let mut rates = Vec::new();
        for pass in 0..PASSES {
            rates.push(creations(&lockwright, &makers, clients, &format!("{pass}"), SPAN).await?);
        }
        report.at_least(&format!("CreateUser, permitted and durable, {clients} at once"), "/s", &rates, limit);
    }
    Ok(())
}

/// Accounts with an administrator each.
pub(crate) async fn makers(lockwright: &Lockwright, mark: &str) -> anyhow::Result<Vec<(AccountId, Identity)>> {
    let mut makers = Vec::new();
    for number in 0..ACCOUNTS {
        let email = format!("{mark}{number}@example.com").parse()?;
        let (account, _) = lockwright.create_account(&host(lockwright), &"Harbour".parse()?, &email).await?;
        let (user, _) = lockwright.create_user(&host(lockwright), account, &"boss".parse()?, true, GiveAccess::None).await?;
        makers.push((account, Identity::User(user.id)));
    }
    Ok(makers)
}

/// Users made per second by so many at once, each permitted by the administrator's policy and acknowledged after the flush.
pub(crate) async fn creations(
    lockwright: &Lockwright,
    makers: &[(AccountId, Identity)],
    clients: usize,
    mark: &str,
    span: Duration,
) -> anyhow::Result<f64> {
    let made = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut tasks = Vec::new();
    for client in 0..clients {
        let (lockwright, made, makers, mark) = (lockwright.clone(), Arc::clone(&made), makers.to_vec(), mark.to_owned());
        tasks.push(tokio::spawn(async move {
            let mut number = client;
            while begun.elapsed() < span {
                let (account, administrator) = &makers[number % makers.len()];
                let op = lockwright.op(Principal::Signed(administrator.clone()), Source::host());
                let name = format!("u{clients}-{mark}-{client}-{number}").parse()?;
                lockwright.create_user(&op, *account, &name, false, GiveAccess::None).await?;
                made.fetch_add(1, Ordering::Relaxed);
                number += 1;
            }
            anyhow::Ok(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(made.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64())
}
