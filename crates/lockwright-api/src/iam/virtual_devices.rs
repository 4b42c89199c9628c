//! Virtual MFA devices: made, tagged, deleted, and enabled for a user.

use lockwright_model::factors::MOST_DEVICES;
use lockwright_model::name::VirtualDeviceName;
use lockwright_service::core::virtual_device::NotEnabled;
use lockwright_service::virtual_devices::VirtualDeviceError;
use lockwright_wire::error::{ErrorKind, Reply, WireError};
use lockwright_wire::query::{Constraint, Node, Violations};

use super::mfa::{none_of, serial};
use super::resources::refused;
use super::{Page, path};
use crate::ask::{Ask, broken, name, no_user, parsed};
use crate::{qr, tags};

/// The most characters of a path and a name together: a serial number has at most 256.
const MOST_PLACE: usize = 226;

/// `CreateVirtualMFADevice`: its seed is shown this once.
pub(crate) async fn create(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = name(&input, "VirtualMFADeviceName", "virtualMFADeviceName", MOST_PLACE)?;
    let name: VirtualDeviceName = parsed(text, "virtualMFADeviceName")?;
    let path = path(&input)?.unwrap_or_default();
    if path.as_str().len() - 1 + text.len() > MOST_PLACE {
        return Err(Violations::one("path", None, Constraint::MaxLength(MOST_PLACE - text.len())));
    }
    let tags = tags::tags(ask, &input)?;
    let made = match ask.lockwright.create_virtual_device(ask.op, ask.account()?, &path, &name, &tags).await {
        Ok(made) => made,
        Err(error) => return Err(failed(ask, error, text, "").await),
    };
    let picture = qr::png(made.uri.expose()).unwrap_or_default();
    Ok(ask.answer(|result| {
        result.element("VirtualMFADevice", |writer| {
            writer.text("SerialNumber", &made.device.arn());
            writer.blob("Base32StringSeed", made.seed.expose().as_bytes());
            writer.blob("QRCodePNG", &picture);
            tags::describe(writer, &made.device.tags);
        });
    }))
}

/// `DeleteVirtualMFADevice`.
pub(crate) async fn delete(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let text = serial(&ask.input())?.to_owned();
    match ask.lockwright.delete_virtual_device(ask.op, ask.account()?, &text).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, &text, "").await),
    }
}

/// `TagMFADevice`.
pub(crate) async fn tag(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = serial(&input)?;
    if input.member("Tags").is_absent() {
        return Err(Violations::one("tags", None, Constraint::Required));
    }
    let tags = tags::tags(ask, &input)?;
    match ask.lockwright.tag_virtual_device(ask.op, ask.account()?, text, &tags).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, text, "").await),
    }
}

/// `UntagMFADevice`.
pub(crate) async fn untag(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = serial(&input)?;
    let keys = tags::keys(&input, "TagKeys", "tagKeys")?;
    match ask.lockwright.untag_virtual_device(ask.op, ask.account()?, text, &keys).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, text, "").await),
    }
}

/// `ListMFADeviceTags`, in the order of the keys.
pub(crate) async fn list_tags(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = serial(&input)?;
    let page = Page::read(ask, &input, &format!("{} {text}", ask.action))?;
    let tags = match ask.lockwright.virtual_device_tags(ask.op, ask.account()?, text).await {
        Ok(tags) => tags,
        Err(error) => return Err(failed(ask, error, text, "").await),
    };
    let cut = page.cut(ask, tags, |tag| tag.key.to_lowercase());
    Ok(ask.answer(|result| cut.write(result, |result, shown| tags::list(result, &shown))))
}

/// `EnableMFADevice`.
pub(crate) async fn enable(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let shown = Shown::read(ask)?;
    let user = ask.user(ask.action, &shown.user).await?;
    match ask.lockwright.enable_virtual_device(ask.op, &user.id, &shown.serial, &shown.first, &shown.second).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, &shown.serial, user.name.as_str()).await),
    }
}

/// `ResyncMFADevice`.
pub(crate) async fn resync(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let shown = Shown::read(ask)?;
    let user = ask.user(ask.action, &shown.user).await?;
    match ask.lockwright.resync_device(ask.op, &user.id, &shown.serial, &shown.first, &shown.second).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, &shown.serial, user.name.as_str()).await),
    }
}

/// A user's device, and two consecutive codes of it.
struct Shown {
    user: String,
    serial: String,
    first: String,
    second: String,
}

impl Shown {
    fn read(ask: &Ask<'_>) -> Result<Self, WireError> {
        let input = ask.input();
        Ok(Self {
            user: name(&input, "UserName", "userName", 128)?.to_owned(),
            serial: serial(&input)?.to_owned(),
            first: code(&input, "AuthenticationCode1", "authenticationCode1")?,
            second: code(&input, "AuthenticationCode2", "authenticationCode2")?,
        })
    }
}

/// Six digits. They are a secret for a moment: no answer repeats them.
fn code(input: &Node<'_>, member: &str, place: &str) -> Result<String, WireError> {
    let one = |constraint| Err(Violations::one(place, None, constraint));
    match input.text(member)? {
        None => one(Constraint::Required),
        Some(text) if text.len() < 6 => one(Constraint::MinLength(6)),
        Some(text) if text.len() > 6 => one(Constraint::MaxLength(6)),
        Some(text) if !text.bytes().all(|b| b.is_ascii_digit()) => one(Constraint::Pattern("[\\d]+")),
        Some(text) => Ok(text.to_owned()),
    }
}

async fn failed(ask: &Ask<'_>, error: VirtualDeviceError, serial: &str, user: &str) -> WireError {
    let modelled = |code: &'static str, status: u16, message: &str| WireError::modelled(code, status, message.to_owned());
    match error {
        VirtualDeviceError::Denied(denied) => ask.denied(denied).await,
        VirtualDeviceError::NoUser | VirtualDeviceError::NotEnabled(NotEnabled::OtherAccount) => no_user(user),
        VirtualDeviceError::NoDevice => none_of(serial),
        VirtualDeviceError::NotTheirs => modelled("NoSuchEntity", 404, "MFA Device invalid for user."),
        VirtualDeviceError::NameTaken => modelled("EntityAlreadyExists", 409, "MFA device already exists."),
        VirtualDeviceError::Codes | VirtualDeviceError::NotEnabled(NotEnabled::Codes) => {
            modelled("InvalidAuthenticationCode", 403, "Authentication code for device is not valid.")
        }
        VirtualDeviceError::Refused(refusal) => refused(refusal, "VirtualMFADevicesPerAccount", || none_of(serial)),
        VirtualDeviceError::NotEnabled(NotEnabled::Own) => {
            modelled("EntityAlreadyExists", 409, &format!("MFA Device for user {user} already exists."))
        }
        VirtualDeviceError::NotEnabled(NotEnabled::InUse) => modelled("EntityAlreadyExists", 409, "MFA Device is already in use."),
        VirtualDeviceError::NotEnabled(NotEnabled::TooMany) => {
            modelled("LimitExceeded", 409, &format!("Cannot exceed quota for MFADevicesPerUser: {MOST_DEVICES}"))
        }
        VirtualDeviceError::NotEnabled(NotEnabled::Frozen(until)) => {
            let message = format!(
                "MFA devices can be enabled again from {}, because somebody answered a notice with \"this wasn't me\".",
                until.to_rfc3339()
            );
            modelled("EntityTemporarilyUnmodifiable", 409, &message)
        }
        VirtualDeviceError::NotEnabled(why @ (NotEnabled::WithoutFactor | NotEnabled::Owed | NotEnabled::Questioned)) => {
            WireError::of(ErrorKind::AccessDenied, own(why))
        }
        VirtualDeviceError::Trouble(trouble) => broken(trouble),
    }
}

/// Why nobody enables a device for themselves by a key alone.
const fn own(why: NotEnabled) -> &'static str {
    match why {
        NotEnabled::WithoutFactor => {
            "To complete this action, please ensure that you are authenticated with an MFA device that is enabled for this user."
        }
        NotEnabled::Owed => "A new MFA device is asked for at your next sign-in in the browser, and enrolled there.",
        _ => "This access key is from before a recovery of your password. Say that it is yours, under Security, or use another one.",
    }
}
