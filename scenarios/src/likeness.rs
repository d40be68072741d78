//! Names that look like another, or mean the same to some who read them.

/// A text in disguise; none where the style is unknown, or there is nothing in the text that it could change.
///
/// | style | what it does |
/// | --- | --- |
/// | `swapped` | each letter in the other case |
/// | `cyrillic` | the first letter that has a Cyrillic twin is that twin |
/// | `fullwidth`, `modifier` | the first letter is a compatibility character that NFKC makes the letter again |
/// | `case-folded` | an `s` is the long one, or an `i` the dotted capital: letters that some fold to these |
/// | `zero-width`, `bidi` | a character that nobody sees behind the first one |
/// | `quoted`, `tagged`, `commented` | the same mailbox to some mail programs |
/// | `guest` | the name that Azure gives to a guest who has this address elsewhere |
pub(crate) fn likeness(style: &str, text: &str) -> Option<String> {
    let (local, domain) = match text.split_once('@') {
        Some((local, domain)) => (local, format!("@{domain}")),
        None => (text, String::new()),
    };
    let disguised = match style {
        "swapped" => text.chars().map(swapped).collect(),
        "cyrillic" => first(text, cyrillic)?,
        "fullwidth" => first(text, fullwidth)?,
        "modifier" => first(text, modifier)?,
        "case-folded" => first(text, folded_by_some).or_else(|| first(text, fullwidth))?,
        "zero-width" => behind_the_first(text, "\u{200b}"),
        "bidi" => behind_the_first(text, "\u{202e}\u{202c}"),
        "quoted" => format!("\"{local}\"{domain}"),
        "tagged" => format!("{local}+x{domain}"),
        "commented" => format!("{local}(x){domain}"),
        "guest" => format!("{}#EXT#{domain}", text.replace('@', "_")),
        _ => return None,
    };
    (disguised != text).then_some(disguised)
}

/// The text with the first character that has a twin replaced by it.
fn first(text: &str, twin: fn(char) -> Option<char>) -> Option<String> {
    let (at, original, twin) = text.char_indices().find_map(|(at, c)| Some((at, c, twin(c)?)))?;
    Some(format!(
        "{}{twin}{}",
        &text[..at],
        &text[at + original.len_utf8()..]
    ))
}

fn behind_the_first(text: &str, unseen: &str) -> String {
    let at = text.chars().next().map_or(0, char::len_utf8);
    format!("{}{unseen}{}", &text[..at], &text[at..])
}

fn swapped(c: char) -> char {
    if c.is_ascii_lowercase() {
        c.to_ascii_uppercase()
    } else {
        c.to_ascii_lowercase()
    }
}

fn cyrillic(c: char) -> Option<char> {
    match c {
        'a' => Some('а'),
        'c' => Some('с'),
        'e' => Some('е'),
        'o' => Some('о'),
        'p' => Some('р'),
        'x' => Some('х'),
        'y' => Some('у'),
        'i' => Some('і'),
        's' => Some('ѕ'),
        _ => None,
    }
}

fn fullwidth(c: char) -> Option<char> {
    let code = c.is_ascii_alphanumeric().then(|| u32::from(c) + 0xfee0)?;
    char::from_u32(code)
}

fn modifier(c: char) -> Option<char> {
    match c {
        'a' => Some('ᵃ'),
        'b' => Some('ᵇ'),
        'd' => Some('ᵈ'),
        'e' => Some('ᵉ'),
        'm' => Some('ᵐ'),
        'o' => Some('ᵒ'),
        't' => Some('ᵗ'),
        'u' => Some('ᵘ'),
        '1' => Some('¹'),
        '2' => Some('²'),
        '3' => Some('³'),
        _ => None,
    }
}

fn folded_by_some(c: char) -> Option<char> {
    match c {
        's' => Some('\u{17f}'),
        'i' => Some('\u{130}'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STYLES: [&str; 11] = [
        "swapped",
        "cyrillic",
        "fullwidth",
        "modifier",
        "case-folded",
        "zero-width",
        "bidi",
        "quoted",
        "tagged",
        "commented",
        "guest",
    ];

    #[test]
    fn each_style_is_what_it_says() {
        let of = |style| likeness(style, "admin@contoso.example").unwrap();
        assert_eq!(of("swapped"), "ADMIN@CONTOSO.EXAMPLE");
        assert_eq!(of("cyrillic"), "\u{430}dmin@contoso.example");
        assert_eq!(of("fullwidth"), "\u{ff41}dmin@contoso.example");
        assert_eq!(of("modifier"), "\u{1d43}dmin@contoso.example");
        assert_eq!(of("case-folded"), "adm\u{130}n@contoso.example");
        assert_eq!(of("zero-width"), "a\u{200b}dmin@contoso.example");
        assert_eq!(of("quoted"), "\"admin\"@contoso.example");
        assert_eq!(of("tagged"), "admin+x@contoso.example");
        assert_eq!(of("commented"), "admin(x)@contoso.example");
        assert_eq!(of("guest"), "admin_contoso.example#EXT#@contoso.example");
    }

    #[test]
    fn what_cannot_look_otherwise_is_said_not_to() {
        assert_eq!(likeness("swapped", "4711"), None);
        assert_eq!(likeness("cyrillic", "4711"), None);
        assert_eq!(likeness("nonsense", "admin"), None);
        assert_eq!(likeness("fullwidth", "4711").as_deref(), Some("\u{ff14}711"));
    }

    proptest! {
        #[test]
        fn a_likeness_is_never_the_name_itself(text in "\\PC{0,12}") {
            for style in STYLES {
                prop_assert_ne!(likeness(style, &text), Some(text.clone()));
            }
        }
    }
}
