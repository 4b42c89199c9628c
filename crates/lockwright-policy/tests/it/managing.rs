//! The policies AWS manages: all of them are policies, and the best known open what they are known for.

use lockwright_policy::managed::{self, Unknown};
use lockwright_policy::{Action, Context, Kind, Policies, Policy, Request, decide};

use crate::shared::ALICE;

#[test]
fn every_document_is_a_policy_and_stands_where_it_is_looked_for() {
    assert!(managed::all().len() > 380);
    for managed in managed::all() {
        assert_eq!(managed::find(&managed.arn()), Ok(managed));
        assert!(managed.version.strip_prefix('v').is_some_and(|number| number.parse::<u32>().is_ok()), "{managed:?}");
        assert!(managed.path().starts_with('/') && managed.path().ends_with('/') && !managed.name().is_empty());
        assert!(managed.created <= managed.updated && managed.updated.ends_with('Z'));
        if let Err(malformed) = Policy::parse(managed.document, Kind::Identity) {
            panic!("{}: {malformed}", managed.name());
        }
    }
}

#[test]
fn the_best_known_open_what_they_are_known_for() {
    let context = Context::of(&ALICE);
    let opens = |name: &str, action: &str, resource: &str| {
        let managed = managed::find(&format!("arn:aws:iam::aws:policy/{name}")).unwrap();
        let policies = Policies { identity: &[Policy::parse(managed.document, Kind::Identity).unwrap()], ..Policies::none() };
        let action = Action::parse(action).unwrap();
        decide(&Request::new(&action, resource, &ALICE, &context), &policies).is_allowed()
    };
    let own = "arn:aws:iam::111122223333:user/alice";
    let table = [
        ("AdministratorAccess", "iam:CreateUser", own, true),
        ("PowerUserAccess", "iam:CreateUser", own, false),
        ("PowerUserAccess", "iam:ListRoles", "*", true),
        ("PowerUserAccess", "s3:DeleteBucket", "arn:aws:s3:::b", true),
        ("IAMFullAccess", "iam:DeleteUser", own, true),
        ("IAMFullAccess", "s3:GetObject", "arn:aws:s3:::b/k", false),
        ("IAMReadOnlyAccess", "iam:GetUser", own, true),
        ("IAMReadOnlyAccess", "iam:DeleteUser", own, false),
        ("IAMUserChangePassword", "iam:ChangePassword", own, true),
        ("IAMUserChangePassword", "iam:ChangePassword", "arn:aws:iam::111122223333:user/bob", false),
        ("SecurityAudit", "iam:GetAccountAuthorizationDetails", "*", true),
        ("SecurityAudit", "iam:CreateUser", own, false),
        ("ReadOnlyAccess", "iam:ListUsers", "*", true),
        ("ReadOnlyAccess", "iam:CreateUser", own, false),
        ("job-function/ViewOnlyAccess", "s3:GetObject", "arn:aws:s3:::b/k", false),
        ("job-function/SupportUser", "support:CreateCase", "*", true),
    ];
    for (name, action, resource, expected) in table {
        assert_eq!(opens(name, action, resource), expected, "{name} {action} {resource}");
    }
}

#[test]
fn only_service_linked_roles_carry_what_nobody_can_attach() {
    for managed in managed::all() {
        assert_eq!(managed.is_attachable(), !managed.arn().contains(":policy/aws-service-role/"), "{}", managed.arn());
    }
    assert!(managed::all().iter().any(|managed| !managed.is_attachable()));
}

#[test]
fn an_arn_that_is_not_carried_is_a_clear_error() {
    let missing = "arn:aws:iam::aws:policy/NoSuchAccess";
    assert_eq!(managed::find(missing), Err(Unknown::NotCarried(missing.to_owned())));
    for other in ["arn:aws:iam::111122223333:policy/a", "arn:aws:iam::aws:policyAdministratorAccess", "AdministratorAccess", ""] {
        let error = managed::find(other).unwrap_err();
        assert_eq!(error, Unknown::NotManaged(other.to_owned()));
        assert!(error.to_string().contains("arn:aws:iam::aws:policy/"));
    }
    assert!(managed::find("arn:aws:iam::aws:policy/administratoraccess").is_err(), "names keep their case");
}
