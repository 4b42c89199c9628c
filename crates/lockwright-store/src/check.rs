//! Looking after the rows as a whole: how many there are, and whether they fit together.

use crate::backend::Backend;
use crate::entity::{
    account, builder, case, ceremony, claim, event, help, job, operator, rating, resource, session, support, system, tries, user,
    user_credential,
};
use crate::error::StoreError;
use crate::statement::{Row, Statement, Value, statements};
use crate::store::Store;

statements! {
    PING = "SELECT 1";
    /// A claim that stands for its account's email: the account is found by its key, so that no index crosses shards.
    ROOT_WITHOUT_CLAIM = "SELECT a.account_id FROM account a WHERE NOT EXISTS (SELECT 1 FROM claim c WHERE c.kind = 'root_email' AND c.value = a.root_email_key AND c.owner = 'root/' || a.account_id AND c.expires IS NULL) ORDER BY a.account_id LIMIT $1";
    ALIAS_WITHOUT_CLAIM = "SELECT a.account_id FROM account a WHERE a.alias IS NOT NULL AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.kind = 'alias' AND c.value = a.alias AND c.owner = 'root/' || a.account_id) ORDER BY a.account_id LIMIT $1";
    BUILDER_WITHOUT_CLAIM = "SELECT b.builder_id FROM builder b WHERE NOT EXISTS (SELECT 1 FROM claim c WHERE c.kind = 'builder_email' AND c.value = b.email_key AND c.owner = 'builder/' || b.builder_id AND c.expires IS NULL) ORDER BY b.builder_id LIMIT $1";
    CLAIM_WITHOUT_ROOT = "SELECT c.owner FROM claim c WHERE c.kind = 'root_email' AND c.expires IS NULL AND NOT EXISTS (SELECT 1 FROM account a WHERE a.account_id = substr(c.owner, 6) AND a.root_email_key = c.value) ORDER BY c.owner LIMIT $1";
    CLAIM_WITHOUT_ALIAS = "SELECT c.owner FROM claim c WHERE c.kind = 'alias' AND NOT EXISTS (SELECT 1 FROM account a WHERE a.account_id = substr(c.owner, 6) AND a.alias = c.value) ORDER BY c.owner LIMIT $1";
    CLAIM_WITHOUT_BUILDER = "SELECT c.owner FROM claim c WHERE c.kind = 'builder_email' AND c.expires IS NULL AND NOT EXISTS (SELECT 1 FROM builder b WHERE b.builder_id = substr(c.owner, 9) AND b.email_key = c.value) ORDER BY c.owner LIMIT $1";
    OPERATOR_WITHOUT_CLAIM = "SELECT o.operator_id FROM operator o WHERE NOT EXISTS (SELECT 1 FROM claim c WHERE c.kind = 'operator_email' AND c.value = o.email_key AND c.owner = 'operator/' || o.operator_id) ORDER BY o.operator_id LIMIT $1";
    CLAIM_WITHOUT_OPERATOR = "SELECT c.owner FROM claim c WHERE c.kind = 'operator_email' AND NOT EXISTS (SELECT 1 FROM operator o WHERE o.operator_id = substr(c.owner, 10) AND o.email_key = c.value) ORDER BY c.owner LIMIT $1";
    RESOURCE_WITHOUT_ACCOUNT = "SELECT r.account_id || '/' || r.resource_id FROM iam_resource r WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.account_id = r.account_id) ORDER BY r.account_id, r.resource_id LIMIT $1";
    CREDENTIAL_WITHOUT_OWNER = "SELECT c.account_id || '/' || c.credential_id FROM user_credential c WHERE NOT EXISTS (SELECT 1 FROM iam_user u WHERE u.account_id = c.account_id AND c.owner = 'user/' || u.account_id || '/' || u.user_id) AND NOT EXISTS (SELECT 1 FROM account a WHERE a.account_id = c.account_id AND c.owner = 'root/' || a.account_id) ORDER BY c.account_id, c.credential_id LIMIT $1";
    USER_WITHOUT_ACCOUNT = "SELECT u.account_id || '/' || u.user_id FROM iam_user u WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.account_id = u.account_id) ORDER BY u.account_id, u.user_id LIMIT $1";
}

/// The cross-table rules: who breaks one, and what is wrong with it.
static RULES: &[(&Statement, &str, &str)] = &[
    (&ROOT_WITHOUT_CLAIM, "account", "its root user's email has no claim of its own"),
    (&ALIAS_WITHOUT_CLAIM, "account", "its alias has no claim of its own"),
    (&BUILDER_WITHOUT_CLAIM, "builder", "its email has no claim of its own"),
    (&CLAIM_WITHOUT_ROOT, "claim of", "claims a root user's email that is not its own"),
    (&CLAIM_WITHOUT_ALIAS, "claim of", "claims an alias that is not its own"),
    (&CLAIM_WITHOUT_BUILDER, "claim of", "claims a builder ID's email that is not its own"),
    (&OPERATOR_WITHOUT_CLAIM, "operator", "its email has no claim of its own"),
    (&CLAIM_WITHOUT_OPERATOR, "claim of", "claims an operator's email that is not its own"),
    (&RESOURCE_WITHOUT_ACCOUNT, "group, policy, role or MFA device", "its account does not exist"),
    (&CREDENTIAL_WITHOUT_OWNER, "credential", "its owner does not exist"),
    (&USER_WITHOUT_ACCOUNT, "user", "its account does not exist"),
];

/// The most problems of one kind that are listed.
const LISTED: u32 = 100;
/// Rows that are read at a time while every body is tried.
const PAGE: u32 = 500;

/// How many rows there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Counts {
    pub accounts: u64,
    pub users: u64,
    pub builders: u64,
    pub operators: u64,
    pub systems: u64,
    pub resources: u64,
    pub user_credentials: u64,
    pub ceremonies: u64,
    pub sessions: u64,
    pub cases: u64,
    pub helps: u64,
    pub supports: u64,
    pub ratings: u64,
    pub tries: u64,
    pub claims: u64,
    pub jobs_waiting: u64,
    pub jobs_dead: u64,
    pub events: u64,
}

impl Store {
    /// Counts the rows of every table. Each count reads a whole index: for a doctor or a scrape a minute, not for a request.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        Ok(Counts {
            accounts: self.count(&account::COUNT, &[]).await?,
            users: self.count(&user::COUNT, &[]).await?,
            builders: self.count(&builder::COUNT, &[]).await?,
            operators: self.count(&operator::COUNT, &[]).await?,
            systems: self.count(&system::COUNT, &[]).await?,
            resources: self.count(&resource::COUNT, &[]).await?,
            user_credentials: self.count(&user_credential::COUNT, &[]).await?,
            ceremonies: self.count(&ceremony::COUNT, &[]).await?,
            sessions: self.count(&session::COUNT, &[]).await?,
            cases: self.count(&case::COUNT, &[]).await?,
            helps: self.count(&help::COUNT, &[]).await?,
            supports: self.count(&support::COUNT, &[]).await?,
            ratings: self.count(&rating::COUNT, &[]).await?,
            tries: self.count(&tries::COUNT, &[]).await?,
            claims: self.count(&claim::COUNT, &[]).await?,
            jobs_waiting: self.count(&job::COUNT, &["waiting".into()]).await?,
            jobs_dead: self.count(&job::COUNT, &["dead".into()]).await?,
            events: self.count(&event::COUNT, &[]).await?,
        })
    }

    pub(crate) async fn count(&self, statement: &'static Statement, values: &[Value]) -> Result<u64, StoreError> {
        let mut sum = 0;
        for mut row in self.backend.query(statement, values.to_vec()).await? {
            sum += u64::try_from(row.int("count")?).unwrap_or(0);
        }
        Ok(sum)
    }

    /// Looks for rows that can't be right: at most 100 of each kind, in words without addresses. Empty: all is well.
    ///
    /// The engine's own check comes first (SQLite), then every statement is prepared, every claim is held against its owner and
    /// every owner against its claims, and every account, user, builder ID, operator, thing that an account keeps by name
    /// and credential of a user is read.
    pub async fn check(&self) -> Result<Vec<String>, StoreError> {
        let mut problems = match &*self.backend {
            Backend::Sqlite(engine) => engine.check().await?,
            Backend::Postgres(engine) => engine.check().await?,
        };
        for (statement, what, wrong) in RULES {
            for row in self.backend.query(statement, vec![LISTED.into()]).await? {
                let key = row.of("check").key("key")?;
                problems.push(format!("{what} {key}: {wrong}"));
            }
        }
        self.walk(&account::PAGE, 1, account::read, &mut problems).await?;
        self.walk(&user::EVERY, 2, user::read, &mut problems).await?;
        self.walk(&builder::PAGE, 1, builder::read, &mut problems).await?;
        self.walk(&operator::PAGE, 1, operator::read, &mut problems).await?;
        self.walk(&resource::EVERY, 3, resource::read, &mut problems).await?;
        self.walk(&user_credential::EVERY, 3, user_credential::read, &mut problems).await?;
        Ok(problems)
    }

    /// Tries to read every row of a table, a page at a time. It goes on after a row's raw key (its first `key` cells), so that a
    /// row that can't be read does not end the walk.
    async fn walk<T>(
        &self,
        page: &'static Statement,
        key: usize,
        read: fn(Row) -> Result<T, StoreError>,
        problems: &mut Vec<String>,
    ) -> Result<(), StoreError> {
        let mut after = vec![Value::from(""); key];
        let mut listed = 0;
        loop {
            let mut values = after.clone();
            values.push(PAGE.into());
            let rows = self.backend.query(page, values).await?;
            let full = rows.len() == PAGE as usize;
            for row in rows {
                after = row.first(key);
                if let Err(error) = read(row)
                    && listed < LISTED
                {
                    listed += 1;
                    problems.push(error.to_string());
                }
            }
            if !full {
                return Ok(());
            }
        }
    }
}
