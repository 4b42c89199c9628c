//! MFA devices, as the host sees and removes them.

use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::factors::{DeviceKind, MfaDevice};
use lockwright_service::Lockwright;
use lockwright_service::host::Whom;
use serde_json::{Value, json};

use super::execute::whom;
use super::{Answer, Refused, WhoseMfa};

async fn meant(lockwright: &Lockwright, op: &OpContext, whose: WhoseMfa) -> Result<Whom, Refused> {
    Ok(match whose {
        WhoseMfa::RootEmail(email) => Whom::Root(lockwright.account_by_email(op, &email).await?.id),
        WhoseMfa::Of(subject) => whom(subject),
    })
}

/// Lists somebody's devices.
pub(super) async fn list(lockwright: &Lockwright, op: &OpContext, whose: WhoseMfa) -> Answer {
    let whom = meant(lockwright, op, whose).await?;
    let (_, devices) = lockwright.devices_for_host(op, &whom).await?;
    Ok(devices.iter().map(device).collect())
}

/// Removes them all.
pub(super) async fn reset(lockwright: &Lockwright, op: &OpContext, whose: WhoseMfa) -> Answer {
    let whom = meant(lockwright, op, whose).await?;
    let removed = lockwright.reset_devices(op, &whom).await?;
    let (identity, _) = lockwright.devices_for_host(op, &whom).await?;
    // A password from before may be known to somebody who waited for this.
    let next = if removed == 0 { "enrols a device" } else { "enrols a device, under a password that is set from now on" };
    Ok(json!({"Identity": identity.to_string(), "Removed": removed, "NextSignIn": next}))
}

fn device(device: &MfaDevice) -> Value {
    let kind = match device.kind {
        DeviceKind::Totp { .. } => "app",
        DeviceKind::Passkey { verifies_user: true, .. } => "passkey",
        DeviceKind::Passkey { verifies_user: false, .. } => "security key",
    };
    json!({
        "Device": device.id.as_str(),
        "Name": device.name.as_str(),
        "Kind": kind,
        "State": if device.disabled { "switched off" } else { "active" },
        "Added": device.added.to_rfc3339(),
        "LastUsed": device.last_used.map(Timestamp::to_rfc3339),
    })
}
