//! The query of the HTTP-Redirect binding: percent-encoding, and the detached signature over it (Bindings 3.4.4).

use base64::prelude::*;
use openssl::{hash::MessageDigest, sign::Signer, sign::Verifier};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{BindingError, base64, deflate};
use crate::{
    key::{Certificate, SigningKey},
    names::alg,
};

/// In which letters percent-encoding writes its digits. A signature is over the octets as they are written, so
/// that a receiver who encodes anew must know (RFC 3986, section 2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Percent {
    /// `%2B`, as RFC 3986 recommends.
    #[default]
    Upper,
    /// `%2b`, as Azure writes it in single logout.
    Lower,
}

/// How a query is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueryAlgorithm {
    /// RSA with SHA-1, for what is old.
    RsaSha1,
    /// RSA with SHA-256.
    #[default]
    RsaSha256,
    /// RSA with SHA-384.
    RsaSha384,
    /// RSA with SHA-512.
    RsaSha512,
}

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Percent-encoding of everything that is not unreserved (RFC 3986, section 2.3), in capital letters.
pub fn percent_encode(text: &str) -> String {
    percent_encode_with(text, Percent::Upper)
}

/// Percent-encoding of everything that is not unreserved (RFC 3986, section 2.3).
pub fn percent_encode_with(text: &str, percent: Percent) -> String {
    let pieces = utf8_percent_encode(text, UNRESERVED);
    match percent {
        Percent::Upper => pieces.to_string(),
        // An encoded octet is a piece of its own, and nothing else begins with a percent sign.
        Percent::Lower => pieces
            .map(|piece| match piece.starts_with('%') {
                true => piece.to_ascii_lowercase(),
                false => piece.to_owned(),
            })
            .collect(),
    }
}

/// The query of a message: `SAMLRequest` or `SAMLResponse`, then RelayState.
pub fn redirect_query(kind: &str, xml: &str, relay_state: Option<&str>) -> String {
    redirect_query_with(kind, xml, relay_state, Percent::Upper)
}

/// As [`redirect_query`], with percent-encoding in these letters.
pub fn redirect_query_with(kind: &str, xml: &str, relay_state: Option<&str>, percent: Percent) -> String {
    let message = percent_encode_with(&BASE64_STANDARD.encode(deflate(xml)), percent);
    match relay_state {
        Some(state) => format!(
            "{kind}={message}&RelayState={}",
            percent_encode_with(state, percent)
        ),
        None => format!("{kind}={message}"),
    }
}

/// Adds SigAlg (rsa-sha256) and Signature to a query (Bindings 3.4.4.1).
///
/// # Errors
/// OpenSSL fails.
pub fn sign_query(query: &str, key: &SigningKey) -> Result<String, BindingError> {
    sign_query_with(query, key, QueryAlgorithm::RsaSha256, Percent::Upper)
}

/// As [`sign_query`], with this algorithm, and SigAlg and Signature percent-encoded in these letters.
///
/// # Errors
/// OpenSSL fails.
pub fn sign_query_with(
    query: &str,
    key: &SigningKey,
    algorithm: QueryAlgorithm,
    percent: Percent,
) -> Result<String, BindingError> {
    let input = format!("{query}&SigAlg={}", percent_encode_with(algorithm.uri(), percent));
    let value = Signer::new(algorithm.digest(), key.private())?.sign_oneshot_to_vec(input.as_bytes())?;
    Ok(format!(
        "{input}&Signature={}",
        percent_encode_with(&BASE64_STANDARD.encode(value), percent)
    ))
}

/// Whether the detached signature of a query holds, over the values exactly as they were sent. To refuse an
/// algorithm, or to try several certificates, there is [`query_signature`].
///
/// # Errors
/// A part is missing or doubled, or the algorithm is not known.
pub fn verify_query(raw_query: &str, certificate: &Certificate) -> Result<bool, BindingError> {
    query_signature(raw_query)?.holds(certificate)
}

/// The detached signature of a query as it was sent, percent-encoded still.
///
/// # Errors
/// A part is missing or doubled, the algorithm is not known, or the signature is not Base64.
pub fn query_signature(raw_query: &str) -> Result<QuerySignature, BindingError> {
    let raw = |name: &str| {
        let mut found = raw_query
            .split('&')
            .filter(|part| part.split('=').next() == Some(name));
        match (found.next(), found.next()) {
            (first, None) => Ok(first),
            (_, Some(_)) => Err(BindingError::Doubled(name.to_owned())),
        }
    };
    let message = match (raw("SAMLRequest")?, raw("SAMLResponse")?) {
        (Some(message), None) | (None, Some(message)) => message,
        _ => return Err(BindingError::Missing("one SAMLRequest or SAMLResponse")),
    };
    let algorithm = raw("SigAlg")?.ok_or(BindingError::Missing("SigAlg"))?;
    let signature = raw("Signature")?.ok_or(BindingError::Missing("Signature"))?;
    // The order in which they are signed is fixed (Bindings 3.4.4.1).
    let signed = match raw("RelayState")? {
        Some(state) => format!("{message}&{state}&{algorithm}"),
        None => format!("{message}&{algorithm}"),
    };
    Ok(QuerySignature {
        algorithm: QueryAlgorithm::of(&value(algorithm))?,
        value: base64(&value(signature))?,
        signed,
    })
}

fn value(part: &str) -> String {
    let value = part
        .split_once('=')
        .map_or("", |(_, value)| value)
        .replace('+', " ");
    percent_decode_str(&value).decode_utf8_lossy().into_owned()
}

/// The detached signature of a query: what is claimed, before anybody's key is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuerySignature {
    algorithm: QueryAlgorithm,
    value: Vec<u8>,
    signed: String,
}

impl QuerySignature {
    /// How it says that it is made.
    pub fn algorithm(&self) -> QueryAlgorithm {
        self.algorithm
    }

    /// Whether it holds under the key of this certificate, which must be RSA, as the algorithm says.
    ///
    /// # Errors
    /// OpenSSL fails.
    pub fn holds(&self, certificate: &Certificate) -> Result<bool, BindingError> {
        let key = certificate.public_key();
        if key.id() != openssl::pkey::Id::RSA {
            return Ok(false);
        }
        let mut verifier = Verifier::new(self.algorithm.digest(), &key)?;
        Ok(verifier
            .verify_oneshot(&self.value, self.signed.as_bytes())
            .unwrap_or(false))
    }
}

impl QueryAlgorithm {
    /// What stands in SigAlg.
    pub fn uri(self) -> &'static str {
        match self {
            Self::RsaSha1 => alg::RSA_SHA1,
            Self::RsaSha256 => alg::RSA_SHA256,
            Self::RsaSha384 => alg::RSA_SHA384,
            Self::RsaSha512 => alg::RSA_SHA512,
        }
    }

    fn of(uri: &str) -> Result<Self, BindingError> {
        [Self::RsaSha1, Self::RsaSha256, Self::RsaSha384, Self::RsaSha512]
            .into_iter()
            .find(|algorithm| algorithm.uri() == uri)
            .ok_or_else(|| BindingError::Unknown(uri.chars().take(128).collect()))
    }

    fn digest(self) -> MessageDigest {
        match self {
            Self::RsaSha1 => MessageDigest::sha1(),
            Self::RsaSha256 => MessageDigest::sha256(),
            Self::RsaSha384 => MessageDigest::sha384(),
            Self::RsaSha512 => MessageDigest::sha512(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Kind;
    use proptest::prelude::*;

    #[test]
    fn a_signed_query_holds_and_a_changed_one_does_not() {
        let key = SigningKey::generate(Kind::Rsa2048).unwrap();
        let query = sign_query(&redirect_query("SAMLRequest", "<a/>", Some("to here")), &key).unwrap();
        assert!(verify_query(&query, key.certificate()).unwrap());
        assert!(!verify_query(&query.replace("to%20here", "to%20there"), key.certificate()).unwrap());
        let doubled = format!("{query}&SAMLRequest=x");
        assert!(verify_query(&doubled, key.certificate()).is_err());
    }

    #[test]
    fn azures_small_letters_are_what_is_signed() {
        let key = SigningKey::generate(Kind::Rsa2048).unwrap();
        let state = "https://sp.example/?A=%2B ü";
        let query = redirect_query_with("SAMLResponse", "<LogoutResponse/>", Some(state), Percent::Lower);
        let query = sign_query_with(&query, &key, QueryAlgorithm::RsaSha256, Percent::Lower).unwrap();
        assert!(query.contains("&RelayState=https%3a%2f%2fsp.example%2f%3fA%3d%252B%20%c3%bc&SigAlg="));
        assert!(
            query.contains(
                "&SigAlg=http%3a%2f%2fwww.w3.org%2f2001%2f04%2fxmldsig-more%23rsa-sha256&Signature="
            )
        );
        assert!(query.ends_with("%3d%3d"), "{query}");
        assert!(verify_query(&query, key.certificate()).unwrap());
        // Who decodes and encodes anew in capital letters has other octets.
        let anew = query
            .replace("%3a", "%3A")
            .replace("%2f", "%2F")
            .replace("%3d", "%3D");
        assert!(!verify_query(&anew, key.certificate()).unwrap());
    }

    #[test]
    fn whoever_reads_a_signature_is_told_its_algorithm() {
        let key = SigningKey::generate(Kind::Rsa2048).unwrap();
        for algorithm in [QueryAlgorithm::RsaSha1, QueryAlgorithm::RsaSha512] {
            let query = redirect_query("SAMLRequest", "<a/>", None);
            let query = sign_query_with(&query, &key, algorithm, Percent::Upper).unwrap();
            let signature = query_signature(&query).unwrap();
            assert_eq!(signature.algorithm(), algorithm);
            assert!(signature.holds(key.certificate()).unwrap());
            let other = SigningKey::generate(Kind::P256).unwrap();
            assert!(!signature.holds(other.certificate()).unwrap());
        }
    }

    #[test]
    fn what_a_signed_query_lacks_is_named() {
        let missing = |query: &str| match query_signature(query) {
            Err(BindingError::Missing(what)) => what,
            other => panic!("{other:?}"),
        };
        assert_eq!(missing("SigAlg=x&Signature=y"), "one SAMLRequest or SAMLResponse");
        assert_eq!(
            missing("SAMLRequest=a&SAMLResponse=b"),
            "one SAMLRequest or SAMLResponse"
        );
        assert_eq!(missing("SAMLRequest=a&Signature=y"), "SigAlg");
        assert_eq!(missing("SAMLRequest=a&SigAlg=x"), "Signature");
        assert!(matches!(
            query_signature("SAMLRequest=a&SigAlg=x&Signature=AA&Signature=AA"),
            Err(BindingError::Doubled(name)) if name == "Signature"
        ));
        assert!(matches!(
            query_signature("SAMLRequest=a&SigAlg=urn%3Ax&Signature=AA"),
            Err(BindingError::Unknown(uri)) if uri == "urn:x"
        ));
    }

    proptest! {
        #[test]
        fn both_kinds_of_letters_decode_alike(text in "\\PC{0,60}") {
            let (upper, lower) = (percent_encode(&text), percent_encode_with(&text, Percent::Lower));
            prop_assert_eq!(percent_decode_str(&lower).decode_utf8().unwrap(), text.as_str());
            prop_assert!(upper.eq_ignore_ascii_case(&lower));
        }

        #[test]
        fn a_query_of_garbage_is_an_error_and_never_a_panic(query in "(SAMLRequest|SigAlg|Signature|RelayState|[&=%+a-f0-9]|\\PC){0,30}") {
            let _ = query_signature(&query);
        }
    }
}
