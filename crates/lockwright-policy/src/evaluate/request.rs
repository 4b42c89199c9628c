//! What is asked: an action on a resource, by a principal, in a context.

use super::context::Context;
use super::principal::Principal;
use crate::document::is_account;
use crate::pattern::Arn;

/// An action's name, taken apart once and kept with the operation it names.
///
/// ```
/// use lockwright_policy::Action;
///
/// assert_eq!(Action::parse("iam:CreateUser").unwrap().name(), "iam:CreateUser");
/// assert!(Action::parse("CreateUser").is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Action {
    name: Box<str>,
    lower: Box<str>,
}

impl Action {
    /// Reads `service:Name`; a name with wildcards is no action.
    pub fn parse(name: &str) -> Option<Self> {
        let (service, verb) = name.split_once(':')?;
        let plain = |text: &str| !text.is_empty() && !text.contains(['*', '?', ':']) && !text.contains(char::is_whitespace);
        (plain(service) && plain(verb)).then(|| Self { name: name.into(), lower: name.to_ascii_lowercase().into() })
    }

    /// The name as it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn lower(&self) -> &str {
        &self.lower
    }
}

/// One request to be decided.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub(crate) action: &'a Action,
    pub(crate) resource: Arn<'a>,
    pub(crate) principal: &'a Principal<'a>,
    pub(crate) context: &'a Context<'a>,
    owner: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// A request on a resource: an ARN, or `*` where an action names no resource.
    /// The resource belongs to the account in its ARN, or else to the principal's.
    pub fn new(action: &'a Action, resource: &'a str, principal: &'a Principal<'a>, context: &'a Context<'a>) -> Self {
        let resource = Arn::new(resource);
        let owner = resource.account().filter(|account| is_account(account)).or(principal.account());
        Self { action, resource, principal, context, owner }
    }

    /// The same request where the resource belongs to another account than its ARN says, as with names that hold no account.
    #[must_use]
    pub fn owned_by(mut self, account: &'a str) -> Self {
        self.owner = Some(account);
        self
    }

    /// The same request where the resource belongs to the principal's account, whatever its ARN says.
    #[must_use]
    pub(crate) fn within_account(mut self) -> Self {
        self.owner = self.principal.account();
        self
    }

    /// True when resource and principal belong to different accounts.
    pub(crate) fn crosses_accounts(&self) -> bool {
        self.owner != self.principal.account()
    }

    /// The action asked for.
    pub fn action(&self) -> &'a Action {
        self.action
    }

    /// The resource as it was given.
    pub fn resource(&self) -> &'a str {
        self.resource.text
    }

    /// Who asks.
    pub fn principal(&self) -> &'a Principal<'a> {
        self.principal
    }
}
