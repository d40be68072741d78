//! The doors of the SP: `/metadata`, `/login`, `/acs`, `/me`, and where a sign-in may be led to.

use std::{
    net::SocketAddr,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use saml::{IdpMetadata, SpMetadata, metadata::AcsEndpoint, names::binding};
use tokio::{net::TcpListener, sync::Notify};

use super::{
    accounts::Who,
    login,
    message::Rules,
    pages::{self, ELSEWHERE, page},
    site::Site,
    switches::{Acs, Cookie, Limit, Login, Probe, Refusal, Sp},
    tricks::Trick,
    wire::{self, Answer, Request, Response, Service},
};

/// Serves an SP for an IdP on a port that is free; `listens` is told where.
pub(crate) async fn serve(sp: Sp, idp: IdpMetadata, listens: impl FnOnce(SocketAddr)) -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let origin = format!("http://{address}");
    let sso = idp.sso.iter().find(|sso| sso.binding == binding::REDIRECT);
    let site = Site {
        sp,
        sso: sso.map(|sso| sso.location.clone()).unwrap_or_default(),
        rules: Rules {
            idp,
            entity_id: format!("{origin}/metadata"),
            acs: format!("{origin}/acs"),
            open: sp.open,
        },
        ledger: Mutex::default(),
        under_way: AtomicU32::new(0),
        begun: AtomicU32::new(0),
        restart: Notify::new(),
    };
    listens(address);
    wire::serve(listener, Arc::new(site)).await
}

impl Service for Site {
    async fn answer(&self, request: Request) -> Answer {
        self.count();
        if self.sp.acs == Acs::ClosesUsed && request.reused && request.method == "GET" {
            return Answer::Drop;
        }
        let answer = self.plain(&request).await;
        // Who asks who is signed in is left alone, and the way to the IdP is open.
        match request.path.as_str() {
            "/me" | "/metadata" | "/login" | "/worker.js" => answer,
            _ if self.sp.trick == Trick::None => answer,
            _ => self.sp.trick.on(answer),
        }
    }

    fn restart(&self) -> &Notify {
        &self.restart
    }
}

impl Site {
    /// What it answers, whatever its pages do besides.
    async fn plain(&self, request: &Request) -> Answer {
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/worker.js") => Trick::worker().into(),
            ("GET", "/metadata") => self.metadata().into(),
            ("GET", "/login") => self.login(request),
            ("POST", "/acs") => self.acs(request).await,
            ("GET", "/me") => self.me(request).await,
            ("GET", "/profile") => self.shown(request),
            ("GET", "/home") => page(200, "Home", "<p>You are signed in.</p>").into(),
            ("GET", "/verify") => page(
                200,
                "Second factor",
                "<form><input name=code></form>Enter the code that we sent.",
            )
            .into(),
            ("GET", "/round") => Response::see("/about").into(),
            ("GET", "/about") => Response::see("/round").into(),
            ("GET", "/never") => Answer::Hang,
            ("GET", "/endless") => Answer::Endless(page(200, "Home", "")),
            ("GET", "/bomb") => bomb().into(),
            _ => page(404, "Not Found", "<h1>Not Found</h1>").into(),
        }
    }

    fn count(&self) {
        let mut ledger = self.ledger();
        ledger.asked += 1;
        if let Limit::Restarts(after) = self.sp.limit
            && ledger.asked == after
        {
            ledger.forget();
            self.restart.notify_one();
        }
    }

    fn metadata(&self) -> Response {
        let metadata = SpMetadata {
            entity_id: self.rules.entity_id.clone(),
            acs: vec![AcsEndpoint {
                binding: binding::POST.to_owned(),
                location: self.rules.acs.clone(),
                index: Some(0),
                is_default: true,
            }],
            name_id_formats: self.sp.asks.into_iter().map(str::to_owned).collect(),
            ..SpMetadata::default()
        };
        Response::html(200, metadata.to_xml())
    }

    fn login(&self, request: &Request) -> Answer {
        if self.sp.refusal == Refusal::ToLogin && request.query.contains("error=") {
            return page(
                200,
                "Sign in",
                "<p>That did not work.</p><a href=\"/login\">Sign in again</a>",
            )
            .into();
        }
        let begun = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
        if matches!(self.sp.login, Login::Stumbles(every) if begun.is_multiple_of(every)) {
            return page(403, "Sign-in failed", "<h1>Sign-in failed</h1>").into();
        }
        let authn = login::request(&self.sp, &self.rules.entity_id, &self.rules.acs, &self.sso);
        let step = request
            .query
            .strip_prefix("step=")
            .and_then(|step| step.parse().ok());
        let answer = login::begin(&self.sp, &authn, &self.sso, step.unwrap_or(0));
        self.ledger().ask(authn.id);
        match (self.sp.cookie, answer) {
            (Cookie::WantsLax, Answer::Whole(response)) => response
                .with("Set-Cookie", "flow=1; Path=/; HttpOnly; SameSite=Lax")
                .into(),
            (Cookie::WantsStrict, Answer::Whole(response)) => response
                .with("Set-Cookie", "flow=1; Path=/; HttpOnly; SameSite=Strict")
                .into(),
            (_, answer) => answer,
        }
    }

    /// The page that only a signed-in user sees.
    async fn me(&self, request: &Request) -> Answer {
        let signed_in = self.who(request);
        let (probed, last) = {
            let mut ledger = self.ledger();
            ledger.probed += 1;
            (ledger.probed, ledger.last.clone())
        };
        match self.sp.probe {
            Probe::LastVisitor => {
                return match last {
                    Some(last) => pages::of(&self.sp, &last, None, &[]),
                    None => pages::anonymous(&self.sp).into(),
                };
            }
            Probe::Unavailable(every) if probed % every == 0 => {
                return page(503, "Service Unavailable", "<p>Try again.</p>").into();
            }
            Probe::Elsewhere => return Response::see("/profile").into(),
            Probe::Away if signed_in.is_some() => return Response::see(ELSEWHERE).into(),
            Probe::Hangs if signed_in.is_some() => return Answer::Hang,
            Probe::Slow(milliseconds) => tokio::time::sleep(Duration::from_millis(milliseconds)).await,
            Probe::Broken if signed_in.is_none() => {
                return page(
                    500,
                    "Error",
                    "<pre>AttributeError: None has no attribute 'name'</pre>",
                )
                .into();
            }
            Probe::Guest if signed_in.is_none() => {
                return Response::json(200, &serde_json::json!({ "user": "Guest" })).into();
            }
            _ => {}
        }
        let answer = self.shown(request);
        match (self.sp.probe, answer) {
            (Probe::Cached, answer) => self.cached(answer, signed_in.is_some()),
            (Probe::Alternates, Answer::Whole(_)) if signed_in.is_some() && probed % 2 == 0 => {
                Response::json(200, &serde_json::json!({ "user": "alice@contoso.example" })).into()
            }
            (Probe::Reflects, Answer::Whole(mut response)) => {
                let text = String::from_utf8_lossy(&response.body).into_owned();
                let tried = format!(
                    "<!-- {} --><input name=\"tried\" value=\"{}\">",
                    request.query,
                    request.cookies()
                );
                response.body = text.replace("</body>", &format!("{tried}</body>")).into_bytes();
                if signed_in.is_none() {
                    return page(200, "Sign in", &format!("<p>Sign in</p>{tried}")).into();
                }
                response.into()
            }
            (_, answer) => answer,
        }
    }

    /// What a proxy in front of the page keeps of the first answer to a signed-in user.
    fn cached(&self, answer: Answer, signed_in: bool) -> Answer {
        let mut ledger = self.ledger();
        if let Some(kept) = &ledger.cached {
            return Response::html(200, kept.clone()).into();
        }
        if let (true, Answer::Whole(response)) = (signed_in, &answer) {
            ledger.cached = Some(String::from_utf8_lossy(&response.body).into_owned());
        }
        answer
    }

    fn who(&self, request: &Request) -> Option<Who> {
        self.ledger().session(request.cookie("sid"))
    }

    fn shown(&self, request: &Request) -> Answer {
        match self.who(request) {
            None => pages::anonymous(&self.sp).into(),
            Some(who) if who.pending => Response::see("/verify").into(),
            Some(who) => {
                let ledger = self.ledger();
                let all: Vec<String> = ledger.names().cloned().collect();
                pages::of(&self.sp, &who, ledger.last.as_ref(), &all)
            }
        }
    }
}

/// A page of a megabyte and a half that inflates to one and a half gigabytes.
fn bomb() -> Response {
    const SIZE: u32 = 1 << 20;
    static MEMBER: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let plain = " ".repeat(SIZE as usize);
        let mut member = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
        member.extend(saml::binding::deflate(&plain));
        member.extend(crc_32(plain.as_bytes()).to_le_bytes());
        member.extend(SIZE.to_le_bytes());
        member
    });
    Response {
        status: 200,
        headers: vec![
            ("Content-Type", "text/html".to_owned()),
            ("Content-Encoding", "gzip".to_owned()),
        ],
        body: MEMBER.repeat(1500),
    }
}

/// The checksum of RFC 1952, bit by bit.
fn crc_32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| {
        if crc & 1 == 1 {
            (crc >> 1) ^ 0xedb8_8320
        } else {
            crc >> 1
        }
    };
    let whole = bytes
        .iter()
        .fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step));
    !whole
}
