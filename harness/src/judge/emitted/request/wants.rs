//! What is asked for.

use saml::{
    AuthnRequest,
    authn_request::RequestedContext,
    document::{child, parse},
    names::{binding, name_id, ns},
};

use crate::judge::emitted::{
    formats::known_format,
    seen::{Emitted, Held, shown},
};

pub(super) fn acs_published(request: &AuthnRequest, emitted: &Emitted) -> Held {
    let acs = &emitted.sp.acs;
    if let Some(url) = &request.acs_url {
        return Held::unless(!acs.iter().any(|known| &known.location == url), || {
            format!(
                "it wants its answer at `{}`, which the metadata does not name",
                shown(url)
            )
        });
    }
    match request.acs_index {
        Some(index) => Held::unless(!acs.iter().any(|known| known.index == Some(index)), || {
            format!("it wants its answer at the service with index {index}, which the metadata does not have")
        }),
        None if request.acs_index_unreadable => Held::Lacks("its index is no number".to_owned()),
        None => Held::Holds,
    }
}

/// Whether it still asks for an address of the SP's, where somebody else wrote a host into headers.
pub(super) fn acs_fixed(request: &AuthnRequest, emitted: &Emitted) -> Held {
    let Some(url) = &request.acs_url else {
        return Held::Holds;
    };
    let host = |url: &str| {
        url::Url::parse(url)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned))
    };
    let own = emitted
        .sp
        .acs
        .iter()
        .any(|known| host(&known.location) == host(url));
    Held::unless(!own, || format!("it wants its answer at `{}`", shown(url)))
}

pub(super) fn acs_one_way(request: &AuthnRequest) -> Held {
    let index = request.acs_index.is_some() || request.acs_index_unreadable;
    let other = match (&request.acs_url, &request.protocol_binding) {
        (Some(_), _) => "an AssertionConsumerServiceURL",
        (None, Some(_)) => "a ProtocolBinding",
        (None, None) => return Held::Holds,
    };
    Held::unless(index, || {
        format!("it has an AssertionConsumerServiceIndex and {other}")
    })
}

pub(super) fn response_binding(stated: Option<&str>) -> Held {
    match stated {
        None | Some(binding::POST) => Held::Holds,
        Some(other) => Held::Lacks(format!("it wants its answer by `{}`", shown(other))),
    }
}

pub(super) fn name_id_policy(request: &AuthnRequest, emitted: &Emitted) -> Held {
    let Some(policy) = &request.name_id_policy else {
        return Held::Holds;
    };
    if let Some(format) = policy.format.as_deref().filter(|format| !known_format(format)) {
        return Held::Lacks(format!(
            "its NameIDPolicy asks for the Format `{}`, which no standard knows",
            shown(format)
        ));
    }
    if let Some(name) = policy
        .sp_name_qualifier
        .as_deref()
        .filter(|name| **name != *emitted.sp.entity_id)
    {
        return Held::Lacks(format!(
            "its NameIDPolicy has the SPNameQualifier `{}`, which is not its own",
            shown(name)
        ));
    }
    let persistent = policy.format.as_deref() == Some(name_id::PERSISTENT);
    Held::unless(persistent && policy.allow_create != Some(true), || {
        "its NameIDPolicy asks for a persistent name without AllowCreate, so that nobody may get his first one".to_owned()
    })
}

pub(super) fn context(asked: Option<&RequestedContext>) -> Held {
    let Some(asked) = asked else {
        return Held::Holds;
    };
    if asked.classes.is_empty() && !asked.has_declaration || asked.classes.iter().any(String::is_empty) {
        return Held::Lacks("its RequestedAuthnContext names nothing".to_owned());
    }
    match asked.comparison.as_deref() {
        None | Some("exact") => Held::Holds,
        Some(other) => Held::Lacks(format!(
            "the Comparison of its RequestedAuthnContext is `{}`",
            shown(other)
        )),
    }
}

pub(super) fn force_passive(request: &AuthnRequest) -> Held {
    Held::unless(request.force_authn && request.is_passive, || {
        "it has ForceAuthn and IsPassive, which nobody can do at once".to_owned()
    })
}

pub(super) fn subject(xml: &str) -> Held {
    let Ok(tree) = parse(xml) else {
        return Held::CannotTell("the SP's AuthnRequest cannot be read".to_owned());
    };
    let subject = child(tree.root_element(), ns::SAML, "Subject");
    let confirmed = subject.and_then(|subject| child(subject, ns::SAML, "SubjectConfirmation"));
    Held::unless(confirmed.is_some(), || {
        "its Subject has a SubjectConfirmation".to_owned()
    })
}
