//! Server certificates. Their private keys come in, and never out.

use lockwright_model::name::ServerCertificateName;
use lockwright_model::resource::{Resource, ResourceKind};
use lockwright_model::secret::Secret;
use lockwright_model::server_certificate::ServerCertificate;
use lockwright_service::authorize::Aim;
use lockwright_service::resource_changes::ResourceError;
use lockwright_service::server_certificates::{Unfit, Upload, UploadError};
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::query::{Constraint, Node, Violations};
use lockwright_wire::xml::Writer;

use super::resources::{self, ServerCertificate as Certificates, Thing};
use super::{Page, path, path_at, path_prefix};
use crate::ask::{Ask, broken, moment, optional_name, parsed};
use crate::tags;

/// The most letters of a certificate or a key (IAM, `certificateBodyType`).
const MOST_PEM: usize = 16_384;
/// The most letters of a chain (IAM, `certificateChainType`); a request has room for far less.
const MOST_CHAIN: usize = 2_097_152;

/// `UploadServerCertificate`.
pub(crate) async fn upload(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let text = Certificates::named_in(&input)?;
    let name: ServerCertificateName = parsed(text, "serverCertificateName")?;
    let required = |place: &str| Violations::one(place, None, Constraint::Required);
    let body = pem(&input, "CertificateBody", "certificateBody", MOST_PEM)?.ok_or_else(|| required("certificateBody"))?;
    let key = pem(&input, "PrivateKey", "privateKey", MOST_PEM)?.ok_or_else(|| required("privateKey"))?;
    let chain = pem(&input, "CertificateChain", "certificateChain", MOST_CHAIN)?;
    let (path, tags) = (path(&input)?.unwrap_or_default(), tags::tags(ask, &input)?);
    let account = ask.account()?;
    ask.permitted(&Aim::named(ask.action, account, "server-certificate", path.as_str(), text).bringing_tags(&tags)).await?;
    let (certificate, chain) = (body.to_owned(), chain.map(str::to_owned));
    let new = Upload { name, path, certificate, chain, key: Secret::new(key), tags };
    match ask.lockwright.upload_server_certificate(ask.op, account, &new).await {
        Ok(kept) => Ok(ask.answer(|result| {
            result.element("ServerCertificateMetadata", |writer| describe(writer, &kept));
            tags::describe(result, &kept.tags);
        })),
        Err(UploadError::Unfit(unfit)) => Err(unfit_for(unfit)),
        Err(UploadError::Resource(error)) => Err(failed(ask, error, text).await),
    }
}

/// `GetServerCertificate`.
pub(crate) async fn get(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let kept = certificate(ask).await?;
    Ok(ask.answer(|result| {
        result.element("ServerCertificate", |writer| {
            writer.element("ServerCertificateMetadata", |writer| describe(writer, &kept));
            writer.text("CertificateBody", &kept.certificate);
            writer.optional("CertificateChain", kept.chain.as_deref());
            tags::describe(writer, &kept.tags);
        });
    }))
}

/// `ListServerCertificates`, in the order of the names.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let prefix = path_prefix(&input)?;
    let page = Page::read(ask, &input, &format!("{} {prefix}", ask.action))?;
    let account = ask.account()?;
    ask.permitted(&Aim::named(ask.action, account, "server-certificate", "/", "")).await?;
    let read = |after: Option<String>, limit| async move {
        let found = ask.lockwright.resources(account, ResourceKind::ServerCertificate, after.as_deref(), limit).await.map_err(broken)?;
        Ok(found.into_iter().filter_map(certificate_of).collect())
    };
    let found = page.fill(read, |kept| kept.name.key(), |kept| kept.path.as_str().starts_with(&prefix)).await?;
    let cut = page.end(ask, found, |kept| kept.name.key());
    Ok(ask.answer(|result| {
        cut.write(result, |result, shown| result.list("ServerCertificateMetadataList", shown, |writer, kept| describe(writer, &kept)));
    }))
}

/// `UpdateServerCertificate`.
pub(crate) async fn update(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    Certificates::named_in(&input)?;
    let path = path_at(&input, "NewPath", "newPath")?;
    let text = optional_name(&input, "NewServerCertificateName", "newServerCertificateName", 128)?;
    let name: Option<ServerCertificateName> = text.map(|text| parsed(text, "newServerCertificateName")).transpose()?;
    let kept = certificate(ask).await?;
    match ask.lockwright.update_server_certificate(ask.op, &kept, path.as_ref(), name.as_ref()).await {
        Ok(()) => Ok(ask.done()),
        Err(error) => Err(failed(ask, error, text.unwrap_or_default()).await),
    }
}

/// A `ServerCertificateMetadata`.
fn describe(writer: &mut Writer, kept: &ServerCertificate) {
    writer.text("Path", kept.path.as_str());
    writer.text("ServerCertificateName", kept.name.as_str());
    writer.text("ServerCertificateId", kept.id.as_str());
    writer.text("Arn", &kept.arn());
    writer.timestamp("UploadDate", moment(kept.created));
    writer.timestamp("Expiration", moment(kept.expires));
}

/// A text in PEM. What is wrong with it is said without it: it may be a private key.
fn pem<'n>(input: &Node<'n>, member: &str, place: &str, most: usize) -> Result<Option<&'n str>, WireError> {
    let Some(text) = input.text(member)? else { return Ok(None) };
    let mut wrong = Violations::default();
    if text.is_empty() {
        wrong.note(place, None, Constraint::MinLength(1));
    }
    if text.chars().count() > most {
        wrong.note(place, None, Constraint::MaxLength(most));
    }
    if !text.chars().all(|letter| matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{ff}')) {
        wrong.note(place, None, Constraint::Pattern("[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"));
    }
    wrong.finish()?;
    Ok(Some(text))
}

fn unfit_for(unfit: Unfit) -> WireError {
    let (code, message) = match unfit {
        Unfit::Certificate => ("MalformedCertificate", "Unable to parse certificate. It must be one certificate in PEM format."),
        Unfit::Key => {
            let message = "Unable to parse key. It must be in PEM format without a password: RSA with 2048 bits or more, or on P-256, P-384 or P-521.";
            ("MalformedCertificate", message)
        }
        Unfit::Chain => {
            let message =
                "Unable to validate certificate chain. It must begin with the signer of the certificate, each followed by its own.";
            ("MalformedCertificate", message)
        }
        Unfit::NotNow => ("MalformedCertificate", "The certificate is not valid now."),
        Unfit::OtherKey => ("KeyPairMismatch", "The private key does not match the certificate."),
    };
    WireError::modelled(code, 400, message)
}

async fn failed(ask: &Ask<'_>, error: ResourceError, name: &str) -> WireError {
    match error {
        ResourceError::NameTaken => {
            WireError::modelled("EntityAlreadyExists", 409, format!("The Server Certificate with name {name} already exists."))
        }
        error => resources::failed::<Certificates>(ask, error).await,
    }
}

/// The certificate that the input names, once the act on it is allowed.
async fn certificate(ask: &Ask<'_>) -> Result<ServerCertificate, WireError> {
    certificate_of(resources::named::<Certificates>(ask).await?).ok_or_else(|| Certificates::missing(""))
}

fn certificate_of(resource: Resource) -> Option<ServerCertificate> {
    if let Resource::ServerCertificate(kept) = resource { Some(kept) } else { None }
}
