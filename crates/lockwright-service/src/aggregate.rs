//! How ready the installation is, in numbers: what operators of role security see, without a name.

use std::sync::Arc;

use lockwright_core::person::Person;
use lockwright_core::recovery::rules::Protection;
use lockwright_core::recovery::situation;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;

use crate::Lockwright;
use crate::operator_help::OperatorError;
use crate::trouble::Trouble;

/// Identities that are counted at most, so that a look never takes long.
pub const COUNTED: u32 = 20_000;
/// Rows that are read at once.
const PAGE: u32 = 200;

/// One kind of identity.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Group {
    /// How many there are.
    pub all: u32,
    /// With an MFA device.
    pub mfa: u32,
    /// With recovery codes left.
    pub codes: u32,
    /// With nothing to fall back on but mailboxes: no device, no codes, no phone, no recovery contact.
    pub mailbox_only: u32,
}

/// The whole installation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Aggregate {
    /// Root users.
    pub roots: Group,
    /// IAM users.
    pub users: Group,
    /// Builder IDs.
    pub builders: Group,
    /// Recoveries whose waiting time runs.
    pub waiting: u32,
    /// Counting stopped at [`COUNTED`]; there are more.
    pub more: bool,
}

impl Aggregate {
    fn full(&self) -> bool {
        self.roots.all + self.users.all + self.builders.all >= COUNTED
    }

    fn count(&mut self, person: &Person, now: Timestamp) {
        let group = match person {
            Person::Root(_) => &mut self.roots,
            Person::User { .. } => &mut self.users,
            Person::Builder(_) => &mut self.builders,
            Person::Operator(_) => return,
        };
        let factors = person.factors();
        let codes = factors.codes.as_ref().is_some_and(|codes| codes.count() > 0);
        let mfa = situation::protection(person) == Protection::Device;
        let fallback = mfa || codes || !factors.phones.is_empty() || factors.accepted().next().is_some();
        group.all += 1;
        group.mfa += u32::from(mfa);
        group.codes += u32::from(codes);
        group.mailbox_only += u32::from(!fallback);
        self.waiting += u32::try_from(factors.underway.iter().filter(|under| now < under.release).count()).unwrap_or(0);
    }
}

impl Lockwright {
    /// Counts, page by page, up to [`COUNTED`] identities. Operators of role security only.
    pub async fn aggregate(&self, op: &OpContext) -> Result<Aggregate, OperatorError> {
        if !self.operator_permit(op).await??.is_security() {
            return Err(OperatorError::Denied);
        }
        Ok(self.count_all(op.now).await?)
    }

    async fn count_all(&self, now: Timestamp) -> Result<Aggregate, Trouble> {
        let mut sum = Aggregate::default();
        let mut after = None;
        loop {
            let page = self.store().accounts(after, PAGE).await?;
            for account in &page {
                sum.count(&Person::Root(account.clone()), now);
                self.count_users(&mut sum, account, now).await?;
                if sum.full() {
                    return Ok(Aggregate { more: true, ..sum });
                }
            }
            match page.last() {
                Some(last) => after = Some(last.id),
                None => break,
            }
        }
        let mut after = None;
        loop {
            let page = self.store().builders(after.as_ref(), PAGE).await?;
            page.iter().for_each(|builder| sum.count(&Person::Builder(builder.clone()), now));
            match page.last() {
                Some(_) if sum.full() => return Ok(Aggregate { more: true, ..sum }),
                Some(last) => after = Some(last.id.clone()),
                None => return Ok(sum),
            }
        }
    }

    async fn count_users(&self, sum: &mut Aggregate, account: &lockwright_model::account::Account, now: Timestamp) -> Result<(), Trouble> {
        let mut after: Option<String> = None;
        while !sum.full() {
            let page = self.store().users(account.id, after.as_deref(), PAGE).await?;
            for user in &page {
                sum.count(&Person::User { account: Arc::new(account.clone()), user: user.clone() }, now);
            }
            match page.last() {
                Some(last) => after = Some(last.name.key()),
                None => return Ok(()),
            }
        }
        Ok(())
    }
}
