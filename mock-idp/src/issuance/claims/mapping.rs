//! The JSON of a claims mapping policy (Microsoft Graph: `claimsMappingPolicy`; "claims customization reference").

use std::collections::HashMap;

use serde::Deserialize;

use crate::directory::{Attribute, Claim, NameFormat, NameIdClaim, On, RuleError, Transformation, Value};

/// What a policy says, as the portal would.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mapping {
    /// The NameID, where the policy makes it.
    pub(super) name_id: Option<NameIdClaim>,
    /// The ID of the transformation that does so.
    pub(super) name_id_transformation: Option<String>,
    /// The basic claim set unless it is turned off, then the policy's claims.
    pub(super) claims: Vec<Claim>,
}

/// The claim type of the NameID.
const NAME_ID: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier";

impl Mapping {
    /// Reads the one definition that such a policy has.
    pub(super) fn parse(definition: &[String]) -> Result<Self, RuleError> {
        let [text] = definition else {
            return Err(wrong("it must have one definition"));
        };
        let read: Definition = serde_json::from_str(text).map_err(|error| wrong(&error.to_string()))?;
        let policy = read.policy;
        if policy.version != 1 {
            return Err(wrong("its Version must be 1"));
        }
        let mut mapping = Self {
            name_id: None,
            name_id_transformation: None,
            claims: match policy.basic {
                Some(Flag::Bool(false)) => Vec::new(),
                Some(Flag::Text(ref text)) if text.eq_ignore_ascii_case("false") => Vec::new(),
                _ => Claim::defaults(),
            },
        };
        for entry in &policy.schema {
            mapping.add(entry, &policy)?;
        }
        Ok(mapping)
    }

    /// An entry without a SamlClaimType is only there for transformations to work on.
    fn add(&mut self, entry: &Entry, policy: &Policy) -> Result<(), RuleError> {
        let value = entry.value(policy)?;
        let Some(name) = entry.saml_claim_type.clone() else {
            return Ok(());
        };
        if name == NAME_ID {
            self.name_id = Some(NameIdClaim {
                format: String::new(),
                value,
                conditions: Vec::new(),
            });
            self.name_id_transformation = entry.transformation.clone();
            return Ok(());
        }
        self.claims.retain(|known| known.wire_name() != name);
        self.claims.push(Claim {
            name,
            namespace: None,
            name_format: entry.name_format()?,
            value,
            conditions: Vec::new(),
        });
        Ok(())
    }
}

#[derive(Deserialize)]
struct Definition {
    #[serde(rename = "ClaimsMappingPolicy")]
    policy: Policy,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: u32,
    #[serde(rename = "IncludeBasicClaimSet")]
    basic: Option<Flag>,
    #[serde(rename = "ClaimsSchema", default)]
    schema: Vec<Entry>,
    #[serde(rename = "ClaimsTransformations", alias = "ClaimsTransformation", default)]
    transformations: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Flag {
    Bool(bool),
    Text(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    source: Option<String>,
    #[serde(rename = "ID")]
    id: Option<String>,
    value: Option<String>,
    saml_claim_type: Option<String>,
    #[serde(rename = "SAMLNameForm", alias = "SamlNameForm")]
    name_form: Option<String>,
    #[serde(rename = "TransformationID", alias = "TransformationId")]
    transformation: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Step {
    #[serde(rename = "ID")]
    id: String,
    transformation_method: String,
    #[serde(default)]
    input_claims: Vec<InputClaim>,
    #[serde(default)]
    input_parameters: Vec<InputParameter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InputClaim {
    claim_type_reference_id: String,
    transformation_claim_type: String,
    treat_as_multi_value: Option<Flag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InputParameter {
    #[serde(rename = "ID")]
    id: String,
    value: String,
}

impl Entry {
    fn value(&self, policy: &Policy) -> Result<Value, RuleError> {
        if let Some(id) = &self.transformation {
            let mut steps = policy.transformations.iter();
            let step = steps.find(|step| &step.id == id);
            let step = step.ok_or_else(|| wrong(&format!("there is no transformation `{id}`")))?;
            return Ok(Value::Transformation(vec![step.transformation(policy)?]));
        }
        match (&self.value, &self.source, &self.id) {
            (Some(text), ..) => Ok(Value::Constant(text.clone())),
            (None, Some(source), Some(id)) => Ok(Value::Attribute(attribute(source, id)?)),
            _ => Err(wrong(
                "an entry of ClaimsSchema needs a Value, a TransformationID, or a Source and an ID",
            )),
        }
    }

    fn name_format(&self) -> Result<Option<NameFormat>, RuleError> {
        let Some(form) = &self.name_form else {
            return Ok(None);
        };
        let all = [NameFormat::Unspecified, NameFormat::Uri, NameFormat::Basic];
        let known = all.into_iter().find(|format| {
            let uri = format.uri();
            uri == form || uri.rsplit(':').next() == Some(form.as_str())
        });
        match known {
            Some(format) => Ok(Some(format)),
            None => Err(wrong("SAMLNameForm is unspecified, uri or basic")),
        }
    }
}

impl Step {
    /// The two methods that policies have.
    fn transformation(&self, policy: &Policy) -> Result<Transformation, RuleError> {
        let operands = self.operands(policy)?;
        let operand = |name: &str| {
            let missing = || wrong(&format!("the transformation `{}` has no input `{name}`", self.id));
            operands.get(name).cloned().ok_or_else(missing)
        };
        match self.transformation_method.as_str() {
            "ExtractMailPrefix" => Ok(Transformation::ExtractMailPrefix {
                input: operand("mail")?,
            }),
            "Join" => Ok(Transformation::Join {
                input: operand("string1")?,
                separator: match operands.get("separator") {
                    Some(On::Constant(text)) => text.clone(),
                    _ => String::new(),
                },
                second: operand("string2")?,
            }),
            other => Err(wrong(&format!(
                "there is no TransformationMethod `{other}`; use ExtractMailPrefix or Join"
            ))),
        }
    }

    fn operands(&self, policy: &Policy) -> Result<HashMap<&str, On>, RuleError> {
        let mut operands = HashMap::new();
        for parameter in &self.input_parameters {
            operands.insert(parameter.id.as_str(), On::Constant(parameter.value.clone()));
        }
        for claim in &self.input_claims {
            let id = &claim.claim_type_reference_id;
            let mut entries = policy.schema.iter();
            let entry = entries.find(|entry| entry.id.as_ref() == Some(id) && entry.transformation.is_none());
            let source = entry.and_then(|entry| entry.source.as_deref());
            let source = source.ok_or_else(|| {
                wrong(&format!(
                    "the transformation `{}` works on `{id}`, which no entry of ClaimsSchema gives",
                    self.id
                ))
            })?;
            let attribute = attribute(source, id)?;
            let all = match &claim.treat_as_multi_value {
                Some(Flag::Bool(all)) => *all,
                Some(Flag::Text(text)) => text.eq_ignore_ascii_case("true"),
                None => false,
            };
            let on = match all {
                true => On::All(attribute),
                false => On::Attribute(attribute),
            };
            operands.insert(claim.transformation_claim_type.as_str(), on);
        }
        Ok(operands)
    }
}

fn attribute(source: &str, id: &str) -> Result<Attribute, RuleError> {
    let source = match source.to_ascii_lowercase().as_str() {
        "resource" | "audience" => "application".to_owned(),
        source => source.to_owned(),
    };
    let parsed = format!("{source}.{id}").parse::<Attribute>();
    parsed.map_err(|error| wrong(&error.to_string()))
}

fn wrong(problem: &str) -> RuleError {
    RuleError::new("Claims mapping policy", problem)
}
