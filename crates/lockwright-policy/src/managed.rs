//! The policies AWS manages, as data: names, versions and documents.
//!
//! Not all of them: those on IAM, sign-in, accounts and audit, the job functions, the widest ones, and those that service-linked roles carry.
//! What is not among them is an error that says so, never an empty policy.

use core::fmt;
use std::sync::LazyLock;

const COMMON: &str = include_str!("../data/managed/common.tsv");
const SERVICE_LINKED: &str = include_str!("../data/managed/service-linked.tsv");

/// What every ARN of them begins with; path and name follow.
const ARN: &str = "arn:aws:iam::aws:policy";

/// One policy managed by AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Managed {
    place: &'static str,
    /// The version in force, such as `v12`.
    pub version: &'static str,
    /// When AWS made the policy.
    pub created: &'static str,
    /// When AWS made this version.
    pub updated: &'static str,
    /// The document of this version.
    pub document: &'static str,
}

impl Managed {
    /// The name, such as `AdministratorAccess`.
    pub fn name(&self) -> &'static str {
        self.place.rsplit_once('/').map_or(self.place, |(_, name)| name)
    }

    /// The path, with a slash at both ends.
    pub fn path(&self) -> &'static str {
        self.place.strip_suffix(self.name()).unwrap_or(self.place)
    }

    /// The ARN.
    pub fn arn(&self) -> String {
        format!("{ARN}{}", self.place)
    }

    /// False for those that only service-linked roles carry: AWS lets nobody attach them.
    pub fn is_attachable(&self) -> bool {
        self.path() != "/aws-service-role/"
    }
}

/// Why there is no policy under an ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// The ARN is not one of a policy managed by AWS.
    NotManaged(String),
    /// AWS may have it, but it is not among those carried here.
    NotCarried(String),
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotManaged(arn) => write!(f, "{arn} is not the ARN of a policy managed by AWS: those begin with {ARN}/"),
            Self::NotCarried(arn) => {
                write!(
                    f,
                    "{arn} is not among the policies managed by AWS that are carried here; create a policy of your own with its document"
                )
            }
        }
    }
}

impl core::error::Error for Unknown {}

/// Sorted by path and name.
static ALL: LazyLock<Vec<Managed>> = LazyLock::new(|| {
    let mut all: Vec<Managed> = COMMON.lines().chain(SERVICE_LINKED.lines()).filter_map(read).collect();
    all.sort_by_key(|managed| managed.place);
    all
});

fn read(line: &'static str) -> Option<Managed> {
    let mut parts = line.splitn(5, '\t');
    let mut next = || parts.next();
    Some(Managed { place: next()?, version: next()?, created: next()?, updated: next()?, document: next()? })
}

/// All that are carried, by path and name.
pub fn all() -> &'static [Managed] {
    &ALL
}

/// The policy under an ARN.
///
/// ```
/// use lockwright_policy::{Kind, Policy, managed};
///
/// let managed = managed::find("arn:aws:iam::aws:policy/AdministratorAccess")?;
/// assert_eq!((managed.name(), managed.version, managed.is_attachable()), ("AdministratorAccess", "v1", true));
/// let policy = Policy::parse(managed.document, Kind::Identity);
/// assert!(policy.is_ok());
/// assert!(managed::find("arn:aws:iam::aws:policy/NoSuchAccess").is_err());
/// # Ok::<(), managed::Unknown>(())
/// ```
pub fn find(arn: &str) -> Result<&'static Managed, Unknown> {
    let place = arn.strip_prefix(ARN).filter(|place| place.starts_with('/')).ok_or_else(|| Unknown::NotManaged(arn.to_owned()))?;
    let at = ALL.binary_search_by_key(&place, |managed| managed.place);
    at.ok().and_then(|at| ALL.get(at)).ok_or_else(|| Unknown::NotCarried(arn.to_owned()))
}
