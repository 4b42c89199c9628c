//! The pages: what people see in a browser and read in a mail.

pub mod assets;
pub mod help;
mod http;
pub mod mail;
mod mail_writer;
pub mod page;
pub mod render;
mod routes;

pub use http::{PageCounts, WebConfig, consent, cookies};
pub use mail_writer::MailWriter;
pub use routes::{operator_router, router};
