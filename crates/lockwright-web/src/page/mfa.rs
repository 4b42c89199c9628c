//! `/security/mfa`: the devices of a person, enrolling, renaming and removing them.

use std::borrow::Cow;

use serde::Serialize;

use crate::render::{Shell, SignedIn};

use super::qr::Qr;
use super::{FieldErrors, Nav, Page, Sample, add};

/// What a device is, in plain words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceWord {
    /// An authenticator app.
    App,
    /// A passkey that signs in without a password.
    Passkey,
    /// A security key: a second factor only.
    Key,
}

/// One device.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DeviceRow {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it is.
    pub word: DeviceWord,
    /// It may be copied between devices.
    pub synced: bool,
    /// When it was added, from [`super::words::day`].
    pub added: String,
    /// When it last proved anything, from [`super::words::ago`].
    pub last_used: Option<String>,
    /// Wrong tries switched its typed codes off.
    pub off: bool,
}

impl DeviceRow {
    /// For samples.
    pub(super) fn samples() -> Vec<Self> {
        let row = |name: &str, word, synced, last_used: Option<&str>, off| Self {
            id: "MZXW6YTBOIMZXW6Y".into(),
            name: name.into(),
            word,
            synced,
            added: "2 March 2026".into(),
            last_used: last_used.map(str::to_owned),
            off,
        };
        vec![
            row("Phone", DeviceWord::App, false, Some("yesterday"), false),
            row("Laptop", DeviceWord::Passkey, true, Some("3 months ago"), false),
            row("Key in the safe", DeviceWord::Key, false, None, false),
            row("Old phone", DeviceWord::App, false, Some("1 year ago"), true),
        ]
    }
}

/// Why nothing but enrolling a device is possible.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Owed {
    /// A root user's grace time is over.
    Grace,
    /// A recovery removed the devices.
    Recovered,
    /// An administrator asked for it.
    Administrator,
    /// Whoever runs the installation asked for it.
    Host,
    /// It is the first one of an operator.
    First,
}

/// The recovery codes, in short.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CodesLeft {
    /// How many are left.
    pub left: usize,
    /// From when on the set serves a recovery, from [`super::words::day`]; `None`: it does.
    pub from: Option<String>,
    /// When the set was made, from [`super::words::day`].
    pub made: String,
}

/// `GET /security/mfa`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Mfa {
    /// Oldest first.
    pub devices: Vec<DeviceRow>,
    /// There are as many as fit.
    pub full: bool,
    /// Why nothing else is open.
    pub owed: Option<Owed>,
    /// A root user without a device may go on without until then: `12 days`.
    pub days_left: Option<String>,
    /// The present set.
    pub codes: Option<CodesLeft>,
    /// What an administrator took away, and when, from [`super::words::day`].
    pub taken: Option<(String, String)>,
    /// Other browsers are signed in.
    pub others: bool,
}

impl Page for Mfa {
    const TEMPLATE: &'static str = "console/mfa.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn title(&self) -> Cow<'static, str> {
        if self.owed.is_some() { "Enrol an MFA device".into() } else { "MFA devices".into() }
    }

    fn samples() -> Vec<Self> {
        let devices = DeviceRow::samples();
        let owed = |why| Self { owed: Some(why), ..Self::default() };
        vec![
            Self::default(),
            Self { days_left: Some("12 days".into()), others: true, ..Self::default() },
            Self { taken: Some(("Old phone".into(), "23 November 2026".into())), ..Self::default() },
            Self { devices: devices.iter().take(1).cloned().collect(), ..Self::default() },
            Self {
                codes: Some(CodesLeft { left: 9, from: Some("30 November 2026".into()), made: "23 November 2026".into() }),
                others: true,
                full: true,
                devices: [devices.clone(), devices].concat(),
                ..Self::default()
            },
            owed(Owed::Grace),
            owed(Owed::Recovered),
            owed(Owed::Administrator),
            owed(Owed::Host),
            owed(Owed::First),
        ]
    }

    fn sample_shell(&self) -> Shell {
        Shell::sample().signed_in(SignedIn { must_change: self.owed.is_some(), ..SignedIn::sample() })
    }
}

/// `GET /security/mfa/add`. Posts `name` to `/security/mfa/totp` or `/security/mfa/passkey`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MfaAdd {
    /// What was typed for an app.
    pub app: String,
    /// What was typed for a key.
    pub key: String,
    /// Passkeys work at this address.
    pub passkeys: bool,
    /// Nothing else is open to this session.
    pub alone: bool,
    /// What has to be put right in `app` or `key`.
    pub errors: FieldErrors,
}

impl Page for MfaAdd {
    const TEMPLATE: &'static str = "console/mfa_add.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn title(&self) -> Cow<'static, str> {
        "Add an MFA device".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let page = Self { app: String::new(), key: String::new(), passkeys: true, alone: false, errors: FieldErrors::none() };
        vec![
            page.clone(),
            Self { passkeys: false, alone: true, ..page.clone() },
            Self { app: "Phone".into(), errors: FieldErrors::one("app", "You have a device of this name. Choose another name."), ..page },
        ]
    }

    fn sample_shell(&self) -> Shell {
        Shell::sample().signed_in(SignedIn { must_change: self.alone, ..SignedIn::sample() })
    }
}

/// `GET /security/mfa/totp`. Posts `first` and `second` to `/security/mfa/totp/check`. Has no Debug, since it carries a secret.
#[derive(Clone, Serialize)]
pub struct MfaTotp {
    /// What its owner calls it.
    pub name: String,
    /// The picture for the app's camera.
    pub qr: Option<Qr>,
    /// The same for typing, in groups.
    pub seed: String,
    /// Nothing else is open to this session.
    pub alone: bool,
    /// What has to be put right in `first` or `second`.
    pub errors: FieldErrors,
}

impl Page for MfaTotp {
    const TEMPLATE: &'static str = "console/mfa_totp.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn title(&self) -> Cow<'static, str> {
        "Connect your authenticator app".into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let seed = "MZXW 6YTB OIMZ XW6Y TBOI MZXW 6YTB OIMZ".to_owned();
        let uri = format!("otpauth://totp/Lockwright:ana%40example.com?secret={}&issuer=Lockwright", seed.replace(' ', ""));
        let page = Self { name: "Phone".into(), qr: Qr::of(&uri), seed, alone: false, errors: FieldErrors::none() };
        let errors = FieldErrors::one("first", "Enter two codes that follow each other.");
        vec![page.clone(), Self { errors, alone: true, ..page }]
    }

    fn sample_shell(&self) -> Shell {
        Shell::sample().signed_in(SignedIn { must_change: self.alone, ..SignedIn::sample() })
    }
}

/// The answer to `POST /security/mfa/passkey`. Posts `response` to `/security/mfa/passkey/finish`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MfaPasskey {
    /// What its owner calls it.
    pub name: String,
    /// JSON for `navigator.credentials.create`.
    pub options: String,
    /// Why the last try came to nothing.
    pub failed: Option<&'static str>,
    /// Nothing else is open to this session.
    pub alone: bool,
}

impl Page for MfaPasskey {
    const TEMPLATE: &'static str = "console/mfa_passkey.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn title(&self) -> Cow<'static, str> {
        "Enrol your passkey or security key".into()
    }

    fn samples() -> Vec<Self> {
        let options = "{\"publicKey\":{\"challenge\":\"c2FtcGxl\"}}".to_owned();
        let page = Self { name: "Laptop".into(), options, failed: None, alone: false };
        vec![page.clone(), Self { failed: Some("This key is enrolled already. Use another one."), alone: true, ..page }]
    }

    fn sample_shell(&self) -> Shell {
        Shell::sample().signed_in(SignedIn { must_change: self.alone, ..SignedIn::sample() })
    }
}

/// `GET /security/mfa/{id}`. Posts `name` to `…/name`, and to `…/remove`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MfaDevicePage {
    /// The device.
    pub device: DeviceRow,
    /// What was typed.
    pub name: String,
    /// It is the only one.
    pub last: bool,
    /// Without it the person may not be.
    pub needed: bool,
    /// What has to be put right in `name`.
    pub errors: FieldErrors,
}

impl Page for MfaDevicePage {
    const TEMPLATE: &'static str = "console/mfa_device.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn title(&self) -> Cow<'static, str> {
        self.device.name.clone().into()
    }

    fn errors(&self) -> Option<&FieldErrors> {
        Some(&self.errors)
    }

    fn samples() -> Vec<Self> {
        let page = |device: DeviceRow, last, needed| Self { name: device.name.clone(), device, last, needed, errors: FieldErrors::none() };
        let mut pages: Vec<Self> = DeviceRow::samples().into_iter().map(|device| page(device, false, false)).collect();
        for device in DeviceRow::samples().into_iter().take(1) {
            pages.push(page(device.clone(), true, false));
            pages.push(page(device.clone(), true, true));
            let errors = FieldErrors::one("name", "You have a device of this name. Choose another name.");
            pages.push(Self { errors, ..page(device, false, false) });
        }
        pages
    }
}

/// `GET /security/codes`. Posts to itself.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Codes {
    /// The present set.
    pub codes: Option<CodesLeft>,
    /// No device stands: there is nothing that codes could stand in for.
    pub no_device: bool,
    /// It is the only one.
    pub one_device: bool,
}

impl Page for Codes {
    const TEMPLATE: &'static str = "console/codes.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn title(&self) -> Cow<'static, str> {
        "Recovery codes".into()
    }

    fn samples() -> Vec<Self> {
        let left = |left, from: Option<&str>| Some(CodesLeft { left, from: from.map(str::to_owned), made: "23 November 2026".into() });
        vec![
            Self { no_device: true, ..Self::default() },
            Self { one_device: true, ..Self::default() },
            Self { codes: left(10, Some("30 November 2026")), ..Self::default() },
            Self { codes: left(1, None), ..Self::default() },
            Self { codes: left(0, None), ..Self::default() },
        ]
    }
}

/// The answer to `POST /security/codes`: shown once. Has no Debug, since it carries secrets.
#[derive(Clone, Serialize)]
pub struct CodesShown {
    /// In groups.
    pub codes: Vec<String>,
    /// Whose, for the sheet of paper.
    pub who: String,
    /// The host of the installation, for the sheet of paper.
    pub host: String,
    /// When it was made, from [`super::words::day`].
    pub made: String,
    /// From when on the set serves a recovery, from [`super::words::day`].
    pub from: String,
    /// One device only: a second one is offered.
    pub one_device: bool,
}

impl Page for CodesShown {
    const TEMPLATE: &'static str = "console/codes_shown.html";
    const NAV: Option<Nav> = Some(Nav::Security);

    fn title(&self) -> Cow<'static, str> {
        "Your recovery codes".into()
    }

    fn samples() -> Vec<Self> {
        let codes = (2..8).map(|digit| format!("AB{digit}C-DEFG-HJKL-MNPQ-RSTU-VWXY-Z234-567{digit}")).collect::<Vec<_>>();
        vec![Self {
            codes: codes.iter().chain(codes.iter().take(4)).cloned().collect(),
            who: "root user of Example (1234-5678-9012)".into(),
            host: "access.example.com".into(),
            made: "23 November 2026".into(),
            from: "30 November 2026".into(),
            one_device: true,
        }]
    }
}

pub(super) fn samples(out: &mut Vec<Sample>) {
    add::<Mfa>(out);
    add::<MfaAdd>(out);
    add::<MfaTotp>(out);
    add::<MfaPasskey>(out);
    add::<MfaDevicePage>(out);
    add::<Codes>(out);
    add::<CodesShown>(out);
}
