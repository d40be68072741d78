//! The page that came: what is told of it, what it is at rest, and how it leads on.

use encoding_rs::Encoding;
use reqwest::header::{self, HeaderMap};
use url::Url;

use super::{
    answer::{Kind, Media, decode, value},
    hands::Resting,
    onward::Arrived,
    policy::Context,
};
use crate::{
    driver::{
        page::title,
        setup::{BODY, LONGEST},
    },
    judge::observation::Page,
    text::{clip, find},
};

/// A page as it came.
pub(super) struct Came {
    pub(super) shown: Page,
    pub(super) context: Context,
    pub(super) rules: Vec<String>,
    /// Its markup, where a browser reads it as such.
    html: String,
    encoding: &'static Encoding,
    refresh: Option<String>,
}

/// The page, cut to size, and what a browser knows of it. An answer that `leads` elsewhere is no page.
pub(super) fn arrived(url: &Url, status: u16, headers: &HeaderMap, body: &[u8], leads: bool) -> Came {
    // Such an answer leaves the page before it where it was.
    let stays = leads || matches!(status, 204 | 205 | 304);
    let mut media = Media::of(headers, body);
    if stays {
        media.kind = Kind::Saved;
    }
    let (text, encoding) = decode(&media, body);
    let mut rules = Vec::new();
    let html = match media.kind {
        Kind::Html => text.clone(),
        Kind::Xml => xhtml(&text, &mut rules),
        Kind::Shown => String::new(),
        Kind::Saved => {
            rules.extend(saved(&media, stays));
            String::new()
        }
    };
    let declared = value(headers, &header::CONTENT_TYPE).unwrap_or_default();
    let declared = declared.split(';').next().unwrap_or_default().trim().to_owned();
    let mut address = url.clone();
    let _ = (address.set_username(""), address.set_password(None));
    let shown = Page {
        url: clip(address.as_str(), LONGEST).to_owned(),
        status,
        title: match media.kind {
            Kind::Shown => String::new(),
            _ => title(&text),
        },
        content_type: if media.kind == Kind::Saved {
            declared
        } else {
            media.essence
        },
        headers: headers
            .iter()
            .map(|(name, value)| {
                (
                    name.to_string(),
                    clip(&String::from_utf8_lossy(value.as_bytes()), LONGEST).to_owned(),
                )
            })
            .collect(),
        body: cut(text),
        claims: None,
    };
    Came {
        shown,
        context: Context::of(url, headers),
        rules,
        html,
        encoding,
        refresh: value(headers, &header::REFRESH).filter(|_| media.kind != Kind::Saved),
    }
}

impl Came {
    pub(super) fn seen(&self) -> Arrived<'_> {
        Arrived {
            context: &self.context,
            html: &self.html,
            encoding: self.encoding,
            refresh: self.refresh.as_deref(),
        }
    }

    /// That only a browser runs what the page would do next, if there is something.
    pub(super) fn scripted(&self) -> Option<String> {
        const DOES: [&str; 5] = ["location", "submit(", ".click(", "cookie", " src="];
        let at = find(&self.html, "<script", 0)?;
        let rest = self.html.get(at..)?;
        let does = DOES.iter().any(|word| find(rest, word, 0).is_some());
        does.then(|| "the page's scripts are not run over HTTP".to_owned())
    }

    /// The page at rest, and how it may be left.
    pub(super) fn rests(self) -> Box<(Context, Resting)> {
        let resting = Resting::new(self.context.url.clone(), self.html, self.encoding);
        Box::new((self.context, resting))
    }
}

/// Why a script that came with these headers does not run.
pub(super) fn no_script(headers: &HeaderMap) -> Option<String> {
    let media = Media::of(headers, b"");
    let nosniff = value(headers, &header::X_CONTENT_TYPE_OPTIONS)
        .is_some_and(|options| options.trim().eq_ignore_ascii_case("nosniff"));
    let is_script = media.essence.contains("javascript") || media.essence.contains("ecmascript");
    let never = ["image/", "audio/", "video/"]
        .iter()
        .any(|kind| media.essence.starts_with(kind))
        || media.essence == "text/csv";
    ((nosniff && !is_script) || never).then(|| format!("its type is {}", media.essence))
}

fn saved(media: &Media, stays: bool) -> Option<String> {
    if stays {
        return None;
    }
    Some(format!(
        "the answer ({}) is saved and not shown, so it leads nowhere",
        if media.essence.is_empty() {
            "of no type"
        } else {
            &media.essence
        }
    ))
}

/// The markup of an XML document that is a page. A browser stops at the first error; so does this, without what stands
/// before it.
fn xhtml(text: &str, rules: &mut Vec<String>) -> String {
    const NAMESPACE: &str = "http://www.w3.org/1999/xhtml";
    if !text.contains(NAMESPACE) {
        return String::new();
    }
    match roxmltree::Document::parse_with_options(
        text,
        roxmltree::ParsingOptions {
            allow_dtd: true,
            nodes_limit: 100_000,
            ..roxmltree::ParsingOptions::default()
        },
    ) {
        Ok(document) if document.root_element().tag_name().namespace() == Some(NAMESPACE) => text.to_owned(),
        Ok(_) => String::new(),
        Err(error) => {
            rules.push(format!(
                "XHTML must be well-formed, and this is not ({error}): what stands after the error does not count"
            ));
            String::new()
        }
    }
}

fn cut(mut text: String) -> String {
    if text.len() > BODY {
        text.truncate(clip(&text, BODY).len());
        text.shrink_to_fit();
    }
    text
}
