//! The one run that all tests of a process share: it begins with the first of them, and the others wait for it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::OnceLock,
};

use libtest_mimic::{Completion, Failed};
use scenarios::Scenario;

use super::list::Listed;
use crate::{
    api::{Harness, Report, Sp},
    event::{Event, RunInfo},
    exit::Exit,
    judge::{VerdictKind, gate::Gate},
    note::note,
    text::counted,
};

/// The run, before and after.
pub(super) struct Engine {
    config: PathBuf,
    fired: Vec<String>,
    /// Whether nothing but the run as a whole is asked for.
    whole: bool,
    ran: OnceLock<Result<Report, String>>,
}

impl Engine {
    pub(super) fn new(config: &Path, listed: &Listed) -> Self {
        Self {
            config: config.to_owned(),
            fired: listed.fired.clone(),
            whole: listed.whole,
            ran: OnceLock::new(),
        }
    }

    /// What a scenario came to.
    pub(super) fn scenario(&self, scenario: &Scenario) -> Result<Completion, Failed> {
        let report = self.report()?;
        let id = scenario.id.as_str();
        if let Some(objection) = report.objection(id) {
            return Err(objection.into());
        }
        if report.calibration().is_none() {
            return Err(format!("{id} was not fired, {}", report.whole()).into());
        }
        let results = report.of(id);
        if results.is_empty() {
            return match (scenario.watches(), report.summary().authn_requests) {
                (true, 0) => Ok(Completion::ignored_with("the SP sent no AuthnRequest")),
                (true, _) => Ok(Completion::Completed),
                (false, _) => Err(format!("{id} came to no verdict, {}", report.whole()).into()),
            };
        }
        let beside = |of: &dyn Fn(VerdictKind) -> bool| {
            let wanted = results.iter().filter(|result| of(result.verdict));
            wanted
                .filter_map(|result| match report.gate(result) {
                    Gate::Beside(why) => Some(why),
                    Gate::Open | Gate::Shut(_) => None,
                })
                .next()
        };
        // What is waived or let pass shows, whatever the other bases came to; what does not apply, where nothing did.
        let passed_over = beside(&|verdict| verdict != VerdictKind::NotApplicable);
        let all = results
            .iter()
            .all(|result| result.verdict == VerdictKind::NotApplicable);
        let idle = beside(&|_| all);
        Ok(match passed_over.or(idle) {
            Some(why) => Completion::ignored_with(why),
            None => Completion::Completed,
        })
    }

    /// What the run as a whole came to.
    pub(super) fn whole_run(&self) -> Result<Completion, Failed> {
        let report = self.report()?;
        match report.exit() {
            Exit::Conforms => Ok(Completion::Completed),
            // Each says by itself why it does not apply.
            Exit::NothingRan if !self.whole => Ok(Completion::ignored_with("nothing of it applies")),
            _ => Err(report.whole().into()),
        }
    }

    fn report(&self) -> Result<&Report, Failed> {
        let ran = self.ran.get_or_init(|| {
            let ran = catch_unwind(AssertUnwindSafe(|| self.run()));
            ran.unwrap_or_else(|_| Err("samlitmus has a fault of its own; please report it".to_owned()))
        });
        ran.as_ref()
            .map_err(|why| Failed::from(format!("nothing was fired: {why}")))
    }

    fn run(&self) -> Result<Report, String> {
        let mut harness = Harness::new(Sp::config(&self.config)).telling(|event| {
            if let Event::Started(info) = event {
                note(&begun(info));
            }
        });
        if let Some(target) = test_target() {
            harness = harness.again(format!("cargo test --test {target} -- --exact {{id}}"));
        }
        let harness = self.fired.iter().fold(harness, |harness, id| harness.only(id));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|why| why.to_string())?;
        let ran = runtime.block_on(harness.run());
        // Whoever is asked for a name and hangs must not keep the tests.
        runtime.shutdown_background();
        let report = ran.map_err(|why| why.to_string())?;
        let said = report.warnings().iter().chain(&report.summary().let_pass);
        said.for_each(|warning| note(&format!("warning: {warning}")));
        Ok(report)
    }
}

fn begun(info: &RunInfo) -> String {
    format!(
        "fires {} at {} ({}), driver {}, seed {}",
        counted(info.planned, "scenario"),
        info.sp,
        info.address,
        info.driver,
        info.seed
    )
}

/// The name of the test target that this is, which cargo builds as `NAME-HASH`.
fn test_target() -> Option<String> {
    let program = std::env::current_exe().ok()?;
    let (name, hash) = program.file_stem()?.to_str()?.rsplit_once('-')?;
    let is_hash = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| name.to_owned())
}
