//! What the SP itself sends when somebody signs out, held against its rules. Pure.

use std::collections::BTreeMap;

use mock_idp::server::LogoutCame;
use saml::{
    Certificate, LogoutRequest, LogoutResponse, SpMetadata, binding::verify_query, signature::verify_message,
};
use scenarios::Property;

/// What it is held against.
pub(crate) struct Known<'a> {
    /// The SP, as its metadata has it.
    pub(crate) sp: &'a SpMetadata,
    /// Where its logout messages go.
    pub(crate) idp: &'a str,
    /// What the flow kept: the names in the assertion, the ID of the IdP's request.
    pub(crate) values: &'a BTreeMap<String, String>,
}

/// Whether the message has the property; how it lacks it otherwise.
pub(crate) fn holds(property: Property, came: &LogoutCame, known: &Known<'_>) -> Result<(), String> {
    match property {
        Property::LogoutRequestNames => names(came, known),
        Property::LogoutRequestSigned => signed(came, &known.sp.signing),
        Property::LogoutResponseSigned => {
            answers(came, known)?;
            signed(came, &known.sp.signing)
        }
        Property::Request(_) | Property::Metadata(_) | Property::Web(_) => {
            Err("a logout message is no AuthnRequest, no metadata and no page".to_owned())
        }
    }
}

fn names(came: &LogoutCame, known: &Known<'_>) -> Result<(), String> {
    let request = LogoutRequest::parse(&came.xml).map_err(|why| why.to_string())?;
    let encrypted = came.xml.contains("EncryptedID");
    if !encrypted {
        request.complete().map_err(|why| why.to_string())?;
    }
    same("Issuer", request.issuer.as_deref(), Some(&known.sp.entity_id))?;
    if request.destination.is_some() {
        same("Destination", request.destination.as_deref(), Some(known.idp))?;
    }
    let value = |name: &str| known.values.get(name).map(String::as_str);
    if let Some(name) = request.name_id.as_ref().filter(|_| !encrypted) {
        same("NameID", Some(&name.value), value("name_id"))?;
        same(
            "Format of the NameID",
            name.format.as_deref(),
            value("name_id_format"),
        )?;
    }
    let index = value("session_index").unwrap_or_default();
    match request.session_indexes.iter().any(|known| known == index) {
        true => Ok(()),
        false => Err(format!(
            "no SessionIndex of the LogoutRequest is {index}, as the assertion had it"
        )),
    }
}

fn answers(came: &LogoutCame, known: &Known<'_>) -> Result<(), String> {
    let response = LogoutResponse::parse(&came.xml).map_err(|why| why.to_string())?;
    let asked = known.values.get("logout_id").map(String::as_str);
    same("InResponseTo", response.in_response_to.as_deref(), asked)?;
    same("Issuer", response.issuer.as_deref(), Some(&known.sp.entity_id))?;
    match response.destination.as_deref() {
        None => Ok(()),
        stated => same("Destination", stated, Some(known.idp)),
    }
}

fn same(what: &str, stated: Option<&str>, right: Option<&str>) -> Result<(), String> {
    let shown =
        |value: Option<&str>| value.map_or_else(|| "missing".to_owned(), |value| format!("`{value}`"));
    match stated == right {
        true => Ok(()),
        false => Err(format!(
            "the {what} is {}, and {} is right",
            shown(stated),
            shown(right)
        )),
    }
}

fn signed(came: &LogoutCame, certificates: &[Certificate]) -> Result<(), String> {
    let Some(query) = &came.raw_query else {
        return verify_message(&came.xml, certificates, true)
            .map(drop)
            .map_err(|why| why.to_string());
    };
    let mut why = "its signature holds under no certificate of the SP's metadata".to_owned();
    for certificate in certificates {
        match verify_query(query, certificate) {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(error) => why = error.to_string(),
        }
    }
    Err(why)
}

#[cfg(test)]
mod tests {
    use saml::{
        SigningKey,
        assertion::NameId,
        binding::{redirect_query, sign_query},
        key::Kind,
    };

    use super::*;

    const IDP: &str = "https://idp.example/saml2";

    fn request() -> LogoutRequest {
        LogoutRequest {
            id: "_1".to_owned(),
            version: "2.0".to_owned(),
            issue_instant: Some("2026-01-01T00:00:00Z".to_owned()),
            destination: Some(IDP.to_owned()),
            issuer: Some("https://sp.example".to_owned()),
            name_id: Some(NameId {
                value: "alice".to_owned(),
                ..NameId::default()
            }),
            session_indexes: vec!["_s".to_owned()],
            ..LogoutRequest::default()
        }
    }

    fn judged(property: Property, came: &LogoutCame, signing: Vec<Certificate>) -> Result<(), String> {
        let sp = SpMetadata {
            entity_id: "https://sp.example".to_owned(),
            signing,
            ..SpMetadata::default()
        };
        let values = [("name_id", "alice"), ("session_index", "_s"), ("logout_id", "_7")];
        let values = values
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        let known = Known {
            sp: &sp,
            idp: IDP,
            values: &values,
        };
        holds(property, came, &known)
    }

    fn came(xml: String, raw_query: Option<String>) -> LogoutCame {
        LogoutCame {
            answers: xml.contains("LogoutResponse"),
            xml,
            raw_query,
        }
    }

    #[test]
    fn a_request_names_whom_the_assertion_named() {
        let named = |change: fn(&mut LogoutRequest)| {
            let mut request = request();
            change(&mut request);
            judged(
                Property::LogoutRequestNames,
                &came(request.to_xml(), None),
                Vec::new(),
            )
        };
        assert_eq!(named(|_| {}), Ok(()));
        assert_eq!(named(|request| request.destination = None), Ok(()));
        let lacks = |change: fn(&mut LogoutRequest)| named(change).unwrap_err();
        assert!(lacks(|request| request.issuer = Some("x".to_owned())).contains("Issuer"));
        assert!(lacks(|request| request.destination = Some("x".to_owned())).contains("Destination"));
        assert!(lacks(|request| request.session_indexes.clear()).contains("SessionIndex"));
        assert!(lacks(|request| request.name_id = None).contains("NameID"));
        let other = |request: &mut LogoutRequest| request.name_id.as_mut().unwrap().value.push('x');
        assert!(lacks(other).contains("`alicex`"));
    }

    #[test]
    fn a_message_is_signed_by_a_key_of_the_metadata() {
        let key = SigningKey::generate(Kind::Rsa2048).unwrap();
        let xml = request().to_xml();
        let plain = redirect_query("SAMLRequest", &xml, None);
        let query = sign_query(&plain, &key).unwrap();
        let own = || vec![key.certificate().clone()];
        let judge = |query: &str, keys| {
            judged(
                Property::LogoutRequestSigned,
                &came(xml.clone(), Some(query.to_owned())),
                keys,
            )
        };
        assert_eq!(judge(&query, own()), Ok(()));
        assert!(judge(&plain, own()).is_err());
        let other = SigningKey::generate(Kind::Rsa2048).unwrap();
        assert!(judge(&query, vec![other.certificate().clone()]).is_err());
        assert!(judged(Property::LogoutRequestSigned, &came(xml.clone(), None), own()).is_err());
    }

    #[test]
    fn an_answer_says_what_it_answers() {
        let key = SigningKey::generate(Kind::Rsa2048).unwrap();
        let judge = |in_response_to: &str| {
            let response = LogoutResponse {
                id: "_2".to_owned(),
                in_response_to: Some(in_response_to.to_owned()),
                issuer: Some("https://sp.example".to_owned()),
                ..LogoutResponse::default()
            };
            let xml = response.to_xml();
            let query = sign_query(&redirect_query("SAMLResponse", &xml, None), &key).unwrap();
            let keys = vec![key.certificate().clone()];
            judged(Property::LogoutResponseSigned, &came(xml, Some(query)), keys)
        };
        assert_eq!(judge("_7"), Ok(()));
        assert!(judge("_8").unwrap_err().contains("InResponseTo"));
    }
}
