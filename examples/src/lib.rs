//! An application that people sign in to with Azure AD. Its SAML is the reference SP's; yours stands here.

use std::{error::Error, net::SocketAddr, str::FromStr};

use reference_sp::{Config, Flaw, ReferenceSp, Trusted};
use saml::IdpMetadata;

/// Serves the application: `/login` is a link of its start page, `/whoami` says who is signed in.
///
/// `FLAW` in the environment (`V11`) makes it wrong in one way, to see what samlitmus then says.
///
/// # Errors
/// The metadata is none, or the address is taken.
pub async fn serve(listen: SocketAddr, idp_metadata: &[u8]) -> Result<ReferenceSp, Box<dyn Error>> {
    let metadata = IdpMetadata::parse(idp_metadata)?;
    let flaw = std::env::var("FLAW").ok();
    let flaws = flaw.iter().map(|name| Flaw::from_str(name));
    let config = Config {
        listen,
        trust: vec![Trusted {
            metadata,
            domains: Vec::new(),
        }],
        create_users: true,
        flaws: flaws.collect::<Result<_, _>>()?,
        ..Config::default()
    };
    Ok(ReferenceSp::start(config).await?)
}
