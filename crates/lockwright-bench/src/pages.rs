//! A signed-in page beside a bare "hello".

use std::net::SocketAddr;
use std::process::Command;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::routing::get;
use lockwright_service::client::Peer;
use lockwright_service::signin::Entered;
use lockwright_web::WebConfig;
use tokio::net::TcpListener;

use crate::installation::{PASSWORD, open, people, stranger};
use crate::report::Report;

const PASSES: usize = 5;

pub(crate) async fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (lockwright, _store) = open(folder.path(), 1).await?;
    let names = people(&lockwright, 1).await?;
    let name = names.first().ok_or_else(|| anyhow::anyhow!("nobody to sign in"))?;
    let Entered::SignedIn(signed) = lockwright.sign_in(&stranger(&lockwright), name, PASSWORD, None).await? else {
        anyhow::bail!("nobody here has a device")
    };
    let cookie = format!("Cookie: lw_session={}", signed.token.expose());
    let peer = Peer(SocketAddr::from(([127, 0, 0, 1], 1)));
    let pages = lockwright_web::router(lockwright, WebConfig::default()).layer(from_fn(move |mut request: Request, next: Next| {
        request.extensions_mut().insert(peer);
        next.run(request)
    }));
    let ours_at = serve(pages).await?;
    let hello_at = serve(Router::new().route("/", get(|| async { "hello" }))).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..PASSES {
        theirs.push(load(format!("http://{hello_at}/"), String::from("X-Same: 1")).await?);
        ours.push(load(format!("http://{ours_at}/console"), cookie.clone()).await?);
    }
    report.ratio("Session look-up and page", "/s", &ours, "axum \"hello\"", &theirs, 0.4);
    Ok(())
}

async fn serve(router: Router) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// Requests per second with 64 connections for 4 seconds; every answer must be a 200.
async fn load(url: String, header: String) -> anyhow::Result<f64> {
    let output =
        tokio::task::spawn_blocking(move || Command::new("wrk").args(["-t1", "-c64", "-d4s", "-H", &header, &url]).output()).await??;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    anyhow::ensure!(output.status.success() && !text.contains("Non-2xx"), "wrk: {text}{}", String::from_utf8_lossy(&output.stderr));
    let rate = text.lines().find_map(|line| line.strip_prefix("Requests/sec:")).ok_or_else(|| anyhow::anyhow!("wrk: {text}"))?;
    Ok(rate.trim().parse()?)
}
