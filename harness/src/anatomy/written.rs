//! A message as it is written, a line for each tag: only its text is read, so that it need not be a tree.

/// A tag, a text between tags, a comment or whatever else begins with `<`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// How many elements stand around it.
    pub(super) depth: usize,
    /// Their names without prefixes, from the outside in; of many the outermost.
    pub(super) within: String,
    /// Its name with the prefix; empty where it is no tag.
    pub(super) name: String,
    /// Itself; of an element without elements also its content.
    pub(super) text: String,
    /// What it is compared by.
    pub(super) same: String,
}

/// So many elements around a line are named: a message may have a line in the middle of thousands, and thousands of such lines.
const NAMED: usize = 40;

/// Takes a message apart.
pub(super) fn written(message: &str) -> Vec<Written> {
    let pieces = pieces(message);
    let mut lines = Vec::new();
    let mut around: Vec<&str> = Vec::new();
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        at += 1;
        let mut text = piece.text.to_owned();
        match piece.kind {
            Kind::Close => {
                around.pop();
                continue;
            }
            Kind::Open { closed: false } => {
                let rest = pieces.get(at..).unwrap_or_default();
                let inner = rest.iter().take_while(|piece| piece.kind == Kind::Other).count();
                let leaf = rest.get(inner).is_some_and(|piece| piece.kind == Kind::Close);
                if leaf {
                    text.extend(rest.iter().take(inner).map(|piece| piece.text));
                    at += inner + 1;
                }
                lines.push(line(&around, name(piece.text), text));
                if !leaf {
                    around.push(name(piece.text));
                }
            }
            Kind::Open { closed: true } => lines.push(line(&around, name(piece.text), text)),
            Kind::Other if piece.text.trim().is_empty() => {}
            Kind::Other => lines.push(line(&around, "", piece.text.trim().to_owned())),
        }
    }
    lines
}

fn line(around: &[&str], name: &str, text: String) -> Written {
    let local = |name: &str| name.rsplit(':').next().unwrap_or_default().to_owned();
    let mut within: Vec<String> = around.iter().take(NAMED).map(|name| local(name)).collect();
    if around.len() > NAMED {
        within.push("…".to_owned());
    }
    let value = text.split_once('>').map(|(_, value)| value);
    let digest = matches!(local(name).as_str(), "DigestValue" | "SignatureValue");
    let same = match value.filter(|value| digest && is_base64(value)) {
        Some(value) => format!("<{name}>{} characters", value.len()),
        None => text.clone(),
    };
    Written {
        depth: around.len(),
        within: within.join("/"),
        name: name.to_owned(),
        text,
        same,
    }
}

fn is_base64(value: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    !value.is_empty() && value.bytes().all(fits)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Open { closed: bool },
    Close,
    Other,
}

struct Piece<'a> {
    kind: Kind,
    text: &'a str,
}

fn pieces(message: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = message;
    while !rest.is_empty() {
        let (kind, length) = match rest.find('<') {
            Some(0) => markup(rest),
            Some(start) => (Kind::Other, start),
            None => (Kind::Other, rest.len()),
        };
        let (text, after) = rest.split_at(length);
        pieces.push(Piece { kind, text });
        rest = after;
    }
    pieces
}

/// What begins here, and how long it is.
fn markup(rest: &str) -> (Kind, usize) {
    let until = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
    if rest.starts_with("<!--") {
        (Kind::Other, until("-->"))
    } else if rest.starts_with("<![CDATA[") {
        (Kind::Other, until("]]>"))
    } else if rest.starts_with("<?") {
        (Kind::Other, until("?>"))
    } else if rest.starts_with("<!") {
        let subset = rest.find('[').filter(|at| *at < until(">"));
        (Kind::Other, subset.map_or_else(|| until(">"), |_| until("]>")))
    } else if rest.starts_with("</") {
        (Kind::Close, until(">"))
    } else {
        let length = tag(rest);
        let closed = rest.get(..length).is_some_and(|tag| tag.ends_with("/>"));
        (Kind::Open { closed }, length)
    }
}

/// How long a start-tag is: a `>` in quotes does not end it.
fn tag(rest: &str) -> usize {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (byte, quote) {
            (b'>', None) => return at + 1,
            (b'"' | b'\'', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            _ => {}
        }
    }
    rest.len()
}

fn name(tag: &str) -> &str {
    let name = tag.trim_start_matches('<');
    let end = name.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>'));
    name.get(..end.unwrap_or(name.len())).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twenty thousand lines that each named all that is around them were hundreds of megabytes.
    #[test]
    fn a_line_deep_within_names_the_outermost_elements_alone() {
        let deep = 20_000;
        let message = format!("{}{}", "<s:a>".repeat(deep), "</s:a>".repeat(deep));
        let lines = written(&message);
        assert_eq!(lines.len(), deep);
        assert_eq!(lines[3].within, "a/a/a");
        let last = &lines[deep - 1];
        assert_eq!(last.depth, deep - 1);
        assert_eq!(last.within, format!("{}…", "a/".repeat(NAMED)));
    }
}
