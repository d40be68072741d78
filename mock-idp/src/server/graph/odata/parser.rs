//! From tokens to an expression.

use super::error::FilterError;
use super::expression::{Comparison, Expression, Literal, Path, TextFunction};
use super::lexer::{Token, tokens};

/// How deep parentheses and `not` may go.
const DEEPEST: usize = 32;

/// Reads a filter.
pub(in super::super) fn parse(text: &str) -> Result<Expression, FilterError> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
        in_lambda: false,
    };
    let expression = parser.either()?;
    match parser.next() {
        None => Ok(expression),
        Some(token) => Err(unexpected(&token)),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    in_lambda: bool,
}

impl Parser {
    fn either(&mut self) -> Result<Expression, FilterError> {
        let mut left = self.both()?;
        while self.word("or") {
            left = Expression::Or(Box::new(left), Box::new(self.both()?));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Expression, FilterError> {
        let mut left = self.one()?;
        while self.word("and") {
            left = Expression::And(Box::new(left), Box::new(self.one()?));
        }
        Ok(left)
    }

    fn one(&mut self) -> Result<Expression, FilterError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(FilterError(format!("it is nested deeper than {DEEPEST}")));
        }
        let expression = if self.word("not") {
            Expression::Not(Box::new(self.one()?))
        } else if self.take(&Token::Open) {
            let inner = self.either()?;
            self.expect(&Token::Close)?;
            inner
        } else {
            self.term()?
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn term(&mut self) -> Result<Expression, FilterError> {
        let first = self.name()?;
        if self.peek() == Some(&Token::Open) {
            return self.function(&first);
        }
        let mut path = vec![first];
        while self.take(&Token::Slash) {
            let next = self.name()?;
            if self.peek() == Some(&Token::Open) {
                return self.lambda(path, &next);
            }
            path.push(next);
        }
        let operator = self.name()?.to_ascii_lowercase();
        let comparison = match operator.as_str() {
            "eq" => Comparison::Eq,
            "ne" => Comparison::Ne,
            "gt" => Comparison::Gt,
            "ge" => Comparison::Ge,
            "lt" => Comparison::Lt,
            "le" => Comparison::Le,
            "in" => return self.list(path),
            other => return Err(FilterError(format!("there is no operator `{}`", shown(other)))),
        };
        Ok(Expression::Compare(path, comparison, self.literal()?))
    }

    fn function(&mut self, name: &str) -> Result<Expression, FilterError> {
        let function = match name.to_ascii_lowercase().as_str() {
            "startswith" => TextFunction::StartsWith,
            "endswith" => TextFunction::EndsWith,
            "contains" => TextFunction::Contains,
            _ => return Err(FilterError(format!("there is no function `{}`", shown(name)))),
        };
        self.expect(&Token::Open)?;
        let mut path = vec![self.name()?];
        while self.take(&Token::Slash) {
            path.push(self.name()?);
        }
        self.expect(&Token::Comma)?;
        let text = match self.literal()? {
            Literal::Text(text) => text,
            _ => return Err(FilterError(format!("`{}` takes a text in quotes", shown(name)))),
        };
        self.expect(&Token::Close)?;
        Ok(Expression::Text(function, path, text))
    }

    fn lambda(&mut self, path: Path, name: &str) -> Result<Expression, FilterError> {
        let all = match name.to_ascii_lowercase().as_str() {
            "any" => false,
            "all" => true,
            _ => return Err(FilterError(format!("there is no function `{}`", shown(name)))),
        };
        self.expect(&Token::Open)?;
        if !all && self.take(&Token::Close) {
            return Ok(Expression::NotEmpty(path));
        }
        // One within another would ask each pair of values, and a third each triple.
        if std::mem::replace(&mut self.in_lambda, true) {
            return Err(FilterError(
                "`any` and `all` do not stand within each other".to_owned(),
            ));
        }
        let variable = self.name()?;
        self.expect(&Token::Colon)?;
        let condition = Box::new(self.either()?);
        self.in_lambda = false;
        self.expect(&Token::Close)?;
        Ok(Expression::Lambda {
            path,
            all,
            variable,
            condition,
        })
    }

    fn list(&mut self, path: Path) -> Result<Expression, FilterError> {
        self.expect(&Token::Open)?;
        let mut values = vec![self.literal()?];
        while self.take(&Token::Comma) {
            values.push(self.literal()?);
        }
        self.expect(&Token::Close)?;
        Ok(Expression::In(path, values))
    }

    fn literal(&mut self) -> Result<Literal, FilterError> {
        match self.next() {
            Some(Token::Text(text)) => Ok(Literal::Text(text)),
            Some(Token::Word(word)) => Ok(match word.as_str() {
                "null" => Literal::Null,
                "true" => Literal::Bool(true),
                "false" => Literal::Bool(false),
                word if crate::guid::is_guid(word) || saml::instant::parse(word).is_ok() => {
                    Literal::Text(word.to_owned())
                }
                word => match word.parse() {
                    Ok(number) => Literal::Number(number),
                    Err(_) => {
                        return Err(FilterError(format!(
                            "`{}` is no value; put texts in single quotes",
                            shown(word)
                        )));
                    }
                },
            }),
            Some(token) => Err(unexpected(&token)),
            None => Err(FilterError("a value is missing at its end".to_owned())),
        }
    }

    fn name(&mut self) -> Result<String, FilterError> {
        match self.next() {
            Some(Token::Word(word)) => Ok(word),
            Some(token) => Err(unexpected(&token)),
            None => Err(FilterError("something is missing at its end".to_owned())),
        }
    }

    /// An operator in lower case, as OData has it; not where a property of that name begins.
    fn word(&mut self, word: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Word(next)) if next.eq_ignore_ascii_case(word));
        self.at += usize::from(is);
        is
    }

    fn take(&mut self, token: &Token) -> bool {
        let is = self.peek() == Some(token);
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, token: &Token) -> Result<(), FilterError> {
        match self.next() {
            Some(found) if found == *token => Ok(()),
            Some(found) => Err(unexpected(&found)),
            None => Err(FilterError("a parenthesis is not closed".to_owned())),
        }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }
}

fn unexpected(token: &Token) -> FilterError {
    let text = match token {
        Token::Open => "(".to_owned(),
        Token::Close => ")".to_owned(),
        Token::Comma => ",".to_owned(),
        Token::Slash => "/".to_owned(),
        Token::Colon => ":".to_owned(),
        Token::Word(word) => shown(word),
        Token::Text(text) => format!("'{}'", shown(text)),
    };
    FilterError(format!("`{text}` stands where nothing like it may"))
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
