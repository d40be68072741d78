//! `samlitmus idp` and `samlitmus sp`: the mock IdP and the reference SP, served for people and other tools.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use mock_idp::{
    Directory, Shared,
    server::{Client, MockIdp, Options, Tls, origin_for},
};
use reference_sp::{ReferenceSp, Trusted};
use saml::{IdpMetadata, SpMetadata};

use crate::{
    cli::{IdpArgs, IdpSetup, Mistake, SpArgs},
    config::{self, Config},
    exit::Exit,
    target::trust,
};

/// Where the mock IdP keeps tenants and keys, and where it listens, where nothing says otherwise.
struct Settled {
    config: Option<Config>,
    state: PathBuf,
    listen: std::net::SocketAddr,
    url: Option<String>,
    https: Option<std::net::SocketAddr>,
}

impl Settled {
    /// # Errors
    /// The configuration is wrong.
    fn of(setup: &IdpSetup) -> anyhow::Result<Self> {
        let config = setup.config.load_if_any()?;
        let idp = config
            .as_ref()
            .map_or_else(config::Idp::default, |config| config.idp.clone());
        let kept = config
            .as_ref()
            .map_or_else(|| PathBuf::from(&idp.state), |config| config.path(&idp.state));
        let listen = setup.listen.or_else(|| idp.listen()).ok_or_else(|| {
            Mistake(format!(
                "[idp] listen = \"{}\" is no address: write ADDRESS:PORT",
                idp.listen
            ))
        })?;
        Ok(Self {
            state: setup.state.clone().unwrap_or(kept),
            listen,
            https: idp.https(),
            url: idp.url,
            config,
        })
    }

    fn directory(&self) -> anyhow::Result<Directory> {
        Ok(Directory::open(&self.state).map_err(|error| Mistake(error.to_string()))?)
    }

    fn shared(&self) -> anyhow::Result<Shared> {
        Ok(Shared::open(&self.state).map_err(|error| Mistake(error.to_string()))?)
    }

    /// The probe's URL: it tells which origin is not same-site with the SP.
    fn sp(&self) -> String {
        self.config
            .as_ref()
            .map_or_else(String::new, |config| config.sp.probe.url.clone())
    }

    fn origin(&self) -> String {
        self.origin_towards(&self.sp())
    }

    /// The IdP's origin where the SP is at this URL.
    fn origin_towards(&self, sp: &str) -> String {
        match &self.url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => origin_for(self.listen, sp),
        }
    }
}

/// Writes the federation metadata that the SP must trust.
///
/// # Errors
/// The state folder or the file cannot be used.
pub(crate) fn metadata(setup: &IdpSetup, out: Option<&Path>) -> anyhow::Result<Exit> {
    let settled = Settled::of(setup)?;
    let directory = settled.directory()?;
    let metadata = mock_idp::federation_metadata(directory.contoso(), &settled.origin(), None)?;
    match out {
        Some(path) => {
            std::fs::write(path, metadata)
                .map_err(|error| Mistake(format!("{} cannot be written: {error}", path.display())))?;
            eprintln!("samlitmus: wrote {}; let the SP trust it", path.display());
        }
        None => {
            let mut stdout = std::io::stdout().lock();
            stdout.write_all(&metadata)?;
            stdout.flush()?;
        }
    }
    Ok(Exit::Conforms)
}

/// Serves the mock IdP until Ctrl-C.
///
/// # Errors
/// The state folder cannot be used, or the address is taken.
pub(crate) async fn idp(args: IdpArgs) -> anyhow::Result<Exit> {
    let settled = Settled::of(&args.setup)?;
    if args.reset {
        Directory::reset(&settled.state).map_err(|error| Mistake(error.to_string()))?;
    }
    let shared = settled.shared()?;
    if let Some(sp) = described(settled.config.as_ref())? {
        let known = |tenant: &mock_idp::Tenant| tenant.application(&sp.entity_id).is_some();
        shared.change(|directory| {
            // What an administrator has changed since stays changed.
            for tenant in directory.tenants.iter_mut().filter(|tenant| !known(tenant)) {
                tenant.adopt(&sp);
            }
            Ok::<(), std::convert::Infallible>(())
        })?;
    }
    let directory = shared.read();
    let mut options = Options::new(shared);
    options.listen = settled.listen;
    options.url = settled.url.clone();
    options.sp = Some(settled.sp());
    let tls = match args.https.or(settled.https) {
        Some(address) => {
            let tls = Tls::open(&settled.state).map_err(|error| Mistake(error.to_string()))?;
            options.https = Some((address, tls.clone()));
            Some(tls)
        }
        None => None,
    };
    let idp = MockIdp::start(options)
        .await
        .map_err(|error| Mistake(error.to_string()))?;
    println!("mock identity provider, for tests only: {}", idp.origin());
    if let (Some(origin), Some(file)) = (idp.https_origin(), tls.as_ref().and_then(Tls::certificate_file)) {
        println!("  https     {origin}  trust {}", file.display());
    }
    for tenant in &directory.tenants {
        println!("\n{}  {}", tenant.domain, tenant.entity_id());
        println!("  sign-in   {}", idp.sso_url(&tenant.id));
        println!("  metadata  {}", idp.metadata_url(&tenant.id));
        let client = Client::of(tenant)?;
        println!("  graph     client {}  secret {}", client.id, client.secret);
        for user in &tenant.users {
            println!(
                "  user      {}  password {}",
                user.user_principal_name, user.password
            );
        }
        for application in &tenant.applications {
            println!("  launch    {}", idp.launch_url(&application.app_id, &tenant.id));
        }
    }
    if let Some(config::Metadata::Url(url)) = settled.config.as_ref().and_then(Config::metadata) {
        println!(
            "\nthe SP's metadata is at {url}, which only `run` reads; to sign in by hand give it as a file"
        );
    }
    until_interrupted().await?;
    idp.shutdown().await;
    Ok(Exit::Conforms)
}

/// Serves the reference SP until Ctrl-C.
///
/// # Errors
/// Metadata or the state folder cannot be read, or the address is taken.
pub(crate) async fn sp(args: SpArgs) -> anyhow::Result<Exit> {
    let trusted = if args.idp_metadata.is_empty() {
        let settled = Settled::of(&IdpSetup {
            config: args.config.clone(),
            listen: None,
            state: args.state.clone(),
        })?;
        let origin = settled.origin_towards(&format!("http://{}", args.listen));
        trust(&settled.directory()?, |tenant| format!("{origin}/{tenant}/saml2"))
    } else {
        args.idp_metadata
            .iter()
            .map(|path| trusted(path))
            .collect::<Result<_, _>>()?
    };
    let sp = ReferenceSp::start(reference_sp::Config {
        listen: args.listen,
        trust: trusted,
        flaws: args.flaw.iter().copied().collect(),
        refuse_with: args.refuse_with,
        test_endpoint: true,
        ..reference_sp::Config::default()
    })
    .await
    .map_err(|error| Mistake(error.to_string()))?;
    println!("reference service provider, for tests only: {}", sp.url());
    println!("  metadata  {}", sp.metadata_url());
    println!("  sign in   {}", sp.login_url());
    println!("  probe     {}  (json:/nameId)", sp.whoami_url());
    println!("  refuses with {}", args.refuse_with);
    for flaw in &args.flaw {
        println!("  wrong on purpose: {}", flaw.name());
    }
    until_interrupted().await?;
    sp.shutdown().await;
    Ok(Exit::Conforms)
}

/// Says what ends it, and waits for that.
async fn until_interrupted() -> std::io::Result<()> {
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    // It listens from its first poll on, which must come before the promise that somebody does.
    tokio::select! {
        biased;
        ended = &mut interrupted => return ended,
        () = std::future::ready(()) => {}
    }
    println!("\nCtrl-C ends it");
    interrupted.await
}

fn trusted(path: &Path) -> Result<Trusted, Mistake> {
    let wrong = |why: String| Mistake(format!("{}: {why}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| wrong(format!("it cannot be read: {error}")))?;
    let metadata = IdpMetadata::parse(&bytes).map_err(|error| wrong(error.to_string()))?;
    Ok(Trusted {
        metadata,
        domains: Vec::new(),
    })
}

/// The SP's metadata, where it is in a file or in the configuration itself. A URL is left alone here: the SP
/// may well be waiting for this IdP.
fn described(config: Option<&Config>) -> Result<Option<SpMetadata>, Mistake> {
    let Some(config) = config else { return Ok(None) };
    match config.metadata() {
        Some(config::Metadata::File(path)) => {
            let wrong = |why: String| Mistake(format!("[sp] metadata ({}): {why}", path.display()));
            let bytes = std::fs::read(&path).map_err(|error| wrong(error.to_string()))?;
            SpMetadata::parse(&bytes)
                .map(Some)
                .map_err(|error| wrong(error.to_string()))
        }
        Some(config::Metadata::Url(_)) => Ok(None),
        _ => crate::target::described(config).map(Some).map_err(Mistake),
    }
}
