//! The page of users.

use maud::{Markup, html};

use crate::account::Account;
use crate::admin::desk::Notice;
use crate::admin::draft::Draft;
use crate::admin::pages::{Place, framed, head, hidden, labelled, line, see_below};
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
                        table.stacked.users #users role="table" {
                            (head(&["Name", "User name (NameID)", "Identity provider", "State", "Change"]))
                            tbody role="rowgroup" { @for (id, account) in &accounts { (row(*id, account, csrf)) } }
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
        tr role="row" {
            th scope="row" role="rowheader" {
                (account.name)
                @if let Some(shown) = &account.display_name { div.soft { (shown) } }
            }
            td.value role="cell" data-label="User name" { (account.name_id) }
            td.value role="cell" data-label="Identity provider" { (account.tenant.as_deref().unwrap_or("the first that signs the user in")) }
            td role="cell" data-label="State" {
                @if account.active { span.tag.good { "Active" } } @else { span.tag { "Not active" } }
            }
            td role="cell" data-label="Change" {
                div.changes {
                    @if account.active { (change("deactivate", "Deactivate", false)) } @else { (change("activate", "Activate", false)) }
                    (change("delete", "Delete", true))
                }
            }
        }
    }
}

/// Who vouches for the user. Where there is one identity provider, it is chosen already.
fn tenants(draft: &Draft, trust: &Trust) -> Markup {
    let hint = "Once one has signed the user in, no other can.";
    let chosen = match trust.tenants() {
        [only] if !draft.is_wrong() => &only.entity_id,
        _ => draft.value("tenant"),
    };
    labelled(
        draft,
        "tenant",
        "Identity provider",
        Some(hint),
        |id, described| {
            html! {
                select name="tenant" id=(id) aria-describedby=[described] aria-invalid=[draft.error("tenant").map(|_| "true")] {
                    option value="" { "The first that signs the user in" }
                    @for tenant in trust.tenants() {
                        option value=(tenant.entity_id) selected[tenant.entity_id == chosen] { (tenant.entity_id) }
                    }
                }
            }
        },
    )
}
