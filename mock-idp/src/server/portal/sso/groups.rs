//! "Group Claims".

use axum::response::Response;
use maud::html;

use super::claim_change::change_claims;
use crate::directory::{
    Application, GroupClaims, GroupFilter, GroupValue, Matches, Replacement, WhichGroups,
};
use crate::server::csrf::Form;
use crate::server::portal::app_scene::AppScene;
use crate::server::portal::entry::{Entry, Failure};
use crate::server::portal::field;
use crate::server::portal::frame::AppSection;

const WHICH: [(&str, &str, Option<WhichGroups>); 5] = [
    ("none", "None", None),
    ("all", "All groups", Some(WhichGroups::All)),
    ("security", "Security groups", Some(WhichGroups::Security)),
    ("roles", "Directory roles", Some(WhichGroups::DirectoryRoles)),
    (
        "assigned",
        "Groups assigned to the application",
        Some(WhichGroups::Assigned),
    ),
];
const VALUES: [(&str, &str, GroupValue); 6] = [
    ("id", "Group ID", GroupValue::ObjectId),
    ("sam", "sAMAccountName", GroupValue::SamAccountName),
    (
        "netbios",
        "NetbiosDomain\\sAMAccountName",
        GroupValue::NetbiosAndSam,
    ),
    ("dns", "DNSDomain\\sAMAccountName", GroupValue::DnsAndSam),
    (
        "sid",
        "On Premises Group Security Identifier",
        GroupValue::SecurityIdentifier,
    ),
    (
        "cloud",
        "Cloud-only group display names",
        GroupValue::CloudDisplayName,
    ),
];
const HOW: [(&str, &str, Matches); 3] = [
    ("prefix", "Prefix", Matches::StartsWith),
    ("suffix", "Suffix", Matches::EndsWith),
    ("contains", "Contains", Matches::Contains),
];

/// The group claim in a line.
pub(crate) fn told(application: &Application) -> String {
    let Some(claims) = &application.group_claims else {
        return "None".to_owned();
    };
    let which = WHICH.iter().find(|(.., which)| *which == Some(claims.groups));
    let value = VALUES.iter().find(|(.., value)| *value == claims.value);
    let words = |found: Option<&'static str>| found.unwrap_or_default();
    format!(
        "{}: {}",
        words(which.map(|which| which.1)),
        words(value.map(|value| value.1))
    )
}

pub(crate) async fn show(scene: AppScene) -> Response {
    let entry = scene.entry();
    let entry = match &scene.application().group_claims {
        None => entry.with("which", "none").with("value", "id"),
        Some(claims) => fill(entry, claims),
    };
    page(&scene, &entry)
}

fn fill(entry: Entry, claims: &GroupClaims) -> Entry {
    let which = WHICH.iter().find(|(.., which)| *which == Some(claims.groups));
    let value = VALUES.iter().find(|(.., value)| *value == claims.value);
    let entry = entry
        .with("which", which.map_or("none", |which| which.0))
        .with("value", value.map_or("id", |value| value.0))
        .ticked("cloud_display_names", claims.cloud_display_names)
        .ticked("customize", claims.name.is_some())
        .with("name", claims.name.clone().unwrap_or_default())
        .with("namespace", claims.namespace.clone().unwrap_or_default())
        .ticked("emit_as_roles", claims.emit_as_roles);
    let entry = match &claims.filter {
        None => entry,
        Some(filter) => {
            let how = HOW.iter().find(|(.., how)| *how == filter.how);
            entry
                .ticked("filter", true)
                .with("filter_by", if filter.sam_account_name { "sam" } else { "name" })
                .with("filter_how", how.map_or("prefix", |how| how.0))
                .with("filter_text", &filter.text)
        }
    };
    match &claims.replace {
        None => entry,
        Some(replace) => entry
            .ticked("replace", true)
            .with("pattern", &replace.pattern)
            .with("with", &replace.with),
    }
}

fn read(entry: &Entry) -> Result<Option<GroupClaims>, Failure> {
    let which = WHICH.iter().find(|(value, ..)| *value == entry.text("which"));
    let Some(groups) = which.and_then(|which| which.2) else {
        return Ok(None);
    };
    let value = VALUES.iter().find(|(value, ..)| *value == entry.text("value"));
    let filter = match (entry.has("filter"), entry.text("filter_text")) {
        (false, _) => None,
        (true, "") => {
            return Err(Failure::field(
                "filter_text",
                "Write what the groups are filtered by.",
            ));
        }
        (true, text) => {
            let how = HOW.iter().find(|(value, ..)| *value == entry.text("filter_how"));
            Some(GroupFilter {
                sam_account_name: entry.text("filter_by") == "sam",
                how: how.map_or(Matches::StartsWith, |how| how.2),
                text: text.to_owned(),
            })
        }
    };
    let replace = match (entry.has("replace"), entry.text("pattern")) {
        (false, _) => None,
        (true, "") => return Err(Failure::field("pattern", "Write the expression.")),
        (true, pattern) => Some(Replacement {
            pattern: pattern.to_owned(),
            with: entry.text("with").to_owned(),
        }),
    };
    let customize = entry.has("customize");
    if customize && entry.text("name").is_empty() {
        return Err(Failure::field("name", "Write the claim's name."));
    }
    Ok(Some(GroupClaims {
        groups,
        value: value.map_or(GroupValue::ObjectId, |value| value.2),
        filter,
        name: entry.optional("name").filter(|_| customize),
        namespace: entry.optional("namespace").filter(|_| customize),
        emit_as_roles: entry.has("emit_as_roles"),
        replace,
        cloud_display_names: entry.has("cloud_display_names"),
    }))
}

/// "Save".
pub(crate) async fn save(scene: AppScene, Form(fields): Form) -> Response {
    let entry = Entry::from(fields);
    let saved = change_claims(&scene, &entry, |application| {
        application.group_claims = read(&entry)?;
        Ok(())
    });
    match saved {
        Ok(()) => scene.done("single-sign-on/claims", "The group claim was saved."),
        Err(failure) => scene.again(entry, failure, page),
    }
}

fn page(scene: &AppScene, entry: &Entry) -> Response {
    let form = html! {
        div.tools {
            button type="submit" { "Save" }
            a.button.quiet href=(scene.within("single-sign-on/claims")) { "Cancel" }
        }
        (field::radios(entry, "which", "Which groups associated with the user should be returned in the claim?", &WHICH.map(|which| (which.0, which.1))))
        (field::choice(entry, "value", "Source attribute", VALUES.map(|value| (value.0, value.1))).hint("Groups that lack it are left out. Display names of cloud groups are for assigned groups only."))
        (field::tick(entry, "cloud_display_names", "Emit group name for cloud-only groups", ""))
        h2 { "Advanced options" }
        fieldset.box {
            legend { "Filter groups" }
            (field::tick(entry, "filter", "Filter groups", ""))
            (field::choice(entry, "filter_by", "Attribute to match", [("name", "Display name"), ("sam", "SAMAccountName")]))
            (field::choice(entry, "filter_how", "Match with", HOW.map(|how| (how.0, how.1))))
            (field::line(entry, "filter_text", "String"))
        }
        fieldset.box {
            legend { "Customize the name of the group claim" }
            (field::tick(entry, "customize", "Customize the name of the group claim", ""))
            (field::line(entry, "name", "Name"))
            (field::line(entry, "namespace", "Namespace (optional)"))
            (field::tick(entry, "emit_as_roles", "Emit groups as role claims", "In the role claim, and in place of the application’s roles."))
        }
        fieldset.box {
            legend { "Apply regex replace to groups claim content" }
            (field::tick(entry, "replace", "Apply regex replace to groups claim content", ""))
            (field::line(entry, "pattern", "Regex pattern"))
            (field::line(entry, "with", "Regex replacement pattern"))
        }
    };
    let form = field::form(scene, &scene.within("single-sign-on/claims/groups"), entry, &form);
    let trail = [(scene.within("single-sign-on/claims"), "Attributes & Claims")];
    scene.show(AppSection::SingleSignOn, &trail, "Group Claims", &form)
}
