//! Readiness and obstacles as tables: what a person is told is what the rules do.

use std::time::Duration;

use lockwright_core::obstacle::{Obstacle, obstacles};
use lockwright_core::person::Person;
use lockwright_core::readiness::{Concern, Help, Surroundings, readiness, way_from};
use lockwright_core::recovery::RecoverySettings;
use lockwright_core::tries::delay_after;
use lockwright_model::account::{Account, AccountState};
use lockwright_model::builder::Builder;
use lockwright_model::change::Version;
use lockwright_model::clock::Timestamp;
use lockwright_model::credential::Credential;
use lockwright_model::entropy::SeededEntropy;
use lockwright_model::factors::{
    Contact, DeviceKind, EnrolmentOwed, EnrolmentReason, ExtraEmail, Factors, Loss, MfaDevice, Phone, RecoveryCodes,
};
use lockwright_model::id::{BuilderId, CaseId, ContactId, DeviceId};
use lockwright_model::password_policy::PasswordPolicy;
use lockwright_model::proof::{Goal, Proof};
use lockwright_model::secret::{PasswordHash, Sealed};
use lockwright_model::token::TokenHash;
use lockwright_model::tries::{Tries, TriesKey};
use lockwright_model::user::User;

use crate::devices::iam;

const DAY: Duration = Duration::from_secs(86_400);

fn long_ago() -> Timestamp {
    Timestamp::from_micros(0)
}

pub(crate) fn now() -> Timestamp {
    long_ago().plus(DAY * 1_000)
}

pub(crate) fn person(factors: Factors) -> Person {
    Person::Builder(Builder {
        id: BuilderId::draw(&SeededEntropy::new(1)),
        version: Version(1),
        email: "bela@example.com".parse().unwrap(),
        name: "Bela".parse().unwrap(),
        created: long_ago(),
        disabled: false,
        closed: None,
        credential: Some(Credential::first(PasswordHash::from_phc("$argon2id$x"), long_ago())),
        epoch: 0,
        factors,
    })
}

fn app(added: Timestamp) -> MfaDevice {
    MfaDevice {
        id: DeviceId::draw(&SeededEntropy::new(2)),
        name: "Phone".parse().unwrap(),
        added,
        last_used: None,
        disabled: false,
        kind: DeviceKind::Totp { seed: Sealed::from_text("x"), drift: 0, last_step: None },
        place: None,
    }
}

fn codes(since: Timestamp) -> RecoveryCodes {
    RecoveryCodes { since, left: (0..10).map(|n| Some(TokenHash::from_bytes([n; 32]))).collect() }
}

fn contact(n: u64) -> Contact {
    Contact {
        id: ContactId::draw(&SeededEntropy::new(n)),
        name: "Carla".parse().unwrap(),
        address: format!("friend.{n}@example.org").parse().unwrap(),
        invited: long_ago(),
        since: Some(long_ago()),
        invitation: CaseId::draw(&SeededEntropy::new(n)),
        owner: "Bela".parse().unwrap(),
    }
}

fn way(person: &Person, loss: Loss) -> Option<(usize, Duration, Option<Help>)> {
    way_from(person, loss, RecoverySettings::default(), now()).map(|way| (way.steps.len(), way.waits, way.help))
}

fn no_operators() -> RecoverySettings {
    RecoverySettings { operator_help: false, ..RecoverySettings::default() }
}

#[test]
fn n_r18_without_a_device_the_mailbox_is_the_way_and_the_opening_and_both_are_said() {
    let person = person(Factors::default());
    assert_eq!(way(&person, Loss::Password), Some((1, Duration::ZERO, None)));
    assert_eq!(way(&person, Loss::Mailbox), Some((0, Duration::ZERO, None)), "the password still signs in");
    let ready = readiness(&person, no_operators(), &Surroundings::default(), now());
    assert_eq!(ready.openings, [Proof::Email, Proof::Host]);
    assert!(ready.concerns.contains(&Concern::MailboxOpens));
    assert_eq!(ready.lines.last().map(|line| (line.loss, line.way.clone())), Some((Loss::Everything, None)), "it is said beforehand");
}

#[test]
fn b2_a_lost_device_without_codes_is_a_single_point_of_failure() {
    let lone = person(Factors { devices: vec![app(long_ago())], ..Factors::default() });
    let ready = readiness(&lone, no_operators(), &Surroundings::default(), now());
    assert!(matches!(ready.concerns.first(), Some(Concern::NoWayFrom(_))), "the gravest comes first: {:?}", ready.concerns);
    assert!(ready.concerns.contains(&Concern::NoWayFrom(Loss::Devices)) && ready.concerns.contains(&Concern::FewCodes));
    let helped = readiness(&lone, RecoverySettings::default(), &Surroundings::default(), now());
    assert!(helped.concerns.contains(&Concern::OnlyOperatorsFrom(Loss::Devices)));

    let with_codes = person(Factors { devices: vec![app(long_ago())], codes: Some(codes(long_ago())), ..Factors::default() });
    assert_eq!(way(&with_codes, Loss::Devices), Some((0, Duration::ZERO, None)), "a code is the second step");
    assert_eq!(way(&with_codes, Loss::PasswordAndDevices).map(|way| (way.1, way.2)), Some((Duration::ZERO, None)));
}

#[test]
fn what_is_new_serves_at_sign_in_and_not_yet_in_a_recovery() {
    let fresh = person(Factors { devices: vec![app(now())], codes: Some(codes(now())), ..Factors::default() });
    assert_eq!(way(&fresh, Loss::Devices), Some((0, Duration::ZERO, None)));
    assert_eq!(way(&fresh, Loss::PasswordAndDevices).and_then(|way| way.2), Some(Help::Operators), "mail and a new code open nothing");
    let ready = readiness(&fresh, RecoverySettings::default(), &Surroundings::default(), now());
    assert_eq!(ready.cooling_until, Some(now().plus(DAY * 7)));
    let later = readiness(&fresh, RecoverySettings::default(), &Surroundings::default(), now().plus(DAY * 7));
    assert_eq!(later.cooling_until, None);
}

#[test]
fn x05_everything_lost_is_found_again_with_two_contacts_and_two_waits_or_one() {
    let mut factors = Factors { devices: vec![app(long_ago())], ..Factors::default() };
    factors.contacts.people = vec![contact(1), contact(2)];
    factors.contacts.threshold = 2;
    let two = person(factors.clone());
    let back = way_from(&two, Loss::Everything, RecoverySettings::default(), now()).unwrap();
    assert_eq!((back.help, back.waits), (None, RecoverySettings::default().delay));
    assert_eq!(back.steps.iter().map(|rule| rule.goal).collect::<Vec<_>>(), [Goal::NewPassword, Goal::Reenrol]);
    factors.contacts.people.pop();
    factors.contacts.threshold = 1;
    assert_eq!(way(&person(factors), Loss::Everything).and_then(|way| way.2), Some(Help::Operators), "one contact alone opens nothing");
}

#[test]
fn b2_loops_and_shared_fates_are_marked() {
    let mut factors = Factors { devices: vec![app(long_ago())], codes: Some(codes(long_ago())), ..Factors::default() };
    factors.phones = vec![Phone { number: "+4930901820".parse().unwrap(), since: long_ago() }];
    factors.emails = vec![ExtraEmail { address: "bela.2@example.com".parse().unwrap(), since: long_ago() }];
    factors.contacts.people = vec![contact(1)];
    factors.contacts.threshold = 1;
    let surroundings = Surroundings { host: "id.example.com".to_owned(), mutual_contacts: 1 };
    let ready = readiness(&person(factors), no_operators(), &surroundings, now());
    for concern in
        [Concern::MailboxInside, Concern::OnePhone, Concern::OneProvider, Concern::MutualContacts, Concern::OldContacts, Concern::OneDevice]
    {
        assert!(ready.concerns.contains(&concern), "{concern:?} in {:?}", ready.concerns);
    }
}

#[test]
fn m4_the_real_state_says_what_stands_in_the_way() {
    assert_eq!(obstacles(&person(Factors::default()), None, now()), []);
    let Person::Builder(mut builder) =
        person(Factors { devices: vec![app(long_ago())], frozen_until: Some(now().plus(DAY)), ..Factors::default() })
    else {
        unreachable!()
    };
    builder.disabled = true;
    if let Some(credential) = &mut builder.credential {
        (credential.disabled, credential.changed) = (true, now());
    }
    let found = obstacles(&Person::Builder(builder), None, now());
    assert_eq!(
        found,
        [
            Obstacle::SwitchedOff,
            Obstacle::PasswordSwitchedOff,
            Obstacle::SecondStep { devices: 1, codes: 0, switched_off: false },
            Obstacle::Frozen { until: now().plus(DAY) },
            Obstacle::ChangedLately { at: now() },
        ]
    );
}

/// What stands in the way of an IAM user whose account and row were changed like this.
fn in_the_way(change: impl FnOnce(&mut Account, &mut User)) -> Vec<Obstacle> {
    let Person::User { mut account, mut user } = iam() else { unreachable!() };
    credential(&mut user).changed = long_ago();
    change(std::sync::Arc::make_mut(&mut account), &mut user);
    obstacles(&Person::User { account, user }, None, now())
}

fn credential(user: &mut User) -> &mut Credential {
    user.login_profile.as_mut().and_then(|profile| profile.credential.as_mut()).unwrap()
}

fn expires(account: &mut Account, hard_expiry: bool) {
    let policy = PasswordPolicy { max_age_days: Some(30), hard_expiry, ..PasswordPolicy::when_omitted() };
    account.password_policy = Some(policy);
}

#[test]
fn m4_each_thing_in_the_way_is_told_by_itself() {
    assert_eq!(in_the_way(|_, _| {}), []);
    assert_eq!(in_the_way(|account, _| account.state = AccountState::Suspended), [Obstacle::Suspended]);
    let until = now().plus(DAY * 90);
    assert_eq!(in_the_way(|account, _| account.closed = Some(now())), [Obstacle::Closed { until }]);
    assert_eq!(in_the_way(|_, user| user.login_profile = None), [Obstacle::NoConsoleAccess]);
    let unset = in_the_way(|_, user| user.login_profile.as_mut().unwrap().credential = None);
    assert_eq!(unset, [Obstacle::NoPassword]);
    assert_eq!(in_the_way(|account, _| expires(account, true)), [Obstacle::PasswordExpired { hard: true }]);
    let expired = in_the_way(|account, user| {
        expires(account, false);
        credential(user).must_change = true;
    });
    assert_eq!(expired, [Obstacle::PasswordExpired { hard: false }], "an expired one is changed anyway");
    assert_eq!(in_the_way(|_, user| credential(user).must_change = true), [Obstacle::MustChange]);
    let owed = EnrolmentOwed { since: now(), why: EnrolmentReason::Administrator, taken: true };
    assert_eq!(in_the_way(|_, user| user.factors.enrolment = Some(owed)), [Obstacle::EnrolmentOwed]);
    let off = MfaDevice { disabled: true, ..app(long_ago()) };
    let second = Obstacle::SecondStep { devices: 1, codes: 10, switched_off: true };
    let devices = vec![off, app(long_ago())];
    let armed = Factors { devices, codes: Some(codes(long_ago())), enrolment: Some(owed), ..Factors::default() };
    assert_eq!(in_the_way(|_, user| user.factors = armed), [second], "and what is owed is there");
}

#[test]
fn m4_a_builder_id_that_was_closed_is_told_so() {
    let Person::Builder(mut builder) = person(Factors::default()) else { unreachable!() };
    builder.closed = Some(now());
    let found = obstacles(&Person::Builder(builder), None, now());
    assert_eq!(found, [Obstacle::Closed { until: now().plus(DAY * 90) }]);
}

#[test]
fn m4_the_wait_after_wrong_passwords_is_told_with_its_end_and_not_after_it() {
    let row = |count, last| Tries { key: TriesKey::new("signin", "bela"), version: Version(1), count, since: last, last, expires: last };
    let told = |count| obstacles(&person(Factors::default()), Some(&row(count, now())), now());
    assert_eq!(told(1), []);
    let until = now().plus(delay_after(20));
    assert!(until > now());
    assert_eq!(told(20), [Obstacle::Wait { until }]);
    assert_eq!(obstacles(&person(Factors::default()), Some(&row(20, now())), until), []);
}
