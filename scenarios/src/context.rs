//! What a recipe is forged against: the directory, the SP, the request, the clock.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mock_idp::{Directory, SignIn, Tenant};
use proofs::TrustedKey;
use saml::{AuthnRequest, SpMetadata, names::name_id};

use crate::{
    claim::{Claim, Claims},
    fault::Fault,
    keys::KeyRing,
    persona::Persona,
};

/// Everything outside the recipe that a message depends on.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The tenants, with an application for the SP in each.
    pub directory: &'a Directory,
    /// The SP that the message is for.
    pub sp: &'a SpMetadata,
    /// The keys that recipes call by name.
    pub keys: &'a KeyRing,
    /// The IdP's own origin, `http://localhost:8400`.
    pub origin: &'a str,
    /// The AuthnRequest that is answered; none for an unsolicited response.
    pub request: Option<&'a AuthnRequest>,
    /// The RelayState that came with it.
    pub relay_state: Option<&'a str>,
    /// The IdP's clock.
    pub now: Timestamp,
    /// What Microsoft's documentation leaves open, as the IdP is set up.
    pub azure: mock_idp::Azure,
    /// The Name of the Attribute that this SP takes as a user's identity; none where the NameID alone is.
    pub identity: Option<&'a str>,
    /// How this SP was seen to read what is encrypted for it; none where nobody has seen that.
    pub encryption: Option<saml::encryption::Options>,
    /// The out-of-band URL of this firing.
    pub out_of_band: Option<&'a str>,
    /// The text for `{each}`.
    pub each: Option<&'a str>,
    /// Values kept in the flow.
    pub values: &'a BTreeMap<String, String>,
}

impl<'a> Context<'a> {
    /// The tenant that a persona belongs to.
    pub fn tenant(&self, persona: Persona) -> &'a Tenant {
        match persona {
            Persona::Outsider => self.directory.fabrikam(),
            _ => self.directory.contoso(),
        }
    }

    /// What the IdP says of a persona in answer to this request, under one claim: in a NameID of the format that the request
    /// asks for, and the first value of an attribute with several. A transient NameID is another each time; the account name
    /// stands for it. None where the IdP says nothing, or the directory lost the persona.
    pub fn value_of(&self, persona: Persona, claim: &Claim) -> Option<String> {
        self.claims(persona).ok()?.value(claim).map(str::to_owned)
    }

    /// The claims of which this SP takes a user's identity: the NameID, and the attribute where there is one.
    pub fn identity_claims(&self) -> impl Iterator<Item = Claim> + use<> {
        let attribute = self.identity.map(|name| Claim::Attribute(name.to_owned()));
        std::iter::once(Claim::NameId).chain(attribute)
    }

    /// The keys that the SP trusts, each for the one issuer it may speak for.
    pub fn trusted(&self) -> Vec<TrustedKey> {
        let published = self.directory.tenants.iter().flat_map(|tenant| {
            let keys = tenant.keys.published.iter();
            keys.map(move |key| (tenant.entity_id(), key.certificate().public_key()))
        });
        published
            .map(|(issuer, key)| TrustedKey { issuer, key })
            .collect()
    }

    /// All that the IdP says of a persona in answer to this request.
    pub(crate) fn claims(&self, persona: Persona) -> Result<Claims, Fault> {
        let response = self.draft(persona)?;
        let mut claims = Claims::of(&response);
        let assertion = response.assertions.first();
        let format = assertion.and_then(|a| a.subject.name_id.as_ref()?.format.as_deref());
        if format == Some(name_id::TRANSIENT)
            && let Some(user) = self.tenant(persona).user(persona.name())
        {
            claims.name_id.clone_from(&user.user_principal_name);
        }
        Ok(claims)
    }

    /// The unsigned model of a flawless login of this persona, in Azure's shape.
    pub(crate) fn draft(&self, persona: Persona) -> Result<saml::Response, Fault> {
        let tenant = self.tenant(persona);
        let application = tenant
            .application(&self.sp.entity_id)
            .ok_or_else(|| Fault::recipe("the directory has no application for this SP"))?;
        let user = tenant
            .user(persona.name())
            .ok_or_else(|| Fault::recipe(format!("the directory has no user {}", persona.name())))?;
        let sign_in = SignIn {
            request: self.request,
            azure: self.azure,
            ..SignIn::new(tenant, application, user, self.now)
        };
        Ok(mock_idp::draft(&sign_in))
    }

    /// Where LogoutRequests go by this binding, where the SP takes any.
    pub(crate) fn slo(&self, by: &str) -> Option<&'a str> {
        let mut services = self.sp.slo.iter();
        let service = services.find(|slo| slo.binding == by);
        service.map(|slo| slo.location.as_str())
    }

    /// Where responses go: what the request asked for, or the default.
    pub(crate) fn acs(&self) -> Result<&'a str, Fault> {
        self.request
            .and_then(|request| request.acs_url.as_deref())
            .or_else(|| self.sp.default_acs().map(|acs| acs.location.as_str()))
            .ok_or_else(|| Fault::recipe("the SP's metadata names no HTTP-POST ACS"))
    }
}
