//! The servers, the names they answer to, and both drivers.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use samlitmus::driver::{BrowserDriver, Driver, DriverError, Guard, HttpDriver, Limits, Session, Visit};

use crate::{
    driver_support::{fields, setup},
    row::{Row, Start},
    rows,
    seen::Seen,
    server,
};

/// Names that no DNS knows; all of them are this machine.
const NAMES: [&str; 9] = [
    "sp.example",
    "a.sp.example",
    "b.sp.example",
    "other.example",
    "a.github.io",
    "b.github.io",
    "a.kawasaki.jp",
    "xn--bcher-kva.example",
    "sp.example.",
];

/// Where the servers are, for pages that name each other.
pub(crate) struct At {
    /// The port in the clear.
    pub(crate) p: u16,
    /// The port with TLS.
    pub(crate) t: u16,
}

impl At {
    /// A URL in the clear.
    pub(crate) fn http(&self, host: &str, path: &str) -> String {
        format!("http://{host}:{}{path}", self.p)
    }

    /// A URL with TLS.
    pub(crate) fn https(&self, host: &str, path: &str) -> String {
        format!("https://{host}:{}{path}", self.t)
    }
}

pub(crate) struct Stage {
    at: At,
    rows: Vec<Row>,
    http: Driver,
    browser: Option<Driver>,
}

impl Stage {
    pub(crate) async fn build() -> Self {
        let answers: server::Answers = Arc::new(Mutex::new(HashMap::new()));
        let clear = server::clear(Arc::clone(&answers)).await;
        let (tls, pem) = server::tls(
            Arc::clone(&answers),
            &[
                "localhost",
                "app.localhost",
                "sp.example",
                "*.sp.example",
                "other.example",
            ],
        )
        .await;
        let at = At {
            p: clear.port(),
            t: tls.port(),
        };
        let rows = rows::all(&at);
        for row in &rows {
            for (page, bytes) in &row.pages {
                let path = format!("/{}/{page}", row.name);
                assert!(
                    answers.lock().unwrap().insert(path, bytes.clone()).is_none(),
                    "{} twice",
                    row.name
                );
            }
        }
        let resolve: BTreeMap<String, String> = NAMES
            .map(|name| (name.to_owned(), clear.to_string()))
            .into_iter()
            .collect();
        let mut setup = setup(&at.http("127.0.0.1", "/"), "http://localhost:1");
        setup.guard = Guard::new(&[], &resolve).unwrap();
        setup.limits = Limits::of(std::time::Duration::from_secs(60));
        setup.pictures = false;
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.pem");
        std::fs::write(&ca, pem).unwrap();
        setup.ca = Some(ca);
        let http = Driver::Http(HttpDriver::new(setup.clone()).unwrap());
        let browser = match BrowserDriver::start(setup).await {
            Ok(browser) => Some(Driver::Browser(browser)),
            Err(DriverError::NoBrowser(why)) => {
                eprintln!("HTTP alone: {why}");
                None
            }
            Err(error) => panic!("{error}"),
        };
        Self {
            at,
            rows,
            http,
            browser,
        }
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(crate) async fn over_http(&self, row: &Row) -> Seen {
        self.walk(self.http.session().await.unwrap(), row).await
    }

    pub(crate) async fn in_browser(&self, row: &Row) -> Option<Seen> {
        let session = self.browser.as_ref()?.session().await.unwrap();
        Some(self.walk(session, row).await)
    }

    async fn walk(&self, mut session: Session, row: &Row) -> Seen {
        let start = self.at.http("127.0.0.1", &format!("/{}/start", row.name));
        let pair = fields(&[("a", "1")]);
        let visit = match &row.start {
            Start::Typed => Visit::Get(&start),
            Start::At(url) => Visit::Get(url),
            Start::Posted(from) => Visit::Post {
                url: &start,
                fields: &pair,
                from: Some(from),
                headers: &[],
            },
        };
        let journey = session.travel(visit).await;
        let mentions = |bytes: &[u8]| {
            bytes
                .windows(7)
                .any(|seven| seven.eq_ignore_ascii_case(b"-cookie") || seven.eq_ignore_ascii_case(b".cookie"))
        };
        let after = if row.pages.iter().any(|(_, bytes)| mentions(bytes)) {
            let url = self.at.http("127.0.0.1", "/echo");
            Some(session.travel(Visit::Get(&url)).await)
        } else {
            None
        };
        session.close().await;
        Seen::of(&journey, after.as_ref(), &self.at)
    }
}
