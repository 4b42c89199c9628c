//! Many principals: what one takes of the memory, and how calls of ever different ones fare.

use std::path::Path;
use std::time::Instant;

use lockwright_model::access_key::AccessKeyId;
use lockwright_model::identity::{Identity, Principal, UserRef};
use lockwright_model::user::{Grants, InlinePolicy, User};
use lockwright_service::Lockwright;
use lockwright_service::authorize::Aim;

use crate::growth::{fill, plain};
use crate::installation::{host, open};
use crate::process::{OWN, rss_of};
use crate::report::Report;

/// Principals whose keys sign, of the many.
const SIGN: usize = 8_000;
/// Calls before anything is counted.
const WARM: usize = 1_000;
const KEYS: &str = "keys";

pub(crate) async fn measure(report: &mut Report) -> anyhow::Result<()> {
    wide(report).await?;
    deep(report).await
}

/// 1000 accounts of 100 users.
async fn wide(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(".")?;
    let (lockwright, store) = open(folder.path(), 1).await?;
    let mut all: Vec<UserRef> = Vec::new();
    for number in 0..1000 {
        let email = format!("root{number}@example.com").parse()?;
        let (account, _) = lockwright.create_account(&host(&lockwright), &"Harbour".parse()?, &email).await?;
        let like = plain(&lockwright, account).await?;
        all.extend(fill(&store, account, &like, "person", 99).await?);
    }
    let mut keys = Vec::new();
    for chunk in all.iter().step_by(all.len() / SIGN).collect::<Vec<_>>().chunks(64) {
        let made = chunk.iter().map(|user| {
            let (lockwright, owner) = (lockwright.clone(), Identity::User((*user).clone()));
            tokio::spawn(async move { lockwright.create_access_key(&host(&lockwright), &owner).await.map(|made| made.0.id) })
        });
        for key in made.collect::<Vec<_>>() {
            keys.push(key.await??.to_string());
        }
    }
    std::fs::write(folder.path().join(KEYS), keys.join("\n"))?;
    drop((lockwright, store));
    // In a process of its own, whose memory has seen nothing else.
    let asked = std::process::Command::new(OWN).args(["--lockwright", "-", "--report", "-", "--principals"]).arg(folder.path()).output()?;
    anyhow::ensure!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    let told = String::from_utf8_lossy(&asked.stdout).into_owned();
    let [each, cold, warm] = told.split_whitespace().map(str::parse::<f64>).collect::<Result<Vec<_>, _>>()?[..] else {
        anyhow::bail!("the other process said {told}")
    };
    report.stated("Memory, one more principal in the cache", format!("{each:.0} bytes, up to the cache's bound"));
    report.stated(
        "Key looked up and policies decided, 1000 accounts of 100 users, one thread",
        format!("{cold:.1} µs at the first call of a principal, {warm:.1} µs at later ones"),
    );
    Ok(())
}

/// What [`wide`] asks of its other process: bytes a principal, microseconds of a first and of a later call.
pub(crate) async fn asked(folder: &Path) -> anyhow::Result<()> {
    let (lockwright, _store) = open(folder, 1).await?;
    let text = std::fs::read_to_string(folder.join(KEYS))?;
    let keys = text.lines().map(str::parse).collect::<Result<Vec<AccessKeyId>, _>>()?;
    let (warm, rest) = keys.split_at(WARM);
    sign(&lockwright, warm).await?;
    let before = rss_of("/proc/self/status")?;
    let cold = sign(&lockwright, rest).await?;
    let each = (rss_of("/proc/self/status")? - before) * 1e6 / rest.len() as f64;
    let again = sign(&lockwright, rest).await?;
    println!("{each} {cold} {again}");
    Ok(())
}

/// Looks up whose each key is and asks their policies; microseconds a key.
async fn sign(lockwright: &Lockwright, keys: &[AccessKeyId]) -> anyhow::Result<f64> {
    let begun = Instant::now();
    for key in keys {
        let now = lockwright.now();
        let signer = lockwright.signer(key, None, now).await?.map_err(|why| anyhow::anyhow!("{why:?}"))?;
        let op = signer.acting(key.clone(), host(lockwright));
        let account = signer.caller.account_id().ok_or_else(|| anyhow::anyhow!("nobody of an account"))?;
        let _ = lockwright.may_as(&op, &signer.caller, account, &Aim::users("iam:ListUsers", account)).await?;
    }
    Ok(begun.elapsed().as_secs_f64() * 1e6 / keys.len() as f64)
}

/// One account of 5000 users with 10 policies each, of 500 in all.
async fn deep(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(".")?;
    let (lockwright, store) = open(folder.path(), 1).await?;
    let (account, _) = lockwright.create_account(&host(&lockwright), &"Harbour".parse()?, &"root@example.com".parse()?).await?;
    let like = plain(&lockwright, account).await?;
    let mut users = Vec::new();
    for number in 0..50 {
        let inline = (0..10).map(|at| {
            let document = format!(
                r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::bucket-{number}-{at}/*"}}}}"#
            );
            Ok(InlinePolicy { name: format!("policy{at}").parse()?, document })
        });
        let grants = Grants { inline: inline.collect::<anyhow::Result<Vec<_>>>()?, ..Grants::default() };
        let like = User { grants, ..like.clone() };
        users.extend(fill(&store, account, &like, &format!("of{number}-"), 100).await?);
    }
    let mut times = Vec::new();
    for _ in 0..3 {
        let begun = Instant::now();
        for user in &users {
            let op = lockwright.op(Principal::Signed(Identity::User(user.clone())), host(&lockwright).source);
            let _ = lockwright.may(&op, account, &Aim::users("iam:ListUsers", account)).await?;
        }
        times.push(begun.elapsed().as_secs_f64() * 1e6 / users.len() as f64);
    }
    report.stated(
        "Policies decided, one account of 5000 users of 10 policies, one thread",
        format!("{:.1} µs at the first call of a user, {:.1} µs at later ones", times[0], times[2]),
    );
    Ok(())
}
