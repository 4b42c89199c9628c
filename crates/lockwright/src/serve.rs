//! `lockwright serve`: puts the parts together, listens, and stops without dropping an answer.

use std::convert::Infallible;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use lockwright_api::Api;
use lockwright_model::clock::SystemClock;
use lockwright_model::entropy::SystemEntropy;
use lockwright_service::Lockwright;
use lockwright_service::client::Peer;
use lockwright_service::mail::Mailer;
use lockwright_store::Store;
use lockwright_web::help::HelpCentre;
use lockwright_web::{MailWriter, PageCounts, WebConfig};
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tower::ServiceExt;

use crate::admin::{self, Admin};
use crate::cli::{Common, Serve};
use crate::commands::Failure;
use crate::config::{Config, own_url};
use crate::control;
use crate::output::say;

/// Connections at once; more wait in the kernel's queue.
const CONNECTIONS: usize = 4096;
/// A client that takes longer to send its request head is cut off.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// A request that takes longer altogether is answered 503.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// After SIGTERM, requests under way have this long.
const DRAIN: Duration = Duration::from_secs(20);

/// Runs until SIGTERM or SIGINT.
pub(crate) fn run(common: &Common, flags: &Serve) -> Result<(), Failure> {
    let config = Config::load(common, flags)?;
    log(&config)?;
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| Failure::broken(error.to_string()))?;
    runtime.block_on(serve(config))
}

async fn serve(mut config: Config) -> Result<(), Failure> {
    let listener = bind(config.listen).await?;
    let address = listener.local_addr().map_err(|error| Failure::broken(error.to_string()))?;
    if config.listen.port() == 0 && config.service.public_url.ends_with(":0") {
        config.service.public_url = own_url(address);
    }
    let admin_listener = match config.admin_listen {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    if let (Some(url), Some(Ok(address))) = (&mut config.service.operator_url, admin_listener.as_ref().map(TcpListener::local_addr))
        && url.ends_with(":0")
    {
        *url = format!("http://localhost:{}", address.port());
    }
    let store = Store::open(config.location()).await?;
    let (outbox, embedded) = (config.outbox(), config.is_embedded());
    let socket = Config::socket(&config.data);
    let mailer = Arc::new(Mailer::new(&config.service).map_err(|error| Failure::usage(error.to_string()))?);
    let lockwright = Lockwright::new(config.service.clone(), store.clone(), Arc::new(SystemClock), Arc::new(SystemEntropy))
        .map_err(|error| Failure::usage(error.to_string()))?;
    lockwright.read_clock_floor().await.map_err(|trouble| Failure::broken(trouble.to_string()))?;
    let control = control::server::bind(&socket).map_err(|error| Failure::broken(format!("{}: {error}", socket.display())))?;
    let metrics = PrometheusBuilder::new().install_recorder().map_err(|error| Failure::broken(error.to_string()))?;
    let stopping = Arc::new(AtomicBool::new(false));

    let mut behind = tokio::task::JoinSet::new();
    behind.spawn(lockwright.clone().run_outbox(Arc::clone(&mailer), Arc::new(MailWriter)));
    behind.spawn(lockwright.clone().run_purge());
    behind.spawn(control::server::run(control, lockwright.clone()));
    if !embedded {
        behind.spawn(lockwright.clone().run_follow());
    }
    let counts = PageCounts::default();
    let web = WebConfig {
        trusted_proxies: config.trusted_proxies.clone(),
        outbox: outbox.clone(),
        message_outbox: config.message_outbox(),
        counts: counts.clone(),
        help: HelpCentre::with(config.articles()),
    };
    if let Some(listener) = admin_listener {
        let mut router = admin::router(Admin { lockwright: lockwright.clone(), metrics, counts, stopping: Arc::clone(&stopping) });
        match lockwright_web::operator_router(lockwright.clone(), web.clone()) {
            Some(operators) => router = router.merge(operators),
            None => tracing::warn!("operators have no pages: admin_listen is not this machine's own address, and admin_url is not set"),
        }
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, "admin listener: /operator /healthz /readyz /metrics /pages");
        }
        // Until the very end, so that it can be asked how the stopping goes.
        behind.spawn(async move { listen("admin", listener, router, None, std::future::pending()).await });
    }
    let api = lockwright_api::Api::new(lockwright.clone(), web.trusted_proxies.clone());
    let router = lockwright_web::router(lockwright, web);
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| Failure::broken(error.to_string()))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| Failure::broken(error.to_string()))?;
    let told_to_stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stopping.store(true, Ordering::SeqCst);
        tracing::info!("stopping: letting requests under way finish");
    };
    greet(&config, outbox.is_some());
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    listen("public", listener, router, Some(api), told_to_stop).await;
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    behind.shutdown().await;
    let _ = std::fs::remove_file(&socket);
    store.close().await;
    tracing::info!("stopped");
    Ok(())
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| Failure::broken(format!("{address} can't be listened on: {error}")))
}

/// Takes connections until it is told to stop, then lets the ones under way finish.
async fn listen(name: &'static str, listener: TcpListener, router: Router, api: Option<Api>, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    // Held, so that it need not be looked up for each answer that went well.
    let well = answered(name, StatusCode::OK);
    loop {
        let place = Arc::clone(&places).acquire_owned();
        let (stream, peer) = tokio::select! {
            taken = async { (place.await, listener.accept().await) } => match taken {
                (Ok(place), Ok((stream, peer))) => ((stream, place), peer),
                (_, Err(error)) => {
                    // Out of descriptors, say: wait for some to close.
                    tracing::warn!(%error, "a connection was not taken");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
                (Err(_), Ok(_)) => continue,
            },
            () = &mut stop => break,
        };
        let (stream, place) = stream;
        let _ = stream.set_nodelay(true);
        let (router, api, well) = (router.clone(), api.clone(), well.clone());
        let service = hyper::service::service_fn(move |request| {
            let (router, api, well) = (router.clone(), api.clone(), well.clone());
            async move {
                let response = answer(router, api, peer, request).await?;
                match response.status() {
                    StatusCode::OK => well.increment(1),
                    status => answered(name, status).increment(1),
                }
                Ok::<_, Infallible>(response)
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_headers(100)
            .serve_connection(TokioIo::new(stream), service);
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            let _ = watched.await;
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

fn answered(listener: &'static str, status: StatusCode) -> metrics::Counter {
    metrics::counter!("lockwright_http_requests_total", "listener" => listener, "status" => status.as_str().to_owned())
}

async fn answer(router: Router, api: Option<Api>, peer: SocketAddr, mut request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    request.extensions_mut().insert(Peer(peer));
    let request = request.map(Body::new);
    let answering = async {
        match api.filter(|_| lockwright_api::is_call(&request)) {
            Some(api) => Ok(api.answer(request).await),
            None => router.oneshot(request).await,
        }
    };
    let in_time = tokio::time::timeout(REQUEST_TIMEOUT, answering).await;
    in_time.unwrap_or_else(|_| {
        let mut response = Response::new(Body::from("This took too long. Nothing more happens; try again in a moment.\n"));
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        Ok(response)
    })
}

fn log(config: &Config) -> Result<(), Failure> {
    let filter: tracing_subscriber::EnvFilter =
        config.log_filter.parse().map_err(|_| Failure::usage("log.level: write error, warn, info, debug, or a filter".to_owned()))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let set = match (config.log_json, std::io::stderr().is_terminal()) {
        (true, _) => builder.json().try_init(),
        (false, true) => builder.compact().try_init(),
        (false, false) => builder.compact().with_ansi(false).try_init(),
    };
    set.map_err(|error| Failure::broken(error.to_string()))
}

/// Says where to click.
fn greet(config: &Config, outbox: bool) {
    let url = &config.service.public_url;
    say("Lockwright is running. Stop it with Ctrl-C.\n");
    say(format_args!("  Make the first account   {url}/signup"));
    say(format_args!("  Sign in                  {url}/signin"));
    say(format_args!("  Can't sign in?           {url}/recover"));
    if outbox {
        say(format_args!("  Mail that was \"sent\"     {url}/outbox   (no SMTP server is set)"));
    }
    say(format_args!("  Data                     {}", config.data.display()));
}
