//! The Web Browser SSO profile, in its order: from a form field to who it signs in (Profiles 4.1.4.3).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use roxmltree::Node;
use saml::SigningKey;
use saml::document::children;
use saml::names::ns;

use crate::clock::{SKEW, after};
use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};
use crate::identity::Identity;
use crate::instants::Instants;
use crate::memory::{Memory, Request};
use crate::merged;
use crate::message::{self, Message, only};
use crate::trust::Trust;
use crate::{conditions, context, decrypt, subject, verify};

/// The Format of an Issuer, where one is given (Profiles 4.1.4.2).
const ENTITY: &str = saml::names::name_id::ENTITY;

/// The claim in which Azure AD names the tenant. It decides nothing.
const TENANT: &str = "http://schemas.microsoft.com/identity/claims/tenantid";

/// How long an Assertion without any end is remembered as used. Only a switch lets one in.
const UNBOUNDED: SignedDuration = SignedDuration::from_hours(24);

/// Everything that a message is held against.
pub(crate) struct Profile<'a> {
    pub(crate) entity_id: &'a str,
    pub(crate) acs_url: &'a str,
    /// What carried the message was signed by the IdP, and verified: the Response counts as signed.
    pub(crate) is_signed: bool,
    pub(crate) trust: &'a Trust,
    pub(crate) flaws: Flaws,
    pub(crate) memory: &'a Memory,
    pub(crate) now: Timestamp,
    /// Open what is encrypted, where they are published.
    pub(crate) decryption: &'a [SigningKey],
    pub(crate) sp_initiated_only: bool,
    /// Whether one signature is not enough.
    pub(crate) both_signed: bool,
}

/// A message that was accepted.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) identity: Identity,
    /// The request of ours that it answers; `None` for IdP-initiated sign-in.
    pub(crate) request: Option<Request>,
}

impl Profile<'_> {
    /// Judges one SAMLResponse field. Accepting it uses up the Assertion and the request that it answers. `again` is what a second
    /// parser reads the user from: for a switch.
    pub(crate) fn judge(&self, field: &str, again: Option<&str>) -> Result<Accepted, Denial> {
        let text = message::decode(field, self.flaws)?;
        let sent = Message::parse(&text, self.flaws)?;
        let instants = Instants::new(self.now, self.flaws);

        let response = sent.response()?;
        sent.unique_ids()?;
        if self.flaws.has(Flaw::ReplayKeyUnsigned) {
            let id = message::identified(response, "the Response")?;
            self.memory
                .use_once("", id, after(self.now, UNBOUNDED), self.now)?;
        }
        if !self.flaws.has(Flaw::NoStatus) {
            message::succeeded(response)?;
        }
        instants.past(response, "IssueInstant")?;

        // From here on, `sent` is the message as it came, and `message` the one that is read: the same, unless its
        // Assertion was encrypted.
        let opened = decrypt::opened(&sent, response, self.decryption)?;
        let opened = opened
            .as_ref()
            .map(|opened| {
                let message = Message::parse(&opened.text, self.flaws)?;
                Ok::<_, Denial>(Message {
                    decrypted: Some(opened.at),
                    ..message
                })
            })
            .transpose()?;
        let message = opened.as_ref().unwrap_or(&sent);
        if opened.is_some() {
            message.unique_ids()?;
        }
        let response = message.response()?;
        let candidate = verify::candidate(message, response)?;
        let issuer = self.issuer(message, response, candidate)?;
        let mut trusted = self.trust.certificates(&issuer, self.flaws)?;
        if self.flaws.has(Flaw::IssuerUnbound) {
            trusted.extend(self.decryption.iter().map(SigningKey::certificate));
        }
        let proven = verify::prove(&sent, message, candidate, &trusted, self.is_signed)?;
        if self.both_signed && !(proven.response_signed && proven.assertion_signed) {
            return Err(Denial::OneSignature);
        }
        self.destination(response, proven.response_signed)?;

        // Read is what was verified; switches read the message anew.
        let anew = verify::anew(message);
        let anew = anew
            .as_deref()
            .map(|text| Message::parse(text, self.flaws))
            .transpose()?;
        let (message, assertion) = match &anew {
            None => (message, proven.assertion),
            Some(anew) => (anew, anew.first_assertion()?),
        };

        // The same once more for the name and the attributes, which are encrypted below the signature.
        let inside = decrypt::inside(message, assertion, self.decryption)?;
        let inside = inside
            .as_deref()
            .map(|text| Message::parse(text, self.flaws))
            .transpose()?;
        let (message, assertion) = match &inside {
            None => (message, assertion),
            Some(inside) => (
                inside,
                inside
                    .element_at(assertion.range().start)
                    .ok_or(Denial::AssertionCount(0))?,
            ),
        };
        let id = message::identified(assertion, "the Assertion")?;
        instants.past(assertion, "IssueInstant")?;
        let valid = conditions::conditions(message, assertion, instants, self.entity_id)?;
        let subject = subject::subject(assertion)?;
        let in_response_to = response.attribute("InResponseTo");
        let confirmed = subject::confirmed(message, subject, instants, self.acs_url, in_response_to)?;
        let until = bound(&[valid.end, confirmed.until], instants)?;
        let signed_in = conditions::statements(message, assertion, instants)?;
        let request = self.request(in_response_to, &issuer)?;
        if let Some(request) = request.as_ref().filter(|request| request.force) {
            conditions::fresh(signed_in, request.sent)?;
        }
        if let Some(requested) = request.as_ref().and_then(|request| request.context.as_ref())
            && !self.flaws.has(Flaw::AuthnContextIgnored)
        {
            context::fits(assertion, requested)?;
        }
        let again = again.map(|text| Message::parse(text, self.flaws)).transpose()?;
        let (message, read) = match &again {
            Some(again) => (again, again.namesake(id)?),
            None => (message, assertion),
        };
        let described = merged::described(message, read);
        let attributes = attributes(message, described)?;
        let issuer = self.tenant(issuer, request.as_ref(), &attributes);
        let subject = subject::subject(described)?;
        let mut name_id = subject::name_id(message, subject, &issuer, self.entity_id)?;
        if self.flaws.has(Flaw::AttrMerge) {
            name_id.value = merged::name_among_lines(message, assertion, &name_id.value);
        }
        self.trust.may_speak_for(&issuer, &name_id.value, self.flaws)?;

        self.use_up(&issuer, id, until, in_response_to.filter(|_| request.is_some()))?;
        Ok(Accepted {
            identity: Identity {
                name_id: name_id.value,
                name_id_format: name_id.format,
                issuer,
                attributes,
                session_until: signed_in.until,
                session_index: conditions::session_index(assertion),
                account: None,
            },
            request,
        })
    }

    /// The Assertion's Issuer, which is that of the Response too where it names one (Profiles 4.1.4.2).
    fn issuer(
        &self,
        message: &Message<'_>,
        response: Node<'_, '_>,
        assertion: Node<'_, '_>,
    ) -> Result<String, Denial> {
        let of_assertion = issuer(message, assertion)?.ok_or(Denial::NoIssuer)?;
        match issuer(message, response)? {
            Some(of_response) if of_response != of_assertion && !self.flaws.has(Flaw::IssuerUnbound) => {
                Err(Denial::IssuerMismatch {
                    response: of_response,
                    assertion: of_assertion,
                })
            }
            _ => Ok(of_assertion),
        }
    }

    /// The Destination is our ACS, character by character (Core 3.2.2); a signed Response must have one
    /// (Bindings 3.5.5.2).
    fn destination(&self, response: Node<'_, '_>, signed: bool) -> Result<(), Denial> {
        match response.attribute("Destination") {
            _ if self.flaws.has(Flaw::NoDestination) => Ok(()),
            Some(destination) if self.flaws.same(destination, self.acs_url) => Ok(()),
            Some(other) => Err(Denial::Destination(other.to_owned())),
            None if signed => Err(Denial::NoDestination),
            None => Ok(()),
        }
    }

    /// The outstanding request that the message answers. A message that names none is unsolicited, a message that
    /// names one of which we know nothing is refused (Profiles 4.1.4.3, 4.1.5).
    fn request(&self, in_response_to: Option<&str>, issuer: &str) -> Result<Option<Request>, Denial> {
        if self.flaws.has(Flaw::NoInResponseTo) {
            return Ok(None);
        }
        let Some(id) = in_response_to else {
            return if self.sp_initiated_only {
                Err(Denial::Unsolicited)
            } else {
                Ok(None)
            };
        };
        let request = self
            .memory
            .request(id, self.now)
            .ok_or_else(|| Denial::UnknownRequest(id.to_owned()))?;
        let unbound = [Flaw::IssuerUnbound, Flaw::TenantFromRequest];
        if request.idp != issuer && !unbound.iter().any(|flaw| self.flaws.has(*flaw)) {
            return Err(Denial::OtherIdp {
                request: id.to_owned(),
                sent_to: request.idp,
                issuer: issuer.to_owned(),
            });
        }
        Ok(Some(request))
    }

    /// Whose user it is: the Issuer's whose key signed, whomever the request was sent to and whatever a claim says.
    fn tenant(
        &self,
        issuer: String,
        request: Option<&Request>,
        attributes: &BTreeMap<String, Vec<String>>,
    ) -> String {
        if !self.flaws.has(Flaw::TenantFromRequest) {
            return issuer;
        }
        let claimed = attributes.get(TENANT).and_then(|ids| ids.first());
        let tenants = self.trust.tenants().iter().map(|tenant| &tenant.entity_id);
        let asked = request.map(|request| &request.idp);
        asked
            .or_else(|| claimed.and_then(|id| tenants.clone().find(|tenant| tenant.contains(id.as_str()))))
            .cloned()
            .unwrap_or(issuer)
    }

    /// Takes the request and the Assertion out of circulation: the last step, so that a message which is refused
    /// uses up nothing of anybody's.
    fn use_up(
        &self,
        issuer: &str,
        id: &str,
        until: Option<Timestamp>,
        request: Option<&str>,
    ) -> Result<(), Denial> {
        if !self.flaws.has(Flaw::NoReplay) && !self.flaws.has(Flaw::ReplayKeyUnsigned) {
            let until = until.map_or_else(|| after(self.now, UNBOUNDED), |until| after(until, SKEW));
            self.memory.use_once(issuer, id, until, self.now)?;
        }
        match request {
            Some(id) => self
                .memory
                .consume_request(id)
                .map(drop)
                .ok_or_else(|| Denial::UnknownRequest(id.to_owned())),
            None => Ok(()),
        }
    }
}

/// The Issuer of a Response or an Assertion: an entity, or of no format (Core 2.2.5).
fn issuer(message: &Message<'_>, element: Node<'_, '_>) -> Result<Option<String>, Denial> {
    if message.flaws.has(Flaw::IssuerUnbound) {
        let first = children(element, ns::SAML, "Issuer").next();
        return Ok(Some(
            first.map_or_else(String::new, |issuer| message.text_of(issuer)),
        ));
    }
    if children(element, ns::SAML, "Issuer").next().is_none() {
        return Ok(None);
    }
    let issuer = only(children(element, ns::SAML, "Issuer")).ok_or(Denial::NoIssuer)?;
    if issuer.attribute("Format").is_some_and(|format| format != ENTITY) {
        return Err(Denial::NoIssuer);
    }
    let value = message.text_of(issuer);
    if value.is_empty() {
        Err(Denial::NoIssuer)
    } else {
        Ok(Some(value))
    }
}

/// The latest end of those given: something must end.
fn bound(ends: &[Option<Timestamp>], instants: Instants) -> Result<Option<Timestamp>, Denial> {
    let latest = ends.iter().flatten().max().copied();
    if latest.is_none() && !instants.are_ignored() {
        Err(Denial::Unbounded)
    } else {
        Ok(latest)
    }
}

/// The attributes of the Assertion's own statements, by Name. FriendlyName and NameFormat decide nothing.
fn attributes(
    message: &Message<'_>,
    assertion: Node<'_, '_>,
) -> Result<BTreeMap<String, Vec<String>>, Denial> {
    let mut attributes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for statement in children(assertion, ns::SAML, "AttributeStatement") {
        if !statement.children().any(|node| node.is_element()) {
            return Err(Denial::EmptyAttributeStatement);
        }
        for attribute in children(statement, ns::SAML, "Attribute") {
            let name = attribute
                .attribute("Name")
                .filter(|name| !name.is_empty())
                .ok_or(Denial::AttributeName)?;
            let values = children(attribute, ns::SAML, "AttributeValue").map(|value| message.text_of(value));
            attributes.entry(name.to_owned()).or_default().extend(values);
        }
    }
    Ok(attributes)
}
