//! The end of a case: a new password, devices removed, an address confirmed.

use lockwright_model::case::{Case, CaseMoment, CaseState, Purpose};
use lockwright_model::change::{ChangeSet, ClaimKey, Key, Record, Version};
use lockwright_model::context::OpContext;
use lockwright_model::credential::Credential;
use lockwright_model::email::EmailAddress;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::{DeviceKind, EnrolmentOwed, EnrolmentReason, MfaDevice};
use lockwright_model::job::{Happening, Notice, SharedChange};
use lockwright_model::proof::Goal;
use lockwright_model::secret::PasswordHash;
use lockwright_model::session::SessionScope;
use lockwright_model::token::TokenHash;
use lockwright_model::tries::Tries;
use serde_json::{Value, json};

use super::evidence;
use super::rules::Opening;
use super::waiting::not_frozen;
use super::{Refusal, Step, complete, ready};
use crate::Decided;
use crate::access_key;
use crate::outbox;
use crate::person::Person;
use crate::session::{self, NewSession, SessionLimits};
use crate::shared;
use crate::tries;

/// Whether a recovery's proofs still open what it is for: the person may have changed since they were given.
fn opens(case: &Case, person: &Person, goal: Goal, holder: TokenHash, step: &Step<'_>) -> Result<(), Refusal> {
    ready(case, holder, step.op.now)?;
    evidence::stands(case, person, step.op.now)?;
    // A rehearsal changes nothing.
    if evidence::goal_of(case)? != goal || case.gathered.drill.is_some() {
        return Err(Refusal::Gone);
    }
    not_frozen(person, step.op.now)?;
    match (evidence::opening(case, person, step.settings, step.op.now)?, &case.state) {
        (Opening::AtOnce(_), _) | (Opening::AfterDelay(_), CaseState::Waiting { .. }) => Ok(()),
        (Opening::AfterDelay(_) | Opening::Nothing, _) => Err(Refusal::Gone),
    }
}

/// Sets the new password, ends every session, tells every address. The person signs in afresh (O-F13), and no device is taken or added:
/// one that wrong tries had switched off and that proved itself here is on again (N-T03), or strangers could keep its owner out.
///
/// `counted` are the counters that this forgives.
pub fn finish(
    mut case: Case,
    holder: TokenHash,
    mut person: Person,
    hash: PasswordHash,
    counted: impl IntoIterator<Item = Tries>,
    step: &Step<'_>,
) -> Result<Decided<()>, Refusal> {
    let (op, entropy) = (step.op, step.entropy);
    ready(&case, holder, op.now)?;
    let handed = match &case.purpose {
        Purpose::Recover { .. } => {
            opens(&case, &person, Goal::NewPassword, holder, step)?;
            false
        }
        Purpose::SetPassword { subject, epoch } if *subject == person.identity() && *epoch == person.epoch() => true,
        _ => return Err(Refusal::Gone),
    };
    if person.replaced_since(case.created, op.now) {
        return Err(Refusal::Gone);
    }
    let credential = Credential::replacing(person.credential(), hash, op.now);
    if !person.replace_credential(credential) {
        return Err(Refusal::Gone);
    }
    // Whatever else waits was asked for while another password counted.
    person.factors_mut().underway.clear();
    let mut changes = ChangeSet::default();
    changes.puts.extend(counted.into_iter().map(|counted| Record::Tries(tries::forgive(counted, op.now))));
    let on = switch_on(&mut person, &case);
    let acting = person.acting(op);
    let name = if handed { "PasswordUpdated" } else { "PasswordRecoveryCompleted" };
    let told = Told::new(Service::Signin, name, person.account_id())
        .about(person.identity(), person.iam_user())
        .response(json!({name: "Success"}))
        .additional(on.map_or(Value::Null, |device| json!({"MFADeviceSwitchedOn": device})));
    changes.tell(AuditEvent::new(&acting, entropy, told));
    shared::tell(&mut changes, &mut person, SharedChange::Password, op, entropy);
    // A handed link too: nobody had to know the old password.
    outbox::notify(&mut changes, &person, &Notice::PasswordRecovered(person.whose()), op, entropy);
    if !handed {
        evidence::note(&mut case, &person, CaseMoment::Completed, op.now);
        question_keys(&mut changes, &mut person, step);
    }
    changes.puts.extend(complete(case, op).puts);
    changes.put(person.record());
    Ok(Decided::new(changes, ()))
}

/// Marks the access keys from before, and tells their owner that they still sign.
fn question_keys(changes: &mut ChangeSet, person: &mut Person, step: &Step<'_>) {
    match access_key::question(person, step.op.now) {
        0 => {}
        signing => outbox::tell(changes, person, Happening::KeysQuestioned(signing), step.op, step.entropy),
    }
}

/// Switches the device on again that proved itself though it was off; its name.
fn switch_on(person: &mut Person, case: &Case) -> Option<String> {
    let worn = case.gathered.worn.as_ref()?;
    let device = person.factors_mut().devices.iter_mut().find(|device| device.id == *worn)?;
    device.disabled = false;
    Some(device.name.to_string())
}

/// Removes the enrolled devices: a new one is owed. All sessions end, and this browser gets one in which nothing but enrolling is possible,
/// for what was proven here is as much as enrolment asks for (V6.4.4).
pub fn finish_reenrol(
    mut case: Case,
    holder: TokenHash,
    mut person: Person,
    limits: SessionLimits,
    step: &Step<'_>,
) -> Result<Decided<NewSession>, Refusal> {
    let (op, entropy) = (step.op, step.entropy);
    opens(&case, &person, Goal::Reenrol, holder, step)?;
    let mut changes = ChangeSet::default();
    let acting = person.acting(op);
    let devices: Vec<MfaDevice> = std::mem::take(&mut person.factors_mut().devices);
    for device in &devices {
        if let DeviceKind::Passkey { credential, .. } = &device.kind {
            changes.delete(Key::Claim(ClaimKey::Passkey(credential.clone())), Version::NEW);
        }
        let told = Told::new(Service::Iam, "DeactivateMFADevice", person.account_id())
            .about(person.identity(), person.iam_user())
            .request(json!({"serialNumber": device.id.as_str()}));
        changes.tell(AuditEvent::new(&acting, entropy, told));
    }
    let factors = person.factors_mut();
    factors.enrolment = Some(EnrolmentOwed { since: op.now, why: EnrolmentReason::Recovered, taken: true });
    factors.underway.retain(|under| under.goal != Goal::Reenrol);
    person.end_sessions();
    shared::tell(&mut changes, &mut person, SharedChange::Devices, op, entropy);
    let told = Told::new(Service::Signin, "DeviceRecoveryCompleted", person.account_id())
        .about(person.identity(), person.iam_user())
        .response(json!({"DeviceRecoveryCompleted": "Success"}));
    changes.tell(AuditEvent::new(&acting, entropy, told));
    evidence::tell(&mut changes, &mut case, &person, CaseMoment::Completed, None, step);
    question_keys(&mut changes, &mut person, step);
    let new = session::open(&person, SessionScope::EnrolMfa, limits, op, entropy);
    changes.put(Record::Session(new.session.clone()));
    changes.puts.extend(complete(case, op).puts);
    changes.put(person.record());
    Ok(Decided::new(changes, new))
}

/// Confirms an IAM user's own address, once its mailbox was proven.
pub fn confirm_address(
    case: Case,
    holder: TokenHash,
    person: Person,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<EmailAddress>, Refusal> {
    ready(&case, holder, op.now)?;
    let address = match &case.purpose {
        Purpose::ConfirmAddress { subject, address } if *subject == person.identity() && person.bar().is_none() => address.clone(),
        _ => return Err(Refusal::Gone),
    };
    not_frozen(&person, op.now)?;
    let Person::User { account, mut user } = person else { return Err(Refusal::Gone) };
    let before = Person::User { account: account.clone(), user: user.clone() };
    // A new address serves no recovery yet, unless it came with the user: nobody had signed in before.
    if user.email.as_ref() != Some(&address) {
        user.factors.email_changed = user.last_sign_in.map(|_| op.now);
    }
    user.email = Some(address.clone());
    let after = Person::User { account, user };
    let mut changes = complete(case, op);
    let told = Told::new(Service::Signin, "EmailUpdated", after.account_id()).about(after.identity(), after.iam_user());
    changes.tell(AuditEvent::new(op, entropy, told));
    // The old address hears of it first; it may not be the person's doing.
    if before.addresses() != after.addresses() {
        outbox::notify(&mut changes, &before, &Notice::AddressConfirmed(before.whose()), op, entropy);
    }
    outbox::notify(&mut changes, &after, &Notice::AddressConfirmed(after.whose()), op, entropy);
    changes.put(after.record());
    Ok(Decided::new(changes, address))
}
