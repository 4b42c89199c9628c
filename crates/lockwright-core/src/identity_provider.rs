//! Identity providers: made, and what is known of them changed.

use lockwright_model::account::Account;
use lockwright_model::change::Version;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::Entropy;
use lockwright_model::id::ProviderId;
use lockwright_model::identity_provider::OpenIdProvider;
use lockwright_model::name::IssuerName;
pub use lockwright_model::quota::MOST_OPENID;
use lockwright_model::resource::{Resource, Tag};
use serde_json::json;

use crate::Decided;
use crate::permit::Permit;
use crate::resource::{self, Act, Refusal};
use crate::tag;

/// The most audiences of one (AWS).
pub const MOST_CLIENTS: usize = 100;

/// What a provider that speaks OpenID Connect is to be.
#[derive(Clone, Debug)]
pub struct NewOpenId {
    /// Its URL without the scheme.
    pub name: IssuerName,
    /// The audiences that its tokens may be for.
    pub clients: Vec<String>,
    /// Thumbprints of certificates.
    pub thumbprints: Vec<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// What is changed of one.
#[derive(Clone, Debug)]
pub enum Change {
    /// `AddClientIDToOpenIDConnectProvider`: one that is there is no fault.
    AddClient(String),
    /// `RemoveClientIDFromOpenIDConnectProvider`: one that is not there is no fault.
    RemoveClient(String),
    /// `UpdateOpenIDConnectProviderThumbprint`: all of them.
    Thumbprints(Vec<String>),
}

/// `CreateOpenIDConnectProvider`. `known` is how many the account has.
pub fn create_openid(
    permit: &Permit,
    account: &Account,
    new: NewOpenId,
    known: u64,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<OpenIdProvider>, Refusal> {
    resource::room(permit, account, known, MOST_OPENID)?;
    let mut clients = new.clients;
    let mut seen = std::collections::BTreeSet::new();
    clients.retain(|client| seen.insert(client.clone()));
    if clients.len() > MOST_CLIENTS {
        return Err(Refusal::TooMany(MOST_CLIENTS as u64));
    }
    let provider = OpenIdProvider {
        account: account.id,
        id: ProviderId::draw(entropy),
        version: Version::NEW,
        name: new.name,
        created: op.now,
        clients,
        thumbprints: new.thumbprints,
        tags: new.tags,
    };
    let act = Act {
        name: "CreateOpenIDConnectProvider",
        request: json!({
            "url": provider.name.as_str(), "clientIDList": provider.clients, "thumbprintList": provider.thumbprints,
            "tags": tag::told(&provider.tags),
        }),
        response: json!({"openIDConnectProviderArn": provider.arn()}),
    };
    Ok(Decided::new(resource::made(account, Resource::OpenIdProvider(provider.clone()), act, op, entropy), provider))
}

/// Changes what is known of a provider that speaks OpenID Connect.
pub fn change_openid(
    permit: &Permit,
    mut provider: OpenIdProvider,
    change: Change,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<()>, Refusal> {
    if provider.account != permit.account() {
        return Err(Refusal::OtherAccount);
    }
    let act = match change {
        Change::AddClient(client) => {
            let act = Act::of("AddClientIDToOpenIDConnectProvider", json!({"clientID": client}));
            if !provider.clients.contains(&client) {
                provider.clients.push(client);
            }
            if provider.clients.len() > MOST_CLIENTS {
                return Err(Refusal::TooMany(MOST_CLIENTS as u64));
            }
            act
        }
        Change::RemoveClient(client) => {
            provider.clients.retain(|known| *known != client);
            Act::of("RemoveClientIDFromOpenIDConnectProvider", json!({"clientID": client}))
        }
        Change::Thumbprints(thumbprints) => {
            provider.thumbprints = thumbprints;
            Act::of("UpdateOpenIDConnectProviderThumbprint", json!({"thumbprintList": provider.thumbprints}))
        }
    };
    Ok(Decided::new(resource::changed(Resource::OpenIdProvider(provider), act, op, entropy), ()))
}
