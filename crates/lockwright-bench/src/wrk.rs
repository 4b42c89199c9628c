//! Load by `wrk`: one signed call again and again.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use anyhow::Context as _;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;

/// What came of a load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Requests a second.
    pub(crate) rate: f64,
    /// Half of the answers took no longer, in milliseconds.
    pub(crate) p50: f64,
    /// Of a hundred answers 99 took no longer, in milliseconds.
    pub(crate) p99: f64,
    /// Requests in all.
    pub(crate) count: f64,
}

/// A call and who signs it.
#[derive(Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) service: &'a str,
    pub(crate) body: &'a str,
    pub(crate) key: &'a str,
    pub(crate) secret: &'a str,
}

/// Writes what `wrk` sends, good for the quarter of an hour that a signature counts.
pub(crate) fn script(folder: &Path, at: SocketAddr, call: &Signed<'_>) -> anyhow::Result<String> {
    let identity = Credentials::new(call.key, call.secret, None, None, "bench").into();
    let params = SigningParams::builder().identity(&identity).region("us-east-1").name(call.service).settings(SigningSettings::default());
    let params = params.time(SystemTime::now()).build()?.into();
    let host = at.to_string();
    let headers = [("host", host.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let uri = format!("http://{host}/");
    let signable = SignableRequest::new("POST", uri.as_str(), headers.into_iter(), SignableBody::Bytes(call.body.as_bytes()))?;
    let (added, _) = sign(signable, &params)?.into_parts().0.into_parts();
    let mut text = format!("wrk.method = \"POST\"\nwrk.body = \"{}\"\n", call.body);
    // `wrk` says the host itself, and doubled it would be another request.
    for (name, value) in headers.into_iter().skip(1).chain(added.iter().map(|header| (header.name(), header.value()))) {
        text.push_str(&format!("wrk.headers[\"{name}\"] = \"{value}\"\n"));
    }
    let path = folder.join(format!("{}-{}-{}.lua", call.service, at.port(), call.body.len()));
    fs::write(&path, text)?;
    Ok(path.to_str().context("a path in letters")?.to_owned())
}

/// Loads a server with so many connections for so many seconds; every answer must be a 200.
pub(crate) fn load(at: SocketAddr, script: &str, connections: u32, seconds: u32) -> anyhow::Result<Load> {
    let url = format!("http://{at}/");
    let (connections, seconds) = (format!("-c{connections}"), format!("-d{seconds}s"));
    let output = Command::new("wrk").args(["-t1", &connections, &seconds, "--latency", "-s", script, &url]).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    anyhow::ensure!(output.status.success() && !text.contains("Non-2xx"), "wrk: {text}{}", String::from_utf8_lossy(&output.stderr));
    let word = |name: &str| {
        let value = text.lines().find_map(|line| line.trim().strip_prefix(name)).context("wrk says it")?;
        value.split_whitespace().next().context("wrk says it")
    };
    let count = text.split(" requests in").next().and_then(|before| before.split_whitespace().last()).context("wrk says it")?;
    Ok(Load {
        rate: word("Requests/sec:")?.parse()?,
        p50: milliseconds(word("50%")?)?,
        p99: milliseconds(word("99%")?)?,
        count: count.parse()?,
    })
}

fn milliseconds(text: &str) -> anyhow::Result<f64> {
    let units = [("us", 1e-3), ("ms", 1.0), ("s", 1e3), ("m", 6e4)];
    let (number, unit) = units.iter().find_map(|(unit, each)| Some((text.strip_suffix(unit)?, each))).context("a span of time")?;
    Ok(number.parse::<f64>()? * unit)
}
