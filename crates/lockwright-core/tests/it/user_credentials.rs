//! SSH public keys, signing certificates and service-specific credentials: how many, whose, and when not.

use std::time::Duration;

use lockwright_core::permit::Permit;
use lockwright_core::person::Person;
use lockwright_core::user::{self, Belongings, Held};
use lockwright_core::user_credential::{self, Refusal};
use lockwright_model::change::{ChangeSet, Key, Record, Version};
use lockwright_model::context::OpContext;
use lockwright_model::entropy::SeededEntropy;
use lockwright_model::identity::Principal;
use lockwright_model::token::TokenHash;
use lockwright_model::user_credential::{
    LoginService, MOST_CERTIFICATES, MOST_OF_SERVICE, MOST_SSH_KEYS, Material, ServiceLogin, UserCredential, UserCredentialId,
};

use crate::devices::{at, chance, iam, op, root};

fn permit(person: &Person) -> Permit {
    Permit::granted(person.account_id().unwrap())
}

fn ssh(n: usize) -> Material {
    Material::SshKey { openssh: format!("ssh-rsa {n}") }
}

fn login(service: LoginService, n: usize) -> Material {
    Material::Service(ServiceLogin { service, login: format!("carla+{n}"), secret: TokenHash::from_bytes([1; 32]), expires: None })
}

fn certificate() -> Material {
    Material::Certificate { body: "PEM".to_owned() }
}

fn id(n: usize) -> UserCredentialId {
    UserCredentialId::draw_ssh_key(&SeededEntropy::new(n as u64))
}

fn add(owner: &Person, known: &[UserCredential], what: Material, op: &OpContext) -> Result<(UserCredential, ChangeSet), Refusal> {
    let decided = user_credential::add(&permit(owner), owner.clone(), known, id(known.len()), what, op, &chance())?;
    Ok((UserCredential { version: Version(1), ..decided.output }, decided.changes))
}

#[test]
fn each_kind_has_its_own_quota_and_each_service_too() {
    let carla = iam();
    let mut known = Vec::new();
    let mut fill = |most: usize, of: &dyn Fn(usize) -> Material| {
        for n in 0..most {
            let (added, changes) = add(&carla, &known, of(n), &op(1)).unwrap();
            assert!(changes.puts.iter().any(|record| matches!(record, Record::User(_))), "of two at once the second is decided anew");
            known.push(added);
        }
        assert_eq!(add(&carla, &known, of(most), &op(1)).unwrap_err(), Refusal::TooMany(most));
    };
    fill(MOST_SSH_KEYS, &ssh);
    fill(MOST_CERTIFICATES, &|_| certificate());
    fill(MOST_OF_SERVICE, &|n| login(LoginService::CodeCommit, n));
    fill(MOST_OF_SERVICE, &|n| login(LoginService::Bedrock, n));
    // Inactive ones count.
    known.iter_mut().for_each(|known| known.active = false);
    assert_eq!(add(&carla, &known, ssh(9), &op(1)).unwrap_err(), Refusal::TooMany(MOST_SSH_KEYS));
    assert_eq!(add(&carla, &known[..1], ssh(0), &op(1)).unwrap_err(), Refusal::Duplicate);
}

#[test]
fn a_root_user_has_certificates_only_and_nobody_has_one_of_another_account() {
    let ana = root();
    assert!(add(&ana, &[], certificate(), &op(1)).is_ok());
    for what in [ssh(0), login(LoginService::Logs, 0)] {
        assert_eq!(add(&ana, &[], what, &op(1)).unwrap_err(), Refusal::NotForThisOwner);
    }
    let carla = iam();
    let (hers, _) = add(&carla, &[], ssh(0), &op(1)).unwrap();
    let stranger = Permit::granted("123456789012".parse().unwrap());
    let moved = user_credential::set_active(&stranger, &carla, hers.clone(), false, &op(1), &chance());
    assert_eq!(moved.unwrap_err(), Refusal::NotForThisOwner);
    assert_eq!(user_credential::delete(&permit(&ana), &ana, &hers, &op(1), &chance()).unwrap_err(), Refusal::Unknown, "somebody else's");
}

#[test]
fn n_r25_after_this_wasnt_me_whoever_acts_as_the_owner_adds_and_activates_nothing() {
    let mut carla = iam();
    let (hers, _) = add(&carla, &[], login(LoginService::CodeCommit, 0), &op(1)).unwrap();
    let until = at(1).plus(Duration::from_secs(3_600));
    carla.factors_mut().frozen_until = Some(until);
    let own = OpContext { principal: Principal::Signed(carla.identity()), ..op(1) };
    let frozen = Refusal::Frozen(until);
    assert_eq!(add(&carla, &[], ssh(0), &own).unwrap_err(), frozen);
    let permit = permit(&carla);
    let set = |active, op: &OpContext| user_credential::set_active(&permit, &carla, hers.clone(), active, op, &chance()).map(drop);
    assert_eq!(set(true, &own), Err(frozen));
    assert_eq!(set(false, &own), Ok(()), "switching off always goes");
    let reset =
        |op: &OpContext| user_credential::reset(&permit, &carla, hers.clone(), TokenHash::from_bytes([2; 32]), op, &chance()).map(drop);
    assert_eq!(reset(&own), Err(frozen));
    // Somebody else, whom the freeze is not about, may.
    assert_eq!((set(true, &op(1)), reset(&op(1))), (Ok(()), Ok(())));
    assert!(add(&carla, &[], ssh(0), &op(1)).is_ok());
}

#[test]
fn a_reset_changes_the_secret_alone_and_what_is_expired_stays_so() {
    let carla = iam();
    let (mut hers, _) = add(&carla, &[], login(LoginService::Bedrock, 0), &op(1)).unwrap();
    let Material::Service(known) = &mut hers.what else { panic!("a login") };
    known.expires = Some(at(100));
    hers.active = false;
    let reset = user_credential::reset(&permit(&carla), &carla, hers.clone(), TokenHash::from_bytes([2; 32]), &op(1), &chance()).unwrap();
    let (before, after) = (hers.service().unwrap(), reset.output.service().unwrap());
    assert_ne!(before.secret, after.secret);
    assert_eq!((&before.login, before.expires, reset.output.active), (&after.login, after.expires, false));
    assert_eq!(user_credential::word(&reset.output, at(99)), "Inactive");
    assert_eq!(user_credential::word(&reset.output, at(100)), "Expired");
}

#[test]
fn a_user_with_any_of_them_is_not_deleted_by_programs_and_takes_them_along_in_the_console() {
    let Person::User { user, .. } = iam() else { unreachable!() };
    let user = lockwright_model::user::User { login_profile: None, ..user };
    let carla = iam();
    for (what, held) in
        [(certificate(), Held::Certificates), (ssh(0), Held::SshKeys), (login(LoginService::Logs, 0), Held::ServiceCredentials)]
    {
        let (credential, _) = add(&carla, &[], what, &op(1)).unwrap();
        let belongings = || Belongings { credentials: vec![credential.clone()], ..Belongings::default() };
        let delete = |whole| user::delete(&permit(&carla), user.clone(), belongings(), whole, &op(1), &chance());
        assert_eq!(delete(false).unwrap_err(), user::Refusal::Holds(held));
        let gone = delete(true).unwrap().changes.deletes;
        assert!(gone.contains(&(Key::UserCredential(credential.key()), Version(1))), "{held:?}");
    }
}
