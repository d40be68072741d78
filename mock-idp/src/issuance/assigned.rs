//! Which policy holds for an application.

use crate::directory::{Policy, PolicyKind};
use crate::{Application, Tenant};

/// The policy of this kind that holds for an application: one that is assigned, else the organisation's default.
pub(super) fn assigned<'a>(
    tenant: &'a Tenant,
    application: &Application,
    kind: PolicyKind,
) -> Option<&'a Policy> {
    let all = || tenant.policies.iter().filter(|policy| policy.kind == kind);
    let own = all().find(|policy| application.policies.contains(&policy.id));
    // Graph ignores the mark on claims mapping policies.
    let default = |policy: &&Policy| policy.is_organization_default && kind != PolicyKind::ClaimsMapping;
    own.or_else(|| all().find(default))
}
