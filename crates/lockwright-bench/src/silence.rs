//! Whether time tells if a name exists (A07, B22, Q21): Welch's t between names that do and names that don't, in turn.

use std::time::Instant;

use lockwright_authn::hasher::{HashParams, Hasher, Workspace};
use lockwright_model::builder::Builder;
use lockwright_model::change::{ChangeSet, Claim, ClaimKey, Record, Version};
use lockwright_model::clock::{Clock, SystemClock};
use lockwright_model::context::{OpContext, Source};
use lockwright_model::credential::Credential;
use lockwright_model::email::EmailAddress;
use lockwright_model::entropy::SystemEntropy;
use lockwright_model::id::BuilderId;
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::secret::{KeyBytes, Password};
use lockwright_service::Lockwright;
use lockwright_service::signin::SignInName;
use lockwright_store::Store;

use crate::installation::{PASSWORD, open};
use crate::report::Report;
use lockwright_model::proof::Goal;

const RECOVERIES: u32 = 1000;
const SIGN_INS: u32 = 600;
/// dudect's mark: below it, no difference was found.
const MARK: f64 = 4.5;

pub(crate) async fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (lockwright, store) = open(folder.path(), 1).await?;
    fill(&store, RECOVERIES.max(SIGN_INS)).await?;
    let mut recoveries = (Vec::new(), Vec::new());
    for number in 0..RECOVERIES {
        for known in order(number) {
            let (op, name) = (stranger(&lockwright, number, known), name(number, known)?);
            let begun = Instant::now();
            lockwright.start_recovery(&op, &name, Goal::NewPassword).await?;
            side(&mut recoveries, known).push(begun.elapsed().as_secs_f64());
        }
    }
    let mut sign_ins = (Vec::new(), Vec::new());
    for number in 0..SIGN_INS {
        for known in order(number) {
            let (op, name) = (stranger(&lockwright, number, known), name(number, known)?);
            let begun = Instant::now();
            anyhow::ensure!(lockwright.sign_in(&op, &name, "not the password of anybody", None).await.is_err(), "nobody has this password");
            side(&mut sign_ins, known).push(begun.elapsed().as_secs_f64());
        }
    }
    drop(lockwright);
    store.close().await;
    report.at_most(
        &format!("Known or unknown name at recovery, Welch's t over {RECOVERIES} pairs"),
        "",
        &[welch(&recoveries.0, &recoveries.1)],
        MARK,
    );
    report.at_most(
        &format!("Known or unknown name at sign-in, Welch's t over {SIGN_INS} pairs"),
        "",
        &[welch(&sign_ins.0, &sign_ins.1)],
        MARK,
    );
    Ok(())
}

/// Known first in every other round, so that drift falls on both.
fn order(number: u32) -> [bool; 2] {
    if number.is_multiple_of(2) { [true, false] } else { [false, true] }
}

fn side(times: &mut (Vec<f64>, Vec<f64>), known: bool) -> &mut Vec<f64> {
    if known { &mut times.0 } else { &mut times.1 }
}

fn address(number: u32, known: bool) -> anyhow::Result<EmailAddress> {
    Ok(format!("{}{number:05}@example.com", if known { "known" } else { "other" }).parse()?)
}

fn name(number: u32, known: bool) -> anyhow::Result<SignInName> {
    Ok(SignInName::Builder(address(number, known)?))
}

/// Each from a network of its own, so that no limit is reached.
fn stranger(lockwright: &Lockwright, number: u32, known: bool) -> OpContext {
    let [_, a, b, c] = number.to_be_bytes();
    let source = Source { ip: Some([if known { 10 } else { 11 }, a, b, c].into()), agent: "bench".to_owned() };
    lockwright.op(Principal::Anonymous, source)
}

async fn fill(store: &Store, count: u32) -> anyhow::Result<()> {
    let hasher = Hasher::new(KeyBytes::new([1; 32]), HashParams::default())?;
    let hash = hasher.hash(&Password::parse(PASSWORD)?, &SystemEntropy, &mut Workspace::default());
    let now = SystemClock.now();
    for number in 0..count {
        let (id, email) = (BuilderId::draw(&SystemEntropy), address(number, true)?);
        let mut changes = ChangeSet::default();
        changes.put(Record::Claim(Claim::held(ClaimKey::BuilderEmail(email.key()), Identity::Builder(id.clone()))));
        changes.put(Record::Builder(Builder {
            id,
            version: Version::NEW,
            email,
            name: "Person".parse()?,
            created: now,
            disabled: false,
            factors: Default::default(),
            credential: Some(Credential::first(hash.clone(), now)),
            epoch: 0,
            closed: None,
        }));
        store.commit(changes).await?;
    }
    Ok(())
}

/// |t| over the faster 95 % of each side: the slowest ones are the machine's own business.
fn welch(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (trimmed(a), trimmed(b));
    let (mean_a, mean_b) = (mean(&a), mean(&b));
    let spread = |values: &[f64], mean: f64| values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64;
    let error = (spread(&a, mean_a) / a.len() as f64 + spread(&b, mean_b) / b.len() as f64).sqrt();
    ((mean_a - mean_b) / error).abs()
}

fn trimmed(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.truncate(values.len() * 95 / 100);
    sorted
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
