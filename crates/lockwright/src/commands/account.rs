//! `lockwright account`: asks, and prints the answer.

use super::{Failure, ask, key_remark, link_remark};
use crate::cli::{Account, Common, WhichAccount};
use crate::control::{Request, Which};

const LIST: &[&str] = &["AccountId", "AccountName", "Alias", "Email", "State", "Created"];
const SHOW: &[&str] = &[
    "AccountId",
    "AccountName",
    "Alias",
    "Email",
    "State",
    "ReopenUntil",
    "RootPassword",
    "Created",
    "SetPasswordUrl",
    "ExpiresAt",
    "UserName",
    "AccessKeyId",
    "SecretAccessKey",
];

pub(super) fn run(common: &Common, verb: Account) -> Result<(), Failure> {
    match verb {
        Account::Create { name, email, admin_user, access_key } => {
            let of_root = access_key && admin_user.is_none();
            ask(common, &Request::AccountCreate { name, email, admin_user, access_key }, SHOW, "")?;
            link_remark();
            if access_key {
                key_remark();
            }
            if of_root {
                eprintln!("It is the root user's, and can do everything: give --admin-user a name to make an administrator's instead.");
            }
            Ok(())
        }
        Account::List(page) => ask(
            common,
            &Request::AccountList { after: page.after, limit: page.limit },
            LIST,
            "No accounts yet. `lockwright account create` makes one.",
        ),
        Account::Show(which) => ask(common, &Request::AccountShow(which.into()), SHOW, ""),
        Account::Recover(which) => {
            ask(common, &Request::AccountRecover(which.into()), SHOW, "")?;
            link_remark();
            Ok(())
        }
        Account::Suspend(which) => ask(common, &Request::AccountSuspend(which.into()), SHOW, ""),
        Account::Resume(which) => ask(common, &Request::AccountResume(which.into()), SHOW, ""),
        Account::Close(which) => ask(common, &Request::AccountClose(which.into()), SHOW, ""),
        Account::Reopen(which) => ask(common, &Request::AccountReopen(which.into()), SHOW, ""),
    }
}

impl From<WhichAccount> for Which {
    fn from(which: WhichAccount) -> Self {
        match (which.account, which.email) {
            (Some(id), _) => Self::Id(id),
            (None, Some(email)) => Self::Email(email),
            // The argument group makes clap ask for one of them.
            (None, None) => Self::Id(lockwright_model::id::AccountId::NOBODY),
        }
    }
}
