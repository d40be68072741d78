//! The federation metadata document, in the shape that trips careless parsers: a byte order mark, one line,
//! two WS-Federation roles before the SAML one, no validity, no NameIDFormat.

use std::fmt::Write as _;

use saml::document::{escape_attribute, escape_text};
use saml::key::{Certificate, SigningKey};
use saml::names::{binding, ns};
use saml::signature::{self, Template};

use super::IssueError;
use crate::{Application, Directory, Tenant, guid};

const FED: &str = "http://docs.oasis-open.org/wsfed/federation/200706";
const AUTH: &str = "http://docs.oasis-open.org/wsfed/authorization/200706";
const WSA: &str = "http://www.w3.org/2005/08/addressing";

/// The document as bytes, byte order mark first, signed by the active key.
///
/// `origin` is where the mock is reached, such as `http://localhost:8400`. With an application that has certificates of
/// its own these are listed, as `?appid=` does; else the tenant's. Every one is listed, active or not, in the order in which
/// they were made.
///
/// # Errors
///
/// Where libxmlsec1 refuses to sign.
pub fn federation_metadata(
    tenant: &Tenant,
    origin: &str,
    application: Option<&Application>,
) -> Result<Vec<u8>, IssueError> {
    let keys = application.map_or_else(
        || tenant.keys.as_signing(),
        |application| tenant.keys_of(application),
    );
    let own = application.map_or(&[][..], |application| application.certificates.as_slice());
    Document {
        entity_id: &tenant.entity_id(),
        base: &format!("{}/{}", origin.trim_end_matches('/'), tenant.id),
        certificates: match own {
            [] => keys.published.iter().map(|key| key.certificate()).collect(),
            own => own.iter().map(|own| &own.certificate).collect(),
        },
        artifact_resolution: tenant.artifact_resolution,
    }
    .signed(keys.active)
}

/// The document of `/common`, which is nobody's: its entityID has the literal text `{tenant}`. It lists the keys of every
/// tenant, since the mock's tenants do not share theirs as Azure's do.
///
/// # Errors
///
/// There is no tenant, or libxmlsec1 refuses to sign.
pub fn common_federation_metadata(directory: &Directory, origin: &str) -> Result<Vec<u8>, IssueError> {
    let all = directory.tenants.iter().flat_map(|tenant| &tenant.keys.published);
    let first = directory.tenants.first().ok_or(IssueError::NoTenant)?;
    Document {
        entity_id: "https://sts.windows.net/{tenant}/",
        base: &format!("{}/common", origin.trim_end_matches('/')),
        certificates: all.map(SigningKey::certificate).collect(),
        artifact_resolution: false,
    }
    .signed(&first.keys.active)
}

/// What varies from one document to the next.
struct Document<'a> {
    entity_id: &'a str,
    /// Where the endpoints are.
    base: &'a str,
    certificates: Vec<&'a Certificate>,
    /// Whether it names a service that Azure does not have.
    artifact_resolution: bool,
}

impl Document<'_> {
    fn signed(&self, key: &SigningKey) -> Result<Vec<u8>, IssueError> {
        let id = format!("_{}", guid::fresh());
        let head = format!(
            r#"<?xml version="1.0" encoding="utf-8"?><EntityDescriptor ID="{id}" entityID="{}" xmlns="{}">"#,
            escape_attribute(self.entity_id),
            ns::MD,
        );
        let signature = Template::azure(&id, key.certificate(), false).to_xml();
        let text = format!("{head}{signature}{}</EntityDescriptor>", self.roles());
        let signed = signature::sign(&text, head.len(), key).map_err(|source| IssueError::Signature {
            what: "federation metadata",
            source,
        })?;
        Ok([b"\xef\xbb\xbf", signed.as_bytes()].concat())
    }

    fn roles(&self) -> String {
        let base = escape_attribute(self.base);
        let keys = key_descriptors(&self.certificates);
        let passive = endpoint(&format!("{base}/wsfed"));
        let saml = format!("{base}/saml2");
        let realm = endpoint(&escape_text(self.entity_id));
        let role = |kind: &str| {
            format!(
                r#"<RoleDescriptor xsi:type="fed:{kind}" protocolSupportEnumeration="{FED}" xmlns:xsi="{}" xmlns:fed="{FED}">{keys}"#,
                ns::XSI,
            )
        };
        let service =
            |name: &str, binding: &str| format!(r#"<{name} Binding="{binding}" Location="{saml}"/>"#);
        let artifact_resolution = match self.artifact_resolution {
            false => String::new(),
            true => format!(
                r#"<ArtifactResolutionService Binding="{}" Location="{base}/artifact" index="0" isDefault="true"/>"#,
                binding::SOAP
            ),
        };
        [
            role("SecurityTokenServiceType"),
            claim_types(),
            format!("<fed:SecurityTokenServiceEndpoint>{passive}</fed:SecurityTokenServiceEndpoint>"),
            format!(
                "<fed:PassiveRequestorEndpoint>{passive}</fed:PassiveRequestorEndpoint></RoleDescriptor>"
            ),
            role("ApplicationServiceType"),
            format!("<fed:TargetScopes>{realm}</fed:TargetScopes>"),
            format!("<fed:ApplicationServiceEndpoint>{passive}</fed:ApplicationServiceEndpoint>"),
            format!(
                "<fed:PassiveRequestorEndpoint>{passive}</fed:PassiveRequestorEndpoint></RoleDescriptor>"
            ),
            format!(
                r#"<IDPSSODescriptor protocolSupportEnumeration="{}">{keys}"#,
                ns::SAMLP
            ),
            artifact_resolution,
            service("SingleLogoutService", binding::REDIRECT),
            service("SingleSignOnService", binding::REDIRECT),
            service("SingleSignOnService", binding::POST),
            "</IDPSSODescriptor>".to_owned(),
        ]
        .concat()
    }
}

fn key_descriptors(certificates: &[&Certificate]) -> String {
    let descriptor = |certificate: &&Certificate| {
        format!(
            r#"<KeyDescriptor use="signing"><KeyInfo xmlns="{}"><X509Data><X509Certificate>{}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"#,
            ns::DS,
            certificate.base64(),
        )
    };
    certificates.iter().map(descriptor).collect()
}

/// `address` is escaped already.
fn endpoint(address: &str) -> String {
    format!(
        r#"<wsa:EndpointReference xmlns:wsa="{WSA}"><wsa:Address>{address}</wsa:Address></wsa:EndpointReference>"#
    )
}

fn claim_types() -> String {
    let mut text = "<fed:ClaimTypesOffered>".to_owned();
    for (family, name, display, description) in CLAIM_TYPES {
        write!(
            text,
            r#"<auth:ClaimType Uri="{family}/{name}" xmlns:auth="{AUTH}"><auth:DisplayName>{display}</auth:DisplayName><auth:Description>{description}</auth:Description></auth:ClaimType>"#
        )
        .expect("a String takes all that is written to it");
    }
    text.push_str("</fed:ClaimTypesOffered>");
    text
}

const SOAP: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
const IDENTITY: &str = "http://schemas.microsoft.com/identity/claims";
const WS08: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims";
const CLAIMS: &str = "http://schemas.microsoft.com/claims";

/// Family, name, display name and description, in Azure's order.
const CLAIM_TYPES: [(&str, &str, &str, &str); 19] = [
    (SOAP, "name", "Name", "The account name of the user."),
    (
        SOAP,
        "nameidentifier",
        "Subject",
        "The identifier by which the application knows the user.",
    ),
    (SOAP, "givenname", "Given Name", "The first name of the user."),
    (SOAP, "surname", "Surname", "The last name of the user."),
    (
        IDENTITY,
        "displayname",
        "Display Name",
        "The name of the user as others see it.",
    ),
    (IDENTITY, "nickname", "Nick Name", "The nickname of the user."),
    (
        WS08,
        "authenticationinstant",
        "Authentication Instant",
        "When the user was authenticated.",
    ),
    (
        WS08,
        "authenticationmethod",
        "Authentication Method",
        "How the user was authenticated.",
    ),
    (
        IDENTITY,
        "objectidentifier",
        "ObjectIdentifier",
        "The identifier of the user in the directory.",
    ),
    (
        IDENTITY,
        "tenantid",
        "TenantId",
        "The identifier of the tenant of the user.",
    ),
    (
        IDENTITY,
        "identityprovider",
        "IdentityProvider",
        "The identity provider that knows the user.",
    ),
    (SOAP, "emailaddress", "Email", "The mail address of the user."),
    (WS08, "groups", "Groups", "The groups of the user."),
    (
        IDENTITY,
        "accesstoken",
        "External Access Token",
        "An access token of another identity provider.",
    ),
    (
        WS08,
        "expiration",
        "External Access Token Expiration",
        "When that access token expires.",
    ),
    (
        IDENTITY,
        "openid2_id",
        "External OpenID 2.0 Identifier",
        "An OpenID 2.0 identifier of the user.",
    ),
    (
        CLAIMS,
        "groups.link",
        "GroupsOverageClaim",
        "Where to ask for groups too many to list.",
    ),
    (
        WS08,
        "role",
        "Role Claim",
        "The roles of the user in the application.",
    ),
    (
        WS08,
        "wids",
        "RoleTemplate Id Claim",
        "The directory roles of the user.",
    ),
];
