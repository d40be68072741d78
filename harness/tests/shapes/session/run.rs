//! One shape, run.

use std::{net::TcpListener, sync::Arc, time::Duration};

use reference_sp::{Flaw, Flaws, Trusted};
use saml::IdpMetadata;
use samlitmus::{
    config::Config,
    event::Event,
    judge::VerdictKind,
    run::{
        litmus::run,
        options::{DriverKind, Options},
    },
    subject::target::Target,
};
use scenarios::{Catalogue, Scenario};

use super::{front::Front, shapes::Shape};

/// What must be red where an SP takes what is not signed.
pub(crate) const STRIPPED: [&str; 1] = ["signature/exclusion-response-forged"];

/// The fewest that tell an SP that is right from one that is not: what is fired where a shape is run many times.
pub(crate) const FEW: &[&str] = &["baseline/assertion-signed", "signature/exclusion-response-forged"];

/// What is fired.
pub(crate) const FIRED: &[&str] = &[
    "baseline/assertion-signed",
    "baseline/sp-initiated",
    "baseline/second-user",
    "baseline/no-session-without-response",
    "baseline/unsigned-rejected",
    "signature/exclusion-response-forged",
    "signature/xsw-1",
    "in-response-to/request-id-reuse",
    "replay/after-logout",
];

/// What a run told.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) verdicts: Vec<(String, VerdictKind, String)>,
    pub(crate) causes: Vec<String>,
    pub(crate) warnings: Vec<String>,
    /// What calibration notes.
    pub(crate) notes: Vec<String>,
    /// Where the identity is read.
    pub(crate) rule: Option<String>,
    /// Tokens that stand in what reports are told.
    pub(crate) leaks: Vec<String>,
}

/// Runs the program, with these scenarios, against a shape; `flawed`: what is behind it takes what is not signed.
pub(crate) async fn fire(
    shape: &Shape,
    driver: DriverKind,
    flawed: bool,
    fired: &[&str],
) -> Result<Told, String> {
    let folder = tempfile::tempdir().unwrap();
    let flaws = if flawed {
        Flaws::NONE.with(Flaw::SigIfPresent)
    } else {
        Flaws::NONE
    };
    let front = Front::start(shape.kept, flaws).await;
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let text = format!(
        "[sp]\nname = \"shape\"\nmetadata = \"@/singlesignon/saml/metadata\"\n\
         login = \"@/singlesignon/saml/login\"\nlogout = {}\n\n[sp.probe]\n{}\n\n[idp]\nlisten = \"127.0.0.1:{port}\"\n",
        shape.logout, shape.probe
    );
    let text = text.replace('@', &front.origin);
    let config =
        Config::parse(&text, &folder.path().join("samlitmus.toml"), &|_| None).map_err(|e| e.to_string())?;
    let target = Target::of(&config)?;
    let origin = format!("http://localhost:{port}");
    let trusted = target.directory().tenants.iter().map(|tenant| Trusted {
        metadata: IdpMetadata::parse(&mock_idp::federation_metadata(tenant, &origin, None).unwrap()).unwrap(),
        domains: vec![tenant.domain.clone()],
    });
    front.sp.set_trust(trusted.collect());
    let options = Options {
        driver,
        jobs: 4,
        timeout: Duration::from_secs(60),
        ..Options::default()
    };
    let mut told = Told {
        verdicts: Vec::new(),
        causes: Vec::new(),
        warnings: Vec::new(),
        notes: Vec::new(),
        rule: None,
        leaks: Vec::new(),
    };
    let mut all = String::new();
    let summary = run(target, &chosen(fired), options, |event| {
        all.push_str(&format!("{event:?}\n"));
        match event {
            Event::Calibrated(learned) => {
                told.rule.clone_from(&learned.identity_rule);
                told.notes.clone_from(&learned.notes);
            }
            Event::ScenarioFinished(result) => {
                told.verdicts
                    .push((result.scenario.id.clone(), result.verdict, result.reason.clone()));
            }
            Event::Warning(warning) => told.warnings.push(warning.clone()),
            _ => {}
        }
    })
    .await
    .map_err(|error| error.to_string())?;
    told.causes = summary.causes;
    told.leaks = front
        .tokens()
        .into_iter()
        .filter(|token| all.contains(token))
        .collect();
    Ok(told)
}

fn chosen(fired: &[&str]) -> Vec<Arc<Scenario>> {
    let all = &Catalogue::embedded().scenarios;
    let of = |id: &&str| all.iter().find(|scenario| scenario.id == **id).cloned();
    fired
        .iter()
        .map(|id| of(id).unwrap_or_else(|| panic!("no {id}")))
        .collect()
}
