//! A person's own recovery codes.

use lockwright_model::clock::Timestamp;
use lockwright_model::factors::Factors;
use lockwright_service::core::recovery::rules::{Origin, RuleBook};

use super::mfa::trouble;
use crate::http::{Answer, Confirmed, Member, who};
use crate::page::mfa::{Codes, CodesLeft, CodesShown};
use crate::page::words;

/// The present set, in short.
pub(super) fn left(factors: &Factors, now: Timestamp) -> Option<CodesLeft> {
    let codes = factors.codes.as_ref()?;
    let from = serves_from(codes.since);
    Some(CodesLeft { left: codes.count(), from: (now < from).then(|| words::day(from)), made: words::day(codes.since) })
}

fn serves_from(since: Timestamp) -> Timestamp {
    RuleBook::PRODUCTION.serves_from(Origin::Added, since)
}

/// How many are left, and the way to a new set.
pub(super) async fn show(member: Member) -> Answer {
    let factors = member.person.factors();
    let page = Codes { codes: left(factors, member.op.now), no_device: factors.devices.is_empty(), one_device: factors.devices.len() == 1 };
    member.page(&page).await
}

/// Makes a new set, and shows it this once.
pub(super) async fn issue(Confirmed(member): Confirmed) -> Answer {
    let codes = member.lockwright().issue_codes(&member.op, &member.session).await.map_err(|error| trouble(&member, error))?;
    let url = member.visit.web().url("");
    let page = CodesShown {
        codes: codes.iter().map(|code| code.expose().to_owned()).collect(),
        who: who(&member.person),
        host: url.split_once("://").map_or(url.as_str(), |(_, host)| host).to_owned(),
        made: words::day(member.op.now),
        from: words::day(serves_from(member.op.now)),
        one_device: member.person.factors().devices.len() == 1,
    };
    member.page(&page).await
}
