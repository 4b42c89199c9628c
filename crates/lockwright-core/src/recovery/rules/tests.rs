//! The table and its interpreter, looked at one by one; the search over all of it is in `tests/it/recovery`.

use lockwright_model::clock::Timestamp;

use super::*;

const BOOK: RuleBook = RuleBook::PRODUCTION;

fn at(days: u64) -> Timestamp {
    Timestamp::from_micros(0).plus(Duration::from_secs(days * 86_400))
}

fn of(kind: IdentityKind, protection: Protection) -> Situation {
    Situation { kind, protection, self_service: true, operator_help: true, enrolled: Proofs::EMPTY }
}

#[test]
fn v6_4_3_mail_alone_resets_no_password_behind_a_device() {
    let mail = Proofs::of(&[Email]);
    for kind in [Root, Iam, Builder] {
        assert!(matches!(BOOK.open(&of(kind, Protection::None), NewPassword, mail), Opening::AtOnce(_)), "N-R18");
        for protection in [Protection::Device, Protection::Owed] {
            assert_eq!(BOOK.open(&of(kind, protection), NewPassword, mail), Opening::Nothing);
        }
    }
}

#[test]
fn what_opens_at_once_comes_before_what_waits() {
    let root = of(Root, Protection::Device);
    let two = Proofs::of(&[Email, Phone]);
    assert!(matches!(BOOK.open(&root, NewPassword, two), Opening::AfterDelay(_)));
    assert!(matches!(BOOK.open(&root, NewPassword, two.with(Device)), Opening::AtOnce(_)));
}

#[test]
fn an_iam_user_needs_the_accounts_leave() {
    let user = of(Iam, Protection::Device);
    let proofs = Proofs::of(&[Email, Device]);
    assert!(matches!(BOOK.open(&user, NewPassword, proofs), Opening::AtOnce(_)));
    assert_eq!(BOOK.open(&Situation { self_service: false, ..user }, NewPassword, proofs), Opening::Nothing);
}

#[test]
fn what_is_missing_is_said_of_the_ways_the_identity_has() {
    let root = Situation { enrolled: Proofs::of(&[Password, Email, RecoveryCode]), ..of(Root, Protection::Device) };
    let missing = BOOK.missing(&root, NewPassword, Proofs::of(&[Email]));
    assert_eq!(
        missing.iter().map(|missing| missing.proofs).collect::<Vec<_>>(),
        [Proofs::of(&[RecoveryCode]), Proofs::of(&[Password, RecoveryCode]), Proofs::of(&[Operators]),]
    );
}

#[test]
fn contacts_count_as_people_with_mailboxes_of_their_own() {
    let word = |by: &'static str| Approval { by, own_mailbox: by == "me" };
    let met = |threshold, names: &[&'static str]| BOOK.contacts(threshold, &names.iter().copied().map(word).collect::<Vec<_>>());
    assert_eq!(met(1, &[]), Proofs::EMPTY);
    assert_eq!(met(0, &[]), Proofs::EMPTY);
    assert_eq!(met(1, &["ann"]), Proofs::of(&[Contacts]));
    assert_eq!(met(2, &["ann", "ann"]), Proofs::EMPTY);
    assert_eq!(met(2, &["ann", "me"]), Proofs::EMPTY);
    assert_eq!(met(2, &["ann", "bob"]), Proofs::of(&[ContactsTwo]));
    assert_eq!(met(3, &["ann", "bob"]), Proofs::EMPTY);
}

#[test]
fn what_is_new_serves_later() {
    assert_eq!(BOOK.serves_from(Origin::Registered, at(1)), at(1));
    assert_eq!(BOOK.serves_from(Origin::Added, at(1)), at(8));
    assert_eq!(BOOK.serves_from(Origin::Changed, at(1)), at(4));
}

#[test]
fn x06_a_second_cancel_needs_a_second_channel_for_ninety_days() {
    let earlier = [("mail", at(0))];
    assert_eq!(BOOK.cancel(&[], &[], &"mail", at(1)), CancelEffect::Closes);
    assert_eq!(BOOK.cancel(&earlier, &[], &"mail", at(1)), CancelEffect::Contests);
    assert_eq!(BOOK.cancel(&earlier, &["mail"], &"mail", at(1)), CancelEffect::Contests);
    assert_eq!(BOOK.cancel(&earlier, &[], &"phone", at(1)), CancelEffect::Closes);
    assert_eq!(BOOK.cancel(&[("mail", at(0)), ("phone", at(1))], &["mail"], &"phone", at(2)), CancelEffect::Closes);
    assert_eq!(BOOK.cancel(&earlier, &[], &"mail", at(90)), CancelEffect::Closes);
}

#[test]
fn no_rule_repeats_another() {
    for (number, rule) in RULES.iter().enumerate() {
        let covers = |other: &Rule| {
            other.goal == rule.goal
                && rule.kinds.iter().all(|kind| other.kinds.contains(kind))
                && (other.when == rule.when || other.when == When::ALWAYS)
                && rule.needs.holds(other.needs)
                && (!other.delay || rule.delay)
        };
        let repeated = RULES.iter().enumerate().any(|(at, other)| at != number && covers(other));
        assert!(!repeated, "{rule:?} says nothing of its own");
    }
}

#[test]
fn while_enrolment_is_owed_the_password_alone_does_not_sign_in() {
    let owed = of(Root, Protection::Owed);
    assert_eq!(BOOK.sign_in(&owed, Proofs::of(&[Password])), SignIn::Refused);
    assert_eq!(BOOK.sign_in(&owed, Proofs::of(&[Password, Email])), SignIn::Refused);
    assert_eq!(BOOK.sign_in(&owed, Proofs::of(&[Password, RecoveryCode])), SignIn::EnrolOnly);
    assert_eq!(BOOK.sign_in(&owed, Proofs::of(&[Password, Host])), SignIn::EnrolOnly);
    assert_eq!(BOOK.sign_in(&of(Root, Protection::Device), Proofs::of(&[Password, RecoveryCode])), SignIn::Full);
}

#[test]
fn the_way_back_is_the_one_with_the_fewest_waiting_times_and_steps() {
    let root = of(Root, Protection::Device);
    let steps = |held: &[Proof]| BOOK.way_back(&root, Proofs::of(held)).map(|way| (way.steps.len(), way.waits));
    assert_eq!(steps(&[Password, Device]), Some((0, 0)));
    assert_eq!(steps(&[Password, Contacts]), Some((1, 0)));
    assert_eq!(steps(&[Email, RecoveryCode]), Some((1, 0)));
    assert_eq!(steps(&[Email, Phone]), Some((2, 1)));
    assert_eq!(steps(&[Operators]), Some((2, 2)));
    assert_eq!(steps(&[Email, Password]), None);
    assert_eq!(steps(&[Host]), Some((2, 0)), "a new device alone signs nobody in");
}

#[test]
fn an_identity_is_told_of_the_openings_that_concern_it() {
    let proofs = |situation| BOOK.single_holder_openings(&situation).into_iter().map(|opening| opening.proof).collect::<Vec<_>>();
    assert_eq!(proofs(of(Iam, Protection::None)), [Email, Administrator, Host]);
    assert_eq!(proofs(of(Root, Protection::Owed)), [Host]);
}

#[test]
fn the_owner_is_told_at_the_first_of_several_proofs() {
    let told = |protection, before: &[Proof], after: &[Proof]| {
        BOOK.tells(&of(Root, protection), NewPassword, Proofs::of(before), Proofs::of(after))
    };
    assert!(told(Protection::Device, &[], &[Email]));
    assert!(!told(Protection::Device, &[Email], &[Email, Device]));
    assert!(!told(Protection::None, &[], &[Email]), "it opens by itself; its completion is told");
    assert!(told(Protection::None, &[], &[Phone]));
    assert!(!told(Protection::Device, &[], &[]));
}

#[test]
fn x06_one_case_waits_at_a_time() {
    assert_eq!(BOOK.wait(0, DELAY, at(1)), Some(at(4)));
    assert_eq!(BOOK.wait(1, DELAY, at(1)), None);
}

#[test]
fn operators_are_two() {
    assert_eq!(BOOK.operators(&["ann"]), Proofs::EMPTY);
    assert_eq!(BOOK.operators(&["ann", "ann"]), Proofs::EMPTY);
    assert_eq!(BOOK.operators(&["ann", "bob"]), Proofs::of(&[Operators]));
}

#[test]
fn what_wrong_tries_switched_off_counts_after_another_proof_and_with_two_codes() {
    assert!(BOOK.password_counts(false, Proofs::EMPTY));
    assert!(!BOOK.password_counts(true, Proofs::EMPTY), "a case is no way around the tries");
    assert!(BOOK.password_counts(true, Proofs::of(&[Email])));
    assert_eq!((BOOK.device_codes(false), BOOK.device_codes(true)), (Some(1), Some(2)));
}

#[test]
fn n_o01_v6_3_6_a_mailed_code_is_no_factor_of_a_sign_in() {
    for kind in [Root, Iam, Builder] {
        for protection in [Protection::None, Protection::Device, Protection::Owed] {
            // Together with anything but the password it signs nobody in; beside the password it adds nothing.
            for bits in 0..1_u16 << Proof::ALL.len() {
                let rest: Vec<Proof> = Proof::ALL.into_iter().filter(|proof| bits & (1 << (*proof as u16)) != 0).collect();
                let proofs = Proofs::of(&rest);
                let situation = of(kind, protection);
                if !proofs.contains(Password) {
                    assert_eq!(BOOK.sign_in(&situation, proofs.with(Email)), SignIn::Refused, "{kind:?} {protection:?} {proofs:?}");
                }
            }
            let [alone, mailed] = [Proofs::of(&[Password]), Proofs::of(&[Password, Email])];
            let situation = of(kind, protection);
            assert_eq!(BOOK.sign_in(&situation, mailed), BOOK.sign_in(&situation, alone), "{kind:?} {protection:?}");
        }
    }
}
