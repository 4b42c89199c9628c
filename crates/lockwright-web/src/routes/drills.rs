//! Rehearsals: "pretend I lost this".

use lockwright_model::factors::Loss;
use lockwright_service::drills::DrillError;

use super::recover::opened_case;
use crate::http::{Answer, Form, Member, Refused, go};

/// Starts a rehearsal; the person walks the pages of a recovery.
pub(super) async fn start(member: Member, form: Form) -> Answer {
    let loss = Loss::of_word(form.text("lost")).ok_or_else(Refused::not_found)?;
    match member.lockwright().start_drill(&member.op, &member.session, loss).await {
        Ok(opened) => {
            let typed = member.person.primary_email().map(ToString::to_string).unwrap_or_default();
            opened_case(&member.visit, &opened, &[&typed])
        }
        Err(DrillError::Nothing) => go("/security/readiness?done=nothing-to-rehearse"),
        Err(DrillError::Wait { .. }) => go("/security/readiness?done=rehearsed-often"),
        Err(DrillError::Ended) => go("/signin"),
        Err(DrillError::Trouble(trouble)) => Err(trouble.into()),
    }
}
