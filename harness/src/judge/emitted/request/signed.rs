//! The signature of a request.

use mock_idp::server::{Binding, Live};
use saml::{
    Certificate,
    binding::{BindingError, query_signature, verify_query},
    document::{child, descendants, parse},
    names::{alg, ns},
    signature::verify_message,
};
use url::form_urlencoded;

use super::text::text;
use crate::judge::emitted::seen::{Held, shown};

const UNSIGNED: &str = "the SP does not sign its AuthnRequests";

/// Whether it carries a signature at all, wherever.
pub(super) fn is_signed(live: &Live) -> bool {
    in_query(live) || in_xml(live)
}

pub(super) fn as_said(live: &Live, said: bool) -> Held {
    if !said {
        return Held::CannotTell(
            "the SP's metadata does not say that it signs (AuthnRequestsSigned)".to_owned(),
        );
    }
    Held::unless(!is_signed(live), || {
        "the metadata says AuthnRequestsSigned, and it is not signed".to_owned()
    })
}

/// For where the IdP's metadata asks for signed ones.
pub(super) fn as_asked(live: &Live, certificates: &[Certificate]) -> Held {
    if is_signed(live) {
        valid(live, certificates)
    } else {
        Held::Lacks("the IdP's metadata says WantAuthnRequestsSigned, and it is not signed".to_owned())
    }
}

pub(super) fn valid(live: &Live, certificates: &[Certificate]) -> Held {
    if !is_signed(live) {
        return Held::CannotTell(UNSIGNED.to_owned());
    }
    if certificates.is_empty() {
        return Held::CannotTell("the SP's metadata has no certificate for signing".to_owned());
    }
    match (live.binding, live.raw_query.as_deref()) {
        (Binding::Redirect, _) if in_xml(live) => {
            Held::Lacks("it has a ds:Signature in its XML, which HTTP-Redirect takes out".to_owned())
        }
        (Binding::Redirect, Some(query)) => match holds_in(query, certificates) {
            Ok(true) => Held::Holds,
            Ok(false) => Held::Lacks("its signature holds under no certificate of the metadata".to_owned()),
            Err(why) => Held::Lacks(why.to_string()),
        },
        _ => match verify_message(text(live), certificates, true) {
            Ok(_) => Held::Holds,
            Err(why) => Held::Lacks(why.to_string()),
        },
    }
}

pub(super) fn algorithm(live: &Live) -> Held {
    if !is_signed(live) {
        return Held::CannotTell(UNSIGNED.to_owned());
    }
    let used = match live.binding {
        Binding::Redirect => live
            .raw_query
            .as_deref()
            .and_then(|query| parameter(query, "SigAlg")),
        _ => in_message(text(live)),
    };
    let Some(used) = used else {
        return Held::Lacks("its signature names no algorithm".to_owned());
    };
    let weak = [
        alg::RSA_SHA1,
        alg::DSA_SHA1,
        alg::RSA_MD5,
        alg::SHA1,
        alg::MD5,
        alg::HMAC_SHA1,
    ];
    Held::unless(weak.contains(&used.as_str()), || {
        format!("it is signed by `{}`", shown(&used))
    })
}

/// In a query the RelayState is signed with the message (Bindings 3.4.4.1); in a form it is not.
pub(super) fn over_relay_state(live: &Live, certificates: &[Certificate]) -> Held {
    let (Binding::Redirect, Some(query)) = (live.binding, live.raw_query.as_deref()) else {
        return Held::CannotTell("HTTP-POST signs no RelayState".to_owned());
    };
    if !in_query(live) {
        return Held::CannotTell(UNSIGNED.to_owned());
    }
    if parameter(query, "RelayState").is_none() {
        return Held::CannotTell("the SP sends no RelayState".to_owned());
    }
    let without: Vec<&str> = query
        .split('&')
        .filter(|part| !part.starts_with("RelayState="))
        .collect();
    match (
        holds_in(query, certificates),
        holds_in(&without.join("&"), certificates),
    ) {
        (Ok(true), _) => Held::Holds,
        (_, Ok(true)) => Held::Lacks("its signature holds only without the RelayState".to_owned()),
        _ => Held::CannotTell("its signature holds under no certificate of the metadata".to_owned()),
    }
}

fn holds_in(query: &str, certificates: &[Certificate]) -> Result<bool, BindingError> {
    query_signature(query)?;
    Ok(certificates
        .iter()
        .any(|certificate| verify_query(query, certificate).unwrap_or(false)))
}

fn in_query(live: &Live) -> bool {
    let query = live.raw_query.as_deref().unwrap_or_default();
    live.binding == Binding::Redirect && query.split('&').any(|part| part.starts_with("Signature="))
}

fn in_xml(live: &Live) -> bool {
    live.request.as_ref().is_some_and(|request| request.has_signature)
}

fn parameter(query: &str, wanted: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == wanted)
        .map(|(_, value)| value.into_owned())
}

/// The weaker one of the algorithms of signature and digest.
fn in_message(xml: &str) -> Option<String> {
    let tree = parse(xml).ok()?;
    let signature = child(tree.root_element(), ns::DS, "Signature")?;
    let of = |name: &str| {
        let mut all = descendants(signature, ns::DS, name);
        all.find_map(|node| node.attribute("Algorithm"))
            .map(str::to_owned)
    };
    let digest = of("DigestMethod").filter(|digest| [alg::SHA1, alg::MD5].contains(&digest.as_str()));
    digest.or_else(|| of("SignatureMethod"))
}
