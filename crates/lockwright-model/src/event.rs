//! Audit events in CloudTrail's record shape, committed with the change they tell of.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::context::OpContext;
use crate::entropy::Entropy;
use crate::id::{AccountId, ChoiceId, EventId};
use crate::identity::{Identity, Principal};
use crate::temporary::{Bearer, Temporary};
use crate::user::User;

/// One audit event. `record` is CloudTrail's JSON; the other fields are what is searched.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AuditEvent {
    /// Its id (`eventID`).
    pub id: EventId,
    /// The account whose trail it stands in; `None`: the installation's own (builder IDs, host).
    pub account: Option<AccountId>,
    /// When (`eventTime`, here to the microsecond).
    pub at: Timestamp,
    /// CloudTrail's `eventName`.
    pub name: String,
    /// The drawn name of whoever chose about cookies; `None`: it is about something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chooser: Option<ChoiceId>,
    /// The whole record.
    pub record: Value,
}

/// What is told of an act; the rest comes from the [`OpContext`].
#[derive(Clone, Debug)]
pub struct Told {
    /// CloudTrail's `eventName`.
    pub name: &'static str,
    /// Sign-in events come from `signin.amazonaws.com`, changes of users and policies from `iam.amazonaws.com`.
    pub service: Service,
    /// The account whose trail it stands in.
    pub account: Option<AccountId>,
    /// Who acts for themselves (a sign-in, a recovery, a change of the own password), whoever else this browser is signed in as.
    pub subject: Option<Identity>,
    /// The user's name and ARN, where the record may show them.
    pub iam_user: Option<IamUser>,
    /// `requestParameters`; no secret, and no name typed by a stranger.
    pub request: Value,
    /// `responseElements`.
    pub response: Value,
    /// `additionalEventData`.
    pub additional: Value,
    /// `errorMessage`, for a refused act.
    pub error: Option<&'static str>,
}

/// What `userIdentity` shows of an IAM user besides its ids.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IamUser {
    /// `userName`
    pub name: String,
    /// `arn`
    pub arn: String,
}

impl From<&User> for IamUser {
    fn from(user: &User) -> Self {
        Self { name: user.name.to_string(), arn: user.arn() }
    }
}

/// CloudTrail's `eventSource`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Service {
    /// `signin.amazonaws.com`
    Signin,
    /// `iam.amazonaws.com`
    Iam,
    /// `account.amazonaws.com`
    Account,
    /// `sts.amazonaws.com`
    Sts,
    /// `cloudtrail.amazonaws.com`
    CloudTrail,
    /// `privacy.lockwright`: no service of AWS tells of such acts.
    Privacy,
}

impl Told {
    /// An event with nothing but its name.
    pub fn new(service: Service, name: &'static str, account: Option<AccountId>) -> Self {
        Self {
            name,
            service,
            account,
            subject: None,
            iam_user: None,
            request: Value::Null,
            response: Value::Null,
            additional: Value::Null,
            error: None,
        }
    }

    /// Names whom it is about.
    #[must_use]
    pub fn about(mut self, subject: Identity, iam_user: Option<IamUser>) -> Self {
        self.subject = Some(subject);
        self.iam_user = iam_user;
        self
    }

    /// Adds `requestParameters`.
    #[must_use]
    pub fn request(mut self, request: Value) -> Self {
        self.request = request;
        self
    }

    /// Adds `responseElements`.
    #[must_use]
    pub fn response(mut self, response: Value) -> Self {
        self.response = response;
        self
    }

    /// Adds `additionalEventData`.
    #[must_use]
    pub fn additional(mut self, additional: Value) -> Self {
        self.additional = additional;
        self
    }

    /// Marks it as refused.
    #[must_use]
    pub fn failed(mut self, error: &'static str) -> Self {
        self.error = Some(error);
        self
    }
}

impl AuditEvent {
    /// Writes the record.
    pub fn new(op: &OpContext, entropy: &dyn Entropy, told: Told) -> Self {
        let id = EventId::draw(entropy);
        let (source, kind) = match told.service {
            Service::Signin => ("signin.amazonaws.com", "AwsConsoleSignIn"),
            Service::Iam => ("iam.amazonaws.com", "AwsApiCall"),
            Service::Account => ("account.amazonaws.com", "AwsApiCall"),
            Service::Sts => ("sts.amazonaws.com", "AwsApiCall"),
            Service::CloudTrail => ("cloudtrail.amazonaws.com", "AwsApiCall"),
            Service::Privacy => ("privacy.lockwright", "AwsServiceEvent"),
        };
        let actor = match (&op.principal, &told.subject) {
            // CloudTrail writes no arn into a failed sign-in of an IAM user.
            (Principal::Signed(_) | Principal::Anonymous, Some(identity)) => {
                user_identity(identity, told.iam_user.as_ref(), told.name != "ConsoleLogin" || told.error.is_none())
            }
            (Principal::Assumed(temporary), _) => assumed_identity(temporary),
            (Principal::Signed(identity), None) => user_identity(identity, op.iam_user.as_ref(), true),
            (Principal::Host, _) => json!({"type": "AWSService", "invokedBy": "host.lockwright"}),
            (Principal::Anonymous, None) => {
                json!({"type": "AWSAccount", "accountId": told.account.map_or_else(|| "anonymous".to_owned(), |a| a.to_string())})
            }
        };
        let mut record = json!({
            "eventVersion": "1.11",
            "userIdentity": actor,
            "eventTime": op.now.to_rfc3339(),
            "eventSource": source,
            "eventName": told.name,
            "awsRegion": "us-east-1",
            "sourceIPAddress": op.source.ip_text(),
            "userAgent": op.source.agent,
            "requestParameters": told.request,
            "responseElements": told.response,
            "requestID": op.id.as_str(),
            "eventID": id.as_str(),
            "readOnly": reads(told.name),
            "eventType": kind,
            "managementEvent": true,
            "eventCategory": "Management",
        });
        if let (Some(key), Some(actor)) = (&op.access_key, record.get_mut("userIdentity").and_then(Value::as_object_mut)) {
            actor.insert("accessKeyId".into(), json!(key.as_str()));
        }
        if let Some(map) = record.as_object_mut() {
            if let Some(account) = told.account {
                map.insert("recipientAccountId".into(), json!(account.to_string()));
            }
            if !told.additional.is_null() {
                map.insert("additionalEventData".into(), told.additional);
            }
            if let Some(error) = told.error {
                map.insert("errorMessage".into(), json!(error));
                // A sign-in that failed has a message alone.
                if kind == "AwsApiCall" {
                    map.insert("errorCode".into(), json!(error));
                }
            }
        }
        Self { id, account: told.account, at: op.now, name: told.name.to_owned(), chooser: None, record }
    }

    /// The record of a choice. It stays for ever, so it says neither who chose nor from where: its drawn name alone can be led back to a
    /// person, and that link can be erased.
    pub fn of_choice(op: &OpContext, entropy: &dyn Entropy, chooser: ChoiceId, told: Told) -> Self {
        let nameless = OpContext { principal: Principal::Anonymous, iam_user: None, access_key: None, ..op.clone() };
        let mut event = Self::new(&nameless, entropy, told);
        if let Some(record) = event.record.as_object_mut() {
            for named in ["sourceIPAddress", "userAgent", "requestID"] {
                record.remove(named);
            }
            record.insert("userIdentity".into(), json!({"type": "Unknown", "principalId": chooser.as_str()}));
        }
        Self { chooser: Some(chooser), ..event }
    }
}

/// CloudTrail's `readOnly`: by the first word of the name, as AWS has it.
fn reads(name: &str) -> bool {
    ["AssumeRole", "Get", "List", "Lookup", "Simulate"].iter().any(|word| name.starts_with(word))
}

/// CloudTrail's `userIdentity` of temporary credentials: who acts, and who issued them.
fn assumed_identity(temporary: &Temporary) -> Value {
    let account = temporary.account().map(|account| account.to_string());
    let (kind, issuer) = match &temporary.bearer {
        Bearer::Role { id, arn, name, .. } => {
            ("AssumedRole", json!({"type": "Role", "principalId": id.as_str(), "arn": arn, "accountId": account, "userName": name}))
        }
        Bearer::Federated { parent, .. } | Bearer::Own(parent) => ("FederatedUser", user_identity(parent, None, true)),
    };
    let mut session = json!({
        "sessionIssuer": issuer,
        "attributes": {"creationDate": temporary.issued.to_rfc3339(), "mfaAuthenticated": temporary.mfa.is_some().to_string()},
    });
    if let (Some(source), Some(session)) = (&temporary.source_identity, session.as_object_mut()) {
        session.insert("sourceIdentity".into(), json!(source));
    }
    json!({
        "type": kind, "principalId": temporary.user_id(), "arn": temporary.arn(), "accountId": account, "sessionContext": session,
    })
}

fn user_identity(identity: &Identity, iam_user: Option<&IamUser>, with_arn: bool) -> Value {
    match identity {
        Identity::Root(account) => json!({
            "type": "Root", "principalId": account.to_string(), "arn": account.root_arn(),
            "accountId": account.to_string(), "accessKeyId": "",
        }),
        Identity::User(user) => {
            let mut value = json!({"type": "IAMUser", "principalId": user.user.as_str(), "accountId": user.account.to_string()});
            if let (Some(map), Some(shown)) = (value.as_object_mut(), iam_user) {
                if with_arn {
                    map.insert("arn".into(), json!(shown.arn));
                }
                map.insert("userName".into(), json!(shown.name));
            }
            value
        }
        Identity::Operator(operator) => json!({"type": "AWSService", "invokedBy": "operator.lockwright", "principalId": operator.as_str()}),
        Identity::Builder(builder) => json!({"type": "IdentityCenterUser", "principalId": builder.as_str(), "credentialId": "builder-id"}),
    }
}
