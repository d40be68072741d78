//! Both drivers before the same pages and headers: the same answer, or the HTTP driver names the browser's rule that it
//! cannot follow.
//!
//! Each row is a small site below its own name, served byte for byte. Where a journey ends at `/echo`, the page is the
//! request itself, so that what was sent is compared too. `BOTH_ROWS=word` runs the rows with that word in their names.
//!
//! Without Chromium or ChromeDriver the HTTP driver runs alone, and only its rules are looked at.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its stage has failed"
)]

#[path = "../driver_support/mod.rs"]
mod driver_support;
mod row;
mod rows;
mod seen;
mod server;
mod stage;

use row::Expect;
use seen::Seen;

/// So many rows at once: tabs of one browser.
const AT_ONCE: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_drivers_give_the_same_answer_or_http_names_the_rule() {
    use futures_util::{StreamExt, stream};

    let stage = stage::Stage::build().await;
    let wanted = std::env::var("BOTH_ROWS").unwrap_or_default();
    let rows: Vec<_> = stage
        .rows()
        .iter()
        .filter(|row| row.name.contains(&wanted))
        .collect();
    let stage = &stage;
    let results: Vec<(Seen, Option<Seen>)> = stream::iter(&rows)
        .map(|row| async move { (stage.over_http(row).await, stage.in_browser(row).await) })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut wrong = Vec::new();
    let (mut same, mut named) = (0, 0);
    for (row, (http, browser)) in rows.iter().zip(&results) {
        let differs = browser.as_ref().is_some_and(|browser| !browser.is_like(http));
        let fault = match row.expect {
            Expect::Same if differs => Some("the drivers differ".to_owned()),
            Expect::Same => None,
            Expect::Rule(word) if !http.names(word) => {
                Some(format!("the HTTP driver does not name `{word}`"))
            }
            Expect::Rule(_) => None,
        };
        match row.expect {
            Expect::Same => same += 1,
            Expect::Rule(_) => named += 1,
        }
        if let Some(fault) = fault {
            wrong.push(format!(
                "{}: {fault}\n  http:    {http}\n  browser: {}",
                row.name,
                seen::or_none(browser.as_ref())
            ));
        } else if !wanted.is_empty() {
            eprintln!(
                "{}\n  http:    {http}\n  browser: {}",
                row.name,
                seen::or_none(browser.as_ref())
            );
        }
    }
    eprintln!(
        "{} pages and header sets: {same} the same in both drivers, {named} whose rule HTTP names; {} wrong",
        rows.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(!wanted.is_empty() || rows.len() >= 60);
}
