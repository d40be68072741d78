//! One shape, run: the SP and the program in this process.

use std::{
    collections::BTreeMap,
    net::TcpListener,
    path::Path,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use saml::IdpMetadata;
use samlitmus::{
    config::Config,
    event::{Calibration, Event, RunSummary},
    judge::VerdictKind,
    run::{
        litmus::run,
        options::{DriverKind, Options},
    },
    subject::target::Target,
};
use scenarios::{Catalogue, Scenario};
use tokio::sync::Semaphore;

use crate::{
    rows::Row,
    sp::{Open, Served},
};

/// What is fired at every SP: flawless logins begun by SP and IdP, two wrappings, and one of each other kind.
pub(crate) const FIRED: &[&str] = &[
    "baseline/assertion-signed",
    "baseline/sp-initiated",
    "baseline/second-user",
    "baseline/unsigned-rejected",
    "signature/xsw-1",
    "signature/xsw-3",
    "identity/comment-truncation",
    "trust/rogue-key-x509-keyinfo",
    "audience/wrong",
];

/// The fewest that tell an SP that is right from one that is open: what is fired where a shape is run many times.
pub(crate) const FEW: &[&str] = &["baseline/assertion-signed", "signature/xsw-1"];

/// Those that must be red where the SP is open to wrapping.
pub(crate) const WRAPPING: &str = "signature/xsw-";

/// So many shapes run at once.
static TURNS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(2));

/// What came of a run.
#[derive(Default)]
pub(crate) struct Ran {
    pub(crate) summary: RunSummary,
    pub(crate) calibration: Option<Arc<Calibration>>,
    /// The verdict and the driver of each scenario and base.
    pub(crate) verdicts: BTreeMap<String, (VerdictKind, String)>,
}

/// Runs the program, with these scenarios, against the SP of a row, as it is or open to wrapping.
pub(crate) async fn against(row: &Row, open: bool, driver: DriverKind, fired: &[&str]) -> Ran {
    let _turn = TURNS.acquire().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let port = port();
    let target = target(row, folder.path(), "http://127.0.0.1:9", port);
    let tenant = target.directory().contoso();
    let metadata = mock_idp::federation_metadata(tenant, &format!("http://localhost:{port}"), None).unwrap();
    drop(target);
    let mut sp = row.sp;
    sp.open = open.then_some(Open::Wrapping);
    let idp = IdpMetadata::parse(&metadata).unwrap();
    let served = Served::start(sp, idp).await;
    let target = self::target(row, folder.path(), &served.origin, port);
    let options = Options {
        driver,
        jobs: 4,
        // Nobody waits for it but on a machine that does nothing else.
        timeout: Duration::from_secs(30),
        ..Options::default()
    };
    let mut ran = Ran::default();
    let summary = run(target, &chosen(fired), options, |event| match event {
        Event::Calibrated(calibration) => ran.calibration = Some(calibration.clone()),
        Event::ScenarioFinished(result) => {
            let name = format!("{} {}", result.scenario.id, result.base);
            ran.verdicts.insert(name, (result.verdict, result.driver.clone()));
        }
        _ => {}
    })
    .await
    .unwrap_or_else(|why| panic!("{}: {why}", row.name));
    ran.summary = summary;
    ran
}

fn target(row: &Row, folder: &Path, sp: &str, idp: u16) -> Target {
    let text = format!(
        "[sp]\nname = \"shapes\"\nmetadata = \"{{sp}}/metadata\"\nlogin = {}\nallow = [\"127.0.0.1\", \"localhost\"]\n\
         [sp.probe]\n{}[idp]\nlisten = \"127.0.0.1:{idp}\"\n",
        row.login, row.probe
    );
    let text = text.replace("{sp}", sp);
    let config = Config::parse(&text, &folder.join("samlitmus.toml"), &|_| None);
    let config = config.unwrap_or_else(|why| panic!("{}: {why}", row.name));
    Target::of(&config).unwrap_or_else(|why| panic!("{}: {why}", row.name))
}

fn chosen(fired: &[&str]) -> Vec<Arc<Scenario>> {
    let catalogue = Catalogue::embedded();
    let chosen = catalogue
        .scenarios
        .iter()
        .filter(|one| fired.contains(&one.id.as_str()));
    let chosen: Vec<_> = chosen.cloned().collect();
    assert_eq!(chosen.len(), fired.len(), "the catalogue has other names");
    chosen
}

/// A port that is free on both loopback addresses, each given once.
fn port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Another process with the same tests begins elsewhere.
    let first = u16::try_from(std::process::id() % 50).unwrap() * 200;
    for _ in 0..10_000 {
        let port = 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000;
        let six = TcpListener::bind(("::1", port)).is_ok() || TcpListener::bind("[::1]:0").is_err();
        if six && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}
