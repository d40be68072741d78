//! Federation metadata, errors for the service provider, logout messages.

use mock_idp::issuance::{
    answer_to, common_federation_metadata, federation_metadata, logout_request, logout_response, pairwise,
};
use mock_idp::{Aadsts, Azure, BindingAnswer, Tenant};
use saml::{AuthnRequest, LogoutRequest};

use super::cases::rollover;
use super::shape::signature;
use super::{golden, verified};
use crate::{DIRECTORY, between, now, request, tenant};

const METADATA: &str = r##"
<?xml version="1.0" encoding="utf-8"?><EntityDescriptor ID="ID-1" entityID="{entity id}" xmlns="urn:oasis:names:tc:SAML:2.0:metadata">
{signature}
<RoleDescriptor xsi:type="fed:SecurityTokenServiceType" protocolSupportEnumeration="http://docs.oasis-open.org/wsfed/federation/200706" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706">
{keys}
<fed:ClaimTypesOffered>…</fed:ClaimTypesOffered>
<fed:SecurityTokenServiceEndpoint>{passive}</fed:SecurityTokenServiceEndpoint>
<fed:PassiveRequestorEndpoint>{passive}</fed:PassiveRequestorEndpoint>
</RoleDescriptor>
<RoleDescriptor xsi:type="fed:ApplicationServiceType" protocolSupportEnumeration="http://docs.oasis-open.org/wsfed/federation/200706" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706">
{keys}
<fed:TargetScopes><wsa:EndpointReference xmlns:wsa="http://www.w3.org/2005/08/addressing"><wsa:Address>{entity id}</wsa:Address></wsa:EndpointReference></fed:TargetScopes>
<fed:ApplicationServiceEndpoint>{passive}</fed:ApplicationServiceEndpoint>
<fed:PassiveRequestorEndpoint>{passive}</fed:PassiveRequestorEndpoint>
</RoleDescriptor>
<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
{keys}
<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://login.example/{tenant}/saml2"/>
<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://login.example/{tenant}/saml2"/>
<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://login.example/{tenant}/saml2"/>
</IDPSSODescriptor>
</EntityDescriptor>"##;

fn shape(tenant: &str, entity_id: &str, signer: &str, keys: &[&str]) -> String {
    let key = |name: &&str| {
        format!(
            r#"<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{name}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"#
        )
    };
    let passive = r#"<wsa:EndpointReference xmlns:wsa="http://www.w3.org/2005/08/addressing"><wsa:Address>https://login.example/{tenant}/wsfed</wsa:Address></wsa:EndpointReference>"#;
    METADATA
        .replace("{signature}", &signature("ID-1", false, signer))
        .replace("{keys}", &keys.iter().map(key).collect::<String>())
        .replace("{passive}", passive)
        .replace("{tenant}", tenant)
        .replace("{entity id}", entity_id)
}

/// Compares a document, which begins with a byte order mark.
fn compare(name: &str, tenant: &Tenant, bytes: &[u8], shape: &str) {
    let text = std::str::from_utf8(bytes)
        .unwrap()
        .strip_prefix('\u{feff}')
        .unwrap();
    let tag = "fed:ClaimTypesOffered";
    let hidden = between(text, &format!("<{tag}>"), &format!("</{tag}>"), "…");
    golden(name, tenant, &hidden, shape);
    let signer = tenant.keys_of(&tenant.applications[0]).active;
    verified(text, signer.certificate(), 1);
}

const OWN: &str = "https://sts.windows.net/TID/";

#[test]
fn metadata_of_a_tenant_and_of_an_application_before_in_and_after_a_rollover() {
    let bytes = federation_metadata(tenant(), "https://login.example", None).unwrap();
    compare(
        "metadata-tenant",
        tenant(),
        &bytes,
        &shape("TID", OWN, "TENANT", &["TENANT"]),
    );
    for (when, signer, tenant) in rollover() {
        let application = Some(&tenant.applications[0]);
        let bytes = federation_metadata(&tenant, "https://login.example", application).unwrap();
        let listed: &[&str] = if when == "before" {
            &["CERT-1"]
        } else {
            &["CERT-1", "CERT-2"]
        };
        compare(
            &format!("metadata-appid-{when}"),
            &tenant,
            &bytes,
            &shape("TID", OWN, signer, listed),
        );
    }
}

#[test]
fn metadata_of_common() {
    let bytes = common_federation_metadata(&DIRECTORY, "https://login.example").unwrap();
    let other = DIRECTORY.fabrikam().keys.k1.certificate().base64();
    let text = String::from_utf8(bytes).unwrap();
    let named = text.replace(&other, "OTHER");
    let tag = "fed:ClaimTypesOffered";
    let hidden = between(&named, &format!("<{tag}>"), &format!("</{tag}>"), "…");
    let entity_id = "https://sts.windows.net/{tenant}/";
    let shape = shape("common", entity_id, "TENANT", &["TENANT", "OTHER"]);
    golden(
        "metadata-common",
        tenant(),
        hidden.strip_prefix('\u{feff}').unwrap(),
        &shape,
    );
    verified(&text[3..], tenant().keys.active.certificate(), 1);
}

const ERROR: &str = r#"
<samlp:Response ID="ID-1" Version="2.0" IssueInstant="2026-01-05T10:00:05.003Z" InResponseTo="id6f1c" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">
<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">https://sts.windows.net/TID/</Issuer>
<samlp:Status>
<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{outer}"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{inner}"/></samlp:StatusCode>
<samlp:StatusMessage>{message}</samlp:StatusMessage>
</samlp:Status>
</samlp:Response>"#;

#[test]
fn errors_that_reach_the_service_provider() {
    let azure = Azure {
        unsupported_binding: BindingAnswer::SamlResponse,
        ..Azure::default()
    };
    let passive = AuthnRequest {
        is_passive: true,
        ..request("", "")
    };
    for (name, error, outer, inner, message) in [
        (
            "error-no-passive",
            Aadsts::NoSession,
            "Responder",
            "NoPassive",
            "AADSTS50058: A silent sign-in request was sent but no user is signed in.",
        ),
        (
            "error-unsupported-binding",
            Aadsts::UnsupportedBinding {
                binding: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact".to_owned(),
            },
            "Requester",
            "UnsupportedBinding",
            "AADSTS750032: SAML protocol response cannot be sent via bindings other than HTTP POST. Requested binding: urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact",
        ),
        (
            "error-request-unsupported",
            Aadsts::SpNameQualifierNotSupported {
                qualifier: "q".to_owned(),
            },
            "Requester",
            "RequestUnsupported",
            "AADSTS75006: The SAML authentication request could not be processed. AADSTS90011: The SPNameQualifier 'q' of the NameIDPolicy is not supported.",
        ),
    ] {
        let xml = answer_to(tenant(), &passive, &error, &azure, now())
            .unwrap()
            .to_xml();
        let trace = between(&xml, "Trace ID: ", "\n", "TRACE");
        let lines = trace.replace('\n', "|");
        let shape = ERROR.replace("{outer}", outer).replace("{inner}", inner).replace(
            "{message}",
            &format!("{message}|Trace ID: TRACE|Timestamp: 2026-01-05 10:00:05Z"),
        );
        golden(name, tenant(), &lines, &shape);
    }
}

#[test]
fn logout_messages() {
    let application = &tenant().applications[0];
    let asked = LogoutRequest {
        id: "id-lo".to_owned(),
        ..LogoutRequest::default()
    };
    let response = logout_response(tenant(), application, &asked, &Azure::default(), now());
    let head =
        r#"Version="2.0" IssueInstant="2026-01-05T10:00:05.003Z" Destination="https://sp.example/slo""#;
    let tail = r#"xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"><Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">https://sts.windows.net/TID/</Issuer>"#;
    let shape = format!(
        r#"<samlp:LogoutResponse ID="ID-1" {head} InResponseTo="id-lo" {tail}<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:LogoutResponse>"#
    );
    let xml = response.to_xml();
    golden(
        "logout-response",
        tenant(),
        &xml.replace(&response.id, "ID-1"),
        &shape,
    );

    let user = tenant().user("alice").unwrap();
    let request = logout_request(tenant(), application, user, "_s1", now());
    let shape = format!(
        r#"<samlp:LogoutRequest ID="ID-1" {head} {tail}<NameID xmlns="urn:oasis:names:tc:SAML:2.0:assertion">PAIRWISE</NameID><samlp:SessionIndex>_s1</samlp:SessionIndex></samlp:LogoutRequest>"#
    );
    let xml = request
        .to_xml()
        .replace(&pairwise(tenant(), application, user), "PAIRWISE");
    golden(
        "logout-request",
        tenant(),
        &xml.replace(&request.id, "ID-1"),
        &shape,
    );
}
