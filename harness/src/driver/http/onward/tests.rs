//! Where pages lead.

use encoding_rs::UTF_8;
use proptest::prelude::*;
use reqwest::header::HeaderMap;

use super::*;
use crate::driver::page::TAGS;

const HIDDEN: &str = "<input type=hidden name=SAMLResponse value='a+/='>";
const SUBMIT: &str = "<script>document.forms[0].submit()</script>";

fn led(html: &str) -> Led {
    let url = Url::parse("http://127.0.0.1:8400/sso/login?x=1").unwrap();
    let context = Context::of(&url, &HeaderMap::new());
    let arrived = Arrived {
        context: &context,
        html,
        encoding: UTF_8,
        refresh: None,
    };
    arrived.look().unwrap_or_else(|wanted| {
        let scripts = wanted.into_iter().map(|url| (url, Err("not loaded".to_owned())));
        arrived.led(&scripts.collect())
    })
}

/// Where a page that submits a form by POST sends it, and its fields.
pub(in crate::driver) fn submitted(html: &str, url: &Url) -> Option<(Url, Vec<(String, String)>)> {
    let context = Context::of(url, &HeaderMap::new());
    let arrived = Arrived {
        context: &context,
        html,
        encoding: UTF_8,
        refresh: None,
    };
    let (request, _) = arrived.led(&BTreeMap::new()).next?;
    let fields = url::form_urlencoded::parse(request.body.as_deref()?)
        .into_owned()
        .collect();
    Some((request.url, fields))
}

/// Method, address and body.
fn sent(html: &str) -> Option<(String, String, String)> {
    let (request, _) = led(html).next?;
    let body = request.body.clone().unwrap_or_default();
    Some((
        request.method.to_string(),
        request.url.to_string(),
        String::from_utf8(body).unwrap(),
    ))
}

#[test]
fn a_page_whose_script_submits_a_saml_form_is_submitted() {
    let html = format!(
        "<html><body onload='document.forms[0].submit()'><form method=POST action='/acs?a=1&amp;b=2'>{HIDDEN}\
         <input type='hidden' name='RelayState' value='&lt;&quot;ä&#10;é&gt;'/><input type=hidden name=RelayState \
         value=''><noscript><input type=submit></noscript></form>"
    );
    let (method, url, body) = sent(&html).unwrap();
    assert_eq!(
        (method.as_str(), url.as_str()),
        ("POST", "http://127.0.0.1:8400/acs?a=1&b=2")
    );
    assert_eq!(
        body,
        "SAMLResponse=a%2B%2F%3D&RelayState=%3C%22%C3%A4%0D%0A%C3%A9%3E&RelayState="
    );
}

#[test]
fn a_form_without_action_or_method_goes_to_its_own_page_by_get() {
    let (method, url, _) = sent(&format!("<form>{HIDDEN}</form>{SUBMIT}")).unwrap();
    assert_eq!(
        (method.as_str(), url.as_str()),
        ("GET", "http://127.0.0.1:8400/sso/login?SAMLResponse=a%2B%2F%3D")
    );
}

#[test]
fn a_base_moves_the_action() {
    let html =
        format!("<base href='https://sp.example/a/'><form method=post action=acs>{HIDDEN}</form>{SUBMIT}");
    assert_eq!(sent(&html).unwrap().1, "https://sp.example/a/acs");
}

#[test]
fn every_way_to_say_submit_is_understood() {
    for script in [
        "document.forms[0].submit()",
        "document.getElementById('f').submit ()",
        "document.querySelector('form').requestSubmit()",
        "HTMLFormElement.prototype.submit.call(document.forms[0])",
        "document.f['submit']()",
        "$('form').submit()",
        "window.onload = function () { document.f.submit(); }",
        "document.getElementById('go').click()",
    ] {
        let html = format!(
            "<form id=f name=f method=post>{HIDDEN}<button id=go>Go</button></form><script>{script}</script>"
        );
        assert!(sent(&html).is_some(), "{script}");
    }
    for script in [
        "console.log('submit')",
        "submitted(1)",
        "form.onsubmit = check",
        "$('form').submit(function () {})",
    ] {
        let html = format!("<form method=post>{HIDDEN}</form><script>{script}</script>");
        let led = led(&html);
        assert!(led.next.is_none() && led.rules.len() == 1, "{script}: {led:?}");
    }
}

#[test]
fn what_a_person_must_do_is_not_done() {
    for html in [
        format!("<form>{HIDDEN}<input type=submit></form>"),
        format!("{SUBMIT}<!-- <form>{HIDDEN}</form> -->"),
        format!("<script>'<form>{HIDDEN}</form>'</script>"),
        format!("<form><input name=SAMLResponse type=text></form>{SUBMIT}"),
        format!("<form><input name=SAMLResponse type=hidden disabled></form>{SUBMIT}"),
        format!("<form><input name=other type=hidden value=SAMLResponse></form>{SUBMIT}"),
    ] {
        let led = led(&html);
        assert!(led.next.is_none() && led.rules.is_empty(), "{html}: {led:?}");
    }
}

#[test]
fn what_only_a_browser_could_tell_is_named() {
    let submit = "<script>document.f.submit()</script>";
    for (html, word) in [
        (
            format!("<form>{HIDDEN}<input name=user></form>{SUBMIT}"),
            "to fill in (user)",
        ),
        (
            format!("<form>{HIDDEN}</form><form></form>{submit}"),
            "which of 2 forms",
        ),
        (
            format!("{SUBMIT}<form>{HIDDEN}</form>"),
            "before the form is there",
        ),
        (
            format!("<form>{HIDDEN}<input type=hidden name=submit></form>{SUBMIT}"),
            "called `submit`",
        ),
        (format!("<form target=x>{HIDDEN}</form>{SUBMIT}"), "target `x`"),
        (
            format!("<form action='javascript:x'>{HIDDEN}</form>{SUBMIT}"),
            "javascript:",
        ),
        (
            format!("<form>{HIDDEN}</form><script src=/x.js></script>"),
            "not loaded",
        ),
    ] {
        let led = led(&html);
        assert!(led.next.is_none(), "{html}");
        assert!(
            led.rules.iter().any(|rule| rule.contains(word)),
            "{html}: {:?}",
            led.rules
        );
    }
}

#[test]
fn a_refresh_is_followed_up_to_five_seconds_later() {
    let to = |content: &str| {
        let (request, after) = led(&format!("<meta http-equiv=Refresh content=\"{content}\">")).next?;
        Some((request.url.path().to_owned(), after.as_secs()))
    };
    for (content, after) in [
        ("0;url=/x", 0),
        ("0; URL='/x'", 0),
        ("0, /x", 0),
        ("0 /x", 0),
        ("0.5 ; url = /x", 0),
        (".5;url=/x", 0),
        (" 0;/x ", 0),
        ("1;url=/x", 1),
        ("1.9;url=/x", 1),
        ("5;url=/x", 5),
    ] {
        assert_eq!(to(content), Some(("/x".to_owned(), after)), "{content}");
    }
    for content in [
        "6;url=/x",
        "99999999999999999999;url=/x",
        "",
        "soon;url=/x",
        "0",
        "0url=/x",
        "0;url=",
        "3;url=?x=1#top",
    ] {
        assert_eq!(to(content), None, "{content}");
    }
}

#[test]
fn of_refreshes_the_soonest_counts_and_of_those_the_last() {
    let html = "<meta http-equiv=refresh content='1;url=/a'><meta http-equiv=refresh content='0;url=b'>\
                <base href='/deep/'><meta http-equiv=refresh content='0;url=c'>\
                <meta http-equiv=refresh content='2;url=/d'>";
    assert_eq!(sent(html).unwrap().1, "http://127.0.0.1:8400/deep/c");
}

#[test]
fn a_bomb_of_tags_is_left_alone() {
    let begun = std::time::Instant::now();
    let html = format!("{SUBMIT}<form>{HIDDEN}{}", "<div><b>".repeat(200_000));
    assert!(led(&html).next.is_none());
    let html = format!("<form>{HIDDEN}{}</form>{SUBMIT}", "<div>".repeat(TAGS / 2));
    assert!(led(&html).next.is_some());
    assert!(
        begun.elapsed().as_secs() < 120,
        "what grows with the square takes minutes"
    );
}

proptest! {
    #[test]
    fn any_html_is_read_without_panic(html in "(<[a-z!/]{0,8}[ a-z='\"-]{0,20}>?|SAMLResponse|<form>|<script>|\\.submit\\(|\\PC{0,10}){0,30}") {
        let _ = led(&html);
    }

    #[test]
    fn any_refresh_is_read_without_panic(value in "\\PC{0,40}") {
        let url = Url::parse("http://127.0.0.1/").unwrap();
        let _ = refresh::refresh(&value, &url, &url);
    }
}
