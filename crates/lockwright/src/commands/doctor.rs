//! `lockwright doctor`: what is right, what is not, what to do.

use lockwright_service::config::MailConfig;
use serde_json::{Value, json};

use super::Failure;
use crate::cli::{Common, Output, Serve};
use crate::config::Config;
use crate::control::{self, Request};
use crate::output::say;

struct Finding {
    what: &'static str,
    well: bool,
    text: String,
}

pub(super) fn run(common: &Common) -> Result<(), Failure> {
    // Loading checks the folder's and the keys' modes, and every setting.
    let config = Config::load(common, &Serve::default())?;
    let mut findings =
        vec![Finding { what: "configuration and keys", well: true, text: "accepted; keys are readable by their owner only".to_owned() }];
    findings.push(match &config.service.mail {
        MailConfig::Smtp(smtp) => Finding { what: "mail", well: true, text: format!("leaves through {}:{}", smtp.host, smtp.port) },
        MailConfig::Files(folder) => Finding {
            what: "mail",
            well: false,
            text: format!("no SMTP server is set; mails become files in {} (set smtp.host)", folder.display()),
        },
    });
    let public = config.service.public_url.starts_with("https://");
    findings.push(Finding {
        what: "public URL",
        well: public,
        text: if public {
            config.service.public_url.clone()
        } else {
            format!("{}: this machine only (set public_url)", config.service.public_url)
        },
    });
    let answer = control::ask(common, &Request::Check)?;
    let problems: Vec<&str> =
        answer.pointer("/Problems").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    findings.push(Finding {
        what: "stored data",
        well: problems.is_empty(),
        text: if problems.is_empty() { "whole".to_owned() } else { problems.join("; ") },
    });
    findings.push(clock(answer.pointer("/Clock")));
    let dead = answer.pointer("/DeadMails").and_then(Value::as_u64).unwrap_or(0);
    findings.push(Finding {
        what: "outbox",
        well: dead == 0,
        text: if dead == 0 { "no mail was given up".to_owned() } else { format!("{dead} mails were given up; see `lockwright mail list`") },
    });
    let roots = answer.pointer("/RootsWithoutMfa").and_then(Value::as_u64).unwrap_or(0);
    findings.push(Finding {
        what: "root users",
        well: roots == 0,
        text: match roots {
            0 => "each has an MFA device, or time left to enrol one".to_owned(),
            1 => "1 has no MFA device though its grace time is over; it enrols one at its next sign-in".to_owned(),
            more => format!("{more} have no MFA device though their grace time is over; each enrols one at its next sign-in"),
        },
    });
    if common.output == Output::Json {
        let list: Vec<Value> = findings.iter().map(|found| json!({"Check": found.what, "Well": found.well, "Text": found.text})).collect();
        say(format_args!("{:#}", json!({"Findings": list, "Rows": answer.pointer("/Rows")})));
    } else {
        for found in &findings {
            say(format_args!("{}  {}: {}", if found.well { "ok  " } else { "look" }, found.what, found.text));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Failure::refused("the stored data is damaged; restore a backup".to_owned())) }
}

fn clock(clock: Option<&Value>) -> Finding {
    let text = |field: &str| clock.and_then(|clock| clock.get(field)).and_then(Value::as_str).unwrap_or_default();
    let behind = clock.and_then(|clock| clock.get("BehindSeconds")).and_then(Value::as_u64);
    Finding {
        what: "clock",
        well: behind.is_none(),
        text: match behind {
            None => format!("in order, {}", text("Clock")),
            Some(seconds) => format!(
                "it says {}, {seconds} seconds before the latest moment that was seen ({}): nobody signs in or changes anything; set it \
                 right, or run `lockwright clock accept` if it is right now",
                text("Clock"),
                text("Floor")
            ),
        },
    }
}
