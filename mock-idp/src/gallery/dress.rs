//! What an application has from its template on the first day, before anybody types an address.

use std::collections::BTreeMap;

use super::{Choose, FieldName, Pattern, Template};
use crate::directory::Application;

impl Template {
    /// Sets an application up as the gallery does when it is added: claims, NameID, signing, and the addresses that are the same
    /// for everybody.
    pub fn dress(&self, application: &mut Application) {
        let mut bare = self.clone();
        for name in FieldName::ALL {
            *bare.field_mut(name) = None;
        }
        bare.claims.retain(|claim| !claim.ask);
        let values = [("identifier", "urn:any"), ("reply-url", "https://any.example/")];
        let values: BTreeMap<_, _> = values
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        if let Ok(configured) = bare.configure(&values) {
            configured.claim(application);
        }
        let first = |field| self.fixed(field).into_iter().next();
        application.identifiers = self.fixed(FieldName::Identifier);
        application.reply_urls = super::translate::reply_urls(&self.fixed(FieldName::ReplyUrl));
        application.sign_on_url = first(FieldName::SignOnUrl);
        application.relay_state = first(FieldName::RelayState);
        application.logout_url = first(FieldName::LogoutUrl);
    }

    /// The values of a field that are the same for every customer.
    fn fixed(&self, field: FieldName) -> Vec<String> {
        let Some(field) = self.field(field) else {
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
