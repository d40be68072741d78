//! SARIF 2.1.0, for code-scanning services: a rule a scenario, a result a deviation.
//!
//! Such a service follows a result from run to run by its fingerprint, and shows it at a place in the repository: that is the
//! configuration, for the SP's code is nowhere that anybody here could point at.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use scenarios::{Scenario, Severity};
use serde_json::{Value, json};

use super::{
    draft::Draft,
    listener::{Listener, ReportError},
    refs, words,
};
use crate::{
    event::{Event, RunInfo, RunSummary, ScenarioResult},
    exit::Exit,
    judge::VerdictKind,
    text::{digest, ended, visible},
};

/// Where the format is described.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The most results of a run that code-scanning services take.
const RESULTS: usize = 5_000;

/// The listener that writes it.
pub struct Sarif {
    draft: Draft,
    info: Option<RunInfo>,
    rules: BTreeMap<String, Arc<Scenario>>,
    /// By scenario and base.
    results: BTreeMap<(String, String), Value>,
    end: Option<RunSummary>,
}

impl Sarif {
    /// Makes the file, under another name; an earlier report goes.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(path: &Path) -> Result<Self, ReportError> {
        Ok(Self {
            draft: Draft::begin(path)?,
            info: None,
            rules: BTreeMap::new(),
            results: BTreeMap::new(),
            end: None,
        })
    }

    fn add(&mut self, result: &ScenarioResult) {
        // What was judged and is well is a rule without a result: it closes what an earlier run had opened.
        if result.verdict != VerdictKind::NotApplicable {
            self.rules
                .insert(result.scenario.id.clone(), Arc::clone(&result.scenario));
        }
        let deviates = matches!(
            result.verdict,
            VerdictKind::Fail | VerdictKind::Warn | VerdictKind::Waived
        );
        if deviates && self.results.len() < RESULTS {
            let told = self::result(result, self.info.as_ref());
            self.results
                .insert((result.scenario.id.clone(), result.base.clone()), told);
        }
    }

    fn whole(&self) -> Value {
        let places: BTreeMap<&str, usize> = self
            .rules
            .keys()
            .enumerate()
            .map(|(at, id)| (id.as_str(), at))
            .collect();
        let results = self.results.iter().map(|((id, _), result)| {
            let mut result = result.clone();
            result["ruleIndex"] = json!(places.get(id.as_str()));
            result
        });
        let version = self
            .info
            .as_ref()
            .map_or(env!("CARGO_PKG_VERSION"), |info| info.version.as_str());
        let sp = self.info.as_ref().map_or("no-sp", |info| info.sp.as_str());
        json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": {
                    "name": "samlitmus",
                    "semanticVersion": version,
                    "rules": self.rules.values().map(|scenario| rule(scenario)).collect::<Vec<_>>(),
                }},
                // Runs against several SPs of one repository stand side by side.
                "automationDetails": {"id": format!("samlitmus/{sp}/")},
                "columnKind": "unicodeCodePoints",
                "invocations": [self.invocation()],
                "results": results.collect::<Vec<_>>(),
            }],
        })
    }

    fn invocation(&self) -> Value {
        let (exit, causes, warnings) = match &self.end {
            Some(end) => (end.exit, end.causes.clone(), end.warnings.clone()),
            None => {
                let torn = "the run did not come to an end".to_owned();
                (Exit::NotJudged.code(), vec![torn], Vec::new())
            }
        };
        let judged = [Exit::Conforms, Exit::Deviates].map(Exit::code).contains(&exit);
        let note =
            |level: &str, text: &String| json!({"level": level, "message": {"text": words::sentence(text)}});
        let level = if judged { "warning" } else { "error" };
        let notes: Vec<Value> = causes
            .iter()
            .map(|cause| note(level, cause))
            .chain(warnings.iter().map(|warning| note("note", warning)))
            .collect();
        let mut told = json!({
            "executionSuccessful": judged,
            "exitCode": exit,
            "toolExecutionNotifications": notes,
        });
        if let Some(exit) = Exit::ALL.into_iter().find(|known| known.code() == exit) {
            told["exitCodeDescription"] = json!(exit.meaning());
        }
        let started = self
            .info
            .as_ref()
            .and_then(|info| info.started.parse::<jiff::Timestamp>().ok());
        if let Some(started) = started {
            let utc = |at: jiff::Timestamp| json!(at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string());
            told["startTimeUtc"] = utc(started);
            let ended = self
                .end
                .as_ref()
                .and_then(|end| started.checked_add(end.duration).ok());
            if let Some(ended) = ended {
                told["endTimeUtc"] = utc(ended);
            }
        }
        told
    }
}

impl Listener for Sarif {
    fn on(&mut self, event: &Event) {
        match event {
            Event::Started(info) => self.info = Some(info.as_ref().clone()),
            Event::ScenarioFinished(result) => self.add(result),
            Event::Finished(summary) => self.end = Some(summary.as_ref().clone()),
            Event::Calibrated(_) | Event::ScenarioStarted { .. } | Event::Warning(_) => {}
        }
    }

    fn write(&mut self) -> Result<(), ReportError> {
        let whole = self.whole();
        self.draft
            .write(|out| serde_json::to_writer_pretty(out, &whole).map_err(std::io::Error::other))
    }

    fn publish(self: Box<Self>) -> Result<(), ReportError> {
        self.draft.publish()
    }
}

/// What a scenario is about, as `explain` tells it.
fn rule(scenario: &Scenario) -> Value {
    let references = refs::told(&scenario.refs);
    let mut help = format!("{}\n\n{}", ended(&scenario.rule), ended(&scenario.why));
    if !scenario.mend.is_empty() {
        help.push_str(&format!("\n\nHow to mend it: {}", ended(&scenario.mend)));
    }
    if !references.is_empty() {
        help.push_str(&format!("\n\nReferences: {}.", references.join(", ")));
    }
    help.push_str(&format!(
        "\n\nMore: samlitmus explain '{id}'. Once more: samlitmus run '{id}'.",
        id = scenario.id
    ));
    let cwe = scenario
        .refs
        .cwe
        .iter()
        .map(|number| format!("external/cwe/cwe-{number:03}"));
    let tags: Vec<String> = [
        "security".to_owned(),
        "saml".to_owned(),
        scenario.namespace().to_owned(),
    ]
    .into_iter()
    .chain(cwe)
    .collect();
    let mut properties = json!({"tags": tags, "precision": "very-high"});
    if let Some(score) = score(scenario.severity) {
        properties["security-severity"] = json!(score);
    }
    json!({
        "id": scenario.id,
        "name": camel(&scenario.id),
        "shortDescription": {"text": ended(&scenario.title)},
        "fullDescription": {"text": ended(&scenario.why)},
        "help": {"text": help, "markdown": help},
        "defaultConfiguration": {"level": level(scenario.severity)},
        "properties": properties,
    })
}

fn result(result: &ScenarioResult, info: Option<&RunInfo>) -> Value {
    let mut message = ended(&words::sentence(&result.reason));
    if let Some(says) = words::page(result).filter(|_| !result.outcome.is_session()) {
        message.push_str(&format!(" {}", ended(&says)));
    }
    let sp = info.map_or("", |info| info.sp.as_str());
    let warns = result.verdict == VerdictKind::Warn;
    let mut told = json!({
        "ruleId": result.scenario.id,
        "level": if warns { "note" } else { level(result.severity) },
        "message": {"text": message},
        "locations": [location(info)],
        "partialFingerprints": {"scenario/v1": digest(&[sp, &result.scenario.id, &result.base])},
        "properties": {
            "base": result.base,
            "variant": result.variant.as_deref().map(visible),
            "expected": result.expected.to_string(),
            "outcome": result.outcome.to_string(),
            "severity": result.severity.word(),
            "driver": result.driver,
        },
    });
    if result.verdict == VerdictKind::Waived {
        let why = result.reason.rsplit("; waived: ").next().unwrap_or_default();
        told["suppressions"] =
            json!([{"kind": "external", "status": "accepted", "justification": visible(why)}]);
    }
    told
}

/// The configuration, as it stands in the repository, and the SP that it names.
fn location(info: Option<&RunInfo>) -> Value {
    let config = info
        .and_then(|info| info.config.as_deref())
        .unwrap_or(crate::config::FILE_NAME);
    let sp = info.map_or("", |info| info.sp.as_str());
    json!({
        "physicalLocation": {
            "artifactLocation": {"uri": config, "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 1},
        },
        "logicalLocations": [{"name": sp, "kind": "module"}],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium | Severity::Issuer => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// Code-scanning services sort by a number like that of CVSS.
fn score(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Issuer => Some("3.5"),
        Severity::Low => Some("2.0"),
        Severity::Info => None,
    }
}

/// `signature/xsw-3` as `SignatureXsw3`, which the format wants of a name.
fn camel(id: &str) -> String {
    let words = id.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter_map(|word| Some((word.get(..1)?.to_ascii_uppercase(), word.get(1..)?)))
        .map(|(first, rest)| format!("{first}{rest}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_the_same_in_every_version() {
        let one = digest(&["billing", "signature/xsw-3", "A"]);
        assert_eq!(one, "0581b15bc187322b1cb5724c15b9caea");
        assert_ne!(one, digest(&["billing", "signature/xsw-3", "R"]));
    }

    #[test]
    fn a_name_is_in_the_case_that_the_format_wants() {
        assert_eq!(camel("signature/xsw-3"), "SignatureXsw3");
        assert_eq!(
            camel("in-response-to/request-id-reuse"),
            "InResponseToRequestIdReuse"
        );
    }
}
