//! The console's first page, for each kind of person.

use lockwright_model::id::AccountId;
use lockwright_service::core::enrolment::{self, Due};
use lockwright_service::core::person::Person;

use crate::http::{Answer, Member, Refused, sign_in_path, users_sign_in_path};
use crate::page::console::{ConsoleBuilderHome, ConsoleHome, ConsoleUserHome};
use crate::page::words;

/// Home.
pub(super) async fn home(member: Member) -> Answer {
    match &member.person {
        Person::Root(account) => administrators(&member, account.id).await,
        Person::User { account, user } if user.administrator => administrators(&member, account.id).await,
        Person::User { account, user } => {
            let page = ConsoleUserHome {
                user_name: user.name.to_string(),
                account_name: account.name.to_string(),
                account_number: words::account(account.id),
                sign_in_url: member.visit.web().url(&sign_in_path(&member.person)),
                email: user.email.as_ref().map(|email| email.masked()),
                self_service: account.self_service_recovery,
            };
            member.page(&page).await
        }
        Person::Builder(builder) => {
            let page =
                ConsoleBuilderHome { name: builder.name.to_string(), email: builder.email.to_string(), since: words::day(builder.created) };
            member.page(&page).await
        }
        Person::Operator(_) => Err(Refused::not_found()),
    }
}

/// How long a root user may still do without a device.
pub(super) fn days_left(member: &Member) -> Option<String> {
    match enrolment::due(&member.person, member.lockwright().config().sessions.root_grace, member.op.now) {
        Due::By(until) => Some(words::span(until.since(member.op.now))),
        Due::No | Due::Now(_) => None,
    }
}

async fn administrators(member: &Member, id: AccountId) -> Answer {
    let account = member.lockwright().account(&member.op, id).await?;
    let users = member.lockwright().users(&member.op, id, None, 1).await?;
    let page = ConsoleHome {
        account_name: account.name.to_string(),
        account_number: words::account(account.id),
        sign_in_url: member.visit.web().url(&users_sign_in_path(&account)),
        has_alias: account.alias.is_some(),
        has_policy: account.password_policy.is_some(),
        self_service: account.self_service_recovery,
        has_users: !users.is_empty(),
        is_root: matches!(member.person, Person::Root(_)),
        open_help: member.open_help().await?,
        mfa_days: days_left(member),
        has_mfa: !member.person.factors().devices.is_empty(),
    };
    member.page(&page).await
}
