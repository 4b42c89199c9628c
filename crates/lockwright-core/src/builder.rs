//! What the operator decides about builder IDs.

use lockwright_model::builder::Builder;
use lockwright_model::change::{ChangeSet, Record};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::setting::{RegistrationOff, Settings};
use serde_json::json;

use crate::Decided;

/// Whether registration is open now; else what the page says.
pub fn registration(settings: &Settings, now: Timestamp) -> Result<(), &RegistrationOff> {
    match &settings.builder_registration_off {
        Some(off) if off.until.is_none_or(|until| now < until) => Err(off),
        _ => Ok(()),
    }
}

/// Switches registration off, or on with `None`.
pub fn set_registration(mut settings: Settings, off: Option<RegistrationOff>, op: &OpContext, entropy: &dyn Entropy) -> Decided<()> {
    let mut changes = ChangeSet::default();
    let told = Told::new(Service::Signin, "UpdateBuilderRegistration", None)
        .request(json!({"open": off.is_none(), "until": off.as_ref().and_then(|off| off.until).map(Timestamp::to_rfc3339)}));
    changes.tell(AuditEvent::new(op, entropy, told));
    settings.builder_registration_off = off;
    changes.put(Record::Settings(settings));
    Decided::new(changes, ())
}

/// Switches a builder ID's sign-in off or on; off ends its sessions at once.
pub fn set_disabled(mut builder: Builder, disabled: bool, op: &OpContext, entropy: &dyn Entropy) -> Decided<()> {
    let mut changes = ChangeSet::default();
    builder.disabled = disabled;
    builder.epoch += 1;
    let name = if disabled { "DisableBuilderId" } else { "EnableBuilderId" };
    let told = Told::new(Service::Signin, name, None).request(json!({"builderId": builder.id.as_str()}));
    changes.tell(AuditEvent::new(op, entropy, told));
    changes.put(Record::Builder(builder));
    Decided::new(changes, ())
}
