//! "Set up single sign-on with SAML": the five numbered cards.

use axum::response::Response;
use maud::{Markup, html};

use super::value;
use crate::directory::{Application, NameIdClaim, SigningOption};
use crate::server::page;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::document::copied;
use crate::server::portal::frame::AppSection;
use crate::server::portal::words;
use crate::server::urls::{metadata_url, sso_url};

/// The page.
pub(crate) fn page(scene: &AppScene) -> Response {
    let application = scene.application();
    let content = html! {
        div.tools {
            a.button.quiet href=(scene.within("single-sign-on/metadata")) { "Upload metadata file" }
            a.button.quiet href=(scene.within("single-sign-on/method")) { "Change single sign-on mode" }
            @if !application.verification.required { a.button.quiet href=(test_path(scene)) { "Test this application" } }
        }
        ol.steps {
            li aria-labelledby="card-1" { (number(1)) (head(scene, "card-1", "Basic SAML Configuration", "basic")) (basic(application)) }
            li aria-labelledby="card-2" { (number(2)) (head(scene, "card-2", "Attributes & Claims", "claims")) (claims(scene, application)) }
            li aria-labelledby="card-3" {
                (number(3))
                h2 #card-3 { "SAML Certificates" }
                (certificates(scene))
                (verification(scene, application))
            }
            li aria-labelledby="card-4" {
                (number(4))
                h2 #card-4 { "Set up " (application.display_name) }
                p { "What " (application.display_name) " has to know to link with Azure AD:" }
                (urls(scene))
            }
            li aria-labelledby="card-5" { (number(5)) (test(scene)) }
        }
    };
    scene.show(
        AppSection::SingleSignOn,
        &[],
        "Set up single sign-on with SAML",
        &content,
    )
}

/// Cards 3 and 4 in short, for whoever takes them to the service provider.
pub(crate) fn handover(scene: &AppScene) -> Markup {
    html! { (downloads(scene)) (urls(scene)) }
}

/// Where "Test" leads.
pub(crate) fn test_path(scene: &AppScene) -> String {
    format!("/{}/test/{}", scene.tenant().id, scene.application().app_id)
}

fn number(number: u8) -> Markup {
    html! { span.number aria-hidden="true" { (number) } }
}

fn head(scene: &AppScene, id: &str, title: &str, below: &str) -> Markup {
    html! {
        div.head {
            h2 id=(id) { (title) }
            a href=(scene.within(&format!("single-sign-on/{below}"))) aria-label={ "Edit " (title) } { span aria-hidden="true" { "✎ " } "Edit" }
        }
    }
}

fn basic(application: &Application) -> Markup {
    let rows = |label: &str, values: &[String], required: bool| {
        html! {
            dt { (label) }
            dd {
                @if values.is_empty() { span.muted { @if required { "Required" } @else { "Optional" } } }
                @for value in values { div { (value) } }
            }
        }
    };
    let replies: Vec<String> = application
        .reply_urls
        .iter()
        .map(|reply| match reply.index {
            Some(index) => format!("{} (index {index})", reply.url),
            None => reply.url.clone(),
        })
        .collect();
    let one = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
    html! {
        dl {
            (rows("Identifier (Entity ID)", &application.identifiers, true))
            (rows("Reply URL (Assertion Consumer Service URL)", &replies, true))
            (rows("Sign on URL", &one(&application.sign_on_url), false))
            (rows("Relay State", &one(&application.relay_state), false))
            (rows("Logout Url", &one(&application.logout_url), false))
        }
    }
}

fn claims(scene: &AppScene, application: &Application) -> Markup {
    let format = NameIdClaim::FORMATS
        .iter()
        .find(|(_, uri)| *uri == application.name_id.format);
    html! {
        @if let Some(policy) = super::claim_change::mapping_policy(scene) {
            p { "The claims mapping policy " strong { (policy.display_name) } " decides in place of what stands here." }
        }
        dl {
            @for claim in &application.claims { dt { (claim.name) } dd { (value::told(&claim.value)) } }
            @if application.group_claims.is_some() { dt { "Group" } dd { (super::groups::told(application)) } }
            dt { "Unique User Identifier" }
            dd { (value::told(&application.name_id.value)) @if let Some((words, _)) = format { span.muted { " [" (words) "]" } } }
        }
    }
}

fn certificates(scene: &AppScene) -> Markup {
    let application = scene.application();
    let active = scene.tenant().keys_of(application).active.certificate().clone();
    let expired = active.not_after() < jiff::Timestamp::now();
    let option = match application.signing.option {
        SigningOption::Assertion => "Sign SAML assertion",
        SigningOption::Response => "Sign SAML response",
        SigningOption::Both => "Sign SAML response and assertion",
    };
    html! {
        section aria-labelledby="signing" {
            div.head {
                h3 #signing { "SAML Signing Certificate" }
                a href=(scene.within("single-sign-on/certificates")) aria-label="Edit SAML Signing Certificate" { span aria-hidden="true" { "✎ " } "Edit" }
            }
            dl {
                dt { "Status" } dd { @if expired { span.tag.off { "Expired" } } @else { span.tag.on { "Active" } } @if application.certificates.is_empty() { " the tenant’s own" } }
                dt { "Thumbprint" } dd { code { (active.thumbprint_sha1()) } }
                dt { "Expiration" } dd { (words::minute(active.not_after())) }
                dt { "Notification Email" } dd { @if application.notification_emails.is_empty() { span.muted { "Nobody" } } (application.notification_emails.join(", ")) }
                dt { "Signing Option" } dd { (option) }
                dt { "Signing Algorithm" } dd { @if application.signing.sha1 { "SHA-1" } @else { "SHA-256" } }
            }
            (downloads(scene))
        }
    }
}

fn downloads(scene: &AppScene) -> Markup {
    let application = scene.application();
    let metadata = format!(
        "{}?appid={}",
        metadata_url(&scene.idp.origin, &scene.tenant().id),
        application.app_id
    );
    let link = |words: &str, below: &str| {
        html! {
            dt { (words) }
            dd { a href=(scene.within(&format!("single-sign-on/{below}"))) download { "Download" span.visually-hidden { " " (words) } } }
        }
    };
    html! {
        (copied("app-metadata", "App Federation Metadata Url", &metadata))
        dl {
            (link("Certificate (Base64)", "certificates/active/base64"))
            (link("Certificate (Raw)", "certificates/active/raw"))
            (link("PEM certificate", "certificates/active/pem"))
            (link("Federation Metadata XML", "federation-metadata.xml"))
        }
    }
}

fn verification(scene: &AppScene, application: &Application) -> Markup {
    let known = application.verification.certificates.len();
    html! {
        section.part aria-labelledby="verification" {
            div.head {
                h3 #verification { "Verification certificates (optional)" }
                a href=(scene.within("single-sign-on/verification")) aria-label="Edit Verification certificates" { span aria-hidden="true" { "✎ " } "Edit" }
            }
            dl {
                dt { "Required" } dd { @if application.verification.required { "Yes" } @else { "No" } }
                dt { "Active" } dd { (known.min(2)) }
            }
        }
        section.part aria-labelledby="encryption" {
            div.head {
                h3 #encryption { "Token encryption" }
                a href=(scene.within("token-encryption")) aria-label="Edit Token encryption" { span aria-hidden="true" { "✎ " } "Edit" }
            }
            @match application.encryption_certificate() {
                Some(certificate) => { p { "Assertions are encrypted to " code { (certificate.certificate.thumbprint_sha1()) } "." } }
                None => p.muted { "Assertions are not encrypted." }
            }
        }
    }
}

fn urls(scene: &AppScene) -> Markup {
    let login = sso_url(&scene.idp.origin, &scene.tenant().id);
    html! {
        (copied("login-url", "Login URL", &login))
        (copied("azure-ad-identifier", "Azure AD Identifier", &scene.tenant().entity_id()))
        (copied("logout-url", "Logout URL", &login))
    }
}

fn test(scene: &AppScene) -> Markup {
    let application = scene.application();
    let ready = !application.identifiers.is_empty() && !application.reply_urls.is_empty();
    html! {
        h2 #card-5 { "Test single sign-on with " (application.display_name) }
        @if application.verification.required {
            p { "Not from here: this application takes signed requests only, and a test could not sign one. Begin at the application." }
        } @else if !ready {
            p { "Give it an Identifier and a Reply URL first: " a href=(scene.within("single-sign-on/basic")) { "Basic SAML Configuration" } "." }
        } @else {
            p { "Sign in to " (application.display_name) " as somebody who is assigned, and see what comes of it." }
            p { a.button href=(test_path(scene)) { "Test" } }
            p.muted { "As the people see it: " a href="/myapps" { "My Apps" } ", or the link " code { (crate::server::urls::launch_url(&scene.idp.origin, &application.app_id, &scene.tenant().id)) } }
        }
        p.muted { "What came of every attempt: " a href={ "/portal/" (page::path_segment(&scene.tenant().domain)) "/sign-ins" } { "Sign-in logs" } }
    }
}
