//! How a sign-in begins, and what lies behind the ACS.

use axum::response::Response;
use saml::{
    AuthnRequest,
    binding::{encode_post, redirect_query},
    names::binding,
};

use super::{
    chance::random,
    page::{Asked, attribute, json, page, redirect, with_cookie},
    routes::Site,
    switches::SignIn,
};

impl Site {
    /// `/login`.
    pub(super) fn login(&self, asked: &Asked) -> Response {
        let sign_in = self.sp.sign_in;
        match sign_in {
            SignIn::Redirect(status) => redirect(status, &self.to_idp()),
            SignIn::Interstitial => redirect(302, &self.to_idp()),
            SignIn::AutoPost => page(
                200,
                "Signing in",
                &self.posted("<script>document.forms[0].submit()</script>"),
            ),
            SignIn::BarePost => page(200, "Signing in", &self.posted("")),
            SignIn::Json => json(
                200,
                &serde_json::json!({"data": {"redirect": self.to_idp(), "help": "/help"}}),
            ),
            SignIn::Refresh(seconds) => {
                let to = attribute(&self.to_idp());
                page(
                    200,
                    "Signing in",
                    &format!("<meta http-equiv=\"refresh\" content=\"{seconds}; url={to}\">One moment."),
                )
            }
            SignIn::Script(0) => page(200, "Signing in", "<script>location.href = '/go'</script>"),
            SignIn::Script(milliseconds) => {
                let script =
                    format!("<script>setTimeout(() => location.assign('/go'), {milliseconds})</script>");
                page(200, "Signing in", &format!("One moment.{script}"))
            }
            SignIn::Button => page(
                200,
                "Welcome",
                "<h1>Welcome</h1><form action=\"/go\"><button>Sign in</button></form>",
            ),
            SignIn::Link => page(
                200,
                "Welcome",
                "<a href=\"/\">Home</a> <a href=\"/local\">Local account</a> <a href=\"/go?via=sso\"><b>Company</b> account</a> \
                 <a href=\"/logout\">Sign out</a>",
            ),
            SignIn::TokenForm => {
                let token = self.token();
                let form = format!(
                    "<p>You are about to sign in with a third-party account.</p><form method=\"post\" action=\"/go\">\
                     <input type=\"hidden\" name=\"csrf\" value=\"{token}\"><button type=\"submit\">Continue</button></form>"
                );
                with_cookie(
                    page(200, "Sign in", &form),
                    &format!("csrf={token}; Path=/; SameSite=Lax"),
                )
            }
            SignIn::MailFirst => {
                let wrong = asked
                    .parameter("unknown")
                    .map_or("", |_| "<p>We do not know this domain.</p>");
                let form = "<form method=\"post\" action=\"/realm\"><label for=\"mail\">Your e-mail</label>\
                            <input id=\"mail\" name=\"mail\" type=\"email\" required autofocus> <button>Next</button></form>";
                page(200, "Sign in", &format!("{wrong}{form}"))
            }
            SignIn::Popup => page(
                200,
                "Welcome",
                "<button type=\"button\" onclick=\"window.open('/go', 'sso', 'width=500,height=600')\">Sign in</button>",
            ),
        }
    }

    /// `/go`: on to the IdP, where the page before allows it.
    pub(super) fn go(&self, asked: &Asked) -> Response {
        let allowed = match self.sp.sign_in {
            SignIn::TokenForm => {
                asked.method == "POST"
                    && asked
                        .field("csrf")
                        .is_some_and(|token| self.spend(&token) && asked.cookie("csrf") == Some(&token))
            }
            _ => asked.method == "GET",
        };
        if allowed {
            redirect(302, &self.to_idp())
        } else {
            page(403, "Forbidden", "<h1>The token is missing or wrong</h1>")
        }
    }

    /// `/realm`: where the domain of a mail address leads.
    pub(super) fn realm(&self, asked: &Asked) -> Response {
        let mail = asked.field("mail").unwrap_or_default();
        if mail.ends_with("@contoso.example") || mail.ends_with("@fabrikam.example") {
            redirect(303, &self.to_idp())
        } else {
            redirect(303, "/login?unknown=1")
        }
    }

    /// Where somebody is led who has just been signed in.
    pub(super) fn landing(&self) -> Response {
        match self.sp.sign_in {
            SignIn::Interstitial => redirect(303, "/terms"),
            SignIn::Popup => page(
                200,
                "Signed in",
                "<script>if (window.opener) { window.opener.location = '/home'; window.close() } else { location = '/home' }</script>",
            ),
            _ => redirect(303, "/home"),
        }
    }

    /// The page that must be answered before anything else is shown.
    pub(super) fn terms(&self, asked: &Asked) -> Response {
        let Some(sid) = asked.cookie("sid") else {
            return redirect(303, "/login");
        };
        if asked.method == "GET" {
            let form = format!(
                "<form id=\"terms\" method=\"post\" enctype=\"application/x-www-form-urlencoded\"><input type=\"hidden\" name=\"csrf\" value=\"{}\">\
                 <label><input type=\"checkbox\" name=\"agree\" required> I agree</label><button>Go on</button></form>",
                self.token()
            );
            return page(200, "Terms", &form);
        }
        let token = asked.field("csrf").unwrap_or_default();
        if asked.field("agree").as_deref() == Some("on") && self.spend(&token) && self.accept_terms(sid) {
            redirect(303, "/home")
        } else {
            page(400, "Terms", "<p>That was no answer.</p>")
        }
    }

    /// The address at the IdP, with a new AuthnRequest.
    fn to_idp(&self) -> String {
        let query = redirect_query("SAMLRequest", &self.request(), Some("/home"));
        let separator = if self.sso.contains('?') { '&' } else { '?' };
        format!("{}{separator}{query}", self.sso)
    }

    /// A form with a new AuthnRequest.
    fn posted(&self, script: &str) -> String {
        let value = encode_post(self.request().as_bytes());
        format!(
            "<form method=\"post\" action=\"{}\"><input type=\"hidden\" name=\"SAMLRequest\" value=\"{value}\">\
             <input type=\"hidden\" name=\"RelayState\" value=\"/home\"><noscript>Your browser runs no scripts.</noscript>\
             <input type=\"submit\" value=\"Continue\"></form>{script}",
            attribute(&self.sso)
        )
    }

    fn request(&self) -> String {
        let request = AuthnRequest {
            id: format!("_{}", random(16)),
            version: "2.0".to_owned(),
            issue_instant: Some(saml::instant::format(jiff::Timestamp::now())),
            issuer: Some(self.rules.entity_id.clone()),
            destination: Some(self.sso.clone()),
            acs_url: Some(self.rules.acs.clone()),
            protocol_binding: Some(binding::POST.to_owned()),
            ..AuthnRequest::default()
        };
        self.ledger().requests.insert(request.id.clone());
        request.to_xml()
    }
}
