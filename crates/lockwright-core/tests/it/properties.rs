//! Any list of commands keeps the invariants.

use std::time::Duration;

use lockwright_core::person::Person;
use lockwright_core::signin::{Outcome, PasswordProof};
use lockwright_core::user::Access;
use lockwright_core::{account, builder, closing, password, recovery, signin, tries, user};
use lockwright_model::case::IdentityKind;
use lockwright_model::change::{Key, Record};
use lockwright_model::identity::{Identity, Principal};
use lockwright_model::proof::Goal;
use lockwright_model::token::{Code, Token, TokenKind};
use lockwright_model::tries::TriesKey;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::world::{Ticket, World};

/// One command; numbers choose among what there is.
#[derive(Clone, Debug)]
enum Command {
    Forget { person: usize, decoy: bool },
    Issue { case: usize },
    Code { ticket: usize, stranger: bool },
    WrongCode { case: usize, stranger: bool },
    Link { ticket: usize },
    Resend { case: usize, stranger: bool },
    Finish { case: usize, stranger: bool },
    Cancel { case: usize, stranger: bool },
    Pass { minutes: u64 },
    SignIn { person: usize, old: Option<usize>, previous: usize },
    Change { session: usize, old: Option<usize> },
    Reset { person: usize, how: u8 },
    HandLink { person: usize },
    Disable { person: usize, disabled: bool },
    Delete { person: usize },
    EndOthers { session: usize },
    EndAll { person: usize },
    SignOut { session: usize },
    Suspend { suspended: bool },
    Close { builder: bool, closed: bool },
    Use { session: usize },
}

fn command() -> impl Strategy<Value = Command> {
    let n = 0..12_usize;
    let person = 0..4_usize;
    prop_oneof![
        4 => (person.clone(), prop::bool::weighted(0.2)).prop_map(|(person, decoy)| Command::Forget { person, decoy }),
        5 => n.clone().prop_map(|case| Command::Issue { case }),
        4 => (n.clone(), prop::bool::weighted(0.2)).prop_map(|(ticket, stranger)| Command::Code { ticket, stranger }),
        3 => (n.clone(), prop::bool::weighted(0.2)).prop_map(|(case, stranger)| Command::WrongCode { case, stranger }),
        4 => n.clone().prop_map(|ticket| Command::Link { ticket }),
        2 => (n.clone(), prop::bool::weighted(0.2)).prop_map(|(case, stranger)| Command::Resend { case, stranger }),
        6 => (n.clone(), prop::bool::weighted(0.2)).prop_map(|(case, stranger)| Command::Finish { case, stranger }),
        1 => (n.clone(), prop::bool::weighted(0.2)).prop_map(|(case, stranger)| Command::Cancel { case, stranger }),
        3 => (0..60_u64).prop_map(|minutes| Command::Pass { minutes }),
        12 => (person.clone(), prop::option::weighted(0.2, n.clone()), n.clone())
            .prop_map(|(person, old, previous)| Command::SignIn { person, old, previous }),
        3 => (n.clone(), prop::option::weighted(0.2, n.clone())).prop_map(|(session, old)| Command::Change { session, old }),
        2 => (person.clone(), 0..3_u8).prop_map(|(person, how)| Command::Reset { person, how }),
        2 => person.clone().prop_map(|person| Command::HandLink { person }),
        5 => (person.clone(), any::<bool>()).prop_map(|(person, disabled)| Command::Disable { person, disabled }),
        1 => person.clone().prop_map(|person| Command::Delete { person }),
        2 => n.clone().prop_map(|session| Command::EndOthers { session }),
        1 => person.prop_map(|person| Command::EndAll { person }),
        1 => n.clone().prop_map(|session| Command::SignOut { session }),
        2 => any::<bool>().prop_map(|suspended| Command::Suspend { suspended }),
        2 => any::<(bool, bool)>().prop_map(|(builder, closed)| Command::Close { builder, closed }),
        3 => n.prop_map(|session| Command::Use { session }),
    ]
}

fn pick<T: Clone>(from: &[T], number: usize) -> Option<T> {
    (!from.is_empty()).then(|| from[number % from.len()].clone())
}

fn run(world: &mut World, command: Command) -> Option<()> {
    let anyone = world.op(Principal::Anonymous);
    let host = world.op(Principal::Host);
    match command {
        Command::Forget { person, decoy } => {
            let person = world.person(person);
            let kind = person.as_ref().map_or(IdentityKind::Iam, Person::kind);
            let holder = Token::draw(TokenKind::Case, &world.entropy);
            let name = TriesKey::new("password", "typed");
            let decided =
                recovery::start(kind, Goal::NewPassword, person.as_ref().filter(|_| !decoy), &name, &holder, &anyone, &world.entropy);
            let case = world.commit(decided).unwrap();
            world.cases.push(case.clone());
            world.hold(&case, holder);
        }
        Command::Issue { case } => {
            let case = world.case(&pick(&world.cases, case)?)?;
            let issued = recovery::issue(case.clone(), &world.key, world.now, &world.entropy)?;
            let issued = world.commit(issued).unwrap();
            for ticket in world.tickets.iter_mut().filter(|ticket| ticket.case == case.id) {
                ticket.spent = true;
            }
            world.secrets.extend([issued.code.expose().to_owned(), issued.link.expose().to_owned()]);
            world.tickets.push(Ticket { case: case.id, link: issued.link, code: Some(issued.code), spent: false });
        }
        Command::Code { ticket, stranger } => {
            let ticket = pick(&world.tickets, ticket)?;
            let holder = world.holder(&ticket.case, stranger);
            let decide = |world: &World| {
                let code = ticket.code.as_ref();
                recovery::try_code(world.case(&ticket.case)?, world.subject(&ticket.case), holder.hash(), code, &world.step(&anyone)).ok()
            };
            let (first, second) = (decide(world)?, decide(world)?);
            if let recovery::CodeOutcome::Proven(token) = world.race(first, second) {
                assert!(!stranger, "A29");
                world.proved(&ticket.case, ticket.spent, token);
            }
        }
        Command::WrongCode { case, stranger } => {
            let id = pick(&world.cases, case)?;
            let holder = world.holder(&id, stranger);
            let code = Code::draw(&world.entropy);
            let before = world.case(&id)?;
            let decided = recovery::try_code(before, world.subject(&id), holder.hash(), Some(&code), &world.step(&anyone)).ok()?;
            assert!(!stranger, "A29: a stranger used up a try");
            assert!(!matches!(world.commit(decided).unwrap(), recovery::CodeOutcome::Proven(_)));
        }
        Command::Link { ticket } => {
            let ticket = pick(&world.tickets, ticket)?;
            let decide = |world: &World| {
                recovery::open_link(world.case(&ticket.case)?, world.subject(&ticket.case), ticket.link.hash(), None, &world.step(&anyone))
                    .ok()
            };
            let (first, second) = (decide(world)?, decide(world)?);
            let token = world.race(first, second);
            world.proved(&ticket.case, ticket.spent, token);
        }
        Command::Resend { case, stranger } => {
            let id = pick(&world.cases, case)?;
            let holder = world.holder(&id, stranger);
            let decided = recovery::resend(world.case(&id)?, holder.hash(), &anyone, &world.entropy).ok()?;
            assert!(!stranger, "A29");
            world.commit(decided).unwrap();
        }
        Command::Finish { case, stranger } => {
            let id = pick(&world.cases, case)?;
            let holder = world.holder(&id, stranger);
            let case = world.case(&id)?;
            let hash = world.hash();
            // Every person is tried: only the case's own may come out.
            for number in 0..world.people.len() {
                let decide = |world: &World| {
                    let person = world.person(number)?;
                    recovery::finish(case.clone(), holder.hash(), person, hash.clone(), None, &world.step(&anyone)).ok()
                };
                let (Some(first), Some(second)) = (decide(world), decide(world)) else { continue };
                let before = world.person(number)?;
                assert_eq!(world.proven.get(&id).map(Token::hash), Some(holder.hash()), "A02: finished without its proof");
                assert!(!before.replaced_since(case.created, world.now), "A17: asked for before the password was replaced");
                world.end(&[before.identity()], None);
                world.race(first, second);
                let after = world.person(number)?;
                assert_eq!(after.credential()?.hash, hash);
                break;
            }
        }
        Command::Cancel { case, stranger } => {
            let id = pick(&world.cases, case)?;
            let holder = world.holder(&id, stranger);
            let decided = recovery::cancel(world.case(&id)?, world.subject(&id), holder.hash(), &anyone, &world.entropy).ok()?;
            assert!(!stranger, "A29");
            world.commit(decided).unwrap();
        }
        Command::Pass { minutes } => world.now = world.now.plus(Duration::from_secs(minutes * 60)),
        Command::SignIn { person, old, previous } => {
            let person = world.person(person)?;
            let right = person.credential()?.clone();
            let hash = old.map_or_else(|| right.hash.clone(), |old| world.old_hash(old));
            let counted = tries::take(None, TriesKey::new("password", &format!("{} {:?}", person.identity(), world.now)), world.now).ok();
            let previous = pick(&world.sessions, previous).and_then(|token| world.session(&token));
            let proof = PasswordProof { hash: hash.clone(), rehash: None };
            let limits = world.limits();
            let decided = signin::complete(person.clone(), &proof, counted, previous.as_ref(), None, limits, &anyone, &world.entropy);
            match world.commit(decided).unwrap() {
                Outcome::SignedIn(new) => {
                    assert!(hash == right.hash && !right.disabled && person.bar().is_none());
                    world.ended.extend(previous.map(|session| session.token));
                    world.opened(new.token);
                }
                Outcome::Barred(_) => assert!(hash == right.hash),
                Outcome::SecondFactor(_) => panic!("nobody here has a device"),
                Outcome::Mismatch => assert!(hash != right.hash || right.disabled),
            }
        }
        Command::Change { session, old } => {
            let token = pick(&world.sessions, session)?;
            let (session, person) = (world.session(&token)?, world.person_of(&world.session(&token)?.owner)?);
            let hash =
                old.map_or_else(|| person.credential().map(|credential| credential.hash.clone()), |old| Some(world.old_hash(old)))?;
            let (proof, new) = (PasswordProof { hash, rehash: None }, world.hash());
            let own = world.op(Principal::Signed(session.owner.clone()));
            let decided = password::change(person, &session, &proof, new, world.limits(), &own, &world.entropy).ok()?;
            assert!(!world.ended.contains(&session.token), "B16: a dead session changed the password");
            world.end(std::slice::from_ref(&session.owner), None);
            let new = world.commit(decided).unwrap();
            world.opened(new.token);
        }
        Command::Reset { person, how } => {
            let Person::User { account, user } = world.person(person)? else { return None };
            let access = match how {
                0 => Access::Password { hash: world.hash(), must_change: true },
                1 => Access::Link,
                _ => Access::None,
            };
            world.end(&[Identity::User(user.id.clone())], None);
            let decided = user::set_access(&world.permit(), account, user, access, None, &host, &world.entropy).ok()?;
            if let Some(link) = world.commit(decided).unwrap() {
                world.handed(link);
            }
        }
        Command::HandLink { person } => {
            let decided = recovery::hand_link(&world.person(person)?, &host, &world.entropy);
            let link = world.commit(decided).unwrap();
            world.handed(link);
        }
        Command::Disable { person, disabled } => {
            let person = world.person(person)?;
            if disabled && !matches!(person, Person::Root(_)) {
                world.end(&[person.identity()], None);
            }
            let decided = match person {
                Person::User { user, .. } => user::set_disabled(&world.permit(), user, disabled, &host, &world.entropy).unwrap(),
                Person::Builder(row) => builder::set_disabled(row, disabled, &host, &world.entropy),
                Person::Root(_) | Person::Operator(_) => return None,
            };
            world.commit(decided).unwrap();
        }
        Command::Delete { person } => {
            let Person::User { user, .. } = world.person(person)? else { return None };
            world.end(&[Identity::User(user.id.clone())], None);
            let decided = user::delete(&world.permit(), user, user::Belongings::default(), true, &host, &world.entropy).unwrap();
            world.commit(decided).unwrap();
        }
        Command::EndOthers { session } => {
            let token = pick(&world.sessions, session)?;
            let (session, person) = (world.session(&token)?, world.person_of(&world.session(&token)?.owner)?);
            let decided = signin::end_others(person, &session, world.limits(), &anyone, &world.entropy).ok()?;
            assert!(!world.ended.contains(&session.token), "B16: a dead session came back");
            assert!(decided.output.session.expires <= session.expires, "a session was lengthened without a proof");
            world.end(std::slice::from_ref(&session.owner), None);
            let new = world.commit(decided).unwrap();
            world.opened(new.token);
        }
        Command::EndAll { person } => {
            let person = world.person(person)?;
            world.end(&[person.identity()], None);
            let decided = signin::end_all(person, &host, &world.entropy);
            world.commit(decided).unwrap();
        }
        Command::SignOut { session } => {
            let token = pick(&world.sessions, session)?;
            let row = world.session(&token)?;
            let decided = lockwright_core::Decided::new(signin::sign_out(&row, &anyone, &world.entropy), ());
            world.commit(decided).unwrap();
            world.ended.insert(token.hash());
        }
        Command::Suspend { suspended } => {
            let Some(Record::Account(row)) = world.ledger.get(&Key::Account(world.account)).cloned() else { return None };
            let people: Vec<Identity> = world.people.iter().filter(|person| person.account().is_some()).cloned().collect();
            if suspended {
                world.end(&people, None);
            }
            let decided = account::set_suspended(row, suspended, &host, &world.entropy);
            world.commit(decided).unwrap();
        }
        Command::Close { builder, closed } => {
            let person = world.person(if builder { 3 } else { 0 })?;
            let people: Vec<Identity> = match &person {
                Person::Builder(_) => vec![person.identity()],
                _ => world.people.iter().filter(|person| person.account().is_some()).cloned().collect(),
            };
            if closed {
                let decided = closing::shut(person, &host, &world.entropy).ok()?;
                world.end(&people, None);
                world.commit(decided).unwrap();
            } else {
                let decided = closing::reopen(person, &host, &world.entropy).ok()?;
                world.commit(decided).unwrap();
            }
        }
        Command::Use { session } => {
            let token = pick(&world.sessions, session)?;
            if world.use_session(&token).is_some() {
                assert!(!world.ended.contains(&token.hash()), "an ended session was let in");
            }
        }
    }
    Some(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        rng_seed: RngSeed::Fixed(20_261_123),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a02_a17_b16_b31_any_list_of_commands_keeps_the_invariants(seed in any::<u64>(), commands in prop::collection::vec(command(), 1..140)) {
        let mut world = World::new(seed);
        for command in commands {
            run(&mut world, command);
            world.check();
            world.now = world.now.plus(Duration::from_millis(1));
        }
    }
}
