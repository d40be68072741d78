//! Calibration with the driver that can: plain HTTP, and the browser where that turns out not to do.

use super::{learn::calibrate, reach::Hopeless};
use crate::{
    event::Calibration,
    run::{clues::Need, learned::Learned, stage::Stage},
    text::locked,
};

/// Calibrates; once more in the browser where plain HTTP cannot sign in, if the browser `may` be taken.
pub(in crate::run) async fn calibrate_with(
    stage: &mut Stage,
    may: bool,
) -> Result<(Calibration, Learned), Hopeless> {
    let over_http = calibrate(stage).await;
    let need = locked(&stage.clues).browser.take();
    let (Err(Hopeless(first)), Some(need)) = (&over_http, need) else {
        return over_http;
    };
    match (may, &need) {
        (false, Need::Sure(why)) => {
            return Err(Hopeless(format!(
                "{why}; plain HTTP runs no scripts: take --driver auto or browser"
            )));
        }
        (false, Need::Perhaps) => return over_http,
        (true, _) => {}
    }
    let why = match &need {
        Need::Sure(why) => why.clone(),
        Need::Perhaps => first.clone(),
    };
    if let Err(error) = stage.take_browser().await {
        return Err(Hopeless(format!(
            "{why}; and a browser could not be taken: {error}"
        )));
    }
    let (mut told, learned) = calibrate(stage).await?;
    told.notes.insert(
        0,
        format!("the browser does everything here, since plain HTTP does not sign in: {why}"),
    );
    Ok((told, learned))
}
