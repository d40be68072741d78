//! What a person does on a page, and what comes of it.

use axum::{
    Form, Router,
    response::{Html, Redirect},
    routing::{get, post},
};
use samlitmus::{
    driver::{Act, ActError, Session, Visit},
    judge::observation::{Ended, Journey},
};

use crate::{
    driver_support::{body, serve, steps},
    stage::{Stage, on_stage},
};

const FORM: &str = "<!doctype html><title>Sign in</title>\
    <form id=f method=post action=/sent><input type=hidden name=token value='t&quot;1'>\
    <label>Mail <input name=mail type=email value=old@sp.example></label><textarea name=more>old</textarea>\
    <select name=realm><option value=a>Alpha<option value=b>Beta  b</select>\
    <label><input type=checkbox name=stay>Stay</label>\
    <input type=radio name=kind value=x checked><input type=radio name=kind value=y>\
    <input name=day type=date><button name=by value=first>Send it</button><button name=by value=second>Send</button></form>";

fn pages() -> Router {
    let page = |html: &'static str| get(move || async move { Html(html) });
    Router::new()
        .route("/form", page(FORM))
        .route("/sent", post(|Form(fields): Form<Vec<(String, String)>>| async move {
            let fields: Vec<String> = fields.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
            Html(format!("<p id=sent>{}</p>", fields.join("|")))
        }))
        .route("/bare", page("<form method=post action=/sent><input name=a><input name=b></form>"))
        .route("/links", page(
            "<a href=/wrong hidden>Go on</a><a href=/wrong style='visibility:hidden'>Go on</a><a href=/wrong>Go on with it</a>\
             <p>Go on</p><a href=/redirects style='text-transform:uppercase'> Go\n on </a>",
        ))
        .route("/redirects", get(|| async { Redirect::to("/end") }))
        .route("/end", page("<title>End</title><p>here"))
        .route("/renders", page(
            "<button onclick=\"history.pushState(0, '', '/rendered'); document.body.innerHTML += '<p>drawn'\">Draw</button>",
        ))
        .route("/fetches", page(
            "<button onclick=\"fetch('/redirects').then(r => r.text()).then(t => location.href = '/end')\">Go</button>",
        ))
        .route("/covered", page(
            "<a href=/end style='position:absolute;top:0;left:0'>Under</a>\
             <div style='position:absolute;inset:0;background:red'></div><button disabled>Off</button>",
        ))
        .route("/below", page("<div style='height:5000px'></div><div id=host></div><script>\
             host.attachShadow({mode: 'open'}).innerHTML = '<a href=/end>Deep</a>'</script>"))
        .route("/late", page(
            "<p>wait</p><script>setTimeout(() => document.body.innerHTML += '<a id=late href=/end>Late</a>', 1200)</script>",
        ))
        .route("/checks", page("<form action=/end><input name=a required><button>Go</button></form>"))
        .route("/alert", page("<button onclick=\"alert(1); location.href='/end'\">Ask</button>"))
        .route("/closes", page("<button onclick=\"window.close()\">Close</button>"))
}

/// A session that rests on this page of a fresh server.
async fn at(stage: &Stage, path: &str) -> Session {
    let address = serve("127.0.0.1", pages()).await;
    let mut session = stage.session().await;
    let journey = session
        .travel(Visit::Get(&format!("http://{address}{path}")))
        .await;
    assert_eq!(journey.ended, Ended::Answered);
    session
}

fn click(target: &str) -> Act {
    Act::Click(target.parse().unwrap())
}

fn fill(target: &str, text: &str) -> Act {
    Act::Fill(target.parse().unwrap(), text.to_owned())
}

async fn one(stage: &Stage, path: &str, act: Act) -> Result<Journey, ActError> {
    let mut session = at(stage, path).await;
    let came = session.act(&act).await;
    session.close().await;
    came
}

fn missing(came: Result<Journey, ActError>) -> String {
    match came {
        Err(ActError::Missing(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_form_is_filled_in_and_sent_as_a_person_does_it() {
    on_stage(|stage| async move {
        let mut session = at(stage, "/form").await;
        let typed = [
            fill("[name=mail]", "ann+1@sp.example"),
            fill("textarea", "zwö\nlines"),
            fill("select", "Beta b"),
            fill("text:Stay", "on"),
            fill("[name=kind]", "y"),
            fill("[name=day]", "2020-02-03"),
        ];
        for act in &typed {
            let journey = session.act(act).await.unwrap();
            assert_eq!(
                (journey.ended, journey.hops.len()),
                (Ended::Answered, 0),
                "{act:?}"
            );
            assert_eq!(journey.page.unwrap().title, "Sign in");
        }
        let sent = session.act(&click("text:Send")).await.unwrap();
        session.close().await;
        assert_eq!(steps(&sent), ["POST /sent 200"]);
        assert_eq!(
            sent.hops[0].fields.join(" "),
            "token mail more realm stay kind day by"
        );
        let said = body(&sent).replace("\r\n", "/").replace('\n', "/");
        assert!(
            said.contains("token=t\"1|mail=ann+1@sp.example|more=zwö/lines|realm=b|stay=on|kind=y|day=2020-02-03|by=second"),
            "{said}"
        );
    });
}

#[test]
fn a_form_is_submitted_by_its_default_button_or_by_itself() {
    on_stage(|stage| async move {
        for target in ["#f", "[name=mail]"] {
            let sent = one(stage, "/form", Act::Submit(target.parse().unwrap()))
                .await
                .unwrap();
            assert!(body(&sent).contains("|by=first"), "{}", body(&sent));
        }
        let sent = one(stage, "/bare", Act::Submit("form".parse().unwrap()))
            .await
            .unwrap();
        assert_eq!(steps(&sent), ["POST /sent 200"]);
        assert!(
            missing(
                one(
                    stage,
                    "/links",
                    Act::Submit("a[href]:not([hidden])".parse().unwrap())
                )
                .await
            )
            .contains("no form")
        );
        assert!(
            missing(one(stage, "/checks", Act::Submit("form".parse().unwrap())).await).contains("not sent")
        );
    });
}

#[test]
fn a_click_meets_what_is_shown_and_an_equal_text_goes_first() {
    on_stage(|stage| async move {
        let came = one(stage, "/links", click("text:Go on")).await.unwrap();
        assert_eq!(steps(&came), ["GET /redirects 303", "GET /end 200"]);
        assert_eq!(came.page.unwrap().title, "End");
        let below = one(stage, "/below", click("text:Deep")).await.unwrap();
        assert_eq!(steps(&below), ["GET /end 200"]);
        let asked = one(stage, "/alert", click("button")).await.unwrap();
        assert_eq!(steps(&asked), ["GET /end 200"]);
    });
}

#[test]
fn what_cannot_be_done_is_said_and_nothing_is_sent() {
    on_stage(|stage| async move {
        for (path, act, why) in [
            ("/covered", click("a"), "lies over it"),
            ("/covered", click("text:Off"), "disabled"),
            (
                "/covered",
                click("text:Nowhere"),
                "nothing that is shown on the page is `text:Nowhere`",
            ),
            ("/links", click("a[hidden]"), "hidden"),
            ("/links", fill("text:Go on", "x"), "nobody can type"),
            ("/form", fill("select", "Gamma"), "has no `Gamma`"),
            ("/checks", click("button"), "not sent"),
        ] {
            let said = missing(one(stage, path, act).await);
            assert!(said.contains(why), "{path}: {said}");
        }
        let mut nowhere = stage.session().await;
        assert!(missing(nowhere.act(&click("a")).await).contains("no page"));
        nowhere.close().await;
    });
}

#[test]
fn what_a_script_makes_of_a_click_is_seen() {
    on_stage(|stage| async move {
        let drawn = one(stage, "/renders", click("text:Draw")).await.unwrap();
        assert_eq!((&drawn.ended, drawn.hops.len()), (&Ended::Answered, 0));
        let page = drawn.page.unwrap();
        assert!(
            page.url.ends_with("/rendered") && page.body.contains("<p>drawn"),
            "{page:?}"
        );
        let fetched = one(stage, "/fetches", click("text:Go")).await.unwrap();
        assert_eq!(steps(&fetched), ["GET /end 200"]);
        let closed = one(stage, "/closes", click("text:Close")).await.unwrap();
        assert_eq!((closed.ended, closed.hops.len()), (Ended::Answered, 0));
    });
}

#[test]
fn what_comes_late_is_waited_for_until_the_limit() {
    on_stage(|stage| async move {
        let mut session = at(stage, "/late").await;
        let there = session
            .act(&Act::WaitFor("#late".parse().unwrap()))
            .await
            .unwrap();
        assert!(
            body(&there).contains("id=\"late\"") && there.hops.is_empty(),
            "{there:?}"
        );
        assert_eq!(
            steps(&session.act(&click("#late")).await.unwrap()),
            ["GET /end 200"]
        );
        session.close().await;
        let mut session = stage.impatient().await;
        session.travel(Visit::Get(&format!("{}/json", stage.sp))).await;
        let never = session.act(&Act::WaitFor("#never".parse().unwrap())).await;
        assert!(missing(never).contains("after 12 s"));
        session.close().await;
    });
}
