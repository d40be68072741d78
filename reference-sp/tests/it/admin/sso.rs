//! An administrator sets up single sign-on: by metadata, by hand, and once more when the certificate changes.

use jiff::{SignedDuration, Timestamp};
use saml::key::{Kind, SigningKey};
use saml::metadata::{Endpoint, IdpMetadata, SpMetadata};
use saml::names::binding;

use super::empty;
use crate::kit::browser::{Browser, deliver, location};
use crate::kit::office::Office;
use crate::kit::*;

/// The tenant of the tests with the key that follows its own.
fn successor() -> Idp {
    Idp {
        entity_id: ISSUER,
        key: SigningKey::generate(Kind::Rsa2048).unwrap(),
    }
}

fn thumbprint(idp: &Idp) -> String {
    idp.key.certificate().thumbprint_sha1()
}

async fn create_alice(office: &Office<'_>) {
    let user = office.create_user("Alice", ALICE).await;
    office
        .submit("/admin/users/activate", &[("user", &user)])
        .await
        .says("is active");
}

fn signed_by(idp: &Idp, message: saml::response::Response) -> String {
    sign_assertion(&message.to_xml(), idp)
}

#[tokio::test]
async fn uploaded_metadata_makes_an_identity_provider_trusted() {
    let sp = empty().await;
    let office = Office::open(&sp).await;
    create_alice(&office).await;
    deliver(&sp, &flawless(&sp, ALICE))
        .await
        .is_refused("is not trusted");
    // As Azure AD serves it: with a byte order mark.
    let file = [b"\xEF\xBB\xBF", tenant().metadata().to_xml().as_bytes()].concat();
    office
        .upload_metadata(&file)
        .await
        .says(&format!("{ISSUER} is trusted now"))
        .says(&thumbprint(tenant()))
        .says(&format!("{ISSUER}saml2"));
    deliver(&sp, &flawless(&sp, ALICE)).await.is(ALICE);
    let (_, address) = Browser::new(&sp).request("").await;
    assert!(address.starts_with(&format!("{ISSUER}saml2?SAMLRequest=")));
}

#[tokio::test]
async fn pasted_metadata_does_as_well() {
    let sp = empty().await;
    let office = Office::open(&sp).await;
    let text = tenant().metadata().to_xml();
    office
        .upload(
            "/admin/sso/metadata",
            &[("metadata_text", &text)],
            &[("metadata_file", "", b"")],
        )
        .await
        .says(&format!("{ISSUER} is trusted now"));
}

#[tokio::test]
async fn a_notice_is_shown_once() {
    let sp = empty().await;
    let office = Office::open(&sp).await;
    office
        .upload_metadata(tenant().metadata().to_xml().as_bytes())
        .await
        .says("is trusted now");
    office.page("/admin/sso").await.does_not_say("is trusted now");
}

#[tokio::test]
async fn a_rollover_keeps_the_old_certificate_beside_the_new_until_it_is_removed() {
    let sp = empty().await;
    let office = Office::open(&sp).await;
    create_alice(&office).await;
    let next = successor();
    let (old, new) = (thumbprint(tenant()), thumbprint(&next));
    office
        .upload_metadata(tenant().metadata().to_xml().as_bytes())
        .await
        .says("The only one");
    office
        .upload_metadata(next.metadata().to_xml().as_bytes())
        .await
        .says("new certificate beside the old")
        .says(&old)
        .says(&new)
        .says(
            &next
                .key
                .certificate()
                .not_after()
                .strftime("%Y-%m-%d")
                .to_string(),
        )
        .does_not_say("The only one");
    deliver(&sp, &flawless(&sp, ALICE)).await.is(ALICE);
    deliver(&sp, &signed_by(&next, response(&sp, &next, ALICE)))
        .await
        .is(ALICE);

    let fields = [("tenant", ISSUER), ("thumbprint", old.as_str())];
    office
        .submit("/admin/sso/certificate/remove", &fields)
        .await
        .says("What its key signs is refused");
    deliver(&sp, &flawless(&sp, ALICE))
        .await
        .is_refused("no key of this Issuer");
    deliver(&sp, &signed_by(&next, response(&sp, &next, ALICE)))
        .await
        .is(ALICE);

    let fields = [("tenant", ISSUER), ("thumbprint", new.as_str())];
    let page = office.submit("/admin/sso/certificate/remove", &fields).await;
    assert_eq!(page.status, 422);
    page.says("This is the only certificate").says(&new);
    office
        .upload_metadata(next.metadata().to_xml().as_bytes())
        .await
        .says("were known already");
}

#[tokio::test]
async fn another_entity_id_is_another_tenant_that_speaks_for_its_own_domain_only() {
    let sp = empty().await;
    let office = Office::open(&sp).await;
    for idp in [tenant(), other_tenant()] {
        office
            .upload_metadata(idp.metadata().to_xml().as_bytes())
            .await
            .says("is trusted now");
    }
    create_alice(&office).await;
    let fields = [("tenant", ISSUER), ("domains", "Corp.example @corp2.example")];
    office
        .submit("/admin/sso/domains", &fields)
        .await
        .says("may speak for corp.example, corp2.example, and for no other domain");
    deliver(
        &sp,
        &signed_by(other_tenant(), response(&sp, other_tenant(), ALICE)),
    )
    .await
    .is_refused("may not speak for the domain");
    deliver(&sp, &flawless(&sp, ALICE)).await.is(ALICE);

    let fields = [("tenant", OTHER_ISSUER), ("domains", "corp.example")];
    office
        .submit("/admin/sso/domains", &fields)
        .await
        .error_at("domains-1", "belongs to https://sts.example/tenant-a/ already");
    let fields = [("tenant", OTHER_ISSUER), ("domains", "not a/domain")];
    office
        .submit("/admin/sso/domains", &fields)
        .await
        .error_at("domains-1", "is not a domain");
}

#[tokio::test]
async fn a_tenant_that_is_removed_takes_its_sessions_along() {
    let sp = empty().await;
    let office = Office::open(&sp).await;
    office
        .upload_metadata(tenant().metadata().to_xml().as_bytes())
        .await;
    create_alice(&office).await;
    let browser = Browser::new(&sp);
    browser.deliver(&flawless(&sp, ALICE)).await.is(ALICE);
    office
        .submit("/admin/sso/remove", &[("tenant", ISSUER)])
        .await
        .says("is trusted no longer")
        .says("No identity provider yet");
    assert_eq!(browser.whoami().await, None);
    let page = office.submit("/admin/sso/remove", &[("tenant", ISSUER)]).await;
    page.says("was removed meanwhile");
}

#[tokio::test]
async fn the_values_of_the_portal_do_as_well_as_metadata() {
    let sp = empty().await;
    let office = Office::open(&sp).await;
    create_alice(&office).await;
    let certificate = tenant().key.certificate();
    let login = format!("{ISSUER}saml2");
    let fields = [
        ("login_url", login.as_str()),
        ("identifier", ISSUER),
        ("logout_url", login.as_str()),
        ("certificate_text", ""),
    ];
    for (file, content) in [
        ("Endpoint.cer", certificate.pem().into_bytes()),
        ("Endpoint (raw).cer", certificate.der().to_vec()),
    ] {
        office
            .upload(
                "/admin/sso/values",
                &fields,
                &[("certificate_file", file, &content)],
            )
            .await
            .says(&thumbprint(tenant()));
        deliver(&sp, &flawless(&sp, ALICE)).await.is(ALICE);
        office.submit("/admin/sso/remove", &[("tenant", ISSUER)]).await;
    }
    let base64 = certificate.base64();
    let pasted = [&fields[..3], &[("certificate_text", base64.as_str())]].concat();
    office
        .upload("/admin/sso/values", &pasted, &[("certificate_file", "", b"")])
        .await
        .says("is trusted now");
    let answer = Browser::new(&sp).get("/singlesignon/saml/login").await;
    assert!(location(&answer).starts_with(&login));

    // With the certificate known, the URLs may change alone.
    let moved = [
        ("login_url", "https://elsewhere.example/saml2"),
        fields[1],
        fields[2],
        fields[3],
    ];
    office
        .upload("/admin/sso/values", &moved, &[])
        .await
        .says("is up to date")
        .says("https://elsewhere.example/saml2");
}

#[tokio::test]
async fn wrong_values_are_named_beside_their_fields_and_the_right_ones_are_kept() {
    let sp = empty().await;
    let office = Office::open(&sp).await;
    let fields = [
        ("login_url", "javascript:alert(1)"),
        ("identifier", "https://sts.example/<kept>/"),
        ("logout_url", "nowhere"),
        ("certificate_text", "not a certificate"),
    ];
    office
        .upload("/admin/sso/values", &fields, &[])
        .await
        .error_at("login-url", "Copy the Login URL")
        .error_at("logout-url", "or leave this empty")
        .error_at("certificate-text", "This is no certificate")
        .says("value=\"https://sts.example/&lt;kept&gt;/\"")
        .says("No identity provider yet")
        .says("Error: Single sign-on");
    let fields = [("login_url", "https://idp.example/"), ("identifier", "two words")];
    office
        .upload("/admin/sso/values", &fields, &[])
        .await
        .error_at("identifier", "Copy the Azure AD Identifier")
        .error_at("certificate-file", "Choose the certificate");
}

#[tokio::test]
async fn what_is_no_metadata_is_named_and_what_to_do_is_said() {
    let sp = empty().await;
    let office = Office::open(&sp).await;
    let ours = sp.metadata().to_xml();
    let other: Vec<u8> = SpMetadata::default().to_xml().into_bytes();
    let huge = b"<".repeat((1 << 20) + 1);
    let pem = tenant().key.certificate().pem();
    for (content, words) in [
        (&b""[..], "Choose the Federation Metadata XML"),
        (
            b"<!DOCTYPE html><html><title>Sign in</title></html>",
            "This is a web page",
        ),
        (ours.as_bytes(), "This is the metadata of a service provider"),
        (&other, "This cannot be used"),
        (pem.as_bytes(), "This is a certificate"),
        (b"\0\xFF\x80garbage", "This cannot be used"),
        (
            b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
            "This cannot be used",
        ),
        (&huge, "This is larger than 1 MB"),
    ] {
        office
            .upload_metadata(content)
            .await
            .error_at("metadata-file", words)
            .says("No identity provider yet");
    }
    let page = office
        .upload(
            "/admin/sso/metadata",
            &[("metadata_text", "<p>half of a page</p>")],
            &[],
        )
        .await;
    page.error_at("metadata-text", "This cannot be used")
        .says("&lt;p&gt;half of a page&lt;/p&gt;</textarea>");
}

#[tokio::test]
async fn an_expired_certificate_is_taken_with_a_warning() {
    let sp = empty().await;
    let office = Office::open(&sp).await;
    create_alice(&office).await;
    let years_ago = Timestamp::now() - SignedDuration::from_hours(24 * 1_200);
    let expired = Idp {
        entity_id: ISSUER,
        key: SigningKey::generate_azure("Microsoft Azure Federated SSO Certificate", years_ago, 3).unwrap(),
    };
    office
        .upload_metadata(expired.metadata().to_xml().as_bytes())
        .await
        .says(&format!("The certificate {} expired on ", thumbprint(&expired)))
        .says(">Expired<");
    deliver(&sp, &signed_by(&expired, response(&sp, &expired, ALICE)))
        .await
        .is(ALICE);
}

#[tokio::test]
async fn metadata_without_a_redirect_address_is_taken_with_a_warning() {
    let sp = empty().await;
    let office = Office::open(&sp).await;
    let metadata = IdpMetadata {
        sso: vec![Endpoint {
            binding: binding::POST.to_owned(),
            location: format!("{ISSUER}saml2"),
            response_location: None,
        }],
        ..tenant().metadata()
    };
    office
        .upload_metadata(metadata.to_xml().as_bytes())
        .await
        .says("names no address for sign-in by HTTP-Redirect");
}
