//! Which scenarios are meant: ids by pattern, and tiers.

use std::{str::FromStr, sync::Arc};

use globset::{Glob, GlobMatcher};
use scenarios::{Catalogue, Scenario, Tier};
use thiserror::Error;

/// A pattern that cannot be read.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "the pattern {pattern:?} does not read ({why}); write an id, or * for any part of one, as in 'signature/*'"
)]
pub struct PatternError {
    /// As it was given.
    pub pattern: String,
    /// Why.
    pub why: String,
}

/// A list of tiers on the command line: `smoke,core`, or `all`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tiers(pub Vec<Tier>);

impl Default for Tiers {
    fn default() -> Self {
        Self(vec![Tier::Smoke, Tier::Core])
    }
}

impl FromStr for Tiers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self(Tier::ALL.to_vec()));
        }
        let known = || Tier::ALL.map(Tier::word).join(", ");
        let tiers = text.split(',').map(|word| {
            let tier = Tier::ALL.into_iter().find(|tier| tier.word() == word.trim());
            tier.ok_or_else(|| format!("there is no tier {word:?}; there are {}, and all", known()))
        });
        Ok(Self(tiers.collect::<Result<_, _>>()?))
    }
}

/// What patterns and tiers came to.
#[derive(Clone, Debug, Default)]
pub struct Picked {
    /// The scenarios, in the order of the catalogue.
    pub scenarios: Vec<Arc<Scenario>>,
    /// Each pattern that picked nothing, in one sentence with the id that comes nearest.
    pub missed: Vec<String>,
}

/// Picks from a catalogue.
///
/// Without patterns, the tiers decide (smoke and core if none are given). A pattern picks from the tiers that are given,
/// or else from all but opt-in; an id in full picks its scenario wherever it stands.
///
/// # Errors
/// A pattern that cannot be read.
pub fn pick(
    catalogue: &Catalogue,
    patterns: &[String],
    tiers: Option<&Tiers>,
) -> Result<Picked, PatternError> {
    let globs = globs(patterns)?;
    let default = Tiers::default();
    let within = |tier: Tier| match tiers {
        Some(tiers) => tiers.0.contains(&tier),
        None if patterns.is_empty() => default.0.contains(&tier),
        None => tier != Tier::OptIn,
    };
    let mut hit = vec![false; patterns.len()];
    let mut scenarios = Vec::new();
    for scenario in &catalogue.scenarios {
        let mut picked = patterns.is_empty() && within(scenario.tier);
        for (at, (pattern, glob)) in patterns.iter().zip(&globs).enumerate() {
            if *pattern == scenario.id || (within(scenario.tier) && glob.is_match(&scenario.id)) {
                hit[at] = true;
                picked = true;
            }
        }
        if picked {
            scenarios.push(Arc::clone(scenario));
        }
    }
    let missed = patterns.iter().zip(hit).filter(|(_, hit)| !hit);
    Ok(Picked {
        scenarios,
        missed: missed.map(|(pattern, _)| missing(catalogue, pattern)).collect(),
    })
}

/// The patterns, ready to match.
///
/// # Errors
/// A pattern that cannot be read.
pub fn globs(patterns: &[String]) -> Result<Vec<GlobMatcher>, PatternError> {
    let read = |pattern: &String| {
        let glob = Glob::new(pattern).map_err(|error| PatternError {
            pattern: pattern.clone(),
            why: error.kind().to_string(),
        })?;
        Ok(glob.compile_matcher())
    };
    patterns.iter().map(read).collect()
}

/// That nothing has this id, and what comes nearest.
pub fn missing(catalogue: &Catalogue, pattern: &str) -> String {
    let ids: Vec<&str> = catalogue
        .scenarios
        .iter()
        .map(|scenario| scenario.id.as_str())
        .collect();
    if pattern.contains(['*', '?', '[', '{']) {
        let plain: String = pattern.chars().filter(|c| !"*?[]{}".contains(*c)).collect();
        return match similar::get_close_matches(plain.as_str(), &ids, 1, 0.6).first() {
            Some(near) => format!("no scenario matches {pattern:?}; the nearest is '{near}'"),
            None => format!("no scenario matches {pattern:?}; `samlitmus list` shows all"),
        };
    }
    let namespace = ids.iter().any(|id| id.split('/').next() == Some(pattern));
    let nearest = || {
        similar::get_close_matches(pattern, &ids, 1, 0.6)
            .first()
            .map(|near| format!("'{near}'"))
    };
    match namespace.then(|| format!("'{pattern}/*'")).or_else(nearest) {
        Some(near) => format!("there is no scenario {pattern:?}; did you mean {near}?"),
        None => format!("there is no scenario {pattern:?}; `samlitmus list` shows all"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// One scenario of each tier but observe.
    pub(crate) fn catalogue() -> Catalogue {
        let scenario = |id: &str, tier: &str| {
            format!(
                "[[scenario]]\nid = \"{id}\"\ntitle = \"t\"\nverdict = \"INFO\"\nseverity = \"info\"\nrule = \"r\"\nwhy = \"w\"\ntier = \"{tier}\"\n"
            )
        };
        let text = [
            ("baseline/post", "smoke"),
            ("time/past", "core"),
            ("time/odd", "extended"),
            ("dos/bomb", "opt-in"),
        ]
        .map(|(id, tier)| scenario(id, tier))
        .concat();
        Catalogue::read([("test.toml".to_owned(), text.as_str())]).unwrap()
    }

    fn ids(patterns: &[&str], tiers: Option<&str>) -> Vec<String> {
        let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
        let tiers: Option<Tiers> = tiers.map(|tiers| tiers.parse().unwrap());
        let picked = pick(&catalogue(), &patterns, tiers.as_ref()).unwrap();
        picked
            .scenarios
            .iter()
            .map(|scenario| scenario.id.clone())
            .collect()
    }

    #[test]
    fn smoke_and_core_unless_told_otherwise() {
        assert_eq!(ids(&[], None), ["baseline/post", "time/past"]);
        assert_eq!(ids(&[], Some("extended, opt-in")), ["time/odd", "dos/bomb"]);
        assert_eq!(ids(&[], Some("all")).len(), 4);
    }

    #[test]
    fn a_pattern_reaches_every_tier_but_the_one_that_may_do_harm() {
        assert_eq!(ids(&["time/*"], None), ["time/past", "time/odd"]);
        assert_eq!(ids(&["*"], None).len(), 3);
        assert_eq!(ids(&["dos/*"], None), [] as [&str; 0]);
        assert_eq!(ids(&["dos/*"], Some("all")), ["dos/bomb"]);
        assert_eq!(ids(&["dos/bomb"], None), ["dos/bomb"]);
        assert_eq!(ids(&["time/*"], Some("core")), ["time/past"]);
    }

    #[test]
    fn what_picks_nothing_is_told_with_what_comes_nearest() {
        let missed = |pattern: &str| pick(&catalogue(), &[pattern.to_owned()], None).unwrap().missed;
        assert_eq!(
            missed("time/pst"),
            ["there is no scenario \"time/pst\"; did you mean 'time/past'?"]
        );
        assert_eq!(
            missed("time"),
            ["there is no scenario \"time\"; did you mean 'time/*'?"]
        );
        assert_eq!(
            missed("x*"),
            ["no scenario matches \"x*\"; `samlitmus list` shows all"]
        );
        assert_eq!(
            missed("tme/pas*"),
            ["no scenario matches \"tme/pas*\"; the nearest is 'time/past'"]
        );
        assert!(missed("time/*").is_empty());
        assert!(
            globs(&["a[".to_owned()])
                .unwrap_err()
                .to_string()
                .contains("does not read")
        );
        assert!("smok".parse::<Tiers>().unwrap_err().contains("there is no tier"));
    }
}
