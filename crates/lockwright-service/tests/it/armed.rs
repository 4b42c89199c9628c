//! Somebody with an authenticator app, a passkey and ten recovery codes.

use lockwright_model::entropy::SystemEntropy;
use lockwright_model::factors::{DeviceKind, Factors, MfaDevice};
use lockwright_model::id::DeviceId;
use lockwright_model::identity::Identity;
use lockwright_model::token::Token;
use lockwright_service::factors::FactorAnswer;
use lockwright_service::second_step::{SecondStepError, SignedInFully};
use lockwright_service::signin::{Entered, SignInName};
use lockwright_testkit::passkey::SoftPasskey;
use lockwright_testkit::totp::SoftTotp;

use crate::house::{House, OLD};

/// Where the browser is.
pub(crate) const ORIGIN: &str = "https://id.example.com";

/// Somebody with second factors, and the things themselves.
pub(crate) struct Armed {
    pub(crate) name: SignInName,
    pub(crate) identity: Identity,
    pub(crate) app: SoftTotp,
    pub(crate) app_id: DeviceId,
    pub(crate) key: SoftPasskey,
    pub(crate) codes: Vec<String>,
    /// The session in which all that was enrolled.
    pub(crate) session: Token,
}

impl House {
    /// Enrols an app, a key and ten codes for somebody who has the password [`OLD`] and no device yet.
    pub(crate) async fn arm(&self, name: &SignInName) -> Armed {
        let token = self.session(name, OLD).await;
        let identity = self.signed(&token).await.unwrap().session.owner.clone();
        let (app, session) = self.enrol_app(&token).await;
        let key = self.enrol_key(&session, true).await;
        let signed = self.signed(&session).await.unwrap();
        let codes = self.lockwright.issue_codes(&self.as_(&identity), &signed.session).await.unwrap();
        let codes = codes.iter().map(|code| code.expose().to_owned()).collect();
        let app_id = signed.person.factors().devices[0].id.clone();
        self.letters().await;
        // The codes that the app showed so far are used up.
        self.seconds(60);
        Armed { name: name.clone(), identity, app, app_id, key, codes, session }
    }

    /// Enrols an app as the first device; the session goes on under the token returned.
    pub(crate) async fn enrol_app(&self, token: &Token) -> (SoftTotp, Token) {
        let signed = self.signed(token).await.unwrap();
        let op = self.as_(&signed.session.owner);
        let cookie = self.lockwright.start_totp(&op, &signed.session, &"Phone".parse().unwrap()).await.unwrap();
        let offer = self.lockwright.totp_offer(&op, &signed.session, cookie.expose()).await.unwrap();
        let app = SoftTotp::typed(offer.typed.expose());
        let (first, second) = (app.steps_later(op.now, -1), app.at(op.now));
        let renewed = self.lockwright.finish_totp(&op, &signed.session, cookie.expose(), &first, &second).await.unwrap();
        (app, renewed.unwrap_or_else(|| token.clone()))
    }

    /// Enrols a passkey as another device.
    pub(crate) async fn enrol_key(&self, token: &Token, verifies_user: bool) -> SoftPasskey {
        let signed = self.signed(token).await.unwrap();
        let op = self.as_(&signed.session.owner);
        let name = if verifies_user { "Key" } else { "Plain key" };
        let offer = self.lockwright.start_passkey(&op, &signed.session, &name.parse().unwrap()).await.unwrap();
        let mut key = SoftPasskey::new(ORIGIN, &SystemEntropy);
        key.verifies_user = verifies_user;
        let answer = key.register(&offer.options);
        self.lockwright.finish_passkey(&op, &signed.session, offer.token.expose(), &answer).await.unwrap();
        key
    }

    /// The right password of somebody with a device: the ceremony.
    pub(crate) async fn first_step(&self, name: &SignInName) -> Token {
        self.first_step_with(name, OLD).await
    }

    /// The same with a password.
    pub(crate) async fn first_step_with(&self, name: &SignInName, password: &str) -> Token {
        match self.lockwright.sign_in(&self.anyone(), name, password, None).await.unwrap() {
            Entered::SecondFactor(token) => token,
            Entered::SignedIn(_) => panic!("signed in with the password alone"),
        }
    }

    /// Answers a second step.
    pub(crate) async fn second(&self, ceremony: &Token, answer: FactorAnswer<'_>) -> Result<SignedInFully, SecondStepError> {
        self.lockwright.finish_second_step(&self.anyone(), ceremony.expose(), answer, None).await
    }

    /// Answers with a code of the app.
    pub(crate) async fn second_code(&self, armed: &Armed, ceremony: &Token, code: &str) -> Result<SignedInFully, SecondStepError> {
        self.second(ceremony, FactorAnswer::Totp { device: Some(&armed.app_id), code }).await
    }

    /// What the key answers to a second step.
    pub(crate) async fn key_answers(&self, armed: &mut Armed, ceremony: &Token) -> String {
        let step = self.lockwright.second_step(ceremony.expose()).await.unwrap().unwrap();
        armed.key.sign(&step.passkey_options.unwrap())
    }

    /// The factors of somebody as stored.
    pub(crate) async fn factors(&self, identity: &Identity) -> Factors {
        match identity {
            Identity::Root(id) => self.store.account(*id).await.unwrap().unwrap().root.factors,
            Identity::User(id) => self.store.user(id).await.unwrap().unwrap().factors,
            Identity::Builder(id) => self.store.builder(id).await.unwrap().unwrap().factors,
            Identity::Operator(id) => self.store.operator(id).await.unwrap().unwrap().factors,
        }
    }

    /// The app as stored.
    pub(crate) async fn stored_app(&self, armed: &Armed) -> MfaDevice {
        let factors = self.factors(&armed.identity).await;
        factors.devices.into_iter().find(|device| matches!(device.kind, DeviceKind::Totp { .. })).unwrap()
    }
}

impl Armed {
    /// The code that the app shows now.
    pub(crate) fn code(&self, house: &House) -> String {
        self.app.at(house.clock_now())
    }

    /// A code that is far from right.
    pub(crate) fn wrong(&self, house: &House) -> String {
        // One in a million is the right one of another moment: it is passed over.
        let now = house.clock_now();
        let right: Vec<String> = (-3..=3).map(|step| self.app.steps_later(now, step)).collect();
        (500..).map(|step| self.app.steps_later(now, step)).find(|code| !right.contains(code)).unwrap()
    }
}
