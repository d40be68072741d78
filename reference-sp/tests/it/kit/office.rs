//! The administrator: signs in, fills in forms, and reads what the page says.

use std::fmt::Write;

use reference_sp::ReferenceSp;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, COOKIE};
use saml::binding::percent_encode;

use super::browser::Browser;

pub(crate) struct Office<'a> {
    pub(crate) browser: Browser<'a>,
}

/// A page, and how it came.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Page {
    async fn of(answer: Response) -> Self {
        Page {
            status: answer.status().as_u16(),
            text: answer.text().await.unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn says(&self, words: &str) -> &Self {
        assert!(self.text.contains(words), "no {words:?} in {}", self.text);
        self
    }

    #[track_caller]
    pub(crate) fn does_not_say(&self, words: &str) -> &Self {
        assert!(!self.text.contains(words), "{words:?} in {}", self.text);
        self
    }

    /// The error that stands beside the field of this ID.
    #[track_caller]
    pub(crate) fn error_at(&self, id: &str, words: &str) -> &Self {
        assert_eq!(self.status, 422, "{}", self.text);
        let start = format!("id=\"{id}-error\">");
        let found = self.text.split_once(start.as_str());
        let (_, rest) = found.unwrap_or_else(|| panic!("no error at {id}: {}", self.text));
        let error = rest.split("</p>").next().unwrap();
        assert!(error.contains(words), "{error:?} does not say {words:?}");
        self
    }

    /// The value of the first hidden field of this name after some words.
    pub(crate) fn hidden(&self, after: &str, name: &str) -> String {
        let at = self
            .text
            .find(after)
            .unwrap_or_else(|| panic!("no {after:?} in {}", self.text));
        let start = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.text[at..].split_once(start.as_str()).unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    fn csrf(&self) -> String {
        self.hidden("<form", "csrf")
    }
}

impl<'a> Office<'a> {
    /// An administrator who is signed in.
    pub(crate) async fn open(sp: &'a ReferenceSp) -> Self {
        let office = Office {
            browser: Browser::new(sp),
        };
        let csrf = office.page("/admin/sign-in").await.csrf();
        let fields = [("csrf", csrf.as_str()), ("password", sp.admin_password())];
        let answer = office.send("/admin/sign-in", form(&fields), &[]).await;
        assert_eq!(answer.status(), 303);
        office
    }

    pub(crate) async fn page(&self, path: &str) -> Page {
        Page::of(self.browser.get(path).await).await
    }

    /// Sends a form of the page it stands on, and goes where that leads.
    pub(crate) async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let stands_on = if path.starts_with("/admin/users") {
            "/admin/users"
        } else {
            "/admin/sso"
        };
        let csrf = self.page(stands_on).await.csrf();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend(fields);
        let answer = self.send(path, form(&all), &[]).await;
        self.follow(answer).await
    }

    /// The same with files: name, file name, content.
    pub(crate) async fn upload(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Page {
        let csrf = self.page("/admin/sso").await.csrf();
        let mut body = Vec::new();
        let mut part = |name: &str, extra: &str, content: &[u8]| {
            let head =
                format!("--frontier\r\nContent-Disposition: form-data; name=\"{name}\"{extra}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        };
        part("csrf", "", csrf.as_bytes());
        for (name, value) in fields {
            part(name, "", value.as_bytes());
        }
        for (name, file, content) in files {
            part(
                name,
                &format!("; filename=\"{file}\"\r\nContent-Type: application/octet-stream"),
                content,
            );
        }
        body.extend_from_slice(b"--frontier--\r\n");
        let body = ("multipart/form-data; boundary=frontier", body);
        let answer = self.send(path, body, &[]).await;
        self.follow(answer).await
    }

    /// Uploads the file of federation metadata.
    pub(crate) async fn upload_metadata(&self, content: &[u8]) -> Page {
        self.upload(
            "/admin/sso/metadata",
            &[("metadata_text", "")],
            &[("metadata_file", "metadata.xml", content)],
        )
        .await
    }

    /// Creates a user who is not active yet: the page, and the user's number.
    pub(crate) async fn create_user(&self, name: &str, name_id: &str) -> String {
        let fields = [
            ("name", name),
            ("name_id", name_id),
            ("display_name", ""),
            ("tenant", ""),
        ];
        let page = self.submit("/admin/users/create", &fields).await;
        page.says("is created");
        page.hidden(&format!("role=\"rowheader\">{name}"), "user")
    }

    pub(crate) async fn send(
        &self,
        path: &str,
        (kind, body): (&str, Vec<u8>),
        headers: &[(&str, &str)],
    ) -> Response {
        let url = format!("{}{path}", self.browser.sp.url());
        let mut request = self
            .browser
            .client
            .post(url)
            .header(CONTENT_TYPE, kind)
            .header(COOKIE, self.browser.cookie_line());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.browser.send(request.body(body)).await
    }

    async fn follow(&self, answer: Response) -> Page {
        if answer.status() == 303 {
            self.page(&super::browser::location(&answer)).await
        } else {
            Page::of(answer).await
        }
    }
}

/// A form of text.
pub(crate) fn form(fields: &[(&str, &str)]) -> (&'static str, Vec<u8>) {
    let mut body = String::new();
    for (name, value) in fields {
        write!(body, "{name}={}&", percent_encode(value)).unwrap();
    }
    ("application/x-www-form-urlencoded", body.into_bytes())
}
