//! What a person does to sign in or out at the SP: one URL that is opened, or steps in order.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, SeqAccess, Visitor, value::SeqAccessDeserializer},
};

/// A way in or out: never empty, and a URL alone is one step that opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps(pub Vec<Step>);

/// One step. A target is a CSS selector or `text:Words`; `{name_id}`, `{mail}` and `{domain}` are of the person who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Opens a URL; or, as `json:/pointer`, the URL that stands there in the JSON of the last answer.
    Open(String),
    /// Clicks on a target.
    Click(String),
    /// Types a text into a field.
    Fill {
        /// The field.
        target: String,
        /// The text.
        with: String,
    },
    /// Sends a form, given itself or by a control of it.
    Submit(String),
    /// Waits until a target is there and visible.
    WaitFor(String),
    /// The client drops its bearer token; only in a sign-out.
    Forget,
}

/// The one thing that a step can forget.
const TOKEN: &str = "token";

/// A step as it is written: one verb, and what goes with it.
#[derive(Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Step")]
struct Written {
    /// Opens this URL; `json:/pointer` is the URL that stands there in the JSON of the last answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    open: Option<String>,
    /// Clicks on this: a CSS selector, or `text:Continue`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    click: Option<String>,
    /// Types into this field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fill: Option<String>,
    /// The text to type; `{name_id}`, `{mail}` and `{domain}` are of the person who signs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    with: Option<String>,
    /// Sends this form, or the form of this control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    submit: Option<String>,
    /// Waits until this is there and visible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wait_for: Option<String>,
    /// `token`: the client drops its bearer token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    forget: Option<String>,
}

impl Steps {
    /// One step that opens a URL.
    pub fn of_url(url: &str) -> Self {
        Self(vec![Step::Open(url.to_owned())])
    }

    /// The URL, where it is nothing but one.
    pub fn url(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Step::Open(url)] => Some(url),
            _ => None,
        }
    }

    /// Every URL that is opened.
    pub fn urls(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|step| match step {
            Step::Open(url) if !url.starts_with(JSON) => Some(url.as_str()),
            _ => None,
        })
    }
}

/// How a step begins that opens what the last answer names.
pub(crate) const JSON: &str = "json:";

impl Written {
    fn step(self) -> Result<Step, String> {
        let verbs = [
            ("open", self.open.is_some()),
            ("click", self.click.is_some()),
            ("fill", self.fill.is_some()),
            ("submit", self.submit.is_some()),
            ("wait-for", self.wait_for.is_some()),
            ("forget", self.forget.is_some()),
        ];
        let found: Vec<&str> = verbs
            .iter()
            .filter(|(_, is)| *is)
            .map(|(verb, _)| *verb)
            .collect();
        match (found.as_slice(), self.with.is_some()) {
            ([], _) => {
                let all: Vec<&str> = verbs.iter().map(|(verb, _)| *verb).collect();
                return Err(format!("a step needs one of {}", all.join(", ")));
            }
            ([_, _, ..], _) => {
                return Err(format!(
                    "a step does one thing, and here are {}",
                    found.join(" and ")
                ));
            }
            (["fill"], false) => {
                return Err("fill needs the text: { fill = \"#mail\", with = \"{mail}\" }".to_owned());
            }
            ([verb], true) if *verb != "fill" => return Err(format!("with belongs to fill, not to {verb}")),
            _ => {}
        }
        let with = self.with.unwrap_or_default();
        let steps = [
            self.open.map(Step::Open),
            self.click.map(Step::Click),
            self.fill.map(|target| Step::Fill { target, with }),
            self.submit.map(Step::Submit),
            self.wait_for.map(Step::WaitFor),
        ];
        match (steps.into_iter().flatten().next(), self.forget.as_deref()) {
            (Some(step), _) => Ok(step),
            (None, Some(TOKEN)) => Ok(Step::Forget),
            (None, other) => Err(format!(
                "{:?} cannot be forgotten; write {{ forget = \"{TOKEN}\" }}",
                other.unwrap_or_default()
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Written::deserialize(deserializer)?
            .step()
            .map_err(D::Error::custom)
    }
}

impl From<&Step> for Written {
    fn from(step: &Step) -> Self {
        let none = Self::default();
        let of = |text: &String| Some(text.clone());
        match step {
            Step::Open(url) => Self {
                open: of(url),
                ..none
            },
            Step::Click(target) => Self {
                click: of(target),
                ..none
            },
            Step::Fill { target, with } => Self {
                fill: of(target),
                with: of(with),
                ..none
            },
            Step::Submit(target) => Self {
                submit: of(target),
                ..none
            },
            Step::WaitFor(target) => Self {
                wait_for: of(target),
                ..none
            },
            Step::Forget => Self {
                forget: Some(TOKEN.to_owned()),
                ..none
            },
        }
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written::from(self).serialize(serializer)
    }
}

/// As it is written in the configuration.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |text: &str| toml::Value::from(text).to_string();
        match self {
            Self::Open(url) => write!(f, "{{ open = {} }}", text(url)),
            Self::Click(target) => write!(f, "{{ click = {} }}", text(target)),
            Self::Fill { target, with } => {
                write!(f, "{{ fill = {}, with = {} }}", text(target), text(with))
            }
            Self::Submit(target) => write!(f, "{{ submit = {} }}", text(target)),
            Self::WaitFor(target) => write!(f, "{{ wait-for = {} }}", text(target)),
            Self::Forget => write!(f, "{{ forget = {} }}", text(TOKEN)),
        }
    }
}

/// As it is written in the configuration: a URL alone, or the steps.
impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.url() {
            Some(url) => write!(f, "{}", toml::Value::from(url)),
            None => {
                let steps: Vec<String> = self.0.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", steps.join(", "))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Steps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct UrlOrSteps;
        impl<'de> Visitor<'de> for UrlOrSteps {
            type Value = Steps;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a URL, or a list of steps such as [{ open = \"https://…\" }, { click = \"text:Continue\" }]")
            }

            fn visit_str<E: Error>(self, url: &str) -> Result<Steps, E> {
                Ok(Steps(vec![Step::Open(url.to_owned())]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Steps, A::Error> {
                let steps = Vec::<Step>::deserialize(SeqAccessDeserializer::new(list))?;
                if steps.is_empty() {
                    return Err(A::Error::custom(
                        "a list of steps has at least one; the first opens a URL",
                    ));
                }
                Ok(Steps(steps))
            }
        }
        deserializer.deserialize_any(UrlOrSteps)
    }
}

impl Serialize for Steps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.url() {
            Some(url) => serializer.serialize_str(url),
            None => self.0.serialize(serializer),
        }
    }
}

impl JsonSchema for Steps {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Steps".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let step = generator.subschema_for::<Written>();
        json_schema!({
            "description": "One URL that is opened, or steps in order, of which the first opens a URL.",
            "anyOf": [{ "type": "string" }, { "type": "array", "items": step, "minItems": 1 }],
        })
    }
}
