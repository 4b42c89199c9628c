//! Identity providers that speak OpenID Connect, as programs manage them.

use crate::caller::{ALL, House};

#[tokio::test]
async fn a_provider_is_known_by_its_url_and_lists_who_its_tokens_may_be_for() {
    let house = House::new().await;
    let account = house.account("ana@example.com").await;
    let boss = house.caller(account, "boss", Some(ALL)).await;
    let url = ("Url", "https://id.example.org/realm");
    let made = house.done(&boss, "CreateOpenIDConnectProvider", &[url, ("ClientIDList.member.1", "app")]).await;
    let arn = made.text("OpenIDConnectProviderArn");
    assert_eq!(arn, format!("arn:aws:iam::{account}:oidc-provider/id.example.org/realm"));
    house.refused(&boss, "EntityAlreadyExists", "CreateOpenIDConnectProvider", &[url]).await;
    let named = ("OpenIDConnectProviderArn", arn.as_str());
    house.done(&boss, "AddClientIDToOpenIDConnectProvider", &[named, ("ClientID", "other")]).await;
    house.done(&boss, "AddClientIDToOpenIDConnectProvider", &[named, ("ClientID", "other")]).await;
    house.done(&boss, "RemoveClientIDFromOpenIDConnectProvider", &[named, ("ClientID", "app")]).await;
    let print = "0123456789abcdef0123456789abcdef01234567";
    house.done(&boss, "UpdateOpenIDConnectProviderThumbprint", &[named, ("ThumbprintList.member.1", print)]).await;
    let seen = house.done(&boss, "GetOpenIDConnectProvider", &[named]).await;
    assert_eq!((seen.text("Url").as_str(), seen.texts("member")), ("id.example.org/realm", vec!["other".to_owned(), print.to_owned()]));
    house.done(&boss, "TagOpenIDConnectProvider", &[named, ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "deck")]).await;
    assert_eq!(house.walk(&boss, "ListOpenIDConnectProviderTags", &[named], 1, "Key").await, ["team"]);
    house.done(&boss, "UntagOpenIDConnectProvider", &[named, ("TagKeys.member.1", "team")]).await;
    assert_eq!(house.done(&boss, "ListOpenIDConnectProviders", &[]).await.texts("Arn"), [arn.as_str()]);
    house.done(&boss, "DeleteOpenIDConnectProvider", &[named]).await;
    house.done(&boss, "DeleteOpenIDConnectProvider", &[named]).await;
    house.refused(&boss, "NoSuchEntity", "GetOpenIDConnectProvider", &[named]).await;
}

#[tokio::test]
async fn e14_no_provider_stands_inside_a_network() {
    let house = House::new().await;
    let boss = house.caller(house.account("ana@example.com").await, "boss", Some(ALL)).await;
    for url in [
        "https://10.0.0.1",
        "https://169.254.169.254/latest",
        "https://[fd00::1]",
        "https://localhost",
        "http://id.example.org",
        "https://id.example.org:8443",
        "https://id.example.org/?x=1",
        "https://id.example.org/#x",
        "https://user@id.example.org",
        "https://id.example.org/*",
        "id.example.org",
    ] {
        house.refused(&boss, "ValidationError", "CreateOpenIDConnectProvider", &[("Url", url)]).await;
    }
}

#[tokio::test]
async fn a_provider_has_at_most_a_hundred_clients_and_five_thumbprints() {
    let house = House::new().await;
    let boss = house.caller(house.account("ana@example.com").await, "boss", Some(ALL)).await;
    let members: Vec<(String, String)> = (1..=100).map(|at| (format!("ClientIDList.member.{at}"), format!("app{at}"))).collect();
    let mut input: Vec<(&str, &str)> = members.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    input.push(("Url", "https://id.example.org"));
    let arn = house.done(&boss, "CreateOpenIDConnectProvider", &input).await.text("OpenIDConnectProviderArn");
    let named = ("OpenIDConnectProviderArn", arn.as_str());
    house.refused(&boss, "LimitExceeded", "AddClientIDToOpenIDConnectProvider", &[named, ("ClientID", "more")]).await;
    let print = "0123456789abcdef0123456789abcdef01234567";
    let many: Vec<(String, &str)> = (1..=6).map(|at| (format!("ThumbprintList.member.{at}"), print)).collect();
    let mut input: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    input.push(named);
    house.refused(&boss, "InvalidInput", "UpdateOpenIDConnectProviderThumbprint", &input).await;
}
