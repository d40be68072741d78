//! Accounts of several tenants: the domain decides where a password is asked for, the guest list who may go on.

use mock_idp::User;
use mock_idp::directory::{Guest, UserType};

use super::browser::Browser;
use super::sign_in::{ALICE, response};
use super::{change, idp, redirect, request};

const OUTSIDER: (&str, &str) = ("outsider@fabrikam.example", "mock-outsider");

fn invite(idp: &mock_idp::server::MockIdp, account: &str, mail: &str) {
    change(idp, |directory| {
        let guest = User {
            mail: Some(mail.to_owned()),
            user_type: UserType::Guest,
            guest: Some(Guest {
                identity_provider: "mail".to_owned(),
            }),
            ..User::new(account, "A guest")
        };
        directory.tenants[0].users.push(guest);
    });
}

#[tokio::test]
async fn an_account_of_another_tenant_signs_in_at_home_and_is_refused_unless_it_was_invited() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let start = redirect(&idp, &request(""), None);
    let page = browser
        .sign_in(idp.origin(), &start, OUTSIDER.0, OUTSIDER.1)
        .await;
    assert_eq!(page.aadsts(), Some(50020));
    assert!(page.text().contains(OUTSIDER.0) && page.text().contains("Contoso"));

    let picker = browser.get(&start).await;
    assert_eq!(
        picker.title(),
        "Pick an account",
        "the session at home does not fit"
    );
    let outsider = idp.directory().read().fabrikam().users[0].object_id.clone();
    let remembered = browser
        .submit(idp.origin(), &picker, &[("account", &outsider)])
        .await;
    assert_eq!(remembered.aadsts(), Some(90072));

    invite(&idp, "outsider_fabrikam.example#EXT#@contoso.example", OUTSIDER.0);
    let xml = response(&browser.get(&start).await);
    assert!(xml.contains(">outsider_fabrikam.example#EXT#@contoso.example</NameID>"));
}

#[tokio::test]
async fn a_guest_without_a_directory_signs_in_by_mail_address() {
    let (idp, mut browser) = (idp().await, Browser::new());
    invite(&idp, "g_mail.example#EXT#@contoso.example", "g@mail.example");
    let start = redirect(&idp, &request(""), None);
    let page = browser
        .sign_in(idp.origin(), &start, "G@mail.example", "mock-g_mail.example#ext#")
        .await;
    assert!(response(&page).contains("#EXT#"));
}

#[tokio::test]
async fn at_common_the_account_decides_whose_application_it_is() {
    let idp = idp().await;
    let tenant = idp.directory().read().contoso().id.clone();
    let common = redirect(&idp, &request(""), Some("r")).replace(&tenant, "common");
    let mut browser = Browser::new();
    let page = browser.sign_in(idp.origin(), &common, ALICE.0, ALICE.1).await;
    assert!(response(&page).contains(&format!("https://sts.windows.net/{tenant}/")));
    response(&browser.get(&common).await);

    let mut other = Browser::new();
    let account = other.get(&common).await;
    let refused = other
        .submit(idp.origin(), &account, &[("loginfmt", OUTSIDER.0)])
        .await;
    assert_eq!(refused.aadsts(), Some(700016), "Fabrikam has no such application");
    assert!(refused.text().contains("Fabrikam"));
    let hinted = other.get(&format!("{common}&domain_hint=contoso.example")).await;
    assert!(hinted.text().contains("Contoso"));
    let garbage = format!("{}/common/saml2?SAMLRequest=%21", idp.origin());
    assert_eq!(other.get(&garbage).await.aadsts(), Some(750056));
}

#[tokio::test]
async fn a_domain_hint_passes_over_sessions_of_other_domains() {
    let (idp, mut browser) = (idp().await, Browser::new());
    let start = redirect(&idp, &request(""), None);
    browser.sign_in(idp.origin(), &start, ALICE.0, ALICE.1).await;
    for hint in ["domain_hint", "whr"] {
        let page = browser.get(&format!("{start}&{hint}=fabrikam.example")).await;
        assert_eq!(page.title(), "Pick an account");
        response(&browser.get(&format!("{start}&{hint}=contoso.example")).await);
    }
}
