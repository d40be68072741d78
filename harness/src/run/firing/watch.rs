//! Keeps watch over the frames: tries one again alone, slows the crew down, and gives up where nothing holds any more.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use scenarios::{Base, Persona, recipe::Start};
use tokio::sync::mpsc::UnboundedSender;

use super::{
    control::{Frame, frame},
    flawless::flawless,
};
use crate::{
    event::Event,
    run::{lanes::Lanes, learned::Learned, stage::Stage},
    subject::process::shell,
    text::locked,
};

/// So many frames in a row that do not hold end the firing: nothing that follows could be judged.
const FRAMES: usize = 4;
/// So long a lock or a limit may take to pass before a frame is tried once more.
const BREATH: Duration = Duration::from_secs(2);
/// So many flawless logins say how slow the SP is; the swifter one counts, since what is slow once may be so by chance.
const WEIGHED: usize = 2;

/// What is known of the frames so far.
pub(super) struct Watch {
    stage: Arc<Stage>,
    learned: Arc<Learned>,
    lanes: Arc<Lanes>,
    tell: UnboundedSender<Event>,
    /// Set by Ctrl-C.
    stop: Arc<AtomicBool>,
    /// Frames in a row that did not hold.
    failures: AtomicUsize,
    /// Why nothing is fired any more.
    lost: Mutex<Option<String>>,
}

impl Watch {
    pub(super) fn new(
        stage: Arc<Stage>,
        learned: Arc<Learned>,
        lanes: Arc<Lanes>,
        tell: UnboundedSender<Event>,
        stop: Arc<AtomicBool>,
    ) -> Self {
        Self {
            stage,
            learned,
            lanes,
            tell,
            stop,
            failures: AtomicUsize::new(0),
            lost: Mutex::new(None),
        }
    }

    /// Why nothing is fired any more.
    pub(super) fn lost(&self) -> Option<String> {
        locked(&self.lost).clone()
    }

    /// A frame; where it does not hold, once more after a breath and after `[sp] reset`.
    pub(super) async fn frame(&self, people: &[Persona], base: Base) -> Frame {
        if let Some(why) = locked(&self.lost).clone() {
            return Frame {
                firing: 0,
                failed: Some(why),
            };
        }
        for again in [false, true] {
            if again {
                tokio::time::sleep(BREATH).await;
                let subject = &self.stage.subject;
                if let Some(reset) = subject.commands.get("reset")
                    && let Err(why) = shell(reset, &subject.folder).await
                {
                    let _ = self.tell.send(Event::Warning(format!("[sp] reset: {why}")));
                }
            }
            let seen = if again {
                // Where only the others were in the way, it holds alone.
                let _alone = self.lanes.alone().await;
                frame(&self.stage, &self.learned, base, people).await
            } else {
                let _place = self.lanes.one().await;
                frame(&self.stage, &self.learned, base, people).await
            };
            match &seen.failed {
                None => {
                    if again {
                        self.narrow("flawless logins come out alone and not among others");
                    }
                    self.failures.store(0, Ordering::Relaxed);
                    return seen;
                }
                Some(why) if again => {
                    if self.failures.fetch_add(1, Ordering::Relaxed) + 1 >= FRAMES {
                        self.give_up(why);
                    }
                    return seen;
                }
                Some(_) => {}
            }
            if self.stop.load(Ordering::Relaxed) {
                return seen;
            }
        }
        Frame {
            firing: 0,
            failed: Some("no frame was tried".to_owned()),
        }
    }

    /// How many times as long as it can take a flawless login takes now; none where it takes as long as would be too long
    /// for one request, or does not come out at all.
    pub(super) async fn slower(&self, base: Base) -> Option<u32> {
        let _alone = self.lanes.alone().await;
        let start = self.learned.start.unwrap_or(Start::Idp);
        let mut swifter = Duration::MAX;
        for _ in 0..WEIGHED {
            let begun = Instant::now();
            let played = flawless(&self.stage, &self.learned, Persona::Alice, base, start).await;
            if !played.is(&self.learned.people, Persona::Alice) {
                return None;
            }
            swifter = swifter.min(begun.elapsed());
        }
        (swifter <= self.stage.request).then(|| self.stage.swiftest.slower(start, swifter))
    }

    /// Fewer flows at once from now on, and said.
    pub(super) fn narrow(&self, why: &str) {
        if self.lanes.narrow() {
            let width = self.lanes.width();
            let _ = self.tell.send(Event::Warning(format!(
                "{why}: at most {width} at a time from now on"
            )));
        }
    }

    fn give_up(&self, why: &str) {
        let mut lost = locked(&self.lost);
        lost.get_or_insert_with(|| {
            format!(
                "no flawless login works any more ({why}): does the SP lock an account or an address after refusals, ask for a captcha, or limit how much it answers? Raise that for the time of the test, or name a command that undoes it in [sp] reset"
            )
        });
    }
}
