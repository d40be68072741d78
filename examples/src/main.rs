//! `billing PORT IDP-METADATA`: serves the application until it is ended.

use std::{env, error::Error, fs, future, net::Ipv4Addr};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let usage = "billing PORT IDP-METADATA";
    let mut arguments = env::args().skip(1);
    let port: u16 = arguments.next().ok_or(usage)?.parse()?;
    let metadata = fs::read(arguments.next().ok_or(usage)?)?;
    let _application = billing::serve((Ipv4Addr::LOCALHOST, port).into(), &metadata).await?;
    future::pending().await
}
