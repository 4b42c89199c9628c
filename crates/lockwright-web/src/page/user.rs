//! `/console/users`: IAM users, seen by an administrator.

use std::borrow::Cow;

use serde::Serialize;

use super::access_keys::KeyCard;
use super::course::Course;
use super::grants::{GrantsCard, TagsCard};
use super::mfa::DeviceRow;
use super::{FieldErrors, Nav, Page, PasswordRules, Sample, add};

/// How a user can sign in to the console.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleAccess {
    /// No login profile.
    None,
    /// A set-password link is out; no password yet.
    LinkOut,
    /// A password.
    Password,
    /// A password that must be changed at the next sign-in.
    MustChange,
    /// A password that 100 consecutive failures switched off.
    SwitchedOff,
}

/// One IAM user in the list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct UserRow {
    /// The unique id.
    pub id: String,
    /// The name.
    pub name: String,
    /// How it can sign in.
    pub access: ConsoleAccess,
    /// The last sign-in, from [`super::words::ago`].
    pub last_sign_in: Option<String>,
    /// Member of the administrators group.
    pub administrator: bool,
    /// An administrator has switched sign-in off.
    pub disabled: bool,
}

/// `/console/users`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Users {
    /// By name.
    pub rows: Vec<UserRow>,
    /// The path of the next page.
    pub more: Option<String>,
    /// One can be created.
    pub may_create: bool,
}

impl Page for Users {
    const TEMPLATE: &'static str = "console/users.html";
    const NAV: Option<Nav> = Some(Nav::Users);

    fn title(&self) -> Cow<'static, str> {
        "Users".into()
    }

    fn samples() -> Vec<Self> {
        let row = |name: &str, access, last: Option<&str>, administrator, disabled| UserRow {
            id: "AIDAMZXW6YTBOIMZXW6Y".into(),
            name: name.into(),
            access,
            last_sign_in: last.map(str::to_owned),
            administrator,
            disabled,
        };
        vec![
            Self { may_create: true, ..Self::default() },
            Self {
                may_create: true,
                rows: vec![
                    row("ana", ConsoleAccess::Password, Some("yesterday"), true, false),
                    row("b.okafor", ConsoleAccess::MustChange, None, false, false),
                    row("build-machine", ConsoleAccess::None, None, false, false),
                    row("j.doe", ConsoleAccess::SwitchedOff, Some("3 months ago"), false, false),
                    row("kim", ConsoleAccess::LinkOut, None, false, false),
                    row("temp.contractor", ConsoleAccess::Password, Some("1 year ago"), false, true),
                ],
                more: Some("/console/users?after=temp.contractor".into()),
            },
        ]
    }
}

/// How a password is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Give {
    /// A single-use link; the user chooses.
    #[default]
    Link,
    /// Drawn by us, shown once.
    Generated,
    /// Typed by the administrator.
    Typed,
    /// None: no console access.
    None,
}

/// `/console/users/new`: posts `name`, `email`, `administrator`, `mode` (a [`Give`]), `password`, `must_change` to `/console/users`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct UserNew {
    /// What was typed.
    pub name: String,
    /// What was typed.
    pub email: String,
    /// Ticked.
    pub administrator: bool,
    /// Chosen.
    pub mode: Give,
    /// Ticked.
    pub must_change: bool,
    /// The rules that count for a typed password.
    pub rules: PasswordRules,
    /// What has to be put right in `name`, `email` or `password`.
    pub errors: FieldErrors,
}

impl UserNew {
    /// The empty form.
    pub fn start(rules: PasswordRules) -> Self {
        Self {
            name: String::new(),
            email: String::new(),
            administrator: false,
            mode: Give::Link,
            must_change: true,
            rules,
            errors: FieldErrors::none(),
        }
    }
}

impl Page for UserNew {
    const TEMPLATE: &'static str = "console/user_new.html";
    const NAV: Option<Nav> = Some(Nav::Users);

    fn title(&self) -> Cow<'static, str> {
        "Create a user".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let page = Self::start(PasswordRules::iam(None));
        vec![
            page.clone(),
            Self {
                name: "ana".into(),
                mode: Give::Typed,
                errors: FieldErrors::one("name", "A user named “ana” exists already. Choose another name.")
                    .and("password", "Type a password, or choose another way above."),
                ..page
            },
        ]
    }
}

/// A group that a user is in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GroupLink {
    /// Its unique id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// What is shown and offered on a user's page, each where policies let.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct UserOffers {
    /// A password or a link is given.
    pub password: bool,
    /// Console access is taken away.
    pub remove: bool,
    /// MFA devices are shown.
    pub see_devices: bool,
    /// MFA devices are taken away.
    pub devices: bool,
    /// Groups are joined and left.
    pub groups: bool,
    /// It becomes an administrator, or an ordinary user.
    pub administrator: bool,
    /// Sign-in is switched off and on.
    pub disable: bool,
    /// It is deleted.
    pub delete: bool,
}

impl UserOffers {
    /// All of them.
    pub(super) const ALL: Self = Self {
        password: true,
        remove: true,
        see_devices: true,
        devices: true,
        groups: true,
        administrator: true,
        disable: true,
        delete: true,
    };
}

/// `/console/users/{id}`. Posts to `…/password` (`mode` = `link`, `generated`, `typed`; `password`, `must_change`), `…/console/remove`,
/// `…/mfa/{device}/deactivate`, `…/mfa/enrol`, `…/sessions/end`, `…/disable`, `…/enable`, `…/administrator` (`value` = `on` or `off`), `…/delete` (`confirm` = the name),
/// `group` (a name) to `…/groups`, `group` (an id) to `…/groups/leave`, and what [`KeyCard`], [`GrantsCard`] and [`TagsCard`] say.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct UserShow {
    /// The unique id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The ARN.
    pub arn: String,
    /// When it was created, from [`super::words::at`].
    pub created: String,
    /// The confirmed address.
    pub email: Option<String>,
    /// How it can sign in.
    pub access: ConsoleAccess,
    /// When the password was last changed, from [`super::words::ago`].
    pub password_changed: Option<String>,
    /// The last sign-in, from [`super::words::ago`].
    pub last_sign_in: Option<String>,
    /// Member of the administrators group.
    pub administrator: bool,
    /// An administrator has switched sign-in off.
    pub disabled: bool,
    /// The person looks at themselves: what would lock them out is not offered.
    pub is_self: bool,
    /// MFA devices.
    pub devices: Vec<DeviceRow>,
    /// Access keys, of those who have any or can be given one.
    pub keys: Option<KeyCard>,
    /// What it may do.
    pub grants: GrantsCard,
    /// Its groups; `None`: policies don't let see them.
    pub groups: Option<Vec<GroupLink>>,
    /// The name typed of a group to put it into.
    pub typed_group: String,
    /// Its tags; `None`: policies don't let see them.
    pub tags: Option<TagsCard>,
    /// What is offered.
    pub offers: UserOffers,
    /// A device is owed at the next sign-in.
    pub enrolment_owed: bool,
    /// And devices were taken away for it: a new password is to be handed over first.
    pub devices_taken: bool,
    /// The id of a help request of theirs that waits.
    pub open_help: Option<String>,
    /// How a recovery of theirs goes on that is under way.
    pub recovering: Option<Course>,
    /// Where the user signs in, whole.
    pub sign_in_url: String,
    /// Chosen in the password form.
    pub mode: Give,
    /// Ticked in the password form.
    pub must_change: bool,
    /// The rules that count for a typed password.
    pub rules: PasswordRules,
    /// What has to be put right in one of the forms.
    pub errors: FieldErrors,
}

impl Page for UserShow {
    const TEMPLATE: &'static str = "console/user.html";
    const NAV: Option<Nav> = Some(Nav::Users);

    fn title(&self) -> Cow<'static, str> {
        self.name.clone().into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let page = Self {
            id: "AIDAMZXW6YTBOIMZXW6Y".into(),
            name: "ana".into(),
            arn: "arn:aws:iam::123456789012:user/ana".into(),
            created: "09:12 UTC on 2 March 2026".into(),
            email: Some("ana@example.com".into()),
            access: ConsoleAccess::Password,
            password_changed: Some("3 months ago".into()),
            last_sign_in: Some("yesterday".into()),
            administrator: false,
            disabled: false,
            is_self: false,
            devices: DeviceRow::samples(),
            keys: Some(KeyCard::sample("/console/users/AIDAMZXW6YTBOIMZXW6Y/access-keys", true)),
            grants: GrantsCard::sample("/console/users/AIDAMZXW6YTBOIMZXW6Y", "ana"),
            groups: Some(vec![GroupLink { id: "AGPAMZXW6YTBOIMZXW6Y".into(), name: "auditors".into() }]),
            typed_group: String::new(),
            tags: Some(TagsCard::sample("/console/users/AIDAMZXW6YTBOIMZXW6Y", "ana")),
            offers: UserOffers::ALL,
            enrolment_owed: false,
            devices_taken: false,
            open_help: Some("MZXW6YTBOIMZXW6YTBOIMZXW6Y".into()),
            recovering: Some(Course::sample(true)),
            sign_in_url: "https://access.example.com/a/example-corp".into(),
            mode: Give::Link,
            must_change: true,
            rules: PasswordRules::iam(None),
            errors: FieldErrors::none(),
        };
        vec![
            page.clone(),
            Self {
                access: ConsoleAccess::None,
                email: None,
                password_changed: None,
                last_sign_in: None,
                devices: Vec::new(),
                keys: None,
                enrolment_owed: true,
                devices_taken: true,
                disabled: true,
                open_help: None,
                recovering: None,
                errors: FieldErrors::one("confirm", "To delete this user, type its name exactly: ana"),
                ..page.clone()
            },
            Self { administrator: true, is_self: true, open_help: None, ..page.clone() },
            Self {
                grants: GrantsCard::sample_looked_at("/console/users/AIDAMZXW6YTBOIMZXW6Y", "ana"),
                groups: None,
                tags: None,
                keys: None,
                offers: UserOffers::default(),
                open_help: None,
                recovering: None,
                ..page
            },
        ]
    }
}

/// What is shown once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretKind {
    /// A generated password.
    Password,
    /// A single-use set-password link, whole.
    Link,
}

/// After a password or link was made for a user: shown once. Has no Debug, since it carries a secret.
#[derive(Clone, Serialize)]
pub struct UserSecret {
    /// The user's unique id.
    pub user_id: String,
    /// The user's name.
    pub user_name: String,
    /// What it is.
    pub kind: SecretKind,
    /// The password or the link.
    pub secret: String,
    /// When the link stops working, from [`super::words::until`].
    pub until: Option<String>,
    /// The user must choose an own password at the next sign-in.
    pub must_change: bool,
    /// Where the user signs in, whole.
    pub sign_in_url: String,
    /// The user was created with it just now.
    pub created: bool,
}

impl Page for UserSecret {
    const TEMPLATE: &'static str = "console/user_secret.html";
    const NAV: Option<Nav> = Some(Nav::Users);

    fn title(&self) -> Cow<'static, str> {
        match self.kind {
            SecretKind::Password => format!("New password for {}", self.user_name).into(),
            SecretKind::Link => format!("Set-password link for {}", self.user_name).into(),
        }
    }

    fn samples() -> Vec<Self> {
        let link = Self {
            user_id: "AIDAMZXW6YTBOIMZXW6Y".into(),
            user_name: "ana".into(),
            kind: SecretKind::Link,
            secret: "https://access.example.com/recover/link/MZXW6YTBOIMZXW6YTBOIMZXW6Y/lw_link_mzxw6ytboimzxw6ytboimzxw6ytboimzxw6ytboimzxw6ytboi_sample".into(),
            until: Some("for 24 hours (until 13:32 UTC on 24 November)".into()),
            must_change: false,
            sign_in_url: "https://access.example.com/a/example-corp".into(),
            created: true,
        };
        vec![
            link.clone(),
            Self {
                kind: SecretKind::Password,
                secret: "quiet-Harbor-57-lantern".into(),
                until: None,
                must_change: true,
                created: false,
                ..link
            },
        ]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<Users>(out);
    add::<UserNew>(out);
    add::<UserShow>(out);
    add::<UserSecret>(out);
}
