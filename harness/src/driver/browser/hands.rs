//! What a person does on the page that is there: pointer and keys, as the browser itself would get them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use url::Url;

use super::{bidi::Refused, follow::GLANCE, plan::Plan, session::BrowserSession};
use crate::{
    driver::act::{Act, ActError, Target},
    judge::observation::Journey,
};

const SCRIPT: &str = include_str!("hands.js");
/// How often is looked for what is waited for, unless something is told before.
const OFTEN: Duration = Duration::from_millis(100);
/// WebDriver's name for the key that deletes (section 17.4.2).
const DELETE: &str = "\u{e017}";
/// And for the one that breaks lines.
const ENTER: &str = "\u{e007}";

/// What the script says to what it is asked.
enum Answer {
    /// It is not there, or there and hidden.
    Absent {
        hidden: bool,
    },
    /// It cannot be done.
    Wrong(String),
    /// The pointer is to press there; then, perhaps, the keys.
    Press {
        at: (i64, i64),
        types: bool,
    },
    Done,
}

impl BrowserSession {
    pub(in crate::driver) async fn act(&mut self, act: &Act) -> Result<Journey, ActError> {
        self.play(act, true).await
    }

    /// Waits for something where a question led. Nothing is sent to the IdP meanwhile.
    pub(in crate::driver) async fn watch(&mut self, target: &Target) -> Result<Journey, ActError> {
        self.play(&Act::WaitFor(target.clone()), false).await
    }

    async fn play(&mut self, act: &Act, even_to_idp: bool) -> Result<Journey, ActError> {
        if self.spent || self.shown().now().last.is_none() {
            return Err(ActError::Missing(
                "there is no page that lets anybody in".to_owned(),
            ));
        }
        let plan = Arc::new(Plan::staying(&self.setup, even_to_idp));
        self.go_on(&plan);
        let begun = Instant::now();
        match act {
            Act::Click(target) => self.press("click", target, "").await?,
            Act::Fill(target, text) => self.press("fill", target, text).await?,
            Act::Submit(target) => self.press("submit", target, "").await?,
            Act::WaitFor(target) => self.wait_for(target, &plan).await?,
        }
        let mut journey = Journey::default();
        let rested = self.rest_all(&plan, begun).await;
        self.arrive(rested, &mut journey);
        self.describe(&mut journey, None, &plan);
        Ok(journey)
    }

    async fn press(&self, what: &str, target: &Target, text: &str) -> Result<(), ActError> {
        match self.ask(what, target, text).await.map_err(broken)? {
            Answer::Absent { hidden } => Err(missing(target, hidden)),
            Answer::Wrong(why) => Err(ActError::Missing(format!("`{target}`: {why}"))),
            Answer::Done => Ok(()),
            Answer::Press { at, types } => {
                self.perform(pointer(at)).await?;
                if types {
                    self.ask("grip", target, text).await.map_err(broken)?;
                    self.perform(keys(text)).await?;
                }
                Ok(())
            }
        }
    }

    async fn wait_for(&self, target: &Target, plan: &Plan) -> Result<(), ActError> {
        let (limit, begun) = (self.setup.limits().request, Instant::now());
        loop {
            let last = self.tab.now().last;
            if last.is_some_and(|last| Url::parse(&last.url).is_ok_and(|url| plan.forbids(&url))) {
                return Ok(());
            }
            let answer = self.ask("look", target, "").await;
            let hidden = match answer {
                Ok(Answer::Done) => return Ok(()),
                Ok(Answer::Wrong(why)) => return Err(ActError::Missing(format!("`{target}`: {why}"))),
                Ok(Answer::Absent { hidden }) => hidden,
                Ok(Answer::Press { .. }) => false,
                Err(refused) if refused.is_silence() => return Err(broken(refused)),
                // The page is going elsewhere.
                Err(_) => false,
            };
            if begun.elapsed() >= limit {
                let ActError::Missing(why) = missing(target, hidden) else {
                    return Err(missing(target, hidden));
                };
                return Err(ActError::Missing(format!(
                    "{why}, after {} s",
                    limit.as_secs_f32()
                )));
            }
            self.shown().trace.changed(OFTEN).await;
        }
    }

    /// Asks the script in the page.
    async fn ask(&self, what: &str, target: &Target, text: &str) -> Result<Answer, Refused> {
        let limit = self.setup.limits().request.max(2 * GLANCE);
        let told = self
            .shown()
            .call(SCRIPT, &[json!(what), wanted(target), json!(text)], limit)
            .await?;
        let told: Value = told
            .as_str()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        let flag = |key: &str| told[key].as_bool() == Some(true);
        let at = told["at"][0].as_i64().zip(told["at"][1].as_i64());
        Ok(match (told["wrong"].as_str(), at) {
            (Some(why), _) => Answer::Wrong(why.to_owned()),
            (None, Some(at)) => Answer::Press {
                at,
                types: flag("types"),
            },
            (None, None) if flag("done") => Answer::Done,
            (None, None) => Answer::Absent {
                hidden: flag("hidden"),
            },
        })
    }

    /// Does it, and lets the page answer it.
    async fn perform(&self, actions: Value) -> Result<(), ActError> {
        match self.shown().perform(actions, self.setup.limits().command).await {
            Err(refused) if refused.is_silence() => Err(broken(refused)),
            // Whatever else it says was done: what the page made of it, a dialog or its end, is told by events.
            _ => Ok(()),
        }
    }
}

fn broken(refused: Refused) -> ActError {
    ActError::Harness(refused.message)
}

fn missing(target: &Target, hidden: bool) -> ActError {
    ActError::Missing(if hidden {
        format!("`{target}` is on the page, and hidden")
    } else {
        format!("nothing that is shown on the page is `{target}`")
    })
}

fn wanted(target: &Target) -> Value {
    match target {
        Target::Css(css) => json!({"css": css}),
        Target::Text(words) => json!({"words": words}),
    }
}

/// A click there, as `input.performActions` takes it.
fn pointer((x, y): (i64, i64)) -> Value {
    json!([{"type": "pointer", "id": "mouse", "actions": [
        {"type": "pointerMove", "x": x, "y": y},
        {"type": "pointerDown", "button": 0},
        {"type": "pointerUp", "button": 0},
    ]}])
}

/// The text, typed; or what is selected, deleted.
fn keys(text: &str) -> Value {
    let strokes: Vec<String> = match text {
        "" => vec![DELETE.to_owned()],
        // Its line breaks are the key that breaks lines.
        text => text
            .chars()
            .map(|c| if c == '\n' { ENTER.to_owned() } else { c.into() })
            .collect(),
    };
    let actions = strokes
        .iter()
        .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key})));
    json!([{"type": "key", "id": "keys", "actions": actions.collect::<Vec<_>>()}])
}
