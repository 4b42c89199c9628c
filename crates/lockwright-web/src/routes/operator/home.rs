//! Where operators begin.

use lockwright_model::operator::OperatorRole;
use lockwright_service::core::person::Person;

use crate::http::{Answer, Member};
use crate::page::operator::OperatorHome;

/// The form for a caller code.
pub(super) async fn show(member: Member) -> Answer {
    let page = page(&member);
    member.page(&page).await
}

pub(super) fn page(member: &Member) -> OperatorHome {
    OperatorHome { security: is_security(member), ..OperatorHome::default() }
}

pub(super) fn is_security(member: &Member) -> bool {
    matches!(&member.person, Person::Operator(operator) if operator.role == OperatorRole::Security)
}
