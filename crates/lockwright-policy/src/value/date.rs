//! Moments of conditions: W3C dates with or without time and zone, or seconds since 1970.

/// A moment in seconds since 1970 with its fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    seconds: i64,
    nanos: u32,
}

const DAY: i64 = 86_400;

impl Moment {
    /// Digits alone are seconds, as AWS reads them; a date needs its month. What has no zone is UTC.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Some(seconds) = whole(text, 1..=18) {
            return Some(Self { seconds, nanos: 0 });
        }
        let (date, time) = match text.split_once(['T', 't']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let days = days(date)?;
        let (seconds, nanos) = time.map_or(Some((0, 0)), time_of_day)?;
        Some(Self { seconds: days.checked_mul(DAY)?.checked_add(seconds)?, nanos })
    }
}

/// `YYYY-MM` or `YYYY-MM-DD` as days since 1970.
fn days(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let year = whole(parts.next()?, 4..=6)?;
    let month = whole(parts.next()?, 1..=2).filter(|month| (1..=12).contains(month))?;
    let day = match parts.next() {
        Some(day) => whole(day, 1..=2).filter(|day| (1..=days_of(year, month)).contains(day))?,
        None => 1,
    };
    if parts.next().is_some() {
        return None;
    }
    // Days since 1970 in the Gregorian calendar; years are counted from March, so that the leap day comes last.
    let year = if month <= 2 { year - 1 } else { year };
    let from_march = (month + 9) % 12;
    let in_year = (153 * from_march + 2) / 5 + day - 1;
    Some(year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + in_year - 719_468)
}

/// How many days a month has.
fn days_of(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `hh`, `hh:mm`, `hh:mm:ss` or `hh:mm:ss.fraction`, then `Z`, `+hh:mm`, `-hh:mm` or nothing.
fn time_of_day(text: &str) -> Option<(i64, u32)> {
    let (clock, zone) = match text.find(['Z', 'z', '+', '-']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let mut parts = clock.split(':');
    let hour = below(parts.next()?, 24)?;
    let minute = parts.next().map_or(Some(0), |part| below(part, 60))?;
    let (second, nanos) = parts.next().map_or(Some((0, 0)), seconds)?;
    if parts.next().is_some() {
        return None;
    }
    Some((hour * 3600 + minute * 60 + second - offset(zone)?, nanos))
}

fn seconds(text: &str) -> Option<(i64, u32)> {
    let (whole_part, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = whole(fraction, 1..=9)?;
    let scale = 10_u32.pow(9_u32.saturating_sub(u32::try_from(fraction.len()).ok()?));
    Some((below(whole_part, 60)?, u32::try_from(digits).ok()?.checked_mul(scale)?))
}

/// The zone's seconds east of UTC.
fn offset(text: &str) -> Option<i64> {
    let (sign, rest) = match text.split_at_checked(1) {
        None | Some(("Z" | "z", "")) => return Some(0),
        Some(("+", rest)) => (1, rest),
        Some(("-", rest)) => (-1, rest),
        Some(_) => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None => rest.split_at_checked(2)?,
    };
    let minutes = if minutes.is_empty() { 0 } else { below(minutes, 60)? };
    Some(sign * (below(hours, 24)? * 3600 + minutes * 60))
}

fn below(text: &str, limit: i64) -> Option<i64> {
    whole(text, 1..=2).filter(|number| *number < limit)
}

/// Digits only, and as many as the range says.
fn whole(text: &str, digits: core::ops::RangeInclusive<usize>) -> Option<i64> {
    let plain = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::Moment;

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn a_moment_can_be_written_in_many_ways() {
        let moment = Moment { seconds: 1_439_726_400, nanos: 0 };
        for text in [
            "2015-08-16T12:00:00Z",
            "2015-08-16t12:00:00z",
            "2015-08-16T12:00Z",
            "2015-08-16T12:00:00",
            "2015-08-16T12:00:00.000Z",
            "2015-08-16T14:00:00+02:00",
            "2015-08-16T06:30:00-0530",
            "2015-08-16T14:00:00+02",
            "1439726400",
        ] {
            assert_eq!(at(text), moment, "{text}");
        }
    }

    #[test]
    fn days_follow_the_calendar() {
        assert_eq!(at("1970-01-01").seconds, 0);
        assert_eq!(at("2000-03-01").seconds - at("2000-02-29").seconds, 86_400);
        assert_eq!(at("1900-03-01").seconds - at("1900-02-28").seconds, 86_400);
        assert_eq!(at("2026-11-24").seconds, 1_795_478_400);
        assert_eq!(at("2026-11"), at("2026-11-01"));
        assert!(at("2026-11-24T00:00:00.001Z") > at("2026-11-24T00:00:00Z"));
        assert!(at("0001-01-01") < at("1969-12-31"));
    }

    #[test]
    fn digits_alone_are_seconds_not_a_year() {
        assert_eq!(at("2015").seconds, 2015);
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in [
            "",
            "-",
            "T",
            "soon",
            "2015-13",
            "2015-00-01",
            "2015-01-32",
            "2026-02-30",
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "15-01-01",
            "2015-01-01T24:00",
            "2015-01-01T12:60",
            "2015-01-01T12:00:60",
            "2015-01-01T12:00:00.",
            "2015-01-01T12:00:00.1234567890",
            "2015-01-01T12:00:00+2",
            "2015-01-01T12:00:00ZZ",
            "2015-01-01-01",
            "-1",
            "+1",
            "1439726400.5",
            "2015-01-01T12:00:00+25:00",
            "2015-01-01 12:00",
            "99999999999999999999",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
