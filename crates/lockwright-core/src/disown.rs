//! "This wasn't me": the link in a notice, and what it contains.

use lockwright_model::job::{Happening, Notice};

/// Whether a notice carries a link for "this wasn't me".
///
/// Not where saying so would hinder its owner: a password that somebody guesses at, or knows without the second factor, is to be changed,
/// which the link would stop for a day. Nor where nothing happened, or where somebody else is to be asked.
pub fn answers(notice: &Notice) -> bool {
    match notice {
        Notice::PasswordChanged(_) | Notice::PasswordRecovered(_) | Notice::AddressConfirmed(_) => true,
        Notice::PasswordReset(_)
        | Notice::PasswordDisabled(_)
        | Notice::AlreadyRegistered(_)
        | Notice::HelpRequested { .. }
        | Notice::Registered(_) => false,
        Notice::Happened { what, .. } => match what {
            Happening::DevicesDisabled
            | Happening::SecondFactorFailed
            | Happening::EnrolmentRequired
            | Happening::Contained
            | Happening::DrillDone { .. }
            | Happening::ReviewContacts
            | Happening::ReviewDrill => false,
            Happening::Recovery { drill, .. } => !drill,
            Happening::DeviceAdded(_)
            | Happening::DeviceRemoved(_)
            | Happening::DeviceResynced(_)
            | Happening::CodesIssued
            | Happening::CodeUsed(_)
            | Happening::AddressAdded(_)
            | Happening::AddressRemoved(_)
            | Happening::ContactInvited(_)
            | Happening::ContactAdded(_)
            | Happening::ContactDeclined(_)
            | Happening::ContactRemoved(_)
            | Happening::ContactLeft(_)
            | Happening::ContactsNeeded(_)
            | Happening::ContactsAsked
            | Happening::ContactRefused(_)
            | Happening::EmailChanged(_)
            | Happening::EmailChangeUndone
            | Happening::AccountClosed(_)
            | Happening::AccountReopened
            | Happening::LoginLinked(_)
            | Happening::LoginUnlinked(_) => true,
        },
    }
}
