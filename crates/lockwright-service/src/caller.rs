//! Who asks, as stored now, and the policies that speak of them.

use std::sync::Arc;

use lockwright_core::person::Person;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::id::AccountId;
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::resource::{Resource, ResourceId, ResourceKey, Role, Tag};
use lockwright_model::temporary::{Bearer, Temporary};
use lockwright_model::user::Grants;
use lockwright_policy::Policy;

use crate::Lockwright;
use crate::authorize::ADMINISTRATOR_ACCESS;
use crate::trouble::Trouble;

/// Whoever acts in an account, and may: neither switched off nor ended.
#[derive(Clone, Debug)]
pub enum Caller {
    /// A person, as themselves.
    Person(Arc<Person>),
    /// Somebody who took on a role.
    Role {
        /// The role.
        role: Box<Role>,
        /// What their token says.
        temporary: Arc<Temporary>,
    },
    /// Whom a user or root user vouches for.
    Federated {
        /// The user or root user.
        parent: Arc<Person>,
        /// What their token says.
        temporary: Arc<Temporary>,
    },
}

impl Caller {
    /// The account they act in; builder IDs and operators act in none.
    pub fn account_id(&self) -> Option<AccountId> {
        match self {
            Self::Person(person) => person.account_id(),
            Self::Role { role, .. } => Some(role.account),
            Self::Federated { parent, .. } => parent.account_id(),
        }
    }

    /// The ARN they are known by.
    pub fn arn(&self) -> Option<String> {
        match self {
            Self::Person(person) => person.arn(),
            Self::Role { temporary, .. } | Self::Federated { temporary, .. } => temporary.arn(),
        }
    }

    /// Their id (`aws:userid`): the account's number, `AIDA…`, `AROA…:session`, `123456789012:name`.
    pub fn user_id(&self) -> Option<String> {
        match self {
            Self::Person(person) => match &**person {
                Person::Root(account) => Some(account.id.to_string()),
                Person::User { user, .. } => Some(user.id.user.to_string()),
                Person::Builder(_) | Person::Operator(_) => None,
            },
            Self::Role { temporary, .. } | Self::Federated { temporary, .. } => temporary.user_id(),
        }
    }

    /// The person, where somebody acts as themselves.
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Person(person) => Some(person),
            Self::Role { .. } | Self::Federated { .. } => None,
        }
    }

    /// Their tags, those of the session over those of the role or the user (`aws:PrincipalTag/…`).
    pub(crate) fn tags(&self) -> impl Iterator<Item = &Tag> {
        let (own, session): (&[Tag], &[Tag]) = match self {
            Self::Person(person) => match &**person {
                Person::User { user, .. } => (&user.tags, &[]),
                _ => (&[], &[]),
            },
            Self::Role { role, temporary } => (&role.tags, &temporary.tags),
            Self::Federated { temporary, .. } => (&[], &temporary.tags),
        };
        own.iter().chain(session)
    }
}

/// What `AllowUsersToChangePassword` lets every IAM user of an account do.
pub(crate) const OWN_PASSWORD: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ChangePassword","Resource":["arn:aws:iam::*:user/${aws:username}","arn:aws:iam::*:user/*/${aws:username}"]},{"Effect":"Allow","Action":"iam:GetAccountPasswordPolicy","Resource":"*"}]}"#;

/// The policies that speak of a caller, compiled.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    pub(crate) identity: Vec<Arc<Policy>>,
    pub(crate) boundary: Option<Arc<Policy>>,
    pub(crate) session: Option<Vec<Arc<Policy>>>,
}

/// What is closed or switched off does not act.
pub(crate) fn may_act(person: &Person) -> bool {
    person.bar().is_none() && person.closed().is_none()
}

impl Lockwright {
    /// Who acts, as stored now, past the cache; `None`: nobody who may.
    pub(crate) async fn caller(&self, op: &OpContext) -> Result<Option<Caller>, Trouble> {
        Ok(match &op.principal {
            Principal::Host | Principal::Anonymous => None,
            Principal::Signed(identity) => self.person(identity).await?.filter(may_act).map(|person| Caller::Person(Arc::new(person))),
            Principal::Assumed(temporary) => self.bearer(temporary, op.now).await?,
        })
    }

    /// Who acts, for what changes nothing: as this node knows them where nobody else writes, otherwise as stored now (decision 0022).
    pub(crate) async fn known_caller(&self, op: &OpContext) -> Result<Option<Caller>, Trouble> {
        let identity = match &op.principal {
            Principal::Signed(identity) if !self.store().is_shared() => identity,
            _ => return self.caller(op).await,
        };
        let known = self.known(identity).await?.filter(|known| may_act(&known.person));
        Ok(known.map(|known| Caller::Person(Arc::clone(&known.person))))
    }

    /// Whoever brings these temporary credentials, as stored now. `None`: they ended; so they do when whoever they are from is switched off,
    /// gone, or got back in.
    pub(crate) async fn bearer(&self, temporary: &Arc<Temporary>, now: Timestamp) -> Result<Option<Caller>, Trouble> {
        if temporary.expires <= now {
            return Ok(None);
        }
        if let Some((origin, epoch)) = &temporary.origin
            && self.acting_at(origin, *epoch).await?.is_none()
        {
            return Ok(None);
        }
        Ok(match &temporary.bearer {
            Bearer::Own(identity) => self.acting_at(identity, temporary.epoch).await?.map(Caller::Person),
            Bearer::Federated { parent, .. } => {
                let parent = self.acting_at(parent, temporary.epoch).await?;
                parent.map(|parent| Caller::Federated { parent, temporary: Arc::clone(temporary) })
            }
            Bearer::Role { account, id, .. } => {
                let key = ResourceKey { account: *account, id: ResourceId::Role(id.clone()) };
                let open = self.person(&Identity::Root(*account)).await?.is_some_and(|root| may_act(&root));
                match self.store().resource(&key).await? {
                    Some(Resource::Role(role)) if open && role.epoch == temporary.epoch => {
                        Some(Caller::Role { role: Box::new(role), temporary: Arc::clone(temporary) })
                    }
                    _ => None,
                }
            }
        })
    }

    async fn acting_at(&self, identity: &Identity, epoch: u64) -> Result<Option<Arc<Person>>, Trouble> {
        Ok(self.person(identity).await?.filter(|person| may_act(person) && person.epoch() == epoch).map(Arc::new))
    }

    /// The policies that speak of a caller. `None`: one of them can't be read, and nobody knows what it would deny.
    pub(crate) async fn policies_of(&self, caller: &Caller) -> Result<Option<Standing>, Trouble> {
        let mut standing = Standing::default();
        let whole = match caller {
            Caller::Person(person) => self.stand_of(&mut standing, person).await?,
            Caller::Role { role, temporary } => {
                self.stand_grants(&mut standing, role.account, &role.grants).await? && self.stand_session(&mut standing, temporary).await?
            }
            Caller::Federated { parent, temporary } => {
                self.stand_of(&mut standing, parent).await? && self.stand_session(&mut standing, temporary).await?
            }
        };
        Ok(whole.then_some(standing))
    }

    async fn stand_of(&self, standing: &mut Standing, person: &Person) -> Result<bool, Trouble> {
        let Person::User { account, user } = person else { return Ok(true) };
        if account.password_policy.as_ref().is_some_and(|policy| policy.allow_users_to_change) {
            standing.identity.extend(self.0.cache.compiled(OWN_PASSWORD));
        }
        let account = user.id.account;
        if user.administrator && !self.stand_managed(&mut standing.identity, account, ADMINISTRATOR_ACCESS).await? {
            return Ok(false);
        }
        for id in &user.groups {
            let key = ResourceKey { account, id: ResourceId::Group(id.clone()) };
            match self.resource_cached(&key).await?.as_deref() {
                Some(Resource::Group(group)) => {
                    if !self.stand_grants(standing, account, &group.grants).await? {
                        return Ok(false);
                    }
                }
                _ => return Ok(false),
            }
        }
        self.stand_grants(standing, account, &user.grants).await
    }

    async fn stand_grants(&self, standing: &mut Standing, account: AccountId, grants: &Grants) -> Result<bool, Trouble> {
        for arn in &grants.attached {
            if !self.stand_managed(&mut standing.identity, account, arn).await? {
                return Ok(false);
            }
        }
        for policy in &grants.inline {
            let Some(policy) = self.0.cache.compiled(&policy.document) else { return Ok(false) };
            standing.identity.push(policy);
        }
        if let Some(arn) = &grants.boundary {
            standing.boundary = self.managed_policy(account, arn).await?;
            return Ok(standing.boundary.is_some());
        }
        Ok(true)
    }

    async fn stand_session(&self, standing: &mut Standing, temporary: &Temporary) -> Result<bool, Trouble> {
        if temporary.policy.is_none() && temporary.policy_arns.is_empty() {
            return Ok(true);
        }
        let Some(account) = temporary.account() else { return Ok(false) };
        let mut session = Vec::new();
        if let Some(document) = &temporary.policy {
            let Some(policy) = self.0.cache.compiled(document) else { return Ok(false) };
            session.push(policy);
        }
        for arn in &temporary.policy_arns {
            if !self.stand_managed(&mut session, account, arn).await? {
                return Ok(false);
            }
        }
        standing.session = Some(session);
        Ok(true)
    }

    async fn stand_managed(&self, policies: &mut Vec<Arc<Policy>>, account: AccountId, arn: &str) -> Result<bool, Trouble> {
        let policy = self.managed_policy(account, arn).await?;
        let found = policy.is_some();
        policies.extend(policy);
        Ok(found)
    }
}
