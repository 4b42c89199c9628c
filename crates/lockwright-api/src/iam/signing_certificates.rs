//! Signing certificates, of the caller where no user is named; a root user has them too.

use lockwright_model::user_credential::{Material, UserCredential, UserCredentialKind};
use lockwright_service::core::user_credential::word as status;
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::xml::Writer;

use super::Page;
use super::user_credentials::{self, Owner, failed, material, name_most};
use crate::ask::{Ask, moment};

const KIND: UserCredentialKind = UserCredentialKind::Certificate;

/// `UploadSigningCertificate`. One that the owner has already is shown as it is: AWS says that it were active, also where it is not.
pub(crate) async fn upload(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let body = material(&input, "CertificateBody", "certificateBody")?;
    let owner = Owner::of(ask, name_most(KIND)).await?;
    match ask.lockwright.upload_certificate(ask.op, &owner.identity, body).await {
        Ok(certificate) => Ok(ask.answer(|result| result.element("Certificate", |writer| describe(writer, ask, &owner, &certificate)))),
        Err(error) => Err(failed(ask, error, &owner.name, KIND, "").await),
    }
}

/// `ListSigningCertificates`, in the order of their ids.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let owner = Owner::of(ask, name_most(KIND)).await?;
    let page = Page::read(ask, &ask.input(), &format!("{} {}", ask.action, owner.identity))?;
    let certificates = match ask.lockwright.user_credentials(ask.op, &owner.identity, KIND).await {
        Ok(certificates) => certificates,
        Err(error) => return Err(failed(ask, error, &owner.name, KIND, "").await),
    };
    let cut = page.cut(ask, certificates, |certificate| certificate.id.to_string());
    Ok(ask.answer(|result| {
        cut.write(result, |result, shown| result.list("Certificates", shown, |writer, each| describe(writer, ask, &owner, &each)));
    }))
}

/// `UpdateSigningCertificate`.
pub(crate) async fn update(ask: &Ask<'_>) -> Result<Reply, WireError> {
    user_credentials::update(ask, KIND).await
}

/// `DeleteSigningCertificate`.
pub(crate) async fn delete(ask: &Ask<'_>) -> Result<Reply, WireError> {
    user_credentials::delete(ask, KIND).await
}

fn describe(writer: &mut Writer, ask: &Ask<'_>, owner: &Owner, certificate: &UserCredential) {
    writer.text("UserName", &owner.name);
    writer.text("CertificateId", certificate.id.as_str());
    if let Material::Certificate { body } = &certificate.what {
        writer.text("CertificateBody", body);
    }
    writer.text("Status", status(certificate, ask.op.now));
    writer.timestamp("UploadDate", moment(certificate.created));
}
