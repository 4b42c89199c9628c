//! Who is at the door: anybody (`Visit`), somebody signed in (`Member`).

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use lockwright_model::clock::Timestamp;
use lockwright_model::context::OpContext;
use lockwright_model::help::HelpState;
use lockwright_model::identity::Identity;
use lockwright_model::operator::OperatorRole;
use lockwright_model::session::{Session, SessionScope};
use lockwright_model::token::{Token, TokenKind};
use lockwright_service::Lockwright;
use lockwright_service::core::person::Person;
use lockwright_service::core::privacy::Standing;
use lockwright_service::operator_help::OperatorError;
use lockwright_service::sessions::Signed;
use lockwright_service::users::UserError;

use super::admin::account_of;
use super::answer::{self, Answer, Refused};
use super::arrival::Arrival;
use super::consent::ESSENTIAL;
use super::cookies::{CASE, CEREMONY, NAME, SESSION};
use super::form::{encode, query_value};
use super::people;
use super::state::{Site, Web};
use crate::page::course::Course;
use crate::page::{Page, words};
use crate::render::{self, Sees, Shell, Tone};

/// Between the words that a browser remembers; no name and no address contains it.
const BETWEEN: &str = "\n";

/// A request, by whomever. Its act is nobody's: only [`Member`] acts as the person who is signed in.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) op: OpContext,
    pub(super) web: Web,
    pub(super) arrival: Arrival,
    signed: Option<Arc<(Token, Signed)>>,
    /// What may be set and counted now.
    pub(super) standing: Standing,
    query: String,
    /// The browser came here from a page of ours, or does not say.
    from_here: bool,
}

impl Visit {
    pub(super) async fn load(web: &Web, parts: &Parts) -> Result<Self, Refused> {
        let arrival = parts.extensions.get::<Arrival>().cloned().unwrap_or_else(|| Arrival::of(web, &parts.uri, &parts.headers, None));
        let from_here = parts.headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin");
        let visit = Self { query: parts.uri.query().unwrap_or_default().to_owned(), from_here, ..Self::bare(web, arrival).await? };
        visit.keep_signal().await;
        Ok(visit)
    }

    /// A request without what it asks for: enough for the frame of a page.
    pub(super) async fn bare(web: &Web, arrival: Arrival) -> Result<Self, Refused> {
        let token = arrival.session.as_deref().and_then(|text| Token::parse(TokenKind::Session, text));
        let signed = match token {
            Some(token) => web.lockwright().authenticate(token.expose()).await?.map(|signed| (token, signed)),
            None => None,
        };
        let signed = signed.filter(|(_, signed)| web.site().takes(signed.person.kind())).map(Arc::new);
        let person = signed.as_deref().map(|signed| &signed.1.person);
        let standing = web.lockwright().privacy_standing(&arrival.brought, person, arrival.op.now);
        Ok(Self { op: arrival.op.clone(), web: web.clone(), arrival, signed, standing, query: String::new(), from_here: false })
    }

    /// The same visit, from now on with the session of this token.
    pub(crate) async fn with_session(mut self, token: &Token) -> Result<Self, Refused> {
        let signed = self.lockwright().authenticate(token.expose()).await?;
        let signed = signed.filter(|signed| self.web.site().takes(signed.person.kind()));
        self.signed = signed.map(|signed| Arc::new((token.clone(), signed)));
        Ok(self)
    }

    pub(crate) fn lockwright(&self) -> &Lockwright {
        self.web.lockwright()
    }

    pub(crate) fn web(&self) -> &Web {
        &self.web
    }

    /// The session that the browser has, to be ended by a new sign-in.
    pub(crate) fn session(&self) -> Option<&Token> {
        self.signed.as_deref().map(|signed| &signed.0)
    }

    pub(crate) fn signed(&self) -> Option<&Signed> {
        self.signed.as_deref().map(|signed| &signed.1)
    }

    /// Ends the session that the browser has, in its owner's name: a new one takes its place.
    ///
    /// What was registered stands whether or not this succeeds.
    pub(crate) async fn leave(&self) {
        if let Some(signed) = self.signed() {
            let op = signed.acting(&self.op);
            if let Err(trouble) = self.lockwright().sign_out(&op, &signed.session).await {
                tracing::warn!(request = %op.id, %trouble, "an earlier session was not ended");
            }
        }
    }

    /// The cookie of the case that this browser holds; empty when there is none, which holds nothing.
    pub(crate) fn case_cookie(&self) -> &str {
        self.arrival.case.as_deref().unwrap_or_default()
    }

    /// What this browser typed to open the case.
    pub(crate) fn typed(&self, case: &str) -> Option<Vec<String>> {
        let held = query_value(&format!("v={}", self.arrival.name.as_deref()?), "v")?;
        let mut parts = held.split(BETWEEN).map(str::to_owned);
        (parts.next().as_deref() == Some(case)).then(|| parts.collect())
    }

    /// Hands the browser a case, and what was typed to open it.
    pub(crate) fn give_case(&self, response: Response, holder: &Token, typed: Option<(&str, &[&str])>) -> Response {
        let jar = self.web.jar();
        let response = answer::with_cookie(response, jar.set(&CASE, holder.expose(), ESSENTIAL));
        match typed {
            Some((case, words)) => self.retype(response, case, words),
            None => response,
        }
    }

    /// The browser keeps its case until this moment, though it ends meanwhile: a waiting time lasts days.
    pub(crate) fn keep_case(&self, response: Response, until: Timestamp) -> Response {
        let jar = self.web.jar();
        answer::with_cookie(response, jar.keep(&CASE, self.case_cookie(), until.since(self.op.now).as_secs(), ESSENTIAL))
    }

    /// What the browser remembers of a case, anew.
    pub(crate) fn retype(&self, response: Response, case: &str, words: &[&str]) -> Response {
        let jar = self.web.jar();
        let value = encode(&format!("{case}{BETWEEN}{}", words.join(BETWEEN)));
        answer::with_cookie(response, jar.set(&NAME, &value, ESSENTIAL))
    }

    /// The cookie of the ceremony that this browser is in; empty when there is none, which is none.
    pub(crate) fn ceremony_cookie(&self) -> &str {
        self.arrival.ceremony.as_deref().unwrap_or_default()
    }

    /// Hands the browser a ceremony.
    pub(crate) fn give_ceremony(&self, response: Response, token: &Token) -> Response {
        let jar = self.web.jar();
        answer::with_cookie(response, jar.set(&CEREMONY, token.expose(), ESSENTIAL))
    }

    /// Takes the ceremony's cookie away: it is over.
    pub(crate) fn end_ceremony(&self, response: Response) -> Response {
        let jar = self.web.jar();
        answer::with_cookie(response, jar.remove(&CEREMONY))
    }

    /// Hands the browser a session.
    pub(crate) fn give_session(&self, response: Response, token: &Token) -> Response {
        let jar = self.web.jar();
        answer::with_cookie(response, jar.set(&SESSION, token.expose(), ESSENTIAL))
    }

    /// Takes the session's cookie away.
    pub(crate) fn take_session(&self, response: Response) -> Response {
        answer::with_cookie(response, self.web.jar().remove(&SESSION))
    }

    /// A field of the query.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        query_value(&self.query, name)
    }

    /// Whether mail waits in `/outbox`, and this browser could look at it.
    pub(crate) fn outbox(&self) -> Option<&std::path::Path> {
        self.web.config().outbox.as_deref().filter(|_| self.local())
    }

    /// The same for messages to phones.
    pub(crate) fn message_outbox(&self) -> Option<&std::path::Path> {
        self.web.config().message_outbox.as_deref().filter(|_| self.local())
    }

    /// The browser runs on this machine, and so does everything.
    fn local(&self) -> bool {
        let local = self.arrival.peer.is_some_and(|peer| peer.0.ip().to_canonical().is_loopback()) && !self.arrival.forwarded;
        local && self.web.loopback()
    }

    pub(super) fn check_form(&self, given: &str) -> bool {
        self.lockwright().check_form_token(self.bound_to(), given)
    }

    fn bound_to(&self) -> &str {
        self.session().unwrap_or(&self.arrival.browser).expose()
    }

    /// The frame of a page.
    pub(super) fn shell(&self, open_help: u32) -> Shell {
        let config = self.lockwright().config();
        let mut shell = Shell::new(config.installation.clone(), self.lockwright().form_token(self.bound_to()))
            .at(self.web.site().base())
            .private(self.bar());
        if let Some(signed) = self.signed() {
            shell = shell.signed_in(render::SignedIn {
                label: people::label(&signed.person),
                kind: signed.person.kind(),
                sees: Sees { readiness: leads(&signed.person), ..Sees::default() },
                must_change: signed.session.scope != SessionScope::Full || signed.person.closed().is_some(),
                open_help,
            });
        }
        match self.query("done").as_deref().and_then(|word| self.said(word).or_else(|| done(word))).filter(|_| self.from_here) {
            Some((tone, text)) => shell.tell(tone, text),
            None => shell,
        }
    }

    /// A page.
    pub(crate) fn page<P: Page>(&self, page: &P) -> Answer {
        self.page_with(StatusCode::OK, page)
    }

    /// The form again, with what has to be put right.
    pub(crate) fn again<P: Page>(&self, page: &P) -> Answer {
        self.page_with(StatusCode::UNPROCESSABLE_ENTITY, page)
    }

    /// The form again; it counts after `until`, which the page is told in words.
    pub(crate) fn later<P: Page>(&self, until: Timestamp, page: impl FnOnce(String) -> P) -> Answer {
        let (span, text) = answer::wait(self.op.now, until);
        let response = self.page_with(StatusCode::TOO_MANY_REQUESTS, &page(text))?;
        Ok(answer::retry_after(response, span))
    }

    pub(crate) fn page_with<P: Page>(&self, status: StatusCode, page: &P) -> Answer {
        Ok(self.shown::<P>(answer::html(status, &self.shell(0), page)))
    }
}

/// Notices after a redirect: fixed words, named in the query, shown only to a browser that comes from a page of ours.
pub(crate) fn done(word: &str) -> Option<(Tone, &'static str)> {
    Some(match word {
        "frozen" => (Tone::Stopped, "You told us “this wasn’t me”, so nothing is changed for 24 hours. Nothing was changed."),
        "closed" => (Tone::Done, "It is closed, and everybody is signed out. Sign in to take it back."),
        "reopened" => (Tone::Done, "It is yours again."),
        "signed-out" => (Tone::Done, "You are signed out."),
        "code-used" => (Tone::Look, "You are signed in with a recovery code, which is used up now. Make a new set before you run out."),
        "password" => (Tone::Done, "Your password is changed, and your other sessions are ended."),
        "email" => (Tone::Done, "Your sign-in address is changed, and your other sessions are ended."),
        "address" => (Tone::Done, "Your email address is confirmed."),
        "address-added" => (Tone::Done, "It is yours now. All your addresses are told."),
        "address-removed" => (Tone::Done, "It is removed. All your addresses are told, that one too."),
        "code-spent" => (Tone::Look, "The recovery code is used up now. Make a new set before you run out of them."),
        "first-device" => {
            (Tone::Done, "Your device is enrolled, and all other sessions are ended. Now make recovery codes, for the day when it is lost.")
        }
        "device" => (Tone::Done, "Your device is enrolled. All your addresses are told."),
        "device-removed" => (Tone::Done, "The device is removed. All your addresses are told."),
        "device-last" => (Tone::Stopped, "It is your only device, and you may not be without one. Add another one first."),
        "enrol-late" => (Tone::Look, "That took too long, or began in another browser. Begin again; nothing was enrolled."),
        "contact-invited" => (Tone::Done, "The invitation is on its way. You hear from us when they answer."),
        "contact-removed" => (Tone::Done, "That person is off your list."),
        "contacts-needed" => (Tone::Done, "Saved: so many must agree from now on."),
        "contacts-reviewed" => (Tone::Done, "Thank you. We remind you again in a year."),
        "nothing-to-rehearse" => {
            (Tone::Look, "There is nothing to rehearse: you could still sign in, or others would have to help. Nothing was begun.")
        }
        "rehearsed-often" => (Tone::Look, "You have begun several rehearsals within the hour. Begin the next one later."),
        "rehearsed" => (Tone::Done, "The rehearsal is over, and nothing was changed. Its result stands below."),
        "recovery-stopped" => {
            (Tone::Done, "It is stopped, and all your addresses are told. If somebody knows your password, change it now.")
        }
        "recovery-contested" => (
            Tone::Look,
            "You stopped one from a session before, so this one goes on until another address of yours, or two operators, agree. We told them.",
        ),
        "recovery-none" => (Tone::Look, "Nothing is under way any more."),
        "session" => (Tone::Done, "The session is ended."),
        "sessions" => (Tone::Done, "All other sessions are ended."),
        "support" => (Tone::Done, "Done."),
        "articles" => (Tone::Done, "Everybody sees the folder as it is now."),
        "saved" => (Tone::Done, "Saved."),
        "created" => (Tone::Done, "The user is created."),
        "deleted" => (Tone::Done, "The user is deleted."),
        "group-created" => (Tone::Done, "The group is created. Grant it something, and put users into it."),
        "group-deleted" => (Tone::Done, "The group is deleted."),
        "policy-created" => (Tone::Done, "The policy is created. It counts for those you attach it to."),
        "policy-deleted" => (Tone::Done, "The policy is deleted."),
        "role-created" => (Tone::Done, "The role is created. It may do nothing until you attach a policy."),
        "role-deleted" => (Tone::Done, "The role is deleted, and its sessions are ended."),
        "role-sessions" => (Tone::Done, "All sessions of the role are ended."),
        "dismissed" => (Tone::Done, "The request is dismissed."),
        "help-opened" => (Tone::Done, "Opened. Its owner is told at every address. Another operator of role security decides now."),
        "help-approved" => (Tone::Done, "Approved."),
        "help-refused" => (Tone::Done, "Refused. What rests on the operators’ word has ended."),
        "help-objected" => (Tone::Look, "Noted. When another operator says the same, the recovery is stopped."),
        "help-stopped" => (Tone::Done, "Two operators agree: the recovery is stopped, and its owner is told."),
        "help-not-now" => (Tone::Look, "Nothing was changed: somebody was faster, or it can’t be done by you."),
        "help-done" => (Tone::Look, "Somebody dealt with this request before. Nothing was changed."),
        _ => return None,
    })
}

impl FromRequestParts<Web> for Visit {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Refused> {
        match parts.extensions.get::<Self>() {
            Some(visit) => Ok(visit.clone()),
            None => Self::load(web, parts).await,
        }
    }
}

/// Somebody signed in, acting in their own name.
pub(crate) struct Member {
    pub(crate) visit: Visit,
    pub(crate) op: OpContext,
    pub(crate) session: Arc<Session>,
    pub(crate) person: Person,
}

impl Member {
    /// Somebody signed in, even one who may only choose a new password: for that page.
    pub(crate) fn of(visit: Visit) -> Result<Self, Refused> {
        let member = Self::even_closed(visit)?;
        // Whoever closed what is theirs sees only how to take it back.
        if member.session.scope == SessionScope::Full && member.person.closed().is_some() {
            return Err(Refused::Go("/security/closed"));
        }
        Ok(member)
    }

    /// Somebody signed in, whatever they may do: for signing out.
    pub(crate) fn even_closed(visit: Visit) -> Result<Self, Refused> {
        let Some(signed) = visit.signed().cloned() else { return Err(Refused::Go("/signin")) };
        let op = signed.acting(&visit.op);
        Ok(Self { visit, op, session: signed.session, person: signed.person })
    }

    pub(crate) fn lockwright(&self) -> &Lockwright {
        self.visit.lockwright()
    }

    /// Whether all the person's pages are open to this session.
    pub(crate) fn is_full(&self) -> bool {
        self.session.scope == SessionScope::Full
    }

    pub(crate) fn identity(&self) -> Identity {
        self.person.identity()
    }

    /// A page, with what policies let see in its navigation, and the number of waiting help requests.
    pub(crate) async fn page<P: Page>(&self, page: &P) -> Answer {
        self.page_with(StatusCode::OK, page).await
    }

    /// The form again, with what has to be put right.
    pub(crate) async fn again<P: Page>(&self, page: &P) -> Answer {
        self.page_with(StatusCode::UNPROCESSABLE_ENTITY, page).await
    }

    async fn page_with<P: Page>(&self, status: StatusCode, page: &P) -> Answer {
        let shared = self.lockwright().shared_with(&self.person).await?;
        let mut shell = self.visit.shell(self.open_help().await?).recovering(self.recovering().await?).sharing(shared);
        if let Some(who) = shell.signed_in.as_mut().filter(|_| self.visit.web().site() == Site::Public) {
            who.sees = self.sees().await?;
        }
        Ok(self.visit.shown::<P>(answer::html(status, &shell, page)))
    }

    /// The recovery of this person that is under way, for the frame of every page: whoever is signed in is told too.
    async fn recovering(&self) -> Result<Option<render::Recovering>, Refused> {
        // An operator has none: the host alone brings them back.
        if self.session.scope != SessionScope::Full || matches!(self.person, Person::Operator(_)) {
            return Ok(None);
        }
        let found = self.lockwright().recoveries_of(&self.person).await?;
        let now = self.op.now;
        Ok(found.into_iter().next().map(|first| render::Recovering {
            goal: first.goal,
            began: words::at(first.course.began),
            release: first.course.waits.map(|(_, release)| words::at(release)),
            ready: first.course.enough.is_some() || first.course.waits.is_some_and(|(_, release)| release <= now),
            contested: first.contested,
            course: Course::of(&first.course, now),
        }))
    }

    /// Help requests that wait for an administrator, or recoveries that wait for an operator.
    pub(crate) async fn open_help(&self) -> Result<u32, Refused> {
        const LOOKED_AT: u32 = 100;
        if matches!(self.person, Person::Operator(_)) {
            return self.asking().await;
        }
        let acts = self.session.scope == SessionScope::Full && self.person.closed().is_none();
        let Some(account) = account_of(&self.person).filter(|_| acts).map(|account| account.id) else { return Ok(0) };
        let helps = match self.lockwright().helps(&self.op, account, LOOKED_AT).await {
            Ok(helps) => helps,
            Err(UserError::Denied) => return Ok(0),
            Err(error) => return Err(error.into()),
        };
        let open = helps.iter().filter(|request| request.state == HelpState::Open).count();
        Ok(u32::try_from(open).unwrap_or(LOOKED_AT))
    }

    /// Recoveries about which this operator is asked; none for a session that may do nothing else yet.
    async fn asking(&self) -> Result<u32, Refused> {
        if self.session.scope != SessionScope::Full {
            return Ok(0);
        }
        match self.lockwright().recoveries_asking(&self.op).await {
            Ok(count) => Ok(u32::try_from(count).unwrap_or(u32::MAX)),
            Err(OperatorError::Trouble(trouble)) => Err(trouble.into()),
            Err(_) => Ok(0),
        }
    }
}

impl FromRequestParts<Web> for Member {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Refused> {
        let member = Self::of(Visit::from_request_parts(parts, web).await?)?;
        match member.session.scope {
            SessionScope::Full => Ok(member),
            SessionScope::ChangePassword => Err(Refused::Go("/security/password")),
            SessionScope::EnrolMfa => Err(Refused::Go("/security/mfa")),
        }
    }
}

/// An operator of role security: the navigation shows what not every operator may see.
fn leads(person: &Person) -> bool {
    matches!(person, Person::Operator(operator) if operator.role == OperatorRole::Security)
}
