//! Variants by a table: what is wrong, in every style and in every place.

use crate::{covering::covering, recipe::Recipe, scenario::Scenario};

/// Every two levels of different axes meet in a variant.
const STRENGTH: usize = 2;

/// Makes variants of the axes: each is called by its levels, in the order of the axes.
///
/// # Errors
/// An axis has no level; or there are variants already.
pub(crate) fn unfold(scenario: &mut Scenario) -> Result<(), String> {
    let axes = std::mem::take(&mut scenario.axes);
    if axes.is_empty() {
        return Ok(());
    }
    if !scenario.variants.is_empty() || !scenario.each.is_empty() {
        return Err("it has `axes`: they make its variants, so it has none of its own".to_owned());
    }
    if let Some(empty) = axes.iter().find(|axis| axis.levels.is_empty()) {
        return Err(format!("the axis `{}` has no levels", empty.axis));
    }
    let counts: Vec<usize> = axes.iter().map(|axis| axis.levels.len()).collect();
    for row in covering(&counts, STRENGTH) {
        let mut names = Vec::new();
        let mut recipe = scenario.recipe();
        for (name, level) in axes
            .iter()
            .zip(row)
            .filter_map(|(axis, at)| axis.levels.iter().nth(at))
        {
            names.push(name.as_str());
            recipe = followed(&recipe, level);
        }
        scenario.variants.insert(names.join("."), recipe);
    }
    Ok(())
}

/// A recipe, and then the other's operations.
fn followed(recipe: &Recipe, level: &Recipe) -> Recipe {
    let both = |mine: &Vec<_>, theirs: &Vec<_>| [mine.as_slice(), theirs].concat();
    Recipe {
        draft: both(&recipe.draft, &level.draft),
        forge: both(&recipe.forge, &level.forge),
        ..recipe.overlaid(level)
    }
}

#[cfg(test)]
mod tests {
    use crate::catalogue::Catalogue;

    const TABLE: &str = r#"
[[scenario]]
id       = "mine/table"
title    = "A table"
verdict  = "MUST_REJECT"
severity = "critical"
attacker = "user"
rule     = "a rule"
why      = "a reason"
proves   = "nothing"
forge    = [{ write = "victim" }]

[[scenario.axes]]
axis   = "style"
levels = { plain = {}, ds = { sign = { prefix = "ds" } } }

[[scenario.axes]]
axis   = "name"
levels = { whole = {}, none = { forge = [{ remove = "NameID" }] } }
"#;

    #[test]
    fn every_two_levels_meet_in_a_variant_that_is_called_by_them() {
        let catalogue = Catalogue::read([("mine.toml".to_owned(), TABLE)]).unwrap();
        let scenario = catalogue.get("mine/table").unwrap();
        let names: Vec<_> = scenario.variants.keys().map(String::as_str).collect();
        assert_eq!(names, ["ds.none", "ds.whole", "plain.none", "plain.whole"]);
        let (both, neither) = (&scenario.variants["ds.none"], &scenario.variants["plain.whole"]);
        assert!(both.sign.is_some() && neither.sign.is_none());
        assert_eq!((both.forge.len(), neither.forge.len()), (2, 1));
        assert_eq!(both.forge[0], neither.forge[0], "the scenario's own come first");
    }

    #[test]
    fn an_axis_without_levels_and_variants_beside_axes_are_refused() {
        let beside = TABLE.replace("forge    =", "variants = { mine = {} }\nforge    =");
        let why = Catalogue::read([("mine.toml".to_owned(), &*beside)])
            .unwrap_err()
            .to_string();
        assert!(why.contains("they make its variants"), "{why}");
        let empty = TABLE.replace("{ plain = {}, ds = { sign = { prefix = \"ds\" } } }", "{}");
        let why = Catalogue::read([("mine.toml".to_owned(), &*empty)])
            .unwrap_err()
            .to_string();
        assert!(why.contains("the axis `style` has no levels"), "{why}");
    }
}
