//! The switches: each known way in which service providers have been wrong, off by default.
//!
//! A switch is one line in `flaws!` below and one branch in the check that it spoils.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! flaws {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// One deliberate vulnerability.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Flaw {
            $($(#[$doc])* $variant,)+
        }

        impl Flaw {
            /// Every switch, in the order of their numbers.
            pub const ALL: &'static [Flaw] = &[$(Flaw::$variant,)+];

            /// The full name, as `V11-unbound-verify`.
            pub const fn name(self) -> &'static str {
                match self { $(Flaw::$variant => $name,)+ }
            }
        }
    };
}

flaws! {
    /// Signature verification answers yes unconditionally (CVE-2026-28323).
    NoSigCheck = "V01-no-sig-check",
    /// Verifies only where a `ds:Signature` is found (CVE-2012-5351, CVE-2020-12676).
    SigIfPresent = "V02-sig-if-present",
    /// Takes an error of the verification for success, as it is neither a yes nor a no (CVE-2018-7711, CVE-2016-9955).
    VerifyErrorIsOk = "V03-verify-error-is-ok",
    /// Verifies nothing of an IdP that has no key (CVE-2026-28323).
    NullCertFailOpen = "V04-null-cert-failopen",
    /// Verifies with whatever key `KeyInfo` brings along (CVE-2024-32962, CVE-2023-48703).
    KeyInfoTrust = "V05-keyinfo-trust",
    /// Trusts the certificates of a `KeyInfo` of which one bears the name of the IdP's, or of its issuer (CVE-2015-5372).
    CertDnMatch = "V06-cert-dn-match",
    /// Takes an HMAC in a logout query, with the IdP's certificate as the secret (CVE-2019-1006).
    HmacConfusion = "V07-hmac-confusion",
    /// Takes SHA-1 and MD5, in signatures and digests, and keys of any length.
    WeakAlgorithms = "V08-weak-alg",
    /// Checks digests, never `SignatureValue` (CVE-2026-49454).
    DigestOnly = "V09-digest-only",
    /// Checks `SignatureValue`, never a digest.
    SigValueOnly = "V10-sigvalue-only",
    /// Verifies the first `//ds:Signature`, reads the first `//saml:Assertion` (CVE-2025-47949, CVE-2024-8698).
    UnboundVerify = "V11-unbound-verify",
    /// Verifies the first Assertion, reads the last (CVE-2022-41912); so it does with names in a Subject.
    ReadLastAssertion = "V12-read-last-assertion",
    /// Several elements may share an ID, and two look-ups by ID disagree (CVE-2016-5697).
    DuplicateId = "V13-duplicate-id",
    /// Takes `Id`, `id`, `xml:id` and whatever else is called so for an ID.
    AnyIdAttribute = "V14-any-id-attribute",
    /// A Reference that names the whole document, or names by XPointer, will do (CVE-2015-20108).
    LooseReferenceUri = "V15-loose-reference-uri",
    /// Of several References the last decides (CVE-2026-33487).
    MultiReference = "V16-multi-reference",
    /// Of several SignedInfo verifies the first and takes the digest from the last (CVE-2025-29774).
    MultiSignedInfo = "V17-multi-signedinfo",
    /// Reads a digest from the first child of `DigestValue`, be it a comment (CVE-2025-29775).
    DigestFirstChild = "V18-digest-first-child",
    /// Takes the first `//ds:DigestValue` of the document for the Reference's own (CVE-2024-45409).
    DocWideDigest = "V19-doc-wide-digest",
    /// Leaves every Signature out of the digest, whatever the transforms say.
    GreedyEnveloped = "V20-greedy-enveloped",
    /// Runs whatever transform a Reference asks for: XPath and XSLT as well (CVE-2022-47966).
    AnyTransform = "V21-transform-any",
    /// Digests nothing where there is no canonical form, or nothing that would have one (CVE-2025-66568, CVE-2025-66475).
    EmptyCanonical = "V22-c14n-error-empty",
    /// Writes the data of processing instructions as text into the canonical form.
    InstructionsAsText = "V23-c14n-pi-as-text",
    /// Looks elements up by their local names, in whichever namespace and case, where it does not verify (CVE-2025-66567).
    LocalNames = "V24-local-name-match",
    /// Two parsers that mend what is not well-formed, each in its own way: the one verifies, the other reads the name (CVE-2025-25291,
    /// CVE-2025-25292).
    TwoParsers = "V25-two-parsers",
    /// Writes down what it verified, and reads it again: names and values come out otherwise (CVE-2020-29511, CVE-2021-32796).
    RoundTrip = "V26-roundtrip-reserialise",
    /// Reads document type declarations, and expands the entities that they declare (CVE-2018-0486, CVE-2025-23369).
    DtdEntities = "V27-dtd-entities",
    /// Reads text up to the first comment, CDATA section or processing instruction (CVE-2017-11427 to 11430).
    TextFirstNode = "V28-text-first-node",
    /// Fetches what a message names: external entities, and whatever else a toolkit for documents would (CVE-2021-27736).
    ExternalEntities = "V29-xxe",
    /// Reads a name as loosely as some databases and mail programs do, before it looks for an account.
    LooseNames = "V30-nameid-normalise",
    /// Does not look at the Audience, nor at any other condition but the instants (CVE-2026-9093).
    NoAudience = "V31-no-audience",
    /// Throws the Audiences of all AudienceRestrictions together: any of them does.
    AudienceFlatten = "V32-audience-flatten",
    /// Does not look at the Recipient.
    NoRecipient = "V33-no-recipient",
    /// Content with an Audience, Recipient or Destination that contains the right one.
    UrlSubstring = "V34-url-substring",
    /// Does not look at the Destination.
    NoDestination = "V35-no-destination",
    /// Any configured key may sign for any Issuer, our own and those for encryption too, and for anybody's domain (CVE-2023-41890).
    IssuerUnbound = "V36-issuer-unbound",
    /// Ignores every instant in the message (CVE-2026-41577).
    NoTime = "V37-no-time",
    /// Takes an instant that cannot be read for now.
    TimeParseFailOpen = "V38-time-parse-failopen",
    /// Ignores InResponseTo (CVE-2026-53425).
    NoInResponseTo = "V39-no-irt",
    /// Checks InResponseTo only where the Response has one.
    InResponseToIfPresent = "V40-irt-if-present",
    /// Remembers no Assertion, so that each may be used again (CVE-2026-53424).
    NoReplay = "V41-no-replay",
    /// Remembers what was used by the Response's ID, before any signature was looked at.
    ReplayKeyUnsigned = "V42-replay-key-unsigned",
    /// Does not look at the status.
    NoStatus = "V43-no-status",
    /// Content with any SubjectConfirmation method, or none (CVE-2020-5268).
    AnyConfirmation = "V44-any-scm",
    /// Believes an Assertion that was encrypted, whether it is signed or not (CVE-2026-2092, CVE-2026-18108).
    DecryptedUnsigned = "V45-enc-unsigned-ok",
    /// Takes keys by RSA-1_5, and answers otherwise where something cannot be decrypted (CVE-2011-1096, CVE-2011-2487).
    DecryptionOracle = "V46-enc-oracle",
    /// Does not look at the tag of what AES-GCM protects (CVE-2026-32313).
    AnyTag = "V47-gcm-tag",
    /// A logout message needs no signature; one that has none is believed (CVE-2026-82465).
    SloUnsigned = "V48-slo-unsigned",
    /// Binds no logout message to anything: any signature in it will do, whoever it is about it ends the session of the browser that
    /// brings it, and an answer need answer nothing.
    SloUnbound = "V49-slo-unbound",
    /// Verifies one parameter of a query or form and reads another (CVE-2025-27773, CVE-2025-31335).
    RedirectConfusion = "V50-redirect-confusion",
    /// Sends the browser wherever the RelayState says, the link that began the sign-in, or metadata (CVE-2019-13038, CVE-2019-3877).
    OpenRedirect = "V51-open-redirect",
    /// A session keeps the name that the browser brought, and has one before anybody is signed in (CVE-2018-0229).
    SessionFixation = "V52-session-fixation",
    /// Answers what is no message, or cannot be decrypted, with a 500 and the trace of the error.
    ErrorLeak = "V53-error-leak",
    /// Bounds neither size nor depth of what it reads, nor how deep it is encrypted (CVE-2023-26483, CVE-2025-25293).
    NoSizeLimit = "V54-no-size-limit",
    /// Takes keys from metadata where their use is said to be signing, and verifies nothing where none is (CVE-2026-16443).
    UseAbsent = "V55-md-use-absent",
    /// Reads metadata again whoever signed it, whomever it is about and however old it is, and adds its keys to those that it had.
    MetadataUnverified = "V56-md-unverified",
    /// What Assertions in Advice say counts as well: their conditions, and what they say of a user.
    AdviceMerged = "V57-advice-merged",
    /// Does not look at how the user signed in, nor whether he did: no AuthnStatement, no RequestedAuthnContext.
    AuthnContextIgnored = "V58-authncontext-ignored",
    /// Makes the ID of an AuthnRequest out of the clock, by the hour.
    WeakRequestId = "V59-weak-request-id",
    /// Writes what it was sent into its pages as it came.
    ReflectedMarkup = "V60-relaystate-xss",
    /// Takes for a user's tenant the one that was asked, or that a claim names, and not the Issuer that was verified (CVE-2023-41890).
    TenantFromRequest = "V61-tenant-from-request",
    /// Fetches what references in the encrypted part of a message lead to (CVE-2023-36661).
    KeyInfoDereferenced = "V62-keyinfo-deref",
    /// Keeps name and attributes side by side as lines of text, so that one can be taken for the other.
    AttrMerge = "V63-attr-merge",
    /// Its cookies have no Secure, HttpOnly or SameSite.
    CookieFlags = "V64-cookie-flags",
    /// Publishes a signing key, and signs nothing that it sends.
    RequestUnsigned = "V65-request-unsigned",
    /// The session is what its cookie says in Base64, and nothing protects that (CVE-2022-23131).
    ClientSession = "V66-client-session",
    /// Who a header of the request says, is signed in (CVE-2019-3878).
    IdentityHeader = "V67-identity-header",
    /// To sign out shows the way out and ends nothing.
    LogoutKept = "V68-logout-kept",
}

impl Flaw {
    /// The number alone, as `V11`.
    pub fn number(self) -> &'static str {
        self.name().split('-').next().unwrap_or_default()
    }

    const fn bit(self) -> u128 {
        1 << self as u8
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no switch bears.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no switch {0:?}: name one of {all}", all = Flaw::ALL.iter().map(|f| f.name()).collect::<Vec<_>>().join(", "))]
pub struct UnknownFlaw(String);

impl FromStr for Flaw {
    type Err = UnknownFlaw;

    /// Takes the full name (`V11-unbound-verify`) or the number (`V11`), in any case.
    fn from_str(s: &str) -> Result<Self, UnknownFlaw> {
        Flaw::ALL
            .iter()
            .copied()
            .find(|flaw| s.eq_ignore_ascii_case(flaw.name()) || s.eq_ignore_ascii_case(flaw.number()))
            .ok_or_else(|| UnknownFlaw(s.to_owned()))
    }
}

/// A set of switches. Empty is the hardened service provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<String>", try_from = "Vec<String>")]
pub struct Flaws(u128);

impl Flaws {
    /// No switch: hardened.
    pub const NONE: Flaws = Flaws(0);

    /// Whether this switch is on.
    pub const fn has(self, flaw: Flaw) -> bool {
        self.0 & flaw.bit() != 0
    }

    /// The same set with this switch on as well.
    #[must_use]
    pub const fn with(self, flaw: Flaw) -> Self {
        Flaws(self.0 | flaw.bit())
    }

    /// Whether no switch is on.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether a name or an address is ours, character by character.
    pub(crate) fn same(self, stated: &str, ours: &str) -> bool {
        stated == ours || self.has(Flaw::UrlSubstring) && stated.contains(ours)
    }

    /// The switches that are on, by number.
    pub fn iter(self) -> impl Iterator<Item = Flaw> {
        Flaw::ALL.iter().copied().filter(move |flaw| self.has(*flaw))
    }
}

impl From<Flaw> for Flaws {
    fn from(flaw: Flaw) -> Self {
        Flaws::NONE.with(flaw)
    }
}

impl FromIterator<Flaw> for Flaws {
    fn from_iter<I: IntoIterator<Item = Flaw>>(flaws: I) -> Self {
        flaws.into_iter().fold(Flaws::NONE, Flaws::with)
    }
}

impl From<Flaws> for Vec<String> {
    fn from(flaws: Flaws) -> Self {
        flaws.iter().map(|flaw| flaw.name().to_owned()).collect()
    }
}

impl TryFrom<Vec<String>> for Flaws {
    type Error = UnknownFlaw;

    fn try_from(names: Vec<String>) -> Result<Self, UnknownFlaw> {
        names.iter().map(|name| name.parse::<Flaw>()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_is_found_by_its_number_and_by_its_name() {
        for &flaw in Flaw::ALL {
            assert_eq!(flaw.name().parse(), Ok(flaw));
            assert_eq!(flaw.number().parse(), Ok(flaw));
            assert_eq!(flaw.number().to_lowercase().parse(), Ok(flaw));
        }
        assert_eq!("V11".parse(), Ok(Flaw::UnboundVerify));
    }

    #[test]
    fn numbers_are_unique_and_ascend() {
        let numbers: Vec<_> = Flaw::ALL.iter().map(|f| f.number()).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    }

    #[test]
    fn an_unknown_name_lists_those_that_exist() {
        let error = "V99".parse::<Flaw>().unwrap_err().to_string();
        assert!(
            error.contains("\"V99\"") && error.contains("V01-no-sig-check"),
            "{error}"
        );
    }

    #[test]
    fn a_set_travels_as_a_list_of_names() {
        let flaws: Flaws = [Flaw::NoReplay, Flaw::NoSigCheck].into_iter().collect();
        let json = serde_json::to_string(&flaws).unwrap();
        assert_eq!(json, r#"["V01-no-sig-check","V41-no-replay"]"#);
        assert_eq!(serde_json::from_str::<Flaws>(&json).unwrap(), flaws);
        assert!(serde_json::from_str::<Flaws>(r#"["V00"]"#).is_err());
        assert_eq!(
            serde_json::from_str::<Flaws>(r#"["v11"]"#).unwrap(),
            Flaw::UnboundVerify.into()
        );
    }
}
