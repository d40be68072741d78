//! What a page without a browser does by itself: submits its SAML form, or refreshes soon. And its title.

use encoding_rs::{Encoding, UTF_8};
use scraper::{ElementRef, Html, Selector};
use std::{sync::LazyLock, time::Duration};
use url::Url;

use super::visit::line_breaks;
use crate::text::{clip, find, unescape};

/// A page with more tags than this is no page that only submits a form; building a tree of a hostile one takes
/// time that grows with their square.
pub(super) const TAGS: usize = 5_000;
/// A refresh that comes later than this is one that nobody waits for: a session that runs out, news that come in.
pub(super) const SOON: Duration = Duration::from_secs(5);
/// A title is cut at so many bytes.
const TITLE: usize = 300;

/// What a page does without being asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Onward {
    /// It goes to another address after this time.
    Refresh(Url, Duration),
    /// It submits its form.
    Submit {
        action: Url,
        post: bool,
        /// Names and values of the form's controls in tree order, line breaks as a browser writes them.
        fields: Vec<(String, String)>,
    },
}

/// Whether bytes of this type are a page.
pub(super) fn is_html(content_type: &str, body: &str) -> bool {
    match content_type {
        "text/html" | "application/xhtml+xml" => true,
        "" => {
            let start = body
                .trim_start()
                .get(..14)
                .unwrap_or_default()
                .to_ascii_lowercase();
            ["<!doctype html", "<html", "<head", "<body", "<form", "<title"]
                .iter()
                .any(|t| start.starts_with(t))
        }
        _ => false,
    }
}

/// A body as text, in the encoding that the content type says, or UTF-8; what cannot be read becomes U+FFFD.
pub(super) fn text(content_type: &str, body: &[u8]) -> String {
    encoding(content_type).decode(body).0.into_owned()
}

/// The encoding that a content type says, or UTF-8.
pub(super) fn encoding(content_type: &str) -> &'static Encoding {
    let parameters = content_type.split(';').skip(1);
    let charset = parameters
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    let label = charset.map(|(_, value)| value.trim().trim_matches(['"', '\'']));
    label
        .and_then(|label| Encoding::for_label(label.as_bytes()))
        .unwrap_or(UTF_8)
}

/// The text of the first `title` element, white space collapsed.
pub(super) fn title(html: &str) -> String {
    let inside = find(html, "<title", 0)
        .and_then(|at| Some(at + html.get(at..)?.find('>')? + 1))
        .and_then(|from| html.get(from..find(html, "</title", from).unwrap_or(html.len())));
    let Some(inside) = inside else {
        return String::new();
    };
    let decoded = unescape(clip(inside, 4 * TITLE));
    let collapsed = decoded.split_whitespace().collect::<Vec<_>>().join(" ");
    clip(&collapsed, TITLE).to_owned()
}

/// What a `Refresh` header asks for, if soon: where to, and after which time.
pub(super) fn refresh(value: &str, page: &Url) -> Option<(Url, Duration)> {
    let value = value.trim_start();
    let digits = value
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(value.len());
    let (delay, rest) = value.split_at(digits);
    // HTML, section 4.2.5.3: a fraction of a second is read, and counts for nothing.
    let seconds = delay
        .split('.')
        .next()
        .filter(|whole| !delay.is_empty() && !whole.is_empty());
    let seconds: u64 = match seconds {
        Some(whole) => whole.parse().ok()?,
        None if delay.starts_with('.') => 0,
        None => return None,
    };
    let after = Duration::from_secs(seconds);
    if after > SOON {
        return None;
    }
    let rest = rest.trim_start_matches([' ', '\t', '\n', '\r', ';', ',']);
    let target = match rest.get(..3) {
        Some(key) if key.eq_ignore_ascii_case("url") => {
            let after = rest.get(3..)?.trim_start();
            after.strip_prefix('=').map_or(rest, str::trim_start)
        }
        _ => rest,
    };
    let target = match target.chars().next() {
        Some(quote @ ('"' | '\'')) => target.get(1..)?.split(quote).next()?,
        _ => target.trim_end(),
    };
    // A refresh without an address shows the same page again, and so does one with the page's own: it brings news.
    let to = (!target.is_empty()).then(|| page.join(target).ok())??;
    let same = |url: &Url| {
        let mut url = url.clone();
        url.set_fragment(None);
        url
    };
    (seconds == 0 || same(&to) != same(page)).then_some((to, after))
}

/// What an HTML page does by itself, seen without running its scripts: an immediate refresh; or the one form,
/// if it carries SAML in a hidden control, shows nothing to fill in, and a script is there to submit it.
pub(super) fn onward(html: &str, page: &Url) -> Option<Onward> {
    let may_submit = find(html, "<form", 0).is_some() && find(html, "samlre", 0).is_some();
    let may_refresh = find(html, "http-equiv", 0).is_some() && find(html, "refresh", 0).is_some();
    if !(may_submit || may_refresh) || html.bytes().filter(|byte| *byte == b'<').count() > TAGS {
        return None;
    }
    let document = Html::parse_document(html);
    let base = document
        .select(&BASE)
        .find_map(|element| page.join(element.attr("href")?).ok())
        .unwrap_or_else(|| page.clone());
    submission(&document, page, &base).or_else(|| {
        document
            .select(&META)
            .filter(|meta| {
                meta.attr("http-equiv")
                    .is_some_and(|name| name.eq_ignore_ascii_case("refresh"))
            })
            .find_map(|meta| refresh(meta.attr("content")?, &base))
            .map(|(url, after)| Onward::Refresh(url, after))
    })
}

static FORM: LazyLock<Selector> = LazyLock::new(|| selector("form"));
static CONTROL: LazyLock<Selector> = LazyLock::new(|| selector("input, textarea, select"));
static SCRIPT: LazyLock<Selector> = LazyLock::new(|| selector("script, [onload]"));
static BASE: LazyLock<Selector> = LazyLock::new(|| selector("base[href]"));
static META: LazyLock<Selector> = LazyLock::new(|| selector("meta[http-equiv][content]"));

fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("the selectors of this module are well-formed")
}

fn submission(document: &Html, page: &Url, base: &Url) -> Option<Onward> {
    let mut forms = document.select(&FORM);
    let (form, None) = (forms.next()?, forms.next()) else {
        return None;
    };
    document.select(&SCRIPT).next()?;
    let mut fields = Vec::new();
    let mut saml = false;
    for control in form.select(&CONTROL) {
        let kind = kind(control);
        if !matches!(kind.as_str(), "hidden" | "submit" | "button" | "image" | "reset") {
            return None;
        }
        let name = control.attr("name").unwrap_or_default();
        if kind != "hidden" || name.is_empty() || control.attr("disabled").is_some() {
            continue;
        }
        saml |= matches!(name, "SAMLResponse" | "SAMLRequest");
        fields.push((
            line_breaks(name),
            line_breaks(control.attr("value").unwrap_or_default()),
        ));
    }
    if !saml {
        return None;
    }
    let action = match form.attr("action").map(str::trim) {
        None | Some("") => page.clone(),
        Some(action) => base.join(action).ok()?,
    };
    let post = form
        .attr("method")
        .is_some_and(|method| method.eq_ignore_ascii_case("post"));
    Some(Onward::Submit { action, post, fields })
}

fn kind(control: ElementRef<'_>) -> String {
    match control.value().name() {
        "input" => control.attr("type").unwrap_or("text").to_ascii_lowercase(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page() -> Url {
        Url::parse("http://127.0.0.1:8400/sso/login?x=1").unwrap()
    }

    type Submitted = (String, bool, Vec<(String, String)>);

    fn submit(html: &str) -> Option<Submitted> {
        match onward(html, &page())? {
            Onward::Submit { action, post, fields } => Some((action.into(), post, fields)),
            Onward::Refresh(url, _) => panic!("a refresh to {url}"),
        }
    }

    const HIDDEN: &str = "<input type=hidden name=SAMLResponse value='a+/='>";

    #[test]
    fn a_page_whose_script_submits_a_saml_form_is_submitted() {
        let html = format!(
            "<html><body onload='document.forms[0].submit()'><form method=POST action='/acs?a=1&amp;b=2'>{HIDDEN}\
             <input type='hidden' name='RelayState' value='&lt;&quot;ä&#10;é&gt;'/><input type=hidden name=RelayState \
             value=''><noscript><input type=submit></noscript></form>"
        );
        let (action, post, fields) = submit(&html).unwrap();
        assert_eq!(action, "http://127.0.0.1:8400/acs?a=1&b=2");
        assert!(post);
        let expected = [
            ("SAMLResponse", "a+/="),
            ("RelayState", "<\"ä\r\né>"),
            ("RelayState", ""),
        ];
        assert_eq!(fields, expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
    }

    #[test]
    fn a_form_without_action_or_method_goes_to_its_own_page_by_get() {
        let (action, post, _) = submit(&format!("<form>{HIDDEN}</form><script>x()</script>")).unwrap();
        assert_eq!(
            (action.as_str(), post),
            ("http://127.0.0.1:8400/sso/login?x=1", false)
        );
    }

    #[test]
    fn a_base_moves_the_action() {
        let html =
            format!("<base href='https://sp.example/a/'><form action=acs>{HIDDEN}</form><script></script>");
        assert_eq!(submit(&html).unwrap().0, "https://sp.example/a/acs");
    }

    #[test]
    fn what_a_person_must_do_is_not_done() {
        for html in [
            format!("<form>{HIDDEN}<input type=submit></form>"),
            format!("<script></script><form>{HIDDEN}<input name=user></form>"),
            format!("<script></script><form>{HIDDEN}<textarea name=x></textarea></form>"),
            format!("<script></script><form>{HIDDEN}</form><form></form>"),
            format!("<script></script><!-- <form>{HIDDEN}</form> -->"),
            format!("<script>'<form>{HIDDEN}</form>'</script>"),
            "<script></script><form><input name=SAMLResponse type=text></form>".to_owned(),
            "<script></script><form><input name=SAMLResponse type=hidden disabled></form>".to_owned(),
            "<script></script><form><input name=other type=hidden value=SAMLResponse></form>".to_owned(),
        ] {
            assert_eq!(onward(&html, &page()), None, "{html}");
        }
    }

    #[test]
    fn a_refresh_is_followed_up_to_five_seconds_later() {
        let to = |content: &str| {
            let html = format!("<meta http-equiv=Refresh content=\"{content}\">");
            onward(&html, &page()).map(|onward| match onward {
                Onward::Refresh(url, after) => (url.path().to_owned(), after.as_secs()),
                Onward::Submit { .. } => panic!("no form there"),
            })
        };
        for (content, after) in [
            ("0;url=/x", 0),
            ("0; URL='/x'", 0),
            ("0, /x", 0),
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
            "0;url=",
            "3;url=?x=1#top",
        ] {
            assert_eq!(to(content), None, "{content}");
        }
    }

    #[test]
    fn a_title_is_read_without_building_a_tree() {
        assert_eq!(
            title("<html><TITLE lang=en>\n A &amp; B\n  C </title>"),
            "A & B C"
        );
        assert_eq!(title("<title>no end"), "no end");
        assert_eq!(title("none"), "");
        assert_eq!(title("<title"), "");
        assert_eq!(title(&format!("<title>{}", "ä".repeat(1000))).len(), TITLE);
    }

    #[test]
    fn a_bomb_of_tags_is_left_alone() {
        let begun = std::time::Instant::now();
        let html = format!("<script></script><form>{HIDDEN}{}", "<div><b>".repeat(200_000));
        assert_eq!(onward(&html, &page()), None);
        assert!(
            begun.elapsed().as_secs() < 60,
            "what grows with the square takes minutes"
        );
        let html = format!("<script></script><form>{HIDDEN}{}", "<div>".repeat(TAGS - 10));
        assert!(onward(&html, &page()).is_some());
        assert!(
            begun.elapsed().as_secs() < 60,
            "what grows with the square takes minutes"
        );
    }

    #[test]
    fn character_references_are_read_and_what_is_none_stays() {
        assert_eq!(
            unescape("a&amp;lt; &#x41;&#66; &bogus; & &#xD800; &"),
            "a&lt; AB &bogus; & &#xD800; &"
        );
    }

    proptest! {
        #[test]
        fn any_html_is_read_without_panic(html in "(<[a-z!/]{0,8}[ a-z='\"-]{0,20}>?|SAMLResponse|<form>|<script>|\\PC{0,10}){0,30}") {
            let _ = onward(&html, &page());
            let _ = title(&html);
            let _ = unescape(&html);
        }

        #[test]
        fn any_refresh_is_read_without_panic(value in "\\PC{0,40}") {
            let _ = refresh(&value, &page());
        }
    }
}
