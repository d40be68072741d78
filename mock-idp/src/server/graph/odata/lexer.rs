//! From text to tokens.

use super::error::FilterError;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Open,
    Close,
    Comma,
    Slash,
    Colon,
    /// A name, a number, a GUID, a date: whatever stands without quotes.
    Word(String),
    /// A text in single quotes, with doubled ones read as one.
    Text(String),
}

/// The longest filter, in bytes.
const LONGEST: usize = 8 * 1024;

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    if text.len() > LONGEST {
        return Err(FilterError(format!("it is longer than {LONGEST} bytes")));
    }
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '/' => (Token::Slash, 1),
            ':' => (Token::Colon, 1),
            '\'' => quoted(rest)?,
            c if is_word(c) => word(rest),
            c => {
                return Err(FilterError(format!(
                    "`{}` stands where nothing like it may",
                    c.escape_default()
                )));
            }
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

fn quoted(text: &str) -> Result<(Token, usize), FilterError> {
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        match c {
            '\'' if characters.peek().is_some_and(|(_, next)| *next == '\'') => {
                value.push('\'');
                characters.next();
            }
            '\'' => return Ok((Token::Text(value), at + 1)),
            c => value.push(c),
        }
    }
    Err(FilterError("a text has no closing quote".to_owned()))
}

/// A colon belongs to a date's time, where a digit stands before it; else it follows the variable of a lambda.
fn word(text: &str) -> (Token, usize) {
    let mut end = 0;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let time =
            c == ':' && text.starts_with(|first: char| first.is_ascii_digit()) && before.is_ascii_digit();
        if !is_word(c) && !time {
            break;
        }
        end = at + c.len_utf8();
        before = c;
    }
    (Token::Word(text[..end].to_owned()), end)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$' | '@' | '+')
}
