//! Somebody as this node knows them, and what was worked out from their rows: it goes when the rows change.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use lockwright_core::person::Person;
use lockwright_model::access_key::AccessKeyId;
use lockwright_model::account::Account;
use lockwright_model::secret::KeyBytes;

/// So many keys of a day are kept of one person: a few services in a few regions. The oldest makes room.
const DAYS: usize = 8;

/// A person, and what is kept beside them.
pub(crate) struct Known {
    pub(crate) person: Arc<Person>,
    /// The account that they were read with.
    account: Option<Arc<Account>>,
    days: Mutex<VecDeque<Day>>,
}

/// A key that was derived from an access key's secret for one day, region and service.
struct Day {
    key: AccessKeyId,
    scope: Box<str>,
    signing: KeyBytes,
}

impl Known {
    pub(crate) fn new(person: Arc<Person>, account: Option<Arc<Account>>) -> Self {
        Self { person, account, days: Mutex::default() }
    }

    /// Whether they were read with just this row of their account.
    pub(crate) fn is_of(&self, account: Option<&Arc<Account>>) -> bool {
        match (&self.account, account) {
            (Some(own), Some(account)) => Arc::ptr_eq(own, account),
            (None, None) => true,
            _ => false,
        }
    }

    /// What was kept of a secret for a scope.
    pub(crate) fn day_key(&self, key: &AccessKeyId, scope: &str) -> Option<KeyBytes> {
        let days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        days.iter().find(|day| *day.scope == *scope && day.key == *key).map(|day| day.signing.clone())
    }

    /// Keeps what was derived from a secret for a scope.
    pub(crate) fn keep_day_key(&self, key: &AccessKeyId, scope: &str, signing: KeyBytes) {
        let mut days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        days.retain(|day| day.key != *key || *day.scope != *scope);
        if days.len() >= DAYS {
            days.pop_front();
        }
        days.push_back(Day { key: key.clone(), scope: scope.into(), signing });
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Known({})", self.person.identity())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use lockwright_model::builder::Builder;
    use lockwright_model::entropy::SeededEntropy;
    use lockwright_model::id::BuilderId;

    use super::*;

    /// A builder ID, whom nothing but its own row says.
    pub(crate) fn known() -> Known {
        let builder = Builder {
            id: BuilderId::draw(&SeededEntropy::new(1)),
            version: Default::default(),
            email: "a@example.com".parse().unwrap(),
            name: "Ana".parse().unwrap(),
            created: Default::default(),
            disabled: false,
            credential: None,
            epoch: 0,
            factors: Default::default(),
            closed: None,
        };
        Known::new(Arc::new(Person::Builder(builder)), None)
    }

    #[test]
    fn of_all_scopes_that_a_key_signs_for_only_the_last_few_are_kept() {
        let known = known();
        let key = |seed| AccessKeyId::draw("123456789012".parse().unwrap(), &SeededEntropy::new(seed));
        let (own, other) = (key(1), key(2));
        for number in 0..100_u8 {
            known.keep_day_key(&own, &format!("20261124/region-{number}/iam"), KeyBytes::new([number; 32]));
        }
        let held = |key: &AccessKeyId, number| known.day_key(key, &format!("20261124/region-{number}/iam"));
        assert_eq!(held(&own, 99).unwrap().expose(), &[99; 32]);
        assert!(held(&other, 99).is_none(), "another key's");
        assert_eq!((0..100).filter(|number| held(&own, *number).is_some()).count(), DAYS);
        known.keep_day_key(&own, "20261124/region-99/iam", KeyBytes::new([1; 32]));
        assert_eq!((0..100).filter(|number| held(&own, *number).is_some()).count(), DAYS, "kept twice, it is one");
    }

    #[test]
    fn what_is_known_of_somebody_shows_no_key_in_debug() {
        let known = known();
        let key = AccessKeyId::draw("123456789012".parse().unwrap(), &SeededEntropy::new(1));
        known.keep_day_key(&key, "20261124/eu/iam", KeyBytes::new([7; 32]));
        assert_eq!(format!("{known:?}"), format!("Known({})", known.person.identity()));
    }
}
