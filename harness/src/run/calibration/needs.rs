//! What an SP, or its configuration, turned out to be able to do.

use std::collections::BTreeSet;

use saml::{AuthnRequest, SpMetadata, authn_request::RequestedContext, names::binding};
use scenarios::Need;

use crate::{event::Calibration, run::stage::Stage};

/// What was seen on the way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Also {
    /// The probe shows attributes.
    pub(super) attributes: bool,
    /// A session ends when the IdP asks for it by HTTP-Redirect.
    pub(super) ends_sessions: bool,
    /// The same by HTTP-POST.
    pub(super) ends_sessions_by_post: bool,
    /// The same by SOAP.
    pub(super) ends_sessions_by_soap: bool,
    /// Somebody who comes with an artifact is signed in.
    pub(super) artifact: bool,
    /// Who signs out at the SP comes to the IdP with a LogoutRequest.
    pub(super) asks_to_end: bool,
    /// One address leads to the IdP.
    pub(super) one_address: bool,
    /// The probe's page sends whoever is not signed in to the IdP.
    pub(super) deep_link: bool,
}

/// The needs that are met.
pub(super) fn needs(stage: &Stage, told: &Calibration, also: Also) -> Vec<Need> {
    let commands = &stage.subject.commands;
    let asked = requested_context(stage);
    let minimum = asked
        .as_ref()
        .is_some_and(|asked| asked.comparison.as_deref() == Some("minimum"));
    let sp = &stage.forge.sp;
    let by_post = sp.acs.iter().filter(|acs| acs.binding == binding::POST);
    let endpoints: BTreeSet<_> = by_post.map(|acs| &acs.location).collect();
    let simple_sign = sp.acs.iter().any(|acs| acs.binding == binding::POST_SIMPLE_SIGN);
    [
        (Need::SpInitiated, told.sp_initiated),
        (Need::IdpInitiated, told.idp_initiated),
        (Need::UnsolicitedRefused, told.sp_initiated && !told.idp_initiated),
        (Need::Browser, stage.has_browser()),
        (Need::TwoTenants, told.two_tenants),
        (Need::OutOfBand, stage.oob.is_some()),
        (Need::AttributesVisible, also.attributes),
        (Need::NameIdRead, told.identity_claim.is_none()),
        (Need::Encryption, told.encryption),
        (Need::EncryptionKey, !sp.encryption.is_empty()),
        (Need::SecondEncryptionKey, sp.encryption.len() > 1),
        (Need::Logout, stage.subject.logout.is_some()),
        (Need::NewAccounts, !stage.subject.provisioned),
        (Need::MetadataRefresh, commands.contains_key("refresh")),
        // Whether it is, is seen when the SP is to be disturbed.
        (Need::MetadataFollowed, commands.contains_key("refresh")),
        (Need::MetadataSignature, stage.subject.verifies_metadata),
        (Need::SpKey, stage.forge.keys.knows_sp()),
        (Need::ForceAuthn, forces(stage)),
        (Need::Restart, commands.contains_key("restart")),
        (Need::RequestedAuthnContext, asked.is_some()),
        (Need::MinimumAuthnContext, minimum),
        (Need::AnyAuthnContext, asked.is_none()),
        (Need::EntityIdApart, !endpoints.contains(&sp.entity_id)),
        (Need::SecondAcs, endpoints.len() > 1),
        (Need::SimpleSign, simple_sign),
        (Need::LogoutService, publishes_logout(sp, binding::REDIRECT)),
        (Need::SingleLogout, also.ends_sessions),
        (Need::SingleLogoutPost, also.ends_sessions_by_post),
        (Need::SingleLogoutSoap, also.ends_sessions_by_soap),
        (Need::ArtifactService, exchanges_artifacts(stage)),
        (Need::Artifact, also.artifact),
        (Need::PlainIdp, stage.idp.origin().starts_with("http:")),
        (Need::SpSigningKey, !sp.signing.is_empty()),
        (Need::LogoutRequests, also.asks_to_end),
        (Need::DeepLink, also.deep_link),
        (Need::SpMetadata, stage.document.is_some()),
        (Need::PlainHttp, stage.is_plain()),
        (Need::LoginUrl, also.one_address),
        (Need::Expendable, stage.subject.expendable),
    ]
    .into_iter()
    .filter_map(|(need, can)| can.then_some(need))
    .collect()
}

/// Whether artifacts could be exchanged: the SP says where it takes them, and the IdP where it is asked.
pub(super) fn exchanges_artifacts(stage: &Stage) -> bool {
    let forge = &stage.forge;
    let takes = forge.sp.acs.iter().any(|acs| acs.binding == binding::ARTIFACT);
    takes && forge.directory.read().contoso().artifact_resolution
}

/// Whether the SP says where LogoutRequests go by this binding.
pub(super) fn publishes_logout(sp: &SpMetadata, by: &str) -> bool {
    sp.slo.iter().any(|slo| slo.binding == by)
}

/// The authentication context for which the SP's first AuthnRequest asked.
fn requested_context(stage: &Stage) -> Option<RequestedContext> {
    first_request(stage)?.requested_context
}

/// Whether that asked for a fresh sign-in.
fn forces(stage: &Stage) -> bool {
    first_request(stage).is_some_and(|request| request.force_authn)
}

fn first_request(stage: &Stage) -> Option<AuthnRequest> {
    let first = stage.answers.first()?;
    AuthnRequest::parse(first.request_xml.as_deref()?).ok()
}
