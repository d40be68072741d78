//! What the IdP made of the SP's AuthnRequest, and what Azure would say to it.

use mock_idp::server::{Binding, Live};
use saml::AuthnRequest;

use super::model::plain;

/// An AuthnRequest, read and judged.
#[derive(Clone, Debug, Default)]
pub(super) struct Request {
    /// Name and value.
    pub(super) lines: Vec<(&'static str, String)>,
    /// Why the IdP could not read it.
    pub(super) unreadable: Option<String>,
    /// All that Azure would show in place of its sign-in page, one after the other.
    pub(super) refused: Option<String>,
    /// So many seconds the SP's clock is ahead of ours.
    pub(super) ahead: Option<i64>,
}

/// Reads what came, and what the IdP said to it.
pub(super) fn request(live: &Live) -> Request {
    let mut told = Request {
        lines: vec![("binding", binding(live.binding).to_owned())],
        unreadable: live.unreadable.as_deref().map(plain),
        ..Request::default()
    };
    let relay_state = match live.relay_state.as_deref() {
        None => "none".to_owned(),
        Some(state) => format!("{} bytes", state.len()),
    };
    if let Some(request) = &live.request {
        told.lines.extend(lines(request, live));
        told.ahead = live.ahead().map(|ahead| ahead.as_secs());
    }
    told.lines.push(("RelayState", relay_state));
    let refused: Vec<String> = live.refusals.iter().map(ToString::to_string).collect();
    told.refused = (live.request.is_some() && !refused.is_empty())
        .then(|| plain(&refused.join("; then, once that is mended: ")));
    let azure = match (&told.unreadable, &told.refused) {
        (Some(why), _) => format!("cannot read it: {why}"),
        (None, Some(why)) => format!("would refuse it: {why}"),
        (None, None) => "would go on with it".to_owned(),
    };
    told.lines.push(("Azure", azure));
    told
}

fn binding(binding: Binding) -> &'static str {
    match binding {
        Binding::Redirect => "HTTP-Redirect",
        Binding::Post => "HTTP-POST",
        Binding::IdpInitiated => "none: the IdP began",
    }
}

fn lines(request: &AuthnRequest, live: &Live) -> Vec<(&'static str, String)> {
    let or = |text: Option<&str>, none: &str| text.map_or_else(|| none.to_owned(), plain);
    let acs = match (&request.acs_url, request.acs_index) {
        (Some(url), _) => plain(url),
        (None, Some(index)) => format!("index {index}"),
        (None, None) => "none named: the default of its metadata".to_owned(),
    };
    let policy = request.name_id_policy.as_ref();
    let signature = live
        .raw_query
        .as_deref()
        .is_some_and(|query| query.split('&').any(|field| field.starts_with("Signature=")));
    let signed = match (signature, request.has_signature) {
        (true, _) => "yes, in the query",
        (false, true) => "yes, in the message",
        (false, false) => "no",
    };
    let mut lines = vec![
        ("Issuer", or(request.issuer.as_deref(), "none")),
        ("ACS", acs),
        (
            "NameIDPolicy",
            policy.map_or_else(
                || "none".to_owned(),
                |policy| or(policy.format.as_deref(), "no Format"),
            ),
        ),
        ("signed", signed.to_owned()),
    ];
    if let Some(context) = &request.requested_context {
        let comparison = context.comparison.as_deref().unwrap_or("exact");
        let classes = context.classes.join(", ");
        lines.push((
            "RequestedAuthnContext",
            plain(&format!("{comparison}: {classes}")),
        ));
    }
    let flags = [
        (request.force_authn, "ForceAuthn"),
        (request.is_passive, "IsPassive"),
    ];
    let set: Vec<&str> = flags
        .iter()
        .filter(|(set, _)| *set)
        .map(|(_, word)| *word)
        .collect();
    if !set.is_empty() {
        lines.push(("asks for", set.join(", ")));
    }
    lines
}
