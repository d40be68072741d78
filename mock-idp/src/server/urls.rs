//! The addresses that people copy from here into other programs.

/// Azure's Login URL and Logout URL of a tenant.
pub(super) fn sso_url(origin: &str, tenant_id: &str) -> String {
    format!("{origin}/{tenant_id}/saml2")
}

/// Where artifacts of a tenant's are exchanged for messages. Azure has no such address.
pub(super) fn artifact_url(origin: &str, tenant_id: &str) -> String {
    format!("{origin}/{tenant_id}/artifact")
}

/// Where its federation metadata is.
pub(super) fn metadata_url(origin: &str, tenant_id: &str) -> String {
    format!("{origin}/{tenant_id}/federationmetadata/2007-06/federationmetadata.xml")
}

/// Azure's "User access URL" of an application.
pub(super) fn launch_url(origin: &str, app_id: &str, tenant_id: &str) -> String {
    format!("{origin}/api/signin/{app_id}?tenantId={tenant_id}")
}
