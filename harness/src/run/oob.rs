//! The out-of-band listener: hears whom a message made the SP call. Each firing has a token of its own, which
//! stands in the path.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use thiserror::Error;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinHandle,
    time::timeout,
};

use crate::{config, text::clip};

/// Tokens that are listened for at once; the oldest is forgotten first.
const TOKENS: usize = 10_000;
/// Hits that are kept for a token.
const HITS: usize = 32;
/// Connections at once; a further one waits.
const CONNECTIONS: usize = 64;
/// Bytes of, and time for, a request's first line.
const LINE: usize = 8 << 10;
const PATIENCE: Duration = Duration::from_secs(2);

/// Why there is no listener.
#[derive(Debug, Error)]
#[error(
    "the out-of-band listener cannot listen on {address}: {why}; free it, or set another `listen` in [oob]"
)]
pub struct OobError {
    address: String,
    why: std::io::Error,
}

/// A running listener; dropping it ends it.
#[derive(Debug)]
pub struct Oob {
    origin: String,
    heard: Arc<Mutex<Heard>>,
    listening: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Heard {
    tokens: HashMap<String, Vec<String>>,
    order: VecDeque<String>,
}

impl Oob {
    /// Listens where the configuration says.
    ///
    /// # Errors
    ///
    /// [`OobError`] if the address cannot be had.
    pub async fn start(options: &config::Oob) -> Result<Self, OobError> {
        let failed = |why| OobError {
            address: options.listen.clone(),
            why,
        };
        let listener = TcpListener::bind(&options.listen).await.map_err(failed)?;
        let own = listener.local_addr().map_err(failed)?;
        let named = options
            .url
            .as_deref()
            .map(|url| url.trim_end_matches('/').to_owned());
        let heard = Arc::<Mutex<Heard>>::default();
        let listening = tokio::spawn(listen_on(listener, Arc::clone(&heard)));
        Ok(Self {
            origin: named.unwrap_or_else(|| format!("http://{own}")),
            heard,
            listening,
        })
    }

    /// The address to smuggle into a message. Its token, a word of letters, digits and hyphens that nobody
    /// guesses, is listened for from now on.
    pub fn url(&self, token: &str) -> String {
        locked(&self.heard).expect(token);
        format!("{}/{token}", self.origin)
    }

    /// Who called with this token, as `METHOD path`, in order.
    pub fn hits(&self, token: &str) -> Vec<String> {
        locked(&self.heard).tokens.get(token).cloned().unwrap_or_default()
    }
}

impl Drop for Oob {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen_on(listener: TcpListener, heard: Arc<Mutex<Heard>>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let heard = Arc::clone(&heard);
        tokio::spawn(async move {
            let _ = timeout(PATIENCE, answer(stream, &heard)).await;
            drop(place);
        });
    }
}

async fn answer(mut stream: TcpStream, heard: &Mutex<Heard>) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    while bytes.len() < LINE && !bytes.contains(&b'\n') {
        if stream.read_buf(&mut bytes).await? == 0 {
            break;
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut words = text.lines().next().unwrap_or_default().split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    locked(heard).hit(method, path);
    // An empty text: whoever wanted an entity, a document or a key goes on with nothing.
    let answer =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

impl Heard {
    fn expect(&mut self, token: &str) {
        if self.tokens.contains_key(token) {
            return;
        }
        self.tokens.insert(token.to_owned(), Vec::new());
        self.order.push_back(token.to_owned());
        if self.order.len() > TOKENS
            && let Some(oldest) = self.order.pop_front()
        {
            self.tokens.remove(&oldest);
        }
    }

    fn hit(&mut self, method: &str, path: &str) {
        let part = |c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_';
        let known = path.split(part).find(|part| self.tokens.contains_key(*part));
        if let Some(hits) = known.and_then(|token| self.tokens.get_mut(token))
            && hits.len() < HITS
        {
            hits.push(format!("{} {}", clip(method, 20), clip(path, 500)));
        }
    }
}

fn locked(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn oob() -> Oob {
        Oob::start(&config::Oob::default()).await.unwrap()
    }

    async fn say(oob: &Oob, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(oob.origin.trim_start_matches("http://"))
            .await
            .unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = String::new();
        // What is not read when the listener closes resets the connection; that is the caller's affair.
        let _ = timeout(PATIENCE * 2, stream.read_to_string(&mut answer))
            .await
            .unwrap();
        answer
    }

    #[tokio::test]
    async fn a_call_is_heard_under_its_own_token() {
        let oob = oob().await;
        let (mine, other) = (oob.url("token-1"), oob.url("token-2"));
        assert!(mine.starts_with("http://127.0.0.1:") && mine != other, "{mine}");
        let answer = say(&oob, b"GET /token-1/x.dtd?a=1 HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert_eq!(oob.hits("token-1"), ["GET /token-1/x.dtd?a=1"]);
        assert!(oob.hits("token-2").is_empty() && oob.hits("token").is_empty());
    }

    #[tokio::test]
    async fn an_sp_in_a_container_is_given_the_address_that_it_can_reach() {
        let options = config::Oob {
            url: Some("http://172.17.0.1:8500/".to_owned()),
            ..config::Oob::default()
        };
        assert_eq!(
            Oob::start(&options).await.unwrap().url("t"),
            "http://172.17.0.1:8500/t"
        );
    }

    #[tokio::test]
    async fn what_nobody_asked_for_is_not_kept() {
        let oob = oob().await;
        say(&oob, b"GET /stranger HTTP/1.1\r\n\r\n").await;
        say(&oob, b"\xff\xfe\x00 garbage\n").await;
        say(&oob, &[b'x'; 20_000]).await;
        assert!(locked(&oob.heard).tokens.is_empty());
    }

    #[tokio::test]
    async fn silent_and_many_callers_do_not_stop_it() {
        let oob = oob().await;
        oob.url("t");
        let address = oob.origin.trim_start_matches("http://").to_owned();
        let mut silent = Vec::new();
        for _ in 0..CONNECTIONS + 10 {
            silent.push(TcpStream::connect(&address).await.unwrap());
        }
        say(&oob, b"GET /t HTTP/1.1\r\n\r\n").await;
        assert_eq!(oob.hits("t"), ["GET /t"]);
    }

    #[tokio::test]
    async fn tokens_and_hits_are_bounded() {
        let oob = oob().await;
        for n in 0..=TOKENS {
            oob.url(&n.to_string());
        }
        for _ in 0..HITS + 5 {
            locked(&oob.heard).hit("GET", &format!("/{TOKENS}"));
        }
        assert_eq!(oob.hits(&TOKENS.to_string()).len(), HITS);
        assert!(locked(&oob.heard).tokens.len() <= TOKENS && !locked(&oob.heard).tokens.contains_key("0"));
    }

    #[tokio::test]
    async fn a_port_in_use_is_one_clear_sentence() {
        let oob = oob().await;
        let taken = oob.origin.trim_start_matches("http://").to_owned();
        let options = config::Oob {
            listen: taken.clone(),
            ..config::Oob::default()
        };
        let error = Oob::start(&options).await.unwrap_err().to_string();
        assert!(error.contains(&taken) && error.contains("[oob]"), "{error}");
    }
}
