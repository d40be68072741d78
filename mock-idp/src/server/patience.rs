//! How long a client may take to ask: a connection whose request is half sent is given up.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// What times a mock gives its clients.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience(Duration);

impl Patience {
    /// All of them follow from how long the head of a request may take.
    pub(super) fn new(head: Duration) -> Self {
        Self(head)
    }

    /// For the request line and the header, from their first byte on.
    pub(super) fn head(self) -> Duration {
        self.0
    }

    /// For the body of a form or of a call.
    pub(super) fn body(self) -> Duration {
        self.0 * 2
    }

    /// For a form with a file.
    pub(super) fn upload(self) -> Duration {
        self.0 * 4
    }

    /// Between two requests of one connection, longer than clients keep one.
    fn idle(self) -> Duration {
        self.0 * 8
    }
}

/// Whose turn it is on a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Turn(Arc<AtomicU8>);

const IDLE: u8 = 0;
const ASKING: u8 = 1;
const ANSWERING: u8 = 2;

impl Turn {
    /// The head of a request is complete: what time passes now is the mock's, or the body's, which has a limit of its own.
    pub(super) fn answer(&self) {
        self.0.store(ANSWERING, Ordering::Relaxed);
    }

    /// The answer is on its way; the next request may come.
    pub(super) fn answered(&self) {
        self.0.store(IDLE, Ordering::Relaxed);
    }

    /// Something came: of a request's head, unless it is being answered.
    fn heard(&self) {
        let _ = self
            .0
            .compare_exchange(IDLE, ASKING, Ordering::Relaxed, Ordering::Relaxed);
    }

    fn now(&self) -> u8 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A listener whose connections end where the client does not go on.
pub(super) struct Patient<L> {
    listener: L,
    patience: Patience,
}

impl<L> Patient<L> {
    pub(super) fn new(listener: L, patience: Patience) -> Self {
        Self { listener, patience }
    }
}

impl<L: Listener> Listener for Patient<L> {
    type Io = Connection<L::Io>;
    type Addr = L::Addr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = self.listener.accept().await;
        let connection = Connection {
            stream,
            patience: self.patience,
            turn: Turn::default(),
            until: None,
        };
        (connection, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// One connection.
pub(super) struct Connection<S> {
    stream: S,
    patience: Patience,
    turn: Turn,
    /// When it ends if nothing comes, and in which turn that was set.
    until: Option<(u8, Pin<Box<Sleep>>)>,
}

impl<S> Connection<S> {
    /// Whoever answers says so here.
    pub(super) fn turn(&self) -> Turn {
        self.turn.clone()
    }

    /// Whether the client has had its time. Each turn has its own, from when it is first waited for.
    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        let now = self.turn.now();
        if self.until.as_ref().is_none_or(|(turn, _)| *turn != now) {
            let time = match now {
                ASKING => self.patience.head(),
                ANSWERING => {
                    self.until = None;
                    return false;
                }
                _ => self.patience.idle(),
            };
            self.until = Some((now, Box::pin(tokio::time::sleep(time))));
        }
        let until = self.until.as_mut();
        until.is_some_and(|(_, sleep)| sleep.as_mut().poll(cx).is_ready())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buffer) {
            Poll::Pending if self.is_over(cx) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Ready(Ok(())) if buffer.filled().len() > before => {
                self.turn.heard();
                Poll::Ready(Ok(()))
            }
            other => other,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
