//! A service provider, as the tenant's administrator set it up.

use std::collections::BTreeMap;

use jiff::Timestamp;
use saml::key::SigningKey;
use saml::metadata::SpMetadata;
use saml::names::binding;
use serde::{Deserialize, Serialize};

use super::{
    AppRole, Assignment, Claim, ClientSecret, GroupClaims, NameIdClaim, PublicCertificate, SigningCertificate,
};
use crate::guid;

/// One enterprise application: a service provider that this tenant signs people in to. What Microsoft Graph splits into
/// an `application` and a `servicePrincipal` is one thing here, with two object ids.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// The application id (client id), a GUID.
    pub app_id: String,
    /// The object id of Graph's `application`.
    pub object_id: String,
    /// The object id of Graph's `servicePrincipal`: the "Object ID" of the portal's overview.
    pub service_principal_id: String,
    /// The name on tiles and on the sign-in page.
    pub display_name: String,
    /// The gallery template that it was made from, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// When it was added.
    pub created: Timestamp,
    /// How often it was changed: whoever changes an older one than this is told so.
    #[serde(default)]
    pub revision: u64,
    /// "Single sign-on": none until a method is selected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sso_mode: Option<SsoMode>,
    /// "Enabled for users to sign-in?" A disabled one is AADSTS7000112.
    pub enabled: bool,
    /// "Assignment required?" Then whoever is not assigned is AADSTS50105.
    pub assignment_required: bool,
    /// "Visible to users?": a tile in My Apps.
    pub visible: bool,
    /// Graph's `tags`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Notes of the administrator.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,

    /// The Identifiers (entity IDs), compared exactly; the first is the default.
    #[serde(default)]
    pub identifiers: Vec<String>,
    /// The Reply URLs (assertion consumer services), compared exactly.
    #[serde(default)]
    pub reply_urls: Vec<ReplyUrl>,
    /// The Sign-on URL: where set, a launch sends the browser there instead of posting a response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_on_url: Option<String>,
    /// The RelayState of IdP-initiated sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay_state: Option<String>,
    /// The Logout URL, for single logout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logout_url: Option<String>,

    /// The claim "Unique User Identifier (Name ID)".
    #[serde(default)]
    pub name_id: NameIdClaim,
    /// The attributes that follow Azure's core set, in the order in which they are written.
    #[serde(default)]
    pub claims: Vec<Claim>,
    /// "Group claims"; none: no groups in assertions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_claims: Option<GroupClaims>,
    /// Policies of the tenant that are assigned to it, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<String>,
    /// Issuer with the application id: `https://sts.windows.net/<tenant>/<app id>`. Needs a certificate of its own.
    #[serde(default)]
    pub issuer_with_application_id: bool,
    /// Another Audience than the request's Issuer. Needs a certificate of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience_override: Option<String>,

    /// What is signed, and how.
    #[serde(default)]
    pub signing: Signing,
    /// The application's own token-signing certificates; without them the tenant's keys sign.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<SigningCertificate>,
    /// Who is told of a certificate that is about to expire; at most five.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notification_emails: Vec<String>,
    /// Certificates to encrypt assertions to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub encryption_certificates: Vec<PublicCertificate>,
    /// The one of them that is active (Graph: `tokenEncryptionKeyId`); none: assertions are not encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_encryption_key_id: Option<String>,
    /// "Verification certificates".
    #[serde(default)]
    pub verification: Verification,

    /// Roles that can be assigned.
    #[serde(default)]
    pub app_roles: Vec<AppRole>,
    /// "Users and groups".
    #[serde(default)]
    pub assignments: Vec<Assignment>,
    /// What a conditional access policy asks of its users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditional_access: Option<ConditionalAccess>,

    /// Only a registration: Graph has made the `application` and no `servicePrincipal` yet, so nobody signs in to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub registration_only: bool,
    /// Secrets by which the application itself asks for tokens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub client_secrets: Vec<ClientSecret>,
    /// What Graph takes and gives back, and nothing here acts on: `application.description` and the like, to JSON.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub graph: BTreeMap<String, String>,
}

impl Application {
    /// An application with one Identifier and no Reply URL yet, which everybody may use. Its application id is made from the
    /// Identifier, so that it stays the same in every run.
    pub fn new(identifier: &str) -> Self {
        Self {
            app_id: guid::derived(identifier),
            object_id: guid::derived(&format!("application {identifier}")),
            service_principal_id: guid::derived(&format!("service principal {identifier}")),
            sso_mode: Some(SsoMode::Saml),
            assignment_required: false,
            app_roles: Vec::new(),
            identifiers: vec![identifier.to_owned()],
            ..Self::from_template(identifier, None)
        }
    }

    /// What the portal's "Create" makes: enabled, for assigned users only, with the roles `User` and `msiam_access`, and no
    /// single sign-on yet.
    pub fn from_template(display_name: &str, template: Option<&str>) -> Self {
        Self {
            app_id: guid::fresh(),
            object_id: guid::fresh(),
            service_principal_id: guid::fresh(),
            display_name: display_name.to_owned(),
            template: template.map(ToOwned::to_owned),
            created: Timestamp::now(),
            revision: 0,
            sso_mode: None,
            enabled: true,
            assignment_required: true,
            visible: true,
            tags: vec!["WindowsAzureActiveDirectoryIntegratedApp".to_owned()],
            notes: String::new(),
            identifiers: Vec::new(),
            reply_urls: Vec::new(),
            sign_on_url: None,
            relay_state: None,
            logout_url: None,
            name_id: NameIdClaim::default(),
            claims: Claim::defaults(),
            group_claims: None,
            policies: Vec::new(),
            issuer_with_application_id: false,
            audience_override: None,
            signing: Signing::default(),
            certificates: Vec::new(),
            notification_emails: Vec::new(),
            encryption_certificates: Vec::new(),
            token_encryption_key_id: None,
            verification: Verification::default(),
            app_roles: AppRole::of_template(),
            assignments: Vec::new(),
            conditional_access: None,
            registration_only: false,
            client_secrets: Vec::new(),
            graph: BTreeMap::new(),
        }
    }

    /// The application that an administrator gets who uploads the service provider's metadata: Identifier,
    /// Reply URLs (HTTP-POST only; Azure sends by no other binding) and Logout URL, all else by default.
    pub fn from_sp_metadata(metadata: &SpMetadata) -> Self {
        let mut application = Self::new(&metadata.entity_id);
        application.upload(metadata);
        application
    }

    /// "Upload metadata file": takes over Identifier, Reply URLs and Logout URL.
    pub fn upload(&mut self, metadata: &SpMetadata) {
        let posts = || metadata.acs.iter().filter(|acs| acs.binding == binding::POST);
        let default = metadata.default_acs().map(|acs| (&acs.location, acs.index));
        self.identifiers = vec![metadata.entity_id.clone()];
        self.reply_urls = posts()
            .map(|acs| ReplyUrl {
                url: acs.location.clone(),
                index: acs.index,
                is_default: default == Some((&acs.location, acs.index)),
            })
            .collect();
        let redirect = metadata.slo.iter().find(|slo| slo.binding == binding::REDIRECT);
        self.logout_url = redirect.map(|slo| {
            let response = slo.response_location.as_ref();
            response.unwrap_or(&slo.location).clone()
        });
    }

    /// "Select a single sign-on method: SAML". The first time it makes a certificate, which is active at once.
    ///
    /// # Errors
    ///
    /// OpenSSL makes no key.
    pub fn enable_saml(&mut self, now: Timestamp) -> Result<(), saml::key::KeyError> {
        self.sso_mode = Some(SsoMode::Saml);
        if self.certificates.is_empty() {
            let mut certificate = SigningCertificate::generate(None, now, None)?;
            certificate.active = true;
            self.certificates.push(certificate);
        }
        Ok(())
    }

    /// "Make certificate active": this one signs from now on, and no other. False where there is none with this key id or
    /// thumbprint.
    pub fn activate(&mut self, key_id_or_thumbprint: &str) -> bool {
        let is = |certificate: &SigningCertificate| {
            certificate.key_id.eq_ignore_ascii_case(key_id_or_thumbprint)
                || (certificate.certificate.thumbprint_sha1()).eq_ignore_ascii_case(key_id_or_thumbprint)
        };
        let found = self.certificates.iter().any(is);
        if found {
            for certificate in &mut self.certificates {
                certificate.active = is(certificate);
            }
        }
        found
    }

    /// The Reply URL of IdP-initiated sign-in and of requests that name none: the default, or the first.
    pub fn default_reply_url(&self) -> Option<&str> {
        let flagged = self.reply_urls.iter().find(|reply| reply.is_default);
        flagged
            .or(self.reply_urls.first())
            .map(|reply| reply.url.as_str())
    }

    /// The role with this id.
    pub fn role(&self, id: &str) -> Option<&AppRole> {
        self.app_roles
            .iter()
            .find(|role| role.id.eq_ignore_ascii_case(id))
    }

    /// The certificate that assertions are encrypted to.
    pub fn encryption_certificate(&self) -> Option<&PublicCertificate> {
        let active = self.token_encryption_key_id.as_deref()?;
        let mut all = self.encryption_certificates.iter();
        all.find(|certificate| certificate.key_id.eq_ignore_ascii_case(active))
    }

    /// A private key of its own ("custom signing key"), which some settings need; none where the tenant's keys sign.
    pub fn own_key(&self) -> Option<&SigningKey> {
        let mut certificates = self.certificates.iter();
        certificates.find_map(|certificate| certificate.key.as_ref())
    }

    /// Whether an Issuer means this application: an Identifier, compared exactly, or the application id.
    pub fn is_named(&self, issuer: &str) -> bool {
        self.app_id == issuer || self.identifiers.iter().any(|identifier| identifier == issuer)
    }
}

/// One assertion consumer service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyUrl {
    /// Where the response goes.
    pub url: String,
    /// What `AssertionConsumerServiceIndex` may call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u16>,
    /// Whether it serves requests that name none.
    #[serde(default)]
    pub is_default: bool,
}

/// Graph's `preferredSingleSignOnMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SsoMode {
    /// SAML.
    Saml,
    /// A link, and nothing else.
    Linked,
}

/// The choices of "Signing Option" and "Signing Algorithm" in the SAML certificate's settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Signing {
    /// What carries a signature.
    pub option: SigningOption,
    /// RSA-SHA1 with SHA-1 digests in place of SHA-256.
    pub sha1: bool,
}

/// Which elements are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SigningOption {
    /// "Sign SAML assertion", Azure's default.
    #[default]
    Assertion,
    /// "Sign SAML response": the response only.
    Response,
    /// "Sign SAML response and assertion".
    Both,
}

/// "Verification certificates": whether requests must be signed, and by whom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Verification {
    /// "Require verification certificates": an unsigned request is AADSTS76021.
    pub required: bool,
    /// "Allow requests signed with RSA-SHA1".
    pub allow_sha1: bool,
    /// The service provider's certificates; the two youngest are tried.
    pub certificates: Vec<PublicCertificate>,
}

/// What a conditional access policy asks. The mock's browser is never a compliant device, so that all but the first end
/// the sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConditionalAccess {
    /// A second factor.
    RequireMfa,
    /// A compliant device: AADSTS53000.
    RequireCompliantDevice,
    /// A domain-joined device: AADSTS53001.
    RequireDomainJoinedDevice,
    /// An approved client application: AADSTS53002.
    RequireApprovedClient,
    /// Access is blocked: AADSTS53003.
    Block,
}
