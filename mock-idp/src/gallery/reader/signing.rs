//! The certificate's card: what is downloaded, what is signed, by which algorithm, and whether it is encrypted.

use std::sync::LazyLock;

use regex::Regex;

use super::ReadError;
use super::outline::{Outline, Part};
use crate::gallery::facts::{Download, Signed, SigningAlgorithm, SigningChange};

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the reader's own expressions compile")
}

static FORMS: LazyLock<[(Download, Regex); 6]> = LazyLock::new(|| {
    [
        (
            Download::MetadataXml,
            pattern(r"(?i)(federation )?metadata xml|download (the )?metadata|metadata file"),
        ),
        (
            Download::MetadataUrl,
            pattern(r"(?i)federation metadata url|metadata url"),
        ),
        (
            Download::CertificateBase64,
            pattern(r"(?i)certificate ?\(base ?64\)|base ?64[- ]encoded certificate|certificate base ?64"),
        ),
        (Download::CertificateRaw, pattern(r"(?i)certificate ?\(raw\)")),
        (
            Download::CertificatePem,
            pattern(r"(?i)\bpem certificate|certificate ?\(pem\)"),
        ),
        (Download::Thumbprint, pattern(r"(?i)\bthumbprint")),
    ]
});
static CLASSIC: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bdownload (the )?certificate\b"));
static TAKEN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(click|select|choose|download|copy|save|find)\b"));

/// What is downloaded or copied, each form once, in the page's order.
pub(super) fn downloads(outline: &Outline<'_>) -> Vec<Download> {
    let mut found = Vec::new();
    for block in outline.of_part(|part| part == Part::Certificate) {
        let text = block.text();
        if !TAKEN.is_match(&text) {
            continue;
        }
        let mut here: Vec<(usize, Download)> = FORMS
            .iter()
            .filter_map(|(form, words)| Some((words.find(&text)?.start(), *form)))
            .collect();
        if here.is_empty()
            && let Some(classic) = CLASSIC.find(&text)
        {
            // The classic portal had one certificate, and it was Base64.
            here.push((classic.start(), Download::CertificateBase64));
        }
        here.sort_unstable();
        for (_, form) in here {
            if !found.contains(&form) {
                found.push(form);
            }
        }
    }
    found
}

static CHOSEN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(select|choose|set|change|must be|should be|enable)\b"));
static OPTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\bsign saml (response and assertion|assertion and response|response|assertion)\b")
});
static ALGORITHM: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bsha-?(1|256)\b"));
static ABOUT_ALGORITHM: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(signing|signature|hash) algorithm\b"));

/// What is changed in the signature.
///
/// # Errors
/// Two options or two algorithms, of which it cannot be told which is meant.
pub(super) fn change(outline: &Outline<'_>) -> Result<SigningChange, ReadError> {
    let mut change = SigningChange::default();
    for block in outline.of_part(Part::is_azure) {
        let text = block.text();
        if !CHOSEN.is_match(&text) {
            continue;
        }
        for found in OPTION.captures_iter(&text) {
            let option = match found[1].to_lowercase().as_str() {
                "response" => Signed::Response,
                "assertion" => Signed::Assertion,
                _ => Signed::Both,
            };
            if change.option.is_some_and(|other| other != option) {
                return Err(ambiguous(block.line, "signing options"));
            }
            change.option = Some(option);
        }
        if !ABOUT_ALGORITHM.is_match(&text) {
            continue;
        }
        for found in ALGORITHM.captures_iter(&text) {
            let algorithm = match &found[1] {
                "1" => SigningAlgorithm::Sha1,
                _ => SigningAlgorithm::Sha256,
            };
            if change.algorithm.is_some_and(|other| other != algorithm) {
                return Err(ambiguous(block.line, "signing algorithms"));
            }
            change.algorithm = Some(algorithm);
        }
    }
    Ok(change)
}

fn ambiguous(line: usize, what: &str) -> ReadError {
    ReadError::new(
        line,
        format!("the page names two {what} and does not say which; write the template by hand (gallery new)"),
    )
}

static ENCRYPTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\btoken encryption\b|\b(import|upload)\b.{0,60}\bencryption certificate\b|assertions? (is|are|must be) encrypted",
    )
});

/// Whether token encryption is set up.
pub(super) fn encrypted(outline: &Outline<'_>) -> bool {
    let mut steps = outline.of_part(Part::is_azure);
    steps.any(|block| ENCRYPTION.is_match(&block.text()))
}
