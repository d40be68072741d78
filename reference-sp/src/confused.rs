//! The reader whom parameters confuse, for the switch V50: any message of a query may be the one that is verified, and another one
//! the one that is read (CVE-2025-27773, CVE-2025-31335).

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use saml::binding::{percent_encode, verify_query};
use saml::names::alg;

use crate::trust::Tenant;

/// What a message may travel in.
const MESSAGES: [&str; 2] = ["SAMLRequest", "SAMLResponse"];

/// A parameter: its name, decoded, and its value as it was sent.
struct Part<'a> {
    name: Cow<'a, str>,
    value: &'a str,
}

/// The message that is read where one of these signed any: its parameter's name, and its value as it was sent.
pub(crate) fn read<'a>(raw: &'a str, trusted: &[Tenant]) -> Option<(&'static str, &'a str)> {
    let parts: Vec<Part<'a>> = raw
        .split('&')
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| Part {
            name: percent_decode_str(name).decode_utf8_lossy(),
            value,
        })
        .collect();
    let verified = parts.iter().position(|part| is_signed(part, &parts, trusted))?;
    let mut others = parts.iter().enumerate().filter(|(at, _)| *at != verified);
    let exactly = |part: &Part<'a>| {
        let name = MESSAGES.into_iter().find(|name| part.name == *name)?;
        Some((name, part.value))
    };
    others
        .find_map(|(_, part)| exactly(part))
        .or_else(|| exactly(&parts[verified]))
}

/// Whether a signature of the query, with whatever else stands in it, is over this part.
fn is_signed(message: &Part<'_>, parts: &[Part<'_>], trusted: &[Tenant]) -> bool {
    let Some(name) = MESSAGES.into_iter().find(|name| message.name.contains(name)) else {
        return false;
    };
    let all = |name: &'static str| {
        let of_name = parts.iter().filter(move |part| part.name == name);
        of_name.map(|part| part.value)
    };
    let usual = percent_encode(alg::RSA_SHA256);
    let strong = |value: &&str| percent_decode_str(value).decode_utf8_lossy() == alg::RSA_SHA256;
    let given = all("SigAlg").count();
    let mut algorithms: Vec<&str> = all("SigAlg").filter(strong).collect();
    if given == 0 {
        algorithms.push(&usual);
    }
    let states = all("RelayState").map(|state| format!("&RelayState={state}"));
    let states: Vec<String> = states.chain([String::new()]).collect();
    let mut certificates = trusted.iter().flat_map(|tenant| &tenant.certificates);
    certificates.any(|certificate| {
        states.iter().any(|state| {
            algorithms.iter().any(|algorithm| {
                all("Signature").any(|signature| {
                    let query = format!(
                        "{name}={}{state}&SigAlg={algorithm}&Signature={signature}",
                        message.value
                    );
                    verify_query(&query, certificate).unwrap_or(false)
                })
            })
        })
    })
}
