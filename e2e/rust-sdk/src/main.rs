//! A tour with AWS's SDK for Rust, unmodified: endpoint, region and credentials are those of the environment. Prints who it was; panics where
//! an answer is not as with AWS.

use aws_sdk_iam::error::ProvideErrorMetadata;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let config = aws_config::from_env().http_client(http).load().await;
    let (iam, sts) = (aws_sdk_iam::Client::new(&config), aws_sdk_sts::Client::new(&config));
    let me = sts.get_caller_identity().send().await.expect("who calls");
    let (account, arn) = (me.account().expect("an account"), me.arn().expect("an ARN"));

    let name = "from-rust";
    let made = iam.create_user().user_name(name).path("/sdk/").send().await.expect("a user");
    let user = made.user().expect("the user");
    assert_eq!((user.arn(), user.path()), (format!("arn:aws:iam::{account}:user/sdk/{name}").as_str(), "/sdk/"));
    let again = iam.create_user().user_name(name).send().await.expect_err("there is one");
    assert!(again.as_service_error().is_some_and(|error| error.is_entity_already_exists_exception()), "{again:?}");
    let nobody = iam.get_user().user_name("nobody").send().await.expect_err("there is none");
    assert_eq!(nobody.code(), Some("NoSuchEntity"), "{nobody:?}");

    let pages: Result<Vec<_>, _> = iam.list_users().into_paginator().page_size(1).items().send().collect::<Result<Vec<_>, _>>().await;
    let names: Vec<String> = pages.expect("pages").iter().map(|user| user.user_name().to_owned()).collect();
    assert!(names.len() > 1 && names.contains(&name.to_owned()), "{names:?}");

    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{account}"}},"Action":"sts:AssumeRole"}}}}"#
    );
    let role = iam.create_role().role_name(name).assume_role_policy_document(trust).send().await.expect("a role");
    let role = role.role().expect("the role").arn().to_owned();
    let taken = sts.assume_role().role_arn(&role).role_session_name("watch").send().await.expect("taken on");
    assert!(taken.assumed_role_user().is_some_and(|user| user.arn().ends_with(":assumed-role/from-rust/watch")), "{taken:?}");
    iam.delete_role().role_name(name).send().await.expect("no role");
    iam.delete_user().user_name(name).send().await.expect("no user");
    println!("{arn}");
}
