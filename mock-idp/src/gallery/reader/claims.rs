//! The tables of claims.

use std::sync::LazyLock;

use regex::Regex;

use super::ReadError;
use super::outline::{Outline, Part, is_claims_head};
use super::page::{Kind, Row, text};
use crate::gallery::claim::{ClaimRow, Transformation, is_source};
use crate::gallery::facts::{GroupValue, Groups, GroupsClaim, NameIdChange};

/// What the tables say.
#[derive(Default)]
pub(super) struct Claims {
    pub(super) claims: Vec<ClaimRow>,
    pub(super) groups: Option<GroupsClaim>,
    /// From a row that is the NameID.
    pub(super) name_id: NameIdChange,
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the reader's own expressions compile")
}

static PROSE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^\W*(provide|enter|type|specify|give|use|put|your|any|the|a|an|value|custom)\s|^<[^<>]+>$")
});
static FUNCTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^\s*(extractmailprefix|toupper(?:case)?|tolower(?:case)?)\s*\(\s*([\w.]*)\s*\)\s*$")
});
static NAME_ID: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(unique\s+)?user\s+identifier|^name\s*id(entifier)?\b|/nameidentifier$"));

/// Reads every table of the claims' section.
pub(super) fn read(outline: &Outline<'_>) -> Result<Claims, ReadError> {
    let mut found = Claims::default();
    for block in outline.of_part(|part| part == Part::Claims) {
        match &block.kind {
            Kind::HtmlTable => {
                return Err(ReadError::new(
                    block.line,
                    "this table of claims is HTML, which is not read; write it in Markdown",
                ));
            }
            Kind::Table(rows) => found.table(rows, block.line)?,
            _ => {}
        }
    }
    if let Some(groups) = groups(outline) {
        let name = found.groups.take().and_then(|claim| claim.name);
        found.groups = Some(GroupsClaim { name, ..groups });
    }
    Ok(found)
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq)]
enum Column {
    Name,
    Value,
    Namespace,
    /// Known, and nothing that is kept.
    Beside,
}

fn column(head: &str) -> Option<Column> {
    let words = head.to_lowercase();
    let words = words.trim_matches(|letter: char| !letter.is_alphanumeric());
    match words {
        "namespace" | "name space" => Some(Column::Namespace),
        _ if words.contains("value") || words.contains("source") => Some(Column::Value),
        _ if words.contains("format") || words.contains("description") || words.contains("required") => {
            Some(Column::Beside)
        }
        _ if ["name", "attribute", "claim"]
            .iter()
            .any(|word| words.contains(word)) =>
        {
            Some(Column::Name)
        }
        _ => None,
    }
}

impl Claims {
    fn table(&mut self, rows: &[Row], line: usize) -> Result<(), ReadError> {
        let no_map = |line, what: String| {
            Err(ReadError::new(
                line,
                format!("this table of claims {what}; write the template by hand (gallery new)"),
            ))
        };
        let Some((head, body)) = rows.split_first() else {
            return Ok(());
        };
        if !is_claims_head(head) {
            return no_map(line, "has no columns for a name and a source".to_owned());
        }
        let mut columns = Vec::new();
        for cell in &head.cells {
            let name = text(cell);
            match column(&name) {
                Some(known) if known == Column::Beside || !columns.contains(&known) => columns.push(known),
                _ => return no_map(line, format!("has a column {name:?} that is not known")),
            }
        }
        for row in body {
            let cell = |wanted| {
                let at = columns.iter().position(|column| *column == wanted);
                let cell = at.and_then(|at| row.cells.get(at));
                cell.map(|cell| text(cell)).unwrap_or_default()
            };
            let (name, value) = (cell(Column::Name), cell(Column::Value));
            // Empty rows and rows of dashes are how some pages end a table.
            if [&name, &value]
                .iter()
                .all(|text| !text.contains(char::is_alphanumeric))
            {
                continue;
            }
            if name.is_empty() || value.is_empty() {
                return no_map(
                    row.line,
                    format!(
                        "has a row without a {}",
                        if name.is_empty() { "name" } else { "source" }
                    ),
                );
            }
            let namespace = Some(cell(Column::Namespace)).filter(|text| {
                let blank = ["blank", "none", "n/a", "leave blank", "-"];
                !text.is_empty() && !blank.contains(&text.to_lowercase().as_str())
            });
            self.row(name, &value, namespace, row.line)?;
        }
        Ok(())
    }

    fn row(
        &mut self,
        name: String,
        value: &str,
        namespace: Option<String>,
        line: usize,
    ) -> Result<(), ReadError> {
        let named = ClaimRow {
            name,
            namespace,
            ..ClaimRow::default()
        };
        let claim = valued(named, value, line)?;
        if NAME_ID.is_match(&claim.name) {
            self.name_id.source = claim.source.filter(|source| source != "user.userprincipalname");
            self.name_id.transformation = claim.transformation;
            return Ok(());
        }
        if claim.source.as_deref() == Some("user.groups") {
            self.groups = Some(GroupsClaim {
                name: Some(claim.attribute()),
                which: Groups::All,
                value: GroupValue::ObjectId,
            });
            return Ok(());
        }
        match self
            .claims
            .iter()
            .find(|known| known.attribute() == claim.attribute())
        {
            // A page with two variants of the product says it twice.
            Some(known) if *known == claim => Ok(()),
            Some(_) => Err(ReadError::new(
                line,
                format!(
                    "the claim {:?} stands there twice with two sources; keep one",
                    claim.name
                ),
            )),
            None => {
                self.claims.push(claim);
                Ok(())
            }
        }
    }
}

/// The row with its source, its constant, or the question for one.
fn valued(row: ClaimRow, value: &str, line: usize) -> Result<ClaimRow, ReadError> {
    let value = value.trim_matches('`').trim();
    let lower = value.to_lowercase();
    if let Some(found) = FUNCTION.captures(value) {
        let source = found[2].to_lowercase();
        let transformation = match &found[1].to_lowercase()[..3] {
            "ext" => Transformation::ExtractMailPrefix,
            _ if found[1].to_lowercase().contains("upper") => Transformation::ToUppercase,
            _ => Transformation::ToLowercase,
        };
        let source = if is_source(&source) {
            source
        } else {
            "user.userprincipalname".to_owned()
        };
        return Ok(ClaimRow {
            source: Some(source),
            transformation: Some(transformation),
            ..row
        });
    }
    if is_source(&lower) {
        return Ok(ClaimRow {
            source: Some(lower),
            ..row
        });
    }
    if PROSE.is_match(value) {
        return Ok(ClaimRow { ask: true, ..row });
    }
    let unquoted = value.trim_matches(['"', '“', '”', '\'']);
    let plain = !value.contains(char::is_whitespace) && !lower.starts_with("user.") && !value.contains('(');
    if unquoted.len() < value.len() || plain {
        return Ok(ClaimRow {
            constant: Some(unquoted.to_owned()),
            ..row
        });
    }
    Err(ReadError::new(
        line,
        format!(
            "the claim {:?} has the source {value:?}, which is neither an attribute nor a text in quotes; write the \
             template by hand (gallery new)",
            row.name
        ),
    ))
}

static GROUP_CLAIM: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bgroups? claim"));

/// "Add a group claim", with what is chosen after it.
fn groups(outline: &Outline<'_>) -> Option<GroupsClaim> {
    let after = outline
        .of_part(|part| part == Part::Claims)
        .skip_while(|block| !GROUP_CLAIM.is_match(&block.text()));
    let words: Vec<String> = after.take(8).map(|block| block.text().to_lowercase()).collect();
    if words.is_empty() {
        return None;
    }
    let says = |wanted: &str| words.iter().any(|text| text.contains(wanted));
    let which = if says("groups assigned to the application") {
        Groups::Assigned
    } else if says("security groups") {
        Groups::Security
    } else if says("directory roles") {
        Groups::DirectoryRoles
    } else {
        Groups::All
    };
    let value = if says("samaccountname") {
        GroupValue::SamAccountName
    } else if says("display name") {
        GroupValue::DisplayName
    } else {
        GroupValue::ObjectId
    };
    Some(GroupsClaim {
        name: None,
        which,
        value,
    })
}
