//! Where an expectation comes from, in words.

use scenarios::scenario::Refs;

/// Clauses, published vulnerabilities, weaknesses, papers: one text each.
pub(crate) fn told(refs: &Refs) -> Vec<String> {
    let spec = refs.spec.iter().map(|clause| format!("SAML {clause}"));
    let cwe = refs.cwe.iter().map(|number| format!("CWE-{number}"));
    spec.chain(refs.cve.iter().cloned())
        .chain(cwe)
        .chain(refs.paper.iter().cloned())
        .collect()
}
