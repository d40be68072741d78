//! What the gallery offers.

use crate::directory::{Application, Directory};
use crate::gallery::{FieldName, Initiation, Template, UserCreation};

/// A template of the gallery.
pub(crate) struct Offer(pub(crate) Template);

impl Offer {
    /// All that have this in their name or description: those that were imported before those that come along.
    pub(crate) fn all(directory: &Directory, wanted: &str) -> Vec<Self> {
        let wanted = wanted.to_lowercase();
        let fits = |template: &&Template| {
            let about = template.about.as_deref().unwrap_or_default();
            [&template.name, about]
                .iter()
                .any(|text| text.to_lowercase().contains(&wanted))
        };
        directory.gallery().filter(fits).cloned().map(Self).collect()
    }

    /// Where a sign-in begins, in the gallery's words.
    pub(crate) fn initiation(&self) -> &'static str {
        match self.0.initiation {
            Initiation::Sp => "SP initiated",
            Initiation::Idp => "IdP initiated",
            Initiation::Both => "SP and IdP initiated",
        }
    }

    /// How people come to exist at the application.
    pub(crate) fn people(&self) -> &'static str {
        match self.0.users.created {
            UserCreation::ByHand => "created in the application by hand",
            UserCreation::Support => "created by the application’s support team",
            UserCreation::JustInTime => "created by the application at the first sign-in",
            UserCreation::Provisioning => "created by the provisioning service",
            UserCreation::NotNeeded => "not kept by the application",
        }
    }

    /// What a field's values look like.
    pub(crate) fn patterns(&self, field: FieldName) -> Vec<String> {
        let found = self.0.field(field);
        found.map_or_else(Vec::new, |field| {
            field.values.iter().map(ToString::to_string).collect()
        })
    }
}

/// The template that an application was made from.
pub(crate) fn offer_of(directory: &Directory, application: &Application) -> Option<Offer> {
    directory.template(application.template.as_deref()?).map(Offer)
}
