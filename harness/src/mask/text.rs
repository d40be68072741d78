//! A text without the secrets in it.

use std::{borrow::Cow, ops::Range};

use url::form_urlencoded;

use super::find::secrets;

/// What is left of a secret: enough to tell two of them apart.
const KEPT: usize = 4;
/// What is known to be a secret and is shorter is left.
const SHORTEST: usize = 8;
/// As many times at most a text is gone over; one that shows new secrets every time was made for that.
const ROUNDS: usize = 16;

/// A text whose secrets are cut down to at most four characters and an ellipsis. What is masked already stays as it is.
pub fn text(text: &str) -> String {
    sparing(text, &[])
}

/// The same, where these identities are none of the secrets, whatever they look like.
pub fn sparing(text: &str, identities: &[&str]) -> String {
    let mut text = Cow::Borrowed(text);
    for _ in 0..ROUNDS {
        match without(&text, secrets(&text), identities) {
            None => return text.into_owned(),
            Some(masked) => text = Cow::Owned(masked),
        }
    }
    "(left out: it cannot be masked)".to_owned()
}

/// A text without these secrets, as they are and as a URL writes them; none where it has none of them. Short ones are
/// left: of what is a word as well, too much would go.
pub fn known(text: &str, secrets: &[String]) -> Option<String> {
    let ranges = secrets
        .iter()
        .filter(|secret| secret.len() >= SHORTEST)
        .flat_map(|secret| {
            let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            let spellings = [
                Some(secret.clone()),
                Some(encoded).filter(|encoded| encoded != secret),
            ];
            let places = |spelling: String| -> Vec<Range<usize>> {
                let found = text.match_indices(&spelling);
                found.map(|(at, found)| at..at + found.len()).collect()
            };
            spellings
                .into_iter()
                .flatten()
                .flat_map(places)
                .collect::<Vec<_>>()
        });
    without(text, ranges.collect(), &[])
}

/// A text without what stands in these ranges; none where nothing changes.
pub(super) fn without(text: &str, ranges: Vec<Range<usize>>, identities: &[&str]) -> Option<String> {
    let spared = occurrences(text, identities);
    let inside = |range: &Range<usize>| {
        spared
            .iter()
            .any(|spared| spared.start <= range.start && range.end <= spared.end)
    };
    let mut out = String::new();
    let mut at = 0;
    for range in merged(ranges) {
        let Some(secret) = text.get(range.clone()) else {
            continue;
        };
        if inside(&range) || is_masked(secret) {
            continue;
        }
        out.push_str(&text[at..range.start]);
        out.push_str(&cut(secret));
        at = range.end;
    }
    (at > 0).then(|| out + &text[at..])
}

/// A secret, cut down: at most its first four characters, and never more than a quarter of it.
fn cut(secret: &str) -> String {
    let kept = KEPT.min(secret.chars().count() / 4);
    let mut out: String = secret.chars().take(kept).collect();
    out.push('…');
    out
}

fn is_masked(text: &str) -> bool {
    text.strip_suffix('…')
        .is_some_and(|kept| kept.chars().count() <= KEPT)
        || text.is_empty()
}

/// Ranges in order, those that overlap as one.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

fn occurrences(text: &str, identities: &[&str]) -> Vec<Range<usize>> {
    let long = identities.iter().filter(|identity| identity.len() > 3);
    long.flat_map(|identity| {
        text.match_indices(*identity)
            .map(|(at, found)| at..at + found.len())
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "Zm9v7QxK3pLw9sT2vB8n";

    /// Every place in which a secret may stand, with `@` for it.
    const PLACES: [&str; 39] = [
        "http://h/cb?code=@&state=x",
        "http://h/cb?x=1&access_token=@",
        "http://h/cb#id_token=@&token_type=bearer",
        "/cb?refresh_token=@",
        "http://h/cb?x=@",
        "http://h/cb#@",
        "http://h/cb?@",
        "http://h/cb;jsessionid=@?x=1",
        "http://h/login?next=http%3A%2F%2Fh%2F%3Ftoken%3D@%26x%3D1",
        "http://h/login?next=%2Fcb%3Fx%3D1%26code%3D@",
        "state=@&code=1",
        "SAMLResponse=@",
        "password=@",
        "the session=@ is gone",
        "sid=@;",
        "PHPSESSID=@",
        "ticket=@",
        "Set-Cookie: session=@; Path=/; HttpOnly",
        "set-cookie: a=b, session=@",
        "Cookie: a=1; b=@",
        "{\"set-cookie\": \"s=@; Path=/\"}",
        "Authorization: Bearer @",
        "authorization: Basic @",
        "'Authorization': 'Bearer @'",
        "a bearer @ was sent",
        "{\"access_token\":\"@\",\"expires_in\":3600}",
        "{\"token\" : \"@\"}",
        "{'password': '@'}",
        "{\\\"id_token\\\":\\\"@\\\"}",
        "data-config=\"{&quot;apiKey&quot;:&quot;@&quot;}\"",
        "{\"code\":\"@\"}",
        "const token = \"@\";",
        "<input type=\"hidden\" name=\"SAMLResponse\" value=\"@\">",
        "<input value='@' type=hidden name='__RequestVerificationToken'/>",
        "<input name=authenticity_token value=@>",
        "<meta name=\"csrf-token\" content=\"@\" />",
        "<textarea name=\"SAMLResponse\">@</textarea>",
        "<a href=\"/cb?a=1&amp;code=@\">",
        "SAMLResponse: @",
    ];

    #[test]
    fn a_secret_is_cut_down_wherever_it_stands() {
        for place in PLACES {
            let masked = text(&place.replace('@', SECRET));
            assert_eq!(masked, place.replace('@', "Zm9v…"), "{place}");
        }
    }

    #[test]
    fn a_token_in_three_parts_is_known_without_a_name() {
        let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl";
        assert_eq!(text(&format!("Error: {jwt} expired")), "Error: eyJh… expired");
        let long = format!("{SECRET}.{SECRET}.{SECRET}");
        assert_eq!(text(&long), "Zm9v…");
        assert_eq!(
            text(&format!("<pre>{}</pre>", SECRET.repeat(6))),
            "<pre>Zm9v…</pre>"
        );
    }

    #[test]
    fn the_name_of_a_long_value_stays_whatever_the_value_is_made_of() {
        let long = SECRET.repeat(20);
        for (end, cut) in [("", ""), ("==", ""), ("&RelayState=x", "&RelayState=x")] {
            let url = format!("http://h/saml2?SAMLRequest={long}{end}");
            assert_eq!(text(&url), format!("http://h/saml2?SAMLRequest=Zm9v…{cut}"));
        }
    }

    #[test]
    fn what_tells_something_stays() {
        for harmless in [
            "the victim is signed in (admin@contoso.example); a bearer SubjectConfirmation must have a Recipient",
            "it answers 403 at http://127.0.0.1:8080/singlesignon/saml/SSO",
            "http://h/error?message=Signature+validation+failed+for+the+Response",
            "http://h/error?message=Signature%20validation%20failed&reason=SamlResponseInvalid",
            "http://h/saml?entityID=https%3A%2F%2Fsts.example%2Fmetadata",
            "http://h/account?tab=profile#settings",
            "{\"code\":\"ERR_SIGNATURE\",\"state\":\"failed\",\"token_type\":\"Bearer\"}",
            "error code: 50011, code=403, status code 500, state: failed",
            "Error: AADSTS50011 at org.example.security.saml2.provider.service.AbstractProvider.check(Provider.java:118)",
            "the token expired",
            "token: expired",
            "password: must not be empty",
            "Set-Cookie: was not sent",
            "/account/3f2504e0-4f89-41d3-9a0c-0305e82c3301/edit",
            "color: #5f4dcc; background: #fff",
            "RelayState: /home",
        ] {
            assert_eq!(text(harmless), harmless);
        }
    }

    #[test]
    fn an_identity_is_no_secret() {
        let transient = "_a3f25b04e04f8941d39a0c0305e82c3301";
        let reason = format!("somebody else is signed in: http://h/me?name_id={transient}&sid={SECRET}");
        assert_eq!(
            sparing(&reason, &[transient]),
            format!("somebody else is signed in: http://h/me?name_id={transient}&sid=Zm9v…")
        );
    }

    #[test]
    fn two_secrets_can_be_told_apart_and_short_ones_cannot_be_guessed() {
        assert_eq!(text("code=abcdefgh"), "code=ab…");
        assert_eq!(text("code=9134"), "code=9…");
        assert_eq!(text("a?code=1111222233334444"), "a?code=1111…");
    }

    #[test]
    fn a_page_made_of_nothing_but_beginnings_is_gone_over_in_its_length() {
        for beginning in [
            "<a href='/x?token=",
            "?",
            "token=",
            "code:",
            "code:\"",
            "token='",
            "<input name=\"token\" value='",
            "Cookie: a",
            "eyJ.",
            "%3D",
            "?a#b&",
        ] {
            let page = beginning.repeat((256 << 10) / beginning.len());
            assert!(text(&page).len() <= page.len(), "{beginning}");
        }
    }

    #[test]
    fn what_is_known_to_be_a_secret_is_cut_whatever_it_looks_like() {
        let secrets = [
            "plain-words-only".to_owned(),
            "a/b+c=d/e".to_owned(),
            "short".to_owned(),
        ];
        assert_eq!(
            known(
                "plain-words-only short ?x=a%2Fb%2Bc%3Dd%2Fe&y=a/b+c=d/e",
                &secrets
            )
            .as_deref(),
            Some("plai… short ?x=a%2F…&y=a/…")
        );
        assert_eq!(known("plain words only", &secrets), None);
    }

    proptest! {
        #[test]
        fn nothing_upsets_it_and_twice_is_once(given in "[\\PC\\n]{0,200}") {
            let once = text(&given);
            prop_assert_eq!(text(&once), once);
        }

        #[test]
        fn twice_is_once_where_it_is_made_of_what_it_looks_for(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "code", "token", "=", ":", "\"", "'", "&", "?", "#", "%3D", "%26", ";", " ", "<input name=", "value=", ">", "eyJa", ".",
                "Cookie: ", "Bearer ", "Authorization: ", "Zm9v7QxK3pLw9sT2vB8n", "abc", "…", "1", "\n", "&quot;", "\\\"", "ä",
            ]), 0..40),
        ) {
            let once = text(&pieces.concat());
            prop_assert_eq!(text(&once), once);
        }

        #[test]
        fn a_random_secret_is_nowhere_left(
            secret in "[A-Za-z0-9_-]{12,40}[0-9][A-Za-z][A-Za-z0-9_-]{8,30}",
            place in prop::sample::select(PLACES.to_vec()),
        ) {
            let masked = text(&place.replace('@', &secret));
            prop_assert!(!masked.contains(&secret), "{}", masked);
            prop_assert!(!masked.contains(&secret[5..]), "{}", masked);
        }
    }
}
