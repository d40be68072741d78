//! What Azure lets an administrator configure as claims. The portal and Microsoft Graph ask the same.

use std::collections::HashSet;

use super::mapping::Mapping;
use super::restricted::{is_refused, is_restricted};
use super::transformation::{EXPRESSIONS, PARAMETERS, STEPS, compiled, parts};
use crate::Application;
use crate::directory::{
    Claim, Condition, GroupClaims, GroupValue, NameIdClaim, On, RuleError, Transformation, Value, WhichGroups,
};

/// The most different groups in the conditions of one application.
const CONDITION_GROUPS: usize = 50;
/// The longest name or text, in characters.
const LONGEST: usize = 1_024;

/// Whether an application may have the claims that it has: none of the restricted set, names that differ, transformations
/// that can be done.
///
/// # Errors
///
/// The first rule that it breaks.
pub fn check_claims(application: &Application) -> Result<(), RuleError> {
    let own = application.own_key().is_some();
    check_format(&application.name_id)?;
    let mut names = HashSet::new();
    for claim in &application.claims {
        let name = claim.wire_name();
        check_name(&claim.name)?;
        if is_refused(claim, own) {
            return Err(restricted(&name));
        }
        if !names.insert(name.clone()) {
            return Err(RuleError::new(
                "Name",
                format!("there is a claim `{name}` already"),
            ));
        }
    }
    let conditions = application.claims.iter().flat_map(|claim| &claim.conditions);
    check_conditions(conditions.chain(&application.name_id.conditions))?;
    can_be_done(
        &application.name_id,
        &application.claims,
        application.group_claims.as_ref(),
    )?;
    application.group_claims.as_ref().map_or(Ok(()), check_groups)
}

/// Whether this is a claims mapping policy. Those restricted claims are taken that an application with a certificate of
/// its own may have, since such a policy holds for no other.
pub(in crate::issuance) fn check_mapping(definition: &[String]) -> Result<(), RuleError> {
    let mapping = Mapping::parse(definition)?;
    for claim in &mapping.claims {
        check_name(&claim.name)?;
        if is_refused(claim, true) {
            return Err(restricted(&claim.wire_name()));
        }
    }
    Ok(())
}

/// Whether each transformation has as many steps as Azure allows, and each expression is one.
pub(super) fn can_be_done(
    name_id: &NameIdClaim,
    claims: &[Claim],
    groups: Option<&GroupClaims>,
) -> Result<(), RuleError> {
    let own = claims.iter().map(|claim| (&claim.value, &claim.conditions));
    let mut expressions = 0;
    for (value, conditions) in own.chain([(&name_id.value, &name_id.conditions)]) {
        check_value(value, &mut expressions)?;
        for condition in conditions {
            check_value(&condition.value, &mut expressions)?;
        }
    }
    if expressions > EXPRESSIONS {
        return Err(transformation(format!(
            "an application may have {EXPRESSIONS} regular expressions, not {expressions}"
        )));
    }
    match groups.and_then(|groups| groups.replace.as_ref()) {
        Some(replace) => {
            compiled(&replace.pattern).map_or_else(|problem| Err(transformation(problem)), |_| Ok(()))
        }
        None => Ok(()),
    }
}

fn check_value(value: &Value, expressions: &mut usize) -> Result<(), RuleError> {
    let Value::Transformation(steps) = value else {
        return Ok(());
    };
    if steps.is_empty() || steps.len() > STEPS {
        return Err(transformation(format!(
            "a claim has one transformation, or {STEPS} that follow each other, not {}",
            steps.len()
        )));
    }
    for (at, step) in steps.iter().enumerate() {
        let (input, others) = parts(step);
        if at == 0 && std::iter::once(input).chain(others).any(|on| *on == On::Previous) {
            return Err(transformation(
                "the first one has none before it to work on".to_owned(),
            ));
        }
        if let Transformation::RegexReplace {
            replace, parameters, ..
        } = step
        {
            *expressions += 1;
            compiled(&replace.pattern).map_err(transformation)?;
            if parameters.len() > PARAMETERS {
                return Err(transformation(format!(
                    "an expression has at most {PARAMETERS} parameters"
                )));
            }
        }
    }
    Ok(())
}

fn check_format(name_id: &NameIdClaim) -> Result<(), RuleError> {
    let known = |format: &str| NameIdClaim::FORMATS.iter().any(|(_, uri)| *uri == format);
    match name_id.format.is_empty() || known(&name_id.format) {
        true => Ok(()),
        false => Err(RuleError::new(
            "Name identifier format",
            format!("`{}` is none that the portal offers", name_id.format),
        )),
    }
}

fn check_conditions<'a>(conditions: impl Iterator<Item = &'a Condition>) -> Result<(), RuleError> {
    let groups: HashSet<&String> = conditions.flat_map(|condition| &condition.groups).collect();
    match groups.len() > CONDITION_GROUPS {
        true => Err(RuleError::new(
            "Claim conditions",
            format!(
                "they may name {CONDITION_GROUPS} different groups, not {}",
                groups.len()
            ),
        )),
        false => Ok(()),
    }
}

fn check_groups(groups: &GroupClaims) -> Result<(), RuleError> {
    let field = "Group claims";
    if groups.value == GroupValue::CloudDisplayName && groups.groups != WhichGroups::Assigned {
        return Err(RuleError::new(
            field,
            "display names of cloud groups are for groups assigned to the application only",
        ));
    }
    match (&groups.name, groups.emit_as_roles) {
        (Some(name), false) => {
            check_name(name)?;
            let full = super::groups::name(groups);
            match is_restricted(&full, false) && full != super::groups::GROUPS {
                true => Err(restricted(&full)),
                false => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn check_name(name: &str) -> Result<(), RuleError> {
    let problem = match name {
        "" => "it must not be empty",
        name if name.chars().count() > LONGEST => "it may have at most 1024 characters",
        name if name.chars().any(|c| c.is_whitespace() || c.is_control()) => "it must not hold white space",
        _ => return Ok(()),
    };
    Err(RuleError::new("Name", problem))
}

fn restricted(name: &str) -> RuleError {
    RuleError::new(
        "Name",
        format!("`{name}` is in the restricted claim set, which cannot be configured; use another name"),
    )
}

fn transformation(problem: String) -> RuleError {
    RuleError::new("Manage transformation", problem)
}
