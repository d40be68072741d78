//! Two runs at once on one machine, an SP that lives elsewhere, an IdP by a name that no DNS knows, and the SP's own key.

use std::{path::Path, process::Command};

use saml::key::{Kind, SigningKey};

use super::{Process, results, site::Site};

const PROGRAM: &str = env!("CARGO_BIN_EXE_samlitmus");

/// A configuration that starts the reference SP at a port that the run chooses.
fn told_its_port(site: &Site, name: &str, more: &str) -> String {
    let file = format!("{name}.toml");
    let text = format!(
        "[sp]\nname = \"{name}\"\n\
         metadata = \"http://127.0.0.1:{{port}}/singlesignon/saml/metadata\"\n\
         login = \"http://127.0.0.1:{{port}}/singlesignon/saml/login\"\n\
         start = \"echo $$ {{port}} {{idp}} > {name}.said; exec {PROGRAM} sp --listen 127.0.0.1:{{port}} --create-users --idp-metadata {{metadata}}\"\n\
         ready = \"http://127.0.0.1:{{port}}/singlesignon/saml/metadata\"\n{more}\
         [sp.probe]\nurl = \"http://127.0.0.1:{{port}}/whoami\"\nidentity = \"json:/nameId\"\n"
    );
    site.write(&file, &text);
    file
}

#[test]
fn two_runs_go_side_by_side_in_one_folder() {
    let site = Site::new();
    let runs: Vec<Process> = ["billing", "travel"]
        .iter()
        .map(|name| {
            let file = told_its_port(&site, name, "");
            let report = format!("json={name}.json");
            site.start(&[
                "run",
                "baseline/*",
                "signature/xsw-?",
                "azure/request-*",
                "--config",
                &file,
                "--listen",
                "127.0.0.1:0",
                "--driver",
                "http",
                "--report",
                &report,
            ])
        })
        .collect();
    // Both are begun before either is waited for; a folder without a state is made by whoever comes first.
    for run in runs {
        let said = run.end().code(0);
        assert!(said.causes().is_empty(), "{said:#?}");
    }
    let said = |name: &str| std::fs::read_to_string(site.path(&format!("{name}.said"))).unwrap();
    let (one, other) = (said("billing"), said("travel"));
    let words = |said: &str| -> Vec<String> { said.split_whitespace().map(str::to_owned).collect() };
    let (one, other) = (words(&one), words(&other));
    assert_ne!(one[1], other[1], "one port for both SPs");
    assert_ne!(one[2], other[2], "one origin for both IdPs");
    assert!(one[2].starts_with("http://localhost:"), "{one:?}");
    for name in ["billing", "travel"] {
        let json = results(&site.path(&format!("{name}.json")));
        assert_eq!(json["sp"]["name"], name);
        assert!(json["summary"]["pass"].as_u64().unwrap() > 8, "{json:#}");
        assert!(
            json["summary"]["authn_requests"].as_u64().unwrap() > 8,
            "{json:#}"
        );
    }
    // The state of the folder is whole, and serves a third.
    let file = told_its_port(&site, "third", "");
    let args = [
        "run",
        "baseline/assertion-signed",
        "--config",
        &file,
        "--listen",
        "127.0.0.1:0",
    ];
    site.samlitmus(&args).code(0);
}

#[test]
fn the_sps_own_key_is_tried_and_an_sp_that_believes_it_is_red() {
    let site = Site::new();
    let (key, certificate) = SigningKey::generate(Kind::Rsa2048).unwrap().to_pem().unwrap();
    site.write("own.pem", &format!("{key}{certificate}"));
    site.write("bare.pem", &key);
    let sp = ["--sign-requests", "--key", "own.pem", "--create-users"];
    let run = [
        "run",
        "trust/sp-own-key",
        "azure/request-*",
        "--driver",
        "http",
        "--report",
        "json=r.json",
    ];
    let verdicts = || -> Vec<(String, String)> {
        let json = results(&site.path("r.json"));
        let all = json["scenarios"].as_array().unwrap().iter();
        let pair = |one: &serde_json::Value| {
            let text = |key: &str| one[key].as_str().unwrap().to_owned();
            (text("verdict"), text("outcome"))
        };
        all.map(pair).collect()
    };

    let served = site.serve(&sp);
    // No key is configured, so nothing is fired.
    let said = site.samlitmus(&run[..2]).code(4);
    assert!(said.out.contains("2 not-applicable"), "{said:#?}");

    site.configure(|text| text.replacen("[sp.probe]", "key = \"bare.pem\"\n[sp.probe]", 1));
    let said = site.samlitmus(&run).code(0);
    assert!(said.causes().is_empty(), "{said:#?}");
    let passed = verdicts();
    assert!(
        !passed.is_empty() && passed.iter().all(|(verdict, _)| verdict == "pass"),
        "{passed:?}"
    );
    drop(served);
    site.wait_until_free();

    let mut wrong = sp.to_vec();
    wrong.extend(["--flaw", "V05"]);
    let _served = site.serve(&wrong);
    let said = site.samlitmus(&run).code(1);
    assert!(
        verdicts()
            .iter()
            .any(|(verdict, outcome)| verdict == "fail" && outcome == "session:victim"),
        "{said:#?}"
    );

    site.write("bare.pem", "no key");
    let said = site.samlitmus(&run).code(2);
    assert!(said.sentence().contains("[sp] key: "), "{said:#?}");
}

#[test]
fn the_idp_has_a_name_that_no_dns_knows() {
    let site = Site::new();
    site.configure(|text| format!("{text}url = \"http://login.contoso.test:{}\"\n", site.idp));
    let _served = site.serve(&["--create-users"]);
    let said = site
        .samlitmus(&["run", "baseline/*", "signature/xsw-3", "--driver", "http"])
        .code(0);
    assert!(said.out.contains("sign-in started by SP"), "{said:#?}");
}

#[test]
fn what_two_runs_cannot_share_is_said() {
    let site = Site::new();
    let file = told_its_port(&site, "billing", "");
    let text = std::fs::read_to_string(site.path(&file)).unwrap();
    let without: Vec<&str> = text.lines().filter(|line| !line.starts_with("start")).collect();
    site.write(&file, &without.join("\n"));
    let said = site.samlitmus(&["run", "--config", &file]).code(2);
    assert!(
        said.sentence().contains("{port}") && said.sentence().contains("start"),
        "{said:#?}"
    );

    let taken = std::net::TcpListener::bind(("127.0.0.1", site.idp)).unwrap();
    let _served = site.serve(&[]);
    let said = site.samlitmus(&["run", "baseline/*"]).code(2);
    assert!(
        said.sentence().contains("is in use by another program"),
        "{said:#?}"
    );
    drop(taken);
}

/// A network namespace with one SP in it, at the other end of a cable.
struct Elsewhere {
    name: String,
    ours: String,
    theirs: String,
}

impl Elsewhere {
    /// None where this kernel or this user may not, with the reason.
    fn make() -> Result<Self, String> {
        let number = std::process::id() % 200;
        let made = Self {
            name: format!("litmus{number}"),
            ours: format!("10.213.{number}.1"),
            theirs: format!("10.213.{number}.2"),
        };
        let (name, ours, theirs) = (&made.name, &made.ours, &made.theirs);
        ip(&format!("netns add {name}"))?;
        ip(&format!(
            "link add lo{name} type veth peer name le{name} netns {name}"
        ))?;
        ip(&format!("addr add {ours}/30 dev lo{name}"))?;
        ip(&format!("link set lo{name} up"))?;
        ip(&format!("-n {name} addr add {theirs}/30 dev le{name}"))?;
        ip(&format!("-n {name} link set le{name} up"))?;
        ip(&format!("-n {name} link set lo up"))?;
        Ok(made)
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _ = ip(&format!("netns del {}", self.name));
    }
}

fn ip(args: &str) -> Result<(), String> {
    let ended = Command::new("ip").args(args.split(' ')).output();
    match ended {
        Ok(ended) if ended.status.success() => Ok(()),
        Ok(ended) => Err(format!(
            "ip {args}: {}",
            String::from_utf8_lossy(&ended.stderr).trim()
        )),
        Err(why) => Err(format!("ip {args}: {why}")),
    }
}

#[test]
fn an_sp_in_a_network_of_its_own_is_judged_over_its_bridge() {
    let there = match Elsewhere::make() {
        Ok(there) => there,
        Err(why) => {
            println!("skipped: no network namespace can be made here ({why})");
            return;
        }
    };
    let site = Site::new();
    let Elsewhere { name, ours, theirs } = &there;
    let at = format!("http://{theirs}:8080");
    let text = format!(
        "[sp]\nname = \"elsewhere\"\n\
         metadata = \"{at}/singlesignon/saml/metadata\"\n\
         login = \"{at}/singlesignon/saml/login\"\n\
         allow = [\"{theirs}\"]\n\
         start = \"exec ip netns exec {name} {PROGRAM} sp --listen {theirs}:8080 --create-users --idp-metadata {{metadata}}\"\n\
         ready = \"{at}/singlesignon/saml/metadata\"\n\
         [sp.probe]\nurl = \"{at}/whoami\"\nidentity = \"json:/nameId\"\n\
         [idp]\nlisten = \"{ours}:0\"\n"
    );
    site.write("samlitmus.toml", &text);
    let run = [
        "run",
        "baseline/*",
        "signature/xsw-?",
        "azure/request-*",
        "--driver",
        "http",
        "--report",
        "json=r.json",
    ];
    let said = site.samlitmus(&run).code(0);
    assert!(said.causes().is_empty(), "{said:#?}");
    let json = results(&site.path("r.json"));
    assert_eq!(json["sp"]["calibration"]["sp_initiated"], true, "{said:#?}");
    let hops = &json["scenarios"][0]["hops"];
    assert!(hops.to_string().contains(theirs.as_str()), "{hops:#}");
    assert!(Path::new(&site.path(".samlitmus/sp.log")).exists());
}
