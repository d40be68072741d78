//! Templates that come along: one for each common shape, of products that do not exist.

use std::sync::LazyLock;

use super::template::Template;

/// The files, in the order in which they are listed.
const FILES: [&str; 14] = [
    include_str!("templates/endpoint-backup.toml"),
    include_str!("templates/sp-only.toml"),
    include_str!("templates/both.toml"),
    include_str!("templates/fixed-identifier.toml"),
    include_str!("templates/plain-identifier.toml"),
    include_str!("templates/roles.toml"),
    include_str!("templates/name-id-mail.toml"),
    include_str!("templates/name-id-persistent.toml"),
    include_str!("templates/extra-claims.toml"),
    include_str!("templates/sign-both.toml"),
    include_str!("templates/sha1.toml"),
    include_str!("templates/relay-state.toml"),
    include_str!("templates/many-reply-urls.toml"),
    include_str!("templates/encrypted.toml"),
];

/// The templates that come along.
///
/// # Panics
/// Never: that each file is a template is tested.
pub fn builtin() -> &'static [Template] {
    /// Reading them takes a moment, and they are the same all the time.
    static ALONG: LazyLock<Vec<Template>> = LazyLock::new(|| {
        FILES
            .iter()
            .map(|text| Template::from_toml(text).expect("the templates that come along are tested"))
            .collect()
    });
    &ALONG
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn every_template_that_comes_along_is_one_and_says_what_it_is_for() {
        let mut ids = BTreeSet::new();
        for text in FILES {
            let template = Template::from_toml(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            assert!(template.about.is_some(), "{} says what it is for", template.id);
            assert!(ids.insert(template.id.clone()), "{} is there once", template.id);
            let again = Template::from_toml(&template.to_toml());
            assert_eq!(again.ok(), Some(template), "it is written as it is read");
        }
    }

    #[test]
    fn every_template_that_comes_along_becomes_an_application_by_its_placeholders_alone() {
        for template in builtin() {
            let values: BTreeMap<_, _> = template
                .settings()
                .into_iter()
                .filter(|name| super::super::FieldName::of_key(name).is_none() && name != "name")
                .map(|name| (name, "8080".to_owned()))
                .collect();
            let configured = template.configure(&values);
            assert!(configured.is_ok(), "{}: {configured:?}", template.id);
        }
    }
}
