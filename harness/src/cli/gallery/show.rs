//! `samlitmus gallery list` and `show`.

use mock_idp::{Directory, gallery::Template};
use serde::Serialize;

use super::{
    args::{GalleryListArgs, ShowArgs},
    import::facts,
};
use crate::{
    cli::output::{Mistake, print},
    exit::Exit,
};

/// One template, for programs.
#[derive(Serialize)]
struct Listed {
    /// `imported` or `comes-along`
    origin: &'static str,
    settings: Vec<String>,
    template: Template,
}

pub(super) fn list(args: &GalleryListArgs) -> anyhow::Result<Exit> {
    let shared = args.kept.open()?;
    let all = all(&shared.read());
    if args.json {
        return print(&(serde_json::to_string_pretty(&all)? + "\n"));
    }
    let width = all
        .iter()
        .map(|listed| listed.template.id.len())
        .max()
        .unwrap_or(0);
    print(
        &all.iter()
            .map(|listed| {
                let from = match &listed.template.source {
                    Some(source) => source.page.as_str(),
                    None => listed.origin,
                };
                format!(
                    "{:width$}  {}  [{from}]\n",
                    listed.template.id,
                    facts(&listed.template)
                )
            })
            .collect::<String>(),
    )
}

pub(super) fn show(args: &ShowArgs) -> anyhow::Result<Exit> {
    let shared = args.kept.open()?;
    let template = find(&shared.read(), &args.name)?;
    print(&format!(
        "# `samlitmus gallery add {}` takes --set {}\n\n{}",
        template.id,
        template.settings().join(", "),
        template.to_toml()
    ))
}

/// What was imported first, then what comes along and has no namesake there.
fn all(directory: &Directory) -> Vec<Listed> {
    let imported = |template: &Template| directory.templates.iter().any(|own| own.id == template.id);
    let listed = |template: &Template| Listed {
        origin: if imported(template) {
            "imported"
        } else {
            "comes-along"
        },
        settings: template.settings(),
        template: template.clone(),
    };
    directory.gallery().map(listed).collect()
}

/// # Errors
/// There is none, and what there is.
pub(super) fn find(directory: &Directory, name: &str) -> Result<Template, Mistake> {
    directory.template(name).ok_or_else(|| {
        let ids: Vec<_> = all(directory)
            .into_iter()
            .map(|listed| listed.template.id)
            .collect();
        Mistake(format!(
            "there is no template {name:?}; there are {}",
            ids.join(", ")
        ))
    })
}
