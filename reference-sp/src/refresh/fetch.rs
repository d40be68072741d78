//! Asking for a document: in bounded time, of bounded size, over http or https.

use std::sync::LazyLock;
use std::time::Duration;

use reqwest::{Client, redirect::Policy};

use super::read::NotTaken;
use crate::flaw::{Flaw, Flaws};

/// The most that a document may measure, in bytes. Azure's has some ten thousand.
const LIMIT: usize = 4 << 20;
/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Redirects in a row.
const REDIRECTS: usize = 5;

static CLIENT: LazyLock<reqwest::Result<Client>> = LazyLock::new(|| {
    Client::builder()
        .timeout(PATIENCE)
        .redirect(Policy::limited(REDIRECTS))
        .no_proxy()
        // No connection outlives the runtime in which it was made.
        .pool_max_idle_per_host(0)
        .build()
});

/// What is there, with a success.
pub(super) async fn fetch(url: &str, flaws: Flaws) -> Result<Vec<u8>, NotTaken> {
    let failed = |error: &reqwest::Error| NotTaken::Fetch(error.to_string());
    let client = CLIENT.as_ref().map_err(failed)?;
    let answer = client.get(url).send().await.map_err(|error| failed(&error))?;
    let mut answer = answer.error_for_status().map_err(|error| failed(&error))?;
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| failed(&error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LIMIT && !flaws.has(Flaw::NoSizeLimit) {
            return Err(NotTaken::TooLarge { limit: LIMIT });
        }
    }
    Ok(bytes)
}
