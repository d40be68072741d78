//! A name as databases with a loose collation, short columns and mail programs read it: for a switch, and for the
//! service provider that believes anything. Core 1.3.1 has names compared exactly, and so does everybody else here.

/// The length of the column that the name has to fit in.
const COLUMN: usize = 255;

/// Reads a name so: cut off, in small letters, look-alikes folded into one, of several addresses the last, without what a
/// mail program leaves aside.
pub(crate) fn read(name: &str) -> String {
    let folded: String = name
        .chars()
        .take(COLUMN)
        .filter(|c| !is_unseen(*c))
        .map(twin)
        .flat_map(char::to_lowercase)
        .collect();
    let several = folded.split([',', ';']).flat_map(str::split_whitespace);
    let last = several.last().unwrap_or_default();
    match last.split_once('@') {
        Some((local, domain)) => format!("{}@{domain}", mailbox(local)),
        None => mailbox(last).to_owned(),
    }
}

/// What stands before the `@`, without quotes, tag and comment.
fn mailbox(local: &str) -> &str {
    let local = local.trim_matches('"');
    match local.find(['+', '(']) {
        Some(at) if at > 0 => &local[..at],
        _ => local,
    }
}

fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

/// The letter that another one is taken for.
fn twin(c: char) -> char {
    match c {
        'а' | 'ᵃ' => 'a',
        'с' => 'c',
        'е' | 'ᵉ' => 'e',
        'о' | 'ᵒ' => 'o',
        'р' => 'p',
        'х' => 'x',
        'у' => 'y',
        'і' | '\u{130}' => 'i',
        'ѕ' | '\u{17f}' => 's',
        'ᵇ' => 'b',
        'ᵈ' => 'd',
        'ᵐ' => 'm',
        'ᵗ' => 't',
        'ᵘ' => 'u',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_are_read_as_one() {
        for name in [
            "ADMIN@corp.example",
            " admin@corp.example\t",
            "\u{430}dmin@corp.example",
            "\u{ff41}dmin@corp.example",
            "adm\u{130}n@corp.example",
            "a\u{200b}dmin@corp.example",
            "\"admin\"@corp.example",
            "admin+x@corp.example",
            "admin(x)@corp.example",
            "mallory@corp.example;admin@corp.example",
            "mallory@corp.example\nadmin@corp.example",
        ] {
            assert_eq!(read(name), "admin@corp.example", "{name:?}");
        }
        let padded = format!("admin@corp.example{}x", " ".repeat(COLUMN));
        assert_eq!(read(&padded), "admin@corp.example");
    }

    #[test]
    fn an_ordinary_name_is_read_as_it_is() {
        for name in ["b.simon@corp.example", "4711", "(x", "+49", ""] {
            assert_eq!(read(name), name);
        }
    }
}
