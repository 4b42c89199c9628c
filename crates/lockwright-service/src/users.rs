//! IAM users, as an administrator or the host manages them.

use std::sync::Arc;

use lockwright_core::permit::Permit;
use lockwright_core::person::Person;
use lockwright_core::recovery::HandedLink;
use lockwright_core::user::{self, Access, Belongings, Held, NewUser};
use lockwright_model::change::UniqueKey;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::entropy::draw;
use lockwright_model::id::AccountId;
use lockwright_model::identity::UserRef;
use lockwright_model::name::{Path, UserName};
use lockwright_model::quota::MOST_USERS;
use lockwright_model::resource::Tag;
use lockwright_model::secret::{Password, Secret};
use lockwright_model::user::User;

use crate::Lockwright;
use crate::authorize::{Aim, Denied};
use crate::commit::decide;
use crate::load::user_key;
use crate::passwords::{NewPasswordError, Policy, Requirements};
use crate::resources::NoPolicy;
use crate::trouble::{NotCommitted, Trouble};

/// How an administrator gives console access.
#[derive(Clone, Debug)]
pub enum GiveAccess {
    /// A password made here; shown once.
    Generated {
        /// The user must choose an own one at the next sign-in.
        must_change: bool,
    },
    /// A password typed by the administrator.
    Typed {
        /// As typed.
        password: Secret,
        /// The user must choose an own one at the next sign-in.
        must_change: bool,
    },
    /// A single-use link; works without mail.
    Link,
    /// No access; takes an existing login profile away.
    None,
}

/// What is shown once to the administrator.
#[derive(Clone, Debug)]
pub enum Handed {
    /// Nothing.
    Nothing,
    /// The generated password.
    Password(Secret),
    /// The link's whole URL, and when it stops working.
    Link {
        /// The URL.
        url: Secret,
        /// When it stops working.
        expires: Timestamp,
    },
}

/// What a user is to be from the start, besides its access to the console.
#[derive(Clone, Debug)]
pub struct UserToBe {
    /// Where it stands.
    pub path: Path,
    /// Its name.
    pub name: UserName,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// The ARN of the policy that bounds what it may do.
    pub boundary: Option<String>,
}

impl UserToBe {
    /// A user of this name, and nothing more.
    pub fn named(name: UserName) -> Self {
        Self { path: Path::default(), name, tags: Vec::new(), boundary: None }
    }
}

/// Why a change of a user was not made.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// Not permitted, or no such user: the same answer.
    #[error("not permitted, or no such user")]
    Denied,
    /// A user of that name exists in the account.
    #[error("a user of that name exists")]
    NameTaken,
    /// The account has as many users as it can have.
    #[error("the account has {MOST_USERS} users, and no room for another one")]
    TooMany,
    /// The user has no login profile.
    #[error("the user has no login profile")]
    NoLoginProfile,
    /// The user has a login profile already.
    #[error("the user has a login profile already")]
    HasLoginProfile,
    /// Somebody said "this wasn't me": the user changes its own access not before then.
    #[error("nothing of it is changed by the user itself before {0:?}")]
    Frozen(Timestamp),
    /// Something still belongs to the user.
    #[error("something still belongs to the user: {0:?}")]
    Holds(Held),
    /// There is no such managed policy to bound it.
    #[error(transparent)]
    NoPolicy(#[from] NoPolicy),
    /// Somebody dealt with the help request before.
    #[error("the help request was dealt with before")]
    HelpDone,
    /// The password is not taken.
    #[error(transparent)]
    Password(#[from] NewPasswordError),
    /// Outside the decision.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<Denied> for UserError {
    fn from(_: Denied) -> Self {
        Self::Denied
    }
}

/// Why an act on a user is not begun.
#[derive(Debug)]
pub(crate) enum NoUser {
    /// Not permitted, or there is none.
    Denied,
    /// Outside the decision.
    Trouble(Trouble),
}

impl From<Denied> for NoUser {
    fn from(_: Denied) -> Self {
        Self::Denied
    }
}

impl From<Trouble> for NoUser {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<NoUser> for UserError {
    fn from(none: NoUser) -> Self {
        match none {
            NoUser::Denied => Self::Denied,
            NoUser::Trouble(trouble) => Self::Trouble(trouble),
        }
    }
}

impl From<lockwright_store::StoreError> for UserError {
    fn from(error: lockwright_store::StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<NotCommitted> for UserError {
    fn from(failure: NotCommitted) -> Self {
        match failure {
            NotCommitted::Taken(UniqueKey::UserName) => Self::NameTaken,
            NotCommitted::Taken(UniqueKey::Quota(_)) => Self::TooMany,
            other => Self::Trouble(other.into()),
        }
    }
}

impl From<user::Refusal> for UserError {
    fn from(refusal: user::Refusal) -> Self {
        match refusal {
            user::Refusal::OtherAccount => Self::Denied,
            user::Refusal::NoLoginProfile => Self::NoLoginProfile,
            user::Refusal::Holds(held) => Self::Holds(held),
        }
    }
}

impl Lockwright {
    /// The users of an account by name, `limit` at most, after a name's key.
    pub async fn users(&self, op: &OpContext, account: AccountId, after: Option<&str>, limit: u32) -> Result<Vec<User>, UserError> {
        self.may(op, account, &Aim::users("iam:ListUsers", account)).await??;
        Ok(self.store().users(account, after, limit).await?)
    }

    /// One user by name.
    pub async fn user(&self, op: &OpContext, account: AccountId, name: &UserName) -> Result<User, UserError> {
        let user = self.find_user(account, name).await?;
        let absent = || Aim::user("iam:GetUser", account, "/", name.as_str());
        self.may(op, account, &user.as_ref().map_or_else(absent, |user| Aim::of("iam:GetUser", user))).await??;
        user.ok_or(UserError::Denied)
    }

    /// Whether a name of an account is a user's, for those who ask for leave next.
    pub async fn find_user(&self, account: AccountId, name: &UserName) -> Result<Option<User>, Trouble> {
        Ok(self.store().user_by_name(account, &name.key()).await?)
    }

    /// One user by id.
    pub async fn user_by_id(&self, op: &OpContext, id: &UserRef) -> Result<User, UserError> {
        Ok(self.permitted_user(op, id, "iam:GetUser").await?.1)
    }

    /// Creates a user and gives it access.
    pub async fn create_user(
        &self,
        op: &OpContext,
        account: AccountId,
        name: &UserName,
        administrator: bool,
        access: GiveAccess,
    ) -> Result<(User, Handed), UserError> {
        self.create_user_as(op, account, &UserToBe::named(name.clone()), administrator, access).await
    }

    /// Creates a user with all that it is to be from the start, and gives it access.
    pub async fn create_user_as(
        &self,
        op: &OpContext,
        account: AccountId,
        new: &UserToBe,
        administrator: bool,
        access: GiveAccess,
    ) -> Result<(User, Handed), UserError> {
        let name = &new.name;
        let aim = |action| Aim::user(action, account, new.path.as_str(), name.as_str()).bringing_tags(&new.tags);
        let create = new.boundary.iter().fold(aim("iam:CreateUser"), |aim, arn| aim.with("iam:permissionsboundary", arn.as_str()));
        let mut further = Vec::new();
        if !new.tags.is_empty() {
            further.push(aim("iam:TagUser"));
        }
        if administrator {
            further.push(Aim::group("iam:AddUserToGroup", account, user::ADMINISTRATORS));
        }
        if !matches!(access, GiveAccess::None) {
            further.push(aim("iam:CreateLoginProfile"));
        }
        for aim in std::iter::once(&create).chain(&further) {
            self.may(op, account, aim).await??;
        }
        // As this node knows it: what is made of it is not committed when the account has another version by then.
        let state = async || Ok::<_, UserError>(self.account_cached(account).await?.ok_or(UserError::Denied)?);
        let known = state().await?;
        let words = vec![name.to_string(), known.name.to_string()];
        let needs = Requirements { policy: Policy::Account(known.password_policy.as_ref()), words, credential: None };
        let (access, shown) = self.prepare(access, &needs).await?;
        let outcome = decide!(self, {
            let permit = self.permit_all(op, account, &create, &further).await??;
            let state = state().await?;
            let boundary = match &new.boundary {
                Some(arn) => Some(self.attachable(account, arn).await??),
                None => None,
            };
            let (path, tags) = (new.path.clone(), new.tags.clone());
            let born = NewUser { path, name: name.clone(), tags, boundary };
            let mut decided = user::create(&permit, &state, born, administrator, access.clone(), op, self.entropy())?;
            // What was tried at the name before it was anybody's is not held against its owner.
            decided.changes.puts.extend(self.forgiven(&user_key(account, name), op.now).await?);
            decided
        });
        let (user, link) = outcome?;
        Ok((user, self.handed(shown, link)))
    }

    /// Gives a user another name or path.
    pub async fn update_user(&self, op: &OpContext, id: &UserRef, path: Option<&Path>, name: Option<&UserName>) -> Result<(), UserError> {
        let outcome = decide!(self, {
            let (permit, user) = self.permitted_user(op, id, "iam:UpdateUser").await?;
            // What it will be called is asked for too: a policy that names users must not be slipped past by a new name.
            let (to_path, to_name) = (path.unwrap_or(&user.path), name.unwrap_or(&user.name));
            self.permit(op, id.account, &Aim::user("iam:UpdateUser", id.account, to_path.as_str(), to_name.as_str())).await??;
            user::update(&permit, user, path.cloned(), name.cloned(), op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Switches a user's sign-in off or on.
    pub async fn set_user_disabled(&self, op: &OpContext, id: &UserRef, disabled: bool) -> Result<(), UserError> {
        let outcome = decide!(self, {
            let (permit, user) = self.permitted_user(op, id, "iam:UpdateUser").await?;
            user::set_disabled(&permit, user, disabled, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Puts a user into the administrators group, or takes it out.
    pub async fn set_administrator(&self, op: &OpContext, id: &UserRef, administrator: bool) -> Result<(), UserError> {
        let outcome = decide!(self, {
            let permit = self
                .permit(
                    op,
                    id.account,
                    &Aim::group(
                        if administrator { "iam:AddUserToGroup" } else { "iam:RemoveUserFromGroup" },
                        id.account,
                        user::ADMINISTRATORS,
                    ),
                )
                .await??;
            let user = self.store().user(id).await?.ok_or(UserError::Denied)?;
            user::set_administrator(&permit, user, administrator, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Ends all sessions of a user.
    pub async fn end_user_sessions(&self, op: &OpContext, id: &UserRef) -> Result<(), UserError> {
        let outcome = decide!(self, {
            let (permit, user) = self.permitted_user(op, id, "iam:UpdateLoginProfile").await?;
            user::end_sessions(&permit, user, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Deletes a user with all that belongs to it.
    pub async fn delete_user(&self, op: &OpContext, id: &UserRef) -> Result<(), UserError> {
        self.delete_user_row(op, id, true).await
    }

    /// Deletes a user to whom nothing belongs any more, as programs do it.
    pub async fn delete_bare_user(&self, op: &OpContext, id: &UserRef) -> Result<(), UserError> {
        self.delete_user_row(op, id, false).await
    }

    async fn delete_user_row(&self, op: &OpContext, id: &UserRef, whole: bool) -> Result<(), UserError> {
        let outcome = decide!(self, {
            let (permit, person) = self.permitted_person(op, id, "iam:DeleteUser").await?;
            let belongings = Belongings {
                claims: self.standing_claims(&person).await?,
                credentials: self.store().user_credentials_of(&person.identity()).await?,
                devices: self.virtual_devices_of(&person).await?,
            };
            let Person::User { user, .. } = person else { return Err(UserError::Denied) };
            user::delete(&permit, user, belongings, whole, op, self.entropy())?
        });
        Ok(outcome?)
    }

    /// Leave to do something to a user, and the user as stored now. One that does not exist has an ARN that nobody's policy names.
    pub(crate) async fn permitted_user(&self, op: &OpContext, id: &UserRef, action: &'static str) -> Result<(Permit, User), NoUser> {
        let user = self.store().user(id).await.map_err(Trouble::from)?;
        let aim = user.as_ref().map_or_else(|| Aim::user(action, id.account, "/", id.user.as_str()), |user| Aim::of(action, user));
        let permit = self.permit(op, id.account, &aim).await??;
        Ok((permit, user.ok_or(NoUser::Denied)?))
    }

    /// The same, with the user's account.
    pub(crate) async fn permitted_person(&self, op: &OpContext, id: &UserRef, action: &'static str) -> Result<(Permit, Person), NoUser> {
        let (permit, user) = self.permitted_user(op, id, action).await?;
        let account = self.store().account(id.account).await.map_err(Trouble::from)?.ok_or(NoUser::Denied)?;
        Ok((permit, Person::User { account: Arc::new(account), user }))
    }

    /// Hashes what is to be given, before the decision.
    pub(crate) async fn prepare(&self, access: GiveAccess, needs: &Requirements<'_>) -> Result<(Access, Option<Secret>), UserError> {
        Ok(match access {
            GiveAccess::None => (Access::None, None),
            GiveAccess::Link => (Access::Link, None),
            GiveAccess::Typed { password, must_change } => {
                let hash = self.accept(password.expose(), password.expose(), needs).await?.hash;
                (Access::Password { hash, must_change }, None)
            }
            GiveAccess::Generated { must_change } => {
                let password = self.generate_password(needs.policy);
                let parsed = Password::parse(password.expose()).map_err(NewPasswordError::from)?;
                let hash = self.0.hashing.hash(parsed).await?;
                (Access::Password { hash, must_change }, Some(password))
            }
        })
    }

    /// A password that fulfils every policy that can be set: all four kinds, and the longest minimum length asked for.
    ///
    /// Letters and digits without look-alikes in groups of five, 5 bits each: at least 100 bits.
    fn generate_password(&self, policy: Policy<'_>) -> Secret {
        const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        const KINDS: &str = "-K7";
        let minimum = match policy {
            Policy::Account(Some(policy)) => usize::from(policy.minimum_length),
            Policy::Account(None) | Policy::Own => 0,
        };
        let mut text = String::new();
        while text.len() + KINDS.len() < minimum.max(26) {
            if !text.is_empty() {
                text.push('-');
            }
            let bytes: [u8; 5] = draw(self.entropy());
            text.extend(bytes.iter().filter_map(|byte| LETTERS.get(usize::from(byte & 31))).map(|letter| char::from(*letter)));
        }
        text.truncate(128 - KINDS.len());
        text.push_str(KINDS);
        Secret::new(text)
    }

    pub(crate) fn handed(&self, password: Option<Secret>, link: Option<HandedLink>) -> Handed {
        match (password, link) {
            (_, Some(link)) => Handed::Link { url: self.link_url(&link), expires: link.expires },
            (Some(password), None) => Handed::Password(password),
            (None, None) => Handed::Nothing,
        }
    }

    /// The URL of a handed link.
    pub(crate) fn link_url(&self, link: &HandedLink) -> Secret {
        self.ticket_url(&link.case, &link.token)
    }

    /// The URL that opens a case's form, under the configured origin (invariant 11).
    pub(crate) fn ticket_url(&self, case: &lockwright_model::id::CaseId, token: &lockwright_model::token::Token) -> Secret {
        Secret::new(format!("{}/recover/link/{case}/{}", self.config().public_url, token.expose()))
    }
}
