//! A page as it is read, and a form as it is filled in.

use scraper::{ElementRef, Html, Selector};

/// A page, or a file.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) path: String,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

/// A form that is about to be sent.
pub(crate) struct Filled {
    pub(crate) get: bool,
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) file: Option<(String, String, Vec<u8>)>,
}

impl Filled {
    /// Puts these values in place of what the fields of those names hold. An empty list of values is what `without` is for.
    pub(crate) fn with(mut self, fields: &[(&str, &str)]) -> Self {
        for (name, _) in fields {
            self.fields.retain(|(known, _)| known != name);
        }
        for (name, value) in fields {
            self.fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        self
    }

    /// Unticks a box.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }

    /// Chooses a file.
    pub(crate) fn file(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.file = Some(("file".to_owned(), name.to_owned(), bytes.into()));
        self
    }

    /// What a field holds.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// What all fields of that name hold.
    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        let named = self.fields.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value.as_str()).collect()
    }
}

impl Page {
    pub(crate) fn html(&self) -> Html {
        Html::parse_document(&String::from_utf8_lossy(&self.bytes))
    }

    /// All text of the page, with single blanks.
    pub(crate) fn text(&self) -> String {
        squeezed(self.html().root_element())
    }

    pub(crate) fn title(&self) -> String {
        self.html()
            .select(&css("h1"))
            .next()
            .map(squeezed)
            .unwrap_or_default()
    }

    /// The sentence that the page before left.
    pub(crate) fn notice(&self) -> String {
        self.html()
            .select(&css(".notice"))
            .next()
            .map(squeezed)
            .unwrap_or_default()
    }

    /// What stands in the alert above the form.
    pub(crate) fn alert(&self) -> String {
        self.html()
            .select(&css("[role=alert]"))
            .next()
            .map(squeezed)
            .unwrap_or_default()
    }

    /// What is wrong with the input of that id, which must be tied to its message.
    pub(crate) fn error(&self, id: &str) -> String {
        let html = self.html();
        let message = html.select(&css(&format!("[id=\"{id}-error\"]"))).next();
        let Some(message) = message else {
            panic!("nothing is wrong with {id}: {}", self.text());
        };
        let input = html.select(&css(&format!("[id=\"{id}\"]"))).next().unwrap();
        if matches!(input.value().name(), "input" | "select" | "textarea") {
            let described = input.value().attr("aria-describedby").unwrap_or_default();
            assert!(
                described.split(' ').any(|of| of == format!("{id}-error")),
                "{id} is not tied to its error"
            );
            assert_eq!(input.value().attr("aria-invalid"), Some("true"), "{id}");
        }
        squeezed(message)
    }

    /// Where the link of these words leads.
    pub(crate) fn link(&self, words: &str) -> String {
        let html = self.html();
        let found = html.select(&css("a[href]")).find(|link| {
            let label = link.value().attr("aria-label").map(ToOwned::to_owned);
            [Some(squeezed(*link)), label]
                .iter()
                .flatten()
                .any(|text| text.eq_ignore_ascii_case(words))
        });
        let Some(found) = found else {
            panic!("no link {words:?} on {}: {}", self.path, self.text());
        };
        let target = found.value().attr("href").unwrap();
        target.split('#').next().unwrap().to_owned()
    }

    /// The value of the field with that label.
    pub(crate) fn labelled(&self, label: &str) -> String {
        let html = self.html();
        let id = html
            .select(&css("label"))
            .find(|known| squeezed(*known).trim_end_matches(" *") == label)
            .and_then(|known| known.value().attr("for").map(ToOwned::to_owned));
        let Some(id) = id else {
            panic!("no label {label:?} on {}", self.path);
        };
        let input = html.select(&css(&format!("[id=\"{id}\"]"))).next().unwrap();
        input.value().attr("value").unwrap_or_default().to_owned()
    }

    /// The form of the button of these words, as it stands there.
    pub(crate) fn form(&self, words: &str) -> Filled {
        let html = self.html();
        for form in html.select(&css("form")) {
            let button = form
                .select(&css("button"))
                .find(|button| squeezed(*button) == words);
            let Some(button) = button else { continue };
            let own = |name: &str| button.value().attr(name);
            let mut filled = Filled {
                get: form.value().attr("method") == Some("get"),
                action: own("formaction")
                    .or(form.value().attr("action"))
                    .unwrap_or_else(|| self.path.split('?').next().unwrap())
                    .to_owned(),
                fields: fields(form),
                file: None,
            };
            if let Some(name) = own("name") {
                filled
                    .fields
                    .push((name.to_owned(), own("value").unwrap_or_default().to_owned()));
            }
            return filled;
        }
        panic!("no button {words:?} on {}: {}", self.path, self.text());
    }
}

fn fields(form: ElementRef<'_>) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for field in form.select(&css("input[name], select[name], textarea[name]")) {
        let element = field.value();
        let name = element.attr("name").unwrap().to_owned();
        let value = |or: &str| element.attr("value").unwrap_or(or).to_owned();
        match (element.name(), element.attr("type").unwrap_or("text")) {
            ("input", "checkbox" | "radio") if element.attr("checked").is_none() => {}
            ("input", "checkbox" | "radio") => all.push((name, value("on"))),
            ("input", "file") => {}
            ("input", _) => all.push((name, value(""))),
            ("textarea", _) => all.push((name, field.text().collect())),
            _ => {
                let options: Vec<_> = field.select(&css("option")).collect();
                let chosen = options
                    .iter()
                    .find(|option| option.value().attr("selected").is_some());
                let chosen = chosen
                    .or(options.first())
                    .and_then(|option| option.value().attr("value"));
                all.push((name, chosen.unwrap_or_default().to_owned()));
            }
        }
    }
    all
}

fn css(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}

fn squeezed(element: ElementRef<'_>) -> String {
    let text: Vec<_> = element.text().collect();
    text.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}
