//! The times that AWS writes: the basic form of signatures, HTTP dates, and the forms of parameters and answers.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::Offset;

/// A moment in whole seconds since the Unix epoch (UTC), from the year 1 to the end of 9999 (but for the last day, which jiff keeps free for
/// offsets).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Moment(i64);

impl Moment {
    /// The last second that can be written.
    const LAST: i64 = 253_402_207_200;
    /// The first second of the year 1.
    const FIRST: i64 = -62_135_596_800;

    /// From seconds since the epoch; a time that can't be written becomes the nearest that can.
    pub const fn from_seconds(seconds: i64) -> Self {
        if seconds > Self::LAST {
            Self(Self::LAST)
        } else if seconds < Self::FIRST {
            Self(Self::FIRST)
        } else {
            Self(seconds)
        }
    }

    /// Seconds since the epoch.
    pub const fn as_seconds(self) -> i64 {
        self.0
    }

    /// This moment and so many seconds more, or fewer.
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Self::from_seconds(self.0.saturating_add(seconds))
    }

    /// Reads `20150830T123600Z`, the only form `X-Amz-Date` has (AWS, "Elements of a request signature").
    pub fn parse_basic(text: &str) -> Option<Self> {
        let digits = |from: usize, to: usize| -> Option<i16> {
            let part = text.get(from..to)?;
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())?
        };
        let small = |from: usize| i8::try_from(digits(from, from + 2)?).ok();
        if text.get(8..9) != Some("T") || text.get(15..) != Some("Z") {
            return None;
        }
        let time = DateTime::new(digits(0, 4)?, small(4)?, small(6)?, small(9)?, small(11)?, small(13)?, 0).ok()?;
        Self::of(Offset::UTC.to_timestamp(time).ok()?)
    }

    /// Reads a `Date` header: the basic form, or an HTTP date (RFC 9110 §5.6.7, preferred form).
    pub fn parse_header(text: &str) -> Option<Self> {
        if text.len() > 64 {
            return None;
        }
        Self::parse_basic(text).or_else(|| Self::of(rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?))
    }

    /// Reads a parameter of type timestamp: RFC 3339 with any offset, or seconds since the epoch; fractions are dropped (Smithy,
    /// "timestampFormat").
    pub fn parse_parameter(text: &str) -> Option<Self> {
        if text.len() > 64 {
            return None;
        }
        let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
        let numeric = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if numeric {
            let seconds = whole.parse().ok()?;
            return (Self::FIRST..=Self::LAST).contains(&seconds).then_some(Self(seconds));
        }
        Self::of(text.parse().ok()?)
    }

    /// `20150830T123600Z`.
    pub fn basic(self) -> String {
        let time = Offset::UTC.to_datetime(self.timestamp());
        let (date, clock) = (time.date(), time.time());
        let day = i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day());
        let clock = i64::from(clock.hour()) * 10_000 + i64::from(clock.minute()) * 100 + i64::from(clock.second());
        let mut text = String::with_capacity(16);
        digits(&mut text, day, 8);
        text.push('T');
        digits(&mut text, clock, 6);
        text.push('Z');
        text
    }

    /// `2015-08-30T12:36:00Z`, as the Query protocol writes times.
    pub fn rfc3339(self) -> String {
        self.timestamp().to_string()
    }

    fn of(timestamp: Timestamp) -> Option<Self> {
        let seconds = timestamp.as_second();
        (Self::FIRST..=Self::LAST).contains(&seconds).then_some(Self(seconds))
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_second(self.0).unwrap_or_default()
    }
}

/// Appends so many digits of a number; every signature that is checked writes two moments.
fn digits(text: &mut String, number: i64, count: u32) {
    text.extend((0..count).rev().map(|place| char::from(b'0' + u8::try_from(number / 10_i64.pow(place) % 10).unwrap_or_default())));
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn the_basic_form_reads_back() {
        let moment = Moment::parse_basic("20150830T123600Z").unwrap();
        assert_eq!(moment.as_seconds(), 1_440_938_160);
        assert_eq!((moment.basic(), moment.rfc3339()), ("20150830T123600Z".into(), "2015-08-30T12:36:00Z".into()));
    }

    #[test]
    fn near_misses_of_the_basic_form_are_none() {
        for text in [
            "",
            "20150830",
            "20150830T123600",
            "20150830T123600z",
            "20150830 123600Z",
            "2015-08-30T12:36:00Z",
            "20150830T123600.000Z",
            "20151330T123600Z",
            "20150230T123600Z",
            "20150830T243600Z",
            "20150830T126000Z",
            "20150830T123660Z",
            "+2150830T123600Z",
            "2015083éT123600Z",
            "\u{661}015083T123600Z",
        ] {
            assert_eq!(Moment::parse_basic(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_header_is_an_http_date_or_the_basic_form() {
        let basic = Moment::parse_basic("20150830T123600Z");
        for text in ["Sun, 30 Aug 2015 12:36:00 GMT", "Sun, 30 Aug 2015 12:36:00 +0000", "20150830T123600Z"] {
            assert_eq!(Moment::parse_header(text), basic, "{text}");
        }
        assert_eq!(Moment::parse_header("yesterday"), None);
    }

    #[test]
    fn a_parameter_is_rfc_3339_or_seconds() {
        let basic = Moment::parse_basic("20150830T123600Z");
        for text in ["2015-08-30T12:36:00Z", "2015-08-30T12:36:00.999Z", "2015-08-30T14:36:00+02:00", "1440938160", "1440938160.5"] {
            assert_eq!(Moment::parse_parameter(text), basic, "{text}");
        }
        for text in ["", ".", "-", "99999999999999999999", "999999999999999", "2015-08-30", " 1440938160"] {
            assert_eq!(Moment::parse_parameter(text), None, "{text}");
        }
    }

    #[test]
    fn the_ends_of_time_can_be_written() {
        assert_eq!(Moment::from_seconds(i64::MAX).basic(), "99991230T220000Z");
        assert_eq!(Moment::from_seconds(i64::MIN).basic(), "00010101T000000Z");
        assert_eq!(Moment::from_seconds(i64::MIN).rfc3339(), "0001-01-01T00:00:00Z");
        assert_eq!(Moment::from_seconds(i64::MAX).plus(i64::MAX), Moment::from_seconds(i64::MAX));
        assert_eq!(Moment::from_seconds(i64::MIN).plus(i64::MIN), Moment::from_seconds(i64::MIN));
    }
}
