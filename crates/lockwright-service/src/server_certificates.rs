//! Server certificates, as programs manage them.

use lockwright_authn::server_certificate as pem;
pub use lockwright_authn::server_certificate::Unfit;
use lockwright_core::server_certificate::{self, NewCertificate};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::id::{AccountId, ServerCertificateId};
use lockwright_model::name::{Path, ServerCertificateName};
use lockwright_model::resource::{Resource, ResourceKind, Tag};
use lockwright_model::secret::Secret;
use lockwright_model::server_certificate::ServerCertificate;

use crate::Lockwright;
use crate::authorize::Aim;
use crate::commit::decide;
use crate::resource_changes::{Making, ResourceError};

/// A certificate as it was uploaded.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its name.
    pub name: ServerCertificateName,
    /// Its path.
    pub path: Path,
    /// The certificate, PEM.
    pub certificate: String,
    /// Those that lead from it to a root, PEM.
    pub chain: Option<String>,
    /// Its private key, PEM.
    pub key: Secret,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// Why a certificate was not kept.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// It can't be.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// As with everything that has a name.
    #[error(transparent)]
    Resource(#[from] ResourceError),
}

impl Lockwright {
    /// Keeps a server certificate. Its private key is sealed, and given back to nobody: AWS hands it to its load balancers, and here are none.
    pub async fn upload_server_certificate(
        &self,
        op: &OpContext,
        account: AccountId,
        upload: &Upload,
    ) -> Result<ServerCertificate, UploadError> {
        let until = pem::check(&upload.certificate, &upload.key, upload.chain.as_deref(), op.now.as_seconds())?;
        let id = ServerCertificateId::draw(self.entropy());
        let new = NewCertificate {
            key: self.seal(upload.key.expose().as_bytes(), &format!("private key of {id}")),
            id,
            name: upload.name.clone(),
            path: upload.path.clone(),
            expires: Timestamp::from_micros(until.saturating_mul(1_000_000)),
            certificate: upload.certificate.clone(),
            chain: upload.chain.clone(),
            tags: upload.tags.clone(),
        };
        let making = Making {
            kind: ResourceKind::ServerCertificate,
            arn: format!("arn:aws:iam::{account}:server-certificate{}{}", new.path, new.name),
            tags: &new.tags,
            create: "iam:UploadServerCertificate",
            tag: "iam:TagServerCertificate",
        };
        let decision = |permit: &_, state: &_, known| server_certificate::upload(permit, state, new.clone(), known, op, self.entropy());
        Ok(self.make_resource(op, account, making, decision).await?)
    }

    /// Gives a certificate another path or name, or both: leave is needed for it as it is and as it will be.
    pub async fn update_server_certificate(
        &self,
        op: &OpContext,
        kept: &ServerCertificate,
        path: Option<&Path>,
        name: Option<&ServerCertificateName>,
    ) -> Result<(), ResourceError> {
        let key = Resource::ServerCertificate(kept.clone()).key();
        let outcome = decide!(self, {
            let Some(Resource::ServerCertificate(stored)) = self.store().resource(&key).await? else { return Err(ResourceError::NotThere) };
            let aim = Aim::at("iam:UpdateServerCertificate", stored.arn()).on_tags(&stored.tags);
            let permit = self.permit_all(op, stored.account, &moved(&stored, path, name), &[aim]).await??;
            server_certificate::update(&permit, stored, path.cloned(), name.cloned(), op, self.entropy())?
        });
        Ok(outcome?)
    }
}

/// The change of a certificate, on what it will be.
fn moved(kept: &ServerCertificate, path: Option<&Path>, name: Option<&ServerCertificateName>) -> Aim<'static> {
    let (path, name) = (path.unwrap_or(&kept.path), name.unwrap_or(&kept.name));
    let aim = Aim::named("iam:UpdateServerCertificate", kept.account, "server-certificate", path.as_str(), name.as_str());
    aim.on_tags(&kept.tags)
}
