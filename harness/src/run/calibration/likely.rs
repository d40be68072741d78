//! What may lead from a page to the IdP, the likeliest first; never what ends a session or asks for a password.

use url::Url;

use crate::{
    config::{JSON, Step},
    driver::{Act, Door, DoorKind, Doors, doors},
    judge::observation::Page,
    text::contains,
};

/// What leads on from a page, the likeliest first; and whether scripts may.
pub(super) fn onward(page: &Page, idp: &str) -> (Vec<Vec<Step>>, bool) {
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(page.body.trim()) {
        let named = named(&json, idp, String::new());
        return (
            named
                .into_iter()
                .map(|pointer| vec![Step::Open(pointer)])
                .collect(),
            false,
        );
    }
    let Ok(url) = Url::parse(&page.url) else {
        return (Vec::new(), false);
    };
    let Doors { all, scripted } = doors(&page.body, &url);
    (likely(&all, &url, idp), scripted)
}

/// Where a JSON document names URLs at the IdP.
fn named(json: &serde_json::Value, idp: &str, at: String) -> Vec<String> {
    let below = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
    match json {
        serde_json::Value::String(text) if text.starts_with(idp) && !at.is_empty() => {
            vec![format!("{JSON}{at}")]
        }
        serde_json::Value::Array(list) => {
            let all = list.iter().enumerate();
            all.flat_map(|(index, value)| named(value, idp, below(&index.to_string())))
                .collect()
        }
        serde_json::Value::Object(map) => map
            .iter()
            .flat_map(|(key, value)| named(value, idp, below(key)))
            .collect(),
        _ => Vec::new(),
    }
}

/// Words of a door that ends a session, or begins something else.
const NEVER: [&str; 20] = [
    "logout",
    "log out",
    "log-out",
    "logoff",
    "log off",
    "signout",
    "sign out",
    "sign-out",
    "signoff",
    "abmelden",
    "register",
    "sign up",
    "signup",
    "sign-up",
    "forgot",
    "reset",
    "delete",
    "cancel",
    "unsubscribe",
    "password",
];
/// Whether a door's words say that it ends a session, or begins something else.
pub(in crate::run) fn leads_away(words: &str) -> bool {
    NEVER.iter().any(|word| contains(words, word))
}

/// Words of a door that leads to an identity provider.
const SINGLE_SIGN_ON: [&str; 12] = [
    "sso",
    "saml",
    "single sign",
    "azure",
    "entra",
    "microsoft",
    "idp",
    "identity provider",
    "federat",
    "corporate",
    "company",
    "enterprise",
];
/// Words of a door that leads on.
const ONWARD: [&str; 9] = [
    "sign in", "signin", "sign-in", "log in", "login", "continue", "next", "proceed", "weiter",
];

fn likely(all: &[Door], page: &Url, idp: &str) -> Vec<Vec<Step>> {
    let says = |door: &Door, words: &[&str]| words.iter().any(|word| contains(&door.words, word));
    let at_idp = |door: &Door| {
        door.leads
            .as_ref()
            .is_some_and(|url| url.as_str().starts_with(idp))
    };
    let here = |door: &Door| door.leads.as_ref().is_none_or(|url| url.host() == page.host());
    let open: Vec<&Door> = all
        .iter()
        .filter(|door| at_idp(door) || (here(door) && !leads_away(&door.words)))
        .collect();
    let alone = |door: &Door| open.iter().filter(|other| other.kind == door.kind).count() == 1;
    let rank = |door: &Door| match door {
        door if at_idp(door) => Some(0),
        door if says(door, &SINGLE_SIGN_ON) => Some(1),
        door if door.acts.len() > 1 => Some(2),
        door if door.kind == DoorKind::Form && alone(door) => Some(3),
        door if says(door, &ONWARD) => Some(4),
        door if alone(door) => Some(5),
        _ => None,
    };
    let mut ranked: Vec<(u8, &Door)> = open
        .iter()
        .filter_map(|door| Some((rank(door)?, *door)))
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked
        .into_iter()
        .map(|(_, door)| door.acts.iter().map(step).collect())
        .collect()
}

fn step(act: &Act) -> Step {
    match act {
        Act::Click(target) => Step::Click(target.to_string()),
        Act::Fill(target, with) => Step::Fill {
            target: target.to_string(),
            with: with.clone(),
        },
        Act::Submit(target) => Step::Submit(target.to_string()),
        Act::WaitFor(target) => Step::WaitFor(target.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Steps;

    const IDP: &str = "http://localhost:8400";

    fn tried(body: &str) -> Vec<String> {
        let page = Page {
            url: "http://127.0.0.1:8080/login".to_owned(),
            body: body.to_owned(),
            ..Page::default()
        };
        let (ways, _) = onward(&page, IDP);
        ways.into_iter().map(|steps| Steps(steps).to_string()).collect()
    }

    #[test]
    fn the_likeliest_door_is_tried_first() {
        let body = "<a href=/about>About us</a><a href=/logout>Log out</a><a href=/forgot>Forgot?</a>\
                    <form action=/local><input name=user><input type=password name=p><button>Sign in</button></form>\
                    <form action=/find><input type=search name=user></form><a href='//elsewhere.example/saml'>Other</a>\
                    <form id=realm action=/realm><label>Your e-mail <input name=q id=q></label><button>Next</button></form>\
                    <a href=/sso/begin><b>Company</b> account</a><a href='http://localhost:8400/x'>Entra</a>";
        assert_eq!(
            tried(body),
            [
                "[{ click = \"text:Entra\" }]",
                "[{ click = \"text:Company account\" }]",
                "[{ fill = \"#q\", with = \"{mail}\" }, { click = \"text:Next\" }]",
            ]
        );
    }

    #[test]
    fn the_only_form_and_the_only_link_are_doors_whatever_they_say() {
        let form =
            "<form method=post action=/x><input type=hidden name=csrf value=1><button>Los</button></form>";
        assert_eq!(tried(form), ["[{ click = \"text:Los\" }]"]);
        assert_eq!(tried("<form action=/x></form>"), ["[{ submit = \"form\" }]"]);
        assert_eq!(
            tried("<p>Hello</p><a href=x>Here</a>"),
            ["[{ click = \"text:Here\" }]"]
        );
        assert_eq!(tried("<a href=x>Here</a><a href=y>There</a>"), [""; 0]);
        assert_eq!(tried("<a href=/logout>Out</a>"), [""; 0]);
        let two = "<a href=1><img src=i></a><form action=2><button name=b></button></form><form action=3><button></button></form>";
        assert_eq!(tried(two), ["[{ click = \"a\" }]"]);
    }

    #[test]
    fn json_that_names_a_url_at_the_idp_is_a_door() {
        let body = format!(
            r#"{{"a": ["x", {{"u/r": "{IDP}/t/saml2?SAMLRequest=1"}}], "b": "http://localhost:84/"}}"#
        );
        assert_eq!(tried(&body), ["\"json:/a/1/u~1r\""]);
        assert_eq!(tried(r#"{"user": null}"#), [""; 0]);
    }

    #[test]
    fn a_button_of_a_script_is_a_door() {
        assert_eq!(tried("<button>SSO</button>"), [""; 0]);
        assert_eq!(
            tried("<script>1</script><button>SSO</button>"),
            ["[{ click = \"text:SSO\" }]"]
        );
        assert_eq!(
            tried("<script>1</script><a href='#'>SSO</a>"),
            ["[{ click = \"text:SSO\" }]"]
        );
    }
}
