//! Registration: the address is verified first, the account or builder ID exists second.

use lockwright_model::account::{Account, AccountState, RootUser};
use lockwright_model::builder::Builder;
use lockwright_model::case::{Case, Purpose};
use lockwright_model::change::{ChangeSet, Claim, ClaimKey, Record, Version};
use lockwright_model::context::OpContext;
use lockwright_model::credential::Credential;
use lockwright_model::email::EmailAddress;
use lockwright_model::entropy::Entropy;
use lockwright_model::event::{AuditEvent, Service, Told};
use lockwright_model::factors::Factors;
use lockwright_model::id::{AccountId, BuilderId};
use lockwright_model::identity::Identity;
use lockwright_model::job::Notice;
use lockwright_model::name::{AccountName, PersonName};
use lockwright_model::secret::PasswordHash;
use lockwright_model::session::SessionScope;
use lockwright_model::token::TokenHash;
use serde_json::json;

use crate::Decided;
use crate::outbox;
use crate::person::Person;
use crate::recovery::{self, Refusal};
use crate::session::{self, NewSession, SessionLimits};

/// Registers the account of a proven case and signs its root user in.
pub fn finish_account(
    case: Case,
    holder: TokenHash,
    name: AccountName,
    hash: PasswordHash,
    limits: SessionLimits,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<(AccountId, NewSession)>, Refusal> {
    recovery::ready(&case, holder, op.now)?;
    let Purpose::RegisterAccount { address } = case.purpose.clone() else { return Err(Refusal::Gone) };
    let mut changes = recovery::complete(case, op);
    let account = add_account(&mut changes, name, address, Some(Credential::first(hash, op.now)), op, entropy);
    let id = account.id;
    let person = Person::Root(account);
    outbox::notify(&mut changes, &person, &Notice::Registered(person.whose()), op, entropy);
    let new = session::open(&person, SessionScope::Full, limits, op, entropy);
    changes.put(Record::Session(new.session.clone()));
    Ok(Decided::new(changes, (id, new)))
}

/// Registers the builder ID of a proven case and signs it in.
pub fn finish_builder(
    case: Case,
    holder: TokenHash,
    hash: PasswordHash,
    limits: SessionLimits,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Result<Decided<(BuilderId, NewSession)>, Refusal> {
    recovery::ready(&case, holder, op.now)?;
    let Purpose::RegisterBuilder { address, name } = case.purpose.clone() else { return Err(Refusal::Gone) };
    let mut changes = recovery::complete(case, op);
    let builder = add_builder(&mut changes, name, address, Some(Credential::first(hash, op.now)), op, entropy);
    let id = builder.id.clone();
    let person = Person::Builder(builder);
    outbox::notify(&mut changes, &person, &Notice::Registered(person.whose()), op, entropy);
    let new = session::open(&person, SessionScope::Full, limits, op, entropy);
    changes.put(Record::Session(new.session.clone()));
    Ok(Decided::new(changes, (id, new)))
}

/// Makes an account on the host; its root user has no password until the handed link is used.
pub fn host_account(
    name: AccountName,
    address: EmailAddress,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<(AccountId, recovery::HandedLink)> {
    let mut changes = ChangeSet::default();
    let account = add_account(&mut changes, name, address, None, op, entropy);
    let id = account.id;
    let link = recovery::hand_link(&Person::Root(account), op, entropy);
    merge(&mut changes, link.changes);
    Decided::new(changes, (id, link.output))
}

/// Makes a builder ID on the host, likewise.
pub fn host_builder(
    name: PersonName,
    address: EmailAddress,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Decided<(BuilderId, recovery::HandedLink)> {
    let mut changes = ChangeSet::default();
    let builder = add_builder(&mut changes, name, address, None, op, entropy);
    let id = builder.id.clone();
    let link = recovery::hand_link(&Person::Builder(builder), op, entropy);
    merge(&mut changes, link.changes);
    Decided::new(changes, (id, link.output))
}

/// Adds the parts of one change to another.
pub fn merge(into: &mut ChangeSet, from: ChangeSet) {
    into.expect.extend(from.expect);
    into.puts.extend(from.puts);
    into.deletes.extend(from.deletes);
    into.events.extend(from.events);
    into.touches.extend(from.touches);
}

fn add_account(
    changes: &mut ChangeSet,
    name: AccountName,
    email: EmailAddress,
    credential: Option<Credential>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Account {
    let account = Account {
        id: AccountId::draw(entropy),
        version: Version::NEW,
        name,
        created: op.now,
        state: AccountState::Active,
        root: RootUser { email, credential, epoch: 0, keys: Vec::new(), factors: Factors::default() },
        alias: None,
        password_policy: None,
        self_service_recovery: false,
        contacts: Box::default(),
        closed: None,
    };
    let owner = Identity::Root(account.id);
    changes.put(Record::Claim(Claim::held(ClaimKey::RootEmail(account.root.email.key()), owner.clone())));
    changes.put(Record::Account(account.clone()));
    let told = Told::new(Service::Account, "CreateAccount", Some(account.id))
        .about(owner, None)
        .response(json!({"accountId": account.id.to_string(), "accountName": account.name.as_str()}));
    changes.tell(AuditEvent::new(op, entropy, told));
    account
}

fn add_builder(
    changes: &mut ChangeSet,
    name: PersonName,
    email: EmailAddress,
    credential: Option<Credential>,
    op: &OpContext,
    entropy: &dyn Entropy,
) -> Builder {
    let builder = Builder {
        id: BuilderId::draw(entropy),
        version: Version::NEW,
        email,
        name,
        created: op.now,
        disabled: false,
        credential,
        epoch: 0,
        factors: Factors::default(),
        closed: None,
    };
    let owner = Identity::Builder(builder.id.clone());
    changes.put(Record::Claim(Claim::held(ClaimKey::BuilderEmail(builder.email.key()), owner.clone())));
    changes.put(Record::Builder(builder.clone()));
    let told = Told::new(Service::Signin, "CreateBuilderId", None).about(owner, None).response(json!({"builderId": builder.id.as_str()}));
    changes.tell(AuditEvent::new(op, entropy, told));
    builder
}
