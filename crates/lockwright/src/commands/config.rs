//! `lockwright config`: checks the settings, prints them, prints their reference.

use serde_json::{Map, Value, json};

use super::Failure;
use crate::cli::{Common, Config as Verb, Output, Serve};
use crate::config::Config;
use crate::config::settings::reference;
use crate::output;

pub(super) fn run(common: &Common, verb: &Verb) -> Result<(), Failure> {
    if matches!(verb, Verb::Reference) {
        output::say(reference().trim_end());
        return Ok(());
    }
    let config = Config::load(common, &Serve::default())?;
    match verb {
        Verb::Reference => {}
        Verb::Check if common.output == Output::Json => output::say(format_args!("{:#}", json!({"Accepted": true}))),
        Verb::Check => output::say("The configuration is accepted."),
        Verb::Print => {
            let lines = config.printed();
            if common.output == Output::Json {
                let map: Map<String, Value> = lines.into_iter().map(|(path, value, _)| (path.to_owned(), json!(value))).collect();
                output::say(format_args!("{:#}", Value::Object(map)));
            } else {
                let rows: Vec<Value> = lines
                    .into_iter()
                    .map(|(path, value, given)| json!({"Setting": path, "Value": value, "From": if given { "given" } else { "default" }}))
                    .collect();
                output::print(common.output, &Value::Array(rows), &["Setting", "Value", "From"], "");
            }
        }
    }
    Ok(())
}
