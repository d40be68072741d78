//! What a browser would send, page by page.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use proptest::prelude::*;
use url::Url;

use super::Resting;
use crate::driver::{
    act::{Act, ActError, Target},
    http::outbound::Outbound,
};

const PAGE: &str = "http://sp.example/a/page?x=1";

fn target(text: &str) -> Target {
    text.parse().unwrap()
}

fn click(text: &str) -> Act {
    Act::Click(target(text))
}

fn fill(field: &str, with: &str) -> Act {
    Act::Fill(target(field), with.to_owned())
}

fn submit(text: &str) -> Act {
    Act::Submit(target(text))
}

fn resting(html: &str, encoding: &'static Encoding) -> Resting {
    Resting::new(Url::parse(PAGE).unwrap(), html.to_owned(), encoding)
}

/// Does these things; what the last comes to.
fn done(html: &str, acts: &[Act]) -> Result<Option<Outbound>, ActError> {
    let mut page = resting(html, UTF_8);
    let (last, before) = acts.split_last().unwrap();
    for act in before {
        assert!(page.act(act)?.is_none(), "{act:?} goes somewhere");
    }
    page.act(last)
}

fn told(request: &Outbound) -> String {
    let body = request
        .body
        .as_ref()
        .map(|body| String::from_utf8_lossy(body).into_owned());
    let body = body.map(|body| format!(" {body}")).unwrap_or_default();
    format!("{} {}{body}", request.method, request.url)
}

/// What goes out when these things are done.
fn sent(html: &str, acts: &[Act]) -> String {
    let request = done(html, acts).unwrap_or_else(|error| panic!("{html}: {error}"));
    told(&request.unwrap_or_else(|| panic!("nothing goes out: {html}")))
}

fn stays(html: &str, acts: &[Act]) -> bool {
    done(html, acts).unwrap().is_none()
}

fn missing(html: &str, acts: &[Act]) -> String {
    match done(html, acts) {
        Err(ActError::Missing(why)) => why,
        other => panic!("{html}: {other:?}"),
    }
}

fn needs_browser(html: &str, acts: &[Act]) -> String {
    match done(html, acts) {
        Err(ActError::NeedsBrowser(why)) => why,
        other => panic!("{html}: {other:?}"),
    }
}

#[test]
fn a_link_is_followed_from_the_base_that_the_page_says() {
    let go = [click("text:Go")];
    for (html, url) in [
        ("<a href='b?y=2#z'>Go</a>", "http://sp.example/a/b?y=2#z"),
        ("<base href='/c/'><a href=b>Go</a>", "http://sp.example/c/b"),
        (
            "<base href='javascript:x'><a href=b>Go</a>",
            "http://sp.example/a/b",
        ),
        ("<a href=' https://idp.example/ '>Go</a>", "https://idp.example/"),
        (
            "<a href=b target=_blank rel=noopener>Go</a>",
            "http://sp.example/a/b",
        ),
        (
            "<a href=b onclick='track()'><span>Go</span></a>",
            "http://sp.example/a/b",
        ),
        (
            "<a href='https://cdn.example/f' download>Go</a>",
            "https://cdn.example/f",
        ),
    ] {
        assert_eq!(sent(html, &go), format!("GET {url}"), "{html}");
    }
    assert!(stays("<a href='#top'>Go</a>", &go));
    assert!(missing("<a href=f download>Go</a>", &go).contains("downloads"));
    for html in [
        "<a href='javascript:login()'>Go</a>",
        "<a href='#' onclick='login()'>Go</a><script>1</script>",
        "<a href=b onclick='return login()'>Go</a>",
        "<div onclick='x()'><a href=b onclick='location.href=1'>Go</a></div>",
        "<a href=b target=f>Go</a><iframe name=f></iframe>",
        "<div role=button>Go</div><script>1</script>",
        "<button type=button>Go</button><script>1</script>",
        "<button>Go</button><script src=app.js></script>",
        "<form><button onclick='event.preventDefault()'>Go</button></form>",
        "<form onsubmit='return false'><button>Go</button></form>",
        "<form action='javascript:x()'><button>Go</button></form>",
        "<form id=f><button>Go</button></form><script>f.onsubmit = e => e.preventDefault()</script>",
        "<script type=module>render()</script>",
    ] {
        assert!(!needs_browser(html, &go).is_empty());
    }
}

#[test]
fn the_first_that_is_shown_is_meant_and_equal_words_go_before_others() {
    let html = "<a hidden href=1>Sign in</a><template><a href=2>Sign in</a></template><noscript><a href=3>Sign in</a></noscript>\
                <div style='DISPLAY : none'><a href=4>Sign in</a></div><details><a href=5>Sign in</a></details>\
                <dialog><a href=6>Sign in</a></dialog><p>Sign in</p><a href=7>Sign in with a password</a>\
                <a href=8> SIGN\n<b>in</b><i hidden>!</i></a>";
    assert!(sent(html, &[click("text:Sign in")]).ends_with("/8"));
    assert!(sent(html, &[click("text:password")]).ends_with("/7"));
    assert!(sent(html, &[click("a")]).ends_with("/7"));
    assert!(missing("<a hidden id=x href=1>A</a>", &[click("#x")]).contains("hidden"));
    assert!(missing("<a href=1>A</a>", &[click("text:B")]).contains("text:B"));
    assert!(missing("<a href=1>A</a>", &[click("#b")]).contains("#b"));
    assert!(
        sent(
            "<a href=1><img src=x alt='Sign in'></a>",
            &[click("text:Sign in")]
        )
        .ends_with("/1")
    );
    assert!(
        sent(
            "<form action=2><input type=submit></form>",
            &[click("text:Submit")]
        )
        .contains("/2")
    );
    let opened = "<details><summary>More</summary><a href=5>Sign in</a></details>";
    assert!(sent(opened, &[click("text:More"), click("text:Sign in")]).ends_with("/5"));
    assert!(stays("<p id=x>A</p>", &[Act::WaitFor(target("#x"))]));
}

#[test]
fn a_form_says_what_a_browser_would_say() {
    let html = "<form method=post action=/go>\
        <input type=hidden name=csrf value='t&amp;1'><input type=hidden name=_charset_ value=x>\
        <input name=mail value=old dirname=dir><input name=off disabled value=1><input value=nameless>\
        <fieldset disabled><legend><input name=legend value=1></legend><input name=shut value=1></fieldset>\
        <select name=s><option disabled>0<option value=1>one<option value=2>two</select>\
        <select name=t><option>a<option selected>b</select><select name=u multiple><option selected>a<option>b<option selected>c</select>\
        <input type=checkbox name=c><input type=checkbox name=d checked><input type=radio name=r value=1 checked><input type=radio name=r value=2>\
        <textarea name=m>\nx\ny</textarea><datalist><input name=odd value=1></datalist><template><input name=never></template>\
        <input type=file name=f><input type=reset name=z><input type=button name=z><button name=other value=1>Other</button>\
        <button name=go value=1>Go</button><input type=image name=i></form><input name=late value=1 form=f>";
    let sent = sent(html, &[fill("[name=mail]", "a@b.c"), click("text:Go")]);
    assert_eq!(
        sent,
        "POST http://sp.example/go csrf=t%261&_charset_=UTF-8&mail=a%40b.c&dir=ltr&legend=1&s=1&t=b&u=a&u=c&d=on&r=1\
         &m=x%0D%0Ay&odd=1&f=&go=1"
    );
}

#[test]
fn a_control_belongs_to_the_form_that_it_names_or_stands_in() {
    let html = "<form id=f action=/f><input name=a value=1 form=g></form><form id=g action=/g method=get></form>\
                <input name=b value=2 form=f><button form=f name=n>Go</button>";
    assert_eq!(sent(html, &[click("text:Go")]), "GET http://sp.example/f?b=2&n=");
    let table =
        "<table><form action=/t><tr><td><input name=a value=1><tr><td><button>Go</button></form></table>";
    assert_eq!(sent(table, &[click("text:Go")]), "GET http://sp.example/t?a=1");
    let fieldset = "<form action=/s><fieldset disabled><button>Go</button></fieldset></form>";
    assert!(missing(fieldset, &[click("text:Go")]).contains("disabled"));
}

#[test]
fn a_button_may_say_otherwise_than_its_form() {
    let html = "<form action=/f?old=1 method=post><input name=a value='ä b'>\
                <button formaction=/g formmethod=get>G</button><button formenctype=text/plain>P</button>\
                <button formenctype=multipart/form-data>M</button><input type=image name=i alt=I>\
                <button formmethod=dialog>D</button><button formaction=''>E</button></form>";
    let press = |words: &str| done(html, &[click(&format!("text:{words}"))]);
    let told = |words: &str| told(&press(words).unwrap().unwrap());
    assert_eq!(told("G"), "GET http://sp.example/g?a=%C3%A4+b");
    assert_eq!(told("P"), "POST http://sp.example/f?old=1 a=ä b\r\n");
    assert_eq!(told("I"), "POST http://sp.example/f?old=1 a=%C3%A4+b&i.x=0&i.y=0");
    assert_eq!(told("E"), "POST http://sp.example/a/page?x=1 a=%C3%A4+b");
    assert!(matches!(press("D"), Err(ActError::Missing(_))));
    let multipart = press("M").unwrap().unwrap();
    let (_, kind) = &multipart.extra[0];
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    assert_eq!(
        String::from_utf8(multipart.body.unwrap()).unwrap(),
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nä b\r\n--{boundary}--\r\n"
        )
    );
}

#[test]
fn a_form_is_sent_as_enter_does_it() {
    let go = [fill("#m", "a@b.c"), submit("#m")];
    let with_button = "<form action=/f><input id=m name=m><input type=submit name=s value=1><button name=t>T</button></form>";
    assert_eq!(sent(with_button, &go), "GET http://sp.example/f?m=a%40b.c&s=1");
    assert_eq!(
        sent("<form action=/f><input id=m name=m></form>", &go),
        "GET http://sp.example/f?m=a%40b.c"
    );
    let hidden = "<form action=/f method=post><input type=hidden name=SAMLRequest value=x></form>";
    assert_eq!(
        sent(hidden, &[submit("form")]),
        "POST http://sp.example/f SAMLRequest=x"
    );
    let shut = "<form><input id=m><button disabled>Go</button></form>";
    assert!(missing(shut, &go).contains("disabled"));
    assert!(missing("<input id=m>", &go).contains("no form"));
}

#[test]
fn fields_are_filled_as_a_person_can() {
    let form = |inside: &str| format!("<form action=/f>{inside}<button>Go</button></form>");
    for (inside, field, text, sent_as) in [
        ("<label>Mail <input name=m></label>", "text:Mail", "a\nb", "m=ab"),
        (
            "<label for=m>Mail</label><textarea id=m name=m></textarea>",
            "text:Mail",
            "a\nb",
            "m=a%0D%0Ab",
        ),
        ("<input name=m maxlength=3>", "[name=m]", "abcd", "m=abc"),
        ("<input type=email name=m>", "[name=m]", " a@b ", "m=a%40b"),
        (
            "<select name=m><option value=1>One<option value=2>Two</select>",
            "select",
            "2",
            "m=2",
        ),
        (
            "<select name=m><option value=1>One<option value=2>Two</select>",
            "select",
            "Two",
            "m=2",
        ),
        (
            "<input type=radio name=m value=1 checked><input type=radio name=m value=2>",
            "[name=m]",
            "2",
            "m=2",
        ),
        (
            "<input type=checkbox name=m value=1><input type=checkbox name=m value=2>",
            "[name=m]",
            "2",
            "m=2",
        ),
        ("<input type=checkbox name=m>", "[name=m]", "on", "m=on"),
        ("<input type=checkbox name=m checked>", "[name=m]", "off", ""),
    ] {
        let sent = sent(&form(inside), &[fill(field, text), click("text:Go")]);
        assert_eq!(sent, format!("GET http://sp.example/f?{sent_as}"), "{inside}");
    }
    for inside in [
        "<input id=m readonly>",
        "<input id=m disabled>",
        "<input id=m type=hidden>",
        "<input id=m type=file>",
        "<select id=m><option>a</select>",
        "<p id=m>a</p>",
        "<input id=m type=radio value=1>",
    ] {
        assert!(!missing(&form(inside), &[fill("#m", "x")]).is_empty());
    }
    let toggled = form("<label><input type=checkbox name=m value=1> Stay</label>");
    assert_eq!(
        sent(&toggled, &[click("text:Stay"), click("text:Go")]),
        "GET http://sp.example/f?m=1"
    );
    let again = [fill("[name=m]", "x"), click("text:Back"), click("text:Go")];
    let reset = form("<input name=m value=0><input type=reset value=Back>");
    assert_eq!(sent(&reset, &again), "GET http://sp.example/f?m=0");
}

#[test]
fn what_a_browser_would_not_send_is_not_sent() {
    let go = [click("text:Go")];
    for field in [
        "<input required name=m>",
        "<input type=checkbox required name=m>",
        "<input type=radio required name=m>",
        "<select required name=m><option value=''>choose</select>",
        "<textarea required name=m></textarea>",
        "<input type=email name=m value=nobody>",
        "<input type=url name=m value=nowhere>",
        "<input pattern='[0-9]+' name=m value=1x>",
        "<input type=number name=m value=11 max=10>",
        "<input type=number name=m value=1.5 min=0>",
        "<input type=file required name=m>",
    ] {
        let html = format!("<form action=/f>{field}<button>Go</button></form>");
        assert!(missing(&html, &go).contains("`m`"), "{html}");
        for free in [
            format!("<form action=/f novalidate>{field}<button>Go</button></form>"),
            format!("<form action=/f>{field}<button formnovalidate>Go</button></form>"),
            format!("<form action=/f><fieldset disabled>{field}</fieldset><button>Go</button></form>"),
        ] {
            assert!(done(&free, &go).is_ok(), "{free}");
        }
    }
    let short = "<form action=/f><input minlength=3 name=m value=x><button>Go</button></form>";
    assert!(done(short, &go).is_ok(), "only what was typed is measured");
    assert!(missing(short, &[fill("[name=m]", "x"), click("text:Go")]).contains("short"));
}

#[test]
fn a_page_that_is_not_in_utf_8_sends_as_it_was_written() {
    let html = "<form action=/f><input name=a value='é€中'><button>Go</button></form>";
    let request = resting(html, WINDOWS_1252)
        .act(&click("text:Go"))
        .unwrap()
        .unwrap();
    assert_eq!(told(&request), "GET http://sp.example/f?a=%E9%80%26%2320013%3B");
    let html = html.replace("action=/f", "action=/f accept-charset='nonsense utf-8'");
    let request = resting(&html, WINDOWS_1252)
        .act(&click("text:Go"))
        .unwrap()
        .unwrap();
    assert_eq!(
        told(&request),
        "GET http://sp.example/f?a=%C3%A9%E2%82%AC%E4%B8%AD"
    );
}

#[test]
fn a_bomb_of_tags_is_left_to_a_browser() {
    let html = "<div><b>".repeat(200_000);
    assert!(needs_browser(&html, &[click("#x")]).contains("tags"));
}

proptest! {
    #[test]
    fn any_page_is_acted_on_without_panic(
        html in "(<(form|input|button|a|label|select|option|fieldset|table|tr|details|summary|base|textarea|/form|/select)( (type|name|value|form|for|id|href|action|method|pattern|required|disabled|checked)='?[a-z0-9#:/(\\[]{0,6}'?){0,4}>?|\\PC{0,6}){0,25}",
        words in "[a-z]{1,3}", text in "\\PC{0,8}",
    ) {
        let mut page = resting(&html, UTF_8);
        for selector in ["input", "form", "select", "textarea", "label", "button", "a", "summary"] {
            let css = || Target::Css(selector.to_owned());
            for act in [Act::Fill(css(), text.clone()), Act::Click(css()), Act::Submit(css()), Act::WaitFor(css())] {
                if let Ok(Some(request)) = page.act(&act) {
                    prop_assert!(request.url.has_host() || request.url.scheme() != "http");
                }
            }
        }
        let _ = page.act(&Act::Click(Target::Text(words)));
    }
}
