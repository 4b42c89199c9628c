//! `lockwright operator`: asks, and prints the answer.

use lockwright_model::operator::OperatorRole;

use super::{Failure, ask, link_remark};
use crate::cli::{Common, Operator, RoleKind};
use crate::control::Request;

const LIST: &[&str] = &["OperatorId", "Name", "Email", "Role", "Mfa", "Disabled", "Created"];
const SHOW: &[&str] = &["OperatorId", "Name", "Email", "Role", "Disabled", "Deleted", "SetPasswordUrl", "ExpiresAt"];

pub(super) fn run(common: &Common, verb: Operator) -> Result<(), Failure> {
    let (request, link) = match verb {
        Operator::List(page) => {
            let request = Request::OperatorList { after: page.after, limit: page.limit };
            return ask(common, &request, LIST, "No operators yet. `lockwright operator create` makes one.");
        }
        Operator::Create { name, email, role } => (Request::OperatorCreate { name, email, role: role.into() }, true),
        Operator::ResetPassword(which) => (Request::OperatorResetPassword { email: which.email }, true),
        Operator::ResetMfa(which) => (Request::OperatorResetMfa { email: which.email }, true),
        Operator::Disable(which) => (Request::OperatorSetDisabled { email: which.email, disabled: true }, false),
        Operator::Enable(which) => (Request::OperatorSetDisabled { email: which.email, disabled: false }, false),
        Operator::SetRole { which, role } => (Request::OperatorSetRole { email: which.email, role: role.into() }, false),
        Operator::Delete(which) => (Request::OperatorDelete { email: which.email }, false),
    };
    ask(common, &request, SHOW, "")?;
    if link {
        link_remark();
    }
    Ok(())
}

impl From<RoleKind> for OperatorRole {
    fn from(kind: RoleKind) -> Self {
        match kind {
            RoleKind::Support => Self::Support,
            RoleKind::Security => Self::Security,
        }
    }
}
