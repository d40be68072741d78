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
    /// Name and value of its first button, where it has a name.
    pub(crate) button: Option<(String, String)>,
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

    /// Sends the page's first form as it stands, with these fields changed or added, by its first button or the one that is
    /// among the fields.
    pub(crate) async fn submit(&mut self, origin: &str, page: &Page, with: &[(&str, &str)]) -> Page {
        self.send_form(origin, page.form(), with).await
    }

    /// The same for any form.
    pub(crate) async fn send_form(&mut self, origin: &str, form: Form, with: &[(&str, &str)]) -> Page {
        let mut fields = form.fields;
        for (name, value) in with {
            match fields.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => *known = (*value).to_owned(),
                None => fields.push(((*name).to_owned(), (*value).to_owned())),
            }
        }
        if let Some((name, value)) = form.button
            && !with
                .iter()
                .any(|(pressed, _)| ["action", "account"].contains(pressed))
        {
            fields.push((name, value));
        }
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let action = match form.action.starts_with('/') {
            true => format!("{origin}{}", form.action),
            false => form.action,
        };
        self.post(&action, &fields).await
    }

    /// Fills in whatever pages a sign-in shows, until one comes that is none.
    pub(crate) async fn sign_in(&mut self, origin: &str, start: &str, account: &str, password: &str) -> Page {
        let mut page = self.get(start).await;
        for _ in 0..8 {
            if page.header("location").starts_with('/') {
                page = self.get(&format!("{origin}{}", page.header("location"))).await;
                continue;
            }
            let Some(form) = page.forms().into_iter().find(|form| form.field("ctx").is_some()) else {
                return page;
            };
            let mut with = Vec::new();
            if form.field("loginfmt").is_some() {
                with.push(("loginfmt", account));
            }
            if form.field("passwd").is_some() {
                with.push(("passwd", password));
            }
            page = self.send_form(origin, form, &with).await;
        }
        panic!("the sign-in does not end: {}", page.text());
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

    /// The first form on the page.
    pub(crate) fn form(&self) -> Form {
        let first = self.forms().into_iter().next();
        first.unwrap_or_else(|| panic!("no form on {}", self.text()))
    }

    /// The forms on the page, read as an HTML parser reads them.
    pub(crate) fn forms(&self) -> Vec<Form> {
        let page = Html::parse_document(&self.text());
        let select = |selector: &str| Selector::parse(selector).unwrap();
        let [form, input, button] = ["form", "input[name], textarea[name]", "button"].map(select);
        let read = |form: scraper::ElementRef<'_>| Form {
            action: form.attr("action").unwrap().to_owned(),
            fields: form
                .select(&input)
                .map(|input| {
                    let text = || input.text().collect::<String>();
                    let value = input.attr("value").map_or_else(text, ToOwned::to_owned);
                    (input.attr("name").unwrap().to_owned(), value)
                })
                .collect(),
            button: form.select(&button).next().and_then(|button| {
                let name = button.attr("name")?.to_owned();
                Some((name, button.attr("value").unwrap_or_default().to_owned()))
            }),
        };
        page.select(&form).map(read).collect()
    }

    /// The texts of all elements that this selector finds.
    pub(crate) fn all(&self, selector: &str) -> Vec<String> {
        let page = Html::parse_document(&self.text());
        let selector = Selector::parse(selector).unwrap();
        page.select(&selector)
            .map(|found| found.text().collect::<String>().trim().to_owned())
            .collect()
    }

    /// Where the first such link leads.
    pub(crate) fn link(&self, selector: &str) -> Option<String> {
        let page = Html::parse_document(&self.text());
        let selector = Selector::parse(selector).unwrap();
        Some(page.select(&selector).next()?.attr("href")?.to_owned())
    }

    /// The title, without the mock's name.
    pub(crate) fn title(&self) -> String {
        let titles = self.all("title");
        let title = titles.first().cloned().unwrap_or_default();
        title.split(" – ").next().unwrap_or_default().to_owned()
    }

    /// The SAML message in the page's form.
    pub(crate) fn saml_response(&self) -> String {
        let form = self.form();
        let message = form.field("SAMLResponse");
        saml::binding::decode_post(message.unwrap_or_else(|| panic!("no response on {}", self.text())))
            .unwrap()
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
