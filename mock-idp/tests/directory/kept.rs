//! What is changed is kept, whatever happens to the process.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use mock_idp::directory::RuleError;
use mock_idp::{Application, ChangeError, Directory, Shared, User};

fn add_user(shared: &Shared, name: &str) -> Result<(), ChangeError<RuleError>> {
    shared.change(|directory| {
        let tenant = &mut directory.tenants[0];
        let user = User::new(&format!("{name}@contoso.example"), name);
        tenant.check_user(&user)?;
        tenant.users.push(user);
        Ok(())
    })
}

fn has_user(directory: &Directory, name: &str) -> bool {
    directory.tenants[0].user(name).is_some()
}

#[test]
fn a_change_is_seen_at_once_and_after_reopening() {
    let state = tempfile::tempdir().unwrap();
    let shared = Shared::open(state.path()).unwrap();
    let before = shared.read();
    add_user(&shared, "nina").unwrap();
    assert!(has_user(&shared.read(), "nina"));
    assert!(
        !has_user(&before, "nina"),
        "whoever read before reads on undisturbed"
    );
    assert!(has_user(&Directory::open(state.path()).unwrap(), "nina"));
}

#[test]
fn a_refused_change_leaves_no_trace() {
    let state = tempfile::tempdir().unwrap();
    let shared = Shared::open(state.path()).unwrap();
    let refused = shared.change(|directory| {
        directory.tenants[0].users.clear();
        Err::<(), _>("no")
    });
    assert!(matches!(refused, Err(ChangeError::Refused("no"))));
    assert!(has_user(&shared.read(), "alice") && has_user(&Directory::open(state.path()).unwrap(), "alice"));
    assert!(matches!(
        add_user(&shared, "alice"),
        Err(ChangeError::Refused(RuleError {
            field: "User principal name",
            ..
        }))
    ));
    add_user(&shared, "nina").unwrap();
}

#[test]
fn things_come_back_in_the_order_in_which_they_were_made() {
    let state = tempfile::tempdir().unwrap();
    let shared = Shared::open(state.path()).unwrap();
    for name in ["zoe", "adam", "mia"] {
        add_user(&shared, name).unwrap();
    }
    let rename = |directory: &mut Directory| {
        let user = directory.tenants[0]
            .users
            .iter_mut()
            .find(|user| user.name == "zoe");
        user.unwrap().display_name = "Zoe Z.".to_owned();
        Ok::<(), ()>(())
    };
    shared.change(rename).unwrap();
    let names = |directory: &Directory| {
        directory.tenants[0]
            .users
            .iter()
            .map(|user| user.name.clone())
            .collect::<Vec<_>>()
    };
    let reopened = Directory::open(state.path()).unwrap();
    assert_eq!(names(&reopened), names(&shared.read()));
    assert_eq!(reopened.tenants[0].user("zoe").unwrap().display_name, "Zoe Z.");
}

#[test]
fn an_application_keeps_its_own_key_and_counts_its_changes() {
    let state = tempfile::tempdir().unwrap();
    let shared = Shared::open(state.path()).unwrap();
    let app_id = shared
        .change(|directory| {
            let mut application = Application::from_template("Backup", None);
            application.enable_saml(jiff::Timestamp::now())?;
            let app_id = application.app_id.clone();
            directory.tenants[0].applications.push(application);
            Ok::<_, saml::key::KeyError>(app_id)
        })
        .unwrap();
    let note = |text: &'static str| {
        let app_id = app_id.clone();
        move |directory: &mut Directory| {
            directory.tenants[0].application_by_id_mut(&app_id).unwrap().notes = text.to_owned();
            Ok::<(), ()>(())
        }
    };
    shared.change(note("one")).unwrap();
    shared.change(note("one")).unwrap();
    shared.change(note("two")).unwrap();
    let reopened = Directory::open(state.path()).unwrap();
    let (tenant, application) = reopened.application(&app_id).unwrap();
    assert_eq!(
        application.revision, 2,
        "a change that changes nothing does not count"
    );
    let own = application.certificates[0].certificate.thumbprint_sha1();
    assert_eq!(
        tenant.keys_of(application).active.certificate().thumbprint_sha1(),
        own
    );
    assert_ne!(tenant.keys.active.certificate().thumbprint_sha1(), own);
}

#[test]
fn what_another_process_writes_is_seen_and_not_overwritten() {
    let state = tempfile::tempdir().unwrap();
    let (one, two) = (
        Shared::open(state.path()).unwrap(),
        Shared::open(state.path()).unwrap(),
    );
    add_user(&one, "nina").unwrap();
    assert!(!has_user(&two.read(), "nina"));
    two.refresh().unwrap();
    assert!(has_user(&two.read(), "nina"));
    add_user(&one, "omar").unwrap();
    add_user(&two, "pia").unwrap();
    assert!(
        has_user(&two.read(), "omar"),
        "whoever changes sees all that was there before"
    );
    one.refresh().unwrap();
    assert!(has_user(&one.read(), "pia"));
}

#[test]
fn many_writers_lose_nothing() {
    let state = tempfile::tempdir().unwrap();
    let shared = Shared::open(state.path()).unwrap();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let shared = shared.clone();
            scope
                .spawn(move || (0..10).for_each(|at| add_user(&shared, &format!("w{writer}-{at}")).unwrap()));
        }
    });
    let reopened = Directory::open(state.path()).unwrap();
    for writer in 0..4 {
        assert!((0..10).all(|at| has_user(&reopened, &format!("w{writer}-{at}"))));
    }
}

/// Set for the process that is going to be killed: the state folder that it writes to.
const WRITER: &str = "MOCK_IDP_TEST_WRITER";

#[test]
fn a_killed_process_loses_nothing_that_it_acknowledged() {
    if let Ok(state) = std::env::var(WRITER) {
        write_for_ever(Path::new(&state), &std::env::var("MOCK_IDP_TEST_ROUND").unwrap());
    }
    let state = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..6 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "kept::a_killed_process_loses_nothing_that_it_acknowledged",
                "--nocapture",
            ])
            .env(WRITER, state.path())
            .env("MOCK_IDP_TEST_ROUND", round.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut names = lines
            .map(Result::unwrap)
            .filter_map(|line| line.strip_prefix("kept ").map(str::to_owned));
        let wanted = 3 + round * 7;
        acknowledged.extend(names.by_ref().take(wanted));
        std::thread::sleep(Duration::from_micros(u64::try_from(round).unwrap() * 700));
        child.kill().unwrap();
        child.wait().unwrap();
        let directory = Directory::open(state.path()).unwrap();
        for name in &acknowledged {
            assert!(has_user(&directory, name), "{name} was acknowledged");
        }
    }
    assert!(acknowledged.len() >= 100, "{}", acknowledged.len());
}

fn write_for_ever(state: &Path, round: &str) -> ! {
    let shared = Shared::open(state).unwrap();
    for at in 0.. {
        let name = format!("r{round}-{at}");
        add_user(&shared, &name).unwrap();
        println!("kept {name}");
    }
    unreachable!("somebody kills this process long before")
}
