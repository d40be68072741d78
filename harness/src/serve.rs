//! `samlitmus idp` and `samlitmus sp`: the mock IdP and the reference SP, served for people and other tools.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use mock_idp::{
    Directory, Shared, Tenant,
    server::{Client, MockIdp, Options, Tls, origin_for},
};
use reference_sp::{Account, ReferenceSp, Trusted};
use saml::{IdpMetadata, SpMetadata};

use crate::{
    cli::{IdpArgs, IdpSetup, Mistake, SpArgs},
    config::{self, Config},
    exit::Exit,
    target::{accounts, people, trust},
};

/// Where the mock IdP keeps tenants and keys, and where it listens, where nothing says otherwise.
pub(crate) struct Settled {
    config: Option<Config>,
    state: PathBuf,
    listen: std::net::SocketAddr,
    url: Option<String>,
    https: Option<std::net::SocketAddr>,
}

impl Settled {
    /// # Errors
    /// The configuration is wrong.
    pub(crate) fn of(setup: &IdpSetup) -> anyhow::Result<Self> {
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

    /// Where the directory is kept.
    pub(crate) fn state(&self) -> &Path {
        &self.state
    }

    fn directory(&self) -> anyhow::Result<Directory> {
        Ok(Directory::open(&self.state).map_err(|error| Mistake(error.to_string()))?)
    }

    fn shared(&self) -> anyhow::Result<Shared> {
        Ok(Shared::open(&self.state).map_err(|error| Mistake(error.to_string()))?)
    }

    /// The same, its users called as the configuration calls them.
    fn populated(&self) -> anyhow::Result<Directory> {
        let mut directory = self.directory()?;
        if let Some(config) = &self.config {
            people(&mut directory, config);
        }
        Ok(directory)
    }

    /// The probe's URL: it tells which origin is not same-site with the SP.
    fn sp(&self) -> String {
        self.config
            .as_ref()
            .map_or_else(String::new, |config| config.sp.probe.url.clone())
    }

    /// The IdP's origin.
    pub(crate) fn origin(&self) -> String {
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
    write(&metadata, out, "let the SP trust it")
}

/// Writes the directory as one TOML file.
///
/// # Errors
/// The state folder or the file cannot be used.
pub(crate) fn export(setup: &IdpSetup, out: Option<&Path>) -> anyhow::Result<Exit> {
    let text = Settled::of(setup)?.directory()?.to_toml();
    write(text.as_bytes(), out, "commit it next to your tests")
}

/// Puts such a file in the place of the directory.
///
/// # Errors
/// The file is none, or the state folder cannot be used.
pub(crate) fn import(setup: &IdpSetup, file: &Path) -> anyhow::Result<Exit> {
    let wrong = |why: String| Mistake(format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(format!("it cannot be read: {error}")))?;
    let shared = Settled::of(setup)?.shared()?;
    shared
        .change(|directory| directory.import(&text))
        .map_err(|error| wrong(error.to_string()))?;
    let directory = shared.read();
    for tenant in &directory.tenants {
        eprintln!(
            "samlitmus: {} now has {} users, {} groups and {} applications",
            tenant.domain,
            tenant.users.len(),
            tenant.groups.len(),
            tenant.applications.len()
        );
    }
    Ok(Exit::Conforms)
}

fn write(bytes: &[u8], out: Option<&Path>, advice: &str) -> anyhow::Result<Exit> {
    match out {
        Some(path) => {
            std::fs::write(path, bytes)
                .map_err(|error| Mistake(format!("{} cannot be written: {error}", path.display())))?;
            eprintln!("samlitmus: wrote {}; {advice}", path.display());
        }
        None => {
            let mut stdout = std::io::stdout().lock();
            stdout.write_all(bytes)?;
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
        shared.change(|directory| {
            directory.tenants.iter_mut().for_each(|tenant| know(tenant, &sp));
            Ok::<(), std::convert::Infallible>(())
        })?;
    }
    let mut options = Options::new(shared.clone());
    options.azure = settled
        .config
        .as_ref()
        .map_or_else(Default::default, |config| config.idp.azure);
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
    let directory = shared.read();
    println!("mock identity provider, for tests only: {}", idp.origin());
    println!("  portal    {}/portal", idp.origin());
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
    let (trusted, accounts) = if args.idp_metadata.is_empty() {
        let settled = Settled::of(&IdpSetup {
            config: args.config.clone(),
            listen: None,
            state: args.state.clone(),
        })?;
        let origin = settled.origin_towards(&format!("http://{}", args.listen));
        let directory = settled.populated()?;
        let trusted = trust(&directory, |tenant| format!("{origin}/{tenant}/saml2"));
        (trusted, accounts(&directory))
    } else {
        let trusted = args.idp_metadata.iter().map(|path| trusted(path));
        let trusted = trusted.collect::<Result<Vec<_>, _>>()?;
        let accounts = known_here(&trusted);
        (trusted, accounts)
    };
    let sp = ReferenceSp::start(reference_sp::Config {
        listen: args.listen,
        trust: trusted,
        accounts,
        create_users: args.create_users,
        encryption: args.encryption,
        slo: args.slo,
        sign_requests: args.sign_requests,
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
    println!("  admin     {}  password {}", sp.admin_url(), sp.admin_password());
    println!("  refuses with {}", args.refuse_with);
    for flaw in &args.flaw {
        println!("  wrong on purpose: {}", flaw.name());
    }
    until_interrupted().await?;
    sp.shutdown().await;
    Ok(Exit::Conforms)
}

/// The users of these IdPs, as far as they are tenants of a mock IdP that is kept in this folder. Metadata of others
/// names no users: whoever serves the SP creates them.
fn known_here(trusted: &[Trusted]) -> Vec<Account> {
    let directory = Settled::of(&IdpSetup::default()).and_then(|settled| {
        let is_kept = Directory::folder(&settled.state).is_dir();
        is_kept.then(|| settled.populated()).transpose()
    });
    let accounts = match directory {
        Ok(directory) => directory.as_ref().map_or_else(Vec::new, accounts),
        Err(error) => {
            eprintln!("samlitmus: the users of this folder's IdP are left out: {error:#}");
            Vec::new()
        }
    };
    let is_trusted = |account: &Account| {
        let mut tenants = trusted.iter().map(|one| Some(&one.metadata.entity_id));
        tenants.any(|tenant| tenant == account.tenant.as_ref())
    };
    accounts.into_iter().filter(is_trusted).collect()
}

/// Makes the SP an application of the tenant. One that an administrator has set up already stays as it is, and only learns of Reply
/// URLs that are new in the metadata.
fn know(tenant: &mut Tenant, sp: &SpMetadata) {
    let mut known = tenant.applications.iter_mut();
    match known.find(|known| known.is_named(&sp.entity_id)) {
        Some(known) => {
            for reply in mock_idp::Application::from_sp_metadata(sp).reply_urls {
                if known.reply_urls.iter().all(|old| old.url != reply.url) {
                    known.reply_urls.push(mock_idp::ReplyUrl {
                        is_default: false,
                        ..reply
                    });
                }
            }
        }
        None => {
            tenant.adopt(sp);
        }
    }
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
