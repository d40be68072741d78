//! What ends the program from outside: Ctrl-C, and the signals TERM and HUP, which mean the same.

use std::{future::Future, io, time::Duration};

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::output::line;

/// So long a command that serves may take to end.
const FAREWELL: Duration = Duration::from_secs(3);
/// The bit of SIGHUP in the masks of proc_pid_status(5).
const HANGUP: u64 = 1;

/// The signals that end the program, heard from now on.
pub(crate) struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
    hangup: Option<Signal>,
}

impl Interrupts {
    /// Listens. What comes afterwards is kept until somebody asks.
    ///
    /// # Errors
    /// The system lets nobody listen.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            // Under `nohup` the terminal may go.
            hangup: match is_ignored(HANGUP) {
                true => None,
                false => Some(signal(SignalKind::hangup())?),
            },
        })
    }

    /// Waits for the first.
    pub(crate) async fn first(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hangup => {}
        }
    }

    /// Waits for another: somebody does not want to wait. A terminal that closes hangs up more than once, and init systems send HUP
    /// behind TERM; neither is in a hurry.
    pub(crate) async fn another(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Serves until a signal comes, and then lets the server end; another signal ends it at once.
pub(crate) async fn serve_until<F: Future>(mut interrupts: Interrupts, shutdown: impl FnOnce() -> F) {
    line("\nCtrl-C ends it");
    interrupts.first().await;
    tokio::select! {
        _ = tokio::time::timeout(FAREWELL, shutdown()) => {}
        () = interrupts.another() => {}
    }
}

/// Whether whoever started the program lets it ignore a signal.
fn is_ignored(signal: u64) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & signal != 0)
}
