//! From a tutorial page of the SaaS-app family, in Markdown, to a [`Template`].
//!
//! Tolerant in wording, strict in result: the editions of 2016, 2018 and 2022 to 2026 say the same things in other words
//! and in other places, and whatever of them is understood is understood whole. A page that leaves open what an
//! application needs, or says it in a form that is not known, is an error with its line, and no template.
//!
//! The steps of the family stand in this order, which is what tells a field of Azure's from a field of the service
//! provider's that is called the same: addresses, claims, certificate, and after these the service provider's own pages.

mod about;
mod claims;
mod error;
mod fields;
mod name_id;
mod outline;
mod page;
mod signing;
mod value;

pub use error::ReadError;

use outline::Outline;
use page::Page;

use super::facts::{Edition, Initiation, Source};
use super::template::Template;

/// The longest page that is read, in bytes: 1 MiB, twenty times the longest of the family.
pub const LONGEST_PAGE: usize = 1 << 20;

/// Reads a page. `file` is its name, which is kept as the template's source.
///
/// # Errors
/// The first line that keeps it from being a template.
pub fn read(file: &str, text: &str) -> Result<Template, ReadError> {
    if text.len() > LONGEST_PAGE {
        return Err(ReadError::new(
            1,
            format!("a page has at most {LONGEST_PAGE} bytes; this is none of the family"),
        ));
    }
    let page = Page::parse(text);
    let (name, name_line) = about::name(&page)?;
    let outline = Outline::of(&page, &name)?;
    let mut template = Template::new(&name, Initiation::Idp);
    let read = fields::read(&outline, &template.name)?;
    template.pre_integrated = read.pre_integrated;
    for (field, description) in read.fields {
        *template.field_mut(field) = Some(description);
    }
    let (initiation, inferred) = about::initiation(&outline, &template);
    template.initiation = initiation;
    template.initiation_inferred = inferred;
    fields::require(&mut template);
    let table = claims::read(&outline)?;
    template.claims = table.claims;
    template.groups = table.groups;
    template.name_id = name_id::read(&outline, table.name_id)?;
    template.download = signing::downloads(&outline);
    template.signing = signing::change(&outline)?;
    template.encrypted = signing::encrypted(&outline);
    template.consumes = about::consumes(&outline);
    template.configured_by = about::configured_by(&outline);
    template.users = about::users(&outline);
    template.expects = about::expects(&outline);
    template.source = Some(source(file, &page, outline.edition));
    template
        .check()
        .map_err(|error| ReadError::new(name_line, error.to_string()))?;
    Ok(template)
}

fn source(file: &str, page: &Page, edition: Edition) -> Source {
    Source {
        page: file.to_owned(),
        edition,
        date: page
            .head
            .get("ms.date")
            .map(|date| date.chars().take(40).collect()),
    }
}
