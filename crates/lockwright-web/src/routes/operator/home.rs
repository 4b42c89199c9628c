//! Where operators begin.

use crate::http::{Answer, Member};
use crate::page::operator::OperatorHome;

/// What an operator can do here.
pub(super) async fn show(member: Member) -> Answer {
    member.page(&OperatorHome {}).await
}
