//! The level of a sign-in, worked out for each mix of factors by hand and compared with what is decided (B14).

use lockwright_core::mfa::FactorProof;
use lockwright_core::person::Person;
use lockwright_core::session::SessionLimits;
use lockwright_core::signin::{self, Outcome, PasswordProof, Second};
use lockwright_model::ceremony::Ceremony;
use lockwright_model::change::{Record, Version};
use lockwright_model::clock::Timestamp;
use lockwright_model::entropy::SeededEntropy;
use lockwright_model::factors::{DeviceKind, EnrolmentOwed, EnrolmentReason, MfaDevice, RecoveryCodes};
use lockwright_model::id::{DeviceId, OperatorId};
use lockwright_model::identity::Principal;
use lockwright_model::operator::{Operator, OperatorRole};
use lockwright_model::secret::Sealed;
use lockwright_model::session::SessionScope::{self, EnrolMfa, Full};
use lockwright_model::token::TokenHash;

use crate::tables::{account, at, builder, chance, credential, iam, op};

const DAY: u64 = 86_400;

/// What somebody gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Gets {
    /// A session of this level.
    Session(u8, SessionScope),
    /// A second step.
    Step,
    /// Nothing.
    Nothing,
}

fn device(kind: DeviceKind) -> MfaDevice {
    let id = DeviceId::draw(&SeededEntropy::new(5));
    MfaDevice { id, name: "Device".parse().unwrap(), added: at(0), last_used: None, disabled: false, kind, place: None }
}

fn people() -> Vec<Person> {
    let operator = Operator {
        id: OperatorId::draw(&chance()),
        version: Version(1),
        email: "olu@example.com".parse().unwrap(),
        name: "Olu".parse().unwrap(),
        role: OperatorRole::Support,
        created: at(0),
        disabled: false,
        credential: Some(credential("operator")),
        epoch: 0,
        factors: Default::default(),
    };
    vec![Person::Root(account(1)), iam(&account(1), false), Person::Builder(builder()), Person::Operator(operator)]
}

/// What the password alone gets, in words of the rules: a device or a recovery stands before it, the host and administrators may lift
/// that for a password that is set since, a root user has 35 days, an operator none.
fn password_gets(person: &Person, has_device: bool, owed: Option<EnrolmentReason>, renewed: bool, late: bool) -> Gets {
    let (root, user, operator) =
        (matches!(person, Person::Root(_)), matches!(person, Person::User { .. }), matches!(person, Person::Operator(_)));
    match owed {
        _ if has_device => Gets::Step,
        _ if operator => Gets::Session(1, EnrolMfa),
        Some(EnrolmentReason::Host) if renewed => Gets::Session(1, EnrolMfa),
        Some(EnrolmentReason::Administrator) if user && renewed => Gets::Session(1, EnrolMfa),
        Some(_) => Gets::Step,
        None if root && late => Gets::Session(1, EnrolMfa),
        None => Gets::Session(1, Full),
    }
}

fn after_password(person: &Person, days: u64) -> (Gets, Option<Ceremony>) {
    let hash = person.credential().unwrap().hash.clone();
    let proof = PasswordProof { hash, rehash: None };
    let op = op(Principal::Anonymous, days * DAY);
    let decided = signin::complete(person.clone(), &proof, None, None, None, SessionLimits::MOST, &op, &chance());
    let sessions = decided.changes.puts.iter().filter(|record| matches!(record, Record::Session(_))).count();
    let ceremony = decided.changes.puts.iter().find_map(|record| match record {
        Record::Ceremony(ceremony) => Some(ceremony.clone()),
        _ => None,
    });
    match decided.output {
        Outcome::SignedIn(new) => {
            assert!(sessions == 1 && ceremony.is_none());
            (Gets::Session(new.session.aal(), new.session.scope), None)
        }
        Outcome::SecondFactor(token) => {
            assert!(sessions == 0, "B10: a session before the second factor");
            assert_eq!(ceremony.as_ref().map(|ceremony| ceremony.token), Some(token.hash()));
            (Gets::Step, ceremony)
        }
        other => panic!("{other:?}"),
    }
}

fn after_factor(person: &Person, ceremony: &Ceremony, proof: &FactorProof, days: u64) -> Gets {
    let op = op(Principal::Anonymous, days * DAY + 1);
    let decided = signin::finish_second(ceremony, person.clone(), proof, None, None, SessionLimits::MOST, &op, &chance());
    match decided.output {
        Second::SignedIn { new, .. } => Gets::Session(new.session.aal(), new.session.scope),
        Second::Replayed => {
            assert!(decided.changes.puts.is_empty() && decided.changes.deletes.is_empty());
            Gets::Nothing
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn b14_the_level_follows_from_what_was_proven_for_each_mix_of_factors() {
    let totp = device(DeviceKind::Totp { seed: Sealed::from_text("sealed"), drift: 0, last_step: None });
    let key = device(DeviceKind::Passkey { credential: "c".into(), key: "k".into(), verifies_user: false, synced: false });
    let code = TokenHash::from_bytes([7; 32]);
    let proofs = [
        FactorProof::Totp { device: totp.id.clone(), step: 9, drift: None },
        FactorProof::Passkey { device: key.id.clone(), checked: "k".into(), updated: None },
        FactorProof::RecoveryCode { hash: code },
    ];
    let reasons = [EnrolmentReason::Recovered, EnrolmentReason::Administrator, EnrolmentReason::Host, EnrolmentReason::First];
    let mut mixes = 0;
    for person in people() {
        for devices in [vec![], vec![totp.clone()], vec![key.clone()]] {
            for codes in [None, Some(RecoveryCodes { since: at(0), left: vec![Some(code)] })] {
                for (owed, renewed) in reasons.iter().flat_map(|why| [(Some(*why), false), (Some(*why), true)]).chain([(None, false)]) {
                    for (days, late) in [(34, false), (35, true)] {
                        let mut person = person.clone();
                        person.factors_mut().devices = devices.clone();
                        person.factors_mut().codes = codes.clone();
                        person.factors_mut().enrolment =
                            owed.map(|why| EnrolmentOwed { since: if renewed { Timestamp::default() } else { at(1) }, why, taken: true });
                        let mix = format!("{:?} {devices:?} {codes:?} {owed:?} {renewed} {late}", person.kind());
                        let (gets, ceremony) = after_password(&person, days);
                        assert_eq!(gets, password_gets(&person, !devices.is_empty(), owed, renewed, late), "{mix}");
                        mixes += 1;
                        let Some(ceremony) = ceremony else { continue };
                        for proof in &proofs {
                            let enrolled = match proof {
                                FactorProof::Totp { .. } => devices.first() == Some(&totp),
                                FactorProof::Passkey { .. } => devices.first() == Some(&key),
                                FactorProof::RecoveryCode { .. } => codes.is_some(),
                            };
                            let expected = match enrolled {
                                false => Gets::Nothing,
                                true => Gets::Session(2, if devices.is_empty() { EnrolMfa } else { Full }),
                            };
                            assert_eq!(after_factor(&person, &ceremony, proof, days), expected, "{mix} {proof:?}");
                        }
                    }
                }
            }
        }
    }
    assert_eq!(mixes, 4 * 3 * 2 * 9 * 2);
}
