//! Whatever an SP or a message says, the reports are what their readers expect: XML, JSON, HTML.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use proptest::prelude::*;
use samlitmus::{
    event::{Event, RunSummary, ScenarioResult},
    judge::{
        VerdictKind,
        observation::{Observation, Page, Probe},
    },
    report::{Kind, Target},
};

use super::{told, unpacked::unpacked};

/// A report of one result and one cause, each with this text wherever something foreign may stand.
fn report(kind: Kind, text: &str, verdict: VerdictKind) -> String {
    let folder = tempfile::tempdir().unwrap();
    let target = Target {
        kind,
        path: folder.path().join("report"),
    };
    told::tell(target.open().unwrap(), &events(text, verdict));
    std::fs::read_to_string(target.path).unwrap()
}

/// A result, and the beginning of a run; to sign a message takes its time.
static LIKE: LazyLock<(ScenarioResult, Vec<Event>)> = LazyLock::new(|| {
    let mut begun = told::run();
    begun.truncate(2);
    (told::caught(), begun)
});

fn events(text: &str, verdict: VerdictKind) -> Vec<Event> {
    let (like, mut events) = LIKE.clone();
    let text = || text.to_owned();
    let mut observation = told::observation();
    observation.journey.hops.iter_mut().for_each(|hop| {
        (hop.url, hop.location) = (text(), Some(text()));
        hop.fields = vec![text()];
        hop.set_cookies.iter_mut().for_each(|cookie| cookie.name = text());
    });
    observation.journey.console = vec![text()];
    observation.journey.page = Some(Page {
        url: text(),
        status: 403,
        title: text(),
        content_type: "text/html".to_owned(),
        headers: vec![("x".to_owned(), text())],
        body: text(),
        claims: Some(text()),
    });
    let result = ScenarioResult {
        reason: text(),
        verdict,
        observation: Arc::new(Observation {
            probe: Probe::SignedIn {
                identity: text(),
                markers: vec![text()],
            },
            out_of_band: vec![text()],
            new_accounts: vec![text()],
            ..observation
        }),
        identity: text(),
        variant: Some(text()),
        ..like
    };
    events.push(Event::ScenarioFinished(Arc::new(result)));
    events.push(Event::Warning(text()));
    events.push(Event::Finished(Arc::new(RunSummary {
        causes: vec![text()],
        warnings: vec![text()],
        exit: 1,
        ..RunSummary::default()
    })));
    events
}

const VERDICTS: [VerdictKind; 4] = [
    VerdictKind::Fail,
    VerdictKind::Inconclusive,
    VerdictKind::NotApplicable,
    VerdictKind::Warn,
];

/// The elements of pages in which nothing foreign stands.
static PLAIN: LazyLock<BTreeMap<VerdictKind, Vec<String>>> = LazyLock::new(|| {
    let of = |verdict| {
        (
            verdict,
            elements(&unpacked(&report(Kind::Html, "plain", verdict))),
        )
    };
    VERDICTS.map(of).into()
});

/// The names of all elements in their order. Whether the page says something decides one paragraph; nothing else may depend on what
/// is said.
fn elements(html: &str) -> Vec<String> {
    let page = scraper::Html::parse_document(html);
    let all = page.root_element().descendants();
    let names = all.filter_map(|node| node.value().as_element().map(|element| element.name().to_owned()));
    names.filter(|name| name != "p" && name != "br").collect()
}

/// What no report may hold: control characters, and code points that are no characters.
fn is_fit(text: &str) -> bool {
    let none = |c: char| u32::from(c) & 0xfffe == 0xfffe;
    !text
        .chars()
        .any(|c| none(c) || c.is_control() && !"\n\r\t".contains(c))
}

fn check(text: &str) {
    for verdict in VERDICTS {
        let junit = report(Kind::Junit, text, verdict);
        assert!(is_fit(&junit), "{junit:?}");
        let read = roxmltree::Document::parse(&junit).unwrap_or_else(|why| panic!("{why}: {junit:?}"));
        let cases = read.descendants().filter(|node| node.has_tag_name("testcase"));
        assert_eq!(cases.count(), 2);

        let json: serde_json::Value = serde_json::from_str(&report(Kind::Json, text, verdict)).unwrap();
        assert_eq!(json["scenarios"][0]["reason"], text);
        assert_eq!(json["summary"]["causes"][0], text);

        let sarif = report(Kind::Sarif, text, verdict);
        assert!(is_fit(&sarif), "{sarif:?}");
        let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
        let deviates = matches!(
            verdict,
            VerdictKind::Fail | VerdictKind::Warn | VerdictKind::Waived
        );
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), usize::from(deviates));

        let markdown = report(Kind::Markdown, text, verdict);
        assert!(is_fit(&markdown), "{markdown:?}");
        let ours = [
            "<br>",
            "<code>",
            "</code>",
            "<details>",
            "</details>",
            "<summary>",
            "</summary>",
            "<sub>",
            "</sub>",
        ];
        let bare = ours
            .iter()
            .fold(markdown.clone(), |text, tag| text.replace(tag, ""));
        assert!(!bare.contains('<'), "{markdown}");

        let html = report(Kind::Html, text, verdict);
        let html = unpacked(&html);
        assert!(is_fit(&html), "{html:?}");
        assert_eq!(elements(&html), PLAIN[&verdict], "{html}");
    }
}

#[test]
fn what_readers_of_xml_and_html_stumble_over_is_spelled_out() {
    for text in [
        "admin\u{fffe}@contoso.example",
        "\u{0}\u{1}\u{8}\u{b}\u{c}\u{1b}[31m\u{7f}\u{85}\u{9f}",
        "\u{ffff}\u{1fffe}\u{10ffff}\u{fdd0}",
        "]]>--><!--<![CDATA[ &amp; &#0; &nbsp; <?xml?> </testcase></p></script><script>alert(1)</script>",
        "\u{202e}\u{200d}\u{feff}\u{e0041}\u{2028}",
        "\r\n\t\"'",
        "",
    ] {
        check(text);
    }
    check(&"<&\u{fffe}ä".repeat(4_000));
}

#[test]
fn junit_says_the_same_with_and_without_a_forbidden_character() {
    let junit = report(Kind::Junit, "bob\u{fffe}", VerdictKind::Fail);
    assert!(junit.contains(r"bob\u{fffe}"), "{junit}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_text_leaves_the_reports_readable(text in prop::collection::vec(any::<char>(), 0..60)) {
        check(&text.into_iter().collect::<String>());
    }

    #[test]
    fn so_does_markup(text in prop::collection::vec(prop::sample::select(vec![
        "<", ">", "/", "p", "script", "\"", "'", "&", "#", ";", "amp", "--", "!", "[CDATA[", "]]>", " ", "\u{0}", "\u{fffe}", "x", "=",
    ]), 0..40)) {
        check(&text.concat());
    }
}
