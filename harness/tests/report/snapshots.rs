//! Snapshots: what is kept, what counts as a change, and who may accept it.

use std::sync::Arc;

use super::told;
use samlitmus::{
    event::{ScenarioResult, SnapshotState},
    judge::VerdictKind,
    judge::observation::Observation,
    judge::outcome::Outcome,
    snapshot::{Choice, Snapshots, pending, text},
};

fn seen(change: impl FnOnce(&mut Observation)) -> ScenarioResult {
    let mut observation = told::observation();
    change(&mut observation);
    ScenarioResult {
        observation: Arc::new(observation),
        driver: "http".to_owned(),
        ..told::caught()
    }
}

#[test]
fn a_snapshot_says_who_was_signed_in_and_how_it_went_there() {
    assert_eq!(
        text(&seen(|_| {})),
        "outcome: session:victim\n\
         identity: victim\n\
         ended: answered\n\
         hops:\n  \
           - GET sp /login 302\n  \
           - GET idp /t/saml2?SAMLRequest 200\n  \
           - POST sp /acs 302\n  \
           - GET sp /account/[id]/[id] 200\n\
         cookies:\n  \
           - session; HttpOnly; SameSite=lax\n"
    );
}

#[test]
fn from_new_to_accepted_to_drifted() {
    let folder = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::new(folder.path(), "billing", false);
    let first = seen(|_| {});
    assert_eq!(snapshots.compare(&first).unwrap(), SnapshotState::New);

    let waiting = pending(folder.path(), &[]).unwrap();
    assert_eq!(
        (waiting.len(), waiting[0].sp.as_str(), waiting[0].id.as_str()),
        (1, "billing", "signature/xsw-3")
    );
    waiting[0].settle(Choice::Accept).unwrap();
    assert_eq!(snapshots.compare(&first).unwrap(), SnapshotState::Same);
    assert!(folder.path().join("billing/signature/xsw-3.snap").is_file());
    assert!(pending(folder.path(), &[]).unwrap().is_empty());

    let other_port = seen(|o| {
        for hop in &mut o.journey.hops {
            hop.url = hop.url.replace(":8080", ":9999").replace("4711", "815");
        }
    });
    assert_eq!(
        snapshots.compare(&other_port).unwrap(),
        SnapshotState::Same,
        "ports and ids are masked"
    );

    let other_status = seen(|o| o.journey.hops[2].status = Some(303));
    assert_eq!(
        snapshots.compare(&other_status).unwrap(),
        SnapshotState::PresentationDrift
    );
    let waiting = pending(folder.path(), &[]).unwrap();
    assert!(
        waiting[0]
            .diff()
            .contains("-  - POST sp /acs 302\n+  - POST sp /acs 303"),
        "{}",
        waiting[0].diff()
    );
    waiting[0].settle(Choice::Reject).unwrap();

    let refused = ScenarioResult {
        outcome: Outcome::Rejected,
        identity: "nobody".to_owned(),
        ..seen(|_| {})
    };
    assert_eq!(snapshots.compare(&refused).unwrap(), SnapshotState::OutcomeDrift);
    assert_eq!(snapshots.compare(&first).unwrap(), SnapshotState::Same);
    assert!(
        pending(folder.path(), &[]).unwrap().is_empty(),
        "what no longer differs is cleared away"
    );
}

#[test]
fn bases_and_drivers_have_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::new(folder.path(), "billing", false);
    for (base, driver) in [("A", "http"), ("R", "http"), ("A", "browser"), ("R", "browser")] {
        let result = ScenarioResult {
            base: base.to_owned(),
            driver: driver.to_owned(),
            ..seen(|_| {})
        };
        assert_eq!(snapshots.compare(&result).unwrap(), SnapshotState::New);
    }
    let glob = globset::Glob::new("signature/xsw-3").unwrap().compile_matcher();
    let ids: Vec<String> = pending(folder.path(), &[glob])
        .unwrap()
        .into_iter()
        .map(|p| p.id)
        .collect();
    assert_eq!(
        ids,
        [
            "signature/xsw-3",
            "signature/xsw-3@R",
            "signature/xsw-3@R@browser",
            "signature/xsw-3@browser"
        ]
    );
    let glob = globset::Glob::new("time/*").unwrap().compile_matcher();
    assert!(pending(folder.path(), &[glob]).unwrap().is_empty());
}

#[test]
fn locked_writes_nothing_and_what_was_not_judged_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let locked = Snapshots::new(folder.path(), "billing", true);
    assert_eq!(locked.compare(&seen(|_| {})).unwrap(), SnapshotState::New);
    let open = Snapshots::new(folder.path(), "billing", false);
    let unjudged = ScenarioResult {
        verdict: VerdictKind::Inconclusive,
        ..seen(|_| {})
    };
    assert_eq!(open.compare(&unjudged).unwrap(), SnapshotState::Off);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_was_accepted_and_no_longer_applies_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let open = Snapshots::new(folder.path(), "billing", false);
    let away = |driver: &str| ScenarioResult {
        verdict: VerdictKind::NotApplicable,
        outcome: Outcome::Unobserved,
        driver: driver.to_owned(),
        ..seen(|_| {})
    };
    assert_eq!(
        open.compare(&away("http")).unwrap(),
        SnapshotState::Off,
        "nobody accepted anything"
    );
    open.compare(&seen(|_| {})).unwrap();
    pending(folder.path(), &[]).unwrap()[0]
        .settle(Choice::Accept)
        .unwrap();
    for locked in [false, true] {
        let snapshots = Snapshots::new(folder.path(), "billing", locked);
        assert_eq!(
            snapshots.compare(&away("http")).unwrap(),
            SnapshotState::Unapplied
        );
        // What was accepted over HTTP says nothing of a run that is told to use a browser; one that takes what fits misses both.
        assert_eq!(snapshots.compare(&away("browser")).unwrap(), SnapshotState::Off);
        let any = snapshots.of_any_driver(true);
        assert_eq!(any.compare(&away("browser")).unwrap(), SnapshotState::Unapplied);
    }
    assert!(
        pending(folder.path(), &[]).unwrap().is_empty(),
        "there is nothing to decide"
    );
}

#[test]
fn a_snapshot_that_is_garbage_is_one_clear_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("billing/signature/xsw-3.snap");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "---\n: : {\n---\nx").unwrap();
    let why = Snapshots::new(folder.path(), "billing", false)
        .compare(&seen(|_| {}))
        .unwrap_err()
        .to_string();
    assert!(
        why.contains("cannot be read") && why.contains("version control"),
        "{why}"
    );
}
