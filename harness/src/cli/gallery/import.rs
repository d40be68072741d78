//! `samlitmus gallery import`: what can be read is kept, what cannot is told with its line.

use std::{fs::File, io::Read, path::Path};

use mock_idp::gallery::{Initiation, LONGEST_PAGE, Template, read};

use super::args::ImportArgs;
use crate::{
    cli::output::{Mistake, note, print},
    exit::Exit,
};

pub(super) fn import(args: &ImportArgs) -> anyhow::Result<Exit> {
    let mut good: Vec<(&Path, Template)> = Vec::new();
    let mut bad = 0;
    for path in &args.files {
        let read = template(path).and_then(|template| {
            let taken = good.iter().find(|(_, other)| other.id == template.id);
            match taken {
                Some((other, _)) => Err(format!(
                    "it has the id {:?}, which {} has already; give it another",
                    template.id,
                    other.display()
                )),
                None => Ok(template),
            }
        });
        match read {
            Ok(template) => good.push((path, template)),
            Err(why) => {
                bad += 1;
                note(&format!("{}: {why}", path.display()));
            }
        }
    }
    if !good.is_empty() {
        let shared = args.kept.open()?;
        let said = shared
            .change(|directory| {
                let said = good
                    .into_iter()
                    .map(|(_, template)| {
                        let line = format!("{}: {}\n", template.id, facts(&template));
                        let replaced = directory.put_template(template);
                        if replaced {
                            format!("replaced {line}")
                        } else {
                            format!("imported {line}")
                        }
                    })
                    .collect::<String>();
                Ok::<_, Mistake>(said)
            })
            .map_err(|error| Mistake(error.to_string()))?;
        print(&said)?;
    }
    Ok(if bad == 0 { Exit::Conforms } else { Exit::Usage })
}

/// A file's template, or why there is none: the line first, where there is one.
fn template(path: &Path) -> Result<Template, String> {
    let cannot = |error: std::io::Error| format!("it cannot be read: {error}");
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(cannot)?;
    file.take(LONGEST_PAGE as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(cannot)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..good]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        format!("line {line}: it is not UTF-8; save it as UTF-8 text")
    })?;
    let is_toml = path
        .extension()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("toml"));
    if is_toml {
        return Template::from_toml(&text).map_err(|error| error.to_string());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    read(&name, &text).map_err(|error| error.to_string())
}

/// What a template says, in a line.
pub(super) fn facts(template: &Template) -> String {
    let begins = match template.initiation {
        Initiation::Sp => "SP-initiated",
        Initiation::Idp => "IdP-initiated",
        Initiation::Both => "SP- and IdP-initiated",
    };
    let inferred = if template.initiation_inferred {
        " (inferred from the fields)"
    } else {
        ""
    };
    let mut facts = vec![format!("{}, {begins}{inferred}", template.name)];
    if template.pre_integrated {
        facts.push("pre-integrated: give identifier and reply-url".to_owned());
    }
    match template.claims.len() {
        0 => {}
        1 => facts.push("1 claim".to_owned()),
        many => facts.push(format!("{many} claims")),
    }
    facts.join(", ")
}
