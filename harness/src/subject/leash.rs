//! Process groups that end with us, however we end: killed, or by a second Ctrl-C.

use std::{
    io::{self, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
};

/// Waits for a line before it becomes the command's shell: nothing runs that no leash is tied to.
const GATE: &str = r#"read -r go && exec sh -c "$1" </dev/null"#;

/// Reads what we say until we are gone, and then ends the group of $1: by the command $2 first, if there is one and we have not
/// begun it ourselves (what was not up yet has ended before that, or it would bring up again what the command took away), by TERM, and by KILL whoever is still there. Nobody waits for that end, so that the command has the time that
/// containers take.
const WATCH: &str = r#"
    stop=$2
    up=
    while read -r word; do
        case $word in
            up) up=yes ;;
            stopping) stop= ;;
            done) exit 0 ;;
        esac
    done
    wait_for() {
        left=$1
        shift
        while [ "$left" -gt 0 ] && kill -s 0 -- "$@" 2>/dev/null; do
            sleep 1
            left=$((left - 1))
        done
    }
    if [ -n "$stop" ] && [ -z "$up" ]; then
        kill -s TERM -- "-$1"
        wait_for "$3" "-$1"
        kill -s KILL -- "-$1"
    fi
    if [ -n "$stop" ]; then
        sh -c "$stop" </dev/null >/dev/null 2>&1 &
        wait_for 30 "$!"
    fi
    kill -s TERM -- "-$1"
    wait_for "$3" "-$1"
    kill -s KILL -- "-$1" "-$$"
"#;

/// How a group is ended when we are gone.
pub(super) enum End<'a> {
    /// By this command, where there is one, in this folder; then asked to, and after a few seconds made to.
    Asked { stop: Option<&'a str>, folder: &'a Path },
    /// At once.
    Killed,
}

/// A shell that waits for the end of a pipe which only we hold, and then ends a process group. Dropping it is that end.
#[derive(Debug)]
pub(super) struct Leash {
    pipe: ChildStdin,
    watch: Child,
}

impl Leash {
    /// Ties a group.
    pub(super) fn tie(group: u32, end: &End<'_>) -> io::Result<Self> {
        let mut watch = Command::new("sh");
        watch
            .args(["-c", WATCH, "samlitmus-watch"])
            .arg(group.to_string());
        match end {
            End::Asked { stop, folder } => watch.arg(stop.unwrap_or_default()).arg("5").current_dir(folder),
            End::Killed => watch.args(["", "0"]),
        };
        let mut watch = watch
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let pipe = watch.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self { pipe, watch })
    }

    /// Says that what was started is up.
    pub(super) fn up(&mut self) {
        self.say("up");
    }

    /// Says that the stop command is run by us.
    pub(super) fn stopping(&mut self) {
        self.say("stopping");
    }

    /// Lets go: the group has ended, or may live on.
    pub(super) fn release(mut self) {
        self.say("done");
        let _ = self.watch.wait();
    }

    fn say(&mut self, word: &str) {
        // A shell that is gone already needs no word.
        let _ = writeln!(self.pipe, "{word}");
    }
}

/// What is written to a command that waits at the gate.
pub(super) const GO: &[u8] = b"go\n";

/// A command of the configuration, in a group of its own, which waits at the gate until it is told to [`GO`].
pub(super) fn gated(command: &str, folder: &Path) -> Command {
    let mut gated = Command::new("sh");
    gated
        .args(["-c", GATE, "sh", command])
        .current_dir(folder)
        .stdin(Stdio::piped())
        // Ctrl-C in a terminal goes to our own group only.
        .process_group(0);
    gated
}

/// Signals a process group, and says whether there was one. The shell's own `kill` does it, since a minimal system has
/// no other; it is spelt as POSIX has it, which every shell understands.
pub(super) fn signal(name: &str, group: u32) -> bool {
    Command::new("sh")
        .args(["-c", &format!("kill -s {name} -- -{group}")])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Whether anything of a process group still runs. A zombie does not; where nobody reaps orphans, as in many a container,
/// it stays for ever.
pub(super) fn runs(group: u32) -> bool {
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return signal("0", group);
    };
    let group = group.to_string();
    processes
        .flatten()
        .filter_map(|process| std::fs::read_to_string(process.path().join("stat")).ok())
        .any(|stat| {
            // proc_pid_stat(5): pid (name) state parent group …; the name may hold anything.
            let mut fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
            let state = fields.next();
            fields.nth(1) == Some(&group) && !matches!(state, Some("Z" | "X"))
        })
}
