//! By which ids Graph knows the gallery's templates.

use crate::directory::Application;

/// The id of the template for applications that no gallery knows (Microsoft: "configure SAML-based single sign-on using the
/// Microsoft Graph API").
pub(super) const NON_GALLERY: &str = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";

/// The id by which Graph knows the gallery's template with this id of ours.
pub(super) fn guid(template: &str) -> String {
    crate::guid::derived(&format!("application template {template}"))
}

/// The template that an application was made from, as Graph knows it. What the portal makes without the gallery comes from the
/// same one as what Graph makes so; what comes from metadata or from `POST /applications` comes from none.
pub(super) fn of(application: &Application) -> Option<String> {
    application.template.as_deref().map(|template| match template {
        NON_GALLERY => NON_GALLERY.to_owned(),
        template => guid(template),
    })
}
