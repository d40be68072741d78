//! Many at once: user contexts come and go while others travel, and no command is refused because of it.

use samlitmus::{
    driver::Visit,
    judge::observation::{Ended, Party},
};

use crate::{
    driver_support::{body, fields},
    stage::{RUNTIME, Stage, on_stage},
};

const WORKERS: usize = 8;
/// Each round is about fifteen commands to the browser.
const ROUNDS: usize = 12;

#[test]
fn contexts_that_come_and_go_disturb_nobodys_journey() {
    on_stage(|stage| async move {
        let worker = |number: usize| async move {
            let mut wrong = Vec::new();
            for round in 0..ROUNDS {
                if let Err(why) = one_round(stage, &format!("{number}-{round}")).await {
                    wrong.push(format!("worker {number}, round {round}: {why}"));
                }
            }
            wrong
        };
        let tasks: Vec<_> = (0..WORKERS).map(|number| RUNTIME.spawn(worker(number))).collect();
        let mut wrong = Vec::new();
        for task in tasks {
            wrong.extend(task.await.unwrap());
        }
        assert!(
            wrong.is_empty(),
            "{} of {}: {wrong:#?}",
            wrong.len(),
            WORKERS * ROUNDS
        );
    });
}

/// A form that the IdP's page submits, a request that no browser would send, a question that would lead to the IdP, and the end of the context.
async fn one_round(stage: &Stage, who: &str) -> Result<(), String> {
    let mut session = stage.browser.session().await.map_err(|error| error.to_string())?;
    let fields = fields(&[("SAMLResponse", who), ("RelayState", "")]);
    let url = format!("{}/acs", stage.sp);
    let posted = session
        .travel(Visit::Post {
            url: &url,
            fields: &fields,
            from: Some(&stage.idp),
            headers: &[],
        })
        .await;
    let url = format!("{}/echo", stage.sp);
    let raw = session
        .travel(Visit::Raw {
            method: "POST",
            url: &url,
            headers: &[("Content-Type".to_owned(), "text/xml".to_owned())],
            body: b"<raw/>",
            from: Some(&stage.idp),
        })
        .await;
    let asked = session.peek(&format!("{}/login", stage.sp)).await;
    session.close().await;
    if posted.ended != Ended::Answered || !body(&posted).contains(&format!("sid={who}")) {
        return Err(format!("posted: {:?} {:?}", posted.ended, posted.hops));
    }
    if raw.ended != Ended::Answered || !body(&raw).contains("type: text/xml") {
        return Err(format!("raw: {:?} {:?}", raw.ended, raw.hops));
    }
    let last = asked.hops.last().map(|hop| (hop.party, hop.status));
    if asked.ended != Ended::Answered || last != Some((Party::Idp, None)) {
        return Err(format!("asked: {:?} {:?}", asked.ended, asked.hops));
    }
    Ok(())
}
