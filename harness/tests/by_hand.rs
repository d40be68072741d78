//! Tests as a user writes them: the builder, SPs that are started by it, in containers too, and what is said when it is red.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may panic as tests do")]

use std::{
    net::{IpAddr, TcpStream},
    os::unix::fs::PermissionsExt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use samlitmus::{
    Harness, MockIdp, Report, Sp,
    api::{CannotRun, Described},
    exit::Exit,
    judge::VerdictKind,
    subject::port::FreePort,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_samlitmus");

/// Where the reference SP has what.
fn at_home(sp: Described) -> Described {
    sp.metadata("/singlesignon/saml/metadata")
        .login("/singlesignon/saml/login")
        .probe("/whoami", "json:/nameId")
}

fn started(more: &str) -> Described {
    let command = format!(
        "exec {PROGRAM} sp --listen 127.0.0.1:{{port}} --create-users --idp-metadata {{metadata}} {more}"
    );
    at_home(Sp::url("http://127.0.0.1:{port}").start(&command)).named("billing")
}

/// An application that somebody else started.
struct Application(Child);

impl Application {
    async fn serve(port: u16, metadata: &Path) -> Self {
        let served = Command::new(PROGRAM)
            .args(["sp", "--create-users", "--listen", &format!("127.0.0.1:{port}")])
            .arg("--idp-metadata")
            .arg(metadata)
            .stdout(Stdio::null())
            .spawn();
        let mut served = Self(served.unwrap());
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(served.0.try_wait().unwrap().is_none(), "the SP ended");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        served
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What an assertion that does not hold says.
#[track_caller]
fn objection(report: &Report) -> String {
    let panicked = catch_unwind(AssertUnwindSafe(|| report.assert_conforms())).unwrap_err();
    panicked.downcast_ref::<String>().unwrap().clone()
}

#[tokio::test]
async fn a_program_is_started_and_an_assertion_that_fails_explains_itself() -> Result<(), CannotRun> {
    let report = Harness::new(started("")).only("signature/xsw-3").run().await?;
    report.assert_conforms();
    assert_eq!(report.results().count(), 2, "a base each");
    assert!(report.calibration().unwrap().assertion_signed);

    let wrong = started("--flaw V11");
    let report = Harness::new(wrong).only("signature/xsw-?").seed(7).run().await?;
    assert_eq!(report.exit(), Exit::Deviates);
    let result = report.result("signature/xsw-3").unwrap();
    assert_eq!(
        (result.verdict, result.outcome.word()),
        (VerdictKind::Fail, "session:victim")
    );
    assert!(report.result("signature/xsw-1").unwrap().verdict.is_good());
    assert!(report.result("time/past").is_none());
    let said = objection(&report);
    for part in [
        "the SP does not conform, exit 1: deviates\n  8 failed (8 critical): signature/xsw-3 (A)",
        "\nsignature/xsw-3: A forged assertion stands before the signed one\n",
        "observed session:victim\n",
        "how it is mended: ",
        "explained: samlitmus explain signature/xsw-6\n",
    ] {
        assert!(said.contains(part), "{part:?} is missing in {said}");
    }
    assert!(
        !Path::new(".samlitmus").exists() && !Path::new("snapshots").exists(),
        "it left something behind"
    );
    Ok(())
}

#[tokio::test]
async fn one_idp_serves_an_sp_for_several_runs_and_is_gone_when_it_is_dropped() -> Result<(), CannotRun> {
    let idp = MockIdp::start().await?;
    let at = idp.url().replace("localhost", "127.0.0.1");
    let metadata = std::fs::read_to_string(idp.metadata_file()).unwrap();
    assert_eq!(metadata, idp.metadata());
    assert!(metadata.contains(&idp.login_url()) && idp.metadata_url().starts_with(idp.url()));
    let port = FreePort::claim(IpAddr::from([127, 0, 0, 1])).unwrap().number;
    let _application = Application::serve(port, &idp.metadata_file()).await;
    let sp = || at_home(Sp::url(&format!("http://127.0.0.1:{port}"))).trusts(&idp);
    for _ in 0..2 {
        let report = Harness::new(sp())
            .only("baseline/assertion-signed")
            .driver("http")
            .run()
            .await?;
        report.assert_conforms();
    }
    let unknown = MockIdp::start().await?;
    let report = Harness::new(sp().trusts(&unknown))
        .only("baseline/*")
        .driver("http")
        .run()
        .await?;
    assert_eq!(report.exit(), Exit::NotJudged, "{:?}", report.causes());

    let file = idp.metadata_file();
    drop(idp);
    while TcpStream::connect(at.trim_start_matches("http://")).is_ok() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!file.exists());
    Ok(())
}

#[tokio::test]
async fn keys_that_are_kept_are_the_same_for_whoever_starts_it() -> Result<(), CannotRun> {
    let folder = tempfile::tempdir().unwrap();
    let port = FreePort::claim(IpAddr::from([127, 0, 0, 1])).unwrap();
    let listen = ([127, 0, 0, 1], port.number).into();
    let state = folder.path().join("state");
    let key = |idp: &MockIdp| {
        saml::IdpMetadata::parse(idp.metadata().as_bytes())
            .unwrap()
            .signing
    };
    let first = MockIdp::kept(&state, listen).await?;
    let (url, entity_id, keys) = (first.url().to_owned(), first.entity_id().to_owned(), key(&first));
    let taken = MockIdp::kept(&state, listen).await.err().unwrap();
    assert!(taken.to_string().contains("in use by another program"), "{taken}");
    drop(first);
    let second = loop {
        match MockIdp::kept(&state, listen).await {
            Ok(second) => break second,
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    assert_eq!(
        (second.url(), second.entity_id()),
        (url.as_str(), entity_id.as_str())
    );
    assert!(key(&second) == keys);
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_meant_is_said() {
    let reference = || Harness::new(Sp::reference());
    let url = || Sp::url("http://127.0.0.1:19").probe("/me", "json:/nameId");
    for (harness, words) in [
        (
            reference().only("signature/xsw3"),
            "did you mean 'signature/xsw-3'?",
        ),
        (reference().tier("smok"), "there is no tier \"smok\""),
        (
            reference().driver("firefox"),
            "there is no \"firefox\" here; there are auto, http, browser",
        ),
        (reference().fail_on("bad"), "critical, high"),
        (reference().timeout("soon"), "write 10s or 500ms"),
        (reference().waivers("no-such.toml"), "there is no such file"),
        (Harness::new(Sp::reference().flaw("V0")), "V0"),
        (
            Harness::new(Sp::config("no-such.toml")),
            "there is no no-such.toml",
        ),
        (
            Harness::new(url().start("true")),
            "is started, and nothing says when it is ready",
        ),
        (
            Harness::new(url().start("true").ready("/")),
            "[sp] metadata: it is missing",
        ),
    ] {
        let said = harness.run().await.err().unwrap().to_string();
        assert!(said.contains(words), "{said}");
    }
}

/// A program that is called as Docker is, and runs the reference SP in the place of a container.
fn engine(folder: &Path, name: &str, script: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(
        &path,
        format!("#!/bin/sh\necho \"$0 $*\" >>{}/calls\n{script}", folder.display()),
    )
    .unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn calls(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("calls")).unwrap_or_default()
}

#[tokio::test]
async fn a_container_is_started_with_the_metadata_and_removed_afterwards() -> Result<(), CannotRun> {
    let folder = tempfile::tempdir().unwrap();
    let program = engine(
        folder.path(),
        "engine",
        &format!(
            "[ \"$1\" = run ] || exit 0\n\
             while [ $# -gt 0 ]; do\n\
                 case $1 in --publish) at=${{2%:*}} ;; --volume) metadata=${{2%%:*}} ;; esac\n\
                 shift\n\
             done\n\
             exec {PROGRAM} sp --create-users --listen \"$at\" --idp-metadata \"$metadata\"\n"
        ),
    );
    let sp = at_home(Sp::docker("registry.example/team/billing:ci", 8080))
        .engine(program.to_str().unwrap())
        .env("IDP", "{idp} of {metadata}");
    let report = Harness::new(sp).only("signature/xsw-3").run().await?;
    report.assert_conforms();
    let calls = calls(folder.path());
    let [version, run, removed] = calls.lines().collect::<Vec<_>>()[..] else {
        panic!("{calls}");
    };
    assert!(version.ends_with("engine version"), "{calls}");
    assert!(
        run.contains(" run --rm --name samlitmus-billing-")
            && run.ends_with(" registry.example/team/billing:ci"),
        "{run}"
    );
    assert!(
        run.contains(":8080 --volume /") && run.contains(":/samlitmus/idp-metadata.xml:ro"),
        "{run}"
    );
    assert!(
        run.contains("--env SAMLITMUS_IDP_METADATA=/samlitmus/idp-metadata.xml"),
        "{run}"
    );
    assert!(
        run.contains("--env IDP=http://localhost:") && run.contains(" of /samlitmus/idp-metadata.xml "),
        "{run}"
    );
    let name = run
        .split(' ')
        .find(|word| word.starts_with("samlitmus-billing-"))
        .unwrap();
    assert!(
        removed.ends_with(&format!("rm --force --volumes {name}")),
        "{removed}"
    );
    Ok(())
}

#[tokio::test]
async fn a_compose_file_is_driven_by_whichever_command_is_there() -> Result<(), CannotRun> {
    let folder = tempfile::tempdir().unwrap();
    let up = format!(
        "case \"$*\" in *\" up \"*) ;; *) exit 0 ;; esac\n\
         exec {PROGRAM} sp --create-users --listen 127.0.0.1:$SAMLITMUS_PORT --idp-metadata \"$SAMLITMUS_IDP_METADATA\"\n"
    );
    let sp = |program: &Path| at_home(Sp::docker("ci/billing.yml", 8080)).engine(program.to_str().unwrap());
    let whole = engine(folder.path(), "whole", &up);
    Harness::new(sp(&whole))
        .only("baseline/assertion-signed")
        .run()
        .await?
        .assert_conforms();
    let said = calls(folder.path());
    assert!(
        said.contains("whole compose --file ci/billing.yml --project-name samlitmus-billing-"),
        "{said}"
    );
    assert!(
        said.lines()
            .last()
            .unwrap()
            .ends_with(" down --volumes --remove-orphans"),
        "{said}"
    );

    let old = engine(folder.path(), "old", "[ \"$1\" != compose ]\n");
    engine(folder.path(), "old-compose", &up);
    Harness::new(sp(&old))
        .only("baseline/assertion-signed")
        .run()
        .await?
        .assert_conforms();
    let said = calls(folder.path());
    assert!(
        said.contains("old-compose --file ci/billing.yml --project-name samlitmus-billing-"),
        "{said}"
    );

    let none = engine(folder.path(), "none", "[ \"$1\" != compose ]\n");
    let why = Harness::new(sp(&none)).run().await.err().unwrap().to_string();
    assert!(
        why.contains("none compose` or `") && why.contains("install one of them"),
        "{why}"
    );
    Ok(())
}

#[tokio::test]
async fn an_engine_that_is_missing_or_has_no_daemon_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let sp = || at_home(Sp::docker("billing:ci", 8080));
    let why = Harness::new(sp().engine("no-such-engine"))
        .run()
        .await
        .err()
        .unwrap();
    let why = why.to_string();
    assert!(
        why.contains("drives the program `no-such-engine`") && why.contains("No such file"),
        "{why}"
    );
    let dead = engine(
        folder.path(),
        "dead",
        "echo 'error: is the daemon running?' >&2; exit 1\n",
    );
    let why = Harness::new(sp().engine(dead.to_str().unwrap()))
        .run()
        .await
        .err()
        .unwrap();
    assert!(why.to_string().contains("is the daemon running?"), "{why}");
    // An image that is missing is found out by its run, which is not waited for any longer.
    let empty = engine(
        folder.path(),
        "empty",
        "[ \"$1\" != run ] || { echo 'error: no such image' >&2; exit 125; }\n",
    );
    let report = Harness::new(sp().engine(empty.to_str().unwrap()))
        .run()
        .await
        .unwrap();
    assert_eq!(report.exit(), Exit::NotJudged);
    let cause = &report.causes()[0];
    assert!(cause.contains("error: no such image"), "{cause}");
    // What is named is there for whoever reads on, and only then.
    let log = cause
        .split_once("all it said is in ")
        .unwrap()
        .1
        .trim_end_matches(')');
    assert_eq!(std::fs::read_to_string(log).unwrap(), "error: no such image\n");
    std::fs::remove_file(log).unwrap();
}
