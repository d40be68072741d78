//! What the types of a sign-in or sign-out cannot say.

use crate::{
    config::steps::{JSON, Step, Steps},
    driver::Target,
};

/// The placeholders of a step, each of the person who signs in.
pub(crate) const PLACEHOLDERS: [&str; 3] = ["name_id", "mail", "domain"];

/// Why steps cannot be meant, URLs aside.
///
/// # Errors
/// One sentence.
pub(super) fn steps(steps: &Steps, out: bool) -> Result<(), String> {
    let begins = match steps.0.first() {
        Some(Step::Open(url)) => !url.starts_with(JSON),
        // A client that drops its token need not go anywhere.
        Some(Step::Forget) => out,
        _ => false,
    };
    if !begins {
        return Err("the first step opens a URL: { open = \"https://…\" }".to_owned());
    }
    steps.0.iter().enumerate().try_for_each(|(at, step)| {
        one(step, out).map_err(|why| match steps.0.len() {
            1 => why,
            _ => format!("step {}: {why}", at + 1),
        })
    })
}

fn one(step: &Step, out: bool) -> Result<(), String> {
    match step {
        Step::Open(url) => match url.strip_prefix(JSON) {
            Some(pointer) if !pointer.starts_with('/') => {
                Err("a JSON pointer starts with a slash: json:/redirectUrl".to_owned())
            }
            _ => known(url),
        },
        Step::Click(target) | Step::Submit(target) | Step::WaitFor(target) => readable(target),
        Step::Fill { target, with } => readable(target).and_then(|()| known(with)),
        Step::Forget if !out => Err("forget belongs to [sp] logout".to_owned()),
        Step::Forget => Ok(()),
    }
}

fn readable(target: &str) -> Result<(), String> {
    target.parse::<Target>().map(|_| ())
}

/// A word in braces that stands for nothing would be typed as it is.
fn known(text: &str) -> Result<(), String> {
    let word = |c: char| c.is_ascii_alphabetic() || c == '_';
    let unknown = text.split('{').skip(1).find_map(|rest| {
        let (name, _) = rest.split_once('}')?;
        (!name.is_empty() && name.chars().all(word) && !PLACEHOLDERS.contains(&name)).then_some(name)
    });
    match unknown {
        None => Ok(()),
        Some(name) => Err(format!(
            "{{{name}}} stands for nothing; there are {{{}}}",
            PLACEHOLDERS.join("}, {")
        )),
    }
}
