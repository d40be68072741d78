//! The people that sign in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::guid;

/// A member or a guest of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The mail nickname. Scenarios call their people by it: `alice`, `attacker`, `victim`, `outsider`.
    pub name: String,
    /// The object id in the directory, a GUID.
    pub object_id: String,
    /// The account name, `user@domain`.
    pub user_principal_name: String,
    /// The mail address, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// The name that others see.
    pub display_name: String,
    /// The given name, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// The surname, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surname: Option<String>,
    /// The password of the mock's sign-in page. It protects nothing and stands on the mock's start page.
    pub password: String,
    /// "Account enabled". A disabled one is AADSTS50057.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub enabled: bool,
    /// Member or guest.
    #[serde(default)]
    pub user_type: UserType,
    /// Where a guest comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest: Option<Guest>,
    /// What stands between the right password and a session.
    #[serde(default)]
    pub sign_in: SignInState,
    /// How the person proves to be there.
    #[serde(default)]
    pub method: AuthMethod,
    /// Whether a second factor is set up.
    #[serde(default)]
    pub strong_authentication: StrongAuthentication,
    /// When the account was made.
    pub created: Timestamp,
    /// Everything else that a claim may carry.
    #[serde(default, skip_serializing_if = "Profile::is_empty")]
    pub profile: Profile,
    /// What it carries from the directory on the premises, where it is synchronized from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_premises: Option<OnPremises>,
}

impl User {
    /// An enabled member with this account name, whose password is the mock's own for it.
    pub fn new(user_principal_name: &str, display_name: &str) -> Self {
        let name = user_principal_name
            .split_once('@')
            .map_or(user_principal_name, |(name, _)| name);
        Self {
            name: name.to_owned(),
            object_id: guid::fresh(),
            user_principal_name: user_principal_name.to_owned(),
            mail: None,
            display_name: display_name.to_owned(),
            given_name: None,
            surname: None,
            password: format!("mock-{}", name.to_ascii_lowercase()),
            enabled: true,
            user_type: UserType::Member,
            guest: None,
            sign_in: SignInState::default(),
            method: AuthMethod::default(),
            strong_authentication: StrongAuthentication::default(),
            created: Timestamp::now(),
            profile: Profile::default(),
            on_premises: None,
        }
    }

    /// Whether somebody else's directory, or a mail address, stands behind this account.
    pub fn is_guest(&self) -> bool {
        self.user_type == UserType::Guest
    }
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_true(value: &bool) -> bool {
    *value
}

/// Graph's `userType`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserType {
    /// Belongs to the organisation.
    #[default]
    Member,
    /// Was invited.
    Guest,
}

/// Where a guest comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guest {
    /// The claim `identityprovider`: `live.com`, `mail`, `google.com`, or `https://sts.windows.net/<home tenant>/`.
    pub identity_provider: String,
}

/// What stands between the right password and a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInState {
    /// Nothing.
    #[default]
    Free,
    /// Smart lockout, or a malicious address: AADSTS50053.
    Locked,
    /// The password must be changed: AADSTS50055.
    PasswordExpired,
    /// The directory has no password for the account: AADSTS50056.
    NoPassword,
}

/// Whether a second factor is set up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StrongAuthentication {
    /// Not yet: where one is required, AADSTS50079.
    #[default]
    NotRegistered,
    /// Yes.
    Registered,
    /// Yes, and it has to be given again: AADSTS50078 where nobody can be asked.
    Expired,
}

/// How a person signs in (Microsoft: "single sign-on SAML protocol", table of authentication contexts).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// A password.
    #[default]
    Password,
    /// A password, and an approval in the Authenticator or a code by SMS or mail.
    PasswordAndPush,
    /// A password, and a code of a hardware or software token.
    PasswordAndOath,
    /// A password, and a telephone call.
    PasswordAndVoice,
    /// The Authenticator without a password.
    PhoneSignIn,
    /// A security key, a device-bound passkey, or Windows Hello for Business.
    Fido2,
    /// A passkey that is synchronized between devices.
    SyncedPasskey,
    /// A client certificate.
    Certificate,
    /// A Temporary Access Pass.
    TemporaryAccessPass,
    /// Windows integrated authentication.
    WindowsIntegrated,
}

/// Attributes that only claims carry. Empty where the directory knows none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// Attribute id (as in `user.department`, without `user.`, in lower case) to value.
    pub attributes: std::collections::BTreeMap<String, String>,
    /// `otherMails`; a claim carries the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_mails: Vec<String>,
    /// `proxyAddresses`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proxy_addresses: Vec<String>,
    /// `extensionattribute1` to `15`, by number; several values where they were synchronized so.
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub extension_attributes: std::collections::BTreeMap<String, Vec<String>>,
}

impl Profile {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Attributes of an account that is synchronized from a directory on the premises.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OnPremises {
    /// `sAMAccountName`
    pub sam_account_name: String,
    /// The NetBIOS name of its domain.
    pub netbios_name: String,
    /// The DNS name of its domain.
    pub dns_domain_name: String,
    /// `S-1-5-…`
    pub security_identifier: String,
    /// `onPremisesImmutableId`
    pub immutable_id: String,
    /// `onPremisesUserPrincipalName`
    pub user_principal_name: String,
}
