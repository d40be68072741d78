//! Serves a mock identity provider with one application until Ctrl-C:
//!
//! ```text
//! cargo run -p mock-idp --features server --example serve -- [ADDRESS [STATE FOLDER]]
//! ```

use std::path::Path;

use mock_idp::server::{MockIdp, Options};
use mock_idp::{Application, Directory, ReplyUrl};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let listen = arguments
        .next()
        .unwrap_or_else(|| "127.0.0.1:8400".to_owned())
        .parse()?;
    let mut directory = match arguments.next() {
        Some(state) => Directory::open(Path::new(&state))?,
        None => Directory::ephemeral()?,
    };
    let mut application = Application::new("https://sp.example/metadata");
    application.display_name = "Example Backup".to_owned();
    application.reply_urls.push(ReplyUrl {
        url: "http://127.0.0.1:8080/acs".to_owned(),
        index: None,
        is_default: true,
    });
    directory.tenants[0].applications.push(application);

    let idp = MockIdp::start(Options {
        listen,
        ..Options::new(directory)
    })
    .await?;
    println!("{}", idp.origin());
    tokio::signal::ctrl_c().await?;
    idp.shutdown().await;
    Ok(())
}
