//! People signed in at an SP of which nobody knows yet where it shows them.

use scenarios::{Base, Persona, recipe::Start};
use url::Url;

use super::pages::{Around, Shown, compare};
use crate::{
    config::Steps,
    driver::doors,
    judge::observation::Journey,
    run::{
        calibration::leading,
        firing::Tourist,
        learned::Learned,
        options::{CannotRun, DriverKind, Options},
        prepare::{Running, prepare},
        stage::Stage,
    },
    subject::target::Target,
};

/// So many pages are searched for the way in.
const STARTS: usize = 4;

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Entered {
    /// What begins a sign-in at the SP.
    pub login: Option<Steps>,
    /// Pages that tell who is signed in, the best first.
    pub shown: Vec<Shown>,
    /// Whether the IdP alone begins a sign-in that works.
    pub by_idp: bool,
    /// Where the sign-in came to rest that showed nobody.
    pub rested: Option<String>,
    /// Whether the SP refused there: an error that is not merely a page that it does not have.
    pub refused: bool,
    /// Whether a browser would run scripts there.
    scripted: bool,
    /// Why no message came to the SP.
    pub broke: Option<String>,
}

/// Signs two people and the victim in, and compares what they see with what nobody sees. `login` is tried where it is known, or else
/// what is behind one of the pages `rests`; `probe` is the page where they are shown, if somebody knows.
///
/// # Errors
/// A mistake in what is known, or an SP that cannot be asked.
pub async fn enter(
    target: Target,
    options: &Options,
    rests: &[String],
    probe: Option<&str>,
) -> Result<Entered, CannotRun> {
    let mut running = Running::default();
    let home = target.subject.home.clone();
    let known = target.subject.login.clone();
    let prepared = prepare(target, &[], options, &mut running).await;
    let entered = match prepared {
        Ok(mut stage) => {
            let starts: Vec<Steps> = match known {
                Some(login) => vec![login],
                None => rests.iter().take(STARTS).map(|url| Steps::of_url(url)).collect(),
            };
            let around = Around {
                home,
                probe: probe.map(str::to_owned),
            };
            let entered = with_eyes(&mut stage, &starts, &around, options.driver == DriverKind::Auto).await;
            stage.end().await;
            Ok(entered)
        }
        Err(why) => Err(why),
    };
    let complaints = running.end(&options.stop).await.complaints;
    let entered = entered?;
    match complaints.into_iter().next() {
        Some(why) => Err(CannotRun::NotJudged(why)),
        None => Ok(entered),
    }
}

/// Over plain HTTP, and in the browser where that does not do.
async fn with_eyes(stage: &mut Stage, starts: &[Steps], around: &Around, may: bool) -> Entered {
    let (mut entered, why) = tried(stage, starts, around).await;
    // A way in that only a script finds is looked for even where the IdP's own begins a sign-in.
    let scripts = match entered.shown.is_empty() {
        true => why.is_some() || entered.scripted,
        false => why.is_some() && entered.login.is_none(),
    };
    if scripts && may {
        match stage.take_browser().await {
            Ok(()) => {
                let (seen, _) = tried(stage, starts, around).await;
                let better = |seen: &Entered| {
                    let shows = !seen.shown.is_empty() || entered.shown.is_empty();
                    shows && (seen.login.is_some() || entered.login.is_none())
                };
                if better(&seen) {
                    entered = seen;
                }
            }
            Err(error) if why.is_some() => entered.broke = Some(error.to_string()),
            Err(_) => {}
        }
    }
    entered.broke = entered.broke.or(why);
    entered
}

/// Tries all ways of beginning, and says why only a browser could, where that is so.
async fn tried(stage: &Stage, starts: &[Steps], around: &Around) -> (Entered, Option<String>) {
    let mut entered = Entered::default();
    let mut scripted = None;
    for start in starts {
        match leading(stage, start).await {
            Ok(Some(way)) => {
                entered.login = Some(way);
                break;
            }
            Ok(None) => {}
            Err(why) => scripted = scripted.or(Some(why)),
        }
    }
    let mut learned = Learned {
        people: stage.people.clone(),
        way: entered.login.clone(),
        ..Learned::default()
    };
    let by_sp = entered.login.is_some().then_some(Start::Sp);
    for start in by_sp.into_iter().chain([Start::Idp]) {
        learned.start = Some(start);
        for base in [Base::A, Base::B, Base::R] {
            let mut alice = match Tourist::arrive(stage, &learned, Persona::Alice, base, start).await {
                Ok(alice) => alice,
                Err((broke, _)) => {
                    entered.broke.get_or_insert(broke.to_string());
                    // Without a way to the IdP the other bases come no further.
                    break;
                }
            };
            let told = alice.journey.told();
            entered.scripted |= scripted_at(&alice.journey);
            entered.shown = compare(stage, &learned, base, start, &mut alice, around).await;
            if !entered.shown.is_empty() {
                alice.leave().await;
                entered.by_idp = start == Start::Idp;
                entered.broke = None;
                return (entered, scripted);
            }
            if entered.rested.is_none() {
                let page = alice.journey.page.as_ref();
                entered.refused = page.is_none_or(|page| page.status >= 400 && page.status != 404);
            }
            entered.rested.get_or_insert(told);
            alice.leave().await;
        }
    }
    (entered, scripted)
}

/// Whether the page where a journey came to rest has scripts.
fn scripted_at(journey: &Journey) -> bool {
    let page = journey.page.as_ref().filter(|page| page.status < 400);
    page.and_then(|page| Some(doors(&page.body, &Url::parse(&page.url).ok()?).scripted))
        .unwrap_or(false)
}
