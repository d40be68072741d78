//! Processes side by side, as nextest runs them.

use std::net::IpAddr;

use saml::IdpMetadata;
use samlitmus::subject::port::FreePort;

use crate::folder::{Folder, Said};

tests!(
    processes_at_once_take_turns_and_the_sp_trusts_all_of_them,
    a_process_that_is_killed_leaves_its_turn_to_the_next,
);

fn processes_at_once_take_turns_and_the_sp_trusts_all_of_them() {
    let folder = Folder::with_sp("");
    // One address for the IdP, one for the SP: two at once could not have them.
    let port = || FreePort::claim(IpAddr::from([127, 0, 0, 1])).unwrap();
    let (idp, sp) = (port(), port());
    folder.edit(|text| {
        text.replace("127.0.0.1:0", &format!("127.0.0.1:{}", idp.number))
            .replace("{port}", &sp.number.to_string())
    });
    let ids = ["signature/xsw-1", "signature/xsw-2", "signature/xsw-3"];
    let all: Vec<_> = ids.iter().map(|id| folder.start(&["--exact", id], &[])).collect();
    let mut metadata = Vec::new();
    for (child, id) in all.into_iter().zip(ids) {
        let said = Said::of(child);
        assert!(said.passed, "{said:#?}");
        assert_eq!(said.all("ok"), ["run/conforms", id], "{said:#?}");
        let written = std::fs::read(folder.path(".samlitmus/idp-metadata.xml")).unwrap();
        metadata.push(IdpMetadata::parse(&written).unwrap());
    }
    assert_eq!(folder.turns(), ["begun", "ended"].repeat(3), "they overlapped");
    let [one, ..] = &metadata[..] else { unreachable!() };
    for other in &metadata {
        assert_eq!((&other.entity_id, &other.signing), (&one.entity_id, &one.signing));
        assert_eq!(other.sso[0].location, one.sso[0].location);
    }
}

fn a_process_that_is_killed_leaves_its_turn_to_the_next() {
    let folder = Folder::with_sp("");
    let mut first = folder.start(&["signature/"], &[]);
    while folder.turns().is_empty() {
        assert!(first.try_wait().unwrap().is_none(), "it ended before its turn");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let second = folder.start(&["--exact", "signature/xsw-3"], &[]);
    first.kill().unwrap();
    first.wait().unwrap();
    let said = Said::of(second);
    assert!(said.passed, "{said:#?}");
}
