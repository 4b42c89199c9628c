//! Numbers of conditions: whole ones exactly, others as floating point.

use core::cmp::Ordering;

/// A number as a policy or a request writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number {
    near: f64,
    whole: Option<i128>,
}

impl Number {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // Words that floating point knows, such as `inf`, are not finite.
        let near: f64 = text.parse().ok()?;
        near.is_finite().then(|| Self { near, whole: text.parse().ok() })
    }

    pub(crate) fn compare(self, other: Self) -> Ordering {
        match (self.whole, other.whole) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => self.near.partial_cmp(&other.near).unwrap_or(Ordering::Equal),
        }
    }
}

#[cfg(test)]
mod tests {
    use core::cmp::Ordering;

    use super::Number;

    fn compare(a: &str, b: &str) -> Ordering {
        Number::parse(a).unwrap().compare(Number::parse(b).unwrap())
    }

    #[test]
    fn whole_numbers_are_compared_exactly() {
        assert_eq!(compare("9007199254740993", "9007199254740992"), Ordering::Greater);
        assert_eq!(compare("0012", "12"), Ordering::Equal);
        assert_eq!(compare("-1", "1"), Ordering::Less);
        assert_eq!(compare("1.50", "1.5"), Ordering::Equal);
        assert_eq!(compare("1e3", "1000"), Ordering::Equal);
    }

    #[test]
    fn words_are_no_numbers() {
        for text in ["", "-", "e", "inf", "nan", "NaN", "1e999", "0x10", " 1", "1 ", "١", "1_000"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }
}
