//! No link of the book is dead.

use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
};

use super::{
    book,
    read::{Page, pages},
};

#[test]
fn every_link_leads_to_a_page_and_a_heading_that_are_there() {
    let all = pages(&book());
    let links: usize = all.values().map(|page| page.links.len()).sum();
    assert!(links > 1_000, "only {links} links were found");
    assert_eq!(dead(&all), [] as [&str; 0]);
}

#[test]
fn a_page_a_heading_and_a_file_that_are_missing_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    put(
        "a.md",
        "# A\n\n[b](b.md#here) [c](c.md) [d](b.md#there) [self](#a) [away](https://example.com/x)\n",
    );
    put("b.md", "# B\n\n## Here\n\n[up](../a.md)\n");
    let dead = dead(&pages(folder.path()));
    assert_eq!(
        dead,
        ["a.md: c.md", "a.md: b.md#there", "b.md: ../a.md"],
        "{dead:?}"
    );
}

#[test]
fn every_page_is_reached_from_the_table_of_contents() {
    let folder = book();
    let all = pages(&folder);
    let summary = folder.join("SUMMARY.md");
    let linked: Vec<PathBuf> = all[&summary].links.iter().map(|link| folder.join(link)).collect();
    for page in all.keys().filter(|page| **page != summary) {
        let times = linked.iter().filter(|linked| *linked == page).count();
        assert_eq!(times, 1, "{} stands {times} times in SUMMARY.md", page.display());
    }
}

/// Each link that leads nowhere, behind the page that has it.
fn dead(all: &BTreeMap<PathBuf, Page>) -> Vec<String> {
    let mut dead = Vec::new();
    for (path, page) in all {
        for link in &page.links {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => path.clone(),
                file => plain(&path.parent().unwrap().join(file)),
            };
            let found = all
                .get(&target)
                .is_some_and(|page| anchor.is_empty() || page.anchors.iter().any(|known| known == anchor));
            if !found {
                let name = path.file_name().unwrap().to_string_lossy();
                dead.push(format!("{name}: {link}"));
            }
        }
    }
    dead
}

/// A path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}
