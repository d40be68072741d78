//! Setting up single sign-on: whom the service provider trusts, until when, and for whose users.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;
use saml::metadata::Endpoint;
use saml::names::binding;
use saml::{Certificate, IdpMetadata};

use crate::admin::administrator::Admin;
use crate::admin::desk::Notice;
use crate::admin::draft::Draft;
use crate::admin::form::Posted;
use crate::admin::pages::sso::{self, Drafts};
use crate::admin::upload::{self, ENTITY_ID, Unusable};
use crate::http::see_other;
use crate::rollover::{self, Entered, NotChanged};
use crate::state::Sp;
use crate::trust::is_web_address;

/// The longest URL that is taken, in characters.
const URL: usize = 2048;

/// `GET /admin/sso`.
pub(crate) async fn page(State(sp): State<Arc<Sp>>, admin: Admin) -> Html<String> {
    let notice = sp.desk.take_notice(&admin.session);
    Html(sso::page(&sp, &admin.csrf, notice.as_ref(), &Drafts::default()))
}

/// `POST /admin/sso/metadata`: the file, or its text.
pub(crate) async fn upload_metadata(State(sp): State<Arc<Sp>>, posted: Posted) -> Response {
    let (place, read) = file_or_text(&posted, ["metadata_file", "metadata_text"], upload::metadata);
    let entered = read.map_err(|why| why.to_string()).and_then(|metadata| {
        sp.change(|settings| rollover::enter(&mut settings.trust, metadata))
            .map_err(|why| why.to_string())
    });
    match entered {
        Ok(entered) => done(&sp, &posted, told(&entered, sp.clock.now())),
        Err(why) => {
            let mut drafts = Drafts::default();
            if place == "metadata_text" {
                drafts.metadata.keep(place, &posted.text(place));
            }
            drafts.metadata.wrong(place, why);
            mend(&sp, &posted, &drafts)
        }
    }
}

/// `POST /admin/sso/values`: the URLs that the portal shows, and the certificate.
pub(crate) async fn enter_values(State(sp): State<Arc<Sp>>, posted: Posted) -> Response {
    let mut draft = Draft::default();
    let sign_in = draft.line("login_url", &posted.text("login_url"), URL);
    if !is_web_address(&sign_in) {
        draft.wrong("login_url", "Copy the Login URL; it begins with https://.");
    }
    let entity_id = draft.line("identifier", &posted.text("identifier"), ENTITY_ID);
    if entity_id.is_empty() || entity_id.contains(char::is_whitespace) {
        draft.wrong("identifier", "Copy the Azure AD Identifier; with Azure AD it begins with https://sts.windows.net/ and ends with a slash.");
    }
    let sign_out = draft.line("logout_url", &posted.text("logout_url"), URL);
    if !sign_out.is_empty() && !is_web_address(&sign_out) {
        draft.wrong(
            "logout_url",
            "Copy the Logout URL, which begins with https://, or leave this empty.",
        );
    }
    let is_known = sp.settings().trust.tenant(&entity_id).is_some();
    let (place, certificate) = file_or_text(
        &posted,
        ["certificate_file", "certificate_text"],
        upload::certificate,
    );
    if place == "certificate_text" {
        draft.keep(place, &posted.text(place));
    }
    let signing = match certificate {
        Ok(certificate) => vec![certificate],
        Err(Unusable::NoCertificate) if is_known => Vec::new(),
        Err(why) => {
            draft.wrong(place, why.to_string());
            Vec::new()
        }
    };
    if draft.is_wrong() {
        return mend(&sp, &posted, &Drafts::of_values(draft));
    }
    let metadata = IdpMetadata {
        entity_id: entity_id.clone(),
        sso: vec![by_redirect(&sign_in)],
        slo: Some(&sign_out)
            .filter(|url| !url.is_empty())
            .map(|url| by_redirect(url))
            .into_iter()
            .collect(),
        signing,
        ..IdpMetadata::default()
    };
    match sp.change(|settings| rollover::enter(&mut settings.trust, metadata)) {
        Ok(entered) => {
            let mut notice = told(&entered, sp.clock.now());
            if entity_id == sign_in {
                notice.warnings.push("The identifier is the same as the Login URL. Azure AD's identifier is another one: it begins with https://sts.windows.net/.".to_owned());
            }
            done(&sp, &posted, notice)
        }
        Err(why) => {
            draft.wrong("identifier", why.to_string());
            mend(&sp, &posted, &Drafts::of_values(draft))
        }
    }
}

/// `POST /admin/sso/domains`: for whose users the tenant may speak.
pub(crate) async fn assign_domains(State(sp): State<Arc<Sp>>, posted: Posted) -> Response {
    let tenant = posted.text("tenant").into_owned();
    let written = posted.text("domains");
    match sp.change(|settings| rollover::assign(&mut settings.trust, &tenant, &written)) {
        Ok(domains) if domains.is_empty() => done(
            &sp,
            &posted,
            format!("{tenant} may speak for every domain that no other identity provider has."),
        ),
        Ok(domains) => done(
            &sp,
            &posted,
            format!(
                "{tenant} may speak for {}, and for no other domain.",
                domains.join(", ")
            ),
        ),
        Err(NotChanged::Gone) => mend(&sp, &posted, &Drafts::of_page(NotChanged::Gone)),
        Err(why) => {
            let mut draft = Draft::default();
            draft.keep("domains", &written.chars().take(URL).collect::<String>());
            draft.wrong("domains", why.to_string());
            mend(&sp, &posted, &Drafts::of_domains(tenant, draft))
        }
    }
}

/// `POST /admin/sso/certificate/remove`: the end of a rollover.
pub(crate) async fn remove_certificate(State(sp): State<Arc<Sp>>, posted: Posted) -> Response {
    let tenant = posted.text("tenant");
    let thumbprint = posted.text("thumbprint");
    match sp.change(|settings| rollover::retire(&mut settings.trust, &tenant, &thumbprint)) {
        Ok(()) => done(
            &sp,
            &posted,
            format!("The certificate {thumbprint} of {tenant} is removed. What its key signs is refused."),
        ),
        Err(why) => mend(&sp, &posted, &Drafts::of_page(why)),
    }
}

/// `POST /admin/sso/remove`: the tenant goes, and its users' sessions with it.
pub(crate) async fn remove_tenant(State(sp): State<Arc<Sp>>, posted: Posted) -> Response {
    let tenant = posted.text("tenant");
    match sp.change(|settings| rollover::leave(&mut settings.trust, &tenant)) {
        Ok(()) => {
            sp.memory.close_sessions(|identity| identity.issuer == tenant);
            done(
                &sp,
                &posted,
                format!("{tenant} is trusted no longer. The sessions of its users are over."),
            )
        }
        Err(why) => mend(&sp, &posted, &Drafts::of_page(why)),
    }
}

/// What the one of two fields that was filled in holds, and which one that is: a file goes before a text.
fn file_or_text<T>(
    posted: &Posted,
    [file, text]: [&'static str; 2],
    read: impl FnOnce(&[u8]) -> Result<T, Unusable>,
) -> (&'static str, Result<T, Unusable>) {
    let is_empty = |name| posted.bytes(name).iter().all(u8::is_ascii_whitespace);
    let place = if is_empty(file) && !is_empty(text) {
        text
    } else {
        file
    };
    if posted.is_too_large(place) {
        return (place, Err(Unusable::TooLarge));
    }
    (place, read(posted.bytes(place)))
}

fn by_redirect(url: &str) -> Endpoint {
    Endpoint {
        binding: binding::REDIRECT.to_owned(),
        location: url.to_owned(),
        response_location: None,
    }
}

/// What metadata has changed, and what of it deserves a second look.
fn told(entered: &Entered, now: Timestamp) -> Notice {
    let Entered {
        is_new,
        added,
        tenant,
    } = entered;
    let name = &tenant.entity_id;
    let done = match (is_new, added.len()) {
        (true, _) => format!("{name} is trusted now."),
        (false, 0) => format!("{name} is up to date. Its certificates were known already."),
        (false, 1) => format!(
            "{name} has a new certificate beside the old. Remove the old one when the identity provider signs with the new one."
        ),
        (false, several) => format!(
            "{name} has {several} new certificates beside the old. Remove the old ones when the identity provider signs with a new one."
        ),
    };
    let mut warnings: Vec<String> = added.iter().filter_map(|one| doubt(one, now)).collect();
    if tenant.sign_in.is_none() {
        warnings.push(format!(
            "{name} names no address for sign-in by HTTP-Redirect. Its users can only begin there, not here."
        ));
    }
    Notice { done, warnings }
}

/// What is wrong with a certificate's time. Its key is trusted all the same, as Azure AD's is: what was entered
/// here is the truth, and the date a reminder.
fn doubt(certificate: &Certificate, now: Timestamp) -> Option<String> {
    let thumbprint = certificate.thumbprint_sha1();
    let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
    if certificate.not_after() <= now {
        Some(format!(
            "The certificate {thumbprint} expired on {}. It still counts; make a new one at the identity provider soon.",
            day(certificate.not_after())
        ))
    } else if certificate.not_before() > now {
        Some(format!(
            "The certificate {thumbprint} is not valid before {}. Look whether the clocks are right.",
            day(certificate.not_before())
        ))
    } else {
        None
    }
}

fn done(sp: &Sp, posted: &Posted, notice: impl Into<Notice>) -> Response {
    sp.desk.leave_notice(&posted.session, notice.into());
    see_other("/admin/sso")
}

fn mend(sp: &Sp, posted: &Posted, drafts: &Drafts) -> Response {
    let page = sso::page(sp, &posted.csrf, None, drafts);
    (StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response()
}
