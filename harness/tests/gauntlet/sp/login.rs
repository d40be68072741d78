//! How a sign-in begins at the SP, well or badly.

use base64::prelude::*;
use saml::{
    AuthnRequest,
    authn_request::NameIdPolicy,
    binding::{deflate, encode_post, redirect_query},
    document::escape_attribute,
    names::binding,
};

use super::{
    chance::random,
    pages::{ELSEWHERE, page},
    switches::{Login, Sp},
    wire::{Answer, Response},
};

/// An AuthnRequest of this SP.
pub(crate) fn request(sp: &Sp, entity_id: &str, acs: &str, sso: &str) -> AuthnRequest {
    AuthnRequest {
        id: format!("_{}", random(16)),
        version: "2.0".to_owned(),
        issue_instant: Some(saml::instant::format(jiff::Timestamp::now())),
        issuer: Some(entity_id.to_owned()),
        destination: Some(sso.to_owned()),
        acs_url: Some(acs.to_owned()),
        protocol_binding: Some(binding::POST.to_owned()),
        name_id_policy: sp.asks.map(|format| NameIdPolicy {
            format: Some(format.to_owned()),
            sp_name_qualifier: None,
            allow_create: Some(true),
        }),
        ..AuthnRequest::default()
    }
}

/// The way to the IdP, from a page of the login: the first is numbered 0.
pub(crate) fn begin(sp: &Sp, request: &AuthnRequest, sso: &str, step: usize) -> Answer {
    let xml = request.to_xml();
    let separator = if sso.contains('?') { '&' } else { '?' };
    let query = redirect_query("SAMLRequest", &xml, Some("/me"));
    let to = format!("{sso}{separator}{query}");
    let written = escape_attribute(&to).into_owned();
    let answer = match sp.login {
        Login::Redirect | Login::Stumbles(_) => Response::see(&to),
        Login::MetaRefresh => {
            let refresh = format!("<meta http-equiv=\"refresh\" content=\"0; url={written}\">");
            page(200, "Signing in", &refresh)
        }
        Login::Post => form(sso, &encode_post(xml.as_bytes())),
        Login::DeflatedPost => form(sso, &BASE64_STANDARD.encode(deflate(&xml))),
        Login::Script => {
            let to = serde_json::Value::String(to).to_string().replace('/', "\\/");
            page(
                200,
                "Signing in",
                &format!("<script>location.href = {to};</script>"),
            )
        }
        Login::Missing => page(404, "Not Found", "<h1>Not Found</h1>"),
        Login::Breaks => page(500, "Error", "<h1>No identity provider is configured</h1>"),
        Login::Away => Response::see(ELSEWHERE),
        Login::Loop => Response::see("/login"),
        Login::Hangs => return Answer::Hang,
        Login::LongWay if step < 6 => Response::see(&format!("/login?step={}", step + 1)),
        Login::LongWay => Response::see(&to),
        Login::AsksMail => page(
            200,
            "Sign in",
            "<form method=\"post\" action=\"/login\"><label>Mail <input name=\"mail\"></label><button>Next</button></form>",
        ),
    };
    answer.into()
}

fn form(action: &str, value: &str) -> Response {
    let action = escape_attribute(action);
    let fields = format!(
        "<form method=\"post\" action=\"{action}\"><input type=\"hidden\" name=\"SAMLRequest\" value=\"{value}\">\
         <input type=\"hidden\" name=\"RelayState\" value=\"/me\"></form>\
         <script>document.forms[0].submit()</script>"
    );
    page(200, "Signing in", &fields)
}
