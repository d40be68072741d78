//! How a refused message is answered. None of the answers says why, save one: who is proven to be somebody and has no
//! account is told so, and that an administrator can help.

use std::panic::resume_unwind;

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::config::Refusal;
use crate::denial::{AboutAccount, Denial};
use crate::flaw::Flaw;
use crate::memory::secret;
use crate::pages;
use crate::state::Sp;

/// Notes the reason and answers in the manner that the service provider was told to.
pub(crate) async fn refuse(sp: &Sp, denial: &Denial) -> Response {
    sp.note(denial);
    let about = denial.about_account();
    let settings = sp.settings();
    let said = denial
        .said()
        .filter(|_| settings.flaws.has(Flaw::ReflectedMarkup));
    let unreadable =
        denial.is_no_message() || matches!(denial, Denial::Undecipherable | Denial::Decryption(_));
    if settings.flaws.has(Flaw::ErrorLeak) && unreadable {
        let trace = format!(
            "thread 'acs' panicked at {}:{}:{}:\n{denial}\nstack backtrace:\n{}",
            file!(),
            line!(),
            column!(),
            incident()
        );
        return (
            StatusCode::INTERNAL_SERVER_ERROR,
            Html(pages::refused(None, Some(&trace), said)),
        )
            .into_response();
    }
    let page =
        |status: StatusCode| (status, Html(pages::refused(about.as_ref(), None, said))).into_response();
    if settings.flaws.has(Flaw::DecryptionOracle) && *denial == Denial::Undecipherable {
        return page(StatusCode::BAD_REQUEST);
    }
    match settings.refuse_with {
        Refusal::Forbidden => page(StatusCode::FORBIDDEN),
        Refusal::ServerErrorConstant => page(StatusCode::INTERNAL_SERVER_ERROR),
        Refusal::ServerErrorVarying => broken(about.as_ref(), said),
        Refusal::Redirect => {
            let location = match about {
                None => "/error".to_owned(),
                Some(about) => {
                    let notice = sp.memory.issue_notice(about, sp.clock.now());
                    format!("/error?notice={notice}")
                }
            };
            (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
        }
        Refusal::Page => page(StatusCode::OK),
        Refusal::Silence => silence(sp).await,
        // Hyper's task for this connection ends with it, and the connection is closed. Tokio catches it; no hook prints.
        Refusal::Die => resume_unwind(Box::new("told to die")),
    }
}

/// A page that is never twice the same.
fn broken(about: Option<&AboutAccount>, said: Option<&str>) -> Response {
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        Html(pages::refused(about, Some(&incident()), said)),
    )
        .into_response()
}

/// Nothing, until the server stops: the browser has given up by then.
async fn silence(sp: &Sp) -> Response {
    let mut stop = sp.stop.clone();
    let _stopped = stop.wait_for(|stop| *stop).await;
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

/// Words that never come twice, as a stack trace's do. Letters alone: whoever compares pages without their numbers
/// must still see that these differ.
fn incident() -> String {
    let letters: String = secret()
        .chars()
        .filter_map(|digit| {
            digit
                .to_digit(16)
                .and_then(|value| char::from_digit(value + 10, 26))
        })
        .collect();
    let (place, rest) = letters.split_at(letters.len() / 2);
    format!("at {place}\nat {rest}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn an_incident_differs_by_its_words_and_not_by_numbers_or_length() {
        let seen: HashSet<String> = (0..500).map(|_| incident()).collect();
        assert_eq!(seen.len(), 500);
        for text in &seen {
            assert!(!text.contains(|c: char| c.is_ascii_digit()), "{text}");
            assert!(text.split_whitespace().all(|word| word.len() <= 32), "{text}");
        }
    }
}
