//! What follows from how a person signed in (Microsoft: "single sign-on SAML protocol"; claims as on the wire).

use crate::directory::AuthMethod;

/// `urn:oasis:names:tc:SAML:2.0:ac:classes:`
pub(super) const CLASSES: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:";
/// The class of Windows integrated authentication that is no SAML class.
pub(super) const WINDOWS: &str = "urn:federation:authentication:windows";
/// The claim's value for each second factor.
const MULTIPLE: &str = "http://schemas.microsoft.com/claims/multipleauthn";

impl AuthMethod {
    /// Whether it counts as multifactor authentication.
    pub fn is_multi_factor(self) -> bool {
        !matches!(self, Self::Password | Self::Certificate | Self::WindowsIntegrated)
    }

    /// The values of the claim `authnmethodsreferences`.
    pub fn references(self) -> Vec<&'static str> {
        let first = match self {
            Self::Password | Self::PasswordAndPush | Self::PasswordAndOath | Self::PasswordAndVoice => {
                "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password"
            }
            Self::PhoneSignIn => "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/rsa",
            Self::Fido2 | Self::SyncedPasskey => {
                "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/fido"
            }
            Self::Certificate => "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/x509",
            Self::TemporaryAccessPass => {
                "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/unspecified"
            }
            Self::WindowsIntegrated => {
                "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/windows"
            }
        };
        match self.is_multi_factor() {
            true => vec![first, MULTIPLE],
            false => vec![first],
        }
    }

    /// The AuthnContextClassRef by the documentation's table; on the wire it is `Password`, whatever the method.
    pub fn context_class(self) -> &'static str {
        match self {
            Self::Password => saml::names::context::PASSWORD,
            Self::PasswordAndPush | Self::PhoneSignIn => {
                "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract"
            }
            Self::PasswordAndOath => "urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken",
            Self::PasswordAndVoice => "urn:oasis:names:tc:SAML:2.0:ac:classes:Telephony",
            Self::Fido2 => "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
            Self::SyncedPasskey => "urn:oasis:names:tc:SAML:2.0:ac:classes:SoftwarePKI",
            Self::Certificate => "urn:oasis:names:tc:SAML:2.0:ac:classes:X509",
            Self::TemporaryAccessPass => saml::names::context::UNSPECIFIED,
            Self::WindowsIntegrated => "urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos",
        }
    }

    /// Its name in AADSTS75011.
    pub fn described(self) -> &'static str {
        match self {
            Self::Password => "Password",
            Self::PasswordAndPush | Self::PasswordAndOath | Self::PasswordAndVoice => "Password, MultiFactor",
            Self::PhoneSignIn => "PhoneSignIn, MultiFactor",
            Self::Fido2 | Self::SyncedPasskey => "Fido, MultiFactor",
            Self::Certificate => "X509",
            Self::TemporaryAccessPass => "TemporaryAccessPass, MultiFactor",
            Self::WindowsIntegrated => "WindowsIntegrated",
        }
    }

    /// Whether it satisfies a class that a request asks for. A password beside a second factor is another method than
    /// a password, as service providers find out that ask for `PasswordProtectedTransport`.
    pub(super) fn satisfies(self, class: &str) -> bool {
        let Some(name) = class.strip_prefix(CLASSES) else {
            return self == Self::WindowsIntegrated && class == WINDOWS;
        };
        if name.eq_ignore_ascii_case("unspecified") {
            return true;
        }
        match self {
            Self::Password => matches!(name, "Password" | "PasswordProtectedTransport"),
            Self::Certificate => matches!(name, "X509" | "TLSClient"),
            Self::Fido2 => matches!(name, "Smartcard" | "SmartcardPKI"),
            Self::WindowsIntegrated => name == "Kerberos",
            _ => false,
        }
    }
}

/// The classes that a request may ask for, after [`CLASSES`].
const ACCEPTED: [&str; 12] = [
    "Kerberos",
    "Password",
    "PasswordProtectedTransport",
    "PGP",
    "SecureRemotePassword",
    "XMLDSig",
    "SPKI",
    "Smartcard",
    "SmartcardPKI",
    "TLSClient",
    "Unspecified",
    "X509",
];

/// Whether Azure knows a class that a request asks for.
pub(super) fn is_accepted(class: &str) -> bool {
    let known = |name: &str| ACCEPTED.contains(&name) || name == "unspecified";
    class == WINDOWS || class.strip_prefix(CLASSES).is_some_and(known)
}

/// A class as AADSTS75011 calls it.
pub(super) fn described(class: &str) -> &str {
    match class.strip_prefix(CLASSES).unwrap_or(class) {
        "PasswordProtectedTransport" => "Password, ProtectedTransport",
        "Kerberos" | WINDOWS => "WindowsIntegrated",
        name => name,
    }
}
