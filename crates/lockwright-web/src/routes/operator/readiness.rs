//! The installation's readiness in numbers.

use lockwright_service::aggregate::{COUNTED, Group};

use super::recoveries::refused;
use crate::http::{Answer, Member};
use crate::page::operator::{GroupRow, OperatorReadiness};
use crate::page::words;

/// Counted now.
pub(super) async fn show(member: Member) -> Answer {
    let sum = member.lockwright().aggregate(&member.op).await.map_err(refused)?;
    let row = |name, group: Group| GroupRow::new(name, group.all, group.mfa, group.codes, group.mailbox_only);
    let page = OperatorReadiness {
        rows: vec![row("Root users", sum.roots), row("IAM users", sum.users), row("Builder IDs", sum.builders)],
        waiting: sum.waiting,
        stopped_at: sum.more.then_some(COUNTED),
        at: words::at(member.op.now),
    };
    member.page(&page).await
}
