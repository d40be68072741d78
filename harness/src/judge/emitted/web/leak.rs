//! What an answer tells of what is within: stack traces, keys, messages that were decrypted.

use std::sync::LazyLock;

use regex::Regex;

/// What is told, and the sign by which it is known. Each needs more than a word that could stand in any sentence.
const SIGNS: [(&str, &str); 10] = [
    ("a private key", r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----"),
    (
        "a stack trace (Java)",
        r"(?m)\bat [\w$.]+\.[\w$<>]+\((?:[\w$]+\.(?:java|kt|scala):\d+|Native Method|Unknown Source)\)",
    ),
    (
        "a stack trace (Python)",
        r#"Traceback \(most recent call last\)|File (?:"|&quot;)[^"&\n]+\.py(?:"|&quot;), line \d+"#,
    ),
    (
        "a stack trace (.NET)",
        r"(?m)\bat [\w.<>`]+\([^)\n]*\) in \S+\.(?:cs|vb):line \d+|\bSystem\.\w+Exception: ",
    ),
    (
        "a stack trace (PHP)",
        r"(?:Fatal error|Warning|Notice|Uncaught \w+)\b.{0,400}? in \S+\.php(?:\(\d+\)|:\d+| on line)|Stack trace:\s+#0 ",
    ),
    (
        "a stack trace (JavaScript)",
        r"(?m)\bat (?:async )?(?:[\w$.<>]+ (?:\[as \w+\] )?\()?(?:file://|node:|/)[^\s()]+:\d+:\d+\)?",
    ),
    ("a stack trace (Ruby)", r"(?m)\S+\.rb:\d+:in [`'&]"),
    (
        "a stack trace (Go)",
        r"goroutine \d+ \[\w+\]:|\S+\.go:\d+ \+0x[0-9a-f]+",
    ),
    (
        "a stack trace (Rust)",
        r"thread '[^'\n]+' panicked at|stack backtrace:",
    ),
    ("a stack trace (Perl)", r" at /\S+\.p[lm] line \d+\."),
];

static KNOWN: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let compiled = SIGNS
        .iter()
        .filter_map(|(what, sign)| Some((*what, Regex::new(sign).ok()?)));
    compiled.collect()
});

/// What a body tells that it should not.
pub(super) fn leak(body: &str) -> Option<&'static str> {
    KNOWN
        .iter()
        .find(|(_, sign)| sign.is_match(body))
        .map(|(what, _)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_is_an_expression() {
        assert_eq!(KNOWN.len(), SIGNS.len());
    }

    #[test]
    fn what_comes_from_within_is_known_in_every_language() {
        for (body, what) in [
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", "private key"),
            (
                "java.lang.NullPointerException\n\tat org.example.Acs.read(Acs.java:42)",
                "Java",
            ),
            (
                "<pre>Traceback (most recent call last):\n  File \"/app/acs.py\", line 3",
                "Python",
            ),
            ("   at Acme.Acs.Read(String s) in C:\\src\\Acs.cs:line 12", ".NET"),
            (
                "<b>Fatal error</b>: Uncaught Exception in /var/www/acs.php:12 Stack trace: #0 {main}",
                "PHP",
            ),
            (
                "Error: bad\n    at Acs.read (/srv/app/acs.js:10:15)",
                "JavaScript",
            ),
            ("app/acs.rb:12:in `read'", "Ruby"),
            ("goroutine 7 [running]:\nmain.acs()", "Go"),
            ("thread 'main' panicked at src/acs.rs:1:2:", "Rust"),
            ("Can't decode at /usr/lib/cgi-bin/acs.pl line 9.", "Perl"),
        ] {
            assert!(
                leak(body).is_some_and(|told| told.contains(what)),
                "{body}: {:?}",
                leak(body)
            );
        }
    }

    #[test]
    fn a_refusal_in_words_is_none() {
        for body in [
            "<h1>Sign-in failed</h1><p>The response expired at 12:30:05. Reference 8f2a.</p>",
            r#"{"error": "invalid signature", "at": "/singlesignon/saml/SSO"}"#,
            "Warning: your password expires in 3 days. See /help/index.html",
            "<script src=\"/assets/app.js\"></script> Error in line 3 of the document",
            "-----BEGIN CERTIFICATE-----\nMIIC",
        ] {
            assert_eq!(leak(body), None, "{body}");
        }
    }
}
