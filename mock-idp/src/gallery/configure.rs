//! From a template and a few values to what an application of the directory is set up with.

use std::collections::{BTreeMap, BTreeSet};

use super::claim::ClaimRow;
use super::facts::Initiation;
use super::field::{self, Choose, Field, FieldName};
use super::pattern::{Pattern, key};
use super::template::Template;
use super::translate::{self, valued};
use crate::directory::{Attribute, Claim, GroupClaims, NameIdClaim, Signing, Value};

/// A template whose gaps are filled: every value is final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configured {
    /// The template's id.
    pub template: String,
    /// The application's display name.
    pub name: String,
    /// Where a sign-in begins.
    pub initiation: Initiation,
    /// The Identifiers, the default first.
    pub identifiers: Vec<String>,
    /// The Reply URLs, the default first.
    pub reply_urls: Vec<String>,
    /// The Sign on URL; with it, a launch begins at the service provider.
    pub sign_on_url: Option<String>,
    /// The Relay State of IdP-initiated sign-in.
    pub relay_state: Option<String>,
    /// The Logout URL.
    pub logout_url: Option<String>,
    /// The NameID.
    pub name_id: NameIdClaim,
    /// The claims besides Azure's own; one of the same name takes the place of Azure's.
    pub claims: Vec<Claim>,
    /// The group claims.
    pub group_claims: Option<GroupClaims>,
    /// What is signed, and how.
    pub signing: Signing,
    /// Whether the assertion is to be encrypted, which needs the service provider's certificate.
    pub encrypted: bool,
}

/// Everything that keeps a template from becoming an application, at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct ConfigureError {
    /// What is wrong, in the order of the fields.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong with the values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A field's patterns cannot be filled.
    #[error("{}", lacking(*field, needs))]
    Missing {
        /// The field.
        field: FieldName,
        /// The placeholders that are missing, or the field's own key where the template has no pattern.
        needs: Vec<String>,
    },
    /// A claim's value is left to the administrator, and was not given.
    #[error("the claim {name} has no value that everybody shares; give {name}")]
    MissingClaim {
        /// The claim's name.
        name: String,
    },
    /// A claim is made of an attribute that the directory lacks.
    #[error("the directory has no attribute {0}; give the claim a value of its own, or edit the template")]
    UnknownSource(String),
    /// A value does not fit the field.
    #[error("the {field} {value:?} does not fit {}; give one that does", patterns.join(" or "))]
    Unfit {
        /// The field.
        field: FieldName,
        /// The value.
        value: String,
        /// What it would have to look like.
        patterns: Vec<String>,
    },
    /// A value names nothing that the template has.
    #[error("the template has no {name}; it has {}", known.join(", "))]
    Unknown {
        /// What was named.
        name: String,
        /// What could be.
        known: Vec<String>,
    },
}

fn lacking(field: FieldName, needs: &[String]) -> String {
    let itself = field.key();
    if needs.iter().any(|need| need == itself) {
        return format!("no pattern says what the {field} is; give {itself}");
    }
    let needs = needs.join(" and ");
    format!("the {field} lacks {needs}; give {needs}, or {itself} itself")
}

impl Template {
    /// Fills the gaps. A value is named after a placeholder (`SUBDOMAIN`), a field (`identifier`, `reply-url`,
    /// `sign-on-url`, `relay-state`, `logout-url`), a claim that asks for one, or `name`. Names are compared by their
    /// letters and digits, in any case.
    ///
    /// A field's own value must fit one of its patterns, and fills placeholders of the same name elsewhere; several are
    /// separated by blanks. An optional field is filled where it can be; an empty value leaves it out. Identifier and Reply URL
    /// are always needed, also where the page leaves them to the gallery.
    ///
    /// # Errors
    /// Everything that is missing, unknown or does not fit.
    pub fn configure(&self, values: &BTreeMap<String, String>) -> Result<Configured, ConfigureError> {
        let mut filling = Filling::new(self, values);
        let mut field = |name| filling.field(name);
        let identifiers = field(FieldName::Identifier);
        let reply_urls = field(FieldName::ReplyUrl);
        let mut one = |name| filling.field(name).into_iter().next();
        let sign_on_url = one(FieldName::SignOnUrl);
        let relay_state = one(FieldName::RelayState);
        let logout_url = one(FieldName::LogoutUrl);
        let claims = self
            .claims
            .iter()
            .filter_map(|claim| filling.claim(claim))
            .collect();
        let configured = Configured {
            template: self.id.clone(),
            name: filling.given("name").unwrap_or(&self.name).to_owned(),
            initiation: self.initiation,
            identifiers,
            reply_urls,
            sign_on_url,
            relay_state,
            logout_url,
            name_id: filling.name_id(),
            claims,
            group_claims: self.groups.as_ref().map(translate::group_claims),
            signing: translate::signing(self.signing),
            encrypted: self.encrypted,
        };
        let problems = filling.problems();
        if problems.is_empty() {
            Ok(configured)
        } else {
            Err(ConfigureError { problems })
        }
    }

    /// The names that [`Template::configure`] takes values for, as people write them.
    pub fn settings(&self) -> Vec<String> {
        let patterns = FieldName::ALL
            .iter()
            .filter_map(|name| self.field(*name))
            .flat_map(|field| &field.values);
        let mut seen = BTreeSet::new();
        patterns
            .flat_map(Pattern::placeholders)
            .chain(
                self.claims
                    .iter()
                    .filter(|claim| is_asked(claim))
                    .map(|claim| claim.name.as_str()),
            )
            .chain(FieldName::ALL.map(FieldName::key))
            .chain(["name"])
            .filter(|name| seen.insert(key(name)))
            .map(str::to_owned)
            .collect()
    }
}

/// The values, by key, while they are put in.
struct Filling<'a> {
    template: &'a Template,
    values: BTreeMap<String, &'a str>,
    learned: BTreeMap<String, String>,
    problems: Vec<Problem>,
}

impl<'a> Filling<'a> {
    fn new(template: &'a Template, values: &'a BTreeMap<String, String>) -> Self {
        let known = template.settings();
        let keys: BTreeSet<_> = known.iter().map(|name| key(name)).collect();
        let unknown = values.keys().filter(|name| !keys.contains(&key(name)));
        let problems = unknown
            .map(|name| Problem::Unknown {
                name: name.clone(),
                known: known.clone(),
            })
            .collect();
        let values: BTreeMap<_, _> = values
            .iter()
            .map(|(name, value)| (key(name), value.trim()))
            .collect();
        let mut learned = BTreeMap::new();
        for name in FieldName::ALL {
            let Some(field) = template.field(name) else {
                continue;
            };
            let given = values.get(&key(name.key())).copied().unwrap_or_default();
            for value in split(name, given) {
                let captures = field.values.iter().find_map(|pattern| pattern.captures(value));
                for (placeholder, text) in captures.unwrap_or_default() {
                    learned.entry(key(&placeholder)).or_insert(text);
                }
            }
        }
        Self {
            template,
            values,
            learned,
            problems,
        }
    }

    fn given(&self, name: &str) -> Option<&'a str> {
        self.values
            .get(&key(name))
            .copied()
            .filter(|value| !value.is_empty())
    }

    fn field(&mut self, name: FieldName) -> Vec<String> {
        let nothing = Field::default();
        let described = self.template.field(name);
        let field = described.unwrap_or(&nothing);
        let always = matches!(name, FieldName::Identifier | FieldName::ReplyUrl);
        let needed = always || field.required;
        match self.values.get(&key(name.key())) {
            Some(&"") if !needed => Vec::new(),
            Some(given) if !given.is_empty() => {
                let texts: Vec<_> = split(name, given).map(str::to_owned).collect();
                for value in &texts {
                    self.check(name, field, value);
                }
                texts
            }
            _ => self.filled(name, field, needed),
        }
    }

    /// The field's values by its patterns.
    fn filled(&mut self, name: FieldName, field: &Field, needed: bool) -> Vec<String> {
        let learned = &self.learned;
        let values = &self.values;
        let lookup = |placeholder: &str| {
            let asked = key(placeholder);
            let given = values.get(&asked).copied().filter(|value| !value.is_empty());
            given.or_else(|| learned.get(&asked).map(String::as_str))
        };
        let tried: Vec<_> = field.values.iter().map(|pattern| pattern.fill(lookup)).collect();
        let missing = || tried.iter().find_map(|result| result.as_ref().err());
        let full: Vec<String> = tried.iter().filter_map(|result| result.clone().ok()).collect();
        let whole = match field.choose {
            Choose::One => !full.is_empty(),
            Choose::All => !full.is_empty() && missing().is_none(),
        };
        if !whole {
            if needed {
                let needs = missing().cloned().unwrap_or_else(|| vec![name.key().to_owned()]);
                self.problems.push(Problem::Missing { field: name, needs });
            }
            return Vec::new();
        }
        let kept: Vec<_> = match field.choose {
            Choose::One => full.into_iter().take(1).collect(),
            Choose::All => full,
        };
        for value in &kept {
            self.check(name, field, value);
        }
        kept
    }

    fn check(&mut self, name: FieldName, field: &Field, value: &str) {
        let patterns = &field.values;
        let fits = patterns.is_empty() || patterns.iter().any(|pattern| pattern.captures(value).is_some());
        let usable = Pattern::parse(value).is_ok_and(|it| it.is_fixed() && field::fits(name, &it).is_ok());
        if !(fits && usable) {
            let mut patterns: Vec<_> = patterns.iter().map(ToString::to_string).collect();
            if patterns.is_empty() {
                patterns.push(
                    if name.is_url() {
                        "an http or https address"
                    } else {
                        "a plain text"
                    }
                    .to_owned(),
                );
            }
            self.problems.push(Problem::Unfit {
                field: name,
                value: value.to_owned(),
                patterns,
            });
        }
    }

    fn claim(&mut self, claim: &ClaimRow) -> Option<Claim> {
        let given = self.given(&claim.name).filter(|_| is_asked(claim));
        let value = match (given.or(claim.constant.as_deref()), &claim.source) {
            (Some(text), _) => Some(Value::Constant(text.to_owned())),
            (None, Some(source)) => self.attribute(source).map(|it| valued(it, claim.transformation)),
            (None, None) => {
                let name = claim.name.clone();
                self.problems.push(Problem::MissingClaim { name });
                None
            }
        };
        Some(Claim {
            value: value?,
            ..Claim::new(claim.namespace.as_deref(), &claim.name, Attribute::MAIL)
        })
    }

    fn name_id(&mut self) -> NameIdClaim {
        let change = &self.template.name_id;
        let mut claim = NameIdClaim::default();
        if let Some(format) = change.format.and_then(translate::format) {
            claim.format = format.to_owned();
        }
        if change.source.is_some() || change.transformation.is_some() {
            let source = change.source.as_deref().unwrap_or("user.userprincipalname");
            if let Some(attribute) = self.attribute(source) {
                claim.value = valued(attribute, change.transformation);
            }
        }
        claim
    }

    fn attribute(&mut self, source: &str) -> Option<Attribute> {
        let known = source.parse().ok();
        if known.is_none() {
            self.problems.push(Problem::UnknownSource(source.to_owned()));
        }
        known
    }

    fn problems(self) -> Vec<Problem> {
        self.problems
    }
}

/// Whether a claim takes its value from whoever adds the application: the page leaves it open, or names an attribute that
/// no directory has.
fn is_asked(claim: &ClaimRow) -> bool {
    let unknown = |source: &String| source.parse::<Attribute>().is_err();
    claim.ask || claim.source.as_ref().is_some_and(unknown)
}

/// Several values of the fields that take several; a Relay State is one text.
fn split(name: FieldName, given: &str) -> impl Iterator<Item = &str> {
    let several = matches!(name, FieldName::Identifier | FieldName::ReplyUrl);
    given
        .split(move |letter: char| several && letter.is_whitespace())
        .filter(|value| !value.is_empty())
}
