//! Tests of the whole surface, without a network: each named by the rule or attack it stands for.

mod access_keys;
mod account_contacts;
mod addresses;
mod attacks;
mod browser;
mod closing;
mod confirm;
mod console;
mod contacts;
mod email;
mod enrolment;
mod flows;
mod gathering;
mod help;
mod linked;
mod mfa;
mod operator;
mod privacy;
mod privacy_people;
mod privacy_sites;
mod readiness;
mod resources;
mod second_step;
mod sessions;
mod surface;
