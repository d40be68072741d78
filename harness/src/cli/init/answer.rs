//! One after the other: what is there, what can be found out, what somebody answers; the file; and whether a run could begin.

use super::{
    args::InitArgs,
    around::looked,
    ask::Asker,
    closing,
    describe::describe,
    file::Written,
    place::{Known, known, whole},
    sign_in::{entered, examined},
    told::Report,
    trust::Trust,
};
use crate::{
    cli::{
        interrupt::Interrupts,
        output::{colored, line, note, print},
    },
    config::Config,
    exit::Exit,
    run::init::{Leads, Looked, Place},
};

/// Looks at an SP and writes its configuration.
///
/// # Errors
/// A mistake in arguments or in the file that is there, or an SP that cannot be looked at.
pub(in crate::cli) async fn init(args: InitArgs) -> anyhow::Result<Exit> {
    let mut interrupts = Interrupts::listen()?;
    tokio::select! {
        ended = begin(args) => ended,
        () = interrupts.first() => {
            note("interrupted; what was found so far may be incomplete");
            Ok(Exit::Interrupted)
        }
    }
}

async fn begin(mut args: InitArgs) -> anyhow::Result<Exit> {
    for url in [&mut args.login, &mut args.probe, &mut args.acs]
        .into_iter()
        .flatten()
    {
        *url = whole(url);
    }
    let mut file = Written::open(&args.out, args.force)?;
    let mut asker = Asker::at_terminal(args.yes);
    let Known { mut place } = known(&args, &file, &mut asker)?;
    note(&format!(
        "looks at {}; sends nothing to any host but {}",
        place.url,
        place.allow.join(", ")
    ));
    let looked = looked(&args, &file, &mut place, &mut asker).await?;
    home(&mut place, &looked);
    let described = describe(&args, &mut file, &looked, &place);
    let trust = Trust::write(&file.state(), &origin(&file, &place))?;
    file.save()?;
    let mut report = Report::new(&place, &looked);
    if !described {
        line(report.told());
        line(&format!(
            "{}\n\n{}",
            file.told(),
            closing::undescribed(&file.path, &trust)
        ));
        return Ok(Exit::Usage);
    }
    let entered = entered(&args, &mut file, &looked, &mut place, &mut asker).await?;
    report.entered(&entered, &file);
    line(report.told());
    file.save()?;
    if let Some(Leads::Elsewhere(to)) = looked.login.as_ref().map(|way| &way.leads)
        && entered.shown.is_empty()
    {
        line(&format!(
            "{}\n\n{}",
            file.told(),
            closing::elsewhere(to, &file.path, &trust)
        ));
        return Ok(Exit::NotJudged);
    }
    let found = examined(&args, &mut file, &entered.shown).await?;
    line(&file.told());
    print(&closing::all(
        &found,
        looked.login.as_ref(),
        entered.shown.is_empty() && !entered.refused,
        &file.path,
        &trust,
        colored(),
    ))?;
    Ok(found.exit)
}

/// A page to begin from: metadata is none.
fn home(place: &mut Place, looked: &Looked) {
    let of = looked.metadata.as_ref().map(|found| found.source.as_str());
    if of == Some(place.url.as_str())
        && let Ok(top) = place.url.join("/")
    {
        place.url = top;
    }
}

/// What the mock IdP is called, as any other command will call it that reads the file.
fn origin(file: &Written, place: &Place) -> String {
    let config = Config::parse(file.draft.text(), &file.path, &|name| std::env::var(name).ok());
    let origin = config.ok().and_then(|config| config.origin());
    origin.unwrap_or_else(|| place.origin.clone())
}
