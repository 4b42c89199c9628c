//! From a document to a policy: every pattern parsed, every value read, and the statements indexed by effect, action and resource.

mod condition;
mod index;
mod principals;
mod statement;

pub use principals::Reach;
pub(crate) use statement::Statement;

use core::ops::ControlFlow;

use index::{Indexed, Posting, PrefixIndex, WHOLE_CLAUSE, small};

use crate::document::{Document, Effect, Kind, Malformed};
use crate::evaluate::Request;
use crate::pattern::Sureness;

/// A policy ready to decide.
///
/// It is compiled once and asked often: a question costs two searches and what they find, and no memory.
#[derive(Clone, Debug)]
pub struct Policy {
    kind: Kind,
    statements: Box<[Statement]>,
    allow: Side,
    deny: Side,
}

/// The statements of one effect.
#[derive(Clone, Debug, Default)]
struct Side {
    actions: PrefixIndex,
    resources: PrefixIndex,
}

/// So few candidates are walked through without asking whether the other index has fewer.
const FEW: usize = 4;

impl From<&Document> for Policy {
    fn from(document: &Document) -> Self {
        let compile = |statement| Statement::compile(statement, document.version());
        let statements: Box<[Statement]> = document.statements().iter().map(compile).collect();
        let side = |effect| Side::build(&statements, effect);
        let (allow, deny) = (side(Effect::Allow), side(Effect::Deny));
        Self { kind: document.kind(), statements, allow, deny }
    }
}

impl Policy {
    /// Reads and compiles a document in one step.
    pub fn parse(bytes: impl AsRef<[u8]>, kind: Kind) -> Result<Self, Malformed> {
        Document::parse(bytes, kind).map(|document| Self::from(&document))
    }

    /// What the policy stands on.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Binds the ARNs of users and roles in a trust or resource policy to the ids their principals have now.
    ///
    /// Someone made later under the same name has another id and is not let in, as AWS has it. ARNs for which nothing is given stay names.
    #[must_use]
    pub fn pinned(mut self, mut id_of: impl FnMut(&str) -> Option<String>) -> Self {
        for principals in self.statements.iter_mut().filter_map(|statement| statement.principals.as_mut()) {
            principals.pin(&mut id_of);
        }
        self
    }

    /// True when a statement denies the request.
    pub fn denies(&self, request: &Request<'_>) -> bool {
        self.search(&self.deny, request, |_| ControlFlow::Break(())).is_break()
    }

    /// How closely the statements that allow the request name its principal; none when no statement allows it.
    /// For a policy without principals it is always [`Reach::Direct`].
    pub fn allows(&self, request: &Request<'_>) -> Option<Reach> {
        let mut reach = None;
        let _stopped = self.search(&self.allow, request, |found| {
            reach = reach.max(Some(found));
            if found == Reach::Direct { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        reach
    }

    /// True when a statement allows some action of a service, on whatever and under whatever conditions. `service` is what stands before the
    /// colon, in small letters; no wildcard stands in front of one.
    ///
    /// ```
    /// use lockwright_policy::{Kind, Policy};
    ///
    /// let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["iam:Get*", "s3:*"], "Resource": "*"}}"#;
    /// let policy = Policy::parse(text, Kind::Identity)?;
    /// assert!(policy.grants_service("iam") && policy.grants_service("s3") && !policy.grants_service("sts"));
    /// # Ok::<(), lockwright_policy::Malformed>(())
    /// ```
    pub fn grants_service(&self, service: &str) -> bool {
        self.statements.iter().any(|statement| statement.effect == Effect::Allow && statement.actions.reach_service(service))
    }

    pub(crate) fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// Goes through the statements of a side that apply to the request.
    fn search(&self, side: &Side, request: &Request<'_>, mut on_match: impl FnMut(Reach) -> ControlFlow<()>) -> ControlFlow<()> {
        if side.actions.is_empty() {
            return ControlFlow::Continue(());
        }
        let by_action = side.actions.find(request.action.lower());
        let count = by_action.count();
        if count > FEW {
            let by_resource = side.resources.find(request.resource.text);
            if by_resource.count() < count {
                for posting in by_resource.postings() {
                    self.try_resource(posting, request).map_or(ControlFlow::Continue(()), &mut on_match)?;
                }
                return ControlFlow::Continue(());
            }
        }
        for posting in by_action.postings() {
            self.try_action(posting, request).map_or(ControlFlow::Continue(()), &mut on_match)?;
        }
        ControlFlow::Continue(())
    }

    /// The statement of a posting found by action, if it applies.
    fn try_action(&self, posting: Posting, request: &Request<'_>) -> Option<Reach> {
        let statement = self.statements.get(posting.statement as usize)?;
        let action = posting.sure || statement.actions.matches_at(posting.pattern, request.action.lower());
        (action && statement.speaks_of_resource(request)).then(|| self.rest(statement, request)).flatten()
    }

    /// The statement of a posting found by resource, if it applies.
    fn try_resource(&self, posting: Posting, request: &Request<'_>) -> Option<Reach> {
        let statement = self.statements.get(posting.statement as usize)?;
        let asked =
            |resources: &statement::Resources| resources.matches_at(posting.pattern, &request.resource, request.context, statement.effect);
        let resource = posting.sure || statement.resources.as_ref().is_none_or(asked);
        (resource && statement.speaks_of_action(request)).then(|| self.rest(statement, request)).flatten()
    }

    /// Principals and conditions of a statement whose action and resource match.
    fn rest(&self, statement: &Statement, request: &Request<'_>) -> Option<Reach> {
        let reach = statement.reach(request.principal)?;
        statement.failing_condition(request.context).is_none().then_some(reach)
    }
}

impl Side {
    fn build(statements: &[Statement], effect: Effect) -> Self {
        let mut actions = Vec::new();
        let mut resources = Vec::new();
        for (number, statement) in (0..).zip(statements).filter(|(_, statement)| statement.effect == effect) {
            let whole = || Indexed { prefix: String::new(), sureness: Sureness::Unsure, statement: number, pattern: WHOLE_CLAUSE };
            if statement.actions.negated {
                actions.push(whole());
            } else {
                actions.extend(statement.actions.patterns.iter().enumerate().map(|(at, pattern)| Indexed {
                    prefix: pattern.literal_prefix().to_owned(),
                    sureness: pattern.sureness(),
                    statement: number,
                    pattern: small(at),
                }));
            }
            match &statement.resources {
                Some(clause) if !clause.negated => resources.extend(clause.patterns.iter().enumerate().map(|(at, pattern)| {
                    let (prefix, sureness) = pattern.literal_prefix();
                    Indexed { prefix, sureness, statement: number, pattern: small(at) }
                })),
                _ => resources.push(whole()),
            }
        }
        Self { actions: PrefixIndex::build(actions), resources: PrefixIndex::build(resources) }
    }
}
