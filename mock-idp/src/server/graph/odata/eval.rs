//! Whether an expression holds of an entity.

use std::cmp::Ordering;

use serde_json::Value;

use super::expression::{Comparison, Expression, Literal, TextFunction};

/// A property that the entity does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Unknown(pub(in super::super) String);

/// Asks it. Texts are compared without regard to case, as Graph's directory compares them.
pub(in super::super) fn holds(expression: &Expression, entity: &Value) -> Result<bool, Unknown> {
    ask(
        expression,
        &Scope {
            entity,
            variable: None,
        },
    )
}

/// The value of a property by its name, in any case.
pub(in super::super) fn property<'a>(entity: &'a Value, name: &str) -> Option<&'a Value> {
    let properties = entity.as_object()?;
    properties.get(name).or_else(|| {
        let mut all = properties.iter();
        all.find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

#[derive(Clone, Copy)]
struct Scope<'a> {
    entity: &'a Value,
    /// The innermost variable of a lambda, and what it stands for.
    variable: Option<(&'a str, &'a Value)>,
}

static NULL: Value = Value::Null;

impl<'a> Scope<'a> {
    fn value(&self, path: &[String]) -> Result<&'a Value, Unknown> {
        let (mut value, rest) = match (self.variable, path.split_first()) {
            (Some((name, value)), Some((first, rest))) if first == name => (value, rest),
            _ => (self.entity, path),
        };
        for name in rest {
            value = match value {
                Value::Null => &NULL,
                value => property(value, name).ok_or_else(|| Unknown(path.join("/")))?,
            };
        }
        Ok(value)
    }
}

fn ask(expression: &Expression, scope: &Scope<'_>) -> Result<bool, Unknown> {
    Ok(match expression {
        Expression::And(one, two) => {
            let (one, two) = (ask(one, scope)?, ask(two, scope)?);
            one && two
        }
        Expression::Or(one, two) => {
            let (one, two) = (ask(one, scope)?, ask(two, scope)?);
            one || two
        }
        Expression::Not(inner) => !ask(inner, scope)?,
        Expression::Compare(path, comparison, literal) => match path.split_last() {
            Some((last, path)) if last == "$count" => {
                let count = Value::from(scope.value(path)?.as_array().map_or(0, Vec::len));
                compares(&count, *comparison, literal)
            }
            _ => compares(scope.value(path)?, *comparison, literal),
        },
        Expression::In(path, literals) => {
            let value = scope.value(path)?;
            literals
                .iter()
                .any(|literal| compares(value, Comparison::Eq, literal))
        }
        Expression::Text(function, path, text) => {
            let value = scope.value(path)?.as_str().map(str::to_lowercase);
            let text = text.to_lowercase();
            value.is_some_and(|value| match function {
                TextFunction::StartsWith => value.starts_with(&text),
                TextFunction::EndsWith => value.ends_with(&text),
                TextFunction::Contains => value.contains(&text),
            })
        }
        Expression::NotEmpty(path) => scope.value(path)?.as_array().is_some_and(|all| !all.is_empty()),
        Expression::Lambda {
            path,
            all,
            variable,
            condition,
        } => {
            let items = scope.value(path)?.as_array().map_or(&[][..], Vec::as_slice);
            let mut held = *all;
            for item in items {
                let inner = Scope {
                    variable: Some((variable, item)),
                    ..*scope
                };
                let holds = ask(condition, &inner)?;
                held = if *all { held && holds } else { held || holds };
            }
            held
        }
    })
}

fn compares(value: &Value, comparison: Comparison, literal: &Literal) -> bool {
    let order = order(value, literal);
    match comparison {
        Comparison::Eq => order == Some(Ordering::Equal),
        Comparison::Ne => order != Some(Ordering::Equal),
        Comparison::Gt => order == Some(Ordering::Greater),
        Comparison::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        Comparison::Lt => order == Some(Ordering::Less),
        Comparison::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
    }
}

/// None where the two cannot be compared.
fn order(value: &Value, literal: &Literal) -> Option<Ordering> {
    match (value, literal) {
        (Value::Null, Literal::Null) => Some(Ordering::Equal),
        (Value::Bool(value), Literal::Bool(literal)) => Some(value.cmp(literal)),
        (Value::Number(value), Literal::Number(literal)) => value.as_f64()?.partial_cmp(literal),
        (Value::String(value), Literal::Text(literal)) => {
            match (saml::instant::parse(value), saml::instant::parse(literal)) {
                (Ok(value), Ok(literal)) => Some(value.cmp(&literal)),
                _ => Some(value.to_lowercase().cmp(&literal.to_lowercase())),
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::parse;
    use super::*;

    fn entity() -> Value {
        json!({
            "displayName": "O'Hara's Backup", "accountEnabled": true, "mail": null, "age": 7,
            "createdDateTime": "2026-01-05T10:00:00.000Z", "id": "8e5c0e0a-6a0e-4f0f-9a55-2a1f6b1d7c11",
            "identifierUris": ["https://sp.example", "urn:x"],
            "web": { "redirectUris": [] }, "settings": null,
            "keys": [{ "usage": "Sign" }, { "usage": "Verify" }],
        })
    }

    #[test]
    fn filters_hold_as_odata_says() {
        for (filter, expected) in [
            ("displayName eq 'o''hara''s backup'", true),
            ("displayName ne 'x' and mail eq null", true),
            ("mail ne null", false),
            ("startswith(displayName,'O''Hara')", true),
            ("endswith(displayName, 'up') or accountEnabled eq false", true),
            ("not (accountEnabled eq true)", false),
            ("not startswith(displayName,'z') and age ge 7", true),
            ("identifierUris/any(x:x eq 'urn:x')", true),
            ("identifierUris/any(x:startswith(x,'ftp'))", false),
            ("identifierUris/all(x:x ne 'y')", true),
            ("keys/any(k:k/usage eq 'Verify')", true),
            ("web/redirectUris/any()", false),
            ("identifierUris/$count eq 2", true),
            ("id in ('a', '8E5C0E0A-6a0e-4f0f-9a55-2a1f6b1d7c11')", true),
            ("id eq 8e5c0e0a-6a0e-4f0f-9a55-2a1f6b1d7c11", true),
            ("createdDateTime lt 2026-01-05T10:00:01Z", true),
            ("settings/relayState eq 'x'", false),
            ("mail eq null or age gt 8 and age lt 7", true),
            ("(mail eq null or age gt 8) and age lt 7", false),
        ] {
            let parsed = parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
            assert_eq!(holds(&parsed, &entity()), Ok(expected), "{filter}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused_with_its_reason() {
        for filter in [
            "",
            "displayName",
            "displayName eq",
            "displayName eq x",
            "eq 'x'",
            "(a eq 'x'",
            "a eq 'x')",
            "a eq 'x",
            "a like 'x'",
            "substringof('x',a)",
            "a eq 'x' and",
            "a in ()",
            "a/any(x eq 'y')",
            "a eq 'x' b eq 'y'",
            "a eq \"x\"",
            "startswith(a)",
            "startswith(a,7)",
            "a/any(x:b/any(y:y eq 'z'))",
        ] {
            assert!(parse(filter).is_err(), "{filter}");
        }
        let deep = format!("{}a eq 'x'{}", "(".repeat(40), ")".repeat(40));
        assert!(parse(&deep).unwrap_err().to_string().contains("nested"));
        assert!(parse(&format!("a eq '{}'", "x".repeat(9000))).is_err());
    }

    #[test]
    fn a_property_that_is_not_there_is_named() {
        let parsed = parse("mail eq null or web/shoeSize eq 'x'").unwrap();
        assert_eq!(holds(&parsed, &entity()), Err(Unknown("web/shoeSize".to_owned())));
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(text in "[ a-z'(),/:$0-9é-]{0,200}") {
            if let Ok(parsed) = parse(&text) {
                // It may name what is not there; it may not panic.
                let _ = holds(&parsed, &entity());
            }
        }

        #[test]
        fn any_text_in_quotes_finds_itself(text in "\\PC{0,40}") {
            let parsed = parse(&format!("name eq '{}'", text.replace('\'', "''"))).unwrap();
            prop_assert_eq!(holds(&parsed, &json!({ "name": text })), Ok(true));
        }

        #[test]
        fn not_of_not_is_the_thing_itself(name in "[a-z]{1,5}", value in "[a-z]{0,5}", other in "[a-z]{0,5}") {
            prop_assume!(!["not", "and", "or"].contains(&name.as_str()));
            let entity = json!({ (name.clone()): other.clone() });
            let plain = parse(&format!("{name} eq '{value}'")).unwrap();
            let twice = parse(&format!("not (not ({name} eq '{value}'))")).unwrap();
            prop_assert_eq!(holds(&plain, &entity), Ok(value == other));
            prop_assert_eq!(holds(&twice, &entity), Ok(value == other));
        }
    }
}
