//! One row of the table, and the answers that its pages give.

/// A small site, and what both drivers do with it.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) start: Start,
    /// By the last part of their path.
    pub(crate) pages: Vec<(&'static str, Vec<u8>)>,
    pub(crate) expect: Expect,
}

/// How the journey begins.
pub(crate) enum Start {
    /// The page `start`, from the address bar.
    Typed,
    /// Any URL, from the address bar.
    At(String),
    /// A form of this page's origin sends to the page `start`.
    Posted(String),
}

/// What is expected.
#[derive(Clone, Copy)]
pub(crate) enum Expect {
    /// The same in both.
    Same,
    /// The HTTP driver names a rule with this word.
    Rule(&'static str),
}

/// A row that begins at its page `start`.
pub(crate) fn row<const N: usize>(name: &'static str, pages: [(&'static str, Vec<u8>); N]) -> Row {
    Row {
        name,
        start: Start::Typed,
        pages: pages.into(),
        expect: Expect::Same,
    }
}

impl Row {
    pub(crate) fn at(self, url: impl Into<String>) -> Self {
        Self {
            start: Start::At(url.into()),
            ..self
        }
    }

    pub(crate) fn posted_from(self, origin: impl Into<String>) -> Self {
        Self {
            start: Start::Posted(origin.into()),
            ..self
        }
    }

    pub(crate) fn names(self, rule: &'static str) -> Self {
        Self {
            expect: Expect::Rule(rule),
            ..self
        }
    }
}

/// An answer with a status line, header lines and a body.
pub(crate) fn answer(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut out = format!("HTTP/1.1 {status}\r\n").into_bytes();
    for header in headers {
        out.extend_from_slice(header.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("Content-Length: {}\r\nConnection: close\r\n\r\n", body.len()).as_bytes());
    out.extend_from_slice(body);
    out
}

/// An HTML page with further header lines.
pub(crate) fn html(headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let mut all = vec!["Content-Type: text/html; charset=utf-8"];
    all.extend(headers);
    answer("200 OK", &all, body)
}

/// A redirect.
pub(crate) fn to(status: &str, location: &str) -> Vec<u8> {
    answer(status, &[&format!("Location: {location}")], "")
}

/// A page with a form that carries SAML and a script that submits it, as most IdPs have it.
pub(crate) fn posts(action: &str) -> String {
    format!("{}<script>document.forms[0].submit()</script>", form(action))
}

/// The form alone.
pub(crate) fn form(action: &str) -> String {
    format!(
        "<!doctype html><title>Working</title><p>working</p><form method=post action='{action}'>\
         <input type=hidden name=SAMLResponse value=PHg+><input type=hidden name=RelayState value=here></form>"
    )
}

/// A page that rests.
pub(crate) fn rests() -> String {
    "<!doctype html><title>Rests</title><p>rests here</p>".to_owned()
}
