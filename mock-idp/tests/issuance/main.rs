//! The messages have Azure's shape to the byte, and their signatures verify.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod choices;
mod metadata;
mod response;

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use mock_idp::{Application, Directory, ReplyUrl, SignIn, Tenant};
use saml::AuthnRequest;

static DIRECTORY: LazyLock<Directory> = LazyLock::new(|| {
    let mut directory = Directory::ephemeral().unwrap();
    directory.tenants[0].applications.push(application());
    directory
});

const NOW: &str = "2026-01-05T10:00:05.003Z";
const ACS: &str = "https://sp.example/acs";

fn application() -> Application {
    let reply = |url: &str, index, is_default| ReplyUrl {
        url: url.to_owned(),
        index,
        is_default,
    };
    Application {
        reply_urls: vec![
            reply("https://sp.example/other", Some(1), false),
            reply(ACS, None, true),
            reply("https://sp.example/acs?a=1&b=2", None, false),
        ],
        ..Application::new("https://sp.example/metadata")
    }
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
    let now: Timestamp = NOW.parse().unwrap();
    SignIn {
        tenant: tenant(),
        application: &tenant().applications[0],
        user: tenant().user("alice").unwrap(),
        request,
        now,
        authn_instant: now - SignedDuration::from_hours(2),
        name_id_format: None,
        azure: mock_idp::Azure::default(),
    }
}

/// Ids, digests, signature values and certificates made equal.
fn masked(text: &str) -> String {
    let alice = tenant().user("alice").unwrap();
    let mut text = text.replace(&tenant().id, "TID").replace(&alice.object_id, "OID");
    for tag in ["DigestValue", "SignatureValue", "X509Certificate"] {
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
