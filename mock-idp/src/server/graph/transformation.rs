//! Where a claim's value comes from, as the beta's `customClaimConfiguration` says it.

use std::str::FromStr as _;

use serde_json::{Map, Value, json};

use super::body;
use super::error::GraphError;
use crate::directory::{Attribute, Matches, On, Replacement, Transformation, Value as Source};

/// The last part of an `@odata.type`.
pub(super) fn type_of(object: &Map<String, Value>) -> &str {
    let text = object
        .get("@odata.type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    text.trim_start_matches('#')
        .trim_start_matches("microsoft.graph.")
}

/// An attribute, a text, or at most two transformations.
pub(super) fn source(
    attribute: Option<&Value>,
    transformations: Option<&Value>,
) -> Result<Source, GraphError> {
    let transformations = transformations
        .map(|all| body::list("transformations", all))
        .transpose()?;
    match transformations.unwrap_or_default() {
        [] => {
            let attribute =
                attribute.ok_or_else(|| GraphError::required("attribute", "customClaimConfiguration"))?;
            match read_attribute(attribute)? {
                On::Attribute(attribute) => Ok(Source::Attribute(attribute)),
                On::Constant(text) => Ok(Source::Constant(text)),
                On::All(_) | On::Previous => {
                    Err(GraphError::property("attribute", "An attribute is expected."))
                }
            }
        }
        all if all.len() > 2 => Err(GraphError::property(
            "transformations",
            "At most two are chained.",
        )),
        all => {
            let read = all.iter().enumerate().map(|(at, one)| read(one, at == 0));
            Ok(Source::Transformation(read.collect::<Result<_, _>>()?))
        }
    }
}

fn read(value: &Value, first: bool) -> Result<Transformation, GraphError> {
    let one = body::object("transformations", value)?;
    let kind = type_of(one);
    let field = |name: &str| one.get(name).filter(|value| !value.is_null());
    let text = |name: &str| body::text(name, field(name).unwrap_or(&Value::Null));
    let input = match field("input") {
        Some(input) => read_input(input)?,
        None if first => return Err(GraphError::required("input", "customClaimTransformation")),
        None => On::Previous,
    };
    let output = || {
        field("output").map_or(
            Err(GraphError::required("output", "customClaimTransformation")),
            read_input,
        )
    };
    let number = |name: &str| match field(name) {
        None => Ok(None),
        Some(value) => value
            .as_u64()
            .and_then(|number| usize::try_from(number).ok())
            .map(Some)
            .ok_or_else(|| GraphError::property(name, "A number is expected.")),
    };
    let matches = |how| Ok::<_, GraphError>((how, text("value")?, output()?));
    let matched = |(how, text, then): (Matches, String, On), input| Transformation::Match {
        input,
        how,
        text,
        then,
        otherwise: None,
    };
    Ok(match kind {
        "extractMailPrefixTransformation" => Transformation::ExtractMailPrefix { input },
        "toLowercaseTransformation" => Transformation::ToLowercase { input },
        "toUppercaseTransformation" => Transformation::ToUppercase { input },
        "joinTransformation" => Transformation::Join {
            input,
            separator: field("separator")
                .map_or(Ok(String::new()), |value| body::text("separator", value))?,
            second: field("input2").map_or(
                Err(GraphError::required("input2", "joinTransformation")),
                read_input,
            )?,
        },
        "containsTransformation" => matched(matches(Matches::Contains)?, input),
        "startsWithTransformation" => matched(matches(Matches::StartsWith)?, input),
        "endsWithTransformation" => matched(matches(Matches::EndsWith)?, input),
        "ifEmptyTransformation" => Transformation::IfEmpty {
            input,
            then: output()?,
        },
        "ifNotEmptyTransformation" => Transformation::IfNotEmpty {
            input,
            then: output()?,
            otherwise: None,
        },
        "substringTransformation" => Transformation::Substring {
            input,
            start: number("index")?.unwrap_or_default(),
            length: number("length")?,
        },
        "extractAlphaTransformation" => Transformation::ExtractAlpha {
            input,
            suffix: is_suffix(field("type"))?,
        },
        "extractNumberTransformation" => Transformation::ExtractNumeric {
            input,
            suffix: is_suffix(field("type"))?,
        },
        "regexReplaceTransformation" => {
            let more = field("additionalAttributes")
                .and_then(Value::as_array)
                .is_some_and(|more| !more.is_empty());
            let pattern = text("regex")?;
            if more || pattern.len() > 512 {
                return Err(GraphError::property(
                    "transformations",
                    "Further attributes, and expressions of more than 512 bytes, are set up in the portal.",
                ));
            }
            Transformation::RegexReplace {
                input,
                replace: Replacement {
                    pattern,
                    with: text("replacement")?,
                },
                parameters: Vec::new(),
            }
        }
        _ => {
            return Err(GraphError::property(
                "transformations",
                "This transformation is not known here; set it up in the portal.",
            ));
        }
    })
}

fn is_suffix(value: Option<&Value>) -> Result<bool, GraphError> {
    match value.and_then(Value::as_str) {
        None | Some("prefix") => Ok(false),
        Some("suffix") => Ok(true),
        Some(_) => Err(GraphError::property("type", "prefix or suffix is expected.")),
    }
}

/// A `transformationAttribute`.
fn read_input(value: &Value) -> Result<On, GraphError> {
    let input = body::object("input", value)?;
    let on = read_attribute(input.get("attribute").unwrap_or(&Value::Null))?;
    let all = input
        .get("treatAsMultiValue")
        .and_then(Value::as_bool)
        .unwrap_or_default();
    Ok(match on {
        On::Attribute(attribute) if all => On::All(attribute),
        on => on,
    })
}

/// A `sourcedAttribute` or a `valueBasedAttribute`.
fn read_attribute(value: &Value) -> Result<On, GraphError> {
    let attribute = body::object("attribute", value)?;
    match type_of(attribute) {
        "valueBasedAttribute" => Ok(On::Constant(body::text(
            "value",
            attribute.get("value").unwrap_or(&Value::Null),
        )?)),
        "sourcedAttribute" => {
            let id = body::text("id", attribute.get("id").unwrap_or(&Value::Null))?;
            let source = attribute.get("source").and_then(Value::as_str).unwrap_or("user");
            let known = Attribute::from_str(&format!("{source}.{id}"));
            known
                .map(On::Attribute)
                .map_err(|error| GraphError::property("attribute", error.to_string()))
        }
        _ => Err(GraphError::property(
            "attribute",
            "#microsoft.graph.sourcedAttribute or #microsoft.graph.valueBasedAttribute is expected.",
        )),
    }
}

/// One `customClaimConfiguration`.
pub(super) fn shown(source: &Source, condition: Option<Value>) -> Value {
    let (attribute, transformations) = match source {
        Source::Attribute(attribute) => (shown_on(&On::Attribute(*attribute)), Vec::new()),
        Source::Constant(text) => (shown_on(&On::Constant(text.clone())), Vec::new()),
        Source::Transformation(all) => (Value::Null, all.iter().map(shown_transformation).collect()),
    };
    json!({ "condition": condition, "attribute": attribute, "transformations": transformations })
}

fn shown_on(on: &On) -> Value {
    match on {
        On::Attribute(attribute) | On::All(attribute) => {
            let (source, id) = attribute.id().split_once('.').unwrap_or(("user", attribute.id()));
            json!({ "@odata.type": "#microsoft.graph.sourcedAttribute", "id": id, "source": source, "isExtensionAttribute": false })
        }
        On::Constant(text) => json!({ "@odata.type": "#microsoft.graph.valueBasedAttribute", "value": text }),
        On::Previous => Value::Null,
    }
}

fn shown_input(on: &On) -> Value {
    match on {
        On::Previous => Value::Null,
        on => json!({ "attribute": shown_on(on), "treatAsMultiValue": matches!(on, On::All(_)) }),
    }
}

fn shown_transformation(one: &Transformation) -> Value {
    let suffix = |suffix: bool| if suffix { "suffix" } else { "prefix" };
    let (kind, input, more) = match one {
        Transformation::ExtractMailPrefix { input } => ("extractMailPrefix", input, json!({})),
        Transformation::ToLowercase { input } => ("toLowercase", input, json!({})),
        Transformation::ToUppercase { input } => ("toUppercase", input, json!({})),
        Transformation::Join {
            input,
            separator,
            second,
        } => (
            "join",
            input,
            json!({ "separator": separator, "input2": shown_input(second) }),
        ),
        Transformation::Match {
            input,
            how,
            text,
            then,
            ..
        } => {
            let kind = match how {
                Matches::Contains => "contains",
                Matches::StartsWith => "startsWith",
                Matches::EndsWith => "endsWith",
            };
            (kind, input, json!({ "value": text, "output": shown_input(then) }))
        }
        Transformation::Extract { input, after, before } => {
            ("extract", input, json!({ "value": after, "value2": before }))
        }
        Transformation::ExtractAlpha {
            input,
            suffix: at_end,
        } => ("extractAlpha", input, json!({ "type": suffix(*at_end) })),
        Transformation::ExtractNumeric {
            input,
            suffix: at_end,
        } => ("extractNumber", input, json!({ "type": suffix(*at_end) })),
        Transformation::IfEmpty { input, then } => ("ifEmpty", input, json!({ "output": shown_input(then) })),
        Transformation::IfNotEmpty { input, then, .. } => {
            ("ifNotEmpty", input, json!({ "output": shown_input(then) }))
        }
        Transformation::Substring { input, start, length } => {
            ("substring", input, json!({ "index": start, "length": length }))
        }
        Transformation::RegexReplace { input, replace, .. } => (
            "regexReplace",
            input,
            json!({ "regex": replace.pattern, "replacement": replace.with, "additionalAttributes": [] }),
        ),
    };
    let mut value = more;
    value["@odata.type"] = format!("#microsoft.graph.{kind}Transformation").into();
    value["input"] = shown_input(input);
    value
}
