//! What tests of several crates share; never part of the program.

#[cfg(feature = "installation")]
pub mod installation;
pub mod issuer;
#[cfg(feature = "service")]
pub mod mailbox;
pub mod passkey;
pub mod postgres;
pub mod public;
pub mod smtp;
pub mod totp;
pub mod webhook;
