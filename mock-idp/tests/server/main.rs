//! The mock identity provider as browsers, service providers and harnesses meet it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod artifacts;
mod bad_input;
mod browser;
mod codes;
mod factors;
mod home_realm;
mod hosts;
mod logout;
mod my_apps;
mod pages;
mod running;
mod sessions;
mod sign_in;
mod sign_ins;
mod test_sso;
mod tokens;

use std::convert::Infallible;
use std::sync::LazyLock;

use mock_idp::server::{MockIdp, Options};
use mock_idp::{Application, Directory, ReplyUrl};

const SP: &str = "https://sp.example/metadata";
const ACS: &str = "https://sp.example/acs";

/// Contoso with one application, Fabrikam with none. Made once: keys take their time.
static DIRECTORY: LazyLock<Directory> = LazyLock::new(|| {
    let mut directory = Directory::ephemeral().unwrap();
    let mut application = Application::new(SP);
    application.display_name = "Example <Backup>".to_owned();
    application.reply_urls.push(ReplyUrl {
        url: ACS.to_owned(),
        index: None,
        is_default: true,
    });
    application.relay_state = Some("/start?a=1&b=\"2\"".to_owned());
    directory.tenants[0].applications.push(application);
    directory
});

async fn idp() -> MockIdp {
    MockIdp::start(Options::new(DIRECTORY.clone())).await.unwrap()
}

/// A request with these attributes.
fn request(attributes: &str) -> String {
    format!(
        r#"<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="id6f1c" Version="2.0" IssueInstant="2026-01-05T10:00:00Z" {attributes}><Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">{SP}</Issuer></samlp:AuthnRequest>"#
    )
}

/// Where an SP's redirect sends the browser.
fn redirect(idp: &MockIdp, xml: &str, relay_state: Option<&str>) -> String {
    let query = saml::binding::redirect_query("SAMLRequest", xml, relay_state);
    format!("{}?{query}", idp.sso_url("contoso.example"))
}

/// Changes what the mock serves.
fn change(idp: &MockIdp, change: impl FnOnce(&mut Directory)) {
    let changed = idp.directory().change(|directory| {
        change(directory);
        Ok::<_, Infallible>(())
    });
    changed.unwrap();
}

/// Changes the one application of the mock.
fn change_application(idp: &MockIdp, with: impl FnOnce(&mut Application)) {
    change(idp, |directory| with(&mut directory.tenants[0].applications[0]));
}
