//! A session takes the token that the SP gives its client, in both drivers alike, and keeps it to itself.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its stage has failed"
)]

mod driver_support;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    http::{HeaderMap, header},
    response::{Html, Redirect},
    routing::get,
};
use driver_support::{body, serve, setup};
use samlitmus::{
    driver::{BrowserDriver, Driver, DriverError, Guard, HttpDriver, Limits, Session, Setup, Visit},
    judge::observation::Party,
};

const TOKEN: &str = "tok-0123456789-abc";
/// What a stranger's page gives instead.
const EVIL: &str = "evil-0123456789";

/// Pages of this token: the SP's, or a stranger's.
fn pages(token: &'static str, idp: &str) -> Router {
    let away = format!("{idp}/sso");
    let set = move |line: String| ([(header::SET_COOKIE, line)], "set");
    Router::new()
        .route("/fragment", get(move || async move { Redirect::to(&format!("/cb#x=1&t={token}")) }))
        .route("/query", get(move || async move { Redirect::to(&format!("/through?t={token}")) }))
        .route("/through", get(|| async { Redirect::to("/cb") }))
        .route("/cb", get(|| async { Html("<p>Welcome") }))
        .route("/json", get(move || async move { format!("{{\"a\":[{{\"t\":\"{token}\"}}]}}") }))
        .route("/cookie", get(move || async move { set(format!("t={token}; Path=/deep; HttpOnly")) }))
        .route(
            "/storage",
            get(move || async move {
                Html(format!(
                    "<script>localStorage.t = JSON.stringify({{a: '{token}'}}); sessionStorage.t = '{token}'</script>"
                ))
            }),
        )
        .route(
            "/out",
            get(|| async {
                let page = "<script>localStorage.clear(); sessionStorage.clear()</script>";
                ([(header::SET_COOKIE, "t=; Path=/deep; Max-Age=0")], Html(page))
            }),
        )
        .route("/me", get(|headers: HeaderMap| async move { format!("{:?}", headers.get("x-auth")) }))
        .route("/away", get(move || async move { Redirect::to(&away) }))
}

struct Stage {
    sp: String,
    other: String,
    /// So often the IdP was asked for anything.
    asked: Arc<AtomicUsize>,
    idp: String,
}

impl Stage {
    async fn build() -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = asked.clone();
        let count = move || async move {
            counted.fetch_add(1, Ordering::SeqCst);
            "sign in"
        };
        let idp = serve("127.0.0.1", Router::new().fallback(count)).await.port();
        let idp = format!("http://localhost:{idp}");
        let sp = serve("127.0.0.1", pages(TOKEN, &idp)).await;
        // Cookies know no ports, so that a stranger on another port would be none.
        let other = serve("127.0.0.2", pages(EVIL, &idp)).await;
        Self {
            sp: format!("http://{sp}"),
            other: format!("http://{other}"),
            asked,
            idp,
        }
    }

    fn setup(&self, source: &str) -> Setup {
        let mut setup = setup(&self.sp, &self.idp);
        setup.guard = Guard::new(&["127.0.0.2".to_owned()], &BTreeMap::new()).unwrap();
        setup.limits = Limits::of(Duration::from_secs(60));
        setup.token = Some(source.parse().unwrap());
        setup
    }

    /// What each driver must do with a token that stands here.
    async fn holds(&self, driver: &Driver, source: &str, page: &str) {
        let mut session = driver.session().await.unwrap();
        self.travel(&mut session, &self.sp, "/cb").await;
        assert_eq!(session.token().await, None, "{source}");
        let told = self.travel(&mut session, &self.sp, page).await;
        assert_eq!(session.token().await.as_deref(), Some(TOKEN), "{source}");
        assert!(!told.contains("456789"), "{source}: {told}");
        self.travel(&mut session, &self.other, page).await;
        assert_eq!(
            session.token().await.as_deref(),
            Some(TOKEN),
            "{source}: a stranger's page"
        );

        let mut tab = session.tab().await.unwrap();
        assert_eq!(tab.token().await.as_deref(), Some(TOKEN), "{source}: another tab");
        let headers = [("X-Auth".to_owned(), TOKEN.to_owned())];
        let asked = tab.ask(&format!("{}/me", self.sp), &headers).await;
        assert!(body(&asked).contains(TOKEN), "{source}: {asked:?}");
        let away = tab.ask(&format!("{}/away", self.sp), &headers).await;
        let last = away.hops.last().unwrap();
        assert_eq!((last.party, last.status), (Party::Idp, None), "{source}");
        assert_eq!(self.asked.load(Ordering::SeqCst), 0, "{source}");

        self.travel(&mut session, &self.sp, page).await;
        session.forget().await;
        assert_eq!(
            (session.token().await, tab.token().await),
            (None, None),
            "{source}"
        );
        self.travel(&mut session, &self.sp, "/cb").await;
        assert_eq!(session.token().await, None, "{source}: forgotten");
        tab.close().await;
        session.close().await;
    }

    /// Where a token can be taken away, it is gone when it was.
    async fn is_taken_away(&self, driver: &Driver, source: &str, page: &str) {
        let mut session = driver.session().await.unwrap();
        self.travel(&mut session, &self.sp, page).await;
        assert_eq!(session.token().await.as_deref(), Some(TOKEN), "{source}");
        self.travel(&mut session, &self.sp, "/out").await;
        assert_eq!(session.token().await, None, "{source}");
        session.close().await;
    }

    async fn travel(&self, session: &mut Session, origin: &str, page: &str) -> String {
        let journey = session.travel(Visit::Get(&format!("{origin}{page}"))).await;
        format!("{journey:?}")
    }
}

const SOURCES: [(&str, &str); 4] = [
    ("url:#t", "/fragment"),
    ("url:?t", "/query"),
    ("json:/a/0/t", "/json"),
    ("cookie:t", "/cookie"),
];

#[tokio::test]
async fn over_http_a_token_is_taken_wherever_it_stands() {
    let stage = Stage::build().await;
    for (source, page) in SOURCES {
        let setup = stage.setup(source);
        let driver = Driver::Http(HttpDriver::new(setup).unwrap());
        stage.holds(&driver, source, page).await;
        if source == "cookie:t" {
            stage.is_taken_away(&driver, source, page).await;
        }
    }
}

/// Without Chromium or ChromeDriver it says why it is skipped.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_the_browser_a_token_is_taken_wherever_it_stands() {
    let stage = Stage::build().await;
    let stored = [
        ("local-storage:t#/a", "/storage"),
        ("session-storage:t", "/storage"),
    ];
    for (source, page) in SOURCES.into_iter().chain(stored) {
        let setup = stage.setup(source);
        let driver = match BrowserDriver::start(setup).await {
            Ok(browser) => Driver::Browser(browser),
            Err(DriverError::NoBrowser(why)) => return eprintln!("skipped: {why}"),
            Err(error) => panic!("{error}"),
        };
        stage.holds(&driver, source, page).await;
        if page == "/storage" || page == "/cookie" {
            stage.is_taken_away(&driver, source, page).await;
        }
    }
}
