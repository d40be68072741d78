//! What the file system may do to the store.

use super::*;
use crate::User;

/// Adds people with long names until the store says no.
fn fill_up(store: &mut Store, directory: &mut Directory) -> StoreError {
    for at in 0..2_000 {
        let name = format!("user{at}");
        let mut user = User::new(&format!("{name}@contoso.example"), &"x".repeat(200));
        user.profile
            .attributes
            .insert("department".to_owned(), "x".repeat(4_000));
        directory.tenants[0].users.push(user);
        store.begin().unwrap();
        if let Err(error) = store.commit(directory) {
            directory.tenants[0].users.pop();
            return error;
        }
    }
    panic!("the disk never filled up");
}

#[test]
fn a_full_disk_refuses_the_change_keeps_all_before_it_and_takes_changes_again_when_there_is_room() {
    let state = tempfile::tempdir().unwrap();
    let (mut store, mut directory) = Store::open(state.path()).unwrap();
    let pages: i64 = store
        .connection
        .pragma_query_value(None, "page_count", |row| row.get(0))
        .unwrap();
    store
        .connection
        .pragma_update(None, "max_page_count", pages + 8)
        .unwrap();
    let error = fill_up(&mut store, &mut directory);
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    assert!(error.to_string().contains("make room"), "{error}");
    let kept = Directory::open(state.path()).unwrap();
    assert_eq!(
        kept.tenants[0].users, directory.tenants[0].users,
        "all before it is there, and nothing else"
    );

    store
        .connection
        .pragma_update(None, "max_page_count", pages + 1_000)
        .unwrap();
    directory.tenants[0]
        .users
        .push(User::new("late@contoso.example", "Late"));
    store.begin().unwrap();
    store.commit(&directory).unwrap();
    assert_eq!(
        Directory::open(state.path()).unwrap().tenants[0].users,
        directory.tenants[0].users
    );
}

#[test]
fn whoever_makes_the_state_folder_keeps_it_out_of_version_control() {
    let parent = tempfile::tempdir().unwrap();
    let state = parent.path().join("deep/state");
    drop(Store::open(&state).unwrap());
    let ignored = std::fs::read_to_string(state.join(".gitignore")).unwrap();
    assert!(ignored.lines().any(|line| line == "*"), "{ignored}");

    // A folder that was there is somebody's, and so is what they wrote there.
    let theirs = tempfile::tempdir().unwrap();
    drop(Store::open(theirs.path()).unwrap());
    assert!(!theirs.path().join(".gitignore").exists());
    std::fs::write(state.join(".gitignore"), "mine\n").unwrap();
    drop(Store::open(&state).unwrap());
    assert_eq!(
        std::fs::read_to_string(state.join(".gitignore")).unwrap(),
        "mine\n"
    );
}
