//! Choices about cookies, whatever is done in whatever order: nothing is allowed that was not said, and the signal is heard.

use std::time::Duration;

use lockwright_core::person::Person;
use lockwright_core::privacy::{CHOICE_LIFE, Ground, Held, Standing, Wish, choose, forget, keep_signal, standing};
use lockwright_model::builder::Builder;
use lockwright_model::change::{ChangeSet, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::{OpContext, SecondFactor, Source};
use lockwright_model::entropy::SeededEntropy;
use lockwright_model::factors::Factors;
use lockwright_model::id::{BuilderId, RequestId};
use lockwright_model::identity::Principal;
use lockwright_model::privacy::{Allowed, How, NoticeHash, Purpose};
use proptest::prelude::*;

/// One browser, one person who may be signed in there.
struct Scene {
    held: Held,
    person: Person,
    signed_in: bool,
    signal: bool,
    notice: u8,
    now: Timestamp,
    entropy: SeededEntropy,
    /// Records in the trail.
    events: usize,
}

#[derive(Clone, Debug)]
enum Act {
    Choose(Allowed, How, Option<bool>),
    Signal(bool),
    SignIn(bool),
    OtherBrowser,
    Notice(u8),
    Pass(u64),
    Unsaved,
    Forget,
}

impl Scene {
    fn new(seed: u64) -> Self {
        let entropy = SeededEntropy::new(seed);
        let person = Person::Builder(Builder {
            id: BuilderId::draw(&entropy),
            version: Version(1),
            email: "ana@example.com".parse().unwrap(),
            name: "Ana Lima".parse().unwrap(),
            created: Timestamp::from_micros(5),
            disabled: false,
            closed: None,
            credential: None,
            epoch: 0,
            factors: Factors::default(),
        });
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        Self { held: Held::Nothing, person, signed_in: false, signal: false, notice: 0, now, entropy, events: 0 }
    }

    fn ground(&self) -> Ground<'_> {
        Ground {
            signal: self.signal,
            browser: &self.held,
            person: self.person.factors().privacy.as_ref().filter(|_| self.signed_in),
            notice: NoticeHash::from_bytes([self.notice; 32]),
            life: CHOICE_LIFE,
            now: self.now,
        }
    }

    fn standing(&self) -> Standing {
        standing(&self.ground())
    }

    fn op(&self) -> OpContext {
        OpContext {
            id: RequestId::draw(&self.entropy),
            now: self.now,
            principal: Principal::Signed(self.person.identity()),
            iam_user: None,
            access_key: None,
            second_factor: SecondFactor::Unsaid,
            source: Source { ip: "192.0.2.7".parse().ok(), agent: "Firefox".to_owned() },
        }
    }

    fn commit(&mut self, changes: ChangeSet) {
        for event in &changes.events {
            let text = event.record.to_string();
            for named in [self.person.identity().to_string().as_str(), "192.0.2.7", "Firefox", "ana@example.com"] {
                assert!(!text.contains(named.trim_start_matches("builder/")), "a record names somebody: {text}");
            }
            assert!(event.chooser.is_some() && event.account.is_none());
            self.events += 1;
        }
        for record in changes.puts {
            if let Record::Builder(builder) = record {
                self.person = Person::Builder(builder);
            }
        }
    }

    fn run(&mut self, act: &Act) {
        self.now = self.now.plus(Duration::from_secs(1));
        let signed = self.signed_in.then(|| self.person.clone());
        match act {
            Act::Choose(allowed, how, follow) => {
                let before = self.events;
                let kept = self.person.factors().privacy.as_ref().filter(|_| self.signed_in);
                let objected = self.signal || kept.is_some_and(|kept| kept.opted_out.is_some());
                let lifted = *how == How::Customize && self.standing().choice.is_some_and(|choice| choice.despite_signal);
                let bound = objected && *how != How::Advertising && !lifted;
                let wish = Wish { allowed: *allowed, how: *how, follow: *follow };
                let decided = choose(wish, &self.ground(), signed, &self.op(), &self.entropy);
                self.held = Held::Choice(decided.output);
                self.commit(decided.changes);
                assert_eq!(self.events, before + 1, "each choice leaves one record");
                let now = self.standing();
                assert!(!now.ask, "what was just said counts");
                assert!(!(bound && now.allowed.advertising), "P07: {act:?} outweighs an opt-out");
                for purpose in Purpose::ASKED {
                    assert!(!now.allowed.allows(purpose) || allowed.allows(purpose), "{purpose:?} was not asked for: {act:?}");
                }
            }
            Act::Signal(on) => self.signal = *on,
            Act::SignIn(on) => self.signed_in = *on,
            Act::OtherBrowser => self.held = Held::Nothing,
            Act::Notice(notice) => self.notice = *notice,
            Act::Pass(days) => self.now = self.now.plus(Duration::from_secs(days * 86_400)),
            Act::Unsaved => self.held = Held::Unsaved,
            Act::Forget => {
                if let Some(decided) = signed.and_then(|person| forget(person, &self.op(), &self.entropy)) {
                    self.commit(decided.changes);
                }
            }
        }
        if self.signed_in && self.signal {
            let kept = keep_signal(&self.ground(), self.person.clone(), &self.op(), &self.entropy);
            if let Some(decided) = kept {
                self.commit(decided.changes);
                let again = keep_signal(&self.ground(), self.person.clone(), &self.op(), &self.entropy);
                assert!(again.is_none(), "it is kept once");
            }
        }
        self.holds();
    }

    /// What must hold at any moment.
    fn holds(&self) {
        let now = self.standing();
        assert_eq!(now.ask, now.choice.is_none());
        if now.ask {
            assert_eq!(now.allowed, Allowed::NOTHING, "P22: nothing before a choice");
        }
        if self.held == Held::Unsaved {
            assert!(now.ask && now.unsaved, "M22");
        }
        if let Some(choice) = &now.choice {
            assert_eq!(choice.notice, self.ground().notice, "P24");
            assert!(self.now < choice.at.plus(CHOICE_LIFE), "P29");
            if now.allowed.advertising && self.signal {
                assert!(choice.despite_signal, "P07: only an exact choice outweighs the signal");
            }
        }
        let opted_out = self.person.factors().privacy.as_ref().and_then(|kept| kept.opted_out).filter(|_| self.signed_in);
        if let (Some(at), true) = (opted_out, now.allowed.advertising) {
            assert!(now.choice.as_ref().is_some_and(|choice| choice.at > at && choice.despite_signal), "P08");
        }
        if self.signed_in && self.signal && !now.allowed.advertising && now.opt_out.is_some() {
            assert!(opted_out.is_some(), "P08: a signal of somebody known is kept");
        }
    }
}

fn act() -> impl Strategy<Value = Act> {
    let allowed = any::<[bool; 3]>().prop_map(|[performance, functional, advertising]| Allowed { performance, functional, advertising });
    let how = proptest::sample::select(How::ALL.to_vec());
    prop_oneof![
        6 => (allowed, how, any::<Option<bool>>()).prop_map(|(allowed, how, follow)| Act::Choose(allowed, how, follow)),
        2 => any::<bool>().prop_map(Act::Signal),
        2 => any::<bool>().prop_map(Act::SignIn),
        1 => Just(Act::OtherBrowser),
        1 => (0..2_u8).prop_map(Act::Notice),
        1 => (1..200_u64).prop_map(Act::Pass),
        1 => Just(Act::Unsaved),
        1 => Just(Act::Forget),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn p07_p08_p22_p24_p29_hold_whatever_is_done_in_whatever_order(seed in any::<u64>(), acts in prop::collection::vec(act(), 1..30)) {
        let mut scene = Scene::new(seed);
        scene.holds();
        for act in &acts {
            scene.run(act);
        }
    }
}

#[test]
fn a_choice_from_a_clock_that_ran_ahead_does_not_count() {
    let mut scene = Scene::new(1);
    scene.run(&Act::Choose(Allowed::EVERYTHING, How::Accept, None));
    let before = scene.now;
    assert!(!scene.standing().ask);
    scene.now = Timestamp::from_micros(before.as_micros() - 3_600_000_000);
    assert!(scene.standing().ask && scene.standing().allowed == Allowed::NOTHING);
}
