//! Whether what is asked stays as quick while the installation grows.

use std::time::Duration;

use lockwright_model::change::{ChangeSet, Record, Version};
use lockwright_model::entropy::SystemEntropy;
use lockwright_model::id::{AccountId, UserId};
use lockwright_model::identity::{Identity, UserRef};
use lockwright_model::user::User;
use lockwright_service::Lockwright;
use lockwright_service::users::GiveAccess;
use lockwright_store::Store;

use crate::calls::{creations, makers};
use crate::installation::{host, open, serve_api};
use crate::report::{Report, median};
use crate::wrk::{self, Signed};

/// Users of one account: AWS's quota.
const FULL: u64 = 5_000;
/// Users in one ChangeSet while filling.
const BATCH: u64 = 500;
const PASSES: usize = 3;

pub(crate) async fn measure(report: &mut Report, most: u64) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(".")?;
    let (lockwright, store) = open(folder.path(), 1).await?;
    let (account, _) = lockwright.create_account(&host(&lockwright), &"Harbour".parse()?, &"root@example.com".parse()?).await?;
    let (boss, _) = lockwright.create_user(&host(&lockwright), account, &"boss".parse()?, true, GiveAccess::None).await?;
    let (key, secret) = lockwright.create_access_key(&host(&lockwright), &Identity::User(boss.id.clone())).await?;
    let like = User { administrator: false, keys: Vec::new(), ..boss };
    fill(&store, account, &like, "person", FULL - 1).await?;
    let at = serve_api(&lockwright).await?;
    let (mut there, mut first) = (FULL, None);
    for total in [0, most / 10, most] {
        while there < total {
            let email = format!("root{there}@example.com").parse()?;
            let (account, _) = lockwright.create_account(&host(&lockwright), &"Harbour".parse()?, &email).await?;
            fill(&store, account, &like, "person", FULL).await?;
            there += FULL;
        }
        let makers = makers(&lockwright, &format!("at{total}-")).await?;
        let mut figures: [Vec<f64>; 4] = Default::default();
        for pass in 0..PASSES {
            for (clients, rates) in [1, 64].into_iter().zip(&mut figures) {
                rates.push(creations(&lockwright, &makers, clients, &format!("{pass}"), Duration::from_secs(2)).await?);
            }
            for (body, times) in ["Action=ListUsers&Version=2010-05-08&MaxItems=100", "Action=GetUser&Version=2010-05-08&UserName=boss"]
                .into_iter()
                .zip(figures.iter_mut().skip(2))
            {
                let call = Signed { service: "iam", body, key: key.id.as_str(), secret: secret.expose() };
                let script = wrk::script(folder.path(), at, &call)?;
                times.push(tokio::task::spawn_blocking(move || wrk::load(at, &script, 1, 3)).await??.p50);
            }
        }
        let [one, many, page, user] = figures.each_ref().map(|figures| median(figures));
        let size = format!("{total} users and {FULL} in the account");
        report.at_most(&format!("ListUsers, a page of 100 over the wire, p50, {size}"), "ms", &figures[2], 1.0);
        report.stated(&format!("CreateUser 1 and 64 at once, GetUser p50, {size}"), format!("{one:.0} /s, {many:.0} /s, {user:.3} ms"));
        let (one_first, many_first, page_first) = *first.get_or_insert((one, many, page));
        if total > 0 {
            report.stated(
                &format!("The same, times those of the small one: CreateUser 1, 64, ListUsers, {size}"),
                format!("{:.2}, {:.2}, {:.2}", one / one_first, many / many_first, page / page_first),
            );
        }
    }
    Ok(())
}

/// Makes users like one of another account, past the quota's and the policies' eyes.
pub(crate) async fn fill(store: &Store, account: AccountId, like: &User, begin: &str, count: u64) -> anyhow::Result<Vec<UserRef>> {
    let mut made = Vec::new();
    while (made.len() as u64) < count {
        let mut changes = ChangeSet::default();
        for number in made.len() as u64..(made.len() as u64 + BATCH).min(count) {
            let id = UserRef { account, user: UserId::draw(&SystemEntropy) };
            let name = format!("{begin}{number:05}").parse()?;
            changes.put(Record::User(User { id: id.clone(), version: Version::NEW, name, ..like.clone() }));
            made.push(id);
        }
        store.commit(changes).await?;
    }
    Ok(made)
}

/// A user of an account that others are made like.
pub(crate) async fn plain(lockwright: &Lockwright, account: AccountId) -> anyhow::Result<User> {
    Ok(lockwright.create_user(&host(lockwright), account, &"first".parse()?, false, GiveAccess::None).await?.0)
}
