//! Roles taken on with a token of an identity provider: what is believed, and what a stranger learns.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use lockwright_model::clock::Clock;
use lockwright_model::id::AccountId;
use lockwright_testkit::issuer::{Issuer, P256, RSA, unsigned};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::caller::{ALL, Answer, Caller, House};
use crate::roles::{arn, role};

struct World {
    house: House,
    issuer: Issuer,
    account: AccountId,
    boss: Caller,
}

const AUDIENCE: &str = "sts.amazonaws.com";
const SUBJECT: &str = "repo:harbour/works:main";

impl World {
    /// An account with a role that trusts one subject of one issuer.
    async fn new() -> Self {
        let (house, issuer) = (House::new().await, Issuer::start());
        let account = house.account("ana@example.com").await;
        let boss = house.caller(account, "boss", Some(ALL)).await;
        let url = issuer.url();
        house.done(&boss, "CreateOpenIDConnectProvider", &[("Url", &url), ("ClientIDList.member.1", AUDIENCE)]).await;
        let name = url.strip_prefix("http://").unwrap();
        let trust = json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow",
            "Principal": {"Federated": format!("arn:aws:iam::{account}:oidc-provider/{name}")},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {format!("{name}:sub"): SUBJECT}},
        }});
        role(&house, &boss, "deploy", &trust.to_string(), "iam:ListUsers").await;
        Self { house, issuer, account, boss }
    }

    fn claims(&self) -> Value {
        let now = self.house.installation.clock.now().as_seconds();
        json!({"iss": self.issuer.url(), "sub": SUBJECT, "aud": AUDIENCE, "iat": now, "nbf": now, "exp": now + 300})
    }

    fn but(&self, claim: &str, value: Value) -> Value {
        let mut claims = self.claims();
        claims[claim] = value;
        claims
    }

    /// The call, without a signature.
    async fn call(&self, role: &str, token: &str) -> Answer {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let form = format!(
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=watch&RoleArn={}&WebIdentityToken={}",
            encoded(role),
            encoded(token)
        );
        let request = Request::builder().method("POST").uri("/").header("content-type", "application/x-www-form-urlencoded");
        self.house.send(request.body(Body::from(form)).unwrap()).await
    }

    async fn code(&self, token: &str) -> String {
        self.call(&arn(self.account, "deploy"), token).await.code()
    }
}

#[tokio::test]
async fn m16_whom_a_provider_vouches_for_takes_on_the_role_that_trusts_them() {
    let world = World::new().await;
    for key in [RSA, P256] {
        let given = world.call(&arn(world.account, "deploy"), &world.issuer.token(key, key, &world.claims())).await;
        assert_eq!(given.status, 200, "{}", given.body);
        assert_eq!((given.text("SubjectFromWebIdentityToken").as_str(), given.text("Audience").as_str()), (SUBJECT, AUDIENCE));
        let key = given.text("AccessKeyId").parse().unwrap();
        let token = Some(given.text("SessionToken"));
        let session = Caller { key, secret: given.text("SecretAccessKey"), token, ..world.boss.clone() };
        let who = world.house.sts(&session, "GetCallerIdentity", &[]).await;
        assert_eq!(who.text("Arn"), format!("arn:aws:sts::{}:assumed-role/deploy/watch", world.account));
        world.house.done(&session, "ListUsers", &[]).await;
        world.house.refused(&session, "AccessDenied", "CreateUser", &[("UserName", "eve")]).await;
    }
    assert_eq!(world.issuer.requests(), 2, "its keys are fetched once");
    let events = world.house.installation.lockwright.events(&world.house.host(), Some(world.account), None, 50).await.unwrap();
    let told = events.iter().find(|event| event.name == "AssumeRoleWithWebIdentity").unwrap();
    assert_eq!(told.record["userIdentity"]["userName"], SUBJECT);
}

#[tokio::test]
async fn a_token_that_the_provider_did_not_sign_is_not_believed() {
    let world = World::new().await;
    let (claims, other) = (world.claims(), Issuer::start());
    let none = format!("{}.", unsigned(&json!({"alg": "none"}), &claims));
    let shared = format!("{}.AAAA", unsigned(&json!({"alg": "HS256", "kid": RSA}), &claims));
    let good = world.issuer.token(RSA, RSA, &claims);
    let (head, signature) = good.rsplit_once('.').unwrap();
    let swapped = format!("{}.{signature}", unsigned(&json!({"alg": "RS256", "kid": RSA}), &world.but("exp", json!(9_999_999_999_i64))));
    let critical = world.issuer.signed(RSA, &json!({"alg": "RS256", "kid": RSA, "crit": ["x"], "x": 1}), &claims);
    for (what, token) in [
        ("alg none", none),
        ("a shared key's algorithm", shared),
        ("another's key under this one's id", other.token(RSA, RSA, &claims)),
        ("an unknown key", other.token(RSA, "rsa-2", &claims)),
        ("an RSA key's id on P-256", world.issuer.token(P256, RSA, &claims)),
        ("other claims under a good signature", swapped),
        ("something critical", critical),
        ("no signature", format!("{head}.")),
        ("no token", "what.is.this".to_owned()),
    ] {
        assert_eq!(world.code(&token).await, "InvalidIdentityToken", "{what}");
    }
    assert_eq!(world.code(&good).await, "");
}

#[tokio::test]
async fn c09_the_providers_public_key_is_no_shared_secret() {
    let world = World::new().await;
    for token in world.issuer.with_public_key_as_secret(&world.claims()) {
        assert_eq!(world.code(&token).await, "InvalidIdentityToken");
    }
}

#[tokio::test]
async fn c07_a_token_that_lacks_a_claim_is_not_believed() {
    let world = World::new().await;
    for claim in ["iss", "sub", "aud", "iat", "exp"] {
        let mut claims = world.claims();
        claims.as_object_mut().unwrap().remove(claim);
        assert_eq!(world.code(&world.issuer.token(RSA, RSA, &claims)).await, "InvalidIdentityToken", "{claim}");
        for odd in [json!(null), json!({}), json!(true), json!([[]])] {
            assert_eq!(world.code(&world.issuer.token(RSA, RSA, &world.but(claim, odd))).await, "InvalidIdentityToken", "{claim}");
        }
    }
}

#[tokio::test]
async fn c06_a_token_counts_for_its_audience_and_its_time() {
    let world = World::new().await;
    let now = world.house.installation.clock.now().as_seconds();
    let signed = |claims: &Value| world.issuer.token(RSA, RSA, claims);
    for (claims, code) in [
        (world.but("aud", json!("somebody-else")), "InvalidIdentityToken"),
        (world.but("aud", json!([])), "InvalidIdentityToken"),
        (world.but("aud", json!(["x", AUDIENCE])), ""),
        (world.but("exp", json!(now)), "ExpiredTokenException"),
        (world.but("nbf", json!(now + 600)), "IDPRejectedClaim"),
        (world.but("iat", json!(now + 600)), "IDPRejectedClaim"),
        (world.but("sub", json!("repo:eve/works:main")), "AccessDenied"),
        (world.but("iss", json!("https://id.example.org")), "AccessDenied"),
        (world.but("sub", json!(null)), "InvalidIdentityToken"),
    ] {
        assert_eq!(world.code(&signed(&claims)).await, code, "{claims}");
    }
    let token = signed(&world.claims());
    world.house.installation.clock.advance(Duration::from_secs(301));
    assert_eq!(world.code(&token).await, "ExpiredTokenException");
}

#[tokio::test]
async fn n_a_stranger_learns_not_whether_there_is_an_account_a_role_or_a_provider() {
    let world = World::new().await;
    let stranger = world.issuer.token(RSA, RSA, &world.but("sub", json!("repo:eve/works:main")));
    let elsewhere = Issuer::start();
    let mut claims = world.claims();
    claims["iss"] = json!(elsewhere.url());
    let unknown = elsewhere.token(RSA, RSA, &claims);
    let mut answers = Vec::new();
    for role in [arn(world.account, "deploy"), arn(world.account, "nothing"), arn("999999999999".parse().unwrap(), "deploy")] {
        for token in [&stranger, &unknown] {
            let answer = world.call(&role, token).await;
            assert_eq!((answer.status, answer.code().as_str()), (403, "AccessDenied"), "{role}");
            answers.push(answer.without_id());
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!((world.issuer.requests(), elsewhere.requests()), (0, 0), "nobody is asked about a stranger");
}

#[tokio::test]
async fn e14_a_provider_that_leads_elsewhere_or_says_too_much_is_not_heard() {
    let url = |world: &World| world.issuer.url();
    let at = "/.well-known/openid-configuration";
    for what in ["redirect", "redirected keys", "huge", "keys inside a network", "keys over plain http", "another issuer", "error"] {
        let world = World::new().await;
        let keys_at = |keys: &str| json!({"issuer": url(&world), "jwks_uri": keys}).to_string();
        let aside = format!("location: {}/elsewhere\r\n", url(&world));
        world.issuer.shows("/elsewhere", 200, "", &world.issuer.keys().to_string());
        match what {
            "redirect" => world.issuer.shows(at, 302, &aside, ""),
            "redirected keys" => world.issuer.shows("/keys", 307, &aside, ""),
            "huge" => {
                let mut keys = world.issuer.keys();
                keys["padding"] = json!("x".repeat(70_000));
                world.issuer.shows("/keys", 200, "", &keys.to_string());
            }
            "keys inside a network" => world.issuer.shows(at, 200, "", &keys_at("https://10.0.0.1/keys")),
            "keys over plain http" => world.issuer.shows(at, 200, "", &keys_at("http://id.example.org/keys")),
            "another issuer" => {
                let said = json!({"issuer": "https://id.example.org", "jwks_uri": format!("{}/keys", url(&world))});
                world.issuer.shows(at, 200, "", &said.to_string());
            }
            _ => world.issuer.shows("/keys", 500, "", ""),
        }
        assert_eq!(world.code(&world.issuer.token(RSA, RSA, &world.claims())).await, "IDPCommunicationError", "{what}");
    }
}

#[tokio::test]
async fn a_provider_is_asked_at_most_once_a_minute_whatever_keys_are_made_up() {
    let world = World::new().await;
    let (other, clock) = (Issuer::start(), &world.house.installation.clock);
    assert_eq!(world.code(&world.issuer.token(RSA, RSA, &world.claims())).await, "");
    for at in 0..5 {
        assert_eq!(world.code(&other.token(RSA, &format!("made-up-{at}"), &world.claims())).await, "InvalidIdentityToken");
    }
    assert_eq!(world.issuer.requests(), 2);
    clock.advance(Duration::from_secs(61));
    let mut keys = world.issuer.keys();
    keys["keys"][0]["kid"] = json!("rsa-2");
    world.issuer.shows("/keys", 200, "", &keys.to_string());
    assert_eq!(world.code(&world.issuer.token(RSA, "rsa-2", &world.claims())).await, "", "a new key is found");
    assert_eq!(world.issuer.requests(), 4);
    clock.advance(Duration::from_secs(3_601));
    world.issuer.shows("/keys", 500, "", "");
    assert_eq!(world.code(&world.issuer.token(RSA, "rsa-2", &world.claims())).await, "IDPCommunicationError", "old keys are not believed");
}
