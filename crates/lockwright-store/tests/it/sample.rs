//! Rows for tests, drawn from a small number.

use lockwright_model::account::{Account, AccountState, RootUser};
use lockwright_model::builder::Builder;
use lockwright_model::case::{Case, CaseState, Gathered, IdentityKind, Purpose, Ticket};
use lockwright_model::ceremony::{Ceremony, CeremonyPurpose};
use lockwright_model::change::{ChangeSet, Claim, ClaimKey, Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::context::Source;
use lockwright_model::credential::Credential;
use lockwright_model::entropy::{SeededEntropy, draw};
use lockwright_model::event::AuditEvent;
use lockwright_model::factors::Factors;
use lockwright_model::help::{HelpRequest, HelpState};
use lockwright_model::id::{
    AccountId, BuilderId, CaseId, ChoiceId, DeviceId, EventId, GroupId, HelpId, InstanceProfileId, JobId, OperatorId, PolicyId, ProviderId,
    RoleId, ServerCertificateId, SupportId, SystemId, UserId,
};
use lockwright_model::identity::{Identity, UserRef};
use lockwright_model::identity_provider::OpenIdProvider;
use lockwright_model::instance_profile::InstanceProfile;
use lockwright_model::job::{Job, JobState, Task};
use lockwright_model::name::Path;
use lockwright_model::operator::{Operator, OperatorRole};
use lockwright_model::proof::Goal;
use lockwright_model::resource::{
    CustomerPolicy, Group, Holder, Link, LinkKey, LinkKind, PolicyVersion, ResourceId, Role, Tag, VirtualDevice,
};
use lockwright_model::secret::{CodeHash, PasswordHash, Sealed};
use lockwright_model::server_certificate::ServerCertificate;
use lockwright_model::session::{Session, SessionScope};
use lockwright_model::support::{SupportRequest, SupportState, SupportTopic};
use lockwright_model::system::LinkedSystem;
use lockwright_model::token::TokenHash;
use lockwright_model::tries::{Tries, TriesKey};
use lockwright_model::user::{Grants, LoginProfile, User};
use lockwright_model::user_credential::{LoginService, Material, ServiceLogin, UserCredential, UserCredentialId};

pub(crate) fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

fn chance(n: u64) -> SeededEntropy {
    SeededEntropy::new(n)
}

pub(crate) fn account_id(n: u64) -> AccountId {
    AccountId::draw(&chance(n))
}

pub(crate) fn user_ref(account: u64, n: u64) -> UserRef {
    UserRef { account: account_id(account), user: UserId::draw(&chance(n)) }
}

pub(crate) fn token(n: u64) -> TokenHash {
    TokenHash::from_bytes(draw(&chance(n)))
}

pub(crate) fn source() -> Source {
    Source { ip: Some("2001:db8::7".parse().unwrap()), agent: "Firefox \u{1f98a} \"quoted\"".to_owned() }
}

pub(crate) fn credential(n: u64) -> Credential {
    Credential::first(PasswordHash::from_phc(format!("$argon2id$v=19$m=19456,t=2,p=1$salt{n}$hash")), at(5))
}

pub(crate) fn account(n: u64) -> Account {
    Account {
        id: account_id(n),
        version: Version::NEW,
        name: format!("Account {n}").parse().unwrap(),
        created: at(1_700_000_000_000_000),
        state: AccountState::Active,
        root: RootUser {
            email: format!("Root.{n}@example.com").parse().unwrap(),
            credential: Some(credential(n)),
            epoch: n,
            keys: Vec::new(),
            factors: Factors::default(),
        },
        alias: None,
        password_policy: None,
        self_service_recovery: false,
        contacts: Box::default(),
        closed: None,
    }
}

pub(crate) fn group(account: u64, n: u64, name: &str) -> Group {
    Group {
        account: account_id(account),
        id: GroupId::draw(&chance(n)),
        version: Version::NEW,
        name: name.parse().unwrap(),
        path: Path::default(),
        created: at(1_700_000_000_000_000),
        grants: Grants::default(),
    }
}

pub(crate) fn policy(account: u64, n: u64, name: &str) -> CustomerPolicy {
    CustomerPolicy {
        account: account_id(account),
        id: PolicyId::draw(&chance(n)),
        version: Version::NEW,
        name: name.parse().unwrap(),
        path: Path::default(),
        description: Some("for \u{1f98a} \"quoted\"".to_owned()),
        created: at(5),
        updated: at(6),
        versions: vec![PolicyVersion { number: 1, document: "{}".to_owned(), created: at(5) }],
        default: 1,
        last: 1,
        tags: vec![Tag { key: "team".to_owned(), value: String::new() }],
    }
}

pub(crate) fn role(account: u64, n: u64, name: &str) -> Role {
    Role {
        account: account_id(account),
        id: RoleId::draw(&chance(n)),
        version: Version::NEW,
        name: name.parse().unwrap(),
        path: "/team/".parse().unwrap(),
        created: at(5),
        description: None,
        trust: "{}".to_owned(),
        pins: Vec::new(),
        longest_session: 3_600,
        grants: Grants { boundary: Some("arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()), ..Grants::default() },
        tags: Vec::new(),
        epoch: n,
    }
}

pub(crate) fn instance_profile(account: u64, n: u64, name: &str) -> InstanceProfile {
    InstanceProfile {
        account: account_id(account),
        id: InstanceProfileId::draw(&chance(n)),
        version: Version::NEW,
        name: name.parse().unwrap(),
        path: Path::default(),
        created: at(5),
        role: None,
        tags: Vec::new(),
    }
}

pub(crate) fn openid_provider(account: u64, n: u64, name: &str) -> OpenIdProvider {
    OpenIdProvider {
        account: account_id(account),
        id: ProviderId::draw(&chance(n)),
        version: Version::NEW,
        name: name.parse().unwrap(),
        created: at(5),
        clients: vec!["app".to_owned()],
        thumbprints: Vec::new(),
        tags: Vec::new(),
    }
}

pub(crate) fn virtual_device(account: u64, n: u64, name: &str) -> VirtualDevice {
    VirtualDevice {
        account: account_id(account),
        id: DeviceId::draw(&chance(n)),
        version: Version::NEW,
        name: name.parse().unwrap(),
        path: Path::default(),
        created: at(5),
        seed: Sealed::from_text("sealed"),
        owner: Some(UserId::draw(&chance(n))),
        last_step: Some(n),
        tags: vec![Tag { key: "team".to_owned(), value: "blue".to_owned() }],
    }
}

pub(crate) fn login(owner: Identity, n: u64, name: &str) -> UserCredential {
    let what = ServiceLogin { service: LoginService::CodeCommit, login: name.to_owned(), secret: token(n), expires: Some(at(9)) };
    UserCredential {
        account: owner.account().unwrap(),
        id: UserCredentialId::draw_service(&chance(n)),
        version: Version::NEW,
        owner,
        created: at(5),
        active: true,
        what: Material::Service(what),
    }
}

pub(crate) fn ssh_key(owner: Identity, n: u64) -> UserCredential {
    let what = Material::SshKey { openssh: format!("ssh-rsa {n}") };
    UserCredential { id: UserCredentialId::draw_ssh_key(&chance(n)), what, ..login(owner, n, "") }
}

pub(crate) fn server_certificate(account: u64, n: u64, name: &str) -> ServerCertificate {
    ServerCertificate {
        account: account_id(account),
        id: ServerCertificateId::draw(&chance(n)),
        version: Version::NEW,
        name: name.parse().unwrap(),
        path: Path::default(),
        created: at(5),
        expires: at(9),
        certificate: "PEM".to_owned(),
        chain: None,
        key: Sealed::from_text("sealed"),
        tags: Vec::new(),
    }
}

/// A member of a group.
pub(crate) fn member(group: &Group, user: u64) -> Link {
    let holder = Holder::User(UserId::draw(&chance(user)));
    let key = LinkKey { account: group.account, target: group.id.to_string(), kind: LinkKind::Member, holder };
    Link { key, to: Some(ResourceId::Group(group.id.clone())) }
}

pub(crate) fn user(account: u64, n: u64, name: &str) -> User {
    User {
        id: user_ref(account, n),
        version: Version::NEW,
        name: name.parse().unwrap(),
        created: at(7),
        administrator: false,
        disabled: false,
        email: None,
        login_profile: Some(LoginProfile { created: at(8), credential: Some(credential(n)) }),
        epoch: 0,
        keys: Vec::new(),
        last_sign_in: None,
        path: lockwright_model::name::Path::default(),
        grants: Grants::default(),
        groups: Vec::new(),
        tags: Vec::new(),
        factors: Factors::default(),
    }
}

pub(crate) fn builder(n: u64) -> Builder {
    Builder {
        id: BuilderId::draw(&chance(n)),
        version: Version::NEW,
        email: format!("builder.{n}@example.com").parse().unwrap(),
        name: "Ánna \u{5f20}".parse().unwrap(),
        created: at(9),
        disabled: false,
        credential: None,
        epoch: 3,
        factors: Factors::default(),
        closed: None,
    }
}

pub(crate) fn session(n: u64, owner: Identity) -> Session {
    Session {
        token: token(n),
        version: Version::NEW,
        owner,
        epoch: 1,
        created: at(10),
        last_seen: at(10),
        expires: at(1_000_000),
        idle_seconds: 3_600,
        source: source(),
        scope: SessionScope::Full,
        second_factor: None,
        confirmed: at(10),
    }
}

pub(crate) fn case(n: u64) -> Case {
    Case {
        id: CaseId::draw(&chance(n)),
        version: Version::NEW,
        purpose: Purpose::Recover {
            kind: IdentityKind::Root,
            goal: Goal::NewPassword,
            subject: Some(Identity::Root(account_id(n))),
            address: None,
        },
        holder: token(n),
        created: at(11),
        expires: at(1_000_000),
        source: source(),
        state: CaseState::Open {
            ticket: Some(Ticket { link: token(n + 1), code: Some(CodeHash::from_bytes([7; 32])), expires: at(12) }),
            wrong: 1,
            sends: 2,
        },
        gathered: Gathered::default(),
    }
}

pub(crate) fn operator(n: u64) -> Operator {
    Operator {
        id: OperatorId::draw(&chance(n)),
        version: Version::NEW,
        email: format!("operator.{n}@example.com").parse().unwrap(),
        name: "Olga".parse().unwrap(),
        role: OperatorRole::Support,
        created: at(9),
        disabled: false,
        credential: None,
        epoch: 3,
        factors: Factors::default(),
    }
}

pub(crate) fn system(n: u64) -> LinkedSystem {
    LinkedSystem {
        id: SystemId::draw(&chance(n)),
        version: Version::NEW,
        name: "Shop".parse().unwrap(),
        webhook: "https://shop.example/hook".to_owned(),
        page: "https://shop.example/".to_owned(),
        secret: Sealed::from_text("sealed"),
        created: at(9),
    }
}

pub(crate) fn ceremony(n: u64) -> Ceremony {
    Ceremony {
        token: token(n),
        version: Version::NEW,
        session: None,
        created: at(10),
        expires: at(1_000_000),
        source: source(),
        purpose: CeremonyPurpose::Case { case: case(n).id, challenge: String::new() },
    }
}

pub(crate) fn help(account: u64, user: u64, n: u64) -> HelpRequest {
    HelpRequest {
        id: HelpId::draw(&chance(n)),
        version: Version::NEW,
        user: user_ref(account, user),
        user_name: "ana".parse().unwrap(),
        created: at(100 + i64::try_from(n).unwrap()),
        source: source(),
        caller_code: "123456".to_owned(),
        state: HelpState::Open,
    }
}

pub(crate) fn tries(n: u64) -> Tries {
    Tries {
        key: TriesKey::new("signin", &n.to_string()),
        version: Version::NEW,
        count: 1,
        since: at(1),
        last: at(2),
        expires: at(1_000_000),
    }
}

pub(crate) fn job(n: u64, due: i64) -> Job {
    Job {
        id: JobId::draw(&chance(n)),
        version: Version::NEW,
        created: at(1),
        due: at(due),
        attempts: 0,
        state: JobState::Waiting,
        task: Task::SendTicket { case: CaseId::draw(&chance(n)) },
    }
}

pub(crate) fn chooser_id(n: u64) -> ChoiceId {
    ChoiceId::draw(&chance(n))
}

pub(crate) fn event(n: u64, account: Option<u64>, micros: i64) -> AuditEvent {
    AuditEvent {
        id: EventId::draw(&chance(n)),
        account: account.map(account_id),
        at: at(micros),
        name: "ConsoleLogin".to_owned(),
        chooser: n.is_multiple_of(3).then(|| chooser_id(n % 2)),
        record: serde_json::json!({"eventName": "ConsoleLogin", "n": n, "nested": {"b": null, "a": [1, 2.5, "\u{0}"]}}),
    }
}

pub(crate) fn claim(key: ClaimKey, owner: Identity) -> Claim {
    Claim::held(key, owner)
}

/// A change set of these rows alone.
pub(crate) fn puts(records: impl IntoIterator<Item = Record>) -> ChangeSet {
    ChangeSet { puts: records.into_iter().collect(), ..ChangeSet::default() }
}

/// An account as registration stores it: with the claim on its root user's email.
pub(crate) fn registered(n: u64) -> ChangeSet {
    let account = account(n);
    let claim = claim(ClaimKey::RootEmail(account.root.email.key()), Identity::Root(account.id));
    puts([Record::Account(account), Record::Claim(claim)])
}

pub(crate) fn support(n: u64) -> SupportRequest {
    SupportRequest {
        id: SupportId::draw(&chance(n)),
        version: Version::NEW,
        topic: SupportTopic::Mail,
        email: "ana@example.com".parse().unwrap(),
        text: "The mail never comes.".to_owned(),
        created: at(1),
        source: source(),
        state: SupportState::Open,
    }
}
