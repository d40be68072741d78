//! The parts of a request that Azure takes in one form only, or not at all.

use saml::AuthnRequest;
use saml::names::binding;

use super::NAME_ID_FORMATS;
use super::method::is_accepted;
use super::received::{Received, shown};
use crate::{Aadsts, Azure};

/// All that it asks for and Azure does not give, in the order in which Azure looks.
pub(super) fn refusals(received: &Received<'_>, azure: &Azure) -> impl Iterator<Item = Aadsts> {
    let request = received.request;
    [
        check_destination(received, azure).err(),
        check_name_id_policy(request, azure).err(),
    ]
    .into_iter()
    .flatten()
    .chain(unsupported_properties(request))
    .chain(check_context(request).err())
    .chain(check_binding(request).err())
}

fn check_binding(request: &AuthnRequest) -> Result<(), Aadsts> {
    match request.protocol_binding.as_deref() {
        None | Some(binding::POST) => Ok(()),
        Some(other) => Err(Aadsts::UnsupportedBinding {
            binding: shown(other),
        }),
    }
}

fn check_destination(received: &Received<'_>, azure: &Azure) -> Result<(), Aadsts> {
    match &received.request.destination {
        Some(destination) if azure.check_destination && destination != received.url => {
            Err(Aadsts::UnexpectedDestination {
                destination: shown(destination),
            })
        }
        _ => Ok(()),
    }
}

fn check_name_id_policy(request: &AuthnRequest, azure: &Azure) -> Result<(), Aadsts> {
    let Some(policy) = &request.name_id_policy else {
        return Ok(());
    };
    if let Some(qualifier) = policy
        .sp_name_qualifier
        .as_deref()
        .filter(|_| azure.refuse_sp_name_qualifier)
    {
        return Err(Aadsts::SpNameQualifierNotSupported {
            qualifier: shown(qualifier),
        });
    }
    match policy.format.as_deref() {
        None => Ok(()),
        Some(format) if NAME_ID_FORMATS.contains(&format) => Ok(()),
        Some(format) if format.contains(':') => Err(Aadsts::UnsupportedNameIdFormat {
            format: shown(format),
        }),
        Some(format) => Err(Aadsts::InvalidNameIdPolicy {
            format: shown(format),
        }),
    }
}

/// A Subject, and what a Scoping may ask for; an empty Scoping is borne.
fn unsupported_properties(request: &AuthnRequest) -> impl Iterator<Item = Aadsts> {
    let scoping = request.scoping;
    let set = [
        (request.has_subject, "Subject"),
        (scoping.has_proxy_count, "ProxyCount"),
        (scoping.has_idp_list, "IDPList"),
        (scoping.has_requester_id, "RequesterID"),
    ];
    let set = set.into_iter().filter(|(is_set, _)| *is_set);
    set.map(|(_, property)| unsupported(property))
}

/// Only `exact`, which is the default too (Core 3.3.2.2.1), and at least one class that Azure knows, if any is named.
fn check_context(request: &AuthnRequest) -> Result<(), Aadsts> {
    let Some(context) = &request.requested_context else {
        return Ok(());
    };
    if let Some(comparison) = context.comparison.as_deref().filter(|word| *word != "exact") {
        let mut letters = comparison.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        return Err(Aadsts::ComparisonNotExact {
            comparison: shown(&first.into_iter().chain(letters).collect::<String>()),
        });
    }
    if context.has_declaration {
        return Err(unsupported("AuthnContextDeclRef"));
    }
    match context.classes.as_slice() {
        [first, ..] if !context.classes.iter().any(|class| is_accepted(class)) => {
            Err(unsupported(&format!("AuthnContextClassRef {}", shown(first))))
        }
        _ => Ok(()),
    }
}

fn unsupported(property: &str) -> Aadsts {
    Aadsts::PropertyNotSupported {
        property: property.to_owned(),
    }
}
