//! What stands in somebody's way, in words: shown in a recovery once something was proven.

use std::borrow::Cow;

use lockwright_model::clock::Timestamp;
use lockwright_service::core::obstacle::Obstacle;
use serde::Serialize;

use super::{Page, Sample, add, words};

/// One thing in the way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ObstacleRow {
    /// What it is, as a sentence.
    pub text: String,
    /// What to do about it, as a sentence.
    pub remedy: String,
}

/// `GET /recover/case/{case}/why`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Obstacles {
    /// The case's id.
    pub case: String,
    /// For whom: `root user of Example (1234-5678-9012)`.
    pub who: String,
    /// Where this person signs in.
    pub sign_in: String,
    /// What bars all else first; empty: nothing stands in the way.
    pub rows: Vec<ObstacleRow>,
}

impl Page for Obstacles {
    const TEMPLATE: &'static str = "public/obstacles.html";

    fn title(&self) -> Cow<'static, str> {
        if self.rows.is_empty() { "Nothing stands in your way".into() } else { "What stands in your way".into() }
    }

    fn samples() -> Vec<Self> {
        let now = Timestamp::from_micros(1_795_440_720_000_000);
        let page = Self {
            case: "MZXW6YTBOIMZXW6YTBOIMZXW6Y".into(),
            who: "root user of Example (1234-5678-9012)".into(),
            sign_in: "/signin/root".into(),
            rows: Vec::new(),
        };
        let all = [
            Obstacle::Suspended,
            Obstacle::SwitchedOff,
            Obstacle::Closed { until: now },
            Obstacle::NoConsoleAccess,
            Obstacle::NoPassword,
            Obstacle::PasswordSwitchedOff,
            Obstacle::PasswordExpired { hard: true },
            Obstacle::PasswordExpired { hard: false },
            Obstacle::MustChange,
            Obstacle::Wait { until: now.plus(std::time::Duration::from_secs(90)) },
            Obstacle::SecondStep { devices: 0, codes: 0, switched_off: true },
            Obstacle::SecondStep { devices: 2, codes: 7, switched_off: false },
            Obstacle::EnrolmentOwed,
            Obstacle::Frozen { until: now },
            Obstacle::ChangedLately { at: now },
        ];
        let rows = all.iter().map(|obstacle| row(*obstacle, now)).collect();
        vec![page.clone(), Self { rows, ..page }]
    }
}

/// One thing in the way, in words.
pub fn row(obstacle: Obstacle, now: Timestamp) -> ObstacleRow {
    let (text, remedy) = match obstacle {
        Obstacle::Suspended => ("The account is suspended.".into(), "Only whoever runs this installation can lift that: ask them.".into()),
        Obstacle::SwitchedOff => {
            ("Your sign-in is switched off.".into(), "Ask your administrator, or whoever runs this installation, to switch it on.".into())
        }
        Obstacle::Closed { until } => (
            "The account or builder ID is closed.".into(),
            format!("Its owner can take it back until {}, by signing in.", words::day(until)),
        ),
        Obstacle::NoConsoleAccess => {
            ("You have no access to the console.".into(), "Ask your administrator to give you a password or a link.".into())
        }
        Obstacle::NoPassword => ("You have no password yet.".into(), "Use the link you were given, or set a password here.".into()),
        Obstacle::PasswordSwitchedOff => {
            ("Your password is switched off after 100 wrong tries in a row.".into(), "Set a new one here: that works at any time.".into())
        }
        Obstacle::PasswordExpired { hard: true } => {
            ("Your password has expired.".into(), "In your account, only an administrator can set a new one: ask yours.".into())
        }
        Obstacle::PasswordExpired { hard: false } => {
            ("Your password has expired.".into(), "Sign in with it once more: you then choose a new one.".into())
        }
        Obstacle::MustChange => {
            ("Somebody else set your password.".into(), "Sign in with the one you were given: you then choose your own.".into())
        }
        Obstacle::Wait { until } => (
            "There were wrong passwords lately, and the next try has to wait.".into(),
            format!("Try again in {}, or set a new password here, which need not wait.", words::span(until.since(now))),
        ),
        Obstacle::SecondStep { switched_off: true, .. } => (
            "After your password a second step follows, and codes from your app are switched off after 100 wrong ones.".into(),
            "Use a passkey or a recovery code there, or begin with “I lost my device”.".into(),
        ),
        Obstacle::SecondStep { devices, codes, .. } => (
            "After your password a second step follows.".into(),
            format!("You have {} for it, and {}.", count(devices, "device"), count(codes, "recovery code")),
        ),
        Obstacle::EnrolmentOwed => {
            ("You have to add a device for the second step.".into(), "That is the first thing after you sign in.".into())
        }
        Obstacle::Frozen { until } => (
            "Somebody said “this wasn’t me” in a notice about your sign-in, so that nothing can be changed for a while.".into(),
            format!("It ends at {}. Signing in works meanwhile.", words::at(until)),
        ),
        Obstacle::ChangedLately { at } => (
            format!("Your password was changed {}. An older one no longer counts.", words::ago(now, at)),
            "If your browser fills the password in, it may be the old one: type the new one by hand.".into(),
        ),
    };
    ObstacleRow { text, remedy }
}

fn count(number: usize, noun: &str) -> String {
    match number {
        0 => format!("no {noun}"),
        1 => format!("1 {noun}"),
        more => format!("{more} {noun}s"),
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<Obstacles>(out);
}
