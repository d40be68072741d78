//! What an SP, or its configuration, turned out to be able to do.

use scenarios::Need;

use crate::{event::Calibration, run::stage::Stage};

/// The needs that are met.
pub(super) fn needs(stage: &Stage, told: &Calibration, attributes: bool) -> Vec<Need> {
    let commands = &stage.subject.commands;
    [
        (Need::SpInitiated, told.sp_initiated),
        (Need::IdpInitiated, told.idp_initiated),
        (Need::UnsolicitedRefused, told.sp_initiated && !told.idp_initiated),
        (Need::Browser, stage.has_browser()),
        (Need::TwoTenants, told.two_tenants),
        (Need::OutOfBand, stage.oob.is_some()),
        (Need::AttributesVisible, attributes),
        (Need::NameIdRead, told.identity_claim.is_none()),
        (Need::Logout, stage.subject.logout.is_some()),
        (Need::NewAccounts, !stage.subject.provisioned),
        (Need::MetadataRefresh, commands.contains_key("refresh")),
        (Need::SpKey, stage.forge.keys.knows_sp()),
        (Need::Restart, commands.contains_key("restart")),
    ]
    .into_iter()
    .filter_map(|(need, can)| can.then_some(need))
    .collect()
}
