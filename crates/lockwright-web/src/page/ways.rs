//! Proofs, losses and rules of recovery in the words of the pages.

use std::time::Duration;

use lockwright_model::factors::Loss;
use lockwright_model::proof::{Goal, Proof, Proofs};

use super::words;

/// What somebody gives: `a code by mail`.
pub fn proof(proof: Proof) -> &'static str {
    match proof {
        Proof::Email => "a code by mail",
        Proof::Phone => "a code by phone",
        Proof::Password => "your password",
        Proof::Device => "an MFA device",
        Proof::RecoveryCode => "a recovery code",
        Proof::Contacts => "the codes of your recovery contacts",
        Proof::ContactsTwo => "the codes of two or more recovery contacts",
        Proof::Operators => "the help of two operators of this installation",
        Proof::Administrator => "an administrator of your account",
        Proof::Host => "whoever runs the server",
    }
}

/// `a code by mail and a recovery code`
pub fn proofs(proofs: Proofs) -> String {
    // Two contacts are contacts: one of them is enough to say.
    let shown: Vec<&str> =
        proofs.iter().filter(|one| !(*one == Proof::Contacts && proofs.contains(Proof::ContactsTwo))).map(proof).collect();
    join(&shown)
}

fn join(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What somebody loses: `Your password`.
pub fn loss(loss: Loss) -> &'static str {
    match loss {
        Loss::Password => "Your password",
        Loss::Mailbox => "The mailbox you sign in with",
        Loss::Phone => "Your phone",
        Loss::Devices => "All your MFA devices",
        Loss::Codes => "Your recovery codes",
        Loss::PasswordAndDevices => "Your password and all MFA devices",
        Loss::Everything => "Everything, but the people who help you",
    }
}

/// The same, to follow "you pretend to have lost".
pub const fn lost(loss: Loss) -> &'static str {
    match loss {
        Loss::Password => "your password",
        Loss::Mailbox => "your mailbox",
        Loss::Phone => "your phone",
        Loss::Devices => "your MFA devices",
        Loss::Codes => "your recovery codes",
        Loss::PasswordAndDevices => "your password and your MFA devices",
        Loss::Everything => "everything but the people you trust",
    }
}

/// One recovery as a sentence: `Set a new password with a code by mail and a recovery code.`
pub fn step(goal: Goal, needs: Proofs) -> String {
    match goal {
        Goal::NewPassword if needs == Proofs::of(&[Proof::Administrator]) => {
            "An administrator of your account gives you a new password.".to_owned()
        }
        Goal::Reenrol if needs == Proofs::of(&[Proof::Administrator]) => {
            "An administrator of your account takes the lost device away.".to_owned()
        }
        Goal::NewPassword => format!("Set a new password with {}.", proofs(needs)),
        Goal::Reenrol => format!("Put a new MFA device in the place of the lost one with {}.", proofs(needs)),
    }
}

/// Words about somebody's own things, said of somebody else's.
pub fn theirs(text: &str) -> String {
    text.replace("your ", "their ")
        .replace("Your ", "Their ")
        .replace("you sign in", "they sign in")
        .replace("you have", "they have")
        .replace("help you", "help them")
        .replace("gives you", "gives them")
}

/// How long a way takes: `minutes`, `3 days`.
pub fn time(waits: Duration) -> String {
    if waits.is_zero() { "minutes".to_owned() } else { words::span(waits) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proofs_are_joined_as_people_do() {
        assert_eq!(proofs(Proofs::of(&[Proof::Email])), "a code by mail");
        assert_eq!(proofs(Proofs::of(&[Proof::Password, Proof::Email, Proof::Phone])), "a code by mail, a code by phone and your password");
        assert_eq!(proofs(Proofs::of(&[Proof::ContactsTwo])), "the codes of two or more recovery contacts");
    }
}
