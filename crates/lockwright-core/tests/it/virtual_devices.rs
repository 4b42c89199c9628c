//! Virtual MFA devices: who enables one for whom, and what comes with it.

use std::sync::Arc;
use std::time::Duration;

use lockwright_core::permit::Permit;
use lockwright_core::person::Person;
use lockwright_core::resource::Refusal;
use lockwright_core::virtual_device::{self, MOST_VIRTUAL_DEVICES, Match, NewDevice, NotEnabled};
use lockwright_model::change::{ChangeSet, Record, Version};
use lockwright_model::context::{OpContext, SecondFactor};
use lockwright_model::entropy::SeededEntropy;
use lockwright_model::factors::{DeviceKind, EnrolmentOwed, EnrolmentReason, MOST_DEVICES};
use lockwright_model::id::DeviceId;
use lockwright_model::identity::Principal;
use lockwright_model::job::{Happening, Notice, Task};
use lockwright_model::resource::{Resource, VirtualDevice};
use lockwright_model::secret::Sealed;

use crate::devices::{at, chance, device, iam, op, with};

const FOUND: Option<Match> = Some(Match { step: 60_000_000, drift: -1 });

fn permit(person: &Person) -> Permit {
    Permit::granted(person.account_id().unwrap())
}

/// The person acts with a key of their own.
fn own(person: &Person) -> OpContext {
    OpContext { principal: Principal::Signed(person.identity()), ..op(10) }
}

fn virtual_device(person: &Person, name: &str) -> VirtualDevice {
    VirtualDevice {
        account: person.account_id().unwrap(),
        id: DeviceId::draw(&SeededEntropy::new(99)),
        version: Version(1),
        name: name.parse().unwrap(),
        path: "/deck/".parse().unwrap(),
        created: at(0),
        seed: Sealed::from_text("for nobody"),
        owner: None,
        last_step: None,
        tags: Vec::new(),
    }
}

fn enable(person: &Person, found: Option<Match>, elsewhere: bool, op: &OpContext) -> Result<ChangeSet, NotEnabled> {
    let (permit, device) = (permit(person), virtual_device(person, "phone"));
    let seed = Sealed::from_text("for carla");
    virtual_device::enable(&permit, person.clone(), device, elsewhere, seed, found, None, None, op, &chance())
        .map(|decided| decided.changes)
}

fn user_after(changes: &ChangeSet) -> lockwright_model::user::User {
    changes.puts.iter().find_map(|record| if let Record::User(user) = record { Some(user.clone()) } else { None }).unwrap()
}

#[test]
fn a_user_adds_no_device_to_one_that_stands_without_showing_it() {
    let bare = iam();
    assert!(enable(&bare, FOUND, false, &own(&bare)).is_ok(), "the first one, by a key");
    let armed = with(iam(), &[device("Phone", false)]);
    assert_eq!(enable(&armed, FOUND, false, &own(&armed)).unwrap_err(), NotEnabled::WithoutFactor);
    let absent = OpContext { second_factor: SecondFactor::Absent, ..own(&armed) };
    assert_eq!(enable(&armed, FOUND, false, &absent).unwrap_err(), NotEnabled::WithoutFactor);
    // Told before anything of the device is.
    assert_eq!(enable(&armed, None, true, &own(&armed)).unwrap_err(), NotEnabled::WithoutFactor);
    let shown = OpContext { second_factor: SecondFactor::Shown(at(5)), ..own(&armed) };
    assert!(enable(&armed, FOUND, false, &shown).is_ok());
    assert!(enable(&armed, FOUND, false, &op(10)).is_ok(), "an administrator");
}

#[test]
fn a_key_alone_enrols_nothing_that_is_owed_and_one_in_question_nothing_at_all() {
    let mut owing = iam();
    owing.factors_mut().enrolment = Some(EnrolmentOwed { since: at(0), why: EnrolmentReason::Administrator, taken: true });
    assert_eq!(enable(&owing, FOUND, false, &own(&owing)).unwrap_err(), NotEnabled::Owed);
    let changes = enable(&owing, FOUND, false, &op(10)).unwrap();
    assert_eq!(user_after(&changes).factors.enrolment, None, "what an administrator enables is what was owed");
    let bare = iam();
    let may = |op: &OpContext| virtual_device::may_enable(&permit(&bare), &bare, Some(at(1)), op);
    assert_eq!(may(&own(&bare)), Err(NotEnabled::Questioned));
    assert_eq!(may(&op(10)), Ok(()), "whoever else signs with such a key is an administrator");
}

#[test]
fn n_r25_while_changes_are_frozen_nobody_enables_a_device_whoever_acts() {
    let mut frozen = iam();
    let until = at(10).plus(Duration::from_secs(3_600));
    frozen.factors_mut().frozen_until = Some(until);
    for op in [own(&frozen), op(10)] {
        assert_eq!(enable(&frozen, FOUND, false, &op).unwrap_err(), NotEnabled::Frozen(until));
    }
    assert!(enable(&frozen, FOUND, false, &op(4_000)).is_ok());
}

#[test]
fn the_first_device_ends_the_sessions_made_without_it_and_its_owner_hears_of_each() {
    let bare = iam();
    let changes = enable(&bare, FOUND, false, &op(10)).unwrap();
    let user = user_after(&changes);
    let [factor] = user.factors.devices.as_slice() else { panic!("one") };
    assert_eq!(factor.serial(user.id.account), virtual_device(&bare, "phone").arn());
    let DeviceKind::Totp { seed, drift, last_step } = &factor.kind else { panic!("an app") };
    assert_eq!((seed.as_text(), *drift, *last_step), ("for carla", -1, Some(60_000_000)));
    assert!(user.epoch > bare.epoch());
    let told = changes.puts.iter().filter_map(|record| if let Record::Job(job) = record { Some(&job.task) } else { None });
    let added = |task: &&Task| matches!(task, Task::Notify { notice: Notice::Happened { what: Happening::DeviceAdded(name), .. }, .. } if name.as_str() == "phone");
    assert_eq!(told.filter(added).count(), 1);
    assert!(changes.events.iter().any(|event| event.name == "EnableMFADevice" && !event.record.to_string().contains("for carla")));
    let row = changes.puts.iter().find_map(|record| if let Record::Resource(Resource::Device(row)) = record { Some(row) } else { None });
    assert_eq!(row.map(|row| (row.owner.clone(), row.last_step)), Some((Some(user.id.user.clone()), Some(60_000_000))));

    let armed = with(iam(), &[device("phone", true)]);
    let second = user_after(&enable(&armed, FOUND, false, &op(10)).unwrap());
    assert_eq!(second.epoch, armed.epoch(), "whoever is signed in has seen the other one");
    assert_eq!(second.factors.devices[1].name.as_str(), "phone 2", "two of one name would be one in forms");
}

#[test]
fn a_device_is_one_persons_needs_its_two_codes_and_there_are_at_most_eight() {
    let bare = iam();
    assert_eq!(enable(&bare, FOUND, true, &op(10)).unwrap_err(), NotEnabled::InUse);
    assert_eq!(enable(&bare, None, false, &op(10)).unwrap_err(), NotEnabled::Codes);
    let once = Person::User { account: Arc::new(account_of(&bare)), user: user_after(&enable(&bare, FOUND, false, &op(10)).unwrap()) };
    assert_eq!(enable(&once, FOUND, false, &op(10)).unwrap_err(), NotEnabled::Own);
    let full = with(iam(), &vec![device("Phone", false); MOST_DEVICES]);
    assert_eq!(enable(&full, FOUND, false, &op(10)).unwrap_err(), NotEnabled::TooMany);
    let stranger = Permit::granted("123456789012".parse().unwrap());
    assert_eq!(virtual_device::may_enable(&stranger, &bare, None, &op(10)), Err(NotEnabled::OtherAccount));
}

fn account_of(person: &Person) -> lockwright_model::account::Account {
    match person {
        Person::User { account, .. } => (**account).clone(),
        _ => unreachable!(),
    }
}

#[test]
fn what_is_in_use_is_not_deleted_and_an_account_has_a_limit() {
    let person = iam();
    let (permit, device) = (permit(&person), virtual_device(&person, "phone"));
    assert_eq!(virtual_device::delete(&permit, device.clone(), true, &op(10), &chance()).unwrap_err(), Refusal::InUse);
    assert!(virtual_device::delete(&permit, device, false, &op(10), &chance()).is_ok());
    let new = || NewDevice {
        id: DeviceId::draw(&chance()),
        path: "/".parse().unwrap(),
        name: "phone".parse().unwrap(),
        seed: Sealed::from_text("sealed text"),
        tags: Vec::new(),
    };
    let create = |known| virtual_device::create(&permit, &account_of(&person), new(), known, &op(10), &chance());
    assert_eq!(create(MOST_VIRTUAL_DEVICES).unwrap_err(), Refusal::TooMany(MOST_VIRTUAL_DEVICES));
    let made = create(MOST_VIRTUAL_DEVICES - 1).unwrap();
    assert!(made.changes.events.iter().all(|event| !event.record.to_string().contains("sealed text")), "no seed in the trail");
}
