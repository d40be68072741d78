//! Who may use the service provider: accounts, which an administrator creates and activates.
//!
//! An account is linked to a NameID and to the tenant that vouches for it. Single sign-on proves who somebody
//! is; whether he has any business here is decided by his account.

use std::sync::{Mutex, MutexGuard, PoisonError};

use saml::names::name_id;

use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};
use crate::identity::Identity;

/// How many accounts there may be.
pub(crate) const ACCOUNTS: usize = 1_000;

/// One user of the service provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The NameID that it is linked to: with Azure AD's defaults the user principal name. Two that differ in case
    /// only are the same where the IdP says that it is a mail address; all others are taken character by character.
    pub name_id: String,
    /// The user's name, for the administrator.
    pub name: String,
    /// The name that the user sees; `name` where there is none.
    pub display_name: Option<String>,
    /// The entity ID of the tenant that vouches for the user. `None`: the first trusted one that signs him in,
    /// and from then on no other.
    pub tenant: Option<String>,
    /// Whether he may sign in.
    pub active: bool,
}

impl Account {
    /// An active account for the user of this NameID, of whatever tenant.
    pub fn active(name_id: &str, name: &str) -> Self {
        Account {
            name_id: name_id.to_owned(),
            name: name.to_owned(),
            display_name: None,
            tenant: None,
            active: true,
        }
    }

    /// What the user is called on his own pages.
    pub(crate) fn shown(&self) -> &str {
        self.display_name.as_deref().unwrap_or(&self.name)
    }

    /// Whether the two could mean one user, so that a sign-in would have to choose.
    fn clashes_with(&self, other: &Account) -> bool {
        let same_tenant = match (&self.tenant, &other.tenant) {
            (Some(one), Some(another)) => one == another,
            _ => true,
        };
        same_tenant && same_name(&self.name_id, &other.name_id, true)
    }
}

/// Why an account was not created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotCreated {
    /// Somebody has this NameID already.
    Taken,
    /// There are too many.
    Full,
}

/// What decides about somebody who has no account, and for whom a tenant may speak.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Admission {
    /// Create an account at the first sign-in.
    pub(crate) create: bool,
    pub(crate) flaws: Flaws,
}

/// All accounts.
#[derive(Debug)]
pub(crate) struct Accounts {
    list: Mutex<List>,
}

#[derive(Debug, Default)]
struct List {
    accounts: Vec<(u64, Account)>,
    next: u64,
}

impl Accounts {
    /// Of two for one user the second is left out.
    pub(crate) fn new(accounts: Vec<Account>) -> Self {
        let mut list = List::default();
        for account in accounts {
            let name_id = account.name_id.clone();
            if let Err(why) = list.add(account) {
                tracing::warn!(name_id, ?why, "account left out");
            }
        }
        Accounts {
            list: Mutex::new(list),
        }
    }

    /// Each with its number, in the order in which they were created.
    pub(crate) fn all(&self) -> Vec<(u64, Account)> {
        self.lock().accounts.clone()
    }

    pub(crate) fn create(&self, account: Account) -> Result<u64, NotCreated> {
        self.lock().add(account)
    }

    /// The account of this number, if it is active.
    pub(crate) fn active(&self, id: u64) -> Option<Account> {
        let list = self.lock();
        let (_, account) = list.accounts.iter().find(|(number, _)| *number == id)?;
        account.active.then(|| account.clone())
    }

    pub(crate) fn activate(&self, id: u64) -> Option<Account> {
        let mut list = self.lock();
        let account = list.account(id)?;
        account.active = true;
        Some(account.clone())
    }

    /// Nobody signs in with it any more; `end` ends the sessions that it has, before anybody can begin another.
    pub(crate) fn deactivate(&self, id: u64, end: impl FnOnce()) -> Option<Account> {
        let mut list = self.lock();
        let account = list.account(id)?;
        account.active = false;
        let account = account.clone();
        end();
        Some(account)
    }

    /// As [`Accounts::deactivate`], and it is gone.
    pub(crate) fn delete(&self, id: u64, end: impl FnOnce()) -> Option<Account> {
        let mut list = self.lock();
        let place = list.accounts.iter().position(|(number, _)| *number == id)?;
        let (_, account) = list.accounts.remove(place);
        end();
        Some(account)
    }

    /// Finds the account of somebody who was proven to be this, and lets `open` begin his session with its number.
    /// Nobody can deactivate it in between.
    pub(crate) fn admit<T>(
        &self,
        identity: &Identity,
        admission: Admission,
        open: impl FnOnce(u64) -> T,
    ) -> Result<T, Denial> {
        let mut list = self.lock();
        let id = match list.of(identity, admission.flaws) {
            Some(id) => id,
            None if admission.create => list
                .add(created(identity))
                .map_err(|_| Denial::AccountsFull { limit: ACCOUNTS })?,
            None => return Err(Denial::UnknownUser(identity.name_id.clone())),
        };
        match list.account(id) {
            Some(account) if account.active => {
                account.tenant.get_or_insert_with(|| identity.issuer.clone());
                Ok(open(id))
            }
            _ => Err(Denial::InactiveUser(identity.name_id.clone())),
        }
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl List {
    fn add(&mut self, account: Account) -> Result<u64, NotCreated> {
        if self
            .accounts
            .iter()
            .any(|(_, other)| other.clashes_with(&account))
        {
            return Err(NotCreated::Taken);
        }
        if self.accounts.len() >= ACCOUNTS {
            return Err(NotCreated::Full);
        }
        self.next += 1;
        self.accounts.push((self.next, account));
        Ok(self.next)
    }

    fn account(&mut self, id: u64) -> Option<&mut Account> {
        let found = self.accounts.iter_mut().find(|(number, _)| *number == id);
        found.map(|(_, account)| account)
    }

    /// The account that is linked to this NameID of this tenant.
    fn of(&self, identity: &Identity, flaws: Flaws) -> Option<u64> {
        let is_mail = identity.name_id_format.as_deref() == Some(name_id::EMAIL);
        let mut fitting = self.accounts.iter().filter(|(_, account)| {
            let vouched = account
                .tenant
                .as_ref()
                .is_none_or(|tenant| *tenant == identity.issuer || flaws.has(Flaw::IssuerUnbound));
            vouched && same_name(&account.name_id, &identity.name_id, is_mail)
        });
        fitting.next().map(|(id, _)| *id)
    }
}

/// Whether two NameIDs name one user. Only a mail address is read without regard to case.
pub(crate) fn same_name(one: &str, other: &str, is_mail: bool) -> bool {
    one == other || (is_mail && one.contains('@') && one.eq_ignore_ascii_case(other))
}

/// The account that a first sign-in makes, where the configuration wants that.
fn created(identity: &Identity) -> Account {
    Account {
        tenant: Some(identity.issuer.clone()),
        ..Account::active(&identity.name_id, &identity.name_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN_ONLY: Admission = Admission {
        create: false,
        flaws: Flaws::NONE,
    };

    fn identity(name_id: &str, format: Option<&str>, issuer: &str) -> Identity {
        Identity {
            name_id: name_id.to_owned(),
            name_id_format: format.map(str::to_owned),
            issuer: issuer.to_owned(),
            ..Identity::default()
        }
    }

    fn admit(accounts: &Accounts, identity: &Identity) -> Result<u64, Denial> {
        accounts.admit(identity, KNOWN_ONLY, |id| id)
    }

    #[test]
    fn a_mail_address_is_read_without_regard_to_case_and_nothing_else_is() {
        let accounts = Accounts::new(vec![
            Account::active("B.Simon@corp.example", "Britta Simon"),
            Account::active("AbCd", "Opaque"),
        ]);
        let mail = |name, format| admit(&accounts, &identity(name, format, "a"));
        assert_eq!(mail("b.simon@CORP.example", Some(name_id::EMAIL)), Ok(1));
        assert_eq!(mail("B.Simon@corp.example", Some(name_id::PERSISTENT)), Ok(1));
        for (name, format) in [
            ("b.simon@corp.example", Some(name_id::PERSISTENT)),
            ("b.simon@corp.example", None),
            ("abcd", Some(name_id::EMAIL)),
        ] {
            assert_eq!(mail(name, format), Err(Denial::UnknownUser(name.to_owned())));
        }
    }

    #[test]
    fn the_tenant_that_signs_a_user_in_first_is_his_from_then_on() {
        let accounts = Accounts::new(vec![Account::active("opaque", "Somebody")]);
        assert_eq!(admit(&accounts, &identity("opaque", None, "a")), Ok(1));
        assert_eq!(
            admit(&accounts, &identity("opaque", None, "b")),
            Err(Denial::UnknownUser("opaque".to_owned()))
        );
    }

    #[test]
    fn an_account_is_created_at_the_first_sign_in_only_where_that_is_wanted() {
        let accounts = Accounts::new(Vec::new());
        let wanted = Admission {
            create: true,
            ..KNOWN_ONLY
        };
        assert!(admit(&accounts, &identity("a", None, "i")).is_err() && accounts.all().is_empty());
        assert_eq!(accounts.admit(&identity("a", None, "i"), wanted, |id| id), Ok(1));
        assert_eq!(accounts.admit(&identity("a", None, "i"), wanted, |id| id), Ok(1));
        assert_eq!(accounts.all().len(), 1);
    }

    #[test]
    fn who_was_deactivated_is_not_created_anew() {
        let accounts = Accounts::new(vec![Account::active("a@b", "A")]);
        accounts.deactivate(1, || {});
        let wanted = Admission {
            create: true,
            ..KNOWN_ONLY
        };
        let again = identity("A@B", Some(name_id::EMAIL), "i");
        assert_eq!(
            accounts.admit(&again, wanted, |id| id),
            Err(Denial::InactiveUser("A@B".to_owned()))
        );
    }

    #[test]
    fn there_is_one_account_for_a_user_and_room_for_a_bounded_number() {
        let accounts = Accounts::new(vec![Account::active("a@b", "A")]);
        assert_eq!(
            accounts.create(Account::active("A@b", "Again")),
            Err(NotCreated::Taken)
        );
        for i in 1..ACCOUNTS {
            accounts
                .create(Account::active(&format!("user{i}"), "U"))
                .unwrap();
        }
        assert_eq!(
            accounts.create(Account::active("one more", "U")),
            Err(NotCreated::Full)
        );
    }
}
