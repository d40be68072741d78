//! `cargo bench --bench shares`: where the processor time of a run goes. The reference SP is a process of its own; the harness, with its live
//! identity provider, is this one.
//!
//! Forging is measured where it happens: the time of the thread on its processor, from the order to the signed and self-checked message,
//! each added up. What this process spends beside it is the harness itself: the live IdP's pages, connections, cookies, reading
//! pages, judging, telling. Not measured is what the kernel does for nobody in particular. Processor time, not hours on a clock: what else
//! runs on the machine makes it longer only as far as it empties caches.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use mock_idp::{Directory, federation_metadata};
use rustix::time::{ClockId, clock_gettime};
use samlitmus::{
    config::Config,
    event::Event,
    run::{
        litmus::run,
        options::{DriverKind, Options},
    },
    subject::target::Target,
};
use scenarios::{Catalogue, Scenario};
use tracing::{Metadata, Subscriber, span};

/// The harness itself may take so much of a run.
const LIMIT: f64 = 0.25;
const ROUNDS: usize = 3;

fn main() {
    let forging = Forging::default();
    let told = tracing::subscriber::set_global_default(forging.clone());
    told.expect("nobody listens yet");
    let state = tempfile::tempdir().expect("a folder can be made");
    let config = configured(state.path());
    let sp = Sp::start(state.path(), &config);
    let scenarios = many();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("the system gives threads");
    println!("processor time of a run over HTTP; the reference SP in a process of its own");
    let mut least = f64::MAX;
    for round in 0..=ROUNDS {
        let spent = runtime.block_on(spent(&config, &scenarios, &forging, &sp));
        // The first one finds nothing warm.
        if round > 0 {
            println!("  {spent}");
            least = least.min(spent.harness / spent.all());
        }
    }
    println!(
        "  the harness itself: {:.1} % at least (limit {:.0} %: {})",
        least * 100.0,
        LIMIT * 100.0,
        if least <= LIMIT { "kept" } else { "NOT KEPT" }
    );
}

/// Seconds of processor time, for so many firings and requests.
struct Spent {
    forging: f64,
    sp: f64,
    harness: f64,
    fired: u32,
    requests: u64,
    messages: u64,
}

impl Spent {
    fn all(&self) -> f64 {
        self.forging + self.sp + self.harness
    }
}

impl std::fmt::Display for Spent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let share = |part: f64| part / self.all() * 100.0;
        write!(
            f,
            "forging {:4.1} %, the SP {:4.1} %, the harness itself {:4.1} % of {:.2} s ({} firings, {} messages, {} requests; {:.2} ms of forging a message)",
            share(self.forging),
            share(self.sp),
            share(self.harness),
            self.all(),
            self.fired,
            self.messages,
            self.requests,
            self.forging * 1e3 / self.messages as f64
        )
    }
}

async fn spent(config: &Config, scenarios: &[Arc<Scenario>], forging: &Forging, sp: &Sp) -> Spent {
    let target = Target::of(config).expect("the configuration is right");
    let options = Options {
        driver: DriverKind::Http,
        ..Options::default()
    };
    let mut before = None;
    let mut fired = 0u32;
    let look = || {
        let (seconds, messages) = forging.so_far();
        (
            seconds,
            messages,
            sp.processor_time(),
            seconds_of(ClockId::ProcessCPUTime),
        )
    };
    let summary = run(target, scenarios, options, |event| match event {
        // Keys are made before.
        Event::Started(_) => before = Some(look()),
        Event::ScenarioFinished(_) => fired += 1,
        _ => {}
    });
    let summary = summary.await.expect("the reference SP can be judged");
    assert_eq!(summary.exit, 0, "{:?}", summary.causes);
    let (before, after) = (before.expect("it began"), look());
    let forging = after.0 - before.0;
    Spent {
        forging,
        sp: after.2 - before.2,
        harness: after.3 - before.3 - forging,
        fired,
        requests: summary.requests,
        messages: after.1 - before.1,
    }
}

/// Scenarios of one message, each several times under other ids, so that a run is long enough to measure.
fn many() -> Vec<Arc<Scenario>> {
    let all = &Catalogue::embedded().scenarios;
    let plain = |s: &&Arc<Scenario>| {
        s.flow.is_empty() && s.each.is_empty() && s.variants.is_empty() && s.needs.is_empty()
    };
    let again = |round: usize| {
        all.iter().filter(plain).map(move |scenario| {
            Arc::new(Scenario {
                id: format!("{}-{round}", scenario.id),
                ..Scenario::clone(scenario)
            })
        })
    };
    (0..10).flat_map(again).collect()
}

fn configured(state: &Path) -> Config {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    let sp = format!("http://{}", port.expect("a port is free"));
    let text = format!(
        "[sp]\nname = \"reference\"\nmetadata = \"{sp}/singlesignon/saml/metadata\"\nlogin = \"{sp}/singlesignon/saml/login\"\nlogout = \"{sp}/logout\"\n\
         [sp.probe]\nurl = \"{sp}/account\"\nidentity = \"css:#name-id\"\n[idp]\nlisten = \"{}\"\n",
        TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .expect("a port is free")
    );
    Config::parse(&text, &state.join("samlitmus.toml"), &|_| None).expect("the configuration is right")
}

/// Where the SP listens.
fn address(config: &Config) -> String {
    let url = url::Url::parse(&config.towards()).expect("it is a URL");
    format!("127.0.0.1:{}", url.port().expect("it has a port"))
}

/// `samlitmus sp`, killed when dropped.
struct Sp(Child);

impl Sp {
    fn start(state: &Path, config: &Config) -> Self {
        let directory = Directory::open(&config.path(&config.idp.state)).expect("keys can be made");
        let listen: SocketAddr = config.idp.listen().expect("it is an address");
        let origin = format!("http://localhost:{}", listen.port());
        let at = address(config);
        let mut command = Command::new(env!("CARGO_BIN_EXE_samlitmus"));
        command
            .current_dir(state)
            .args(["sp", "--listen", &at, "--create-users"]);
        for (name, tenant) in [
            ("contoso", directory.contoso()),
            ("fabrikam", directory.fabrikam()),
        ] {
            let file = state.join(format!("{name}.xml"));
            let metadata = federation_metadata(tenant, &origin, None).expect("it can be written");
            std::fs::write(&file, metadata).expect("the folder can be written");
            command.arg("--idp-metadata").arg(file);
        }
        let child = command.stdout(Stdio::null()).spawn().expect("the program starts");
        let begun = Instant::now();
        while TcpStream::connect(&at).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "it does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
        Self(child)
    }

    /// Seconds of processor time so far (proc(5): utime and stime are the 14th and 15th field, the second is in brackets).
    fn processor_time(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id())).expect("Linux tells it");
        let (_, fields) = stat.rsplit_once(')').expect("the name is in brackets");
        let ticks = fields.split_whitespace().skip(11).take(2);
        let ticks: f64 = ticks.filter_map(|field| field.parse::<f64>().ok()).sum();
        ticks / rustix::param::clock_ticks_per_second() as f64
    }
}

impl Drop for Sp {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn seconds_of(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Hears when a message is forged: the thread's processor time between the span's begin and its end.
#[derive(Clone, Default)]
struct Forging(Arc<(AtomicU64, AtomicU64)>);

thread_local! {
    static BEGUN: std::cell::Cell<f64> = const { std::cell::Cell::new(0.0) };
}

impl Forging {
    /// Seconds, and messages.
    fn so_far(&self) -> (f64, u64) {
        let (nanoseconds, messages) = &*self.0;
        (
            nanoseconds.load(Ordering::Relaxed) as f64 / 1e9,
            messages.load(Ordering::Relaxed),
        )
    }
}

impl Subscriber for Forging {
    fn enabled(&self, of: &Metadata<'_>) -> bool {
        of.is_span() && of.target() == "samlitmus::run::forging"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {}

    fn enter(&self, _: &span::Id) {
        BEGUN.set(seconds_of(ClockId::ThreadCPUTime));
    }

    fn exit(&self, _: &span::Id) {
        let spent = seconds_of(ClockId::ThreadCPUTime) - BEGUN.get();
        self.0.0.fetch_add((spent * 1e9) as u64, Ordering::Relaxed);
        self.0.1.fetch_add(1, Ordering::Relaxed);
    }
}
