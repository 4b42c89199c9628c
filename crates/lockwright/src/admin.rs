//! The admin listener: `/healthz`, `/readyz`, `/metrics`, `/pages`, and beside them the operators' pages. Never on the public port.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use lockwright_service::Lockwright;
use lockwright_web::PageCounts;
use metrics_exporter_prometheus::PrometheusHandle;

/// What the admin pages look at.
#[derive(Clone)]
pub(crate) struct Admin {
    pub(crate) lockwright: Lockwright,
    pub(crate) metrics: PrometheusHandle,
    pub(crate) counts: PageCounts,
    /// Set when the server begins to stop.
    pub(crate) stopping: Arc<AtomicBool>,
}

/// The routes for machines; anything else is 404 (E04).
pub(crate) fn router(admin: Admin) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(async |State(admin): State<Admin>| admin.metrics.render()))
        .route("/pages", get(async |State(admin): State<Admin>| pages(&admin.counts)))
        .with_state(admin)
}

/// Our own page statistics as a table: the day, how often, which kind of page. Only visits that consent to it are counted.
fn pages(counts: &PageCounts) -> String {
    counts.all().into_iter().map(|(day, page, count)| format!("{day} {count:>8} {page}\n")).collect()
}

async fn readyz(State(admin): State<Admin>) -> (StatusCode, &'static str) {
    if admin.stopping.load(Ordering::SeqCst) {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match admin.lockwright.ready().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(trouble) => {
            tracing::warn!(%trouble, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n")
        }
    }
}
