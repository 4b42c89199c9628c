//! What every engine must do alike: read back what was written, keep versions, uniqueness, wholeness and order.

use lockwright_model::access_key::{AccessKeyId, KeyUse};
use lockwright_model::account::Account;
use lockwright_model::change::{ChangeSet, Claim, ClaimKey, Conflict, Key, Record, Touch, UniqueKey, Version};
use lockwright_model::clock::ClockFloor;
use lockwright_model::entropy::SeededEntropy;
use lockwright_model::event::AuditEvent;
use lockwright_model::help::HelpState;
use lockwright_model::identity::Identity;
use lockwright_model::job::JobState;
use lockwright_model::resource::{Link, LinkKey, LinkKind, Resource};
use lockwright_model::setting::{RegistrationOff, Settings};
use lockwright_store::{CommitError, Counts, Store};
use serde::Serialize;

use crate::conformance_help::*;
use crate::place::everywhere;
use crate::sample::*;

everywhere! {
    every_row_reads_back_as_it_was_written,
    a_version_counts_up_and_an_old_one_is_stale,
    a_missing_row_is_none_and_its_change_stale,
    all_of_a_change_set_or_nothing,
    a_taken_value_says_which,
    a_claim_can_move_in_one_change_set,
    a_resource_reads_back_and_its_name_is_its_kinds_alone,
    what_is_held_stays_until_it_is_let_go,
    a_kept_claim_bars_others_until_its_time_is_over,
    a_renamed_user_frees_the_old_name,
    an_expectation_guards_without_writing,
    an_expectation_of_absence_guards,
    a_delete_needs_the_version_that_was_read,
    settings_begin_with_defaults,
    a_touch_moves_forward_only_and_never_conflicts,
    the_last_use_of_a_key_is_the_last_noted_and_goes_with_its_claim,
    x02_the_clocks_floor_rises_and_sinks_only_when_the_host_says_so,
    sessions_of_somebody_come_last_seen_first,
    lists_go_on_where_they_ended,
    users_of_one_account_are_invisible_to_another,
    finders_by_email_and_group,
    help_requests_come_newest_first,
    requests_to_the_operators_wait_oldest_first_and_go_90_days_after_their_end,
    words_about_an_article_are_counted_by_edition,
    jobs_come_when_due,
    events_come_newest_first_and_only_of_their_account,
    choices_come_chooser_by_chooser_and_those_of_one_newest_first,
    a_purge_takes_what_has_ended_and_nothing_else,
    a_purge_of_many_rows_ends,
    counts_count,
    a_check_finds_what_does_not_fit,
    an_empty_change_set_is_no_work,
    clones_share_and_a_closed_store_says_so,
}

/// A row as text, with the version that its JSON leaves out.
fn shown<T: Serialize>(row: &T, version: Version) -> String {
    format!("{} {}", version.0, serde_json::to_string(row).unwrap())
}

pub(crate) async fn ok(store: &Store, changes: ChangeSet) {
    store.commit(changes).await.unwrap();
}

pub(crate) async fn conflict(store: &Store, changes: ChangeSet) -> Conflict {
    match store.commit(changes).await {
        Err(CommitError::Conflict(conflict)) => conflict,
        other => panic!("expected a conflict, got {other:?}"),
    }
}

pub(crate) async fn stored(store: &Store, n: u64) -> Account {
    store.account(account_id(n)).await.unwrap().unwrap()
}

async fn every_row_reads_back_as_it_was_written(store: &Store) {
    let (account, user, builder, case) = (account(1), user(1, 2, "Ana"), builder(3), case(4));
    let (session, help, tries, job) = (session(5, Identity::User(user.id.clone())), help(1, 2, 6), tries(7), job(8, 50));
    let claim = claim(ClaimKey::Alias("corp".to_owned()), Identity::Root(account.id));
    let one = Version(1);
    ok(
        store,
        puts([
            Record::Account(account.clone()),
            Record::User(user.clone()),
            Record::Builder(builder.clone()),
            Record::Session(session.clone()),
            Record::Case(case.clone()),
            Record::Help(help.clone()),
            Record::Tries(tries.clone()),
            Record::Claim(claim.clone()),
            Record::Job(job.clone()),
        ]),
    )
    .await;
    assert_eq!(store.account(account.id).await.unwrap(), Some(Account { version: one, ..account }));
    assert_eq!(store.user(&user.id).await.unwrap(), Some(lockwright_model::user::User { version: one, ..user }));
    assert_eq!(store.builder(&builder.id).await.unwrap(), Some(lockwright_model::builder::Builder { version: one, ..builder }));
    assert_eq!(store.session(&session.token).await.unwrap(), Some(lockwright_model::session::Session { version: one, ..session }));
    let found = store.case(&case.id).await.unwrap().unwrap();
    assert_eq!(shown(&found, found.version), shown(&case, one));
    assert_eq!(store.help(help.user.account, &help.id).await.unwrap(), Some(lockwright_model::help::HelpRequest { version: one, ..help }));
    assert_eq!(store.tries(&tries.key).await.unwrap(), Some(lockwright_model::tries::Tries { version: one, ..tries }));
    assert_eq!(store.claim(&claim.key).await.unwrap(), Some(claim));
    assert_eq!(store.job(&job.id).await.unwrap(), Some(lockwright_model::job::Job { version: one, ..job }));
}

async fn a_version_counts_up_and_an_old_one_is_stale(store: &Store) {
    ok(store, registered(1)).await;
    let first = stored(store, 1).await;
    assert_eq!(first.version, Version(1));
    ok(store, puts([Record::Account(Account { self_service_recovery: true, ..first.clone() })])).await;
    let second = stored(store, 1).await;
    assert_eq!((second.version, second.self_service_recovery), (Version(2), true));
    assert_eq!(conflict(store, puts([Record::Account(first)])).await, Conflict::Stale);
    assert_eq!(conflict(store, puts([Record::Account(Account { version: Version(3), ..second.clone() })])).await, Conflict::Stale);
    assert_eq!(stored(store, 1).await, second);
}

async fn a_missing_row_is_none_and_its_change_stale(store: &Store) {
    assert_eq!(store.account(account_id(1)).await.unwrap(), None);
    assert_eq!(store.session(&token(1)).await.unwrap(), None);
    let missing = Account { version: Version(1), ..account(1) };
    assert_eq!(conflict(store, puts([Record::Account(missing)])).await, Conflict::Stale);
}

async fn all_of_a_change_set_or_nothing(store: &Store) {
    ok(store, registered(1)).await;
    let before = stored(store, 1).await;
    // The account's change and the event are fine, the builder's is not: nothing of it may be seen.
    let mut changes = puts([
        Record::Account(Account { self_service_recovery: true, ..before.clone() }),
        Record::Builder(lockwright_model::builder::Builder { version: Version(9), ..builder(2) }),
        Record::Job(job(3, 1)),
    ]);
    changes.tell(event(4, Some(1), 10));
    assert_eq!(conflict(store, changes).await, Conflict::Stale);
    assert_eq!(stored(store, 1).await, before);
    assert_eq!(store.events(Some(account_id(1)), None, 10).await.unwrap(), []);
    assert_eq!(store.jobs(None, 10).await.unwrap(), []);
}

async fn a_taken_value_says_which(store: &Store) {
    ok(store, registered(1)).await;
    ok(store, puts([Record::User(user(1, 2, "Ana")), Record::Settings(Settings::default()), Record::Tries(tries(3))])).await;
    let same_email = claim(ClaimKey::RootEmail(account(1).root.email.key()), Identity::Root(account_id(9)));
    assert_eq!(conflict(store, puts([Record::Account(account(9)), Record::Claim(same_email)])).await, Conflict::Taken(UniqueKey::Claim));
    assert_eq!(store.account(account_id(9)).await.unwrap(), None);
    assert_eq!(conflict(store, puts([Record::User(user(1, 9, "ANA"))])).await, Conflict::Taken(UniqueKey::UserName));
    assert_eq!(conflict(store, puts([Record::Account(account(1))])).await, Conflict::Taken(UniqueKey::Id));
    assert_eq!(conflict(store, puts([Record::User(user(1, 2, "Ana"))])).await, Conflict::Taken(UniqueKey::Id), "id before name");
    // These two are named by what they are about: somebody else was first.
    assert_eq!(conflict(store, puts([Record::Settings(Settings::default())])).await, Conflict::Stale);
    assert_eq!(conflict(store, puts([Record::Tries(tries(3))])).await, Conflict::Stale);
    // The same name in another account is another name.
    ok(store, puts([Record::User(user(2, 9, "ana"))])).await;
}

async fn a_claim_can_move_in_one_change_set(store: &Store) {
    let key = ClaimKey::Alias("corp".to_owned());
    ok(store, puts([Record::Claim(claim(key.clone(), Identity::Root(account_id(1))))])).await;
    let mut moved = puts([Record::Claim(claim(key.clone(), Identity::Root(account_id(2))))]);
    moved.delete(Key::Claim(key.clone()), Version::NEW);
    ok(store, moved).await;
    assert_eq!(store.claim(&key).await.unwrap().unwrap().owner, Identity::Root(account_id(2)));
    let mut freed = ChangeSet::default();
    freed.delete(Key::Claim(key.clone()), Version::NEW);
    ok(store, freed.clone()).await;
    assert_eq!(store.claim(&key).await.unwrap(), None);
    assert_eq!(conflict(store, freed).await, Conflict::Stale, "a claim that is gone can't be freed again");
}

async fn a_resource_reads_back_and_its_name_is_its_kinds_alone(store: &Store) {
    let rows = [
        Resource::Group(group(1, 2, "Dev")),
        Resource::Policy(policy(1, 3, "Dev")),
        Resource::Role(role(1, 4, "Dev")),
        Resource::Device(virtual_device(1, 5, "Dev")),
    ];
    ok(store, puts(rows.clone().map(Record::Resource))).await;
    for row in rows {
        let (key, kind) = (row.key(), row.key().id.kind());
        let found = store.resource(&key).await.unwrap().unwrap();
        assert_eq!((found.version(), format!("{found:?}")), (Version(1), format!("{row:?}").replace("Version(0)", "Version(1)")));
        assert_eq!(store.resource_by_name(key.account, kind, "dev").await.unwrap(), Some(found.clone()));
        assert_eq!(store.resource_by_name(account_id(2), kind, "dev").await.unwrap(), None);
        assert_eq!(store.resources(key.account, kind, None, 10).await.unwrap(), [found]);
        assert_eq!(store.resources(key.account, kind, Some("dev"), 10).await.unwrap(), []);
        assert_eq!(store.count_resources(key.account, kind).await.unwrap(), 1);
    }
    let same = puts([Record::Resource(Resource::Group(group(1, 9, "dEV")))]);
    assert_eq!(conflict(store, same).await, Conflict::Taken(UniqueKey::ResourceName));
    ok(store, puts([Record::Resource(Resource::Group(group(2, 9, "dev")))])).await;
}

async fn what_is_held_stays_until_it_is_let_go(store: &Store) {
    let dev = group(1, 2, "dev");
    let key = Resource::Group(dev.clone()).key();
    let link = member(&dev, 7);
    assert_eq!(conflict(store, puts([Record::Link(link.clone())])).await, Conflict::Stale, "there is no such group");
    ok(store, puts([Record::Resource(Resource::Group(dev.clone())), Record::Link(link.clone()), Record::Link(member(&dev, 8))])).await;
    assert_eq!(conflict(store, puts([Record::Link(link.clone())])).await, Conflict::Stale, "it is a member already");
    let holders = store.holders(dev.account, dev.id.as_str(), LinkKind::Member, None, 10).await.unwrap();
    let mut known = vec![link.key.holder.clone(), member(&dev, 8).key.holder];
    known.sort_by_key(ToString::to_string);
    assert_eq!(holders, known);
    assert_eq!(store.holders(dev.account, dev.id.as_str(), LinkKind::Member, holders.first(), 10).await.unwrap(), known[1..]);
    assert_eq!(store.count_holders(dev.account, dev.id.as_str(), LinkKind::Member).await.unwrap(), 2);
    assert_eq!(store.held(dev.account, LinkKind::Member, None, 10).await.unwrap(), [dev.id.to_string()]);
    assert!(store.held(dev.account, LinkKind::Attached, None, 10).await.unwrap().is_empty());

    let mut deleted = ChangeSet::default();
    deleted.delete(Key::Resource(key.clone()), Version(1));
    assert_eq!(conflict(store, deleted.clone()).await, Conflict::Stale, "two hold it");
    deleted.delete(Key::Link(link.key), Version::NEW).delete(Key::Link(member(&dev, 8).key), Version::NEW);
    ok(store, deleted).await;
    assert_eq!(store.resource(&key).await.unwrap(), None);
    // A policy of AWS is no row: nothing keeps it, and nothing is needed for it.
    let aws = LinkKey { target: "arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned(), kind: LinkKind::Attached, ..member(&dev, 7).key };
    ok(store, puts([Record::Link(Link { key: aws, to: None })])).await;
}

async fn a_kept_claim_bars_others_until_its_time_is_over(store: &Store) {
    ok(store, registered(1)).await;
    let key = ClaimKey::RootEmail("former@example.com".to_owned());
    let kept = Claim { expires: Some(at(500)), ..claim(key.clone(), Identity::Root(account_id(1))) };
    ok(store, puts([Record::Claim(kept.clone())])).await;
    assert_eq!(store.claim(&key).await.unwrap(), Some(kept));
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new(), "it needs no address that is in use");
    let others = || puts([Record::Claim(claim(key.clone(), Identity::Root(account_id(2))))]);
    assert_eq!(store.purge(at(499)).await.unwrap(), 0);
    assert_eq!(conflict(store, others()).await, Conflict::Taken(UniqueKey::Claim));
    assert_eq!(store.purge(at(500)).await.unwrap(), 1);
    ok(store, others()).await;
    assert_eq!(store.purge(at(i64::MAX)).await.unwrap(), 0, "what is in use is never purged");
}

async fn a_renamed_user_frees_the_old_name(store: &Store) {
    ok(store, puts([Record::User(user(1, 2, "Ana")), Record::User(user(1, 3, "Bo"))])).await;
    let ana = store.user_by_name(account_id(1), "ana").await.unwrap().unwrap();
    let taken = lockwright_model::user::User { name: "BO".parse().unwrap(), ..ana.clone() };
    assert_eq!(conflict(store, puts([Record::User(taken)])).await, Conflict::Taken(UniqueKey::UserName));
    ok(store, puts([Record::User(lockwright_model::user::User { name: "Cy".parse().unwrap(), ..ana })])).await;
    assert_eq!(store.user_by_name(account_id(1), "ana").await.unwrap(), None);
    ok(store, puts([Record::User(user(1, 4, "ana"))])).await;
}

async fn an_expectation_guards_without_writing(store: &Store) {
    ok(store, registered(1)).await;
    let expecting = |version, n| ChangeSet { expect: vec![(Key::Account(account_id(1)), version)], ..puts([Record::Job(job(n, 1))]) };
    ok(store, expecting(Version(1), 2)).await;
    assert_eq!(stored(store, 1).await.version, Version(1), "an expectation does not count the version up");
    for (n, version) in [(3, Version(0)), (4, Version(2))] {
        assert_eq!(conflict(store, expecting(version, n)).await, Conflict::Stale);
    }
    assert_eq!(store.jobs(None, 10).await.unwrap().len(), 1);
}

async fn an_expectation_of_absence_guards(store: &Store) {
    ok(store, registered(1)).await;
    ok(
        store,
        puts([Record::User(user(1, 2, "Ana")), Record::Builder(builder(3)), Record::Session(session(4, Identity::Root(account_id(1))))]),
    )
    .await;
    ok(store, puts([Record::Case(case(5)), Record::Help(help(1, 2, 6)), Record::Tries(tries(7)), Record::Job(job(8, 1))])).await;
    ok(store, puts([Record::Settings(Settings::default())])).await;
    let there = [
        Key::Account(account_id(1)),
        Key::User(user_ref(1, 2)),
        Key::Builder(builder(3).id),
        Key::Session(token(4)),
        Key::Case(case(5).id),
        Key::Help(account_id(1), help(1, 2, 6).id),
        Key::Tries(tries(7).key),
        Key::Job(job(8, 1).id),
        Key::Claim(ClaimKey::RootEmail(account(1).root.email.key())),
        Key::Settings,
    ];
    for key in there {
        let changes = ChangeSet { expect: vec![(key.clone(), Version::NEW)], ..ChangeSet::default() };
        assert_eq!(conflict(store, changes).await, Conflict::Stale, "{key:?} is there");
        let changes = ChangeSet { expect: vec![(key.clone(), Version(1))], ..ChangeSet::default() };
        store.commit(changes).await.unwrap();
    }
    let before = store.counts().await.unwrap();
    let absent = [
        Key::Account(account_id(11)),
        Key::User(user_ref(1, 12)),
        Key::Builder(builder(13).id),
        Key::Session(token(14)),
        Key::Case(case(15).id),
        Key::Help(account_id(1), help(1, 2, 16).id),
        Key::Tries(tries(17).key),
        Key::Job(job(18, 1).id),
        Key::Claim(ClaimKey::Alias("free".to_owned())),
    ];
    let expect = absent.iter().map(|key| (key.clone(), Version::NEW)).collect();
    ok(store, ChangeSet { expect, ..ChangeSet::default() }).await;
    assert_eq!(store.counts().await.unwrap(), before, "no placeholder stays behind");
    for key in absent {
        let changes = ChangeSet { expect: vec![(key.clone(), Version(1))], ..ChangeSet::default() };
        assert_eq!(conflict(store, changes).await, Conflict::Stale, "{key:?} is not there");
    }
}

async fn a_delete_needs_the_version_that_was_read(store: &Store) {
    ok(store, puts([Record::User(user(1, 2, "Ana"))])).await;
    for version in [Version(0), Version(2)] {
        let mut changes = ChangeSet::default();
        changes.delete(Key::User(user_ref(1, 2)), version);
        assert_eq!(conflict(store, changes).await, Conflict::Stale);
    }
    let mut changes = ChangeSet::default();
    changes.delete(Key::User(user_ref(1, 2)), Version(1));
    ok(store, changes.clone()).await;
    assert_eq!(store.user(&user_ref(1, 2)).await.unwrap(), None);
    assert_eq!(conflict(store, changes).await, Conflict::Stale);
}

async fn settings_begin_with_defaults(store: &Store) {
    let first = store.settings().await.unwrap();
    assert_eq!(first, Settings::default());
    let off = Some(RegistrationOff { until: Some(at(5)), message: Some("Back soon".to_owned()) });
    ok(store, puts([Record::Settings(Settings { builder_registration_off: off.clone(), ..first })])).await;
    let second = store.settings().await.unwrap();
    assert_eq!((second.version, &second.builder_registration_off), (Version(1), &off));
    ok(store, puts([Record::Settings(Settings { builder_registration_off: None, ..second })])).await;
    assert_eq!(store.settings().await.unwrap(), Settings { version: Version(2), builder_registration_off: None });
}

async fn a_touch_moves_forward_only_and_never_conflicts(store: &Store) {
    let owner = Identity::Root(account_id(1));
    ok(store, puts([Record::Session(session(1, owner))])).await;
    for (seen, expected) in [(500, 500), (400, 500), (600, 600)] {
        let touches = vec![Touch::SessionSeen(token(1), at(seen)), Touch::SessionSeen(token(99), at(seen))];
        ok(store, ChangeSet { touches, ..ChangeSet::default() }).await;
        let found = store.session(&token(1)).await.unwrap().unwrap();
        assert_eq!((found.last_seen, found.version), (at(expected), Version(1)));
    }
    // A change that was decided on an older mark does not set it back.
    let mut old = store.session(&token(1)).await.unwrap().unwrap();
    old.last_seen = at(10);
    ok(store, puts([Record::Session(old)])).await;
    let found = store.session(&token(1)).await.unwrap().unwrap();
    assert_eq!((found.last_seen, found.version), (at(600), Version(2)));
}

async fn the_last_use_of_a_key_is_the_last_noted_and_goes_with_its_claim(store: &Store) {
    let key = |n| AccessKeyId::draw(account_id(1), &SeededEntropy::new(n));
    let claim = |n| ClaimKey::AccessKey(key(n));
    for n in [1, 2] {
        ok(store, puts([Record::Claim(Claim::held(claim(n), Identity::Root(account_id(1))))])).await;
        // Back too: a clock that ran ahead is put right.
        for seen in [900, 500] {
            let used = KeyUse { key: key(n), at: at(seen), service: "iam".to_owned(), region: format!("region-{seen}") };
            ok(store, ChangeSet { touches: vec![Touch::KeyUsed(used.clone())], ..ChangeSet::default() }).await;
            assert_eq!(store.key_use(&key(n)).await.unwrap(), Some(used));
        }
    }
    ok(store, ChangeSet { deletes: vec![(Key::Claim(claim(1)), Version::NEW)], ..ChangeSet::default() }).await;
    assert_eq!(store.key_use(&key(1)).await.unwrap(), None);
    assert!(store.key_use(&key(2)).await.unwrap().is_some());
}

async fn x02_the_clocks_floor_rises_and_sinks_only_when_the_host_says_so(store: &Store) {
    let touch = async |touch| ok(store, ChangeSet { touches: vec![touch], ..ChangeSet::default() }).await;
    let floor = |moment, accepted| ClockFloor { at: at(moment), accepted };
    assert_eq!(store.clock_floor().await.unwrap(), floor(0, 0));
    for (seen, expected) in [(500, 500), (400, 500), (900, 900)] {
        touch(Touch::ClockSeen(floor(seen, 0))).await;
        assert_eq!(store.clock_floor().await.unwrap(), floor(expected, 0));
    }
    touch(Touch::ClockAccepted(at(300))).await;
    assert_eq!(store.clock_floor().await.unwrap(), floor(300, 1));
    // A node that has not heard of it yet does not lift the floor again.
    touch(Touch::ClockSeen(floor(900, 0))).await;
    assert_eq!(store.clock_floor().await.unwrap(), floor(300, 1));
    touch(Touch::ClockSeen(floor(301, 1))).await;
    assert_eq!(store.clock_floor().await.unwrap(), floor(301, 1));
}

async fn sessions_of_somebody_come_last_seen_first(store: &Store) {
    let (one, other) = (Identity::Root(account_id(1)), Identity::User(user_ref(1, 2)));
    for (n, owner, seen) in [(1, &one, 30), (2, &one, 50), (3, &one, 40), (4, &other, 60)] {
        let mut row = session(n, owner.clone());
        row.last_seen = at(seen);
        ok(store, puts([Record::Session(row)])).await;
    }
    let tokens: Vec<_> = store.sessions_of(&one, 2).await.unwrap().into_iter().map(|row| row.token).collect();
    assert_eq!(tokens, [token(2), token(3)]);
    assert_eq!(store.sessions_of(&other, 10).await.unwrap().len(), 1);
}

async fn lists_go_on_where_they_ended(store: &Store) {
    // These names stand in another order by language than by bytes.
    let names = ["a_b", "a-b", "ab", "b", "a.c", "a@c", "z", "a0", "+x"];
    for (n, name) in (0..).zip(names) {
        let changes =
            puts([Record::Account(account(n)), Record::Builder(builder(n)), Record::Job(job(n, 1)), Record::User(user(1, n, name))]);
        ok(store, changes).await;
    }
    let mut expected = names.map(str::to_owned);
    expected.sort();
    let mut found: Vec<String> = Vec::new();
    loop {
        let page = store.users(account_id(1), found.last().map(String::as_str), 4).await.unwrap();
        found.extend(page.iter().map(|user| user.name.key()));
        if page.len() < 4 {
            break;
        }
    }
    assert_eq!(found, expected);

    let accounts = store.accounts(None, 100).await.unwrap();
    assert!(accounts.is_sorted_by_key(|row| row.id) && accounts.len() == names.len());
    assert_eq!(store.accounts(Some(accounts[3].id), 2).await.unwrap(), accounts[4..6]);
    let builders = store.builders(None, 100).await.unwrap();
    assert!(builders.is_sorted_by_key(|row| row.id.clone()) && builders.len() == names.len());
    assert_eq!(store.builders(Some(&builders[3].id), 2).await.unwrap(), builders[4..6]);
    let jobs = store.jobs(None, 100).await.unwrap();
    assert_eq!(store.jobs(Some(&jobs[3].id), 2).await.unwrap(), jobs[4..6]);
    assert_eq!(store.accounts(None, 0).await.unwrap(), []);
}

async fn users_of_one_account_are_invisible_to_another(store: &Store) {
    ok(store, puts([Record::User(user(1, 2, "Ana")), Record::Help(help(1, 2, 3))])).await;
    assert_eq!(store.users(account_id(2), None, 10).await.unwrap(), []);
    assert_eq!(store.user_by_name(account_id(2), "ana").await.unwrap(), None);
    assert_eq!(store.user(&lockwright_model::identity::UserRef { account: account_id(2), ..user_ref(1, 2) }).await.unwrap(), None);
    assert_eq!(store.help(account_id(2), &help(1, 2, 3).id).await.unwrap(), None);
    assert_eq!(store.helps(account_id(2), 10).await.unwrap(), []);
}

async fn finders_by_email_and_group(store: &Store) {
    let email: lockwright_model::email::EmailAddress = "Ana@Example.com".parse().unwrap();
    for (account, n, administrator, with_email) in [(1, 1, true, true), (1, 2, false, true), (2, 3, true, true), (1, 4, true, false)] {
        let mut row = user(account, n, &format!("u{}", 9 - n));
        row.administrator = administrator;
        row.email = with_email.then(|| email.clone());
        ok(store, puts([Record::User(row)])).await;
    }
    let mut found: Vec<_> = store.users_by_email(&email.key(), 10).await.unwrap().into_iter().map(|row| row.id).collect();
    let mut expected = vec![user_ref(1, 1), user_ref(1, 2), user_ref(2, 3)];
    expected.sort();
    assert_eq!(found, expected, "in the order of accounts");
    found = store.administrators(account_id(1), 10).await.unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(found, [user_ref(1, 4), user_ref(1, 1)], "in the order of names");
    assert_eq!(store.administrators(account_id(1), 1).await.unwrap().len(), 1);
}

async fn help_requests_come_newest_first(store: &Store) {
    ok(store, puts([Record::Help(help(1, 2, 3)), Record::Help(help(1, 2, 5)), Record::Help(help(1, 9, 4)), Record::Help(help(2, 8, 7))]))
        .await;
    let found: Vec<_> = store.helps(account_id(1), 10).await.unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(found, [help(1, 2, 5).id, help(1, 9, 4).id, help(1, 2, 3).id]);
    let open = store.open_help_of(&user_ref(1, 2)).await.unwrap().unwrap();
    assert_eq!(open.id, help(1, 2, 5).id);
    let answered = HelpState::Answered { at: at(5), by: None };
    ok(store, puts([Record::Help(lockwright_model::help::HelpRequest { state: answered, ..open })])).await;
    assert_eq!(store.open_help_of(&user_ref(1, 2)).await.unwrap().unwrap().id, help(1, 2, 3).id);
    assert_eq!(store.open_help_of(&user_ref(1, 77)).await.unwrap(), None);
}

async fn jobs_come_when_due(store: &Store) {
    ok(store, puts([Record::Job(job(1, 30)), Record::Job(job(2, 10)), Record::Job(job(3, 20)), Record::Job(job(4, 31))])).await;
    let ids = |jobs: Vec<lockwright_model::job::Job>| jobs.into_iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(ids(store.jobs_due(at(30), 10).await.unwrap()), [job(2, 0).id, job(3, 0).id, job(1, 0).id]);
    assert_eq!(ids(store.jobs_due(at(30), 1).await.unwrap()), [job(2, 0).id]);
    let dead = lockwright_model::job::Job {
        state: JobState::Dead { why: "refused".to_owned() },
        ..store.job(&job(2, 0).id).await.unwrap().unwrap()
    };
    ok(store, puts([Record::Job(dead)])).await;
    assert_eq!(ids(store.jobs_due(at(30), 10).await.unwrap()), [job(3, 0).id, job(1, 0).id]);
    assert_eq!(store.jobs(None, 10).await.unwrap().len(), 4, "a dead job is still listed");
}

async fn choices_come_chooser_by_chooser_and_those_of_one_newest_first(store: &Store) {
    let choice = |n: u64, chooser: u64, micros| AuditEvent { chooser: Some(chooser_id(chooser)), ..event(n, None, micros) };
    let told = [choice(1, 1, 30), choice(2, 2, 10), choice(3, 1, 20), choice(4, 2, 40), AuditEvent { chooser: None, ..event(5, None, 5) }];
    ok(store, ChangeSet { events: told.to_vec(), ..ChangeSet::default() }).await;
    let mut of_one: Vec<_> = told.iter().filter(|event| event.chooser == Some(chooser_id(1))).cloned().collect();
    assert_eq!(store.choices_of(&chooser_id(1), 10).await.unwrap(), of_one);
    of_one.truncate(1);
    assert_eq!(store.choices_of(&chooser_id(1), 1).await.unwrap(), of_one);
    assert_eq!(store.choices_of(&chooser_id(3), 10).await.unwrap(), []);
    let mut all: Vec<_> = told[..4].to_vec();
    all.sort_by_key(|event| (event.chooser.clone(), event.at, event.id.clone()));
    let (mut paged, mut after) = (Vec::new(), None);
    while let [event] = &*store.choices(after.as_ref(), 1).await.unwrap() {
        after = Some(event.clone());
        paged.push(event.clone());
    }
    assert_eq!(paged, all);
}

async fn events_come_newest_first_and_only_of_their_account(store: &Store) {
    let told = [event(1, Some(1), 10), event(2, Some(1), 20), event(3, Some(1), 20), event(4, Some(2), 30), event(5, None, 40)];
    ok(store, ChangeSet { events: told.to_vec(), ..ChangeSet::default() }).await;
    let mut expected = told[..3].to_vec();
    expected.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
    assert_eq!(store.events(Some(account_id(1)), None, 10).await.unwrap(), expected);
    let mut paged = Vec::new();
    let mut before = None;
    while let [event] = &*store.events(Some(account_id(1)), before, 1).await.unwrap() {
        before = Some((event.at, event.id.clone()));
        paged.push(event.clone());
    }
    assert_eq!(paged, expected, "two events of one moment are both seen, once");
    assert_eq!(store.events(None, None, 10).await.unwrap(), told[4..]);
    assert_eq!(
        conflict(store, ChangeSet { events: vec![told[0].clone()], ..ChangeSet::default() }).await,
        Conflict::Taken(UniqueKey::Id),
        "no event replaces another"
    );
}

async fn a_purge_takes_what_has_ended_and_nothing_else(store: &Store) {
    const DAY: i64 = 24 * 60 * 60 * 1_000_000;
    let now = 10 * DAY;
    for (n, ended) in [(1, 0), (2, 1)] {
        let (mut session, mut case, mut tries) = (session(n, Identity::Root(account_id(1))), case(n), tries(n));
        session.expires = at(now + ended);
        case.expires = at(now - DAY + ended);
        tries.expires = at(now + ended);
        ok(store, puts([Record::Session(session), Record::Case(case), Record::Tries(tries), Record::Job(job(n, 0))])).await;
    }
    assert_eq!(store.purge(at(now)).await.unwrap(), 3);
    assert!(store.session(&token(1)).await.unwrap().is_none() && store.session(&token(2)).await.unwrap().is_some());
    assert!(store.case(&case(1).id).await.unwrap().is_none() && store.case(&case(2).id).await.unwrap().is_some());
    assert!(store.tries(&tries(1).key).await.unwrap().is_none() && store.tries(&tries(2).key).await.unwrap().is_some());
    assert_eq!(store.jobs(None, 10).await.unwrap().len(), 2);
    assert_eq!(store.purge(at(now)).await.unwrap(), 0);
}

async fn a_purge_of_many_rows_ends(store: &Store) {
    let rows = (0..1_203).map(|n| Record::Tries(tries(n)));
    ok(store, puts(rows)).await;
    assert_eq!(store.purge(at(2_000_000)).await.unwrap(), 1_203);
    assert_eq!(store.counts().await.unwrap(), Counts::default());
}

async fn counts_count(store: &Store) {
    ok(store, registered(1)).await;
    let mut dead = job(2, 1);
    dead.state = JobState::Dead { why: String::new() };
    let mut changes =
        puts([Record::Job(dead), Record::Job(job(3, 1)), Record::Job(job(4, 1)), Record::Builder(builder(5)), Record::Case(case(6))]);
    changes.tell(event(7, None, 1));
    ok(store, changes).await;
    let expected = Counts { accounts: 1, claims: 1, jobs_dead: 1, jobs_waiting: 2, builders: 1, cases: 1, events: 1, ..Counts::default() };
    assert_eq!(store.counts().await.unwrap(), expected);
}

async fn a_check_finds_what_does_not_fit(store: &Store) {
    ok(store, registered(1)).await;
    let mut with_alias = stored(store, 1).await;
    with_alias.alias = Some("corp".parse().unwrap());
    let alias = claim(ClaimKey::Alias("corp".to_owned()), Identity::Root(account_id(1)));
    let builder_claim = claim(ClaimKey::BuilderEmail(builder(2).email.key()), Identity::Builder(builder(2).id));
    let rows =
        [Record::Account(with_alias), Record::Claim(alias.clone()), Record::Builder(builder(2)), Record::Claim(builder_claim.clone())];
    ok(store, puts(rows)).await;
    ok(store, puts([Record::User(user(1, 3, "ana"))])).await;
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new(), "a whole store has no problems");

    // Each claim goes to somebody else, and a user's account does not exist.
    let root_claim = claim(ClaimKey::RootEmail(account(1).root.email.key()), Identity::Root(account_id(1)));
    let mut changes = ChangeSet::default();
    for (row, owner) in [
        (alias, Identity::Root(account_id(8))),
        (root_claim, Identity::Root(account_id(8))),
        (builder_claim, Identity::Builder(builder(8).id)),
    ] {
        changes.delete(Key::Claim(row.key.clone()), Version::NEW);
        changes.put(Record::Claim(claim(row.key, owner)));
    }
    changes.put(Record::User(user(7, 7, "orphan")));
    ok(store, changes).await;
    let problems = store.check().await.unwrap();
    assert_eq!(problems.len(), 7, "{problems:#?}");
    assert!(problems.iter().all(|problem| !problem.contains('@')), "no addresses: {problems:#?}");
}

async fn an_empty_change_set_is_no_work(store: &Store) {
    ok(store, ChangeSet::default()).await;
    store.ping().await.unwrap();
}

async fn clones_share_and_a_closed_store_says_so(store: &Store) {
    let other = store.clone();
    ok(&other, registered(1)).await;
    assert_eq!(stored(store, 1).await.version, Version(1));
    other.close().await;
    assert!(matches!(store.account(account_id(1)).await, Err(lockwright_store::StoreError::Closed)));
    assert!(matches!(store.commit(registered(2)).await, Err(CommitError::Unavailable(lockwright_store::StoreError::Closed))));
}
