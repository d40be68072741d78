//! Templates are kept with the directory, and travel with its file.

use std::convert::Infallible;

use mock_idp::Directory;
use mock_idp::directory::Shared;
use mock_idp::gallery::{Template, read};

fn parasol() -> Template {
    read("portal-fixed.md", include_str!("pages/portal-fixed.md")).unwrap()
}

#[test]
fn an_imported_template_is_there_after_reopening_and_replaces_its_namesake() {
    let state = tempfile::tempdir().unwrap();
    let put = |template: Template| {
        let shared = Shared::open(state.path()).unwrap();
        shared
            .change(|directory| Ok::<_, Infallible>(directory.put_template(template)))
            .unwrap()
    };
    assert!(!put(parasol()));
    let newer = Template {
        name: "Parasol Two".to_owned(),
        ..parasol()
    };
    assert!(put(newer.clone()));
    let again = Shared::open(state.path()).unwrap().read();
    assert_eq!(again.templates, [newer]);
    assert_eq!(again.template("PARASOL TWO").unwrap().id, "parasol");
    assert_eq!(
        again.template("sha1").unwrap().name,
        "Old Mill Payroll",
        "what comes along is found too"
    );
}

#[test]
fn templates_travel_with_the_directorys_file_and_a_broken_one_stops_it() {
    let mut from = Directory::ephemeral().unwrap();
    from.put_template(parasol());
    let text = from.to_toml();
    let mut to = Directory::ephemeral().unwrap();
    to.import(&text).unwrap();
    assert_eq!(to.templates, [parasol()]);
    let broken = text.replace("https://<subdomain>.parasol.example", "parasol");
    assert_ne!(broken, text);
    let error = Directory::ephemeral()
        .unwrap()
        .import(&broken)
        .unwrap_err()
        .to_string();
    assert!(error.contains("the Sign on URL cannot be used"), "{error}");
}
