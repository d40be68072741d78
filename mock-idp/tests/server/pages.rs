//! Start page and metadata.

use super::browser::Browser;
use super::{ACS, DIRECTORY, SP, idp};

#[tokio::test]
async fn the_start_page_lists_what_an_administrator_needs() {
    let idp = idp().await;
    let page = Browser::new().get(idp.origin()).await;
    let text = page.text();
    for tenant in &DIRECTORY.tenants {
        for needed in [
            &tenant.entity_id(),
            &idp.sso_url(&tenant.id),
            &idp.metadata_url(&tenant.id),
        ] {
            assert!(text.contains(needed), "{needed}");
        }
        for user in &tenant.users {
            assert!(text.contains(&user.user_principal_name) && text.contains(&user.password));
        }
    }
    let application = &DIRECTORY.contoso().applications[0];
    assert!(text.contains(SP) && text.contains(ACS) && text.contains(&application.app_id));
    assert!(text.contains("for tests only"));
    assert_eq!(page.header("cache-control"), "no-store, no-cache");
    assert_eq!(page.header("x-frame-options"), "DENY");
}

#[tokio::test]
async fn metadata_is_found_in_any_case_by_id_or_domain_and_for_an_application() {
    let idp = idp().await;
    let tenant = DIRECTORY.contoso();
    let app_id = &tenant.applications[0].app_id;
    let key = tenant.keys.active.certificate().base64();
    for url in [
        idp.metadata_url(&tenant.id),
        format!(
            "{}/Contoso.Example/FederationMetadata/2007-06/FederationMetadata.xml",
            idp.origin()
        ),
        format!("{}?appid={app_id}", idp.metadata_url("contoso.example")),
    ] {
        let page = Browser::new().get(&url).await;
        assert_eq!(
            (page.status, page.header("content-type")),
            (200, "application/xml; charset=utf-8")
        );
        assert!(page.bytes.starts_with(b"\xef\xbb\xbf<?xml "), "{url}");
        let metadata = saml::metadata::IdpMetadata::parse(&page.bytes).unwrap();
        assert_eq!(metadata.entity_id, tenant.entity_id());
        assert_eq!(metadata.sso[0].location, idp.sso_url(&tenant.id));
        assert!(page.text().contains(&key));
    }
    let unknown = format!("{}?appid=nothing", idp.metadata_url(&tenant.id));
    assert_eq!(Browser::new().get(&unknown).await.aadsts(), Some(700016));
}

#[tokio::test]
async fn a_path_that_nobody_serves_is_not_found() {
    let idp = idp().await;
    let page = Browser::new()
        .get(&format!("{}/no/<such>/page", idp.origin()))
        .await;
    assert_eq!(page.status, 404);
    assert!(!page.text().contains("<such>"));
}
