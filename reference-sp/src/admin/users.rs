//! The users: nobody signs in before he is created and activated here.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::account::{ACCOUNTS, Account, NotCreated};
use crate::admin::administrator::Admin;
use crate::admin::draft::Draft;
use crate::admin::form::Posted;
use crate::admin::pages::users;
use crate::http::see_other;
use crate::state::Sp;

/// The longest NameID, in characters (Core 8.3.7).
const NAME_ID: usize = 256;
/// The longest name of a person, in characters.
const NAME: usize = 100;

/// `GET /admin/users`.
pub(crate) async fn page(State(sp): State<Arc<Sp>>, admin: Admin) -> Html<String> {
    let notice = sp.desk.take_notice(&admin.session);
    Html(users::page(
        &sp,
        &admin.csrf,
        notice.as_ref(),
        None,
        &Draft::default(),
    ))
}

/// `POST /admin/users/create`. A new user is not active yet.
pub(crate) async fn create(State(sp): State<Arc<Sp>>, posted: Posted) -> Response {
    let mut draft = Draft::default();
    let name = draft.line("name", &posted.text("name"), NAME);
    if name.is_empty() {
        draft.wrong("name", "Enter the user's name, such as Britta Simon.");
    }
    let name_id = draft.line("name_id", &posted.text("name_id"), NAME_ID);
    if name_id.is_empty() {
        draft.wrong(
            "name_id",
            "Enter the name that the identity provider sends as NameID, such as B.Simon@contoso.com.",
        );
    }
    let display_name = draft.line("display_name", &posted.text("display_name"), NAME);
    let tenant = posted.text("tenant").into_owned();
    draft.keep("tenant", &tenant);
    if !tenant.is_empty() && sp.settings().trust.tenant(&tenant).is_none() {
        draft.wrong(
            "tenant",
            "This identity provider was removed meanwhile. Choose another one.",
        );
    }
    if draft.is_wrong() {
        return mend(&sp, &posted, None, &draft);
    }
    let account = Account {
        name_id: name_id.clone(),
        name: name.clone(),
        display_name: Some(display_name).filter(|name| !name.is_empty()),
        tenant: Some(tenant).filter(|tenant| !tenant.is_empty()),
        active: false,
    };
    match sp.accounts.create(account) {
        Ok(_) => {
            let text = format!(
                "{name} is created, linked to {name_id}, and not active yet. Activate the user to allow sign-in."
            );
            done(&sp, &posted, text)
        }
        Err(NotCreated::Taken) => {
            draft.wrong(
                "name_id",
                "There is a user with this NameID already. Look in the list above.",
            );
            mend(&sp, &posted, None, &draft)
        }
        Err(NotCreated::Full) => {
            draft.wrong(
                "name",
                format!("There are {ACCOUNTS} users already. Delete one first."),
            );
            mend(&sp, &posted, None, &draft)
        }
    }
}

/// `POST /admin/users/activate`.
pub(crate) async fn activate(State(sp): State<Arc<Sp>>, posted: Posted) -> Response {
    let account = number(&posted).and_then(|id| sp.accounts.activate(id));
    told(&sp, &posted, account, |account| {
        format!(
            "{} is active, and may sign in as {}.",
            account.name, account.name_id
        )
    })
}

/// `POST /admin/users/deactivate`: ends the user's sessions.
pub(crate) async fn deactivate(State(sp): State<Arc<Sp>>, posted: Posted) -> Response {
    let account = number(&posted).and_then(|id| sp.accounts.deactivate(id, || end_sessions(&sp, id)));
    told(&sp, &posted, account, |account| {
        format!(
            "{} is not active any more. The user's sessions are over.",
            account.name
        )
    })
}

/// `POST /admin/users/delete`: ends the user's sessions.
pub(crate) async fn delete(State(sp): State<Arc<Sp>>, posted: Posted) -> Response {
    let account = number(&posted).and_then(|id| sp.accounts.delete(id, || end_sessions(&sp, id)));
    told(&sp, &posted, account, |account| {
        format!("{} is deleted. The user's sessions are over.", account.name)
    })
}

fn number(posted: &Posted) -> Option<u64> {
    posted.text("user").parse().ok()
}

fn end_sessions(sp: &Sp, id: u64) {
    sp.memory.close_sessions(|identity| identity.account == Some(id));
}

fn told(
    sp: &Sp,
    posted: &Posted,
    account: Option<Account>,
    text: impl FnOnce(&Account) -> String,
) -> Response {
    match account {
        Some(account) => done(sp, posted, text(&account)),
        None => {
            let why = "This user was deleted meanwhile.";
            mend(sp, posted, Some(why), &Draft::default())
        }
    }
}

fn done(sp: &Sp, posted: &Posted, text: String) -> Response {
    sp.desk.leave_notice(&posted.session, text.into());
    see_other("/admin/users")
}

fn mend(sp: &Sp, posted: &Posted, problem: Option<&str>, draft: &Draft) -> Response {
    let page = users::page(sp, &posted.csrf, None, problem, draft);
    (StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response()
}
