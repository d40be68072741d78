//! What a run leaves behind: processes, files in its temporary folder, reports.

use std::{fs, path::PathBuf};

use crate::{site::Site, wait_until};

/// The reports that every run is asked for.
pub(crate) const REPORTS: [&str; 6] = [
    "--report",
    "json=out/r.json",
    "--report",
    "junit=out/r.xml",
    "--report",
    "html=out/r.html",
];

/// How a run can be known among others: by a word in the command lines of what it starts, and by a temporary folder of its own.
pub(crate) struct Trace {
    /// A number of seconds that nobody else sleeps.
    pub(crate) mark: String,
    folder: PathBuf,
    out: PathBuf,
}

impl Trace {
    /// For the `number`th run at a site, whose configuration then says what it starts and stops.
    pub(crate) fn new(site: &Site, number: usize) -> Self {
        let mark = format!("{}{number:04}", 1_000_000 + u32::from(site.sp));
        let folder = site.path(&format!("tmp-{mark}"));
        fs::create_dir(&folder).unwrap();
        site.starts(
            &format!("sleep {mark} & exec sleep {mark}"),
            &format!("echo done >stopped-{mark}"),
        );
        Self {
            mark,
            folder,
            out: site.path("out"),
        }
    }

    /// Where its temporary files go.
    pub(crate) fn folder(&self) -> &str {
        self.folder.to_str().unwrap()
    }

    /// The command lines of what still runs of it. What has ended and nobody has buried has none.
    pub(crate) fn processes(&self) -> Vec<String> {
        let lines = fs::read_dir("/proc").unwrap().flatten();
        let lines = lines.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
        lines
            .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
            .filter(|line| line.contains(&self.mark))
            .collect()
    }

    /// The names in its temporary folder.
    pub(crate) fn files(&self) -> Vec<String> {
        names(&self.folder)
    }

    /// Waits until nothing of it is left: whoever ends it after a kill needs a moment.
    #[track_caller]
    pub(crate) fn vanishes(&self) {
        wait_until(&format!("the processes of {} end", self.mark), || {
            self.processes().is_empty()
        });
        let none: [String; 0] = [];
        assert_eq!(
            self.files(),
            none,
            "left in the temporary folder of {}",
            self.mark
        );
    }

    /// Each report is whole or not there; which of the three are there. What a killed run leaves beside them is called `.part`.
    #[track_caller]
    pub(crate) fn reports(&self) -> usize {
        let names = names(&self.out);
        for name in &names {
            assert!(
                ["r.json", "r.xml", "r.html"].contains(&name.trim_end_matches(".part")),
                "{names:?}"
            );
        }
        let read = |name: &str| fs::read_to_string(self.out.join(name)).ok();
        let json = read("r.json");
        if let Some(text) = &json {
            serde_json::from_str::<serde_json::Value>(text).unwrap();
        }
        let junit = read("r.xml");
        if let Some(text) = &junit {
            roxmltree::Document::parse(text).unwrap();
        }
        let html = read("r.html");
        if let Some(text) = &html {
            assert!(text.trim_end().ends_with("</html>"), "{}", self.mark);
        }
        [json, junit, html].iter().flatten().count()
    }

    /// Whether something that is no report yet stands beside the reports.
    pub(crate) fn has_parts(&self) -> bool {
        names(&self.out).iter().any(|name| name.ends_with(".part"))
    }
}

fn names(folder: &PathBuf) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}
