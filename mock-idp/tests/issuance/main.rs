//! The messages have Azure's shape to the byte, and their signatures verify.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::result_large_err,
    reason = "an error tells all that Azure's page tells"
)]

mod choices;
mod claims;
mod golden;
mod groups;
mod logout;
mod metadata;
mod name_ids;
mod policies;
mod requests;
mod response;
mod signed_requests;
mod transformations;
mod users;

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use mock_idp::{
    Aadsts, Application, Azure, By, Directory, Received, ReplyUrl, SignIn, Tenant, check_request,
};
use saml::assertion::Attribute;
use saml::{AuthnRequest, SpMetadata};

static DIRECTORY: LazyLock<Directory> = LazyLock::new(|| {
    let mut directory = Directory::ephemeral().unwrap();
    let metadata = SpMetadata::parse(
        br#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sp.example/metadata"><SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://sp.example/acs" index="0"/></SPSSODescriptor></EntityDescriptor>"#,
    );
    directory.tenants[0].adopt(&metadata.unwrap());
    let application = &mut directory.tenants[0].applications[0];
    application.reply_urls = reply_urls();
    application.logout_url = Some("https://sp.example/slo".to_owned());
    directory
});

const NOW: &str = "2026-01-05T10:00:05.003Z";
const ACS: &str = "https://sp.example/acs";

fn reply_urls() -> Vec<ReplyUrl> {
    let reply = |url: &str, index, is_default| ReplyUrl {
        url: url.to_owned(),
        index,
        is_default,
    };
    vec![
        reply("https://sp.example/other", Some(1), false),
        reply(ACS, None, true),
        reply("https://sp.example/acs?a=1&b=2", None, false),
    ]
}

/// The tenant, and its application changed.
fn changed(change: impl FnOnce(&mut Application)) -> Tenant {
    let mut tenant = tenant().clone();
    change(&mut tenant.applications[0]);
    tenant
}

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// What comes of an unsigned redirect with this request.
fn checked<'a>(tenant: &'a Tenant, request: &AuthnRequest, azure: &Azure) -> Result<&'a Application, Aadsts> {
    let received = Received {
        request,
        by: By::Redirect("SAMLRequest=x"),
        url: "https://login.example/T/saml2",
        service_principal: None,
    };
    check_request(tenant, &received, azure, now())
}

fn tenant() -> &'static Tenant {
    DIRECTORY.contoso()
}

/// A request with these attributes and, after the Issuer, these elements.
fn request(attributes: &str, elements: &str) -> AuthnRequest {
    AuthnRequest::parse(&format!(
        r#"<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="id6f1c" Version="2.0" IssueInstant="2026-01-05T10:00:00Z" {attributes}><Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">https://sp.example/metadata</Issuer>{elements}</samlp:AuthnRequest>"#
    ))
    .unwrap()
}

fn sign_in(request: Option<&AuthnRequest>) -> SignIn<'_> {
    SignIn {
        request,
        ..alice(tenant())
    }
}

/// Alice, signed in two hours ago, at the first application of this tenant.
fn alice(tenant: &Tenant) -> SignIn<'_> {
    SignIn {
        authn_instant: now() - SignedDuration::from_hours(2),
        ..SignIn::new(
            tenant,
            &tenant.applications[0],
            tenant.user("alice").unwrap(),
            now(),
        )
    }
}

/// The values of an attribute; none where it is left out.
fn values<'a>(attributes: &'a [Attribute], name: &str) -> Option<Vec<&'a str>> {
    let found = attributes.iter().find(|attribute| attribute.name == name)?;
    Some(found.values.iter().map(String::as_str).collect())
}

/// Ids, digests, signature values and certificates made equal.
fn masked(text: &str) -> String {
    between(
        &masked_but_certificates(text),
        "<X509Certificate>",
        "</X509Certificate>",
        "…",
    )
}

fn masked_but_certificates(text: &str) -> String {
    let alice = tenant().user("alice").unwrap();
    let mut text = text.replace(&tenant().id, "TID").replace(&alice.object_id, "OID");
    for tag in ["DigestValue", "SignatureValue"] {
        text = between(&text, &format!("<{tag}>"), &format!("</{tag}>"), "…");
    }
    let mut ids: Vec<String> = Vec::new();
    while let Some(at) = text.find("\"_").or_else(|| text.find("\"#_")) {
        let at = at + text[at..].find('_').unwrap();
        let id = text[at..at + 37].to_owned();
        ids.push(id.clone());
        text = text.replace(&id, &format!("ID-{}", ids.len()));
    }
    text
}

fn between(text: &str, start: &str, end: &str, with: &str) -> String {
    let mut parts = text.split(start);
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let (value, rest) = part.split_once(end).unwrap();
        assert!(!value.is_empty(), "{start}");
        // A Base64 value is in one line; other values are text.
        let base64 = !value.starts_with('<');
        assert!(!base64 || !value.contains(char::is_whitespace), "{start}{value}");
        out.push_str(&[start, with, end, rest].concat());
    }
    out
}

/// A golden text is written with one element a line.
fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect()
}

const SIGNATURE: &str = r##"
<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">
 <SignedInfo>
  <CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
  <SignatureMethod Algorithm="{method}"/>
  <Reference URI="#{id}">
   <Transforms>
    <Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
    <Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
   </Transforms>
   <DigestMethod Algorithm="{digest}"/>
   <DigestValue>…</DigestValue>
  </Reference>
 </SignedInfo>
 <SignatureValue>…</SignatureValue>
 <KeyInfo><X509Data><X509Certificate>…</X509Certificate></X509Data></KeyInfo>
</Signature>"##;
