//! "Azure Active Directory": a tenant's first page.

use axum::response::Response;
use maud::html;

use super::document::copied;
use super::frame::Section;
use super::scene::Scene;
use crate::server::urls::{metadata_url, sso_url};

/// What the tenant is, what is in it, and every other tenant.
pub(crate) async fn show(scene: Scene) -> Response {
    let tenant = scene.tenant();
    let guests = tenant.users.iter().filter(|user| user.is_guest()).count();
    let counts = [
        ("Users", tenant.users.len(), "users"),
        ("Groups", super::principals::real_groups(tenant).count(), "groups"),
        (
            "Enterprise applications",
            tenant.applications.len(),
            "applications",
        ),
    ];
    let origin = &scene.idp.origin;
    let content = html! {
        section.card aria-labelledby="basic" {
            h2 #basic { "Basic information" }
            dl {
                dt { "Name" } dd { (tenant.display_name) }
                dt { "Primary domain" } dd { (tenant.domain) }
                @if !tenant.domains.is_empty() { dt { "Other verified domains" } dd { (tenant.domains.join(", ")) } }
                @if !tenant.country.is_empty() { dt { "Country" } dd { (tenant.country) } }
                @for (words, count, path) in counts {
                    dt { (words) } dd { a href=(scene.path(path)) { (count) } @if path == "users" && guests > 0 { " (guests: " (guests) ")" } }
                }
            }
            (copied("tenant-id", "Tenant ID", &tenant.id))
            (copied("login-url", "Login URL", &sso_url(origin, &tenant.id)))
            (copied("identifier", "Azure AD Identifier", &tenant.entity_id()))
            (copied("metadata-url", "Federation metadata of the tenant", &metadata_url(origin, &tenant.id)))
        }
        section aria-labelledby="begin" {
            h2 #begin { "Begin here" }
            ul.tiles {
                li { a href=(scene.path("guided")) { strong { "Guided setup" } span { "Add an application, its users, roles and single sign-on, and test it: one page after the other." } } }
                li { a href=(scene.path("applications/new")) { strong { "New application" } span { "From the gallery, or your own." } } }
                li { a href=(scene.path("users/new")) { strong { "New user" } span { "Somebody to sign in with." } } }
                li { a href=(scene.path("sign-ins")) { strong { "Sign-in logs" } span { "What every attempt sent and got." } } }
            }
        }
        section.card aria-labelledby="tenants" {
            h2 #tenants { "Manage tenants" }
            ul {
                @for other in &scene.directory.tenants {
                    li {
                        a href={ "/portal/" (crate::server::page::path_segment(&other.domain)) } { (other.display_name) } " " span.muted { (other.domain) }
                        @if other.id == tenant.id { " " span.tag.on { "this one" } }
                    }
                }
            }
        }
    };
    scene.show(Section::Overview, &[], "Overview", &content)
}
