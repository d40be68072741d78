//! A browser of a few lines: cookies by hand, one hop at a time.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use reqwest::{Client, RequestBuilder, Response, redirect};
use scraper::{Html, Selector};

/// Making one reads the machine's certificates. No connection is kept, since each test has a runtime of its own.
static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    let builder = Client::builder().redirect(redirect::Policy::none()).no_proxy();
    builder.pool_max_idle_per_host(0).build().unwrap()
});

/// One cookie jar for one origin.
pub(crate) struct Browser {
    client: Client,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// What came back.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

/// A form on a page.
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self {
            client: CLIENT.clone(),
            cookies: BTreeMap::new(),
        }
    }

    pub(crate) async fn get(&mut self, url: &str) -> Page {
        self.send(self.client.get(url)).await
    }

    pub(crate) async fn post(&mut self, url: &str, fields: &[(&str, &str)]) -> Page {
        let encoded = |text: &str| saml::binding::percent_encode(text);
        let pairs: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        self.post_raw(
            url,
            "application/x-www-form-urlencoded",
            pairs.join("&").into_bytes(),
        )
        .await
    }

    pub(crate) async fn post_raw(&mut self, url: &str, kind: &str, body: Vec<u8>) -> Page {
        self.send(self.client.post(url).header("content-type", kind).body(body))
            .await
    }

    async fn send(&mut self, request: RequestBuilder) -> Page {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = match cookies.is_empty() {
            true => request,
            false => request.header("cookie", cookies.join("; ")),
        };
        let response = request.send().await.unwrap();
        self.keep_cookies(&response);
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Page {
            status,
            headers,
            bytes: response.bytes().await.unwrap().to_vec(),
        }
    }

    fn keep_cookies(&mut self, response: &Response) {
        for cookie in response.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(
                cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
                "{cookie}"
            );
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
            if value.is_empty() {
                self.cookies.remove(name);
            }
        }
    }
}

impl Page {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }

    /// The only form on the page, read as an HTML parser reads it.
    pub(crate) fn form(&self) -> Form {
        let page = Html::parse_document(&self.text());
        let [form, input] = ["form", "form input[name]"].map(|selector| Selector::parse(selector).unwrap());
        let form = page
            .select(&form)
            .next()
            .unwrap_or_else(|| panic!("no form on {}", self.text()));
        Form {
            action: form.attr("action").unwrap().to_owned(),
            fields: page
                .select(&input)
                .map(|input| {
                    (
                        input.attr("name").unwrap().to_owned(),
                        input.attr("value").unwrap_or_default().to_owned(),
                    )
                })
                .collect(),
        }
    }

    /// The code of Azure's error page.
    pub(crate) fn aadsts(&self) -> Option<u32> {
        let text = self.text();
        let (_, after) = text.split_once("AADSTS")?;
        after
            .split(|character: char| !character.is_ascii_digit())
            .next()?
            .parse()
            .ok()
    }
}

impl Form {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}
