//! An application template: what a gallery knows about a service provider before anybody sets it up.

use serde::{Deserialize, Serialize};

use super::claim::ClaimRow;
use super::facts::{
    ConfiguredBy, Consumes, Download, Expects, GroupsClaim, Initiation, NameIdChange, SigningChange, Source,
    Users,
};
use super::field::{Field, FieldName};
use super::pattern::PatternError;

/// What one page of the tutorial family says, as data. Written as TOML; a key that is not known is an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// What it is called on the command line: lower-case letters, digits and dashes.
    pub id: String,
    /// The product's name, as the gallery shows it.
    pub name: String,
    /// What this shape is there for, in a sentence. Templates read from a page have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Where a sign-in begins.
    pub initiation: Initiation,
    /// No sentence says where a sign-in begins; it was concluded from the fields.
    #[serde(default, skip_serializing_if = "is_false")]
    pub initiation_inferred: bool,
    /// The gallery knows the addresses already; the page asks for none of them.
    #[serde(default, skip_serializing_if = "is_false")]
    pub pre_integrated: bool,
    /// Who sets up the service provider's side.
    #[serde(default)]
    pub configured_by: ConfiguredBy,
    /// Whether the assertion is to be encrypted ("Token encryption").
    #[serde(default, skip_serializing_if = "is_false")]
    pub encrypted: bool,
    /// What is downloaded for the service provider. Empty where the page names nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub download: Vec<Download>,
    /// Identifier (Entity ID).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<Field>,
    /// Reply URL (Assertion Consumer Service URL).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_url: Option<Field>,
    /// Sign on URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_on_url: Option<Field>,
    /// Relay State.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay_state: Option<Field>,
    /// Logout URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logout_url: Option<Field>,
    /// What differs in the NameID ("Unique User Identifier").
    #[serde(default, skip_serializing_if = "NameIdChange::is_none")]
    pub name_id: NameIdChange,
    /// What differs in the signature.
    #[serde(default, skip_serializing_if = "SigningChange::is_none")]
    pub signing: SigningChange,
    /// Which of the "Set up" card's addresses the service provider is given.
    #[serde(default, skip_serializing_if = "Consumes::is_none")]
    pub consumes: Consumes,
    /// How people come to exist at the service provider.
    #[serde(default)]
    pub users: Users,
    /// What a test of the finished set-up shows.
    #[serde(default, skip_serializing_if = "Expects::is_none")]
    pub expects: Expects,
    /// The groups claim, where one is added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<GroupsClaim>,
    /// The page that all this was read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The claims besides Azure's own four, in the page's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<ClaimRow>,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Why a template is none.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The text is not TOML of this form.
    #[error("it is no template: {0}")]
    Toml(#[from] toml::de::Error),
    /// A field's value fits nothing.
    #[error("the {field} cannot be used: {source}")]
    Field {
        /// Which field.
        field: FieldName,
        /// Why.
        source: PatternError,
    },
    /// Two facts that cannot both be, or one that is missing.
    #[error("{0}")]
    Facts(String),
}

impl Template {
    /// The longest template that is read, in bytes.
    pub const LONGEST: usize = 256 * 1024;

    /// Reads a template file.
    ///
    /// # Errors
    /// [`TemplateError`]: not TOML, an unknown key, a value that no address can come of, facts that do not fit.
    pub fn from_toml(text: &str) -> Result<Self, TemplateError> {
        if text.len() > Self::LONGEST {
            let most = Self::LONGEST;
            return Err(TemplateError::Facts(format!(
                "a template has at most {most} bytes; remove what is none of it"
            )));
        }
        let template: Self = toml::from_str(text)?;
        template.check()?;
        Ok(template)
    }

    /// Writes it as [`Template::from_toml`] reads it.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).expect("texts, flags and lists are TOML")
    }

    /// The field, where the template has it.
    pub fn field(&self, name: FieldName) -> Option<&Field> {
        match name {
            FieldName::Identifier => self.identifier.as_ref(),
            FieldName::ReplyUrl => self.reply_url.as_ref(),
            FieldName::SignOnUrl => self.sign_on_url.as_ref(),
            FieldName::RelayState => self.relay_state.as_ref(),
            FieldName::LogoutUrl => self.logout_url.as_ref(),
        }
    }

    /// The same, to set it.
    pub fn field_mut(&mut self, name: FieldName) -> &mut Option<Field> {
        match name {
            FieldName::Identifier => &mut self.identifier,
            FieldName::ReplyUrl => &mut self.reply_url,
            FieldName::SignOnUrl => &mut self.sign_on_url,
            FieldName::RelayState => &mut self.relay_state,
            FieldName::LogoutUrl => &mut self.logout_url,
        }
    }

    /// The attribute name that carries roles, where a claim does.
    pub fn role_claim(&self) -> Option<String> {
        let is_role = |claim: &&ClaimRow| claim.source.as_deref() == Some("user.assignedroles");
        self.claims.iter().find(is_role).map(ClaimRow::attribute)
    }

    /// Whether the facts can be true together. Reading a page, a file or the command line ends here.
    ///
    /// # Errors
    /// The first that cannot.
    pub fn check(&self) -> Result<(), TemplateError> {
        let facts = |why: String| Err(TemplateError::Facts(why));
        let slug = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        if self.id.is_empty() || self.id.len() > 100 || !self.id.chars().all(slug) {
            return facts(format!(
                "{:?} is no id; write lower-case letters, digits and dashes",
                self.id
            ));
        }
        if self.name.trim().is_empty() || self.name.len() > 200 || self.name.chars().any(char::is_control) {
            return facts("the name is empty or too long; write the product's name".to_owned());
        }
        for name in FieldName::ALL {
            if let Some(field) = self.field(name) {
                field
                    .check(name)
                    .map_err(|source| TemplateError::Field { field: name, source })?;
            }
        }
        if self.initiation == Initiation::Idp && self.sign_on_url.as_ref().is_some_and(|field| field.required)
        {
            return facts(
                "an application whose sign-in begins at the identity provider alone has no Sign on URL; write \
                 initiation = \"both\""
                    .to_owned(),
            );
        }
        let none = FieldName::ALL.iter().all(|name| self.field(*name).is_none());
        if none && !self.pre_integrated {
            return facts(
                "it has neither Identifier nor Reply URL nor Sign on URL; give one, or say pre_integrated = true"
                    .to_owned(),
            );
        }
        if let Some(source) = &self.name_id.source
            && !super::claim::is_source(source)
        {
            return facts(format!(
                "{source:?} is no source of a NameID; write it like user.mail"
            ));
        }
        self.claims
            .iter()
            .try_for_each(|claim| claim.check().map_err(TemplateError::Facts))?;
        let mut names: Vec<_> = self.claims.iter().map(ClaimRow::attribute).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => facts(format!("the claim {:?} stands there twice; keep one", pair[0])),
            None => Ok(()),
        }
    }
}
