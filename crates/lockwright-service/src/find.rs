//! "Find my account": what belongs to an address, for the mail that goes there and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use lockwright_core::person::Person;
use lockwright_model::change::ClaimKey;
use lockwright_model::email::EmailAddress;
use lockwright_model::identity::Identity;
use lockwright_store::StoreError;

use crate::Lockwright;
use crate::mail::outgoing::FoundRow;

/// The most identities of each kind that are told of.
const MOST: u32 = 50;

impl Lockwright {
    /// What belongs to an address, by the address as its owner verified it: one that was typed with other capitals may be
    /// another mailbox (A01). One that was given up leads to nobody.
    pub(crate) async fn found(&self, address: &EmailAddress) -> Result<BTreeMap<EmailAddress, Vec<FoundRow>>, StoreError> {
        let key = address.key();
        let mut owners: BTreeSet<Identity> = BTreeSet::new();
        for claim in [ClaimKey::RootEmail(key.clone()), ClaimKey::BuilderEmail(key.clone())] {
            owners.extend(self.store().claim(&claim).await?.map(|claim| claim.owner));
        }
        owners.extend(self.store().users_by_email(&key, MOST).await?.into_iter().map(|user| Identity::User(user.id)));
        owners.extend(self.store().owners_of_address(&key, MOST).await?);
        let mut found: BTreeMap<EmailAddress, Vec<FoundRow>> = BTreeMap::new();
        for owner in owners {
            let Some(person) = self.person(&owner).await? else { continue };
            let Some(verified) = person.addresses().into_iter().find(|verified| verified.key() == key) else { continue };
            if let Some(row) = row(person, &verified) {
                found.entry(verified).or_default().push(row);
            }
        }
        Ok(found)
    }
}

/// What a mail to one of somebody's addresses says: who they are here, and which address signs in when it is another one.
fn row(person: Person, mailed: &EmailAddress) -> Option<FoundRow> {
    let sign_in = person.primary_email().filter(|primary| *primary != mailed).cloned();
    match person {
        Person::Root(account) => Some(FoundRow::Root { account: account.id, name: account.name, alias: account.alias, sign_in }),
        Person::User { account, user } => {
            Some(FoundRow::User { account: account.id, name: account.name.clone(), alias: account.alias.clone(), user: user.name })
        }
        Person::Builder(builder) => Some(FoundRow::Builder { name: builder.name, sign_in }),
        // Operators have pages of their own, and the host.
        Person::Operator(_) => None,
    }
}
