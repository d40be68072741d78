//! What a recipe is forged against, and the placeholders that stand for it.
//!
//! | placeholder | stands for |
//! | --- | --- |
//! | `{now}` `{now-2h}` `{now+90s}` | an instant, UTC, in milliseconds; units s, m, h, d |
//! | `{now-1h.7}` `{now-1h@+05:00}` | the same with seven digits of the second; in another zone |
//! | `{fresh}` | a new ID |
//! | `{acs}` `{sp}` `{request}` | the ACS URL, the SP's entityID, the AuthnRequest's ID |
//! | `{acs:HOST}` `{acs-path}` | the ACS URL at another host; its path alone |
//! | `{request:swapped}` | the AuthnRequest's ID with each letter in the other case |
//! | `{issuer}` `{issuer:fabrikam}` | a tenant's entityID |
//! | `{alice}` `{attacker}` `{victim}` `{outsider}` | their NameIDs |
//! | `{certificate:KEY}` `{key-value:KEY}` | a key's certificate in Base64, its KeyValue element |
//! | `{signature:KEY:TEXT}` | the key's signature over TEXT, SHA-256, in Base64 |
//! | `{cube-root:PLACE}` `{cube-root-no-null:PLACE}` | a SignatureValue for the SignedInfo there, forged for exponent 3 |
//! | `{digest:PLACE}` | SHA-256 over the exclusive canonical form of an element without its Signature children |
//! | `{text:PLACE}` `{xml:PLACE}` `{attr:PLACE@NAME}` | what stands there now |
//! | `{repeat:N:TEXT}` `{base64:TEXT}` | TEXT N times; TEXT in Base64 |
//! | `{each}` `{v.NAME}` | the variant's text; a value kept in the flow |
//! | `{oob}` `{metadata}` | the out-of-band URL; the tenant's signed EntityDescriptor |
//!
//! `{{` is a brace.

use std::collections::BTreeMap;

use base64::prelude::*;
use jiff::Timestamp;
use mock_idp::{Directory, Tenant};
use saml::{AuthnRequest, SpMetadata};

use crate::{
    craft::{self, DigestInfo},
    fault::Fault,
    keys::KeyRing,
    moment::moment,
    persona::Persona,
    workbench::Workbench,
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

    /// A persona's NameID, as this SP's application issues it.
    ///
    /// # Errors
    /// Where the directory lost the persona.
    pub fn name_id(&self, persona: Persona) -> Result<String, Fault> {
        let user = self.tenant(persona).user(persona.name());
        user.map(|user| user.user_principal_name.clone())
            .ok_or_else(|| Fault::recipe(format!("the directory has no user {}", persona.name())))
    }

    /// Fills in the placeholders of a text. `bench` is the message as it stands.
    ///
    /// # Errors
    /// An unknown placeholder, or one that stands for nothing here.
    pub fn fill(&self, text: &str, bench: &Workbench) -> Result<String, Fault> {
        let mut out = String::with_capacity(text.len() + 64);
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            out.push_str(&rest[..open]);
            rest = &rest[open + 1..];
            if let Some(tail) = rest.strip_prefix('{') {
                out.push('{');
                rest = tail;
                continue;
            }
            let close = rest
                .find('}')
                .ok_or_else(|| Fault::recipe(format!("a placeholder is not closed in `{text}`")))?;
            out.push_str(&self.value(&rest[..close], bench)?);
            rest = &rest[close + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }

    fn value(&self, name: &str, bench: &Workbench) -> Result<String, Fault> {
        let none = |what: &str| Fault::recipe(format!("{{{name}}} stands for nothing here: {what}"));
        if let Ok(persona) = name.parse::<Persona>() {
            return self.name_id(persona);
        }
        if let Some(shift) = name.strip_prefix("now") {
            return moment(self.now, shift)
                .ok_or_else(|| none("write {now}, {now-2h}, {now+90s.7}, {now-1h@+05:00}"));
        }
        if let Some(kept) = name.strip_prefix("v.") {
            return self
                .values
                .get(kept)
                .cloned()
                .ok_or_else(|| none("no value was kept under that name"));
        }
        if let Some((kind, argument)) = name.split_once(':') {
            return match kind {
                "issuer" => Ok(self
                    .directory
                    .tenants
                    .iter()
                    .find(|t| t.domain.split('.').next() == Some(argument))
                    .ok_or_else(|| none("no tenant of that name"))?
                    .entity_id()),
                "certificate" => Ok(self.keys.named(argument, self.directory)?.certificate().base64()),
                "key-value" => Ok(saml::signature::key_value(
                    self.keys.named(argument, self.directory)?.certificate(),
                )),
                "signature" => {
                    let (key, text) = argument
                        .split_once(':')
                        .ok_or_else(|| none("write {signature:KEY:TEXT}"))?;
                    craft::signature_over(&self.keys.named(key, self.directory)?, text)
                }
                "cube-root" => craft::cube_root(bench, &place(argument)?, DigestInfo::Whole),
                "cube-root-no-null" => craft::cube_root(bench, &place(argument)?, DigestInfo::WithoutNull),
                "digest" => bench.digest(&place(argument)?),
                "text" => bench.text_at(&place(argument)?),
                "xml" => bench.xml_at(&place(argument)?),
                "attr" => {
                    let (at, attribute) = argument
                        .rsplit_once('@')
                        .ok_or_else(|| none("write {attr:PLACE@NAME}"))?;
                    bench.attribute_at(&place(at)?, attribute)
                }
                "repeat" => {
                    let (count, text) = argument
                        .split_once(':')
                        .ok_or_else(|| none("write {repeat:N:TEXT}"))?;
                    let count: usize = count.parse().map_err(|_| none("N is a number"))?;
                    if count.saturating_mul(text.len()) > 16 << 20 {
                        return Err(none("more than 16 MiB"));
                    }
                    Ok(text.repeat(count))
                }
                "base64" => Ok(BASE64_STANDARD.encode(argument)),
                "acs" => {
                    let (scheme, _, path) = self.acs_parts()?;
                    Ok(format!("{scheme}://{argument}{path}"))
                }
                "request" if argument == "swapped" => {
                    let id = &self
                        .request
                        .ok_or_else(|| none("the response is unsolicited"))?
                        .id;
                    let swapped = swap_case(id);
                    (swapped != *id)
                        .then_some(swapped)
                        .ok_or_else(|| none("the AuthnRequest's ID has no letter"))
                }
                _ => Err(none("no such placeholder")),
            };
        }
        match name {
            "fresh" => fresh_id(),
            "acs" => Ok(self.acs()?.to_owned()),
            "acs-path" => Ok(self.acs_parts()?.2.to_owned()),
            "sp" => Ok(self.sp.entity_id.clone()),
            "issuer" => Ok(self.directory.contoso().entity_id()),
            "request" => self
                .request
                .map(|request| request.id.clone())
                .ok_or_else(|| none("the response is unsolicited")),
            "each" => self
                .each
                .map(str::to_owned)
                .ok_or_else(|| none("the scenario has no `each`")),
            "oob" => self
                .out_of_band
                .map(str::to_owned)
                .ok_or_else(|| none("no out-of-band listener")),
            "metadata" => self.metadata(),
            _ => Err(none("no such placeholder")),
        }
    }

    /// Where responses go: what the request asked for, or the default.
    pub(crate) fn acs(&self) -> Result<&'a str, Fault> {
        self.request
            .and_then(|request| request.acs_url.as_deref())
            .or_else(|| self.sp.default_acs().map(|acs| acs.location.as_str()))
            .ok_or_else(|| Fault::recipe("the SP's metadata names no HTTP-POST ACS"))
    }

    /// Scheme, host with port, and the rest of the ACS URL.
    fn acs_parts(&self) -> Result<(&'a str, &'a str, &'a str), Fault> {
        let acs = self.acs()?;
        let (scheme, rest) = acs
            .split_once("://")
            .ok_or_else(|| Fault::recipe(format!("the ACS {acs} is no absolute URL")))?;
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        Ok((scheme, host, path))
    }

    fn metadata(&self) -> Result<String, Fault> {
        let tenant = self.directory.contoso();
        let application = tenant.application(&self.sp.entity_id);
        let bytes = mock_idp::federation_metadata(tenant, self.origin, application)
            .map_err(|e| Fault::recipe(format!("the federation metadata cannot be made: {e}")))?;
        let text = String::from_utf8_lossy(&bytes);
        let start = text.find("<EntityDescriptor").unwrap_or(0);
        Ok(text[start..].to_owned())
    }
}

fn place(text: &str) -> Result<crate::selector::Selector, Fault> {
    text.parse().map_err(Fault::recipe)
}

fn swap_case(text: &str) -> String {
    let swap = |c: char| {
        if c.is_ascii_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    };
    text.chars().map(swap).collect()
}

/// A new ID as Azure writes them: an underscore and a lower-case GUID.
pub(crate) fn fresh_id() -> Result<String, Fault> {
    let mut b = [0u8; 16];
    getrandom::fill(&mut b).map_err(|e| Fault::recipe(format!("the system gives no random bytes: {e}")))?;
    b[6] = b[6] & 0x0f | 0x40;
    b[8] = b[8] & 0x3f | 0x80;
    let hex: String = b.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!(
        "_{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    ))
}
