//! The page in which ChromeDriver turns BiDi into DevTools, the "BiDi-CDP Mapper".
//!
//! It writes every message into its own document, and the browser lays that out and paints it: a third of all processor time, for a page
//! that nobody sees. What is not displayed costs nothing, so it is hidden, in the only way that reaches it: DevTools' own port.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio_tungstenite::{connect_async, tungstenite::Message};

use crate::text::clip;

/// What the mapper calls its page.
const TITLE: &str = "BiDi-CDP Mapper";
/// Hides it.
const HIDE: &str = "document.documentElement.style.display = 'none'";
/// So long it is tried; a browser that is slower than that is as slow as it would have been.
const LIMIT: Duration = Duration::from_secs(10);

/// A page that DevTools tell of.
#[derive(Deserialize)]
struct Page {
    title: String,
    #[serde(rename = "webSocketDebuggerUrl")]
    socket: Option<String>,
}

/// Hides the mapper's page. `granted` are the session's capabilities. Where it does not succeed, the browser works as well, and slower.
pub(super) async fn hide(granted: Option<&Map<String, Value>>) {
    let said = tokio::time::timeout(LIMIT, said(granted, HIDE)).await;
    if let Err(why) = said.unwrap_or_else(|_| Err("it is not reached in time".to_owned())) {
        tracing::debug!(why = clip(&why, 200), "the mapper's page stays to be painted");
    }
}

/// What comes of an expression in the mapper's page; otherwise why it could not be asked.
pub(super) async fn said(granted: Option<&Map<String, Value>>, expression: &str) -> Result<String, String> {
    let address = granted.and_then(|granted| {
        granted
            .get("goog:chromeOptions")?
            .get("debuggerAddress")?
            .as_str()
    });
    let address = address.ok_or("the browser does not say where DevTools listen")?;
    let client = reqwest::Client::builder().no_proxy().build();
    let client = client.map_err(|error| error.to_string())?;
    let list = client.get(format!("http://{address}/json/list")).send();
    let list = list.await.map_err(|error| error.to_string())?.text().await;
    let list = list.map_err(|error| error.to_string())?;
    let pages: Vec<Page> = serde_json::from_str(&list).map_err(|error| error.to_string())?;
    let mapper = pages.into_iter().find(|page| page.title == TITLE);
    let socket = mapper
        .and_then(|page| page.socket)
        .ok_or("no page has its title")?;
    let (mut socket, _) = connect_async(socket).await.map_err(|error| error.to_string())?;
    let command = json!({"id": 1, "method": "Runtime.evaluate", "params": {"expression": expression}});
    let sent = socket.send(Message::text(command.to_string())).await;
    sent.map_err(|error| error.to_string())?;
    let answer = socket.next().await.ok_or("it does not answer")?;
    let answer = answer.map_err(|error| error.to_string())?;
    let answer: Value = serde_json::from_slice(&answer.into_data()).map_err(|error| error.to_string())?;
    let value = answer["result"]["result"]["value"].as_str().map(str::to_owned);
    value.ok_or_else(|| answer.to_string())
}
