//! The tree in characters, for terminals.

use std::fmt::Write;

use super::model::{Anatomy, Line, Mark};
use crate::text::visible;

/// Draws a message. With `color`, what is signed is green and what is not is red.
pub fn draw(anatomy: &Anatomy, color: bool) -> String {
    let mut out = String::new();
    let mut open: Vec<bool> = Vec::new();
    for line in &anatomy.lines {
        open.truncate(line.depth);
        let mut tree = String::new();
        for last in open.iter().skip(1) {
            tree.push_str(if *last { "    " } else { "│   " });
        }
        if line.depth > 0 {
            tree.push_str(if line.last { "└── " } else { "├── " });
        }
        open.push(line.last);
        let _ = writeln!(out, "{tree}{}", painted(&spelled(line), &line.mark, color));
    }
    if let Some(raw) = &anatomy.raw {
        let _ = writeln!(out, "{}", visible(raw));
    }
    if !anatomy.seals.is_empty() {
        out.push('\n');
    }
    for seal in &anatomy.seals {
        let word = match (seal.holds, anatomy.enclosed) {
            (true, false) => "holds",
            (true, true) => "agrees with its own KeyInfo",
            (false, _) => "does not hold",
        };
        let covers = seal.covers.as_deref().unwrap_or("nothing");
        let words = format!(
            "[{}] {word}: {} over {covers}; {}",
            seal.number, seal.method, seal.note
        );
        let _ = writeln!(out, "{}", visible(&words).replace('\n', "⏎"));
    }
    if let Some(note) = &anatomy.note {
        let _ = writeln!(out, "note: {note}");
    }
    out
}

fn spelled(line: &Line) -> String {
    let mut words = line.name.clone();
    for (name, value) in &line.attributes {
        let _ = write!(words, " {name}=\"{value}\"");
    }
    if let Some(text) = &line.text {
        let _ = write!(words, "  {text}");
    }
    match &line.mark {
        Mark::Plain => {}
        Mark::Signed { by, begins: true } => {
            let _ = write!(words, "  ← signed [{by}]");
        }
        Mark::Signed { .. } => {}
        Mark::Unsigned if line.name.ends_with("Assertion") || line.name.ends_with("NameID") => {
            words.push_str("  ← not signed")
        }
        Mark::Unsigned => {}
        Mark::Signature(numbers) => {
            let numbers: Vec<String> = numbers.iter().map(|number| format!("[{number}]")).collect();
            let _ = write!(words, "  {}", numbers.join(" "));
        }
    }
    visible(&words).replace('\n', "⏎")
}

fn painted(text: &str, mark: &Mark, color: bool) -> String {
    let code = match mark {
        _ if !color => return text.to_owned(),
        Mark::Plain => return text.to_owned(),
        Mark::Signed { .. } => 32,
        Mark::Unsigned => 31,
        Mark::Signature(_) => 36,
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}
