//! The policy simulator, and which condition keys policies ask for.

use lockwright_service::authorize::Aim;
use lockwright_service::policy::simulate::{
    ActionResult, EntryType, Evaluated, Input, MatchedStatement, Origin, ResourceResult, Simulation,
};
use lockwright_service::policy::{Action, Context, Document, Kind, Malformed, Policy, Principal, keys};
use lockwright_service::why::Subject;
use lockwright_wire::error::{Reply, WireError};
use lockwright_wire::query::{Constraint, Node, Violations};
use lockwright_wire::xml::Writer;

use super::{Page, arn};
use crate::ask::{Ask, broken};

/// The most characters of a document that is tried (IAM, `policyDocumentType`).
const DOCUMENT: usize = 131_072;
/// The most actions and resources of one call.
const MOST: usize = 1_000;

/// A document that came with the call, compiled.
struct Tried {
    id: String,
    policy: Policy,
    document: Document,
}

/// `SimulateCustomPolicy`.
pub(crate) async fn custom(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let tried = documents(&input, "PolicyInputList", true)?;
    ask.permitted(&Aim::account(ask.action)).await?;
    simulate(ask, &input, None, &tried)
}

/// `SimulatePrincipalPolicy`: the policies of a user, a group or a role, and those of the call beside them.
pub(crate) async fn principal(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let tried = documents(&input, "PolicyInputList", false)?;
    let subject = subject(ask, &input).await?;
    simulate(ask, &input, Some(&subject), &tried)
}

/// `GetContextKeysForCustomPolicy`.
pub(crate) async fn keys_for_custom(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let tried = documents(&ask.input(), "PolicyInputList", true)?;
    ask.permitted(&Aim::account(ask.action)).await?;
    Ok(asked(ask, tried.iter().map(|tried| &tried.document)))
}

/// `GetContextKeysForPrincipalPolicy`.
pub(crate) async fn keys_for_principal(ask: &Ask<'_>) -> Result<Reply, WireError> {
    let input = ask.input();
    let tried = documents(&input, "PolicyInputList", false)?;
    let subject = subject(ask, &input).await?;
    let own: Vec<Document> =
        subject.identity.iter().filter_map(|sourced| Document::parse(&sourced.document, Kind::Identity).ok()).collect();
    Ok(asked(ask, own.iter().chain(tried.iter().map(|tried| &tried.document))))
}

fn asked<'d>(ask: &Ask<'_>, documents: impl Iterator<Item = &'d Document>) -> Reply {
    let names = keys::asked_by(documents);
    ask.answer(|result| result.texts("ContextKeyNames", names.iter().map(String::as_str)))
}

/// The principal whose policies are asked for.
async fn subject(ask: &Ask<'_>, input: &Node<'_>) -> Result<Subject, WireError> {
    let source = arn(input, "PolicySourceArn", "policySourceArn")?;
    ask.permitted(&Aim::at(ask.action, source)).await?;
    let found = ask.lockwright.subject(ask.account()?, source).await.map_err(broken)?;
    found
        .filter(|subject| subject.principal().is_none_or(|principal| !matches!(principal, Principal::Root { .. })))
        .ok_or_else(|| WireError::modelled("NoSuchEntity", 404, format!("The entity with ARN {source} cannot be found.")))
}

fn simulate(ask: &Ask<'_>, input: &Node<'_>, subject: Option<&Subject>, tried: &[Tried]) -> Result<Reply, WireError> {
    let actions = texts(input, "ActionNames", "actionNames", (3, 128))?;
    if actions.is_empty() {
        return Err(Violations::one("actionNames", None, Constraint::Required));
    }
    let actions = actions.into_iter().map(action).collect::<Result<Vec<Action>, WireError>>()?;
    let resources = texts(input, "ResourceArns", "resourceArns", (1, 2_048))?;
    let bounds = documents(input, "PermissionsBoundaryPolicyInputList", false)?;
    let on_resource = match input.text("ResourcePolicy")? {
        None => None,
        Some(text) => Some(Policy::parse(text, Kind::Resource).map_err(|malformed| unread("ResourcePolicy", &malformed))?),
    };
    let caller = input.text("CallerArn")?;
    if let Some(caller) = caller.filter(|caller| !caller.starts_with("arn:aws:iam::") || !caller.contains(":user/")) {
        return Err(invalid(format!("Invalid CallerArn: {caller}. It must be the ARN of a user.")));
    }
    let page = Page::read(ask, input, &format!("{} {actions:?} {resources:?}", ask.action))?;
    let mut identity: Vec<Input<'_>> = Vec::new();
    for sourced in subject.into_iter().flat_map(|subject| &subject.identity) {
        identity.push(Input { id: sourced.id.clone(), origin: sourced.origin, policy: &sourced.policy });
    }
    identity.extend(tried.iter().map(Tried::input));
    let own_boundary = subject.and_then(|subject| subject.boundary.as_ref());
    let boundary = match (bounds.first(), own_boundary) {
        (Some(given), _) => Some(given.input()),
        (None, Some(own)) => Some(Input { id: own.id.clone(), origin: own.origin, policy: &own.policy }),
        (None, None) => None,
    };
    let mut context = context(input)?;
    for tag in subject.into_iter().flat_map(|subject| &subject.tags) {
        let key = format!("aws:principaltag/{}", tag.key.to_ascii_lowercase());
        if !context.holds(&key) {
            context.insert(key, tag.value.clone());
        }
    }
    let simulation = Simulation {
        caller: caller.map(|arn| Principal::User { arn, id: "" }).or(subject.and_then(Subject::principal)),
        identity,
        boundary,
        resource: on_resource.as_ref().map(|policy| Input { id: "ResourcePolicy".to_owned(), origin: Origin::Resource, policy }),
        owner: input.text("ResourceOwner")?.and_then(|arn| arn.split(':').nth(4)),
        context,
    };
    let results: Vec<(usize, ActionResult)> = simulation.run(&actions, &resources).into_iter().enumerate().collect();
    let cut = page.cut(ask, results, |(at, _)| format!("{at:06}"));
    Ok(ask.answer(|result| {
        cut.write(result, |result, shown| result.list("EvaluationResults", shown, |writer, (_, result)| describe(writer, &result)));
    }))
}

impl Tried {
    fn input(&self) -> Input<'_> {
        Input { id: self.id.clone(), origin: Origin::None, policy: &self.policy }
    }
}

fn describe(writer: &mut Writer, result: &ActionResult) {
    writer.text("EvalActionName", &result.action);
    writer.text("EvalDecision", result.decision.as_str());
    let whole = result.resources.first();
    match result.resources.as_slice() {
        [one] => {
            writer.text("EvalResourceName", &one.resource);
            told(writer, one);
        }
        several => {
            writer.text("EvalResourceName", "*");
            let deciding = several.iter().filter(|one| one.decision == result.decision);
            let mut matched: Vec<&MatchedStatement> = Vec::new();
            for statement in deciding.flat_map(|one| &one.matched) {
                if !matched.contains(&statement) {
                    matched.push(statement);
                }
            }
            statements(writer, matched);
            let mut missing: Vec<&str> = several.iter().flat_map(|one| &one.missing).map(String::as_str).collect();
            missing.sort_unstable();
            missing.dedup();
            writer.texts("MissingContextValues", missing);
            if let Some(allowed) = whole.and_then(|one| one.allowed_by_boundary) {
                let all = several.iter().all(|one| one.allowed_by_boundary == Some(true));
                boundary(writer, allowed && all);
            }
        }
    }
    writer.list("ResourceSpecificResults", &result.resources, |writer, one| {
        writer.text("EvalResourceName", &one.resource);
        writer.text("EvalResourceDecision", one.decision.as_str());
        told(writer, one);
    });
}

fn told(writer: &mut Writer, one: &ResourceResult) {
    statements(writer, one.matched.iter());
    writer.texts("MissingContextValues", one.missing.iter().map(String::as_str));
    if let Some(allowed) = one.allowed_by_boundary {
        boundary(writer, allowed);
    }
    if let Some(across) = one.across_accounts {
        let sides: [(&str, Evaluated); 2] = [("IAM Policy", across.identity), ("Resource Policy", across.resource)];
        writer.map("EvalDecisionDetails", sides, |writer, name, evaluated| writer.text(name, evaluated.as_str()));
    }
}

fn statements<'m>(writer: &mut Writer, matched: impl IntoIterator<Item = &'m MatchedStatement>) {
    writer.list("MatchedStatements", matched, |writer, statement| {
        writer.text("SourcePolicyId", &statement.policy);
        writer.text("SourcePolicyType", statement.origin.as_str());
        for (name, position) in [("StartPosition", statement.start), ("EndPosition", statement.end)] {
            writer.element(name, |writer| {
                writer.integer("Line", i64::from(position.line));
                writer.integer("Column", i64::from(position.column));
            });
        }
    });
}

fn boundary(writer: &mut Writer, allowed: bool) {
    writer.element("PermissionsBoundaryDecisionDetail", |writer| writer.boolean("AllowedByPermissionsBoundary", allowed));
}

/// Documents of the call, compiled.
fn documents(input: &Node<'_>, member: &str, required: bool) -> Result<Vec<Tried>, WireError> {
    let place = lower(member);
    let texts = match input.texts(member)? {
        None if required => return Err(Violations::one(&place, None, Constraint::Required)),
        texts => texts.unwrap_or_default(),
    };
    let mut found = Vec::with_capacity(texts.len());
    for (at, text) in texts.into_iter().enumerate() {
        let text = text.unwrap_or_default();
        if text.chars().count() > DOCUMENT {
            return Err(Violations::one(&format!("{place}.{}.member", at + 1), None, Constraint::MaxLength(DOCUMENT)));
        }
        let id = format!("{member}.{}", at + 1);
        let document = Document::parse(text, Kind::Identity).map_err(|malformed| unread(&id, &malformed))?;
        let policy = Policy::parse(text, Kind::Identity).map_err(|malformed| unread(&id, &malformed))?;
        found.push(Tried { id, policy, document });
    }
    Ok(found)
}

/// A list of texts, each of so many characters.
fn texts<'n>(input: &Node<'n>, member: &str, place: &str, (least, most): (usize, usize)) -> Result<Vec<&'n str>, WireError> {
    let texts: Vec<&str> = input.texts(member)?.unwrap_or_default().into_iter().flatten().collect();
    if texts.len() > MOST {
        return Err(Violations::one(place, None, Constraint::MaxLength(MOST)));
    }
    let mut wrong = Violations::default();
    for (at, text) in texts.iter().enumerate() {
        let place = format!("{place}.{}.member", at + 1);
        match text.chars().count() {
            count if count < least => wrong.note(&place, Some(text), Constraint::MinLength(least)),
            count if count > most => wrong.note(&place, None, Constraint::MaxLength(most)),
            _ => {}
        }
    }
    wrong.finish()?;
    Ok(texts)
}

fn action(name: &str) -> Result<Action, WireError> {
    Action::parse(name).ok_or_else(|| invalid(format!("Invalid Action: {name}")))
}

/// `ContextEntries`.
fn context<'n>(input: &Node<'n>) -> Result<Context<'n>, WireError> {
    let mut context = Context::new();
    for (at, entry) in input.list("ContextEntries")?.unwrap_or_default().iter().enumerate() {
        let place = |member: &str| format!("contextEntries.{}.member.{member}", at + 1);
        let name = entry.text("ContextKeyName")?.ok_or_else(|| Violations::one(&place("contextKeyName"), None, Constraint::Required))?;
        let word = entry.text("ContextKeyType")?.ok_or_else(|| Violations::one(&place("contextKeyType"), None, Constraint::Required))?;
        let values: Vec<&str> = entry.texts("ContextKeyValues")?.unwrap_or_default().into_iter().flatten().collect();
        let kind = EntryType::parse(word).ok_or_else(|| invalid(format!("Invalid ContextKeyType: {word}")))?;
        kind.check(&values).map_err(|mismatch| invalid(format!("Invalid value of the context key {name}: {mismatch}.")))?;
        context.insert_all(name.to_ascii_lowercase(), values);
    }
    Ok(context)
}

fn unread(id: &str, malformed: &Malformed) -> WireError {
    invalid(format!("Invalid policy {id}: {}", malformed.aws_message()))
}

fn invalid(message: String) -> WireError {
    WireError::modelled("InvalidInput", 400, message)
}

/// A member's name as messages have it.
fn lower(member: &str) -> String {
    let mut letters = member.chars();
    letters.next().map(|first| first.to_ascii_lowercase().to_string() + letters.as_str()).unwrap_or_default()
}
