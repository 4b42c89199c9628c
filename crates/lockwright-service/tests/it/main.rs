//! The service against real stores, with a clock that stands still and mail that is really read.

mod addresses;
mod admin;
mod armed;
mod clock;
mod closing;
mod contacts;
mod cut_off;
mod emails;
mod finding;
mod flows;
mod house;
mod mailing;
mod messages;
mod nodes;
mod notices;
mod passkeys;
mod questions;
mod second_step;
mod secrets;
mod sessions;
mod shared;
mod silence;
mod smtp;
mod tickets;
mod tries;
