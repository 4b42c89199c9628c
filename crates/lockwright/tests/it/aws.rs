//! What the host's command line has for AWS clients.

use serde_json::json;

use crate::program::Program;

#[test]
fn m16_credentials_are_temporary_and_told_of_with_the_server_running_or_not() {
    let mut program = Program::new(None);
    program.start();
    let made = program.json(&["account", "create", "--name", "Example", "--email", "root@example.com", "--admin-user", "ana"]);
    let id = made["AccountId"].as_str().expect("a number").to_owned();
    let ask = |program: &Program| program.json(&["credentials", "--account", &id, "--user", "ana"]);
    let first = ask(&program);
    assert!(program.terminate().success());
    let second = ask(&program);
    for given in [&first, &second] {
        // The members that AWS clients read, and no others.
        let mut members: Vec<&str> = given.as_object().expect("an object").keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["AccessKeyId", "Expiration", "SecretAccessKey", "SessionToken", "Version"]);
        assert_eq!(given["Version"], json!(1));
        assert!(given["AccessKeyId"].as_str().is_some_and(|key| key.starts_with("ASIA")), "{given}");
        assert!(given["Expiration"].as_str().is_some_and(|time| time.ends_with('Z') && time.len() == 20), "{given}");
    }
    // Whatever `--output` says, and without it.
    let bare = program.host(&["credentials", "--account", &id, "--user", "ana"]);
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&bare.stdout).expect("JSON")["Version"], json!(1));
    let trail = program.json(&["trail", "list", "--account", &id]).to_string();
    assert_eq!(trail.matches(r#""eventName":"GetSessionToken""#).count(), 3, "{trail}");
    assert!(trail.contains(first["AccessKeyId"].as_str().unwrap()) && trail.contains("host.lockwright"));
    for secret in ["SecretAccessKey", "SessionToken"] {
        assert!(!trail.contains(first[secret].as_str().unwrap()), "{secret}");
    }
    let nobody = program.host(&["credentials", "--account", &id, "--user", "nobody"]);
    assert_eq!((nobody.status.code(), nobody.stdout.len()), (Some(1), 0));
    assert_eq!(String::from_utf8_lossy(&nobody.stderr).lines().count(), 1);
}

#[test]
fn m16_the_profile_can_be_appended_as_it_is() {
    let mut program = Program::new(None);
    program.start();
    let made = program.json(&["account", "create", "--name", "Example", "--email", "root@example.com", "--admin-user", "ana"]);
    let id = made["AccountId"].as_str().expect("a number").to_owned();
    let output = program.host(&["aws-config", "--account", &id, "--user", "Ana", "--profile", "crew", "--region", "eu-central-1"]);
    let text = String::from_utf8(output.stdout).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines[0], lines[1], lines.len()), ("[profile crew]", "region = eu-central-1", 4), "{text}");
    assert!(lines[2].starts_with("endpoint_url = http://localhost:") && !lines[2].ends_with(":0"), "the running server's: {text}");
    let process = lines[3].strip_prefix("credential_process = ").expect("the process");
    assert!(process.contains(" credentials ") && process.contains(" --user ana "), "the user's name as stored: {text}");
    let run = std::process::Command::new("sh").args(["-c", process]).current_dir("/").output().expect("it runs");
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&run.stdout).expect("JSON")["Version"], json!(1));
    let shown = program.json(&["aws-config", "--account", &id, "--user", "ana", "--profile", "default"]);
    assert!(shown["Config"].as_str().is_some_and(|text| text.starts_with("[default]\n")), "{shown}");
    assert_eq!((shown["Profile"].as_str(), shown["Region"].as_str()), (Some("default"), Some("us-east-1")));
    assert_eq!(program.host(&["aws-config", "--account", &id, "--user", "nobody"]).status.code(), Some(1));
    for wrong in ["two words", "x]", ""] {
        let output = program.host(&["aws-config", "--account", &id, "--user", "ana", "--profile", wrong]);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
    }
}

#[test]
fn m15_one_command_makes_an_account_or_a_user_with_a_key_and_says_so_when_it_is_the_root_users() {
    let mut program = Program::new(None);
    program.start();
    let make = |email: &str, more: &[&str]| {
        let words = ["account", "create", "--name", "Example", "--email", email, "--access-key", "--output", "json"];
        let output = program.host(&[&words, more].concat());
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON"), said)
    };
    let key = |of: &serde_json::Value| {
        let text = |field: &str| of[field].as_str().unwrap_or_default().to_owned();
        let (account, id, secret) = (text("AccountId"), text("AccessKeyId"), text("SecretAccessKey"));
        assert!(account.len() == 12 && id.starts_with("AKIA") && id.len() == 20 && secret.len() == 40, "{of}");
        account
    };
    let (root, said) = make("root@example.com", &[]);
    key(&root);
    assert!(root.get("UserName").is_none() && said.contains("the root user's"), "{said}");
    let (made, said) = make("other@example.com", &["--admin-user", "ana"]);
    let account = key(&made);
    assert!(made["UserName"] == "ana" && !said.contains("root user"), "{said}");
    let read_only = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    let user = ["user", "create", "--account", &account, "--name", "ci", "--access", "none", "--access-key", "--policy"];
    let made = program.json(&[&user[..], &[read_only]].concat());
    assert_eq!(key(&made), account);
    let user = ["user", "create", "--account", &account, "--name", "cj", "--access", "none", "--access-key", "--policy"];
    let none = program.host(&[&user[..], &["arn:aws:iam::aws:policy/NoSuchPolicy"]].concat());
    assert_eq!((none.status.code(), none.stdout.len()), (Some(1), 0));
    let names = program.json(&["user", "list", "--account", &account]);
    assert_eq!(names.as_array().map(Vec::len), Some(2), "one whose policy is not there is not made: {names}");
}
