//! What a choice about cookies allows, and what is recorded of it.
//!
//! Whatever is unclear allows nothing: no choice, one that is too old, one for another notice, one that could not be saved.

use std::time::Duration;

use lockwright_model::change::ChangeSet;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::id::ChoiceId;
use lockwright_model::privacy::{Allowed, Choice, How, NoticeHash, PersonChoices};
use serde_json::json;

use crate::person::Person;
use crate::{Decided, of_another_clock};

/// How long a choice counts, unless the operator says less: six months.
pub const CHOICE_LIFE: Duration = Duration::from_secs(183 * 86_400);

/// What a browser holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Held {
    /// No choice, or something that we did not write.
    #[default]
    Nothing,
    /// A mark that a choice could not be saved: until one is, only what is essential.
    Unsaved,
    /// A choice.
    Choice(Choice),
}

impl Held {
    /// The choice, whatever it is worth now.
    pub fn choice(&self) -> Option<&Choice> {
        match self {
            Self::Choice(choice) => Some(choice),
            Self::Nothing | Self::Unsaved => None,
        }
    }
}

/// What a decision stands on.
#[derive(Clone, Debug)]
pub struct Ground<'a> {
    /// The browser sends Global Privacy Control.
    pub signal: bool,
    /// What the browser holds.
    pub browser: &'a Held,
    /// What whoever is signed in keeps.
    pub person: Option<&'a PersonChoices>,
    /// The notice as it reads now.
    pub notice: NoticeHash,
    /// How long a choice counts.
    pub life: Duration,
    /// The moment.
    pub now: Timestamp,
}

/// Why advertising is off though nobody declined it in this browser.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OptOut {
    /// The browser says so.
    Signal,
    /// The person said so, here or elsewhere.
    Person,
}

/// What is allowed now, and what has to be asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// What is allowed.
    pub allowed: Allowed,
    /// The choice that counts.
    pub choice: Option<Choice>,
    /// Nothing counts: the first layer is shown.
    pub ask: bool,
    /// The last choice could not be saved.
    pub unsaved: bool,
    /// The browser sends Global Privacy Control.
    pub signal: bool,
    /// What keeps advertising off, whatever was chosen; `None`: only the choice does.
    pub opt_out: Option<OptOut>,
}

/// What is allowed on this ground.
///
/// The newer choice counts: the browser's own, or the one that follows the person. A signal, or an opt-out that the person made while
/// signed in, keeps advertising off; only a choice that was made later, on the page that tells of it, lifts that for its own browser or
/// person (P07).
pub fn standing(ground: &Ground<'_>) -> Standing {
    let unsaved = *ground.browser == Held::Unsaved;
    let followed = ground.person.and_then(|person| person.follows.as_ref());
    let counting = [ground.browser.choice(), followed].into_iter().flatten().filter(|choice| counts(choice, ground));
    let choice = counting.max_by_key(|choice| choice.at).filter(|_| !unsaved);
    let opted_out = ground.person.and_then(|person| person.opted_out);
    let opt_out = match choice {
        Some(choice) if choice.despite_signal && opted_out.is_none_or(|at| at < choice.at) => None,
        _ if ground.signal => Some(OptOut::Signal),
        _ => opted_out.map(|_| OptOut::Person),
    };
    let mut allowed = choice.map_or(Allowed::NOTHING, |choice| choice.allowed);
    allowed.advertising &= opt_out.is_none();
    Standing { allowed, choice: choice.cloned(), ask: choice.is_none(), unsaved, signal: ground.signal, opt_out }
}

/// A choice counts for the notice that was read, for a while (P24, P29). One from the future was made by a clock that has been put right.
fn counts(choice: &Choice, ground: &Ground<'_>) -> bool {
    choice.notice == ground.notice && !of_another_clock(choice.at, ground.now) && ground.now < choice.at.plus(ground.life)
}

/// What somebody asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wish {
    /// What is to be allowed.
    pub allowed: Allowed,
    /// How it is said.
    pub how: How,
    /// Whether the choice is to follow the person over browsers; `None`: as before.
    pub follow: Option<bool>,
}

/// Records a choice: an event in the trail, and the person's row where it follows the person.
pub fn choose(wish: Wish, ground: &Ground<'_>, person: Option<Person>, op: &OpContext, entropy: &dyn Entropy) -> Decided<Choice> {
    let kept = ground.person;
    let follow = wish.follow.unwrap_or(kept.is_some_and(|kept| kept.follows.is_some())) && person.is_some();
    let objected = ground.signal || kept.is_some_and(|kept| kept.opted_out.is_some());
    // A button that accepts all, and a box among others, don't outweigh an opt-out: that takes the page about it (P07). What was said
    // there before stays, until it is unticked.
    let lifted = wish.how == How::Customize && standing(ground).choice.is_some_and(|choice| choice.despite_signal);
    let despite_signal = objected && wish.allowed.advertising && (wish.how == How::Advertising || lifted);
    let allowed = Allowed { advertising: wish.allowed.advertising && (!objected || despite_signal), ..wish.allowed };
    // Whoever opts out, or takes that back, while signed in does it for every browser (11 CCR 7025(c)(1)).
    let opted_out = match (wish.how, wish.allowed.advertising) {
        (How::Advertising, false) => Some(op.now),
        (How::Advertising, true) => None,
        _ => kept.and_then(|kept| kept.opted_out),
    };
    let linked = person.is_some() && (follow || opted_out.is_some());
    let id = match (kept, linked) {
        (Some(kept), true) => kept.id.clone(),
        // What a browser chose before somebody signed in stays nobody's.
        (None, true) => ChoiceId::draw(entropy),
        (_, false) => ground.browser.choice().map_or_else(|| ChoiceId::draw(entropy), |choice| choice.id.clone()),
    };
    let choice = Choice { id: id.clone(), allowed, despite_signal, notice: ground.notice, at: op.now, how: wish.how };
    let mut changes = ChangeSet::default();
    changes.tell(saved(&choice, ground, follow, op, entropy));
    if let Some(mut person) = person {
        let keeps = linked.then(|| PersonChoices { id, follows: follow.then(|| choice.clone()), opted_out });
        if person.factors().privacy != keeps {
            person.factors_mut().privacy = keeps;
            changes.put(person.record());
        }
    }
    Decided::new(changes, choice)
}

/// Keeps a signal that came from somebody signed in, so that it holds in their other browsers too (P08); `None`: it is kept already, or
/// the person allowed advertising despite it.
pub fn keep_signal(ground: &Ground<'_>, mut person: Person, op: &OpContext, entropy: &dyn Entropy) -> Option<Decided<()>> {
    let kept = person.factors().privacy.clone();
    let known = kept.as_ref().is_some_and(|kept| kept.opted_out.is_some());
    let standing = standing(ground);
    if known || !ground.signal || standing.opt_out.is_none() {
        return None;
    }
    let (id, follows) = kept.map_or_else(|| (ChoiceId::draw(entropy), None), |kept| (kept.id, kept.follows));
    let mut changes = ChangeSet::default();
    let request = json!({"choiceId": id.as_str(), "signal": "Sec-GPC"});
    changes.tell(AuditEvent::of_choice(op, entropy, id.clone(), told("OptOutSignalKept").request(request)));
    person.factors_mut().privacy = Some(PersonChoices { id, follows, opted_out: Some(op.now) });
    changes.put(person.record());
    Some(Decided::new(changes, ()))
}

/// Cuts the person's row off from the name in the trail; the proof of what was chosen stays, and nothing leads from it to the person (P26).
pub fn forget(mut person: Person, op: &OpContext, entropy: &dyn Entropy) -> Option<Decided<()>> {
    let kept = person.factors_mut().privacy.take()?;
    let mut changes = ChangeSet::default();
    let request = json!({"choiceId": kept.id.as_str()});
    changes.tell(AuditEvent::of_choice(op, entropy, kept.id, told("PrivacyLinkErased").request(request)));
    changes.put(person.record());
    Some(Decided::new(changes, ()))
}

/// What shows later that somebody consented, to what, when and how (GDPR 7(1), P23).
fn saved(choice: &Choice, ground: &Ground<'_>, follow: bool, op: &OpContext, entropy: &dyn Entropy) -> AuditEvent {
    let request = json!({
        "choiceId": choice.id.as_str(),
        "purposes": choice.allowed,
        "how": choice.how,
        "notice": choice.notice,
        "globalPrivacyControl": ground.signal,
        "despiteSignal": choice.despite_signal,
        "followsPerson": follow,
        "countsUntil": choice.at.plus(ground.life).to_rfc3339(),
    });
    AuditEvent::of_choice(op, entropy, choice.id.clone(), told("PrivacyChoiceSaved").request(request))
}

fn told(name: &'static str) -> Told {
    Told::new(Service::Privacy, name, None)
}
