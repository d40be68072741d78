//! How to see it again: by another run, and by hand.

use maud::{Markup, html};
use scenarios::Recipe;

use super::cut::cut;
use crate::{
    event::{Calibration, RunInfo, ScenarioResult},
    judge::observation::Party,
    text::{counted, visible},
};

/// The most characters of a recipe.
const RECIPE: usize = 8_000;

/// What is known of the run.
pub(super) struct Run<'a> {
    pub(super) info: Option<&'a RunInfo>,
    pub(super) calibration: Option<&'a Calibration>,
}

/// Recipe and commands.
pub(super) fn told(result: &ScenarioResult, run: &Run<'_>) -> Markup {
    html! {
        @if !result.scenario.sends_nothing() {
            details.fold { summary { "Recipe" } pre { (pretty(&result.recipe)) } }
        }
        h3 { "Run it again" }
        pre.command { (command(result, run)) }
        @if let Some(acs) = sent_to(result) {
            h3 { "Send it by hand" }
            @match not_by_hand(result, run) {
                None => pre.command { (by_hand(result, run, acs)) },
                Some(why) => p.quiet { (why) },
            }
        }
    }
}

fn command(result: &ScenarioResult, run: &Run<'_>) -> String {
    let id = &result.scenario.id;
    let seed = run.info.map(|info| format!(" --seed {}", info.seed));
    format!(
        "samlitmus run '{id}' --tier all --driver {}{}{}\nsamlitmus explain '{id}'",
        result.driver,
        seed.unwrap_or_default(),
        config(run),
    )
}

/// Where the SP got the message; none where it got none.
fn sent_to(result: &ScenarioResult) -> Option<&str> {
    let mut hops = result.observation.journey.hops.iter().rev();
    let form = hops.find(|hop| {
        let carries = hop.fields.iter().any(|name| name == "SAMLResponse");
        hop.party == Party::Sp && hop.method == "POST" && carries
    });
    form.map(|hop| hop.url.as_str())
}

/// Why what one command makes and another sends would not be what was sent.
fn not_by_hand(result: &ScenarioResult, run: &Run<'_>) -> Option<String> {
    let scenario = &result.scenario;
    let recipe = result.recipe.to_string();
    let headers = serde_json::from_value::<Recipe>(result.recipe.clone())
        .ok()
        .and_then(|recipe| recipe.deliver)
        .is_some_and(|deliver| !deliver.headers.is_empty());
    let unsolicited = run.calibration.is_some_and(|learned| learned.idp_initiated);
    Some(if run.info.is_none_or(|info| info.config.is_none()) {
        "Its keys went with the demo. Against an SP of your own there are commands here.".to_owned()
    } else if !scenario.flow.is_empty() {
        format!(
            "It is a flow of {}, which one request cannot play: run it again.",
            counted(scenario.flow.len(), "step")
        )
    } else if headers {
        "It goes with headers of its own: run it again.".to_owned()
    } else if recipe.contains("InResponseTo") || recipe.contains("request_id") {
        "It is about the request that it answers, and by hand there is none: run it again.".to_owned()
    } else if !unsolicited {
        "This SP takes answers to its own requests only, and would refuse whatever is sent by hand: run it again."
            .to_owned()
    } else {
        return None;
    })
}

fn by_hand(result: &ScenarioResult, run: &Run<'_>, acs: &str) -> String {
    let variant = result.variant.as_ref();
    let variant = variant.map(|name| format!(" --variant {}", quoted(name)));
    format!(
        "samlitmus forge '{}' --base {}{} --unsolicited --form{} |\n  curl -i -c jar.txt --data-binary @- {}",
        result.scenario.id,
        result.base,
        variant.unwrap_or_default(),
        config(run),
        quoted(acs),
    )
}

/// Which SP, where it is not the one that is found without being named.
fn config(run: &Run<'_>) -> String {
    let config = run.info.and_then(|info| info.config.as_deref());
    match config {
        None | Some("samlitmus.toml") => String::new(),
        Some(path) => format!(" --config {}", quoted(path)),
    }
}

/// One word of a shell's.
fn quoted(word: &str) -> String {
    format!("'{}'", visible(word).replace('\'', r"'\''"))
}

fn pretty(recipe: &serde_json::Value) -> String {
    cut(&serde_json::to_string_pretty(recipe).unwrap_or_default(), RECIPE)
}
