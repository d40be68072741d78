//! Which keys a scenario calls by name, so that they can be made before anybody waits for them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{keys::KeyRing, scenario::Scenario};

/// The placeholders whose argument begins with a key's name.
const PLACEHOLDERS: [&str; 3] = ["{certificate:", "{key-value:", "{signature:"];

impl Scenario {
    /// The names of the keys that any of its messages, or what it publishes, needs: those of [`KeyRing::NAMES`] that it
    /// mentions, and the one that signs where it mentions none.
    pub fn keys(&self) -> BTreeSet<&'static str> {
        let mut mentioned = BTreeSet::from(["K1"]);
        // As written, a scenario is a tree of texts; wherever a key stands in it, its name is one of these.
        if let Ok(written) = serde_json::to_value(self) {
            collect(&written, &mut mentioned);
        }
        mentioned
    }
}

fn collect(value: &Value, into: &mut BTreeSet<&'static str>) {
    match value {
        Value::String(text) => {
            for placeholder in PLACEHOLDERS {
                let arguments = text.split(placeholder).skip(1);
                into.extend(arguments.filter_map(|rest| known(rest.split(['}', ':']).next()?)));
            }
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, into)),
        Value::Object(fields) => {
            for (field, value) in fields {
                match (field.as_str(), value) {
                    ("key" | "for", Value::String(name)) => into.extend(known(name)),
                    ("keys", Value::Array(names)) => {
                        into.extend(names.iter().filter_map(|name| known(name.as_str()?)));
                    }
                    // The second tenant signs for its own user.
                    ("as" | "login" | "mint" | "end", Value::String(persona)) if persona == "outsider" => {
                        into.insert("fabrikam");
                    }
                    _ => collect(value, into),
                }
            }
        }
        _ => {}
    }
}

fn known(name: &str) -> Option<&'static str> {
    KeyRing::NAMES.into_iter().find(|known| *known == name)
}

#[cfg(test)]
mod tests {
    use crate::Catalogue;

    fn keys(id: &str) -> Vec<&'static str> {
        let scenario = Catalogue::embedded().get(id).unwrap();
        scenario.keys().into_iter().collect()
    }

    #[test]
    fn a_scenario_mentions_the_keys_that_sign_that_are_shown_and_that_are_published() {
        assert_eq!(keys("baseline/assertion-signed"), ["K1"]);
        assert_eq!(keys("trust/x509data-rogue-first"), ["K1", "rogue"]);
        assert_eq!(keys("trust/same-ca-leaf"), ["K1", "ca", "leaf", "sibling"]);
        assert_eq!(keys("trust/removed-key-still-trusted"), ["K1", "K2"]);
        assert_eq!(keys("trust/disabled-idp"), ["K1", "fabrikam"]);
        assert_eq!(keys("trust/cross-tenant-other-issuer"), ["K1", "fabrikam"]);
        assert_eq!(keys("signature/ecdsa-psychic"), ["K1", "p256"]);
        assert_eq!(keys("signature/transform-xslt-exec"), ["K1", "rogue"]);
        assert_eq!(keys("signature/void-c14n-signed-empty"), ["K1"]);
        assert_eq!(keys("interop/multiple-subject-confirmations"), ["K1", "rogue"]);
    }
}
