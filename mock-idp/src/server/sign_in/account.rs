//! Which account an account name means, and whether it may sign in here ("home realm discovery").

use crate::directory::{AuthMethod, SignInState};
use crate::{Aadsts, Directory, Tenant, User};

/// An account, where its credentials are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::server) struct Account {
    /// The tenant that keeps them.
    pub(in crate::server) tenant_id: String,
    pub(in crate::server) object_id: String,
}

/// The account that signs in by this name at this tenant: one of its own, a guest of it, or one of another tenant, which will be
/// AADSTS50020 once it has signed in. At no tenant (`common`) its domain decides.
///
/// # Errors
///
/// 90022 for what is no account name, 50034 where there is no such account.
pub(in crate::server) fn find(
    directory: &Directory,
    at: Option<&Tenant>,
    typed: &str,
) -> Result<Account, Aadsts> {
    let shape = typed.rsplit_once('@');
    let Some((_, domain)) = shape.filter(|(name, domain)| !name.is_empty() && !domain.is_empty()) else {
        return Err(Aadsts::InvalidPrincipalName {
            account: typed.to_owned(),
        });
    };
    let home = directory.tenant(domain).filter(|tenant| tenant.owns(domain));
    let own = at.and_then(|tenant| Some((tenant, tenant.account(typed)?)));
    let at_home = home.and_then(|tenant| Some((tenant, tenant.account(typed)?)));
    let guest = at.and_then(|tenant| Some((tenant, guest_by_mail(tenant, typed)?)));
    let invited = || {
        let mut tenants = directory.tenants.iter();
        tenants.find_map(|tenant| Some((tenant, guest_by_mail(tenant, typed)?)))
    };
    // A guest by mail comes last: whoever has a directory of their own signs in there.
    let found = own
        .or(at_home)
        .or(guest)
        .or_else(|| at.is_none().then(invited).flatten());
    match found {
        Some((tenant, user)) => Ok(Account {
            tenant_id: tenant.id.clone(),
            object_id: user.object_id.clone(),
        }),
        None => Err(Aadsts::UserNotFound {
            account: typed.to_owned(),
            tenant: home.or(at).map_or_else(
                || "organizations".to_owned(),
                |tenant| tenant.display_name.clone(),
            ),
        }),
    }
}

/// Who the person behind an account is in this tenant: the account itself, or the guest that it was invited as.
pub(in crate::server) fn seen_from<'a>(tenant: &'a Tenant, home: &Tenant, user: &User) -> Option<&'a User> {
    if tenant.id == home.id {
        return tenant.user_by_id(&user.object_id);
    }
    let name = user.user_principal_name.replace('@', "_");
    let external = format!("{name}#EXT#@");
    let is = |guest: &&User| {
        let account = guest.user_principal_name.get(..external.len());
        guest.is_guest()
            && (account.is_some_and(|account| account.eq_ignore_ascii_case(&external))
                || guest.mail.as_deref().is_some_and(|mail| {
                    mail.eq_ignore_ascii_case(&user.user_principal_name)
                        || user
                            .mail
                            .as_deref()
                            .is_some_and(|own| own.eq_ignore_ascii_case(mail))
                }))
    };
    tenant.users.iter().find(is)
}

/// Whether the account may go on after this password; none where the method wants no password.
///
/// # Errors
///
/// 50053, 50056, 50126, 50055, 50057, in this order: a locked account is told nothing about its password, and only who knows it
/// is told more about the account.
pub(in crate::server) fn check(user: &User, password: Option<&str>) -> Result<(), Aadsts> {
    match user.sign_in {
        SignInState::Locked => return Err(Aadsts::AccountLocked),
        SignInState::NoPassword if password.is_some() => return Err(Aadsts::NoPassword),
        _ => {}
    }
    if let Some(password) = password {
        let (given, known) = (password.as_bytes(), user.password.as_bytes());
        if given.len() != known.len() || !openssl::memcmp::eq(given, known) {
            return Err(Aadsts::InvalidCredentials);
        }
        if user.sign_in == SignInState::PasswordExpired {
            return Err(Aadsts::PasswordExpired);
        }
    }
    match user.enabled {
        true => Ok(()),
        false => Err(Aadsts::UserDisabled),
    }
}

/// Whether this method asks for a password first.
pub(in crate::server) fn wants_password(method: AuthMethod) -> bool {
    matches!(
        method,
        AuthMethod::Password
            | AuthMethod::PasswordAndPush
            | AuthMethod::PasswordAndOath
            | AuthMethod::PasswordAndVoice
    )
}

/// Whether this method asks for a second factor after the password, wherever the account signs in.
pub(in crate::server) fn has_two_factors(method: AuthMethod) -> bool {
    wants_password(method) && method != AuthMethod::Password
}

fn guest_by_mail<'a>(tenant: &'a Tenant, typed: &str) -> Option<&'a User> {
    tenant.users.iter().find(|user| {
        let mail = user.mail.as_deref();
        user.is_guest() && mail.is_some_and(|mail| mail.eq_ignore_ascii_case(typed))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Guest, UserType};

    fn guest(account: &str, mail: &str) -> User {
        User {
            mail: Some(mail.to_owned()),
            user_type: UserType::Guest,
            guest: Some(Guest {
                identity_provider: "mail".to_owned(),
            }),
            ..User::new(account, "Guest")
        }
    }

    #[test]
    fn an_account_is_looked_for_at_home_and_then_among_the_guests() {
        let mut directory = Directory::ephemeral().unwrap();
        let outsider = directory.fabrikam().users[0].clone();
        directory.tenants[0].users.extend([
            guest(
                "o_fabrikam.example#EXT#@contoso.example",
                &outsider.user_principal_name,
            ),
            guest("g_mail.example#EXT#@contoso.example", "g@mail.example"),
        ]);
        let (contoso, fabrikam) = (directory.contoso(), directory.fabrikam());
        let found = |at, typed: &str| find(&directory, at, typed).map(|account| account.tenant_id);
        for at in [Some(contoso), Some(fabrikam), None] {
            assert_eq!(found(at, "Alice@CONTOSO.example").as_ref(), Ok(&contoso.id));
            assert_eq!(found(at, "outsider@fabrikam.example").as_ref(), Ok(&fabrikam.id));
        }
        assert_eq!(found(Some(contoso), "g@mail.example").as_ref(), Ok(&contoso.id));
        assert_eq!(found(None, "g@mail.example").as_ref(), Ok(&contoso.id));
        for (at, typed) in [
            (Some(fabrikam), "g@mail.example"),
            (None, "nobody@contoso.example"),
            (None, "alice"),
            (Some(contoso), ""),
        ] {
            assert!(find(&directory, at, typed).is_err(), "{typed}");
        }
        assert!(seen_from(contoso, fabrikam, &outsider).is_some_and(User::is_guest));
        assert!(seen_from(fabrikam, contoso, &contoso.users[0]).is_none());
    }
}
