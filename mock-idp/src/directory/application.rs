//! A service provider, as the tenant's administrator set it up ("Basic SAML Configuration" and its
//! neighbours).

use saml::metadata::SpMetadata;
use saml::names::{binding, name_id};

use super::{Keys, User};
use crate::guid;

/// One enterprise application: a service provider that this tenant signs people in to.
#[derive(Clone)]
pub struct Application {
    /// The application id, a GUID. Made from the entity ID, so that it stays the same in every run.
    pub app_id: String,
    /// The name on the sign-in page.
    pub display_name: String,
    /// The Identifiers (entity IDs), compared exactly; the first is the default.
    pub identifiers: Vec<String>,
    /// The Reply URLs (assertion consumer services), compared exactly.
    pub reply_urls: Vec<ReplyUrl>,
    /// The Sign-on URL: where set, a launch sends the browser there instead of posting a response.
    pub sign_on_url: Option<String>,
    /// The RelayState of IdP-initiated sign-in.
    pub relay_state: Option<String>,
    /// The Logout URL, for single logout.
    pub logout_url: Option<String>,
    /// The NameID Format where a request asks for none.
    pub name_id_format: String,
    /// What is signed, and how.
    pub signing: Signing,
    /// The attributes that follow Azure's core set, in the order in which they are written.
    pub claims: Vec<Claim>,
    /// The application's own signing keys; without them the tenant's sign.
    pub keys: Option<Keys>,
}

impl Application {
    /// The application that an administrator gets who uploads the service provider's metadata: Identifier,
    /// Reply URLs (HTTP-POST only; Azure sends by no other binding) and Logout URL, all else by default.
    pub fn from_sp_metadata(metadata: &SpMetadata) -> Self {
        let posts = || metadata.acs.iter().filter(|acs| acs.binding == binding::POST);
        let default = metadata.default_acs().map(|acs| (&acs.location, acs.index));
        Self {
            reply_urls: posts()
                .map(|acs| ReplyUrl {
                    url: acs.location.clone(),
                    index: acs.index,
                    is_default: default == Some((&acs.location, acs.index)),
                })
                .collect(),
            logout_url: metadata
                .slo
                .iter()
                .find(|slo| slo.binding == binding::REDIRECT)
                .map(|slo| {
                    slo.response_location
                        .clone()
                        .unwrap_or_else(|| slo.location.clone())
                }),
            ..Self::new(&metadata.entity_id)
        }
    }

    /// An application with one Identifier and no Reply URL yet.
    pub fn new(identifier: &str) -> Self {
        Self {
            app_id: guid::derived(identifier),
            display_name: identifier.to_owned(),
            identifiers: vec![identifier.to_owned()],
            reply_urls: Vec::new(),
            sign_on_url: None,
            relay_state: None,
            logout_url: None,
            name_id_format: name_id::EMAIL.to_owned(),
            signing: Signing::default(),
            claims: Claim::defaults(),
            keys: None,
        }
    }

    /// The Reply URL of IdP-initiated sign-in and of requests that name none: the default, or the first.
    pub fn default_reply_url(&self) -> Option<&str> {
        let flagged = self.reply_urls.iter().find(|reply| reply.is_default);
        flagged
            .or(self.reply_urls.first())
            .map(|reply| reply.url.as_str())
    }
}

/// One assertion consumer service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyUrl {
    /// Where the response goes.
    pub url: String,
    /// What `AssertionConsumerServiceIndex` may call it.
    pub index: Option<u16>,
    /// Whether it serves requests that name none.
    pub is_default: bool,
}

/// The choices of "Signing Option" and "Signing Algorithm" in the SAML certificate's settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signing {
    /// What carries a signature.
    pub option: SigningOption,
    /// RSA-SHA1 with SHA-1 digests in place of SHA-256.
    pub sha1: bool,
}

/// Which elements are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SigningOption {
    /// "Sign SAML assertion", Azure's default.
    #[default]
    Assertion,
    /// "Sign SAML response": the response only.
    Response,
    /// "Sign SAML response and assertion".
    Both,
}

/// One attribute of "Attributes & Claims".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The attribute's Name on the wire.
    pub name: String,
    /// Where its values come from.
    pub source: Source,
}

impl Claim {
    /// What Azure sets up by itself (given name, surname, mail address, account name), then the roles.
    fn defaults() -> Vec<Self> {
        let xmlsoap = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
        vec![
            Self {
                name: format!("{xmlsoap}/givenname"),
                source: Source::GivenName,
            },
            Self {
                name: format!("{xmlsoap}/surname"),
                source: Source::Surname,
            },
            Self {
                name: format!("{xmlsoap}/emailaddress"),
                source: Source::Mail,
            },
            Self {
                name: format!("{xmlsoap}/name"),
                source: Source::UserPrincipalName,
            },
            Self {
                name: "http://schemas.microsoft.com/ws/2008/06/identity/claims/role".to_owned(),
                source: Source::AssignedRoles,
            },
        ]
    }
}

/// Where an attribute's values come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `user.givenname`
    GivenName,
    /// `user.surname`
    Surname,
    /// `user.mail`
    Mail,
    /// `user.userprincipalname`
    UserPrincipalName,
    /// `user.displayname`
    DisplayName,
    /// `user.objectid`
    ObjectId,
    /// `user.assignedroles`
    AssignedRoles,
    /// The same text for everybody.
    Constant(String),
}

impl Source {
    /// The user's values; none where the directory knows none, and then the attribute is left out.
    pub fn values(&self, user: &User) -> Vec<String> {
        match self {
            Self::GivenName => user.given_name.iter().cloned().collect(),
            Self::Surname => user.surname.iter().cloned().collect(),
            Self::Mail => user.mail.iter().cloned().collect(),
            Self::UserPrincipalName => vec![user.user_principal_name.clone()],
            Self::DisplayName => vec![user.display_name.clone()],
            Self::ObjectId => vec![user.object_id.clone()],
            Self::AssignedRoles => user.roles.clone(),
            Self::Constant(text) => vec![text.clone()],
        }
    }
}
