//! "Ask my administrator": a request that stands before the account's administrators.

use lockwright_model::account::Account;
use lockwright_model::case::Channel;
use lockwright_model::change::{ChangeSet, Record, Version};
use lockwright_model::context::OpContext;
use lockwright_model::entropy::{Entropy, draw};
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::help::{HelpRequest, HelpState};
use lockwright_model::id::HelpId;
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::job::Notice;
use lockwright_model::user::User;
use serde_json::json;

use crate::Decided;
use crate::outbox;
use crate::permit::Permit;

/// Why a request is not answered or dismissed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// It belongs to another account than the permit.
    OtherAccount,
    /// Somebody dealt with it before.
    AlreadyDone,
}

/// Six digits for the phone. They prove nothing; they show that both look at the same request.
pub fn caller_code(entropy: &dyn Entropy) -> String {
    let number = u64::from_be_bytes(draw(entropy)) % 1_000_000;
    format!("{number:06}")
}

/// Puts a request before the root user and the administrators (console and mail).
pub fn ask(
    account: &Account,
    user: &User,
    administrators: &[User],
    caller_code: String,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<HelpId> {
    let request = HelpRequest {
        id: HelpId::draw(entropy),
        version: Version::NEW,
        user: user.id.clone(),
        user_name: user.name.clone(),
        created: op.now,
        source: op.source.clone(),
        caller_code,
        state: HelpState::Open,
    };
    let mut changes = ChangeSet::default();
    let notice = Notice::HelpRequested { account: account.id, user: user.name.clone(), caller_code: request.caller_code.clone() };
    let mut to = vec![account.root.email.clone()];
    to.extend(administrators.iter().filter(|admin| !admin.disabled && admin.id != user.id).filter_map(|admin| admin.email.clone()));
    to.sort();
    to.dedup();
    for to in to {
        changes.put(outbox::notice_to(Channel::Email(to), None, notice.clone(), op, entropy));
    }
    let told = Told::new(Service::Signin, "HelpRequested", Some(account.id))
        .about(Identity::User(user.id.clone()), Some(user.into()))
        .response(json!({"helpRequestId": request.id.as_str()}));
    changes.tell(AuditEvent::new(op, entropy, told));
    let id = request.id.clone();
    changes.put(Record::Help(request));
    Decided::new(changes, id)
}

/// Closes a request: answered (the caller gives the password or link in the same commit) or put aside.
pub fn close(
    permit: &Permit,
    mut request: HelpRequest,
    answered: bool,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    if !permit.covers(&request.user) {
        return Err(Refusal::OtherAccount);
    }
    if request.state != HelpState::Open {
        return Err(Refusal::AlreadyDone);
    }
    let by = match &op.principal {
        Principal::Signed(identity) => Some(identity.clone()),
        Principal::Assumed(_) | Principal::Host | Principal::Anonymous => None,
    };
    request.state = if answered { HelpState::Answered { at: op.now, by } } else { HelpState::Dismissed { at: op.now, by } };
    let mut changes = ChangeSet::default();
    let name = if answered { "HelpRequestAnswered" } else { "HelpRequestDismissed" };
    let told = Told::new(Service::Signin, name, Some(permit.account()))
        .request(json!({"helpRequestId": request.id.as_str(), "userName": request.user_name.as_str()}));
    changes.tell(AuditEvent::new(op, entropy, told));
    changes.put(Record::Help(request));
    Ok(Decided::new(changes, ()))
}
