//! What an operator finds in the log.

use std::io::Write;
use std::sync::{Arc, Mutex};

use lockwright_model::clock::{Clock, Timestamp};

use crate::caller::{ALL, Caller, House};

/// What the program logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn v16_3_4_a_call_that_failed_is_found_in_the_log_by_the_id_that_the_client_shows() {
    let log = Log::default();
    let writer = log.clone();
    // For the whole process: where tests share one, a subscriber of this thread alone misses what another thread has met before. The lines
    // of the others are told apart by their ids.
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let line_of = |id: &str| log.text().lines().find(|line| line.contains(id)).map(str::to_owned);

    let guess = Caller { secret: "x".repeat(40), ..boss.clone() };
    let refused = house.sts(&guess, "GetCallerIdentity", &[]).await;
    let line = line_of(&refused.text("RequestId")).unwrap();
    assert!(line.contains("WARN") && line.contains(boss.key.as_str()) && !line.contains(&boss.secret), "{line}");

    // The clock goes back: nothing is committed.
    house.iam(&boss, "CreateUser", &[("UserName", "dora")]).await;
    house.installation.clock.set(Timestamp::from_micros(house.installation.clock.now().as_micros() - 60_000_000));
    let failed = house.iam(&boss, "CreateUser", &[("UserName", "eve")]).await;
    assert_eq!((failed.status, failed.code().as_str()), (503, "ServiceUnavailable"), "{}", failed.body);
    let line = line_of(&failed.text("RequestId")).unwrap();
    assert!(line.contains("ERROR"), "{line}");
}
