//! A browser that writes down whom it asked.

use std::time::{Duration, Instant};

use axum::http::Method;
use fantoccini::{
    Client, ClientBuilder, Locator, elements::Element, key::Key, wd::WebDriverCompatibleCommand,
};
use hyper_util::client::legacy::connect::HttpConnector;
use samlitmus::driver::ChromeDriver;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// How long a page may take to show what is waited for: more than a busy machine needs.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often it is looked for.
const PACE: Duration = Duration::from_millis(25);

pub(crate) struct Browser {
    client: Client,
}

impl Browser {
    pub(crate) async fn start(driver: &ChromeDriver) -> Self {
        let own = [
            format!("--user-data-dir={}", driver.profile().join("reader").display()),
            "--window-size=1200,900".to_owned(),
        ];
        let arguments: Vec<String> = ChromeDriver::arguments().into_iter().chain(own).collect();
        let capabilities = json!({
            // Without it a headless shell opens no window to begin with.
            "webSocketUrl": true,
            "goog:chromeOptions": {"binary": driver.browser(), "args": arguments},
            "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"},
            "timeouts": {"pageLoad": PATIENCE.as_millis(), "script": PATIENCE.as_millis()},
        });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities.as_object().cloned().unwrap());
        let client = builder.connect(&driver.url()).await.unwrap();
        Self { client }
    }

    pub(crate) async fn close(self) {
        self.client.close().await.unwrap();
    }

    pub(crate) async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// The address, with what follows the `#`.
    pub(crate) async fn address(&self) -> String {
        let href = self.run("return location.href", vec![]).await;
        href.as_str().unwrap().to_owned()
    }

    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        let answer = self.client.execute(script, arguments).await;
        answer.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until a script says true.
    pub(crate) async fn until(&self, what: &str, script: &str, arguments: Vec<Value>) {
        let begun = Instant::now();
        while self.run(script, arguments.clone()).await != json!(true) {
            assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
            tokio::time::sleep(PACE).await;
        }
    }

    /// Waits until this element says it.
    pub(crate) async fn says(&self, css: &str, text: &str) {
        let script =
            "return document.querySelector(arguments[0])?.textContent.includes(arguments[1]) === true";
        self.until(
            &format!("“{text}” in {css}"),
            script,
            vec![json!(css), json!(text)],
        )
        .await;
    }

    pub(crate) async fn attribute(&self, css: &str, name: &str) -> String {
        self.find(css).await.attr(name).await.unwrap().unwrap()
    }

    pub(crate) async fn click(&self, css: &str) {
        self.find(css).await.click().await.unwrap();
    }

    /// Writes into a field, in the place of what stands there, key by key.
    pub(crate) async fn write(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        let all = format!(
            "{}a{}{}",
            char::from(Key::Control),
            char::from(Key::Null),
            char::from(Key::Backspace)
        );
        field.send_keys(&all).await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    pub(crate) async fn choose(&self, css: &str, value: &str) {
        self.find(css).await.select_by_value(value).await.unwrap();
    }

    /// Presses a key wherever the focus is.
    pub(crate) async fn press(&self, key: Key) {
        let focused = self.client.active_element().await.unwrap();
        focused.send_keys(&char::from(key).to_string()).await.unwrap();
    }

    async fn find(&self, css: &str) -> Element {
        let found = self.client.find(Locator::Css(css)).await;
        found.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    pub(crate) async fn devtools(&self, command: &'static str, params: Value) -> Value {
        let answer = self.client.issue_cmd(Asked::DevTools(command, params)).await;
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Everything that was asked for since the last time.
    pub(crate) async fn requests(&self) -> Vec<String> {
        let entries = self.client.issue_cmd(Asked::Log("performance")).await.unwrap();
        let messages = entries
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| -> Value { serde_json::from_str(entry["message"].as_str().unwrap()).unwrap() });
        let sent = messages.filter(|told| told["message"]["method"] == "Network.requestWillBeSent");
        sent.map(|told| {
            let url = &told["message"]["params"]["request"]["url"];
            url.as_str().unwrap().to_owned()
        })
        .filter(|url| url != "about:blank")
        .collect()
    }

    /// What the console says is wrong.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let entries = self.client.issue_cmd(Asked::Log("browser")).await.unwrap();
        // ChromeDriver's own script tells of itself as well, and of nothing wrong.
        let all = entries.as_array().unwrap().iter();
        all.filter(|entry| entry["level"] == "SEVERE")
            .map(|entry| entry["message"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// Commands of ChromeDriver's own.
#[derive(Debug)]
enum Asked {
    DevTools(&'static str, Value),
    Log(&'static str),
}

impl WebDriverCompatibleCommand for Asked {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let below = match self {
            Self::DevTools(..) => "goog/cdp/execute",
            Self::Log(_) => "se/log",
        };
        base.join(&format!("session/{}/{below}", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = match self {
            Self::DevTools(command, params) => json!({"cmd": command, "params": params}),
            Self::Log(kind) => json!({"type": kind}),
        };
        (Method::POST, Some(body.to_string()))
    }
}
