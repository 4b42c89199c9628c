//! SSH public keys of users.

use lockwright_model::user_credential::{UserCredential, UserCredentialKind};
use lockwright_service::core::user_credential::word as status;
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::query::{Constraint, Violations};
use lockwright_wire::xml::Writer;

use super::Page;
use super::user_credentials::{self, Owner, failed, id_of, material, name_most};
use crate::ask::{Ask, moment, word};

const KIND: UserCredentialKind = UserCredentialKind::SshKey;

/// `UploadSSHPublicKey`.
pub(crate) async fn upload(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let body = material(&input, "SSHPublicKeyBody", "sSHPublicKeyBody")?;
    let owner = Owner::named(ask, name_most(KIND)).await?;
    match ask.lockwright.upload_ssh_key(ask.op, &owner.identity, body).await {
        Ok((key, read)) => Ok(answer(ask, &owner, &key, &read.fingerprint(), body)),
        Err(error) => Err(failed(ask, error, &owner.name, KIND, "").await),
    }
}

/// `GetSSHPublicKey`, in the form that is asked for; its comment was not kept.
pub(crate) async fn get(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let forms = &["SSH", "PEM"];
    let form = word(&ask.input(), "Encoding", "encoding", forms)?.map(str::to_owned);
    let form = form.ok_or_else(|| Violations::one("encoding", None, Constraint::Required))?;
    let text = id_of(ask, KIND)?;
    let owner = Owner::named(ask, name_most(KIND)).await?;
    let id = owner.id(ask, KIND, &text).await?;
    match ask.lockwright.ssh_key(ask.op, &owner.identity, &id).await {
        Ok((key, read)) => {
            let body = if form == "PEM" { read.pem() } else { read.openssh() };
            Ok(answer(ask, &owner, &key, &read.fingerprint(), &body))
        }
        Err(error) => Err(failed(ask, error, &owner.name, KIND, &text).await),
    }
}

/// `ListSSHPublicKeys`, in the order of their ids.
pub(crate) async fn list(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let owner = Owner::of(ask, name_most(KIND)).await?;
    let page = Page::read(ask, &ask.input(), &format!("{} {}", ask.action, owner.identity))?;
    let keys = match ask.lockwright.user_credentials(ask.op, &owner.identity, KIND).await {
        Ok(keys) => keys,
        Err(error) => return Err(failed(ask, error, &owner.name, KIND, "").await),
    };
    let cut = page.cut(ask, keys, |key| key.id.to_string());
    Ok(ask.answer(|result| {
        cut.write(result, |result, shown| result.list("SSHPublicKeys", shown, |writer, key| describe(writer, ask, &owner, &key)));
    }))
}

/// `UpdateSSHPublicKey`.
pub(crate) async fn update(ask: &Ask<'_>) -> Result<Reply, WireError> {
    user_credentials::update(ask, KIND).await
}

/// `DeleteSSHPublicKey`.
pub(crate) async fn delete(ask: &Ask<'_>) -> Result<Reply, WireError> {
    user_credentials::delete(ask, KIND).await
}

fn answer(ask: &Ask<'_>, owner: &Owner, key: &UserCredential, fingerprint: &str, body: &str) -> Reply {
    ask.answer(|result| {
        result.element("SSHPublicKey", |writer| {
            describe(writer, ask, owner, key);
            writer.text("Fingerprint", fingerprint);
            writer.text("SSHPublicKeyBody", body);
        });
    })
}

fn describe(writer: &mut Writer, ask: &Ask<'_>, owner: &Owner, key: &UserCredential) {
    writer.text("UserName", &owner.name);
    writer.text("SSHPublicKeyId", key.id.as_str());
    writer.text("Status", status(key, ask.op.now));
    writer.timestamp("UploadDate", moment(key.created));
}
