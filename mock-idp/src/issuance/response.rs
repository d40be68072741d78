//! The response to a sign-in, in the exact shape that Azure gives it.

use jiff::{SignedDuration, Timestamp};
use saml::assertion::{Assertion, Authn, Conditions, Confirmation, Subject};
use saml::encryption::{self, DataAlgorithm, KeyTransport};
use saml::instant;
use saml::key::SigningKey;
use saml::names::{context, method, status};
use saml::response::{Issuer, Response};
use saml::signature::{self, Template};

use super::{IssueError, SignIn, attributes, name_id_for, policy, reply_url};
use crate::{
    Aadsts, Application, AudienceSpn, ContextOf, Encryption, Lifetimes, Signing, SigningOption, Tenant, guid,
};

/// What Azure sends to the service provider, and what single logout will ask about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The SAML Response: signed and encrypted as the application is configured.
    pub xml: String,
    /// Where the browser posts it.
    pub reply_url: String,
    /// The SessionIndex, which is the assertion's ID.
    pub session_index: String,
    /// The value of the NameID.
    pub name_id: String,
}

/// The response by all that is configured: claims, policies, keys, encryption. The sign-in is taken as checked (see
/// [`super::check_request`], [`super::check_user`]).
///
/// # Errors
///
/// 50011 and 900971 for the Reply URL; 90033 where signing or encrypting fails.
pub fn respond(sign_in: &SignIn<'_>) -> Result<Issued, Aadsts> {
    let SignIn {
        tenant, application, ..
    } = *sign_in;
    let reply = reply_url(application, sign_in.request, &sign_in.azure)?;
    let draft = draft(sign_in);
    let signing = policy::signing_of(tenant, application);
    let key = tenant.keys_of(application).active;
    let xml = seal(&draft, sign_in, &signing, key).map_err(|error| Aadsts::ServiceFailed {
        detail: error.to_string(),
    })?;
    let assertion = draft.assertions.into_iter().next().unwrap_or_default();
    Ok(Issued {
        xml,
        reply_url: reply.to_owned(),
        session_index: assertion.id,
        name_id: assertion.subject.name_id.unwrap_or_default().value,
    })
}

/// The unsigned response. A request is taken as checked (see [`super::check_request`]): where its reply URL is none of
/// the application's, the default one is used, and the empty text where there is none.
pub fn draft(sign_in: &SignIn<'_>) -> Response {
    let SignIn {
        tenant,
        application,
        request,
        now,
        authn_instant,
        azure,
        ..
    } = *sign_in;
    let issued = instant::format(now);
    let in_response_to = sign_in.answered().map(|request| request.id.clone());
    let reply = reply_url(application, request, &azure)
        .ok()
        .or(application.default_reply_url())
        .unwrap_or_default();
    let id = fresh_id();
    let times = Times::of(sign_in);
    let issuer = issuer(tenant, Some(application));
    let class = match azure.authn_context {
        ContextOf::Password => context::PASSWORD,
        ContextOf::Method => sign_in.method.context_class(),
    };
    let assertion = Assertion {
        id: id.clone(),
        issue_instant: issued.clone(),
        issuer: Some(issuer.clone()),
        subject: Subject {
            name_id: Some(name_id_for(sign_in)),
            confirmations: vec![Confirmation {
                method: method::BEARER.to_owned(),
                in_response_to: in_response_to.clone(),
                not_before: None,
                not_on_or_after: Some(instant::format(times.confirmed_until)),
                recipient: Some(reply.to_owned()),
                address: None,
            }],
        },
        conditions: Some(Conditions {
            not_before: Some(instant::format(times.from)),
            not_on_or_after: Some(instant::format(times.until)),
            audiences: vec![vec![audience(sign_in)]],
        }),
        attributes: attributes(sign_in),
        authn: Some(Authn {
            instant: instant::format(authn_instant),
            session_index: Some(id),
            class: Some(class.to_owned()),
        }),
    };
    Response {
        id: fresh_id(),
        in_response_to,
        issue_instant: Some(issued),
        destination: Some(reply.to_owned()),
        issuer: Some(issuer),
        status: vec![status::SUCCESS.to_owned()],
        status_message: None,
        assertions: vec![assertion],
    }
}

/// The response, signed by this key as `signing` says: the assertion first, which is then encrypted where the application has
/// a certificate for that, then the response around it.
///
/// # Errors
///
/// Where libxmlsec1 refuses to sign, or the certificate to encrypt to is of no use.
pub fn issue(sign_in: &SignIn<'_>, signing: &Signing, key: &SigningKey) -> Result<String, IssueError> {
    seal(&draft(sign_in), sign_in, signing, key)
}

/// Signs and encrypts.
fn seal(
    draft: &Response,
    sign_in: &SignIn<'_>,
    signing: &Signing,
    key: &SigningKey,
) -> Result<String, IssueError> {
    let failed = |what| move |source| IssueError::Signature { what, source };
    let mut text = draft.to_xml();
    if matches!(signing.option, SigningOption::Assertion | SigningOption::Both)
        && let Some(assertion) = draft.assertions.first()
    {
        text = sign_after_issuer(&text, "<Assertion ", &assertion.id, signing, key)
            .map_err(failed("assertion"))?;
    }
    if let Some(recipient) = sign_in.application.encryption_certificate() {
        let options = options(sign_in.azure.encryption);
        text = encryption::encrypt_assertions_of(&text, &recipient.certificate, options)?;
    }
    if matches!(signing.option, SigningOption::Response | SigningOption::Both) {
        text = sign_after_issuer(&text, "<samlp:Response ", &draft.id, signing, key)
            .map_err(failed("response"))?;
    }
    Ok(text)
}

fn options(encryption: Encryption) -> encryption::Options {
    match encryption {
        Encryption::Cbc => encryption::Options::default(),
        Encryption::Gcm => encryption::Options {
            data: DataAlgorithm::Aes256Gcm,
            transport: KeyTransport::OaepSha256,
            ..encryption::Options::default()
        },
    }
}

/// From when to when an assertion is valid.
struct Times {
    from: Timestamp,
    until: Timestamp,
    /// The end of SubjectConfirmationData.
    confirmed_until: Timestamp,
}

impl Times {
    fn of(sign_in: &SignIn<'_>) -> Self {
        let now = sign_in.now;
        let minutes = SignedDuration::from_mins;
        let (from, until, confirmed) = match sign_in.azure.lifetimes {
            Lifetimes::Wire => (minutes(-5), minutes(60), minutes(60)),
            Lifetimes::Doc2018 => (minutes(0), minutes(70), minutes(5)),
        };
        // A token lifetime policy is about Conditions, with five minutes for clocks that differ (Microsoft: "configurable
        // token lifetimes").
        let by_policy = policy::lifetime(sign_in.tenant, sign_in.application);
        Self {
            from: now + from,
            until: now + by_policy.map_or(until, |lifetime| lifetime + minutes(5)),
            confirmed_until: now + confirmed,
        }
    }
}

pub(super) fn fresh_id() -> String {
    format!("_{}", guid::fresh())
}

/// The tenant, with the application id behind it where that is configured, which takes a certificate of its own.
pub(super) fn issuer(tenant: &Tenant, application: Option<&Application>) -> Issuer {
    let own = application.filter(|known| known.issuer_with_application_id && known.own_key().is_some());
    Issuer {
        value: match own {
            Some(application) => format!("{}{}", tenant.entity_id(), application.app_id),
            None => tenant.entity_id(),
        },
        format: None,
    }
}

/// The override, which takes a certificate of the application's own; else the request's Issuer, else the default Identifier:
/// without a `#` suffix, and with `spn:` before what the switch says.
fn audience(sign_in: &SignIn<'_>) -> String {
    let application = sign_in.application;
    if let Some(other) = &application.audience_override
        && application.own_key().is_some()
    {
        return other.clone();
    }
    let asked = sign_in.request.and_then(|request| request.issuer.as_deref());
    let identifier = asked
        .or(application.identifiers.first().map(String::as_str))
        .unwrap_or(&application.app_id);
    let identifier = identifier
        .split_once('#')
        .map_or(identifier, |(before, _)| before);
    let marked = match sign_in.azure.audience_spn {
        AudienceSpn::GuidOnly => guid::is_guid(identifier),
        AudienceSpn::NonUri => !is_uri(identifier),
        AudienceSpn::Never => false,
    };
    match marked {
        true => format!("spn:{identifier}"),
        false => identifier.to_owned(),
    }
}

/// A scheme, a colon, and something (RFC 3986, section 3).
fn is_uri(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(plain) && !rest.is_empty()
    })
}

/// Signs the element with this start by a Signature right after its Issuer. We wrote the text, and no value in it
/// has a bare `<`, so that searching finds tags and nothing else.
fn sign_after_issuer(
    text: &str,
    start: &str,
    id: &str,
    signing: &Signing,
    key: &SigningKey,
) -> Result<String, signature::SignatureError> {
    const END: &str = "</Issuer>";
    let element = text.find(start).expect("the draft has this element");
    let issuer = text[element..]
        .find(END)
        .expect("each element of the draft has an issuer");
    let at = element + issuer + END.len();
    let template = Template::azure(id, key.certificate(), signing.sha1).to_xml();
    signature::sign(&saml::document::splice(text, at..at, &template), at, key)
}
