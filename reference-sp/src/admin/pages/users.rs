//! The page of users.

use maud::{Markup, html};

use crate::account::Account;
use crate::admin::desk::Notice;
use crate::admin::draft::Draft;
use crate::admin::pages::{Place, framed, hidden, labelled, line, see_below};
use crate::state::Sp;
use crate::trust::Trust;

/// Who may sign in, and the form that creates a user.
pub(crate) fn page(
    sp: &Sp,
    csrf: &str,
    notice: Option<&Notice>,
    problem: Option<&str>,
    draft: &Draft,
) -> String {
    let settings = sp.settings();
    let accounts = sp.accounts.all();
    framed(
        Place::Users,
        csrf,
        settings.flaws,
        notice,
        problem.or_else(|| see_below(draft)),
        &html! {
            p { "Users must be created and activated here before they use single sign-on." }
            @if sp.creates_users() {
                div.notice role="note" { "This service provider was told to create an active user at the first sign-in." }
            }
            section.card {
                h2 { "Users" }
                @if accounts.is_empty() {
                    p { "There is no user yet. Create one below." }
                } @else {
                    div.scroll tabindex="0" role="region" aria-label="Users" {
                        table.users #users {
                            thead { tr { th scope="col" { "Name" } th scope="col" { "User name (NameID)" } th scope="col" { "Identity provider" } th scope="col" { "State" } th scope="col" { "Change" } } }
                            tbody { @for (id, account) in &accounts { (row(*id, account, csrf)) } }
                        }
                    }
                }
            }
            section.card {
                h2 { "Create a user" }
                form method="post" action="/admin/users/create" {
                    (hidden("csrf", csrf))
                    (line(draft, "name", "Name", Some("Such as Britta Simon."), true))
                    (line(draft, "name_id", "User name (NameID)", Some("What the identity provider sends as NameID: mostly the user name or mail address there, such as B.Simon@contoso.com."), true))
                    (line(draft, "display_name", "Display name", Some("What the user sees. May stay empty."), false))
                    (tenants(draft, &settings.trust))
                    div.actions { button.button type="submit" { "Create user" } }
                }
            }
        },
    )
}

fn row(id: u64, account: &Account, csrf: &str) -> Markup {
    let change = |action: &str, verb: &str, danger: bool| {
        html! {
            form.inline method="post" action={ "/admin/users/" (action) } {
                (hidden("csrf", csrf)) (hidden("user", &id.to_string()))
                button.button.quiet.small.danger[danger] type="submit" aria-label={ (verb) " " (account.name) } { (verb) }
            }
        }
    };
    html! {
        tr {
            th scope="row" {
                (account.name)
                @if let Some(shown) = &account.display_name { div.soft { (shown) } }
            }
            td.value { (account.name_id) }
            td.value { (account.tenant.as_deref().unwrap_or("the first that signs the user in")) }
            td {
                @if account.active { span.tag.good { "Active" } } @else { span.tag { "Not active" } }
            }
            td {
                div.changes {
                    @if account.active { (change("deactivate", "Deactivate", false)) } @else { (change("activate", "Activate", false)) }
                    (change("delete", "Delete", true))
                }
            }
        }
    }
}

/// Who vouches for the user. With one identity provider there is nothing to choose.
fn tenants(draft: &Draft, trust: &Trust) -> Markup {
    let hint = "Only this one can sign the user in.";
    let chosen = draft.value("tenant");
    labelled(
        draft,
        "tenant",
        "Identity provider",
        Some(hint),
        |id, described| {
            html! {
                select name="tenant" id=(id) aria-describedby=[described] aria-invalid=[draft.error("tenant").map(|_| "true")] {
                    @for tenant in trust.tenants() {
                        option value=(tenant.entity_id) selected[tenant.entity_id == chosen] { (tenant.entity_id) }
                    }
                    option value="" selected[draft.is_wrong() && chosen.is_empty()] { "The first that signs the user in" }
                }
            }
        },
    )
}
