//! What is shown once an account was named.

use mock_idp::directory::{
    AuthMethod, ConditionalAccess, Policy, PolicyKind, PublicCertificate, SignInState, SigningCertificate,
    StrongAuthentication,
};
use mock_idp::{Application, Azure, Directory};

use super::super::sign_in::ALICE;
use super::{Browser, DIRECTORY, Seen, redirect, request, with, with_element};

type Change = Box<dyn FnOnce(&mut Directory)>;

fn application(change: impl FnOnce(&mut Application) + 'static) -> Change {
    Box::new(|directory| change(&mut directory.tenants[0].applications[0]))
}

fn sign_in_state(state: SignInState) -> Change {
    Box::new(move |directory| directory.tenants[0].users[0].sign_in = state)
}

fn access(access: ConditionalAccess) -> Change {
    application(move |application| application.conditional_access = Some(access))
}

/// A claims mapping policy, for an application with a certificate of its own or without.
fn mapping(definition: &'static str, own: bool) -> Change {
    Box::new(move |directory| {
        let tenant = &mut directory.tenants[0];
        tenant.policies.push(Policy {
            id: "policy".to_owned(),
            kind: PolicyKind::ClaimsMapping,
            display_name: "Claims".to_owned(),
            definition: vec![definition.to_owned()],
            is_organization_default: false,
        });
        let application = &mut tenant.applications[0];
        application.policies.push("policy".to_owned());
        if own {
            let mut certificate = SigningCertificate::of(tenant.keys.k1.clone(), true);
            certificate.active = true;
            application.certificates.push(certificate);
        }
    })
}

const PREFIX: &str = r#"{"ClaimsMappingPolicy":{"Version":1,"ClaimsSchema":[{"Source":"user","ID":"employeeid"},{"Source":"transformation","ID":"d","TransformationId":"t","SamlClaimType":"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"}],"ClaimsTransformations":[{"ID":"t","TransformationMethod":"ExtractMailPrefix","InputClaims":[{"ClaimTypeReferenceId":"employeeid","TransformationClaimType":"mail"}],"OutputClaims":[{"ClaimTypeReferenceId":"d","TransformationClaimType":"outputClaim"}]}]}}"#;
const EMPTY: &str = r#"{"ClaimsMappingPolicy":{"Version":1}}"#;

pub(super) async fn provoke(seen: &mut Seen) {
    outcomes(seen).await;
    accounts(seen).await;
    second_factors(seen).await;
}

/// With alice's account and password.
async fn outcomes(seen: &mut Seen) {
    let cases: Vec<(u32, Change)> = vec![
        (50053, sign_in_state(SignInState::Locked)),
        (50055, sign_in_state(SignInState::PasswordExpired)),
        (50056, sign_in_state(SignInState::NoPassword)),
        (
            50057,
            Box::new(|directory| directory.tenants[0].users[0].enabled = false),
        ),
        (
            50105,
            application(|application| application.assignment_required = true),
        ),
        (53000, access(ConditionalAccess::RequireCompliantDevice)),
        (53001, access(ConditionalAccess::RequireDomainJoinedDevice)),
        (53002, access(ConditionalAccess::RequireApprovedClient)),
        (53003, access(ConditionalAccess::Block)),
        (50072, access(ConditionalAccess::RequireMfa)),
        (50124, mapping("no policy", true)),
        (50146, mapping(EMPTY, false)),
        (501241, mapping(PREFIX, true)),
        (
            50003,
            application(|application| {
                let mut certificate = SigningCertificate::of(DIRECTORY.contoso().keys.k1.clone(), true);
                certificate.key = None;
                application.certificates.push(certificate);
            }),
        ),
        (
            50007,
            application(|application| {
                let certificate = PublicCertificate::new(DIRECTORY.contoso().keys.k1.certificate().clone());
                application.encryption_certificates.push(certificate);
                application.token_encryption_key_id = Some("another".to_owned());
            }),
        ),
    ];
    for (code, change) in cases {
        let idp = with(Azure::default(), change).await;
        let mut browser = Browser::new();
        let page = browser.get(&redirect(&idp, &request(""), None)).await;
        let page = browser
            .submit(idp.origin(), &page, &[("loginfmt", ALICE.0)])
            .await;
        let page = browser.submit(idp.origin(), &page, &[("passwd", ALICE.1)]).await;
        seen.on(code, &page);
    }
    let context = with_element(
        r#"<samlp:RequestedAuthnContext><AuthnContextClassRef xmlns="urn:oasis:names:tc:SAML:2.0:assertion">urn:oasis:names:tc:SAML:2.0:ac:classes:X509</AuthnContextClassRef></samlp:RequestedAuthnContext>"#,
    );
    let idp = with(Azure::default(), |_| {}).await;
    let page = Browser::new()
        .sign_in(idp.origin(), &redirect(&idp, &context, None), ALICE.0, ALICE.1)
        .await;
    seen.on(75011, &page);
}

/// With other accounts, and with several.
async fn accounts(seen: &mut Seen) {
    let idp = with(Azure::default(), |_| {}).await;
    let (start, origin) = (redirect(&idp, &request(""), None), idp.origin());
    let mut browser = Browser::new();
    let mut page = browser.get(&start).await;
    for (code, typed) in [(90022, "alice"), (50034, "nobody@contoso.example")] {
        page = browser.submit(origin, &page, &[("loginfmt", typed)]).await;
        seen.on(code, &page);
    }
    page = browser.submit(origin, &page, &[("loginfmt", ALICE.0)]).await;
    seen.on(
        50126,
        &browser.submit(origin, &page, &[("passwd", "wrong")]).await,
    );

    let outsider = ("outsider@fabrikam.example", "mock-outsider");
    let mut browser = Browser::new();
    seen.on(
        50020,
        &browser.sign_in(origin, &start, outsider.0, outsider.1).await,
    );
    let picker = browser.get(&start).await;
    let id = &DIRECTORY.fabrikam().users[0].object_id;
    seen.on(90072, &browser.submit(origin, &picker, &[("account", id)]).await);
    let passive = redirect(&idp, &request(r#"IsPassive="true""#), None);
    seen.on(16000, &browser.get(&passive).await);

    let mut browser = Browser::new();
    browser.sign_in(origin, &start, ALICE.0, ALICE.1).await;
    super::super::change(&idp, |directory| {
        directory.tenants[0].users[0].password = "new".to_owned()
    });
    seen.on(50133, &browser.get(&passive).await);
}

/// Where the person is not there to give one, or does not.
async fn second_factors(seen: &mut Seen) {
    let idp = with(Azure::default(), |directory| {
        directory.tenants[0].users[0].method = AuthMethod::PasswordAndPush;
    })
    .await;
    let (start, origin) = (redirect(&idp, &request(""), None), idp.origin());
    let mut browser = Browser::new();
    let page = browser.get(&start).await;
    let page = browser.submit(origin, &page, &[("loginfmt", ALICE.0)]).await;
    let page = browser.submit(origin, &page, &[("passwd", ALICE.1)]).await;
    seen.on(50074, &browser.submit(origin, &page, &[("action", "deny")]).await);

    for (code, state) in [
        (50079, StrongAuthentication::NotRegistered),
        (50076, StrongAuthentication::Registered),
        (50078, StrongAuthentication::Expired),
    ] {
        let idp = with(Azure::default(), |_| {}).await;
        let mut browser = Browser::new();
        let start = redirect(&idp, &request(""), None);
        browser.sign_in(idp.origin(), &start, ALICE.0, ALICE.1).await;
        super::super::change(&idp, |directory| {
            directory.tenants[0].users[0].strong_authentication = state;
            directory.tenants[0].applications[0].conditional_access = Some(ConditionalAccess::RequireMfa);
        });
        let passive = redirect(&idp, &request(r#"IsPassive="true""#), None);
        seen.on(code, &browser.get(&passive).await);
    }
}
