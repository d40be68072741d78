//! What an SP, or its configuration, turned out to be able to do.

use std::collections::BTreeSet;

use saml::{AuthnRequest, authn_request::RequestedContext};
use scenarios::Need;

use crate::{event::Calibration, run::stage::Stage};

/// The needs that are met.
pub(super) fn needs(stage: &Stage, told: &Calibration, attributes: bool) -> Vec<Need> {
    let commands = &stage.subject.commands;
    let asked = requested_context(stage);
    let minimum = asked
        .as_ref()
        .is_some_and(|asked| asked.comparison.as_deref() == Some("minimum"));
    let sp = &stage.forge.sp;
    let endpoints: BTreeSet<_> = sp.acs.iter().map(|acs| &acs.location).collect();
    [
        (Need::SpInitiated, told.sp_initiated),
        (Need::IdpInitiated, told.idp_initiated),
        (Need::UnsolicitedRefused, told.sp_initiated && !told.idp_initiated),
        (Need::Browser, stage.has_browser()),
        (Need::TwoTenants, told.two_tenants),
        (Need::OutOfBand, stage.oob.is_some()),
        (Need::AttributesVisible, attributes),
        (Need::NameIdRead, told.identity_claim.is_none()),
        (Need::Encryption, told.encryption),
        (Need::EncryptionKey, !sp.encryption.is_empty()),
        (Need::SecondEncryptionKey, sp.encryption.len() > 1),
        (Need::Logout, stage.subject.logout.is_some()),
        (Need::NewAccounts, !stage.subject.provisioned),
        (Need::MetadataRefresh, commands.contains_key("refresh")),
        (Need::SpKey, stage.forge.keys.knows_sp()),
        (Need::Restart, commands.contains_key("restart")),
        (Need::RequestedAuthnContext, asked.is_some()),
        (Need::MinimumAuthnContext, minimum),
        (Need::AnyAuthnContext, asked.is_none()),
        (Need::EntityIdApart, !endpoints.contains(&sp.entity_id)),
        (Need::SecondAcs, endpoints.len() > 1),
    ]
    .into_iter()
    .filter_map(|(need, can)| can.then_some(need))
    .collect()
}

/// The authentication context for which the SP's first AuthnRequest asked.
fn requested_context(stage: &Stage) -> Option<RequestedContext> {
    let first = stage.answers.first()?;
    AuthnRequest::parse(first.request_xml.as_deref()?)
        .ok()?
        .requested_context
}
