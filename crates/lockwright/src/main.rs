//! The `lockwright` program: command line and composition root.
#![forbid(unsafe_code)]

mod admin;
mod cli;
mod commands;
mod config;
mod control;
mod output;
mod serve;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = cli::Cli::parse();
    match commands::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("lockwright: {failure}");
            ExitCode::from(failure.code)
        }
    }
}
