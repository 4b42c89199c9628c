//! The articles that the program ships, and the words that mean the same; a test holds the list against the folder.

macro_rules! articles {
    ($($slug:literal),* $(,)?) => {
        &[$(($slug, include_str!(concat!("../../articles/", $slug, ".md")))),*]
    };
}

/// Name and file of each.
pub(super) static ARTICLES: &[(&str, &str)] = articles![
    "access-key-exposed",
    "account-name-and-contacts",
    "account-number-or-user-name-forgotten",
    "addresses-and-phones",
    "app-codes-not-accepted",
    "ask-your-administrator",
    "asked-as-recovery-contact",
    "asked-to-add-a-device",
    "builder-password-forgotten",
    "change-your-password",
    "change-your-sign-in-address",
    "close-an-account",
    "code-by-phone",
    "create-a-builder-id",
    "create-an-account",
    "device-lost-or-broken",
    "device-stolen",
    "everything-lost",
    "find-out-why-access-is-denied",
    "login-shared-with-another-system",
    "mail-does-not-come",
    "mail-you-did-not-ask-for",
    "mailbox-lost",
    "mailed-code-or-link-not-accepted",
    "name-and-password-do-not-match",
    "new-password-not-taken",
    "new-phone",
    "old-password-filled-in",
    "page-has-expired",
    "passkey-does-not-work",
    "password-known-to-somebody",
    "password-rules",
    "person-with-the-account-left",
    "program-is-refused",
    "recovery-codes",
    "recovery-contacts",
    "rehearse-a-loss",
    "replace-an-access-key",
    "reset-a-users-password",
    "root-password-forgotten",
    "second-device",
    "sign-in-page-does-not-open",
    "sign-in-switched-off",
    "signed-in-elsewhere",
    "somebody-else-recovers-your-sign-in",
    "still-locked-out-after-a-reset",
    "temporary-keys",
    "too-many-tries",
    "user-leaves",
    "user-lost-a-device",
    "user-password-forgotten",
    "waiting-time",
    "what-stands-in-your-way",
    "which-email-address",
    "which-sign-in-is-yours",
];

/// Words that say nothing, and words that mean the same.
pub(super) const WORDS: &str = include_str!("../../articles/words.txt");
