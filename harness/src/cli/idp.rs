//! `samlitmus idp` and `samlitmus sp`: the mock IdP and the reference SP, served for people and other tools.

use std::{io::Write, path::Path};

use mock_idp::{
    Directory, Tenant,
    server::{Client, MockIdp, Options, Tls},
};
use saml::SpMetadata;

use crate::{
    cli::{
        args::IdpArgs,
        interrupt::{Interrupts, serve_until},
        output::{Mistake, line, note},
        settled::Settled,
        setup::IdpSetup,
    },
    config::{self, Config},
    exit::Exit,
    subject::target::described as described_in,
};

/// Writes the federation metadata that the SP must trust.
///
/// # Errors
/// The state folder or the file cannot be used.
pub(crate) fn metadata(setup: &IdpSetup, out: Option<&Path>) -> anyhow::Result<Exit> {
    let settled = Settled::of(setup)?;
    let directory = settled.populated()?;
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
        note(&format!(
            "{} now has {} users, {} groups and {} applications",
            tenant.domain,
            tenant.users.len(),
            tenant.groups.len(),
            tenant.applications.len()
        ));
    }
    Ok(Exit::Conforms)
}

fn write(bytes: &[u8], out: Option<&Path>, advice: &str) -> anyhow::Result<Exit> {
    match out {
        Some(path) => {
            std::fs::write(path, bytes)
                .map_err(|error| Mistake(format!("{} cannot be written: {error}", path.display())))?;
            note(&format!("wrote {}; {advice}", path.display()));
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
pub(crate) async fn serve(args: IdpArgs) -> anyhow::Result<Exit> {
    let interrupts = Interrupts::listen()?;
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
    line(&format!(
        "mock identity provider, for tests only: {}",
        idp.origin()
    ));
    line(&format!("  portal    {}/portal", idp.origin()));
    if let (Some(origin), Some(file)) = (idp.https_origin(), tls.as_ref().and_then(Tls::certificate_file)) {
        line(&format!("  https     {origin}  trust {}", file.display()));
    }
    for tenant in &directory.tenants {
        line(&format!("\n{}  {}", tenant.domain, tenant.entity_id()));
        line(&format!("  sign-in   {}", idp.sso_url(&tenant.id)));
        line(&format!("  metadata  {}", idp.metadata_url(&tenant.id)));
        let client = Client::of(tenant)?;
        line(&format!(
            "  graph     client {}  secret {}",
            client.id, client.secret
        ));
        for user in &tenant.users {
            line(&format!(
                "  user      {}  password {}",
                user.user_principal_name, user.password
            ));
        }
        for application in &tenant.applications {
            line(&format!(
                "  launch    {}",
                idp.launch_url(&application.app_id, &tenant.id)
            ));
        }
    }
    if let Some(config::Metadata::Url(url)) = settled.config.as_ref().and_then(Config::metadata) {
        line(&format!(
            "\nthe SP's metadata is at {url}, which only `run` reads; to sign in by hand give it as a file"
        ));
    }
    serve_until(interrupts, || idp.shutdown()).await;
    Ok(Exit::Conforms)
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
        _ => described_in(config).map(Some).map_err(Mistake),
    }
}
