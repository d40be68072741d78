//! One selection fired by several runs, merged into the report of one; and an earlier run that a later one is compared with.

use std::{collections::BTreeMap, path::Path};

use regex::Regex;
use serde_json::Value;

use super::{
    Process,
    alike::{differences, masked},
    causes, lines, results, samlitmus,
};

const PICKED: [&str; 10] = [
    "run",
    "--demo",
    "--flaw",
    "V11",
    "--driver",
    "http",
    "--seed",
    "7",
    "baseline/*",
    "signature/xsw-[3-6]",
];
const OF: usize = 4;

/// A run in a folder of its own, which has seen no other; the path of its results.
fn fired(folder: &Path, name: &str, more: &[&str], environment: &[(&str, &str)]) -> (i32, String) {
    let own = folder.join(name);
    std::fs::create_dir(&own).unwrap();
    let args = [&PICKED[..], more, &["--report", "json=r.json"]].concat();
    let said = Process::start(&own, &args, environment).end();
    (said.code.unwrap(), own.join("r.json").display().to_string())
}

fn merged(folder: &Path, files: &[&str], more: &[&str]) -> super::Said {
    let args = [
        &["report", "merge"],
        files,
        &["--report", "json=merged.json"],
        more,
    ]
    .concat();
    samlitmus(folder, &args)
}

fn ids(results: &Value) -> Vec<&str> {
    let all = results["scenarios"].as_array().unwrap().iter();
    all.map(|entry| entry["id"].as_str().unwrap()).collect()
}

#[test]
fn four_shards_merged_are_the_report_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (exit, whole) = fired(folder, "whole", &[], &[]);
    assert_eq!(exit, 1);
    let mut files = Vec::new();
    for number in 1..=OF {
        // The last as a CI system says it.
        let (shard, around) = (format!("{number}/{OF}"), number.to_string());
        let (flag, said) = match number == OF {
            true => (
                vec![],
                vec![("CI_NODE_INDEX", around.as_str()), ("CI_NODE_TOTAL", "4")],
            ),
            false => (vec!["--shard", &shard], vec![]),
        };
        files.push(fired(folder, &format!("shard-{number}"), &flag, &said).1);
    }
    let parts: Vec<Value> = files.iter().map(|file| results(file.as_ref())).collect();
    assert!(parts.iter().all(|part| ids(part).len() > 1), "each has its share");
    // In whatever order they come.
    let named: Vec<&str> = [2, 0, 3, 1].map(|at: usize| files[at].as_str()).into();
    let said = merged(
        folder,
        &named,
        &["--report", "junit=merged.xml", "--report", "html=merged.html"],
    )
    .code(1);
    assert!(said.out.contains("signature/xsw-3"), "{said:#?}");

    let (mut one, mut four) = (results(whole.as_ref()), results(&folder.join("merged.json")));
    assert_eq!(ids(&one), ids(&four));
    masked(&mut one);
    masked(&mut four);
    assert_eq!(differences("", &one, &four), [""; 0]);
    let html = std::fs::read_to_string(folder.join("merged.html")).unwrap();
    assert!(html.contains("signed by 1"), "the message is drawn");
}

#[test]
fn what_is_no_whole_is_never_judged() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let shards: BTreeMap<usize, String> = [1, 2]
        .into_iter()
        .map(|number| {
            let name = format!("shard-{number}");
            (
                number,
                fired(folder, &name, &["--shard", &format!("{number}/2")], &[]).1,
            )
        })
        .collect();
    let other = fired(folder, "other", &["--shard", "2/2", "time/*"], &[]).1;
    let whole = fired(folder, "whole", &[], &[]).1;
    let (one, two) = (shards[&1].as_str(), shards[&2].as_str());
    for (files, cause, told) in [
        (vec![one], "shard 2 of 2 is missing", true),
        (vec![one, two, one], "shard 1 is there 2 times", false),
        (
            vec![one, other.as_str()],
            "these are parts of several runs",
            false,
        ),
        (
            vec![one, two, whole.as_str()],
            "1 of 3 files are no results of a run with --shard",
            false,
        ),
    ] {
        let said = merged(folder, &files, &[]).code(3);
        let json = results(&folder.join("merged.json"));
        assert!(causes(&json)[0].contains(cause), "{said:#?}");
        assert_eq!(json["summary"]["exit"], 3);
        assert_eq!(!ids(&json).is_empty(), told, "{cause}");
    }
    merged(folder, &[one, two], &[]).code(1);

    std::fs::write(folder.join("torn.json"), &std::fs::read(one).unwrap()[..5000]).unwrap();
    let said = merged(folder, &[two, "torn.json"], &[]).code(2);
    assert!(said.sentence().contains("torn.json cannot be read"), "{said:#?}");
    let said = samlitmus(
        folder,
        &["run", "--demo", "baseline/both-signed", "--shard", "1/9"],
    )
    .code(2);
    assert!(said.sentence().contains("cannot be fired by 9 runs"), "{said:#?}");
}

#[test]
fn a_waiver_that_bites_in_one_shard_has_not_healed_in_another() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let waivers = |name: &str, ids: &[&str]| {
        let text = ids
            .iter()
            .map(|id| format!("[[waiver]]\nid = \"{id}\"\nreason = \"known\"\n"));
        std::fs::write(folder.join(name), text.collect::<String>()).unwrap();
        folder.join(name).display().to_string()
    };
    let shards = |name: &str, file: &str| {
        [1, 2].map(|number| {
            let more = ["--waivers", file, "--shard", &format!("{number}/2")];
            fired(folder, &format!("{name}-{number}"), &more, &[])
        })
    };
    // The one catches failures of both halves, the other a failure of one half only.
    let all = waivers("all.toml", &["signature/*"]);
    let [(first, one), (second, two)] = shards("all", &all);
    assert_eq!((first, second), (0, 0));
    merged(folder, &[&one, &two], &[]).code(0);

    let healed = waivers("healed.toml", &["signature/*", "baseline/*"]);
    let [(first, one), (second, two)] = shards("healed", &healed);
    assert_eq!((first, second), (0, 0), "neither can know");
    let said = merged(folder, &[&one, &two], &[]).code(1);
    assert_eq!(
        said.causes(),
        ["the waiver for baseline/* no longer bites: the deviation has healed, take it out"]
    );
}

#[test]
fn results_are_told_once_more_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let reports = [
        "--report",
        "md=r.md",
        "--report",
        "junit=r.xml",
        "--report",
        "html=r.html",
        "--report",
        "sarif=r.sarif",
    ];
    let run = [&PICKED[..], &["--report", "json=r.json"], &reports[..]].concat();
    let first = samlitmus(folder, &run).code(1);
    let again = reports.map(|report| report.replace("=r.", "=again."));
    let again: Vec<&str> = again.iter().map(String::as_str).collect();
    let said = samlitmus(folder, &[&["report", "show", "r.json"], &again[..]].concat()).code(1);
    assert_eq!(said.causes(), first.causes());
    // What lasted less than a millisecond is told to the millisecond.
    let times =
        Regex::new(r#"(time|timestamp|uuid)="[^"]*"|"(start|end)TimeUtc": "[^"]*"|\d+\.\d s"#).unwrap();
    for kind in ["md", "xml", "html", "sarif"] {
        let read = |name: &str| std::fs::read_to_string(folder.join(format!("{name}.{kind}"))).unwrap();
        let (one, other) = (read("r"), read("again"));
        let [one, other] = [one, other].map(|text| times.replace_all(&text, "TIME").into_owned());
        assert!(
            one == other,
            "{kind}: {:?}",
            one.lines().zip(other.lines()).find(|(a, b)| a != b)
        );
    }
}

#[test]
fn a_baseline_says_what_is_new_healed_and_still_failing() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let always = [
            "run",
            "--demo",
            "--driver",
            "http",
            "signature/xsw-3",
            "time/conditions-expired",
        ];
        samlitmus(folder.path(), &[&always[..], args].concat())
    };
    run(&["--flaw", "V11", "--report", "json=base.json"]).code(1);
    // What was fired in between is not what it is compared with.
    run(&[]).code(0);
    let still = run(&["--flaw", "V11", "--baseline", "base.json"]).code(1);
    assert!(
        lines(&still, "since the baseline: ")[0]
            .contains("2 still failing: signature/xsw-3 (A), signature/xsw-3 (B)"),
        "{still:#?}"
    );
    let healed = run(&["--baseline", "base.json"]).code(0);
    assert!(
        lines(&healed, "since the baseline: ")[0].contains("2 healed"),
        "{healed:#?}"
    );
    let said = run(&["--baseline", "nowhere.json"]).code(2);
    assert!(
        said.sentence().contains("nowhere.json cannot be read"),
        "{said:#?}"
    );
}
