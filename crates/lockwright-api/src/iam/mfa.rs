//! MFA devices of users. Their serial numbers are what programs show codes with, whether they were enrolled on the pages or by a program.

use lockwright_model::factors::MfaDevice;
use lockwright_model::id::AccountId;
use lockwright_model::user::User;
use lockwright_service::authorize::Aim;
use lockwright_service::core::person::Person;
use lockwright_service::users::UserError;
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::query::{Constraint, Node, Violations};

use super::{Page, users};
use crate::ask::{Ask, broken, moment, optional_name, word};

/// What a root user is called where a name must stand.
const ROOT: &str = "root";

/// Whose devices are meant.
struct Owner {
    account: AccountId,
    /// As it is shown.
    name: String,
    devices: Vec<MfaDevice>,
    /// The IAM user; a root user is none.
    user: Option<User>,
}

impl Owner {
    /// The user that is named, or whoever asks, once the call is allowed on it.
    async fn of(ask: &Ask<'_>) -> Result<Self, WireError> {
        let account = ask.account()?;
        let named = optional_name(&ask.input(), "UserName", "userName", 128)?;
        if let (None, Some(Person::Root(root))) = (named, ask.caller.person()) {
            return Ok(Self { account, name: ROOT.to_owned(), devices: root.root.factors.devices.clone(), user: None });
        }
        let user = ask.named_or_own().await?;
        Ok(Self { account, name: user.name.to_string(), devices: user.factors.devices.clone(), user: Some(user) })
    }

    /// The device of a serial number.
    fn device(&self, serial: &str) -> Result<&MfaDevice, WireError> {
        self.devices.iter().find(|device| device.serial(self.account) == serial).ok_or_else(|| none_of(serial))
    }
}

pub(crate) fn none_of(serial: &str) -> WireError {
    WireError::modelled("NoSuchEntity", 404, format!("MFA Device with serial number {serial} does not exist."))
}

/// `ListMFADevices`, in the order of their serial numbers.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let owner = Owner::of(ask).await?;
    let page = Page::read(ask, &ask.input(), &format!("{} {}", ask.action, owner.name))?;
    let cut = page.cut(ask, owner.devices, |device| device.serial(owner.account));
    Ok(ask.answer(|result| {
        cut.write(result, |result, shown| {
            result.list("MFADevices", shown, |writer, device| {
                writer.text("UserName", &owner.name);
                writer.text("SerialNumber", &device.serial(owner.account));
                writer.timestamp("EnableDate", moment(device.added));
            });
        });
    }))
}

/// `GetMFADevice`.
pub(crate) async fn get(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let serial = serial(&ask.input())?.to_owned();
    let owner = Owner::of(ask).await?;
    let device = owner.device(&serial)?;
    Ok(ask.answer(|result| {
        result.text("UserName", &owner.name);
        result.text("SerialNumber", &serial);
        result.timestamp("EnableDate", moment(device.added));
    }))
}

/// `DeactivateMFADevice`: of somebody else. The own ones go on the pages, after a fresh proof.
pub(crate) async fn deactivate(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let serial = serial(&ask.input())?.to_owned();
    let owner = Owner::of(ask).await?;
    let device = owner.device(&serial)?;
    let own = || WireError::of(ErrorKind::AccessDenied, "Your own MFA devices are removed in the browser, under Security.");
    let user = owner.user.as_ref().ok_or_else(own)?;
    if matches!(ask.caller.person(), Some(Person::User { user: caller, .. }) if caller.id == user.id) {
        return Err(own());
    }
    match ask.lockwright.deactivate_device(ask.op, &user.id, &device.id).await {
        Ok(()) => Ok(ask.done()),
        Err(UserError::Trouble(trouble)) => Err(broken(trouble)),
        Err(_) => Err(none_of(&serial)),
    }
}

/// `ListVirtualMFADevices`: the authenticator apps of an account, in the order of their serial numbers.
pub(crate) async fn list_virtual(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let status = word(&input, "AssignmentStatus", "assignmentStatus", &["Assigned", "Unassigned", "Any"])?.unwrap_or("Any");
    let page = Page::read(ask, &input, &format!("{} {status}", ask.action))?;
    ask.permitted(&Aim::account(ask.action)).await?;
    let account = ask.account()?;
    let apps = ask.lockwright.apps(account).await.map_err(broken)?;
    let root = apps.account;
    let assigned = apps.assigned.into_iter().filter(|_| status != "Unassigned").map(|app| (app.0.serial(account), Some(app)));
    let unassigned = apps.unassigned.into_iter().filter(|_| status != "Assigned").map(|serial| (serial, None));
    let cut = page.cut(ask, assigned.chain(unassigned).collect(), |(serial, _)| serial.clone());
    Ok(ask.answer(|result| {
        cut.write(result, |result, shown| {
            result.list("VirtualMFADevices", shown, |writer, (serial, app)| {
                writer.text("SerialNumber", &serial);
                let Some((app, owner)) = app else { return };
                match (owner, &root) {
                    (Some(user), _) => writer.element("User", |writer| users::describe(writer, &user, false)),
                    (None, Some(root)) => writer.element("User", |writer| users::describe_root(writer, root)),
                    (None, None) => {}
                }
                writer.timestamp("EnableDate", moment(app.added));
            });
        });
    }))
}

/// A required serial number.
pub(crate) fn serial<'n>(input: &Node<'n>) -> Result<&'n str, WireError> {
    match input.text("SerialNumber")? {
        None => Err(Violations::one("serialNumber", None, Constraint::Required)),
        Some(text) if text.len() < 9 => Err(Violations::one("serialNumber", Some(text), Constraint::MinLength(9))),
        Some(text) if text.len() > 256 => Err(Violations::one("serialNumber", None, Constraint::MaxLength(256))),
        Some(text) => Ok(text),
    }
}
