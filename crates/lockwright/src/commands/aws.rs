//! `lockwright aws-config` and `lockwright credentials`: AWS clients on this host, without a secret in a file.

use std::path::Path;

use serde_json::json;

use super::Failure;
use crate::cli::{Common, OfUser, Output};
use crate::config::Config;
use crate::control::{self, Request};
use crate::output::say;

/// Prints what AWS clients read from a `credential_process`: this JSON, whatever `--output` says.
pub(super) fn credentials(common: &Common, of: OfUser) -> Result<(), Failure> {
    let answer = control::ask(common, &Request::Credentials { account: of.account, user: of.user })?;
    say(format_args!("{answer:#}"));
    Ok(())
}

/// Prints the profile, and on stderr what to do with it, so that the answer can be appended to the file as it is.
pub(super) fn config(common: &Common, of: OfUser, profile: &str, region: &str) -> Result<(), Failure> {
    let account = of.account;
    let answer = control::ask(common, &Request::AwsEndpoint { account, user: of.user })?;
    let text = |field: &str| answer[field].as_str().unwrap_or_default().to_owned();
    let (endpoint, user) = (text("EndpointUrl"), text("UserName"));
    let program = Config::program().map_err(|error| Failure::broken(format!("where this program lies is not known: {error}")))?;
    let mut process =
        format!("{} credentials --account {account} --user {} --data {}", path(&program)?, quoted(&user), path(&common.data)?);
    if let Some(file) = &common.config {
        process.push_str(&format!(" --config {}", path(file)?));
    }
    // AWS's file knows the profile that is used without a name by its bare name.
    let section = if profile == "default" { profile.to_owned() } else { format!("profile {profile}") };
    let config = format!("[{section}]\nregion = {region}\nendpoint_url = {endpoint}\ncredential_process = {process}");
    match common.output {
        Output::Json => {
            let answer = json!({
                "Profile": profile, "Region": region, "EndpointUrl": endpoint, "CredentialProcess": process, "Config": config,
            });
            say(format_args!("{answer:#}"));
        }
        Output::Table => {
            say(config);
            eprintln!("Append it to ~/.aws/config, then: aws --profile {profile} sts get-caller-identity");
        }
    }
    Ok(())
}

/// A path as a word of a command line that is run from any folder.
fn path(path: &Path) -> Result<String, Failure> {
    let whole = std::path::absolute(path).ok();
    let text = whole.as_deref().and_then(Path::to_str).filter(|text| !text.contains(['\n', '\r']));
    text.map(quoted).ok_or_else(|| Failure::usage(format!("{} can't stand in a configuration file", path.display())))
}

/// A word of a command line: clients hand it to a shell, or split it as one does.
fn quoted(word: &str) -> String {
    let plain = word.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-".contains(letter));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_comes_out_of_a_shell_as_it_went_in() {
        for word in ["/var/lib/lockwright", "/tmp/a folder", "it's", "ana+x@example.com", "$HOME `id` \"x\" \\", "#;|&"] {
            let run = std::process::Command::new("sh").args(["-c", &format!("printf %s {}", quoted(word))]).output().unwrap();
            assert_eq!(String::from_utf8(run.stdout).unwrap(), word);
        }
        assert!(path(Path::new("two\nlines")).is_err());
        assert!(path(Path::new("data")).unwrap().starts_with('/'));
    }
}
