//! A browser as a person uses it: things have the names that a screen reader says, and whatever is asked for is waited for.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
use hyper_util::client::legacy::connect::HttpConnector;
use samlitmus::driver::ChromeDriver;
use serde_json::json;

use crate::{eyes::WIDE, wire::Command};

/// How long a page may take to show what is waited for: more than a busy machine needs.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked for.
const PACE: Duration = Duration::from_millis(25);
/// One browser with a profile of its own.
pub(crate) struct Browser {
    pub(crate) client: Client,
    downloads: PathBuf,
}

/// The browser that people have: the headless shell has no downloads, which a tutorial asks for.
fn whole_browser(driver: &ChromeDriver) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let named = ["chromium", "chromium-browser", "google-chrome"];
    std::env::split_paths(&path)
        .flat_map(|folder| named.map(|name| folder.join(name)))
        .find(|program| program.is_file())
        .unwrap_or_else(|| driver.browser().to_owned())
}

impl Browser {
    /// Starts one that nobody has used.
    pub(crate) async fn start(driver: &ChromeDriver, name: &str) -> Self {
        let profile = driver.profile().join(name);
        let downloads = driver.profile().join(format!("{name}-downloads"));
        std::fs::create_dir_all(&downloads).unwrap();
        let mut arguments = ChromeDriver::arguments();
        arguments.extend([
            format!("--user-data-dir={}", profile.display()),
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1".to_owned(),
            format!("--window-size={WIDE},900"),
            "--hide-scrollbars".to_owned(),
        ]);
        let capabilities = json!({
            "goog:chromeOptions": {
                "binary": whole_browser(driver),
                "args": arguments,
                "prefs": {
                    "download.default_directory": downloads,
                    "download.prompt_for_download": false,
                    "credentials_enable_service": false,
                },
            },
            "timeouts": {"pageLoad": PATIENCE.as_millis(), "script": PATIENCE.as_millis()},
        });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities.as_object().cloned().unwrap());
        let url = driver.url();
        let client = tokio::time::timeout(PATIENCE, builder.connect(&url))
            .await
            .unwrap()
            .unwrap();
        let browser = Self { client, downloads };
        browser.colours("light").await;
        browser
    }

    pub(crate) async fn close(self) {
        self.client.close().await.unwrap();
    }

    pub(crate) async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// Where it is.
    pub(crate) async fn url(&self) -> url::Url {
        self.client.current_url().await.unwrap()
    }

    /// Waits for the page with this heading.
    pub(crate) async fn arrive(&self, heading: &str) {
        let about = format!("the page “{heading}”");
        self.until(&about, async || {
            (self.text_now("h1").await? == heading).then_some(())
        })
        .await;
    }

    /// What this element says.
    pub(crate) async fn text(&self, css: &str) -> String {
        self.until(css, async || {
            self.text_now(css).await.filter(|text| !text.is_empty())
        })
        .await
    }

    /// Waits until this element says it.
    pub(crate) async fn told(&self, css: &str, text: &str) {
        let about = format!("“{text}” in {css}");
        self.until(&about, async || {
            self.text_now(css).await?.contains(text).then_some(())
        })
        .await;
    }

    /// Whether the page shows this text.
    pub(crate) async fn shows(&self, text: &str) -> bool {
        self.text("body").await.contains(text)
    }

    pub(crate) async fn press(&self, button: &str) {
        self.click("button", button).await;
    }

    pub(crate) async fn follow(&self, link: &str) {
        self.click("a", link).await;
    }

    /// The link of a tile, whose name begins so.
    pub(crate) async fn follow_tile(&self, beginning: &str) {
        let path = format!("//main//ul//a[starts-with(normalize-space(.), \"{beginning}\")]");
        let tile = async || self.client.find(Locator::XPath(&path)).await.ok();
        self.until(&path, tile).await.click().await.unwrap();
    }

    /// The link in a heading, where another one of the page has the same name.
    pub(crate) async fn follow_heading(&self, link: &str) {
        let path = format!("//main//h2/a[normalize-space(.) = \"{link}\"]");
        self.named(&path, link).await.click().await.unwrap();
    }

    /// Writes into a field, in the place of what stands there.
    pub(crate) async fn fill(&self, label: &str, text: &str) {
        let field = self.field(label).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Gives a file to a field.
    pub(crate) async fn give(&self, label: &str, file: &Path) {
        let field = self.field(label).await;
        field.send_keys(file.to_str().unwrap()).await.unwrap();
    }

    pub(crate) async fn tick(&self, label: &str) {
        self.field(label).await.click().await.unwrap();
    }

    /// What stands in a field.
    pub(crate) async fn value(&self, label: &str) -> String {
        self.field(label)
            .await
            .prop("value")
            .await
            .unwrap()
            .unwrap_or_default()
    }

    /// What is selected in a list.
    pub(crate) async fn selected(&self, label: &str) -> String {
        let field = self.field(label).await;
        let option = field.find(Locator::Css("option:checked")).await.unwrap();
        option.text().await.unwrap()
    }

    /// Whether a password can be read.
    pub(crate) async fn is_legible(&self, label: &str) -> bool {
        let field = self.field(label).await;
        field.css_value("-webkit-text-security").await.unwrap() == "none"
    }

    /// Follows a link to a file, and waits until it has been saved.
    pub(crate) async fn download(&self, link: &str) -> PathBuf {
        let saved = || -> Vec<PathBuf> {
            let entries = std::fs::read_dir(&self.downloads).unwrap();
            let files = entries.map(|entry| entry.unwrap().path());
            let is_whole = |file: &PathBuf| {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                !name.ends_with(".crdownload") && !name.starts_with('.')
            };
            files.filter(is_whole).collect()
        };
        let before = saved();
        self.follow(link).await;
        self.until(link, async || {
            saved().into_iter().find(|file| !before.contains(file))
        })
        .await
    }

    async fn text_now(&self, css: &str) -> Option<String> {
        let element = self.client.find(Locator::Css(css)).await.ok()?;
        element.text().await.ok()
    }

    async fn click(&self, kind: &str, name: &str) {
        let path = format!(
            "//{kind}[contains(normalize-space(.), \"{name}\") or contains(@aria-label, \"{name}\")]"
        );
        self.named(&path, name).await.click().await.unwrap();
    }

    async fn field(&self, label: &str) -> Element {
        let path = format!("//*[@id = //label[contains(normalize-space(.), \"{label}\")]/@for]");
        self.named(&path, label).await
    }

    /// The first of these that is shown and has exactly this name.
    async fn named(&self, path: &str, name: &str) -> Element {
        let look = async || {
            for element in self.client.find_all(Locator::XPath(path)).await.ok()? {
                let label = Command::ComputedLabel(element.element_id());
                let label = self.client.issue_cmd(label).await.ok()?;
                if label == name && element.is_displayed().await.ok()? {
                    return Some(element);
                }
            }
            None
        };
        self.until(name, look).await
    }

    async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            if begun.elapsed() > PATIENCE {
                let (url, page) = (self.url().await, self.text_now("body").await);
                panic!(
                    "waited in vain for {what} at {url}:\n{}",
                    page.unwrap_or_default()
                );
            }
            tokio::time::sleep(PACE).await;
        }
    }
}
