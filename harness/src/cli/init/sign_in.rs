//! People signed in, and what that shows; and the SP examined with it.

use super::{args::InitArgs, around::url, ask::Asker, describe::allow, file::Written};
use crate::{
    cli::{
        output::{Mistake, note},
        setup::ConfigArgs,
    },
    config::Config,
    order::Placed,
    run::{
        doctor::{Check, Examination, Part, State, examine},
        init::{Entered, Leads, Looked, Place, Shown, enter},
        options::{CannotRun, Options},
    },
    subject::target::Target,
};

/// So many pages that seem to show who is signed in are examined.
const EXAMINED: usize = 3;

/// Signs people in, and writes down what that shows.
///
/// # Errors
/// A mistake in what is known, or an SP that cannot be asked.
pub(super) async fn entered(
    args: &InitArgs,
    file: &mut Written,
    looked: &Looked,
    place: &mut Place,
    asker: &mut Asker,
) -> anyhow::Result<Entered> {
    note("signs people in, and compares what they see with what nobody sees");
    let text = |text: &str| toml::Value::from(text).to_string();
    let sure = |file: &Written| file.text("sp.probe", "url").map(str::to_owned);
    let probe = args.probe.clone().or_else(|| sure(file));
    let mut entered = once(args, file, looked, probe.as_deref()).await?;
    if entered.shown.is_empty()
        && entered.rested.is_some()
        && probe.is_none()
        && let Some(answer) = url(
            "no page shows who is signed in. The URL of one, if the SP trusts this IdP already (Enter: it does not)",
            place,
            asker,
        )
    {
        allow(file, place);
        file.draft.set("sp.probe", "url", &text(&answer));
        entered = once(args, file, looked, Some(&answer)).await?;
    }
    let goes = looked.login.as_ref().is_some_and(|way| way.leads == Leads::Idp);
    if let (Some(login), false) = (&entered.login, goes) {
        file.learn("sp", "login", &login.to_string());
    }
    Ok(entered)
}

async fn once(
    args: &InitArgs,
    file: &Written,
    looked: &Looked,
    probe: Option<&str>,
) -> anyhow::Result<Entered> {
    file.save()?;
    let placed = placed(args, file)?;
    let config = &placed.config;
    let target = Target::of(config).map_err(Mistake)?;
    let entered = enter(target, &options(args, config), &looked.rests, probe).await;
    entered.map_err(|why| match why {
        CannotRun::Configuration(why) => Mistake(why).into(),
        CannotRun::NotJudged(why) => anyhow::Error::msg(why),
    })
}

/// Examines the SP as `doctor` does; where the best page turns out to be none, with the next.
///
/// # Errors
/// A mistake in the file.
pub(super) async fn examined(
    args: &InitArgs,
    file: &mut Written,
    shown: &[Shown],
) -> anyhow::Result<Examination> {
    let text = |text: &str| toml::Value::from(text).to_string();
    let free = file.value("sp.probe", "url").is_none();
    let unread = file.value("sp.probe", "identity").is_none();
    let mut found = None;
    for page in shown.iter().map(Some).chain([None]).take(EXAMINED) {
        match page {
            Some(page) => {
                if free {
                    file.draft.set("sp.probe", "url", &text(&page.url));
                }
                if unread {
                    file.draft.set("sp.probe", "identity", &text(&page.identity));
                }
            }
            None if found.is_some() => break,
            None => {}
        }
        file.save()?;
        note("examines it as `samlitmus doctor` does");
        let placed = placed(args, file)?;
        let config = &placed.config;
        let target = Target::of(config).map_err(Mistake)?;
        let examination = examine(target, options(args, config)).await;
        let bad = |check: &Check| check.part == Part::Probe && check.state == State::Broken;
        let next = examination.checks.iter().any(bad);
        if found.is_none() || !next {
            found = Some(examination);
        }
        if !next {
            break;
        }
    }
    found.ok_or_else(|| anyhow::Error::msg("nothing was examined"))
}

fn placed(args: &InitArgs, file: &Written) -> anyhow::Result<Placed> {
    let named = ConfigArgs {
        config: Some(file.path.clone()),
    };
    Ok(named.placed(args.listen)?)
}

fn options(args: &InitArgs, config: &Config) -> Options {
    Options {
        driver: args.driver.unwrap_or(config.run.driver).into(),
        timeout: args.timeout.unwrap_or(config.run.timeout()),
        ..Options::default()
    }
}
