//! A condition, as it was read.

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Expression {
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
pub(in super::super) type Path = Vec<String>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Comparison {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum TextFunction {
    StartsWith,
    EndsWith,
    Contains,
}

#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Literal {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
}

impl Expression {
    /// Whether Graph answers it only with `ConsistencyLevel: eventual` (Microsoft: "advanced query capabilities").
    pub(in super::super) fn is_advanced(&self) -> bool {
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
    pub(in super::super) fn has_contains(&self) -> bool {
        match self {
            Self::And(one, two) | Self::Or(one, two) => one.has_contains() || two.has_contains(),
            Self::Not(inner) => inner.has_contains(),
            Self::Lambda { condition, .. } => condition.has_contains(),
            Self::Text(function, ..) => *function == TextFunction::Contains,
            _ => false,
        }
    }
}
