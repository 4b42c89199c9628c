//! A recovery that is walked through: whose it is, the browser that holds it, and what is shown in it.

use std::fmt::Debug;

use lockwright_model::case::ContactAnswer::Approved;
use lockwright_model::case::{Case, Channel, MessageWay};
use lockwright_model::id::CaseId;
use lockwright_model::job::{Happening, Notice};
use lockwright_model::proof::{Goal, Proofs};
use lockwright_model::session::Session;
use lockwright_model::token::Token;
use lockwright_service::cases::CaseError;
use lockwright_service::core::recovery::rules::COOLING;
use lockwright_service::core::recovery::{CodeOutcome, Given, Refusal};
use lockwright_service::core::session::NewSession;
use lockwright_service::evidence::EvidenceError;
use lockwright_service::factors::FactorAnswer;
use lockwright_service::recovery::FinishError;
use lockwright_service::signin::SignInName;
use lockwright_testkit::mailbox::Letter;

use crate::armed::Armed;
use crate::house::{ANA, House, NEW, notices, root};
use crate::messages::PHONE;

/// Another mailbox of the root user's.
pub(crate) const SECOND: &str = "ana@example.org";
/// Two people whom the root user trusts.
pub(crate) const FRIENDS: [&str; 2] = ["marta@example.com", "jon@example.com"];

pub(crate) fn mail(address: &str) -> Channel {
    Channel::Email(address.parse().unwrap())
}

pub(crate) fn phone() -> Channel {
    Channel::Phone(PHONE.parse().unwrap())
}

/// A recovery in the browser that holds it.
pub(crate) struct Walk<'h> {
    pub(crate) house: &'h House,
    pub(crate) case: CaseId,
    pub(crate) cookie: Token,
    /// The code in the first mail, if one came.
    pub(crate) mailed: String,
}

impl House {
    /// A root user with an app, a key, ten codes, two mailboxes, a phone and two contacts, all of which serve a recovery.
    pub(crate) async fn ana(&self) -> Armed {
        let armed = self.ana_with_contacts(true).await;
        self.pass(COOLING);
        armed
    }

    /// The same as of now, so that nothing but the first mailbox serves yet.
    pub(crate) async fn ana_with_contacts(&self, contacts: bool) -> Armed {
        self.account(ANA).await;
        let armed = self.arm(&root(ANA)).await;
        for channel in [mail(SECOND), phone()] {
            self.add_address(&armed.session, &channel).await;
        }
        if contacts {
            for friend in FRIENDS {
                let session = self.session_of(&armed).await;
                self.contact(&session, friend).await;
            }
        }
        self.letters().await;
        armed
    }

    async fn session_of(&self, armed: &Armed) -> Session {
        (*self.signed(&armed.session).await.unwrap().session).clone()
    }

    /// Begins a recovery, an hour after whatever was before.
    pub(crate) async fn walk(&self, name: &SignInName, goal: Goal) -> Walk<'_> {
        self.seconds(3600);
        self.walk_now(name, goal).await
    }

    /// Begins a recovery.
    pub(crate) async fn walk_now(&self, name: &SignInName, goal: Goal) -> Walk<'_> {
        let opened = self.lockwright.start_recovery(&self.anyone(), name, goal).await.unwrap();
        let mailed = self.letters().await.iter().find_map(Letter::code).unwrap_or("222222").to_owned();
        Walk { house: self, case: opened.case, cookie: opened.holder, mailed }
    }
}

impl Walk<'_> {
    fn kept(&mut self, outcome: Result<Given, EvidenceError>) -> Result<Given, EvidenceError> {
        if let Ok(Given::Accepted(cookie)) = &outcome {
            self.cookie = cookie.clone();
        }
        outcome
    }

    /// The first mail's code.
    pub(crate) async fn mailbox(&mut self) -> Result<CodeOutcome, CaseError> {
        let outcome = self.house.lockwright.submit_code(&self.house.anyone(), &self.case, self.cookie.expose(), &self.mailed).await;
        if let Ok(CodeOutcome::Proven(cookie)) = &outcome {
            self.cookie = cookie.clone();
        }
        outcome
    }

    /// A device's answer, or a saved code.
    pub(crate) async fn factor(&mut self, answer: FactorAnswer<'_>) -> Result<Given, EvidenceError> {
        let given = self.house.lockwright.give_factor(&self.house.anyone(), &self.case, self.cookie.expose(), answer, None).await;
        self.kept(given)
    }

    /// What the app shows now.
    pub(crate) async fn app(&mut self, armed: &Armed) -> Result<Given, EvidenceError> {
        let code = armed.code(self.house);
        self.factor(FactorAnswer::Totp { device: None, code: &code }).await
    }

    /// A saved code.
    pub(crate) async fn saved(&mut self, code: &str) -> Result<Given, EvidenceError> {
        self.factor(FactorAnswer::RecoveryCode(code)).await
    }

    /// Two codes of the app, one after the other.
    pub(crate) async fn two(&mut self, first: &str, second: &str) -> Result<Given, EvidenceError> {
        let given = self.house.lockwright.give_two_codes(&self.house.anyone(), &self.case, self.cookie.expose(), first, second).await;
        self.kept(given)
    }

    pub(crate) async fn password(&mut self, typed: &str) -> Result<Given, EvidenceError> {
        let given = self.house.lockwright.give_password(&self.house.anyone(), &self.case, self.cookie.expose(), typed).await;
        self.kept(given)
    }

    /// Has a code sent to an address; what came, if anything did, and its place in the case.
    pub(crate) async fn ask(&self, channel: &Channel) -> Result<Option<String>, EvidenceError> {
        let (op, way) = (self.house.anyone(), MessageWay::Text);
        self.house.lockwright.ask_code(&op, &self.case, self.cookie.expose(), channel, way).await?;
        Ok(self.house.letters().await.iter().find_map(Letter::code).map(str::to_owned))
    }

    /// Types a code of the address that was asked last.
    pub(crate) async fn typed(&mut self, code: &str) -> Result<Given, EvidenceError> {
        let at = self.stored().await.gathered.tickets.len().saturating_sub(1);
        let given = self.house.lockwright.give_code(&self.house.anyone(), &self.case, self.cookie.expose(), at, code).await;
        self.kept(given)
    }

    /// Has a code sent to an address, and types it.
    pub(crate) async fn channel(&mut self, channel: &Channel) -> Result<Given, EvidenceError> {
        let code = self.ask(channel).await?.expect("a code was sent");
        self.typed(&code).await
    }

    /// Has the contacts asked; the codes that those who approve read out.
    pub(crate) async fn approvals(&self) -> Result<Vec<String>, EvidenceError> {
        self.house.lockwright.ask_contacts(&self.house.anyone(), &self.case, self.cookie.expose()).await?;
        let mut codes = Vec::new();
        for letter in self.house.letters().await.iter().filter(|letter| FRIENDS.contains(&letter.to.as_str())) {
            let path = letter.url().unwrap().strip_prefix("https://id.example.com/recover/contact/").unwrap();
            let (case, token) = path.split_once('/').unwrap();
            let answered = self.house.lockwright.answer_question(&self.house.anyone(), &case.parse().unwrap(), token, Approved).await;
            codes.push(answered.unwrap().code.unwrap().expose().to_owned());
        }
        Ok(codes)
    }

    /// Types what a contact read out.
    pub(crate) async fn contact(&mut self, code: &str) -> Result<Given, EvidenceError> {
        let given = self.house.lockwright.give_contact_code(&self.house.anyone(), &self.case, self.cookie.expose(), code).await;
        self.kept(given)
    }

    pub(crate) async fn wait(&self) -> Result<lockwright_model::clock::Timestamp, EvidenceError> {
        self.house.lockwright.start_waiting(&self.house.anyone(), &self.case, self.cookie.expose()).await
    }

    /// Sets [`NEW`] as the password.
    pub(crate) async fn finish(&self) -> Result<(), FinishError> {
        self.house.lockwright.finish_recovery(&self.house.anyone(), &self.case, self.cookie.expose(), NEW, NEW).await
    }

    /// Has the devices removed.
    pub(crate) async fn lost_device(&self) -> Result<NewSession, EvidenceError> {
        self.house.lockwright.finish_lost_device(&self.house.anyone(), &self.case, self.cookie.expose()).await
    }

    /// The case as stored.
    pub(crate) async fn stored(&self) -> Case {
        self.house.store.case(&self.case).await.unwrap().unwrap()
    }

    /// What was proven.
    pub(crate) async fn proofs(&self) -> Proofs {
        self.stored().await.gathered.proofs
    }
}

pub(crate) fn accepted(outcome: Result<Given, EvidenceError>) -> bool {
    matches!(outcome, Ok(Given::Accepted(_)))
}

pub(crate) fn wrong(outcome: Result<Given, EvidenceError>) -> bool {
    matches!(outcome, Ok(Given::Wrong { .. }))
}

/// Why a step of a case was not taken, whatever kind of step it was.
pub(crate) trait Refused {
    fn refusal(self) -> Refusal;
}

impl<T: Debug> Refused for Result<T, EvidenceError> {
    fn refusal(self) -> Refusal {
        match self {
            Err(EvidenceError::Case(CaseError::Refused(refusal))) => refusal,
            other => panic!("{other:?}"),
        }
    }
}

impl<T: Debug> Refused for Result<T, CaseError> {
    fn refusal(self) -> Refusal {
        match self {
            Err(CaseError::Refused(refusal)) => refusal,
            other => panic!("{other:?}"),
        }
    }
}

impl Refused for Result<(), FinishError> {
    fn refusal(self) -> Refusal {
        match self {
            Err(FinishError::Case(CaseError::Refused(refusal))) => refusal,
            other => panic!("{other:?}"),
        }
    }
}

/// The moments of recoveries that were told, with the address that each was told to.
pub(crate) fn moments(letters: &[Letter]) -> Vec<(String, String)> {
    let moment = |(to, notice)| match notice {
        Notice::Happened { what: Happening::Recovery { moment, .. }, .. } => Some((to, format!("{moment:?}"))),
        _ => None,
    };
    let mut told: Vec<_> = notices(letters).into_iter().filter_map(moment).collect();
    told.sort();
    told
}

/// What it is when every address of the root user's was told of one moment.
pub(crate) fn everywhere(moment: &str) -> Vec<(String, String)> {
    let mut told: Vec<_> = [ANA, SECOND, PHONE].into_iter().map(|to| (to.to_owned(), moment.to_owned())).collect();
    told.sort();
    told
}
