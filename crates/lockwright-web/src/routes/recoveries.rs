//! Recoveries of the person who is signed in, as somebody else may have begun them.

use lockwright_service::ways::StopError;

use crate::http::{Answer, Member, go};

/// "This wasn't me": stops them.
pub(super) async fn stop(member: Member) -> Answer {
    match member.lockwright().stop_own_recoveries(&member.op, &member.session).await {
        Ok(stopped) if stopped.closed > 0 => go("/security?done=recovery-stopped"),
        Ok(stopped) if stopped.contested > 0 => go("/security?done=recovery-contested"),
        Ok(_) => go("/security?done=recovery-none"),
        Err(StopError::Ended) => go("/signin"),
        Err(StopError::Trouble(trouble)) => Err(trouble.into()),
    }
}
