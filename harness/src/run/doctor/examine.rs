//! One SP, examined: everything that a run does before it fires, and what was seen on the way.

use scenarios::Base;

use super::{
    checks::Facts,
    look::Places,
    machine,
    model::{Examination, Part, State, plain},
    request::request,
    walk::way,
};
use crate::{
    event::Calibration,
    exit::Exit,
    run::{
        calibration::{Hopeless, calibrate_with},
        learned::Learned,
        options::{CannotRun, DriverKind, Options},
        prepare::{Running, browserless, prepare},
        stage::Stage,
    },
    stop::wished,
    subject::target::Target,
    text::locked,
};

/// Examines a target: nothing is fired at it but calibration's flawless logins and refusals.
pub async fn examine(target: Target, mut options: Options) -> Examination {
    let mut found = Examination {
        sp: target.name.clone(),
        address: target.address(),
        ..Examination::default()
    };
    let places = match Places::of(&target, options.timeout) {
        Ok(places) => places,
        Err(why) => return found.because(Exit::Usage, &why),
    };
    // The browser is taken where plain HTTP does not do.
    let may = options.driver == DriverKind::Auto;
    let (browser, without) = machine::browser(options.driver, &places.setup).await;
    found.checks.push(browser);
    if let Some(error) = without {
        // The rest can be seen without one.
        options.driver = DriverKind::Http;
        found = found.cannot(browserless(error));
    }
    found.checks.extend(machine::idp(&target));
    let login = target.subject.login.is_some();
    let probe = target.subject.probe.clone();
    let mut running = Running::default();
    let looked = async {
        let prepared = prepare(target, &[], &options, &mut running).await;
        let looked = places.look().await;
        found.checks.extend(looked);
        match prepared {
            Ok(mut stage) => found.sign_in(&mut stage, login, &probe, may).await,
            Err(why) => found.unprepared(login, &probe).cannot(why),
        }
    };
    let stopped = || Examination {
        exit: Exit::Interrupted,
        ..Examination::default()
    };
    let mut found = tokio::select! {
        found = looked => found,
        () = wished(&options.stop) => stopped(),
    };
    if let Some(failed) = running.failed() {
        found = found.because(Exit::NotJudged, &failed);
    }
    for why in running.end(&options.stop).await.complaints {
        found = found.because(Exit::NotJudged, &why);
    }
    found
}

impl Examination {
    /// Signs everybody in as a run does, and tells what was seen.
    async fn sign_in(mut self, stage: &mut Stage, login: bool, probe: &str, may: bool) -> Self {
        let calibrated = calibrate_with(stage, may).await;
        let clues = locked(&stage.clues).clone();
        let asked = stage.answers.first().map(|live| request(&live));
        let (told, learned, hopeless) = match &calibrated {
            Ok((told, learned)) => (Some(told), Some(learned), None),
            Err(Hopeless(why)) => (None, None, Some(why.as_str())),
        };
        let facts = Facts {
            login,
            probe,
            clues: &clues,
            request: asked.as_ref(),
            learned,
            rule: told.and_then(|told| told.identity_rule.as_deref()),
            hopeless,
        };
        self.checks.extend(facts.checks());
        if self.broken(Part::Reachability) {
            // Whoever is not there shows nobody.
            self.checks
                .retain(|check| check.part != Part::Probe || check.state != State::Broken);
        }
        self.ways = clues.logins.iter().map(way).collect();
        self.request = asked.map(|asked| asked.lines).unwrap_or_default();
        self.server = told.and_then(|told| told.server.clone());
        self.learned = match (told, learned) {
            (Some(told), Some(learned)) => lines(told, learned),
            _ => Vec::new(),
        };
        let causes = learned.map(|learned| learned.causes.clone()).unwrap_or_default();
        for cause in hopeless.map(str::to_owned).into_iter().chain(causes) {
            self = self.because(Exit::NotJudged, &cause);
        }
        self
    }

    /// Nobody could try a login.
    fn unprepared(mut self, login: bool, probe: &str) -> Self {
        let facts = Facts {
            login,
            probe,
            clues: &crate::run::clues::Clues::default(),
            request: None,
            learned: None,
            rule: None,
            hopeless: None,
        };
        self.checks.extend(facts.checks());
        self
    }

    fn broken(&self, part: Part) -> bool {
        let mut checks = self.checks.iter();
        checks.any(|check| check.part == part && check.state == State::Broken)
    }

    fn cannot(self, why: CannotRun) -> Self {
        match why {
            CannotRun::Configuration(why) => self.because(Exit::Usage, &why),
            CannotRun::NotJudged(why) => self.because(Exit::NotJudged, &why),
        }
    }

    /// Adds a cause; the first decides the exit.
    fn because(mut self, exit: Exit, why: &str) -> Self {
        if self.causes.is_empty() {
            self.exit = exit;
        }
        let why = plain(why);
        if !self.causes.contains(&why) {
            self.causes.push(why);
        }
        self
    }
}

/// What calibration learned, and what it rests on.
fn lines(told: &Calibration, learned: &Learned) -> Vec<(&'static str, String)> {
    let bases: Vec<&str> = learned.bases.iter().copied().map(signed).collect();
    let begun = [(told.sp_initiated, "the SP"), (told.idp_initiated, "the IdP")];
    let begun: Vec<&str> = begun
        .iter()
        .filter(|(can, _)| *can)
        .map(|(_, who)| *who)
        .collect();
    let unseen: Vec<&str> = learned.unseen.keys().map(|persona| persona.name()).collect();
    let seen = match unseen.as_slice() {
        [] => "alice, attacker, victim".to_owned(),
        unseen => format!("alice, but not {}", unseen.join(" and ")),
    };
    let identity = match &told.identity_claim {
        Some(claim) => format!("the SAML Attribute {claim}"),
        None => "the NameID".to_owned(),
    };
    let mut lines = vec![
        ("takes signed", bases.join(", ")),
        ("begun by", begun.join(", ")),
        ("identity", identity),
        ("shown by", told.identity_rule.clone().unwrap_or_default()),
        ("can be seen", seen),
        (
            "refuses with",
            told.refuses_with.clone().unwrap_or_else(|| "no page".to_owned()),
        ),
    ];
    if told.two_tenants {
        lines.push(("tenants", "both of the IdP's are trusted".to_owned()));
    }
    if let Some(jobs) = learned.jobs {
        lines.push(("at once", format!("{jobs} flow at a time")));
    }
    if let Some(batch) = learned.batch {
        lines.push(("in a row", format!("{batch} refusal between two logins")));
    }
    lines.extend(told.notes.iter().map(|note| ("note", note.clone())));
    lines.iter().map(|(name, value)| (*name, plain(value))).collect()
}

fn signed(base: Base) -> &'static str {
    match base {
        Base::A => "assertion",
        Base::R => "response",
        Base::B => "both",
        Base::N => "nothing",
    }
}
