//! The requests: ten and more that Azure refuses, ten and more that it takes.

use saml::{
    AuthnRequest,
    authn_request::{NameIdPolicy, RequestedContext},
    names::{binding, name_id},
};
use samlitmus::judge::VerdictKind;

use crate::sp::{Encoding, Sign};

/// One SP, by what it sends.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Azure's code; none where it goes on.
    pub(crate) code: Option<u32>,
    /// What is told of it.
    pub(crate) verdict: VerdictKind,
    /// What the bytes that are shown have in them.
    pub(crate) bytes: &'static str,
    /// Whether the rest of the catalogue can be judged.
    pub(crate) judged: bool,
    /// What differs from a request as every SP sends it.
    pub(crate) change: fn(&mut AuthnRequest),
    /// What is put before the end of it.
    pub(crate) more: &'static str,
    pub(crate) encoding: Encoding,
    /// The path of the IdP's that it is sent to.
    pub(crate) tenant: Option<&'static str>,
    /// Whether the metadata says that requests are signed.
    pub(crate) advertises: bool,
    pub(crate) sign: Sign,
    /// What stands in `[idp.azure]`.
    pub(crate) azure: &'static str,
}

fn case(name: &'static str, code: Option<u32>, change: fn(&mut AuthnRequest)) -> Case {
    Case {
        name,
        code,
        verdict: VerdictKind::Fail,
        bytes: "",
        judged: true,
        change,
        more: "",
        encoding: Encoding::Redirect,
        tenant: None,
        advertises: false,
        sign: Sign::Not,
        azure: "",
    }
}

fn policy(format: &str) -> Option<NameIdPolicy> {
    Some(NameIdPolicy {
        format: Some(format.to_owned()),
        ..NameIdPolicy::default()
    })
}

fn context(comparison: Option<&str>, class: &str) -> Option<RequestedContext> {
    Some(RequestedContext {
        comparison: comparison.map(str::to_owned),
        classes: vec![class.to_owned()],
        has_declaration: false,
    })
}

const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
const IDP_LIST: &str =
    "<samlp:Scoping><samlp:IDPList><samlp:IDPEntry ProviderID=\"urn:idp\"/></samlp:IDPList></samlp:Scoping>";
const SUBJECT: &str = "<saml:Subject xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"><saml:NameID>alice</saml:NameID></saml:Subject>";

pub(crate) fn refused() -> Vec<Case> {
    let none = |_: &mut AuthnRequest| {};
    vec![
        Case {
            bytes: "ID=\"7f",
            ..case("ID begins with a digit", Some(7_500_529), |request| {
                request.id = format!("7f{}", request.id.trim_start_matches('_'));
            })
        },
        Case {
            bytes: "+/=",
            ..case("ID is Base64", Some(7_500_529), |request| {
                request.id = format!("{}+/=", request.id);
            })
        },
        Case {
            bytes: "WindowsDomainQualifiedName",
            ..case("NameIDPolicy of Windows", Some(750_161), |request| {
                request.name_id_policy =
                    policy("urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName");
            })
        },
        Case {
            bytes: "2.0:nameid-format:emailAddress",
            ..case("emailAddress of 2.0", Some(750_161), |request| {
                request.name_id_policy = policy("urn:oasis:names:tc:SAML:2.0:nameid-format:emailAddress");
            })
        },
        Case {
            bytes: "Format=\"email\"",
            ..case("NameIDPolicy that is no URI", Some(75016), |request| {
                request.name_id_policy = policy("email");
            })
        },
        Case {
            bytes: "Comparison=\"minimum\"",
            ..case("Comparison minimum", Some(900_235), |request| {
                request.requested_context = context(Some("minimum"), PASSWORD);
            })
        },
        Case {
            bytes: "<samlp:IDPList>",
            more: IDP_LIST,
            ..case("IDPList", Some(900_236), none)
        },
        Case {
            bytes: "<saml:Subject",
            more: SUBJECT,
            ..case("Subject", Some(900_236), none)
        },
        Case {
            bytes: "HTTP-Redirect",
            ..case("answer by HTTP-Redirect", Some(750_032), |request| {
                request.protocol_binding = Some(binding::REDIRECT.to_owned());
            })
        },
        Case {
            bytes: "/metadata/",
            ..case("Issuer with a slash", Some(700_016), |request| {
                request.issuer = request.issuer.take().map(|issuer| format!("{issuer}/"));
            })
        },
        Case {
            bytes: "?from=proxy",
            ..case("ACS not registered", Some(50011), |request| {
                request.acs_url = request.acs_url.take().map(|url| format!("{url}?from=proxy"));
            })
        },
        Case {
            bytes: "<samlp:AuthnRequest",
            ..case("no IssueInstant", Some(75005), |request| {
                request.issue_instant = None
            })
        },
        Case {
            tenant: Some("other.example"),
            ..case("tenant of somebody else", Some(90002), none)
        },
        Case {
            advertises: true,
            bytes: "<samlp:AuthnRequest",
            ..case("unsigned, and says it signs", Some(76021), none)
        },
        Case {
            advertises: true,
            sign: Sign::Other,
            verdict: VerdictKind::Warn,
            bytes: "SigAlg=",
            ..case("signed by another key", Some(50006), none)
        },
        Case {
            encoding: Encoding::DeflatedPost,
            ..case("deflated over POST", Some(90107), none)
        },
        Case {
            encoding: Encoding::Plain,
            bytes: "PHNhbWxw",
            ..case("redirect not deflated", Some(750_055), none)
        },
        Case {
            encoding: Encoding::Text,
            bytes: "<samlp:AuthnRequest",
            ..case("XML in the query", Some(750_056), none)
        },
        Case {
            azure: "check_destination = true",
            bytes: "elsewhere.example",
            ..case("Destination elsewhere", Some(75008), |request| {
                request.destination = Some("https://elsewhere.example/sso".to_owned());
            })
        },
    ]
}

pub(crate) fn taken() -> Vec<Case> {
    let none = |_: &mut AuthnRequest| {};
    vec![
        case("as every SP sends it", None, none),
        case("without ACS and policy", None, |request| {
            request.acs_url = None;
            request.protocol_binding = None;
        }),
        case("ACS by index", None, |request| {
            request.acs_url = None;
            request.acs_index = Some(0);
        }),
        case("emailAddress of 1.1", None, |request| {
            request.name_id_policy = policy(name_id::EMAIL);
        }),
        case("unspecified", None, |request| {
            request.name_id_policy = policy(name_id::UNSPECIFIED);
        }),
        case("password, exact", None, |request| {
            request.requested_context = context(Some("exact"), PASSWORD);
        }),
        case("password, no Comparison", None, |request| {
            request.requested_context = context(None, PASSWORD);
        }),
        case("ForceAuthn", None, |request| request.force_authn = true),
        case("Destination elsewhere", None, |request| {
            request.destination = Some("https://elsewhere.example/sso".to_owned());
        }),
        case("ID in Greek", None, |request| {
            request.id = format!("αβγ{}", request.id)
        }),
        Case {
            more: "<samlp:Scoping/>",
            ..case("empty Scoping", None, none)
        },
        Case {
            encoding: Encoding::Post,
            ..case("by POST", None, none)
        },
        Case {
            advertises: true,
            sign: Sign::Own,
            ..case("signed, and says so", None, none)
        },
        Case {
            sign: Sign::Other,
            ..case("signed, and says nothing", None, none)
        },
        Case {
            tenant: Some("common"),
            ..case("to /common", None, none)
        },
    ]
}
