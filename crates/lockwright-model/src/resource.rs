//! What an account keeps besides its users: groups, policies of its own, roles and what else has a name of its own; and who belongs to which.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::change::Version;
use crate::clock::Timestamp;
use crate::id::{AccountId, DeviceId, GroupId, InstanceProfileId, PolicyId, ProviderId, RoleId, ServerCertificateId, UserId};
use crate::identity_provider::OpenIdProvider;
use crate::instance_profile::InstanceProfile;
use crate::name::{GroupName, Path, PolicyName, RoleName, VirtualDeviceName};
use crate::secret::Sealed;
use crate::server_certificate::ServerCertificate;
use crate::user::Grants;

/// A group of IAM users: what it is granted, each member is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Group {
    /// Its account.
    pub account: AccountId,
    /// Its unique id.
    pub id: GroupId,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// Its name, unique among the account's groups without regard to case.
    pub name: GroupName,
    /// Where it stands in the account's tree.
    pub path: Path,
    /// When it was created.
    pub created: Timestamp,
    /// What its members may do.
    pub grants: Grants,
}

/// A policy of the account's own, that can be attached (AWS "customer managed policy").
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CustomerPolicy {
    /// Its account.
    pub account: AccountId,
    /// Its unique id.
    pub id: PolicyId,
    /// The row's version, which is not one of the policy's.
    #[serde(skip)]
    pub version: Version,
    /// Its name, unique among the account's policies without regard to case; never changes.
    pub name: PolicyName,
    /// Where it stands in the account's tree; never changes.
    pub path: Path,
    /// What it is for; never changes.
    pub description: Option<String>,
    /// When it was created.
    pub created: Timestamp,
    /// When a version was last made, put in force or deleted.
    pub updated: Timestamp,
    /// Its versions, the oldest first.
    pub versions: Vec<PolicyVersion>,
    /// The number of the version in force.
    pub default: u32,
    /// The number that was given last; none is given twice.
    pub last: u32,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// One version of a policy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// Its number: `v1` is 1.
    pub number: u32,
    /// The document as it was put: checked, and kept to the letter.
    pub document: String,
    /// When it was made.
    pub created: Timestamp,
}

/// A role: whom its trust policy names may take it on for a while.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Role {
    /// Its account.
    pub account: AccountId,
    /// Its unique id.
    pub id: RoleId,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// Its name, unique among the account's roles without regard to case; never changes.
    pub name: RoleName,
    /// Where it stands in the account's tree; never changes.
    pub path: Path,
    /// When it was created.
    pub created: Timestamp,
    /// What it is for.
    pub description: Option<String>,
    /// Who may take it on (AWS `AssumeRolePolicyDocument`): checked, and kept to the letter.
    pub trust: String,
    /// Whom the users and roles that the trust policy names were, when it was put: somebody made later under the same name is another.
    #[serde(default)]
    pub pins: Vec<Pin>,
    /// How long its sessions may last, in seconds (AWS `MaxSessionDuration`).
    pub longest_session: u32,
    /// What it may do.
    pub grants: Grants,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Sessions made under a lower epoch are ended.
    pub epoch: u64,
}

/// A virtual MFA device: a seed that an authenticator app was given, waiting to be somebody's second factor, or being one. Once it is, the
/// seed is in its owner's row too, sealed for them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct VirtualDevice {
    /// Its account.
    pub account: AccountId,
    /// Its id; the factor in its owner's row has the same.
    pub id: DeviceId,
    /// The row's version.
    #[serde(skip)]
    pub version: Version,
    /// Its name, unique with its path among the account's devices without regard to case; never changes.
    pub name: VirtualDeviceName,
    /// Where it stands in the account's tree; never changes.
    pub path: Path,
    /// When it was created.
    pub created: Timestamp,
    /// The seed, sealed for this device.
    pub seed: Sealed,
    /// Who enabled it last. It is theirs as long as their own row has it among its factors.
    pub owner: Option<UserId>,
    /// The last step that it was enabled with: the same two codes enable it no second time.
    pub last_step: Option<u64>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// A principal that a trust policy names, bound to whom it was.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pin {
    /// The ARN as the policy has it.
    pub arn: String,
    /// The unique id; `None`: there was nobody of that name, and nobody is let in under it.
    pub id: Option<String>,
}

/// A tag: a key, unique in its owner without regard to case, and a value.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Tag {
    /// 1 to 128 characters.
    pub key: String,
    /// At most 256 characters.
    pub value: String,
}

impl CustomerPolicy {
    /// `arn:aws:iam::123456789012:policy/path/Name`
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:policy{}{}", self.account, self.path, self.name)
    }

    /// The version in force.
    pub fn in_force(&self) -> Option<&PolicyVersion> {
        self.versions.iter().find(|version| version.number == self.default)
    }

    /// The name in the form that is compared.
    pub fn name_key(&self) -> String {
        self.name.key()
    }
}

impl Group {
    /// `arn:aws:iam::123456789012:group/path/Name`
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:group{}{}", self.account, self.path, self.name)
    }

    /// The name in the form that is compared.
    pub fn name_key(&self) -> String {
        self.name.key()
    }
}

/// Where roles stand that services manage; nobody else puts one there.
pub const SERVICE_ROLES: &str = "/aws-service-role/";

impl VirtualDevice {
    /// Its place below `mfa/` in its serial number: `path/Name`.
    pub fn place(&self) -> String {
        device_place(&self.path, &self.name)
    }

    /// Its ARN, which is its serial number: `arn:aws:iam::123456789012:mfa/path/Name`
    pub fn arn(&self) -> String {
        device_serial(self.account, &self.place())
    }

    /// The name in the form that is compared.
    pub fn name_key(&self) -> String {
        self.place().to_lowercase()
    }
}

/// The place of a virtual MFA device below `mfa/`.
pub fn device_place(path: &Path, name: &VirtualDeviceName) -> String {
    format!("{}{name}", path.as_str().trim_start_matches('/'))
}

/// The serial number of the device at a place.
pub fn device_serial(account: AccountId, place: &str) -> String {
    format!("arn:aws:iam::{account}:mfa/{place}")
}

impl Role {
    /// `arn:aws:iam::123456789012:role/path/Name`
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:role{}{}", self.account, self.path, self.name)
    }

    /// Whether it is linked to a service, which alone says what it may and who takes it on.
    pub fn is_service_linked(&self) -> bool {
        self.path.as_str().starts_with(SERVICE_ROLES)
    }

    /// The name in the form that is compared.
    pub fn name_key(&self) -> String {
        self.name.key()
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident($row:ty, $id:ty) = $text:literal,)+) => {
        /// What an account keeps besides its users: all kinds stand in one table.
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub enum Resource {
            $($(#[$doc])* $kind($row),)+
        }

        /// Which kind of thing.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum ResourceKind {
            $($(#[$doc])* $kind,)+
        }

        impl ResourceKind {
            /// As stored.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $text,)+
                }
            }
        }

        /// The unique id of a thing, by its kind.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum ResourceId {
            $($(#[$doc])* $kind($id),)+
        }

        impl ResourceId {
            /// Of which kind.
            pub const fn kind(&self) -> ResourceKind {
                match self {
                    $(Self::$kind(_) => ResourceKind::$kind,)+
                }
            }

            /// Its text.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$kind(id) => id.as_str(),)+
                }
            }

            /// Reads what [`ResourceKind::as_str`] and [`ResourceId::as_str`] wrote.
            pub fn parse(kind: &str, text: &str) -> Option<Self> {
                match kind {
                    $($text => text.parse().ok().map(Self::$kind),)+
                    _ => None,
                }
            }
        }

        impl Resource {
            /// Its row's name.
            pub fn key(&self) -> ResourceKey {
                match self {
                    $(Self::$kind(row) => ResourceKey { account: row.account, id: ResourceId::$kind(row.id.clone()) },)+
                }
            }

            /// The row's version.
            pub fn version(&self) -> Version {
                match self {
                    $(Self::$kind(row) => row.version,)+
                }
            }

            /// The name in the form that is compared.
            pub fn name_key(&self) -> String {
                match self {
                    $(Self::$kind(row) => row.name_key(),)+
                }
            }

            /// Its ARN.
            pub fn arn(&self) -> String {
                match self {
                    $(Self::$kind(row) => row.arn(),)+
                }
            }
        }
    };
}

kinds! {
    /// A group.
    Group(Group, GroupId) = "group",
    /// A policy.
    Policy(CustomerPolicy, PolicyId) = "policy",
    /// A role.
    Role(Role, RoleId) = "role",
    /// An instance profile.
    InstanceProfile(InstanceProfile, InstanceProfileId) = "instance_profile",
    /// An identity provider that speaks OpenID Connect.
    OpenIdProvider(OpenIdProvider, ProviderId) = "oidc_provider",
    /// A virtual MFA device.
    Device(VirtualDevice, DeviceId) = "device",
    /// A server certificate.
    ServerCertificate(ServerCertificate, ServerCertificateId) = "server_certificate",
}

impl Resource {
    /// Its tags; a group has none.
    pub fn tags(&self) -> &[Tag] {
        match self {
            Self::Group(_) => &[],
            Self::Policy(row) => &row.tags,
            Self::Role(row) => &row.tags,
            Self::InstanceProfile(row) => &row.tags,
            Self::OpenIdProvider(row) => &row.tags,
            Self::Device(row) => &row.tags,
            Self::ServerCertificate(row) => &row.tags,
        }
    }

    /// Its tags, to be changed; a group has none.
    pub fn tags_mut(&mut self) -> Option<&mut Vec<Tag>> {
        match self {
            Self::Group(_) => None,
            Self::Policy(row) => Some(&mut row.tags),
            Self::Role(row) => Some(&mut row.tags),
            Self::InstanceProfile(row) => Some(&mut row.tags),
            Self::OpenIdProvider(row) => Some(&mut row.tags),
            Self::Device(row) => Some(&mut row.tags),
            Self::ServerCertificate(row) => Some(&mut row.tags),
        }
    }
}

/// Names the row of a thing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ResourceKey {
    /// The account.
    pub account: AccountId,
    /// What in it.
    pub id: ResourceId,
}

/// Who holds something: is a member of a group, has a policy attached, is bounded by one, carries a role.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Holder {
    /// An IAM user.
    User(UserId),
    /// A group.
    Group(GroupId),
    /// A role.
    Role(RoleId),
    /// An instance profile.
    InstanceProfile(InstanceProfileId),
}

impl fmt::Display for Holder {
    /// A stable text form: `user/AIDA…`, `group/AGPA…`, `role/AROA…`, `instance_profile/AIPA…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user/{id}"),
            Self::Group(id) => write!(f, "group/{id}"),
            Self::Role(id) => write!(f, "role/{id}"),
            Self::InstanceProfile(id) => write!(f, "instance_profile/{id}"),
        }
    }
}

impl Holder {
    /// Reads what `Display` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once('/')? {
            ("user", id) => id.parse().ok().map(Self::User),
            ("group", id) => id.parse().ok().map(Self::Group),
            ("role", id) => id.parse().ok().map(Self::Role),
            ("instance_profile", id) => id.parse().ok().map(Self::InstanceProfile),
            _ => None,
        }
    }
}

/// How somebody holds something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LinkKind {
    /// A user is a member of a group.
    Member,
    /// A policy is attached.
    Attached,
    /// A policy is the permissions boundary.
    Boundary,
    /// A role is in an instance profile.
    Profile,
}

impl LinkKind {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Attached => "attached",
            Self::Boundary => "boundary",
            Self::Profile => "profile",
        }
    }
}

/// Names one link from what is held to who holds it. The holder's own row says the same: the link is the way back.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LinkKey {
    /// The account.
    pub account: AccountId,
    /// What is held: a group's or a role's id, or a policy's ARN.
    pub target: String,
    /// How.
    pub kind: LinkKind,
    /// By whom.
    pub holder: Holder,
}

/// A link; has no version, is only inserted and deleted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// Its name.
    pub key: LinkKey,
    /// The row that must be there as long as the link is; `None` for a policy of AWS.
    pub to: Option<ResourceId>,
}
