//! `samlitmus.toml` as a person finds it useful: every key that there is, drawn from the schema, each with what it means and
//! commented out. What is known is written into it by [`Draft`](super::Draft).

use std::fmt::Write;

use serde_json::Value;

use super::model::Config;

/// How a draft begins behind its schema line: whoever reads that knows that `init` may fill the rest in.
pub(super) const MARK: &str = "# Written by `samlitmus init`.";

/// So wide a comment may be.
const WIDTH: usize = 118;

/// What stands first in a section; what is not named here follows in the order of the alphabet.
const FIRST: [&str; 12] = [
    "name",
    "metadata",
    "entity_id",
    "acs",
    "login",
    "logout",
    "allow",
    "url",
    "identity",
    "start",
    "ready",
    "stop",
];

/// Values that show how a key is written, where it has no default.
const EXAMPLES: [(&str, &str); 35] = [
    ("sp.name", r#""billing""#),
    ("sp.metadata", r#""http://127.0.0.1:8080/saml/metadata""#),
    ("sp.entity_id", r#""http://127.0.0.1:8080/saml/metadata""#),
    ("sp.acs", r#""http://127.0.0.1:8080/saml/acs""#),
    ("sp.slo", r#""http://127.0.0.1:8080/saml/slo""#),
    ("sp.login", r#""http://127.0.0.1:8080/login""#),
    ("sp.logout", r#""http://127.0.0.1:8080/logout""#),
    ("sp.encryption_certificate", r#""sp-encryption.pem""#),
    ("sp.resolve", r#"{ "app.example" = "127.0.0.1:8443" }"#),
    ("sp.key", r#""sp-key.pem""#),
    ("sp.ca", r#""test-ca.pem""#),
    ("sp.headers", r#"{ "X-Test" = "1" }"#),
    ("sp.start", r#""docker compose up -d""#),
    ("sp.ready", r#""http://127.0.0.1:8080/health""#),
    ("sp.stop", r#""docker compose down""#),
    ("sp.log", r#""docker compose logs""#),
    ("sp.reset", r#""./reset.sh""#),
    ("sp.restart", r#""docker compose restart""#),
    ("sp.refresh", r#""http://127.0.0.1:8080/saml/refresh""#),
    ("sp.provision", r#""./add-user.sh {name_id}""#),
    ("sp.probe.url", r#""http://127.0.0.1:8080/me""#),
    ("sp.probe.identity", r#""json:/nameId""#),
    ("sp.probe.token", r#""json:/access_token""#),
    ("sp.probe.header", r#""X-Auth: {token}""#),
    ("sp.probe.wait-for", r##""#user, #sign-in""##),
    ("sp.probe.users", r#""http://127.0.0.1:8080/admin/users""#),
    ("idp.url", r#""http://idp.example.test:8400""#),
    ("idp.https", r#""127.0.0.1:8443""#),
    ("oob.url", r#""http://idp.example.test:8500""#),
    ("run.seed", "7"),
    ("run.catalogue", "2"),
    ("run.profiles", r#"["saml2int"]"#),
    ("run.waivers", r#""waivers.toml""#),
    ("users.mail", r#""admin@contoso.example""#),
    ("users.name_id", r#""admin@contoso.example""#),
];

/// The JSON Schema of the configuration.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Config)
}

/// The whole file with nothing in it but comments and the headers of its tables; `schema` is where editors find the schema.
pub(super) fn template(schema_at: &str) -> String {
    let mut out = format!(
        "#:schema {schema_at}\n\
         {MARK} Run it again to have what is still missing filled in: what you write here stays.\n\
         # `samlitmus doctor` says what keeps a run from beginning; a line that begins with #key is one to be had without the #.\n\
         # ${{NAME}} in a text is that environment variable; relative paths start at this file's folder.\n"
    );
    let schema = schema().to_value();
    for name in ["sp", "idp", "oob", "users", "run"] {
        let property = &schema["properties"][name];
        section(&mut out, &schema, name, property, Shown::Open);
    }
    out
}

/// Whether a table may stand there empty.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Open,
    /// A table that needs keys once it is there.
    Hashed,
}

fn section(out: &mut String, schema: &Value, path: &str, property: &Value, shown: Shown) {
    let table = definition(schema, property);
    let Some(keys) = table["properties"].as_object() else {
        return;
    };
    let (tables, mut plain): (Vec<_>, Vec<_>) = keys
        .iter()
        .partition(|(_, key)| definition(schema, key)["properties"].is_object());
    let hash = if shown == Shown::Hashed { "#" } else { "" };
    out.push('\n');
    comment(out, described(property).or(described(table)).unwrap_or_default());
    if !plain.is_empty() {
        let _ = writeln!(out, "{hash}[{path}]");
    }
    let place = |name: &str| FIRST.iter().position(|first| *first == name);
    plain.sort_by_key(|(name, _)| (place(name).unwrap_or(FIRST.len()), name.as_str()));
    // What a key of a person means is said once.
    let silent = path.starts_with("users.") && path != "users.alice";
    for (name, key) in plain {
        if !silent {
            comment(
                out,
                &format!("{}{}", described(key).unwrap_or_default(), words(schema, key)),
            );
        }
        let _ = writeln!(out, "#{name} = {}", example(path, name, key));
    }
    for (name, key) in tables {
        let optional = key.get("anyOf").is_some();
        let shown = if optional { Shown::Hashed } else { shown };
        section(out, schema, &format!("{path}.{name}"), key, shown);
    }
}

/// What a property refers to, or itself.
fn definition<'a>(schema: &'a Value, property: &'a Value) -> &'a Value {
    let either = property["anyOf"].as_array().and_then(|all| all.first());
    let reference = either.unwrap_or(property)["$ref"].as_str();
    reference
        .and_then(|at| schema.pointer(at.trim_start_matches('#')))
        .unwrap_or(property)
}

fn described(property: &Value) -> Option<&str> {
    property["description"].as_str()
}

/// The words that a key may be, where it is one of a few.
fn words(schema: &Value, key: &Value) -> String {
    let all = definition(schema, key)["oneOf"].as_array();
    let words: Vec<&str> = all
        .into_iter()
        .flatten()
        .filter_map(|one| one["const"].as_str())
        .collect();
    match words.is_empty() {
        true => String::new(),
        false => format!(" One of {}.", words.join(", ")),
    }
}

/// How a key is written: its default, or what shows the kind of value.
fn example(path: &str, name: &str, key: &Value) -> String {
    // Both probes are written alike, and so is everybody.
    let path = match path.strip_prefix("sp.second") {
        Some(rest) => format!("sp{rest}"),
        None if path.starts_with("users.") => "users".to_owned(),
        None => path.to_owned(),
    };
    let wanted = format!("{path}.{name}");
    let known = EXAMPLES.iter().find(|(key, _)| *key == wanted);
    match (known, &key["default"]) {
        (Some((_, example)), _) => (*example).to_owned(),
        (None, Value::Null) => r#""…""#.to_owned(),
        (None, default) => default.to_string(),
    }
}

/// A text as comment lines.
fn comment(out: &mut String, text: &str) {
    let mut line = String::from("#");
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(&line);
            out.push('\n');
            "#".clone_into(&mut line);
        }
        line.push(' ');
        line.push_str(word);
    }
    if line.len() > 1 {
        out.push_str(&line);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Each key of the schema, as `table.key`.
    fn keys(schema: &Value, path: &str, property: &Value, all: &mut BTreeSet<String>) {
        for (name, key) in definition(schema, property)["properties"].as_object().unwrap() {
            let own = format!("{path}{name}");
            match definition(schema, key)["properties"].is_object() {
                true => keys(schema, &format!("{own}."), key, all),
                false => assert!(all.insert(own)),
            }
        }
    }

    /// The commented keys of a text, each with its table and its line.
    fn written(text: &str) -> Vec<(String, String, String)> {
        let mut table = String::new();
        let mut all = Vec::new();
        for line in text.lines() {
            let bare = line.trim_start_matches('#');
            if let Some(name) = bare.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                name.clone_into(&mut table);
            } else if let (Some(key), false) = (line.strip_prefix('#'), line.starts_with("# "))
                && let Some((name, _)) = key.split_once(" = ")
            {
                all.push((table.clone(), name.to_owned(), key.to_owned()));
            }
        }
        all
    }

    #[test]
    fn every_key_of_the_schema_stands_in_the_template_and_no_other() {
        let schema = schema().to_value();
        let mut wanted = BTreeSet::new();
        keys(&schema, "", &schema, &mut wanted);
        let text = template("x.json");
        let found: Vec<String> = written(&text)
            .into_iter()
            .map(|(table, key, _)| format!("{table}.{key}"))
            .collect();
        assert_eq!(found.len(), wanted.len(), "none stands there twice");
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), wanted);
    }

    #[test]
    fn every_example_can_be_had_by_taking_its_hash_away() {
        for (table, key, line) in written(&template("x.json")) {
            let text = match (table.as_str(), key.as_str()) {
                ("sp", "name") => "[sp]\nname = \"x\"\n[sp.probe]\n".to_owned(),
                ("sp", _) => format!("[sp]\nname = \"x\"\n{line}\n[sp.probe]\n"),
                ("sp.probe", _) => format!("[sp]\nname = \"x\"\n[sp.probe]\n{line}\n"),
                _ => format!("[sp]\nname = \"x\"\n[sp.probe]\n[{table}]\n{line}\n"),
            };
            let read = toml::from_str::<Config>(&text);
            assert!(read.is_ok(), "{line}: {}", read.unwrap_err());
        }
    }

    #[test]
    fn an_editor_finds_the_schema_in_the_first_line() {
        let text = template(".samlitmus/samlitmus.schema.json");
        assert_eq!(
            text.lines().next(),
            Some("#:schema .samlitmus/samlitmus.schema.json")
        );
        assert!(text.lines().nth(1).unwrap().starts_with(MARK));
    }
}
