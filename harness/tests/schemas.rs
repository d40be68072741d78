//! The JSON Schemas that editors and programs read are those that the program prints.

use std::{path::Path, process::Command};

#[test]
fn the_schemas_in_the_repository_are_what_the_types_say() {
    for name in ["config", "scenario", "results"] {
        let printed = Command::new(env!("CARGO_BIN_EXE_samlitmus"))
            .args(["schema", name])
            .output()
            .unwrap();
        assert!(printed.status.success());
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("schemas")
            .join(format!("{name}.json"));
        let kept = std::fs::read_to_string(&path).unwrap();
        assert!(
            kept == String::from_utf8_lossy(&printed.stdout),
            "{} is out of step: `samlitmus schema {name} > harness/schemas/{name}.json`",
            path.display()
        );
    }
}
