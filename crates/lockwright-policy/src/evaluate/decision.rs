//! What was decided, and which kind of policy decided it.

use core::fmt;

use super::request::Request;

/// Allowed, or denied and by what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// The request may go on.
    Allowed,
    /// It may not.
    Denied(Denial),
}

impl Decision {
    /// True when the request may go on.
    pub fn is_allowed(self) -> bool {
        self == Self::Allowed
    }
}

/// Why a request is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Denial {
    /// True when a statement denies; false when none allows.
    pub explicit: bool,
    /// The kind of policy that denies or fails to allow. Where several do, the first in the order of evaluation.
    pub source: Source,
}

/// The kinds of policy, in the order they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A policy of a resource.
    Resource,
    /// The trust policy of a role.
    Trust,
    /// The policies of the user, the user's groups, or the role.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// The policies passed with a session.
    Session,
}

impl Denial {
    /// The sentence AWS's interface gives with `AccessDenied`.
    ///
    /// ```
    /// use lockwright_policy::{Action, Context, Denial, Principal, Request, Source};
    ///
    /// let action = Action::parse("iam:GetUser").unwrap();
    /// let alice = Principal::User { arn: "arn:aws:iam::111122223333:user/alice", id: "AIDAEXAMPLEEXAMPLE" };
    /// let context = Context::of(&alice);
    /// let request = Request::new(&action, "*", &alice, &context);
    /// let denial = Denial { explicit: false, source: Source::Identity };
    /// assert_eq!(
    ///     denial.aws_message(&request),
    ///     "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: iam:GetUser on resource: * \
    ///      because no identity-based policy allows the iam:GetUser action"
    /// );
    /// ```
    pub fn aws_message(&self, request: &Request<'_>) -> String {
        let action = request.action.name();
        let reason = if self.explicit {
            let kind = match self.source {
                Source::Resource => "a resource-based policy",
                Source::Trust => "a role trust policy",
                Source::Identity => "an identity-based policy",
                Source::Boundary => "a permissions boundary",
                Source::Session => "a sessions policy",
            };
            format!("with an explicit deny in {kind}")
        } else {
            format!("because no {} allows the {action} action", self.source)
        };
        format!(
            "User: {} is not authorized to perform: {action} on resource: {} {reason}",
            request.principal.display_arn(),
            request.resource()
        )
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resource => "resource-based policy",
            Self::Trust => "role trust policy",
            Self::Identity => "identity-based policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
        })
    }
}
