//! Which groups go into assertions: `groupMembershipClaims`, and what `optionalClaims` says of them.

use serde_json::{Value, json};

use super::call::Side;
use super::error::GraphError;
use super::{body, kept};
use crate::directory::{Application, GroupClaims, GroupValue, WhichGroups};

const WHICH: [(&str, WhichGroups); 4] = [
    ("All", WhichGroups::All),
    ("SecurityGroup", WhichGroups::Security),
    ("DirectoryRole", WhichGroups::DirectoryRoles),
    ("ApplicationGroup", WhichGroups::Assigned),
];

/// `groupMembershipClaims`
pub(super) fn shown(application: &Application) -> Value {
    let which = application.group_claims.as_ref().map(|claims| claims.groups);
    json!(
        WHICH
            .iter()
            .find(|(_, known)| Some(*known) == which)
            .map(|(name, _)| name)
    )
}

pub(super) fn patch(application: &mut Application, value: &Value) -> Result<(), GraphError> {
    const NAME: &str = "groupMembershipClaims";
    let named = body::optional(NAME, value)?;
    let Some(named) = named.filter(|named| named != "None") else {
        application.group_claims = None;
        return Ok(());
    };
    let known = WHICH.iter().find(|(known, _)| *known == named);
    let (_, groups) = *known.ok_or_else(|| {
        GraphError::property(
            NAME,
            "None, All, SecurityGroup, DirectoryRole or ApplicationGroup is expected.",
        )
    })?;
    claims(application).groups = groups;
    let optional = kept::get(application, Side::Application, "optionalClaims");
    apply(application, &optional)
}

fn claims(application: &mut Application) -> &mut GroupClaims {
    application.group_claims.get_or_insert(GroupClaims {
        groups: WhichGroups::Security,
        value: GroupValue::default(),
        filter: None,
        name: None,
        namespace: None,
        emit_as_roles: false,
        replace: None,
        cloud_display_names: false,
    })
}

const VALUES: [(&str, GroupValue); 4] = [
    ("sam_account_name", GroupValue::SamAccountName),
    ("netbios_domain_and_sam_account_name", GroupValue::NetbiosAndSam),
    ("dns_domain_and_sam_account_name", GroupValue::DnsAndSam),
    ("cloud_displayname", GroupValue::CloudDisplayName),
];

/// `optionalClaims`, with what was set up elsewhere for groups in it.
pub(super) fn shown_optional(application: &Application) -> Value {
    let mut value = kept::get(application, Side::Application, "optionalClaims");
    let Some(claims) = &application.group_claims else {
        return value;
    };
    let source = VALUES
        .iter()
        .find(|(_, known)| *known == claims.value)
        .map(|(name, _)| *name);
    let roles = claims.emit_as_roles.then_some("emit_as_roles");
    let properties: Vec<&str> = source.into_iter().chain(roles).collect();
    if properties.is_empty() {
        return value;
    }
    if value.is_null() {
        value = json!({ "idToken": [], "accessToken": [], "saml2Token": [] });
    }
    let mut all = value["saml2Token"].as_array().cloned().unwrap_or_default();
    all.retain(|claim| claim["name"] != "groups");
    all.push(
        json!({ "name": "groups", "source": null, "essential": false, "additionalProperties": properties }),
    );
    value["saml2Token"] = all.into();
    value
}

pub(super) fn patch_optional(application: &mut Application, value: &Value) -> Result<(), GraphError> {
    const NAME: &str = "optionalClaims";
    if !value.is_null() {
        for (name, claims) in body::properties(body::object(NAME, value)?) {
            if !["idToken", "accessToken", "saml2Token"].contains(&name) {
                return Err(GraphError::unknown(&format!("{NAME}/{name}")));
            }
            for claim in body::list(name, claims)? {
                body::text(
                    "name",
                    body::object(name, claim)?.get("name").unwrap_or(&Value::Null),
                )?;
            }
        }
    }
    kept::set(application, Side::Application, NAME, value).unwrap_or(Ok(()))?;
    apply(application, value)
}

/// What `saml2Token` says of groups is what the portal's "Group claims" say.
fn apply(application: &mut Application, optional: &Value) -> Result<(), GraphError> {
    if application.group_claims.is_none() {
        return Ok(());
    }
    let claims = claims(application);
    let all = optional["saml2Token"].as_array();
    let groups = all.into_iter().flatten().find(|claim| claim["name"] == "groups");
    let properties = groups.map(|groups| match &groups["additionalProperties"] {
        Value::Null => Ok(Vec::new()),
        properties => body::texts("additionalProperties", properties),
    });
    let properties = properties.transpose()?.unwrap_or_default();
    let has = |name: &str| properties.iter().any(|known| known == name);
    let value = VALUES.iter().find(|(name, _)| has(name)).map(|(_, value)| *value);
    claims.value = value.unwrap_or_default();
    claims.emit_as_roles = has("emit_as_roles");
    claims.cloud_display_names = has("cloud_displayname") && claims.value != GroupValue::CloudDisplayName;
    Ok(())
}
