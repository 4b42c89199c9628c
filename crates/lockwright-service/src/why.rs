//! Why somebody may do something or not, and who can: explained from the policies as they are stored now.

use std::sync::Arc;

use lockwright_model::context::OpContext;
use lockwright_model::id::AccountId;
use lockwright_model::name::{GroupName, RoleName, UserName};
use lockwright_model::resource::{Resource, ResourceId, ResourceKey, ResourceKind, Tag};
use lockwright_model::user::{Grants, User};
use lockwright_policy::explain::{Can, Candidate, Explanation, Finding, Verdict, explain, who_can};
use lockwright_policy::simulate::{Evaluated, Origin};
use lockwright_policy::{Action, Context, Effect, Kind, Malformed, Policies, Policy, Principal, Request, Source, managed};

use crate::Lockwright;
use crate::authorize::{ADMINISTRATOR_ACCESS, Aim, Denied};
use crate::caller::OWN_PASSWORD;
use crate::trouble::Trouble;

/// Rows that are read at a time when a whole account is asked.
const READ: u32 = 200;

/// A policy that speaks of somebody, and where it stands.
#[derive(Clone, Debug)]
pub struct Sourced {
    /// Its name.
    pub id: String,
    /// Where it stands.
    pub origin: Origin,
    /// The document to the letter.
    pub document: String,
    /// The same, compiled.
    pub policy: Arc<Policy>,
}

/// Somebody whose policies are looked at.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The ARN.
    pub arn: String,
    /// Which kind of principal.
    pub kind: SubjectKind,
    /// Its unique id; a root user has its account's number.
    pub id: String,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// The policies that grant and deny.
    pub identity: Vec<Sourced>,
    /// The one that bounds them.
    pub boundary: Option<Sourced>,
}

/// Which kind of principal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SubjectKind {
    /// A root user.
    Root,
    /// An IAM user.
    User,
    /// A group: no principal, but its policies are its members'.
    Group,
    /// A role.
    Role,
}

/// Why nothing is explained.
#[derive(Debug, thiserror::Error)]
pub enum WhyError {
    /// Not permitted.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such principal in the account.
    #[error("there is no such user, group or role")]
    Nobody,
    /// It is no action's name.
    #[error("an action is written service:Name, such as iam:CreateUser")]
    NoAction,
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

/// A document that is tried before it is saved.
#[derive(Debug)]
pub struct Draft(Sourced);

impl Draft {
    /// Reads a document. The name is the one it has or will have, the origin where it stands or will stand.
    pub fn read(name: &str, origin: Origin, document: &str) -> Result<Self, Malformed> {
        let policy = Arc::new(Policy::parse(document, Kind::Identity)?);
        Ok(Self(Sourced { id: name.to_owned(), origin, document: document.to_owned(), policy }))
    }
}

/// An explanation, with the subject whose policies it numbers.
#[derive(Debug)]
pub struct Why {
    /// Whose policies were asked.
    pub subject: Subject,
    /// What they say.
    pub explanation: Explanation,
}

/// Somebody who can do something, or could if conditions held that nobody told.
#[derive(Debug)]
pub struct Able {
    /// Who.
    pub subject: Subject,
    /// Whether, and by which statements.
    pub can: Can,
}

impl Subject {
    /// What policies call it; a group is nobody by itself.
    pub fn principal(&self) -> Option<Principal<'_>> {
        match self.kind {
            SubjectKind::Root => Some(Principal::Root { account: &self.id }),
            SubjectKind::User => Some(Principal::User { arn: &self.arn, id: &self.id }),
            // A role acts in sessions only; what the session is called, nobody has said.
            SubjectKind::Role => Some(Principal::Session { arn: &self.arn, role: &self.arn, id: &self.id }),
            SubjectKind::Group => None,
        }
    }

    fn context(&self, keys: &[(String, String)]) -> Context<'_> {
        let mut context = self.principal().map_or_else(Context::new, |principal| Context::of(&principal));
        for tag in &self.tags {
            context.insert(format!("aws:principaltag/{}", tag.key), tag.value.as_str());
        }
        for (key, value) in keys {
            context.insert(key.to_ascii_lowercase(), value.clone());
        }
        context
    }

    /// The name of the policy that a finding is of.
    pub fn policy_of(&self, finding: &Finding) -> Option<&Sourced> {
        match finding.source {
            Source::Boundary => self.boundary.as_ref(),
            _ => self.identity.get(finding.policy),
        }
    }
}

impl Lockwright {
    /// The policies that speak of a user, a group, a role or the root user of an account; `None`: there is none of this ARN, or a policy of
    /// it can't be read.
    pub async fn subject(&self, account: AccountId, arn: &str) -> Result<Option<Subject>, Trouble> {
        let Some(place) = arn.strip_prefix("arn:aws:iam::").and_then(|rest| rest.strip_prefix(&format!("{account}:"))) else {
            return Ok(None);
        };
        let name = place.rsplit('/').next().unwrap_or_default();
        let found = match place.split_once('/') {
            None if place == "root" => {
                let exists = self.store().account(account).await?.is_some();
                exists.then(|| Subject {
                    arn: arn.to_owned(),
                    kind: SubjectKind::Root,
                    id: account.to_string(),
                    tags: Vec::new(),
                    identity: Vec::new(),
                    boundary: None,
                })
            }
            Some(("user", _)) => match name.parse::<UserName>() {
                Ok(name) => match self.find_user(account, &name).await? {
                    Some(user) => self.subject_of_user(&user).await?,
                    None => None,
                },
                Err(_) => None,
            },
            Some(("group", _)) => match name.parse::<GroupName>() {
                Ok(name) => match self.find_group(account, &name).await? {
                    Some(group) => self.subject_of_resource(Resource::Group(group)).await?,
                    None => None,
                },
                Err(_) => None,
            },
            Some(("role", _)) => match name.parse::<RoleName>() {
                Ok(name) => match self.find_role(account, &name).await? {
                    Some(role) => self.subject_of_resource(Resource::Role(role)).await?,
                    None => None,
                },
                Err(_) => None,
            },
            _ => None,
        };
        Ok(found.filter(|subject| subject.arn == arn))
    }

    /// Explains a decision on somebody of an account. `keys` are condition keys of the request that is imagined.
    pub async fn why(
        &self,
        op: &OpContext,
        account: AccountId,
        arn: &str,
        action: &str,
        resource: &str,
        keys: &[(String, String)],
    ) -> Result<Why, WhyError> {
        self.may(op, account, &Aim::at("iam:SimulatePrincipalPolicy", arn)).await??;
        let action = Action::parse(action).ok_or(WhyError::NoAction)?;
        let subject = self.subject(account, arn).await?.ok_or(WhyError::Nobody)?;
        let explanation = explained(&subject, &subject.context(keys), account, &action, resource).ok_or(WhyError::Nobody)?;
        Ok(Why { subject, explanation })
    }

    /// Explains what a document would decide: beside the policies that somebody has now, in place of one of them with its name, or, where nobody
    /// is named, by itself.
    pub async fn try_document(
        &self,
        op: &OpContext,
        account: AccountId,
        draft: Draft,
        arn: Option<&str>,
        action: &str,
        resource: &str,
    ) -> Result<Why, WhyError> {
        let aim = arn.map_or(Aim::account("iam:SimulateCustomPolicy"), |arn| Aim::at("iam:SimulatePrincipalPolicy", arn));
        self.may(op, account, &aim).await??;
        let action = Action::parse(action).ok_or(WhyError::NoAction)?;
        let mut subject = match arn {
            Some(arn) => self.subject(account, arn).await?.filter(|subject| subject.kind != SubjectKind::Root).ok_or(WhyError::Nobody)?,
            None => Subject {
                arn: format!("arn:aws:iam::{account}:user/"),
                kind: SubjectKind::User,
                id: String::new(),
                tags: Vec::new(),
                identity: Vec::new(),
                boundary: None,
            },
        };
        let Draft(draft) = draft;
        subject.identity.retain(|sourced| (&sourced.id, sourced.origin) != (&draft.id, draft.origin));
        subject.identity.insert(0, draft);
        let context = if arn.is_some() { subject.context(&[]) } else { Context::new() };
        let explanation = explained(&subject, &context, account, &action, resource).ok_or(WhyError::Nobody)?;
        Ok(Why { subject, explanation })
    }

    /// Who of an account can do something, the root user first, then users and roles by name.
    pub async fn who_can(&self, op: &OpContext, account: AccountId, action: &str, resource: &str) -> Result<Vec<Able>, WhyError> {
        self.may(op, account, &Aim::account("iam:GetAccountAuthorizationDetails")).await??;
        let action = Action::parse(action).ok_or(WhyError::NoAction)?;
        let subjects = self.subjects(account).await?;
        let able: Vec<(usize, Can)> = {
            let identity: Vec<Vec<&Policy>> =
                subjects.iter().map(|subject| subject.identity.iter().map(|sourced| sourced.policy.as_ref()).collect()).collect();
            let boundaries: Vec<Option<&Policy>> =
                subjects.iter().map(|subject| subject.boundary.as_ref().map(|sourced| sourced.policy.as_ref())).collect();
            let candidates: Vec<Candidate<'_, &Policy>> = subjects
                .iter()
                .zip(identity.iter().zip(&boundaries))
                .filter_map(|(subject, (identity, boundary))| {
                    let policies = Policies { identity, boundary: boundary.as_ref(), ..Policies::none() };
                    Some(Candidate { principal: subject.principal()?, policies, context: subject.context(&[]) })
                })
                .collect();
            who_can(&action, resource, &candidates)
        };
        let mut able = able.into_iter().peekable();
        let found = subjects.into_iter().enumerate().filter_map(|(at, subject)| {
            let (_, can) = able.next_if(|(number, _)| *number == at)?;
            Some(Able { subject, can })
        });
        Ok(found.collect())
    }

    /// The root user, the users and the roles of an account.
    async fn subjects(&self, account: AccountId) -> Result<Vec<Subject>, Trouble> {
        let mut subjects: Vec<Subject> = self.subject(account, &account.root_arn()).await?.into_iter().collect();
        let mut after: Option<String> = None;
        loop {
            let users = self.store().users(account, after.as_deref(), READ).await?;
            let ended = users.len() < READ as usize;
            after = users.last().map(|user| user.name.key());
            for user in users.iter().filter(|user| !user.disabled) {
                subjects.extend(self.subject_of_user(user).await?);
            }
            if ended {
                break;
            }
        }
        let mut after: Option<String> = None;
        loop {
            let roles = self.store().resources(account, ResourceKind::Role, after.as_deref(), READ).await?;
            let ended = roles.len() < READ as usize;
            after = roles.last().map(Resource::name_key);
            for role in roles {
                subjects.extend(self.subject_of_resource(role).await?);
            }
            if ended {
                return Ok(subjects);
            }
        }
    }

    async fn subject_of_user(&self, user: &User) -> Result<Option<Subject>, Trouble> {
        let account = user.id.account;
        let mut identity = Vec::new();
        if user.administrator {
            let Some(policy) = self.sourced(account, ADMINISTRATOR_ACCESS).await? else { return Ok(None) };
            identity.push(policy);
        }
        if let Some(policy) = self.own_password(account).await? {
            let id = "AllowUsersToChangePassword".to_owned();
            identity.push(Sourced { id, origin: Origin::UserManaged, document: OWN_PASSWORD.to_owned(), policy });
        }
        for id in &user.groups {
            let key = ResourceKey { account, id: ResourceId::Group(id.clone()) };
            let Some(Resource::Group(group)) = self.store().resource(&key).await? else { return Ok(None) };
            if !self.source_grants(&mut identity, account, &group.grants, Origin::Group).await? {
                return Ok(None);
            }
        }
        self.finished(user.arn(), SubjectKind::User, user.id.user.to_string(), &user.tags, account, &user.grants, Origin::User, identity)
            .await
    }

    async fn subject_of_resource(&self, resource: Resource) -> Result<Option<Subject>, Trouble> {
        match resource {
            Resource::Group(group) => {
                let (arn, id) = (group.arn(), group.id.to_string());
                self.finished(arn, SubjectKind::Group, id, &[], group.account, &group.grants, Origin::Group, Vec::new()).await
            }
            Resource::Role(role) => {
                let (arn, id) = (role.arn(), role.id.to_string());
                self.finished(arn, SubjectKind::Role, id, &role.tags, role.account, &role.grants, Origin::Role, Vec::new()).await
            }
            _ => Ok(None),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what a user, a group and a role have in common")]
    async fn finished(
        &self,
        arn: String,
        kind: SubjectKind,
        id: String,
        tags: &[Tag],
        account: AccountId,
        grants: &Grants,
        inline: Origin,
        mut identity: Vec<Sourced>,
    ) -> Result<Option<Subject>, Trouble> {
        if !self.source_grants(&mut identity, account, grants, inline).await? {
            return Ok(None);
        }
        let boundary = match &grants.boundary {
            Some(arn) => match self.sourced(account, arn).await? {
                Some(boundary) => Some(boundary),
                None => return Ok(None),
            },
            None => None,
        };
        Ok(Some(Subject { arn, kind, id, tags: tags.to_vec(), identity, boundary }))
    }

    async fn source_grants(
        &self,
        identity: &mut Vec<Sourced>,
        account: AccountId,
        grants: &Grants,
        inline: Origin,
    ) -> Result<bool, Trouble> {
        for arn in &grants.attached {
            let Some(policy) = self.sourced(account, arn).await? else { return Ok(false) };
            identity.push(policy);
        }
        for policy in &grants.inline {
            let Some(compiled) = self.0.cache.compiled(&policy.document) else { return Ok(false) };
            let (id, document) = (policy.name.to_string(), policy.document.clone());
            identity.push(Sourced { id, origin: inline, document, policy: compiled });
        }
        Ok(true)
    }

    /// What the account's rules for passwords let its users do, if they do.
    async fn own_password(&self, account: AccountId) -> Result<Option<Arc<Policy>>, Trouble> {
        let rules = self.store().account(account).await?.and_then(|account| account.password_policy);
        Ok(rules.filter(|rules| rules.allow_users_to_change).and_then(|_| self.0.cache.compiled(OWN_PASSWORD)))
    }

    /// A managed policy by its ARN.
    async fn sourced(&self, account: AccountId, arn: &str) -> Result<Option<Sourced>, Trouble> {
        let (origin, document) = match managed::find(arn) {
            Ok(managed) => (Origin::AwsManaged, managed.document.to_owned()),
            Err(_) => {
                let Some(policy) = self.find_policy(account, arn).await? else { return Ok(None) };
                let Some(version) = policy.in_force() else { return Ok(None) };
                (Origin::UserManaged, version.document.clone())
            }
        };
        let id = arn.rsplit('/').next().unwrap_or_default().to_owned();
        Ok(self.0.cache.compiled(&document).map(|policy| Sourced { id, origin, document, policy }))
    }
}

/// What the policies of somebody say; `None`: they are nobody by themselves.
fn explained(subject: &Subject, context: &Context<'_>, account: AccountId, action: &Action, resource: &str) -> Option<Explanation> {
    let principal = subject.principal()?;
    let identity: Vec<&Policy> = subject.identity.iter().map(|sourced| sourced.policy.as_ref()).collect();
    let boundary = subject.boundary.as_ref().map(|sourced| sourced.policy.as_ref());
    let policies = Policies { identity: &identity, boundary: boundary.as_ref(), ..Policies::none() };
    let owner = account.to_string();
    Some(explain(&Request::new(action, resource, &principal, context).owned_by(&owner), &policies))
}

/// One statement as people are told of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatementTold {
    /// The policy's name.
    pub policy: String,
    /// Where the policy stands: `user`, `group`, `role`, `aws-managed`, `user-managed`, or `boundary`.
    pub stands: &'static str,
    /// The statement's name, or its number from 1.
    pub statement: String,
    /// `Allow` or `Deny`.
    pub effect: &'static str,
    /// Whether it applies, or what keeps it from it, in words.
    pub verdict: String,
    /// It made the decision.
    pub decides: bool,
    /// The line of the document that it begins in, from 1.
    pub line: u32,
}

impl Why {
    /// The decision as the simulator words it.
    pub fn decision(&self) -> Evaluated {
        self.explanation.decision.into()
    }

    /// The decision in a sentence.
    pub fn sentence(&self) -> String {
        let by = || {
            let named: Vec<String> = self
                .statements()
                .into_iter()
                .filter(|told| told.decides)
                .map(|told| format!("{} ({})", told.policy, told.statement))
                .collect();
            named.join(", ")
        };
        match (self.decision(), self.subject.kind) {
            (Evaluated::Allowed, SubjectKind::Root) => "Allowed: a root user needs no policy.".to_owned(),
            (Evaluated::Allowed, _) => format!("Allowed by {}.", by()),
            (Evaluated::ExplicitDeny, _) => format!("Denied by {}.", by()),
            (Evaluated::ImplicitDeny, _) if self.explanation.near_misses().next().is_some() => {
                "Denied: statements that would allow it have a condition that does not hold.".to_owned()
            }
            (Evaluated::ImplicitDeny, _) if self.explanation.says(Source::Identity) == Some(Effect::Allow) => {
                "Denied: the permissions boundary does not allow it.".to_owned()
            }
            (Evaluated::ImplicitDeny, _) => "Denied: no policy allows it.".to_owned(),
        }
    }

    /// Every statement whose action matches, those that decide first.
    pub fn statements(&self) -> Vec<StatementTold> {
        let deciding: Vec<&Finding> = self.explanation.deciding().collect();
        let told = |finding: &Finding| {
            let policy = self.subject.policy_of(finding)?;
            Some(StatementTold {
                policy: policy.id.clone(),
                stands: if finding.source == Source::Boundary { "boundary" } else { policy.origin.as_str() },
                statement: finding.sid.clone().unwrap_or_else(|| (finding.statement + 1).to_string()),
                effect: if finding.effect == Effect::Allow { "Allow" } else { "Deny" },
                verdict: in_words(&finding.verdict),
                decides: deciding.contains(&finding),
                line: finding.start.line,
            })
        };
        let mut told: Vec<StatementTold> = self.explanation.findings.iter().filter_map(told).collect();
        told.sort_by_key(|told| !told.decides);
        told
    }
}

fn in_words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Applies => "applies".to_owned(),
        Verdict::OtherPrincipal => "speaks of somebody else".to_owned(),
        Verdict::OtherResource => "speaks of other resources".to_owned(),
        Verdict::NoValue { key } => format!("{key} has no value here"),
        Verdict::Condition { operator, key, absent: true } => format!("{operator} on {key}: the key is not known here"),
        Verdict::Condition { operator, key, absent: false } => format!("{operator} on {key} does not hold"),
    }
}
