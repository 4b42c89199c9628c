//! "If you lost this today", and what stands in the way of somebody who proved something.

use axum::extract::Path;
use lockwright_model::case::Channel;
use lockwright_model::clock::Timestamp;
use lockwright_model::factors::{DeviceKind, Loss};
use lockwright_model::id::CaseId;
use lockwright_model::proof::{Goal, Proof, Proofs};
use lockwright_service::core::person::Person;
use lockwright_service::core::readiness::{Concern, Line, Readiness as Found, rehearsal};
use lockwright_service::core::recovery::rules::RuleBook;
use lockwright_service::core::recovery::{RecoverySettings, situation};

use super::case;
use crate::http::{Answer, Member, Visit, sign_in_path, who};
use crate::page::graph::{Graph, Mark, Sketch};
use crate::page::obstacle::{self, Obstacles};
use crate::page::readiness::{ConcernRow, LossRow, Readiness};
use crate::page::{ways, words};

/// The own readiness.
pub(super) async fn show(member: Member) -> Answer {
    let found = member.lockwright().readiness(&member.person).await?;
    let page = page(&member.person, &found, member.lockwright().config().recovery, member.op.now);
    member.page(&page).await
}

/// The page of a person's own readiness.
pub(super) fn page(person: &Person, found: &Found, settings: RecoverySettings, now: Timestamp) -> Readiness {
    Readiness {
        who: None,
        back: String::new(),
        rows: found.lines.iter().map(|line| row(person, line, settings, now)).collect(),
        concerns: found.concerns.iter().map(|concern| concern_row(*concern)).collect(),
        openings: found.openings.iter().map(|opening| opening_words(*opening).to_owned()).collect(),
        cooling: found.cooling_until.map(words::day),
        graph: graph(person, found, settings, now),
    }
}

/// The same, as an administrator sees it of a user.
pub(super) fn page_of_user(
    person: &Person,
    who: String,
    back: String,
    found: &Found,
    settings: RecoverySettings,
    now: Timestamp,
) -> Readiness {
    let mut page = Readiness { who: Some(who), back, ..page(person, found, settings, now) };
    let theirs = |text: &mut String| *text = ways::theirs(text);
    for row in &mut page.rows {
        theirs(&mut row.lost);
        row.steps.iter_mut().for_each(theirs);
    }
    page.openings.iter_mut().for_each(theirs);
    for (row, concern) in page.concerns.iter_mut().zip(&found.concerns) {
        row.text = theirs_words(*concern).to_owned();
    }
    page
}

fn row(person: &Person, line: &Line, settings: RecoverySettings, now: Timestamp) -> LossRow {
    let steps = line.way.iter().flat_map(|way| &way.steps);
    let drill = person.factors().drills.iter().find(|drill| drill.lost == line.loss);
    LossRow {
        lost: ways::loss(line.loss).to_owned(),
        steps: steps.map(|rule| ways::step(rule.goal, rule.needs)).collect(),
        time: line.way.as_ref().map(|way| ways::time(way.waits)),
        help: line.way.as_ref().is_some_and(|way| way.help.is_some()),
        rehearse: rehearsal(person, line, settings, now).map(|_| line.loss.word()),
        rehearsed: drill.map(|drill| (drill.passed, words::day(drill.at))),
    }
}

/// A concern about somebody else.
const fn theirs_words(concern: Concern) -> &'static str {
    match concern {
        Concern::NoWayFrom(_) => "One loss would leave them with no way back of their own.",
        Concern::OnlyOperatorsFrom(_) => "One loss would leave them with the help of two operators, which takes days.",
        Concern::MailboxOpens => "Whoever reads their mailbox can set a new password and sign in, for they have no MFA device.",
        Concern::MailboxInside => "A mailbox of theirs is run under the address of this very installation: if it goes, both go.",
        Concern::RootKeys => "They have access keys of the root user, which no policy bounds.",
        Concern::OnePhone => "One phone is their only device and their only number.",
        Concern::FewCodes => "They have hardly any recovery codes left, or none.",
        Concern::OneDevice => "They have one MFA device.",
        Concern::MutualContacts => "All their recovery contacts name them as theirs.",
        Concern::OneProvider => "All their mailboxes are with one provider.",
        Concern::OldContacts => "They have not looked through their recovery contacts for a year.",
        Concern::NoDrill => "They have rehearsed no way back for half a year, or never.",
    }
}

const fn opening_words(opening: Proof) -> &'static str {
    match opening {
        Proof::Email => "your mailbox, for you have no MFA device",
        Proof::Administrator => "an administrator of your account",
        _ => "the server itself, where whoever runs it can help you",
    }
}

fn concern_row(concern: Concern) -> ConcernRow {
    let (text, grave, path, action) = match concern {
        Concern::NoWayFrom(Loss::Devices | Loss::Phone) => {
            ("If your device is lost or breaks, there is no way back.", true, "/security/codes", "Print recovery codes")
        }
        Concern::NoWayFrom(Loss::Password) => {
            ("If you forget your password, there is no way back.", true, "/security/contacts", "Name recovery contacts")
        }
        Concern::NoWayFrom(Loss::PasswordAndDevices) => {
            ("If your password and your devices are lost together, there is no way back.", true, "/security/codes", "Print recovery codes")
        }
        Concern::NoWayFrom(_) => ("One loss would leave you without a way back.", true, "/security/codes", "Print recovery codes"),
        Concern::OnlyOperatorsFrom(_) => {
            ("One loss would leave you with the help of two operators, which takes days.", true, "/security/codes", "Print recovery codes")
        }
        Concern::MailboxOpens => (
            "Whoever reads your mailbox can set a new password and sign in, for you have no MFA device.",
            true,
            "/security/mfa",
            "Add an MFA device",
        ),
        Concern::MailboxInside => (
            "A mailbox of yours is run under the address of this very installation. If it goes, both go: a circle.",
            true,
            "/security/addresses",
            "Add an address elsewhere",
        ),
        Concern::RootKeys => (
            "There are access keys of yours, the root user’s: whoever finds one can do everything, and no policy bounds it. Give programs a user’s instead.",
            false,
            "/security#access-keys",
            "Look at them",
        ),
        Concern::OnePhone => {
            ("One phone is your only device and your only number. If it is lost, both are.", false, "/security/mfa", "Add a second device")
        }
        Concern::FewCodes => ("You have hardly any recovery codes left, or none.", false, "/security/codes", "Print recovery codes"),
        Concern::OneDevice => {
            ("You have one MFA device. A second one at home saves you the detour.", false, "/security/mfa", "Add a second device")
        }
        Concern::MutualContacts => (
            "All your recovery contacts name you as theirs. If you are all locked out, nobody can begin.",
            false,
            "/security/contacts",
            "Add somebody else",
        ),
        Concern::OneProvider => ("All your mailboxes are with one provider.", false, "/security/addresses", "Add an address elsewhere"),
        Concern::OldContacts => {
            ("You have not looked through your recovery contacts for a year.", false, "/security/contacts", "Look through them")
        }
        Concern::NoDrill => (
            "You have not rehearsed a way back for half a year, or never. It takes five minutes.",
            false,
            "#rehearse",
            "Rehearse one below",
        ),
    };
    ConcernRow { text: text.to_owned(), grave, path, action }
}

/// What is drawn on the left, each with the proof it gives.
fn factors(person: &Person, now: Timestamp) -> Vec<(String, Proof, bool)> {
    let factors = person.factors();
    let mut found = Vec::new();
    if person.credential().is_some() {
        found.push(("Password".to_owned(), Proof::Password, true));
    }
    for channel in person.channels() {
        let proof = if matches!(channel, Channel::Email(_)) { Proof::Email } else { Proof::Phone };
        found.push((channel.masked(), proof, person.serves_recovery(&channel, now)));
    }
    for device in &factors.devices {
        let what = if matches!(device.kind, DeviceKind::Totp { .. }) { "app" } else { "passkey" };
        let name: String = device.name.as_str().chars().take(14).collect();
        found.push((format!("{name} ({what})"), Proof::Device, now >= situation::device_serves_from(device)));
    }
    if let Some(codes) = factors.codes.as_ref().filter(|codes| codes.count() > 0) {
        found.push((format!("{} recovery codes", codes.count()), Proof::RecoveryCode, now >= situation::codes_serve_from(codes)));
    }
    let accepted = factors.accepted().count();
    if accepted > 0 {
        let serve = factors.accepted().filter_map(situation::contact_serves_from).any(|from| now >= from);
        found.push((format!("{} of {accepted} contacts", factors.contacts.threshold), Proof::Contacts, serve));
    }
    found
}

fn graph(person: &Person, found: &Found, settings: RecoverySettings, now: Timestamp) -> Graph {
    const GOALS: [&str; 3] = ["Sign in", "New password", "New MFA device"];
    let mut has = factors(person, now);
    let situation = situation::situation(person, settings, now);
    let ways: Vec<_> = Goal::ALL.into_iter().flat_map(|goal| RuleBook::PRODUCTION.ways(&situation, goal)).collect();
    // Those who have power over the identity stand in the picture where a rule needs them.
    for (label, proof) in [("Two operators", Proof::Operators), ("Administrator", Proof::Administrator)] {
        if ways.iter().any(|rule| rule.needs.contains(proof)) {
            has.push((label.to_owned(), proof, true));
        }
    }
    let places = |proof: Proof| {
        has.iter().enumerate().filter(move |(_, (_, own, _))| *own == proof || (proof == Proof::ContactsTwo && *own == Proof::Contacts))
    };
    let weak = |proof: Proof| {
        let lost = |loss: Loss| {
            found.concerns.iter().any(|concern| matches!(concern, Concern::NoWayFrom(at) | Concern::OnlyOperatorsFrom(at) if *at == loss))
        };
        match proof {
            Proof::Password => lost(Loss::Password),
            Proof::Device => lost(Loss::Devices),
            Proof::Email => lost(Loss::Mailbox),
            Proof::RecoveryCode => lost(Loss::Codes),
            _ => false,
        }
    };
    // A rule joins the first thing of each kind that it needs: several mailboxes are one way.
    let joined = |needs: Proofs| -> Vec<usize> {
        let needs = if needs.contains(Proof::ContactsTwo) { needs.without(Proof::Contacts).with(Proof::Contacts) } else { needs };
        needs.iter().filter_map(|proof| places(proof).map(|(at, _)| at).next()).collect()
    };
    let mut rules: Vec<(Vec<usize>, usize, bool)> = Vec::new();
    let second = if person.factors().devices.is_empty() { vec![None] } else { vec![Some(Proof::Device), Some(Proof::RecoveryCode)] };
    for second in second {
        let needs = second.map_or(Proofs::of(&[Proof::Password]), |proof| Proofs::of(&[Proof::Password, proof]));
        let places = joined(needs);
        if places.len() == needs.iter().count() {
            rules.push((places, 0, false));
        }
    }
    for rule in ways.into_iter().filter(|rule| !rule.needs.contains(Proof::Host)) {
        let goal = if rule.goal == Goal::NewPassword { 1 } else { 2 };
        rules.push((joined(rule.needs), goal, rule.delay));
    }
    let mark = |serves: bool, proof: Proof| {
        if weak(proof) {
            Mark::Weak
        } else if serves {
            Mark::Good
        } else {
            Mark::New
        }
    };
    let factors = has.iter().map(|(label, proof, serves)| (label.clone(), mark(*serves, *proof))).collect();
    Graph::of(&Sketch { factors, goals: GOALS.iter().map(|goal| (*goal).to_owned()).collect(), rules })
}

/// What stands in the way, for the browser that proved something in a recovery.
pub(super) async fn why(visit: Visit, Path(case): Path<String>) -> Answer {
    let Ok(id) = case.parse::<CaseId>() else { return case::unknown(&visit) };
    match visit.lockwright().obstacles(&id, visit.case_cookie()).await {
        Ok((person, found)) => visit.page(&Obstacles {
            case,
            who: who(&person),
            sign_in: sign_in_path(&person),
            rows: found.into_iter().map(|obstacle| obstacle::row(obstacle, visit.op.now)).collect(),
        }),
        Err(error) => case::failed(&visit, None, error),
    }
}

#[cfg(test)]
mod tests {
    use lockwright_service::core::recovery::rules::RULES;

    use super::*;

    #[test]
    fn b2_what_an_administrator_reads_of_a_user_never_says_you() {
        let mut said: Vec<String> = Loss::ALL.into_iter().map(|loss| ways::theirs(ways::loss(loss))).collect();
        said.extend(RULES.iter().map(|rule| ways::theirs(&ways::step(rule.goal, rule.needs))));
        said.extend([Proof::Email, Proof::Administrator, Proof::Host].map(|opening| ways::theirs(opening_words(opening))));
        let concerns = Loss::ALL.into_iter().flat_map(|loss| [Concern::NoWayFrom(loss), Concern::OnlyOperatorsFrom(loss)]);
        let plain = [
            Concern::MailboxOpens,
            Concern::MailboxInside,
            Concern::RootKeys,
            Concern::OnePhone,
            Concern::FewCodes,
            Concern::OneDevice,
            Concern::MutualContacts,
            Concern::OneProvider,
            Concern::OldContacts,
            Concern::NoDrill,
        ];
        said.extend(concerns.chain(plain).map(|concern| theirs_words(concern).to_owned()));
        for text in said {
            assert!(!text.to_lowercase().split(|letter: char| !letter.is_alphabetic()).any(|word| word.starts_with("you")), "{text}");
        }
    }
}
