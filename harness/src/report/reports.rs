//! All reports of a run: they agree with each other, or say that they cannot.

use std::sync::Arc;

use super::{
    asked::Target,
    listener::{Listener, ReportError},
};
use crate::{
    event::{Event, RunSummary},
    exit::Exit,
};

/// The reports that were asked for, each begun.
#[derive(Default)]
pub struct Reports {
    open: Vec<(Target, Box<dyn Listener>)>,
}

impl Reports {
    /// Begins them all. From here on no report of an earlier run stands at their paths.
    ///
    /// # Errors
    /// The first that cannot be written.
    pub fn open(targets: &[Target]) -> Result<Self, ReportError> {
        let open = targets.iter().map(|target| Ok((target.clone(), target.open()?)));
        Ok(Self {
            open: open.collect::<Result<_, _>>()?,
        })
    }

    /// Tells all of them what happened.
    pub fn on(&mut self, event: &Event) {
        self.open.iter_mut().for_each(|(_, report)| report.on(event));
    }

    /// Writes all of them, and then puts them in their places. One that cannot be written is a cause that the others name. Gives the
    /// summary with such causes, and what was written.
    pub fn end(mut self, summary: RunSummary) -> (RunSummary, Vec<Target>) {
        let mut summary = summary;
        self.on(&Event::Finished(Arc::new(summary.clone())));
        loop {
            let mut failed = Vec::new();
            self.open.retain_mut(|(_, report)| match report.write() {
                Ok(()) => true,
                Err(why) => {
                    failed.push(why);
                    false
                }
            });
            if failed.is_empty() {
                break;
            }
            failed.iter().for_each(|why| missing(&mut summary, why));
            self.on(&Event::Finished(Arc::new(summary.clone())));
        }
        let mut written = Vec::new();
        for (target, report) in self.open {
            match report.publish() {
                Ok(()) => written.push(target),
                Err(why) => missing(&mut summary, &why),
            }
        }
        (summary, written)
    }
}

/// A gate that reads the missing report would have nothing to go by.
fn missing(summary: &mut RunSummary, why: &ReportError) {
    summary.causes.push(why.to_string());
    if summary.exit == Exit::Conforms.code() {
        summary.exit = Exit::NotJudged.code();
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::report::{Kind, listener::cannot};

    /// A report on a disk that is full, or in a folder that goes away.
    struct Full {
        at_the_end: bool,
    }

    impl Listener for Full {
        fn on(&mut self, _event: &Event) {}

        fn write(&mut self) -> Result<(), ReportError> {
            match self.at_the_end {
                true => Ok(()),
                false => Err(cannot("r.html".as_ref(), io::ErrorKind::StorageFull.into())),
            }
        }

        fn publish(self: Box<Self>) -> Result<(), ReportError> {
            Err(cannot("r.html".as_ref(), io::ErrorKind::NotFound.into()))
        }
    }

    fn ended(at_the_end: bool) -> (RunSummary, Vec<Target>, serde_json::Value) {
        let folder = tempfile::tempdir().unwrap();
        let target = |kind, name: &str| Target {
            kind,
            path: folder.path().join(name),
        };
        let mut reports = Reports::open(&[target(Kind::Json, "r.json")]).unwrap();
        let full: Box<dyn Listener> = Box::new(Full { at_the_end });
        reports.open.insert(0, (target(Kind::Html, "r.html"), full));
        let (summary, written) = reports.end(RunSummary::default());
        let json = std::fs::read_to_string(folder.path().join("r.json")).unwrap();
        (summary, written, serde_json::from_str(&json).unwrap())
    }

    #[test]
    fn a_report_that_cannot_be_written_is_named_in_the_others_and_in_the_exit() {
        let (summary, written, json) = ended(false);
        assert_eq!(summary.exit, 3);
        assert!(
            summary.causes[0].starts_with("the report r.html cannot be written"),
            "{summary:?}"
        );
        assert_eq!(json["summary"]["exit"], 3);
        assert_eq!(json["summary"]["causes"][0], summary.causes[0]);
        assert_eq!(written.len(), 1);
    }

    #[test]
    fn a_report_whose_folder_went_away_is_named_in_the_exit() {
        let (summary, written, _) = ended(true);
        assert_eq!((summary.exit, summary.causes.len(), written.len()), (3, 1, 1));
    }
}
