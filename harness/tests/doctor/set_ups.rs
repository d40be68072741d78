//! The set-ups, one test each.

use super::{
    site::{Said, Site, keep, port},
    sp::{Login, Sp, Switches, stranger},
};

/// The check of this part is in this state, and says so.
#[track_caller]
fn tells(said: &Said, state: &str, part: &str, words: &str) {
    let beginning = format!("{state:<7} {part:<13} ");
    let lines = said.out.lines().filter(|line| line.starts_with(&beginning));
    assert!(
        lines.clone().any(|line| line.contains(words)),
        "no {beginning:?} with {words:?} in:\n{}{}",
        said.out,
        said.err
    );
}

/// It ends with this code, one mend each for these parts and no other, and gives no secret away.
#[track_caller]
fn ends(said: &Said, code: i32, mends: &[&str]) {
    assert_eq!(said.code, code, "{}{}", said.out, said.err);
    let found: Vec<&str> = said
        .out
        .lines()
        .filter_map(|line| line.strip_prefix("mend the ")?.split_once(':'))
        .map(|(part, _)| part)
        .collect();
    assert_eq!(found, mends, "{}", said.out);
    assert!(!said.out.contains("s3cret"), "a secret in:\n{}", said.out);
    assert_eq!(
        said.out.lines().any(|line| line.starts_with("cause: ")),
        code != 0
    );
    assert!(
        said.out
            .lines()
            .last()
            .unwrap()
            .starts_with(&format!("exit {code}: "))
    );
}

const HTTP: [&str; 2] = ["--driver", "http"];

#[test]
fn nothing_is_missing_where_nothing_is_broken() {
    let site = Site::new();
    site.serve(Switches::default());
    let said = site.doctor("sound", &HTTP);
    ends(&said, 0, &[]);
    for part in [
        "IdP",
        "reachability",
        "metadata",
        "sign-in",
        "AuthnRequest",
        "cookies",
        "clock",
        "trust",
        "probe",
        "people",
    ] {
        tells(&said, "ok", part, "");
    }
    for line in [
        "a login of alice, begun by the SP ([sp] login), base A",
        " 1  SP     GET  http://127.0.0.1:",
        "?SAMLRequest=…&RelayState=…  200",
        "    cookie set: session; HttpOnly; SameSite=Lax",
        "  RelayState    28 bytes",
        "  signed        no",
        "  Azure         would go on with it",
        "  takes signed  assertion, both, response",
        "  begun by      the SP, the IdP",
        "  identity      the NameID",
        "  shown by      json:/nameId",
        "  can be seen   alice, attacker, victim",
    ] {
        assert!(said.out.contains(line), "{line:?} is missing in:\n{}", said.out);
    }
}

#[test]
fn an_sp_that_is_not_there() {
    let site = Site::new();
    site.write(port(), "");
    let said = site.doctor("sp-not-there", &HTTP);
    tells(&said, "broken", "reachability", "[sp] login http://127.0.0.1:");
    tells(&said, "-", "trust", "no message came to the SP");
    ends(&said, 3, &["reachability", "reachability", "metadata"]);
    assert!(said.out.contains("start the SP"), "{}", said.out);
}

#[test]
fn a_port_at_which_another_program_listens() {
    let site = Site::new();
    let sp = site.serve(Switches::default());
    let other = stranger();
    site.edit(&format!("{}/login", sp.port), &format!("{other}/login"));
    site.edit(&format!("{}/me\"", sp.port), &format!("{other}/me\""));
    let said = site.doctor("wrong-port", &HTTP);
    tells(&said, "broken", "sign-in", "(404");
    ends(&said, 3, &["sign-in"]);
    assert!(
        said.out.contains("mend the sign-in: mend [sp] login"),
        "{}",
        said.out
    );
}

#[test]
fn a_host_that_is_not_allowed() {
    let site = Site::new();
    site.serve(Switches {
        login: Login::Elsewhere,
        ..Switches::default()
    });
    let said = site.doctor("host-not-allowed", &HTTP);
    tells(&said, "broken", "reachability", "sso.elsewhere.example");
    tells(&said, "broken", "sign-in", "sso.elsewhere.example");
    ends(&said, 3, &["reachability", "sign-in"]);
    assert!(
        said.out
            .contains("if it is another IdP, let the SP send its users to this one"),
        "{}",
        said.out
    );
}

#[test]
fn a_certificate_that_nobody_trusts() {
    let site = Site::new();
    let tls = super::tls::serve();
    site.write(tls, "");
    site.edit("http://127.0.0.1", "https://127.0.0.1");
    let said = site.doctor("untrusted-certificate", &HTTP);
    tells(&said, "broken", "reachability", "certificate");
    ends(&said, 3, &["reachability", "metadata"]);
    assert!(
        said.out
            .contains("name the CA that signed its certificate in [sp] ca"),
        "{}",
        said.out
    );
}

#[test]
fn an_sp_that_trusts_another_idp() {
    let site = Site::new();
    let other = Site::with_keys_of_its_own();
    // The other's keys, and this one's address: as after `samlitmus idp --reset`.
    let theirs = String::from_utf8(other.metadata()).unwrap();
    let theirs = theirs.replace(&other.idp.to_string(), &site.idp.to_string());
    let tenant = |text: &str| text.split("sts.windows.net/").nth(1).unwrap()[..36].to_owned();
    let ours = String::from_utf8(site.metadata()).unwrap();
    let theirs = theirs.replace(&tenant(&theirs), &tenant(&ours));
    let sp = Sp::serve(theirs.as_bytes(), Switches::default());
    site.write(sp.port, "");
    let said = site.doctor("no-trust", &HTTP);
    tells(&said, "ok", "sign-in", "brings the browser to the IdP");
    tells(
        &said,
        "broken",
        "trust",
        "as it answers one under a key that nobody trusts",
    );
    tells(&said, "-", "probe", "nobody was signed in");
    ends(&said, 3, &["trust"]);
    assert!(
        said.out
            .contains("the page says: Sign-in failed: the signature is not valid"),
        "{}",
        said.out
    );
    assert!(
        said.out
            .contains("give the SP the metadata that `samlitmus idp metadata` writes"),
        "{}",
        said.out
    );
}

#[test]
fn a_clock_that_is_two_hours_off() {
    let site = Site::new();
    site.serve(Switches {
        hours: 2,
        ..Switches::default()
    });
    let said = site.doctor("clock", &HTTP);
    tells(&said, "broken", "clock", "about 2 hours ahead");
    ends(&said, 3, &["clock"]);
}

#[test]
fn a_clock_that_no_request_tells() {
    let site = Site::new();
    let sp = site.serve(Switches {
        hours: -2,
        ..Switches::default()
    });
    site.edit(&format!("login = \"http://127.0.0.1:{}/login\"\n", sp.port), "");
    let said = site.doctor("clock-untold", &HTTP);
    tells(&said, "broken", "clock", "about 2 hours behind");
    tells(&said, "-", "sign-in", "[sp] login is left out");
    ends(&said, 3, &["clock"]);
}

#[test]
fn a_login_that_is_not_there_though_the_idp_can_begin() {
    let site = Site::new();
    site.serve(Switches {
        login: Login::Missing,
        ..Switches::default()
    });
    let said = site.doctor("login-404", &HTTP);
    tells(&said, "broken", "sign-in", "(404");
    tells(&said, "ok", "trust", "takes this IdP's messages");
    ends(&said, 3, &["sign-in"]);
    assert!(
        said.out.contains("[sp] login = "),
        "the cause names it:\n{}",
        said.out
    );
}

#[test]
fn a_login_that_rests_on_a_page_without_a_way() {
    let site = Site::new();
    site.serve(Switches {
        login: Login::Page,
        ..Switches::default()
    });
    let said = site.doctor("login-page", &HTTP);
    tells(&said, "broken", "sign-in", "came to rest at");
    assert!(
        said.out
            .contains("the page says: Sign-in is closed for maintenance"),
        "{}",
        said.out
    );
    ends(&said, 3, &["sign-in"]);
}

#[test]
fn probes_that_tell_nothing() {
    for (page, words) in [
        ("blank", "tells two people apart"),
        ("public", "the probe shows nobody afterwards"),
        ("forbidden", "the probe shows nobody afterwards"),
    ] {
        let site = Site::new();
        let sp = site.serve(Switches::default());
        site.edit(&format!("{}/me\"", sp.port), &format!("{}/{page}\"", sp.port));
        let said = site.doctor(&format!("probe-{page}"), &HTTP);
        tells(&said, "ok", "trust", "");
        tells(&said, "broken", "probe", words);
        ends(&said, 3, &["probe"]);
        assert!(
            said.out
                .contains("set [sp.probe] url to a page that only a signed-in user sees"),
            "{}",
            said.out
        );
    }
}

/// What it refuses for want of a signature is no word on the key.
#[test]
fn a_probe_that_tells_nothing_at_an_sp_that_wants_all_signed() {
    let site = Site::new();
    let sp = site.serve(Switches {
        both_signed: true,
        ..Switches::default()
    });
    site.edit(&format!("{}/me\"", sp.port), &format!("{}/public\"", sp.port));
    let said = site.doctor("probe-both-signed", &HTTP);
    tells(&said, "ok", "trust", "lets a flawless message through to /home");
    tells(&said, "broken", "probe", "the probe shows nobody afterwards");
    ends(&said, 3, &["probe"]);
    assert!(
        said.out
            .contains("a login of alice, begun by the SP ([sp] login), base B"),
        "{}",
        said.out
    );
}

#[test]
fn a_victim_without_an_account() {
    let site = Site::new();
    site.serve(Switches {
        unknown: "admin@",
        ..Switches::default()
    });
    let said = site.doctor("no-victim", &HTTP);
    tells(
        &said,
        "broken",
        "people",
        "the victim (admin@contoso.example) cannot be seen",
    );
    tells(&said, "ok", "probe", "");
    ends(&said, 3, &["accounts"]);
    assert!(
        said.out.contains("  can be seen   alice, but not victim"),
        "{}",
        said.out
    );
}

#[test]
fn a_cookie_that_no_browser_brings_back() {
    let site = Site::new();
    site.serve(Switches {
        state_cookie: true,
        ..Switches::default()
    });
    let said = site.doctor("lax-cookie", &HTTP);
    tells(&said, "broken", "cookies", "state");
    tells(&said, "-", "trust", "nobody knows before the cookies come along");
    ends(&said, 3, &["cookies"]);
    assert!(said.out.contains("SameSite=None and Secure"), "{}", said.out);
    assert!(said.out.contains("    cookie lost: state"), "{}", said.out);
    assert_eq!(said.code, 3, "{}", said.out);
}

#[test]
fn a_request_that_nobody_can_read_and_one_that_azure_refuses() {
    let site = Site::new();
    site.serve(Switches {
        login: Login::DeflatedPost,
        ..Switches::default()
    });
    let said = site.doctor("request-unreadable", &HTTP);
    tells(&said, "ok", "sign-in", "");
    tells(&said, "broken", "AuthnRequest", "it is deflated");
    ends(&said, 3, &["AuthnRequest"]);

    let site = Site::new();
    site.serve(Switches {
        login: Login::DigitId,
        ..Switches::default()
    });
    let said = site.doctor("request-refused", &HTTP);
    tells(&said, "note", "AuthnRequest", "AADSTS7500529");
    ends(&said, 0, &[]);
}

#[test]
fn metadata_that_is_none() {
    let site = Site::new();
    site.serve(Switches {
        garbage: true,
        ..Switches::default()
    });
    let said = site.doctor("metadata-unreadable", &HTTP);
    tells(&said, "broken", "metadata", "cannot be read");
    tells(&said, "ok", "reachability", "[sp] login");
    ends(&said, 2, &["metadata"]);
}

#[test]
fn a_browser_that_is_not_there_is_named_and_the_rest_is_seen_without_it() {
    let site = Site::new();
    site.serve(Switches::default());
    let nowhere = [
        ("CHROMEDRIVER", "/nowhere/chromedriver"),
        ("CHROMIUM", "/nowhere/chromium"),
    ];
    let said = site.samlitmus(&["doctor", "--driver", "browser"], &nowhere);
    keep("no-browser", &said);
    tells(&said, "broken", "browser", "--driver browser");
    tells(&said, "ok", "probe", "");
    ends(&said, 2, &["browser"]);
    let said = site.samlitmus(&["doctor"], &nowhere);
    tells(&said, "note", "browser", "are left out");
    ends(&said, 0, &[]);
}

#[test]
fn an_idp_whose_address_is_taken() {
    let site = Site::new();
    site.serve(Switches::default());
    let _taken = std::net::TcpListener::bind(("127.0.0.1", site.idp)).unwrap();
    let said = site.doctor("idp-address-taken", &HTTP);
    tells(&said, "broken", "IdP", "cannot listen at");
    ends(&said, 2, &["IdP"]);
}

#[test]
fn a_run_that_cannot_begin_shows_the_picture_in_short() {
    for (switches, cause, request) in [
        (
            Switches {
                state_cookie: true,
                ..Switches::default()
            },
            "no flawless login works",
            "its AuthnRequest: binding HTTP-Redirect",
        ),
        (
            Switches {
                login: Login::DeflatedPost,
                ..Switches::default()
            },
            "it is deflated",
            "its AuthnRequest: binding HTTP-POST",
        ),
    ] {
        let site = Site::new();
        site.serve(switches);
        let args = ["run", "baseline/*", "--driver", "http", "--report", "json=r.json"];
        let said = site.samlitmus(&args, &[]);
        assert_eq!(said.code, 3, "{said:#?}");
        let mut lines = said.out.lines().skip_while(|line| !line.starts_with("cause: "));
        assert!(lines.next().unwrap().contains(cause), "{}", said.out);
        for beginning in [
            "  the login: SP GET http://127.0.0.1:",
            request,
            "`samlitmus doctor` tells more",
        ] {
            assert!(
                lines
                    .clone()
                    .any(|line| line.trim_start().starts_with(beginning.trim_start())),
                "no {beginning:?} in:\n{}",
                said.out
            );
        }
        let json = std::fs::read(site.path("r.json")).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let picture = json["summary"]["picture"][0].as_str().unwrap();
        assert!(picture.starts_with("the login: "), "{json}");
    }
}
