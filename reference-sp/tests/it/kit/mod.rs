//! What the tests share: an IdP that signs anything, and a browser that keeps cookies as browsers do.

pub(crate) mod browser;
pub(crate) mod office;

use std::sync::OnceLock;

use jiff::{SignedDuration, Timestamp};
use reference_sp::{Config, ReferenceSp, Trusted};
use saml::assertion::{Assertion, Attribute, Authn, Conditions, Confirmation, NameId, Subject};
use saml::key::{Kind, SigningKey};
use saml::metadata::{Endpoint, IdpMetadata};
use saml::names::{binding, context, method, name_id, status};
use saml::response::{Issuer, Response};
use saml::signature::{Template, sign};

pub(crate) const ALICE: &str = "alice@corp.example";
pub(crate) const VICTIM: &str = "admin@corp.example";
pub(crate) const ATTACKER: &str = "mallory@corp.example";
pub(crate) const ISSUER: &str = "https://sts.example/tenant-a/";
pub(crate) const OTHER_ISSUER: &str = "https://sts.example/tenant-b/";

/// An identity provider: a name and a key.
pub(crate) struct Idp {
    pub(crate) entity_id: &'static str,
    pub(crate) key: SigningKey,
}

fn idp(entity_id: &'static str) -> Idp {
    Idp {
        entity_id,
        key: SigningKey::generate(Kind::Rsa2048).unwrap(),
    }
}

/// The tenant of `corp.example`.
pub(crate) fn tenant() -> &'static Idp {
    static IDP: OnceLock<Idp> = OnceLock::new();
    IDP.get_or_init(|| idp(ISSUER))
}

/// A second tenant, of `other.example`.
pub(crate) fn other_tenant() -> &'static Idp {
    static IDP: OnceLock<Idp> = OnceLock::new();
    IDP.get_or_init(|| idp(OTHER_ISSUER))
}

/// The same name as the first tenant, and a key that nobody trusts.
pub(crate) fn rogue() -> &'static Idp {
    static IDP: OnceLock<Idp> = OnceLock::new();
    IDP.get_or_init(|| idp(ISSUER))
}

impl Idp {
    pub(crate) fn metadata(&self) -> IdpMetadata {
        IdpMetadata {
            entity_id: self.entity_id.to_owned(),
            sso: vec![Endpoint {
                binding: binding::REDIRECT.to_owned(),
                location: format!("{}saml2", self.entity_id),
                response_location: None,
            }],
            signing: vec![self.key.certificate().clone()],
            ..IdpMetadata::default()
        }
    }
}

/// Both tenants, each with its domain.
pub(crate) fn trust() -> Vec<Trusted> {
    let of = |idp: &Idp, domain: &str| Trusted {
        metadata: idp.metadata(),
        domains: vec![domain.to_owned()],
    };
    vec![of(tenant(), "corp.example"), of(other_tenant(), "other.example")]
}

/// A hardened service provider that trusts both tenants.
pub(crate) async fn hardened() -> ReferenceSp {
    start(Config::default()).await
}

/// A service provider of this configuration that trusts both tenants, and takes whomever they name.
pub(crate) async fn start(config: Config) -> ReferenceSp {
    ReferenceSp::start(Config {
        trust: trust(),
        create_users: true,
        ..config
    })
    .await
    .unwrap()
}

pub(crate) fn in_seconds(seconds: i64) -> String {
    saml::instant::format(Timestamp::now() + SignedDuration::from_secs(seconds))
}

pub(crate) fn fresh_id() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("_t{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A flawless unsolicited Response in the shape of Azure AD, not yet signed.
pub(crate) fn response(sp: &ReferenceSp, idp: &Idp, user: &str) -> Response {
    let issuer = Some(Issuer {
        value: idp.entity_id.to_owned(),
        format: None,
    });
    let attribute = |name: &str, value: &str| Attribute {
        name: name.to_owned(),
        values: vec![value.to_owned()],
        ..Attribute::default()
    };
    let assertion = Assertion {
        id: fresh_id(),
        issue_instant: in_seconds(0),
        issuer: issuer.clone(),
        subject: Subject {
            name_id: Some(NameId {
                value: user.to_owned(),
                format: Some(name_id::EMAIL.to_owned()),
                ..NameId::default()
            }),
            confirmations: vec![Confirmation {
                method: method::BEARER.to_owned(),
                not_on_or_after: Some(in_seconds(3600)),
                recipient: Some(sp.acs_url()),
                ..Confirmation::default()
            }],
        },
        conditions: Some(Conditions {
            not_before: Some(in_seconds(-300)),
            not_on_or_after: Some(in_seconds(3600)),
            audiences: vec![vec![sp.metadata_url()]],
        }),
        attributes: vec![
            attribute(
                "http://schemas.microsoft.com/identity/claims/displayname",
                &format!("Display of {user}"),
            ),
            attribute(
                "http://schemas.microsoft.com/ws/2008/06/identity/claims/role",
                "operator",
            ),
        ],
        authn: Some(Authn {
            instant: in_seconds(-60),
            session_index: Some(fresh_id()),
            class: Some(context::PASSWORD.to_owned()),
        }),
    };
    Response {
        id: fresh_id(),
        issue_instant: Some(in_seconds(0)),
        destination: Some(sp.acs_url()),
        issuer,
        status: vec![status::SUCCESS.to_owned()],
        assertions: vec![assertion],
        ..Response::default()
    }
}

/// Makes it the answer to a request.
pub(crate) fn answering(mut response: Response, request: &str) -> Response {
    response.in_response_to = Some(request.to_owned());
    for confirmation in &mut response.assertions[0].subject.confirmations {
        confirmation.in_response_to = Some(request.to_owned());
    }
    response
}

/// The ID that follows the start of this tag.
pub(crate) fn id_after(xml: &str, tag: &str) -> String {
    let rest = &xml[xml.find(tag).unwrap()..];
    rest.split_once(" ID=\"")
        .unwrap()
        .1
        .split('"')
        .next()
        .unwrap()
        .to_owned()
}

/// Signs the Assertion, as Azure AD does by default.
pub(crate) fn sign_assertion(xml: &str, idp: &Idp) -> String {
    sign_assertion_with(xml, idp, |_| {})
}

/// Signs the Assertion with a template of one's own.
pub(crate) fn sign_assertion_with(xml: &str, idp: &Idp, change: impl FnOnce(&mut Template)) -> String {
    let mut template = Template::azure(&id_after(xml, "<Assertion"), idp.key.certificate(), false);
    change(&mut template);
    place(xml, "<Assertion", &template, idp)
}

/// Signs the Response.
pub(crate) fn sign_response(xml: &str, idp: &Idp) -> String {
    let template = Template::azure(&id_after(xml, "<samlp:Response"), idp.key.certificate(), false);
    place(xml, "<samlp:Response", &template, idp)
}

/// Puts the Signature after the first Issuer behind `tag` and signs it.
fn place(xml: &str, tag: &str, template: &Template, idp: &Idp) -> String {
    let element = xml.find(tag).unwrap();
    let at = element + xml[element..].find("</Issuer>").unwrap() + "</Issuer>".len();
    sign(
        &saml::document::splice(xml, at..at, &template.to_xml()),
        at,
        &idp.key,
    )
    .unwrap()
}

/// A flawless login of this user with a signed Assertion.
pub(crate) fn flawless(sp: &ReferenceSp, user: &str) -> String {
    sign_assertion(&response(sp, tenant(), user).to_xml(), tenant())
}

/// The element from `open` to the last `close`.
pub(crate) fn cut<'a>(xml: &'a str, open: &str, close: &str) -> &'a str {
    let start = xml.find(open).unwrap();
    let end = xml.rfind(close).unwrap() + close.len();
    &xml[start..end]
}

/// The signed Assertion of a message.
pub(crate) fn assertion_of(xml: &str) -> &str {
    cut(xml, "<Assertion", "</Assertion>")
}

/// The first Signature of a message.
pub(crate) fn signature_of(xml: &str) -> &str {
    let start = xml.find("<Signature").unwrap();
    let end = start + xml[start..].find("</Signature>").unwrap() + "</Signature>".len();
    &xml[start..end]
}

/// The victim's Assertion that an attacker writes: his own without the Signature, under another ID unless `id` is kept.
pub(crate) fn evil(xml: &str, keep_id: bool) -> String {
    let genuine = assertion_of(xml);
    let evil = genuine
        .replace(signature_of(genuine), "")
        .replace(ATTACKER, VICTIM);
    if keep_id {
        evil
    } else {
        evil.replace(&id_after(genuine, "<Assertion"), "_evil")
    }
}
