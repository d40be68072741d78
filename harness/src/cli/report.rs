//! `samlitmus report`: what was told of runs, told once more.

use std::path::Path;

use super::{
    args::{ReportArgs, ReportCommand},
    audience::{Audience, asked},
    output::{Mistake, note},
};
use crate::{
    event::{Event, RunSummary},
    exit::Exit,
    report::{Kind, Target, json, merge::merge},
};

/// Merges shards, or shows results.
///
/// # Errors
/// A file is no file of results, or a report cannot be written.
pub(super) fn report(args: ReportArgs) -> anyhow::Result<Exit> {
    match args.command {
        ReportCommand::Merge { files, report } => {
            let read = files.iter().map(|file| json::read(file));
            let parts: Vec<json::Results> = read.collect::<Result<_, _>>().map_err(mistake)?;
            tell(&merge(parts), &asked(&report))
        }
        ReportCommand::Show { file, report, open } => show(&file, report, open),
    }
}

fn show(file: &Path, mut reports: Vec<Target>, open: bool) -> anyhow::Result<Exit> {
    let results = json::read(file).map_err(mistake)?;
    if open && reports.iter().all(|report| report.kind != Kind::Html) {
        reports.push(Target {
            kind: Kind::Html,
            path: file.with_extension("html"),
        });
    }
    let (events, left_out) = results.events();
    if left_out > 0 {
        note(&format!(
            "{left_out} results are left out: a version wrote them that did not keep what a report needs"
        ));
    }
    let exit = tell(&events, &reports)?;
    if let Some(page) = reports
        .iter()
        .find(|report| report.kind == Kind::Html)
        .filter(|_| open)
    {
        opener::open(&page.path).map_err(|why| {
            Mistake(format!(
                "{} cannot be opened ({why}); open it by hand",
                page.path.display()
            ))
        })?;
    }
    Ok(exit)
}

/// Tells it all, as if it happened now.
fn tell(events: &[Event], reports: &[Target]) -> anyhow::Result<Exit> {
    let mut audience = Audience::open(reports, false)?;
    let mut end = RunSummary {
        causes: vec!["the run did not come to an end".to_owned()],
        exit: Exit::NotJudged.code(),
        ..RunSummary::default()
    };
    for event in events {
        match event {
            Event::Finished(summary) => end = summary.as_ref().clone(),
            other => audience.on(other),
        }
    }
    match audience.end(end) {
        (_, Some(error)) => Err(error),
        (exit, None) => Ok(exit),
    }
}

fn mistake(error: json::CannotRead) -> Mistake {
    Mistake(error.to_string())
}
