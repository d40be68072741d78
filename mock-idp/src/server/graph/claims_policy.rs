//! `/servicePrincipals/{id}/claimsPolicy` (beta): the portal's "Attributes & Claims" (Microsoft: "customClaimsPolicy resource type").

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::call::{Answer, Answered, Call, Side, Version};
use super::error::GraphError;
use super::{body, transformation};
use crate::directory::{Application, Claim, Condition, NameFormat, NameIdClaim, UserKind, Value as Source};
use crate::guid;

const SIDE: Side = Side::ServicePrincipal;
/// The most claims, and the most configurations of one.
const MOST: usize = 100;

pub(super) fn answer(call: &Call, id: &str) -> Answered {
    if call.version == Version::V1 {
        return Err(GraphError::segment("claimsPolicy"));
    }
    match call.method {
        Method::GET => {
            let directory = call.directory.read();
            let application = SIDE.find(call.tenant(&directory)?, id)?;
            call.result("customClaimsPolicy/$entity", shown(application))
        }
        Method::PUT | Method::PATCH => {
            let whole = call.method == Method::PUT;
            let value = call.change_application(SIDE, id, |_, application| {
                patch(application, &call.body, whole)?;
                Ok(shown(application))
            })?;
            let status = if whole {
                StatusCode::OK
            } else {
                StatusCode::NO_CONTENT
            };
            match status {
                StatusCode::OK => call.result("customClaimsPolicy/$entity", value),
                _ => Ok(Answer::Done),
            }
        }
        _ => Err(GraphError::method("GET, PUT and PATCH")),
    }
}

fn patch(application: &mut Application, given: &Map<String, Value>, whole: bool) -> Result<(), GraphError> {
    let (mut basic, others) = split(&application.claims);
    let mut others = others.to_vec();
    if whole {
        application.audience_override = None;
        application.issuer_with_application_id = false;
        application.name_id = NameIdClaim::default();
        basic = false;
        others.clear();
    }
    for (name, value) in body::properties(given) {
        match name {
            "audienceOverride" => application.audience_override = body::optional(name, value)?,
            "includeApplicationIdInIssuer" => {
                application.issuer_with_application_id = !value.is_null() && body::boolean(name, value)?;
            }
            "includeBasicClaimSet" => basic = !value.is_null() && body::boolean(name, value)?,
            "claims" => others = claims(application, value)?,
            "id" => {}
            name => return Err(GraphError::unknown(name)),
        }
    }
    let basic = if basic { Claim::defaults() } else { Vec::new() };
    application.claims = basic.into_iter().chain(others).collect();
    crate::issuance::check_claims(application).map_err(|rule| GraphError::property("claims", rule.problem))
}

/// Whether Azure's own claims come first (`includeBasicClaimSet`), and the others.
fn split(claims: &[Claim]) -> (bool, &[Claim]) {
    let basic = Claim::defaults();
    let rest = claims.strip_prefix(basic.as_slice());
    rest.map_or((false, claims), |rest| (true, rest))
}

/// The claims of a policy; that of the NameID goes to the application at once.
fn claims(application: &mut Application, value: &Value) -> Result<Vec<Claim>, GraphError> {
    let given = body::list("claims", value)?;
    if given.len() > MOST {
        return Err(GraphError::property("claims", "There are too many."));
    }
    let mut claims: Vec<Claim> = Vec::new();
    for claim in given {
        let claim = body::object("claims", claim)?;
        match transformation::type_of(claim) {
            "samlNameIdClaim" => application.name_id = name_id(claim)?,
            "customClaim" => {
                let claim = custom(claim)?;
                if claims.iter().any(|known| known.wire_name() == claim.wire_name()) {
                    return Err(GraphError::property(
                        "claims",
                        format!("'{}' stands there twice.", claim.wire_name()),
                    ));
                }
                claims.push(claim);
            }
            _ => {
                return Err(GraphError::property(
                    "claims",
                    "#microsoft.graph.customClaim or #microsoft.graph.samlNameIdClaim is expected.",
                ));
            }
        }
    }
    Ok(claims)
}

const FORMATS: [(&str, usize); 4] = [
    ("emailAddress", 0),
    ("persistent", 1),
    ("unspecified", 2),
    ("windowsDomainQualifiedName", 3),
];

fn name_id(claim: &Map<String, Value>) -> Result<NameIdClaim, GraphError> {
    let (mut value, mut conditions, mut format) = (None, Vec::new(), None);
    for (name, given) in body::properties(claim) {
        match name {
            "nameIdFormat" => {
                let named = body::optional(name, given)?;
                let known = |named: &str| {
                    FORMATS
                        .iter()
                        .find(|(known, _)| *known == named)
                        .map(|(_, at)| *at)
                };
                format = match named.as_deref() {
                    None | Some("default") => None,
                    Some(named) => Some(
                        known(named)
                            .ok_or_else(|| GraphError::property(name, "It is no format of a NameID."))?,
                    ),
                };
            }
            "configurations" => (value, conditions) = configurations(given)?,
            "serviceProviderNameQualifier" if given.is_null() => {}
            name => return Err(GraphError::unknown(&format!("claims/{name}"))),
        }
    }
    let value = value.ok_or_else(|| GraphError::required("configurations", "samlNameIdClaim"))?;
    let (_, uri) = NameIdClaim::FORMATS[format.unwrap_or_default()];
    Ok(NameIdClaim {
        format: uri.to_owned(),
        value,
        conditions,
    })
}

fn custom(claim: &Map<String, Value>) -> Result<Claim, GraphError> {
    let (mut made, mut conditions, mut source) = (
        Claim::new(None, "", crate::directory::Attribute::MAIL),
        Vec::new(),
        None,
    );
    for (name, value) in body::properties(claim) {
        match name {
            "name" => made.name = body::text(name, value)?,
            "namespace" => made.namespace = body::optional(name, value)?,
            "samlAttributeNameFormat" => {
                made.name_format = match body::optional(name, value)?.as_deref() {
                    None => None,
                    Some("unspecified") => Some(NameFormat::Unspecified),
                    Some("uri") => Some(NameFormat::Uri),
                    Some("basic") => Some(NameFormat::Basic),
                    Some(_) => {
                        return Err(GraphError::property(
                            name,
                            "unspecified, uri or basic is expected.",
                        ));
                    }
                }
            }
            "tokenFormat" => {
                if !body::texts(name, value)?.iter().any(|format| format == "saml") {
                    return Err(GraphError::property(name, "This mock issues saml tokens only."));
                }
            }
            "configurations" => (source, conditions) = configurations(value)?,
            name => return Err(GraphError::unknown(&format!("claims/{name}"))),
        }
    }
    if made.name.is_empty() {
        return Err(GraphError::required("name", "customClaim"));
    }
    made.value = source.ok_or_else(|| GraphError::required("configurations", "customClaim"))?;
    made.conditions = conditions;
    Ok(made)
}

/// The source that has no condition, and those that have one.
fn configurations(value: &Value) -> Result<(Option<Source>, Vec<Condition>), GraphError> {
    let (mut plain, mut conditions) = (None, Vec::new());
    let all = body::list("configurations", value)?;
    if all.len() > MOST {
        return Err(GraphError::property("configurations", "There are too many."));
    }
    for one in all {
        let one = body::object("configurations", one)?;
        let field = |name: &str| one.get(name).filter(|value| !value.is_null());
        let source = transformation::source(field("attribute"), field("transformations"))?;
        match field("condition") {
            None => plain = Some(source),
            Some(condition) => conditions.push(read_condition(condition, source)?),
        }
    }
    // Where every source has a condition, the last one stands for those that none fits.
    let fallback = conditions.last().map(|last| last.value.clone());
    Ok((plain.or(fallback), conditions))
}

const KINDS: [(&str, UserKind); 5] = [
    ("any", UserKind::Any),
    ("members", UserKind::Members),
    ("allGuests", UserKind::AllGuests),
    ("aadGuests", UserKind::AadGuests),
    ("externalGuests", UserKind::ExternalGuests),
];

fn read_condition(condition: &Value, value: Source) -> Result<Condition, GraphError> {
    let condition = body::object("condition", condition)?;
    let (mut users, mut groups) = (UserKind::Any, Vec::new());
    for (name, value) in body::properties(condition) {
        match name {
            "userType" => {
                let named = body::text(name, value)?;
                let known = KINDS.iter().find(|(known, _)| *known == named);
                users = known
                    .ok_or_else(|| GraphError::property(name, "It is no user type."))?
                    .1;
            }
            "memberOf" => groups = body::texts(name, value)?,
            name => return Err(GraphError::unknown(&format!("condition/{name}"))),
        }
    }
    match groups.len() > 50 || groups.iter().any(|id| !guid::is_guid(id)) {
        true => Err(GraphError::property(
            "memberOf",
            "At most 50 ids of groups are expected.",
        )),
        false => Ok(Condition { users, groups, value }),
    }
}

fn shown(application: &Application) -> Value {
    let name_id = &application.name_id;
    let format = NameIdClaim::FORMATS
        .iter()
        .position(|(_, uri)| *uri == name_id.format);
    let format = FORMATS
        .iter()
        .find(|(_, at)| Some(*at) == format)
        .map_or("default", |(name, _)| name);
    let name_id = json!({
        "@odata.type": "#microsoft.graph.samlNameIdClaim",
        "nameIdFormat": format,
        "serviceProviderNameQualifier": null,
        "configurations": shown_configurations(&name_id.value, &name_id.conditions),
    });
    let (basic, claims) = split(&application.claims);
    let claims = claims.iter().map(|claim| {
        json!({
            "@odata.type": "#microsoft.graph.customClaim",
            "name": claim.name,
            "namespace": claim.namespace,
            "samlAttributeNameFormat": claim.name_format.map(|format| match format {
                NameFormat::Unspecified => "unspecified",
                NameFormat::Uri => "uri",
                NameFormat::Basic => "basic",
            }),
            "tokenFormat": ["saml"],
            "configurations": shown_configurations(&claim.value, &claim.conditions),
        })
    });
    json!({
        "id": application.service_principal_id,
        "includeBasicClaimSet": basic,
        "includeApplicationIdInIssuer": application.issuer_with_application_id,
        "audienceOverride": application.audience_override,
        "claims": std::iter::once(name_id).chain(claims).collect::<Vec<_>>(),
    })
}

fn shown_configurations(value: &Source, conditions: &[Condition]) -> Value {
    let plain = transformation::shown(value, None);
    let others = conditions.iter().map(|condition| {
        let kind = KINDS.iter().find(|(_, kind)| *kind == condition.users).map_or("any", |(name, _)| name);
        let when = json!({
            "@odata.type": "#microsoft.graph.customClaimCondition", "userType": kind, "memberOf": condition.groups,
        });
        transformation::shown(&condition.value, Some(when))
    });
    std::iter::once(plain).chain(others).collect()
}
