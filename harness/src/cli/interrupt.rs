//! What ends a command that serves.

/// Says what ends it, and waits for that.
pub(crate) async fn until_interrupted() -> std::io::Result<()> {
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    // It listens from its first poll on, which must come before the promise that somebody does.
    tokio::select! {
        biased;
        ended = &mut interrupted => return ended,
        () = std::future::ready(()) => {}
    }
    println!("\nCtrl-C ends it");
    interrupted.await
}
