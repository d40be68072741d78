//! From a claim's configuration to its values for one person.

use super::transformation;
use crate::directory::{Attribute, Condition, Subject, UserKind, Value};

/// The values of a claim.
pub(in crate::issuance) struct Evaluated {
    /// None of them: the claim is left out.
    pub(in crate::issuance) values: Vec<String>,
    /// Whether a transformation made them, or failed to.
    pub(in crate::issuance) transformed: bool,
    /// The attribute that they are of, where they are just that.
    pub(in crate::issuance) attribute: Option<Attribute>,
}

/// The values by the source that the conditions choose.
pub(in crate::issuance) fn evaluate(
    value: &Value,
    conditions: &[Condition],
    subject: Subject<'_>,
) -> Evaluated {
    let (values, transformed, attribute) = match chosen(value, conditions, subject) {
        Value::Attribute(attribute) => (attribute.values(subject), false, Some(*attribute)),
        Value::Constant(text) => (text_values(text), false, None),
        Value::Transformation(steps) => (transformation::run(steps, subject), true, None),
    };
    Evaluated {
        values,
        transformed,
        attribute,
    }
}

/// The attributes that a value is made of.
pub(in crate::issuance) fn inputs(value: &Value) -> Vec<Attribute> {
    match value {
        Value::Attribute(attribute) => vec![*attribute],
        Value::Constant(_) => Vec::new(),
        Value::Transformation(steps) => steps.iter().flat_map(transformation::inputs).collect(),
    }
}

/// The source of the last condition that fits, attributes before transformations; where none fits, the claim's own.
fn chosen<'a>(value: &'a Value, conditions: &'a [Condition], subject: Subject<'_>) -> &'a Value {
    let transforms = |condition: &&Condition| matches!(condition.value, Value::Transformation(_));
    let fitting = |transforming: bool| {
        let wanted = conditions
            .iter()
            .filter(move |condition| transforms(condition) == transforming);
        wanted.rev().find(|condition| fits(condition, subject))
    };
    fitting(true)
        .or_else(|| fitting(false))
        .map_or(value, |condition| &condition.value)
}

fn fits(condition: &Condition, subject: Subject<'_>) -> bool {
    let user = subject.user;
    let from_azure = user
        .guest
        .as_ref()
        .is_some_and(|guest| guest.identity_provider.starts_with("https://sts.windows.net/"));
    let kind = match condition.users {
        UserKind::Any => true,
        UserKind::Members => !user.is_guest(),
        UserKind::AllGuests => user.is_guest(),
        UserKind::AadGuests => user.is_guest() && from_azure,
        UserKind::ExternalGuests => user.is_guest() && !from_azure,
    };
    kind && (condition.groups.is_empty()
        || (subject.tenant.groups_of(user, true).iter())
            .any(|group| (condition.groups.iter()).any(|id| id.eq_ignore_ascii_case(&group.object_id))))
}

fn text_values(text: &str) -> Vec<String> {
    match text {
        "" => Vec::new(),
        text => vec![text.to_owned()],
    }
}
