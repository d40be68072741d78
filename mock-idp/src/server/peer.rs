//! The other end of a connection.

use std::net::SocketAddr;

use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::Next;
use axum::response::Response;
use axum::serve::{IncomingStream, Listener};

use super::patience::{Patient, Turn};

/// Who is there, and whose turn it is.
#[derive(Clone)]
pub(super) struct Peer {
    pub(super) address: SocketAddr,
    turn: Turn,
}

impl<L: Listener<Addr = SocketAddr>> Connected<IncomingStream<'_, Patient<L>>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Patient<L>>) -> Self {
        Self {
            address: *stream.remote_addr(),
            turn: stream.io().turn(),
        }
    }
}

/// Tells the connection that its request is being answered, so that no time of ours counts as the client's.
pub(super) async fn take_turns(request: Request, next: Next) -> Response {
    let turn = request.extensions().get::<ConnectInfo<Peer>>();
    let turn = turn
        .map(|ConnectInfo(peer)| peer.turn.clone())
        .unwrap_or_default();
    turn.answer();
    let response = next.run(request).await;
    turn.answered();
    response
}
