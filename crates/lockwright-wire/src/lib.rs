//! AWS on the wire: signatures checked, calls told apart, parameters read, answers and errors written. Bytes in, bytes out.
//!
//! A face bounds what it reads, hands it over as a [`request::Request`], and goes on in this order: [`sigv4::Claim::read`],
//! [`sigv4::Claim::verify`], [`route::Call::signed`], typed reading of [`query::Parameters`] or [`json::Value`], and an answer through
//! [`xml`] or [`error::WireError::reply`]. Nothing here waits, opens, stores or asks the time.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod error;
pub mod json;
pub mod moment;
pub mod percent;
pub mod query;
pub mod request;
pub mod route;
pub mod sigv4;
pub mod xml;
