//! Signing in and out.

use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue};
use lockwright_model::case::IdentityKind;
use lockwright_model::email::EmailAddress;
use lockwright_model::name::UserName;
use lockwright_model::session::SessionScope;
use lockwright_service::core::person::Bar;
use lockwright_service::signin::{AccountName, Entered, SignInError, SignInName, SignedIn};

use crate::http::{Answer, Form, Member, Remembered, Visit, go};
use crate::page::FieldErrors;
use crate::page::signin::{LastTime, SignInEmail, SignInIam, SignInStart, Trouble};

/// `/`: the console for the signed-in, sign-in for the others.
pub(super) async fn home(visit: Visit) -> Answer {
    go(if visit.signed().is_some() { "/console" } else { "/signin" })
}

/// Which kind of sign-in?
pub(super) async fn start(visit: Visit) -> Answer {
    let last = visit.remembered().map(|last| match last.kind {
        IdentityKind::Iam if last.account.is_empty() => LastTime { path: "/signin/iam".to_owned(), label: "IAM user".to_owned() },
        IdentityKind::Iam => LastTime { path: format!("/signin/iam/{}", last.account), label: format!("IAM user of {}", last.account) },
        IdentityKind::Builder => LastTime { path: "/signin/builder".to_owned(), label: "builder ID".to_owned() },
        IdentityKind::Root | IdentityKind::Operator => LastTime { path: "/signin/root".to_owned(), label: "root user".to_owned() },
    });
    visit.page(&SignInStart { last })
}

/// Root: the email.
pub(super) async fn root_form(visit: Visit) -> Answer {
    visit.page(&SignInEmail::start(IdentityKind::Root, passkeys(&visit)))
}

/// Builder ID: the email.
pub(super) async fn builder_form(visit: Visit) -> Answer {
    visit.page(&SignInEmail::start(IdentityKind::Builder, passkeys(&visit)))
}

/// Root: the email, then the password.
pub(super) async fn root(visit: Visit, form: Form) -> Answer {
    by_email(visit, form, IdentityKind::Root).await
}

/// Builder ID: the email, then the password.
pub(super) async fn builder(visit: Visit, form: Form) -> Answer {
    by_email(visit, form, IdentityKind::Builder).await
}

async fn by_email(visit: Visit, form: Form, kind: IdentityKind) -> Answer {
    let typed = form.text("email");
    let Ok(email) = typed.parse::<EmailAddress>() else {
        let errors = FieldErrors::one("email", "Enter an email address, like name@example.com.");
        return visit.again(&SignInEmail { email: typed.to_owned(), errors, ..SignInEmail::start(kind, passkeys(&visit)) });
    };
    let page = SignInEmail::password(kind, email.as_str(), passkeys(&visit));
    if !form.has("password") {
        return visit.page(&page);
    }
    if form.text("password").is_empty() {
        return visit.again(&SignInEmail { errors: FieldErrors::one("password", "Enter your password."), ..page });
    }
    let name = if kind == IdentityKind::Root { SignInName::Root(email) } else { SignInName::Builder(email) };
    match visit.lockwright().sign_in(&visit.op, &name, form.text("password"), visit.session()).await {
        Ok(entered) => Ok(visit.remember(go_on(&visit, &entered)?, &Remembered { kind, account: String::new() })),
        Err(SignInError::Mismatch) => visit.again(&SignInEmail { trouble: Some(Trouble::NoMatch), ..page }),
        Err(SignInError::Wait { until }) => visit.later(until, |wait| SignInEmail { trouble: Some(Trouble::Delay { wait }), ..page }),
        Err(SignInError::Barred(bar)) => {
            visit.again(&SignInEmail { errors: FieldErrors::one("password", barred(bar, "password")), ..page })
        }
        Err(SignInError::Trouble(trouble)) => Err(trouble.into()),
    }
}

/// IAM user: account, user name and password.
pub(super) async fn iam_form(visit: Visit) -> Answer {
    let account = visit.remembered().map(|last| last.account).unwrap_or_default();
    visit.page(&SignInIam { account, ..iam_page(&visit) })
}

/// The form of an IAM user, empty.
pub(super) fn iam_page(visit: &Visit) -> SignInIam {
    SignInIam { passkeys: passkeys(visit), ..SignInIam::default() }
}

/// The same with the account filled in from the path; nothing is looked up, so it says nothing of the account.
pub(super) async fn iam_form_for(visit: Visit, Path(account): Path<String>) -> Answer {
    match account.parse::<AccountName>() {
        Ok(_) => visit.page(&SignInIam { account, account_given: true, ..iam_page(&visit) }),
        Err(_) => visit.page(&iam_page(&visit)),
    }
}

/// Signs an IAM user in.
pub(super) async fn iam(visit: Visit, form: Form) -> Answer {
    let page = SignInIam { account: form.text("account").into(), user_name: form.text("user_name").into(), ..iam_page(&visit) };
    let (name, mut errors) = iam_name(&form);
    if form.text("password").is_empty() {
        errors.add("password", "Enter your password.");
    }
    let Some(name) = name.filter(|_| errors.is_empty()) else {
        return visit.again(&SignInIam { errors, ..page });
    };
    // The account and not the user: a machine that several people use offers nobody's name.
    let account = page.account.trim().to_lowercase().replace(' ', "");
    let last = Remembered { kind: IdentityKind::Iam, account };
    match visit.lockwright().sign_in(&visit.op, &name, form.text("password"), visit.session()).await {
        Ok(entered) => Ok(visit.remember(go_on(&visit, &entered)?, &last)),
        Err(SignInError::Mismatch) => visit.again(&SignInIam { trouble: Some(Trouble::NoMatch), ..page }),
        Err(SignInError::Wait { until }) => visit.later(until, |wait| SignInIam { trouble: Some(Trouble::Delay { wait }), ..page }),
        Err(SignInError::Barred(bar)) => visit.again(&SignInIam { errors: FieldErrors::one("password", barred(bar, "password")), ..page }),
        Err(SignInError::Trouble(trouble)) => Err(trouble.into()),
    }
}

/// The account and user name of a form, or what has to be put right.
pub(super) fn iam_name(form: &Form) -> (Option<SignInName>, FieldErrors) {
    let mut errors = FieldErrors::none();
    let account = form.text("account").parse::<AccountName>().ok();
    let user = form.text("user_name").parse::<UserName>();
    if account.is_none() {
        errors.add("account", "Enter the 12-digit account number or the account alias.");
    }
    match (&user, form.text("user_name").trim().is_empty()) {
        (Err(_), true) => errors.add("user_name", "Enter your user name."),
        (Err(rule), false) => errors.add("user_name", rule.to_string()),
        (Ok(_), _) => {}
    }
    (account.zip(user.ok()).map(|(account, user)| SignInName::Iam { account, user }), errors)
}

/// The same for what a browser remembers.
pub(super) fn iam_name_of(account: &str, user: &str) -> Option<SignInName> {
    let account = account.parse().ok()?;
    Some(SignInName::Iam { account, user: user.parse().ok()? })
}

/// Whether passkeys work under the configured address.
pub(super) fn passkeys(visit: &Visit) -> bool {
    visit.lockwright().passkeys(IdentityKind::Root).is_ok()
}

/// What comes after the right password.
pub(super) fn go_on(visit: &Visit, entered: &Entered) -> Answer {
    match entered {
        Entered::SignedIn(signed) => signed_in(visit, signed),
        Entered::SecondFactor(token) => Ok(visit.give_ceremony(go("/signin/second-step")?, token)),
    }
}

/// Hands out the session, and leads to where it may go.
pub(super) fn signed_in(visit: &Visit, signed: &SignedIn) -> Answer {
    let path = match signed.scope {
        SessionScope::Full => visit.web().site().home(),
        SessionScope::ChangePassword => "/security/password",
        SessionScope::EnrolMfa => "/security/mfa",
    };
    Ok(visit.give_session(go(path)?, &signed.token))
}

/// What bars somebody, told after the proof, and what to do. `proof` is what was right: `password`, `passkey`.
pub(super) fn barred(bar: Bar, proof: &str) -> String {
    match bar {
        Bar::AccountSuspended => format!("Your {proof} is right, but this account is suspended. Ask whoever runs this installation."),
        Bar::AccountClosed => format!("Your {proof} is right, but this account is closed. Its root user can take it back for 90 days."),
        Bar::Disabled => format!("Your {proof} is right, but your sign-in is switched off. Ask your administrator to switch it on."),
        Bar::ExpiredHard => "Your password has expired, and in your account only an administrator can set a new one. Ask yours.".to_owned(),
    }
}

/// Signs out: the session is dead on the server, and what the browser kept of the pages is cleared.
///
/// Cookies are not cleared wholesale: the browser's own token is worth nothing to others, and an open recovery goes on.
pub(super) async fn sign_out(visit: Visit) -> Answer {
    let member = Member::even_closed(visit)?;
    member.lockwright().sign_out(&member.op, &member.session).await?;
    let mut response = member.visit.take_session(go("/signin?done=signed-out")?);
    let clear = (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\", \"storage\""));
    response.headers_mut().insert(clear.0, clear.1);
    Ok(response)
}
