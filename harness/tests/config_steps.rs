//! `[sp] login` and `logout`: a URL or steps, and the one sentence for each thing that is wrong with them.

use std::path::Path;

use samlitmus::config::{Config, Step};

fn parse(key: &str, value: &str) -> Result<Config, String> {
    let text = format!(
        "[sp]\nname = \"a\"\nentity_id = \"urn:a\"\nacs = \"http://127.0.0.1/acs\"\n{key} = {value}\n[sp.probe]\nurl = \"http://127.0.0.1/me\"\n"
    );
    let variable = |name: &str| (name == "AT").then(|| "http://127.0.0.1".to_owned());
    Config::parse(&text, Path::new("samlitmus.toml"), &variable).map_err(|error| error.to_string())
}

#[test]
fn a_url_is_a_way_and_so_are_steps() {
    let one = parse("login", "\"${AT}/login?hint={mail}\"")
        .unwrap()
        .sp
        .login
        .unwrap();
    assert_eq!(one.url(), Some("http://127.0.0.1/login?hint={mail}"));
    assert_eq!(one.to_string(), "\"http://127.0.0.1/login?hint={mail}\"");
    let written = r##"[{ open = "http://127.0.0.1/login" }, { fill = "#m", with = "{name_id} {domain}" }, { wait-for = "text:Go" }, { click = "text:Go" }, { submit = "form" }, { open = "json:/url" }]"##;
    let steps = parse("login", written).unwrap().sp.login.unwrap();
    assert_eq!(steps.0.len(), 6);
    assert_eq!(steps.url(), None);
    assert_eq!(steps.to_string(), written, "what is told can be pasted");
    let out = parse("logout", r#"[{ open = "${AT}/me" }, { forget = "token" }]"#).unwrap();
    assert_eq!(out.sp.logout.unwrap().0[1], Step::Forget);
}

#[test]
fn steps_that_cannot_be_meant_are_refused_with_what_to_do() {
    for (key, steps, words) in [
        ("login", "5", "a URL, or a list of steps"),
        ("login", "[]", "at least one"),
        ("login", "[{}]", "a step needs one of open, click, fill"),
        ("login", "[{ opens = \"x\" }]", "did you mean `open`?"),
        (
            "login",
            "[{ open = \"x\", click = \"y\" }]",
            "here are open and click",
        ),
        (
            "login",
            "[{ open = \"x\", with = \"y\" }]",
            "with belongs to fill",
        ),
        ("login", "[{ click = \"#a\" }]", "the first step opens a URL"),
        ("login", "[{ open = \"json:/a\" }]", "the first step opens a URL"),
        ("login", "\"login\"", "is no URL"),
        ("login", "\"http://elsewhere.example/\"", "not in [sp] allow"),
        ("logout", "\"http://elsewhere.example/\"", "not in [sp] allow"),
        (
            "login",
            "\"http://127.0.0.1/{user}\"",
            "{user} stands for nothing",
        ),
        (
            "login",
            "[{ open = \"http://127.0.0.1\" }, { open = \"http://elsewhere.example/\" }]",
            "not in [sp] allow",
        ),
        (
            "login",
            "[{ open = \"http://127.0.0.1\" }, { open = \"json:url\" }]",
            "starts with a slash",
        ),
        (
            "login",
            "[{ open = \"http://127.0.0.1\" }, { click = \"a[\" }]",
            "step 2: `a[` is no CSS selector",
        ),
        (
            "login",
            "[{ open = \"http://127.0.0.1\" }, { click = \"text:\" }]",
            "without words",
        ),
        (
            "login",
            "[{ open = \"http://127.0.0.1\" }, { fill = \"#a\" }]",
            "fill needs the text",
        ),
        (
            "login",
            "[{ open = \"http://127.0.0.1\" }, { fill = \"#a\", with = \"{e-mail} {upn}\" }]",
            "{upn} stands for nothing",
        ),
        (
            "login",
            "[{ open = \"http://127.0.0.1\" }, { forget = \"token\" }]",
            "belongs to [sp] logout",
        ),
        (
            "logout",
            "[{ open = \"http://127.0.0.1\" }, { forget = \"cookies\" }]",
            "cannot be forgotten",
        ),
    ] {
        let why = parse(key, steps).expect_err(steps);
        assert!(why.contains(words), "{steps}: {why}");
        assert!(why.starts_with("samlitmus.toml, line 5: "), "{why}");
    }
}
