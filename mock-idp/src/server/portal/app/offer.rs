//! What the gallery offers, and what an application has from its template on the first day.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::directory::{Application, Claim, Directory, ReplyUrl};
use crate::gallery::{Choose, FieldName, Initiation, Pattern, Template, UserCreation, builtin};

/// A template of the gallery.
pub(crate) struct Offer(pub(crate) Template);

/// Reading them takes a moment, and they are the same all the time.
static ALONG: LazyLock<Vec<Template>> = LazyLock::new(builtin);

impl Offer {
    /// All that have this in their name or description: those that were imported before those that come along.
    pub(crate) fn all(directory: &Directory, wanted: &str) -> Vec<Self> {
        let wanted = wanted.to_lowercase();
        let own = |template: &&Template| !directory.templates.iter().any(|other| other.id == template.id);
        let along = ALONG.iter().filter(own);
        let fits = |template: &&Template| {
            let about = template.about.as_deref().unwrap_or_default();
            [&template.name, about]
                .iter()
                .any(|text| text.to_lowercase().contains(&wanted))
        };
        let all = directory.templates.iter().chain(along).filter(fits);
        all.cloned().map(Self).collect()
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

    /// What the gallery sets up when the application is added: claims, NameID, signing, and the addresses that are the same for
    /// everybody.
    pub(crate) fn dress(&self, application: &mut Application) {
        let mut bare = self.0.clone();
        for name in FieldName::ALL {
            *bare.field_mut(name) = None;
        }
        bare.claims.retain(|claim| !claim.ask);
        let values = [("identifier", "urn:any"), ("reply-url", "https://any.example/")];
        let values: BTreeMap<_, _> = values
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        if let Ok(configured) = bare.configure(&values) {
            application.name_id = configured.name_id;
            application.group_claims = configured.group_claims;
            application.signing = configured.signing;
            for claim in configured.claims {
                let same = |known: &&mut Claim| known.wire_name() == claim.wire_name();
                match application.claims.iter_mut().find(same) {
                    Some(known) => *known = claim,
                    None => application.claims.push(claim),
                }
            }
        }
        let first = |field| self.fixed(field).into_iter().next();
        application.identifiers = self.fixed(FieldName::Identifier);
        application.reply_urls = self
            .fixed(FieldName::ReplyUrl)
            .into_iter()
            .enumerate()
            .map(|(at, url)| ReplyUrl {
                url,
                index: None,
                is_default: at == 0,
            })
            .collect();
        application.sign_on_url = first(FieldName::SignOnUrl);
        application.relay_state = first(FieldName::RelayState);
        application.logout_url = first(FieldName::LogoutUrl);
    }

    /// The values of a field that are the same for every customer.
    fn fixed(&self, field: FieldName) -> Vec<String> {
        let Some(field) = self.0.field(field) else {
            return Vec::new();
        };
        let all = field.values.iter().all(Pattern::is_fixed);
        match (all, field.choose, field.values.len()) {
            (true, Choose::All, _) | (true, Choose::One, 1) => {
                field.values.iter().map(ToString::to_string).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The template that an application was made from.
pub(crate) fn offer_of(directory: &Directory, application: &Application) -> Option<Offer> {
    directory.template(application.template.as_deref()?).map(Offer)
}
