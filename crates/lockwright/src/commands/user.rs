//! `lockwright user`: asks, and prints the answer.

use super::{Failure, ask, key_remark, link_remark};
use crate::cli::{AccessKind, Common, User};
use crate::control::{Access, Request};

const LIST: &[&str] = &["UserName", "Administrator", "ConsoleAccess", "Disabled", "LastSignIn", "Created"];
const SHOW: &[&str] = &[
    "AccountId",
    "UserName",
    "UserId",
    "Administrator",
    "ConsoleAccess",
    "Disabled",
    "Created",
    "Password",
    "SetPasswordUrl",
    "ExpiresAt",
    "AccessKeyId",
    "SecretAccessKey",
];

pub(super) fn run(common: &Common, verb: User) -> Result<(), Failure> {
    let (request, access) = match verb {
        User::List { account, page } => {
            let request = Request::UserList { account, after: page.after, limit: page.limit };
            return ask(common, &request, LIST, "No users in this account yet. `lockwright user create` makes one.");
        }
        User::Create { account, name, administrator, access, access_key, policies } => {
            let request = Request::UserCreate { account, name, administrator, access: access.into(), access_key, policies };
            ask(common, &request, SHOW, "")?;
            remark(access);
            if access_key {
                key_remark();
            }
            return Ok(());
        }
        User::ResetPassword { account, name, access } => (Request::UserResetPassword { account, name, access: access.into() }, access),
    };
    ask(common, &request, SHOW, "")?;
    remark(access);
    Ok(())
}

fn remark(access: AccessKind) {
    match access {
        AccessKind::Link => link_remark(),
        AccessKind::Generated => eprintln!("The password is shown this once. The user chooses an own one at the next sign-in."),
        AccessKind::None => {}
    }
}

impl From<AccessKind> for Access {
    fn from(kind: AccessKind) -> Self {
        match kind {
            AccessKind::Link => Self::Link,
            AccessKind::Generated => Self::Generated,
            AccessKind::None => Self::None,
        }
    }
}
