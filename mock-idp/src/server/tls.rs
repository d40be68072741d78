//! Https for the mock: a certificate authority of its own, and connections that are encrypted before anybody reads them.
//!
//! ```text
//! <state>/tls/        0700
//!   ca.key            0600   the authority's key and certificate; it never leaves this folder
//!   ca.pem            0644   its certificate: what people and programs trust
//! ```

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

use axum::serve::Listener;
use openssl::ssl::{AlpnError, Ssl, SslAcceptor, SslMethod, SslVersion};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_openssl::SslStream;

use super::authority::{Authority, Host};
use super::tls_error::TlsError;

/// An authority that the mock makes itself, and what it needs to serve https under it.
#[derive(Clone)]
pub struct Tls {
    authority: Authority,
    certificate: Option<PathBuf>,
}

impl Tls {
    /// The authority of this state folder; it is made on first use and is the same ever after, so that it is trusted once.
    ///
    /// # Errors
    ///
    /// A folder that cannot be used, or one whose content is damaged. The sentence says what to do.
    pub fn open(state: &Path) -> Result<Self, TlsError> {
        let (authority, certificate) = Authority::open(&state.join("tls"))?;
        Ok(Self {
            authority,
            certificate: Some(certificate),
        })
    }

    /// An authority that is forgotten with this value.
    ///
    /// # Errors
    ///
    /// OpenSSL makes no key.
    pub fn ephemeral() -> Result<Self, TlsError> {
        Ok(Self {
            authority: Authority::generate()?,
            certificate: None,
        })
    }

    /// The file to trust; none where the authority is not kept.
    pub fn certificate_file(&self) -> Option<&Path> {
        self.certificate.as_deref()
    }

    /// The certificate to trust, PEM.
    pub fn certificate_pem(&self) -> &str {
        self.authority.certificate_pem()
    }

    /// What accepts connections under a new certificate for `localhost`, both loopback addresses and these hosts.
    pub(super) fn acceptor(&self, hosts: &[Host]) -> Result<SslAcceptor, TlsError> {
        let (key, certificate) = self.authority.leaf(hosts)?;
        let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
        builder.set_min_proto_version(Some(SslVersion::TLS1_2))?;
        builder.set_private_key(&key)?;
        builder.set_certificate(&certificate)?;
        builder.add_extra_chain_cert(self.authority.certificate().clone())?;
        builder.set_alpn_select_callback(|_, offered| {
            openssl::ssl::select_next_proto(b"\x08http/1.1", offered).ok_or(AlpnError::NOACK)
        });
        builder.check_private_key()?;
        Ok(builder.build())
    }
}

/// How long a client may take to say hello, and to agree on keys.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The most connections whose handshake is done and that nobody serves yet.
const WAITING: usize = 64;
/// The first byte of every TLS connection: a record that holds a handshake.
const TLS_HANDSHAKE: u8 = 22;

/// Accepts connections and hands on those that speak TLS. Each handshake is a task of its own: one that dawdles holds up nobody.
pub(super) struct TlsListener {
    ready: mpsc::Receiver<(SslStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
    accepting: tokio::task::JoinHandle<()>,
}

impl TlsListener {
    pub(super) fn new(listener: TcpListener, acceptor: SslAcceptor) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (hand_on, ready) = mpsc::channel(WAITING);
        let accepting = tokio::spawn(accept(listener, acceptor, hand_on));
        Ok(Self {
            ready,
            address,
            accepting,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Listener for TlsListener {
    type Io = SslStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // Nobody accepts any more: the server is about to end, and until then nobody comes.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

async fn accept(
    listener: TcpListener,
    acceptor: SslAcceptor,
    hand_on: mpsc::Sender<(SslStream<TcpStream>, SocketAddr)>,
) {
    loop {
        let (stream, peer) = match TcpListener::accept(&listener).await {
            Ok(accepted) => accepted,
            Err(error) => {
                // The client is gone, or the system has no more descriptors: some will be free again.
                tracing::debug!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        // An answer is not held back until the last one was acknowledged.
        drop(stream.set_nodelay(true));
        let (acceptor, hand_on) = (acceptor.clone(), hand_on.clone());
        tokio::spawn(async move {
            match tokio::time::timeout(HANDSHAKE, secure(stream, &acceptor)).await {
                Ok(Some(secured)) => drop(hand_on.send((secured, peer)).await),
                Ok(None) => {}
                Err(_) => tracing::debug!(%peer, "a client did not come to an agreement in time"),
            }
        });
    }
}

/// The connection after its handshake; none where the client speaks something else, which it is told where it is http.
async fn secure(mut stream: TcpStream, acceptor: &SslAcceptor) -> Option<SslStream<TcpStream>> {
    let mut first = [0];
    if stream.peek(&mut first).await.ok()? == 0 {
        return None;
    }
    if first[0] != TLS_HANDSHAKE {
        refuse(&mut stream).await;
        return None;
    }
    let ssl = Ssl::new(acceptor.context()).ok()?;
    let mut stream = SslStream::new(ssl, stream).ok()?;
    match Pin::new(&mut stream).accept().await {
        Ok(()) => Some(stream),
        Err(error) => {
            tracing::debug!(%error, "a client came to no agreement; does it trust the mock's authority?");
            None
        }
    }
}

/// What servers answer to plain http on a port of https.
async fn refuse(stream: &mut TcpStream) {
    const SENTENCE: &str = "This port speaks https; write https:// in the URL.\n";
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{SENTENCE}",
        SENTENCE.len()
    );
    // The client may be gone already; then there is nobody to tell.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
    // What it still sends is read, so that its end does not come as a reset that swallows the answer.
    let mut rest = [0; 4096];
    for _ in 0..16 {
        match tokio::io::AsyncReadExt::read(stream, &mut rest).await {
            Ok(1..) => {}
            _ => break,
        }
    }
}
