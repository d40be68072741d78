//! `samlitmus doctor`: one login walked, and for each thing missing the mend.

use std::{
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    args::DoctorArgs,
    interrupt::Interrupts,
    output::{Mistake, colored, print},
};
use crate::{
    exit::Exit,
    run::{
        doctor::{Examination, Part, State, examine},
        options::Options,
    },
    subject::target::Target,
};

/// Examines the SP of the configuration and prints what was found.
///
/// # Errors
/// A mistake in arguments or configuration.
pub(super) async fn doctor(args: DoctorArgs) -> anyhow::Result<Exit> {
    let mut interrupts = Interrupts::listen()?;
    let placed = args.config.placed(args.listen)?;
    let config = &placed.config;
    let stop = Arc::<AtomicBool>::default();
    let options = Options {
        driver: args.driver.unwrap_or(config.run.driver).into(),
        timeout: args.timeout.unwrap_or(config.run.timeout()),
        stop: stop.clone(),
        ..Options::default()
    };
    let target = Target::of(config).map_err(Mistake)?;
    let watch = tokio::spawn(async move {
        interrupts.first().await;
        stop.store(true, Ordering::Relaxed);
        interrupts.another().await;
        std::process::exit(Exit::Interrupted.code());
    });
    let found = examine(target, options).await;
    watch.abort();
    print(&told(&found, colored()))?;
    Ok(found.exit)
}

/// All of it as text, what is to be done last.
fn told(found: &Examination, color: bool) -> String {
    let mut out = format!(
        "samlitmus {} examines {} at {}",
        env!("CARGO_PKG_VERSION"),
        found.sp,
        found.address
    );
    if let Some(server) = &found.server {
        let _ = write!(out, " ({server})");
    }
    out.push_str("\n\n");
    checks(&mut out, found, color);
    for way in &found.ways {
        let _ = writeln!(out, "\n{}", way.title);
        for line in &way.lines {
            let _ = writeln!(out, "  {line}");
        }
    }
    table(
        &mut out,
        "the AuthnRequest, as it came to the IdP",
        &found.request,
    );
    table(&mut out, "learned, and what it rests on", &found.learned);
    out.push('\n');
    ending(&mut out, found, color);
    out
}

/// What a run rests on, a line each.
pub(super) fn checks(out: &mut String, found: &Examination, color: bool) {
    for check in &found.checks {
        let word = paint(color, check.state, &format!("{:<7}", check.state.word()));
        let _ = writeln!(out, "{word} {:<13} {}", check.part.word(), check.told);
        if let Some(mend) = &check.mend {
            let _ = writeln!(out, "{:21} mend: {mend}", "");
        }
    }
}

fn table(out: &mut String, title: &str, rows: &[(&'static str, String)]) {
    if rows.is_empty() {
        return;
    }
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let _ = writeln!(out, "\n{title}");
    for (name, value) in rows {
        let _ = writeln!(out, "  {name:<width$}  {value}");
    }
}

/// Causes and mends, and what a run would end with.
pub(super) fn ending(out: &mut String, found: &Examination, color: bool) {
    let broken = found.checks.iter().filter(|check| check.state == State::Broken);
    for cause in &found.causes {
        let _ = writeln!(out, "cause: {cause}");
    }
    let mut mends: Vec<String> = Vec::new();
    for check in broken {
        let mend = check.mend.as_deref().unwrap_or("see above");
        let line = format!("mend the {}: {mend}", name(check.part));
        if !mends.contains(&line) {
            mends.push(line);
        }
    }
    for mend in mends {
        let _ = writeln!(out, "{mend}");
    }
    let (state, meaning) = match found.exit {
        Exit::Conforms => (State::Good, "a run can begin, and everybody can be seen"),
        Exit::Usage => (State::Broken, "a run cannot begin"),
        Exit::Interrupted => (State::Broken, Exit::Interrupted.meaning()),
        _ => (State::Broken, "a run could not judge this SP"),
    };
    let line = format!("exit {}: {meaning}", found.exit.code());
    let _ = writeln!(out, "{}", paint(color, state, &line));
}

fn name(part: Part) -> &'static str {
    match part {
        Part::Cookies => "cookies",
        Part::People => "accounts",
        other => other.word(),
    }
}

fn paint(color: bool, state: State, text: &str) -> String {
    let code = match state {
        State::Good => 32,
        State::Note => 33,
        State::Broken => 31,
        State::Unknown => 2,
    };
    match color {
        true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        false => text.to_owned(),
    }
}
