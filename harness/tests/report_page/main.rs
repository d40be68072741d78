//! The HTML report of a run, opened from disk in a real browser and used: searched, filtered, followed, folded, by mouse and by
//! keyboard, and never asking anybody for anything. Without Chromium the test says why it is skipped.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its stage has failed"
)]

mod browser;

use std::{path::Path, process::Command};

use fantoccini::key::Key;
use samlitmus::driver::{ChromeDriver, DriverError};
use serde_json::{Value, json};

use browser::Browser;

/// What may not be on a page, for whoever looks at it.
const SOUND: &str = include_str!("../tutorial/sound.js");

/// A run against an SP that reads an assertion which nobody signed.
fn report(folder: &Path) -> String {
    let page = folder.join("report.html");
    let asked = [
        "run",
        "signature/*",
        "time/*",
        "baseline/*",
        "--demo",
        "--flaw",
        "V11-unbound-verify",
    ];
    let run = Command::new(env!("CARGO_BIN_EXE_samlitmus"))
        .args(asked)
        .args(["--driver", "http", "--seed", "7", "--report"])
        .arg(format!("html={}", page.display()))
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    assert_eq!(
        run.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    url::Url::from_file_path(&page).unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_is_used_in_a_browser_and_asks_nobody() {
    let driver = match ChromeDriver::start().await {
        Ok(driver) => driver,
        Err(DriverError::NoBrowser(why)) => return eprintln!("skipped: {why}"),
        Err(error) => panic!("{error}"),
    };
    let folder = tempfile::tempdir().unwrap();
    let report = report(folder.path());
    let browser = Browser::start(&driver).await;
    browser.open(&report).await;

    it_is_searched_and_filtered(&browser).await;
    links_lead_to_sections(&browser, &report).await;
    the_message_is_folded(&browser).await;
    everything_is_there_by_keyboard(&browser, &report).await;
    what_is_packed_is_laid_out_once_it_is_looked_at(&browser).await;
    it_is_printed_whole(&browser).await;
    it_is_fit_for_everybody(&browser, &report).await;

    let asked = browser.requests().await;
    assert!(
        asked.iter().any(|url| url.starts_with(&report)),
        "the page was read: {asked:?}"
    );
    let foreign: Vec<&String> = asked
        .iter()
        .filter(|url| !url.starts_with(&report) && !url.starts_with("data:"))
        .collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.close().await;
}

/// The sections that are shown.
async fn shown(browser: &Browser, which: &str) -> u64 {
    let script = "return [...document.querySelectorAll('.scenario' + arguments[0])].filter(one => one.checkVisibility()).length";
    browser.run(script, vec![json!(which)]).await.as_u64().unwrap()
}

/// The page says how many it shows, and shows so many.
async fn counts(browser: &Browser, shown_now: u64) {
    let all = browser
        .run("return document.querySelectorAll('.scenario').length", vec![])
        .await;
    browser.says("#count", &format!("{shown_now} of {all}")).await;
    assert_eq!(shown(browser, "").await, shown_now);
}

async fn it_is_searched_and_filtered(browser: &Browser) {
    let all = shown(browser, "").await;
    counts(browser, all).await;

    browser.write("#q", "xsw-3").await;
    let found = shown(browser, "[id^='signature/xsw-3']").await;
    assert!(found > 0 && found < all, "{found} of {all}");
    counts(browser, found).await;
    browser.write("#q", "nothing says this").await;
    counts(browser, 0).await;
    browser.says("#none", "No scenario matches").await;
    browser.write("#q", "").await;
    counts(browser, all).await;

    let passed = shown(browser, "[data-verdict=pass]").await;
    assert!(passed > 0);
    browser.click("input[value=pass]").await;
    counts(browser, all - passed).await;
    assert!(
        browser.address().await.contains("#?v="),
        "{}",
        browser.address().await
    );
    browser.click("input[value=pass]").await;
    counts(browser, all).await;
    assert!(!browser.address().await.contains('#'), "nothing is filtered");

    let time = shown(browser, "[data-ns=time]").await;
    assert!(time > 0 && time < all);
    browser.choose("#ns", "time").await;
    counts(browser, time).await;
    // Its numbers by namespace and verdict are filters as well.
    browser.click(".namespaces a[href='#?ns=signature&v=fail']").await;
    let chosen = "return document.querySelector('#ns').value === 'signature'";
    browser.until("the link sets the filters", chosen, vec![]).await;
    let failed = shown(browser, "[data-ns=signature][data-verdict=fail]").await;
    assert!(failed > 0);
    counts(browser, failed).await;
    browser.choose("#ns", "time").await;
}

/// Whether the section whose name begins so is open, and in view.
async fn is_open(browser: &Browser, name: &str) {
    let script = "const one = document.querySelector(`.scenario[id^='${arguments[0]}']`); const top = one.getBoundingClientRect().top; \
                  return !one.hidden && one.open && top > -5 && top < innerHeight";
    browser.until(name, script, vec![json!(name)]).await;
}

async fn links_lead_to_sections(browser: &Browser, report: &str) {
    let link = ".failures a";
    let href = browser.attribute(link, "href").await;
    assert_eq!(
        shown(browser, &format!("[id='{}']", &href[1..])).await,
        0,
        "the filters hide it"
    );
    browser.click(link).await;
    is_open(browser, &href[1..]).await;
    assert!(browser.address().await.ends_with(&href));

    // A link that is passed on names the scenario alone, or one base of it, or what is filtered.
    for shared in ["signature/xsw-3", "signature/xsw-3@A"] {
        browser.open("about:blank").await;
        browser.open(&format!("{report}#{shared}")).await;
        is_open(browser, shared).await;
    }
    browser.open("about:blank").await;
    browser.open(&format!("{report}#?ns=time&v=pass")).await;
    let passed = "[data-ns=time][data-verdict=pass]";
    browser.says("#count", " of ").await;
    counts(browser, shown(browser, passed).await).await;
    let own = browser
        .run("location.hash = 'signature/xsw-3'; return location.href", vec![])
        .await;
    assert!(own.as_str().unwrap().ends_with("#signature/xsw-3"));
    is_open(browser, "signature/xsw-3").await;
}

async fn the_message_is_folded(browser: &Browser) {
    let section = ".scenario[id^='signature/xsw-3'][open]";
    let added = browser.run(
        "return document.querySelector(arguments[0] + ' .diff ins').textContent",
        vec![json!(section)],
    );
    let added = added.await;
    assert!(added.as_str().unwrap().starts_with("+\u{a0}<"), "{added}");

    let root = format!("{section} .tree > li > details");
    let open = format!("return document.querySelector(\"{root}\").open === arguments[0]");
    browser.until("the tree is open", &open, vec![json!(true)]).await;
    browser.click(&format!("{root} > summary")).await;
    browser
        .until("the tree is folded", &open, vec![json!(false)])
        .await;
    browser.press(Key::Enter).await;
    browser
        .until("the tree is open again", &open, vec![json!(true)])
        .await;
}

async fn everything_is_there_by_keyboard(browser: &Browser, report: &str) {
    browser.open("about:blank").await;
    browser.open(report).await;
    browser.press(Key::Tab).await;
    let focused = "return document.activeElement.matches(arguments[0])";
    browser
        .until("the first stop skips the head", focused, vec![json!(".skip")])
        .await;
    browser.press(Key::Enter).await;
    browser
        .until("the scenarios", "return location.hash === '#scenarios'", vec![])
        .await;
    browser.press(Key::Tab).await;
    browser
        .until(
            "the first section",
            focused,
            vec![json!(".scenario:first-of-type > summary")],
        )
        .await;
    browser.press(Key::Enter).await;
    browser
        .until(
            "it is open",
            "return document.querySelector('.scenario').open",
            vec![],
        )
        .await;
}

async fn what_is_packed_is_laid_out_once_it_is_looked_at(browser: &Browser) {
    browser
        .until(
            "it is unpacked",
            "return 'unpacked' in document.documentElement.dataset",
            vec![],
        )
        .await;
    let passed = "[id^='baseline/']";
    let packed = "return document.querySelector(arguments[0] + ' [data-packed]') !== null";
    assert_eq!(
        browser.run(packed, vec![json!(passed)]).await,
        json!(true),
        "a pass is packed"
    );
    browser.click(&format!("{passed} > summary")).await;
    browser
        .until(
            "it is laid out",
            "return document.querySelector(arguments[0] + '[open] .columns') !== null",
            vec![json!(passed)],
        )
        .await;
    assert_eq!(
        browser.run(packed, vec![json!(format!("{passed}[open]"))]).await,
        json!(false)
    );
    browser.click(&format!("{passed} > summary")).await;
}

async fn it_is_printed_whole(browser: &Browser) {
    // Only the first namespace, since a run on paper takes long.
    browser.choose("#ns", "baseline").await;
    let watch = "window.folded = null; addEventListener('beforeprint', () => { \
                 window.folded = [...document.querySelectorAll('.scenario:not([hidden]) details:not([open]), .scenario:not([hidden]):not([open])')].length })";
    browser.run(watch, vec![]).await;
    let paper = browser
        .devtools("Page.printToPDF", json!({"printBackground": true}))
        .await;
    assert!(paper["data"].as_str().unwrap().len() > 20_000);
    let closed = browser.run("return window.folded", vec![]).await;
    assert_eq!(closed, json!(0), "on paper everything is open");
    let packed = browser
        .run(
            "return document.querySelectorAll('.scenario:not([hidden]) [data-packed]').length",
            vec![],
        )
        .await;
    assert_eq!(packed, json!(0), "and laid out");
    let again = "return document.querySelectorAll('.scenario[open]').length <= 1";
    browser.until("it is as before", again, vec![]).await;
}

async fn it_is_fit_for_everybody(browser: &Browser, report: &str) {
    browser.open("about:blank").await;
    browser.open(&format!("{report}#signature/xsw-3")).await;
    is_open(browser, "signature/xsw-3").await;
    for (colours, width) in [("dark", 390), ("light", 1200)] {
        let features = json!([{"name": "prefers-color-scheme", "value": colours}]);
        browser
            .devtools("Emulation.setEmulatedMedia", json!({"features": features}))
            .await;
        let screen = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        browser
            .devtools("Emulation.setDeviceMetricsOverride", screen)
            .await;
        let faults: Value = browser.run(SOUND, vec![]).await;
        assert_eq!(faults, json!([]), "{colours}, {width} pixels");
    }
}
