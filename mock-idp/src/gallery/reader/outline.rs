//! Which part of a page a block belongs to.

use std::sync::LazyLock;

use regex::Regex;

use super::ReadError;
use super::page::{Block, Kind, Page, Row, text};
use crate::gallery::facts::Edition;

/// The parts that say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Whatever comes before, and what says nothing that is kept.
    Other,
    /// "Scenario description"
    Scenario,
    /// Azure's side, before its first card.
    Start,
    /// "Basic SAML Configuration", "Domain and URLs", "Configure App Settings"
    Urls,
    /// "Attributes & Claims", "User Attributes"
    Claims,
    /// "SAML Certificates", "SAML Signing Certificate"
    Certificate,
    /// "Set up", "Quick Reference": the addresses to copy
    Copy,
    /// The service provider's side.
    Product,
    /// The test user there.
    User,
    /// "Test SSO"
    Test,
}

impl Part {
    /// Whether it is Azure's side.
    pub(super) fn is_azure(self) -> bool {
        use Part::*;
        matches!(self, Start | Urls | Claims | Certificate | Copy)
    }
}

/// The page's blocks, each with its part.
pub(super) struct Outline<'a> {
    pub(super) blocks: Vec<(Part, &'a Block)>,
    pub(super) edition: Edition,
}

impl<'a> Outline<'a> {
    pub(super) fn of(page: &'a Page, name: &str) -> Result<Self, ReadError> {
        let mut part = Part::Other;
        let mut level = 0;
        let mut blocks = Vec::new();
        for block in &page.blocks {
            let words = block.text().to_lowercase();
            if let Kind::Heading(depth) = block.kind {
                let named = if depth == 1 {
                    Some(Part::Other)
                } else {
                    headed(&words, name)
                };
                // A heading that is not known ends a part, unless it stands below the part's own.
                match named {
                    Some(named) => (part, level) = (named, depth),
                    None if depth <= level => part = Part::Other,
                    None => {}
                }
            } else if part.is_azure() && !block.note {
                part = step(part, &words, block);
            }
            blocks.push((part, block));
        }
        let outline = Self {
            edition: edition(page),
            blocks,
        };
        outline.must_be_saml(page)?;
        Ok(outline)
    }

    /// The blocks of a part, notes left out.
    pub(super) fn of_part(&self, wanted: impl Fn(Part) -> bool) -> impl Iterator<Item = &'a Block> {
        self.blocks
            .iter()
            .filter(move |(part, block)| wanted(*part) && !block.note)
            .map(|(_, block)| *block)
    }

    /// The first line of Azure's addresses.
    pub(super) fn urls_line(&self) -> usize {
        let urls = self.blocks.iter().find(|(part, _)| *part == Part::Urls);
        urls.map_or(1, |(_, block)| block.line)
    }

    fn must_be_saml(&self, page: &Page) -> Result<(), ReadError> {
        if self.blocks.iter().any(|(part, _)| *part == Part::Urls) {
            return Ok(());
        }
        let first = page.blocks.first().map_or(1, |block| block.line);
        let says = |pattern: &Regex| {
            let found = page.blocks.iter().find(|block| pattern.is_match(&block.text()));
            found.map(|block| block.line)
        };
        if let Some(line) = says(&PASSWORD) {
            return Err(ReadError::new(
                line,
                "this application signs on by password or link, not by SAML; import pages of SAML applications",
            ));
        }
        if let Some(line) = says(&PROVISIONING) {
            return Err(ReadError::new(
                line,
                "this page is about user provisioning alone; import the page about single sign-on",
            ));
        }
        Err(ReadError::new(
            first,
            "no section sets up SAML single sign-on (Basic SAML Configuration, Domain and URLs, or Configure App \
             Settings); import pages of the tutorial family",
        ))
    }
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the reader's own expressions compile")
}

static PASSWORD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(password[- ]based|linked) (sign[- ]on|single sign[- ]on|sso)\b"));
static PROVISIONING: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bprovisioning\b"));
static SSO: LazyLock<Regex> = LazyLock::new(|| pattern(r"single sign[- ]on|\bsso\b"));
static AZURE: LazyLock<Regex> = LazyLock::new(|| pattern(r"azure|microsoft entra|\bentra id\b"));

/// The part that a heading opens.
fn headed(words: &str, name: &str) -> Option<Part> {
    let sso = SSO.is_match(words);
    let azure = AZURE.is_match(words);
    let product = words.contains(&name.to_lowercase());
    if words.starts_with("scenario") {
        Some(Part::Scenario)
    } else if words.contains("test user") || words.contains("user provisioning") {
        Some(if azure { Part::Other } else { Part::User })
    } else if words.contains("assign") || words.contains("gallery") {
        Some(Part::Other)
    } else if words.contains("configur") && sso {
        Some(if azure || !product {
            Part::Start
        } else {
            Part::Product
        })
    } else if words.starts_with("test") && sso {
        Some(Part::Test)
    } else if words.starts_with("enabl") && sso && azure {
        Some(Part::Start)
    } else {
        None
    }
}

static TO_PRODUCT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x) (different|another|new)\ (web\ )?browser | company\ site
        | (sign|log)[-\ ]?(in|on)\ (to|into)\b.{0,120}\badmin | \bas\ an?\ admin | administrator\ credentials
        | to\ (configure|get)\ (single\ sign[-\ ]on|sso)\b.{0,80}\b(side|support|for\ your\ application) ",
    )
});
static COPY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"quick reference|on the set ?up .{1,120} section|\bconfiguration section, (click|select)|appropriate url",
    )
});
static CERTIFICATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"saml signing certificate|saml certificates?\b|signing certificate section|configure single sign-on at .{1,120}\b(download|save|copy)",
    )
});
static CLAIMS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x) user\ attributes | attributes?\ (&|and)\ claims | user\ claims | token\ attributes | saml\ assertions?\ in\ a
        | (more|additional|following|custom)\ attributes | attribute\ mappings? | group\ claim | attributes\ section ",
    )
});
static URLS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x) domain\ and\ urls | basic\ saml\ configuration | configure\ app\ (settings|url)
        | set\ ?up\ single\ sign[-\ ]on\ with\ saml\ page,\ (perform|enter|if) | show\ advanced\ url\ settings
        | set\ additional\ urls ",
    )
});
static TOWARDS_URLS: LazyLock<Regex> = LazyLock::new(|| pattern(r"paste it (in|into|to)\b"));

/// The part after a step of Azure's side. There is no way back from the service provider's pages: what is called
/// "Sign-on URL" there is theirs.
fn step(part: Part, words: &str, block: &Block) -> Part {
    let closed = matches!(part, Part::Certificate | Part::Copy);
    if CERTIFICATE.is_match(words) {
        Part::Certificate
    } else if !closed && URLS.is_match(words) && !TOWARDS_URLS.is_match(words) {
        Part::Urls
    } else if CLAIMS.is_match(words) || is_claims_table(block) {
        Part::Claims
    } else if COPY.is_match(words) {
        Part::Copy
    } else if part != Part::Start && TO_PRODUCT.is_match(words) {
        Part::Product
    } else {
        part
    }
}

fn is_claims_table(block: &Block) -> bool {
    match &block.kind {
        Kind::Table(rows) => rows.first().is_some_and(is_claims_head),
        _ => false,
    }
}

/// Whether a table's head names claims and where they come from.
pub(super) fn is_claims_head(head: &Row) -> bool {
    let cells: Vec<_> = head.cells.iter().map(|cell| text(cell).to_lowercase()).collect();
    let any = |wanted: &[&str]| {
        cells
            .iter()
            .any(|cell| wanted.iter().any(|word| cell.contains(word)))
    };
    any(&["name", "attribute", "claim"]) && any(&["value", "source"])
}

fn edition(page: &Page) -> Edition {
    let says = |words: &[&str]| {
        page.blocks.iter().any(|block| {
            let text = block.text().to_lowercase();
            words.iter().any(|word| text.contains(word))
        })
    };
    if says(&["basic saml configuration"]) {
        Edition::BasicSamlConfiguration
    } else if says(&["domain and urls", "saml-based sign-on"]) {
        Edition::DomainAndUrls
    } else if says(&["classic portal", "configure app settings", "configure app url"]) {
        Edition::Classic
    } else {
        Edition::BasicSamlConfiguration
    }
}
