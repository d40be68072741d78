//! The signature beside a message, over the octets as they travel: in the query of HTTP-Redirect (Bindings 3.4.4.1) and in the form
//! of POST-SimpleSign. A recipe has all of it in its hand: order, repetition, letters, and what is signed.

use base64::prelude::*;
use openssl::{error::ErrorStack, hash::MessageDigest, pkey::PKey, sign::Signer};
use percent_encoding::percent_decode_str;
use saml::{
    binding::{Percent, deflate, percent_encode_with},
    names::{alg, binding},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    context::Context, fault::Fault, kind::Kind, logout, persona::Persona, signing, workbench::Workbench,
};

/// How the signature beside a message is made. What is left out is as Azure signs: K1, RSA-SHA256, over what is sent without the
/// Signature itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Detached {
    /// What is signed, where that is not the query as it is sent without its Signature. In a form `{message}` stands for the
    /// message's own text, as POST-SimpleSign signs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<String>,
    /// Whose key, as in `sign`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// A shared secret instead of a key, as in `sign`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// SigAlg: a short name (`rsa-sha1`, `hmac-sha256`, …) or a URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Writes percent-encoding in small letters, as Azure does in single logout.
    #[serde(skip_serializing_if = "crate::operation::is_false")]
    pub lower_case: bool,
    /// How the message is deflated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packing: Option<Packing>,
    /// Another message of the IdP's, genuine, about the attacker himself: `{beside}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beside: Option<Kind>,
}

/// How a message is deflated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Packing {
    /// With header and checksum around it (RFC 1950), where raw DEFLATE is asked for.
    Zlib,
    /// Sixteen octets of something else behind the last block.
    TrailingOctets,
    /// A second DEFLATE stream behind the first.
    SecondStream,
}

/// What travels: the texts of a recipe, and what stands in them.
pub(crate) struct Detachment<'a> {
    pub(crate) how: &'a Detached,
    /// Whether it travels in a query.
    pub(crate) by_query: bool,
    pub(crate) message: &'a [u8],
    pub(crate) relay_state: Option<&'a str>,
    /// The other message, see [`beside`].
    pub(crate) beside: String,
    pub(crate) context: &'a Context<'a>,
    pub(crate) bench: &'a Workbench,
}

/// The query of a message that says nothing of its own.
pub(crate) fn flawless(kind: Kind, relay_state: bool) -> String {
    let state = if relay_state {
        "&RelayState={RelayState}"
    } else {
        ""
    };
    format!(
        "{}={{message}}{state}&SigAlg={{SigAlg}}&Signature={{Signature}}",
        kind.parameter()
    )
}

/// The other message, made once, since it stands in what is sent and in what is signed.
pub(crate) fn beside(how: &Detached, context: &Context<'_>) -> Result<String, Fault> {
    match how.beside {
        None => Ok(String::new()),
        Some(Kind::Response) => Ok(context.draft(Persona::Attacker)?.to_xml()),
        Some(kind) => {
            let to = context.slo(binding::REDIRECT).map(str::to_owned);
            logout::text(kind, Persona::Attacker, None, to, context)
        }
    }
}

impl Detachment<'_> {
    /// Fills a text in, `{Signature}` as well; `all` is the whole of what is sent.
    pub(crate) fn filled(&self, text: &str, all: &str) -> Result<String, Fault> {
        self.fill(&self.stated(text), &|| self.signature(all))
    }

    /// A text without its RelayState where there is none: then it stands neither in what is sent nor in what is signed (Bindings 3.4.4.1).
    fn stated(&self, text: &str) -> String {
        match self.relay_state {
            Some(_) => text.to_owned(),
            None => text
                .replace("&RelayState={RelayState}", "")
                .replace("RelayState={RelayState}&", ""),
        }
    }

    fn fill(&self, text: &str, signature: &dyn Fn() -> Result<String, Fault>) -> Result<String, Fault> {
        let mut out = String::with_capacity(text.len() + 1_024);
        let mut rest = text;
        while let Some((before, tail)) = rest.split_once('{') {
            let (name, tail) = tail
                .split_once('}')
                .ok_or_else(|| Fault::recipe(format!("a placeholder is not closed in `{text}`")))?;
            let value = match name {
                "message" | "SAMLResponse" => self.packed(self.message),
                "beside" => self.packed(self.beside.as_bytes()),
                "RelayState" => self.relay_state.unwrap_or_default().to_owned(),
                "SigAlg" => self.method().to_owned(),
                "Signature" => signature()?,
                other => self.context.fill(&format!("{{{other}}}"), self.bench)?,
            };
            out.push_str(before);
            out.push_str(&self.written(&value));
            rest = tail;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// The signature, in Base64.
    fn signature(&self, all: &str) -> Result<String, Fault> {
        let none = || Err(Fault::recipe("a signature cannot be over itself: mend `signed`"));
        let signed = match &self.how.signed {
            Some(signed) => signed.clone(),
            None => all
                .replace("&Signature={Signature}", "")
                .replace("Signature={Signature}&", ""),
        };
        let signed = self.stated(&signed);
        let input = match self.by_query {
            true => self.fill(&signed, &none)?,
            // POST-SimpleSign signs what the fields stand for (its section 3).
            false => {
                let text = signed
                    .replace("{message}", &String::from_utf8_lossy(self.message))
                    .replace("{beside}", &self.beside);
                self.plain(&text)?
            }
        };
        let value = self.sign(input.as_bytes())?;
        Ok(BASE64_STANDARD.encode(value))
    }

    /// For a form: a text without anything that is encoded.
    fn plain(&self, text: &str) -> Result<String, Fault> {
        Ok(text
            .replace("{RelayState}", self.relay_state.unwrap_or_default())
            .replace("{SigAlg}", self.method()))
    }

    fn sign(&self, input: &[u8]) -> Result<Vec<u8>, Fault> {
        let digest = match self.method() {
            alg::RSA_SHA1 | alg::HMAC_SHA1 => MessageDigest::sha1(),
            alg::RSA_SHA512 | alg::HMAC_SHA512 => MessageDigest::sha512(),
            _ => MessageDigest::sha256(),
        };
        let fails = |error: ErrorStack| Fault::recipe(format!("openssl fails: {error}"));
        if let Some(secret) = &self.how.secret {
            let secret = signing::shared_secret(secret, self.context)?;
            let key = PKey::hmac(&secret).map_err(fails)?;
            let mut signer = Signer::new(digest, &key).map_err(fails)?;
            return signer.sign_oneshot_to_vec(input).map_err(fails);
        }
        let name = self.how.key.as_deref().unwrap_or("K1");
        let key = self.context.keys.named(name, self.context.directory)?;
        let mut signer = Signer::new(digest, key.private()).map_err(fails)?;
        signer.sign_oneshot_to_vec(input).map_err(fails)
    }

    fn method(&self) -> &str {
        signing::uri(self.how.method.as_deref().unwrap_or("rsa-sha256"))
    }

    fn packed(&self, message: &[u8]) -> String {
        if !self.by_query {
            return saml::binding::encode_post(message);
        }
        let mut octets = deflate(&String::from_utf8_lossy(message));
        match self.how.packing {
            None => {}
            Some(Packing::TrailingOctets) => octets.extend([b'x'; 16]),
            Some(Packing::SecondStream) => octets.extend(deflate("<other/>")),
            Some(Packing::Zlib) => {
                let mut wrapped = vec![0x78, 0x9c];
                wrapped.append(&mut octets);
                wrapped.extend(adler32(message).to_be_bytes());
                octets = wrapped;
            }
        }
        BASE64_STANDARD.encode(octets)
    }

    fn written(&self, value: &str) -> String {
        let percent = if self.how.lower_case {
            Percent::Lower
        } else {
            Percent::Upper
        };
        match self.by_query {
            true => percent_encode_with(value, percent),
            false => value.to_owned(),
        }
    }
}

/// The checksum of RFC 1950, section 8.
fn adler32(octets: &[u8]) -> u32 {
    let sum = |(a, b): (u32, u32), octet: &u8| {
        let a = (a + u32::from(*octet)) % 65_521;
        (a, (b + a) % 65_521)
    };
    let (a, b) = octets.iter().fold((1, 0), sum);
    b << 16 | a
}

/// What a value of a query stands for.
pub(crate) fn decoded(value: &str) -> String {
    let spaced = value.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
        assert_eq!(adler32(b""), 1);
    }

    #[test]
    fn a_query_that_says_nothing_of_its_own_is_signed_in_the_standards_order() {
        assert_eq!(
            flawless(Kind::LogoutRequest, true),
            "SAMLRequest={message}&RelayState={RelayState}&SigAlg={SigAlg}&Signature={Signature}"
        );
        assert_eq!(
            flawless(Kind::LogoutResponse, false),
            "SAMLResponse={message}&SigAlg={SigAlg}&Signature={Signature}"
        );
        assert_eq!(decoded("to+here%2F"), "to here/");
    }
}
