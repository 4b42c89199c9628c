//! Requests to the operators: opened by anybody, answered by mail or put aside by an operator.

use lockwright_model::change::{ChangeSet, Record, Version};
use lockwright_model::context::OpContext;
use lockwright_model::email::EmailAddress;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::id::SupportId;
use lockwright_model::job::Task;
use lockwright_model::support::{SupportRequest, SupportState, SupportTopic};
use serde_json::json;

use crate::Decided;
use crate::outbox;
use crate::permit::OperatorPermit;

/// Somebody dealt with it before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AlreadyDone;

/// Puts a request before the operators. Nothing is looked up by the address, so nothing is told by it either.
pub fn open(topic: SupportTopic, email: EmailAddress, text: String, op: &OpContext, entropy: &dyn Entropy) -> Decided<SupportId> {
    let id = SupportId::draw(entropy);
    let request = SupportRequest {
        id: id.clone(),
        version: Version::NEW,
        topic,
        email,
        text,
        created: op.now,
        source: op.source.clone(),
        state: SupportState::Open,
    };
    let mut changes = ChangeSet::default();
    tell(&mut changes, "SupportRequested", &request, op, entropy);
    changes.put(Record::Support(request));
    Decided::new(changes, id)
}

/// Answers by mail.
pub fn answer(
    permit: &OperatorPermit,
    request: SupportRequest,
    text: String,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, AlreadyDone> {
    let mail = Task::AnswerSupport { request: request.id.clone() };
    let state = SupportState::Answered { at: op.now, by: permit.operator().id.clone(), text };
    let mut decided = end(permit, request, "SupportAnswered", state, op, entropy)?;
    decided.changes.put(outbox::job(mail, op, entropy));
    Ok(decided)
}

/// Puts it aside; nothing is mailed.
pub fn close(permit: &OperatorPermit, request: SupportRequest, op: &OpContext, entropy: &dyn Entropy) -> Result<Decided<()>, AlreadyDone> {
    let state = SupportState::Closed { at: op.now, by: permit.operator().id.clone() };
    end(permit, request, "SupportClosed", state, op, entropy)
}

fn end(
    permit: &OperatorPermit,
    request: SupportRequest,
    name: &'static str,
    state: SupportState,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, AlreadyDone> {
    if request.state != SupportState::Open {
        return Err(AlreadyDone);
    }
    let mut changes = ChangeSet::default();
    // An operator who is disabled meanwhile answers nothing.
    changes.expect.push(permit.row());
    tell(&mut changes, name, &request, op, entropy);
    changes.put(Record::Support(SupportRequest { state, ..request }));
    Ok(Decided::new(changes, ()))
}

/// The trail keeps that there was a request, never what was written or to which address.
fn tell(changes: &mut ChangeSet, name: &'static str, request: &SupportRequest, op: &OpContext, entropy: &dyn Entropy) {
    let told = Told::new(Service::Signin, name, None).request(json!({"supportId": request.id.as_str(), "topic": request.topic}));
    changes.tell(AuditEvent::new(op, entropy, told));
}
