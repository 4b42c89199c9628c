//! Signed calls while everybody signs in at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use lockwright_model::identity::Identity;
use lockwright_service::users::GiveAccess;

use crate::installation::{PASSWORD, host, open, people, serve_api, stranger};
use crate::report::{Report, median};
use crate::wrk::{self, Signed};

const PASSES: usize = 3;
/// How many sign in at once.
const STORM: usize = 200;

pub(crate) async fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (lockwright, _store) = open(folder.path(), threads).await?;
    let (account, _) = lockwright.create_account(&host(&lockwright), &"Harbour".parse()?, &"root@example.com".parse()?).await?;
    let (user, _) = lockwright.create_user(&host(&lockwright), account, &"boss".parse()?, true, GiveAccess::None).await?;
    let (key, secret) = lockwright.create_access_key(&host(&lockwright), &Identity::User(user.id)).await?;
    let names = people(&lockwright, STORM).await?;
    let at = serve_api(&lockwright).await?;
    let body = "Action=GetUser&Version=2010-05-08&UserName=boss";
    let call = Signed { service: "iam", body, key: key.id.as_str(), secret: secret.expose() };
    let load = async || {
        let script = wrk::script(folder.path(), at, &call)?;
        tokio::task::spawn_blocking(move || wrk::load(at, &script, 8, 4)).await?
    };
    let (mut quiet, mut stormy, mut times, mut signed_in) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..PASSES {
        let before = load().await?;
        let (over, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let mut storm = Vec::new();
        for name in &names {
            let (lockwright, name, over, count) = (lockwright.clone(), name.clone(), Arc::clone(&over), Arc::clone(&count));
            storm.push(tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    // Whoever is told to come again later does.
                    if lockwright.sign_in(&stranger(&lockwright), &name, PASSWORD, None).await.is_ok() {
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }));
        }
        let during = load().await?;
        over.store(true, Ordering::Relaxed);
        for task in storm {
            task.await?;
        }
        quiet.push(before.p99);
        stormy.push(during.p99);
        times.push(during.p99 / before.p99);
        signed_in.push(count.load(Ordering::Relaxed) as f64);
    }
    report.at_most(&format!("Signed GetUser, p99 while {STORM} sign in at once, times the quiet one"), "×", &times, 2.0);
    report.stated(
        "The same in milliseconds, quiet and in the storm",
        format!("{:.2} and {:.2}; {:.0} sign-ins meanwhile", median(&quiet), median(&stormy), median(&signed_in)),
    );
    Ok(())
}
