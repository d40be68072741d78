//! Bodies that no page of an identity provider's makes a browser send.

use scenarios::{Carriage, Wire};
use serde_json::{Map, Value};

use crate::{
    driver::{Session, Visit},
    judge::observation::Journey,
};

/// What parts the entries of a body; it stands in no Base64.
const BOUNDARY: &str = "----samlitmus-boundary";

/// Sends it as no browser would, from a page of `from`.
pub(super) async fn send(
    wire: &Wire,
    session: &mut Session,
    mut headers: Vec<(String, String)>,
    from: Option<&str>,
) -> Journey {
    let Some((kind, body)) = of(wire) else {
        let visit = Visit::Post {
            url: &wire.url,
            fields: &wire.fields,
            from,
            headers: &headers,
        };
        return session.travel(visit).await;
    };
    headers.push(("Content-Type".to_owned(), kind));
    let visit = Visit::Raw {
        method: "POST",
        url: &wire.url,
        headers: &headers,
        body: &body,
        from,
    };
    session.travel(visit).await
}

/// The type of the body and the body, where the fields do not go as a usual form.
fn of(wire: &Wire) -> Option<(String, Vec<u8>)> {
    match wire.by {
        Carriage::Form | Carriage::Get | Carriage::Artifact => None,
        Carriage::Soap => {
            let message = wire.fields.first().map_or("", |(_, message)| message.as_str());
            Some((
                saml::soap::CONTENT_TYPE.to_owned(),
                saml::soap::wrap(message).into_bytes(),
            ))
        }
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
        let (kind, envelope) = body(Carriage::Soap).unwrap();
        assert_eq!(kind, "text/xml; charset=utf-8");
        assert!(envelope.contains(":Body>PHI+</"), "{envelope}");
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
