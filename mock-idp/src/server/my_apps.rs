//! My Apps: the tiles of whoever is signed in.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use maud::{Markup, html};

use super::arrival::{Arrival, Goal};
use super::caller::Caller;
use super::idp::Idp;
use super::sign_in::account::seen_from;
use super::sign_in::initial;
use super::{page, sign_in};
use crate::directory::SsoMode;
use crate::{Application, Directory, Tenant, User};

/// The page, or the sign-in that leads to it. `account` and `tenantId` choose between several people and organisations, `search`
/// narrows the tiles.
pub(super) async fn show(
    State(idp): State<Arc<Idp>>,
    Query(query): Query<Vec<(String, String)>>,
    caller: Caller,
) -> Response {
    let directory = idp.directory();
    let sessions = caller.sessions(&idp);
    let people: Vec<_> = sessions
        .iter()
        .filter_map(|who| Some((who, who.account(&directory)?)))
        .filter(|(who, (_, user))| user.enabled && who.knows_password_of(user))
        .map(|(_, account)| account)
        .collect();
    let field = |name| page::field(&query, name).filter(|text| !text.is_empty());
    let wanted = field("account");
    let current = people
        .iter()
        .find(|(_, user)| wanted.is_none_or(|id| user.object_id == id));
    match current.or(people.first()) {
        Some(&current) => {
            let organisations = organisations(&directory, current);
            let chosen = organisations
                .iter()
                .find(|(tenant, _)| field("tenantId").is_some_and(|id| tenant.id == id));
            let me = Me {
                people: &people,
                account: current,
                here: chosen.copied().unwrap_or(current),
                organisations: &organisations,
            };
            tiles(&caller, &me, field("search").unwrap_or_default())
        }
        None => {
            let arrival = Arrival::without_request("common".to_owned(), Goal::MyApps);
            sign_in::begin(&idp, &caller, &Arc::new(arrival))
        }
    }
}

struct Me<'a> {
    people: &'a [(&'a Tenant, &'a User)],
    account: (&'a Tenant, &'a User),
    /// The organisation that is shown, and who the person is there.
    here: (&'a Tenant, &'a User),
    organisations: &'a [(&'a Tenant, &'a User)],
}

/// The person's own organisation, and those that have the person as a guest.
fn organisations<'a>(
    directory: &'a Directory,
    (home, user): (&'a Tenant, &'a User),
) -> Vec<(&'a Tenant, &'a User)> {
    let tenants = directory.tenants.iter();
    tenants
        .filter_map(|tenant| Some((tenant, seen_from(tenant, home, user)?)))
        .collect()
}

/// Whether the application has a tile for this person.
fn has_tile(tenant: &Tenant, user: &User, application: &Application) -> bool {
    let leads_somewhere = match application.sso_mode {
        Some(SsoMode::Saml) => true,
        Some(SsoMode::Linked) => application.sign_on_url.is_some(),
        None => false,
    };
    let may = !application.assignment_required || !tenant.assignments_of(user, application).is_empty();
    leads_somewhere && application.enabled && application.visible && may
}

fn tiles(caller: &Caller, me: &Me<'_>, search: &str) -> Response {
    let (tenant, user) = me.here;
    let wanted = search.to_lowercase();
    let mut shown: Vec<_> = tenant
        .applications
        .iter()
        .filter(|application| has_tile(tenant, user, application))
        .filter(|application| application.display_name.to_lowercase().contains(&wanted))
        .collect();
    shown.sort_by_key(|application| application.display_name.to_lowercase());
    let content = html! {
        (bar(caller, me))
        main.wide {
            h1 { "Apps" }
            form.search role="search" method="get" action="/myapps" {
                input type="hidden" name="account" value=(me.account.1.object_id);
                input type="hidden" name="tenantId" value=(tenant.id);
                label for="search" { "Search apps" }
                div {
                    input #search type="search" name="search" value=(search) maxlength="100";
                    button type="submit" { "Search" }
                }
            }
            @if shown.is_empty() {
                p.card.empty {
                    @if search.is_empty() {
                        "There are no apps to show. An administrator assigns them to you under “Users and groups” of each application."
                    } @else {
                        "No app of yours is called “" (search) "”. " a href=(here(me)) { "Show all" }
                    }
                }
            } @else {
                ul.tiles {
                    @for application in shown { (tile(tenant, application)) }
                }
            }
        }
    };
    page::document("My Apps", &content)
}

fn tile(tenant: &Tenant, application: &Application) -> Markup {
    let name = &application.display_name;
    let link = match (application.sso_mode, &application.sign_on_url) {
        (Some(SsoMode::Linked), Some(url)) => url.clone(),
        _ => format!(
            "/signin/{}/{}?tenantId={}",
            page::path_segment(name),
            application.app_id,
            tenant.id
        ),
    };
    html! {
        li { a.tile href=(link) {
            span.initial style={ "--hue:" (hue(&application.app_id)) } aria-hidden="true" { (initial(name)) }
            span { (name) }
        } }
    }
}

/// A colour for each application.
fn hue(app_id: &str) -> u32 {
    app_id.bytes().fold(7u32, |hue, byte| {
        hue.wrapping_mul(31).wrapping_add(u32::from(byte))
    }) % 360
}

fn here(me: &Me<'_>) -> String {
    format!(
        "/myapps?account={}&tenantId={}",
        me.account.1.object_id, me.here.0.id
    )
}

/// Who is signed in, and the way out.
fn bar(caller: &Caller, me: &Me<'_>) -> Markup {
    let (tenant, user) = me.here;
    let other_people = me
        .people
        .iter()
        .filter(|(_, other)| other.object_id != me.account.1.object_id);
    let other_organisations = me.organisations.iter().filter(|(other, _)| other.id != tenant.id);
    html! {
        nav.bar aria-label="My Apps" {
            a.brand href=(here(me)) { "My Apps" }
            details.menu {
                summary {
                    span.initial aria-hidden="true" { (initial(&user.display_name)) }
                    span { (user.display_name) }
                }
                div.card {
                    p { strong { (user.display_name) } br; (user.user_principal_name) br; span.muted { (tenant.display_name) } }
                    @for (other, _) in other_organisations {
                        p { a href={ "/myapps?account=" (me.account.1.object_id) "&tenantId=" (other.id) } { "Switch to " (other.display_name) } }
                    }
                    @for (_, other) in other_people {
                        p { a href={ "/myapps?account=" (other.object_id) } { (other.user_principal_name) } }
                    }
                    form method="post" action="/sign-out" {
                        (caller.browser.field())
                        button type="submit" { "Sign out" }
                    }
                }
            }
        }
    }
}
