//! Clients that hang up in the middle: what was decided counts, and nobody is left with an old row.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use lockwright_service::signin::SignInError;

use crate::house::{ANA, House, OLD, root};

/// Polls a future at most `times` times, then drops it, as a server does when the client has gone.
async fn cut_off(work: impl Future, mut times: u32) -> bool {
    let mut work = pin!(work);
    poll_fn(|context| {
        if times == 0 {
            return Poll::Ready(false);
        }
        times -= 1;
        match work.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[tokio::test]
async fn b31_an_administrator_who_hangs_up_leaves_no_session_alive_that_was_ended() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    for times in 1.. {
        let user = house.user(account, &format!("user{times}"), false).await;
        let token = house.sign_in_user(&user, OLD).await.unwrap().token;
        assert!(house.alive(&token).await, "and it is in the cache now");
        let op = house.as_root(account);
        let finished = cut_off(house.lockwright.set_user_disabled(&op, &user, true), times).await;
        // The memory store does one thing after the other: this comes behind whatever is under way. Twice, for the commit may be
        // handed over by a task that has yet to run.
        for _ in 0..3 {
            house.store.user(&user).await.unwrap();
        }
        let disabled = house.store.user(&user).await.unwrap().unwrap().disabled;
        assert_eq!(house.alive(&token).await, !disabled, "cut off after {times} polls");
        if finished {
            return;
        }
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_saves_itself_no_count() {
    let house = House::memory().await;
    house.account(ANA).await;
    let mut looked_at = 0;
    let op = house.anyone();
    for times in 1..60 {
        let answer = async {
            let answer = house.lockwright.sign_in(&op, &root(ANA), "not the password", None).await;
            looked_at += u32::from(matches!(answer, Err(SignInError::Mismatch)));
        };
        cut_off(answer, times % 12).await;
    }
    assert!(looked_at <= 5, "{looked_at}");
    let again = house.lockwright.sign_in(&op, &root(ANA), OLD, None).await;
    assert!(matches!(again, Err(SignInError::Wait { .. })), "{again:?}");
}
