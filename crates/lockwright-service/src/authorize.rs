//! The only room that mints permits: every act in an account is decided by policies, from what is stored now.

use std::borrow::Cow;
use std::sync::Arc;

use lockwright_core::grant::Grantee;
use lockwright_core::permit::{OperatorPermit, Permit};
use lockwright_core::person::Person;
use lockwright_model::change::ChangeSet;
use lockwright_model::contact::AlternateKind;
use lockwright_model::context::{OpContext, SecondFactor};
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::id::AccountId;
use lockwright_model::identity::Principal;
use lockwright_model::resource::{CustomerPolicy, Resource, Tag};
use lockwright_model::secret::Sealed;
use lockwright_model::user::User;
use lockwright_policy::explain::{Verdict, explain};
use lockwright_policy::{Action, Context, Decision, Effect, Policies, Policy, Request, Source, decide};

use crate::Lockwright;
use crate::caller::Caller;
use crate::trouble::Trouble;

/// The principal may not do this. The same answer for an account that does not exist.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not permitted")]
pub struct Denied {
    /// What was to be done, such as `iam:CreateUser`.
    pub action: &'static str,
    /// What AWS says of it, for programs: who may not do what on what, and for want of which policy.
    pub message: String,
}

impl Denied {
    fn anonymous(aim: &Aim<'_>) -> Self {
        Self { action: aim.action, message: format!("User: anonymous is not authorized to perform: {}", aim.action) }
    }
}

/// The principal does not act as an operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NotOperator;

/// What is to be done, and on what.
#[derive(Clone, Debug)]
pub struct Aim<'a> {
    /// `iam:CreateUser`
    pub action: &'static str,
    /// The ARN, or `*`.
    pub resource: String,
    /// Condition keys that belong to this request alone, such as `iam:PolicyARN`, and their values.
    keys: Vec<(Cow<'a, str>, Vec<Cow<'a, str>>)>,
    /// The resource has no name yet.
    unnamed: bool,
}

impl<'a> Aim<'a> {
    /// An act on what an ARN names.
    pub fn at(action: &'static str, arn: impl Into<String>) -> Self {
        Self { action, resource: arn.into(), keys: Vec::new(), unnamed: false }
    }

    /// An act on the whole account.
    pub fn account(action: &'static str) -> Self {
        Self::at(action, "*")
    }

    /// An act on an account's own settings, of the Account service.
    pub fn of_account(action: &'static str, account: AccountId) -> Self {
        Self::at(action, format!("arn:aws:account::{account}:account"))
    }

    /// An act on one of its alternate contacts.
    pub fn alternate_contact(action: &'static str, account: AccountId, kind: AlternateKind) -> Self {
        Self::of_account(action, account).with("account:alternatecontacttypes", kind.as_str())
    }

    /// An act on something of an account that may not exist: `user`, `group`, `role`, `policy`, at a path.
    pub fn named(action: &'static str, account: AccountId, kind: &str, path: &str, name: &str) -> Self {
        Self::at(action, format!("arn:aws:iam::{account}:{kind}{path}{name}"))
    }

    /// An act on a `user`, `group`, `role` or `policy` that nobody has named yet: for [`Lockwright::offered`].
    pub fn unnamed(action: &'static str, account: AccountId, kind: &str) -> Self {
        Self { unnamed: true, ..Self::named(action, account, kind, "/", "") }
    }

    /// An act on the users of an account, all of them.
    pub fn users(action: &'static str, account: AccountId) -> Self {
        Self::named(action, account, "user", "/", "")
    }

    /// An act on one user of an account, which may not exist.
    pub fn user(action: &'static str, account: AccountId, path: &str, name: &str) -> Self {
        Self::named(action, account, "user", path, name)
    }

    /// An act on a user that exists.
    pub fn of(action: &'static str, user: &User) -> Self {
        Self::at(action, user.arn()).on_tags(&user.tags)
    }

    /// An act on a group of an account.
    pub fn group(action: &'static str, account: AccountId, name: &str) -> Self {
        Self::named(action, account, "group", "/", name)
    }

    /// An act on a user, a group or a role that exists.
    pub fn grantee(action: &'static str, grantee: &Grantee) -> Self {
        match grantee {
            Grantee::User(user) => Self::of(action, user),
            Grantee::Group(group) => Self::at(action, group.arn()),
            Grantee::Role(role) => Self::at(action, role.arn()).on_tags(&role.tags),
        }
    }

    /// An act on a managed policy, by its ARN; what is known of it, where it is the account's own and exists.
    pub fn policy(action: &'static str, arn: &str, found: Option<&CustomerPolicy>) -> Self {
        let aim = Self::at(action, arn);
        found.map_or(aim.clone(), |policy| aim.on_tags(&policy.tags))
    }

    /// An act on any thing of an account that exists.
    pub fn resource(action: &'static str, resource: &Resource) -> Self {
        Self::at(action, resource.arn()).on_tags(resource.tags())
    }

    /// The same, with a condition key of this request.
    #[must_use]
    pub fn with(mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.keys.push((key.into(), vec![value.into()]));
        self
    }

    /// The same, with a condition key of several values.
    #[must_use]
    pub fn with_all<V: Into<Cow<'a, str>>>(mut self, key: impl Into<Cow<'a, str>>, values: impl IntoIterator<Item = V>) -> Self {
        self.keys.push((key.into(), values.into_iter().map(Into::into).collect()));
        self
    }

    /// The same, on something with these tags (`aws:ResourceTag/…`, `iam:ResourceTag/…`).
    #[must_use]
    pub fn on_tags(self, tags: &[Tag]) -> Self {
        tags.iter().fold(self, |aim, tag| {
            let aim = aim.with(format!("aws:resourcetag/{}", tag.key), tag.value.clone());
            aim.with(format!("iam:resourcetag/{}", tag.key), tag.value.clone())
        })
    }

    /// The same, where the request itself brings these tags (`aws:RequestTag/…`, `aws:TagKeys`).
    #[must_use]
    pub fn bringing_tags(self, tags: &[Tag]) -> Self {
        if tags.is_empty() {
            return self;
        }
        let aim = self.with_all("aws:tagkeys", tags.iter().map(|tag| tag.key.clone()));
        tags.iter().fold(aim, |aim, tag| aim.with(format!("aws:requesttag/{}", tag.key), tag.value.clone()))
    }
}

/// Whether policies allow an act, or would once more is known of it.
fn might(aim: &Aim<'_>, request: &Request<'_>, policies: &Policies<'_, Arc<Policy>>) -> bool {
    let told = explain(request, policies);
    if told.decision.is_allowed() || told.may_yet_allow(request, policies) {
        return true;
    }
    // Something without a name is spoken of by whatever allows the act on some name, unless it is denied on all.
    let spoken = |source| told.findings.iter().any(|finding| finding.source == source && finding.effect == Effect::Allow);
    aim.unnamed
        && !told.findings.iter().any(|finding| finding.effect == Effect::Deny && finding.verdict == Verdict::Applies)
        && spoken(Source::Identity)
        && (policies.boundary.is_none() || spoken(Source::Boundary))
        && (policies.session.is_none() || spoken(Source::Session))
}

/// What is attached to the built-in administrators group.
pub const ADMINISTRATOR_ACCESS: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

impl Lockwright {
    /// Decides, from what is stored now, whether the principal may do this in the account.
    pub(crate) async fn permit(&self, op: &OpContext, account: AccountId, aim: &Aim<'_>) -> Result<Result<Permit, Denied>, Trouble> {
        self.permit_all(op, account, aim, &[]).await
    }

    /// The same of an act that takes leave for several things: whoever asks is read once.
    pub(crate) async fn permit_all(
        &self,
        op: &OpContext,
        account: AccountId,
        aim: &Aim<'_>,
        further: &[Aim<'_>],
    ) -> Result<Result<Permit, Denied>, Trouble> {
        if op.principal == Principal::Host {
            return Ok(Ok(Permit::granted(account)));
        }
        let Some(caller) = self.caller(op).await? else { return Ok(Err(Denied::anonymous(aim))) };
        for aim in std::iter::once(aim).chain(further) {
            if let Err(denied) = self.decided(op, &caller, account, aim, None).await? {
                return Ok(Err(denied));
            }
        }
        Ok(Ok(Permit::granted(account)))
    }

    /// Whether the principal may do this, with AWS's words where not: for what is only read, and before an act is looked at any closer.
    /// What changes something takes a [`Permit`].
    pub async fn may(&self, op: &OpContext, account: AccountId, aim: &Aim<'_>) -> Result<Result<(), Denied>, Trouble> {
        if op.principal == Principal::Host {
            return Ok(Ok(()));
        }
        let Some(caller) = self.known_caller(op).await? else { return Ok(Err(Denied::anonymous(aim))) };
        self.decided(op, &caller, account, aim, None).await
    }

    /// The same of a caller who was just found: whose key signed this very request. Where others write too, they are read again.
    pub async fn may_as(&self, op: &OpContext, caller: &Caller, account: AccountId, aim: &Aim<'_>) -> Result<Result<(), Denied>, Trouble> {
        if self.store().is_shared() {
            return self.may(op, account, aim).await;
        }
        self.decided(op, caller, account, aim, None).await
    }

    /// Which of these acts a page offers: those that policies allow, and those they would allow under circumstances that only the act itself
    /// brings, such as the ARN of a policy or the name of something new. Whoever does one is asked again.
    pub async fn offered(&self, op: &OpContext, account: AccountId, aims: &[Aim<'_>]) -> Result<Vec<bool>, Trouble> {
        let caller = self.known_caller(op).await?;
        let mut offered = Vec::with_capacity(aims.len());
        for aim in aims {
            let perhaps = match &caller {
                None => None,
                Some(caller) => {
                    self.put_to_policies(op, caller, account, aim, None, |request, policies| might(aim, request, policies)).await?
                }
            };
            offered.push(perhaps.unwrap_or(false));
        }
        Ok(offered)
    }

    /// Notes in the account's trail that a program was denied an action.
    pub async fn note_denied(&self, op: &OpContext, account: AccountId, action: &'static str) {
        let (service, name) = action.split_once(':').unwrap_or(("", action));
        let service = match service {
            "sts" => Service::Sts,
            "account" => Service::Account,
            "cloudtrail" => Service::CloudTrail,
            _ => Service::Iam,
        };
        let told = Told::new(service, name, Some(account)).failed("AccessDenied");
        let mut changes = ChangeSet::default();
        changes.tell(AuditEvent::new(op, self.entropy(), told));
        if let Err(failure) = self.commit(changes).await {
            tracing::warn!(request = %op.id, %failure, "a denied call was not written into the trail");
        }
    }

    /// Where a list goes on, opaque, and of worth only for the same selection of the same list.
    pub fn seal_marker(&self, selection: &str, after: &str) -> String {
        self.seal(after.as_bytes(), &format!("marker {selection}")).as_text().to_owned()
    }

    /// Opens what [`Lockwright::seal_marker`] sealed; `None`: it is of another list, or of nobody's making.
    pub fn open_marker(&self, selection: &str, marker: &str) -> Option<String> {
        let plain = self.unseal(&Sealed::from_text(marker), &format!("marker {selection}"))?;
        String::from_utf8(plain.to_vec()).ok()
    }

    /// The decision itself: policies of the caller, the caller's and the request's condition keys, and the policy of what is asked for.
    pub(crate) async fn decided(
        &self,
        op: &OpContext,
        caller: &Caller,
        account: AccountId,
        aim: &Aim<'_>,
        resource: Option<&Arc<Policy>>,
    ) -> Result<Result<(), Denied>, Trouble> {
        let decision = self
            .put_to_policies(op, caller, account, aim, resource, |request, policies| match decide(request, policies) {
                Decision::Allowed => Ok(()),
                Decision::Denied(denial) => Err(Denied { action: aim.action, message: denial.aws_message(request) }),
            })
            .await?;
        Ok(decision.unwrap_or_else(|| Err(Denied::anonymous(aim))))
    }

    /// Puts what is to be done to all that speaks of the caller. `None`: nobody knows what would speak of them, and nothing is allowed.
    async fn put_to_policies<T>(
        &self,
        op: &OpContext,
        caller: &Caller,
        account: AccountId,
        aim: &Aim<'_>,
        resource: Option<&Arc<Policy>>,
        answer: impl FnOnce(&Request<'_>, &Policies<'_, Arc<Policy>>) -> T,
    ) -> Result<Option<T>, Trouble> {
        let (Some(action), Some(arn), Some(id), Some(own)) =
            (Action::parse(aim.action), caller.arn(), caller.user_id(), caller.account_id())
        else {
            return Ok(None);
        };
        let (own, parent) = (own.to_string(), if let Caller::Federated { parent, .. } = caller { parent.arn() } else { None });
        let role = if let Caller::Role { role, .. } = caller { role.arn() } else { String::new() };
        let principal = match caller {
            Caller::Person(person) if matches!(**person, Person::Root(_)) => lockwright_policy::Principal::Root { account: &own },
            Caller::Person(_) => lockwright_policy::Principal::User { arn: &arn, id: &id },
            Caller::Role { .. } => lockwright_policy::Principal::Session { arn: &arn, role: &role, id: &id },
            Caller::Federated { .. } => {
                lockwright_policy::Principal::FederatedUser { arn: &arn, parent: parent.as_deref().unwrap_or_default(), id: &id }
            }
        };
        let Some(standing) = self.policies_of(caller).await? else { return Ok(None) };
        let mut context = Context::of(&principal);
        self.surround(&mut context, op, caller);
        for (key, values) in &aim.keys {
            context.insert_all(key.as_ref(), values.iter().map(AsRef::as_ref));
        }
        let owner = account.to_string();
        let request = Request::new(&action, &aim.resource, &principal, &context).owned_by(&owner);
        let policies =
            Policies { identity: &standing.identity, boundary: standing.boundary.as_ref(), session: standing.session.as_deref(), resource };
        Ok(Some(answer(&request, &policies)))
    }

    /// The condition keys that a request brings whatever it asks for.
    fn surround(&self, context: &mut Context<'_>, op: &OpContext, caller: &Caller) {
        Self::surround_anybody(context, op);
        // AWS's console signs with temporary credentials, which always say one or the other; a key that lasts says nothing.
        match op.second_factor {
            SecondFactor::Unsaid => {}
            SecondFactor::Absent => context.insert("aws:multifactorauthpresent", "false"),
            SecondFactor::Shown(at) => {
                context.insert("aws:multifactorauthpresent", "true");
                context.insert("aws:multifactorauthage", op.now.since(at).as_secs().to_string());
            }
        }
        if let Caller::Role { temporary, .. } | Caller::Federated { temporary, .. } = caller {
            context.insert("aws:tokenissuetime", temporary.issued.to_rfc3339());
            if let Some(source) = &temporary.source_identity {
                context.insert("aws:sourceidentity", source.clone());
            }
        }
        for tag in caller.tags() {
            context.insert(format!("aws:principaltag/{}", tag.key), tag.value.clone());
        }
    }

    /// Those of them that are the same whoever asks.
    pub(crate) fn surround_anybody(context: &mut Context<'_>, op: &OpContext) {
        context.insert("aws:currenttime", op.now.to_rfc3339());
        context.insert("aws:epochtime", op.now.as_seconds().to_string());
        if let Some(ip) = op.source.ip {
            context.insert("aws:sourceip", ip.to_string());
        }
        context.insert("aws:useragent", op.source.agent.clone());
        context.insert("aws:viaawsservice", "false");
        context.insert("aws:requestedregion", "us-east-1");
    }

    /// Decides, from what is stored now, whether the principal acts as an operator.
    pub(crate) async fn operator_permit(&self, op: &OpContext) -> Result<Result<OperatorPermit, NotOperator>, Trouble> {
        let signed = match &op.principal {
            Principal::Signed(identity) => self.person(identity).await?,
            Principal::Assumed(_) | Principal::Host | Principal::Anonymous => None,
        };
        Ok(OperatorPermit::mint(&op.principal, signed).ok_or(NotOperator))
    }
}
