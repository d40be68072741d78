//! WebDriver BiDi over one WebSocket: commands with their answers, and events.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::{
    connect_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

use crate::driver::error::DriverError;

/// The sending side of a connection; the receiving side is a task that ends with the connection.
#[derive(Clone, Debug)]
pub(super) struct Bidi {
    commands: mpsc::UnboundedSender<Command>,
    open: Arc<AtomicBool>,
}

/// Why a command came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// BiDi's error code, or `closed` or `timeout`.
    pub(super) code: String,
    /// What the browser says.
    pub(super) message: String,
}

#[derive(Debug)]
struct Command {
    method: &'static str,
    params: Value,
    answer: Option<oneshot::Sender<Result<Value, Refused>>>,
}

/// A command that answers an event; nobody waits for what the browser says to it.
pub(super) type Reply = (&'static str, Value);

/// The largest message that is taken: a page's body as the network told it, a picture.
const LARGEST: usize = 64 << 20;

impl Bidi {
    /// Connects; `event` is called with each event's name and parameters, in order, and what it replies is sent at
    /// once.
    pub(super) async fn connect(
        url: &str,
        event: impl Fn(&str, &Value) -> Option<Reply> + Send + Sync + 'static,
    ) -> Result<Self, DriverError> {
        let config = WebSocketConfig::default()
            .max_message_size(Some(LARGEST))
            .max_frame_size(Some(LARGEST));
        let (socket, _) = connect_async_with_config(url, Some(config), true)
            .await
            .map_err(|error| DriverError::Start(format!("no BiDi connection at {url}: {error}")))?;
        let (commands, mut received) = mpsc::unbounded_channel::<Command>();
        let open = Arc::new(AtomicBool::new(true));
        let still_open = Arc::clone(&open);
        tokio::spawn(async move {
            let (mut write, mut read) = socket.split();
            let mut waiting = HashMap::new();
            let mut last: u64 = 0;
            loop {
                let (method, params) = tokio::select! {
                    command = received.recv() => {
                        let Some(Command { method, params, answer }) = command else { break };
                        if let Some(answer) = answer {
                            waiting.insert(last + 1, answer);
                        }
                        (method, params)
                    }
                    message = read.next() => match message {
                        Some(Ok(Message::Text(text))) => match take(&text, &mut waiting, &event) {
                            Some(reply) => reply,
                            None => continue,
                        },
                        Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                        Some(Ok(_)) => continue,
                    },
                };
                last += 1;
                let text = json!({"id": last, "method": method, "params": params}).to_string();
                if write.send(Message::text(text)).await.is_err() {
                    break;
                }
            }
            still_open.store(false, Ordering::Release);
            for (_, answer) in waiting {
                let _ = answer.send(Err(Refused::closed()));
            }
        });
        Ok(Self { commands, open })
    }

    /// Sends a command and waits for its answer, at most so long.
    pub(super) async fn send(
        &self,
        method: &'static str,
        params: Value,
        limit: Duration,
    ) -> Result<Value, Refused> {
        let (answer, hear) = oneshot::channel();
        self.commands
            .send(Command {
                method,
                params,
                answer: Some(answer),
            })
            .map_err(|_| Refused::closed())?;
        match tokio::time::timeout(limit, hear).await {
            Ok(answer) => answer.unwrap_or_else(|_| Err(Refused::closed())),
            Err(_) => Err(Refused {
                code: "timeout".to_owned(),
                message: format!("{method} had no answer within {} ms", limit.as_millis()),
            }),
        }
    }

    /// Sends a command whose answer nobody needs. Works where nothing can be awaited.
    pub(super) fn tell(&self, method: &'static str, params: Value) {
        let _ = self.commands.send(Command {
            method,
            params,
            answer: None,
        });
    }

    /// Whether the connection stands.
    pub(super) fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    /// Counts as closed from now on: a browser that answers nothing is as good as dead.
    pub(super) fn abandon(&self) {
        self.open.store(false, Ordering::Release);
    }
}

impl Refused {
    /// Whether the browser said nothing at all, not even no.
    pub(super) fn is_silence(&self) -> bool {
        matches!(self.code.as_str(), "timeout" | "closed")
    }

    fn closed() -> Self {
        Self {
            code: "closed".to_owned(),
            message: "the connection to the browser is closed".to_owned(),
        }
    }
}

impl From<Refused> for DriverError {
    fn from(refused: Refused) -> Self {
        Self::Browser(refused.message)
    }
}

fn take(
    text: &str,
    waiting: &mut HashMap<u64, oneshot::Sender<Result<Value, Refused>>>,
    event: &impl Fn(&str, &Value) -> Option<Reply>,
) -> Option<Reply> {
    let mut message: Value = serde_json::from_str(text).ok()?;
    if let Some(answer) = message
        .get("id")
        .and_then(Value::as_u64)
        .and_then(|id| waiting.remove(&id))
    {
        let _ = answer.send(match message.get("error") {
            None => Ok(message.get_mut("result").map(Value::take).unwrap_or_default()),
            Some(code) => {
                let word = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or("?").to_owned();
                Err(Refused {
                    code: word(Some(code)),
                    message: word(message.get("message")),
                })
            }
        });
        return None;
    }
    event(message.get("method")?.as_str()?, message.get("params")?)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::net::TcpListener;

    use super::*;

    /// A peer that answers commands by what their method says.
    async fn peer() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
            while let Some(Ok(message)) = socket.next().await {
                let Ok(text) = message.to_text() else { continue };
                let command: Value = serde_json::from_str(text).unwrap_or_default();
                let id = command["id"].clone();
                let answers = match command["method"].as_str() {
                    Some("echo") => {
                        vec![json!({"type": "success", "id": id, "result": command["params"]}).to_string()]
                    }
                    Some("fail") => vec![
                        json!({"type": "error", "id": id, "error": "no such frame", "message": "gone"})
                            .to_string(),
                    ],
                    Some("event") => vec![
                        "garbage".to_owned(),
                        json!({"type": "event", "method": "log.entryAdded", "params": {"n": 1}}).to_string(),
                        json!({"type": "success", "id": id, "result": {}}).to_string(),
                    ],
                    Some("told") => {
                        socket
                            .send(Message::text(
                                json!({"method": "reply", "params": command}).to_string(),
                            ))
                            .await
                            .unwrap();
                        continue;
                    }
                    Some("leave") => return,
                    _ => vec![],
                };
                for answer in answers {
                    socket.send(Message::text(answer)).await.unwrap();
                }
            }
        });
        url
    }

    /// More than a busy machine needs.
    const PATIENCE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn commands_get_their_own_answers() {
        let bidi = Bidi::connect(&peer().await, |_, _| None).await.unwrap();
        let (a, b) = tokio::join!(
            bidi.send("echo", json!(1), PATIENCE),
            bidi.send("echo", json!(2), PATIENCE)
        );
        assert_eq!((a, b), (Ok(json!(1)), Ok(json!(2))));
        let refused = bidi.send("fail", json!({}), PATIENCE).await.unwrap_err();
        assert_eq!(
            (refused.code.as_str(), refused.message.as_str()),
            ("no such frame", "gone")
        );
    }

    #[tokio::test]
    async fn events_are_told_and_garbage_is_passed_over() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = Arc::clone(&told);
        let event = move |method: &str, params: &Value| {
            tell.lock().unwrap().push(format!("{method} {params}"));
            None
        };
        let bidi = Bidi::connect(&peer().await, event).await.unwrap();
        bidi.send("event", json!({}), PATIENCE).await.unwrap();
        assert_eq!(*told.lock().unwrap(), ["log.entryAdded {\"n\":1}"]);
    }

    #[tokio::test]
    async fn what_an_event_replies_is_sent_and_the_answer_to_it_is_nobodys() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = Arc::clone(&told);
        let event = move |method: &str, params: &Value| {
            tell.lock().unwrap().push(method.to_owned());
            (method == "log.entryAdded").then(|| ("told", params.clone()))
        };
        let bidi = Bidi::connect(&peer().await, event).await.unwrap();
        bidi.send("event", json!({}), PATIENCE).await.unwrap();
        // Answered after the reply was taken in, since the peer takes one after the other.
        let answer = bidi.send("echo", json!(7), PATIENCE).await;
        assert_eq!(answer, Ok(json!(7)));
        assert_eq!(*told.lock().unwrap(), ["log.entryAdded", "reply"]);
    }

    #[tokio::test]
    async fn silence_and_a_lost_connection_are_told_apart() {
        let bidi = Bidi::connect(&peer().await, |_, _| None).await.unwrap();
        assert_eq!(
            bidi.send("silence", json!({}), Duration::from_millis(50))
                .await
                .unwrap_err()
                .code,
            "timeout"
        );
        assert_eq!(
            bidi.send("leave", json!({}), PATIENCE).await.unwrap_err().code,
            "closed"
        );
        assert!(!bidi.is_open());
        assert_eq!(
            bidi.send("echo", json!({}), PATIENCE).await.unwrap_err().code,
            "closed"
        );
    }

    #[tokio::test]
    async fn nobody_listening_is_a_clear_error() {
        let error = Bidi::connect("ws://127.0.0.1:1/", |_, _| None).await.unwrap_err();
        assert!(matches!(error, DriverError::Start(_)), "{error}");
    }
}
