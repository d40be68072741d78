//! Whom the service provider trusts: which keys speak for which Issuer, and for whose users.

use std::sync::Arc;

use openssl::pkey::{PKey, Public};
use saml::names::binding;

use crate::config::Trusted;
use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};

/// The trusted tenants, their keys unpacked once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trust {
    tenants: Arc<[Tenant]>,
}

/// One trusted IdP.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) entity_id: String,
    /// Where to send an AuthnRequest by HTTP-Redirect.
    pub(crate) sign_in: Option<String>,
    keys: Vec<PKey<Public>>,
    domains: Vec<String>,
}

impl Trust {
    /// Of two tenants with one entity ID the second is left out: it must not speak for the first.
    pub(crate) fn new(trusted: Vec<Trusted>) -> Self {
        let mut tenants: Vec<Tenant> = Vec::new();
        for one in trusted {
            if tenants
                .iter()
                .any(|tenant| tenant.entity_id == one.metadata.entity_id)
            {
                tracing::warn!(
                    entity_id = one.metadata.entity_id,
                    "trusted already, second metadata left out"
                );
                continue;
            }
            tenants.push(Tenant::new(one));
        }
        Trust {
            tenants: tenants.into(),
        }
    }

    /// The IdP with this entity ID, character by character.
    pub(crate) fn tenant(&self, entity_id: &str) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| tenant.entity_id == entity_id)
    }

    /// All of them, in the order of the configuration.
    pub(crate) fn tenants(&self) -> &[Tenant] {
        &self.tenants
    }

    /// Where a sign-in goes when nobody says whither.
    pub(crate) fn first(&self) -> Option<&Tenant> {
        self.tenants.first()
    }

    /// The keys that may sign for this Issuer: its own and nobody else's (Core 5.4.5: what KeyInfo says is not asked).
    pub(crate) fn keys(&self, issuer: &str, flaws: Flaws) -> Result<Vec<&PKey<Public>>, Denial> {
        if flaws.has(Flaw::IssuerUnbound) {
            return Ok(self.tenants.iter().flat_map(|tenant| &tenant.keys).collect());
        }
        let tenant = self
            .tenant(issuer)
            .ok_or_else(|| Denial::UntrustedIssuer(issuer.to_owned()))?;
        Ok(tenant.keys.iter().collect())
    }

    /// Whether this Issuer may speak for this user: a NameID with a domain must be of the tenant's domains. An
    /// opaque NameID has no domain; it is told apart from another tenant's by the Issuer that a session carries.
    pub(crate) fn may_speak_for(&self, issuer: &str, name_id: &str, flaws: Flaws) -> Result<(), Denial> {
        if flaws.has(Flaw::IssuerUnbound) {
            return Ok(());
        }
        let Some((user, domain)) = name_id.split_once('@') else {
            return Ok(());
        };
        if user.is_empty() || domain.is_empty() || domain.contains('@') {
            return Err(Denial::NameIdAddress(name_id.to_owned()));
        }
        let listed = |tenant: &Tenant| tenant.domains.iter().any(|own| own.eq_ignore_ascii_case(domain));
        let tenant = self
            .tenant(issuer)
            .ok_or_else(|| Denial::UntrustedIssuer(issuer.to_owned()))?;
        let may = if tenant.domains.is_empty() {
            !self.tenants.iter().any(listed)
        } else {
            listed(tenant)
        };
        if may {
            Ok(())
        } else {
            Err(Denial::Domain {
                issuer: issuer.to_owned(),
                domain: domain.to_owned(),
            })
        }
    }
}

impl Tenant {
    fn new(trusted: Trusted) -> Self {
        let Trusted { metadata, domains } = trusted;
        let sign_in = metadata
            .sso
            .iter()
            .find(|endpoint| endpoint.binding == binding::REDIRECT);
        Tenant {
            sign_in: sign_in
                .map(|endpoint| endpoint.location.clone())
                .filter(|location| is_web_address(location)),
            keys: metadata
                .signing
                .iter()
                .map(|certificate| certificate.public_key().clone())
                .collect(),
            entity_id: metadata.entity_id,
            domains,
        }
    }
}

/// A browser is sent to web addresses only, whatever the metadata says (`javascript:`).
fn is_web_address(location: &str) -> bool {
    let scheme = location
        .split_once("://")
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https"))
}
