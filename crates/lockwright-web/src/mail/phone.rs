//! The same in the few words that a phone shows or speaks: plain ASCII, so that 160 characters are one text message (GSM 03.38).

use lockwright_model::case::{CaseMoment, MessageWay};
use lockwright_model::job::{Happening, Notice, Whose};
use lockwright_model::secret::Secret;
use lockwright_service::mail::outgoing::{OutgoingMail, TicketPurpose};

/// The most characters of a text message.
const MOST: usize = 160;
/// An installation with a longer name, or one that a phone can't show, goes by its host name.
const LONGEST_NAME: usize = 24;

/// Puts a message into words. `base_url` comes from configuration and has no slash at its end.
pub(crate) fn compose(mail: &OutgoingMail, way: MessageWay, installation: &str, base_url: &str) -> String {
    let base = base_url.trim_end_matches('/');
    let name = name(installation, base);
    match (mail, way) {
        (OutgoingMail::Ticket { purpose, code, .. }, MessageWay::Text | MessageWay::Keyed) => {
            format!("{} is your code to {} at {name}. It works once, for 10 minutes. Never tell it to anybody.", code.expose(), to(purpose))
        }
        (OutgoingMail::Ticket { purpose, code, .. }, MessageWay::Voice) => {
            // Sign by sign, twice.
            let signs: Vec<String> = code.expose().chars().map(|sign| format!("{sign}.")).collect();
            let spoken = signs.join(" ");
            format!("This is {name}. Your code to {} is: {spoken} Again: {spoken} Never tell it to anybody.", to(purpose))
        }
        (OutgoingMail::Call { purpose }, _) => {
            let asked = to(purpose);
            format!("This is {name}. To {asked}, key in the six digits that the page shows you. If you asked for nothing, hang up.")
        }
        (OutgoingMail::Notice { notice, link, .. }, _) => notice_text(&fact(notice), link.as_ref().map(Secret::expose), &name),
        // What belongs to an address is mailed to it, and recovery contacts are reached by mail.
        (OutgoingMail::Found { .. } | OutgoingMail::Contact { .. } | OutgoingMail::SupportAnswer { .. }, _) => String::new(),
    }
}

/// A fact, and "not you?" with its link as long as there is room for it.
fn notice_text(fact: &str, link: Option<&str>, name: &str) -> String {
    let elsewhere = format!("{name}: {fact}. Not you? Read the mail about it.");
    let Some(link) = link else { return elsewhere };
    let whole = format!("{name}: {fact}. Not you? {link}");
    let bare = format!("{fact}. Not you? {link}");
    [whole, bare].into_iter().find(|text| text.chars().count() <= MOST).unwrap_or(elsewhere)
}

fn name(installation: &str, base: &str) -> String {
    let fits = |text: &str| !text.is_empty() && text.len() <= LONGEST_NAME && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if fits(installation) {
        return installation.to_owned();
    }
    let host = base.split("://").nth(1).unwrap_or(base);
    host.chars().filter(char::is_ascii_graphic).take(40).collect()
}

const fn to(purpose: &TicketPurpose) -> &'static str {
    match purpose {
        TicketPurpose::RootPassword { .. } | TicketPurpose::UserPassword { .. } | TicketPurpose::BuilderPassword => "set a new password",
        TicketPurpose::RegisterAccount | TicketPurpose::RegisterBuilder { .. } => "sign up",
        TicketPurpose::ConfirmAddress { .. } | TicketPurpose::AddAddress(_) => "add this number",
        TicketPurpose::ContactPhone(_) => "confirm this number for an account",
        TicketPurpose::LostDevice(_) => "replace a lost MFA device",
        TicketPurpose::ChangeEmail(_) | TicketPurpose::UndoEmail { .. } => "change your email address",
    }
}

const fn password(whose: &Whose) -> &'static str {
    match whose {
        Whose::Root { .. } => "root password",
        Whose::User { .. } => "password",
        Whose::Builder => "builder ID password",
        Whose::Operator => "operator password",
    }
}

fn fact(notice: &Notice) -> String {
    match notice {
        Notice::PasswordChanged(whose) => format!("your {} was changed", password(whose)),
        Notice::PasswordRecovered(whose) | Notice::PasswordReset(whose) => format!("your {} was reset", password(whose)),
        Notice::PasswordDisabled(whose) => format!("your {} is off after wrong tries", password(whose)),
        Notice::AlreadyRegistered(_) => "somebody signed up with your address".to_owned(),
        Notice::HelpRequested { .. } => "a user asks for help to sign in".to_owned(),
        Notice::AddressConfirmed(_) => "an address was confirmed".to_owned(),
        Notice::Registered(_) => "you are registered".to_owned(),
        Notice::Happened { what, .. } => happened(what).to_owned(),
    }
}

const fn happened(what: &Happening) -> &'static str {
    match what {
        Happening::DeviceAdded(_) => "an MFA device was added",
        Happening::DeviceRemoved(_) => "an MFA device was removed",
        Happening::DeviceResynced(_) => "an MFA device was set right",
        Happening::DevicesDisabled => "your MFA codes are off after wrong tries",
        Happening::SecondFactorFailed => "somebody knew your password, not your code",
        Happening::CodesIssued => "new recovery codes were made",
        Happening::CodeUsed(_) => "a recovery code was used",
        Happening::AccessKeyCreated(_) => "an access key was made",
        Happening::SshKeyUploaded(_) => "an SSH public key was added",
        Happening::CertificateUploaded(_) => "a signing certificate was added",
        Happening::ServiceLoginMade(_) => "a password for a service was made",
        Happening::KeysQuestioned(_) => "access keys from before your recovery still work",
        Happening::EnrolmentRequired => "a new MFA device is asked for",
        Happening::AddressAdded(_) => "an address was added",
        Happening::AddressRemoved(_) => "an address was removed",
        Happening::ContactInvited(_) => "somebody is to be a recovery contact",
        Happening::ContactDeclined(_) => "a recovery contact said no",
        Happening::ContactAdded(_) => "a recovery contact was added",
        Happening::ContactRemoved(_) => "a recovery contact was removed",
        Happening::ContactLeft(_) => "a recovery contact left",
        Happening::ContactsNeeded(_) => "the number of contacts was changed",
        Happening::ContactsAsked => "your recovery contacts were asked",
        Happening::ContactRefused(_) => "a recovery contact refused",
        Happening::Recovery { drill: true, .. } => "your rehearsal goes on",
        Happening::Recovery { moment, .. } => match moment {
            CaseMoment::Started => "a recovery was begun",
            CaseMoment::Waiting | CaseMoment::Half => "a recovery is waiting",
            CaseMoment::Released => "a recovery can be finished",
            CaseMoment::Completed => "a recovery was finished",
            CaseMoment::Cancelled => "a recovery was stopped",
            CaseMoment::Contested => "a recovery is disputed",
        },
        Happening::Contained => "all changes are stopped for 24 h",
        Happening::EmailChanged(_) => "your sign-in address was changed",
        Happening::EmailChangeUndone => "your sign-in address was changed back",
        Happening::AccountClosed(_) => "your account was closed",
        Happening::AccountReopened => "your account was taken back",
        Happening::LoginLinked(_) => "a login was linked",
        Happening::LoginUnlinked(_) => "a linked login was separated",
        Happening::DrillDone { .. } => "your rehearsal is over",
        Happening::ReviewContacts => "look through your recovery contacts",
        Happening::ReviewDrill => "time for a rehearsal",
    }
}
