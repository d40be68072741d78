//! What pages do to the browser that shows them: those after a sign-in, and those that refuse.
//!
//! Who asks who is signed in gets an answer as ever, so that each can be judged; where one cannot, the harness says what it saw.

use super::mode::{Mode, mode};
use crate::sp::Trick;

/// The modes.
pub(crate) fn modes() -> Vec<Mode> {
    let modes = vec![
        mode("opens-dialogs", "its pages open dialogs without end", |sp| {
            sp.trick = Trick::Dialogs
        }),
        mode("asks-to-stay", "its pages ask whether one wants to leave", |sp| {
            sp.trick = Trick::Stay
        }),
        mode("wanders", "its pages go elsewhere for ever", |sp| {
            sp.trick = Trick::Wander
        }),
        mode("is-busy", "the scripts of its pages never end", |sp| {
            sp.trick = Trick::Busy
        }),
        mode("opens-windows", "its pages open windows without end", |sp| {
            sp.trick = Trick::Windows
        }),
        mode("closes-itself", "its pages close themselves", |sp| {
            sp.trick = Trick::Close
        }),
        mode("downloads", "its pages are files to be kept", |sp| {
            sp.trick = Trick::Download
        }),
        mode("grows", "its pages change without end", |sp| {
            sp.trick = Trick::Grow
        }),
        mode(
            "brings-a-worker",
            "its pages register a service worker that answers nothing",
            |sp| {
                sp.trick = Trick::Worker;
            },
        ),
    ];
    let judged = |mode: Mode| {
        mode.in_browser()
            .timeout("3s")
            .green_or(&["time|answer|goes on|dialog|browser|script"])
            .flawed_not_green()
    };
    modes.into_iter().map(judged).collect()
}
