//! The certificates that an application signs with, and what can be done to each.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::server::portal::app_scene::AppScene;
use crate::server::portal::field;
use crate::server::portal::words;

/// The table.
pub(crate) fn show(scene: &AppScene) -> Markup {
    let now = Timestamp::now();
    let at = |key: &str, below: &str| scene.within(&format!("single-sign-on/certificates/{key}/{below}"));
    html! {
        @if scene.application().certificates.is_empty() {
            p.card { "The application has no certificate of its own: the tenant’s key signs. The first one that is made or imported takes over at once." }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="Certificates" {
                table {
                    thead { tr { th scope="col" { "Status" } th scope="col" { "Expiration Date" } th scope="col" { "Thumbprint" } th scope="col" { "Download" } th scope="col" { "Change" } } }
                    tbody {
                        @for own in &scene.application().certificates {
                            tr {
                                td {
                                    @if own.active { span.tag.on { "Active" } } @else { span.tag { "Inactive" } }
                                    @if own.is_expired(now) { " " span.tag.off { "Expired" } }
                                    @if own.imported { " " span.tag { "Imported" } }
                                }
                                td { (words::day(own.certificate.not_after())) }
                                td { code { (own.certificate.thumbprint_sha1()) } div.muted { (own.display_name) } }
                                td {
                                    @for (form, words) in [("base64", "Base64"), ("raw", "Raw"), ("pem", "PEM")] {
                                        a href=(at(&own.key_id, form)) download { (words) } " "
                                    }
                                }
                                td {
                                    @if own.active {
                                        span.muted { "In use" }
                                    } @else {
                                        (field::button(scene, &at(&own.key_id, "activate"), &[], "link", &html! { "Make certificate active" }))
                                        " "
                                        (field::button(scene, &at(&own.key_id, "delete"), &[], "link danger", &html! { "Delete Certificate" }))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
