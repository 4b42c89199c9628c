//! Virtual MFA devices: made, tagged, deleted and enabled by programs. A device that is enabled is a factor like those of the pages.

use std::collections::HashSet;

use lockwright_authn::totp::{self, ENROL_WINDOW, Seed, TypedCode};
use lockwright_core::mfa;
use lockwright_core::person::Person;
use lockwright_core::resource::{self, Refusal};
use lockwright_core::virtual_device::{self, Match, NewDevice, NotEnabled};
use lockwright_core::{Decided, permit::Permit};
use lockwright_model::account::Account;
use lockwright_model::change::{ChangeSet, UniqueKey};
use lockwright_model::context::OpContext;
use lockwright_model::factors::{DeviceKind, MfaDevice};
use lockwright_model::id::{AccountId, DeviceId};
use lockwright_model::identity::{Identity, UserRef};
use lockwright_model::name::{Path, VirtualDeviceName};
use lockwright_model::resource::{Resource, ResourceId, ResourceKey, ResourceKind, Tag, VirtualDevice, device_place, device_serial};
use lockwright_model::secret::Secret;
use lockwright_model::user::User;

use crate::Lockwright;
use crate::access_keys::KeyError;
use crate::authorize::{Aim, Denied};
use crate::commit::decide;
use crate::factors::{FactorAnswer, FactorError, mfa_key};
use crate::trouble::{NotCommitted, Trouble};
use crate::users::NoUser;

/// Rows that are read in one go.
const READ: u32 = 200;

/// Why nothing was done with a virtual MFA device.
#[derive(Debug, thiserror::Error)]
pub enum VirtualDeviceError {
    /// Not permitted.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such user.
    #[error("no such user")]
    NoUser,
    /// There is no such device.
    #[error("no such device")]
    NoDevice,
    /// It is none of the user's.
    #[error("the device is not this user's")]
    NotTheirs,
    /// Another device of the account has this path and name.
    #[error("another device has this name")]
    NameTaken,
    /// The two codes don't follow each other, are not of this time, or were used.
    #[error("the codes are not right")]
    Codes,
    /// A decision about the device refused.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// It is not enabled.
    #[error("not enabled: {0:?}")]
    NotEnabled(NotEnabled),
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<Refusal> for VirtualDeviceError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<NotEnabled> for VirtualDeviceError {
    fn from(refusal: NotEnabled) -> Self {
        Self::NotEnabled(refusal)
    }
}

impl From<NoUser> for VirtualDeviceError {
    fn from(none: NoUser) -> Self {
        match none {
            NoUser::Denied => Self::NoUser,
            NoUser::Trouble(trouble) => Self::Trouble(trouble),
        }
    }
}

impl From<KeyError> for VirtualDeviceError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Trouble(trouble) => Self::Trouble(trouble),
            // The key that signs is gone.
            KeyError::Denied(_) | KeyError::NoOwner | KeyError::Refused(_) => Self::NoUser,
        }
    }
}

impl From<NotCommitted> for VirtualDeviceError {
    fn from(failure: NotCommitted) -> Self {
        match failure {
            NotCommitted::Taken(UniqueKey::ResourceName) => Self::NameTaken,
            NotCommitted::Taken(UniqueKey::Quota(most)) => Self::Refused(Refusal::TooMany(most)),
            other => Self::Trouble(other.into()),
        }
    }
}

impl From<lockwright_store::StoreError> for VirtualDeviceError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

/// A virtual MFA device as it is shown to whoever made it. Carries a secret, so it has no Debug.
pub struct DeviceMade {
    /// The device.
    pub device: VirtualDevice,
    /// Its seed in base32, shown this once.
    pub seed: Secret,
    /// The seed for a camera: an `otpauth` URI.
    pub uri: Secret,
}

/// The authenticator apps of an account.
pub struct Apps {
    /// The account.
    pub account: Option<Account>,
    /// Those that are somebody's, with the IAM user; `None`: the root user.
    pub assigned: Vec<(MfaDevice, Option<User>)>,
    /// Serial numbers of those that are nobody's.
    pub unassigned: Vec<String>,
}

/// What the seed of a device that is nobody's yet is sealed for.
fn seed_context(account: AccountId, id: &DeviceId) -> String {
    format!("virtual mfa {account} {id}")
}

impl Lockwright {
    /// `CreateVirtualMFADevice`
    pub async fn create_virtual_device(
        &self,
        op: &OpContext,
        account: AccountId,
        path: &Path,
        name: &VirtualDeviceName,
        tags: &[Tag],
    ) -> Result<DeviceMade, VirtualDeviceError> {
        let place = device_place(path, name);
        // It would be taken for a device of the pages, whose id stands there.
        if place.parse::<DeviceId>().is_ok() {
            self.permit_new(op, account, &place, tags).await?;
            return Err(VirtualDeviceError::NameTaken);
        }
        let (id, seed) = (DeviceId::draw(self.entropy()), Seed::draw(self.entropy()));
        let outcome = decide!(self, {
            let permit = self.permit_new(op, account, &place, tags).await?;
            let state = self.store().account(account).await?.ok_or(VirtualDeviceError::NoUser)?;
            let known = self.store().count_resources(account, ResourceKind::Device).await?;
            let sealed = self.seal(seed.as_bytes(), &seed_context(account, &id));
            let new = NewDevice { id: id.clone(), path: path.clone(), name: name.clone(), seed: sealed, tags: tags.to_vec() };
            virtual_device::create(&permit, &state, new, known, op, self.entropy())?
        });
        let uri = seed.otpauth_uri(&self.config().installation, &format!("{name}@{account}"));
        Ok(DeviceMade { device: outcome?, seed: Secret::new(seed.base32().as_str()), uri: Secret::new(uri.as_str()) })
    }

    async fn permit_new(&self, op: &OpContext, account: AccountId, place: &str, tags: &[Tag]) -> Result<Permit, VirtualDeviceError> {
        let aim = |action| Aim::at(action, device_serial(account, place)).bringing_tags(tags);
        let tagging = (!tags.is_empty()).then(|| aim("iam:TagMFADevice"));
        Ok(self.permit_all(op, account, &aim("iam:CreateVirtualMFADevice"), tagging.as_slice()).await??)
    }

    /// A virtual MFA device by its serial number. Told to nobody before the act is allowed.
    pub async fn find_virtual_device(&self, account: AccountId, serial: &str) -> Result<Option<VirtualDevice>, Trouble> {
        let Some(place) = serial.strip_prefix(&device_serial(account, "")) else { return Ok(None) };
        Ok(match self.store().resource_by_name(account, ResourceKind::Device, &place.to_lowercase()).await? {
            Some(Resource::Device(device)) if device.arn() == serial => Some(device),
            _ => None,
        })
    }

    /// `DeleteVirtualMFADevice`
    pub async fn delete_virtual_device(&self, op: &OpContext, account: AccountId, serial: &str) -> Result<(), VirtualDeviceError> {
        let outcome = decide!(self, {
            let (permit, device) = self.device_for(op, account, serial, "iam:DeleteVirtualMFADevice", |aim| aim).await?;
            let Some(device) = device else {
                // One of the pages is somebody's as long as it is there.
                let of_page = self.page_app(account, serial).await?;
                return Err(if of_page { Refusal::InUse.into() } else { VirtualDeviceError::NoDevice });
            };
            let in_use = self.holder_of(&device).await?.is_some();
            virtual_device::delete(&permit, device, in_use, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// `TagMFADevice`
    pub async fn tag_virtual_device(
        &self,
        op: &OpContext,
        account: AccountId,
        serial: &str,
        tags: &[Tag],
    ) -> Result<(), VirtualDeviceError> {
        let outcome = decide!(self, {
            let (permit, device) = self.device_for(op, account, serial, "iam:TagMFADevice", |aim| aim.bringing_tags(tags)).await?;
            let device = Resource::Device(device.ok_or(VirtualDeviceError::NoDevice)?);
            resource::put_tags(&permit, device, "TagMFADevice", tags.to_vec(), op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// `UntagMFADevice`
    pub async fn untag_virtual_device(
        &self,
        op: &OpContext,
        account: AccountId,
        serial: &str,
        keys: &[String],
    ) -> Result<(), VirtualDeviceError> {
        let outcome = decide!(self, {
            let asked = |aim: Aim<'static>| aim.with_all("aws:tagkeys", keys.to_vec());
            let (permit, device) = self.device_for(op, account, serial, "iam:UntagMFADevice", asked).await?;
            let device = Resource::Device(device.ok_or(VirtualDeviceError::NoDevice)?);
            resource::take_tags(&permit, device, "UntagMFADevice", keys, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// `ListMFADeviceTags`: a device that was enrolled on the pages has none.
    pub async fn virtual_device_tags(&self, op: &OpContext, account: AccountId, serial: &str) -> Result<Vec<Tag>, VirtualDeviceError> {
        match self.device_for(op, account, serial, "iam:ListMFADeviceTags", |aim| aim).await?.1 {
            Some(device) => Ok(device.tags),
            None if self.page_app(account, serial).await? => Ok(Vec::new()),
            None => Err(VirtualDeviceError::NoDevice),
        }
    }

    /// `EnableMFADevice`: two consecutive codes make a virtual MFA device a user's second factor.
    pub async fn enable_virtual_device(
        &self,
        op: &OpContext,
        user: &UserRef,
        serial: &str,
        first: &str,
        second: &str,
    ) -> Result<(), VirtualDeviceError> {
        let identity = Identity::User(user.clone());
        let outcome = decide!(self, {
            let (permit, person) = self.permitted_person(op, user, "iam:EnableMFADevice").await?;
            let signer = self.signers_question(op).await?;
            virtual_device::may_enable(&permit, &person, signer, op)?;
            if person.factors().devices.iter().any(|known| known.serial(user.account) == serial) {
                return Err(NotEnabled::Own.into());
            }
            let Some(device) = self.find_virtual_device(user.account, serial).await? else {
                let of_page = self.page_app(user.account, serial).await?;
                return Err(if of_page { NotEnabled::InUse.into() } else { VirtualDeviceError::NoDevice });
            };
            let elsewhere = self.holder_of(&device).await?.is_some_and(|holder| holder.id != *user);
            let counted = self.store().tries(&mfa_key(&identity)).await?;
            let opened = self.unseal(&device.seed, &seed_context(user.account, &device.id));
            let seed = opened.as_deref().and_then(|plain| Seed::from_bytes(plain)).ok_or(VirtualDeviceError::NoDevice)?;
            let sealed = self.seal_seed(&identity, &device.id, &seed);
            let found = TypedCode::parse(first)
                .zip(TypedCode::parse(second))
                .and_then(|(first, second)| totp::check_two(&seed, &first, &second, op.now, ENROL_WINDOW, device.last_step));
            let matched = found.map(|found| Match { step: found.step, drift: found.drift });
            virtual_device::enable(&permit, person, device, elsewhere, sealed, matched, counted, signer, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// `ResyncMFADevice`: two consecutive codes set right what is known of a device's clock. A try like any other.
    pub async fn resync_device(
        &self,
        op: &OpContext,
        user: &UserRef,
        serial: &str,
        first: &str,
        second: &str,
    ) -> Result<(), VirtualDeviceError> {
        let (_, person) = self.permitted_person(op, user, "iam:ResyncMFADevice").await?;
        let known = person.factors().devices.iter().find(|known| known.serial(user.account) == serial);
        let Some(device) = known.filter(|known| matches!(known.kind, DeviceKind::Totp { .. })) else {
            let known = self.find_virtual_device(user.account, serial).await?.is_some() || self.page_app(user.account, serial).await?;
            return Err(if known { VirtualDeviceError::NotTheirs } else { VirtualDeviceError::NoDevice });
        };
        let answer = FactorAnswer::Resync { device: &device.id, first, second };
        let checked = match self.try_factor(op, &person, answer, None).await {
            Ok(Ok(checked)) => checked,
            Ok(Err((_, counted))) => {
                let outcome: Result<(), NotCommitted> = decide!(self, {
                    let (_, person) = self.permitted_person(op, user, "iam:ResyncMFADevice").await?;
                    let told = mfa::check(&person, "Failure");
                    Decided::new(mfa::failed(person, told, &counted, op, self.entropy()), ())
                });
                outcome?;
                return Err(VirtualDeviceError::Codes);
            }
            Err(FactorError::Refused(_) | FactorError::Wait { .. }) => return Err(VirtualDeviceError::Codes),
            Err(FactorError::Trouble(trouble)) => return Err(trouble.into()),
        };
        let outcome = decide!(self, {
            let (_, mut person) = self.permitted_person(op, user, "iam:ResyncMFADevice").await?;
            let counted = self.store().tries(&mfa_key(&person.identity())).await?;
            let mut changes = ChangeSet::default();
            let spent = mfa::spend(&mut person, &checked.proof, op.now).map_err(|_| VirtualDeviceError::Codes)?;
            mfa::forgive(&mut changes, counted, op.now);
            mfa::tell_spent(&mut changes, &person, &spent, op, self.entropy());
            changes.put(person.record());
            Decided::new(changes, ())
        });
        Ok(outcome?)
    }

    /// The authenticator apps of an account, whoever made them; reads all its users. Told to nobody before the act is allowed.
    pub async fn apps(&self, account: AccountId) -> Result<Apps, Trouble> {
        let (root, users) = self.owners_of_devices(account).await?;
        let mut assigned: Vec<(MfaDevice, Option<User>)> = Vec::new();
        let is_app = |device: &&MfaDevice| matches!(device.kind, DeviceKind::Totp { .. });
        if let Some(root) = &root {
            assigned.extend(root.root.factors.devices.iter().filter(is_app).map(|app| (app.clone(), None)));
        }
        for user in users {
            let apps: Vec<MfaDevice> = user.factors.devices.iter().filter(is_app).cloned().collect();
            assigned.extend(apps.into_iter().map(|app| (app, Some(user.clone()))));
        }
        let held: HashSet<&DeviceId> = assigned.iter().map(|(app, _)| &app.id).collect();
        let (mut unassigned, mut after) = (Vec::new(), None);
        loop {
            let rows = self.store().resources(account, ResourceKind::Device, after.as_deref(), READ).await?;
            after = rows.last().map(Resource::name_key);
            for row in rows {
                if let Resource::Device(device) = row
                    && !held.contains(&device.id)
                {
                    unassigned.push(device.arn());
                }
            }
            if after.is_none() {
                return Ok(Apps { account: root, assigned, unassigned });
            }
        }
    }

    /// The virtual MFA devices among somebody's factors.
    pub(crate) async fn virtual_devices_of(&self, person: &Person) -> Result<Vec<VirtualDevice>, Trouble> {
        let Some(account) = person.account_id() else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for device in person.factors().devices.iter().filter(|device| device.place.is_some()) {
            let key = ResourceKey { account, id: ResourceId::Device(device.id.clone()) };
            if let Some(Resource::Device(device)) = self.store().resource(&key).await? {
                found.push(device);
            }
        }
        Ok(found)
    }

    /// Whose second factor a device is: of whoever enabled it last, as long as their own row has it.
    async fn holder_of(&self, device: &VirtualDevice) -> Result<Option<User>, Trouble> {
        let Some(owner) = &device.owner else { return Ok(None) };
        let user = self.store().user(&UserRef { account: device.account, user: owner.clone() }).await?;
        Ok(user.filter(|user| user.factors.device(&device.id).is_some()))
    }

    /// Whether a serial number is that of a device that somebody enrolled on the pages; reads all users.
    async fn page_app(&self, account: AccountId, serial: &str) -> Result<bool, Trouble> {
        let place = serial.strip_prefix(&device_serial(account, ""));
        let Some(id) = place.and_then(|place| place.parse::<DeviceId>().ok()) else { return Ok(false) };
        let (root, users) = self.owners_of_devices(account).await?;
        let factors = root.iter().map(|root| &root.root.factors).chain(users.iter().map(|user| &user.factors));
        Ok(factors.into_iter().any(|factors| factors.device(&id).is_some_and(|device| device.place.is_none())))
    }

    /// Leave to do something to a virtual MFA device, and the device as stored now.
    async fn device_for<'k>(
        &self,
        op: &OpContext,
        account: AccountId,
        serial: &str,
        action: &'static str,
        asked: impl FnOnce(Aim<'static>) -> Aim<'k>,
    ) -> Result<(Permit, Option<VirtualDevice>), VirtualDeviceError> {
        let device = self.find_virtual_device(account, serial).await?;
        let aim = Aim::at(action, serial).on_tags(device.as_ref().map_or(&[], |device| &device.tags));
        Ok((self.permit(op, account, &asked(aim)).await??, device))
    }
}
