//! Calls of programs: signed and over the wire beside a bare "hello", and the service's own acts without the wire.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context as _;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use axum::Router;
use axum::extract::Request;
use axum::routing::post;
use lockwright_api::Api;
use lockwright_authn::secret_key::SecretKey;
use lockwright_model::access_key::AccessKey;
use lockwright_model::id::AccountId;
use lockwright_model::identity::Identity;
use lockwright_service::Lockwright;
use lockwright_service::users::GiveAccess;
use tokio::net::TcpListener;

use crate::installation::{host, open};
use crate::report::Report;

const PASSES: usize = 5;
/// How long one pass makes users.
const SPAN: Duration = Duration::from_secs(3);

pub(crate) async fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (lockwright, _store) = open(folder.path(), 1).await?;
    let (account, _) = lockwright.create_account(&host(&lockwright), &"Harbour".parse()?, &"root@example.com".parse()?).await?;
    let (user, _) = lockwright.create_user(&host(&lockwright), account, &"boss".parse()?, true, GiveAccess::None).await?;
    let (key, secret) = lockwright.create_access_key(&host(&lockwright), &Identity::User(user.id.clone())).await?;
    over_the_wire(report, &lockwright, folder.path(), &key, &secret).await?;
    let administrator = Identity::User(user.id);
    for clients in [1, 64] {
        let mut rates = Vec::new();
        for pass in 0..PASSES {
            rates.push(users(&lockwright, account, &administrator, clients, pass).await?);
        }
        let rate = |value: f64| format!("{value:.0} /s");
        let (least, most) = rates.iter().fold((f64::INFINITY, 0.0_f64), |(least, most), rate| (least.min(*rate), most.max(*rate)));
        let value = format!("{} ({}–{})", rate(crate::report::median(&rates)), rate(least), rate(most));
        report.stated(&format!("CreateUser, permitted and durable, {clients} at once"), value);
    }
    Ok(())
}

/// Signed calls by `wrk`: one that asks no policy and one that does, each beside a bare route that takes the same request.
async fn over_the_wire(
    report: &mut Report,
    lockwright: &Lockwright,
    folder: &Path,
    key: &AccessKey,
    secret: &SecretKey,
) -> anyhow::Result<()> {
    let api = Api::new(lockwright.clone(), Vec::new());
    let ours_at = serve(Router::new().fallback(move |request: Request| {
        let api = api.clone();
        async move { api.answer(request).await }
    }))
    .await?;
    let hello_at = serve(Router::new().route("/", post(|_: axum::body::Bytes| async { "hello" }))).await?;
    let calls = [
        ("GetCallerIdentity", "sts", "Action=GetCallerIdentity&Version=2011-06-15", 0.6),
        ("GetUser", "iam", "Action=GetUser&Version=2010-05-08&UserName=boss", 0.2),
    ];
    for (name, service, body, limit) in calls {
        let script = |at| script(folder, at, service, body, key, secret);
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..PASSES {
            theirs.push(load(hello_at, script(hello_at)?).await?);
            ours.push(load(ours_at, script(ours_at)?).await?);
        }
        report.ratio(&format!("Signed {name}"), "/s", &ours, "axum \"hello\"", &theirs, limit);
    }
    Ok(())
}

/// What `wrk` sends: the same signed call again and again, within the quarter of an hour that a signature counts.
fn script(folder: &Path, at: SocketAddr, service: &str, body: &str, key: &AccessKey, secret: &SecretKey) -> anyhow::Result<String> {
    let identity = Credentials::new(key.id.as_str(), secret.expose(), None, None, "bench").into();
    let params = SigningParams::builder().identity(&identity).region("us-east-1").name(service).settings(SigningSettings::default());
    let params = params.time(SystemTime::now()).build()?.into();
    let host = at.to_string();
    let headers = [("host", host.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let uri = format!("http://{host}/");
    let signable = SignableRequest::new("POST", uri.as_str(), headers.into_iter(), SignableBody::Bytes(body.as_bytes()))?;
    let (added, _) = sign(signable, &params)?.into_parts().0.into_parts();
    let mut text = format!("wrk.method = \"POST\"\nwrk.body = \"{body}\"\n");
    // `wrk` says the host itself, and doubled it would be another request.
    for (name, value) in headers.into_iter().skip(1).chain(added.iter().map(|header| (header.name(), header.value()))) {
        text.push_str(&format!("wrk.headers[\"{name}\"] = \"{value}\"\n"));
    }
    let path = folder.join(format!("{service}-{}.lua", at.port()));
    fs::write(&path, text)?;
    Ok(path.to_str().context("a path in letters")?.to_owned())
}

async fn serve(router: Router) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// Requests per second with 64 connections for 4 seconds; every answer must be a 200.
async fn load(at: SocketAddr, script: String) -> anyhow::Result<f64> {
    let url = format!("http://{at}/");
    let wrk = move || Command::new("wrk").args(["-t1", "-c64", "-d4s", "-s", &script, &url]).output();
    let output = tokio::task::spawn_blocking(wrk).await??;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    anyhow::ensure!(output.status.success() && !text.contains("Non-2xx"), "wrk: {text}{}", String::from_utf8_lossy(&output.stderr));
    let rate = text.lines().find_map(|line| line.strip_prefix("Requests/sec:")).ok_or_else(|| anyhow::anyhow!("wrk: {text}"))?;
    Ok(rate.trim().parse()?)
}

/// Users made per second by so many at once, each permitted by the administrator's policy and acknowledged after the flush.
async fn users(lockwright: &Lockwright, account: AccountId, administrator: &Identity, clients: usize, pass: usize) -> anyhow::Result<f64> {
    let made = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut tasks = Vec::new();
    for client in 0..clients {
        let (lockwright, made, administrator) = (lockwright.clone(), Arc::clone(&made), administrator.clone());
        tasks.push(tokio::spawn(async move {
            let mut number = 0;
            while begun.elapsed() < SPAN {
                let person = lockwright_model::identity::Principal::Signed(administrator.clone());
                let op = lockwright.op(person, lockwright_model::context::Source::host());
                let name = format!("u{clients}-{pass}-{client}-{number}").parse()?;
                lockwright.create_user(&op, account, &name, false, GiveAccess::None).await?;
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
