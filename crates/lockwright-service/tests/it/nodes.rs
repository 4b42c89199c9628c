//! Two nodes over one PostgreSQL: what is spent on one is spent on both.

use lockwright_model::identity::Identity;
use lockwright_service::core::recovery::CodeOutcome;
use lockwright_service::grants::GranteeRef;
use lockwright_service::signin::SignInError;

use crate::house::{ANA, House, NEW, OLD, parts, root};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn x11_two_nodes_spend_one_code_once() {
    let [first, second] = House::two_nodes().await;
    first.account(ANA).await;
    let (opened, letter) = first.forget(&root(ANA)).await;
    let code = letter.code().unwrap().to_owned();
    let tries: Vec<_> = (0..20)
        .map(|number| {
            let node = [&first, &second][number % 2];
            let (lockwright, op, case, cookie, code) =
                (node.lockwright.clone(), node.anyone(), opened.case.clone(), opened.holder.clone(), code.clone());
            tokio::spawn(async move { lockwright.submit_code(&op, &case, cookie.expose(), &code).await })
        })
        .collect();
    let mut holders = Vec::new();
    for answer in tries {
        if let Ok(CodeOutcome::Proven(holder)) = answer.await.unwrap() {
            holders.push(holder);
        }
    }
    assert_eq!(holders.len(), 1);
    let finishes: Vec<_> = (0..10)
        .map(|number| {
            let node = [&first, &second][number % 2];
            let (lockwright, op, case, cookie) = (node.lockwright.clone(), node.anyone(), opened.case.clone(), holders[0].clone());
            tokio::spawn(async move { lockwright.finish_recovery(&op, &case, cookie.expose(), NEW, NEW).await.is_ok() })
        })
        .collect();
    let mut done = 0;
    for finish in finishes {
        done += usize::from(finish.await.unwrap());
    }
    assert_eq!(done, 1);
    second.session(&root(ANA), NEW).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a28_a_link_clicked_on_two_nodes_opens_once_and_the_old_password_is_dead_on_both() {
    let [first, second] = House::two_nodes().await;
    first.account(ANA).await;
    let old = second.session(&root(ANA), OLD).await;
    let (_, letter) = first.forget(&root(ANA)).await;
    let (case, link) = parts(letter.url().unwrap());
    let (one, other) = (first.anyone(), second.anyone());
    let (a, b) = tokio::join!(first.lockwright.open_link(&one, &case, "", &link), second.lockwright.open_link(&other, &case, "", &link));
    assert!(a.is_ok() != b.is_ok());
    let holder = a.or(b).unwrap();
    second.lockwright.finish_recovery(&second.anyone(), &case, holder.expose(), NEW, NEW).await.unwrap();
    for node in [&first, &second] {
        assert!(matches!(node.sign_in(&root(ANA), OLD).await, Err(SignInError::Mismatch)), "credentials are read past the cache");
    }
    assert!(!second.alive(&old).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn d20_a_deny_put_on_one_node_holds_on_the_other_at_once() {
    let [first, second] = House::two_nodes().await;
    let account = first.account(ANA).await;
    let carla = first.user(account, "carla", false).await;
    let identity = Identity::User(carla.clone());
    let put = async |effect: &str| {
        let document = format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"{effect}","Action":"iam:ListUsers","Resource":"*"}}}}"#);
        first
            .lockwright
            .put_policy(&first.as_root(account), &GranteeRef::User(carla.clone()), &"may".parse().unwrap(), &document)
            .await
            .unwrap();
    };
    let lists = async || second.lockwright.users(&second.as_(&identity), account, None, 10).await.is_ok();
    // Both nodes have the user in their caches: a session of it was asked for on each.
    let token = first.sign_in_user(&carla, OLD).await.unwrap().token;
    for effect in ["Allow", "Deny", "Allow", "Deny"] {
        assert!(first.alive(&token).await && second.alive(&token).await);
        put(effect).await;
        assert_eq!(lists().await, effect == "Allow", "{effect}");
    }
}
