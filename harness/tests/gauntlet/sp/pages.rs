//! What the SP shows: who is signed in, and how it says no.

use saml::document::escape_text;
use serde_json::json;

use super::{
    accounts::Who,
    chance::{random, random_bytes},
    message::{Denial, assertions},
    switches::{Key, Page, Refusal, Sp, Style, Trigger, Victim},
    wire::{Answer, Response},
};

/// A host that no configuration allows.
pub(crate) const ELSEWHERE: &str = "http://app.elsewhere.example/home";

/// A page with a title.
pub(crate) fn page(status: u16, title: &str, body: &str) -> Response {
    Response::html(
        status,
        format!("<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"),
    )
}

/// The page for somebody who is signed in.
pub(crate) fn of(sp: &Sp, who: &Who, last: Option<&Who>, all: &[String]) -> Answer {
    if who.is_victim() {
        match sp.victim {
            Victim::Forbidden => {
                return page(403, "Forbidden", "This page is not for administrators.").into();
            }
            Victim::Breaks => return page(500, "Error", "The dashboard could not be built.").into(),
            Victim::Away => return Response::see("http://admin.elsewhere.example/").into(),
            Victim::Nameless => return page(200, "Welcome", "<h1>Administration</h1>").into(),
            Victim::LikeOthers | Victim::NoAccount | Victim::Disabled | Victim::SecondFactor => {}
        }
    }
    let name = who.written(sp.style);
    let text = escape_text(&name);
    let answer = match sp.page {
        Page::Json if sp.style == Style::Number => Response::json(200, &json!({ "account": who.number })),
        Page::Json => Response::json(200, &json!({ "user": name, "name_id": beside(sp, who) })),
        Page::Html => page(
            200,
            "Account",
            &format!("<p>Signed in: <b id=\"user\">{text}</b></p>"),
        ),
        Page::Hello => page(200, "Start", &format!("<p>Hello, {text}! Nice to see you.</p>")),
        Page::BesideConstant => {
            Response::json(200, &json!({ "contact": "alice@contoso.example", "user": name }))
        }
        Page::BesideLastVisitor => {
            let visitor = last.map(|last| last.written(sp.style));
            Response::json(200, &json!({ "a_visitor": visitor, "user": name }))
        }
        Page::AllUsers => {
            let rows = all.iter().map(|user| format!("<li>{}</li>", escape_text(user)));
            let rows: String = rows.collect();
            page(
                200,
                "Users",
                &format!("<ul>{rows}</ul><p>You are <i class=\"me\">{text}</i></p>"),
            )
        }
        Page::Header => page(200, "Start", "<p>Welcome back.</p>").with("X-User", &name),
        Page::Nameless => page(200, "Start", "<p>Welcome back.</p>"),
        Page::AdminsElsewhere if who.is_victim() => {
            Response::json(200, &json!({ "administrator": { "login": name } }))
        }
        Page::AdminsElsewhere => Response::json(200, &json!({ "user": name })),
    };
    answer.into()
}

fn beside(sp: &Sp, who: &Who) -> Option<String> {
    (sp.key == Key::MailBesideNameId).then(|| who.name_id.clone())
}

/// The page for nobody.
pub(crate) fn anonymous(sp: &Sp) -> Response {
    match sp.page {
        Page::Html | Page::Hello | Page::AllUsers => Response::see("/login"),
        _ => Response::json(401, &json!({ "error": "nobody is signed in" })),
    }
}

/// What becomes of a message that the SP cannot bear, whatever it says.
pub(crate) fn unbearable(sp: &Sp, message: &str) -> Option<Answer> {
    let (Refusal::OddFor(trigger) | Refusal::DiesFor(trigger) | Refusal::HangsFor(trigger)) = sp.refusal
    else {
        return None;
    };
    let met = match trigger {
        Trigger::Cdata => message.contains("<![CDATA["),
        Trigger::TwoAssertions => assertions(message) > 1,
    };
    met.then(|| match sp.refusal {
        Refusal::DiesFor(_) => Answer::Drop,
        Refusal::HangsFor(_) => Answer::Hang,
        _ => page(502, "Bad Gateway", "<h1>502 Bad Gateway</h1><hr>proxy").into(),
    })
}

/// How a message is refused.
pub(crate) fn refuse(sp: &Sp, why: Denial) -> Answer {
    match why {
        Denial::Locked => {
            return page(
                403,
                "Locked",
                "<p>Locked after too many failed attempts. Contact support.</p>",
            )
            .into();
        }
        Denial::Riddle => {
            return page(
                200,
                "One more thing",
                "<p>Are you a robot? Solve the captcha to go on.</p>",
            )
            .into();
        }
        Denial::NoAccount => {
            return page(
                403,
                "No account",
                "<p>You have no account here. Ask your administrator for one.</p>",
            )
            .into();
        }
        _ => {}
    }
    let forbidden = page(403, "Sign-in failed", "<p>The sign-in was refused.</p>");
    let answer = match sp.refusal {
        Refusal::Forbidden => forbidden,
        Refusal::Empty => Response {
            status: 403,
            ..Response::default()
        },
        Refusal::Error => page(500, "Error", "<h1>Something went wrong</h1>"),
        Refusal::Reference => {
            let body = format!("<h1>Something went wrong</h1><p>Reference: {}</p>", base_36(12));
            page(500, "Error", &body)
        }
        Refusal::Trace => page(500, "HTTP Status 500", &trace(why)),
        Refusal::ByKind => page(403, &format!("Refused: {why:?}"), kind(why)),
        Refusal::ToLogin => Response::see(&format!("/login?error={why:?}")),
        Refusal::Page => page(200, "Sign in", "<p>Your sign-in did not succeed. Try again.</p>"),
        Refusal::ToIdp => Response::see("/login"),
        Refusal::Words => page(200, "Oops", &words(12)),
        Refusal::Mixed if matches!(why, Denial::Unsigned | Denial::Garbage | Denial::Shape) => {
            page(400, "Bad Request", "<p>This is no message.</p>")
        }
        Refusal::Mixed => page(500, "Error", "<h1>Internal Server Error</h1>"),
        Refusal::OddFor(_) | Refusal::DiesFor(_) | Refusal::HangsFor(_) => forbidden,
        Refusal::Drops => return Answer::Drop,
        Refusal::Silence => return Answer::Hang,
        Refusal::Varies => {
            let body = format!(
                "<!-- {} --><p>{}</p><pre>{}</pre>",
                random(40),
                words(40),
                random(200)
            );
            page(403, &words(2), &body)
        }
        Refusal::Away => Response::see(ELSEWHERE),
    };
    answer.into()
}

fn kind(why: Denial) -> &'static str {
    match why {
        Denial::Garbage | Denial::Shape | Denial::Unsuccessful => "<p>The message cannot be read.</p>",
        Denial::Unsigned => "<p>The message bears no signature.</p>",
        Denial::Signature => "<p>The signature does not verify with the configured certificate.</p>",
        Denial::Time => "<p>The message has expired. Check the clocks.</p>",
        Denial::Issuer => "<p>No such identity provider.</p>",
        Denial::Replay | Denial::Request => "<p>This login was completed before.</p>",
        _ => "<p>The message is not for us.</p>",
    }
}

/// What a Java server shows its attackers.
fn trace(why: Denial) -> String {
    let at = match why {
        Denial::Unsigned | Denial::Signature => "SignatureValidator.validate(SignatureValidator.java:61)",
        Denial::Time => "ConditionsValidator.checkTime(ConditionsValidator.java:118)",
        Denial::Garbage | Denial::Shape => "BasicParserPool.parse(BasicParserPool.java:209)",
        _ => "ResponseValidator.validate(ResponseValidator.java:97)",
    };
    format!(
        "<h1>HTTP Status 500</h1><pre>com.example.sso.{why:?}Exception: {why:?} at {}\n\tat com.example.sso.{at}\n\tat \
         com.example.sso.Acs.doPost(Acs.java:44)\n\tat java.lang.Thread.run(Thread.java:829)</pre>",
        jiff::Timestamp::now()
    )
}

fn base_36(length: usize) -> String {
    const DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let digits = random_bytes(length);
    digits
        .iter()
        .map(|byte| char::from(DIGITS[usize::from(*byte) % DIGITS.len()]))
        .collect()
}

/// Words that are other ones each time, as a page with a tip of the day has them.
fn words(count: usize) -> String {
    const WORDS: [&str; 16] = [
        "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven", "ivory", "jasper", "karst",
        "lagoon", "meadow", "nectar", "oasis", "prairie",
    ];
    let chosen = random_bytes(count);
    let chosen = chosen.iter().map(|byte| WORDS[usize::from(*byte) % WORDS.len()]);
    chosen.collect::<Vec<_>>().join(" ")
}
