//! A browser without scripts that follows links and sends forms as they stand on the page.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use mock_idp::Directory;
use reqwest::{Client, RequestBuilder, redirect};

use super::page::{Filled, Page};

/// A new directory; made once, since keys take their time.
pub(crate) static DIRECTORY: LazyLock<Directory> = LazyLock::new(|| Directory::ephemeral().unwrap());

static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    let builder = Client::builder().redirect(redirect::Policy::none()).no_proxy();
    builder.pool_max_idle_per_host(0).build().unwrap()
});

/// An administrator's browser.
pub(crate) struct Admin {
    origin: String,
    cookies: BTreeMap<String, String>,
}

impl Admin {
    pub(crate) fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            cookies: BTreeMap::new(),
        }
    }

    /// A page, after its redirects within the portal.
    pub(crate) async fn open(&mut self, path: &str) -> Page {
        let mut path = path.to_owned();
        for _ in 0..5 {
            let request = CLIENT.get(format!("{}{path}", self.origin));
            let page = self.send(request, &path).await;
            match page.headers.get("location") {
                Some(location) if page.status == 303 => location.to_str().unwrap().clone_into(&mut path),
                _ => return page,
            }
        }
        panic!("redirects without end at {path}");
    }

    /// Follows the link of these words, in any case.
    pub(crate) async fn follow(&mut self, page: &Page, words: &str) -> Page {
        let target = page.link(words);
        self.open(&target).await
    }

    /// Sends the form of that button, with these fields in place of those on the page.
    pub(crate) async fn press(&mut self, page: &Page, button: &str, fields: &[(&str, &str)]) -> Page {
        let filled = page.form(button).with(fields);
        self.submit(filled).await
    }

    pub(crate) async fn submit(&mut self, form: Filled) -> Page {
        let encoded = |text: &str| saml::binding::percent_encode(text);
        let pairs = form
            .fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let query = pairs.collect::<Vec<_>>().join("&");
        let url = format!("{}{}", self.origin, form.action);
        if form.get {
            let path = form.action.split('?').next().unwrap_or_default();
            return self.open(&format!("{path}?{query}")).await;
        }
        let request = match form.file {
            None => CLIENT
                .post(url)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(query),
            Some((field, name, bytes)) => {
                let mut body = Vec::new();
                for (name, value) in &form.fields {
                    let part = format!(
                        "--xYz\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                    );
                    body.extend_from_slice(part.as_bytes());
                }
                let head = format!(
                    "--xYz\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n"
                );
                body.extend_from_slice(head.as_bytes());
                body.extend_from_slice(&bytes);
                body.extend_from_slice(b"\r\n--xYz--\r\n");
                CLIENT
                    .post(url)
                    .header("content-type", "multipart/form-data; boundary=xYz")
                    .body(body)
            }
        };
        let page = self.send(request, &form.action).await;
        match page.headers.get("location") {
            Some(location) if page.status == 303 => {
                let location = location.to_str().unwrap().to_owned();
                self.open(&location).await
            }
            _ => page,
        }
    }

    async fn send(&mut self, request: RequestBuilder, path: &str) -> Page {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let response = request.header("cookie", cookies.join("; ")).send().await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Page {
            status: response.status().as_u16(),
            path: path.to_owned(),
            headers: response.headers().clone(),
            bytes: response.bytes().await.unwrap().to_vec(),
        }
    }
}
