//! What the SP will call this person.

use openssl::base64::encode_block;
use openssl::sha::sha256;
use saml::assertion::NameId;
use saml::names::name_id;

use super::SignIn;
use super::claims::{Configured, Evaluated, evaluate, inputs};
use crate::directory::{Attribute, NameIdClaim, On, Transformation, Value};
use crate::{Application, Tenant, User, guid};

/// The formats that a request may ask for (others are AADSTS750161).
pub const FORMATS: [&str; 4] = [
    name_id::EMAIL,
    name_id::PERSISTENT,
    name_id::TRANSIENT,
    name_id::UNSPECIFIED,
];

/// A format that only the portal offers.
const WINDOWS: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName";

/// The NameID of this sign-in.
///
/// The format is the one that the caller orders, else the one that the request asks for, else the configured one, else
/// that of the source; `unspecified` in a request leaves the choice to the configuration.
///
/// A persistent value that a request asks for is opaque and differs from application to application, unless persistent is
/// configured with a source; a transient one is new each time; all others are the configured source's. A source without a
/// value gives way to the account name, a transformation without one to the opaque value.
pub fn name_id_for(sign_in: &SignIn<'_>) -> NameId {
    let configured = Configured::or_default(sign_in.tenant, sign_in.application);
    let claim = configured.name_id.as_ref();
    let policy = sign_in
        .request
        .and_then(|request| request.name_id_policy.as_ref());
    let asked = policy
        .and_then(|policy| policy.format.as_deref())
        .filter(|format| *format != name_id::UNSPECIFIED);
    let asked = sign_in.name_id_format.or(asked);
    let (value, format) = match asked {
        Some(name_id::PERSISTENT) if claim.format != name_id::PERSISTENT => (
            pairwise(sign_in.tenant, sign_in.application, sign_in.user),
            name_id::PERSISTENT,
        ),
        Some(name_id::TRANSIENT) => (transient(), name_id::TRANSIENT),
        None if claim.format == name_id::TRANSIENT => (transient(), name_id::TRANSIENT),
        asked => from_source(claim, asked, sign_in),
    };
    NameId {
        value,
        format: Some(format.to_owned()),
        sp_name_qualifier: policy.and_then(|policy| policy.sp_name_qualifier.clone()),
        name_qualifier: None,
    }
}

/// The value that is the same for one person at one application, and tells nothing about either.
pub fn pairwise(tenant: &Tenant, application: &Application, user: &User) -> String {
    let (tenant, application, user) = (&tenant.id, &application.app_id, &user.object_id);
    encode_block(&sha256(format!("{tenant}\n{application}\n{user}").as_bytes()))
}

/// What a policy's transformation of the NameID works on and this person lacks, with the transformation's ID.
pub(super) fn missing_input(
    configured: &Configured<'_>,
    sign_in: &SignIn<'_>,
) -> Option<(Attribute, String)> {
    let transformation = configured.name_id_transformation.clone()?;
    let mut inputs = inputs(&configured.name_id.value).into_iter();
    let missing = inputs.find(|input| input.values(sign_in.subject()).is_empty())?;
    Some((missing, transformation))
}

/// The configured value under the format that was asked for, or its own.
fn from_source<'f>(
    claim: &'f NameIdClaim,
    asked: Option<&'f str>,
    sign_in: &SignIn<'_>,
) -> (String, &'f str) {
    let SignIn {
        tenant,
        application,
        user,
        ..
    } = *sign_in;
    let Evaluated {
        values,
        transformed,
        attribute,
    } = evaluate(&claim.value, &claim.conditions, sign_in.subject());
    let configured = Some(claim.format.as_str()).filter(|format| !format.is_empty());
    let format = asked.or(configured).unwrap_or_else(|| default_format(attribute));
    let legal = !transformed || join_is_legal(&claim.value, tenant);
    match values.into_iter().next().filter(|_| legal) {
        Some(value) if format == WINDOWS => (qualified(value, attribute, user), format),
        Some(value) => (value, format),
        None if transformed => (pairwise(tenant, application, user), name_id::PERSISTENT),
        None => (user.user_principal_name.clone(), format),
    }
}

/// The format of a source that is configured without one.
fn default_format(attribute: Option<Attribute>) -> &'static str {
    match attribute.map(Attribute::id) {
        Some(
            "user.userprincipalname" | "user.mail" | "user.othermail" | "user.onpremisesuserprincipalname",
        ) => name_id::EMAIL,
        _ => name_id::UNSPECIFIED,
    }
}

/// `DOMAIN\account`, where the account comes from the premises.
fn qualified(value: String, attribute: Option<Attribute>, user: &User) -> String {
    let is_account = attribute.is_some_and(|source| source.id() == "user.onpremisessamaccountname");
    match &user.on_premises {
        Some(known) if is_account && !known.netbios_name.is_empty() => {
            format!("{}\\{value}", known.netbios_name)
        }
        _ => value,
    }
}

/// A suffix that is joined to make an account name must be a domain of the tenant: nobody may be named into another's.
fn join_is_legal(value: &Value, tenant: &Tenant) -> bool {
    let Value::Transformation(steps) = value else {
        return true;
    };
    steps.iter().all(|step| match step {
        Transformation::Join {
            separator,
            second: On::Constant(suffix),
            ..
        } => match format!("{separator}{suffix}").split_once('@') {
            Some((_, domain)) => tenant.owns(domain),
            None => true,
        },
        _ => true,
    })
}

fn transient() -> String {
    encode_block(&guid::random::<32>())
}
