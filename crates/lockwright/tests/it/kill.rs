//! Q01, Q02, Q04: `kill -9` amid mixed writes loses no acknowledged write and leaves no half of one.

use std::collections::BTreeMap;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use lockwright_testkit::postgres::PgCluster;
use serde_json::{Value, json};

use crate::program::{Program, ask};

/// What the clients were told is done.
#[derive(Default)]
struct Acknowledged {
    /// Account numbers, with whether a suspension was acknowledged last.
    accounts: BTreeMap<String, bool>,
    /// User names per account.
    users: Vec<(String, String)>,
}

/// Runs `rounds` of: start, write from several clients, kill at a moment drawn from `seed`, start, compare.
fn survive(store_url: Option<String>, rounds: u64, seed: u64) {
    let mut program = Program::new(store_url);
    let acknowledged = Arc::new(Mutex::new(Acknowledged::default()));
    let number = Arc::new(AtomicU64::new(0));
    let mut chance = seed;
    program.start();
    for round in 0..rounds {
        // A multiplicative step is chance enough for the moment of a kill; the seed is in the panic text.
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let target = number.load(Ordering::SeqCst) + 3 + (chance >> 60);
        let stop = Arc::new(AtomicBool::new(false));
        let clients: Vec<_> = (0..4)
            .map(|client| {
                let (data, acknowledged, number, stop) =
                    (program.data(), Arc::clone(&acknowledged), Arc::clone(&number), Arc::clone(&stop));
                std::thread::spawn(move || write(client, &data, &acknowledged, &number, &stop))
            })
            .collect();
        // The moment is counted in acknowledged writes, not in time: the kill falls while others are under way.
        while number.load(Ordering::SeqCst) < target {
            std::thread::yield_now();
        }
        program.kill();
        stop.store(true, Ordering::SeqCst);
        for client in clients {
            client.join().expect("a client thread ends well");
        }
        program.start();
        if round % 10 == 9 || round + 1 == rounds {
            compare(&program, &acknowledged.lock().expect("unpoisoned"), seed);
        }
    }
    let check = program.ask(&json!("Check")).expect("an answer").expect("not refused");
    assert_eq!(check["Problems"], json!([]), "seed {seed}");
}

fn write(client: u64, data: &std::path::Path, acknowledged: &Mutex<Acknowledged>, number: &AtomicU64, stop: &AtomicBool) {
    let mut account = None;
    for turn in 0_u64.. {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        let next = number.load(Ordering::SeqCst);
        let unique = format!("{client}-{turn}-{next}-{:?}", std::thread::current().id()).replace(['(', ')'], "");
        let request = match (&account, turn % 3) {
            (None, _) | (_, 0) => json!({"AccountCreate": {"name": "Example", "email": format!("{unique}@example.com")}}),
            (Some(id), 1) => json!({"UserCreate": {"account": id, "name": format!("u{unique}"), "administrator": false, "access": "Link"}}),
            (Some(id), _) => json!({"AccountSuspend": {"Id": id}}),
        };
        let Some(answer) = ask(data, &request) else { return };
        let answer = answer.expect("the server refuses nothing here");
        let mut told = acknowledged.lock().expect("unpoisoned");
        match &request {
            Value::Object(map) if map.contains_key("AccountCreate") => {
                let id = answer["AccountId"].as_str().expect("a number").to_owned();
                told.accounts.insert(id.clone(), false);
                account = Some(id);
            }
            Value::Object(map) if map.contains_key("UserCreate") => {
                told.users.push((
                    answer["AccountId"].as_str().expect("a number").to_owned(),
                    answer["UserName"].as_str().expect("a name").to_owned(),
                ));
            }
            _ => {
                told.accounts.insert(answer["AccountId"].as_str().expect("a number").to_owned(), true);
            }
        }
        drop(told);
        number.fetch_add(1, Ordering::SeqCst);
    }
}

fn compare(program: &Program, told: &Acknowledged, seed: u64) {
    let mut stored = BTreeMap::new();
    let mut after = Value::Null;
    loop {
        let page = program.ask(&json!({"AccountList": {"after": after, "limit": 1000}})).expect("an answer").expect("not refused");
        let rows = page.as_array().expect("a list");
        for row in rows {
            stored.insert(row["AccountId"].as_str().expect("a number").to_owned(), row["State"] == "suspended");
        }
        match rows.last() {
            Some(last) => after = last["AccountId"].clone(),
            None => break,
        }
    }
    for (id, suspended) in &told.accounts {
        let found = stored.get(id);
        assert!(found.is_some(), "seed {seed}: account {id} was acknowledged and is gone");
        // A suspension that was under way at the kill may be there or not; one that was acknowledged must be.
        assert!(!suspended || found == Some(&true), "seed {seed}: the suspension of {id} was acknowledged and is gone");
    }
    let mut lists: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (account, name) in &told.users {
        let names = lists.entry(account).or_insert_with(|| {
            let request = json!({"UserList": {"account": account, "after": null, "limit": 1000}});
            let page = program.ask(&request).expect("an answer").expect("not refused");
            page.as_array().expect("a list").iter().map(|row| row["UserName"].as_str().expect("a name").to_owned()).collect()
        });
        assert!(names.contains(name), "seed {seed}: user {name} of {account} was acknowledged and is gone");
    }
}

#[test]
fn q01_kill_9_loses_no_acknowledged_write_on_sqlite() {
    survive(None, 200, 20_261_123);
}

#[test]
fn q02_kill_9_loses_no_acknowledged_write_on_postgresql() {
    let cluster = PgCluster::shared();
    survive(Some(cluster.database()), 50, 20_261_124);
}
