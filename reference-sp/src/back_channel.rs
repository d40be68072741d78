//! Asking an IdP itself, without a browser: SOAP over HTTP, in bounded time and of bounded size (Bindings 3.2).

use std::sync::LazyLock;
use std::time::Duration;

use reqwest::{Client, header, redirect::Policy};
use saml::soap;

use crate::denial::Denial;
use crate::flaw::{Flaw, Flaws};

/// The most that an answer may measure, in bytes.
const LIMIT: usize = 2 << 20;
/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(10);

static CLIENT: LazyLock<reqwest::Result<Client>> = LazyLock::new(|| {
    Client::builder()
        .timeout(PATIENCE)
        // Where the IdP is asked, its metadata says, and no answer of somebody's.
        .redirect(Policy::none())
        .no_proxy()
        // No connection outlives the runtime in which it was made.
        .pool_max_idle_per_host(0)
        .build()
});

/// Sends an envelope there, and answers the one that comes back.
pub(crate) async fn post(address: &str, envelope: String, flaws: Flaws) -> Result<String, Denial> {
    let failed = |error: &reqwest::Error| Denial::Exchange(error.to_string());
    let client = CLIENT.as_ref().map_err(failed)?;
    let request = client
        .post(address)
        .header(header::CONTENT_TYPE, soap::CONTENT_TYPE)
        .header("SOAPAction", soap::ACTION)
        .body(envelope);
    let mut answer = request.send().await.map_err(|error| failed(&error))?;
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| failed(&error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LIMIT && !flaws.has(Flaw::NoSizeLimit) {
            return Err(Denial::TooLarge { limit: LIMIT });
        }
    }
    saml::document::decode_utf8(&bytes).map_err(|_| Denial::Encoding)
}
