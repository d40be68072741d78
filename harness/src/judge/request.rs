//! The SP's own AuthnRequests, as Azure would take them: what was seen of them, added up, and the judgement.

use std::collections::BTreeMap;

use mock_idp::Aadsts;
use saml::names::ns;
use scenarios::{Expected, Scenario};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{VerdictKind, verdict::Verdict};
use crate::text::counted;

/// As much of a request is kept, and of the part that is refused, in characters.
const LONGEST: usize = 8_000;
const PART: usize = 400;

/// One AuthnRequest that arrived, and what Azure says to it.
#[derive(Clone, Debug)]
pub(crate) struct Arrived<'a> {
    /// All for which Azure would not go on, the first first; empty where it would.
    pub(crate) refusals: &'a [Aadsts],
    /// Its decoded text; where it could not be decoded, as much of the parameter as was kept.
    pub(crate) text: &'a str,
    /// The query of a redirect, for its signature.
    pub(crate) query: Option<&'a str>,
    /// `redirect` or `post`.
    pub(crate) binding: &'static str,
}

/// What Azure refuses of the SP's own AuthnRequests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "RefusedRequest")]
pub struct Refused {
    /// The number behind `AADSTS`.
    pub code: u32,
    /// Azure's sentence, with the code.
    pub says: String,
    /// So many of the run's AuthnRequests.
    pub count: usize,
    /// How the first of them came: `redirect` or `post`.
    pub binding: String,
    /// The bytes that are refused, out of the first of them.
    pub part: String,
    /// The first of them, decoded where that was possible; at most 8,000 characters.
    pub text: String,
}

/// All AuthnRequests of a run, added up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requests {
    /// So many came.
    pub checked: usize,
    /// So many of them Azure would have turned away.
    pub refused: usize,
    /// What they refuse, by the number behind `AADSTS`.
    pub by_code: BTreeMap<u32, Refused>,
}

impl Requests {
    /// Adds one.
    pub(crate) fn add(&mut self, arrived: &Arrived<'_>) {
        self.checked += 1;
        self.refused += usize::from(!arrived.refusals.is_empty());
        let mut counted = Vec::new();
        for error in arrived.refusals {
            let code = error.code();
            // One request with two unsupported properties is one request.
            if counted.contains(&code) {
                continue;
            }
            counted.push(code);
            self.by_code
                .entry(code)
                .or_insert_with(|| Refused {
                    code,
                    says: error.to_string(),
                    count: 0,
                    binding: arrived.binding.to_owned(),
                    part: offending(error, arrived),
                    text: cut(arrived.text, LONGEST),
                })
                .count += 1;
        }
    }

    /// Adds what came before: of what was refused in both, the first request is the one of before.
    pub(crate) fn after(&mut self, before: Self) {
        self.checked += before.checked;
        self.refused += before.refused;
        for (code, mut first) in before.by_code {
            first.count += self.by_code.get(&code).map_or(0, |refused| refused.count);
            self.by_code.insert(code, first);
        }
    }

    /// What was checked, in a sentence; none where no request came.
    pub(crate) fn told(&self) -> Option<String> {
        let came = counted(self.checked, "AuthnRequest");
        match (self.checked, self.refused) {
            (0, _) => None,
            (_, 0) => Some(format!("{came} checked as Azure checks them: it takes all")),
            (_, refused) => Some(format!(
                "{came} checked as Azure checks them: it would turn {refused} away"
            )),
        }
    }

    /// The codes of a scenario with which Azure would have refused requests, those of the most requests first.
    pub(crate) fn of(&self, scenario: &Scenario) -> Vec<&Refused> {
        let mut found: Vec<&Refused> = scenario
            .aadsts
            .iter()
            .filter_map(|code| self.by_code.get(code))
            .collect();
        found.sort_by_key(|refused| std::cmp::Reverse(refused.count));
        found
    }
}

/// The judgement of a scenario that watches; none where Azure takes every request. `required` says that the application, as it
/// is registered, requires signed requests: then what is looked at only there is no recommendation any more.
pub(crate) fn judge(scenario: &Scenario, requests: &Requests, required: bool) -> Option<Verdict> {
    let found = requests.of(scenario);
    let clauses: Vec<String> = found
        .iter()
        .map(|refused| {
            format!(
                "to {} of {} Azure answers {} (in the first: {})",
                refused.count,
                counted(requests.checked, "AuthnRequest"),
                refused.says.trim_end_matches('.'),
                refused.part
            )
        })
        .collect();
    (!clauses.is_empty()).then(|| Verdict {
        kind: match scenario.verdict {
            Expected::MustHold => VerdictKind::Fail,
            _ if required => VerdictKind::Fail,
            _ => VerdictKind::Warn,
        },
        severity: scenario.severity,
        reason: format!("{}; {}", clauses.join("; "), scenario.rule),
    })
}

/// Where in a request the fault stands.
enum Place {
    /// An attribute of the document element; the element's start tag where there is none.
    Attribute(&'static [&'static str]),
    /// A child of the document element.
    Child(&'static str, &'static str),
    /// The beginning.
    Beginning,
}

fn offending(error: &Aadsts, arrived: &Arrived<'_>) -> String {
    if let (Aadsts::InvalidSignature { .. }, Some(query)) = (error, arrived.query) {
        let signed = query.split('&').filter(|part| {
            ["SigAlg=", "Signature="]
                .iter()
                .any(|name| part.starts_with(name))
        });
        let signed: Vec<&str> = signed.collect();
        if !signed.is_empty() {
            return cut(&signed.join("&"), PART);
        }
    }
    let place = match error {
        Aadsts::InvalidId { .. } => Place::Attribute(&["ID"]),
        Aadsts::ApplicationNotFound { .. } => Place::Child(ns::SAML, "Issuer"),
        Aadsts::ReplyUrlMismatch { .. } => {
            Place::Attribute(&["AssertionConsumerServiceURL", "AssertionConsumerServiceIndex"])
        }
        Aadsts::SignatureRequired { .. } | Aadsts::InvalidMessage { .. } => Place::Attribute(&[]),
        Aadsts::InvalidSignature { .. } => Place::Child(ns::DS, "Signature"),
        Aadsts::RequestExpired { .. } => Place::Attribute(&["IssueInstant"]),
        Aadsts::UnexpectedDestination { .. } => Place::Attribute(&["Destination"]),
        Aadsts::SpNameQualifierNotSupported { .. }
        | Aadsts::InvalidNameIdPolicy { .. }
        | Aadsts::UnsupportedNameIdFormat { .. } => Place::Child(ns::SAMLP, "NameIDPolicy"),
        Aadsts::ComparisonNotExact { .. } => Place::Child(ns::SAMLP, "RequestedAuthnContext"),
        Aadsts::PropertyNotSupported { property } => match property.as_str() {
            "Subject" => Place::Child(ns::SAML, "Subject"),
            "ProxyCount" | "IDPList" | "RequesterID" => Place::Child(ns::SAMLP, "Scoping"),
            _ => Place::Child(ns::SAMLP, "RequestedAuthnContext"),
        },
        Aadsts::UnsupportedBinding { .. } => Place::Attribute(&["ProtocolBinding"]),
        _ => Place::Beginning,
    };
    cut(piece(arrived.text, &place).unwrap_or(arrived.text), PART)
}

/// A piece of the text as it was sent; none where it is no XML, or the piece is not there.
fn piece<'a>(text: &'a str, place: &Place) -> Option<&'a str> {
    let tree = saml::document::parse(text).ok()?;
    let root = tree.root_element();
    match place {
        Place::Beginning => None,
        Place::Attribute(names) => {
            let found = names.iter().find_map(|name| root.attribute_node(*name));
            match found {
                Some(attribute) => text.get(attribute.range()),
                None => start_tag(text, root),
            }
        }
        Place::Child(namespace, name) => {
            let mut children = root.children();
            let found = children.find(|node| node.has_tag_name((*namespace, *name)));
            text.get(found?.range())
        }
    }
}

/// Up to the document element's first child: its start tag.
fn start_tag<'a>(text: &'a str, root: roxmltree::Node<'_, '_>) -> Option<&'a str> {
    let range = root.range();
    let end = root.first_child().map_or(range.end, |child| child.range().start);
    text.get(range.start..end)
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const XML: &str = concat!(
        "<p:AuthnRequest xmlns:p=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"1f\" Version=\"2.0\">",
        "<a:Issuer xmlns:a=\"urn:oasis:names:tc:SAML:2.0:assertion\">urn:sp</a:Issuer>",
        "<p:NameIDPolicy Format=\"urn:x\"/></p:AuthnRequest>",
    );

    fn id() -> Aadsts {
        Aadsts::InvalidId { id: "1f".to_owned() }
    }

    fn arrived<'a>(refusals: &'a [Aadsts], text: &'a str) -> Arrived<'a> {
        Arrived {
            refusals,
            text,
            query: None,
            binding: "redirect",
        }
    }

    fn watching(verdict: &str, codes: &[u32]) -> Scenario {
        let text = serde_json::json!({
            "id": "azure/x", "title": "t", "verdict": verdict, "severity": "high",
            "rule": "an ID is a name", "why": "w", "aadsts": codes,
        });
        serde_json::from_value(text).unwrap()
    }

    #[test]
    fn what_azure_takes_is_counted_and_not_told() {
        let mut requests = Requests::default();
        assert_eq!(requests.told(), None);
        requests.add(&arrived(&[], XML));
        requests.add(&arrived(&[], XML));
        assert_eq!(
            judge(&watching("MUST_HOLD", &[7_500_529]), &requests, false),
            None
        );
        assert_eq!(
            requests.told().unwrap(),
            "2 AuthnRequests checked as Azure checks them: it takes all"
        );
    }

    #[test]
    fn what_azure_refuses_is_told_once_with_code_count_and_bytes() {
        let mut requests = Requests::default();
        requests.add(&arrived(&[], XML));
        requests.add(&arrived(&[id()], XML));
        requests.add(&arrived(&[id(), id()], XML));
        let verdict = judge(&watching("MUST_HOLD", &[7_500_529]), &requests, false).unwrap();
        assert_eq!(verdict.kind, VerdictKind::Fail);
        assert_eq!(
            verdict.reason,
            "to 2 of 3 AuthnRequests Azure answers AADSTS7500529: The value '1f' is not a valid SAML ID. The ID must not \
             begin with a number (in the first: ID=\"1f\"); an ID is a name"
        );
        assert_eq!(judge(&watching("MUST_HOLD", &[75005]), &requests, false), None);
        assert!(requests.told().unwrap().ends_with("it would turn 2 away"));
    }

    #[test]
    fn what_is_looked_at_only_where_it_is_required_is_amber_elsewhere() {
        let mut requests = Requests::default();
        let wrong = Aadsts::InvalidSignature {
            detail: "it does not hold".to_owned(),
        };
        requests.add(&Arrived {
            query: Some("SAMLRequest=x&SigAlg=urn%3Aa&Signature=AA"),
            ..arrived(&[wrong], XML)
        });
        let kind = |required| judge(&watching("SHOULD_HOLD", &[50006]), &requests, required).unwrap();
        assert_eq!(kind(false).kind, VerdictKind::Warn);
        assert_eq!(kind(true).kind, VerdictKind::Fail);
        assert!(
            kind(true)
                .reason
                .contains("in the first: SigAlg=urn%3Aa&Signature=AA")
        );
    }

    #[test]
    fn the_piece_is_the_one_that_is_refused() {
        let part = |error: Aadsts| offending(&error, &arrived(&[], XML));
        assert_eq!(part(id()), "ID=\"1f\"");
        let policy = Aadsts::UnsupportedNameIdFormat {
            format: "urn:x".to_owned(),
        };
        assert_eq!(part(policy), "<p:NameIDPolicy Format=\"urn:x\"/>");
        let unsigned = Aadsts::SignatureRequired {
            app_id: String::new(),
        };
        assert!(part(unsigned).ends_with("Version=\"2.0\">"));
        assert_eq!(offending(&Aadsts::NotBase64, &arrived(&[], "%3Cp")), "%3Cp");
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "\\PC{0,600}", code in 0usize..4) {
            let errors = [id(), Aadsts::NotBase64, Aadsts::ComparisonNotExact { comparison: text.clone() },
                Aadsts::InvalidSignature { detail: String::new() }];
            let mut requests = Requests::default();
            requests.add(&Arrived { query: Some(&text), ..arrived(&errors[code..=code], &text) });
            prop_assert_eq!(requests.refused, 1);
        }
    }
}
