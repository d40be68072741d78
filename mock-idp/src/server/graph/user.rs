//! `/users`: people.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::call::{Answer, Answered, Call, Version};
use super::error::GraphError;
use super::query::Kind;
use super::{assignment, body, membership, user_patch};
use crate::directory::{OnPremises, Principal, Tenant, User};

/// What version 1.0 shows unasked (Microsoft: "user resource type", list users).
const UNASKED: &[&str] = &[
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
];
pub(super) const KIND: Kind = Kind {
    set: "users",
    name: "microsoft.graph.user",
    unasked: Some(UNASKED),
    contains: false,
    specimen: || shown(&User::new("a@b", "c")),
};

/// Properties that are plain texts of the profile, and the attributes that claims know them by.
pub(super) const PROFILE: [(&str, &str); 17] = [
    ("ageGroup", "agegroup"),
    ("city", "city"),
    ("companyName", "companyname"),
    ("consentProvidedForMinor", "consentprovidedforminor"),
    ("country", "country"),
    ("department", "department"),
    ("employeeId", "employeeid"),
    ("employeeType", "employeetype"),
    ("faxNumber", "facsimiletelephonenumber"),
    ("jobTitle", "jobtitle"),
    ("mobilePhone", "mobilephone"),
    ("officeLocation", "officelocation"),
    ("postalCode", "postalcode"),
    ("preferredDataLocation", "preferreddatalocation"),
    ("preferredLanguage", "preferredlanguage"),
    ("state", "state"),
    ("streetAddress", "streetaddress"),
];

pub(super) fn answer(call: &Call, path: &[&str]) -> Answered {
    let directory = call.directory.read();
    let tenant = call.tenant(&directory)?;
    let all = || tenant.users.iter().map(shown).collect();
    match (path, &call.method) {
        ([], &Method::GET) => call.list(&KIND, all()),
        (["$count"], &Method::GET) => call.count(&KIND, all()),
        ([], &Method::POST) => create(call),
        ([id], &Method::GET) => one(call, find(tenant, id)?),
        ([id], &Method::PATCH) => call.change(|tenant| {
            let mut user = find(tenant, id)?.clone();
            user_patch::patch(&mut user, &call.body)?;
            put(tenant, user)?;
            Ok(Answer::Done)
        }),
        ([id], &Method::DELETE) => call.change(|tenant| {
            let id = find(tenant, id)?.object_id.clone();
            tenant.users.retain(|user| user.object_id != id);
            tenant.forget(&id);
            Ok(Answer::Done)
        }),
        ([], _) => Err(GraphError::method("GET and POST")),
        ([_], _) => Err(GraphError::method("GET, PATCH and DELETE")),
        ([id, "appRoleAssignments", rest @ ..], _) => {
            let user = find(tenant, id)?;
            let principal = Principal::User(user.object_id.clone());
            assignment::of_principal(call, &principal, &format!("users/{}", user.object_id), rest)
        }
        ([id, rest @ ..], _) => {
            let principal = Principal::User(find(tenant, id)?.object_id.clone());
            membership::of(call, &principal, rest)
        }
    }
}

fn one(call: &Call, user: &User) -> Answered {
    let mut value = shown(user);
    let shows_few = call.version == Version::V1 && !call.query.selects();
    if let (true, Some(properties)) = (shows_few, value.as_object_mut()) {
        properties.retain(|name, _| UNASKED.contains(&name.as_str()));
    }
    call.entity(KIND.set, value)
}

fn create(call: &Call) -> Answered {
    for name in [
        "accountEnabled",
        "displayName",
        "mailNickname",
        "passwordProfile",
        "userPrincipalName",
    ] {
        if call.body.get(name).is_none_or(Value::is_null) {
            return Err(GraphError::required(name, "User"));
        }
    }
    let account = body::text("userPrincipalName", &call.body["userPrincipalName"])?;
    let mut user = User::new(&account, &account);
    user_patch::patch(&mut user, &call.body)?;
    let value = shown(&user);
    let location = format!("users/{}", user.object_id);
    call.change(|tenant| put(tenant, user))?;
    call.created(KIND.set, location, value)
}

/// In place of the one with this id, or at the end.
fn put(tenant: &mut Tenant, user: User) -> Result<(), GraphError> {
    tenant.check_user(&user)?;
    let same = |known: &&User| known.name == user.name && known.object_id != user.object_id;
    // Scenarios call their people by it, and so does this directory.
    if tenant.users.iter().find(same).is_some() {
        return Err(GraphError::conflict("mailNickname"));
    }
    match tenant
        .users
        .iter_mut()
        .find(|known| known.object_id == user.object_id)
    {
        Some(place) => *place = user,
        None => tenant.users.push(user),
    }
    Ok(())
}

/// The user with this object id or account name.
pub(super) fn find<'a>(tenant: &'a Tenant, key: &str) -> Result<&'a User, GraphError> {
    let key = key.strip_prefix("userPrincipalName=").unwrap_or(key);
    let found = tenant.user_by_id(key).or_else(|| tenant.account(key));
    found.ok_or_else(|| GraphError::not_found(key))
}

/// A user as Graph shows it.
pub(super) fn shown(user: &User) -> Value {
    let attribute = |name: &str| user.profile.attributes.get(name);
    let premises = |field: fn(&OnPremises) -> &String| {
        let text = user.on_premises.as_ref().map(field);
        text.filter(|text| !text.is_empty())
    };
    let extensions: Map<String, Value> = (1..=15)
        .map(|number| {
            let values = user.profile.extension_attributes.get(&number.to_string());
            (
                format!("extensionAttribute{number}"),
                json!(values.and_then(|values| values.first())),
            )
        })
        .collect();
    let mut value = json!({
        "id": user.object_id,
        "deletedDateTime": null,
        "accountEnabled": user.enabled,
        "businessPhones": attribute("telephonenumber").into_iter().collect::<Vec<_>>(),
        "createdDateTime": body::written(user.created),
        "creationType": user.is_guest().then_some("Invitation"),
        "displayName": user.display_name,
        "externalUserState": user.is_guest().then_some("Accepted"),
        "givenName": user.given_name,
        "identities": [],
        "imAddresses": [],
        "mail": user.mail,
        "mailNickname": user.name,
        "onPremisesDistinguishedName": null,
        "onPremisesDomainName": premises(|known| &known.dns_domain_name),
        "onPremisesExtensionAttributes": extensions,
        "onPremisesImmutableId": premises(|known| &known.immutable_id),
        "onPremisesLastSyncDateTime": null,
        "onPremisesSamAccountName": premises(|known| &known.sam_account_name),
        "onPremisesSecurityIdentifier": premises(|known| &known.security_identifier),
        "onPremisesSyncEnabled": user.on_premises.is_some().then_some(true),
        "onPremisesUserPrincipalName": premises(|known| &known.user_principal_name),
        "otherMails": user.profile.other_mails,
        "passwordPolicies": null,
        "passwordProfile": null,
        "proxyAddresses": user.profile.proxy_addresses,
        "surname": user.surname,
        "usageLocation": attribute("usagelocation"),
        "userPrincipalName": user.user_principal_name,
        "userType": if user.is_guest() { "Guest" } else { "Member" },
    });
    for (name, key) in PROFILE {
        value[name] = json!(attribute(key));
    }
    value
}
