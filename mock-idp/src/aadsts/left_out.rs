//! Codes that no SAML sign-in to this identity provider meets.

const OAUTH: &str = "an answer to OAuth or OpenID Connect clients; no SAML message leads there";
const INBOUND: &str =
    "Azure as the service provider of another identity provider (inbound federation), which is not mocked";

/// Codes of Microsoft's list that are never given, each with its name there and the reason.
pub const LEFT_OUT: &[(u32, &str, &str)] = &[
    (50008, "InvalidSamlToken", INBOUND),
    (50107, "InvalidRealmUri", INBOUND),
    (7500514, "", INBOUND),
    (65001, "DelegationDoesNotExist", OAUTH),
    (65005, "MisconfiguredApplication", OAUTH),
    (399274, "", OAUTH),
    (
        70001,
        "UnauthorizedClient",
        "the older number of 700016 and 7000112, which Azure gives since 2018",
    ),
    (
        90102,
        "",
        "a malformed wctx of a WS-Federation sign-in, which is advertised and not served",
    ),
    (
        50140,
        "KmsiInterrupt",
        "the log's name for the question \"Stay signed in?\"; it is no error and has no page",
    ),
    (50165, "", "no public text says when a SAML sign-in would meet it"),
    (
        165004,
        "",
        "a failure of Azure's own front door, behind which the mock does not stand",
    ),
    (
        165900,
        "",
        "a failure of Azure's own front door, behind which the mock does not stand",
    ),
];
