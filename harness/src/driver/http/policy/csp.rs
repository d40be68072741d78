//! Content Security Policies: those of the headers and those of a page's own `meta` elements, all of which must agree.

use base64::prelude::*;
use openssl::hash::{MessageDigest, hash};
use reqwest::header::{CONTENT_SECURITY_POLICY, HeaderMap};
use url::Url;

use super::source::matches;
use crate::text::clip;

/// One policy: directives with their values; of two alike the first counts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Policy(Vec<(String, Vec<String>)>);

/// All policies of a page.
#[derive(Clone, Debug)]
pub(in crate::driver::http) struct Policies {
    page: Url,
    all: Vec<Policy>,
}

/// Script that stands in the page itself.
#[derive(Clone, Copy, Debug)]
pub(in crate::driver::http) enum Inline<'a> {
    /// A `script` element, with its nonce.
    Element(Option<&'a str>),
    /// An attribute like `onload`.
    Handler,
}

impl Policy {
    fn parse(text: &str) -> Option<Self> {
        let mut directives: Vec<(String, Vec<String>)> = Vec::new();
        for directive in text.split(';') {
            let mut words = directive.split_ascii_whitespace();
            let Some(name) = words.next().map(str::to_ascii_lowercase) else {
                continue;
            };
            if directives.iter().all(|(known, _)| *known != name) {
                directives.push((name, words.map(str::to_owned).collect()));
            }
        }
        (!directives.is_empty()).then_some(Self(directives))
    }

    /// The first of these directives that is there.
    fn first(&self, names: &[&'static str]) -> Option<(&'static str, &[String])> {
        names.iter().find_map(|name| {
            let found = self.0.iter().find(|(known, _)| known == name);
            found.map(|(_, values)| (*name, values.as_slice()))
        })
    }
}

impl Policies {
    pub(in crate::driver::http) fn of(page: &Url, headers: &HeaderMap) -> Self {
        let values = headers.get_all(CONTENT_SECURITY_POLICY).iter();
        let texts = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let all = texts
            .flat_map(|text| text.split(',').filter_map(Policy::parse).collect::<Vec<_>>())
            .collect();
        Self {
            page: page.clone(),
            all,
        }
    }

    /// Adds the policy of a `meta` element, which cannot say everything (CSP, section 3.3).
    pub(in crate::driver::http) fn take_meta(&mut self, content: &str) {
        let cannot = ["sandbox", "frame-ancestors", "report-uri"];
        for mut policy in content.split(',').filter_map(Policy::parse) {
            policy.0.retain(|(name, _)| !cannot.contains(&name.as_str()));
            self.all.push(policy);
        }
    }

    /// Whether a sandbox, if there is one, allows this.
    pub(in crate::driver::http) fn sandbox_allows(&self, token: &str) -> bool {
        self.all
            .iter()
            .filter_map(|policy| policy.first(&["sandbox"]))
            .all(|(_, tokens)| tokens.iter().any(|one| one.eq_ignore_ascii_case(token)))
    }

    /// Whether `upgrade-insecure-requests` stands there.
    pub(in crate::driver::http) fn upgrades(&self) -> bool {
        let says = |policy: &Policy| policy.first(&["upgrade-insecure-requests"]).is_some();
        self.all.iter().any(says)
    }

    /// Whether relative references may start from here.
    pub(in crate::driver::http) fn allows_base(&self, base: &Url) -> bool {
        let lists = self.all.iter().filter_map(|policy| policy.first(&["base-uri"]));
        lists.into_iter().all(|(_, sources)| {
            sources
                .iter()
                .any(|source| matches(source, base, &self.page, false))
        })
    }

    /// Whether a form may be sent there, at first or by a redirect.
    ///
    /// # Errors
    /// The rule, as a sentence.
    pub(in crate::driver::http) fn may_send_to(&self, target: &Url, redirected: bool) -> Result<(), String> {
        for policy in &self.all {
            let Some((name, sources)) = policy.first(&["form-action"]) else {
                continue;
            };
            if !sources
                .iter()
                .any(|source| matches(source, target, &self.page, redirected))
            {
                let how = if redirected { " by a redirect" } else { "" };
                return Err(self.rule(
                    name,
                    sources,
                    &format!("sending its form to {}{how}", short(target)),
                ));
            }
        }
        Ok(())
    }

    /// Whether this script of the page runs.
    ///
    /// # Errors
    /// The rule, as a sentence.
    pub(in crate::driver::http) fn may_run(&self, inline: Inline<'_>, code: &str) -> Result<(), String> {
        self.scripts_at_all()?;
        let names: &[&'static str] = match inline {
            Inline::Element(_) => &["script-src-elem", "script-src", "default-src"],
            Inline::Handler => &["script-src-attr", "script-src", "default-src"],
        };
        for policy in &self.all {
            let Some((name, sources)) = policy.first(names) else {
                continue;
            };
            let says = |word: &str| sources.iter().any(|source| source.eq_ignore_ascii_case(word));
            let named = match inline {
                Inline::Element(nonce) => has_nonce(sources, nonce) || has_hash(sources, code),
                Inline::Handler => says("'unsafe-hashes'") && has_hash(sources, code),
            };
            let all =
                says("'unsafe-inline'") && !says("'strict-dynamic'") && !sources.iter().any(|s| is_named(s));
            if !named && !all {
                return Err(self.rule(directive(name), sources, "the script that would submit its form"));
            }
        }
        Ok(())
    }

    /// Whether a script may be loaded from there.
    ///
    /// # Errors
    /// The rule, as a sentence.
    pub(in crate::driver::http) fn may_load(&self, script: &Url, nonce: Option<&str>) -> Result<(), String> {
        self.scripts_at_all()?;
        for policy in &self.all {
            let Some((name, sources)) = policy.first(&["script-src-elem", "script-src", "default-src"])
            else {
                continue;
            };
            let strict = sources.iter().any(|s| s.eq_ignore_ascii_case("'strict-dynamic'"));
            let listed = || {
                sources
                    .iter()
                    .any(|source| matches(source, script, &self.page, false))
            };
            if !has_nonce(sources, nonce) && (strict || !listed()) {
                return Err(self.rule(directive(name), sources, &format!("the script {}", short(script))));
            }
        }
        Ok(())
    }

    fn scripts_at_all(&self) -> Result<(), String> {
        if self.sandbox_allows("allow-scripts") {
            return Ok(());
        }
        Err(format!(
            "the sandbox of {} has no allow-scripts, so none of its scripts runs",
            short(&self.page)
        ))
    }

    fn rule(&self, directive: &str, sources: &[String], what: &str) -> String {
        let sources = sources.join(" ");
        format!(
            "the Content-Security-Policy of {} forbids {what} ({directive} {})",
            short(&self.page),
            clip(&sources, 300)
        )
    }
}

/// The name under which a rule on scripts is known.
fn directive(name: &'static str) -> &'static str {
    match name {
        "default-src" => "script-src, by default-src",
        other => other,
    }
}

fn short(url: &Url) -> String {
    clip(url.as_str(), 200).to_owned()
}

fn has_nonce(sources: &[String], nonce: Option<&str>) -> bool {
    let Some(nonce) = nonce.filter(|nonce| !nonce.is_empty()) else {
        return false;
    };
    sources
        .iter()
        .any(|source| inside(source, "nonce-") == Some(nonce))
}

fn has_hash(sources: &[String], code: &str) -> bool {
    let digests = [
        ("sha256-", MessageDigest::sha256()),
        ("sha384-", MessageDigest::sha384()),
        ("sha512-", MessageDigest::sha512()),
    ];
    digests.into_iter().any(|(name, digest)| {
        sources
            .iter()
            .filter_map(|source| inside(source, name))
            .any(|listed| {
                let standard = listed.replace('-', "+").replace('_', "/");
                hash(digest, code.as_bytes()).is_ok_and(|digest| BASE64_STANDARD.encode(digest) == standard)
            })
    })
}

/// What a quoted source names after this word.
fn inside<'a>(source: &'a str, word: &str) -> Option<&'a str> {
    let inner = source.strip_prefix('\'')?.strip_suffix('\'')?;
    let (start, rest) = (inner.get(..word.len())?, inner.get(word.len()..)?);
    start.eq_ignore_ascii_case(word).then_some(rest)
}

fn is_named(source: &str) -> bool {
    ["nonce-", "sha256-", "sha384-", "sha512-"]
        .iter()
        .any(|word| inside(source, word).is_some())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policies(header: &str) -> Policies {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_SECURITY_POLICY, header.parse().unwrap());
        Policies::of(&Url::parse("http://sp.example/a").unwrap(), &headers)
    }

    #[test]
    fn the_rule_names_the_directive_that_counts() {
        let code = "document.forms[0].submit()";
        let run = |header: &str| policies(header).may_run(Inline::Element(None), code);
        assert!(
            run("default-src 'none'")
                .unwrap_err()
                .contains("script-src, by default-src 'none'")
        );
        assert!(
            run("script-src 'self'")
                .unwrap_err()
                .contains("(script-src 'self')")
        );
        assert!(run("script-src 'none'; script-src-elem 'unsafe-inline'").is_ok());
        assert!(run("img-src 'none'").is_ok());
        assert!(run("sandbox allow-forms").unwrap_err().contains("allow-scripts"));
    }

    #[test]
    fn a_page_cannot_sandbox_itself_by_its_markup() {
        let mut own = policies("img-src *");
        own.take_meta("sandbox; form-action 'none'");
        assert!(own.sandbox_allows("allow-scripts"));
        assert!(
            own.may_send_to(&Url::parse("http://sp.example/").unwrap(), false)
                .is_err()
        );
    }

    proptest! {
        #[test]
        fn any_policy_is_read_without_panic(text in "([a-z-]{0,12}( '?[a-z*:/.0-9-]{0,12}'?){0,3};?,?){0,6}|[ -~]{0,60}") {
            let own = policies(&text);
            let url = Url::parse("http://other.example:8/x").unwrap();
            let _ = (own.may_send_to(&url, true), own.may_load(&url, Some("x")), own.allows_base(&url));
            let _ = own.may_run(Inline::Handler, "x()");
        }
    }
}
