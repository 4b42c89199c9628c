//! `lockwright help`: the help centre as one file, for whoever can't reach the pages.

use lockwright_model::clock::{Clock, SystemClock};
use lockwright_web::help::{HelpCentre, export};

use super::Failure;
use crate::cli::{Common, HelpCentre as Verb, Serve};
use crate::config::Config;
use crate::output;

pub(super) fn run(common: &Common, verb: &Verb) -> Result<(), Failure> {
    let Verb::Export { file } = verb;
    let config = Config::load(common, &Serve::default())?;
    let library = HelpCentre::with(config.articles()).library();
    for unreadable in library.unreadable() {
        eprintln!("Left out: {unreadable}");
    }
    let page = export(&library, &config.service.installation, &config.service.public_url, SystemClock.now());
    std::fs::write(file, page).map_err(|error| Failure::broken(format!("{} can't be written: {error}", file.display())))?;
    output::say(format_args!("{} articles in {}", library.articles().len(), file.display()));
    Ok(())
}
