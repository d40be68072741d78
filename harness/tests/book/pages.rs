//! What is generated says all that it should.

use scenarios::Catalogue;

use super::{book, read::pages};

#[test]
fn every_scenario_has_a_page_with_rule_mend_message_and_command() {
    let all = pages(&book());
    for scenario in &Catalogue::embedded().scenarios {
        let id = &scenario.id;
        let path = book().join("scenarios").join(format!("{id}.md"));
        let page = all.get(&path);
        let page = page.unwrap_or_else(|| panic!("{id} has no page"));
        let mut wanted = vec![&scenario.title, &scenario.rule, &scenario.why];
        wanted.extend(Some(&scenario.mend).filter(|mend| !mend.is_empty()));
        wanted.extend(&scenario.refs.cve);
        wanted.extend(scenario.each.keys().chain(scenario.variants.keys()));
        for words in wanted {
            // The first letter is a capital one there.
            let rest: String = words.chars().skip(1).collect();
            assert!(page.text.contains(&rest), "{id} lacks {words:?}:\n{}", page.text);
        }
        let told = |word: &str| assert!(page.text.contains(word), "{id} lacks {word:?}:\n{}", page.text);
        told(scenario.verdict.word());
        told(scenario.severity.word());
        if let Some(attacker) = scenario.attacker {
            told(&attacker.sentence()[1..]);
        }
        // Whatever it is: a Response, a LogoutRequest, or no XML at all.
        let block = page
            .blocks
            .iter()
            .any(|(kind, text)| kind == "text" && !text.trim().is_empty());
        let drawn = block && page.text.contains("What it sends");
        assert_eq!(drawn, !scenario.sends_nothing(), "{id}: its message");
        let fired = page
            .blocks
            .iter()
            .any(|(_, text)| text.trim() == format!("samlitmus run '{id}'"));
        assert!(fired, "{id} is not fired");
    }
    let ids = Catalogue::embedded().scenarios.len();
    let below = |path: &std::path::Path| {
        path.parent().and_then(|path| path.parent()) == Some(&book().join("scenarios"))
    };
    assert_eq!(
        all.keys().filter(|path| below(path)).count(),
        ids,
        "no page too many"
    );
}

#[test]
fn no_word_of_a_scenario_turns_into_markup() {
    for (path, page) in pages(&book()) {
        assert_eq!(page.html, [] as [&str; 0], "{}", path.display());
    }
}

#[test]
fn every_key_of_the_configuration_stands_in_its_chapter() {
    let all = pages(&book());
    let spans = &all[&book().join("keys.md")].spans;
    let schema = samlitmus::config::schema().to_value();
    let types = schema["$defs"].as_object().unwrap().values();
    let mut keys = 0;
    for table in types.chain([&schema]) {
        for (key, property) in table["properties"].as_object().into_iter().flatten() {
            assert!(spans.contains(key), "{key} is missing");
            assert!(
                property["description"].is_string() || property["$ref"].is_string(),
                "{key} says nothing"
            );
            keys += 1;
        }
    }
    assert!(keys > 60, "only {keys} keys were looked for");
    for table in [
        "[sp]",
        "[sp.probe]",
        "[sp.second.probe]",
        "[idp.azure]",
        "[users.victim]",
        "[run]",
    ] {
        assert!(spans.iter().any(|span| span == table), "{table} is missing");
    }
}

#[test]
fn every_verb_stands_in_the_vocabulary() {
    let all = pages(&book());
    let spans = &all[&book().join("vocabulary.md")].spans;
    for verb in scenarios::Operation::VERBS.iter().chain(scenarios::Step::VERBS) {
        assert!(spans.iter().any(|span| span == verb), "{verb} is missing");
    }
}

#[test]
fn scenarios_of_my_own_have_pages_too_whatever_stands_in_them() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own");
    std::fs::create_dir(&own).unwrap();
    let text = r#"
        [[scenario]]
        id = "mine/odd"
        title = "A <b>bold</b> title | with `ticks` and [a link](x.md)"
        verdict = "INFO"
        severity = "info"
        rule = "*nothing* is wrong\nwith <script>alert(1)</script>"
        why = "w"
    "#;
    std::fs::write(own.join("mine.toml"), text).unwrap();
    let made = std::process::Command::new(env!("CARGO_BIN_EXE_samlitmus"))
        .args(["book", "--out"])
        .arg(folder.path().join("pages"))
        .arg("--scenarios")
        .arg(&own)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    let scenarios = folder.path().join("pages/scenarios");
    let all = pages(&scenarios);
    for page in [
        &all[&scenarios.join("mine/odd.md")],
        &all[&scenarios.join("mine.md")],
    ] {
        assert_eq!(page.html, [] as [&str; 0]);
        let title = "A <b>bold</b> title | with `ticks` and [a link](x.md)";
        assert!(page.text.contains(title), "{}", page.text);
        assert!(!page.links.iter().any(|link| link == "x.md"));
    }
    let page = &all[&scenarios.join("mine/odd.md")];
    let rule = "*nothing* is wrong";
    assert!(
        page.text.contains(rule) && page.text.contains("<script>alert(1)</script>"),
        "{}",
        page.text
    );
}
