//! Which configuration holds: the portal's, or a claims mapping policy's in its place.

use std::borrow::Cow;

use super::mapping::Mapping;
use super::rules;
use crate::directory::{Claim, NameIdClaim, PolicyKind, RuleError};
use crate::issuance::assigned::assigned;
use crate::{Application, Tenant};

/// The claims of an application.
pub(in crate::issuance) struct Configured<'a> {
    pub(in crate::issuance) name_id: Cow<'a, NameIdClaim>,
    pub(super) claims: Cow<'a, [Claim]>,
    /// Whether a policy says so.
    by_policy: bool,
    /// The ID of the policy's transformation that makes the NameID.
    pub(in crate::issuance) name_id_transformation: Option<String>,
}

impl<'a> Configured<'a> {
    /// The policy's where one is assigned to the application, else the portal's.
    ///
    /// # Errors
    ///
    /// A policy that cannot be read.
    pub(in crate::issuance) fn of(tenant: &Tenant, application: &'a Application) -> Result<Self, RuleError> {
        match assigned(tenant, application, PolicyKind::ClaimsMapping) {
            None => Ok(Self::of_portal(application)),
            Some(policy) => {
                let mapping = Mapping::parse(&policy.definition)?;
                Ok(Self {
                    name_id: Cow::Owned(mapping.name_id.unwrap_or_default()),
                    claims: Cow::Owned(mapping.claims),
                    by_policy: true,
                    name_id_transformation: mapping.name_id_transformation,
                })
            }
        }
    }

    /// The same, with the portal's in place of a policy that cannot be read.
    pub(in crate::issuance) fn or_default(tenant: &Tenant, application: &'a Application) -> Self {
        Self::of(tenant, application).unwrap_or_else(|_| Self::of_portal(application))
    }

    fn of_portal(application: &'a Application) -> Self {
        Self {
            name_id: Cow::Borrowed(&application.name_id),
            claims: Cow::Borrowed(&application.claims),
            by_policy: false,
            name_id_transformation: None,
        }
    }

    /// Whether the application must sign with a certificate of its own.
    pub(in crate::issuance) fn needs_own_key(&self) -> bool {
        self.by_policy
    }

    /// Whether all of it can be done.
    pub(in crate::issuance) fn check(&self, application: &Application) -> Result<(), RuleError> {
        rules::can_be_done(&self.name_id, &self.claims, application.group_claims.as_ref())
    }
}
