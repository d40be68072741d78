//! What goes wrong outside: each ends in one sentence that says what to do, and in the code that says whose turn it is.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    thread,
    time::Duration,
};

use jiff::{Timestamp, ToSpan};
use saml::SigningKey;

use super::{PATIENCE, Process, causes, port, results, site::Site};

/// Serves one page to everybody, whatever is asked for, on a port of its own.
fn page(content_type: &'static str, body: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { break };
            let _ = stream.set_read_timeout(Some(PATIENCE));
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
        }
    });
    port
}

/// Runs one scenario and reports it as JSON.
const RUN: [&str; 4] = ["run", "baseline/assertion-signed", "--report", "json=r.json"];

#[test]
fn an_sp_that_is_down_cannot_be_judged() {
    let site = Site::new();
    let said = site.samlitmus(&RUN).code(3);
    let [cause] = said.causes()[..] else {
        panic!("{said:#?}");
    };
    let expected = format!("the SP gives no metadata, for http://127.0.0.1:{}/", site.sp);
    assert!(
        cause.starts_with(&expected) && cause.contains("start it, or mend [sp] metadata"),
        "{cause}"
    );
    assert_eq!(causes(&results(&site.path("r.json"))), [cause]);

    // The same where its metadata is known without it.
    site.configure(|text| {
        let given = format!(
            "entity_id = \"http://127.0.0.1:{port}/sp\"\nacs = \"http://127.0.0.1:{port}/acs\"\n",
            port = site.sp
        );
        without(&text, "metadata").replacen("login =", &format!("{given}login ="), 1)
    });
    let said = site.samlitmus(&RUN).code(3);
    assert!(
        said.causes()[0].contains("start it, or mend [sp.probe] url"),
        "{said:#?}"
    );
}

/// A text without the lines of a key.
fn without(text: &str, key: &str) -> String {
    let kept = text
        .lines()
        .filter(|line| line.split_whitespace().next() != Some(key));
    kept.map(|line| format!("{line}\n")).collect()
}

/// Puts another value in the place of a key's.
fn set(text: &str, key: &str, value: &str) -> String {
    let lines = text.lines().map(|line| match line.split_whitespace().next() {
        Some(first) if first == key => format!("{key} = {value:?}\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

#[test]
fn metadata_that_is_none_is_a_mistake_in_the_configuration() {
    let site = Site::new();
    let html = page("text/html", "<!doctype html><title>Sign in</title>");
    site.write("sp.json", "{\"entityID\": \"https://sp.example\"}");
    site.write(
        "idp.xml",
        "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"e\"/>",
    );
    let url = format!("http://127.0.0.1:{html}/saml/metadata");
    for (metadata, hint) in [
        (
            url.as_str(),
            "this is an HTML page, not SAML metadata: check the URL, and whether it needs a sign-in",
        ),
        ("sp.json", "this is not SAML metadata"),
        ("idp.xml", "describes no"),
        ("gone.xml", "there is no file"),
    ] {
        site.configure(|text| set(&text, "metadata", metadata));
        let said = site.samlitmus(&RUN).code(2);
        let sentence = said.sentence();
        assert!(
            sentence.contains(hint) && sentence.contains(metadata),
            "{said:#?}"
        );
        assert_eq!(
            causes(&results(&site.path("r.json"))),
            [sentence],
            "the report says the same"
        );
    }
}

#[test]
fn a_probe_that_shows_no_identity_cannot_be_judged() {
    let site = Site::new();
    let _served = site.serve(&[]);
    site.configure(|text| set(&text, "identity", "json:/user/name"));
    let said = site.samlitmus(&RUN).code(3);
    let cause = said.causes()[0];
    assert!(
        cause.contains("the probe shows no identity") && cause.contains("set [sp.probe] identity"),
        "{cause}"
    );

    // A page that is the same for everybody.
    site.configure(|text| {
        set(
            &text,
            "url",
            &format!("http://127.0.0.1:{}/singlesignon/saml/metadata", site.sp),
        )
    });
    let said = site.samlitmus(&RUN).code(3);
    assert!(
        said.causes()[0].contains("set [sp.probe] url to a page that only a signed-in user sees"),
        "{said:#?}"
    );
}

#[test]
fn an_sp_that_trusts_other_keys_is_told_from_one_that_is_down() {
    let site = Site::new();
    let _served = site.serve(&["--state", "elsewhere"]);
    let said = site.samlitmus(&RUN).code(3);
    let cause = said.causes()[0];
    assert!(
        cause.contains("no flawless login works") && cause.contains("samlitmus idp metadata"),
        "{cause}"
    );
}

#[test]
fn a_mistake_in_the_configuration_is_named_with_its_line() {
    let site = Site::new();
    for (key, value, hint) in [
        ("metadata", None, "line 1: [sp] metadata: it is missing"),
        (
            "url",
            Some("https://sp.example/me"),
            "line 8: [sp.probe] url: the host sp.example is not in [sp] allow",
        ),
        (
            "identity",
            Some("xpath://b"),
            "line 9: [sp.probe] identity: it starts with json:, css:, regex:, header: or jwt:",
        ),
        (
            "listen",
            Some("8400"),
            "line 12: [idp] listen: \"8400\" is no address with a port",
        ),
        (
            "name",
            Some("${NO_SUCH_NAME}"),
            "line 2: the environment variable NO_SUCH_NAME is not set",
        ),
    ] {
        site.configure(|text| match value {
            Some(value) => set(&text, key, value),
            None => without(&text, key),
        });
        let said = site.samlitmus(&RUN).code(2);
        assert!(
            said.sentence().contains(&format!("samlitmus.toml, {hint}")),
            "{said:#?}"
        );
        assert_eq!(causes(&results(&site.path("r.json"))), [said.sentence()]);
    }
    site.configure(|text| text.replacen("login =", "lgoin =", 1));
    let said = site.samlitmus(&RUN).code(2);
    assert_eq!(
        said.sentence(),
        "samlitmus.toml, line 4: there is no key `lgoin` in [sp]; did you mean `login`?"
    );
    let said = site.samlitmus(&["run", "--config", "other.toml"]).code(2);
    assert!(
        said.sentence()
            .starts_with("there is no other.toml; `samlitmus init URL`"),
        "{said:#?}"
    );
}

#[test]
fn an_idp_whose_port_is_taken_is_a_mistake_in_the_configuration() {
    let site = Site::new();
    let _served = site.serve(&[]);
    let _taken = TcpListener::bind(("127.0.0.1", site.idp)).unwrap();
    let said = site.samlitmus(&RUN).code(2);
    let expected = format!(
        "127.0.0.1:{} is in use by another program; stop that program",
        site.idp
    );
    assert!(said.sentence().starts_with(&expected), "{said:#?}");
}

#[test]
fn where_there_is_no_browser_it_is_said_what_to_install() {
    let site = Site::new();
    let args = ["run", "--demo", "--driver", "browser", "baseline/*"];
    let folder = site.path("");
    let nowhere = [("PATH", "/nowhere"), ("CHROMIUM", ""), ("CHROMEDRIVER", "")];
    let wrong = [
        ("CHROMIUM", "/nowhere/chromium"),
        ("CHROMEDRIVER", "/nowhere/chromedriver"),
    ];
    for environment in [&nowhere[..], &wrong] {
        let said = Process::start(&folder, &args, environment).end().code(2);
        assert!(
            said.sentence()
                .contains("install the packages chromium-headless-shell (or chromium) and chromium-driver"),
            "{said:#?}"
        );
    }
}

/// It does so where the port that it picked is taken in the other IP version.
#[test]
fn a_chromedriver_that_ends_at_once_is_started_again_and_not_for_ever() {
    let site = Site::new();
    let script = |name: &str, after: usize| {
        let path = site.path(name);
        let counts = site.path(&format!("{name}-count"));
        let text = format!(
            "#!/bin/sh\necho >>{counts}\n[ $(wc -l <{counts}) -gt {after} ] && exec chromedriver \"$@\"\nexit 1\n",
            counts = counts.display(),
        );
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let args = ["run", "--demo", "--driver", "browser", "baseline/response-signed"];
    let run = |program: &str| Process::start(&site.path(""), &args, &[("CHROMEDRIVER", program)]).end();
    let twice = run(&script("twice", 2)).code(0);
    assert!(twice.out.contains("1 pass"), "{twice:#?}");
    let always = run(&script("always", 1000)).code(3);
    assert!(
        always.out.contains("ended before it said where it listens"),
        "{always:#?}"
    );
}

#[test]
fn an_expired_certificate_is_noticed_before_the_sp_refuses_it() {
    let site = Site::new();
    site.samlitmus(&["idp", "metadata", "--out", "idp.xml"]).code(0);
    let of_old = Timestamp::now() - (24 * 365 * 4).hours();
    let key = SigningKey::generate_azure("Microsoft Azure Federated SSO Certificate", of_old, 3).unwrap();
    let shared = mock_idp::Shared::open(&site.path(".samlitmus")).unwrap();
    let expire = |directory: &mut mock_idp::Directory| {
        let keys = &mut directory.tenants[0].keys;
        *keys = mock_idp::Keys::new(key.clone(), keys.k2.clone());
        Ok::<(), ()>(())
    };
    shared.change(expire).unwrap();
    let said = site.samlitmus(&RUN).code(2);
    let sentence = said.sentence();
    assert!(
        sentence.starts_with("the IdP's signing certificate expired on ")
            && sentence.contains("samlitmus idp --reset"),
        "{sentence}"
    );
}

#[test]
fn a_damaged_state_folder_is_named() {
    let site = Site::new();
    site.samlitmus(&["idp", "metadata", "--out", "idp.xml"]).code(0);
    site.write(
        ".samlitmus/idp/directory.sqlite",
        "no database, and more than the hundred bytes that a header of one would have here",
    );
    let said = site.samlitmus(&RUN).code(2);
    assert!(
        said.sentence().contains("is damaged") && said.sentence().contains("delete it"),
        "{said:#?}"
    );
}

#[test]
fn ctrl_c_ends_a_run_with_130_and_what_was_judged_is_reported() {
    let site = Site::new();
    let _served = site.serve(&[]);
    let reports = [
        "--report",
        "json=r.json",
        "--report",
        "junit=r.xml",
        "--report",
        "html=r.html",
    ];
    let mut run = site.start(&[&["run", "--tier", "all", "--jobs", "1"][..], &reports].concat());
    run.until("learned: ");
    run.interrupt();
    let said = run.end().code(130);
    assert!(
        said.err
            .contains("stopping; the report of what ran is being written"),
        "{said:#?}"
    );
    assert!(said.out.ends_with("exit 130: interrupted\n"), "{said:#?}");
    let json = results(&site.path("r.json"));
    assert_eq!(json["summary"]["exit"], 130);
    assert!(
        causes(&json)[0].starts_with("interrupted, with "),
        "{:?}",
        causes(&json)
    );
    assert!(json["sp"]["calibration"].is_object());
    assert!(
        std::fs::read_to_string(site.path("r.xml"))
            .unwrap()
            .contains("exit 130")
    );
    assert!(
        std::fs::read_to_string(site.path("r.html"))
            .unwrap()
            .contains(">Interrupted<")
    );
}

#[test]
fn ctrl_c_ends_a_run_that_waits_for_its_sp() {
    let site = Site::new();
    site.configure(|text| {
        let lines = "start = \"sleep 300\"\nready = \"http://127.0.0.1:9/\"\nstop = \"echo stopped > stopped\"\n\n[sp.probe]";
        text.replacen("[sp.probe]", lines, 1)
    });
    let run = site.start(&RUN);
    // The log is made when the SP is started.
    while !site.path(".samlitmus/sp.log").exists() {
        thread::sleep(Duration::from_millis(10));
    }
    thread::sleep(Duration::from_millis(200));
    run.interrupt();
    run.end().code(130);
    assert_eq!(causes(&results(&site.path("r.json"))), ["interrupted"]);
    assert!(site.path("stopped").exists(), "its stop command ran");
}

#[test]
fn an_sp_that_dies_on_the_way_gives_no_pass_and_a_whole_report() {
    let site = Site::new();
    let served = site.serve(&[]);
    let mut run = site.start(&["run", "--tier", "all", "--report", "json=r.json"]);
    run.until("learned: ");
    drop(served);
    let said = run.end();
    let code = said.code.unwrap();
    let said = said.code(code);
    assert!(matches!(code, 1 | 3), "{said:#?}");
    let json = results(&site.path("r.json"));
    let entries = json["scenarios"].as_array().unwrap();
    let planned = said.out.lines().next().unwrap();
    assert!(
        planned.contains(&format!(": {} scenarios", entries.len())),
        "{planned}"
    );
    assert!(
        json["summary"]["inconclusive"].as_u64().unwrap() > 50,
        "{}",
        json["summary"]
    );
    assert!(
        causes(&json)
            .iter()
            .any(|cause| cause.starts_with("the SP went away during the run: the SP does not answer at ")),
        "{:?}",
        causes(&json)
    );
    assert!(
        causes(&json)
            .iter()
            .any(|cause| cause.contains("could not be judged")),
        "{:?}",
        causes(&json)
    );
}

#[test]
fn a_second_run_at_the_same_time_is_told_that_the_port_is_taken() {
    let site = Site::new();
    let mut idp = site.start(&["idp"]);
    idp.until("Ctrl-C ends it");
    let said = site.samlitmus(&["idp"]).code(2);
    assert!(
        said.sentence().contains("is in use by another program"),
        "{said:#?}"
    );
    let other = port();
    let listen = format!("127.0.0.1:{other}");
    let mut second = site.start(&["idp", "--listen", &listen]);
    second.until("Ctrl-C ends it");
}
