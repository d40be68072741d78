//! The message that the IdP would sign, before anything is done to it.

use mock_idp::SignIn;

use crate::{context::Context, fault::Fault, persona::Persona};

/// The unsigned model of a flawless login of this persona, in Azure's shape.
pub(crate) fn draft(persona: Persona, context: &Context<'_>) -> Result<saml::Response, Fault> {
    let tenant = context.tenant(persona);
    let missing = |what: &str| Fault::recipe(format!("the directory has no {what}"));
    let application = tenant
        .application(&context.sp.entity_id)
        .ok_or_else(|| missing("application for this SP"))?;
    let user = tenant
        .user(persona.name())
        .ok_or_else(|| missing(persona.name()))?;
    let sign_in = SignIn {
        request: context.request,
        azure: context.azure,
        ..SignIn::new(tenant, application, user, context.now)
    };
    Ok(mock_idp::draft(&sign_in))
}
