//! The SP as a web application. `cookie` is what a session rests on, `page` what it answers, `leak` what no refusal may tell.

mod cookie;
mod leak;
mod page;

#[cfg(test)]
mod tests;

use scenarios::WebProperty;

use super::seen::{Emitted, Held, Sessions};

pub(super) fn holds(property: WebProperty, emitted: &Emitted) -> Held {
    use WebProperty as P;
    match property {
        P::RefusalsTellNothing => page::refusals_tell_nothing(&emitted.refused),
        P::RefusalsAlike => page::refusals_alike(&emitted.refused),
        P::PostKept => page::post_kept(emitted.journey.as_ref().map(|(_, journey)| journey)),
        P::CookieSecure
        | P::CookieHttpOnly
        | P::CookieSameSite
        | P::CookieHostOnly
        | P::CookieEntropy
        | P::PageNotStored
        | P::PageNotFramed
        | P::AnswerRedirects
        | P::PathsProtected => match &emitted.sessions {
            None => Held::CannotTell("no session was looked at".to_owned()),
            Some(sessions) => of_sessions(property, sessions),
        },
    }
}

fn of_sessions(property: WebProperty, sessions: &Sessions) -> Held {
    use WebProperty as P;
    let each = |holds: fn(&super::Bearer) -> Held| {
        let why = match &sessions.broke {
            Some(why) => format!("a flawless login did not come out: {why}"),
            None => "no cookie was seen without which nobody is signed in".to_owned(),
        };
        Held::all(sessions.bearers.iter().map(holds), &why)
    };
    match property {
        P::CookieSecure if !sessions.https => {
            Held::CannotTell("the SP is reached by plain HTTP here".to_owned())
        }
        P::CookieSecure => each(cookie::secure),
        P::CookieHttpOnly => each(cookie::http_only),
        P::CookieSameSite => each(cookie::same_site),
        P::CookieHostOnly => each(cookie::host_only),
        P::CookieEntropy => each(cookie::entropy),
        P::PageNotStored => page::not_stored(sessions.page.as_ref()),
        P::PageNotFramed => page::not_framed(sessions.page.as_ref()),
        P::AnswerRedirects => page::redirects(sessions.answer.as_ref()),
        _ => page::paths_protected(&sessions.paths),
    }
}
