//! WebDriver commands that fantoccini has no method for.

use axum::http::Method;
use fantoccini::{elements::ElementRef, wd::WebDriverCompatibleCommand};
use serde_json::{Value, json};
use url::{ParseError, Url};

/// A command below the session.
#[derive(Debug)]
pub(crate) enum Command {
    /// The name that a screen reader says.
    ComputedLabel(ElementRef),
    /// A command of the DevTools protocol.
    DevTools(&'static str, Value),
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let below = match self {
            Self::ComputedLabel(element) => format!("element/{}/computedlabel", element.as_ref()),
            Self::DevTools(..) => "goog/cdp/execute".to_owned(),
        };
        base.join(&format!("session/{}/{below}", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        match self {
            Self::ComputedLabel(_) => (Method::GET, None),
            Self::DevTools(command, params) => {
                let body = json!({"cmd": command, "params": params});
                (Method::POST, Some(body.to_string()))
            }
        }
    }
}
