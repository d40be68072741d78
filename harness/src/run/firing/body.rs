//! Bodies that no page of an identity provider's makes a browser send.

use scenarios::{Carriage, Wire};
use serde_json::{Map, Value};

/// What parts the entries of a body; it stands in no Base64.
const BOUNDARY: &str = "----samlitmus-boundary";

/// The type of the body and the body, where the fields do not go as a usual form.
pub(super) fn of(wire: &Wire) -> Option<(String, Vec<u8>)> {
    match wire.by {
        Carriage::Form | Carriage::Get => None,
        Carriage::Json => {
            let fields = wire.fields.iter();
            let object: Map<String, Value> = fields
                .map(|(name, value)| (name.clone(), Value::String(value.clone())))
                .collect();
            Some((
                "application/json".to_owned(),
                Value::Object(object).to_string().into_bytes(),
            ))
        }
        Carriage::Multipart => {
            let mut body = String::new();
            for (name, value) in &wire.fields {
                body.push_str(&format!(
                    "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                ));
            }
            body.push_str(&format!("--{BOUNDARY}--\r\n"));
            let kind = format!("multipart/form-data; boundary={BOUNDARY}");
            Some((kind, body.into_bytes()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(by: Carriage) -> Option<(String, String)> {
        let fields = [("SAMLResponse", "PHI+"), ("RelayState", "a \"b\"")];
        let wire = Wire {
            url: "http://sp/acs".to_owned(),
            fields: fields
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            by,
            ..Wire::default()
        };
        of(&wire).map(|(kind, body)| (kind, String::from_utf8(body).unwrap()))
    }

    #[test]
    fn the_fields_are_in_a_body_of_each_kind() {
        assert_eq!(body(Carriage::Form), None);
        let (kind, json) = body(Carriage::Json).unwrap();
        assert_eq!(kind, "application/json");
        assert_eq!(json, r#"{"RelayState":"a \"b\"","SAMLResponse":"PHI+"}"#);
        let (kind, parts) = body(Carriage::Multipart).unwrap();
        let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
        assert_eq!(parts.matches(boundary).count(), 3);
        assert!(parts.contains("name=\"SAMLResponse\"\r\n\r\nPHI+\r\n"), "{parts}");
        assert!(parts.ends_with(&format!("--{boundary}--\r\n")), "{parts}");
    }
}
