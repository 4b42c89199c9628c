//! How a recovery goes on in time: a line with its moments, and who was told of each.

use std::time::Duration;

use lockwright_model::case::CaseMoment;
use lockwright_model::clock::Timestamp;
use lockwright_service::ways::Course as Known;
use serde::Serialize;

use super::words;

/// Where the line begins and ends, in the picture's own units.
const LEFT: u32 = 10;
const RIGHT: u32 = 310;
/// How far a dot's rim is from its middle.
const RIM: u32 = 7;

/// One moment on the line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Moment {
    /// Its place, in the picture's own units.
    pub x: u32,
    /// How its words stand to it: `start`, `middle` or `end`.
    pub anchor: &'static str,
    /// Where its words stand: the outer ones in line with the rim of their dot.
    pub text_x: u32,
    /// What happens then.
    pub what: &'static str,
    /// The day; empty: nobody knows yet.
    pub day: String,
    /// The time of the day.
    pub time: String,
    /// It has been.
    pub past: bool,
}

/// One line of who was told.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Told {
    /// When, from [`words::at`].
    pub at: String,
    /// Of what, to follow "told".
    pub what: &'static str,
    /// How many addresses.
    pub addresses: u8,
}

/// How a recovery goes on in time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Course {
    /// The moments, from the first to the last.
    pub moments: Vec<Moment>,
    /// How far the line is filled, in the picture's own units.
    pub now_x: u32,
    /// Who was told; the newest last.
    pub told: Vec<Told>,
}

impl Course {
    /// Drawn for a moment.
    pub fn of(known: &Known, now: Timestamp) -> Self {
        let mut moments: Vec<(&'static str, Option<Timestamp>)> = vec![("Begun", Some(known.began))];
        match (known.waits, known.ended) {
            (Some((since, release)), _) => {
                let half = since.plus(release.since(since) / 2);
                moments.extend([("Waits", Some(since)), ("Half over", Some(half)), ("Ready", Some(release))]);
            }
            (None, Some(_)) => {
                moments.extend(known.proven.map(|proven| ("First proof", Some(proven))));
                moments.push(("Ended", known.ended));
            }
            (None, None) => moments.extend([("First proof", known.proven), ("Enough", known.enough)]),
        }
        let last = u32::try_from(moments.len().saturating_sub(1)).unwrap_or(1).max(1);
        let gap = (RIGHT - LEFT) / last;
        let drawn = (0_u32..).zip(&moments).map(|(at, (what, when))| Moment {
            x: LEFT + at * gap,
            anchor: if at == 0 {
                "start"
            } else if at == last {
                "end"
            } else {
                "middle"
            },
            text_x: if at == 0 {
                LEFT - RIM
            } else if at == last {
                LEFT + at * gap + RIM
            } else {
                LEFT + at * gap
            },
            what,
            day: when.map(words::short_day).unwrap_or_default(),
            time: when.map(words::time).unwrap_or_default(),
            past: when.is_some_and(|when| when <= now),
        });
        let told = known.told.iter().map(|told| Told { at: words::at(told.at), what: moment(told.what), addresses: told.addresses });
        Self { moments: drawn.collect(), now_x: filled(&moments, gap, now), told: told.collect() }
    }

    /// For samples.
    pub fn sample(waiting: bool) -> Self {
        let began = Timestamp::from_micros(1_795_440_720_000_000);
        let since = began.plus(Duration::from_secs(600));
        let told = |what| lockwright_model::case::ToldOf { at: since, what, addresses: 2 };
        let known = Known {
            began,
            proven: Some(since),
            waits: waiting.then(|| (since, since.plus(Duration::from_secs(72 * 3600)))),
            enough: None,
            ended: None,
            told: vec![told(CaseMoment::Started), told(CaseMoment::Waiting)],
        };
        Self::of(&known, since.plus(Duration::from_secs(20 * 3600)))
    }
}

/// How far the line is filled: between two moments in proportion to the time.
fn filled(moments: &[(&str, Option<Timestamp>)], gap: u32, now: Timestamp) -> u32 {
    let mut x = LEFT;
    for (one, next) in moments.iter().zip(moments.iter().skip(1)) {
        match (one.1, next.1) {
            (Some(_), Some(to)) if to <= now => x += gap,
            (Some(from), Some(to)) if from <= now => {
                let part = now.since(from).as_millis() * u128::from(gap) / to.since(from).as_millis().max(1);
                return x + u32::try_from(part).unwrap_or(gap);
            }
            _ => return x,
        }
    }
    x
}

const fn moment(moment: CaseMoment) -> &'static str {
    match moment {
        CaseMoment::Started => "that it began",
        CaseMoment::Waiting => "that the waiting time runs",
        CaseMoment::Half => "that half of the waiting time is over",
        CaseMoment::Released => "that the waiting time is over",
        CaseMoment::Completed => "that it was carried out",
        CaseMoment::Cancelled => "that it was stopped",
        CaseMoment::Contested => "that somebody tries to stop it a second time",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(waits: bool) -> Known {
        let began = Timestamp::from_micros(1_795_440_720_000_000);
        let hours = |hours: u64| began.plus(Duration::from_secs(hours * 3600));
        let waits = waits.then(|| (hours(2), hours(74)));
        Known { began, proven: Some(hours(1)), waits, enough: None, ended: None, told: Vec::new() }
    }

    #[test]
    fn b2_the_line_is_filled_as_far_as_the_time_is() {
        let at = |hours: u64| Course::of(&known(true), known(true).began.plus(Duration::from_secs(hours * 3600))).now_x;
        assert_eq!((at(0), at(2), at(38), at(74), at(200)), (10, 110, 210, 310, 310));
        assert_eq!(at(20), 160, "half of the way to the middle");
    }

    #[test]
    fn b2_what_has_not_been_is_not_drawn_as_past() {
        let course = Course::of(&known(true), known(true).began.plus(Duration::from_secs(40 * 3600)));
        assert_eq!(course.moments.iter().map(|moment| moment.past).collect::<Vec<_>>(), [true, true, true, false]);
        let open = Course::of(&Known { proven: None, ..known(false) }, known(false).began);
        assert_eq!(open.moments.iter().map(|moment| moment.past).collect::<Vec<_>>(), [true, false, false]);
        assert_eq!((open.now_x, open.moments[1].day.as_str()), (10, ""));
    }

    #[test]
    fn b2_what_is_enough_or_over_is_drawn_so() {
        let began = known(false).began;
        let hours = |hours: u64| Some(began.plus(Duration::from_secs(hours * 3600)));
        let drawn = |known: Known| {
            let course = Course::of(&known, began.plus(Duration::from_secs(10 * 3600)));
            (course.moments.iter().map(|moment| (moment.what, moment.past)).collect::<Vec<_>>(), course.now_x)
        };
        let enough = drawn(Known { enough: hours(2), ..known(false) });
        assert_eq!(enough, (vec![("Begun", true), ("First proof", true), ("Enough", true)], 310));
        let ended = drawn(Known { ended: hours(3), ..known(false) });
        assert_eq!(ended, (vec![("Begun", true), ("First proof", true), ("Ended", true)], 310));
        let unproven = drawn(Known { proven: None, ended: hours(3), ..known(false) });
        assert_eq!(unproven, (vec![("Begun", true), ("Ended", true)], 310));
    }
}
