//! Federation metadata, golden.

use mock_idp::directory::SigningCertificate;
use mock_idp::federation_metadata;
use mock_idp::issuance::common_federation_metadata;
use saml::signature::{signatures, verify};

use super::{DIRECTORY, SIGNATURE, between, changed, masked, one_line, tenant};

const METADATA: &str = r##"
<EntityDescriptor ID="ID-1" entityID="https://sts.windows.net/TID/" xmlns="urn:oasis:names:tc:SAML:2.0:metadata">
{signature}
<RoleDescriptor xsi:type="fed:SecurityTokenServiceType" protocolSupportEnumeration="http://docs.oasis-open.org/wsfed/federation/200706" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706">
{key}
<fed:ClaimTypesOffered>{claims}</fed:ClaimTypesOffered>
<fed:SecurityTokenServiceEndpoint>{passive}</fed:SecurityTokenServiceEndpoint>
<fed:PassiveRequestorEndpoint>{passive}</fed:PassiveRequestorEndpoint>
</RoleDescriptor>
<RoleDescriptor xsi:type="fed:ApplicationServiceType" protocolSupportEnumeration="http://docs.oasis-open.org/wsfed/federation/200706" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706">
{key}
<fed:TargetScopes><wsa:EndpointReference xmlns:wsa="http://www.w3.org/2005/08/addressing"><wsa:Address>https://sts.windows.net/TID/</wsa:Address></wsa:EndpointReference></fed:TargetScopes>
<fed:ApplicationServiceEndpoint>{passive}</fed:ApplicationServiceEndpoint>
<fed:PassiveRequestorEndpoint>{passive}</fed:PassiveRequestorEndpoint>
</RoleDescriptor>
<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
{key}
<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="http://localhost:8400/TID/saml2"/>
<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="http://localhost:8400/TID/saml2"/>
<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="http://localhost:8400/TID/saml2"/>
</IDPSSODescriptor>
</EntityDescriptor>"##;

#[test]
fn federation_metadata_is_one_line_after_a_byte_order_mark_in_azures_order() {
    let bytes = federation_metadata(tenant(), "http://localhost:8400", None).unwrap();
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap()).unwrap();
    let body = text
        .strip_prefix(r#"<?xml version="1.0" encoding="utf-8"?>"#)
        .unwrap();
    let signature = SIGNATURE
        .replace("{method}", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")
        .replace("{digest}", "http://www.w3.org/2001/04/xmlenc#sha256")
        .replace("{id}", "ID-1");
    let key = r#"<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>…</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"#;
    let passive = r#"<wsa:EndpointReference xmlns:wsa="http://www.w3.org/2005/08/addressing"><wsa:Address>http://localhost:8400/TID/wsfed</wsa:Address></wsa:EndpointReference>"#;
    let masked = between(
        &masked(body),
        "<fed:ClaimTypesOffered>",
        "</fed:ClaimTypesOffered>",
        "{claims}",
    );
    let golden = METADATA
        .replace("{signature}", &signature)
        .replace("{key}", key)
        .replace("{passive}", passive);
    assert_eq!(masked, one_line(&golden));
}

#[test]
fn federation_metadata_offers_the_nineteen_claim_types_in_order() {
    let bytes = federation_metadata(tenant(), "http://localhost:8400", None).unwrap();
    let text = std::str::from_utf8(&bytes[3..]).unwrap();
    let view = roxmltree::Document::parse(text).unwrap();
    let offered: Vec<_> = view
        .descendants()
        .filter(|node| node.tag_name().name() == "ClaimType")
        .map(|node| node.attribute("Uri").unwrap().rsplit('/').next().unwrap())
        .collect();
    assert_eq!(
        offered,
        [
            "name",
            "nameidentifier",
            "givenname",
            "surname",
            "displayname",
            "nickname",
            "authenticationinstant",
            "authenticationmethod",
            "objectidentifier",
            "tenantid",
            "identityprovider",
            "emailaddress",
            "groups",
            "accesstoken",
            "expiration",
            "openid2_id",
            "groups.link",
            "role",
            "wids"
        ]
    );
}

#[test]
fn federation_metadata_lists_every_published_key_and_is_signed_by_the_active_one() {
    let mut tenant = tenant().clone();
    tenant.keys.published = vec![tenant.keys.k2.clone(), tenant.keys.k1.clone()];
    tenant.keys.active = tenant.keys.k2.clone();
    let bytes = federation_metadata(&tenant, "http://localhost:8400/", None).unwrap();
    let text = std::str::from_utf8(&bytes[3..]).unwrap();
    let [one, two] = [&tenant.keys.k1, &tenant.keys.k2].map(|key| key.certificate().base64());
    assert_eq!(text.matches(&one).count(), 3);
    assert_eq!(text.matches(&two).count(), 3 + 1, "and once in the signature");
    assert!(text.find(&two) < text.find(&one));
    let at = signatures(text)[0];
    assert!(verify(text, at, tenant.keys.k2.certificate()).unwrap());

    let metadata = saml::metadata::IdpMetadata::parse(&bytes).unwrap();
    assert_eq!(metadata.entity_id, tenant.entity_id());
    assert_eq!(metadata.signing.len(), 2);
    assert_eq!(metadata.sso.len(), 2);
    assert!(
        metadata
            .sso
            .iter()
            .all(|sso| sso.location == format!("http://localhost:8400/{}/saml2", tenant.id))
    );
}

#[test]
fn an_application_with_keys_of_its_own_has_metadata_of_its_own() {
    let key = DIRECTORY.fabrikam().keys.active.clone();
    let mut lost = SigningCertificate::of(DIRECTORY.fabrikam().keys.k2.clone(), true);
    lost.key = None;
    let tenant = changed(|application| {
        application.certificates = vec![lost.clone(), SigningCertificate::of(key.clone(), false)];
    });
    let bytes = federation_metadata(&tenant, "http://localhost:8400", Some(&tenant.applications[0])).unwrap();
    let text = std::str::from_utf8(&bytes[3..]).unwrap();
    let own = key.certificate().base64();
    assert_eq!(
        text.matches(&own).count(),
        3 + 1,
        "inactive, and yet the one that signs"
    );
    assert_eq!(
        text.matches(&lost.certificate.base64()).count(),
        3,
        "without its key"
    );
    assert!(
        text.find(&lost.certificate.base64()) < text.rfind(&own),
        "in the order in which they were made"
    );
    assert!(!text.contains(&tenant.keys.active.certificate().base64()));
}

#[test]
fn the_metadata_of_common_is_nobodys_and_lists_everybodys_keys() {
    let bytes = common_federation_metadata(&DIRECTORY, "http://localhost:8400/").unwrap();
    let text = std::str::from_utf8(&bytes[3..]).unwrap();
    assert!(text.contains(r#" entityID="https://sts.windows.net/{tenant}/" "#));
    assert!(text.contains(r#"<wsa:Address>https://sts.windows.net/{tenant}/</wsa:Address>"#));
    assert_eq!(
        text.matches(r#"Location="http://localhost:8400/common/saml2""#)
            .count(),
        3
    );
    let metadata = saml::metadata::IdpMetadata::parse(&bytes).unwrap();
    assert_eq!(metadata.signing.len(), 2);
    assert!(verify(text, signatures(text)[0], tenant().keys.active.certificate()).unwrap());
}
