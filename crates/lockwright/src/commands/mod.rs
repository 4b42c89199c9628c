//! The commands, one file a noun.

mod account;
mod aws;
mod builder;
mod clock;
mod config;
mod data;
mod doctor;
mod help;
mod mail;
mod mfa;
mod operator;
mod policy;
mod privacy;
mod session;
mod system;
mod trail;
mod user;

use std::fmt;

use clap::CommandFactory;
use lockwright_store::StoreError;

use crate::cli::{Cli, Common, Noun};
use crate::config::ConfigError;
use crate::control::{self, Request};
use crate::{output, serve};

/// A command that ended in vain: one line, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    /// 2 for what was typed or configured, 1 for the rest.
    pub(crate) code: u8,
    message: String,
}

impl Failure {
    /// What was typed or configured can't be used.
    pub(crate) fn usage(message: String) -> Self {
        Self { code: 2, message }
    }

    /// What was asked for is refused: there is none, it is taken.
    pub(crate) fn refused(message: String) -> Self {
        Self { code: 1, message }
    }

    /// Something outside broke.
    pub(crate) fn broken(message: String) -> Self {
        Self { code: 1, message }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::broken(error.to_string())
    }
}

/// Runs what the command line says.
pub(crate) fn run(cli: Cli) -> Result<(), Failure> {
    let common = cli.common;
    match cli.noun.unwrap_or(Noun::Serve(Default::default())) {
        Noun::Serve(flags) => serve::run(&common, &flags),
        Noun::Account(verb) => account::run(&common, verb),
        Noun::User(verb) => user::run(&common, verb),
        Noun::AwsConfig { of, profile, region } => aws::config(&common, of, &profile, &region),
        Noun::Credentials(of) => aws::credentials(&common, of),
        Noun::Policy(verb) => policy::run(&common, verb),
        Noun::Builder(verb) => builder::run(&common, verb),
        Noun::Operator(verb) => operator::run(&common, verb),
        Noun::Mfa(verb) => mfa::run(&common, verb),
        Noun::Session(verb) => session::run(&common, verb),
        Noun::System(verb) => system::run(&common, verb),
        Noun::Mail(verb) => mail::run(&common, verb),
        Noun::Privacy(verb) => privacy::run(&common, verb),
        Noun::Trail(verb) => trail::run(&common, verb),
        Noun::Clock(verb) => clock::run(&common, &verb),
        Noun::Help(verb) => help::run(&common, &verb),
        Noun::Config(verb) => config::run(&common, &verb),
        Noun::Backup { file } => data::backup(&common, &file),
        Noun::Restore { file } => data::restore(&common, &file),
        Noun::Doctor => doctor::run(&common),
        Noun::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "lockwright", &mut script);
            output::say(String::from_utf8_lossy(&script).trim_end());
            Ok(())
        }
        Noun::Man { folder } => {
            std::fs::create_dir_all(&folder)
                .and_then(|()| clap_mangen::generate_to(Cli::command(), &folder))
                .map_err(|error| Failure::broken(format!("the man pages can't be written: {error}")))?;
            output::say(format_args!("Man pages in {}", folder.display()));
            Ok(())
        }
    }
}

/// Asks, and prints the answer.
fn ask(common: &Common, request: &Request, columns: &[&str], empty: &str) -> Result<(), Failure> {
    let answer = control::ask(common, request)?;
    output::print(common.output, &answer, columns, empty);
    Ok(())
}

/// What to do with an access key that was just made, on stderr.
fn key_remark() {
    eprintln!("The secret access key is shown this once.");
}

/// What a single-use link is for, on stderr, where it doesn't mix with the answer.
fn link_remark() {
    eprintln!("The link works once, for 24 hours. Hand it to the right person only.");
}
