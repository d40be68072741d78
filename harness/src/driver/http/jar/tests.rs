//! What is kept, and what travels.

use proptest::prelude::*;

use std::time::{Duration, UNIX_EPOCH};

use super::*;

const IDP: &str = "http://localhost:8400/sso";

struct Story {
    jar: Jar,
    now: SystemTime,
}

fn story() -> Story {
    Story {
        jar: Jar::default(),
        now: UNIX_EPOCH + Duration::from_secs(1_800_000_000),
    }
}

impl Story {
    /// An answer of `url` sets these cookies.
    fn set(mut self, url: &str, lines: &[&str]) -> Self {
        for line in lines {
            if let Some(set) = SetCookie::parse(line.as_bytes()) {
                self.jar.receive(&Url::parse(url).unwrap(), &set, self.now);
            }
        }
        self
    }

    fn after(mut self, seconds: u64) -> Self {
        self.now += Duration::from_secs(seconds);
        self
    }

    fn sent(&self, method: &str, url: &str, from: Option<&str>) -> String {
        let (url, from) = (
            Url::parse(url).unwrap(),
            from.map(|page| Url::parse(page).unwrap()),
        );
        let crosses = from.is_some_and(|page| !same_site(&page, &url));
        let relation = Relation::of(crosses, method);
        self.jar.header(&url, relation, self.now).unwrap_or_default()
    }

    /// What a visit that nobody's page began carries.
    fn typed(&self, url: &str) -> String {
        self.sent("GET", url, None)
    }
}

const SP: &str = "http://127.0.0.1:8080/app/login";

fn one_of_each() -> Story {
    let lines = [
        "s=1; SameSite=Strict",
        "l=1; SameSite=Lax",
        "n=1; SameSite=None; Secure",
        "u=1",
    ];
    story().set(SP, &lines)
}

#[test]
fn a_visit_from_the_address_bar_carries_everything() {
    assert_eq!(one_of_each().typed(SP), "s=1; l=1; n=1; u=1");
}

#[test]
fn a_page_of_the_same_site_carries_everything_even_by_post() {
    let from = Some("http://127.0.0.1:9999/");
    assert_eq!(one_of_each().sent("POST", SP, from), "s=1; l=1; n=1; u=1");
}

#[test]
fn a_cross_site_get_leaves_strict_at_home() {
    assert_eq!(one_of_each().sent("GET", SP, Some(IDP)), "l=1; n=1; u=1");
}

#[test]
fn the_post_of_an_idp_carries_none_and_fresh_cookies_without_the_attribute() {
    assert_eq!(one_of_each().sent("POST", SP, Some(IDP)), "n=1; u=1");
}

#[test]
fn after_two_minutes_only_none_travels_with_the_post() {
    assert_eq!(one_of_each().after(119).sent("POST", SP, Some(IDP)), "n=1; u=1");
    assert_eq!(one_of_each().after(120).sent("POST", SP, Some(IDP)), "n=1");
    assert_eq!(
        one_of_each().after(120).sent("GET", SP, Some(IDP)),
        "l=1; n=1; u=1"
    );
}

#[test]
fn setting_the_same_value_again_does_not_make_a_cookie_younger() {
    let again = one_of_each().after(100).set(SP, &["u=1"]).after(30);
    assert_eq!(again.sent("POST", SP, Some(IDP)), "n=1");
    let changed = one_of_each().after(100).set(SP, &["u=2"]).after(30);
    assert_eq!(changed.sent("POST", SP, Some(IDP)), "n=1; u=2");
}

#[test]
fn another_scheme_of_the_same_host_is_another_site() {
    let story = story().set(
        "https://sp.example/",
        &["l=1; SameSite=Lax", "s=1; SameSite=Strict"],
    );
    assert_eq!(
        story.sent("POST", "https://sp.example/", Some("http://sp.example/")),
        ""
    );
    assert_eq!(
        story.sent("GET", "https://sp.example/", Some("https://idp.sp.example/")),
        "l=1; s=1"
    );
}

#[test]
fn none_without_secure_is_refused() {
    assert_eq!(story().set(SP, &["n=1; SameSite=None"]).typed(SP), "");
    assert_eq!(
        story()
            .set("https://sp.example/", &["n=1; SameSite=None"])
            .typed("https://sp.example/"),
        ""
    );
}

#[test]
fn an_unknown_word_is_as_good_as_no_attribute() {
    let story = story().set(SP, &["x=1; SameSite=Sometimes"]);
    assert_eq!(story.sent("POST", SP, Some(IDP)), "x=1");
    assert_eq!(story.after(121).sent("POST", SP, Some(IDP)), "");
}

#[test]
fn secure_cookies_live_on_https_and_on_loopback() {
    for (url, kept) in [
        ("https://sp.example/", true),
        ("http://localhost:1/", true),
        ("http://127.0.0.1:1/", true),
        ("http://sp.example/", false),
        ("http://10.0.0.1/", false),
    ] {
        assert_eq!(
            !story().set(url, &["a=1; Secure"]).typed(url).is_empty(),
            kept,
            "{url}"
        );
    }
}

#[test]
fn a_secure_cookie_does_not_go_out_in_the_clear() {
    let story = story().set("https://sp.example/", &["a=1; Secure", "b=1"]);
    assert_eq!(story.typed("http://sp.example/"), "b=1");
}

#[test]
fn plain_http_cannot_overwrite_or_shadow_a_secure_cookie() {
    let story = story().set("https://sp.example/", &["a=safe; Secure"]).set(
        "http://sp.example/",
        &["a=evil", "a=evil; Domain=sp.example", "a=deep; Path=/x"],
    );
    assert_eq!(story.typed("https://sp.example/x"), "a=safe");
}

#[test]
fn a_cookie_without_domain_is_its_hosts_alone() {
    let story = story().set("https://sp.example/", &["a=1"]);
    assert_eq!(story.typed("https://sp.example/"), "a=1");
    assert_eq!(story.typed("https://www.sp.example/"), "");
}

#[test]
fn a_domain_covers_its_subdomains() {
    let story = story().set("https://a.sp.example/", &["a=1; Domain=.SP.example"]);
    for host in ["a.sp.example", "sp.example", "b.c.sp.example"] {
        assert_eq!(story.typed(&format!("https://{host}/")), "a=1", "{host}");
    }
    assert_eq!(story.typed("https://xsp.example/"), "");
}

#[test]
fn nobody_sets_a_cookie_for_another_host_or_a_public_suffix() {
    let lines = [
        "a=1; Domain=b.sp.example",
        "b=1; Domain=example",
        "c=1; Domain=other.example",
        "d=1; Domain=*",
    ];
    let story = story().set("https://a.sp.example/", &lines);
    assert_eq!(story.typed("https://a.sp.example/"), "");
    assert_eq!(story.typed("https://b.sp.example/"), "");
    assert_eq!(story.typed("https://other.example/"), "");
}

#[test]
fn a_host_without_domains_may_only_name_itself() {
    let story = story()
        .set(
            "http://127.0.0.1/",
            &["a=1; Domain=127.0.0.1", "b=1; Domain=0.0.1", "c=1; Domain=1"],
        )
        .set(
            "http://localhost/",
            &["d=1; Domain=localhost", "e=1; Domain=.localhost"],
        );
    assert_eq!(story.typed("http://127.0.0.1/"), "a=1");
    assert_eq!(story.typed("http://localhost/"), "d=1; e=1");
    assert_eq!(story.typed("http://x.localhost/"), "");
}

#[test]
fn ports_share_their_cookies() {
    assert_eq!(
        story()
            .set("http://127.0.0.1:1/", &["a=1"])
            .typed("http://127.0.0.1:2/"),
        "a=1"
    );
}

#[test]
fn a_path_covers_what_lies_below_it() {
    let story = story().set(SP, &["a=1; Path=/app"]);
    for (path, sent) in [
        ("/app", "a=1"),
        ("/app/", "a=1"),
        ("/app/x", "a=1"),
        ("/apple", ""),
        ("/", ""),
    ] {
        assert_eq!(
            story.typed(&format!("http://127.0.0.1:8080{path}")),
            sent,
            "{path}"
        );
    }
}

#[test]
fn without_a_path_the_folder_of_the_page_counts() {
    let story = story().set(SP, &["a=1", "b=1; Path=relative"]);
    assert_eq!(story.typed("http://127.0.0.1:8080/app/x"), "a=1; b=1");
    assert_eq!(story.typed("http://127.0.0.1:8080/x"), "");
}

#[test]
fn longer_paths_go_first_and_then_older_cookies() {
    let story = story().set(
        SP,
        &["a=1; Path=/", "b=1; Path=/app", "c=1; Path=/", "b=2; Path=/"],
    );
    assert_eq!(story.typed(SP), "b=1; a=1; c=1; b=2");
}

#[test]
fn a_cookie_set_again_is_new_if_its_value_is() {
    let story = story().set(SP, &["a=1", "b=1", "a=2", "b=1"]);
    assert_eq!(story.typed(SP), "b=1; a=2");
}

#[test]
fn cookies_end_when_they_are_told() {
    let story = story().set(
        SP,
        &[
            "a=1; Max-Age=60",
            "b=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT",
            "c=1",
        ],
    );
    assert_eq!(story.typed(SP), "a=1; c=1");
    assert_eq!(story.after(60).typed(SP), "c=1");
}

#[test]
fn a_cookie_is_deleted_by_one_that_has_ended() {
    assert_eq!(
        story()
            .set(SP, &["a=1", "b=1"])
            .set(SP, &["a=; Max-Age=0"])
            .typed(SP),
        "b=1"
    );
}

#[test]
fn the_host_prefix_wants_secure_the_root_path_and_no_domain() {
    for (line, kept) in [
        ("__Host-a=1; Secure; Path=/", true),
        ("__Host-a=1; Path=/", false),
        ("__Host-a=1; Secure", false),
        ("__Host-a=1; Secure; Path=/; Domain=sp.example", false),
        ("__host-a=1; Secure; Path=/x", false),
    ] {
        assert_eq!(
            !story()
                .set("https://sp.example/", &[line])
                .typed("https://sp.example/")
                .is_empty(),
            kept,
            "{line}"
        );
    }
}

#[test]
fn the_secure_prefix_wants_secure() {
    let story = story().set(
        "https://sp.example/",
        &["__Secure-a=1; Secure", "__Secure-b=1", "__SECURE-c=1"],
    );
    assert_eq!(story.typed("https://sp.example/"), "__Secure-a=1");
}

#[test]
fn a_cookie_without_a_name_cannot_pretend_to_a_prefix() {
    let story = story().set("http://sp.example/", &["=__Host-a=1", "plain"]);
    assert_eq!(story.typed("http://sp.example/"), "plain");
}

#[test]
fn a_partitioned_cookie_must_be_secure() {
    let story = story().set(SP, &["a=1; Partitioned", "b=1; Partitioned; Secure"]);
    assert_eq!(story.typed(SP), "b=1");
}

#[test]
fn a_jar_does_not_grow_without_end() {
    let mut story = story();
    for n in 0..400 {
        story = story.set(SP, &[&format!("c{n}=1")]);
    }
    let sent = story.typed(SP);
    // 180 are too many at the 181st, and 30 fewer remain.
    assert_eq!(sent.split("; ").count(), 400 - 31 * 8);
    assert!(sent.contains("c399=1") && !sent.contains("c0=1;"));
    for n in 0..4000 {
        story = story.set(&format!("http://h{n}.example/"), &["a=1"]);
    }
    assert!(story.jar.cookies.len() <= ALL.0);
}

#[test]
fn secure_cookies_stay_longest() {
    let mut story = story();
    for n in 0..181 {
        let secure = if n < 20 { "; Secure" } else { "" };
        story = story.set(SP, &[&format!("c{n}=1{secure}")]);
    }
    let sent = story.typed(SP);
    assert!(
        sent.starts_with("c0=1;") && sent.contains("c19=1; c51=1;"),
        "{sent}"
    );
}

#[test]
fn a_partitioned_cookie_stands_beside_its_namesake() {
    let story = story().set(SP, &["a=1; Partitioned; Secure", "a=2; Secure"]);
    assert_eq!(story.typed(SP), "a=1; a=2");
}

#[test]
fn a_site_is_forgotten_whole_and_alone() {
    let mut story = story()
        .set("https://a.sp.example/", &["a=1; Domain=sp.example", "b=1"])
        .set("https://other.example/", &["c=1"]);
    story.jar.clear(&Url::parse("https://b.sp.example/").unwrap());
    assert_eq!(story.typed("https://a.sp.example/"), "");
    assert_eq!(story.typed("https://other.example/"), "c=1");
}

proptest! {
    #[test]
    fn whatever_is_set_what_is_sent_never_leaves_its_host(
        lines in prop::collection::vec("[a-z]{1,3}=[ -~]{0,6}(; ?(Domain|Path|SameSite|Secure)=?[a-z./]{0,12}){0,4}", 0..8),
    ) {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let story = story().set("http://a.sp.example/x", &lines);
        prop_assert_eq!(story.typed("http://evil.example/x"), "");
        prop_assert!(!story.typed("http://a.sp.example/x").contains(['\r', '\n']));
    }
}
