//! Which principal last tried what, and reports on it ("service last accessed").

use std::sync::Arc;

use lockwright_core::grant::Grantee;
use lockwright_core::person::Person;
use lockwright_model::change::{ChangeSet, Touch};
use lockwright_model::context::OpContext;
use lockwright_model::entropy::draw;
use lockwright_model::id::AccountId;
use lockwright_model::resource::{LinkKind, Role};
use lockwright_model::usage::{PrincipalUse, REPORT_KEPT, UseReport};
use lockwright_model::user::{Grants, User};
use lockwright_policy::Policy;

use crate::Lockwright;
use crate::access_keys::NOTED;
use crate::authorize::ADMINISTRATOR_ACCESS;
use crate::caller::Caller;
use crate::trouble::Trouble;

/// Rows that are read at a time.
const READ: u32 = 200;

/// A policy that grants something to somebody.
#[derive(Clone, Debug)]
pub struct Granting {
    /// The policy.
    pub policy: Arc<Policy>,
    /// Its name.
    pub name: String,
    /// Its ARN; `None`: it stands in its owner.
    pub arn: Option<String>,
    /// In whom it stands, or to whom it is attached; `None`: it is looked at by itself.
    pub owner: Option<Grantee>,
}

/// A user or role, and what it last tried.
#[derive(Clone, Debug)]
pub struct Tries {
    /// Who.
    pub who: Grantee,
    /// What.
    pub uses: Vec<PrincipalUse>,
}

/// What a report tells.
#[derive(Clone, Debug)]
pub struct UsesSeen {
    /// What was asked for.
    pub report: UseReport,
    /// The policies that are looked at.
    pub granting: Vec<Granting>,
    /// Who acts by them.
    pub entities: Vec<Tries>,
}

impl Caller {
    /// The account, and the id that a try is noted under: that of the user, the role, or the root user's account.
    fn noted_as(&self) -> Option<(AccountId, String)> {
        match self {
            Self::Person(person) | Self::Federated { parent: person, .. } => match &**person {
                Person::Root(account) => Some((account.id, account.id.to_string())),
                Person::User { user, .. } => Some((user.id.account, user.id.user.to_string())),
                Person::Builder(_) | Person::Operator(_) => None,
            },
            Self::Role { role, .. } => Some((role.account, role.id.to_string())),
        }
    }
}

impl Lockwright {
    /// Notes that somebody tries an action, allowed or not, at most every 15 minutes each. A mark that can't be written is no reason to refuse.
    pub async fn note_try(&self, op: &OpContext, caller: &Caller, action: &'static str, region: &str) {
        let Some((account, principal)) = caller.noted_as() else { return };
        if !self.0.cache.worth_noting_try(&principal, action, op.now, NOTED) {
            return;
        }
        let mut changes = ChangeSet::default();
        let used = PrincipalUse { account, principal, action: action.to_owned(), at: op.now, region: region.to_owned() };
        changes.touches.push(Touch::PrincipalUsed(used));
        if let Err(failure) = Box::pin(self.commit(changes)).await {
            tracing::warn!(%failure, "the last use of an action was not written");
        }
    }

    /// The last time that a session of a role tried anything, for those who were given leave before.
    pub async fn role_last_used(&self, role: &Role) -> Result<Option<PrincipalUse>, Trouble> {
        let uses = self.store().uses_of(role.account, role.id.as_str()).await?;
        Ok(uses.into_iter().max_by_key(|used| used.at))
    }

    /// Keeps that a report is asked for, and yields its id, which opens it to `owner` alone. The act was allowed before.
    pub async fn ask_report(&self, op: &OpContext, account: AccountId, arn: &str, actions: bool, owner: &str) -> Result<String, Trouble> {
        let hex: String = draw::<16>(self.entropy()).iter().map(|byte| format!("{byte:02x}")).collect();
        let parts = [hex.get(..8), hex.get(8..12), hex.get(12..16), hex.get(16..20), hex.get(20..)];
        let id = parts.into_iter().flatten().collect::<Vec<_>>().join("-");
        let report = UseReport { account, id: id.clone(), created: op.now, arn: arn.to_owned(), actions, owner: owner.to_owned() };
        let mut changes = ChangeSet::default();
        changes.touches.push(Touch::ReportAsked(report));
        self.commit(changes).await?;
        Ok(id)
    }

    /// What a report tells, as of now; `None`: there is none of this id for `owner`, or what it is about is gone.
    pub async fn report_of_uses(&self, op: &OpContext, account: AccountId, id: &str, owner: &str) -> Result<Option<UsesSeen>, Trouble> {
        let report = self.store().use_report(account, id).await?;
        let Some(report) = report.filter(|report| report.owner == owner && op.now < report.created.plus(REPORT_KEPT)) else {
            return Ok(None);
        };
        let (granting, grantees) = match self.grantee_at(account, &report.arn).await? {
            Some(grantee) => (self.policies_granting(account, &grantee).await?, vec![grantee]),
            None => match self.managed_policy(account, &report.arn).await? {
                Some(policy) => {
                    let grantees = self.all_holders(account, &report.arn).await?;
                    let name = report.arn.rsplit('/').next().unwrap_or_default().to_owned();
                    (vec![Granting { policy, name, arn: Some(report.arn.clone()), owner: None }], grantees)
                }
                None => return Ok(None),
            },
        };
        let mut entities: Vec<Tries> = Vec::new();
        for grantee in grantees {
            for who in self.acting(grantee).await? {
                if entities.iter().any(|known| known.who.arn() == who.arn()) {
                    continue;
                }
                let principal = match &who {
                    Grantee::User(user) => user.id.user.to_string(),
                    Grantee::Role(role) => role.id.to_string(),
                    Grantee::Group(_) => continue,
                };
                let uses = self.store().uses_of(account, &principal).await?;
                entities.push(Tries { who, uses });
            }
        }
        Ok(Some(UsesSeen { report, granting, entities }))
    }

    /// A user, a group or a role of the account by its ARN. Told to nobody before the act is allowed.
    pub async fn grantee_at(&self, account: AccountId, arn: &str) -> Result<Option<Grantee>, Trouble> {
        let Some((kind, rest)) = arn.strip_prefix(&format!("arn:aws:iam::{account}:")).and_then(|place| place.split_once('/')) else {
            return Ok(None);
        };
        let name = rest.rsplit('/').next().unwrap_or_default();
        let found = match kind {
            "user" => match name.parse() {
                Ok(name) => self.find_user(account, &name).await?.map(Grantee::User),
                Err(_) => None,
            },
            "group" => match name.parse() {
                Ok(name) => self.find_group(account, &name).await?.map(Grantee::Group),
                Err(_) => None,
            },
            "role" => match name.parse() {
                Ok(name) => self.find_role(account, &name).await?.map(Grantee::Role),
                Err(_) => None,
            },
            _ => None,
        };
        Ok(found.filter(|grantee| grantee.arn() == arn))
    }

    /// The policies that grant something to somebody: a user's groups' among them, boundaries never. One that can't be read is left out.
    pub async fn policies_granting(&self, account: AccountId, to: &Grantee) -> Result<Vec<Granting>, Trouble> {
        let mut found = Vec::new();
        if let Grantee::User(user) = to {
            if user.administrator {
                self.granting_managed(&mut found, account, to, ADMINISTRATOR_ACCESS).await?;
            }
            self.granting_of(&mut found, account, to, &user.grants).await?;
            for group in self.groups_of(user).await? {
                let grants = group.grants.clone();
                self.granting_of(&mut found, account, &Grantee::Group(group), &grants).await?;
            }
            return Ok(found);
        }
        self.granting_of(&mut found, account, to, to.grants()).await?;
        Ok(found)
    }

    async fn granting_of(&self, found: &mut Vec<Granting>, account: AccountId, owner: &Grantee, grants: &Grants) -> Result<(), Trouble> {
        for arn in &grants.attached {
            self.granting_managed(found, account, owner, arn).await?;
        }
        for inline in &grants.inline {
            if let Some(policy) = self.0.cache.compiled(&inline.document) {
                found.push(Granting { policy, name: inline.name.to_string(), arn: None, owner: Some(owner.clone()) });
            }
        }
        Ok(())
    }

    async fn granting_managed(&self, found: &mut Vec<Granting>, account: AccountId, owner: &Grantee, arn: &str) -> Result<(), Trouble> {
        if let Some(policy) = self.managed_policy(account, arn).await? {
            let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
            found.push(Granting { policy, name, arn: Some(arn.to_owned()), owner: Some(owner.clone()) });
        }
        Ok(())
    }

    /// Everybody to whom a managed policy is attached.
    async fn all_holders(&self, account: AccountId, arn: &str) -> Result<Vec<Grantee>, Trouble> {
        let mut all: Vec<Grantee> = Vec::new();
        loop {
            let after = all.last().map(Grantee::holder);
            let found = self.policy_holders(account, arn, &[LinkKind::Attached], after.as_ref(), READ).await?;
            if found.is_empty() {
                return Ok(all);
            }
            all.extend(found);
        }
    }

    /// Who acts by what is granted: a group's members.
    async fn acting(&self, grantee: Grantee) -> Result<Vec<Grantee>, Trouble> {
        let Grantee::Group(group) = &grantee else { return Ok(vec![grantee]) };
        let mut all: Vec<User> = Vec::new();
        loop {
            let after = all.last().map(|user| user.id.user.clone());
            let found = self.members(group, after.as_ref(), READ).await?;
            if found.is_empty() {
                return Ok(all.into_iter().map(Grantee::User).collect());
            }
            all.extend(found);
        }
    }
}
