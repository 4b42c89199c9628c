//! The host's command line, with the server running and without it.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use lockwright_model::change::{ChangeSet, Touch};
use lockwright_model::clock::{Clock, ClockFloor, SystemClock};
use lockwright_store::{Location, Store};
use serde_json::json;

use crate::program::Program;

#[test]
fn nobody_is_locked_out_of_the_installation_with_the_server_running_or_not() {
    let mut program = Program::new(None);
    program.start();
    let made = program.json(&["account", "create", "--name", "Example", "--email", "root@example.com"]);
    let id = made["AccountId"].as_str().expect("a number").to_owned();
    assert_eq!(id.len(), 12);
    assert!(made["SetPasswordUrl"].as_str().is_some_and(|url| url.contains("/recover/link/")));
    assert!(program.terminate().success(), "SIGTERM ends well");

    let shown = program.json(&["account", "show", "--email", "root@example.com"]);
    assert_eq!(shown["AccountId"], json!(id));
    assert_eq!(shown["RootPassword"], "none");
    let link = program.json(&["account", "recover", "--account", &id]);
    assert!(link["SetPasswordUrl"].is_string());
    let user = program.json(&["user", "create", "--account", &id, "--name", "ana", "--access", "generated"]);
    assert!(user["Password"].as_str().is_some_and(|password| password.len() >= 20));
    program.start();
    let users = program.json(&["user", "list", "--account", &id]);
    assert_eq!(users[0]["UserName"], "ana");
    let trail = program.json(&["trail", "list", "--account", &id]);
    let names: Vec<&str> = trail.as_array().expect("a list").iter().filter_map(|event| event["eventName"].as_str()).collect();
    assert!(names.contains(&"CreateAccount") && names.contains(&"CreateUser"), "{names:?}");
}

#[test]
fn operators_are_made_on_the_host_with_the_server_running_or_not() {
    let mut program = Program::new(None);
    program.start();
    assert!(program.terminate().success());
    let email = "olu@example.com";
    let made = program.json(&["operator", "create", "--name", "Olu Adeyemi", "--email", email, "--role", "support"]);
    assert_eq!((&made["Role"], made["OperatorId"].as_str().map(|id| &id[..4])), (&json!("support"), Some("OPER")));
    let url = made["SetPasswordUrl"].as_str().expect("a link");
    assert!(url.starts_with("http://localhost:8421/operator/recover/link/"), "{url}");
    program.start();
    let again = program.host(&["operator", "create", "--name", "Olu", "--email", "Olu@Example.com", "--role", "security"]);
    assert_eq!(again.status.code(), Some(1), "one address, one operator");
    program.json(&["operator", "set-role", "--email", email, "--role", "security"]);
    program.json(&["operator", "disable", "--email", email]);
    let listed = program.json(&["operator", "list"]);
    assert_eq!(
        (&listed[0]["Role"], &listed[0]["Disabled"], &listed[0]["Mfa"]),
        (&json!("security"), &json!(true), &json!("not enrolled yet"))
    );
    program.json(&["operator", "enable", "--email", email]);
    for verb in ["reset-password", "reset-mfa"] {
        let link = program.json(&["operator", verb, "--email", email]);
        let url = link["SetPasswordUrl"].as_str().expect("a link");
        assert!(url.contains("/operator/recover/link/") && !url.contains(":8421"), "the running server knows its own address: {url}");
    }
    program.json(&["session", "end", "--operator", email]);
    program.json(&["operator", "delete", "--email", email]);
    assert_eq!(program.json(&["operator", "list"]), json!([]));
    assert_eq!(program.host(&["operator", "enable", "--email", email]).status.code(), Some(1));
    let trail = program.json(&["trail", "list"]);
    let names: Vec<&str> = trail.as_array().expect("a list").iter().filter_map(|event| event["eventName"].as_str()).collect();
    for name in ["CreateOperator", "UpdateOperatorRole", "DisableOperator", "EnableOperator", "ResetOperatorMFA", "DeleteOperator"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
}

#[test]
fn m11_systems_are_registered_on_the_host_and_their_secret_is_shown_once() {
    let mut program = Program::new(None);
    program.start();
    assert!(program.terminate().success());
    let (hook, page) = ("https://shop.example.com/hook", "https://shop.example.com/account");
    let made = program.json(&["system", "add", "--name", "Shop", "--webhook", hook, "--page", page]);
    let id = made["SystemId"].as_str().expect("an id").to_owned();
    let secret = made["Secret"].as_str().expect("a secret").to_owned();
    assert!(secret.len() == 64 && made["ProofUrl"].as_str().is_some_and(|url| url.ends_with("/hooks/link")), "{made}");
    program.start();
    let listed = program.json(&["system", "list"]);
    let shown = ["SystemId", "Name", "Webhook", "Page"].map(|field| listed[0][field].as_str().expect("text"));
    assert_eq!(shown, [id.as_str(), "Shop", hook, page]);
    assert!(!listed.to_string().contains(&secret) && listed[0]["Secret"].is_null());
    let other = program.json(&["system", "new-secret", &id]);
    assert!(other["Secret"].as_str().is_some_and(|new| new.len() == 64 && new != secret), "{other}");
    assert_eq!(program.json(&["system", "remove", &id])["Removed"], json!(true));
    assert_eq!(program.json(&["system", "list"]), json!([]));
    for verb in ["remove", "new-secret"] {
        assert_eq!(program.host(&["system", verb, &id]).status.code(), Some(1), "{verb} of one that is gone");
    }
    let trail = program.json(&["trail", "list"]);
    let names: Vec<&str> = trail.as_array().expect("a list").iter().filter_map(|event| event["eventName"].as_str()).collect();
    for name in ["RegisterLinkedSystem", "UpdateLinkedSystem", "RemoveLinkedSystem"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    assert!(!trail.to_string().contains(&secret));
}

#[test]
fn b8_the_host_says_why_and_who_and_looks_documents_over() {
    let mut program = Program::new(None);
    program.start();
    let made = program.json(&["account", "create", "--name", "Example", "--email", "root@example.com"]);
    let id = made["AccountId"].as_str().expect("a number").to_owned();
    let read_only = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    program.json(&["user", "create", "--account", &id, "--name", "ana", "--access", "none", "--policy", read_only]);
    let why = |action: &str| program.json(&["policy", "why", "--account", &id, "--principal", "ana", "--action", action]);
    let may = why("iam:GetUser");
    assert_eq!((&may["Decision"], &may["Statements"][0]["Policy"]), (&json!("allowed"), &json!("IAMReadOnlyAccess")), "{may}");
    assert!(may["Sentence"].as_str().is_some_and(|sentence| sentence.starts_with("Allowed by IAMReadOnlyAccess")), "{may}");
    let not = why("iam:DeleteUser");
    assert_eq!((&not["Decision"], &not["Sentence"]), (&json!("implicitDeny"), &json!("Denied: no policy allows it.")), "{not}");
    let who = |action: &str| {
        let able = program.json(&["policy", "who", "--account", &id, "--action", action]);
        able.as_array().expect("a list").iter().map(|row| row["Principal"].as_str().expect("an ARN").to_owned()).collect::<Vec<_>>()
    };
    let (root, ana) = (format!("arn:aws:iam::{id}:root"), format!("arn:aws:iam::{id}:user/ana"));
    assert_eq!((who("iam:GetUser"), who("iam:DeleteUser")), (vec![root.clone(), ana], vec![root]));

    let file = program.data().join("policy.json");
    let file = file.to_str().expect("a path");
    std::fs::write(file, r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#).expect("written");
    assert_eq!(program.json(&["policy", "lint", file])[0]["Severity"], "warning", "it allows everything");
    std::fs::write(file, r#"{"Version":"2012-10-17","Statement":{"Effect":"Alow","Action":"*","Resource":"*"}}"#).expect("written");
    let output = program.host(&["policy", "lint", file]);
    let (told, said) = (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned());
    assert_eq!(output.status.code(), Some(1), "{told}{said}");
    assert!(told.contains("^^^^") && said.lines().count() == 1, "{told}{said}");
}

#[test]
fn bad_input_is_one_line_and_exit_code_2() {
    let program = Program::new(None);
    for arguments in [
        &["account", "create", "--name", "Example", "--email", "not-an-address"][..],
        &["account", "show"],
        &["user", "list", "--account", "12"],
        &["session", "list"],
        &["operator", "create", "--name", "Olu", "--email", "olu@example.com", "--role", "boss"],
        &["system", "add", "--name", "Shop", "--webhook", "http://shop.example.com/", "--page", "https://shop.example.com/"],
        &["system", "add", "--name", "Shop", "--webhook", "https://shop.example.com/"],
        &["system", "remove", "../x"],
        &["mfa", "list"],
        &["mfa", "reset", "--account", "123456789012", "--builder", "a@example.com"],
        &["mfa", "reset", "--user", "kim"],
        &["account", "list", "--limit", "0"],
        &["nonsense"],
    ] {
        let output = program.host(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn what_is_not_there_is_one_line_and_exit_code_1() {
    let mut program = Program::new(None);
    program.start();
    let output = program.host(&["account", "show", "--account", "123456789012"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
}

#[test]
fn an_unknown_setting_is_refused_with_its_line() {
    let program = Program::new(None);
    std::fs::create_dir(program.data()).expect("a folder");
    std::fs::set_permissions(program.data(), std::fs::Permissions::from_mode(0o700)).expect("its mode");
    std::fs::write(program.data().join("lockwright.toml"), "installation = \"X\"\nlisten_on = 1\n").expect("a file");
    let output = program.host(&["config", "check"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("lockwright.toml:2:") && text.contains("listen_on"), "{text}");
}

#[test]
fn e16_files_are_their_owners_only_under_any_umask() {
    let mut program = Program::new(None);
    program.start();
    let made = program.json(&["account", "create", "--name", "Example", "--email", "root@example.com"]);
    assert!(made["AccountId"].is_string());
    let mut folders = vec![program.data()];
    while let Some(folder) = folders.pop() {
        let mode = std::fs::metadata(&folder).expect("metadata").permissions().mode() & 0o777;
        assert_eq!(mode, 0o700, "{}", folder.display());
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let entry = entry.expect("an entry");
            if entry.file_type().expect("a type").is_dir() {
                folders.push(entry.path());
            } else {
                let mode = entry.metadata().expect("metadata").permissions().mode() & 0o777;
                assert_eq!(mode, 0o600, "{}", entry.path().display());
            }
        }
    }
}

#[test]
fn a_backup_taken_while_running_restores_without_sessions_or_links() {
    let mut program = Program::new(None);
    program.start();
    let made = program.json(&["account", "create", "--name", "Example", "--email", "root@example.com"]);
    let file = program.data().join("backup.db");
    program.json(&["backup", file.to_str().expect("a path")]);
    let again = program.host(&["backup", file.to_str().expect("a path")]);
    assert_eq!(again.status.code(), Some(1), "an existing file is not overwritten");

    let other = Program::new(None);
    let restored = other.host(&["restore", file.to_str().expect("a path")]);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    let shown = other.json(&["account", "show", "--email", "root@example.com"]);
    assert_eq!(shown["AccountId"], made["AccountId"]);
    let doctor = other.host(&["doctor", "--output", "json"]);
    let found: serde_json::Value = serde_json::from_slice(&doctor.stdout).expect("JSON");
    assert_eq!(found["Rows"]["cases"], 0, "the set-password link of the backup is dead");
}

#[test]
fn devices_are_listed_and_reset_by_root_email_user_and_builder_id() {
    let mut program = Program::new(None);
    program.start();
    let made = program.json(&["account", "create", "--name", "Example", "--email", "root@example.com"]);
    let id = made["AccountId"].as_str().expect("a number").to_owned();
    program.json(&["user", "create", "--account", &id, "--name", "ana", "--access", "generated"]);
    program.json(&["builder", "create", "--name", "Bela", "--email", "bela@example.com"]);
    for whose in [
        &["--email", "root@example.com"][..],
        &["--account", &id],
        &["--account", &id, "--user", "ana"],
        &["--builder", "bela@example.com"],
    ] {
        let list = program.json(&[&["mfa", "list"], whose].concat());
        assert_eq!(list, json!([]), "{whose:?}");
        let reset = program.json(&[&["mfa", "reset"], whose].concat());
        assert_eq!((&reset["Removed"], &reset["NextSignIn"]), (&json!(0), &json!("enrols a device")), "{whose:?}");
    }
    let trail = program.json(&["trail", "list", "--account", &id]);
    let names: Vec<&str> = trail.as_array().expect("a list").iter().filter_map(|event| event["eventName"].as_str()).collect();
    assert_eq!(names.iter().filter(|name| **name == "MFAEnrolmentRequired").count(), 3, "{names:?}");
    assert_eq!(program.host(&["mfa", "list", "--email", "nobody@example.com"]).status.code(), Some(1));
    let doctor = program.host(&["doctor"]);
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("root users: each has an MFA device, or time left"), "{doctor:?}");
}

#[test]
fn a_reader_that_has_gone_is_no_panic() {
    let mut program = Program::new(None);
    program.start_and_hang_up();
    assert!(program.ask(&json!("RegistrationShow")).is_some_and(|answer| answer.is_ok()));
}

/// Leaves a data folder as a server would whose clock ran a year ahead.
fn leap(data: &std::path::Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let store = Store::open(Location::Sqlite { path: data.join("lockwright.db") }).await.expect("the store opens");
        let floor = store.clock_floor().await.expect("a floor");
        let at = SystemClock.now().plus(Duration::from_secs(365 * 86_400));
        let changes = ChangeSet { touches: vec![Touch::ClockSeen(ClockFloor { at, ..floor })], ..ChangeSet::default() };
        store.commit(changes).await.expect("a commit");
        store.close().await;
    });
}

#[test]
fn x02_the_host_accepts_a_clock_that_was_put_right() {
    let mut program = Program::new(None);
    program.start();
    assert_eq!(program.json(&["clock", "show"])["State"], "in order");
    program.terminate();
    for running in [false, true] {
        leap(&program.data());
        if running {
            program.start();
        }
        let email = format!("root{running}@example.com");
        let make = ["account", "create", "--name", "Example", "--email", email.as_str()];
        let refused = program.host(&make);
        assert_eq!(refused.status.code(), Some(1));
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("clock went back") && said.contains("lockwright clock accept"), "{said}");
        let doctor = program.host(&["doctor"]);
        let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
        assert!(said.contains("look  clock: ") && said.contains("lockwright clock accept"), "{said}");
        assert_eq!(program.json(&["clock", "show"])["State"], "behind");
        let accepted = program.json(&["clock", "accept"]);
        assert_eq!((&accepted["State"], &accepted["Accepted"]), (&json!("in order"), &json!(true)));
        assert_eq!(program.json(&["clock", "accept"])["Accepted"], json!(false));
        program.json(&make);
        let trail = program.json(&["trail", "list"]);
        let accepted = trail.as_array().expect("a list").iter().filter(|event| event["eventName"] == "ClockAccepted").count();
        assert_eq!(accepted, if running { 2 } else { 1 });
    }
    assert!(String::from_utf8_lossy(&program.host(&["doctor"]).stdout).contains("ok    clock: in order"));
}
