//! What keeps a document from being a policy: each fault with its place, in our words for people and in AWS's for its clients.

use core::fmt;

use super::position::{Position, Span};
use super::tree::PrincipalKind;

/// One fault of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is at fault.
    pub kind: FaultKind,
    /// The bytes at fault.
    pub span: Span,
    /// Where the span begins.
    pub position: Position,
}

/// What can be at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// A byte that is not UTF-8.
    NotUtf8,
    /// More bytes than [`MAX_BYTES`](super::MAX_BYTES).
    TooLong,
    /// Values nested deeper than any policy needs.
    TooDeep,
    /// Not JSON; says what was expected.
    Json(&'static str),
    /// The same key twice in one object.
    DuplicateKey(String),
    /// A value of another kind than this place takes; says which it takes.
    Shape(&'static str),
    /// An element the policy language does not have, or not here.
    UnknownElement(String),
    /// A `Version` that does not exist.
    UnknownVersion(String),
    /// No `Statement`, or an empty list of them.
    NoStatement,
    /// A `Sid` with other characters than letters and digits.
    SidCharacters(String),
    /// The same `Sid` on two statements.
    DuplicateSid(String),
    /// A statement without `Effect`.
    NoEffect,
    /// An `Effect` that is neither `Allow` nor `Deny`.
    UnknownEffect(String),
    /// A statement without `Action` or `NotAction`, or with an empty list.
    NoAction,
    /// `Action` with `NotAction`, `Resource` with `NotResource`, or `Principal` with `NotPrincipal`.
    Both(&'static str),
    /// An action without a service before its name.
    ActionWithoutService(String),
    /// An action with more than one colon.
    ActionColons(String),
    /// A service name that cannot be one.
    ActionService(String),
    /// An action a trust policy may not grant.
    NotATrustAction(String),
    /// A statement without `Resource` or `NotResource`, or with an empty list.
    NoResource,
    /// `Resource` or `NotResource` in a trust policy.
    ResourceForbidden,
    /// A resource that is neither an ARN nor `*`.
    ResourceNotArn(String),
    /// A partition AWS does not have.
    ResourcePartition(String),
    /// No service in an ARN, or one with wildcards.
    ResourceService(String),
    /// A region in an ARN of a service that has none.
    ResourceRegion(String),
    /// An IAM resource of a kind IAM does not have.
    ResourceKind(String),
    /// Too few segments in an ARN that has empty ones.
    ResourceSegments(String),
    /// `Principal` or `NotPrincipal` in an identity policy.
    PrincipalForbidden,
    /// A statement without `Principal` or `NotPrincipal`, or with an empty one.
    NoPrincipal,
    /// A principal that names nobody.
    BadPrincipal {
        /// What kind of name it is.
        kind: PrincipalKind,
        /// The name.
        name: String,
    },
    /// A condition operator AWS does not list.
    UnknownOperator(String),
    /// A value the operator cannot read.
    BadValue {
        /// The operator.
        operator: String,
        /// The value.
        value: String,
    },
    /// `${` that is not a variable.
    BadVariable(String),
}

impl Fault {
    /// A fault whose position is still to be found.
    pub(crate) fn new(kind: FaultKind, span: Span) -> Self {
        Self { kind, span, position: Position::default() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.position.line, self.position.column, self.kind)
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 => f.write_str("this byte is not UTF-8"),
            Self::TooLong => write!(f, "the document is longer than {} bytes", super::MAX_BYTES),
            Self::TooDeep => f.write_str("values are nested too deeply for a policy"),
            Self::Json(expected) => f.write_str(expected),
            Self::DuplicateKey(key) => write!(f, "\"{key}\" stands here twice; which of the two is meant can't be known"),
            Self::Shape(expected) => write!(f, "{expected} is expected here"),
            Self::UnknownElement(name) => write!(f, "\"{name}\" is not an element of a policy at this place"),
            Self::UnknownVersion(version) => write!(f, "version \"{version}\" does not exist; write \"2012-10-17\""),
            Self::NoStatement => f.write_str("a policy needs a statement"),
            Self::SidCharacters(sid) => write!(f, "the Sid \"{sid}\" may hold only letters and digits"),
            Self::DuplicateSid(sid) => write!(f, "two statements have the Sid \"{sid}\""),
            Self::NoEffect => f.write_str("a statement needs an Effect: \"Allow\" or \"Deny\""),
            Self::UnknownEffect(effect) => write!(f, "the effect \"{effect}\" does not exist; write \"Allow\" or \"Deny\", in this case"),
            Self::NoAction => f.write_str("a statement needs an Action or a NotAction that names something"),
            Self::Both(pair) => write!(f, "a statement has only one of {pair}"),
            Self::ActionWithoutService(action) => write!(f, "the action \"{action}\" lacks its service, as in \"iam:{action}\""),
            Self::ActionColons(action) => write!(f, "the action \"{action}\" has more than one colon"),
            Self::ActionService(service) => write!(f, "\"{service}\" can't be the name of a service"),
            Self::NotATrustAction(action) => {
                write!(f, "a trust policy can't grant \"{action}\"; it grants the sts actions that take on the role")
            }
            Self::NoResource => f.write_str("a statement needs a Resource or a NotResource that names something"),
            Self::ResourceForbidden => f.write_str("a trust policy has no Resource: the role it stands on is the resource"),
            Self::ResourceNotArn(resource) => write!(f, "the resource \"{resource}\" is neither an ARN nor \"*\""),
            Self::ResourcePartition(partition) => write!(f, "there is no partition \"{partition}\"; most ARNs begin with \"arn:aws:\""),
            Self::ResourceService(_) => f.write_str("an ARN names its service in full, without wildcards"),
            Self::ResourceRegion(_) => f.write_str("ARNs of this service have no region"),
            Self::ResourceKind(kind) => write!(f, "IAM has no resources of the kind \"{kind}\""),
            Self::ResourceSegments(_) => f.write_str("an ARN has six parts: arn:partition:service:region:account:resource"),
            Self::PrincipalForbidden => f.write_str("an identity policy has no Principal: it stands on the principal"),
            Self::NoPrincipal => f.write_str("a statement of this policy needs a Principal or a NotPrincipal that names somebody"),
            Self::BadPrincipal { name, .. } => write!(f, "\"{name}\" names no principal"),
            Self::UnknownOperator(name) => {
                write!(f, "there is no condition operator \"{name}\"")?;
                match super::Operator::meant_by(name) {
                    Some(meant) => write!(f, "; is \"{meant}\" meant?"),
                    None => Ok(()),
                }
            }
            Self::BadValue { operator, value } => write!(f, "{operator} can't compare with \"{value}\""),
            Self::BadVariable(text) => write!(f, "\"{text}\" is not a policy variable; a literal dollar sign is written ${{$}}"),
        }
    }
}

impl FaultKind {
    /// The sentence AWS's interface gives with `MalformedPolicyDocument` for this fault; clients and tools look for these words.
    pub fn aws_message(&self) -> String {
        match self {
            Self::NoAction => "Policy statement must contain actions.".to_owned(),
            Self::NoResource => "Policy statement must contain resources.".to_owned(),
            Self::DuplicateSid(_) => "Statement IDs (SID) in a single policy must be unique.".to_owned(),
            Self::SidCharacters(_) => {
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*".to_owned()
            }
            Self::ActionWithoutService(_) => "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.".to_owned(),
            Self::ActionColons(_) => "Actions/Condition can contain only one colon.".to_owned(),
            Self::ActionService(service) => format!("Vendor {service} is not valid"),
            Self::NotATrustAction(_) => "AssumeRole policy may only specify STS AssumeRole actions.".to_owned(),
            Self::ResourceForbidden => "Has prohibited field Resource".to_owned(),
            Self::ResourceNotArn(resource) => format!("Resource {resource} must be in ARN format or \"*\"."),
            Self::ResourcePartition(partition) => {
                format!("Partition \"{partition}\" is not valid for resource \"arn:{partition}:*:*:*:*\".")
            }
            Self::ResourceService(_) => "Resource vendor must be fully qualified and cannot contain regexes.".to_owned(),
            Self::ResourceRegion(resource) => format!("IAM resource {resource} cannot contain region information."),
            Self::ResourceKind(_) => {
                format!("IAM resource path must either be \"*\" or start with {}.", super::resources::IAM_KINDS.join(", "))
            }
            Self::ResourceSegments(_) => "The policy failed legacy parsing".to_owned(),
            Self::PrincipalForbidden => "Policy document should not specify a principal.".to_owned(),
            Self::NoPrincipal => "Missing required field Principal".to_owned(),
            Self::BadPrincipal { kind, name } => {
                format!("Invalid principal in policy: \"{}\":\"{name}\"", kind.as_str().to_ascii_uppercase())
            }
            Self::NotUtf8 | Self::TooLong | Self::TooDeep | Self::Json(_) | Self::DuplicateKey(_) => {
                "This policy contains invalid Json".to_owned()
            }
            Self::BadValue { operator, .. } if operator.contains("Date") => "The policy failed legacy parsing".to_owned(),
            Self::Shape(_)
            | Self::UnknownElement(_)
            | Self::UnknownVersion(_)
            | Self::NoStatement
            | Self::NoEffect
            | Self::UnknownEffect(_)
            | Self::Both(_)
            | Self::UnknownOperator(_)
            | Self::BadValue { .. }
            | Self::BadVariable(_) => "Syntax errors in policy.".to_owned(),
        }
    }

    /// The step in which AWS looks for this fault: of several faults it names the one of the first step.
    pub(crate) fn step(&self) -> u8 {
        match self {
            Self::DuplicateSid(_) | Self::SidCharacters(_) => 2,
            Self::NoAction => 3,
            Self::ResourceNotArn(_)
            | Self::ResourcePartition(_)
            | Self::ResourceService(_)
            | Self::ResourceRegion(_)
            | Self::ResourceKind(_)
            | Self::ResourceSegments(_) => 4,
            Self::ActionWithoutService(_) | Self::ActionColons(_) | Self::ActionService(_) => 5,
            Self::NoResource | Self::NotATrustAction(_) | Self::ResourceForbidden => 6,
            Self::PrincipalForbidden | Self::NoPrincipal | Self::BadPrincipal { .. } => 7,
            _ => 1,
        }
    }
}

/// A document that is no policy, with all that is wrong with it (the first hundred faults).
///
/// ```
/// use lockwright_policy::{Document, Kind};
///
/// let malformed = Document::parse(r#"{"Version": "2012-10-17", "Statement": {"Effect": "allow"}}"#, Kind::Identity).unwrap_err();
/// assert_eq!(malformed.faults().len(), 3);
/// assert_eq!(malformed.first().position.column, 51);
/// assert_eq!(malformed.aws_message(), "Syntax errors in policy.");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    faults: Vec<Fault>,
}

impl Malformed {
    /// The faults in the order of the document, at least one.
    pub(crate) fn new(first: Fault, others: Vec<Fault>) -> Self {
        let mut faults = vec![first];
        faults.extend(others);
        faults.sort_by_key(|fault| fault.span.start);
        Self { faults }
    }

    /// All faults found, in the order of the document.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The fault AWS would name: of those of its first failing step, the first in the document.
    pub fn first(&self) -> &Fault {
        static NONE: Fault =
            Fault { kind: FaultKind::NoStatement, span: Span { start: 0, end: 0 }, position: Position { line: 1, column: 1 } };
        self.faults.iter().min_by_key(|fault| fault.kind.step()).unwrap_or(&NONE)
    }

    /// The sentence for `MalformedPolicyDocument`.
    pub fn aws_message(&self) -> String {
        self.first().kind.aws_message()
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first().fmt(f)
    }
}

impl core::error::Error for Malformed {}
