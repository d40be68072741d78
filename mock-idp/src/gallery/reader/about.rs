//! What a page says in sentences: its product, where a sign-in begins, who does what, and what a test shows.

use std::sync::LazyLock;

use regex::Regex;

use super::ReadError;
use super::outline::{Outline, Part};
use super::page::{Kind, Page};
use crate::gallery::facts::{ConfiguredBy, Consumes, Expects, Initiation, Seen, UserCreation, Users};
use crate::gallery::template::Template;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the reader's own expressions compile")
}

const AZURE: &str =
    r"(?:microsoft\s+)?(?:azure\s+active\s+directory|azure\s+ad\b|azure\b|entra\s+id\b|entra\b)";

static TITLES: LazyLock<[Regex; 4]> = LazyLock::new(|| {
    [
        // "Integrate X with Azure Active Directory"
        pattern(&format!(r"(?i)\bintegrat\w*\s+(?P<name>\S.*?)\s+with\s+{AZURE}")),
        // "Configure X for single sign-on with Microsoft Entra ID"
        pattern(r"(?i)\bconfigure\s+(?P<name>\S.*?)\s+for\s+(?:single sign[- ]on|sso|automatic)"),
        // "Azure Active Directory integration with X"
        pattern(r"(?i)\bintegrat\w*\b.*?\bwith\s+(?P<name>\S.*)$"),
        // "Azure AD SSO with X"
        pattern(r"(?i)\b(?:single sign[- ]on|sso)\b.*?\bwith\s+(?P<name>\S.*)$"),
    ]
});
static IS_AZURE: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"(?i)^{AZURE}")));

/// The product, and the line that names it.
pub(super) fn name(page: &Page) -> Result<(String, usize), ReadError> {
    let heading = page.blocks.iter().find(|block| block.kind == Kind::Heading(1));
    let titles = [
        heading.map(|block| (block.text(), block.line)),
        page.head.get("title").map(|title| (title.clone(), 1)),
    ];
    for (title, line) in titles.into_iter().flatten() {
        let title = title.split(" | ").next().unwrap_or_default().trim().to_owned();
        let found = TITLES.iter().find_map(|form| {
            let name = form.captures(&title)?.name("name")?.as_str().trim();
            let name = name.trim_end_matches(['.', ':']);
            (!IS_AZURE.is_match(name) && name.len() <= 120).then(|| name.to_owned())
        });
        if let Some(name) = found {
            return Ok((name, line));
        }
    }
    Err(ReadError::new(
        heading.map_or(1, |block| block.line),
        "no title names the product that is integrated; import pages of the tutorial family",
    ))
}

/// The name as an id.
pub(super) fn id(name: &str) -> String {
    let dashed: String = name
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let words: Vec<_> = dashed.split('-').filter(|word| !word.is_empty()).collect();
    let id: String = words.join("-").chars().take(80).collect();
    if id.is_empty() {
        "application".to_owned()
    } else {
        id
    }
}

static SUPPORTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bsupports?\b[^.]{0,40}?\b(sp|idp)\b(?:[\s-]*(?:initiated)?\s*(?:and|&|,|/|or)\s*(sp|idp)\b)?[\s-]*initiated",
    )
});
static MODE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(sp|idp)[\s-]*initiated\b[\s-]*mode"));

/// Where a sign-in begins, and whether that had to be concluded from the fields.
pub(super) fn initiation(outline: &Outline<'_>, template: &Template) -> (Initiation, bool) {
    let mut said = Vec::new();
    for block in outline.of_part(|part| part == Part::Scenario) {
        for found in SUPPORTS.captures_iter(&block.text()) {
            said.extend(
                [1, 2]
                    .iter()
                    .filter_map(|at| found.get(*at))
                    .map(|mode| mode.as_str().to_lowercase()),
            );
        }
    }
    if said.is_empty() {
        for block in outline.of_part(|part| part == Part::Urls) {
            said.extend(
                MODE.captures_iter(&block.text())
                    .map(|found| found[1].to_lowercase()),
            );
        }
    }
    let sp = said.iter().any(|mode| mode == "sp");
    let idp = said.iter().any(|mode| mode == "idp");
    match (sp, idp) {
        (true, true) => (Initiation::Both, false),
        (true, false) => (Initiation::Sp, false),
        (false, true) => (Initiation::Idp, false),
        (false, false) if template.sign_on_url.is_some() => (Initiation::Sp, true),
        (false, false) => (Initiation::Idp, true),
    }
}

static MOVED: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(copy|copied|paste)\b"));
static LOGIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\blogin url\b|single sign[- ]on service url|\bsso (service )?url\b|authentication request url|remote login url",
    )
});
static IDENTIFIER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(azure ad|azure|microsoft entra|entra) identifier|saml entity id|identity provider id\b|issuer url",
    )
});
static LOGOUT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\blog-?out url\b|sign[- ]?out (service )?url|remote logout url"));

/// Which of Azure's addresses are copied to the service provider.
pub(super) fn consumes(outline: &Outline<'_>) -> Consumes {
    let mut consumes = Consumes::default();
    let after = |part| matches!(part, Part::Copy | Part::Product | Part::Certificate);
    for block in outline.of_part(after) {
        let text = block.text();
        if MOVED.is_match(&text) {
            consumes.login_url |= LOGIN.is_match(&text);
            consumes.identifier |= IDENTIFIER.is_match(&text);
            consumes.logout_url |= LOGOUT.is_match(&text);
        }
    }
    consumes
}

static SENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(send|provide|attach|e-?mail|contact|submit|share)\b.*\bsupport|\bsupport\b.*\b(send|provide|attach|e-?mail|share)\b",
    )
});
static WHAT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(metadata|certificate|downloaded|copied)\b"));

/// Who sets up the service provider's side.
pub(super) fn configured_by(outline: &Outline<'_>) -> ConfiguredBy {
    let after = |part| matches!(part, Part::Copy | Part::Product | Part::Certificate);
    let mut steps = outline.of_part(after);
    let sent = steps.any(|block| {
        let text = block.text();
        block.kind == Kind::Text && SENT.is_match(&text) && WHAT.is_match(&text)
    });
    if sent {
        ConfiguredBy::Support
    } else {
        ConfiguredBy::Administrator
    }
}

static JIT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\bjust[- ]in[- ]time\b(?:\s+\(?jit\)?)?(?:\s+user)?(?:\s+provisioning)?"));
static AUTOMATIC: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\bautomat\w+\s+(user\s+)?provision\w*|\buser\s+provisioning\b"));
static NOT_NEEDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(doesn't|doesn’t|does not|don't|no) need (for )?(a |any )?users? to be created|no need to create",
    )
});
static SUPPORT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(work with|contact|ask|send|reach|please)\b.*\bsupport\b"));

/// How the test user comes to exist.
pub(super) fn users(outline: &Outline<'_>) -> Users {
    let (mut jit, mut provisioning, mut not_needed, mut support) = (false, false, false, false);
    for block in outline.of_part(|part| matches!(part, Part::User | Part::Scenario)) {
        let text = block.text();
        jit |= JIT.is_match(&text);
        provisioning |= AUTOMATIC.is_match(&JIT.replace_all(&text, ""));
        not_needed |= NOT_NEEDED.is_match(&text);
        support |= SUPPORT.is_match(&text);
    }
    let created = match () {
        () if jit => UserCreation::JustInTime,
        () if not_needed => UserCreation::NotNeeded,
        () if provisioning => UserCreation::Provisioning,
        () if support => UserCreation::Support,
        () => UserCreation::ByHand,
    };
    Users {
        created,
        provisioning,
    }
}

static SIGNED_IN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)automatically\s+(be\s+)?(sign|log)\w*[- ]?(in|on)|(sign|log)\w*[- ](in|on)\s+automatically|automatically get (sign|log)",
    )
});
static SIGN_IN_PAGE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(sign|log)[- ]?(in|on)[- ](page|url|flow)|login (page|url|flow)"));
static BUTTON: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\btest this application\b|\bclick (the )?test\b"));
static TILE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\btile\b"));

/// What the test section promises.
pub(super) fn expects(outline: &Outline<'_>) -> Expects {
    let mut expects = Expects::default();
    for block in outline.of_part(|part| part == Part::Test) {
        let text = block.text();
        let seen = match (SIGNED_IN.is_match(&text), SIGN_IN_PAGE.is_match(&text)) {
            (true, true) => Seen::ByMode,
            (true, false) => Seen::SignedIn,
            (false, true) => Seen::SignInPage,
            (false, false) => continue,
        };
        let merge = |known: Option<Seen>| match known {
            Some(known) if known != seen => Some(Seen::ByMode),
            _ => Some(seen),
        };
        if BUTTON.is_match(&text) {
            expects.test_button = merge(expects.test_button);
        }
        if TILE.is_match(&text) {
            expects.tile = merge(expects.tile);
        }
    }
    expects
}
