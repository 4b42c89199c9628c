//! The nouns of Lockwright: identities, credentials, cases, sessions and events, with the clock and the entropy they are made from.
//!
//! Nothing here does IO. The store and the decisions do not know each other; they meet in [`change`].
#![forbid(unsafe_code)]

pub mod access_key;
pub mod account;
pub mod builder;
pub mod case;
pub mod ceremony;
pub mod change;
pub mod clock;
pub mod contact;
pub mod context;
pub mod credential;
pub mod email;
pub mod entropy;
pub mod event;
pub mod factors;
pub mod help;
pub mod id;
pub mod identity;
pub mod identity_provider;
pub mod instance_profile;
pub mod job;
pub mod name;
pub mod operator;
pub mod password_policy;
pub mod phone;
pub mod privacy;
pub mod proof;
pub mod quota;
pub mod resource;
pub mod secret;
pub mod server_certificate;
pub mod session;
pub mod setting;
pub mod support;
pub mod system;
pub mod temporary;
pub mod token;
pub mod tries;
pub mod usage;
pub mod user;
pub mod user_credential;
