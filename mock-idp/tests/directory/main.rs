//! The state folder: made once, kept for good, closed to others, and clear about damage.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod kept;
mod portable;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use mock_idp::{Directory, StoreError};

/// What must be the same in every run.
fn fingerprint(directory: &Directory) -> Vec<String> {
    let of_tenant = |tenant: &mock_idp::Tenant| {
        let keys = [&tenant.keys.k1, &tenant.keys.k2].map(|key| key.certificate().thumbprint_sha1());
        let users = tenant.users.iter().map(|user| user.object_id.clone());
        [tenant.id.clone()]
            .into_iter()
            .chain(keys)
            .chain(users)
            .collect::<Vec<_>>()
    };
    directory.tenants.iter().flat_map(of_tenant).collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn ids_and_keys_are_the_same_after_reopening_and_new_after_a_reset() {
    let state = tempfile::tempdir().unwrap();
    let first = fingerprint(&Directory::open(state.path()).unwrap());
    assert_eq!(first, fingerprint(&Directory::open(state.path()).unwrap()));
    Directory::reset(state.path()).unwrap();
    Directory::reset(state.path()).unwrap();
    let second = fingerprint(&Directory::open(state.path()).unwrap());
    assert!(first.iter().all(|value| !second.contains(value)));
}

#[test]
fn nobody_else_may_read_the_keys_even_after_a_careless_copy() {
    let parent = tempfile::tempdir().unwrap();
    let state = parent.path().join("new/state");
    Directory::open(&state).unwrap();
    let folder = Directory::folder(&state);
    let closed = || {
        assert_eq!(mode(&folder), 0o700);
        let files: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert!(files.iter().any(|file| file.ends_with("directory.sqlite")));
        for file in &files {
            assert_eq!(mode(file), 0o600, "{}", file.display());
        }
        files
    };
    assert_eq!(mode(&state), 0o700);
    closed();
    let file = folder.join("directory.sqlite");
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
    Directory::open(&state).unwrap();
    closed();
    let mut left: Vec<_> = fs::read_dir(&state)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    left.sort();
    assert_eq!(
        left,
        [state.join(".gitignore"), folder],
        "nothing half made is left behind"
    );
}

#[test]
fn two_processes_that_start_together_agree() {
    let state = tempfile::tempdir().unwrap();
    let opened: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| fingerprint(&Directory::open(state.path()).unwrap())))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(opened.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn damage_is_one_sentence_that_says_what_to_do() {
    let state = tempfile::tempdir().unwrap();
    Directory::open(state.path()).unwrap();
    let folder = Directory::folder(state.path());
    let file = folder.join("directory.sqlite");
    let whole = fs::read(&file).unwrap();
    let damaged = |damage: &dyn Fn()| {
        damage();
        let error = Directory::open(state.path()).err().expect("it was damaged");
        let sentence = error.to_string();
        assert!(matches!(error, StoreError::Damaged { .. }), "{sentence}");
        assert!(
            sentence.contains(&*folder.to_string_lossy()) && sentence.contains("delete it"),
            "{sentence}"
        );
        assert!(!sentence.contains('\n'), "{sentence}");
        fs::write(&file, &whole).unwrap();
        sentence
    };
    let sql = |sql: &'static str| {
        let file = file.clone();
        move || {
            rusqlite::Connection::open(&file)
                .unwrap()
                .execute_batch(sql)
                .unwrap()
        }
    };
    damaged(&|| {
        fs::write(
            &file,
            b"\xff\xfe\x00 this is no database at all, and long enough to be looked at",
        )
        .unwrap()
    });
    damaged(&|| fs::write(&file, &whole[..whole.len() / 2]).unwrap());
    assert!(damaged(&sql("PRAGMA user_version = 9")).contains("version 9"));
    assert!(damaged(&sql("DELETE FROM secret")).contains("key"));
    assert!(damaged(&sql("DELETE FROM thing")).contains("no tenant"));
    assert!(damaged(&sql("UPDATE thing SET body = '7' WHERE kind = 'user'")).contains("the user"));
    assert!(damaged(&sql("UPDATE thing SET kind = 'ghost' WHERE kind = 'user'")).contains("unknown kind"));
    let swapped = "UPDATE secret SET private = (SELECT private FROM secret AS other WHERE other.thumbprint != secret.thumbprint LIMIT 1)";
    assert!(damaged(&sql(swapped)).contains("does not belong"));
    assert!(Directory::open(state.path()).is_ok(), "all is restored");
}

#[test]
fn a_state_folder_that_is_a_file_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state");
    fs::write(&file, "").unwrap();
    let sentence = Directory::open(&file).err().unwrap().to_string();
    assert!(
        sentence.contains(&*file.to_string_lossy()) && sentence.contains("another state folder"),
        "{sentence}"
    );
    fs::create_dir(folder.path().join("s")).unwrap();
    fs::write(Directory::folder(&folder.path().join("s")), "").unwrap();
    let sentence = Directory::open(&folder.path().join("s"))
        .err()
        .unwrap()
        .to_string();
    assert!(sentence.contains("it is not a folder"), "{sentence}");
}

#[test]
fn the_certificate_is_one_that_azure_would_make() {
    let directory = Directory::ephemeral().unwrap();
    let certificate = directory.contoso().keys.active.certificate();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("idp.pem");
    fs::write(&path, certificate.pem()).unwrap();
    let Ok(output) = Command::new("openssl")
        .args(["x509", "-noout", "-text", "-in"])
        .arg(&path)
        .output()
    else {
        eprintln!("openssl is not installed: nothing compared");
        return;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let name = "CN = Microsoft Azure Federated SSO Certificate";
    for fact in [
        "Version: 3 (0x2)",
        "sha256WithRSAEncryption",
        "Public-Key: (2048 bit)",
        "Exponent: 65537",
    ] {
        assert!(text.contains(fact), "{fact} is missing in {text}");
    }
    assert_eq!(text.replace("CN=", "CN = ").matches(name).count(), 2, "{text}");
    assert!(!text.contains("X509v3 extensions"), "{text}");
    let life = certificate.not_after() - certificate.not_before();
    let days = life.total(jiff::Unit::Hour).unwrap() / 24.0;
    assert!((3.0 * 365.0..3.0 * 365.0 + 2.0).contains(&days), "{days} days");
    assert!(certificate.not_before() < jiff::Timestamp::now());
}

#[test]
fn the_people_are_where_scenarios_look_for_them() {
    let directory = Directory::ephemeral().unwrap();
    for (name, account) in [
        ("alice", "alice@contoso.example"),
        ("attacker", "attacker@contoso.example"),
        ("victim", "admin@contoso.example"),
        ("outsider", "outsider@fabrikam.example"),
    ] {
        let (tenant, user) = directory.user(name).unwrap();
        assert_eq!(user.user_principal_name, account);
        assert!(account.ends_with(&tenant.domain));
        assert_eq!(tenant.account(&account.to_uppercase()), Some(user));
    }
    assert_ne!(directory.contoso().entity_id(), directory.fabrikam().entity_id());
    assert!(directory.tenant("CONTOSO.example").is_some());
    assert!(directory.tenant("nowhere.example").is_none());
}
