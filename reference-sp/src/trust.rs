//! Whom the service provider trusts: which keys speak for which Issuer, and for whose users.

use std::sync::Arc;

use jiff::Timestamp;
use saml::metadata::{AcsEndpoint, Endpoint};
use saml::names::binding;
use saml::{Certificate, IdpMetadata, artifact};

use crate::config::Trusted;
use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};

/// The trusted tenants.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trust {
    tenants: Arc<[Tenant]>,
}

/// One trusted IdP.
#[derive(Debug, Clone)]
pub(crate) struct Tenant {
    pub(crate) entity_id: String,
    /// Where to send an AuthnRequest by HTTP-Redirect.
    pub(crate) sign_in: Option<String>,
    /// Where to send logout messages by HTTP-Redirect.
    pub(crate) sign_out: Option<SignOut>,
    /// Where its artifacts are exchanged by SOAP.
    pub(crate) artifact_resolution: Vec<Resolution>,
    /// Its signing certificates, old and new side by side while one takes over from the other.
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) domains: Vec<String>,
    /// When its metadata is no longer so, where that says.
    pub(crate) valid_until: Option<Timestamp>,
}

/// Where artifacts are exchanged for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resolution {
    /// What the artifact calls it.
    pub(crate) index: u16,
    pub(crate) location: String,
}

/// The addresses of single logout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignOut {
    pub(crate) requests: String,
    pub(crate) responses: String,
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

    /// The same with one change.
    pub(crate) fn changed(&self, change: impl FnOnce(&mut Vec<Tenant>)) -> Self {
        let mut tenants = self.tenants.to_vec();
        change(&mut tenants);
        Trust {
            tenants: tenants.into(),
        }
    }

    /// The same at this instant: whose metadata is over has no keys until newer metadata is read (Metadata 2.3.2).
    pub(crate) fn at(&self, now: Timestamp) -> Self {
        let is_over = |tenant: &Tenant| tenant.valid_until.is_some_and(|end| end <= now);
        if !self.tenants.iter().any(is_over) {
            return self.clone();
        }
        self.changed(|tenants| {
            for tenant in tenants.iter_mut().filter(|tenant| is_over(tenant)) {
                tenant.forget_keys();
            }
        })
    }

    /// The IdP that an artifact names as its issuer (Bindings 3.6.4).
    pub(crate) fn source(&self, source_id: &[u8; 20]) -> Option<&Tenant> {
        self.tenants
            .iter()
            .find(|tenant| artifact::source_id(&tenant.entity_id) == *source_id)
    }

    /// All of them, in the order of the configuration.
    pub(crate) fn tenants(&self) -> &[Tenant] {
        &self.tenants
    }

    /// Where a sign-in goes when nobody says whither.
    pub(crate) fn first(&self) -> Option<&Tenant> {
        self.tenants.first()
    }

    /// The certificates whose keys may sign for this Issuer: its own and nobody else's (Core 5.4.5: what KeyInfo says is not asked).
    pub(crate) fn certificates(&self, issuer: &str, flaws: Flaws) -> Result<Vec<&Certificate>, Denial> {
        if flaws.has(Flaw::IssuerUnbound) {
            return Ok(self
                .tenants
                .iter()
                .flat_map(|tenant| &tenant.certificates)
                .collect());
        }
        let tenant = self
            .tenant(issuer)
            .ok_or_else(|| Denial::UntrustedIssuer(issuer.to_owned()))?;
        Ok(tenant.certificates.iter().collect())
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
    pub(crate) fn new(trusted: Trusted) -> Self {
        let Trusted { metadata, domains } = trusted;
        let mut tenant = Tenant {
            entity_id: metadata.entity_id.clone(),
            sign_in: None,
            sign_out: None,
            artifact_resolution: Vec::new(),
            certificates: Vec::new(),
            domains,
            valid_until: None,
        };
        tenant.update(metadata);
        tenant
    }

    /// Takes over what newer metadata of this tenant says. Certificates are added: until the old one is removed,
    /// either may sign, so that nobody is locked out while the IdP changes over. The new ones are answered.
    pub(crate) fn update(&mut self, metadata: IdpMetadata) -> Vec<Certificate> {
        let by_redirect = |endpoints: Vec<Endpoint>| {
            endpoints
                .into_iter()
                .find(|endpoint| endpoint.binding == binding::REDIRECT && is_web_address(&endpoint.location))
        };
        if let Some(endpoint) = by_redirect(metadata.sso) {
            self.sign_in = Some(endpoint.location);
        }
        if let Some(endpoint) = by_redirect(metadata.slo) {
            let responses = endpoint.response_location.filter(|url| is_web_address(url));
            self.sign_out = Some(SignOut {
                responses: responses.unwrap_or_else(|| endpoint.location.clone()),
                requests: endpoint.location,
            });
        }
        let resolution = |(place, endpoint): (u16, AcsEndpoint)| Resolution {
            index: endpoint.index.unwrap_or(place),
            location: endpoint.location,
        };
        let by_soap =
            |(_, one): &(u16, AcsEndpoint)| one.binding == binding::SOAP && is_web_address(&one.location);
        self.artifact_resolution = (0..)
            .zip(metadata.artifact_resolution)
            .filter(by_soap)
            .map(resolution)
            .collect();
        let mut added = Vec::new();
        for certificate in metadata.signing {
            if !self.certificates.contains(&certificate) {
                self.certificates.push(certificate.clone());
                added.push(certificate);
            }
        }
        added
    }

    /// Takes away all certificates: newer metadata says which there are.
    pub(crate) fn forget_keys(&mut self) {
        self.certificates.clear();
    }

    /// Takes away the certificate with this thumbprint.
    pub(crate) fn remove_certificate(&mut self, thumbprint: &str) {
        self.certificates
            .retain(|certificate| certificate.thumbprint_sha1() != thumbprint);
    }
}

/// A browser is sent to web addresses only, whatever the metadata says (`javascript:`), and to such as a header
/// can carry.
pub(crate) fn is_web_address(location: &str) -> bool {
    let scheme = location
        .split_once("://")
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https"))
        && location.bytes().all(|byte| byte.is_ascii_graphic())
}
