//! The pages: what people see in a browser and read in a mail.

pub mod assets;
pub mod mail;
pub mod page;
pub mod render;
