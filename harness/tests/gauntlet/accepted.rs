//! What an SP does by chance has not changed because it comes out otherwise once.

use crate::{modes::all, run::Site};

/// The SP takes such a message the first, the third and the fifth time.
const DRAWN: &str = "interop/two-authn-statements";

#[test]
fn what_comes_out_one_way_or_the_other_is_told_as_it_was_accepted_until_it_never_does() {
    let modes = all();
    let mode = modes.iter().find(|mode| mode.name == "draws-lots").unwrap();
    let site = Site::of(mode, false);
    let ran = site.run(&[DRAWN, "--tier", "all"]);
    assert_eq!(ran.exit, Some(0), "{}", ran.said);
    site.accept();
    let locked = [DRAWN, "--tier", "all", "--locked"];
    for turn in ["second", "third"] {
        let ran = site.run(&locked);
        assert_eq!(ran.exit, Some(0), "{turn}: {}", ran.said);
        let reason = ran.results["scenarios"][0]["reason"].to_string();
        assert!(
            reason.contains("not each time: it came to rejected as well"),
            "{turn}: {reason}"
        );
    }
    let ran = site.run(&locked);
    assert_eq!(ran.exit, Some(1), "{}", ran.said);
    assert!(
        ran.says(&["changed since their snapshots were accepted"]),
        "{}",
        ran.said
    );
}
