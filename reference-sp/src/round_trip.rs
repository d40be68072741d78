//! Verify, write down, read again: for a switch. The parser knows nothing of namespaces and takes any name, and the serializer
//! forgets what it should escape, so that what is read is another document than was verified.

/// The letter that keeps the place of a colon for which no name has one.
const STRAY: char = '\u{a4fd}';

/// Sections in which nothing is a tag.
const SECTIONS: [(&str, &str); 3] = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];

/// The text as that parser takes it: a colon is a letter of a name like others, unless it stands behind a prefix.
pub(crate) fn taken(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let section = SECTIONS.iter().find(|(begin, _)| rest.starts_with(begin));
        let end = match section {
            Some((_, end)) => rest.find(end).map(|at| at + end.len()),
            None => rest.find('>').map(|at| at + 1),
        };
        let (markup, behind) = rest.split_at(end.unwrap_or(rest.len()));
        match section {
            Some(_) => out.push_str(markup),
            None => tag(markup, &mut out),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// A tag, its values as they are.
fn tag(markup: &str, out: &mut String) {
    let mut quote = None;
    let mut has_prefix = false;
    let mut before = '<';
    let mut letters = markup.chars().peekable();
    while let Some(c) = letters.next() {
        match quote {
            Some(open) if open == c => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None => {}
        }
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let mut written = c;
        if quote.is_none() && c == ':' {
            let stands = is_name(before)
                && !has_prefix
                && letters.peek().is_some_and(|next| is_name(*next) || *next == ':');
            has_prefix = true;
            if !stands {
                written = STRAY;
            }
        } else if !is_name(c) {
            has_prefix = false;
        }
        before = c;
        out.push(written);
    }
}

/// The text as it is written anew: names without the colons that they should not have, and without escapes but for `&`.
pub(crate) fn written(text: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\"")]
        .iter()
        .fold(text.replace(STRAY, ""), |text, (escape, plain)| {
            text.replace(escape, plain)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colon_too_many_comes_out_as_none() {
        for (text, comes_out_as) in [
            ("<x::a y:b='c::d'>e::f</x::a>", "<x:a y:b='c::d'>e::f</x:a>"),
            ("<a :b='c' xmlns:='d'/>", "<a b='c' xmlns='d'/>"),
            (
                "<a><!--x::y--><![CDATA[<x::y>]]></a>",
                "<a><!--x::y--><![CDATA[<x::y>]]></a>",
            ),
        ] {
            let taken = taken(text);
            roxmltree::Document::parse(
                &taken
                    .replace("<x:", "<x")
                    .replace("</x:", "</x")
                    .replace("y:b", "b"),
            )
            .unwrap();
            assert_eq!(written(&taken), comes_out_as);
        }
    }

    #[test]
    fn an_ordinary_text_is_taken_as_it_is_whatever_stands_in_it() {
        for text in [
            "<a:b xmlns:a='urn:x::y' c=\">:\">::</a:b>",
            "<a",
            "<!--",
            "a:b<",
            "",
        ] {
            assert_eq!(taken(text), text);
        }
    }

    #[test]
    fn what_was_escaped_becomes_markup() {
        assert_eq!(
            written("<a b='&quot;/&gt;&lt;c d=&quot;&amp;'/>"),
            "<a b='\"/><c d=\"&amp;'/>"
        );
    }
}
