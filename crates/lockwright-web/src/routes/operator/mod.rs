//! The operators' pages on one page: every path, its verb, who may, its handler.
//!
//! A handler can't be mounted without saying who may: the table's macro puts the gate before it, and before a POST the guard as well.

mod articles;
mod home;
mod readiness;
mod recoveries;
mod signin;
mod support;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use lockwright_service::Lockwright;

use super::{assets, case, codes, confirm, mfa, password, second_step, security, whole};
use crate::http::{self, Gate, Web, WebConfig, Who};

/// One verb on one path.
pub(crate) struct Route {
    pub(crate) path: &'static str,
    pub(crate) verb: &'static str,
    /// Who may, for the tests that walk over the table; the gate has its own copy.
    #[cfg(test)]
    pub(crate) who: Who,
}

macro_rules! surface {
    ($($path:literal => { $($who:ident $verb:ident $handler:path),+ $(,)? }),+ $(,)?) => {
        /// Every path with its verbs and who may.
        pub(crate) const SURFACE: &[Route] =
            &[$($(Route { path: $path, verb: stringify!($verb), #[cfg(test)] who: Who::$who }),+),+];

        fn mounted(web: &Web) -> Router<Web> {
            Router::new()$(.route($path, MethodRouter::new()$(.merge(surface!(@$verb web, $who, $handler)))+))+
        }
    };
    (@get $web:ident, $who:ident, $handler:path) => {
        get($handler).route_layer(from_fn_with_state(Gate { web: $web.clone(), who: Who::$who }, http::gate))
    };
    (@post $web:ident, $who:ident, $handler:path) => {
        post($handler)
            .route_layer(from_fn_with_state(Gate { web: $web.clone(), who: Who::$who }, http::gate))
            .route_layer(from_fn_with_state($web.clone(), http::guard_post))
    };
}

surface! {
    "/operator" => { Support get home::show, Support post recoveries::look_up },
    "/operator/recoveries" => { Support get recoveries::list },
    "/operator/recoveries/{case}" => { Support get recoveries::show },
    "/operator/recoveries/{case}/open" => { Support post recoveries::open },
    "/operator/recoveries/{case}/approve" => { Security post recoveries::approve },
    "/operator/recoveries/{case}/refuse" => { Security post recoveries::refuse },
    "/operator/recoveries/{case}/object" => { Support post recoveries::object },
    "/operator/articles" => { Support get articles::list, Security post articles::publish },
    "/operator/articles/{article}" => { Support get articles::show },
    "/operator/support" => { Support get support::list },
    "/operator/support/{id}" => { Support get support::show },
    "/operator/support/{id}/answer" => { Support post support::answer },
    "/operator/support/{id}/close" => { Support post support::close },
    "/operator/readiness" => { Security get readiness::show },
    "/operator/signin" => { Anyone get signin::form, Anyone post signin::sign_in },
    "/operator/signin/passkey" => { Anyone post signin::passkey },
    "/operator/signin/passkey/options" => { Anyone post signin::passkey_options },
    "/operator/signin/second-step" => { Anyone get second_step::start },
    "/operator/signin/second-step/device/{id}" => { Anyone get second_step::device_form, Anyone post second_step::device },
    "/operator/signin/second-step/passkey" => { Anyone get second_step::passkey_form, Anyone post second_step::passkey },
    "/operator/signin/second-step/recovery-code" => { Anyone get second_step::code_form, Anyone post second_step::code },
    "/operator/signin/second-step/resync/{id}" => { Anyone get second_step::resync_form, Anyone post second_step::resync },
    "/operator/signout" => { Enrolling post super::signin::sign_out },
    "/operator/recover/link/{case}/{token}" => { Anyone get case::link, Anyone post case::open_link },
    "/operator/recover/case/{case}" => { Anyone get case::show },
    "/operator/recover/case/{case}/password" => { Anyone post case::password },
    "/operator/security" => { Support get security::show },
    "/operator/security/sessions/{id}/end" => { Support post security::end },
    "/operator/security/sessions/end-others" => { Support post security::end_others },
    "/operator/security/confirm" => { Enrolling get confirm::form, Enrolling post confirm::check },
    "/operator/security/codes" => { Support get codes::show, Support post codes::issue },
    "/operator/security/mfa" => { Enrolling get mfa::list },
    "/operator/security/mfa/add" => { Enrolling get mfa::add },
    "/operator/security/mfa/totp" => { Enrolling get mfa::totp, Enrolling post mfa::start_totp },
    "/operator/security/mfa/totp/check" => { Enrolling post mfa::check_totp },
    "/operator/security/mfa/passkey" => { Enrolling get mfa::passkey, Enrolling post mfa::start_passkey },
    "/operator/security/mfa/passkey/finish" => { Enrolling post mfa::finish_passkey },
    "/operator/security/mfa/{id}" => { Support get mfa::show },
    "/operator/security/mfa/{id}/name" => { Support post mfa::rename },
    "/operator/security/mfa/{id}/remove" => { Support post mfa::remove },
    "/operator/security/password" => { Enrolling get password::form, Enrolling post password::change },
    "/assets/{name}" => { Anyone get assets::asset },
    "/favicon.ico" => { Anyone get assets::icon },
    "/robots.txt" => { Anyone get assets::robots },
}

/// The operators' pages, for the admin listener; `None`: they have no address.
pub fn router(lockwright: Lockwright, config: WebConfig) -> Option<Router> {
    let web = Web::operators(lockwright, config)?;
    Some(whole(mounted(&web), web))
}
