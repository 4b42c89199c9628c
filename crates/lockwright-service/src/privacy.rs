//! Choices about cookies: what counts now, saving one, its receipts, and cutting them off from the person.

use lockwright_authn::codes;
use lockwright_core::person::Person;
use lockwright_core::privacy::{self, Ground, Held, Standing, Wish};
use lockwright_core::tries::{SOURCE_CHOICES, Wait};
use lockwright_model::change::Record;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::event::AuditEvent;
use lockwright_model::id::ChoiceId;
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::privacy::{Allowed, Choice, How, NoticeHash, Purpose};
use lockwright_model::tries::TriesKey;

use crate::Lockwright;
use crate::accounts::AccountError;
use crate::commit::decide;
use crate::trouble::{NotCommitted, Trouble};

/// Begins what a browser holds; another form of it would begin otherwise.
const FORM: &str = "1";
/// Stands for a choice that could not be saved.
const UNSAVED: &str = "unsaved";
/// Receipts that somebody gets at once.
const RECEIPTS: u32 = 1000;

/// What a browser says of choices: the signal it sends, and what it holds.
#[derive(Clone, Debug)]
pub struct Brought {
    /// It sends Global Privacy Control.
    pub signal: bool,
    /// What it holds.
    pub held: Held,
    /// The notice as it reads now.
    pub notice: NoticeHash,
}

/// Why a choice was not saved.
#[derive(Debug, thiserror::Error)]
pub enum ChoiceError {
    /// Too many came from this network.
    #[error("too many choices came from one network")]
    Wait {
        /// The next moment one is saved.
        until: Timestamp,
    },
    /// Something outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<Wait> for ChoiceError {
    fn from(wait: Wait) -> Self {
        Self::Wait { until: wait.until }
    }
}

impl From<NotCommitted> for ChoiceError {
    fn from(failure: NotCommitted) -> Self {
        Self::Trouble(failure.into())
    }
}

impl From<lockwright_store::StoreError> for ChoiceError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl Lockwright {
    /// A choice as a browser keeps it: readable, and sealed under the installation's key, so that no other site and no script can write
    /// one. Nothing is looked up to know what is allowed, so it is known without the store too.
    pub fn seal_choice(&self, choice: &Choice) -> String {
        let words = Purpose::ASKED.into_iter().filter(|purpose| choice.allowed.allows(*purpose));
        let letters = words.filter_map(|purpose| purpose.word().chars().next()).chain(choice.despite_signal.then_some('s'));
        let letters: String = letters.collect();
        let text = format!("{FORM}.{}.-{letters}.{}.{}.{}", choice.id, choice.how.word(), choice.at.as_micros(), choice.notice);
        let seal = self.choice_seal(&text);
        format!("{text}.{seal}")
    }

    /// What stands for a choice that could not be saved.
    pub fn unsaved_choice(&self) -> &'static str {
        UNSAVED
    }

    /// Reads what a browser holds; anything that we did not seal is nothing.
    pub fn open_choice(&self, text: &str) -> Held {
        if text == UNSAVED {
            return Held::Unsaved;
        }
        self.sealed_choice(text).map_or(Held::Nothing, Held::Choice)
    }

    fn sealed_choice(&self, text: &str) -> Option<Choice> {
        let (text, seal) = text.rsplit_once('.')?;
        if !codes::same(self.choice_seal(text).as_bytes(), seal.as_bytes()) {
            return None;
        }
        let mut parts = text.strip_prefix(FORM)?.strip_prefix('.')?.split('.');
        let id = parts.next()?.parse().ok()?;
        let letters = parts.next()?;
        let how = How::of_word(parts.next()?)?;
        let at = Timestamp::from_micros(parts.next()?.parse().ok()?);
        let notice = parts.next()?.parse().ok()?;
        let allowed = Allowed { performance: letters.contains('p'), functional: letters.contains('f'), advertising: letters.contains('a') };
        Some(Choice { id, allowed, despite_signal: letters.contains('s'), notice, at, how })
    }

    fn choice_seal(&self, text: &str) -> String {
        let tag = codes::bind(&self.config().sealing_key, "choice", &[text.as_bytes()]);
        NoticeHash::from_bytes(tag).to_string()
    }

    /// What is allowed now.
    pub fn privacy_standing(&self, brought: &Brought, person: Option<&Person>, now: Timestamp) -> Standing {
        privacy::standing(&self.ground(brought, person, now))
    }

    fn ground<'a>(&self, brought: &'a Brought, person: Option<&'a Person>, now: Timestamp) -> Ground<'a> {
        Ground {
            signal: brought.signal,
            browser: &brought.held,
            person: person.and_then(|person| person.factors().privacy.as_ref()),
            notice: brought.notice,
            life: self.config().privacy.choice_life,
            now,
        }
    }

    /// Saves a choice, for the browser and, where it follows the person, for the person.
    pub async fn choose(&self, op: &OpContext, brought: &Brought, person: Option<&Identity>, wish: Wish) -> Result<Choice, ChoiceError> {
        let outcome = decide!(self, {
            let network = TriesKey::new("choices", &op.source.network());
            let row = self.store().tries(&network).await?;
            SOURCE_CHOICES.check(row.as_ref(), op.now)?;
            let person = match person {
                Some(identity) => self.person(identity).await?,
                None => None,
            };
            let ground = self.ground(brought, person.as_ref(), op.now);
            let mut decided = privacy::choose(wish, &ground, person.clone(), op, self.entropy());
            decided.changes.put(Record::Tries(SOURCE_CHOICES.count(row, network, op.now)));
            decided
        });
        Ok(outcome?)
    }

    /// Keeps the signal of somebody who is signed in (P08), once.
    pub async fn keep_signal(&self, op: &OpContext, brought: &Brought, person: &Identity) -> Result<(), Trouble> {
        let outcome = decide!(self, {
            let Some(person) = self.person(person).await? else { return Ok(()) };
            let ground = self.ground(brought, Some(&person), op.now);
            match privacy::keep_signal(&ground, person.clone(), op, self.entropy()) {
                Some(decided) => decided,
                None => return Ok(()),
            }
        });
        Ok(outcome?)
    }

    /// Cuts a person off from its receipts, which stay (P26).
    pub async fn forget_choices(&self, op: &OpContext, person: &Identity) -> Result<(), Trouble> {
        let outcome = decide!(self, {
            let Some(person) = self.person(person).await? else { return Ok(()) };
            match privacy::forget(person, op, self.entropy()) {
                Some(decided) => decided,
                None => return Ok(()),
            }
        });
        Ok(outcome?)
    }

    /// The receipts of a chooser, the newest first. Who holds a sealed choice, or keeps one in its own row, may read them.
    pub async fn receipts(&self, chooser: &ChoiceId) -> Result<Vec<AuditEvent>, Trouble> {
        Ok(self.store().choices_of(chooser, RECEIPTS).await?)
    }

    /// All receipts, chooser by chooser, those after `after` (host command line).
    pub async fn all_receipts(&self, op: &OpContext, after: Option<&AuditEvent>, limit: u32) -> Result<Vec<AuditEvent>, AccountError> {
        if op.principal != Principal::Host {
            return Err(AccountError::Denied);
        }
        Ok(self.store().choices(after, limit).await?)
    }
}
