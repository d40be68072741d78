//! Tests that say in code what is fired at whom.

use std::{error::Error, net::Ipv4Addr};

use samlitmus::{Harness, MockIdp, Sp};

/// The SP of samlitmus.toml, which the run starts and ends.
#[tokio::test]
async fn no_wrapped_assertion_signs_anybody_in() -> Result<(), Box<dyn Error>> {
    let report = Harness::new(Sp::config("samlitmus.toml"))
        .only("signature/xsw-*")
        .run()
        .await?;
    report.assert_conforms();
    Ok(())
}

/// The application in the process of the test.
#[tokio::test]
async fn a_response_signs_in_once() -> Result<(), Box<dyn Error>> {
    let idp = MockIdp::start().await?;
    let application = billing::serve((Ipv4Addr::LOCALHOST, 0).into(), idp.metadata().as_bytes()).await?;
    let sp = Sp::url(&application.url())
        .metadata("/singlesignon/saml/metadata")
        .login("/singlesignon/saml/login")
        .probe("/whoami", "json:/nameId")
        .trusts(&idp);
    let report = Harness::new(sp)
        .only("replay/*")
        .only("baseline/*")
        .driver("http")
        .run()
        .await?;
    report.assert_conforms();
    let replayed = report
        .result("replay/same-bytes-new-session")
        .ok_or("it was not fired")?;
    println!("{}: {}", replayed.outcome, replayed.reason);
    Ok(())
}
