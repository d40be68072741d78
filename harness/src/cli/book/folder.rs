//! The folder that is written.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use scenarios::Catalogue;
use serde_json::Value;

use super::{
    commands::commands,
    layout::{namespaces, page_of},
    overview::{contents, namespace, overview},
    page::page,
    types::{Headings, types},
};
use crate::{
    cli::output::{Mistake, note},
    config::schema,
    exit::Exit,
    report::json::Results,
    run::rehearsal::Rehearsal,
    text::counted,
};

/// Writes all pages. What else is in the folder stays.
///
/// # Errors
/// A message cannot be made; the folder cannot be written.
pub(in crate::cli) fn book(catalogue: &Catalogue, out: &Path) -> anyhow::Result<Exit> {
    let keys: BTreeSet<&str> = catalogue.scenarios.iter().flat_map(|one| one.keys()).collect();
    let rehearsal = Rehearsal::new(None, &keys)?;
    let vocabulary = schemars::schema_for!(scenarios::Scenario).to_value();

    let mut pages: Vec<(PathBuf, String)> = vec![
        ("contents.md".into(), contents(catalogue)),
        ("scenarios.md".into(), overview(catalogue, &vocabulary)),
        ("commands.md".into(), commands()),
        ("keys.md".into(), keys_of(&schema().to_value())),
        ("vocabulary.md".into(), vocabulary_of(&vocabulary)),
        (
            "results.md".into(),
            results_of(&schemars::schema_for!(Results).to_value()),
        ),
    ];
    for (name, scenarios) in namespaces(catalogue) {
        let file = format!("scenarios/{name}.md");
        pages.push((file.into(), namespace(name, &scenarios)));
    }
    for scenario in &catalogue.scenarios {
        let text = page(scenario, &rehearsal, &vocabulary)?;
        pages.push((page_of(&scenario.id).into(), text));
    }
    for (path, text) in &pages {
        put(&out.join(path), text)?;
    }
    note(&format!(
        "wrote {} into {}, {} of them about scenarios",
        counted(pages.len(), "page"),
        out.display(),
        catalogue.scenarios.len()
    ));
    Ok(Exit::Conforms)
}

fn keys_of(schema: &Value) -> String {
    let intro = "What may stand in `samlitmus.toml`, table by table. `samlitmus schema config` prints the same for editors, and \
                 `samlitmus init` writes a file with every key in it, commented out.";
    types("Every key", intro, schema, Headings::Tables("samlitmus.toml"))
}

fn vocabulary_of(schema: &Value) -> String {
    let intro = "What may stand in a scenario. `samlitmus schema scenario` prints the same for editors.";
    types("The vocabulary", intro, schema, Headings::Types)
}

fn results_of(schema: &Value) -> String {
    let intro = "What `--report json=FILE` writes. `samlitmus schema results` prints the same for programs.";
    types("The JSON results", intro, schema, Headings::Types)
}

fn put(path: &Path, text: &str) -> Result<(), Mistake> {
    let wrong = |why: std::io::Error| Mistake(format!("{} cannot be written: {why}", path.display()));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(wrong)?;
    }
    std::fs::write(path, text).map_err(wrong)
}
