//! Groups, policies, roles and what else an account keeps by name: one table, one body each.

use lockwright_model::change::Version;
use lockwright_model::identity_provider::OpenIdProvider;
use lockwright_model::instance_profile::InstanceProfile;
use lockwright_model::resource::{CustomerPolicy, Group, Resource, ResourceId, ResourceKey, Role, VirtualDevice};
use lockwright_model::server_certificate::ServerCertificate;
use serde::de::DeserializeOwned;

use crate::batch::Step;
use crate::error::StoreError;
use crate::statement::{Row, Value, statements};

statements! {
    INSERT = "INSERT INTO iam_resource (account_id, kind, resource_id, version, name_key, body) VALUES ($1, $2, $3, 1, $4, $5)";
    UPDATE = "UPDATE iam_resource SET version = version + 1, name_key = $5, body = $6 WHERE account_id = $1 AND kind = $2 AND resource_id = $3 AND version = $4";
    DELETE = "DELETE FROM iam_resource WHERE account_id = $1 AND kind = $2 AND resource_id = $3 AND version = $4";
    EXPECT = "UPDATE iam_resource SET version = version WHERE account_id = $1 AND kind = $2 AND resource_id = $3 AND version = $4";
    /// The name begins with a sign that no name has, so that it meets no real one.
    ABSENT = "INSERT INTO iam_resource (account_id, kind, resource_id, version, name_key, body) VALUES ($1, $2, $3, 0, '/' || $3, '')";
    BY_ID = "SELECT resource_id, account_id, kind, version, body FROM iam_resource WHERE account_id = $1 AND kind = $2 AND resource_id = $3";
    BY_NAME = "SELECT resource_id, account_id, kind, version, body FROM iam_resource WHERE account_id = $1 AND kind = $2 AND name_key = $3";
    PAGE = "SELECT resource_id, account_id, kind, version, body FROM iam_resource WHERE account_id = $1 AND kind = $2 AND name_key > $3 ORDER BY name_key LIMIT $4";
    /// Goes on after the first cells of a row, in their order.
    EVERY = "SELECT resource_id, account_id, kind, version, body FROM iam_resource WHERE (account_id, kind, resource_id) > ($2, $3, $1) ORDER BY account_id, kind, resource_id LIMIT $4";
    COUNT = "SELECT count(*) FROM iam_resource";
    COUNT_IN = "SELECT count(*) FROM iam_resource WHERE account_id = $1 AND kind = $2";
}

/// Inserts or replaces.
pub(crate) fn put(row: &Resource) -> Result<Step, StoreError> {
    let body = match row {
        Resource::Group(row) => Value::body(row)?,
        Resource::Policy(row) => Value::body(row)?,
        Resource::Role(row) => Value::body(row)?,
        Resource::InstanceProfile(row) => Value::body(row)?,
        Resource::OpenIdProvider(row) => Value::body(row)?,
        Resource::Device(row) => Value::body(row)?,
        Resource::ServerCertificate(row) => Value::body(row)?,
    };
    Ok(Step::put(&INSERT, &UPDATE, key(&row.key()), row.version(), [row.name_key().into(), body]))
}

/// The values that name a row.
pub(crate) fn key(key: &ResourceKey) -> Vec<Value> {
    vec![key.account.to_string().into(), key.id.kind().as_str().into(), key.id.as_str().into()]
}

/// Reads `resource_id, account_id, kind, version, body`.
pub(crate) fn read(row: Row) -> Result<Resource, StoreError> {
    let mut row = row.of("iam_resource");
    let id = row.key("resource_id")?;
    let account = row.text("account_id")?;
    let kind = row.text("kind")?;
    let version = Version(row.int("version")?);
    let id = ResourceId::parse(&kind, &id).ok_or_else(|| row.corrupt("kind"))?;
    fn body<T: DeserializeOwned>(row: &mut Row) -> Result<T, StoreError> {
        row.body()
    }
    let resource = match id {
        ResourceId::Group(_) => Resource::Group(Group { version, ..body(&mut row)? }),
        ResourceId::Policy(_) => Resource::Policy(CustomerPolicy { version, ..body(&mut row)? }),
        ResourceId::Role(_) => Resource::Role(Role { version, ..body(&mut row)? }),
        ResourceId::InstanceProfile(_) => Resource::InstanceProfile(InstanceProfile { version, ..body(&mut row)? }),
        ResourceId::OpenIdProvider(_) => Resource::OpenIdProvider(OpenIdProvider { version, ..body(&mut row)? }),
        ResourceId::Device(_) => Resource::Device(VirtualDevice { version, ..body(&mut row)? }),
        ResourceId::ServerCertificate(_) => Resource::ServerCertificate(ServerCertificate { version, ..body(&mut row)? }),
    };
    let key = resource.key();
    row.same(key.id == id && key.account.to_string() == account)?;
    Ok(resource)
}
