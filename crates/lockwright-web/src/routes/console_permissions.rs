//! Who may do what in the account, and why.

use lockwright_service::authorize::Aim;
use lockwright_service::policy::explain::Can;
use lockwright_service::users::UserError;
use lockwright_service::why::{SubjectKind, Why, WhyError};

use crate::http::{Admin, Answer, Refused, encode};
use crate::page::permissions::{AbleRow, Permissions, PermissionsAnswer, PermissionsRow};

/// The form, and the answer to what it asks.
pub(super) async fn show(admin: Admin) -> Answer {
    let [why, who] = admin
        .offered(&[Aim::unnamed("iam:SimulatePrincipalPolicy", admin.account, "user"), Aim::account("iam:GetAccountAuthorizationDetails")])
        .await?;
    if !why && !who {
        return Err(Refused::not_found());
    }
    let (member, asked) = (&admin.member, |name| admin.member.visit.query(name).unwrap_or_default().trim().to_owned());
    let mut page =
        Permissions { principal: asked("principal"), action: asked("action"), resource: asked("resource"), ..Permissions::default() };
    if page.action.is_empty() {
        return member.page(&page).await;
    }
    let resource = if page.resource.is_empty() { "*" } else { &page.resource };
    let lockwright = member.lockwright();
    let answer = if page.principal.is_empty() {
        lockwright.who_can(&member.op, admin.account, &page.action, resource).await.map(|able| {
            let row = |able: lockwright_service::why::Able| {
                let name = able.subject.arn.rsplit('/').next().unwrap_or_default().to_owned();
                let who = match able.subject.kind {
                    SubjectKind::Root => "Root user".to_owned(),
                    SubjectKind::User => format!("User {name}"),
                    SubjectKind::Group => format!("Group {name}"),
                    SubjectKind::Role => format!("Role {name}"),
                };
                let depends = match able.can {
                    Can::Now(_) => Vec::new(),
                    Can::Perhaps(explanation) => explanation.missing,
                };
                let principal = encode(&able.subject.arn);
                let why = format!(
                    "/console/permissions?action={}&resource={}&principal={principal}",
                    encode(&page.action),
                    encode(&page.resource)
                );
                AbleRow { who, why, depends }
            };
            PermissionsAnswer::Who { able: able.into_iter().map(row).collect() }
        })
    } else {
        let arn = principal_of(&admin, &page.principal).await?;
        lockwright.why(&member.op, admin.account, &arn, &page.action, resource, &[]).await.map(told)
    };
    match answer {
        Ok(answer) => page.answer = Some(answer),
        Err(WhyError::NoAction) => page.errors.add("action", "An action is written service:Name, such as iam:CreateUser."),
        Err(WhyError::Nobody) => page.errors.add("principal", "There is no user or role like that in this account. Check the spelling."),
        Err(WhyError::Denied(_)) => page.errors.add("action", "Your own policies don’t let you ask this."),
        Err(WhyError::Trouble(trouble)) => return Err(trouble.into()),
    }
    member.page(&page).await
}

/// The ARN of what was typed: an ARN, or a user's name. Of nobody it is empty, and that is nobody's.
pub(super) async fn principal_of(admin: &Admin, typed: &str) -> Result<String, Refused> {
    Ok(match (typed.starts_with("arn:"), typed.parse()) {
        (true, _) => typed.to_owned(),
        (false, Ok(name)) => match admin.member.lockwright().user(&admin.member.op, admin.account, &name).await {
            Ok(user) => user.arn(),
            Err(UserError::Denied) => String::new(),
            Err(error) => return Err(error.into()),
        },
        (false, Err(_)) => String::new(),
    })
}

/// An explanation for a page.
pub(super) fn told(why: Why) -> PermissionsAnswer {
    let stands = |word: &str| match word {
        "user" => "in the user",
        "group" => "in a group",
        "role" => "in the role",
        "aws-managed" => "managed by AWS",
        "boundary" => "the boundary",
        _ => "of this account",
    };
    let statements = why.statements().into_iter().map(|told| PermissionsRow {
        stands: stands(told.stands),
        policy: told.policy,
        statement: told.statement,
        line: told.line,
        allows: told.effect == "Allow",
        verdict: told.verdict,
        decides: told.decides,
    });
    PermissionsAnswer::Why {
        sentence: why.sentence(),
        allowed: why.explanation.decision.is_allowed(),
        statements: statements.collect(),
        missing: why.explanation.missing,
    }
}
