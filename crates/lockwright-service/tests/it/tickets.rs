//! Links, codes and cases under attack: order of steps, other people's tokens, replays, strangers in the way.

use lockwright_model::case::{Channel, MessageWay};
use lockwright_model::email::EmailAddress;
use lockwright_model::entropy::SystemEntropy;
use lockwright_model::id::CaseId;
use lockwright_model::token::{Token, TokenKind};
use lockwright_service::cases::{CaseError, Opened};
use lockwright_service::core::recovery::{CODE_TRIES, CodeOutcome, Refusal};
use lockwright_service::passwords::PresentError;
use lockwright_service::recovery::FinishError;
use lockwright_service::registration::OwnAddressError;
use lockwright_service::signin::SignInError;
use lockwright_service::users::GiveAccess;

use crate::house::{ANA, House, NEW, OLD, OTHER, builder, handed_url, iam, parts, root};
use lockwright_model::proof::Goal;

async fn finish(house: &House, case: &CaseId, cookie: &str, password: &str) -> Result<(), FinishError> {
    house.lockwright.finish_recovery(&house.anyone(), case, cookie, password, password).await
}

fn refused(result: &Result<(), FinishError>) -> Refusal {
    match result {
        Err(FinishError::Case(CaseError::Refused(refusal))) => *refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a02_no_order_of_steps_reaches_a_new_password_without_the_proof() {
    let house = House::memory().await;
    house.account(ANA).await;
    let (opened, letter) = house.forget(&root(ANA)).await;
    let cookie = opened.holder.expose();
    let (case, _) = parts(letter.url().unwrap());
    assert_eq!(refused(&finish(&house, &case, cookie, NEW).await), Refusal::NotNow);
    house.lockwright.resend(&house.anyone(), &case, cookie).await.unwrap();
    assert_eq!(refused(&finish(&house, &case, cookie, NEW).await), Refusal::NotNow);
    house.lockwright.submit_code(&house.anyone(), &case, cookie, "AAAAAA").await.unwrap();
    assert_eq!(refused(&finish(&house, &case, cookie, NEW).await), Refusal::NotNow);
    // A registration that was proven is no proof for a recovery, nor the other way round.
    let signup = house.lockwright.start_account(&house.anyone(), "eve@example.com".parse().unwrap()).await.unwrap();
    let letters = house.letters().await;
    let code = letters.iter().find(|letter| letter.to == "eve@example.com").unwrap().code().unwrap().to_owned();
    let holder = house.prove(&signup, &code).await;
    assert_eq!(refused(&finish(&house, &case, holder.expose(), NEW).await), Refusal::NotYours);
    assert_eq!(refused(&finish(&house, &signup.case, holder.expose(), NEW).await), Refusal::Gone);
    house.session(&root(ANA), OLD).await;
}

#[tokio::test]
async fn a04_a20_only_a_token_of_the_right_kind_opens_anything() {
    let house = House::memory().await;
    house.account(ANA).await;
    let session = house.session(&root(ANA), OLD).await;
    let (opened, letter) = house.forget(&root(ANA)).await;
    let (case, link) = parts(letter.url().unwrap());
    let holder = opened.holder.expose().to_owned();
    let browser = Token::draw(TokenKind::Browser, &SystemEntropy);
    let fresh = Token::draw(TokenKind::Link, &SystemEntropy);
    let odd = ["", " ", "0", "null", "undefined", "lw_link__", "[]", "\u{0}"].map(str::to_owned);
    let wrong: Vec<String> =
        [session.expose(), &holder, browser.expose(), fresh.expose()].map(str::to_owned).into_iter().chain(odd).collect();
    for token in &wrong {
        assert!(house.lockwright.look_at_link(&case, "", token).await.is_err(), "{token:?}");
        assert!(house.lockwright.open_link(&house.anyone(), &case, "", token).await.is_err(), "{token:?}");
        if *token != holder {
            assert!(house.lockwright.submit_code(&house.anyone(), &case, token, letter.code().unwrap()).await.is_err(), "{token:?}");
            assert!(finish(&house, &case, token, NEW).await.is_err(), "{token:?}");
            assert!(house.lockwright.cancel_case(&house.anyone(), &case, token).await.is_err(), "{token:?}");
            assert!(house.lockwright.resend(&house.anyone(), &case, token).await.is_err(), "{token:?}");
        }
        if token != session.expose() {
            assert!(house.lockwright.authenticate(token).await.unwrap().is_none(), "{token:?}");
        }
    }
    assert!(house.lockwright.authenticate(&link).await.unwrap().is_none());
    // After all that the right one still works.
    house.lockwright.open_link(&house.anyone(), &case, "", &link).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a05_of_50_parallel_finishes_of_one_case_exactly_one_succeeds() {
    let house = House::file().await;
    house.account(ANA).await;
    let (opened, letter) = house.forget(&root(ANA)).await;
    let holder = house.prove(&opened, letter.code().unwrap()).await;
    let passwords: Vec<String> = (0..50).map(|n| format!("{NEW} {n}")).collect();
    let tries = passwords.iter().map(|password| {
        let (lockwright, op, case, holder) = (house.lockwright.clone(), house.anyone(), opened.case.clone(), holder.clone());
        let password = password.clone();
        tokio::spawn(async move { lockwright.finish_recovery(&op, &case, holder.expose(), &password, &password).await })
    });
    let mut done = Vec::new();
    for (number, handle) in tries.collect::<Vec<_>>().into_iter().enumerate() {
        match handle.await.unwrap() {
            Ok(()) => done.push(number),
            Err(error) => assert!(matches!(error, FinishError::Case(_)), "{error:?}"),
        }
    }
    assert_eq!(done.len(), 1, "{done:?}");
    house.session(&root(ANA), &passwords[done[0]]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a28_of_50_parallel_clicks_on_one_link_exactly_one_opens() {
    let house = House::file().await;
    house.account(ANA).await;
    let (_, letter) = house.forget(&root(ANA)).await;
    let (case, link) = parts(letter.url().unwrap());
    let clicks: Vec<_> = (0..50)
        .map(|_| {
            let (lockwright, op, case, link) = (house.lockwright.clone(), house.anyone(), case.clone(), link.clone());
            tokio::spawn(async move { lockwright.open_link(&op, &case, "", &link).await.is_ok() })
        })
        .collect();
    let mut opened = 0;
    for click in clicks {
        opened += usize::from(click.await.unwrap());
    }
    assert_eq!(opened, 1);
}

#[tokio::test]
async fn a16_one_persons_tokens_are_nothing_in_anothers_case() {
    let house = House::memory().await;
    house.account(ANA).await;
    house.account("eve@example.com").await;
    let (anas, anas_letter) = house.forget(&root(ANA)).await;
    let (eves, eves_letter) = house.forget(&root("eve@example.com")).await;
    let (_, anas_link) = parts(anas_letter.url().unwrap());
    let (eves_case, _) = parts(eves_letter.url().unwrap());
    assert!(house.lockwright.open_link(&house.anyone(), &eves_case, "", &anas_link).await.is_err());
    let code = eves_letter.code().unwrap();
    let crossed = house.lockwright.submit_code(&house.anyone(), &anas.case, anas.holder.expose(), code).await.unwrap();
    assert!(matches!(crossed, CodeOutcome::Wrong { .. }), "a code is bound to its case");
    let holder = house.prove(&eves, code).await;
    assert_eq!(refused(&finish(&house, &anas.case, holder.expose(), NEW).await), Refusal::NotYours);
    house.session(&root(ANA), OLD).await;
}

#[tokio::test]
async fn a17_links_and_codes_are_dead_after_use_and_after_any_password_change() {
    let house = House::memory().await;
    house.account(ANA).await;
    let (first, first_letter) = house.forget(&root(ANA)).await;
    let (second, second_letter) = house.forget(&root(ANA)).await;
    let second_holder = house.prove(&second, second_letter.code().unwrap()).await;
    let (third, third_letter) = house.forget(&root(ANA)).await;
    let holder = house.prove(&third, third_letter.code().unwrap()).await;
    finish(&house, &third.case, holder.expose(), NEW).await.unwrap();

    let (case, link) = parts(third_letter.url().unwrap());
    assert!(house.lockwright.open_link(&house.anyone(), &case, "", &link).await.is_err(), "used");
    assert_eq!(refused(&finish(&house, &third.case, holder.expose(), OTHER).await), Refusal::AlreadyDone);
    assert_eq!(refused(&finish(&house, &second.case, second_holder.expose(), OTHER).await), Refusal::Gone, "proven before the change");
    let late = house.lockwright.submit_code(&house.anyone(), &first.case, first.holder.expose(), first_letter.code().unwrap()).await;
    assert!(matches!(late, Err(CaseError::Refused(Refusal::Gone))), "mailed before the change");
    house.session(&root(ANA), NEW).await;
}

#[tokio::test]
async fn a17_a_mailed_link_is_dead_after_a_change_of_the_known_password() {
    let house = House::memory().await;
    house.account(ANA).await;
    let (_, letter) = house.forget(&root(ANA)).await;
    let token = house.session(&root(ANA), OLD).await;
    let signed = house.signed(&token).await.unwrap();
    house.lockwright.change_password(&house.as_(&signed.session.owner), &signed.session, OLD, NEW, NEW).await.unwrap();
    let (case, link) = parts(letter.url().unwrap());
    let late = house.lockwright.open_link(&house.anyone(), &case, "", &link).await;
    assert!(matches!(late, Err(CaseError::Refused(Refusal::Gone))));
}

#[tokio::test]
async fn a17_a_handed_link_is_dead_once_the_administrator_sets_a_password_or_takes_access_away() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    let admin = || house.as_root(account);
    let open = async |url: String| {
        let (case, link) = parts(&url);
        let holder = house.lockwright.open_link(&house.anyone(), &case, "", &link).await.unwrap();
        (case, holder)
    };
    let lost = house.lockwright.set_access(&admin(), &user, GiveAccess::Link, None).await.unwrap();
    house.lockwright.set_access(&admin(), &user, GiveAccess::Generated { must_change: true }, None).await.unwrap();
    let (case, holder) = open(handed_url(&lost)).await;
    assert_eq!(refused(&finish(&house, &case, holder.expose(), NEW).await), Refusal::Gone);

    let lost = house.lockwright.set_access(&admin(), &user, GiveAccess::Link, None).await.unwrap();
    house.lockwright.set_access(&admin(), &user, GiveAccess::None, None).await.unwrap();
    let fresh = house.lockwright.set_access(&admin(), &user, GiveAccess::Link, None).await.unwrap();
    let (case, holder) = open(handed_url(&lost)).await;
    assert_eq!(refused(&finish(&house, &case, holder.expose(), NEW).await), Refusal::Gone);
    let (case, holder) = open(handed_url(&fresh)).await;
    finish(&house, &case, holder.expose(), NEW).await.unwrap();
    house.session(&iam(&account.to_string(), "carla"), NEW).await;
}

#[tokio::test]
async fn a_newer_handed_link_kills_the_older_and_ending_the_sessions_kills_both() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    let hand = async || handed_url(&house.lockwright.set_access(&house.as_root(account), &user, GiveAccess::Link, None).await.unwrap());
    let open = async |url: String| {
        let (case, link) = parts(&url);
        let holder = house.lockwright.open_link(&house.anyone(), &case, "", &link).await.unwrap();
        (case, holder)
    };
    let [older, newer] = [hand().await, hand().await];
    let (case, holder) = open(older).await;
    assert_eq!(refused(&finish(&house, &case, holder.expose(), NEW).await), Refusal::Gone, "sent to the wrong person, and replaced");
    house.lockwright.end_user_sessions(&house.as_root(account), &user).await.unwrap();
    let (case, holder) = open(newer).await;
    assert_eq!(refused(&finish(&house, &case, holder.expose(), NEW).await), Refusal::Gone);
    let (case, holder) = open(hand().await).await;
    finish(&house, &case, holder.expose(), NEW).await.unwrap();
}

#[tokio::test]
async fn v7_5_1_a_stolen_session_alone_adds_no_address() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    let token = house.sign_in_user(&user, OLD).await.unwrap().token;
    let signed = house.signed(&token).await.unwrap();
    let (op, thief) = (house.as_(&signed.session.owner), "thief@example.com".parse::<EmailAddress>().unwrap());
    for guess in ["", NEW, "password"] {
        let refused = house.lockwright.start_own_address(&op, &signed.session, thief.clone(), guess).await.unwrap_err();
        assert!(matches!(refused, OwnAddressError::Present(PresentError::Mismatch)), "{refused:?}");
    }
    assert!(house.lockwright.invite_address(&op, &user, thief).await.is_err(), "nor does asking as an administrator");
    assert!(house.letters().await.iter().all(|letter| letter.to != "thief@example.com"));
}

#[tokio::test]
async fn a19_two_addresses_confirmed_at_once_each_confirm_only_themselves() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    let token = house.sign_in_user(&user, OLD).await.unwrap().token;
    let signed = house.signed(&token).await.unwrap();
    let own: EmailAddress = "carla@example.com".parse().unwrap();
    let (mut cases, mut codes) = (Vec::new(), Vec::new());
    for address in [own.clone(), "victim@example.com".parse().unwrap()] {
        cases.push(house.lockwright.start_own_address(&house.as_(&signed.session.owner), &signed.session, address, OLD).await.unwrap());
        codes.push(house.letters().await.pop().unwrap().code().unwrap().to_owned());
    }
    // Only the own mailbox can be read: its code proves its own case and no other.
    let [mine, theirs]: [Opened; 2] = cases.try_into().unwrap();
    let crossed = house.lockwright.submit_code(&house.anyone(), &theirs.case, theirs.holder.expose(), &codes[0]).await.unwrap();
    assert!(matches!(crossed, CodeOutcome::Wrong { .. }));
    let holder = house.prove(&mine, &codes[0]).await;
    assert!(house.lockwright.finish_address(&house.anyone(), &theirs.case, holder.expose()).await.is_err());
    assert_eq!(house.lockwright.finish_address(&house.anyone(), &mine.case, holder.expose()).await.unwrap(), own);
    assert_eq!(house.store.user(&user).await.unwrap().unwrap().email, Some(own));
}

#[tokio::test]
async fn a_recovery_mailed_to_an_address_that_was_replaced_since_is_dead() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    house.lockwright.set_self_service(&house.as_root(account), account, true).await.unwrap();
    let user = house.user(account, "carla", false).await;
    house.confirm(&user, "old@example.com").await;
    let (opened, letter) = house.forget(&iam(&account.to_string(), "carla")).await;
    house.confirm_now(&user, "new@example.com").await;
    let late = house.lockwright.submit_code(&house.anyone(), &opened.case, opened.holder.expose(), letter.code().unwrap()).await;
    assert!(matches!(late, Err(CaseError::Refused(Refusal::Gone))));
}

#[tokio::test]
async fn a29_a_stranger_cannot_touch_a_victims_case() {
    let house = House::memory().await;
    house.account(ANA).await;
    let (opened, letter) = house.forget(&root(ANA)).await;
    let stranger = Token::draw(TokenKind::Case, &SystemEntropy);
    for _ in 0..2 * CODE_TRIES {
        let tried = house.lockwright.submit_code(&house.anyone(), &opened.case, stranger.expose(), "AAAAAA").await;
        assert!(matches!(tried, Err(CaseError::Refused(Refusal::NotYours))), "{tried:?}");
    }
    assert!(house.lockwright.cancel_case(&house.anyone(), &opened.case, stranger.expose()).await.is_err());
    assert!(house.lockwright.resend(&house.anyone(), &opened.case, stranger.expose()).await.is_err());
    house.prove(&opened, letter.code().unwrap()).await;
}

/// Whoever names a victim holds a case of the victim's. What he does with it must not keep the mailbox from working.
#[tokio::test]
async fn a29_a_stranger_who_starts_and_spoils_recoveries_does_not_block_the_victim() {
    for spoil_by_cancelling in [false, true] {
        for before_the_mail_left in [false, true] {
            let house = House::memory().await;
            house.account(ANA).await;
            let mut letters = Vec::new();
            for number in 0..10 {
                let op = house.act(lockwright_model::identity::Principal::Anonymous, "203.0.113.9");
                let opened = house.lockwright.start_recovery(&op, &root(ANA), Goal::NewPassword).await.unwrap();
                if !before_the_mail_left {
                    letters.extend(house.letters().await);
                }
                if spoil_by_cancelling {
                    house.lockwright.cancel_case(&op, &opened.case, opened.holder.expose()).await.unwrap();
                } else {
                    for _ in 0..CODE_TRIES {
                        house.lockwright.submit_code(&op, &opened.case, opened.holder.expose(), "AAAAAA").await.unwrap();
                    }
                }
                let again = house.lockwright.submit_code(&op, &opened.case, opened.holder.expose(), "AAAAAA").await;
                assert!(again.is_err(), "{number}: no more codes here: {again:?}");
                letters.extend(house.letters().await);
            }
            letters.extend(house.letters().await);
            assert_eq!(letters.len(), 5, "O-F03: the mailbox is not flooded");
            // The victim's own start is one too many for this hour. But the mailbox holds links, and they work.
            house.lockwright.start_recovery(&house.anyone(), &root(ANA), Goal::NewPassword).await.unwrap();
            assert!(house.letters().await.is_empty());
            let (case, link) = parts(letters.pop().unwrap().url().unwrap());
            let holder = house.lockwright.open_link(&house.anyone(), &case, "", &link).await.unwrap();
            finish(&house, &case, holder.expose(), NEW).await.unwrap();
            house.session(&root(ANA), NEW).await;
        }
    }
}

#[tokio::test]
async fn five_wrong_codes_end_the_typing_for_good_and_a_fresh_code_does_not_help() {
    let house = House::memory().await;
    house.account(ANA).await;
    let (opened, _) = house.forget(&root(ANA)).await;
    let cookie = opened.holder.expose();
    for left in [4, 3, 2, 1] {
        let tried = house.lockwright.submit_code(&house.anyone(), &opened.case, cookie, "not a code at all").await.unwrap();
        assert!(matches!(tried, CodeOutcome::Wrong { left: l } if l == left), "{tried:?}");
        house.lockwright.resend(&house.anyone(), &opened.case, cookie).await.unwrap();
    }
    let letter = house.letters().await.pop().unwrap();
    let tried = house.lockwright.submit_code(&house.anyone(), &opened.case, cookie, "AAAAAA").await.unwrap();
    assert!(matches!(tried, CodeOutcome::NoTriesLeft));
    for _ in 0..2 {
        let tried = house.lockwright.submit_code(&house.anyone(), &opened.case, cookie, letter.code().unwrap()).await;
        assert!(matches!(tried, Err(CaseError::Refused(Refusal::Closed(_)))), "{tried:?}");
        assert!(house.lockwright.resend(&house.anyone(), &opened.case, cookie).await.is_err());
    }
}

#[tokio::test]
async fn a_resend_kills_the_older_code_and_link() {
    let house = House::memory().await;
    house.builder("bela@example.com").await;
    let (opened, older) = house.forget(&builder("bela@example.com")).await;
    house.lockwright.resend(&house.anyone(), &opened.case, opened.holder.expose()).await.unwrap();
    let newer = house.letter().await;
    let (case, link) = parts(older.url().unwrap());
    assert!(house.lockwright.open_link(&house.anyone(), &case, "", &link).await.is_err());
    let tried = house.lockwright.submit_code(&house.anyone(), &case, opened.holder.expose(), older.code().unwrap()).await.unwrap();
    assert!(matches!(tried, CodeOutcome::Wrong { .. }));
    house.prove(&opened, newer.code().unwrap()).await;
}

#[tokio::test]
async fn o_f03_one_address_gets_five_mails_an_hour_resends_and_registrations_included() {
    let house = House::memory().await;
    house.account(ANA).await;
    let mut mails = 0;
    for _ in 0..8 {
        let opened = house.lockwright.start_account(&house.anyone(), "new@example.com".parse().unwrap()).await.unwrap();
        for _ in 0..4 {
            house.lockwright.resend(&house.anyone(), &opened.case, opened.holder.expose()).await.unwrap();
            mails += house.letters().await.len();
        }
    }
    assert_eq!(mails, 5, "registering");
    let mut mails = 0;
    for _ in 0..8 {
        let opened = house.lockwright.start_recovery(&house.anyone(), &root(ANA), Goal::NewPassword).await.unwrap();
        for _ in 0..4 {
            house.lockwright.resend(&house.anyone(), &opened.case, opened.holder.expose()).await.unwrap();
            mails += house.letters().await.len();
        }
    }
    assert_eq!(mails, 5, "recovering");
}

#[tokio::test]
async fn tickets_and_proofs_end_with_their_time() {
    let house = House::memory().await;
    house.account(ANA).await;
    let (opened, letter) = house.forget(&root(ANA)).await;
    house.seconds(3600);
    let (case, link) = parts(letter.url().unwrap());
    assert!(matches!(house.lockwright.look_at_link(&case, "", &link).await, Err(CaseError::Refused(Refusal::Expired))));
    assert!(house.lockwright.submit_code(&house.anyone(), &case, opened.holder.expose(), letter.code().unwrap()).await.is_err());
    let (opened, letter) = house.forget(&root(ANA)).await;
    let holder = house.prove(&opened, letter.code().unwrap()).await;
    house.seconds(1800);
    assert_eq!(refused(&finish(&house, &opened.case, holder.expose(), NEW).await), Refusal::Expired);
}

#[tokio::test]
async fn b28_an_empty_password_is_refused_on_every_path() {
    let house = House::memory().await;
    let account = house.account(ANA).await;
    let user = house.user(account, "carla", false).await;
    for empty in ["", "\u{0}", "\n"] {
        assert!(matches!(house.sign_in(&root(ANA), empty).await, Err(SignInError::Mismatch)));
        assert!(matches!(house.sign_in(&root("nobody@example.com"), empty).await, Err(SignInError::Mismatch)));
        let (opened, letter) = house.forget(&root(ANA)).await;
        let holder = house.prove(&opened, letter.code().unwrap()).await;
        assert!(matches!(finish(&house, &opened.case, holder.expose(), empty).await, Err(FinishError::Password(_))));
        let typed = GiveAccess::Typed { password: lockwright_model::secret::Secret::new(empty), must_change: false };
        assert!(house.lockwright.set_access(&house.as_root(account), &user, typed, None).await.is_err());
        let token = house.session(&root(ANA), OLD).await;
        let signed = house.signed(&token).await.unwrap();
        let op = house.as_(&signed.session.owner);
        assert!(house.lockwright.change_password(&op, &signed.session, OLD, empty, empty).await.is_err());
        assert!(house.lockwright.change_password(&op, &signed.session, empty, NEW, NEW).await.is_err());
    }
    house.session(&root(ANA), OLD).await;
    // A user whose link was never used has no password at all: nothing matches it.
    let (fresh, _) =
        house.lockwright.create_user(&house.as_root(account), account, &"dora".parse().unwrap(), false, GiveAccess::Link).await.unwrap();
    for guess in [" ", "null", "0", OLD] {
        assert!(matches!(house.sign_in_user(&fresh.id, guess).await, Err(SignInError::Mismatch)));
    }
}

#[tokio::test]
async fn a01_a_further_code_is_waited_for_whether_or_not_one_was_sent() {
    let house = House::memory().await;
    house.account(ANA).await;
    for (name, to, sent) in [(root(ANA), ANA, 1), (root(ANA), "eve@example.com", 0), (root("nobody@example.com"), "eve@example.com", 0)] {
        let opened = house.lockwright.start_recovery(&house.anyone(), &name, Goal::NewPassword).await.unwrap();
        house.letters().await;
        let (case, cookie) = (&opened.case, opened.holder.expose());
        let channel = Channel::Email(to.parse().unwrap());
        house.lockwright.ask_code(&house.anyone(), case, cookie, &channel, MessageWay::Text).await.unwrap();
        let before = house.lockwright.ways(&house.anyone(), case, cookie).await.unwrap().codes;
        assert_eq!(house.letters().await.len(), sent, "{to}");
        let after = house.lockwright.ways(&house.anyone(), case, cookie).await.unwrap().codes;
        assert_eq!((before.len(), &before), (1, &after), "{to}");
    }
}
