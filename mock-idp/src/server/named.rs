//! The tenant that a path names, and which session is of it.

use super::arrival::Arrival;
use super::session::SignedIn;
use super::sign_in::account;
use crate::{Aadsts, Directory, Tenant};

/// The tenant of a path, or Azure's error for one that is none.
pub(super) fn tenant<'a>(directory: &'a Directory, named: &str) -> Result<&'a Tenant, Aadsts> {
    let could_be = crate::guid::is_guid(named) || named.contains('.');
    directory.tenant(named).ok_or_else(|| match could_be {
        true => Aadsts::TenantNotFound {
            tenant: named.to_owned(),
        },
        false => Aadsts::InvalidTenantIdentifier {
            tenant: named.to_owned(),
        },
    })
}

/// Whether this session may be used for the sign-in without asking.
pub(super) fn fits(directory: &Directory, arrival: &Arrival, who: &SignedIn) -> bool {
    let Some((home, user)) = who.account(directory) else {
        return false;
    };
    let here = arrival.is_common()
        || directory
            .tenant(&arrival.tenant)
            .is_some_and(|tenant| account::seen_from(tenant, home, user).is_some());
    let domain = arrival.domain_hint.as_deref();
    let hint = arrival.login_hint.as_deref();
    here && domain.is_none_or(|domain| home.owns(domain))
        && hint.is_none_or(|hint| user.user_principal_name.eq_ignore_ascii_case(hint))
}
