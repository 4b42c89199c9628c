//! The words of everything that can happen to a person's factors, recoveries and account.

use lockwright_model::case::CaseMoment;
use lockwright_model::job::{Happening, Whose};
use lockwright_model::proof::Goal;

use super::{called, inert};
use crate::page::{ways, words};

/// What happened, in words.
pub(super) struct Words {
    /// The fact, as a subject.
    pub(super) subject: String,
    /// What it means, and what is next.
    pub(super) text: String,
    /// What to do if it wasn't the reader, where no link says so.
    pub(super) otherwise: String,
}

/// Puts it into words.
pub(super) fn words(whose: &Whose, what: &Happening, installation: &str, base: &str) -> Words {
    let who = who(whose);
    let told = |subject: &str, text: String| Words {
        subject: subject.to_owned(),
        text,
        otherwise: "If this wasn’t you, sign in, end the sessions that you don’t know, and change your password.".to_owned(),
    };
    let unless = |told: Words, otherwise: &str| Words { otherwise: otherwise.to_owned(), ..told };
    match what {
        Happening::DeviceAdded(name) => told(
            "An MFA device was added",
            format!("“{}” is now an MFA device of {who}. It works at sign-in from now on.", inert(name.as_str())),
        ),
        Happening::DeviceRemoved(name) => told(
            "An MFA device was removed",
            format!("“{}” was removed from the MFA devices of {who}. It signs in no more.", inert(name.as_str())),
        ),
        Happening::DeviceResynced(name) => told(
            "The clock of your MFA device was set right",
            format!("The codes of “{}” work again for {who}. Two of them in a row were typed for that.", inert(name.as_str())),
        ),
        Happening::DevicesDisabled => unless(
            told(
                "The codes of your MFA devices were switched off",
                format!(
                    "100 wrong codes in a row were typed for {who}, so typed codes are switched off before one is guessed. Passkeys and recovery codes still work.\n\nSign in with one of them and enrol your device anew:\n\n{base}/signin"
                ),
            ),
            "If you didn’t type them, somebody knows your password: change it as soon as you are in.",
        ),
        Happening::SecondFactorFailed => unless(
            told(
                "Somebody knew your password, but not your second factor",
                format!("The password of {who} was typed right, and the second factor was not. Nobody was signed in."),
            ),
            "If this wasn’t you, somebody knows your password. Sign in and change it.",
        ),
        Happening::CodesIssued => told(
            "New recovery codes were made",
            format!("Ten new recovery codes were shown to somebody signed in as {who}. Earlier ones no longer work."),
        ),
        Happening::CodeUsed(left) => told(
            "A recovery code was used",
            format!(
                "One of the recovery codes of {who} was used. {} Make a new set before you run out:\n\n{base}/security",
                match left {
                    0 => "None is left.".to_owned(),
                    1 => "1 is left.".to_owned(),
                    more => format!("{more} are left."),
                }
            ),
        ),
        Happening::EnrolmentRequired => unless(
            told(
                "A new MFA device is asked for",
                format!(
                    "{} asks for a new MFA device for {who}. Your next sign-in leads you to it.",
                    match whose {
                        Whose::User { .. } => "An administrator of your account",
                        Whose::Root { .. } | Whose::Builder | Whose::Operator => "Whoever runs this installation",
                    }
                ),
            ),
            "If you didn’t expect this, ask them before you sign in.",
        ),
        Happening::AccessKeyCreated(id) => told(
            "An access key was made",
            format!("Programs can act for {who} with the new access key {id}. See which keys there are:\n\n{base}/security#access-keys"),
        ),
        Happening::SshKeyUploaded(id) => told(
            "An SSH public key was added",
            format!("Whoever holds its private half can act for {who} where SSH keys are taken. The key’s id is {id}."),
        ),
        Happening::CertificateUploaded(id) => told(
            "A signing certificate was added",
            format!("Whoever holds its private key can act for {who} where certificates are taken. The certificate’s id is {id}."),
        ),
        Happening::ServiceLoginMade(service) => told(
            "A password for a service was made",
            format!("A new password or API key for {} was made for {who}, and shown once to whoever asked for it.", service.name()),
        ),
        Happening::KeysQuestioned(signing) => told(
            "Access keys from before your recovery still work",
            format!(
                "{} of {who} made before the recovery, and still {}: your programs go on. Whoever got in before you may know {}. Look whether each is yours:\n\n{base}/security#access-keys",
                match signing {
                    1 => "One access key was".to_owned(),
                    more => format!("{more} access keys were"),
                },
                if *signing == 1 { "works" } else { "work" },
                if *signing == 1 { "it" } else { "them" },
            ),
        ),
        Happening::AddressAdded(masked) => told(
            "An address was added",
            format!(
                "{masked} was confirmed as a further address of {who}. Notices go there too from now on, and after 7 days it helps to get back in."
            ),
        ),
        Happening::AddressRemoved(masked) => {
            told("An address was removed", format!("{masked} is no longer an address of {who}. Nothing more is sent there after this."))
        }
        Happening::ContactInvited(name) => told(
            "Somebody was asked to be your recovery contact",
            format!("{} was asked to be a recovery contact of {who}. It counts for nothing before a yes.", inert(name.as_str())),
        ),
        Happening::ContactDeclined(name) => told(
            "Somebody does not want to be your recovery contact",
            format!("{} was asked to be a recovery contact of {who}, and said no. Ask somebody else if you like.", inert(name.as_str())),
        ),
        Happening::ContactAdded(name) => told(
            "You have a new recovery contact",
            format!("{} agreed to be a recovery contact of {who}, and after 7 days can help you get back in.", inert(name.as_str())),
        ),
        Happening::ContactRemoved(name) => {
            told("You have a recovery contact less", format!("{} was removed from the recovery contacts of {who}.", inert(name.as_str())))
        }
        Happening::ContactLeft(name) => told(
            "You have a recovery contact less",
            format!(
                "{} is no longer a recovery contact of {who}, by own wish. See whether enough are left:

{base}/security/contacts",
                inert(name.as_str())
            ),
        ),
        Happening::ContactsNeeded(1) => {
            told("One recovery contact is enough from now on", format!("From now on, one recovery contact of {who} can say yes for all."))
        }
        Happening::ContactsNeeded(needed) => told(
            "How many recovery contacts must agree was changed",
            format!("From now on, {needed} of the recovery contacts of {who} must agree before their word counts."),
        ),
        Happening::ContactsAsked => told(
            "Your recovery contacts were asked for help",
            format!(
                "Somebody, maybe you, wants to get back in as {who}, and your recovery contacts were asked whether they know the person."
            ),
        ),
        Happening::ContactRefused(name) => told(
            "A recovery contact refused to help",
            format!(
                "{} was asked to help somebody get back in as {who}, and said no. Whoever asked doesn’t get that help.",
                inert(name.as_str())
            ),
        ),
        Happening::Recovery { goal, moment, release, drill } => {
            let when = release.map(words::at).unwrap_or_default();
            let told = recovery(&who, *goal, *moment, &when, installation);
            if *drill { rehearsal(told) } else { told }
        }
        Happening::Contained => unless(
            told(
                "Nothing can be changed for 24 hours",
                format!(
                    "Somebody who read a message to one of your addresses said “this wasn’t me”. All sessions of {who} are ended, recoveries are stopped, and no password, address or device changes for 24 hours."
                ),
            ),
            "If you didn’t say that, somebody else reads one of your addresses. Sign in and look which; it can be removed in 24 hours.",
        ),
        Happening::EmailChanged(masked) => told(
            "The address you sign in with was changed",
            format!("From now on {who} signs in with {masked}. That address helps to get back in after 72 hours."),
        ),
        Happening::EmailChangeUndone => told(
            "The change of your sign-in address was taken back",
            format!("The earlier address is the one that {who} signs in with again. Everybody was signed out."),
        ),
        Happening::AccountClosed(until) => told(
            "Your account was closed",
            format!(
                "Nobody can use what belongs to {who} any more. You can take it back until {}: sign in as before.\n\n{base}/signin",
                words::at(*until)
            ),
        ),
        Happening::AccountReopened => told(
            "Your account was taken back",
            format!("What belongs to {who} is in use again. Who was signed in before has to sign in afresh."),
        ),
        Happening::LoginLinked(name) => told(
            "Another login was linked",
            format!("Your login at {} now shares the password of {who}: when you change it here, it is told there.", inert(name.as_str())),
        ),
        Happening::LoginUnlinked(name) => {
            told("A linked login was separated", format!("Your login at {} no longer shares anything with {who}.", inert(name.as_str())))
        }
        Happening::DrillDone { lost, passed: true } => unless(
            told(
                "Your rehearsal went well",
                format!("You rehearsed losing {}, as {who}, and got back in. Nothing was changed.", ways::lost(*lost)),
            ),
            "If this wasn’t you, somebody is signed in as you: end that session on the security page.",
        ),
        Happening::DrillDone { lost, passed: false } => unless(
            told(
                "Your rehearsal did not reach its end",
                format!(
                    "You rehearsed losing {}, as {who}, and did not get back in. Nothing was changed. See what is missing:\n\n{base}/security",
                    ways::lost(*lost)
                ),
            ),
            "If this wasn’t you, somebody is signed in as you: end that session on the security page.",
        ),
        Happening::ReviewContacts => unless(
            told(
                "Are your recovery contacts still the right ones?",
                format!(
                    "A year ago you last looked through the recovery contacts of {who}. It takes a minute:\n\n{base}/security/contacts"
                ),
            ),
            "If they are still right, say so there, and you are asked again in a year.",
        ),
        Happening::ReviewDrill => unless(
            told(
                "Rehearse a loss before it happens",
                format!("Pretend that you lost your phone, and walk the way back as {who}. It changes nothing:\n\n{base}/security"),
            ),
            "If you did it lately, do nothing: you are asked every six months.",
        ),
    }
}

fn recovery(who: &str, goal: Goal, moment: CaseMoment, when: &str, installation: &str) -> Words {
    let goal = match goal {
        Goal::NewPassword => format!("set a new password for {who}"),
        Goal::Reenrol => format!("replace the MFA devices of {who}"),
    };
    let (subject, text) = match moment {
        CaseMoment::Started => (
            "Somebody began to get back in".to_owned(),
            format!("Somebody, maybe you, wants to {goal}, and has shown a first proof. More is needed before anything changes."),
        ),
        CaseMoment::Waiting => (
            "A recovery waits for you to object".to_owned(),
            format!(
                "Somebody, maybe you, has shown enough to {goal}, but not to do it at once. It can be done from {when} on, unless you stop it."
            ),
        ),
        CaseMoment::Half => (
            "Half of the time to stop a recovery is over".to_owned(),
            format!("Somebody, maybe you, can {goal} from {when} on, unless you stop it before."),
        ),
        CaseMoment::Released => (
            "A recovery can be finished now".to_owned(),
            format!("The waiting time is over: whoever began it can {goal} now. You can still stop it."),
        ),
        CaseMoment::Completed => {
            ("A recovery was finished".to_owned(), format!("A recovery was used to {goal}. Everybody who was signed in was signed out."))
        }
        CaseMoment::Cancelled => {
            ("A recovery was stopped".to_owned(), format!("The recovery that was to {goal} is stopped. It changed nothing."))
        }
        CaseMoment::Contested => (
            "A recovery goes on though it was objected to".to_owned(),
            format!(
                "A message to one address can stop only one recovery in 90 days, so the one that is to {goal} goes on. A message to another address stops it, or a signed-in browser, or whoever runs {installation}."
            ),
        ),
    };
    Words { subject, text, otherwise: "If this wasn’t you, sign in and stop it on the security page.".to_owned() }
}

fn rehearsal(told: Words) -> Words {
    Words {
        subject: format!("Rehearsal: {}", told.subject),
        text: format!("This is a rehearsal, and changes nothing. In earnest you would read:\n\n{}", told.text),
        otherwise: "If this wasn’t you, somebody is signed in as you: end that session on the security page.".to_owned(),
    }
}

/// `the root user of Example (1234-5678-9012)`
pub(super) fn who(whose: &Whose) -> String {
    match whose {
        Whose::Root { account, name } => format!("the root user of {}", called(*account, name.as_str())),
        Whose::User { account, name } => format!("the user {name} of account {}", words::account(*account)),
        Whose::Builder => "your builder ID".to_owned(),
        Whose::Operator => "your operator sign-in".to_owned(),
    }
}
