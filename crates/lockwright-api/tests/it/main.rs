//! Signed calls against a whole installation, without a network.

mod account;
mod attacks;
mod bad_input;
mod caller;
mod cloudtrail;
mod details;
mod groups;
mod host;
mod instance_profiles;
mod logging;
mod mfa;
mod openid_providers;
mod paging;
mod passwords;
mod permissions;
mod policies;
mod report;
mod roles;
mod server_certificates;
mod service_linked;
mod simulate;
mod sts;
mod trail;
mod user_credentials;
mod virtual_devices;
mod web_identity;
