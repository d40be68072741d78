//! `samlitmus sp`: the reference SP, served for people and other tools.

use std::path::Path;

use mock_idp::Directory;
use reference_sp::{Account, ReferenceSp, Trusted};
use saml::IdpMetadata;

use super::{
    args::SpArgs,
    interrupt::{Interrupts, serve_until},
    output::{Mistake, line, note},
    settled::Settled,
    setup::IdpSetup,
};
use crate::{
    exit::Exit,
    subject::{
        own_key::OwnKey,
        target::{accounts, sources, trust},
    },
};

/// Serves the reference SP until Ctrl-C.
///
/// # Errors
/// Metadata or the state folder cannot be read, or the address is taken.
pub(crate) async fn serve(args: SpArgs) -> anyhow::Result<Exit> {
    let interrupts = Interrupts::listen()?;
    let (trusted, sources, accounts) = if args.idp_metadata.is_empty() {
        let settled = Settled::of(&IdpSetup {
            config: args.config.clone(),
            listen: None,
            state: args.state.clone(),
        })?;
        let origin = settled.origin_towards(&format!("http://{}", args.listen));
        let directory = settled.populated()?;
        let trusted = trust(&directory, &origin);
        let at =
            |tenant: &str| format!("{origin}/{tenant}/federationmetadata/2007-06/federationmetadata.xml");
        (trusted, sources(&directory, at), accounts(&directory))
    } else {
        let trusted = args.idp_metadata.iter().map(|path| trusted(path));
        let trusted = trusted.collect::<Result<Vec<_>, _>>()?;
        let accounts = known_here(&trusted);
        (trusted, Vec::new(), accounts)
    };
    let sp = ReferenceSp::start(reference_sp::Config {
        listen: args.listen,
        trust: trusted,
        sources,
        accounts,
        create_users: args.create_users,
        encryption: args.encryption,
        slo: args.slo,
        artifact: args.artifact,
        sign_requests: args.sign_requests,
        signing_key: args.key.as_deref().map(own_key).transpose()?,
        flaws: args.flaw.iter().copied().collect(),
        refuse_with: args.refuse_with,
        test_endpoint: true,
        ..reference_sp::Config::default()
    })
    .await
    .map_err(|error| Mistake(error.to_string()))?;
    line(&format!(
        "reference service provider, for tests only: {}",
        sp.url()
    ));
    line(&format!("  metadata  {}", sp.metadata_url()));
    line(&format!("  sign in   {}", sp.login_url()));
    line(&format!("  probe     {}  (json:/nameId)", sp.whoami_url()));
    line(&format!(
        "  admin     {}  password {}",
        sp.admin_url(),
        sp.admin_password()
    ));
    line(&format!("  refuses with {}", args.refuse_with));
    for flaw in &args.flaw {
        line(&format!("  wrong on purpose: {}", flaw.name()));
    }
    serve_until(interrupts, || sp.shutdown()).await;
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
            note(&format!("the users of this folder's IdP are left out: {error:#}"));
            Vec::new()
        }
    };
    let is_trusted = |account: &Account| {
        let mut tenants = trusted.iter().map(|one| Some(&one.metadata.entity_id));
        tenants.any(|tenant| tenant == account.tenant.as_ref())
    };
    accounts.into_iter().filter(is_trusted).collect()
}

fn own_key(path: &Path) -> Result<saml::SigningKey, Mistake> {
    let wrong = |why: String| Mistake(format!("{}: {why}", path.display()));
    let read = OwnKey::read(path).map_err(|why| wrong(why.to_string()))?;
    let key = read.with_certificate(&[]);
    key.map_err(|why| wrong(why.to_string()))
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
