//! Words that several reports use.

use std::time::Duration;

use crate::{event::Calibration, text::visible};

/// What calibration found, in one line.
pub(super) fn learned(calibration: &Calibration) -> String {
    let list = |pairs: &[(bool, &str)], none: &str| {
        let found: Vec<&str> = pairs
            .iter()
            .filter(|(is, _)| *is)
            .map(|(_, name)| *name)
            .collect();
        if found.is_empty() {
            none.to_owned()
        } else {
            found.join(", ")
        }
    };
    let places = list(
        &[
            (calibration.assertion_signed, "assertion"),
            (calibration.response_signed, "response"),
            (calibration.both_signed, "both"),
        ],
        "nothing",
    );
    let starts = list(
        &[
            (calibration.sp_initiated, "SP"),
            (calibration.idp_initiated, "IdP"),
        ],
        "nobody",
    );
    let refuses = calibration
        .refuses_with
        .as_deref()
        .unwrap_or("no answer that was understood");
    format!(
        "accepts signed {places}; sign-in started by {starts}; refuses with {}",
        visible(refuses)
    )
}

pub(super) fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
