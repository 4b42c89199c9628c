//! Server certificates: kept with their sealed private keys, moved and renamed.

use lockwright_model::account::Account;
use lockwright_model::change::Version;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::id::ServerCertificateId;
use lockwright_model::name::{Path, ServerCertificateName};
pub use lockwright_model::quota::MOST_SERVER_CERTIFICATES;
use lockwright_model::resource::{Resource, Tag};
use lockwright_model::secret::Sealed;
use lockwright_model::server_certificate::ServerCertificate;
use serde_json::json;

use crate::Decided;
use crate::permit::Permit;
use crate::resource::{self, Act, Refusal};
use crate::tag;

/// What is to be kept. The certificate was held against its key and its chain before.
#[derive(Clone, Debug)]
pub struct NewCertificate {
    /// Its id: the key is sealed for it.
    pub id: ServerCertificateId,
    /// Its name.
    pub name: ServerCertificateName,
    /// Its path.
    pub path: Path,
    /// When it expires.
    pub expires: Timestamp,
    /// The certificate, PEM.
    pub certificate: String,
    /// Those that lead from it to a root, PEM.
    pub chain: Option<String>,
    /// Its private key, sealed.
    pub key: Sealed,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// `UploadServerCertificate`. `known` is how many the account has.
pub fn upload(
    permit: &Permit,
    account: &Account,
    new: NewCertificate,
    known: u64,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<ServerCertificate>, Refusal> {
    resource::room(permit, account, known, MOST_SERVER_CERTIFICATES)?;
    let kept = ServerCertificate {
        account: account.id,
        id: new.id,
        version: Version::NEW,
        name: new.name,
        path: new.path,
        created: op.now,
        expires: new.expires,
        certificate: new.certificate,
        chain: new.chain,
        key: new.key,
        tags: new.tags,
    };
    // The private key stands in no trail.
    let act = Act {
        name: "UploadServerCertificate",
        request: json!({"path": kept.path.as_str(), "certificateBody": kept.certificate, "tags": tag::told(&kept.tags)}),
        response: json!({"serverCertificateMetadata": {
            "arn": kept.arn(), "serverCertificateName": kept.name.as_str(), "path": kept.path.as_str(),
            "serverCertificateId": kept.id.as_str(), "uploadDate": op.now.to_rfc3339(), "expiration": kept.expires.to_rfc3339(),
        }}),
    };
    Ok(Decided::new(resource::made(account, Resource::ServerCertificate(kept.clone()), act, op, entropy), kept))
}

/// `UpdateServerCertificate`: another path or name, or both.
pub fn update(
    permit: &Permit,
    mut kept: ServerCertificate,
    path: Option<Path>,
    name: Option<ServerCertificateName>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    if kept.account != permit.account() {
        return Err(Refusal::OtherAccount);
    }
    let request = json!({
        "serverCertificateName": kept.name.as_str(), "newPath": path.as_ref().map(Path::as_str),
        "newServerCertificateName": name.as_ref().map(ServerCertificateName::as_str),
    });
    kept.path = path.unwrap_or(kept.path);
    kept.name = name.unwrap_or(kept.name);
    let act = Act::of("UpdateServerCertificate", request);
    Ok(Decided::new(resource::changed(Resource::ServerCertificate(kept), act, op, entropy), ()))
}
