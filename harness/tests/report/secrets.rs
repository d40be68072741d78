//! No report gives away what somebody could sign in with.

use std::sync::{Arc, Mutex};

use samlitmus::{
    event::{Event, RunSummary, ScenarioResult},
    judge::{
        VerdictKind,
        circumstances::Circumstances,
        observation::{Ended, Page, Probe},
    },
    mask,
    report::{Kind, Target, terminal::Terminal},
};

use super::told;

/// A secret of its own for each place, so that a failure says which leaks.
fn secret(place: usize) -> String {
    format!("Zq{place:02}xW7k{place:02}P3vR9mT5bN1")
}

/// A run in which every place that a report shows holds a secret of its own.
fn events() -> (Vec<Event>, usize) {
    let mut places = 0;
    let mut plant = |text: &str| {
        places += 1;
        text.replace('@', &secret(places))
    };
    let mut observation = told::observation();
    let journey = &mut observation.journey;
    journey.hops[0].url = plant("http://127.0.0.1:8080/cb?code=@&x=1");
    journey.hops[0].location = Some(plant("/home#access_token=@"));
    journey.hops[1].url = plant("http://127.0.0.1:8080/cb;jsessionid=@");
    journey.hops[1].location = Some(plant("http://127.0.0.1:8080/cb?anything=@"));
    journey.console = vec![
        plant("GET /cb?id_token=@ failed"),
        plant("Authorization: Bearer @"),
    ];
    journey.ended = Ended::Limit(plant("20 hops, the last to /cb?ticket=@"));
    journey.page = Some(Page {
        claims: None,
        url: plant("http://127.0.0.1:8080/cb?state=@"),
        status: 403,
        title: plant("token=@"),
        content_type: "text/html".to_owned(),
        headers: vec![
            ("set-cookie".to_owned(), plant("s=@; Path=/")),
            ("authorization".to_owned(), plant("Bearer @")),
            ("x-csrf-token".to_owned(), plant("@")),
            ("location".to_owned(), plant("/x?code=@")),
        ],
        body: plant("<p>Invalid response: refresh_token=@ ")
            + &plant("{&quot;password&quot;:&quot;@&quot;}")
            + &plant("<input type=hidden name=SAMLResponse value='@'>")
            + &plant("Set-Cookie: session=@; HttpOnly\n"),
    });
    observation.out_of_band = vec![plant("GET /f12?session=@")];
    observation.probe = Probe::Unclear {
        why: plant("the page at /me?sid=@ shows nobody"),
        differs_from_anonymous: true,
    };
    let jwt = plant("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ@.c2lnbmF0dXJl");
    let reason = plant("the SP refused (403 /cb?RelayState=@): ") + &jwt;
    let result = |verdict| ScenarioResult {
        verdict,
        reason: reason.clone(),
        observation: Arc::new(observation.clone()),
        ..told::caught()
    };
    let summary = RunSummary {
        causes: vec![plant("it answers 403 at http://127.0.0.1:8080/cb?token=@")],
        warnings: vec![plant("the session=@ is still there")],
        picture: vec![plant("it came by /cb?token=@")],
        sp_log: vec![plant("GET /cb?token=@ HTTP/1.1")],
        circumstances: Circumstances {
            hopeless: Some(plant("nobody gets in at /cb?token=@")),
            unjudged: vec![plant("the victim ends at /cb?token=@")],
            refuses_with: Some(plant("403 /cb?token=@")),
            warnings: vec![plant("it stays at /cb?token=@")],
            ..Circumstances::default()
        },
        exit: 1,
        ..RunSummary::default()
    };
    let mut events = told::run();
    events.truncate(1);
    events.push(Event::ScenarioFinished(Arc::new(result(VerdictKind::Fail))));
    events.push(Event::ScenarioFinished(Arc::new(result(
        VerdictKind::Inconclusive,
    ))));
    events.push(Event::Warning(plant("Cookie: a=@")));
    events.push(Event::Finished(Arc::new(summary)));
    (events, places)
}

#[test]
fn a_planted_secret_is_in_no_report() {
    let (events, places) = events();
    assert!(places > 20);
    let masked: Vec<Event> = events.iter().map(mask::told).collect();
    let mut reports: Vec<String> = Kind::ALL
        .into_iter()
        .map(|kind| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("report");
            let target = Target { kind, path };
            told::tell(target.open().unwrap(), &masked);
            std::fs::read_to_string(target.path).unwrap()
        })
        .collect();
    let said = Said::default();
    told::tell(Box::new(Terminal::plain(said.clone())), &masked);
    reports.push(String::from_utf8(said.0.lock().unwrap().clone()).unwrap());
    // What is in no report today may be in one tomorrow.
    reports.push(format!("{masked:?}"));
    for report in &reports {
        for place in 1..=places {
            assert!(
                !report.contains(&secret(place)[5..]),
                "place {place} in:\n{report}"
            );
        }
    }
    let unmasked = format!("{events:?}");
    assert!(
        (1..=places).all(|place| unmasked.contains(&secret(place))),
        "all were planted"
    );
    assert!(
        reports[Kind::ALL.len()].contains("RelayState=Zq"),
        "what is cut can be told apart: {}",
        reports[Kind::ALL.len()]
    );
}

#[test]
fn who_is_signed_in_is_said_in_full() {
    let transient = "_3f2504e04f8941d39a0c0305e82c3301aB";
    let mut observation = told::observation();
    observation.probe = Probe::SignedIn {
        identity: transient.to_owned(),
        markers: vec![],
    };
    observation.journey.hops[0].url = format!("http://127.0.0.1:8080/me?user={transient}");
    let result = ScenarioResult {
        reason: format!("somebody else is signed in (/me?user={transient})"),
        observation: Arc::new(observation),
        ..told::caught()
    };
    let event = Event::ScenarioFinished(Arc::new(result));
    let Event::ScenarioFinished(masked) = mask::told(&event) else {
        unreachable!()
    };
    let Event::ScenarioFinished(result) = event else {
        unreachable!()
    };
    assert_eq!(masked.reason, result.reason);
    assert_eq!(masked.observation.probe, result.observation.probe);
    assert_eq!(
        masked.observation.journey.hops[0].url,
        result.observation.journey.hops[0].url
    );
    let twice = mask::told(&Event::ScenarioFinished(masked.clone()));
    assert_eq!(
        format!("{twice:?}"),
        format!("{:?}", Event::ScenarioFinished(masked))
    );
}

/// A writer whose text can be read afterwards.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Said {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
