//! As little as it takes to drive a browser through a sign-in.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use fantoccini::{Client, ClientBuilder};
use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use hyper_util::client::legacy::connect::HttpConnector;
use samlitmus::driver::ChromeDriver;
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    sync::{Mutex as Turn, Notify, oneshot},
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config, tungstenite::Message};

use crate::stage::Stage;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A browser, and as little as it takes to drive it.
pub(crate) struct Script {
    commands: Turn<SplitSink<Socket, Message>>,
    heard: Arc<Heard>,
    number: AtomicU64,
    _session: Client,
    _processes: ChromeDriver,
}

#[derive(Default)]
struct Heard {
    answers: Mutex<HashMap<u64, oneshot::Sender<Value>>>,
    /// Addresses of pages that have loaded, by tab.
    loaded: Mutex<HashMap<String, String>>,
    load: Notify,
}

impl Heard {
    fn take(&self, text: &str) {
        let message: Value = serde_json::from_str(text).expect("it is JSON");
        if let Some(id) = message["id"].as_u64() {
            let answer = self.answers.lock().expect("no panic").remove(&id);
            let _ = answer.expect("it was asked for").send(message);
        } else if message["method"] == "browsingContext.load" {
            let word = |key: &str| message["params"][key].as_str().unwrap_or_default().to_owned();
            let mut loaded = self.loaded.lock().expect("no panic");
            loaded.insert(word("context"), word("url"));
            self.load.notify_waiters();
        }
    }
}

impl Script {
    pub(crate) async fn start() -> Self {
        let processes = ChromeDriver::start().await.expect("a browser is there");
        let own = [
            format!("--user-data-dir={}", processes.profile().display()),
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1".to_owned(),
            "--window-size=1000,750".to_owned(),
        ];
        let arguments: Vec<String> = ChromeDriver::arguments().into_iter().chain(own).collect();
        let capabilities = json!({
            "webSocketUrl": true,
            "goog:chromeOptions": {"binary": processes.browser(), "args": arguments},
        });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities.as_object().cloned().unwrap_or_default());
        let session = builder.connect(&processes.url()).await.expect("it starts");
        let url = session
            .capabilities()
            .and_then(|granted| granted.get("webSocketUrl"));
        let url = url.and_then(Value::as_str).expect("it speaks BiDi");
        let (socket, _) = connect_async_with_config(url, None, true)
            .await
            .expect("it listens");
        let (commands, mut messages) = socket.split();
        let heard = Arc::<Heard>::default();
        let hears = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Some(Ok(Message::Text(text))) = messages.next().await {
                hears.take(&text);
            }
        });
        let script = Self {
            commands: Turn::new(commands),
            heard,
            number: AtomicU64::new(1),
            _session: session,
            _processes: processes,
        };
        let events = json!({"events": ["browsingContext.load"]});
        script.command("session.subscribe", events).await;
        script
    }

    async fn command(&self, method: &str, params: Value) -> Value {
        let id = self.number.fetch_add(1, Ordering::Relaxed);
        let (tell, hear) = oneshot::channel();
        self.heard.answers.lock().expect("no panic").insert(id, tell);
        let text = json!({"id": id, "method": method, "params": params}).to_string();
        let sent = self.commands.lock().await.send(Message::text(text)).await;
        sent.expect("the browser listens");
        let answer = hear.await.expect("the browser answers");
        assert_eq!(answer["type"], "success", "{method}: {answer}");
        answer["result"].clone()
    }

    pub(crate) async fn sign_in(&self, stage: &Stage, who: String) {
        let user = self.command("browser.createUserContext", json!({})).await["userContext"].clone();
        let params = json!({"type": "window", "userContext": user});
        let tab = self.command("browsingContext.create", params).await["context"].clone();
        let cookie = json!({
            "name": "ticket", "value": {"type": "string", "value": who}, "domain": "localhost", "path": "/",
            "httpOnly": true, "secure": true, "sameSite": "none",
        });
        let partition = json!({"type": "storageKey", "userContext": user});
        let params = json!({"cookie": cookie, "partition": partition});
        self.command("storage.setCookie", params).await;
        let login = format!("{}/login", stage.sp);
        let params = json!({"context": tab, "url": login, "wait": "none"});
        self.command("browsingContext.navigate", params).await;
        let account = format!("{}/account", stage.sp);
        self.load(tab.as_str().unwrap_or_default(), &account).await;
        self.read(&tab, &who).await;
        let params = json!({"context": tab, "url": account, "wait": "complete"});
        self.command("browsingContext.navigate", params).await;
        self.read(&tab, &who).await;
        self.command("browser.removeUserContext", json!({"userContext": user}))
            .await;
    }

    async fn load(&self, tab: &str, url: &str) {
        loop {
            let load = self.heard.load.notified();
            let mut load = std::pin::pin!(load);
            load.as_mut().enable();
            let loaded = self.heard.loaded.lock().expect("no panic").get(tab).cloned();
            if loaded.as_deref() == Some(url) {
                return;
            }
            load.await;
        }
    }

    async fn read(&self, tab: &Value, who: &str) {
        let params = json!({
            "expression": "document.documentElement.outerHTML", "awaitPromise": false, "target": {"context": tab},
        });
        let read = self.command("script.evaluate", params).await;
        let html = read["result"]["value"].as_str().unwrap_or_default();
        assert!(html.contains(who), "{html}");
    }
}
