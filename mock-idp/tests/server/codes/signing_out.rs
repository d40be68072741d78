//! What is shown in place of signing out.

use mock_idp::{Application, Azure};
use saml::binding::{encode_post, redirect_query, sign_query};

use super::super::sign_in::ALICE;
use super::{Browser, DIRECTORY, SP, Seen, redirect, request, with, with_application};

const NAME: &str = r#"<NameID xmlns="urn:oasis:names:tc:SAML:2.0:assertion">whoever</NameID>"#;

fn logout(issuer: &str, inside: &str) -> String {
    let xml = format!(
        r#"<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="idlogout" Version="2.0" IssueInstant="2026-01-05T10:00:00Z"><Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">{issuer}</Issuer>{inside}</samlp:LogoutRequest>"#
    );
    redirect_query("SAMLRequest", &xml, None)
}

pub(super) async fn provoke(seen: &mut Seen) {
    let idp = with_application(|_| {}).await;
    let sso = idp.sso_url("contoso.example");
    let page = Browser::new().get(&format!("{sso}?{}", logout(SP, NAME))).await;
    seen.on(50061, &page);
    let posted = encode_post(b"<p:LogoutRequest xmlns:p=\"urn:oasis:names:tc:SAML:2.0:protocol\"/>");
    seen.on(
        75003,
        &Browser::new().post(&sso, &[("SAMLRequest", &posted)]).await,
    );

    let azure = Azure {
        signed_request_max_age: 60,
        ..Azure::default()
    };
    let idp = with(azure, |directory| {
        let tenant = &mut directory.tenants[0];
        tenant.applications[0].logout_url = Some("https://sp.example/slo".to_owned());
        let mut other = Application::new("urn:other");
        other.logout_url = Some("https://other.example/slo".to_owned());
        tenant.applications.push(other);
    })
    .await;
    let sso = idp.sso_url("contoso.example");
    let mut browser = Browser::new();
    browser
        .sign_in(
            idp.origin(),
            &redirect(&idp, &request(""), None),
            ALICE.0,
            ALICE.1,
        )
        .await;
    let unknown = format!("{NAME}<samlp:SessionIndex>_unknown</samlp:SessionIndex>");
    let signed = sign_query(&logout(SP, NAME), &DIRECTORY.contoso().keys.k1).unwrap();
    for (code, query) in [
        (7500530, logout(SP, "")),
        (50071, signed),
        (50068, logout("urn:other", NAME)),
        (50070, logout(SP, &unknown)),
    ] {
        seen.on(code, &browser.get(&format!("{sso}?{query}")).await);
    }
}
