//! JUnit's XML: a suite a namespace, for CI systems that draw tests.

use std::{collections::BTreeMap, path::Path};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{
    draft::Draft,
    listener::{Listener, ReportError},
    refs, words,
};
use crate::{
    event::{Event, RunSummary, ScenarioResult},
    exit::Exit,
    judge::{FailOn, VerdictKind},
    text::visible,
};

/// The listener that writes it.
pub struct Junit {
    draft: Draft,
    suites: BTreeMap<String, BTreeMap<String, TestCase>>,
    fail_on: FailOn,
    end: Option<RunSummary>,
}

impl Junit {
    /// Makes the file, under another name; an earlier report goes.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(path: &Path) -> Result<Self, ReportError> {
        Ok(Self {
            draft: Draft::begin(path)?,
            suites: BTreeMap::new(),
            fail_on: FailOn::default(),
            end: None,
        })
    }
}

impl Listener for Junit {
    fn on(&mut self, event: &Event) {
        match event {
            Event::ScenarioFinished(result) => {
                let name = fit(&format!("{} [{}]", result.scenario.id, result.base));
                let suite = self.suites.entry(fit(result.scenario.namespace())).or_default();
                suite.insert(name.clone(), test_case(&name, result, self.fail_on));
            }
            Event::Finished(summary) => self.end = Some(summary.as_ref().clone()),
            Event::Started(info) => self.fail_on = info.fail_on,
            Event::Calibrated(_) | Event::ScenarioStarted { .. } | Event::Warning(_) => {}
        }
    }

    fn write(&mut self) -> Result<(), ReportError> {
        let mut report = Report::new("samlitmus");
        let mut run = TestSuite::new("run");
        run.add_test_case(whole_run(self.end.as_ref()));
        report.add_test_suite(run);
        for (namespace, cases) in &self.suites {
            let mut suite = TestSuite::new(namespace);
            suite.add_test_cases(cases.values().cloned());
            report.add_test_suite(suite);
        }
        if let Some(end) = &self.end {
            report.set_time(end.duration);
        }
        self.draft
            .write(|out| report.serialize(out).map_err(std::io::Error::other))
    }

    fn publish(self: Box<Self>) -> Result<(), ReportError> {
        self.draft.publish()
    }
}

/// The most characters of one text.
const MOST: usize = 4_000;

/// A text with nothing in it that XML forbids or a terminal obeys, and of a length that CI systems show.
fn fit(text: &str) -> String {
    match text.char_indices().nth(MOST) {
        None => visible(text),
        Some((end, _)) => format!("{}…", visible(&text[..end])),
    }
}

fn test_case(name: &str, result: &ScenarioResult, fail_on: FailOn) -> TestCase {
    let status = match result.verdict {
        VerdictKind::Fail if fail_on.lets_pass(result.verdict, result.severity) => {
            let mut status = TestCaseStatus::skipped();
            let reason = format!("let pass by --fail-on {}: {}", fail_on.word(), result.reason);
            status.set_message(fit(&reason));
            status
        }
        VerdictKind::Fail | VerdictKind::Inconclusive => {
            let kind = match result.verdict {
                VerdictKind::Fail => NonSuccessKind::Failure,
                _ => NonSuccessKind::Error,
            };
            let mut status = TestCaseStatus::non_success(kind);
            status
                .set_message(fit(&result.reason))
                .set_type(result.outcome.word());
            status
        }
        VerdictKind::NotApplicable | VerdictKind::Waived => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(fit(&format!("{}: {}", result.verdict.word(), result.reason)));
            status
        }
        VerdictKind::Pass | VerdictKind::PassInert | VerdictKind::Recorded | VerdictKind::Warn => {
            TestCaseStatus::success()
        }
    };
    let mut case = TestCase::new(name, status);
    case.set_classname(fit(&format!("samlitmus.{}", result.scenario.namespace())));
    case.set_time(result.duration);
    case.add_property(("severity", result.severity.word()));
    case.add_property(("verdict", result.verdict.word()));
    for reference in refs::told(&result.scenario.refs) {
        case.add_property(("reference", fit(&reference).as_str()));
    }
    if result.verdict != VerdictKind::Pass {
        case.set_system_out(format!(
            "{}: {}\nexpected {}, observed {} ({})\nrule: {}{}",
            result.verdict.word(),
            fit(&result.reason),
            result.expected,
            result.outcome,
            words::severity(result.severity),
            fit(&result.scenario.rule),
            [words::attacker(result), words::page(result)]
                .into_iter()
                .flatten()
                .map(|line| format!("\n{line}"))
                .collect::<String>(),
        ));
    }
    case
}

/// A gate that reads only JUnit must still see that nothing ran, or that the SP was down.
fn whole_run(end: Option<&RunSummary>) -> TestCase {
    let status = match end {
        Some(end) if end.exit == Exit::Conforms.code() => TestCaseStatus::success(),
        Some(end) => {
            let kind = match end.exit {
                1 => NonSuccessKind::Failure,
                _ => NonSuccessKind::Error,
            };
            let mut status = TestCaseStatus::non_success(kind);
            status
                .set_message(fit(&[&end.causes[..], &end.picture].concat().join("; ")))
                .set_type(format!("exit {}", end.exit));
            if !end.sp_log.is_empty() {
                status.set_description(fit(&format!("what the SP said last:\n{}", end.sp_log.join("\n"))));
            }
            status
        }
        None => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message("the run did not come to an end");
            status
        }
    };
    let mut case = TestCase::new("run/conforms", status);
    case.set_classname("samlitmus.run");
    case
}
