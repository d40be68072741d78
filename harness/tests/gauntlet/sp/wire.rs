//! HTTP/1.1 by hand, since a server of good manners cannot drop, drip and break off.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinSet,
};

/// A request's head and body are read to this many bytes.
const MOST: usize = 4 << 20;

/// One request.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: Vec<u8>,
    /// Whether the connection carried another request before.
    pub(crate) reused: bool,
    cookies: Vec<(String, String)>,
}

impl Request {
    /// A cookie by its name.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let found = self.cookies.iter().find(|(own, _)| own == name)?;
        Some(&found.1)
    }

    /// All cookies, as they came.
    pub(crate) fn cookies(&self) -> String {
        let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// A field of the form in the body.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let mut fields = url::form_urlencoded::parse(&self.body);
        fields
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// An answer as it should be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// A page.
    pub(crate) fn html(status: u16, body: impl Into<String>) -> Self {
        Self::new(status, "text/html; charset=utf-8", body.into())
    }

    /// JSON.
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// A script.
    pub(crate) fn script(body: &str) -> Self {
        Self::new(200, "text/javascript", body.to_owned())
    }

    /// The way to another page.
    pub(crate) fn see(location: &str) -> Self {
        Self::new(303, "text/plain", String::new()).with("Location", location)
    }

    fn new(status: u16, kind: &str, body: String) -> Self {
        Self {
            status,
            headers: vec![("Content-Type", kind.to_owned())],
            body: body.into_bytes(),
        }
    }

    /// With one more header.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn head(&self, length: Option<usize>) -> String {
        let mut head = format!("HTTP/1.1 {} Said\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        match length {
            Some(length) => head.push_str(&format!("Content-Length: {length}\r\n\r\n")),
            None => head.push_str("Connection: close\r\n\r\n"),
        }
        head
    }
}

/// What is done with a connection.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// An answer as it should be.
    Whole(Response),
    /// The head and half of the body, then the end.
    Half(Response),
    /// The head, then a byte now and then.
    Drip(Response),
    /// The head, then bytes without end.
    Endless(Response),
    /// Nothing, for ever.
    Hang,
    /// The end, without a word.
    Drop,
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        Self::Whole(response)
    }
}

/// What answers requests.
pub(crate) trait Service: Send + Sync + 'static {
    /// Answers one.
    fn answer(&self, request: Request) -> impl Future<Output = Answer> + Send;

    /// Told when the service is to be gone for a second.
    fn restart(&self) -> &Notify;
}

/// Serves for ever; after a restart at the same port.
pub(crate) async fn serve(mut listener: TcpListener, service: Arc<impl Service>) -> std::io::Result<()> {
    let address = listener.local_addr()?;
    loop {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    let (stream, _) = accepted?;
                    let _ = stream.set_nodelay(true);
                    connections.spawn(converse(stream, service.clone()));
                }
                () = service.restart().notified() => break,
                Some(_) = connections.join_next() => {}
            }
        }
        drop(listener);
        connections.shutdown().await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        listener = TcpListener::bind(address).await?;
    }
}

/// One connection, to its end. What goes wrong on it is the other side's loss.
async fn converse(mut stream: TcpStream, service: Arc<impl Service>) {
    let mut reused = false;
    let mut left = Vec::new();
    while let Some(mut request) = read(&mut stream, &mut left).await {
        request.reused = reused;
        reused = true;
        let answer = service.answer(request).await;
        if !give(&mut stream, answer).await {
            break;
        }
    }
}

/// Gives an answer; says whether the connection may carry another.
async fn give(stream: &mut TcpStream, answer: Answer) -> bool {
    match answer {
        Answer::Whole(response) => {
            let mut bytes = response.head(Some(response.body.len())).into_bytes();
            bytes.extend(&response.body);
            stream.write_all(&bytes).await.is_ok()
        }
        Answer::Half(response) => {
            let mut bytes = response.head(Some(response.body.len() + 1000)).into_bytes();
            bytes.extend(&response.body);
            let _ = stream.write_all(&bytes).await;
            let _ = stream.flush().await;
            false
        }
        Answer::Drip(response) => {
            let _ = stream.write_all(response.head(None).as_bytes()).await;
            while stream.write_all(b".").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            false
        }
        Answer::Endless(response) => {
            let _ = stream.write_all(response.head(None).as_bytes()).await;
            let some = [b' '; 16 << 10];
            while stream.write_all(&some).await.is_ok() {
                tokio::task::yield_now().await;
            }
            false
        }
        Answer::Hang => {
            // Until the other side gives up.
            let mut byte = [0u8];
            let _ = stream.read(&mut byte).await;
            false
        }
        Answer::Drop => false,
    }
}

/// Reads one request; none where the other side is done.
async fn read(stream: &mut TcpStream, left: &mut Vec<u8>) -> Option<Request> {
    let end = loop {
        if let Some(at) = left.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        more(stream, left).await?;
    };
    let head = String::from_utf8_lossy(&left[..end]).into_owned();
    left.drain(..end + 4);
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers: Vec<(String, &str)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim()))
        .collect();
    let all = |name: &'static str| headers.iter().filter(move |(own, _)| own == name);
    let length = all("content-length")
        .find_map(|(_, value)| value.parse().ok())
        .unwrap_or(0);
    if length > MOST {
        return None;
    }
    while left.len() < length {
        more(stream, left).await?;
    }
    let cookies = all("cookie").flat_map(|(_, value)| value.split(';'));
    let cookies = cookies.filter_map(|pair| pair.trim().split_once('='));
    Some(Request {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        body: left.drain(..length).collect(),
        reused: false,
        cookies: cookies
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    })
}

async fn more(stream: &mut TcpStream, left: &mut Vec<u8>) -> Option<()> {
    let mut some = [0u8; 8192];
    let count = stream.read(&mut some).await.ok().filter(|count| *count > 0)?;
    left.extend_from_slice(some.get(..count)?);
    (left.len() <= MOST).then_some(())
}
