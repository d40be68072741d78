//! The smaller facts of a template, each a choice that the portal or a page offers.

use serde::{Deserialize, Serialize};

use super::claim::Transformation;

/// Where a sign-in begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Initiation {
    /// At the service provider only.
    Sp,
    /// At the identity provider only.
    Idp,
    /// At either.
    Both,
}

/// Who sets up the service provider's side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConfiguredBy {
    /// The administrator, by the product's own pages. The default.
    #[default]
    #[serde(rename = "self")]
    Administrator,
    /// The vendor's support team, who is sent metadata or certificate and addresses.
    Support,
}

/// What the portal offers for the service provider's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Download {
    /// "Federation Metadata XML"
    MetadataXml,
    /// "App Federation Metadata Url"
    MetadataUrl,
    /// "Certificate (Base64)"
    CertificateBase64,
    /// "Certificate (Raw)"
    CertificateRaw,
    /// "PEM certificate"
    CertificatePem,
    /// The certificate's thumbprint, copied.
    Thumbprint,
}

/// What differs in the NameID from Azure's default (user principal name, in the format of a mail address).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameIdChange {
    /// The user's attribute, such as `user.mail`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// "Name identifier format".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<NameIdFormat>,
    /// What is done to the attribute's value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transformation: Option<Transformation>,
}

impl NameIdChange {
    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// The portal's list of NameID formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameIdFormat {
    /// "Default"
    Default,
    /// "Email address"
    EmailAddress,
    /// "Persistent"
    Persistent,
    /// "Transient", which a request can ask for too.
    Transient,
    /// "Unspecified"
    Unspecified,
    /// "Windows domain qualified name"
    WindowsDomainQualifiedName,
}

/// What differs in the signature from Azure's default (the assertion, by RSA-SHA256).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningChange {
    /// "Signing Option".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option: Option<Signed>,
    /// "Signing Algorithm".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<SigningAlgorithm>,
}

impl SigningChange {
    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// "Signing Option".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signed {
    /// "Sign SAML assertion"
    Assertion,
    /// "Sign SAML response"
    Response,
    /// "Sign SAML response and assertion"
    Both,
}

/// "Signing Algorithm".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SigningAlgorithm {
    /// RSA with SHA-256.
    Sha256,
    /// RSA with SHA-1.
    Sha1,
}

/// Which of the "Set up" card's addresses are pasted into the service provider. None where metadata is uploaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consumes {
    /// The Login URL.
    #[serde(default)]
    pub login_url: bool,
    /// The Azure AD Identifier (Microsoft Entra Identifier).
    #[serde(default)]
    pub identifier: bool,
    /// The Logout URL.
    #[serde(default)]
    pub logout_url: bool,
}

impl Consumes {
    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// How people come to exist at the service provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Users {
    /// What has to be done for the test user.
    #[serde(default)]
    pub created: UserCreation,
    /// The page speaks of automatic user provisioning too.
    #[serde(default)]
    pub provisioning: bool,
}

/// What has to be done before the test user can sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UserCreation {
    /// The administrator creates the user there. The default.
    #[default]
    ByHand,
    /// The vendor's support team does.
    Support,
    /// The service provider does at the first sign-in, from the assertion (JIT).
    JustInTime,
    /// Azure's provisioning service does.
    Provisioning,
    /// Nobody: the service provider keeps no users.
    NotNeeded,
}

/// What a test of the finished set-up shows, where the page says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expects {
    /// "Test this application", or the older test button.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_button: Option<Seen>,
    /// The tile in My Apps, or in the Access Panel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tile: Option<Seen>,
}

impl Expects {
    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a person ends who tries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seen {
    /// Signed in, without being asked anything.
    SignedIn,
    /// On the service provider's page, where the sign-in begins.
    SignInPage,
    /// On that page where a Sign on URL is set, signed in where none is.
    ByMode,
}

/// The groups claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupsClaim {
    /// Its attribute name, where it is not Azure's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which groups.
    pub which: Groups,
    /// What stands for a group.
    #[serde(default)]
    pub value: GroupValue,
}

/// Which groups a groups claim lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Groups {
    /// "All groups"
    All,
    /// "Security groups"
    Security,
    /// "Directory roles"
    DirectoryRoles,
    /// "Groups assigned to the application"
    Assigned,
}

/// What stands for a group in the claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupValue {
    /// "Group ID", the default.
    #[default]
    ObjectId,
    /// "sAMAccountName"
    SamAccountName,
    /// "Cloud-only group display names"
    DisplayName,
}

/// The page that a template was read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The file's name.
    pub page: String,
    /// Which of the family's editions it has the shape of.
    pub edition: Edition,
    /// The date in its head (`ms.date`), as it is written there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
}

/// The editions of the tutorial family, which differ in their steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Edition {
    /// Azure's classic portal: "Configure App Settings".
    #[serde(rename = "2016-17")]
    Classic,
    /// The new portal's first form: "Domain and URLs".
    #[serde(rename = "2018")]
    DomainAndUrls,
    /// Five numbered cards: "Basic SAML Configuration".
    #[serde(rename = "2022-26")]
    BasicSamlConfiguration,
}
