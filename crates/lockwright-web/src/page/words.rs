//! Times, spans, browsers, account numbers and events in words.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use lockwright_model::case::IdentityKind;
use lockwright_model::clock::Timestamp;
use lockwright_model::id::AccountId;

/// `for 60 minutes (until 14:32 UTC)`, to follow "works"; the day is named when it is another one.
pub fn until(now: Timestamp, then: Timestamp) -> String {
    let span = span(then.since(now));
    match (civil(now), civil(then)) {
        (Some(a), Some(b)) if a.date() == b.date() => format!("for {span} (until {} UTC)", b.strftime("%H:%M")),
        (_, Some(b)) => format!("for {span} (until {} UTC on {})", b.strftime("%H:%M"), b.strftime("%-d %B")),
        _ => format!("for {span}"),
    }
}

/// `13:32 UTC on 23 November 2026`
pub fn at(then: Timestamp) -> String {
    civil(then).map_or_else(|| then.to_rfc3339(), |t| t.strftime("%H:%M UTC on %-d %B %Y").to_string())
}

/// `23 November 2026`
pub fn day(then: Timestamp) -> String {
    civil(then).map_or_else(|| then.to_rfc3339(), |t| t.strftime("%-d %B %Y").to_string())
}

/// `23 Nov`
pub fn short_day(then: Timestamp) -> String {
    civil(then).map_or_else(String::new, |t| t.strftime("%-d %b").to_string())
}

/// `13:32`
pub fn time(then: Timestamp) -> String {
    civil(then).map_or_else(String::new, |t| t.strftime("%H:%M").to_string())
}

/// `just now`, `5 minutes ago`, `yesterday`, `3 months ago`
pub fn ago(now: Timestamp, then: Timestamp) -> String {
    let passed = now.since(then);
    let days = passed.as_secs() / DAY;
    match passed.as_secs() {
        0..60 => "just now".into(),
        _ if days == 1 => "yesterday".into(),
        _ if days >= 365 => format!("{} ago", count(days / 365, "year")),
        _ if days >= 60 => format!("{} ago", count(days / 30, "month")),
        _ if days >= 2 => format!("{} ago", count(days, "day")),
        seconds if seconds >= HOUR => format!("{} ago", count(seconds / HOUR, "hour")),
        seconds => format!("{} ago", count(seconds / MINUTE, "minute")),
    }
}

/// `30 seconds`, `60 minutes`, `24 hours`, `3 days`; rounded up, so that waiting that long is enough.
pub fn span(span: Duration) -> String {
    let seconds = span.as_secs() + u64::from(span.subsec_nanos() > 0);
    match seconds {
        0..=90 => count(seconds.max(1), "second"),
        _ if seconds <= 90 * MINUTE => count(seconds.div_ceil(MINUTE), "minute"),
        _ if seconds <= 48 * HOUR => count(seconds.div_ceil(HOUR), "hour"),
        _ => count(seconds.div_ceil(DAY), "day"),
    }
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn civil(time: Timestamp) -> Option<DateTime> {
    jiff::Timestamp::from_second(time.as_seconds()).ok().map(|t| Offset::UTC.to_datetime(t))
}

/// `account`, `builder ID`: what somebody signs in to, for people who are to learn no more of it.
pub const fn thing(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::Root | IdentityKind::Iam | IdentityKind::Operator => "account",
        IdentityKind::Builder => "builder ID",
    }
}

/// `1234-5678-9012`
pub fn account(id: AccountId) -> String {
    groups(&id.to_string(), 4, '-')
}

/// `481 207`, from the six digits of a caller code or the six characters of a code.
pub fn code(text: &str) -> String {
    groups(text, 3, ' ')
}

fn groups(text: &str, size: usize, between: char) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / size);
    for (at, letter) in text.chars().enumerate() {
        if at > 0 && at % size == 0 {
            out.push(between);
        }
        out.push(letter);
    }
    out
}

/// `Firefox on Linux`, from a `User-Agent`; only words of ours, whatever a stranger sends.
pub fn device(agent: &str) -> String {
    const PROGRAMS: [(&str, &str); 13] = [
        ("lockwright-cli", "The host’s command line"),
        ("aws-cli", "AWS CLI"),
        ("Boto3", "boto3"),
        ("aws-sdk", "An AWS SDK"),
        ("curl/", "curl"),
        ("EdgA/", "Edge"),
        ("EdgiOS/", "Edge"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("FxiOS/", "Firefox"),
        ("Firefox/", "Firefox"),
        ("CriOS/", "Chrome"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Macintosh", "Mac"),
        ("CrOS", "Chromebook"),
        ("Linux", "Linux"),
    ];
    let find = |table: &[(&str, &'static str)]| table.iter().find(|row| agent.contains(row.0)).map(|row| row.1);
    let program = find(&PROGRAMS).or_else(|| {
        if agent.contains("Chrome/") {
            Some("Chrome")
        } else if agent.contains("Safari/") && agent.contains("Version/") {
            Some("Safari")
        } else {
            None
        }
    });
    match (program, find(&SYSTEMS)) {
        (Some(program), Some(system)) if agent.starts_with("Mozilla/") => format!("{program} on {system}"),
        (Some(program), _) => program.to_owned(),
        (None, Some(system)) => format!("A browser on {system}"),
        (None, None) => "An unknown browser".to_owned(),
    }
}

/// CloudTrail's `eventName` in words; an event we don't know keeps its name.
pub fn event(name: &str) -> &str {
    match name {
        "ConsoleLogin" => "Sign-in",
        "Logout" => "Sign-out",
        "PasswordRecoveryRequested" => "Password recovery asked for",
        "PasswordRecoveryCompleted" => "Password recovered",
        "PasswordUpdated" => "Password changed",
        "PasswordDisabled" => "Password switched off after many wrong tries",
        "SetPasswordLinkCreated" => "Set-password link given",
        "CreateAccessKey" => "Access key made",
        "UpdateAccessKey" => "Access key switched on or off, or looked at",
        "DeleteAccessKey" => "Access key deleted",
        "UploadSSHPublicKey" => "SSH public key added",
        "UpdateSSHPublicKey" => "SSH public key switched on or off",
        "DeleteSSHPublicKey" => "SSH public key deleted",
        "UploadSigningCertificate" => "Signing certificate added",
        "UpdateSigningCertificate" => "Signing certificate switched on or off",
        "DeleteSigningCertificate" => "Signing certificate deleted",
        "CreateServiceSpecificCredential" => "Password for a service made",
        "ResetServiceSpecificCredential" => "Password for a service made anew",
        "UpdateServiceSpecificCredential" => "Password for a service switched on or off",
        "DeleteServiceSpecificCredential" => "Password for a service deleted",
        "CreateVirtualMFADevice" => "Virtual MFA device created",
        "DeleteVirtualMFADevice" => "Virtual MFA device deleted",
        "EnableMFADevice" => "MFA device enrolled",
        "DeactivateMFADevice" => "MFA device removed",
        "RenameMFADevice" => "MFA device renamed",
        "MFAEnrolmentRequired" => "New MFA device required",
        "RecoveryCodesIssued" => "Recovery codes made",
        "ResyncMFADevice" => "MFA device’s clock set right",
        "MFADevicesDisabled" => "Typed codes switched off after many wrong tries",
        "CheckMfa" => "Second factor asked for",
        "SessionConfirmed" => "Identity confirmed once more",
        "SessionsEnded" => "Sessions ended",
        "EmailUpdateRequested" => "Another sign-in address asked for",
        "RecoveryContactInvited" => "Recovery contact invited",
        "RecoveryContactAccepted" => "Recovery contact accepted",
        "RecoveryContactDeclined" => "Recovery contact declined",
        "RecoveryContactRemoved" => "Recovery contact removed",
        "RecoveryContactLeft" => "Recovery contact left",
        "RecoveryContactsUpdated" => "Number of recovery contacts who must agree changed",
        "RecoveryContactsReviewed" => "Recovery contacts looked through",
        "RecoveryContactApproved" => "Recovery contact approved a recovery",
        "RecoveryContactRefused" => "Recovery contact refused a recovery",
        "EmailUpdated" => "Email address confirmed",
        "NoticeDisowned" => "Said “this wasn’t me”",
        "AddressRequested" => "Code sent to a further address",
        "AddressAdded" => "Further address confirmed",
        "AddressRemoved" => "Further address removed",
        "EmailUpdateUndone" => "Old sign-in address put back",
        "RecoveryViewedByOperator" => "An operator looked at a recovery",
        "RecoveryOpenedByOperator" => "An operator opened help with a recovery",
        "RecoveryApprovedByOperator" => "A second operator approved help with a recovery",
        "RecoveryRefusedByOperator" => "An operator refused to help with a recovery",
        "RecoveryObjectedByOperator" => "An operator wants a recovery stopped",
        "HelpRequested" => "Help asked for",
        "SupportRequested" => "Support asked for",
        "SupportAnswered" => "Request to support answered",
        "SupportClosed" => "Request to support put aside",
        "HelpRequestAnswered" => "Help request answered",
        "HelpRequestDismissed" => "Help request dismissed",
        "ChangePassword" => "Own password changed",
        "CreateUser" => "User created",
        "UpdateUser" => "User changed",
        "DisableUser" => "User disabled",
        "EnableUser" => "User enabled",
        "DeleteUser" => "User deleted",
        "CreateLoginProfile" => "Console access given",
        "UpdateLoginProfile" => "User’s password reset",
        "DeleteLoginProfile" => "Console access removed",
        "ClockAccepted" => "Clock accepted by the host",
        "CreateAccount" => "Account created",
        "SuspendAccount" => "Account suspended",
        "ResumeAccount" => "Account taken back into use",
        "CloseAccount" => "Account closed",
        "ReopenAccount" => "Closed account taken back",
        "RemoveAccount" => "Closed account removed",
        "CreateAccountAlias" => "Account alias set",
        "DeleteAccountAlias" => "Account alias removed",
        "UpdateAccountPasswordPolicy" => "Password rules changed",
        "DeleteAccountPasswordPolicy" => "Password rules removed",
        "PutAccountName" => "Account name changed",
        "SendPhoneNumberVerification" => "Code sent to the primary contact’s phone",
        "VerifyPhoneNumber" => "Primary contact’s phone number confirmed",
        "PutContactInformation" => "Primary contact changed",
        "PutAlternateContact" => "Alternate contact changed",
        "DeleteAlternateContact" => "Alternate contact removed",
        "AddUserToGroup" => "User added to a group",
        "RemoveUserFromGroup" => "User removed from a group",
        "CreateGroup" => "Group created",
        "UpdateGroup" => "Group changed",
        "DeleteGroup" => "Group deleted",
        "CreateRole" => "Role created",
        "UpdateRole" | "UpdateRoleDescription" => "Role changed",
        "UpdateAssumeRolePolicy" => "Whom a role trusts changed",
        "DeleteRole" => "Role deleted",
        "AssumeRole" => "Role taken on",
        "CreatePolicy" => "Policy created",
        "CreatePolicyVersion" => "Version of a policy made",
        "SetDefaultPolicyVersion" => "Version of a policy put in force",
        "DeletePolicyVersion" => "Version of a policy deleted",
        "DeletePolicy" => "Policy deleted",
        "AttachUserPolicy" | "AttachGroupPolicy" | "AttachRolePolicy" => "Policy attached",
        "DetachUserPolicy" | "DetachGroupPolicy" | "DetachRolePolicy" => "Policy detached",
        "PutUserPolicy" | "PutGroupPolicy" | "PutRolePolicy" => "Inline policy written",
        "DeleteUserPolicy" | "DeleteGroupPolicy" | "DeleteRolePolicy" => "Inline policy deleted",
        "PutUserPermissionsBoundary" | "PutRolePermissionsBoundary" => "Boundary set",
        "DeleteUserPermissionsBoundary" | "DeleteRolePermissionsBoundary" => "Boundary taken away",
        "TagUser" | "TagRole" | "TagPolicy" => "Tags put",
        "UntagUser" | "UntagRole" | "UntagPolicy" => "Tags taken away",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        let parsed: jiff::Timestamp = text.parse().unwrap();
        Timestamp::from_micros(parsed.as_microsecond())
    }

    #[test]
    fn an_end_is_told_as_a_span_and_a_time() {
        let now = time("2026-11-23T13:32:10Z");
        assert_eq!(until(now, time("2026-11-23T14:32:10Z")), "for 60 minutes (until 14:32 UTC)");
        assert_eq!(until(now, time("2026-11-24T13:32:10Z")), "for 24 hours (until 13:32 UTC on 24 November)");
    }

    #[test]
    fn spans_are_rounded_up_and_counted_in_the_unit_a_person_would_use() {
        let told = |seconds| span(Duration::from_secs(seconds));
        assert_eq!([told(0), told(1), told(30), told(61 * 15)], ["1 second", "1 second", "30 seconds", "16 minutes"]);
        assert_eq!([told(3600), told(24 * 3600), told(3 * 24 * 3600)], ["60 minutes", "24 hours", "3 days"]);
        assert_eq!(span(Duration::from_millis(1500)), "2 seconds");
    }

    #[test]
    fn the_past_is_told_roughly() {
        let now = time("2026-11-23T13:32:10Z");
        let told = |then| ago(now, time(then));
        assert_eq!(told("2026-11-23T13:32:00Z"), "just now");
        assert_eq!(told("2026-11-23T13:31:00Z"), "1 minute ago");
        assert_eq!(told("2026-11-23T11:00:00Z"), "2 hours ago");
        assert_eq!(told("2026-11-22T11:00:00Z"), "yesterday");
        assert_eq!(told("2026-08-20T11:00:00Z"), "3 months ago");
        assert_eq!(told("2026-11-23T14:00:00Z"), "just now", "a clock that runs ahead is no reason for odd words");
    }

    #[test]
    fn browsers_are_named() {
        let named = [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
                "Chrome on Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("aws-cli/2.17.0 md/awscrt Linux", "AWS CLI"),
            ("lockwright-cli", "The host’s command line"),
            ("<script>alert(1)</script>", "An unknown browser"),
            ("", "An unknown browser"),
        ];
        for (agent, words) in named {
            assert_eq!(device(agent), words, "{agent}");
        }
    }

    #[test]
    fn numbers_and_codes_are_grouped() {
        assert_eq!(account("123456789012".parse().unwrap()), "1234-5678-9012");
        assert_eq!(code("481207"), "481 207");
    }
}
