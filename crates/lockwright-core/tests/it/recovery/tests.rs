//! The search, and what it says of single rules of the trade.

use lockwright_core::recovery::rules::{Protection, RuleBook};
use lockwright_model::case::IdentityKind;
use lockwright_model::proof::{Goal, Proof, Proofs};

use super::attack::{Attack, Outcome, Start};
use super::defence::{Defence, Siege};
use super::report::{mutated, searched};
use super::table::{Table, set};
use super::world::{Circle, Hand, PROTECTIONS, Setting, Thing, settings};
use super::{matrix, picture};

#[test]
fn b1_the_rules_keep_their_promises() {
    match searched() {
        Ok(counts) => println!("{counts:?}"),
        Err(broken) => panic!("{broken}"),
    }
}

#[test]
fn b1_nothing_can_be_left_out() {
    for fate in mutated() {
        println!("{}: {:?}", fate.name, fate.broke);
    }
    let survivors: Vec<&str> = mutated().iter().filter(|fate| fate.broke.is_none()).map(|fate| fate.name.as_str()).collect();
    assert!(survivors.is_empty(), "nobody would notice: {survivors:#?}");
}

#[test]
fn b1_the_reference_page_tells_of_these_rules() {
    let page = matrix::markdown(searched().as_ref().unwrap(), mutated());
    let advice = "run `cargo run -p lockwright-core --example recovery_matrix`, and look at what changed";
    assert!(page == include_str!("../../../../../docs/reference/recovery-matrix.md"), "the rules or the counts changed: {advice}");
    assert!(picture::svg() == include_str!("../../../../../docs/reference/recovery-matrix.svg"), "the rules changed: {advice}");
}

/// What somebody with these things comes to, in every setting, against an owner with so many channels.
fn attacks(things: &[Thing], contacts: u8, protection: Protection, channels: u8) -> impl Iterator<Item = (Setting, Outcome)> {
    let book = RuleBook::PRODUCTION;
    let circle = Circle { threshold: 1, people: 2, own_mailbox: false };
    let things = things.iter().fold(0, |bits, thing| bits | 1 << (*thing as u8));
    let has = set(Hand { things, contacts, ..Hand::default() }.proofs(&book, circle));
    settings().map(move |setting| {
        let mut table = Table::new(&book, u32::from(u8::MAX));
        (setting, Attack::search(&book, &mut table, Start { setting, protection, has, channels, planted: false }).0)
    })
}

fn waits_for(setting: Setting) -> bool {
    matches!(setting.kind, IdentityKind::Root | IdentityKind::Builder)
}

#[test]
fn n_r18_without_a_device_one_code_opens_a_new_password() {
    for (setting, outcome) in attacks(&[Thing::Mailbox], 0, Protection::None, 0) {
        let allowed = waits_for(setting) || (setting.kind == IdentityKind::Iam && setting.self_service);
        assert_eq!(outcome.done[Goal::NewPassword as usize] != 0, allowed, "{setting:?}");
        assert_eq!(outcome.done[Goal::Reenrol as usize], 0, "{setting:?}");
    }
}

#[test]
fn n_r19_x03_behind_a_device_no_method_opens_anything_alone() {
    for thing in Thing::ALL {
        for protection in [Protection::Device, Protection::Owed] {
            for (setting, outcome) in attacks(&[thing], 0, protection, 0) {
                assert_eq!(outcome, Outcome::default(), "{thing:?} of {setting:?}");
            }
        }
    }
    let two_methods = |setting: Setting, outcome: Outcome| outcome.done[Goal::NewPassword as usize] != 0 || !waits_for(setting);
    assert!(attacks(&[Thing::Mailbox, Thing::Sheet], 0, Protection::Device, 2).all(|(setting, outcome)| two_methods(setting, outcome)));
}

#[test]
fn v6_4_3_a_new_password_does_not_get_past_the_device() {
    for (setting, outcome) in attacks(&[Thing::Mailbox], 1, Protection::Device, 0) {
        let [password, device] = outcome.done;
        assert_eq!(outcome.entered, device != 0, "{setting:?}");
        if setting.kind == IdentityKind::Iam {
            assert_eq!(password != 0, setting.self_service, "{setting:?}");
            assert!(!outcome.entered, "{setting:?}");
        }
    }
    for (setting, outcome) in attacks(&[Thing::Mailbox, Thing::Password], 0, Protection::Device, 0) {
        assert_eq!(outcome, Outcome::default(), "{setting:?}");
    }
}

#[test]
fn v6_4_4_a_device_is_not_replaced_without_the_password() {
    for (setting, outcome) in attacks(&[Thing::Mailbox, Thing::Phone, Thing::Device, Thing::Sheet], 2, Protection::Device, 0) {
        assert!(!outcome.without_password, "{setting:?}");
    }
}

#[test]
fn x05_two_contacts_who_agree_are_stopped_by_whoever_answers() {
    for protection in PROTECTIONS {
        for (setting, outcome) in attacks(&[], 2, protection, 2) {
            assert_eq!(outcome.done, [0, 0], "{setting:?}");
        }
        for (setting, outcome) in attacks(&[], 2, protection, 0) {
            assert_eq!(outcome.done[Goal::NewPassword as usize] != 0, waits_for(setting), "they must wait, but get there: {setting:?}");
            assert!(!outcome.any(&[(false, 0)]), "{setting:?}");
        }
    }
}

#[test]
fn x06_cancelling_again_and_again_does_not_keep_the_owner_out() {
    let book = RuleBook::PRODUCTION;
    for protection in PROTECTIONS {
        for setting in settings().filter(|setting| waits_for(*setting)) {
            for held in [Proofs::of(&[Proof::ContactsTwo]), Proofs::of(&[Proof::Email, Proof::Phone])] {
                let siege = Siege { worn: true, cancels: true };
                assert!(Defence::search(&book, setting.situation(protection, held), held, siege).0, "{setting:?} {protection:?} {held:?}");
            }
        }
    }
}
