//! Turns a [`Page`] into an HTML document: one template environment, built once, strict about what is missing.

use std::sync::LazyLock;

use lockwright_model::case::IdentityKind;
use lockwright_model::proof::Goal;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use crate::assets::ASSETS;
use crate::page::course::Course;
use crate::page::{FieldErrors, Nav, Page, escape, field};

/// What stands around every page.
#[derive(Clone, Debug, Serialize)]
pub struct Shell {
    /// What the paths of the site begin with: nothing, or `/operator` on the operators' pages.
    pub base: &'static str,
    /// The installation's name, beside the mark.
    pub installation: String,
    /// The token that every form carries as `csrf`.
    pub csrf: String,
    /// Who is signed in.
    pub signed_in: Option<SignedIn>,
    /// What just happened, shown once.
    pub notice: Option<Flash>,
    /// A recovery of whoever is signed in that is under way.
    pub recovering: Option<Recovering>,
    /// The systems that share the login of whoever is signed in: pages that change credentials say so before.
    pub shared: Vec<String>,
    /// What the page says about cookies.
    pub privacy: PrivacyBar,
}

/// What a page says about cookies.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PrivacyBar {
    /// Nothing was chosen yet: the first layer stands below the page.
    pub ask: bool,
    /// The last choice could not be saved; whom to write to when it fails again.
    pub unsaved: Option<String>,
    /// The browser sends Global Privacy Control.
    pub signal: bool,
    /// Third parties' scripts are configured: the first layer says so.
    pub others: bool,
    /// Where the first layer leads back to: a path of ours.
    pub back: String,
    /// Where choices are changed, and the way back.
    pub preferences: String,
    /// Third parties' scripts that were allowed run, in a frame that reaches nothing of ours.
    pub tags: bool,
}

impl PrivacyBar {
    /// Nothing to ask.
    pub fn quiet() -> Self {
        Self {
            ask: false,
            unsaved: None,
            signal: false,
            others: false,
            back: "/".into(),
            preferences: "/privacy/cookies".into(),
            tags: false,
        }
    }
}

/// A recovery of whoever is signed in that is under way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Recovering {
    /// What it is to do.
    pub goal: Goal,
    /// When it began.
    pub began: String,
    /// It waits, and can be finished then.
    pub release: Option<String>,
    /// It can be finished now.
    pub ready: bool,
    /// A session stopped one before: it takes more now.
    pub contested: bool,
    /// How it goes on.
    pub course: Course,
}

impl Recovering {
    /// For samples.
    pub fn sample(contested: bool) -> Self {
        Self {
            goal: Goal::NewPassword,
            began: "13:32 UTC on 23 November 2026".into(),
            release: Some("13:42 UTC on 26 November 2026".into()),
            ready: false,
            contested,
            course: Course::sample(true),
        }
    }
}

/// Who is signed in, for the head of the page and the console's navigation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SignedIn {
    /// `Root user of Example (1234-5678-9012)`, `ana in Example (1234-5678-9012)`, `Ana Lima`
    pub label: String,
    /// The kind of sign-in.
    pub kind: IdentityKind,
    /// What the navigation shows besides what everybody has.
    pub sees: Sees,
    /// May only choose a new password: no navigation.
    pub must_change: bool,
    /// Help requests that wait, for administrators.
    pub open_help: u32,
}

/// The parts of the navigation that not everybody sees.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Sees {
    /// The account's users.
    pub users: bool,
    /// Its groups.
    pub groups: bool,
    /// Its roles.
    pub roles: bool,
    /// Its policies.
    pub policies: bool,
    /// Who may do what.
    pub permissions: bool,
    /// Help requests.
    pub help: bool,
    /// The trail.
    pub trail: bool,
    /// The account's settings.
    pub account: bool,
    /// How ready the installation is: operators of role security.
    pub readiness: bool,
}

impl Sees {
    /// For samples: all of an account.
    pub fn sample() -> Self {
        let (users, groups, roles, policies, permissions, help, trail, account) = (true, true, true, true, true, true, true, true);
        Self { users, groups, roles, policies, permissions, help, trail, account, readiness: false }
    }
}

/// What just happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Flash {
    /// How it is marked.
    pub tone: Tone,
    /// What happened, in a sentence.
    pub text: String,
}

/// How a message is marked, in colour and in words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// It is done.
    Done,
    /// Look here.
    Look,
    /// It was stopped.
    Stopped,
}

impl Shell {
    /// A shell with nobody signed in and nothing to tell.
    pub fn new(installation: impl Into<String>, csrf: impl Into<String>) -> Self {
        Self {
            base: "",
            installation: installation.into(),
            csrf: csrf.into(),
            signed_in: None,
            notice: None,
            recovering: None,
            shared: Vec::new(),
            privacy: PrivacyBar::quiet(),
        }
    }

    /// On the site whose paths begin like this.
    #[must_use]
    pub fn at(self, base: &'static str) -> Self {
        Self { base, ..self }
    }

    /// Somebody is signed in.
    #[must_use]
    pub fn signed_in(mut self, who: SignedIn) -> Self {
        self.signed_in = Some(who);
        self
    }

    /// A recovery of whoever is signed in is under way.
    #[must_use]
    pub fn recovering(self, recovering: Option<Recovering>) -> Self {
        Self { recovering, ..self }
    }

    /// These systems share the login.
    #[must_use]
    pub fn sharing(self, shared: Vec<String>) -> Self {
        Self { shared, ..self }
    }

    /// What the page says about cookies.
    #[must_use]
    pub fn private(self, privacy: PrivacyBar) -> Self {
        Self { privacy, ..self }
    }

    /// Something just happened.
    #[must_use]
    pub fn tell(mut self, tone: Tone, text: impl Into<String>) -> Self {
        self.notice = Some(Flash { tone, text: text.into() });
        self
    }

    /// For samples.
    pub fn sample() -> Self {
        Self::new("Lockwright", "sample-token")
    }
}

impl SignedIn {
    /// For samples.
    pub fn sample() -> Self {
        Self {
            label: "Root user of Example (1234-5678-9012)".into(),
            kind: IdentityKind::Root,
            sees: Sees::sample(),
            must_change: false,
            open_help: 2,
        }
    }

    /// For samples: an IAM user without rights.
    pub fn sample_user() -> Self {
        Self {
            label: "ana in Example (1234-5678-9012)".into(),
            kind: IdentityKind::Iam,
            sees: Sees::default(),
            must_change: false,
            open_help: 0,
        }
    }
}

#[derive(Serialize)]
struct Context<'a, P: Serialize> {
    shell: &'a Shell,
    title: &'a str,
    nav: Option<Nav>,
    errors: Option<&'a FieldErrors>,
    page: &'a P,
}

/// The whole document of a page.
pub fn page<P: Page>(shell: &Shell, page: &P) -> String {
    let title = page.title();
    let errors = page.errors().filter(|errors| !errors.is_empty());
    let context = Value::from(Serde(Context { shell, title: &title, nav: page.nav(), errors, page }));
    render(P::TEMPLATE, context)
}

/// Renders a template; a failure is our own mistake, caught by the samples' test, and must still answer something.
pub(crate) fn render(template: &str, context: Value) -> String {
    match ENVIRONMENT.get_template(template).and_then(|found| found.render(context)) {
        Ok(text) => text,
        Err(error) => {
            tracing::error!(template, %error, detail = %error.display_debug_info(), "a template could not be rendered");
            if template.ends_with(".html") { LAST_RESORT.to_owned() } else { String::new() }
        }
    }
}

const LAST_RESORT: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Something went wrong</title></head><body><main>\
<h1>Something went wrong on our side</h1><p>This page can’t be shown. Go back, or open <a href=\"/signin\">the sign-in page</a>.</p></main></body></html>";

macro_rules! templates {
    ($env:ident: $($name:literal),* $(,)?) => {
        [$($env.add_template($name, include_str!(concat!("../templates/", $name)))),*]
    };
}

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut env = Environment::new();
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        env.set_syntax(syntax);
    }
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(|name| if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None });
    env.set_formatter(escape::write);
    env.add_function("field", field::field);
    env.add_function("check", field::check);
    env.add_function("radio", field::radio);
    env.add_global("style_path", ASSETS.style.path.as_str());
    env.add_global("script_path", ASSETS.script.path.as_str());
    env.add_global("passkey_path", ASSETS.passkey.path.as_str());
    env.add_global("icon_path", ASSETS.icon.path.as_str());
    let added = templates![env:
        "layout.html",
        "public.html",
        "console.html",
        "help_export.html",
        "part/mark.html",
        "part/head.html",
        "part/foot.html",
        "part/choose.html",
        "part/purpose_items.html",
        "part/nav.html",
        "part/messages.html",
        "part/trouble.html",
        "part/wait.html",
        "part/seek.html",
        "part/help_rows.html",
        "part/outbox.html",
        "part/access_keys.html",
        "part/course.html",
        "part/grants.html",
        "part/tags.html",
        "part/source.html",
        "part/answer.html",
        "part/in_the_way.html",
        "part/rehearsal.html",
        "part/recovering.html",
        "part/wait_password.html",
        "part/new_password.html",
        "part/shared.html",
        "part/passkey_signin.html",
        "part/give_password.html",
        "public/signin.html",
        "public/signin_email.html",
        "public/signin_iam.html",
        "public/second_step.html",
        "public/second_step_over.html",
        "public/recover.html",
        "public/recover_email.html",
        "public/recover_iam.html",
        "public/find_sent.html",
        "public/recover_device.html",
        "public/case_ways.html",
        "public/case_proof.html",
        "public/case_reenrol.html",
        "public/case_code.html",
        "public/case_link.html",
        "public/case_password.html",
        "public/case_done.html",
        "public/case_ended.html",
        "public/email_undone.html",
        "public/help_asked.html",
        "public/obstacles.html",
        "public/tree.html",
        "public/support.html",
        "public/support_asked.html",
        "public/help.html",
        "public/help_article.html",
        "public/help_search.html",
        "public/signup.html",
        "public/signup_details.html",
        "public/signup_done.html",
        "public/builder_signup.html",
        "public/builder_password.html",
        "public/builder_off.html",
        "public/contact_code.html",
        "public/contact_done.html",
        "public/contact_ended.html",
        "public/contact_invitation.html",
        "public/contact_leave.html",
        "public/contact_question.html",
        "public/problem.html",
        "public/cookies.html",
        "public/ads.html",
        "public/notice.html",
        "public/outbox.html",
        "public/notice_ask.html",
        "public/notice_answered.html",
        "public/outbox_mail.html",
        "console/home.html",
        "console/home_builder.html",
        "console/home_user.html",
        "console/users.html",
        "console/user_new.html",
        "console/user.html",
        "console/user_secret.html",
        "console/access_key.html",
        "console/groups.html",
        "console/group_new.html",
        "console/group.html",
        "console/policies.html",
        "console/policy.html",
        "console/document.html",
        "console/roles.html",
        "console/role_new.html",
        "console/role.html",
        "console/close.html",
        "console/closed.html",
        "console/email.html",
        "console/help.html",
        "console/help_show.html",
        "console/account.html",
        "console/account_alternate.html",
        "console/account_contact.html",
        "console/account_contacts.html",
        "console/password_policy.html",
        "console/trail.html",
        "console/leave.html",
        "console/linked.html",
        "console/permissions.html",
        "console/readiness.html",
        "console/contact_new.html",
        "console/contacts.html",
        "console/security.html",
        "console/change_password.html",
        "console/addresses.html",
        "console/address_code.html",
        "console/confirm.html",
        "console/codes.html",
        "console/codes_shown.html",
        "console/mfa.html",
        "console/mfa_add.html",
        "console/mfa_device.html",
        "console/mfa_passkey.html",
        "console/mfa_totp.html",
        "mail/email_changed.txt",
        "operator/signin.html",
        "operator/home.html",
        "operator/found.html",
        "operator/support.html",
        "operator/support_request.html",
        "operator/articles.html",
        "operator/article.html",
        "operator/readiness.html",
        "operator/recoveries.html",
        "operator/recovery.html",
        "part/recovery_facts.html",
        "part/recovery_hindrance.html",
        "part/nav_operator.html",
        "mail/ticket.txt",
        "mail/notice.txt",
        "mail/happening.txt",
        "mail/contact.txt",
        "mail/found.txt",
        "mail/support.txt",
        "mail/mail.html",
    ];
    for failure in added.into_iter().filter_map(Result::err) {
        tracing::error!(%failure, detail = %failure.display_debug_info(), "a template could not be read");
    }
    env
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_read_and_none_is_forgotten() {
        let read: Vec<&str> = ENVIRONMENT.templates().map(|(name, _)| name).collect();
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        for folder in ["", "part", "public", "console", "operator", "mail"] {
            for file in std::fs::read_dir(root.join(folder)).unwrap().flatten().filter(|file| file.path().is_file()) {
                let name = file.path().strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                assert!(read.contains(&name.as_str()), "{name}");
            }
        }
    }

    #[test]
    fn a_missing_value_never_passes_as_an_empty_one() {
        for source in ["{{ nothing }}", "{{ page.nothing }}", "{{ none }}"] {
            let context = Value::from(Serde(std::collections::BTreeMap::from([("page", std::collections::BTreeMap::<&str, &str>::new())])));
            assert!(ENVIRONMENT.render_named_str("x.html", source, context).is_err(), "{source}");
        }
    }

    #[test]
    fn what_just_happened_is_told_in_words_and_tone() {
        let shell = Shell::sample().tell(Tone::Done, "The password of <ana> was reset.");
        let html = page(&shell, &crate::page::signin::SignInStart::default());
        assert!(html.contains("<div class=\"message done\" role=\"status\">") && html.contains("of &lt;ana&gt; was reset."));
    }
}
