//! What the chapters tell a reader to type is what the program takes.

use std::path::Path;

use clap::{CommandFactory, error::ErrorKind};
use samlitmus::{cli::Cli, config::Config, judge::waiver::WaiverFile};
use scenarios::Catalogue;

use super::{
    read::{Page, pages},
    repository,
};

/// The chapters that were written by hand, and the first page of the repository.
fn chapters() -> Vec<(String, Page)> {
    let mut all: Vec<(String, Page)> = pages(&repository().join("docs"))
        .into_iter()
        .map(|(path, page)| (path.display().to_string(), page))
        .collect();
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    all.push(("README.md".to_owned(), super::read::page(&readme)));
    all
}

#[test]
fn every_command_can_be_typed() {
    let mut typed = 0;
    for (chapter, page) in chapters() {
        let lines = page.blocks.iter().flat_map(|(_, text)| text.lines());
        let spans = page.spans.iter().map(String::as_str);
        for line in lines.chain(spans).filter(|line| line.starts_with("samlitmus ")) {
            typed += 1;
            let read = Cli::command().try_get_matches_from(words(line));
            let wrong = read.err().filter(|error| error.kind() != ErrorKind::DisplayHelp);
            assert!(wrong.is_none(), "{chapter}: {line}\n{}", wrong.unwrap());
        }
    }
    assert!(typed > 40, "only {typed} commands were found");
}

#[test]
fn every_scenario_that_is_named_is_there() {
    let catalogue = Catalogue::embedded();
    let mut named = 0;
    for (chapter, page) in chapters() {
        let lines = page.blocks.iter().flat_map(|(_, text)| text.lines());
        let spans = page.spans.iter().map(String::as_str);
        for word in lines.chain(spans).flat_map(str::split_whitespace) {
            let word = word.trim_matches(['\'', '"', ',']);
            let namespace = word.split_once('/').map_or("", |(namespace, _)| namespace);
            let known = catalogue.scenarios.iter().any(|one| one.namespace() == namespace);
            if known && !word.contains(['*', '?', '…']) {
                named += 1;
                assert!(catalogue.get(word).is_some(), "{chapter}: there is no {word}");
            }
        }
    }
    assert!(named > 10, "only {named} scenarios were named");
}

#[test]
fn every_example_of_a_file_can_be_read() {
    let mut read = [0; 3];
    for (chapter, page) in chapters() {
        for (_, text) in page.blocks.iter().filter(|(kind, _)| kind == "toml") {
            if text.contains("[[scenario]]") {
                let said = Catalogue::read([("example.toml".to_owned(), text.as_str())]);
                assert!(said.is_ok(), "{chapter}: {}\n{text}", said.unwrap_err());
                read[0] += 1;
            } else if text.contains("[sp.probe]") {
                let said = Config::parse(text, Path::new("samlitmus.toml"), &|_| None);
                assert!(said.is_ok(), "{chapter}: {}\n{text}", said.unwrap_err());
                read[1] += 1;
            } else if text.contains("[[waiver]]") {
                let said = toml::from_str::<WaiverFile>(text);
                assert!(said.is_ok(), "{chapter}: {}\n{text}", said.unwrap_err());
                read[2] += 1;
            } else {
                let said = text.parse::<toml::Table>();
                assert!(said.is_ok(), "{chapter}: {}\n{text}", said.unwrap_err());
            }
        }
    }
    assert!(read[0] >= 2 && read[1] >= 6 && read[2] >= 1, "{read:?}");
}

/// A line's first command as a shell splits it: quotes go, what another command reads, and a comment at its end.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    let mut before = ' ';
    for c in line.chars() {
        match (quote, c) {
            (None, '#') if before == ' ' => break,
            (None, '|') => break,
            (None, ' ') => words.push(String::new()),
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (_, c) => words.last_mut().unwrap().push(c),
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn a_line_is_split_as_a_shell_does() {
    assert_eq!(
        words("samlitmus run 'signature/*'  --set \"A B\"   # all of them"),
        ["samlitmus", "run", "signature/*", "--set", "A B"]
    );
    assert_eq!(words("samlitmus list 'a|b' | head"), ["samlitmus", "list", "a|b"]);
}
