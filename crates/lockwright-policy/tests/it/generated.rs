//! Worlds of policies drawn from small alphabets, so that they meet often, and what both evaluators say of requests in them.

use std::collections::BTreeMap;
use std::rc::Rc;

use lockwright_policy::{Action, Context, Decision, Kind, Policies, Policy, Principal, Request, decide};
use serde_json::{Value, json};

use crate::naive::{self, Case, MOMENTS, Who};

const ACTIONS: [&str; 7] =
    ["iam:GetUser", "iam:GetRole", "iam:ListUsers", "sts:AssumeRole", "sts:TagSession", "s3:GetObject", "s3:PutObject"];
const ACTION_PATTERNS: [&str; 14] = [
    "*",
    "*:*",
    "iam:*",
    "iam:Get*",
    "iam:?etUser",
    "IAM:getuser",
    "iam:*User*",
    "iam:GetRole",
    "s3:*Object",
    "s3:Get*",
    "s3:PutObject",
    "sts:*",
    "sts:AssumeRole",
    "sts:Tag?ession",
];
const RESOURCES: [&str; 8] = [
    "*",
    "arn:aws:iam::111122223333:user/team/alice",
    "arn:aws:iam::111122223333:user/team/bob",
    "arn:aws:iam::111122223333:role/x:user/team/bob",
    "arn:aws:iam::444455556666:role/x",
    "arn:aws:s3:::bucket/a/b",
    "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::bucket/é😀",
];
const RESOURCE_PATTERNS: [&str; 17] = [
    "*",
    "arn:aws:iam::111122223333:user/team/alice",
    "arn:aws:iam::*:user/*",
    "arn:aws:iam::*:user/team/bob",
    "arn:*:iam::1111*:user/team/?ob",
    "arn:aws:iam::111122223333:user/team/${aws:username}",
    "arn:aws:iam::${aws:PrincipalAccount}:role/*",
    "arn:aws:iam::111122223333:*",
    "arn:aws:iam::444455556666:role/x",
    "arn:aws:iam:*",
    "arn:aws:s3",
    "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::bucket/${*}",
    "arn:aws:s3:::bucket/${t:Text, 'a'}/*",
    "arn:aws:s3:::bucket/*/b",
    "arn:aws:s3:::bucket/???",
    "arn:aws:s3:::bucket/?*",
];
const TEXTS: [&str; 12] = ["a", "b", "A", "ab", "a*", "", "é", "É", "😀", "a😀", "${aws:username}", "x${t:Many, 'a'}"];
const GIVEN_TEXTS: [&str; 10] = ["a", "b", "A", "ab", "a*", "", "É", "a😀", "alice", "xa"];
const LIKE: [&str; 8] = ["*", "a*", "?", "??", "a??", "*b", "${t:Text}*", "${*}"];
const NUMBERS: [&str; 5] = ["1", "2", "2.0", "2.5", "-1"];
const TRUTHS: [&str; 2] = ["true", "false"];
const BYTES: [&str; 2] = ["QQ==", "QmluYXJ5"];
const NETWORKS: [&str; 6] = ["10.0.0.0/8", "10.1.2.3", "10.1.2.3/31", "0.0.0.0/0", "2001:db8::/33", "::/0"];
const ADDRESSES: [&str; 5] = ["10.1.2.2", "10.1.2.3", "192.0.2.1", "2001:db8::1", "2001:db8:8000::1"];
const ARNS: [&str; 5] =
    ["*", "arn:aws:iam::*:role/*", "arn:aws:iam::111122223333:user/${aws:username}", "arn:aws:iam::111122223333:user/alice", "arn:aws:iam"];
const GIVEN_ARNS: [&str; 4] =
    ["arn:aws:iam::111122223333:user/alice", "arn:aws:iam::444455556666:role/a:b", "arn:aws:iam::1:2:role/x", "none"];
const NAMES: [(&str, &str); 14] = [
    ("AWS", "*"),
    ("AWS", "111122223333"),
    ("AWS", "arn:aws:iam::111122223333:root"),
    ("AWS", "arn:aws:iam::444455556666:root"),
    ("AWS", "arn:aws:iam::111122223333:user/team/alice"),
    ("AWS", "arn:aws:iam::444455556666:user/carol"),
    ("AWS", "arn:aws:iam::111122223333:role/ci/Builder"),
    ("AWS", "arn:aws:sts::111122223333:assumed-role/Builder/run"),
    ("AWS", "arn:aws:sts::111122223333:federated-user/guest"),
    ("AWS", "AIDAALICEALICEALICE1"),
    ("AWS", "AROABUILDERBUILDER12"),
    ("Service", "logs.example"),
    ("Federated", "id.example"),
    ("AWS", "arn:aws:iam::111122223333:user/team/bob"),
];

/// A source of cases: the same seed gives the same.
pub(crate) struct Cases {
    state: u64,
}

impl Cases {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed | 1 }
    }

    /// A set of policies with some requests: what is expected, what was decided, and the case.
    pub(crate) fn next_world(&mut self, requests: usize) -> Vec<(String, String, Case)> {
        let mut told = Vec::with_capacity(requests);
        self.with_next_world(requests, |case, request, policies| {
            let decided = match decide(request, policies) {
                Decision::Allowed => "allowed".to_owned(),
                Decision::Denied(denial) => {
                    format!("{} {:?}", if denial.explicit { "deny" } else { "silent" }, denial.source).to_lowercase()
                }
            };
            told.push((naive::decide(&case), decided, case));
        });
        told
    }

    /// Gives each request of the next set to a check of the caller's.
    pub(crate) fn with_next_world(&mut self, requests: usize, mut check: impl FnMut(Case, &Request<'_>, &Policies<'_, Policy>)) {
        let identity: Rc<Vec<Value>> = Rc::new((0..self.below(3)).map(|_| self.policy(None)).collect());
        let boundary = self.chance(3).then(|| Rc::new(self.policy(None)));
        let session = self.chance(3).then(|| Rc::new((0..=self.below(2)).map(|_| self.policy(None)).collect::<Vec<_>>()));
        let is_trust = self.chance(4);
        let kind = if is_trust { Kind::Trust } else { Kind::Resource };
        let resource_policy = (is_trust || self.chance(2)).then(|| Rc::new(self.policy(Some(kind))));

        let compile =
            |value: &Value, kind| Policy::parse(value.to_string(), kind).unwrap_or_else(|malformed| panic!("{malformed}: {value}"));
        let all = |values: &[Value]| values.iter().map(|value| compile(value, Kind::Identity)).collect::<Vec<_>>();
        let compiled_identity = all(&identity);
        let compiled_boundary = boundary.as_ref().map(|value| compile(value, Kind::Identity));
        let compiled_session = session.as_ref().map(|values| all(values));
        let compiled_resource = resource_policy.as_ref().map(|value| compile(value, kind));
        let policies = Policies {
            identity: &compiled_identity,
            boundary: compiled_boundary.as_ref(),
            session: compiled_session.as_deref(),
            resource: compiled_resource.as_ref(),
        };
        for _ in 0..requests {
            let (who, principal) = self.who();
            let case = Case {
                who,
                action: self.pick(&ACTIONS),
                resource: self.pick(&RESOURCES),
                context: self.context(&principal),
                identity: identity.clone(),
                boundary: boundary.clone(),
                session: session.clone(),
                resource_policy: resource_policy.clone(),
                is_trust,
            };
            let mut context = Context::new();
            let given = case.context.clone();
            for (key, values) in &given {
                context.insert_all(key.as_str(), values.iter().map(String::as_str));
            }
            let action = Action::parse(case.action).unwrap();
            let resource = case.resource;
            check(case, &Request::new(&action, resource, &principal, &context), &policies);
        }
    }

    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next()).unwrap() % limit
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// One text, or a list of one to three.
    fn some(&mut self, from: &[&str]) -> Value {
        if self.chance(2) {
            return json!(self.pick(from));
        }
        (0..=self.below(3)).map(|_| json!(self.pick(from))).collect()
    }

    fn policy(&mut self, kind: Option<Kind>) -> Value {
        // Mostly few; sometimes enough for the index by resource to be used.
        let count = if self.chance(4) { 6 + self.below(8) } else { 1 + self.below(4) };
        let statements: Vec<Value> = (0..count).map(|_| self.statement(kind)).collect();
        let version = if self.chance(8) { "2008-10-17" } else { "2012-10-17" };
        if statements.len() == 1 && self.chance(2) {
            return json!({"Version": version, "Statement": statements[0]});
        }
        json!({"Version": version, "Statement": statements})
    }

    fn statement(&mut self, kind: Option<Kind>) -> Value {
        let mut statement = json!({"Effect": if self.chance(5) { "Deny" } else { "Allow" }});
        let patterns = if kind == Some(Kind::Trust) { &ACTION_PATTERNS[11..] } else { &ACTION_PATTERNS[..] };
        let action = if self.chance(6) { "NotAction" } else { "Action" };
        statement[action] = self.some(patterns);
        if kind != Some(Kind::Trust) {
            let resource = if self.chance(6) { "NotResource" } else { "Resource" };
            statement[resource] = self.some(&RESOURCE_PATTERNS);
        }
        if kind.is_some() {
            let principal = if self.chance(8) { "NotPrincipal" } else { "Principal" };
            statement[principal] = self.names();
        }
        if self.chance(2) {
            let mut condition = json!({});
            for _ in 0..=self.below(2) {
                let (operator, key, values) = self.condition();
                condition[operator][key] = values;
            }
            statement["Condition"] = condition;
        }
        statement
    }

    fn names(&mut self) -> Value {
        if self.chance(6) {
            return json!("*");
        }
        let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for _ in 0..=self.below(3) {
            let (kind, name) = self.pick(&NAMES);
            kinds.entry(kind).or_default().push(name);
        }
        json!(kinds)
    }

    fn condition(&mut self) -> (String, &'static str, Value) {
        let orders = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"];
        let many = self.chance(3);
        let text_key = if many { "t:Many" } else { self.pick(&["t:Text", "T:tEXT", "aws:username"]) };
        let moments: Vec<&str> = MOMENTS.iter().map(|(text, _)| *text).collect();
        let (name, key, values) = match self.below(9) {
            0 => (self.pick(&["StringEquals", "StringNotEquals"]).to_owned(), text_key, self.some(&TEXTS)),
            1 => (self.pick(&["StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"]).to_owned(), text_key, self.some(&TEXTS)),
            2 => (self.pick(&["StringLike", "StringNotLike"]).to_owned(), text_key, self.some(&LIKE)),
            3 => (format!("Numeric{}", self.pick(&orders)), "t:Number", self.some(&NUMBERS)),
            4 => (format!("Date{}", self.pick(&orders)), "t:Date", self.some(&moments)),
            5 => ("Bool".to_owned(), "t:Bool", self.some(&TRUTHS)),
            6 => (self.pick(&["IpAddress", "NotIpAddress"]).to_owned(), "t:Ip", self.some(&NETWORKS)),
            7 => (self.pick(&["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"]).to_owned(), "t:Arn", self.some(&ARNS)),
            _ if self.chance(2) => return ("Null".to_owned(), text_key, self.some(&TRUTHS)),
            _ => ("BinaryEquals".to_owned(), "t:Bytes", self.some(&BYTES)),
        };
        let before = if self.chance(if many { 1 } else { 6 }) { self.pick(&["ForAllValues:", "ForAnyValue:", ""]) } else { "" };
        let after = if self.chance(4) { "IfExists" } else { "" };
        (format!("{before}{name}{after}"), key, values)
    }

    fn context(&mut self, principal: &Principal<'_>) -> BTreeMap<String, Vec<String>> {
        let mut context = BTreeMap::new();
        let known = Context::of(principal);
        for key in ["aws:username", "aws:principalaccount"] {
            context.extend(known.single(key).map(|value| (key.to_owned(), vec![value.to_owned()])));
        }
        let moments: Vec<&str> = MOMENTS.iter().map(|(text, _)| *text).collect();
        let single: [(&str, &[&str]); 7] = [
            ("t:text", &GIVEN_TEXTS),
            ("t:number", &["1", "2", "2.5", "-1", "many"]),
            ("t:date", &moments),
            ("t:bool", &["true", "false", "TRUE", "maybe"]),
            ("t:ip", &ADDRESSES),
            ("t:arn", &GIVEN_ARNS),
            ("t:bytes", &BYTES),
        ];
        for (key, values) in single {
            if !self.chance(4) {
                context.insert(key.to_owned(), vec![self.pick(values).to_owned()]);
            }
        }
        if !self.chance(4) {
            let values = (0..self.below(4)).map(|_| self.pick(&GIVEN_TEXTS).to_owned()).collect();
            context.insert("t:many".to_owned(), values);
        }
        context
    }

    fn who(&mut self) -> (Who, Principal<'static>) {
        let who = |kind, account, arn, above, id| Who { kind, account, arn, above, id };
        let home = "111122223333";
        let alice = "arn:aws:iam::111122223333:user/team/alice";
        let role = "arn:aws:iam::111122223333:role/ci/Builder";
        let run = "arn:aws:sts::111122223333:assumed-role/Builder/run";
        let guest = "arn:aws:sts::111122223333:federated-user/guest";
        let carol = "arn:aws:iam::444455556666:user/carol";
        match self.below(10) {
            0..=2 => (who("user", home, alice, "", "AIDAALICEALICEALICE1"), Principal::User { arn: alice, id: "AIDAALICEALICEALICE1" }),
            3 => (who("user", "444455556666", carol, "", "AIDACAROL"), Principal::User { arn: carol, id: "AIDACAROL" }),
            4 | 5 => (
                who("session", home, run, role, "AROABUILDERBUILDER12:run"),
                Principal::Session { arn: run, role, id: "AROABUILDERBUILDER12:run" },
            ),
            6 => (who("federated", home, guest, alice, "x"), Principal::FederatedUser { arn: guest, parent: alice, id: "x" }),
            7 => (who("root", home, "", "", ""), Principal::Root { account: home }),
            8 if self.chance(2) => (who("service", "", "logs.example", "", ""), Principal::Service { name: "logs.example" }),
            8 => (who("provider", "", "id.example", "", ""), Principal::Federated { provider: "id.example" }),
            _ => (who("anonymous", "", "", "", ""), Principal::Anonymous),
        }
    }
}
