use super::*;

/// Flaws that let an attacker be somebody else.
const IDENTITY: [&str; 28] = [
    "V01", "V02", "V03", "V05", "V06", "V09", "V10", "V11", "V12", "V13", "V14", "V17", "V18", "V19", "V21",
    "V22", "V23", "V24", "V25", "V26", "V28", "V30", "V36", "V45", "V50", "V57", "V61", "V63",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_hardened_sp_has_no_red_and_nothing_is_left_open() {
    let told = against(Config::default(), &chosen(|_| true), quick())
        .await
        .unwrap();
    let (fail, open) = (told.of(VerdictKind::Fail), told.of(VerdictKind::Inconclusive));
    assert!(
        fail.is_empty() && open.is_empty(),
        "{:#?} {:#?}",
        Told::ids(&fail),
        Told::ids(&open)
    );
    let amber = told.of(VerdictKind::Warn);
    assert!(amber.is_empty(), "{:#?}", Told::ids(&amber));
    assert_eq!((told.summary.exit, told.summary.causes.as_slice()), (0, &[][..]));
    let ran: std::collections::BTreeSet<_> = told
        .results
        .iter()
        .filter(|r| r.verdict != VerdictKind::NotApplicable)
        .map(|r| r.scenario.id.as_str())
        .collect();
    assert!(ran.len() >= 150, "only {} scenarios ran", ran.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_flaw_is_caught_and_an_identity_flaw_signs_the_victim_in() {
    let mut missed = Vec::new();
    for flaw in Flaw::ALL {
        let claimed = chosen(|s| s.kills.iter().any(|kill| kill == flaw.number()));
        if !claimed.is_empty() && claimed.iter().all(|s| s.needs.contains(&Need::Browser)) {
            continue; // only a browser runs what a page says
        }
        let told = against(flawed(*flaw), &claimed, quick()).await.unwrap();
        // Where the standard leaves room, amber is all that may be said; of an SP that breaks it is all that is ever said.
        let mut caught = told.of(VerdictKind::Fail);
        caught.extend(
            told.of(VerdictKind::Warn)
                .into_iter()
                .filter(|r| r.outcome != Outcome::ServerError || *flaw == Flaw::ErrorLeak),
        );
        println!(
            "{:<24} {:>3} fail, {}",
            flaw.name(),
            caught.len(),
            caught.first().map_or("", |r| &r.scenario.id)
        );
        if caught.is_empty() {
            missed.push(format!("{} is not caught", flaw.name()));
        }
        if IDENTITY.contains(&flaw.number()) && !impersonated(&told) {
            missed.push(format!("{}: nobody was signed in as the victim", flaw.name()));
        }
        // What a scenario says it catches, it catches.
        for scenario in &claimed {
            let results: Vec<_> = told
                .results
                .iter()
                .filter(|r| r.scenario.id == scenario.id)
                .collect();
            let judged = results.iter().any(|r| r.verdict != VerdictKind::NotApplicable);
            let bites = results
                .iter()
                .any(|r| matches!(r.verdict, VerdictKind::Fail | VerdictKind::Warn));
            if judged && !bites {
                missed.push(format!(
                    "{} says that it catches {}, and does not",
                    scenario.id,
                    flaw.name()
                ));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}
