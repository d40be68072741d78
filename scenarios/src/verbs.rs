//! A sentence is an object with one verb: `{ put = "evil", before = "Assertion" }`. Each verb is a struct; the
//! key that names it decides which.

/// Makes an enum of verb structs that reads itself from the one key that is a verb.
macro_rules! verbs {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $verb:literal => $variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, schemars::JsonSchema)]
        #[serde(untagged)]
        pub enum $name { $($(#[$vdoc])* $variant($variant)),+ }

        impl $name {
            /// Every verb of this kind of sentence.
            pub const VERBS: &'static [&'static str] = &[$($verb),+];

            /// The verb of this sentence.
            pub fn verb(&self) -> &'static str {
                match self { $(Self::$variant(_) => $verb),+ }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use serde::de::Error;
                let value = serde_json::Value::deserialize(deserializer)?;
                let Some(object) = value.as_object() else {
                    return Err(Error::custom(format!("a table with one verb is needed, not {value}")));
                };
                let mut found = Self::VERBS.iter().filter(|verb| object.contains_key(**verb));
                let Some(verb) = found.next() else {
                    return Err(Error::custom(format!("no verb in {value}; the verbs are {}", Self::VERBS.join(", "))));
                };
                if let Some(other) = found.next() {
                    return Err(Error::custom(format!("two verbs, {verb} and {other}, in {value}")));
                }
                match *verb {
                    $($verb => serde_json::from_value(value).map(Self::$variant)
                        .map_err(|e| Error::custom(format!("{verb}: {e}"))),)+
                    _ => Err(Error::custom("unreachable verb")),
                }
            }
        }
    };
}
pub(crate) use verbs;
