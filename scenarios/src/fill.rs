//! The placeholders in a recipe's texts.
//!
//! | placeholder | stands for |
//! | --- | --- |
//! | `{now}` `{now-2h}` `{now+90s}` | an instant, UTC, in milliseconds; units s, m, h, d |
//! | `{now-1h.7}` `{now-1h@+05:00}` `{now@}` | the same with seven digits of the second; in another zone; without naming one |
//! | `{today}` `{today+1d}` | the date alone, UTC |
//! | `{fresh}` | a new ID |
//! | `{acs}` `{sp}` `{request}` | the ACS URL, the SP's entityID, the AuthnRequest's ID |
//! | `{acs:HOST}` `{acs-path}` `{acs-origin}` | the ACS URL at another host; its path alone; what stands before that |
//! | `{acs-host}` | the host of the ACS URL |
//! | `{acs-other-scheme}` `{acs-second}` | the ACS URL with http for https or the reverse; another ACS URL of the same SP (on paper, where it has one, a path below that) |
//! | `{slo}` `{slo-post}` `{slo-soap}` | where LogoutRequests go by HTTP-Redirect, by HTTP-POST, and by SOAP (on paper, where there is none, a path below the ACS) |
//! | `{acs-simple-sign}` `{acs-artifact}` | the ACS for HTTP-POST-SimpleSign, and for HTTP-Artifact (on paper, where there is none, a path below the ACS) |
//! | `{request:swapped}` | the AuthnRequest's ID with each letter in the other case |
//! | `{issuer}` `{issuer:fabrikam}` | a tenant's entityID |
//! | `{alice}` `{attacker}` `{victim}` `{outsider}` | what the IdP calls them: their NameIDs, or their values of the attribute into which `Identity` writes |
//! | `{victim:NAME}` | their first value of the attribute of this Name |
//! | `{like:STYLE:PLACEHOLDER}` | something that looks like what the other placeholder stands for, or means the same to some: `cyrillic`, `fullwidth`, `guest` and more, see `likeness.rs` |
//! | `{identity}` `{identity:victim}` | the Name of the attribute that this SP takes as identity, Azure's for mail addresses where it takes none; by what it knows somebody |
//! | `{certificate:KEY}` `{key-value:KEY}` | a key's certificate in Base64, its KeyValue element |
//! | `{signature:KEY:TEXT}` | the key's signature over TEXT, SHA-256, in Base64 |
//! | `{cube-root:PLACE}` `{cube-root-no-null:PLACE}` | a SignatureValue for the SignedInfo there, forged for exponent 3 |
//! | `{digest:PLACE}` | SHA-256 over the exclusive canonical form of an element without its Signature children |
//! | `{canonical:PLACE}` | an element's exclusive canonical form |
//! | `{text:PLACE}` `{xml:PLACE}` `{attr:PLACE@NAME}` | what stands there now |
//! | `{repeat:N:TEXT}` `{count:N:TEXT}` `{base64:TEXT}` | TEXT N times; the same with a number, from 1, for each `#` in it; TEXT in Base64 |
//! | `{inflating:N}` | Base64 of raw DEFLATE that stands for N megabytes of spaces |
//! | `{upper:NAME}` `{base64-of:NAME}` | what the placeholder NAME stands for, in capitals; in Base64 |
//! | `{each}` `{v.NAME}` | the variant's text; a value kept in the flow |
//! | `{oob}` `{metadata}` | the out-of-band URL; the tenant's signed EntityDescriptor |
//!
//! `{{` is a brace. In markup what a person is called is escaped; everything else stands as it is.

use base64::prelude::*;
use saml::{document::escape_text, names::binding};

use crate::{
    claim::Claim,
    context::Context,
    craft::{self, DigestInfo},
    fault::Fault,
    likeness::likeness,
    moment::moment,
    persona::Persona,
    selector::Selector,
    workbench::Workbench,
};

/// The claim in which Azure issues mail addresses.
const MAIL: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress";

/// A text with placeholders, and what they need to know of where it goes.
#[derive(Clone, Copy)]
pub(crate) struct Filling<'t> {
    text: &'t str,
    claim: &'t Claim,
    markup: bool,
}

impl<'t> Filling<'t> {
    /// A text that is text.
    pub(crate) fn text(text: &'t str) -> Self {
        Self {
            text,
            claim: &Claim::NameId,
            markup: false,
        }
    }

    /// A text that is markup.
    pub(crate) fn markup(text: &'t str) -> Self {
        Self {
            markup: true,
            ..Self::text(text)
        }
    }

    /// The same, to be written as the value of a claim: `{victim}` is then the victim's value of that claim.
    pub(crate) fn as_value_of(self, claim: &'t Claim) -> Self {
        Self { claim, ..self }
    }
}

impl Context<'_> {
    /// Fills in the placeholders of a text. `bench` is the message as it stands.
    ///
    /// # Errors
    /// An unknown placeholder, or one that stands for nothing here.
    pub fn fill(&self, text: &str, bench: &Workbench) -> Result<String, Fault> {
        self.filled(Filling::text(text), bench)
    }

    /// The same, for texts that are more than text.
    pub(crate) fn filled(&self, filling: Filling<'_>, bench: &Workbench) -> Result<String, Fault> {
        let text = filling.text;
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
            let one = One {
                context: self,
                bench,
                filling,
                name: &rest[..close],
            };
            out.push_str(&one.value()?);
            rest = &rest[close + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// One placeholder.
struct One<'a> {
    context: &'a Context<'a>,
    bench: &'a Workbench,
    filling: Filling<'a>,
    name: &'a str,
}

impl One<'_> {
    fn value(&self) -> Result<String, Fault> {
        let context = self.context;
        if let Ok(persona) = self.name.parse() {
            return self.called(persona, self.filling.claim);
        }
        if let Some(shift) = self.name.strip_prefix("now") {
            return moment(context.now, shift)
                .ok_or_else(|| self.nothing("write {now}, {now-2h}, {now+90s.7}, {now-1h@+05:00}"));
        }
        if let Some(shift) = self.name.strip_prefix("today") {
            let date = moment(context.now, shift).and_then(|at| Some(at.split_once('T')?.0.to_owned()));
            return date.ok_or_else(|| self.nothing("write {today}, {today+1d}"));
        }
        if let Some(kept) = self.name.strip_prefix("v.") {
            let value = context.values.get(kept).cloned();
            return value.ok_or_else(|| self.nothing("no value was kept under that name"));
        }
        if let Some((kind, argument)) = self.name.split_once(':') {
            return self.value_with(kind, argument);
        }
        match self.name {
            "fresh" => fresh_id(),
            "acs" => Ok(context.acs()?.to_owned()),
            "acs-path" => Ok(self.acs_parts()?.1.to_owned()),
            "acs-origin" => {
                let path = self.acs_parts()?.1;
                Ok(context.acs()?.trim_end_matches(path).to_owned())
            }
            "acs-other-scheme" => match context.acs()?.split_once(':') {
                Some(("https", rest)) => Ok(format!("http:{rest}")),
                Some((_, rest)) => Ok(format!("https:{rest}")),
                None => Err(self.nothing("the ACS URL has no scheme")),
            },
            "acs-second" => {
                let usual = context.acs()?;
                let posts = |acs: &&saml::metadata::AcsEndpoint| acs.binding == binding::POST;
                let mut others = context.sp.acs.iter().filter(posts).map(|acs| &acs.location);
                let other = others.find(|location| *location != usual).cloned();
                Ok(other.unwrap_or_else(|| format!("{usual}/second")))
            }
            "slo" => self.slo(binding::REDIRECT),
            "slo-post" => self.slo(binding::POST),
            "slo-soap" => self.slo(binding::SOAP),
            "acs-simple-sign" => self.acs_by(binding::POST_SIMPLE_SIGN, "simple-sign"),
            "acs-artifact" => self.acs_by(binding::ARTIFACT, "artifact"),
            "acs-host" => {
                let (scheme, path) = self.acs_parts()?;
                let origin = context.acs()?.trim_end_matches(path);
                let host = origin.trim_start_matches(scheme).trim_start_matches("://");
                let port = host
                    .rsplit_once(':')
                    .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
                Ok(port.map_or(host, |(name, _)| name).to_owned())
            }
            "sp" => Ok(context.sp.entity_id.clone()),
            "issuer" => Ok(context.directory.contoso().entity_id()),
            "request" => self.request().map(str::to_owned),
            "each" => {
                let each = context.each.map(str::to_owned);
                each.ok_or_else(|| self.nothing("the scenario has no `each`"))
            }
            "identity" => Ok(context.identity.unwrap_or(MAIL).to_owned()),
            "oob" => {
                let url = context.out_of_band.map(str::to_owned);
                url.ok_or_else(|| self.nothing("no out-of-band listener"))
            }
            "metadata" => self.metadata(),
            _ => Err(self.nothing("no such placeholder")),
        }
    }

    fn value_with(&self, kind: &str, argument: &str) -> Result<String, Fault> {
        let Self { context, bench, .. } = *self;
        let key = |name: &str| context.keys.named(name, context.directory);
        if let Ok(persona) = kind.parse() {
            return self.called(persona, &Claim::Attribute(argument.to_owned()));
        }
        match kind {
            "issuer" => {
                let mut tenants = context.directory.tenants.iter();
                let named = tenants.find(|t| t.domain.split('.').next() == Some(argument));
                Ok(named
                    .ok_or_else(|| self.nothing("no tenant of that name"))?
                    .entity_id())
            }
            "certificate" => Ok(key(argument)?.certificate().base64()),
            "key-value" => Ok(saml::signature::key_value(key(argument)?.certificate())),
            "signature" => {
                let (name, text) = argument
                    .split_once(':')
                    .ok_or_else(|| self.nothing("write {signature:KEY:TEXT}"))?;
                craft::signature_over(&key(name)?, text)
            }
            "cube-root" => craft::cube_root(bench, &self.place(argument)?, DigestInfo::Whole),
            "cube-root-no-null" => craft::cube_root(bench, &self.place(argument)?, DigestInfo::WithoutNull),
            "digest" => bench.digest(&self.place(argument)?),
            "canonical" => bench.canonical(&self.place(argument)?),
            "text" => bench.text_at(&self.place(argument)?),
            "xml" => bench.xml_at(&self.place(argument)?),
            "attr" => {
                let (at, attribute) = argument
                    .rsplit_once('@')
                    .ok_or_else(|| self.nothing("write {attr:PLACE@NAME}"))?;
                bench.attribute_at(&self.place(at)?, attribute)
            }
            "repeat" => {
                let (count, text) = self.times(argument)?;
                Ok(text.repeat(count))
            }
            "count" => {
                let (count, text) = self.times(argument)?;
                let numbered = (1..=count).map(|number| text.replace('#', &number.to_string()));
                Ok(numbered.collect())
            }
            "inflating" => {
                let megabytes = argument.parse().ok().filter(|n| *n <= 1024);
                let megabytes = megabytes.ok_or_else(|| self.nothing("N is a number up to 1024"))?;
                Ok(BASE64_STANDARD.encode(saml::binding::inflating(megabytes)))
            }
            "base64" => Ok(BASE64_STANDARD.encode(argument)),
            "upper" => {
                let named = One {
                    name: argument,
                    ..*self
                };
                Ok(named.value()?.to_uppercase())
            }
            "base64-of" => {
                let named = One {
                    name: argument,
                    ..*self
                };
                Ok(BASE64_STANDARD.encode(named.value()?))
            }
            "identity" => {
                let persona = argument.parse().map_err(|()| self.nothing("no such persona"))?;
                let attribute = context.identity.map(|name| Claim::Attribute(name.to_owned()));
                self.called(persona, &attribute.unwrap_or(Claim::NameId))
            }
            "like" => {
                let (style, name) = argument
                    .split_once(':')
                    .ok_or_else(|| self.nothing("write {like:STYLE:PLACEHOLDER}"))?;
                let looks_like = likeness(style, &One { name, ..*self }.value()?);
                looks_like
                    .ok_or_else(|| self.nothing("no such style, or nothing in it that could look otherwise"))
            }
            "acs" => {
                let (scheme, path) = self.acs_parts()?;
                Ok(format!("{scheme}://{argument}{path}"))
            }
            "request" if argument == "swapped" => likeness("swapped", self.request()?)
                .ok_or_else(|| self.nothing("the AuthnRequest's ID has no letter")),
            _ => Err(self.nothing("no such placeholder")),
        }
    }

    /// Where logout messages go by a binding; on paper, where they go nowhere, a path below the ACS.
    fn slo(&self, by: &str) -> Result<String, Fault> {
        match self.context.slo(by) {
            Some(slo) => Ok(slo.to_owned()),
            None => Ok(format!("{}/logout", self.context.acs()?)),
        }
    }

    /// The ACS of a binding; on paper, where there is none, a path below the usual one.
    fn acs_by(&self, by: &str, path: &str) -> Result<String, Fault> {
        let mut all = self.context.sp.acs.iter();
        match all.find(|acs| acs.binding == by) {
            Some(acs) => Ok(acs.location.clone()),
            None => Ok(format!("{}/{path}", self.context.acs()?)),
        }
    }

    /// A number and a text, of which there is no more than anybody sends.
    fn times<'t>(&self, argument: &'t str) -> Result<(usize, &'t str), Fault> {
        let (count, text) = argument
            .split_once(':')
            .ok_or_else(|| self.nothing("write {repeat:N:TEXT}"))?;
        let count: usize = count.parse().map_err(|_| self.nothing("N is a number"))?;
        match count.saturating_mul(text.len()) > 16 << 20 {
            true => Err(self.nothing("more than 16 MiB")),
            false => Ok((count, text)),
        }
    }

    /// What the IdP calls a person under a claim.
    fn called(&self, persona: Persona, claim: &Claim) -> Result<String, Fault> {
        let claims = self.bench.people.of(persona, || self.context.claims(persona))?;
        let value = claims.value(claim).ok_or_else(|| {
            let nameless = format!("the identity provider issues {} no {claim}", persona.name());
            self.nothing(&nameless)
        })?;
        Ok(match self.filling.markup {
            true => escape_text(value).into_owned(),
            false => value.to_owned(),
        })
    }

    /// A place in the message; `Identity` is where the value that is being written stands.
    fn place(&self, text: &str) -> Result<Selector, Fault> {
        let place: Selector = text.parse().map_err(Fault::recipe)?;
        Ok(place.of(self.filling.claim))
    }

    fn request(&self) -> Result<&str, Fault> {
        let request = self.context.request;
        request
            .map(|request| request.id.as_str())
            .ok_or_else(|| self.nothing("the response is unsolicited"))
    }

    /// Scheme and path of the ACS URL.
    fn acs_parts(&self) -> Result<(&str, &str), Fault> {
        let acs = self.context.acs()?;
        let (scheme, rest) = acs
            .split_once("://")
            .ok_or_else(|| Fault::recipe(format!("the ACS {acs} is no absolute URL")))?;
        Ok((scheme, &rest[rest.find('/').unwrap_or(rest.len())..]))
    }

    fn metadata(&self) -> Result<String, Fault> {
        let context = self.context;
        let tenant = context.directory.contoso();
        let application = tenant.application(&context.sp.entity_id);
        let bytes = mock_idp::federation_metadata(tenant, context.origin, application)
            .map_err(|e| Fault::recipe(format!("the federation metadata cannot be made: {e}")))?;
        let text = String::from_utf8_lossy(&bytes);
        let start = text.find("<EntityDescriptor").unwrap_or(0);
        Ok(text[start..].to_owned())
    }

    fn nothing(&self, why: &str) -> Fault {
        Fault::recipe(format!("{{{}}} stands for nothing here: {why}", self.name))
    }
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
