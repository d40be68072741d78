//! The schemas as tables: for each element its attributes, and its children in order.

/// A simple type.
#[derive(Clone, Copy)]
pub(super) enum Type {
    Text,
    Name,
    Truth,
    Instant,
    Duration,
    Number,
    Short,
    Uri,
    OneOf(&'static [&'static str]),
}

impl Type {
    pub(super) fn word(self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Name => "XML name".to_owned(),
            Self::Truth => "xs:boolean".to_owned(),
            Self::Instant => "xs:dateTime".to_owned(),
            Self::Duration => "xs:duration".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Short => "number up to 65535".to_owned(),
            Self::Uri => "URI".to_owned(),
            Self::OneOf(words) => format!("one of {}", words.join(", ")),
        }
    }
}

/// What stands within an element.
#[derive(Clone, Copy)]
pub(super) enum Content {
    /// Not looked into.
    Any,
    Text(Type),
    Sequence(&'static [Place]),
}

/// A place in a sequence, and who may take it.
pub(super) struct Place {
    pub(super) names: &'static [&'static str],
    pub(super) needed: bool,
    pub(super) many: bool,
}

/// An element.
pub(super) struct Rule {
    /// Name, type, and whether it must be there.
    pub(super) attributes: &'static [(&'static str, Type, bool)],
    /// Attributes of other namespaces may stand there.
    pub(super) open: bool,
    pub(super) content: Content,
}

use Content::{Any, Sequence};
use Type::{Duration, Instant, Name, Number, OneOf, Short, Text, Truth, Uri};

const fn place(names: &'static [&'static str], needed: bool, many: bool) -> Place {
    Place { names, needed, many }
}

/// `?`, `*`, `+` and once.
const fn maybe(names: &'static [&'static str]) -> Place {
    place(names, false, false)
}
const fn any(names: &'static [&'static str]) -> Place {
    place(names, false, true)
}
const fn some(names: &'static [&'static str]) -> Place {
    place(names, true, true)
}
const fn one(names: &'static [&'static str]) -> Place {
    place(names, true, false)
}

const fn closed(attributes: &'static [(&'static str, Type, bool)], content: Content) -> Rule {
    Rule {
        attributes,
        open: false,
        content,
    }
}
const fn open(attributes: &'static [(&'static str, Type, bool)], content: Content) -> Rule {
    Rule {
        attributes,
        open: true,
        content,
    }
}

/// The rule of an element, by its usual prefix; none where nothing is said here.
pub(super) fn rule(name: &str) -> Option<&'static Rule> {
    RULES
        .iter()
        .find(|(known, _)| known.contains(&name))
        .map(|(_, rule)| rule)
}

const LANGUAGE: &[(&str, Type, bool)] = &[("xml:lang", Text, true)];

static RULES: &[(&[&str], Rule)] = &[
    (
        &["samlp:AuthnRequest"],
        closed(
            &[
                ("ID", Name, true),
                ("Version", Text, true),
                ("IssueInstant", Instant, true),
                ("Destination", Uri, false),
                ("Consent", Uri, false),
                ("ForceAuthn", Truth, false),
                ("IsPassive", Truth, false),
                ("ProtocolBinding", Uri, false),
                ("AssertionConsumerServiceIndex", Short, false),
                ("AssertionConsumerServiceURL", Uri, false),
                ("AttributeConsumingServiceIndex", Short, false),
                ("ProviderName", Text, false),
            ],
            Sequence(&[
                maybe(&["saml:Issuer"]),
                maybe(&["ds:Signature"]),
                maybe(&["samlp:Extensions"]),
                maybe(&["saml:Subject"]),
                maybe(&["samlp:NameIDPolicy"]),
                maybe(&["saml:Conditions"]),
                maybe(&["samlp:RequestedAuthnContext"]),
                maybe(&["samlp:Scoping"]),
            ]),
        ),
    ),
    (
        &["saml:Issuer", "saml:NameID"],
        closed(
            &[
                ("NameQualifier", Text, false),
                ("SPNameQualifier", Text, false),
                ("Format", Uri, false),
                ("SPProvidedID", Text, false),
            ],
            Content::Text(Text),
        ),
    ),
    (
        &["saml:Subject"],
        closed(
            &[],
            Sequence(&[
                maybe(&["saml:BaseID", "saml:NameID", "saml:EncryptedID"]),
                any(&["saml:SubjectConfirmation"]),
            ]),
        ),
    ),
    (
        &["samlp:NameIDPolicy"],
        closed(
            &[
                ("Format", Uri, false),
                ("SPNameQualifier", Text, false),
                ("AllowCreate", Truth, false),
            ],
            Sequence(&[]),
        ),
    ),
    (
        &["saml:Conditions"],
        closed(
            &[("NotBefore", Instant, false), ("NotOnOrAfter", Instant, false)],
            Any,
        ),
    ),
    (
        &["samlp:RequestedAuthnContext"],
        closed(
            &[(
                "Comparison",
                OneOf(&["exact", "minimum", "maximum", "better"]),
                false,
            )],
            Sequence(&[some(&["saml:AuthnContextClassRef", "saml:AuthnContextDeclRef"])]),
        ),
    ),
    (
        &[
            "saml:AuthnContextClassRef",
            "saml:AuthnContextDeclRef",
            "md:NameIDFormat",
        ],
        closed(&[], Content::Text(Uri)),
    ),
    (
        &["samlp:Scoping"],
        closed(
            &[("ProxyCount", Number, false)],
            Sequence(&[maybe(&["samlp:IDPList"]), any(&["samlp:RequesterID"])]),
        ),
    ),
    (
        &["md:EntitiesDescriptor"],
        closed(
            &[
                ("ID", Name, false),
                ("validUntil", Instant, false),
                ("cacheDuration", Duration, false),
                ("Name", Text, false),
            ],
            Sequence(&[
                maybe(&["ds:Signature"]),
                maybe(&["md:Extensions"]),
                some(&["md:EntityDescriptor", "md:EntitiesDescriptor"]),
            ]),
        ),
    ),
    (
        &["md:EntityDescriptor"],
        open(
            &[
                ("entityID", Uri, true),
                ("ID", Name, false),
                ("validUntil", Instant, false),
                ("cacheDuration", Duration, false),
            ],
            Sequence(&[
                maybe(&["ds:Signature"]),
                maybe(&["md:Extensions"]),
                some(&[
                    "md:RoleDescriptor",
                    "md:IDPSSODescriptor",
                    "md:SPSSODescriptor",
                    "md:AuthnAuthorityDescriptor",
                    "md:AttributeAuthorityDescriptor",
                    "md:PDPDescriptor",
                ]),
                maybe(&["md:Organization"]),
                any(&["md:ContactPerson"]),
                any(&["md:AdditionalMetadataLocation"]),
            ]),
        ),
    ),
    (
        &["md:SPSSODescriptor"],
        open(
            &[
                ("ID", Name, false),
                ("validUntil", Instant, false),
                ("cacheDuration", Duration, false),
                ("protocolSupportEnumeration", Text, true),
                ("errorURL", Uri, false),
                ("AuthnRequestsSigned", Truth, false),
                ("WantAssertionsSigned", Truth, false),
            ],
            Sequence(&[
                maybe(&["ds:Signature"]),
                maybe(&["md:Extensions"]),
                any(&["md:KeyDescriptor"]),
                maybe(&["md:Organization"]),
                any(&["md:ContactPerson"]),
                any(&["md:ArtifactResolutionService"]),
                any(&["md:SingleLogoutService"]),
                any(&["md:ManageNameIDService"]),
                any(&["md:NameIDFormat"]),
                some(&["md:AssertionConsumerService"]),
                any(&["md:AttributeConsumingService"]),
            ]),
        ),
    ),
    (
        &["md:KeyDescriptor"],
        closed(
            &[("use", OneOf(&["signing", "encryption"]), false)],
            Sequence(&[one(&["ds:KeyInfo"]), any(&["md:EncryptionMethod"])]),
        ),
    ),
    (
        &["md:SingleLogoutService", "md:ManageNameIDService"],
        open(
            &[
                ("Binding", Uri, true),
                ("Location", Uri, true),
                ("ResponseLocation", Uri, false),
            ],
            Any,
        ),
    ),
    (
        &["md:AssertionConsumerService", "md:ArtifactResolutionService"],
        open(
            &[
                ("Binding", Uri, true),
                ("Location", Uri, true),
                ("ResponseLocation", Uri, false),
                ("index", Short, true),
                ("isDefault", Truth, false),
            ],
            Any,
        ),
    ),
    (
        &["md:AttributeConsumingService"],
        closed(
            &[("index", Short, true), ("isDefault", Truth, false)],
            Sequence(&[
                some(&["md:ServiceName"]),
                any(&["md:ServiceDescription"]),
                some(&["md:RequestedAttribute"]),
            ]),
        ),
    ),
    (
        &["md:RequestedAttribute"],
        open(
            &[
                ("Name", Text, true),
                ("NameFormat", Uri, false),
                ("FriendlyName", Text, false),
                ("isRequired", Truth, false),
            ],
            Any,
        ),
    ),
    (
        &["md:Organization"],
        open(
            &[],
            Sequence(&[
                maybe(&["md:Extensions"]),
                some(&["md:OrganizationName"]),
                some(&["md:OrganizationDisplayName"]),
                some(&["md:OrganizationURL"]),
            ]),
        ),
    ),
    (
        &[
            "md:OrganizationName",
            "md:OrganizationDisplayName",
            "md:ServiceName",
            "md:ServiceDescription",
        ],
        closed(LANGUAGE, Content::Text(Text)),
    ),
    (&["md:OrganizationURL"], closed(LANGUAGE, Content::Text(Uri))),
    (
        &["md:ContactPerson"],
        open(
            &[(
                "contactType",
                OneOf(&["technical", "support", "administrative", "billing", "other"]),
                true,
            )],
            Sequence(&[
                maybe(&["md:Extensions"]),
                maybe(&["md:Company"]),
                maybe(&["md:GivenName"]),
                maybe(&["md:SurName"]),
                any(&["md:EmailAddress"]),
                any(&["md:TelephoneNumber"]),
            ]),
        ),
    ),
];
