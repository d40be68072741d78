//! The way in or out at the SP: steps as they are configured or were found, and what a person does of them.

use crate::{
    config::{JSON, Step, Steps},
    driver::{Act, Target},
};

/// Whose values stand for the placeholders of steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Guest {
    pub(crate) name_id: String,
    pub(crate) mail: String,
    /// What stands behind the `@` of the mail address, or the tenant's domain.
    pub(crate) domain: String,
}

/// One thing that a browser does on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Opens a URL.
    Open(String),
    /// Posts a form of the SP's own to a URL.
    Post(String, Vec<(String, String)>),
    /// Opens the URL that the JSON of the last answer names.
    OpenNamed(JsonPointer),
    /// Does something on the page that is there.
    Act(Act),
    /// Drops the bearer token.
    Forget,
}

/// Where in a JSON document (RFC 6901).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JsonPointer(pub(crate) String);

impl Guest {
    /// A text with this person's values in it.
    pub(crate) fn fill(&self, text: &str) -> String {
        text.replace("{name_id}", &self.name_id)
            .replace("{mail}", &self.mail)
            .replace("{domain}", &self.domain)
    }
}

/// What this person does, step by step.
///
/// # Errors
/// A target that cannot be read; a checked configuration has none.
pub(crate) fn deeds(steps: &Steps, guest: &Guest) -> Result<Vec<Deed>, String> {
    steps.0.iter().map(|step| deed(step, guest)).collect()
}

fn deed(step: &Step, guest: &Guest) -> Result<Deed, String> {
    let target = |text: &str| text.parse::<Target>();
    Ok(match step {
        Step::Open(text) => match text.strip_prefix(JSON) {
            Some(pointer) => Deed::OpenNamed(JsonPointer(pointer.to_owned())),
            None => Deed::Open(guest.fill(text)),
        },
        Step::Click(text) => Deed::Act(Act::Click(target(text)?)),
        Step::Fill { target: field, with } => Deed::Act(Act::Fill(target(field)?, guest.fill(with))),
        Step::Submit(text) => Deed::Act(Act::Submit(target(text)?)),
        Step::WaitFor(text) => Deed::Act(Act::WaitFor(target(text)?)),
        Step::Forget => Deed::Forget,
    })
}

impl JsonPointer {
    /// The URL that stands there, resolved against the page's own.
    ///
    /// # Errors
    /// The page is no JSON, has nothing there, or what stands there is no URL.
    pub(crate) fn find(&self, page_url: &str, body: &str) -> Result<String, String> {
        let read: serde_json::Value =
            serde_json::from_str(body.trim()).map_err(|_| format!("{page_url} answered no JSON"))?;
        let named = read
            .pointer(&self.0)
            .and_then(serde_json::Value::as_str)
            .ok_or_else(|| format!("the JSON of {page_url} has no text at {}", self.0))?;
        url::Url::parse(page_url)
            .and_then(|page| page.join(named))
            .map(String::from)
            .map_err(|_| format!("`{named}`, at {} of {page_url}, is no URL", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_the_values_of_whoever_signs_in() {
        let guest = Guest {
            name_id: "al".to_owned(),
            mail: "alice@contoso.example".to_owned(),
            domain: "contoso.example".to_owned(),
        };
        let steps = Steps(vec![
            Step::Open("http://sp/login?hint={mail}".to_owned()),
            Step::Fill {
                target: "#who".to_owned(),
                with: "{name_id} of {domain}".to_owned(),
            },
        ]);
        let deeds = deeds(&steps, &guest).unwrap();
        assert_eq!(
            deeds[0],
            Deed::Open("http://sp/login?hint=alice@contoso.example".to_owned())
        );
        let target = Target::Css("#who".to_owned());
        assert_eq!(
            deeds[1],
            Deed::Act(Act::Fill(target, "al of contoso.example".to_owned()))
        );
    }

    #[test]
    fn a_url_in_an_answer_is_found_or_it_is_said_why_not() {
        let page = "http://sp/api/login";
        let find = |pointer: &str, body: &str| JsonPointer(pointer.to_owned()).find(page, body);
        assert_eq!(
            find("/to/url", r#"{"to": {"url": "/sso?x=1"}}"#).unwrap(),
            "http://sp/sso?x=1"
        );
        for (pointer, body) in [
            ("/a", "<html>"),
            ("/a", r#"{"b": "c"}"#),
            ("/a", r#"{"a": "http://"}"#),
        ] {
            assert!(find(pointer, body).unwrap_err().contains(page), "{body}");
        }
    }
}
