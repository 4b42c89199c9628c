//! The rules a new password has to meet, in words for the person and as the attribute that password managers read.

use lockwright_model::password_policy::PasswordPolicy;
use lockwright_model::secret::Password;
use serde::Serialize;

/// What counts for a new password.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PasswordRules {
    /// Fewest characters.
    pub minimum: u16,
    /// One sentence a rule.
    pub words: Vec<String>,
    /// The `passwordrules` attribute.
    pub attribute: String,
}

impl PasswordRules {
    /// For a root user or a builder ID: length and no well-known password (NIST SP 800-63B-4 §3.1.1.2).
    pub fn own() -> Self {
        const MINIMUM: u16 = 15;
        Self {
            minimum: MINIMUM,
            words: vec![
                format!("At least {MINIMUM} characters. Four unrelated words make a good one."),
                "Any characters count, spaces too.".into(),
                "Not one that many people use.".into(),
            ],
            attribute: format!("minlength: {MINIMUM}; maxlength: {};", Password::MAX_CHARS),
        }
    }

    /// For an IAM user: the account's policy, or AWS's default rules, and no well-known password.
    pub fn iam(policy: Option<&PasswordPolicy>) -> Self {
        let Some(policy) = policy else {
            return Self {
                minimum: 8,
                words: vec![
                    "At least 8 characters.".into(),
                    "At least three of these: a lower-case letter, a capital letter, a digit, a sign such as ! or #.".into(),
                    "Not the account’s name or email address, and not one that many people use.".into(),
                ],
                attribute: format!("minlength: 8; maxlength: {}; required: lower; required: upper; required: digit;", Password::MAX_CHARS),
            };
        };
        let minimum = u16::from(policy.minimum_length);
        let mut words = vec![format!("At least {minimum} characters.")];
        let mut attribute = format!("minlength: {minimum}; maxlength: {};", Password::MAX_CHARS);
        let classes = [
            (policy.require_lowercase, "a lower-case letter", " required: lower;"),
            (policy.require_uppercase, "a capital letter", " required: upper;"),
            (policy.require_numbers, "a digit", " required: digit;"),
            (policy.require_symbols, "a sign such as ! or #", " required: [!@#$%^&*()_+=[{}|'-]];"),
        ];
        let wanted: Vec<&str> = classes.iter().filter(|class| class.0).map(|class| class.1).collect();
        if let Some((last, before)) = wanted.split_last() {
            let list = if before.is_empty() { (*last).to_owned() } else { format!("{} and {last}", before.join(", ")) };
            words.push(format!("With {list}."));
        }
        for class in classes.iter().filter(|class| class.0) {
            attribute.push_str(class.2);
        }
        words.push(match policy.reuse_prevention {
            Some(1) => "Not your present password, and not one that many people use.".into(),
            Some(count) => format!("Not one of your last {count} passwords, and not one that many people use."),
            None => "Not one that many people use.".into(),
        });
        Self { minimum, words, attribute }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_told_in_words() {
        let policy = PasswordPolicy {
            minimum_length: 14,
            require_numbers: true,
            require_symbols: true,
            reuse_prevention: Some(5),
            ..PasswordPolicy::when_omitted()
        };
        let rules = PasswordRules::iam(Some(&policy));
        assert_eq!(
            rules.words,
            [
                "At least 14 characters.",
                "With a digit and a sign such as ! or #.",
                "Not one of your last 5 passwords, and not one that many people use."
            ]
        );
        assert!(rules.attribute.starts_with("minlength: 14; maxlength: 256; required: digit;"));
    }
}
