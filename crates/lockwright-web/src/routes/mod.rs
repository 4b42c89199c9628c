//! The whole surface on one page: every path, its verbs, its handler.
//!
//! A POST handler can't be mounted without the guard (CSRF, bounded form): the table's macro puts it there.

mod access_keys;
mod addresses;
mod assets;
mod builder_signup;
mod case;
mod closing;
mod codes;
mod confirm;
mod console;
mod console_account;
mod console_contacts;
mod console_grants;
mod console_groups;
mod console_helps;
mod console_permissions;
mod console_policies;
mod console_roles;
mod console_trail;
mod console_users;
mod contact;
mod contacts;
mod document;
mod drills;
mod email;
mod eml;
mod evidence;
mod help;
mod hooks;
mod linked;
mod mfa;
mod notices;
mod operator;
mod outbox;
mod password;
mod privacy;
mod privacy_api;
mod proof;
mod readiness;
mod recover;
mod recoveries;
mod resources;
mod second_step;
mod security;
mod signin;
mod signin_passkey;
mod signup;
mod support;
mod tree;
mod well_known;

#[cfg(test)]
mod tests;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, options, post, put};
use lockwright_service::Lockwright;

pub(crate) use operator::SURFACE as OPERATOR_SURFACE;
pub use operator::router as operator_router;

use crate::http::{self, Refused, Site, Web, WebConfig};
use crate::page::problem::ProblemKind;

/// The most bytes that a program may send to a hook.
const HOOK_BYTES: usize = 16 * 1024;

macro_rules! surface {
    ($($path:literal => { $($verb:ident $handler:path),+ $(,)? }),+ $(,)?) => {
        /// Every path with its verbs.
        pub(crate) const SURFACE: &[(&str, &[&str])] = &[$(($path, &[$(stringify!($verb)),+])),+];

        fn mounted(web: &Web) -> Router<Web> {
            Router::new()$(.route($path, MethodRouter::new()$(.merge(surface!(@$verb web, $handler)))+))+
        }
    };
    (@get $web:ident, $handler:path) => { get($handler) };
    // Sent by a program, never by a browser: what it shows is its signature, which its handler checks.
    (@hook $web:ident, $handler:path) => { post($handler).layer(DefaultBodyLimit::max(HOOK_BYTES)) };
    // Asked by a script of another site, which hands over what it rests on and is known by its origin.
    (@put $web:ident, $handler:path) => { put($handler).layer(DefaultBodyLimit::max(HOOK_BYTES)) };
    (@options $web:ident, $handler:path) => { options($handler) };
    (@post $web:ident, $handler:path) => { post($handler).route_layer(from_fn_with_state($web.clone(), http::guard_post)) };
}

surface! {
    "/" => { get signin::home },
    "/signin" => { get signin::start },
    "/signin/root" => { get signin::root_form, post signin::root },
    "/signin/builder" => { get signin::builder_form, post signin::builder },
    "/signin/iam" => { get signin::iam_form, post signin::iam },
    "/signin/iam/{account}" => { get signin::iam_form_for },
    "/a/{alias}" => { get signin::iam_form_for },
    "/signin/passkey" => { post signin_passkey::sign_in },
    "/signin/passkey/options" => { post signin_passkey::options },
    "/signin/second-step" => { get second_step::start },
    "/signin/second-step/device/{id}" => { get second_step::device_form, post second_step::device },
    "/signin/second-step/passkey" => { get second_step::passkey_form, post second_step::passkey },
    "/signin/second-step/recovery-code" => { get second_step::code_form, post second_step::code },
    "/signin/second-step/resync/{id}" => { get second_step::resync_form, post second_step::resync },
    "/signout" => { post signin::sign_out },
    "/signup" => { get signup::form, post signup::begin },
    "/signup/case/{case}" => { get signup::details, post signup::finish },
    "/builder/signup" => { get builder_signup::form, post builder_signup::begin },
    "/builder/signup/case/{case}" => { get signup::details, post builder_signup::finish },
    "/recover" => { get recover::start },
    "/recover/root" => { get recover::root_form, post recover::root },
    "/recover/builder" => { get recover::builder_form, post recover::builder },
    "/recover/iam" => { get recover::iam_form, post recover::iam },
    "/recover/find" => { get recover::find_form, post recover::find },
    "/recover/case/{case}" => { get case::show },
    "/recover/case/{case}/code" => { post case::code },
    "/recover/case/{case}/resend" => { post case::resend },
    "/recover/case/{case}/password" => { post case::password },
    "/recover/case/{case}/help" => { post case::help },
    "/recover/case/{case}/cancel" => { post case::cancel },
    "/recover/device" => { get evidence::device_form, post evidence::device },
    "/recover/case/{case}/ways" => { get evidence::show },
    "/recover/case/{case}/show/{what}" => { get proof::form },
    "/recover/case/{case}/passkey" => { post proof::passkey },
    "/recover/case/{case}/give-password" => { post proof::password },
    "/recover/case/{case}/recovery-code" => { post proof::recovery_code },
    "/recover/case/{case}/device-code" => { post proof::device_code },
    "/recover/case/{case}/ask-code" => { post proof::ask_code },
    "/recover/case/{case}/give-code" => { post proof::give_code },
    "/recover/case/{case}/ask-contacts" => { post proof::ask_contacts },
    "/recover/case/{case}/contact-code" => { post proof::contact_code },
    "/recover/case/{case}/ask-operators" => { post proof::ask_operators },
    "/recover/case/{case}/wait" => { post evidence::wait },
    "/recover/case/{case}/reenrol" => { get evidence::reenrol_form, post evidence::reenrol },
    "/recover/case/{case}/why" => { get readiness::why },
    "/recover/link/{case}/{token}" => { get case::link, post case::open_link },
    "/help" => { get help::home },
    "/help/search" => { get help::search },
    "/help/start" => { get tree::start },
    "/help/start/{name}" => { get tree::go_on },
    "/help/cant-sign-in" => { get tree::cant_sign_in },
    "/help/{article}" => { get help::article },
    "/help/{article}/rate" => { post help::rate },
    "/support" => { get support::form, post support::ask },
    "/recover/contact/{case}/{token}" => { get contact::question },
    "/recover/contact/{case}/{token}/approve" => { post contact::approve },
    "/recover/contact/{case}/{token}/refuse" => { post contact::refuse },
    "/contact/{case}/{token}" => { get contact::invitation },
    "/contact/{case}/{token}/accept" => { post contact::accept },
    "/contact/{case}/{token}/decline" => { post contact::decline },
    "/contact/leave/{contact}/{token}" => { get contact::leaving, post contact::leave },
    "/console" => { get console::home },
    "/console/users" => { get console_users::list, post console_users::create },
    "/console/users/new" => { get console_users::form },
    "/console/users/{id}" => { get console_users::show },
    "/console/users/{id}/readiness" => { get console_users::readiness },
    "/console/users/{id}/password" => { post console_users::give_password },
    "/console/users/{id}/console/remove" => { post console_users::remove_access },
    "/console/users/{id}/disable" => { post console_users::disable },
    "/console/users/{id}/enable" => { post console_users::enable },
    "/console/users/{id}/administrator" => { post console_users::administrator },
    "/console/users/{id}/sessions/end" => { post console_users::end_sessions },
    "/console/users/{id}/mfa/enrol" => { post console_users::require_enrolment },
    "/console/users/{id}/mfa/{device}/deactivate" => { post console_users::deactivate },
    "/console/users/{id}/groups" => { post console_users::join },
    "/console/users/{id}/groups/leave" => { post console_users::leave },
    "/console/users/{id}/access-keys" => { post access_keys::create },
    "/console/users/{id}/access-keys/{key}" => { post access_keys::of_user },
    "/console/users/{id}/delete" => { post console_users::delete },
    "/console/groups" => { get console_groups::list, post console_groups::create },
    "/console/groups/new" => { get console_groups::form },
    "/console/groups/{id}" => { get console_groups::show },
    "/console/groups/{id}/members" => { post console_groups::add },
    "/console/groups/{id}/members/remove" => { post console_groups::remove },
    "/console/groups/{id}/rename" => { post console_groups::rename },
    "/console/groups/{id}/delete" => { post console_groups::delete },
    "/console/roles" => { get console_roles::list, post console_roles::create },
    "/console/roles/new" => { get console_roles::form },
    "/console/roles/{id}" => { get console_roles::show },
    "/console/roles/{id}/document" => { get console_roles::trust_form, post console_roles::trust },
    "/console/roles/{id}/settings" => { post console_roles::settings },
    "/console/roles/{id}/sessions/end" => { post console_roles::end_sessions },
    "/console/roles/{id}/delete" => { post console_roles::delete },
    "/console/policies" => { get console_policies::list },
    "/console/policies/new/document" => { get console_policies::new_form, post console_policies::create },
    "/console/policies/aws/{name}" => { get console_policies::aws },
    "/console/policies/{id}" => { get console_policies::show },
    "/console/policies/{id}/document" => { get console_policies::edit_form, post console_policies::edit },
    "/console/policies/{id}/versions" => { post console_policies::versions },
    "/console/policies/{id}/delete" => { post console_policies::delete },
    "/console/{holder}/{id}/attach" => { post console_grants::attach },
    "/console/{holder}/{id}/detach" => { post console_grants::detach },
    "/console/{holder}/{id}/boundary" => { post console_grants::bound },
    "/console/{holder}/{id}/inline/document" => { get console_grants::inline_form, post console_grants::inline },
    "/console/{holder}/{id}/inline/delete" => { post console_grants::delete_inline },
    "/console/{holder}/{id}/tags" => { post console_grants::tags },
    "/console/help" => { get console_helps::list },
    "/console/help/{id}" => { get console_helps::show },
    "/console/help/{id}/answer" => { post console_helps::answer },
    "/console/help/{id}/dismiss" => { post console_helps::dismiss },
    "/console/account" => { get console_account::show },
    "/console/account/contact" => { get console_contacts::primary, post console_contacts::set_primary },
    "/console/account/contacts" => { get console_contacts::show },
    "/console/account/contact/phone" => { post console_contacts::send_phone_code },
    "/console/account/contact/phone/code" => { post console_contacts::phone_code },
    "/console/account/contacts/{kind}" => { get console_contacts::alternate, post console_contacts::set_alternate },
    "/console/account/contacts/{kind}/remove" => { post console_contacts::remove_alternate },
    "/console/account/name" => { post console_account::rename },
    "/console/account/alias" => { post console_account::set_alias },
    "/console/account/alias/remove" => { post console_account::remove_alias },
    "/console/account/password-policy" => { get console_account::policy, post console_account::set_policy },
    "/console/account/password-policy/remove" => { post console_account::remove_policy },
    "/console/account/self-service" => { post console_account::self_service },
    "/console/permissions" => { get console_permissions::show },
    "/console/trail" => { get console_trail::show },
    "/security" => { get security::show },
    "/security/sessions/{id}/end" => { post security::end },
    "/security/sessions/end-others" => { post security::end_others },
    "/security/access-keys/{key}" => { post access_keys::own },
    "/security/confirm" => { get confirm::form, post confirm::check },
    "/security/close" => { get closing::form, post closing::close },
    "/security/closed" => { get closing::closed, post closing::reopen },
    "/security/addresses" => { get addresses::list },
    "/security/addresses/email" => { post addresses::add_email },
    "/security/addresses/phone" => { post addresses::add_phone },
    "/security/addresses/{id}/remove" => { post addresses::remove },
    "/security/addresses/case/{case}" => { get addresses::show },
    "/security/addresses/case/{case}/code" => { post addresses::code },
    "/security/addresses/case/{case}/resend" => { post addresses::resend },
    "/security/drills" => { post drills::start },
    "/security/recoveries/stop" => { post recoveries::stop },
    "/security/email" => { get email::form, post email::change },
    "/security/codes" => { get codes::show, post codes::issue },
    "/security/mfa" => { get mfa::list },
    "/security/mfa/add" => { get mfa::add },
    "/security/mfa/totp" => { get mfa::totp, post mfa::start_totp },
    "/security/mfa/totp/check" => { post mfa::check_totp },
    "/security/mfa/passkey" => { get mfa::passkey, post mfa::start_passkey },
    "/security/mfa/passkey/finish" => { post mfa::finish_passkey },
    "/security/mfa/{id}" => { get mfa::show },
    "/security/mfa/{id}/name" => { post mfa::rename },
    "/security/mfa/{id}/remove" => { post mfa::remove },
    "/security/contacts" => { get contacts::list },
    "/security/contacts/new" => { get contacts::form, post contacts::invite },
    "/security/contacts/threshold" => { post contacts::threshold },
    "/security/contacts/reviewed" => { post contacts::reviewed },
    "/security/contacts/{id}/again" => { post contacts::again },
    "/security/contacts/{id}/remove" => { post contacts::remove },
    "/security/password" => { get password::form, post password::change },
    "/security/readiness" => { get readiness::show },
    "/security/linked" => { get linked::show, post linked::start },
    "/security/linked/agree" => { post linked::agree },
    "/security/linked/{id}/end" => { post linked::end },
    "/privacy/choice" => { post privacy::choose },
    "/privacy/cookies" => { get privacy::form, post privacy::save_form },
    "/privacy/ads" => { get privacy::ads_form, post privacy::ads },
    "/privacy/cookie-notice" => { get privacy::cookie_notice },
    "/privacy/notice" => { get privacy::privacy_notice },
    "/privacy/receipts" => { get privacy::receipts },
    "/privacy/forget" => { post privacy::forget },
    "/privacy/tags" => { get privacy::tags },
    "/privacy/embed.js" => { get privacy_api::embed },
    "/privacy/v1/choices" => { get privacy_api::choices, put privacy_api::save, options privacy_api::may },
    "/privacy/v1/allows" => { get privacy_api::allows },
    "/hooks/voice" => { hook hooks::voice },
    "/hooks/link" => { hook linked::prove },
    "/notice/{token}" => { get notices::ask },
    "/notice/{token}/not-me" => { post notices::disown },
    "/notice/{token}/me" => { post notices::own },
    "/outbox" => { get outbox::list },
    "/outbox/{name}" => { get outbox::show },
    "/assets/{name}" => { get assets::asset },
    "/favicon.ico" => { get assets::icon },
    "/robots.txt" => { get assets::robots },
    "/.well-known/change-password" => { get well_known::change_password },
    "/.well-known/gpc.json" => { get privacy::gpc },
    "/.well-known/passkey-endpoints" => { get well_known::passkey_endpoints },
}

/// All pages of an installation.
pub fn router(lockwright: Lockwright, config: WebConfig) -> Router {
    let web = Web::new(lockwright, config);
    whole(mounted(&web), web)
}

/// A site's routes with what stands around all of them.
fn whole(routes: Router<Web>, web: Web) -> Router {
    routes
        .fallback(async || Refused::not_found())
        .method_not_allowed_fallback(async || Refused::new(ProblemKind::MethodNotAllowed))
        .layer(from_fn_with_state(web.clone(), http::outer))
        .with_state(web)
}

/// Whether a form is posted there that holds a policy document.
pub(crate) fn takes_document(path: &str) -> bool {
    path.starts_with("/console/") && path.ends_with("/document")
}

/// Whether a path is a page of ours.
#[cfg(test)]
pub(crate) fn is_page(path: &str) -> bool {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    SURFACE.iter().any(|(pattern, verbs)| verbs.contains(&"get") && matches(pattern, &segments))
}

/// The nearest page of the site at or above a path, where its form can be opened again.
pub(crate) fn opened_at(site: Site, path: &str) -> Option<String> {
    let pages: Vec<&str> = match site {
        Site::Public => SURFACE.iter().filter(|(_, verbs)| verbs.contains(&"get")).map(|(pattern, _)| *pattern).collect(),
        Site::Operators => OPERATOR_SURFACE.iter().filter(|route| route.verb == "get").map(|route| route.path).collect(),
    };
    let mut segments: Vec<&str> = path.split('/').skip(1).collect();
    while !segments.is_empty() {
        let shown = pages.iter().any(|pattern| matches(pattern, &segments));
        if shown {
            return Some(format!("/{}", segments.join("/")));
        }
        segments.pop();
    }
    None
}

fn matches(pattern: &str, segments: &[&str]) -> bool {
    let pattern: Vec<&str> = pattern.split('/').skip(1).collect();
    pattern.len() == segments.len()
        && pattern.iter().zip(segments).all(|(wanted, given)| wanted == given || (wanted.starts_with('{') && !given.is_empty()))
}
