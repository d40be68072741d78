//! An AuthnRequest on the way to an IdP that nobody may be sent to: what it says of the SP.

use saml::{AuthnRequest, binding};
use url::Url;

use crate::judge::observation::Journey;

/// The AuthnRequest that a journey would have carried to an IdP by HTTP-Redirect, and where to.
pub(super) fn on_the_way(journey: &Journey) -> Option<(Url, AuthnRequest)> {
    journey.hops.iter().rev().find_map(|hop| {
        let there = || {
            let from = Url::parse(&hop.url).ok()?;
            from.join(hop.location.as_deref()?).ok()
        };
        read(there()?)
    })
}

const PARAMETER: &str = "SAMLRequest";

fn read(url: Url) -> Option<(Url, AuthnRequest)> {
    let (_, value) = url.query_pairs().find(|(name, _)| name == PARAMETER)?;
    let xml = binding::decode_redirect(&value).ok()?;
    let request = AuthnRequest::parse(&xml).ok()?;
    Some((url, request))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::observation::{Hop, Party};

    fn redirected(location: &str) -> Journey {
        Journey {
            hops: vec![Hop {
                method: "GET".to_owned(),
                url: "http://sp/login".to_owned(),
                party: Party::Sp,
                status: Some(302),
                location: Some(location.to_owned()),
                fields: Vec::new(),
                set_cookies: Vec::new(),
                elapsed: std::time::Duration::ZERO,
            }],
            ..Journey::default()
        }
    }

    #[test]
    fn the_request_in_a_redirect_says_who_the_sp_is() {
        let xml = "<p:AuthnRequest xmlns:p=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_1\" Version=\"2.0\" AssertionConsumerServiceURL=\"http://sp/acs\"><a:Issuer xmlns:a=\"urn:oasis:names:tc:SAML:2.0:assertion\">urn:sp</a:Issuer></p:AuthnRequest>";
        let query = binding::redirect_query(PARAMETER, xml, Some("x"));
        let (to, request) = on_the_way(&redirected(&format!("https://idp.example/sso?{query}"))).unwrap();
        assert_eq!(to.host_str(), Some("idp.example"));
        assert_eq!(request.issuer.as_deref(), Some("urn:sp"));
        assert_eq!(request.acs_url.as_deref(), Some("http://sp/acs"));
    }

    #[test]
    fn what_is_no_request_is_none() {
        for location in [
            "/home",
            "https://idp.example/sso?SAMLRequest=%%%",
            "http://:",
            "?SAMLRequest=",
        ] {
            assert!(on_the_way(&redirected(location)).is_none(), "{location}");
        }
    }
}
