//! The page of single sign-on.

use jiff::Timestamp;
use maud::{Markup, html};
use saml::Certificate;

use crate::admin::desk::Notice;
use crate::admin::draft::Draft;
use crate::admin::pages::{Place, file, framed, head, hidden, labelled_as, line, see_below, text};
use crate::rollover::NotChanged;
use crate::state::Sp;
use crate::trust::Tenant;

/// The forms of the page as they are to be shown.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    pub(crate) metadata: Draft,
    values: Draft,
    /// The tenant whose domains are wrong, and they.
    domains: Option<(String, Draft)>,
    problem: Option<NotChanged>,
}

impl Drafts {
    pub(crate) fn of_values(values: Draft) -> Self {
        Drafts {
            values,
            ..Drafts::default()
        }
    }

    pub(crate) fn of_domains(tenant: String, draft: Draft) -> Self {
        Drafts {
            domains: Some((tenant, draft)),
            ..Drafts::default()
        }
    }

    pub(crate) fn of_page(problem: NotChanged) -> Self {
        Drafts {
            problem: Some(problem),
            ..Drafts::default()
        }
    }

    fn domains_of(&self, tenant: &Tenant) -> Draft {
        match &self.domains {
            Some((entity_id, draft)) if *entity_id == tenant.entity_id => draft.clone(),
            _ => {
                let mut draft = Draft::default();
                draft.keep("domains", &tenant.domains.join(" "));
                draft
            }
        }
    }
}

/// Whom the service provider trusts, and the ways to change that.
pub(crate) fn page(sp: &Sp, csrf: &str, notice: Option<&Notice>, drafts: &Drafts) -> String {
    let settings = sp.settings();
    let tenants = settings.trust.tenants();
    let problem = drafts.problem.as_ref().map(ToString::to_string);
    let below = see_below(&drafts.metadata)
        .or_else(|| see_below(&drafts.values))
        .or_else(|| drafts.domains.as_ref().and_then(|(_, draft)| see_below(draft)));
    framed(
        Place::SingleSignOn,
        csrf,
        settings.flaws,
        notice,
        problem.as_deref().or(below),
        &html! {
            @if tenants.is_empty() {
                section.card { h2 { "No identity provider yet" } p { "Nobody can sign in. Upload the Federation Metadata XML of one." } }
            }
            @for (place, tenant) in tenants.iter().enumerate() {
                (trusted(tenant, place, csrf, &drafts.domains_of(tenant), sp.clock.now()))
            }
            (upload(csrf, &drafts.metadata, tenants.is_empty()))
            (values(csrf, &drafts.values))
            (ours(sp))
        },
    )
}

/// One identity provider.
fn trusted(tenant: &Tenant, place: usize, csrf: &str, domains: &Draft, now: Timestamp) -> Markup {
    let heading = format!("tenant-{place}");
    html! {
        section.card aria-labelledby=(heading) {
            h2.value id=(heading) { (tenant.entity_id) }
            dl {
                dt { "Login URL" }
                dd.value { (tenant.sign_in.as_deref().unwrap_or("none by HTTP-Redirect")) }
                dt { "Logout URL" }
                dd.value { (tenant.sign_out.as_ref().map_or("none by HTTP-Redirect", |urls| urls.requests.as_str())) }
            }
            h3 { "Certificates" }
            div.scroll tabindex="0" role="region" aria-label={ "Certificates of " (tenant.entity_id) } {
                table.stacked.certificates role="table" {
                    (head(&["Thumbprint", "Valid from", "Expires", "State", "Change"]))
                    tbody role="rowgroup" {
                        @for certificate in &tenant.certificates {
                            (row(tenant, certificate, csrf, now))
                        }
                    }
                }
            }
            form.below method="post" action="/admin/sso/domains" {
                (hidden("csrf", csrf)) (hidden("tenant", &tenant.entity_id))
                (labelled_as(&format!("domains-{place}"), domains, "domains", "Domains", Some("The domains of its users, such as contoso.com, with spaces between them. Empty: every domain that no other identity provider has."), |id, described| {
                    html! {
                        input type="text" name="domains" id=(id) value=(domains.value("domains")) autocomplete="off" spellcheck="false"
                            aria-describedby=[described] aria-invalid=[domains.error("domains").map(|_| "true")] autofocus[domains.error("domains").is_some()];
                    }
                }))
                div.actions { button.button.quiet type="submit" { "Save domains" } }
            }
            form.apart method="post" action="/admin/sso/remove" {
                (hidden("csrf", csrf)) (hidden("tenant", &tenant.entity_id))
                button.button.quiet.danger type="submit" { "Remove identity provider" }
            }
        }
    }
}

fn row(tenant: &Tenant, certificate: &Certificate, csrf: &str, now: Timestamp) -> Markup {
    let thumbprint = certificate.thumbprint_sha1();
    let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
    html! {
        tr role="row" {
            th scope="row" role="rowheader" { code.thumbprint { (thumbprint) } }
            td role="cell" data-label="Valid from" { (day(certificate.not_before())) }
            td role="cell" data-label="Expires" { (day(certificate.not_after())) }
            td role="cell" data-label="State" {
                @if certificate.not_after() <= now { span.tag.bad { "Expired" } }
                @else if certificate.not_before() > now { span.tag.bad { "Not valid yet" } }
                @else { span.tag { "Valid" } }
            }
            td role="cell" data-label="Change" {
                @if tenant.certificates.len() == 1 {
                    span.soft { "The only one" }
                } @else {
                    form.inline method="post" action="/admin/sso/certificate/remove" {
                        (hidden("csrf", csrf)) (hidden("tenant", &tenant.entity_id)) (hidden("thumbprint", &thumbprint))
                        button.button.quiet.small type="submit" aria-label={ "Remove certificate " (thumbprint) } { "Remove certificate" }
                    }
                }
            }
        }
    }
}

fn upload(csrf: &str, draft: &Draft, is_first: bool) -> Markup {
    html! {
        section.card {
            h2 { "Upload Federation Metadata XML" }
            @if !is_first {
                p { "Another upload for an identity provider above adds its new certificate beside the old one. Metadata with another identifier adds another identity provider." }
            }
            form method="post" action="/admin/sso/metadata" enctype="multipart/form-data" {
                (hidden("csrf", csrf))
                (file(draft, "metadata_file", "Federation Metadata XML file", ".xml,application/xml,text/xml,application/samlmetadata+xml", Some("The file that you downloaded from the identity provider.")))
                (text(draft, "metadata_text", "Or paste the metadata as text", None))
                div.actions { button.button type="submit" { "Upload metadata" } }
            }
        }
    }
}

fn values(csrf: &str, draft: &Draft) -> Markup {
    html! {
        section.card {
            h2 { "Or enter the values by hand" }
            p { "Copy them from the identity provider's page. For an identity provider above, the certificate is added beside the old one." }
            form method="post" action="/admin/sso/values" enctype="multipart/form-data" {
                (hidden("csrf", csrf))
                (line(draft, "login_url", "Login URL", None, true))
                (line(draft, "identifier", "Azure AD Identifier", Some("It ends with a slash."), true))
                (line(draft, "logout_url", "Logout URL", Some("May stay empty."), false))
                (file(draft, "certificate_file", "Certificate file", ".cer,.crt,.pem,.der", Some("Certificate (Base64) or Certificate (Raw).")))
                (text(draft, "certificate_text", "Or paste the certificate as text", None))
                div.actions { button.button type="submit" { "Save values" } }
            }
        }
    }
}

/// What the administrator of the identity provider needs.
fn ours(sp: &Sp) -> Markup {
    html! {
        section.card {
            h2 { "What the identity provider needs to know" }
            dl {
                dt { "Identifier (Entity ID)" }
                dd.value { (sp.entity_id) }
                dt { "Reply URL (Assertion Consumer Service)" }
                dd.value { (sp.acs_url) }
                dt { "Sign-on URL" }
                dd.value { (sp.url) "/singlesignon/saml/login" }
                @if sp.slo {
                    dt { "Logout URL" }
                    dd.value { (sp.slo_url()) }
                }
                dt { "Metadata" }
                dd { a href="/singlesignon/saml/metadata" download="metadata.xml" { "Download metadata" } }
            }
        }
    }
}
