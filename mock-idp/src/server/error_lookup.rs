//! `/error?code=50011`: the public page on which people look a code up.

use axum::extract::Query;
use axum::response::Response;
use maud::html;

use super::page;
use crate::aadsts::{CODES, LEFT_OUT};

/// The page; without a code a form that asks for one.
pub(super) async fn show(Query(query): Query<Vec<(String, String)>>) -> Response {
    let asked = page::field(&query, "code").unwrap_or_default().trim();
    let digits = asked.strip_prefix("AADSTS").unwrap_or(asked);
    let code: Option<u32> = digits.parse().ok();
    let known = CODES.iter().find(|known| Some(known.number) == code);
    let left_out = LEFT_OUT.iter().find(|(number, ..)| Some(*number) == code);
    let content = html! {
        main.card.medium {
            h1 { "Look up an error code" }
            form.search method="get" action="/error" {
                label for="code" { "Code" }
                div {
                    input #code name="code" inputmode="numeric" value=(asked) maxlength="20" placeholder="50011";
                    button type="submit" { "Look up" }
                }
            }
            @if let Some(known) = known {
                section.resolution {
                    h2 { "AADSTS" (known.number) }
                    @if !known.name.is_empty() { p.muted { code { (known.name) } } }
                    p { (advice(known.number)) }
                }
            } @else if let Some((number, name, reason)) = left_out {
                section.resolution {
                    h2 { "AADSTS" (number) }
                    @if !name.is_empty() { p.muted { code { (name) } } }
                    p { "This mock never shows it: " (reason) "." }
                }
            } @else if !asked.is_empty() {
                p role="status" { "No sign-in with SAML ends with the code “" (asked) "”, as far as this mock knows." }
            }
        }
    };
    page::document("Look up an error code", &content)
}

/// What an administrator does about a code.
pub(super) fn advice(code: u32) -> &'static str {
    match code {
        16000 => {
            "Several people are signed in in this browser, and the application asked for a sign-in without questions. Send login_hint, or leave IsPassive out."
        }
        50003 => {
            "The application has certificates, but no private key of any. Make a new certificate and make it active."
        }
        50006 => {
            "The application requires signed requests. Upload the certificate that it signs with under “Verification certificates”."
        }
        50007 => {
            "Token encryption is on without a usable certificate. Import the application’s certificate again, or deactivate encryption."
        }
        50010 => "Enter an Identifier in “Basic SAML Configuration”.",
        50011 => {
            "The URL that the request asks the response for must stand among the Reply URLs in “Basic SAML Configuration”: to the letter, with case, port and trailing slash."
        }
        50020 | 90072 => {
            "The account belongs to another organisation. Invite it as a guest, or sign in with an account of this one."
        }
        50034 => "There is no such account in this organisation. Mind the domain after the @.",
        50053 => "Sign-in of this account is locked. Set its sign-in state back in the portal.",
        50055 => "The password has expired. Give the account a new one in the portal.",
        50056 => "The directory has no password for this account. Give it one in the portal.",
        50057 => "The account is disabled. Enable it in the portal.",
        50058 => {
            "The application asked for a sign-in without questions (IsPassive), and nobody is signed in."
        }
        50061 => {
            "The sign-out request cannot be processed: see what it lacks, or enter a Logout Url in “Basic SAML Configuration”."
        }
        50068 => "The application asked to end a session in which it takes no part.",
        50070 => {
            "The SessionIndex of the sign-out request is none that was given to the application in this browser. It is the ID of the assertion."
        }
        50071 => "The signed sign-out request is too old. Compare the clocks.",
        50072 | 50079 => "A second factor is required and none is set up for the account.",
        50074 => "The second factor was not given.",
        50076 => "A second factor is required, and the session has none. Send a request that may ask for it.",
        50078 => "The second factor must be given again. Send a request that may ask for it.",
        50105 => {
            "Assign the person, or a group that the person is a direct member of, under “Users and groups” of the application; or switch “Assignment required?” off."
        }
        50124 => "A claim’s transformation cannot be done as it is written. Look at “Attributes & Claims”.",
        50126 => "The account name or the password is wrong.",
        50133 => "The password was changed after this session began. Sign in again.",
        50146 => {
            "Claims are customised, and the application has no signing certificate of its own. Make one."
        }
        53000..=53003 => {
            "A conditional access policy of the application ends the sign-in. Look at the application’s properties."
        }
        75001 => {
            "The parameters of the message contradict each other. Send one SAMLRequest, or one SAMLResponse, and each other parameter once."
        }
        75003 => {
            "The message came by a binding that is not taken for its kind. Sign-out goes by HTTP-Redirect."
        }
        75005 => {
            "The message is no SAML 2.0 request as Azure takes it. It needs ID, Version 2.0, IssueInstant and Issuer."
        }
        75006 => "The request asks for something that Azure does not do; the error within says what.",
        75008 => "The Destination of the request is not the Login URL.",
        75011 => {
            "The request asks for a method of authentication (RequestedAuthnContext) that the person did not use. Leave it out of the request."
        }
        75016 => "The Format of the request’s NameIDPolicy is no URI.",
        76021 => {
            "The application requires signed requests, and this one was not signed in the way of its binding: a redirect signs its query, a posted request carries a Signature."
        }
        76026 => "The signed request is too old. Compare the clocks.",
        90002 | 900023 => {
            "The URL names no tenant of this directory. Copy the Login URL from “Set up” of the application."
        }
        90011 => "Leave SPNameQualifier out of NameIDPolicy.",
        90014 => "A field of the form is missing.",
        90015 => "The query is too long. Send long requests by HTTP-POST.",
        90019 => "The link does not say which tenant is meant. Add tenantId.",
        90022 => "An account name has the form user@domain.",
        90023 => "The request makes no sense here. Start again at the application.",
        90033 => "The mock itself failed. Its log says why.",
        90107 => "The message holds characters that XML does not have, or is no UTF-8.",
        500011 => {
            "The id at the end of the URL is no service principal of this tenant: use the Object ID of the enterprise application."
        }
        500014 | 7000112 => "The application is disabled. Set “Enabled for users to sign-in?” to Yes.",
        501241 => "The NameID is made from an attribute that this person does not have.",
        650056 => "Select SAML under “Single sign-on” of the application.",
        700016 => {
            "The Issuer of the request must stand among the Identifiers in “Basic SAML Configuration”, to the letter; and the request must go to the tenant that has the application."
        }
        750032 => "Azure answers by HTTP-POST only. Set ProtocolBinding to it, or leave it out.",
        750054 => "Neither SAMLRequest nor SAMLResponse was sent. Look at the name of the parameter.",
        750055 => "A redirect compresses its message with raw DEFLATE before Base64.",
        750056 => "The message is not Base64, or was percent-encoded twice.",
        750161 => {
            "The NameIDPolicy names a Format that Azure does not take. Leave it out, and choose the format in “Attributes & Claims”."
        }
        900235 => "Set Comparison of RequestedAuthnContext to exact, or leave it out.",
        900236 => "Leave the element out of the request; login_hint names the person in place of Subject.",
        900971 => "Enter a Reply URL in “Basic SAML Configuration”.",
        7500525 => "The message is not well-formed XML.",
        7500529 => "An ID begins with a letter or an underscore. Put one in front of what you generate.",
        7500530 => "A LogoutRequest names the person in a NameID.",
        _ => "There is no advice for this code.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_advice_for_every_code_that_is_given() {
        for code in CODES {
            assert_ne!(advice(code.number), advice(0), "{}", code.number);
        }
    }
}
