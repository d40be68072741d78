//! Values that give a person away, wherever on a page they stand.

/// Values that only one person has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonaMarkers {
    /// The persona's name: `alice`, `victim`.
    pub name: String,
    /// The NameID that the IdP issues for the person.
    pub name_id: String,
    /// Further values of which each is this person's alone; the NameID need not be repeated.
    pub markers: Vec<String>,
}

/// Whether any value of a person stands in any of these texts.
pub(crate) fn stands_in(persona: &PersonaMarkers, views: &[String]) -> bool {
    let mut values = std::iter::once(&persona.name_id)
        .chain(&persona.markers)
        .filter(|value| !value.is_empty());
    values.any(|value| views.iter().any(|view| stands_alone(view, value)))
}

/// A body as it is, without HTML's character references, without JSON's escapes.
pub(crate) fn views(body: &str) -> Vec<String> {
    let mut views = vec![body.to_owned()];
    if body.contains('&') {
        views.push(crate::text::unescape(body));
    }
    if body.contains('\\') {
        views.push(without_json_escapes(body));
    }
    views
}

fn without_json_escapes(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let code = after.strip_prefix('u').and_then(|after| after.get(..4));
        let code = code.and_then(|digits| char::from_u32(u32::from_str_radix(digits, 16).ok()?));
        let (character, length) = match (code, after.chars().next()) {
            (Some(character), _) => (character, 5),
            (None, Some('n' | 'r' | 't' | 'b' | 'f')) => (' ', 1),
            (None, Some(other)) => (other, other.len_utf8()),
            (None, None) => ('\\', 0),
        };
        out.push(character);
        rest = after.get(length..).unwrap_or_default();
    }
    out + rest
}

/// Whether a value stands in a text, and not as a part of a longer name: `victim@a.example` does not stand in
/// `victim@a.example.evil.example`.
pub(crate) fn stands_alone(text: &str, value: &str) -> bool {
    let joins = |c: char| matches!(c, '.' | '-' | '_' | '@' | '+');
    let ends = |first: Option<char>, second: Option<char>| match first {
        Some(c) if c.is_alphanumeric() => false,
        Some(c) if joins(c) => !second.is_some_and(char::is_alphanumeric),
        _ => true,
    };
    text.match_indices(value).any(|(at, _)| {
        let mut before = text.get(..at).unwrap_or_default().chars().rev();
        let mut after = text.get(at + value.len()..).unwrap_or_default().chars();
        ends(before.next(), before.next()) && ends(after.next(), after.next())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const VICTIM: &str = "victim@contoso.example";

    #[test]
    fn a_longer_name_is_another_name() {
        for body in [
            "victim@contoso.example.evil.example",
            "xvictim@contoso.example",
            "not-victim@contoso.example",
            "a.victim@contoso.example2",
        ] {
            assert!(!stands_alone(body, VICTIM), "{body}");
        }
        for body in [
            "victim@contoso.example.",
            "<b>victim@contoso.example</b>",
            "a victim@contoso.example-",
            "victim@contoso.examplex victim@contoso.example",
        ] {
            assert!(stands_alone(body, VICTIM), "{body}");
        }
    }

    #[test]
    fn values_are_found_through_the_escapes_of_html_and_json() {
        let victim = PersonaMarkers {
            name: "victim".to_owned(),
            name_id: VICTIM.to_owned(),
            markers: vec![String::new(), "Marker-1".to_owned()],
        };
        for body in [
            "victim&#64;contoso.example",
            r#""victim\u0040contoso.example""#,
            r"\nMarker-1\n",
            "&lt;Marker-1&gt;",
        ] {
            assert!(stands_in(&victim, &views(body)), "{body}");
        }
        assert!(!stands_in(&victim, &views("nobody \\")));
    }

    proptest! {
        #[test]
        fn any_body_is_looked_through(body in "(\\\\u[0-9a-f]{0,4}|\\\\|&#?x?[0-9a-z]{0,5};?|\\PC{0,6}){0,20}") {
            let _ = views(&body);
        }
    }
}
