//! Addresses.

use std::{collections::BTreeSet, net::IpAddr};

use saml::{
    SpMetadata,
    metadata::{AcsEndpoint, Endpoint},
    names::binding,
};

use crate::judge::emitted::seen::{Held, is_local, is_safe, shown};

pub(super) fn acs_https(acs: &[AcsEndpoint]) -> Held {
    let plain = acs.iter().find(|acs| !is_safe(&acs.location));
    Held::unless(plain.is_some(), || {
        format!(
            "an AssertionConsumerService is at `{}`",
            plain.map_or_else(String::new, |acs| shown(&acs.location))
        )
    })
}

pub(super) fn answers(deaf: &[(String, String)]) -> Held {
    Held::unless(!deaf.is_empty(), || {
        let told: Vec<String> = deaf
            .iter()
            .map(|(at, why)| format!("{}: {why}", shown(at)))
            .collect();
        format!("nobody answers at {}", told.join("; "))
    })
}

pub(super) fn index(acs: &[AcsEndpoint]) -> Held {
    let mut seen = BTreeSet::new();
    let twice = acs
        .iter()
        .filter_map(|acs| acs.index)
        .find(|index| !seen.insert(*index));
    Held::unless(twice.is_some(), || {
        format!(
            "two AssertionConsumerServices have the index {}",
            twice.unwrap_or_default()
        )
    })
}

pub(super) fn acs_binding(acs: &[AcsEndpoint]) -> Held {
    let redirect = acs.iter().find(|acs| acs.binding == binding::REDIRECT);
    Held::unless(redirect.is_some(), || {
        format!(
            "the AssertionConsumerService at `{}` is for HTTP-Redirect",
            redirect.map_or_else(String::new, |acs| shown(&acs.location))
        )
    })
}

pub(super) fn logout(slo: &[Endpoint]) -> Held {
    let known = [
        binding::REDIRECT,
        binding::POST,
        binding::ARTIFACT,
        "urn:oasis:names:tc:SAML:2.0:bindings:SOAP",
    ];
    Held::all(
        slo.iter().map(|slo| {
            if !known.contains(&slo.binding.as_str()) {
                return Held::Lacks(format!(
                    "a SingleLogoutService has the Binding `{}`",
                    shown(&slo.binding)
                ));
            }
            let mut all = std::iter::once(&slo.location).chain(&slo.response_location);
            let plain = all.find(|location| !is_safe(location));
            Held::unless(plain.is_some(), || {
                format!(
                    "a SingleLogoutService is at `{}`",
                    plain.map_or_else(String::new, |at| shown(at))
                )
            })
        }),
        "the SP's metadata has no SingleLogoutService",
    )
}

/// The host at which it is tested may be what it is: that says where the test runs.
pub(super) fn hosts(sp: &SpMetadata, tested_at: &str) -> Held {
    let acs = sp.acs.iter().map(|acs| &acs.location);
    let slo = sp
        .slo
        .iter()
        .flat_map(|slo| std::iter::once(&slo.location).chain(&slo.response_location));
    let hosts = acs
        .chain(slo)
        .chain([&sp.entity_id])
        .filter_map(|url| Some(url::Url::parse(url).ok()?.host()?.to_owned()));
    let inner = hosts
        .map(|host| host.to_string())
        .find(|host| host != tested_at && !(is_local(tested_at) && is_local(host)) && is_inner(host));
    Held::unless(inner.is_some(), || {
        format!(
            "it names the host `{}`",
            inner.as_deref().map_or_else(String::new, shown)
        )
    })
}

/// Whether nobody outside can reach a host of this name.
fn is_inner(host: &str) -> bool {
    match host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>()
    {
        Ok(IpAddr::V4(v4)) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        Ok(IpAddr::V6(v6)) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
        Err(_) => {
            let ends = [
                ".local",
                ".internal",
                ".lan",
                ".intranet",
                ".corp",
                ".home.arpa",
                ".svc",
            ];
            !host.contains('.') || ends.iter().any(|end| host.ends_with(end))
        }
    }
}
