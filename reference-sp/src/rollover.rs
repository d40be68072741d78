//! What an administrator changes about trust: a tenant more, its next certificate, its domains.

use saml::{Certificate, IdpMetadata};

use crate::config::Trusted;
use crate::trust::{Tenant, Trust};

/// How many tenants may be trusted.
pub(crate) const TENANTS: usize = 20;
/// How many certificates one tenant may have: a rollover needs two.
pub(crate) const CERTIFICATES: usize = 10;
/// How many domains one tenant may speak for.
pub(crate) const DOMAINS: usize = 50;

/// What metadata brought.
#[derive(Debug, Clone)]
pub(crate) struct Entered {
    /// Whether its entity ID was not trusted before.
    pub(crate) is_new: bool,
    /// The certificates that were not known before.
    pub(crate) added: Vec<Certificate>,
    pub(crate) tenant: Tenant,
}

/// Why something stays as it is. Each is said to the administrator, beside what he entered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotChanged {
    #[error("There are {TENANTS} identity providers already. Remove one first.")]
    Tenants,
    #[error(
        "This would make more than {CERTIFICATES} certificates. Remove those that are no longer used first."
    )]
    Certificates,
    #[error("This identity provider was removed meanwhile.")]
    Gone,
    #[error(
        "This is the only certificate. Upload the next one first, or remove the identity provider as a whole."
    )]
    LastCertificate,
    #[error("{0:?} is not a domain. Write domains such as contoso.com, with spaces between them.")]
    NotADomain(String),
    #[error("{domain} belongs to {owner} already. Remove it there first.")]
    OtherTenants { domain: String, owner: String },
    #[error("These are more than {DOMAINS} domains.")]
    Domains,
}

/// Trusts an IdP: another tenant when its entity ID is new, the next certificate of a known one otherwise.
pub(crate) fn enter(trust: &mut Trust, metadata: IdpMetadata) -> Result<Entered, NotChanged> {
    let known = trust.tenant(&metadata.entity_id).cloned();
    let is_new = known.is_none();
    let (tenant, added) = match known {
        Some(mut tenant) => {
            let added = tenant.update(metadata);
            (tenant, added)
        }
        None if trust.tenants().len() >= TENANTS => return Err(NotChanged::Tenants),
        None => {
            let tenant = Tenant::new(Trusted {
                metadata,
                domains: Vec::new(),
            });
            let added = tenant.certificates.clone();
            (tenant, added)
        }
    };
    if tenant.certificates.len() > CERTIFICATES {
        return Err(NotChanged::Certificates);
    }
    *trust =
        trust.changed(
            |tenants| match tenants.iter_mut().find(|one| one.entity_id == tenant.entity_id) {
                Some(known) => *known = tenant.clone(),
                None => tenants.push(tenant.clone()),
            },
        );
    Ok(Entered {
        is_new,
        added,
        tenant,
    })
}

/// Trusts this tenant no longer.
pub(crate) fn leave(trust: &mut Trust, entity_id: &str) -> Result<(), NotChanged> {
    trust.tenant(entity_id).ok_or(NotChanged::Gone)?;
    *trust = trust.changed(|tenants| tenants.retain(|tenant| tenant.entity_id != entity_id));
    Ok(())
}

/// Ends a rollover: what the certificate's key signs is refused from now on.
pub(crate) fn retire(trust: &mut Trust, entity_id: &str, thumbprint: &str) -> Result<(), NotChanged> {
    let tenant = trust.tenant(entity_id).ok_or(NotChanged::Gone)?;
    let mut others = tenant
        .certificates
        .iter()
        .filter(|c| c.thumbprint_sha1() != thumbprint);
    if others.next().is_none() {
        return Err(NotChanged::LastCertificate);
    }
    edit(trust, entity_id, |tenant| tenant.remove_certificate(thumbprint));
    Ok(())
}

/// The domains that the tenant may speak for, and no others. None: any that no other tenant lists.
pub(crate) fn assign(trust: &mut Trust, entity_id: &str, written: &str) -> Result<Vec<String>, NotChanged> {
    trust.tenant(entity_id).ok_or(NotChanged::Gone)?;
    let mut domains: Vec<String> = Vec::new();
    for word in written.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')) {
        let domain = word.trim_start_matches('@').to_ascii_lowercase();
        if word.is_empty() || domains.contains(&domain) {
            continue;
        }
        if !is_domain(&domain) {
            return Err(NotChanged::NotADomain(word.chars().take(80).collect()));
        }
        let owner = trust.tenants().iter().find(|tenant| {
            tenant.entity_id != entity_id
                && tenant.domains.iter().any(|own| own.eq_ignore_ascii_case(&domain))
        });
        if let Some(owner) = owner {
            let owner = owner.entity_id.clone();
            return Err(NotChanged::OtherTenants { domain, owner });
        }
        domains.push(domain);
        if domains.len() > DOMAINS {
            return Err(NotChanged::Domains);
        }
    }
    edit(trust, entity_id, |tenant| tenant.domains.clone_from(&domains));
    Ok(domains)
}

fn edit(trust: &mut Trust, entity_id: &str, change: impl FnOnce(&mut Tenant)) {
    *trust = trust.changed(|tenants| {
        if let Some(tenant) = tenants.iter_mut().find(|tenant| tenant.entity_id == entity_id) {
            change(tenant);
        }
    });
}

/// Letters, digits, dots and hyphens, in any script: what may stand behind the @ of an address.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn trust_in(names: &[&str]) -> Trust {
        let mut trust = Trust::default();
        for name in names {
            let metadata = IdpMetadata {
                entity_id: (*name).to_owned(),
                ..IdpMetadata::default()
            };
            enter(&mut trust, metadata).unwrap();
        }
        trust
    }

    #[test]
    fn domains_are_written_as_people_write_them() {
        let mut trust = trust_in(&["a"]);
        let domains = assign(&mut trust, "a", " Contoso.com, @fabrikam.com;\n contoso.com ").unwrap();
        assert_eq!(domains, ["contoso.com", "fabrikam.com"]);
        assert_eq!(trust.tenant("a").unwrap().domains, domains);
        assert_eq!(assign(&mut trust, "a", " ").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_domain_has_one_tenant() {
        let mut trust = trust_in(&["a", "b"]);
        assign(&mut trust, "a", "contoso.com").unwrap();
        let error = assign(&mut trust, "b", "fabrikam.com CONTOSO.com").unwrap_err();
        assert_eq!(
            error.to_string(),
            "contoso.com belongs to a already. Remove it there first."
        );
        assert!(
            trust.tenant("b").unwrap().domains.is_empty(),
            "and nothing is half done"
        );
    }

    #[test]
    fn there_is_an_end_to_tenants() {
        let names: Vec<String> = (0..TENANTS).map(|i| i.to_string()).collect();
        let mut trust = trust_in(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let one_more = IdpMetadata {
            entity_id: "one more".to_owned(),
            ..IdpMetadata::default()
        };
        assert_eq!(enter(&mut trust, one_more).unwrap_err(), NotChanged::Tenants);
        leave(&mut trust, "3").unwrap();
        assert_eq!(leave(&mut trust, "3"), Err(NotChanged::Gone));
        assert_eq!(trust.tenants().len(), TENANTS - 1);
    }

    proptest! {
        #[test]
        fn whatever_is_written_there_are_domains_or_a_reason(written in "\\PC{0,300}") {
            let mut trust = trust_in(&["a"]);
            if let Ok(domains) = assign(&mut trust, "a", &written) {
                prop_assert!(domains.iter().all(|domain| is_domain(domain)));
            }
        }
    }
}
