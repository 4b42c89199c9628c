//! Roles taken on with a token of an identity provider (`AssumeRoleWithWebIdentity`). The call is not signed, so a stranger makes it: whoever
//! states an identity that the role doesn't trust is told the same whatever is there, and nobody is asked about them (decision 0018).

use std::sync::Arc;

use lockwright_authn::web_token::{Claims, Unreadable, WebToken};
use lockwright_core::sts::{self, Taking, WebIdentity};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::identity_provider::OpenIdProvider;
use lockwright_model::resource::{Resource, ResourceKind, Role};
use lockwright_model::secret::Secret;
use lockwright_policy::{Action, Context, Kind, Policies, Policy, Principal, Request, decide as decide_request};
use serde_json::json;

use crate::Lockwright;
use crate::commit::decide;
use crate::issuers::Unreachable;
use crate::sts::{Credentials, StsError, role_at};
use crate::trouble::{NotCommitted, Trouble};

/// The act, as policies name it.
const ACTION: &str = "sts:AssumeRoleWithWebIdentity";
/// Clocks of two machines differ by less, in seconds.
const SKEW: i64 = 60;

/// Why no role was taken on.
#[derive(Debug, thiserror::Error)]
pub enum WebIdentityError {
    /// No token that could be believed.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// No such account, role or provider, or the role does not trust whom the token speaks of.
    #[error("not authorized")]
    NotTrusted,
    /// The provider's keys are not to be had.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// None of the provider's keys signed it.
    #[error("the provider did not sign the token")]
    NotSigned,
    /// It is for none of the audiences that the provider is known with.
    #[error("the token is for somebody else")]
    OtherAudience,
    /// It no longer counts.
    #[error("the token expired")]
    Expired {
        /// When.
        at: Timestamp,
    },
    /// It does not count yet.
    #[error("the token does not count yet")]
    NotYet,
    /// What was asked for besides can't be had.
    #[error(transparent)]
    Sts(#[from] StsError),
}

impl From<Trouble> for WebIdentityError {
    fn from(trouble: Trouble) -> Self {
        Self::Sts(trouble.into())
    }
}

impl From<NotCommitted> for WebIdentityError {
    fn from(failure: NotCommitted) -> Self {
        Self::Sts(failure.into())
    }
}

impl Lockwright {
    /// `AssumeRoleWithWebIdentity`. First, whether the role would trust whom the token states, from what is stored; only then is the provider
    /// asked for its keys, and the token believed or not.
    pub async fn assume_role_with_web_identity(
        &self,
        op: &OpContext,
        arn: &str,
        token: &Secret,
        taking: Taking,
    ) -> Result<(Credentials, WebIdentity), WebIdentityError> {
        let token = WebToken::read(token.expose())?;
        let (role, provider) = self.level(self.trusted_claims(op, arn, token.claims(), &taking)).await?;
        let issuer = self.issuer_url(&provider.name);
        let keys = self.0.issuers.keys(&issuer, token.key_id(), op.now).await?;
        if !token.is_signed_by(&keys) {
            return Err(WebIdentityError::NotSigned);
        }
        let claims = token.claims();
        let audience = audience(claims, &provider);
        if !provider.clients.iter().any(|client| client == audience) {
            return Err(WebIdentityError::OtherAudience);
        }
        let now = op.now.as_seconds();
        if claims.expires <= now {
            return Err(WebIdentityError::Expired { at: Timestamp::from_micros(claims.expires.saturating_mul(1_000_000)) });
        }
        if claims.issued > now + SKEW || claims.not_before.is_some_and(|from| from > now + SKEW) {
            return Err(WebIdentityError::NotYet);
        }
        self.readable(role.account, &taking).await?;
        let identity = WebIdentity { provider: provider.arn(), issuer, audience: audience.to_owned(), subject: claims.subject.clone() };
        let request = json!({"roleArn": arn, "roleSessionName": taking.session, "durationSeconds": taking.seconds});
        let temporary = sts::take_on(&role, taking, None, op).map_err(StsError::from)?;
        let given = self.give_out(role.account, temporary)?;
        let outcome: Result<(), NotCommitted> = decide!(self, {
            sts::told_of_web_identity(role.account, &request, given.id.as_str(), &given.temporary, &identity, op, self.entropy())
        });
        outcome?;
        Ok((given, identity))
    }

    /// The role and the provider, if the role trusts whom these claims state. Nothing of it says which of them is missing.
    async fn trusted_claims(
        &self,
        op: &OpContext,
        arn: &str,
        claims: &Claims,
        taking: &Taking,
    ) -> Result<(Role, OpenIdProvider), WebIdentityError> {
        let (Some((account, name)), Some(issuer)) = (role_at(arn), self.issuer_name(&claims.issuer)) else {
            return Err(WebIdentityError::NotTrusted);
        };
        // Both are looked for whatever the other search found, so that each answer takes as long.
        let role = self.find_role(account, &name).await?.filter(|role| role.arn() == arn);
        let provider = self.find_resource(account, ResourceKind::OpenIdProvider, &issuer.key()).await?;
        let (Some(role), Some(Resource::OpenIdProvider(provider))) = (role, provider) else { return Err(WebIdentityError::NotTrusted) };
        if provider.name != issuer {
            return Err(WebIdentityError::NotTrusted);
        }
        let trust = Arc::new(Policy::parse(&role.trust, Kind::Trust).map_err(|_| WebIdentityError::NotTrusted)?);
        let (provider_arn, owner, target) = (provider.arn(), account.to_string(), role.arn());
        let principal = Principal::Federated { provider: &provider_arn };
        let mut context = Context::of(&principal);
        Self::surround_anybody(&mut context, op);
        let key = |claim: &str| format!("{}:{claim}", provider.name.as_str().to_lowercase());
        context.insert(key("aud"), audience(claims, &provider).to_owned());
        context.insert(key("sub"), claims.subject.clone());
        if !claims.methods.is_empty() {
            context.insert_all(key("amr"), claims.methods.iter().map(String::as_str));
        }
        context.insert("sts:rolesessionname", taking.session.clone());
        for tag in &role.tags {
            context.insert(format!("aws:resourcetag/{}", tag.key), tag.value.clone());
            context.insert(format!("iam:resourcetag/{}", tag.key), tag.value.clone());
        }
        let Some(action) = Action::parse(ACTION) else { return Err(WebIdentityError::NotTrusted) };
        let request = Request::new(&action, &target, &principal, &context).owned_by(&owner);
        let policies = Policies { resource: Some(&trust), ..Policies::none() };
        if decide_request(&request, &policies).is_allowed() { Ok((role, provider)) } else { Err(WebIdentityError::NotTrusted) }
    }
}

/// The audience that counts: the first that the provider is known with, else the first of all.
fn audience<'c>(claims: &'c Claims, provider: &OpenIdProvider) -> &'c str {
    let known = claims.audiences.iter().find(|audience| provider.clients.contains(audience));
    known.or(claims.audiences.first()).map_or("", String::as_str)
}
