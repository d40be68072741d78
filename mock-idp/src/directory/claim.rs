//! "Attributes & Claims": what an assertion says about a person. Data only; [`crate::issuance`] evaluates it.

use saml::names::name_id;
use serde::{Deserialize, Serialize};

use super::Attribute;

/// One claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Its name, or the last part of it. Case matters.
    pub name: String,
    /// What stands before the name, and a slash; none: the name stands alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// `NameFormat` of the attribute; none: Azure writes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_format: Option<NameFormat>,
    /// Where its value comes from, unless a condition says otherwise.
    pub value: Value,
    /// "Claim conditions": the last one that fits decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// The family of names that Azure proposes.
pub(crate) const XMLSOAP: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";

impl Claim {
    /// A claim that carries an attribute.
    pub fn new(namespace: Option<&str>, name: &str, source: Attribute) -> Self {
        Self {
            name: name.to_owned(),
            namespace: namespace.map(ToOwned::to_owned),
            name_format: None,
            value: Value::Attribute(source),
            conditions: Vec::new(),
        }
    }

    /// The Name of the attribute on the wire: namespace, slash, name.
    pub fn wire_name(&self) -> String {
        match self
            .namespace
            .as_deref()
            .filter(|namespace| !namespace.is_empty())
        {
            Some(namespace) => format!("{}/{}", namespace.trim_end_matches('/'), self.name),
            None => self.name.clone(),
        }
    }

    /// What Azure sets up by itself: given name, surname, mail address, account name.
    pub fn defaults() -> Vec<Self> {
        [
            ("givenname", Attribute::GIVEN_NAME),
            ("surname", Attribute::SURNAME),
            ("emailaddress", Attribute::MAIL),
            ("name", Attribute::USER_PRINCIPAL_NAME),
        ]
        .map(|(name, source)| Self::new(Some(XMLSOAP), name, source))
        .to_vec()
    }
}

/// The claim "Unique User Identifier (Name ID)".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameIdClaim {
    /// The Format where a request asks for none: one of the URIs of [`NameIdClaim::FORMATS`].
    pub format: String,
    /// Where its value comes from.
    pub value: Value,
    /// "Claim conditions": the last one that fits decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

impl NameIdClaim {
    /// The formats that the portal offers, and what it calls them.
    pub const FORMATS: [(&'static str, &'static str); 5] = [
        ("Email address", name_id::EMAIL),
        ("Persistent", name_id::PERSISTENT),
        ("Unspecified", name_id::UNSPECIFIED),
        (
            "Windows domain qualified name",
            "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName",
        ),
        ("Transient", name_id::TRANSIENT),
    ];
}

impl Default for NameIdClaim {
    /// The account name, as a mail address.
    fn default() -> Self {
        Self {
            format: name_id::EMAIL.to_owned(),
            value: Value::Attribute(Attribute::USER_PRINCIPAL_NAME),
            conditions: Vec::new(),
        }
    }
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// An attribute of the directory.
    Attribute(Attribute),
    /// The same text for everybody.
    Constant(String),
    /// One transformation, or two: the second works on what the first gives.
    Transformation(Vec<Transformation>),
}

/// A function of the portal's "Manage transformation". The first value of a multivalued attribute is taken, unless
/// `multivalued` is set where a function has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields, tag = "function")]
pub enum Transformation {
    /// What stands before the first `@`, or all of it where there is none.
    ExtractMailPrefix {
        /// What it works on.
        input: On,
    },
    /// First, separator, second. Where a user name is joined to a suffix for a NameID, the suffix is a verified domain.
    Join {
        /// The first part.
        input: On,
        /// What stands between them.
        separator: String,
        /// The second part.
        second: On,
    },
    /// Lower case.
    ToLowercase {
        /// What it works on.
        input: On,
    },
    /// Upper case.
    ToUppercase {
        /// What it works on.
        input: On,
    },
    /// One output where the input contains, begins with or ends with a text, another where not.
    Match {
        /// What it works on.
        input: On,
        /// Which of the three.
        how: Matches,
        /// The text looked for; case matters.
        text: String,
        /// The output where it fits.
        then: On,
        /// The output where it does not fit; none: nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        otherwise: Option<On>,
    },
    /// What stands after one text, before another, or between the two.
    Extract {
        /// What it works on.
        input: On,
        /// Only what follows the first occurrence of this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
        /// Only what precedes the next occurrence of this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
    },
    /// The letters at the beginning, or at the end.
    ExtractAlpha {
        /// What it works on.
        input: On,
        /// At the end in place of the beginning.
        #[serde(default)]
        suffix: bool,
    },
    /// The digits at the beginning, or at the end.
    ExtractNumeric {
        /// What it works on.
        input: On,
        /// At the end in place of the beginning.
        #[serde(default)]
        suffix: bool,
    },
    /// The input, or another output where the input is empty.
    IfEmpty {
        /// What it works on.
        input: On,
        /// The output where it is empty.
        then: On,
    },
    /// One output where the input is not empty, another where it is.
    IfNotEmpty {
        /// What it works on.
        input: On,
        /// The output where it is not empty.
        then: On,
        /// The output where it is empty; none: nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        otherwise: Option<On>,
    },
    /// A part of the input, in characters.
    Substring {
        /// What it works on.
        input: On,
        /// Where it starts, from 0.
        start: usize,
        /// How long it is; none: to the end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        length: Option<usize>,
    },
    /// Replaces what a regular expression finds; `{name}` in the replacement is a group of it, or one of the parameters.
    RegexReplace {
        /// What it works on.
        input: On,
        /// The expression and its replacement.
        replace: Replacement,
        /// Up to five further inputs by name.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        parameters: Vec<(String, On)>,
    },
}

/// What a transformation works on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// The first value of an attribute.
    Attribute(Attribute),
    /// Every value of an attribute ("treat source as multivalued").
    All(Attribute),
    /// A text.
    Constant(String),
    /// What the transformation before this one gave.
    Previous,
}

/// How a text is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matches {
    /// Anywhere.
    Contains,
    /// At the beginning.
    StartsWith,
    /// At the end.
    EndsWith,
}

/// A regular expression and what takes the place of what it finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    /// The expression, at most 512 bytes.
    pub pattern: String,
    /// The replacement, with `{name}` for groups and parameters.
    pub with: String,
}

/// One claim condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Whom it is for.
    pub users: UserKind,
    /// Groups by object id; a member of any of them. Empty: everybody. At most 50 different ones in an application.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Where the value comes from then.
    pub value: Value,
}

/// "User type" of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserKind {
    /// Everybody.
    Any,
    /// Members of this tenant.
    Members,
    /// Guests, wherever they come from.
    AllGuests,
    /// Guests of another tenant of Azure AD.
    AadGuests,
    /// Guests from elsewhere.
    ExternalGuests,
}

/// `SAMLNameForm` of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameFormat {
    /// `…:attrname-format:unspecified`
    Unspecified,
    /// `…:attrname-format:uri`
    Uri,
    /// `…:attrname-format:basic`
    Basic,
}

impl NameFormat {
    /// The URI (Core 8.2).
    pub fn uri(self) -> &'static str {
        match self {
            Self::Unspecified => "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified",
            Self::Uri => "urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
            Self::Basic => "urn:oasis:names:tc:SAML:2.0:attrname-format:basic",
        }
    }
}

/// "Group claims".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupClaims {
    /// Which groups.
    pub groups: WhichGroups,
    /// What stands for a group.
    #[serde(default)]
    pub value: GroupValue,
    /// Only groups that this finds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<GroupFilter>,
    /// Another name than Azure's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What stands before that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// "Emit groups as role claims": in the role claim, and in place of application roles.
    #[serde(default)]
    pub emit_as_roles: bool,
    /// "Apply regex replace".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replace: Option<Replacement>,
    /// The display name of groups of the cloud, where `value` is something of the premises that they lack.
    #[serde(default)]
    pub cloud_display_names: bool,
}

/// "Which groups associated with the user should be returned in the claim?"
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhichGroups {
    /// All groups, nested ones too, and directory roles.
    All,
    /// Security groups, nested ones too.
    Security,
    /// Directory roles, in the claim `wids`.
    DirectoryRoles,
    /// Groups assigned to the application of which the user is a direct member.
    Assigned,
}

/// "Source attribute" of group claims.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupValue {
    /// The object id.
    #[default]
    ObjectId,
    /// `sAMAccountName`
    SamAccountName,
    /// `NETBIOS\sAMAccountName`
    NetbiosAndSam,
    /// `dns.domain\sAMAccountName`
    DnsAndSam,
    /// The security identifier of the premises.
    SecurityIdentifier,
    /// The display name of groups of the cloud; only for [`WhichGroups::Assigned`].
    CloudDisplayName,
}

/// "Filter groups".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupFilter {
    /// `sAMAccountName` in place of the display name.
    #[serde(default)]
    pub sam_account_name: bool,
    /// How it is looked for.
    pub how: Matches,
    /// What.
    pub text: String,
}
