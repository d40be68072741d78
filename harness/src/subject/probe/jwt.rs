//! What a JSON Web Token claims. Whether it is true, the SP verifies, not we: it is only read.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::Value;

/// A longer payload is no token's.
const LONGEST: usize = 16 << 10;

/// Base64url with or without padding (RFC 7515, section 2, has none).
const URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The payload of a JWT in compact form (RFC 7519, section 7.2), as JSON. None for what is no signed or unsecured JWT with an
/// object in it: an opaque token, an encrypted one.
pub(super) fn claims(token: &str) -> Option<String> {
    let mut parts = token.split('.');
    let (_, payload, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    if payload.len() > LONGEST {
        return None;
    }
    let payload = String::from_utf8(URL.decode(payload).ok()?).ok()?;
    matches!(serde_json::from_str(&payload), Ok(Value::Object(_))).then_some(payload)
}

#[cfg(test)]
mod tests {
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::*;

    fn token(payload: &str) -> String {
        format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn the_payload_is_read_with_and_without_padding_and_signature() {
        let payload = r#"{"sub":"alice","n":["ä",1]}"#;
        assert_eq!(claims(&token(payload)).as_deref(), Some(payload));
        assert_eq!(claims("e30.eyJhIjoxfQ.").as_deref(), Some(r#"{"a":1}"#));
        assert_eq!(claims("e30.eyJhIjoxfQ==.x").as_deref(), Some(r#"{"a":1}"#));
    }

    #[test]
    fn what_is_no_jwt_claims_nothing() {
        let deep = token(&format!("{{\"a\":{}1{}}}", "[".repeat(3000), "]".repeat(3000)));
        let long = token(&format!("{{\"a\":\"{}\"}}", "x".repeat(LONGEST)));
        let encrypted = "e30.e30.e30.e30.e30";
        for wrong in [
            "",
            "opaque",
            "a.b",
            "e30.!.c",
            "e30..c",
            encrypted,
            &token("7"),
            &token("[]"),
            &token("{"),
            &deep,
            &long,
        ] {
            assert_eq!(claims(wrong), None, "{}", wrong.get(..40).unwrap_or(wrong));
        }
    }

    proptest! {
        #[test]
        fn garbage_claims_nothing_and_upsets_nothing(text in "[A-Za-z0-9_.=-]{0,60}|\\PC{0,30}", payload in "\\PC{0,40}") {
            let _ = claims(&text);
            let _ = claims(&token(&payload));
        }

        #[test]
        fn whatever_is_claimed_is_read(name in "\\PC{0,20}", number in any::<i64>()) {
            let payload = serde_json::json!({"a": [{"name": name}], "n": number}).to_string();
            let read: Value = serde_json::from_str(&claims(&token(&payload)).unwrap()).unwrap();
            prop_assert_eq!(read["a"][0]["name"].as_str(), Some(name.as_str()));
            prop_assert_eq!(read["n"].as_i64(), Some(number));
        }
    }
}
