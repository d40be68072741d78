//! `$filter`: the part of OData's expressions that Graph's directory objects take (OData 4.01, part 2, 5.1.1).
//!
//! Text becomes [`Expression`] by a recursive descent with a bounded depth; [`eval::holds`] asks it of one entity as JSON.

mod eval;
mod lexer;
mod parser;

pub(super) use eval::{Unknown, holds, property};
pub(super) use parser::parse;

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    Compare(Path, Comparison, Literal),
    In(Path, Vec<Literal>),
    Text(TextFunction, Path, String),
    /// `path/any(x:…)` and `path/all(x:…)`.
    Lambda {
        path: Path,
        all: bool,
        variable: String,
        condition: Box<Expression>,
    },
    /// `path/any()`
    NotEmpty(Path),
}

/// The way to a property: `web`, `redirectUris`. `$count` at its end means how many there are.
pub(super) type Path = Vec<String>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextFunction {
    StartsWith,
    EndsWith,
    Contains,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
}

impl Expression {
    /// Whether Graph answers it only with `ConsistencyLevel: eventual` (Microsoft: "advanced query capabilities").
    pub(super) fn is_advanced(&self) -> bool {
        match self {
            Self::And(one, two) | Self::Or(one, two) => one.is_advanced() || two.is_advanced(),
            Self::Not(_) | Self::Compare(_, Comparison::Ne, _) | Self::Text(TextFunction::EndsWith, ..) => {
                true
            }
            Self::Compare(path, ..) => path.last().is_some_and(|last| last == "$count"),
            Self::Lambda { condition, .. } => condition.is_advanced(),
            Self::In(..) | Self::Text(..) | Self::NotEmpty(_) => false,
        }
    }

    /// Whether it asks what a text contains, which directory objects do not answer.
    pub(super) fn has_contains(&self) -> bool {
        match self {
            Self::And(one, two) | Self::Or(one, two) => one.has_contains() || two.has_contains(),
            Self::Not(inner) => inner.has_contains(),
            Self::Lambda { condition, .. } => condition.has_contains(),
            Self::Text(function, ..) => *function == TextFunction::Contains,
            _ => false,
        }
    }
}
