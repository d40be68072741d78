//! Changing the claims of an application, where no policy decides in their place.

use crate::directory::{Policy, PolicyKind};
use crate::issuance::check_claims;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::change;
use crate::server::portal::entry::{Entry, Failure};

/// The policy of Graph that takes the place of the portal's claims.
pub(crate) fn mapping_policy(scene: &AppScene) -> Option<&Policy> {
    let mut all = scene.tenant().policies.iter();
    all.find(|policy| decides(policy, scene.application()))
}

fn decides(policy: &Policy, application: &crate::Application) -> bool {
    policy.kind == PolicyKind::ClaimsMapping && application.policies.contains(&policy.id)
}

/// Changes claims, unless a rule is broken: none of the restricted set, names that differ, transformations that can be done.
pub(crate) fn change_claims<T>(
    scene: &AppScene,
    entry: &Entry,
    edit: impl FnOnce(&mut crate::Application) -> Result<T, Failure>,
) -> Result<T, Failure> {
    change::application(scene, entry, |application, tenant| {
        let mut policies = tenant.policies.iter();
        if policies.any(|policy| decides(policy, application)) {
            return Err(Failure::field(
                "name",
                "A claims mapping policy decides in place of this page; nothing can be edited here.",
            ));
        }
        let value = edit(application)?;
        check_claims(application).map_err(|rule| {
            let field = match rule.field {
                "Name" => "name",
                "Name identifier format" => "format",
                "Manage transformation" => "t1",
                "Claim conditions" => "groups",
                _ => "value",
            };
            Failure::field(field, super::super::entry::worded(&rule))
        })?;
        Ok(value)
    })
}
